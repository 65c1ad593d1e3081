package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"tocsin/model"
	"tocsin/store"
	"tocsin/store/evidence"
	"tocsin/store/health"
	"tocsin/store/vault"
	"tocsin/tui/sign"
)

const doctorLong = `Checks the record and what surrounds it: permissions, disk space, lock, the
database's checksums, every event against the tree and its checkpoints, the
signed head outside of the database, projections against a fresh fold of the
log, vault, evidence, clock, zone database, packs, calendars and settings. Every
check ends in one line, and where something is wrong in the command that mends
it.

--repair takes the rights of others away, makes projections anew from the log,
and removes what interrupted writes left behind. It never changes the log.

A record whose log is not what was signed opens for reading alone. --accept-head
lets it go on with what is there, under another name; what was lost is said
first, and has to be confirmed. That is recorded with --reason.

Exit codes: 0 nothing is wrong, 1 something is, 2 something could not be
checked.`

// doctorFlags are what the doctor does besides looking.
type doctorFlags struct {
	repair, accept, yes bool
	reason              string
}

func (a *app) doctorCommand() *cobra.Command {
	var given doctorFlags
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Check the record, and say what mends it",
		Long:  doctorLong,
		Example: `  tocsin doctor
  tocsin doctor --repair
  tocsin doctor --accept-head --reason "restored last night's backup by hand"`,
		Args: words(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if given.accept {
				return a.acceptHead(cmd, given)
			}
			return a.doctor(cmd, given.repair)
		},
	}
	flags := cmd.Flags()
	flags.BoolVar(&given.repair, "repair", false, "mend what can be mended without losing anything")
	flags.BoolVar(&given.accept, "accept-head", false, "go on with a log that is not what was signed")
	flags.StringVar(&given.reason, "reason", "", "why, with --accept-head")
	flags.BoolVar(&given.yes, "yes", false, "with --accept-head: do not ask")
	return a.reading(cmd)
}

// healthView is what one check found.
type healthView struct {
	Check string `json:"check"`
	Level string `json:"level" help:"sound, doubtful, unknown (could not be checked) or wrong"`
	Text  string `json:"text"`
	Mend  string `json:"mend" help:"the command that mends it"`
}

func (a *app) doctor(cmd *cobra.Command, repair bool) error {
	dir, err := a.dataDir()
	if err != nil {
		return err
	}
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		return model.Refuse(model.Field("--data", "there is no record at "+dir, "the directory of one"))
	}
	if err := refuseForeign(dir); err != nil {
		return err
	}
	found := a.examine(cmd.Context(), dir, repair)
	out := a.newPaper()
	if err := a.printHealth(out, found); err != nil {
		return err
	}
	if err := a.handOver(out); err != nil {
		return err
	}
	return healthVerdict(found)
}

// healthVerdict is the exit code as an error.
func healthVerdict(found []health.Finding) error {
	count := make(map[health.Level]int)
	for _, f := range found {
		count[f.Level]++
	}
	switch health.Worst(found) {
	case health.Wrong:
		return &model.Refusal{Reason: fmt.Sprintf("%s of %d found something wrong", counted(count[health.Wrong], "check"), len(found))}
	case health.Unknown:
		return &usageError{err: fmt.Errorf("%s of %d could not be made", counted(count[health.Unknown], "check"), len(found))}
	}
	return nil
}

// examine makes every check there is.
func (a *app) examine(ctx context.Context, dir string, repair bool) []health.Finding {
	progress := a.newProgress()
	exam := health.Exam{Dir: dir, Options: a.doctorOptions(dir), Now: a.now, Blobs: blobsIn(dir), Mend: repair, Each: a.checkAdopted(dir), Progress: progress.events}
	found := exam.Examine(ctx)
	progress.clear()
	return append(found, a.checkSettings(dir)...)
}

func (a *app) doctorOptions(dir string) store.Options {
	options := store.Options{Now: a.now, Logger: slog.New(slog.DiscardHandler), Free: a.free}
	unlock, slips, err := a.unlock(dir)
	a.warnOfSettings(slips)
	if err == nil {
		options.Unlock = unlock
	}
	return options
}

