package main

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"

	"github.com/spf13/cobra"

	"tocsin/model"
	wording "tocsin/model/notice"
)

func (a *app) noticeEditCommand() *cobra.Command {
	var given noticeFlags
	cmd := a.noticeVerb("edit ID [NOTICE]", "Save another version of a notice that has not left", func(ctx context.Context, s *session, i *model.Incident, n model.Notice) error {
		return a.editNotice(ctx, s, i, n, given)
	})
	cmd.Long = `Saves another version of a notice. Flags change what they name and leave the rest
as it was; --set FIELD= takes back what was said, and the incident fills the
field again. What was proposed or approved is a draft again.

Every version stays in the record: tocsin notice diff shows how two differ.`
	cmd.Example = `  tocsin notice edit 7 N1 --set advice="Change your passwords."
  tocsin notice edit 7 N1 --language en,de --set advice@de="Ändern Sie Ihre Passwörter."
  tocsin notice edit 7 N1 --edit`
	given.on(cmd, a)
	return cmd
}

func (a *app) editNotice(ctx context.Context, s *session, i *model.Incident, n model.Notice, given noticeFlags) (err error) {
	w, err := s.writer(i, n.NoticeDraft)
	if err != nil {
		return err
	}
	w.draft.Channel = cmp.Or(given.channel, w.draft.Channel)
	w.draft.Corrects = cmp.Or(given.corrects, w.draft.Corrects)
	if len(given.rules) > 0 {
		if w.draft.Rules, err = w.rules(given.rules); err != nil {
			return err
		}
	}
	if len(given.groups) > 0 {
		w.draft.Groups = given.groups
	}
	if err := w.choose(cmp.Or(given.template, n.Template)); err != nil {
		return err
	}
	w.languages = given.languages
	if len(given.languages) == 0 {
		for _, t := range n.Texts {
			w.languages = append(w.languages, t.Language)
		}
	}
	draft, items, err := a.written(ctx, w, given)
	if err != nil {
		return err
	}
	if err := s.change(ctx, model.EditNotice{Incident: i.ID, Notice: n.ID, Base: n.Version, Draft: draft}); err != nil {
		return err
	}
	s.printChecklist(items)
	return nil
}

// editFields has the fields written in an editor, until what comes out of it can
// be read.
func (a *app) editFields(ctx context.Context, w *noticeWriter) error {
	program := cmp.Or(a.getenv("VISUAL"), a.getenv("EDITOR"))
	switch {
	case a.guest != nil:
		return model.Refuse(model.Field("--edit", "takes a terminal of the process that has the record, and another one has it", "--set and --unknown"))
	case !a.interactive():
		return model.Refuse(model.Field("--edit", "takes a terminal, and nobody sits at one", "--set and --unknown"))
	case program == "":
		return model.Refuse(model.Field("--edit", "finds no editor", "VISUAL or EDITOR in the environment, or --set and --unknown"))
	}
	var unheard string
	done := a.letJoin(ctx, w.session, &unheard) // somebody types: others go on
	defer done()
	text := fieldsText(w.template, w.draft.Fields)
	file, err := os.CreateTemp("", "tocsin-notice-*.txt")
	if err != nil {
		return fmt.Errorf("make a file for the editor: %w", err)
	}
	defer os.Remove(file.Name())
	_, err = file.WriteString(text)
	if err := errors.Join(err, file.Close()); err != nil {
		return fmt.Errorf("write the file for the editor: %w", err)
	}
	words := strings.Fields(program)
	editor := exec.CommandContext(ctx, words[0], append(words[1:], file.Name())...)
	editor.Stdin, editor.Stdout, editor.Stderr = os.Stdin, os.Stdout, os.Stderr
	if err := editor.Run(); err != nil {
		return &model.Refusal{Reason: fmt.Sprintf("nothing was saved: the editor %s ended with: %v", words[0], err)}
	}
	written, err := readBounded("the editor's file", file.Name(), longestInput)
	if err != nil {
		return err
	}
	w.draft.Fields, err = readFields(string(written))
	return err
}

