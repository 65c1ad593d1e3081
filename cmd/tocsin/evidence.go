package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"tocsin/model"
	"tocsin/store"
	"tocsin/store/evidence"
)

const evidenceLong = `Keeps files as evidence of an incident: sealed on this disk, known by their
SHA-256, each with a ledger that says who collected it, who held it since, who
examined it and why. Nothing of that is changed afterwards.

Pieces are named E-1, E-2, or by their number alone.`

func (a *app) evidenceCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "evidence",
		Short: "Keep files as evidence, with a ledger of custody",
		Long:  evidenceLong,
		Args:  a.noVerb,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return usage(cmd, "what about the evidence? add, list, show, transfer, examine, return, release, collect, verify, export or sweep")
		},
	}
	cmd.AddCommand(a.evidenceAddCommand(), a.evidenceListCommand(), a.evidenceShowCommand())
	cmd.AddCommand(a.custodyCommands()...)
	cmd.AddCommand(a.evidenceVerifyCommand(), a.evidenceExportCommand(), a.evidenceSweepCommand())
	return cmd
}

// evidenceFlags is what is said of a file that is taken in.
type evidenceFlags struct{ title, kind, name, collected, collector, from, note string }

func (a *app) evidenceAddCommand() *cobra.Command {
	var given evidenceFlags
	cmd := &cobra.Command{
		Use:   "add ID FILE|-",
		Short: "Take a file in: hash it, seal it, begin its ledger",
		Long: `Takes a file, or standard input, into the record: its SHA-256 is computed, it
is sealed beside the record, and its ledger of custody begins. Files of many
gigabytes are read once and never held in memory. The file itself stays where
it is.`,
		Example: `  tocsin evidence add 7 mail.log --kind log --from mail-relay-2
  ssh db-1 'sudo dd if=/dev/vdb bs=4M' | tocsin evidence add 7 - --title "Disk of db-1" --kind disk-image --from db-1`,
		Args:              words(2, 2),
		ValidArgsFunction: a.completeIncidentThenFile,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withSession(cmd, func(ctx context.Context, s *session) error {
				return s.addEvidence(ctx, args[0], args[1], given, a.newProgress())
			})
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&given.title, "title", "", "what it is, in one line (else the file's name)")
	flags.StringVar(&given.kind, "kind", "", "log, image, disk-image, memory, e-mail, document or other")
	flags.StringVar(&given.name, "name", "", "the file's name, as a label (else as it is)")
	flags.StringVar(&given.collected, "collected", "", "when it was collected (else now)")
	flags.StringVar(&given.collector, "collector", "", "who collected it and holds it (else who is acting)")
	flags.StringVar(&given.from, "from", "", "where it comes from: a host, a mailbox, a person")
	flags.StringVar(&given.note, "note", "", "what else is to be known of it")
	completeWords(cmd, "kind", kindWords()...)
	return cmd
}

func kindWords() []string {
	var words []string
	for _, kind := range model.EvidenceKinds() {
		words = append(words, string(kind))
	}
	return words
}

func (a *app) completeIncidentThenFile(cmd *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
	if len(args) == 1 {
		return nil, cobra.ShellCompDirectiveDefault
	}
	return a.completeIncident(cmd, args, typed)
}

func (s *session) addEvidence(ctx context.Context, incident, path string, given evidenceFlags, progress *progress) (err error) {
	id, err := s.incidentID(incident)
	if err != nil {
		return err
	}
	collected, err := s.readTime("collected", given.collected)
	if err != nil {
		return err
	}
	from, err := openExhibit(ctx, path, s.in)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, from.close()) }()
	command := model.AddEvidence{
		Incident: id, Title: orElse(given.title, from.name), What: model.EvidenceKind(given.kind), Name: orElse(given.name, from.name),
		Collected: collected, Collector: given.collector, From: given.from, Note: given.note,
	}
	receipt, blob, err := custodian{s}.takeIn(ctx, command, from, progress.bytes("storing", from.total))
	progress.clear()
	if err != nil {
		return err
	}
	s.printReceipt(receipt)
	if blob.Known {
		s.out.indented(len(id)+2, "the same content was stored before; it is kept once", quiet)
	}
	return nil
}

func orElse(text, other string) string {
	if text == "" {
		return other
	}
	return text
}

func (s *session) printReceipt(receipt store.Receipt) {
	for _, event := range receipt.Events {
		s.printChange(event)
	}
}

// custodyVerb is a verb that records a step of custody.
type custodyVerb struct {
	name, short string
	deed        model.Deed
	person      string // the flag that names whom it concerns
	help        string // of that flag
	needed      bool   // the flag must be given
	example     string
}