// blobsIn opens the evidence of a directory's spaces, nil where there is none.
func blobsIn(dir string) func(*vault.Vault, string) (*evidence.Blobs, error) {
	if _, err := os.Stat(filepath.Join(dir, evidenceFolder)); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return func(keys *vault.Vault, space string) (*evidence.Blobs, error) { return openBlobs(keys, dir, space) }
}

// levelSigns are the levels as a shape and a word.
var levelSigns = map[health.Level]sign.Sign{
	health.Sound:    {Shape: "✓", Word: "sound", Tone: sign.Good},
	health.Doubtful: {Shape: "◐", Word: "doubtful", Tone: sign.Warning},
	health.Unknown:  {Shape: "?", Word: "unknown", Tone: sign.Doubt},
	health.Wrong:    {Shape: "!", Word: "wrong", Tone: sign.Alarm},
}

func (a *app) printHealth(out *paper, found []health.Finding) error {
	if a.json {
		views := make([]healthView, len(found))
		for k, f := range found {
			views[k] = healthView{f.Check, string(f.Level), f.Text, f.Mend}
		}
		return out.printJSON(views)
	}
	for _, f := range found {
		mark := printed(levelSigns[f.Level])
		out.line(painted{padded(mark.text, 12), mark.ink}, painted{padded(f.Check, 14) + " ", strong}, painted{f.Text, plain})
		if f.Mend != "" {
			out.line(painted{strings.Repeat(" ", 27), plain}, painted{"→ " + f.Mend, notice})
		}
	}
	return nil
}

// acceptHead lets a record at fault go on, once somebody has confirmed what
// that loses.
func (a *app) acceptHead(cmd *cobra.Command, given doctorFlags) error {
	if strings.TrimSpace(given.reason) == "" {
		return usage(cmd, "why is the record taken as it is? --reason TEXT")
	}
	actor, err := a.actor()
	if err != nil {
		return err
	}
	dir, err := a.dataDir()
	if err != nil {
		return err
	}
	ctx := cmd.Context()
	st, err := store.Open(ctx, dir, a.doctorOptions(dir))
	if err != nil {
		return troubled(err)
	}
	err = a.acceptIn(ctx, st, actor, given)
	return errors.Join(err, closeStore(st))
}

func (a *app) acceptIn(ctx context.Context, st *store.Store, actor model.Actor, given doctorFlags) error {
	space, err := st.Space(ctx, a.space)
	if err != nil {
		return troubled(err)
	}
	fault := space.Fault()
	if fault == nil {
		return &model.Refusal{Reason: "the record is not at fault: there is nothing to accept"}
	}
	fmt.Fprintln(a.err, model.CleanText(acceptWords(space, fault.Detail)))
	if !given.yes && !a.confirmed("Go on with what is there?") {
		return &model.Refusal{Reason: "nothing was changed"}
	}
	accepted, err := st.AcceptHead(ctx, a.space)
	if err != nil {
		return troubled(err)
	}
	if space, err = st.Space(ctx, a.space); err != nil {
		return troubled(err)
	}
	_, err = space.Do(ctx, actor, model.AcceptRecord{Fault: fault.Detail, Events: accepted.Size, Before: string(accepted.Before), Reason: given.reason})
	if err != nil {
		return troubled(err)
	}
	out := a.newPaper()
	out.printf("The record goes on after event %d, as %s. That is recorded.", accepted.Size, accepted.Origin)
	return a.handOver(out)
}

// acceptWords say what accepting loses.
func acceptWords(space *store.Space, fault string) string {
	return fmt.Sprintf(`The record of space %s is not what was signed: %s.

Accepting it keeps the events that are there and makes them the record. What is
missing or was changed stays so: nobody will be able to prove from this record
what it was. Checkpoints signed before no longer belong to it, and it goes on
under another name. A backup that verifies is the better way: tocsin restore.`, space.ID(), fault)
}

// confirmed asks a question whose answer is no unless somebody types yes.
func (a *app) confirmed(question string) bool {
	fmt.Fprintf(a.err, "%s Type yes to do it, anything else leaves all as it is: ", question)
	line, err := bufio.NewReader(a.in).ReadString('\n')
	return (err == nil || line != "") && strings.TrimSpace(line) == "yes"
}
