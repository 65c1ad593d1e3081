package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"github.com/spf13/cobra"

	"tocsin/model"
	"tocsin/store/tree"
)

func (a *app) auditProveCommand() *cobra.Command {
	var to string
	cmd := &cobra.Command{
		Use:   "prove SEQ|INC-…",
		Short: "Prove that an event, or each of an incident's, is in the record",
		Long: `Writes a proof (C2SP tlog-proof) that an event is in the record: the event as
it is stored, the hashes from it to the root, and a signed checkpoint with that
root. Of an incident it writes one for each event into a new directory.

  tocsin-verify -key KEY PROOF...

verifies them without the record. What is personal in an event is sealed there,
as it is in the record.`,
		Example: `  tocsin audit prove 4711 --to event-4711.tlog-proof
  tocsin audit prove INC-2026-0007 --to proofs/`,
		Args: words(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withSession(cmd, func(ctx context.Context, s *session) error {
				if seq, err := strconv.ParseUint(args[0], 10, 64); err == nil {
					return s.proveEvent(ctx, seq, to)
				}
				if to == "" {
					return usage(cmd, "where to? an incident has many events: --to DIRECTORY")
				}
				return s.proveIncident(ctx, args[0], to)
			})
		},
	}
	cmd.Flags().StringVar(&to, "to", "", "a new file, or for an incident a new directory (else standard output)")
	return cmd
}

func (s *session) proof(ctx context.Context, seq uint64) ([]byte, error) {
	proof, checkpoint, err := s.space.Include(ctx, seq)
	if errors.Is(err, model.ErrNotFound) {
		return nil, &model.Refusal{Cause: model.ErrNotFound, Reason: fmt.Sprintf("there is no event %d", seq)}
	}
	if err != nil {
		return nil, troubled(err)
	}
	stored, err := s.space.Stored(ctx, seq)
	if err != nil {
		return nil, troubled(err)
	}
	return proof.Text(stored, checkpoint), nil
}

func (s *session) proveEvent(ctx context.Context, seq uint64, to string) error {
	proof, err := s.proof(ctx, seq)
	if err != nil {
		return err
	}
	return s.writeNew(to, proof)
}

func (s *session) proveIncident(ctx context.Context, text, to string) error {
	standing, err := s.incident(text)
	if err != nil {
		return err
	}
	id := standing.Incident.ID
	seqs, err := s.space.EntriesAbout(ctx, id)
	if err != nil {
		return troubled(err)
	}
	if err := os.Mkdir(to, 0o700); err != nil {
		return model.Refuse(model.Field("--to", err.Error(), "a directory that is not there yet"))
	}
	for _, seq := range seqs {
		if err := s.proveEvent(ctx, seq, filepath.Join(to, fmt.Sprintf("%s-%08d.tlog-proof", id, seq))); err != nil {
			return err
		}
	}
	s.out.printf("%d proofs about %s in %s. Verify them with: tocsin-verify -key KEY %s", len(seqs), id, to, to)
	return nil
}

func (a *app) auditConsistencyCommand() *cobra.Command {
	var to string
	cmd := &cobra.Command{
		Use:   "consistency OLD-CHECKPOINT",
		Short: "Prove that the record begins with what an older checkpoint is of",
		Long: `Writes a proof that the record, as its newest checkpoint has it, begins with
the events of an older checkpoint: that nothing was changed or removed since.

  tocsin-verify -key KEY -checkpoint OLD-CHECKPOINT PROOF

verifies it without the record. A witness needs it before it cosigns.`,
		Example: "  tocsin audit consistency checkpoint-of-january --to since-january.proof",
		Args:    words(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withSession(cmd, func(ctx context.Context, s *session) error {
				signed, err := readBounded("checkpoint", args[0], tree.MaxCheckpoint)
				if err != nil {
					return err
				}
				older, err := s.space.Recognise(ctx, signed)
				if err != nil {
					return &model.Refusal{Cause: err, Reason: err.Error()}
				}
				if older.Size == 0 {
					return &model.Refusal{Reason: "every record begins with no events: there is nothing to prove"}
				}
				proof, checkpoint, err := s.space.Connect(ctx, older.Size)
				if err != nil {
					return troubled(err)
				}
				return s.writeNew(to, proof.Text(checkpoint))
			})
		},
	}
	cmd.Flags().StringVar(&to, "to", "", "a new file (else standard output)")
	return cmd
}
