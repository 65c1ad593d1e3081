package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"
	"golang.org/x/mod/sumdb/note"

	"tocsin/model"
	"tocsin/store/bundle"
	"tocsin/store/tree"
	"tocsin/store/witness"
)

const witnessLong = `A witness is somebody else, on another machine, who signs the record's
checkpoints too, and never two that do not go on from one another: what the
witness has seen, nobody can take back.

The witness makes a key once, and keeps it with what was signed last:

  tocsin audit witness --keep DIR --name audit.example.com/tocsin

It cosigns a checkpoint that it was sent, with a proof that the record begins
with the last one that it signed; the first time it needs the record's key:

  tocsin audit witness --keep DIR --key RECORD.key CHECKPOINT > COSIGNED
  tocsin audit witness --keep DIR --proof PROOF CHECKPOINT > COSIGNED

What it cosigned is brought back to the record, and kept there:

  tocsin audit witness --add COSIGNED --witness WITNESS.key`

// witnessFlags are what a witness works with.
type witnessFlags struct{ keep, name, key, proof, add, witness string }

func (a *app) auditWitnessCommand() *cobra.Command {
	var given witnessFlags
	cmd := &cobra.Command{
		Use:   "witness [CHECKPOINT]",
		Short: "Cosign checkpoints as somebody else, or keep what was cosigned",
		Long:  witnessLong,
		Args:  words(0, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case given.add != "" && len(args) == 0 && given.keep == "":
				return a.withSession(cmd, func(ctx context.Context, s *session) error { return s.addWitnessed(ctx, given) })
			case given.keep == "":
				return usage(cmd, "as which witness? --keep DIR, or --add FILE to keep what one has cosigned")
			case given.add != "":
				return usage(cmd, "--add is for the record, --keep for the witness: one at a time")
			case len(args) == 0:
				return a.makeWitness(given)
			}
			return a.cosign(args[0], given)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&given.keep, "keep", "", "the witness's directory: its key, and what it signed last")
	flags.StringVar(&given.name, "name", "", "the name of a new witness, such as audit.example.com/tocsin")
	flags.StringVar(&given.key, "key", "", "the record's public key, or a file with it; for its first checkpoint")
	flags.StringVar(&given.proof, "proof", "", "what tocsin audit consistency wrote, from the last checkpoint to this one")
	flags.StringVar(&given.add, "add", "", "a cosigned checkpoint to be kept in the record")
	flags.StringVar(&given.witness, "witness", "", "the public key of the witness that must have cosigned it, or a file with it")
	return cmd
}

// makeWitness makes a witness, or shows the key of one that is there.
func (a *app) makeWitness(given witnessFlags) error {
	w, err := witness.Open(given.keep, a.now)
	if errors.Is(err, witness.ErrNoWitness) {
		if given.name == "" {
			return model.Refuse(model.Field("--name", "there is no witness in "+given.keep+" yet, and a new one needs a name", "such as audit.example.com/tocsin, without spaces"))
		}
		w, err = witness.New(given.keep, given.name, a.now)
	}
	if err != nil {
		return refuseWitness(err)
	}
	paper := a.newPaper()
	paper.printf("%s", w.VerifierKey())
	return a.handOver(paper)
}

func (a *app) cosign(path string, given witnessFlags) error {
	w, err := witness.Open(given.keep, a.now)
	if err != nil {
		return refuseWitness(err)
	}
	checkpoint, err := readBounded("checkpoint", path, tree.MaxCheckpoint)
	if err != nil {
		return err
	}
	key, proof := "", []byte(nil)
	if given.key != "" {
		log, err := readVerifier("--key", given.key)
		if err != nil {
			return err
		}
		if named, ok := log.(interface{ VerifierKey() string }); ok {
			key = named.VerifierKey()
		}
	}
	if given.proof != "" {
		if proof, err = readBounded("--proof", given.proof, tree.MaxProof); err != nil {
			return err
		}
	}
	cosigned, err := w.Cosign(checkpoint, key, proof)
	if err != nil {
		return refuseWitness(err)
	}
	paper := a.newPaper()
	paper.Write(cosigned)
	return a.handOver(paper)
}

// refuseWitness makes a no of what a witness holds against a checkpoint, and
// says what to do where something can be done.
func refuseWitness(err error) error {
	advice := ""
	switch {
	case errors.Is(err, witness.ErrNeedsProof):
		advice = "; ask for one: tocsin audit consistency LAST-CHECKPOINT, and give it with --proof"
	case errors.Is(err, witness.ErrUnknownLog):
		advice = "; give its public key with --key, as you got it from the organisation itself"
	case errors.Is(err, witness.ErrInconsistent):
		advice = "; nothing was signed: keep both checkpoints, and ask the organisation"
	case errors.Is(err, witness.ErrNoWitness):
		advice = "; make one first: --keep DIR --name NAME"
	}
	return &model.Refusal{Cause: err, Reason: err.Error() + advice}
}

// addWitnessed keeps a checkpoint that a witness cosigned.
func (s *session) addWitnessed(ctx context.Context, given witnessFlags) error {
	cosigned, err := readBounded("--add", given.add, tree.MaxCheckpoint)
	if err != nil {
		return err
	}
	var keys []note.Verifier
	if given.witness != "" {
		key, err := readVerifier("--witness", given.witness)
		if err != nil {
			return err
		}
		keys = append(keys, key)
	}
	c, err := s.space.KeepWitnessed(ctx, cosigned, keys...)
	if err != nil {
		return &model.Refusal{Cause: err, Reason: err.Error()}
	}
	for _, w := range c.Witnesses {
		s.out.printf("Kept: the checkpoint of %d events, cosigned by %s", c.Size, bundle.TellWitness(w))
	}
	if len(c.Witnesses) == 0 {
		s.out.printf("Kept: the checkpoint of %d events. Who cosigned it was not verified: %s", c.Size, "give the witness's key with --witness")
	}
	return nil
}