var custodyVerbs = []custodyVerb{
	{"transfer", "Hand a piece on to another holder", model.Transferred, "to", "who holds it from now on", true, `tocsin evidence transfer 7 E-1 --to "Kofi Mensah" --reason "to image the disk"`},
	{"examine", "Record that a piece was examined", model.Examined, "examiner", "who examined it (else who is acting)", false, `tocsin evidence examine 7 E-1 --reason "which accounts were used"`},
	{"return", "Return a piece to whom it belongs", model.Returned, "to", "whom it is returned to", true, `tocsin evidence return 7 E-1 --to Operations --reason "the case is closed"`},
	{"release", "Release a piece that is no longer needed", model.Released, "to", "who takes it, where somebody does", false, `tocsin evidence release 7 E-1 --reason "the period for claims is over"`},
	{"collect", "Collect a piece again that was returned or released", model.Collected, "collector", "who collected and holds it (else who is acting)", false, `tocsin evidence collect 7 E-1 --reason "a second disk turned up"`},
}

func (a *app) custodyCommands() []*cobra.Command {
	var commands []*cobra.Command
	for _, verb := range custodyVerbs {
		commands = append(commands, a.custodyCommand(verb))
	}
	return commands
}

func (a *app) custodyCommand(verb custodyVerb) *cobra.Command {
	var person, reason, from, at string
	use := verb.name + " ID ITEM --reason TEXT"
	if verb.needed {
		use += " --" + verb.person + " PERSON"
	}
	cmd := a.verb(use, verb.short, 2, 2, func(s *session, id model.ID, args []string) (model.Command, error) {
		when, err := s.readTime("at", at)
		return model.MoveEvidence{Incident: id, Item: args[0], Deed: verb.deed, From: from, Person: person, Reason: reason, At: when}, err
	})
	cmd.Example = "  " + verb.example
	cmd.ValidArgsFunction = a.completeThen(completeEvidence)
	flags := cmd.Flags()
	flags.StringVar(&person, verb.person, "", verb.help)
	flags.StringVar(&reason, "reason", "", "why")
	flags.StringVar(&at, "at", "", "when (else now)")
	if verb.deed != model.Collected {
		flags.StringVar(&from, "from", "", "who holds it so far; refused where that is somebody else")
	}
	return cmd
}

func completeEvidence(s *session, id model.ID) []cobra.Completion {
	standing, ok := s.snapshot().Incident(id)
	if !ok {
		return nil
	}
	var offered []cobra.Completion
	for _, item := range standing.Incident.Evidence {
		offered = append(offered, cobra.CompletionWithDesc(item.ID, item.Title))
	}
	return offered
}

func (a *app) evidenceVerifyCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "verify ID [ITEM]",
		Short: "Compare what is stored with its digest, and record the outcome",
		Long: `Reads what is stored of a piece of evidence, or of all of an incident's, and
compares it with the SHA-256 it was taken in with. The outcome is recorded:
intact, changed or missing. The exit code is 1 where anything is changed or
missing.`,
		Args:              words(1, 2),
		ValidArgsFunction: a.completeThen(completeEvidence),
		RunE:              a.aboutIncident(a.verifyEvidence),
	}
	return a.reading(cmd)
}

func (a *app) verifyEvidence(ctx context.Context, s *session, standing *model.Standing, args []string) error {
	items := standing.Incident.Evidence
	if len(args) > 0 || len(items) == 0 {
		item, err := s.item(standing, strings.Join(args, ""))
		if err != nil {
			return err
		}
		items = []model.Evidence{item}
	}
	progress, verdicts, wrong := a.newProgress(), []verdictView{}, 0
	for _, item := range items {
		found, err := custodian{s}.verify(ctx, standing.Incident.ID, item, progress.bytes("verifying "+item.ID, item.Size))
		progress.clear()
		if err != nil {
			return err
		}
		verdicts = append(verdicts, verdictView{ID: item.ID, Title: item.Title, SHA256: item.SHA256, Found: string(found)})
		if found != model.Intact {
			wrong++
		}
	}
	if err := a.printVerdicts(s, verdicts); err != nil || wrong == 0 {
		return err
	}
	return &model.Refusal{Reason: fmt.Sprintf("%d of %d pieces of evidence of %s are changed or missing", wrong, len(items), standing.Incident.ID)}
}

func (a *app) printVerdicts(s *session, verdicts []verdictView) error {
	if a.json {
		return s.out.printJSON(verdicts)
	}
	t := newTable(column{title: "item"}, column{title: "found"}, column{title: "title", flexible: true}, column{title: "sha-256"})
	for _, v := range verdicts {
		t.add(painted{v.ID, plain}, integrityMark(model.Integrity(v.Found)), painted{v.Title, plain}, painted{v.SHA256, quiet})
	}
	t.write(s.out)
	return nil
}

