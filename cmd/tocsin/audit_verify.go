package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/mod/sumdb/note"

	"tocsin/model"
	"tocsin/store/bundle"
	"tocsin/store/tree"
)

// verifyFlags is what a verification is held against.
type verifyFlags struct {
	key, checkpoint string
	witnesses       []string
	backup          restoreFlags // what opens it
}

func (a *app) auditVerifyCommand() *cobra.Command {
	var given verifyFlags
	cmd := &cobra.Command{
		Use:   "verify [DIRECTORY | BACKUP…]",
		Short: "Verify that nothing was changed, removed or cut off",
		Long: `Computes the tree anew from every event, and holds all that is kept of it
against that: the hashes, every checkpoint with its signature, and the head file
outside of the database. With a DIRECTORY it verifies a log as it was handed
over, alone or in an export, without opening the record. With a BACKUP, and
those that follow it in order, it verifies every event and checkpoint in them;
--identity and --passphrase-file open them as for tocsin restore. The public key
is not in a backup, so --key says which it is.

--key says which public key must have signed; --checkpoint gives one that was
kept from an earlier time, which the record must begin with.

The last line is the verdict. Exit codes: 0 whole, 1 something is wrong, 2 it
cannot be said who signed.`,
		Example: `  tocsin audit verify
  tocsin audit verify --checkpoint checkpoint-of-january
  tocsin audit verify --key auditor/acme.key /media/stick/log
  tocsin audit verify --key acme.key --identity key.txt main-…-whole.tocsin`,
		Args: words(0, 10_000),
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case len(args) == 0:
				return a.withSession(cmd, func(ctx context.Context, s *session) error { return a.verifyRecord(ctx, s, given) })
			case isFile(args[0]):
				return a.verifyBackup(cmd, args, given)
			case len(args) > 1:
				return usage(cmd, "one directory at a time")
			}
			return a.verifyHandedOver(cmd, args[0], given)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&given.key, "key", "", "the public key that must have signed, or a file with it")
	flags.StringVar(&given.checkpoint, "checkpoint", "", "a checkpoint that was kept from an earlier time")
	flags.StringArrayVar(&given.witnesses, "witness", nil, "public key of a witness that must have cosigned (more than once for more)")
	flags.StringArrayVar(&given.backup.identities, "identity", nil, "a file with private keys (AGE-SECRET-KEY-…) that open a backup; may be given again")
	flags.StringVar(&given.backup.passphraseFile, "passphrase-file", "", "a file whose first line is the backup's passphrase (else it is asked for)")
	return a.reading(cmd)
}

// verificationView is what a verification found.
type verificationView struct {
	Verdict     string        `json:"verdict" help:"whole, wrong or unknown"`
	Sentence    string        `json:"sentence"`
	Log         string        `json:"log" help:"its name in its checkpoints"`
	Events      uint64        `json:"events"`
	Root        string        `json:"root" help:"base64"`
	Removed     uint64        `json:"removed" help:"events of which only the leaf is left"`
	Checkpoints int           `json:"checkpoints" help:"how many were verified"`
	Cosigned    []string      `json:"cosigned" help:"witnesses, and when"`
	Fault       *logFaultView `json:"fault" help:"the first that was found"`
}

type logFaultView struct {
	Kind   string `json:"kind" help:"missing, altered, surplus, tree or unverified"`
	First  uint64 `json:"first" help:"the first event that it is about; 0 for none"`
	Last   uint64 `json:"last"`
	Detail string `json:"detail"`
}

// verdict is what a verification found, to be told.
type verdict struct {
	outcome bundle.Outcome
	view    verificationView
	lines   []bundle.Line
}

var outcomeWords = map[bundle.Outcome]string{bundle.Whole: "whole", bundle.Wrong: "wrong", bundle.CannotSay: "unknown"}

// tell prints a verdict, and makes an error of one that is not good.
func (a *app) tell(cmd *cobra.Command, p *paper, v verdict) error {
	v.view.Verdict, v.view.Cosigned = outcomeWords[v.outcome], list(v.view.Cosigned)
	if a.json {
		if err := p.printJSON(v.view); err != nil {
			return err
		}
	} else {
		for _, line := range v.lines {
			p.line(painted{padded(line.About, 14), quiet}, painted{line.Found, plain})
		}
		p.line(painted{v.view.Sentence, map[bundle.Outcome]ink{bundle.Whole: good, bundle.Wrong: alarm, bundle.CannotSay: warning}[v.outcome]})
	}
	switch v.outcome {
	case bundle.Wrong:
		return &model.Refusal{Reason: "it does not verify"}
	case bundle.CannotSay:
		return usage(cmd, "whose key is it to be verified with? --key")
	}
	return nil
}

func faultOf(f *tree.Fault) *logFaultView {
	if f == nil {
		return nil
	}
	return &logFaultView{Kind: string(f.Kind), First: f.First, Last: f.Last, Detail: f.Detail}
}

// verifyHandedOver verifies a log that was handed over, wherever it came from.
func (a *app) verifyHandedOver(cmd *cobra.Command, dir string, given verifyFlags) error {
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		return model.Refuse(model.Field("directory", dir+" is none", "a log as it was handed over, an export, or a backup"))
	}
	q, err := given.question()
	if err != nil {
		return err
	}
	progress := a.newProgress()
	q.Progress = progress.events("verifying")
	found, err := bundle.Verify(cmd.Context(), dir, q)
	progress.clear()
	if errors.Is(err, bundle.ErrNoBundle) {
		return model.Refuse(model.Field("directory", err.Error(), "a log as it was handed over, or an export"))
	}
	if err != nil {
		return err
	}
	return a.handOverVerdict(cmd, verdictOf(found, 1+len(found.Kept)))
}

