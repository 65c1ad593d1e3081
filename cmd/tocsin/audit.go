package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/mod/sumdb/note"

	"tocsin/model"
	"tocsin/store/tree"
	"tocsin/tui/sign"
)

const auditLong = `Shows and proves what the record holds. Every event is a leaf of a hash tree,
and the tree's root is signed: a checkpoint. Whoever keeps a checkpoint and the
record's public key can prove, offline and with a program of their own
(tocsin-verify), that nothing was changed, removed or cut off since.

Keep checkpoints outside: send them to an auditor, print them into the minutes,
let a witness cosign them.`

func (a *app) auditCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "audit",
		Short: "Read, verify and prove the record",
		Long:  auditLong,
		Args:  a.noVerb,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return usage(cmd, "what about the record? log, verify, checkpoint, key, prove, consistency or witness")
		},
	}
	cmd.AddCommand(a.auditLogCommand(), a.auditVerifyCommand(), a.auditCheckpointCommand(), a.auditKeyCommand(), a.auditProveCommand(), a.auditConsistencyCommand(), a.auditWitnessCommand())
	return cmd
}

func (a *app) auditCheckpointCommand() *cobra.Command {
	var code bool
	cmd := &cobra.Command{
		Use:   "checkpoint",
		Short: "Print a signed checkpoint of the record as it is now",
		Long: `Prints a checkpoint: a signed note (C2SP tlog-checkpoint) that says how many
events the record has, and the root of the tree over them. With --qr it is drawn
as a QR code, for the minutes of a war room: black on white on a terminal with
colours; white on the terminal's own dark background with NO_COLOR; and in blocks
for dark modules where it goes to a file.`,
		Example: "  tocsin audit checkpoint > checkpoint-of-today\n  tocsin audit checkpoint --qr",
		Args:    words(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withSession(cmd, func(_ context.Context, s *session) error {
				signed, err := s.checkpoint()
				if err != nil || !code {
					s.out.Write(signed)
					return err
				}
				return s.out.printCode(string(signed))
			})
		},
	}
	cmd.Flags().BoolVar(&code, "qr", false, "draw it as a QR code")
	return cmd
}

// checkpoint is a signed checkpoint of all that is recorded.
func (s *session) checkpoint() ([]byte, error) {
	signed, err := s.space.Checkpoint()
	if err == nil && signed == nil {
		err = &model.Refusal{Cause: model.ErrNotFound, Reason: "nothing was recorded yet"}
	}
	return signed, troubled(err)
}

// printCode draws a QR code that is dark on light whatever the terminal's own
// colours are.
func (p *paper) printCode(text string) error {
	const blackOnWhite, end = "\x1b[38;5;16;48;5;231m", "\x1b[0m"
	rows, err := sign.QR(text, p.width > 0 && !p.colour)
	if err != nil {
		return err
	}
	for _, row := range rows {
		if p.colour {
			row = blackOnWhite + row + end
		}
		p.WriteString(row + "\n")
	}
	return nil
}

func (a *app) auditKeyCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "key",
		Short: "Print the public key that verifies the record's checkpoints",
		Long: `Prints the record's public key. Give it to whoever is to verify the record, by
another way than the record itself: in person, in a contract, on a web page.`,
		Args: words(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withSession(cmd, func(_ context.Context, s *session) error {
				s.out.printf("%s", s.space.VerifierKey())
				return nil
			})
		},
	}
}

// readVerifier takes a public key, or the name of a file that holds one.
func readVerifier(field, given string) (note.Verifier, error) {
	if key, err := tree.ParseVerifier(given); err == nil {
		return key, nil
	}
	text, err := readBounded(field, given, 4<<10)
	if err != nil {
		return nil, err
	}
	key, err := tree.ParseVerifier(strings.TrimSpace(string(text)))
	if err != nil {
		return nil, model.Refuse(model.Field(field, err.Error(), "what tocsin audit key prints, or a file that holds it"))
	}
	return key, nil
}

// readBounded reads a file of at most so many bytes that a flag or a word
// named.
func readBounded(field, path string, most int64) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, model.Refuse(model.Field(field, err.Error(), "a file that can be read"))
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, most+1))
	if err == nil && int64(len(data)) > most {
		err = fmt.Errorf("%s has more than %d bytes", path, most)
	}
	if err != nil {
		return nil, model.Refuse(model.Field(field, err.Error(), ""))
	}
	return data, nil
}

// writeNew writes a file that must not be there yet, or standard output where
// no file is named.
func (s *session) writeNew(path string, data []byte) error {
	if path == "" || path == "-" {
		s.out.Write(data)
		return nil
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return model.Refuse(model.Field("--to", err.Error(), "a file that is not there yet"))
	}
	_, err = file.Write(data)
	if err := errors.Join(err, file.Sync(), file.Close()); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}