func (a *app) evidenceExportCommand() *cobra.Command {
	var to, reason string
	cmd := &cobra.Command{
		Use:   "export ID ITEM --to FILE",
		Short: "Write a copy of a piece of evidence, and record that it left",
		Long: `Writes a copy to a new file. What is stored is compared with its digest while
it is copied: a piece that is changed or missing is not exported. The export is
recorded before the copy gets its name. Nothing is overwritten.`,
		Example:           `  tocsin evidence export 7 E-1 --to /media/stick/mail.log --reason "asked for by the police, case 4711"`,
		Args:              words(2, 2),
		ValidArgsFunction: a.completeThen(completeEvidence),
		RunE: func(cmd *cobra.Command, args []string) error {
			if to == "" {
				return usage(cmd, "where to? --to FILE")
			}
			return a.aboutIncident(func(ctx context.Context, s *session, standing *model.Standing, args []string) error {
				item, err := s.item(standing, args[0])
				if err != nil {
					return err
				}
				progress := a.newProgress()
				receipt, err := custodian{s}.export(ctx, standing.Incident.ID, item, to, reason, progress.bytes("copying", item.Size))
				progress.clear()
				if err != nil {
					return err
				}
				s.printReceipt(receipt)
				return nil
			})(cmd, args)
		},
	}
	cmd.Flags().StringVar(&to, "to", "", "the new file")
	cmd.Flags().StringVar(&reason, "reason", "", "why it leaves, and to whom")
	return cmd
}

func (a *app) evidenceSweepCommand() *cobra.Command {
	var remove bool
	cmd := &cobra.Command{
		Use:   "sweep",
		Short: "Find stored content that no evidence names",
		Long: `Lists what is stored and named by no evidence of the space: what was left when
tocsin ended between storing a file and recording it, or after an older record
was put back. With --remove, what has lain for more than a day is removed; look
first, for after a restore it may be evidence of the record that was lost. The
record says what was removed, and by whom.`,
		Args: words(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withSession(cmd, func(ctx context.Context, s *session) error { return s.sweepEvidence(ctx, remove) })
		},
	}
	cmd.Flags().BoolVar(&remove, "remove", false, "remove what has lain for more than a day")
	return cmd
}

func (s *session) sweepEvidence(ctx context.Context, remove bool) error {
	if fault := s.space.Fault(); fault != nil && remove {
		return &model.Refusal{Cause: store.ErrFault, Reason: store.FaultWords(fault) + "; what no event names may belong to events that are missing, so nothing is removed"}
	}
	blobs, err := s.blobs()
	if err != nil {
		return err
	}
	unnamed, err := blobs.Unnamed(s.digests())
	if err != nil {
		return troubled(err)
	}
	var old []evidence.Unnamed
	if remove {
		old = slices.DeleteFunc(slices.Clone(unnamed), func(u evidence.Unnamed) bool { return !u.Removable(s.now()) })
	}
	for some := range slices.Chunk(old, model.MaxUnnamed) {
		if err := s.removeUnnamed(ctx, blobs, some); err != nil {
			return err
		}
	}
	for _, u := range unnamed {
		word := painted{"stored", plain}
		if slices.Contains(old, u) {
			word = painted{"removed", strong}
		}
		s.out.line(word, painted{fmt.Sprintf("  %s  %s  ", when(u.Stored, s.zone(), s.now()), model.Bytes(uint64(u.Size))), plain}, painted{u.Name, quiet})
	}
	s.out.printf("%d stored and named by no evidence, %d removed.", len(unnamed), len(old))
	return nil
}

// removeUnnamed records what is removed, and removes it, in that order: nothing
// goes that the record does not tell of.
func (s *session) removeUnnamed(ctx context.Context, blobs *evidence.Blobs, unnamed []evidence.Unnamed) error {
	command := model.RemoveUnnamed{Stored: make([]model.Unnamed, len(unnamed))}
	for k, u := range unnamed {
		command.Stored[k] = model.Unnamed{Name: u.Name, Size: uint64(u.Size)}
	}
	if _, err := s.space.Do(ctx, s.actor, command); err != nil {
		return troubled(err)
	}
	for _, u := range unnamed {
		if err := blobs.Remove(u); err != nil {
			return troubled(err)
		}
	}
	return nil
}

// digests are those of all evidence of the space whose content is kept.
func (s *session) digests() []string {
	var all []string
	snapshot := s.snapshot()
	for _, standings := range [][]*model.Standing{snapshot.Queue(), snapshot.Closed()} {
		for _, standing := range standings {
			for _, item := range standing.Incident.Evidence {
				if item.Purged.IsZero() {
					all = append(all, item.SHA256)
				}
			}
		}
	}
	return all
}

// bytes follows a long work over a known or (0) unknown number of bytes. What
// is done in a moment shows nothing.
func (p *progress) bytes(what string, total uint64) evidence.Progress {
	const moment, cells = 16 << 20, 20
	shown := uint64(0)
	return func(done uint64) {
		if p.out == nil || done-shown < moment && done != total || done < moment {
			return
		}
		shown, p.shown = done, true
		if total == 0 {
			fmt.Fprintf(p.out, "\r%s %s\x1b[K", what, model.Bytes(done))
			return
		}
		full := int(min(done, total) * cells / total)
		fmt.Fprintf(p.out, "\r%s %3d%% %s%s %s of %s\x1b[K", what, min(done, total)*100/total, strings.Repeat("━", full), strings.Repeat("─", cells-full), model.Bytes(done), model.Bytes(total))
	}
}