// verdictOf is what was found, to be told.
func verdictOf(found bundle.Verdict, checkpoints int) verdict {
	view := verificationView{Sentence: found.Sentence(), Log: found.Origin, Events: found.Events, Root: found.Root.String(), Removed: found.Removed, Checkpoints: checkpoints, Fault: faultOf(found.Fault)}
	for _, w := range found.Witnesses {
		view.Cosigned = append(view.Cosigned, bundle.TellWitness(w))
	}
	return verdict{found.Outcome(), view, found.Lines()}
}

// handOverVerdict tells a verdict where no record is open.
func (a *app) handOverVerdict(cmd *cobra.Command, v verdict) error {
	paper := a.newPaper()
	err := a.tell(cmd, paper, v)
	return errors.Join(err, a.handOver(paper))
}

// question is what the flags ask of a log.
func (g verifyFlags) question() (q bundle.Question, err error) {
	if g.key != "" {
		if q.Key, err = readVerifier("--key", g.key); err != nil {
			return q, err
		}
	}
	if g.checkpoint != "" {
		kept, err := readBounded("--checkpoint", g.checkpoint, tree.MaxCheckpoint)
		if err != nil {
			return q, err
		}
		q.Kept = [][]byte{kept}
	}
	for _, given := range g.witnesses {
		key, err := readVerifier("--witness", given)
		if err != nil {
			return q, err
		}
		q.Witnesses = append(q.Witnesses, key)
	}
	return q, nil
}

// verifyRecord verifies the record that is open.
func (a *app) verifyRecord(ctx context.Context, s *session, given verifyFlags) error {
	q, err := given.question()
	if err != nil {
		return err
	}
	progress := a.newProgress()
	report, err := s.space.Verify(ctx, progress.events("verifying"))
	progress.clear()
	if err != nil {
		return troubled(err)
	}
	v := verdict{view: verificationView{Log: s.space.Origin(), Events: report.Size, Root: report.Root.String(), Removed: report.Tombstones, Checkpoints: report.Checkpoints}}
	v.lines = []bundle.Line{
		{About: "log", Found: v.view.Log},
		{About: "events", Found: fmt.Sprintf("%d, root %s", report.Size, report.Root)},
		{About: "checkpoints", Found: fmt.Sprintf("%d verified", report.Checkpoints)},
	}
	if report.Tombstones > 0 {
		v.lines = append(v.lines, bundle.Line{About: "removed", Found: fmt.Sprintf("the text of %d events; their leaves are here", report.Tombstones)})
	}
	if v.outcome, v.view.Sentence = bundle.Whole, fmt.Sprintf("WHOLE: the %d events are those that the record's key signed.", report.Size); report.Fault == nil {
		report.Fault = s.heldAgainst(ctx, q, &v)
	}
	if report.Fault != nil {
		v.outcome, v.view.Sentence, v.view.Fault = bundle.Wrong, "WRONG: "+report.Fault.Detail+".", faultOf(report.Fault)
	}
	return a.tell(nil, s.out, v)
}

// heldAgainst holds a whole record against what somebody kept of it.
func (s *session) heldAgainst(ctx context.Context, q bundle.Question, v *verdict) *tree.Fault {
	unverified := func(format string, args ...any) *tree.Fault {
		return &tree.Fault{Kind: tree.Unverified, Detail: fmt.Sprintf(format, args...)}
	}
	if key, ok := q.Key.(interface{ VerifierKey() string }); ok && key.VerifierKey() != s.space.VerifierKey() {
		return unverified("the record is signed by another key: %s", s.space.VerifierKey())
	}
	for _, kept := range q.Kept {
		c, err := s.space.Recognise(ctx, kept)
		if err != nil {
			return unverified("the checkpoint that was kept: %v", err)
		}
		v.lines = append(v.lines, bundle.Line{About: "begins with", Found: fmt.Sprintf("the %d events of the checkpoint that was kept", c.Size)})
	}
	return s.cosigned(ctx, q.Witnesses, v)
}

// cosigned tells who cosigned the newest checkpoint that witnesses did, and
// finds those missing who must have.
func (s *session) cosigned(ctx context.Context, witnesses []note.Verifier, v *verdict) *tree.Fault {
	if len(witnesses) == 0 {
		return nil
	}
	missing := &tree.Fault{Kind: tree.Unverified, Detail: "no checkpoint is kept that the witnesses cosigned; tocsin audit witness --add brings one"}
	signed, err := s.space.Witnessed(ctx)
	if err != nil || signed == nil {
		return missing
	}
	c, err := s.space.Recognise(ctx, signed, witnesses...)
	if err != nil || len(c.Witnesses) < len(witnesses) {
		return missing
	}
	for _, w := range c.Witnesses {
		v.view.Cosigned = append(v.view.Cosigned, bundle.TellWitness(w))
		v.lines = append(v.lines, bundle.Line{About: "cosigned", Found: fmt.Sprintf("%d events, by %s", c.Size, bundle.TellWitness(w))})
	}
	return nil
}

// events follows a long work over events. What is done in a moment shows
// nothing.
func (p *progress) events(what string) func(done, total uint64) {
	const moment, cells = 20_000, 20
	shown := uint64(0)
	return func(done, total uint64) {
		if p.out == nil || total < moment || done-shown < total/200 && done != total {
			return
		}
		shown, p.shown = done, true
		full := int(min(done, total) * cells / total)
		fmt.Fprintf(p.out, "\r%s %3d%% %s%s %d of %d events\x1b[K", what, min(done, total)*100/total, strings.Repeat("━", full), strings.Repeat("─", cells-full), done, total)
	}
}