// notKnownYet, alone in a field, says that it is not known yet.
const notKnownYet = "(not known yet)"

const fieldMark = "== "

// fieldsText is the fields of a template as a text to be edited, with what they
// say so far.
func fieldsText(t *wording.Template, fields []model.NoticeField) string {
	var out strings.Builder
	fmt.Fprintf(&out, "# %s\n# Write each field below its line. Lines that begin with # are left out.\n# %s says that something is not known yet. An empty field is filled from\n# the incident where it can be. == name@de == says a field in one language.\n", t.Title, notKnownYet)
	said := map[string]bool{}
	for i := range t.Fields {
		f := &t.Fields[i]
		fmt.Fprintf(&out, "\n# %s\n", fieldHelp(f))
		one := false
		for _, given := range fields {
			if name, _, _ := strings.Cut(given.Name, "@"); name == f.Name {
				writeField(&out, given)
				one, said[given.Name] = true, true
			}
		}
		if !one {
			writeField(&out, model.NoticeField{Name: f.Name})
		}
	}
	for _, given := range fields {
		if !said[given.Name] {
			out.WriteString("\n# The template has no such field: take it out, or name the right one.\n")
			writeField(&out, given)
		}
	}
	return out.String()
}

func writeField(out *strings.Builder, f model.NoticeField) {
	fmt.Fprintf(out, "%s%s ==\n", fieldMark, f.Name)
	if f.Unknown {
		fmt.Fprintln(out, notKnownYet)
		return
	}
	for line := range strings.SplitSeq(f.Value, "\n") {
		if strings.HasPrefix(line, "#") || strings.HasPrefix(line, fieldMark) || strings.HasPrefix(line, `\`) || line == notKnownYet {
			line = `\` + line // so that a value's own marks come back as they were
		}
		fmt.Fprintln(out, line)
	}
}

// fieldHelp says what a field takes.
func fieldHelp(f *wording.Field) string {
	text := f.Label + " (" + string(f.Type)
	if f.Required {
		text += ", required"
	}
	text += ")"
	if len(f.Choices) > 0 {
		var words []string
		for _, word := range f.Choices {
			words = append(words, word.ID)
		}
		text += ": " + strings.Join(words, ", ")
	}
	if f.Help != "" {
		text += "\n# " + f.Help
	}
	return text
}

// readFields reads what came out of an editor.
func readFields(text string) ([]model.NoticeField, error) {
	var fields []model.NoticeField
	lines := bufio.NewScanner(strings.NewReader(strings.ReplaceAll(text, "\r\n", "\n")))
	lines.Buffer(nil, longestInput+1)
	for lines.Scan() {
		line := lines.Text()
		switch {
		case strings.HasPrefix(line, "#"):
		case strings.HasPrefix(line, fieldMark):
			name := strings.TrimSpace(strings.Trim(line, "= "))
			fields = append(fields, model.NoticeField{Name: name})
		case len(fields) > 0 && strings.TrimSpace(line) == notKnownYet:
			fields[len(fields)-1].Unknown = true
		case len(fields) > 0:
			fields[len(fields)-1].Value += strings.TrimPrefix(line, `\`) + "\n"
		case strings.TrimSpace(line) != "":
			return nil, model.Refuse(model.Field("the text", fmt.Sprintf("%q stands before the first field", model.Clip(model.CleanLine(line), 40)), "each field below its line, == name =="))
		}
	}
	var kept []model.NoticeField
	for _, f := range fields {
		f.Value = strings.TrimSpace(f.Value)
		if f.Unknown {
			f.Value = ""
		}
		if f.Unknown || f.Value != "" {
			kept = append(kept, f)
		}
	}
	return kept, lines.Err()
}
