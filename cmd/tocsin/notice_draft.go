package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"tocsin/config"
	"tocsin/model"
	wording "tocsin/model/notice"
	"tocsin/model/policy"
)

// noticeFlags is what is said of a notice while it is written.
type noticeFlags struct {
	rules, groups, languages []string
	set, unknown             []string
	channel, template        string
	corrects                 string
	edit                     bool
}

func (f *noticeFlags) on(cmd *cobra.Command, a *app) {
	flags := cmd.Flags()
	flags.StringArrayVar(&f.rules, "rule", nil, "a rule that it answers, as PACK/RULE, several times where several (else the one that asks for such a notice)")
	flags.StringArrayVar(&f.groups, "group", nil, "a group of affected customers it goes to, several times where several (else those whom its rules tell)")
	flags.StringSliceVar(&f.languages, "language", nil, "the languages it is written in, such as en,de (else the template's first)")
	flags.StringArrayVar(&f.set, "set", nil, "FIELD=TEXT, several times; FIELD@de=TEXT says it in one language; a text of - reads standard input")
	flags.StringArrayVar(&f.unknown, "unknown", nil, "a field that is not known yet: the text says so")
	flags.StringVar(&f.channel, "channel", "", "the channel it leaves by (else manual: people do it by hand)")
	flags.StringVar(&f.template, "template", "", "the template it is written with (else the fittest one)")
	flags.StringVar(&f.corrects, "corrects", "", "the earlier notice that it corrects")
	flags.BoolVar(&f.edit, "edit", false, "write the fields in an editor: VISUAL or EDITOR")
	a.completeFlag(cmd, "rule", completeRules)
	a.completeFlag(cmd, "template", completeTemplates)
	a.completeFlag(cmd, "channel", completeNoticeChannels)
}

func completeNoticeChannels(s *session, _ model.ID) []cobra.Completion {
	offered := []cobra.Completion{model.ManualChannel}
	for _, channel := range s.snapshot().Meta.Channels {
		offered = append(offered, channel.Name)
	}
	return offered
}

func completeTemplates(s *session, _ model.ID) []cobra.Completion {
	known, _, err := config.LoadTemplates(filepath.Join(s.dir, config.TemplatesFolder))
	if err != nil {
		return nil
	}
	var offered []cobra.Completion
	for _, t := range known.List() {
		offered = append(offered, cobra.CompletionWithDesc(t.ID, t.Title))
	}
	return offered
}

func (a *app) noticeDraftCommand() *cobra.Command {
	var given noticeFlags
	cmd := &cobra.Command{
		Use:   "draft ID KIND",
		Short: "Begin a notice: " + strings.Join(policy.NoticeKinds, ", "),
		Long: `Begins a notice from a template. What the incident knows fills its fields, --set
says the others, and the answer lists what its rules want said and whether the
text says it. A draft is saved as it is, however much is missing.

A team's own templates are *.toml files in the folder templates of the data
directory; tocsin policy lint checks them.`,
		Example: `  tocsin notice draft 7 initial --set what_happened="Somebody read exported files." --set done=- < done.txt
  tocsin notice draft 7 regulator --rule gdpr/art33-authority --unknown people --language de
  tocsin notice draft 7 initial --edit`,
		Args: words(2, 2),
		ValidArgsFunction: a.completeThen(func(*session, model.ID) []cobra.Completion {
			return slices.Clone(policy.NoticeKinds)
		}),
		RunE: a.aboutIncident(func(ctx context.Context, s *session, standing *model.Standing, rest []string) error {
			return a.draftNotice(ctx, s, standing.Incident, model.NoticeKind(strings.ToLower(rest[0])), given)
		}),
	}
	given.on(cmd, a)
	return cmd
}

func (a *app) draftNotice(ctx context.Context, s *session, i *model.Incident, kind model.NoticeKind, given noticeFlags) error {
	if !slices.Contains(policy.NoticeKinds, string(kind)) {
		return unknown("kind", string(kind), policy.NoticeKinds)
	}
	w, err := s.writer(i, model.NoticeDraft{Kind: kind, Channel: given.channel, Corrects: given.corrects})
	if err != nil {
		return err
	}
	if w.draft.Rules, err = w.rules(given.rules); err != nil {
		return err
	}
	w.draft.Groups = given.groups
	if len(given.groups) == 0 {
		w.draft.Groups = w.toldGroups()
	}
	if err := w.choose(given.template); err != nil {
		return err
	}
	w.languages = given.languages
	draft, items, err := a.written(ctx, w, given)
	if err != nil {
		return err
	}
	if err := s.change(ctx, model.DraftNotice{Incident: i.ID, Draft: draft}); err != nil {
		return err
	}
	s.printChecklist(items)
	return nil
}

// noticeWriter writes a draft of one incident.
type noticeWriter struct {
	*session
	incident  *model.Incident
	known     *config.Templates
	template  *wording.Template
	languages []string // none: the template's first
	draft     model.NoticeDraft
}

func (s *session) writer(i *model.Incident, draft model.NoticeDraft) (*noticeWriter, error) {
	known, err := s.templates()
	return &noticeWriter{session: s, incident: i, known: known, draft: draft}, err
}

// rules are those that were named, or the one that asks for such a notice. Where
// several do, somebody has to choose: they want different things said.
func (w *noticeWriter) rules(named []string) ([]policy.RuleKey, error) {
	var keys []policy.RuleKey
	for _, text := range named {
		key, err := w.ruleKey(w.incident.ID, text)
		if err != nil {
			return nil, err
		}
		keys = append(keys, key)
	}
	if len(keys) > 0 {
		return keys, nil
	}
	asking := w.asking()
	if len(asking) > 1 {
		texts := make([]string, len(asking))
		for k, key := range asking {
			texts[k] = key.String()
		}
		return nil, model.Refuse(model.Field("--rule", fmt.Sprintf("is not given, and %d rules ask for such a notice", len(texts)), strings.Join(texts, ", ")))
	}
	return asking, nil
}

// asking are the rules that now ask for a notice of this kind, whole: those that
// apply, or where none does those that cannot be excluded.
func (w *noticeWriter) asking() []policy.RuleKey {
	found := make(map[policy.Answer][]policy.RuleKey)
	for _, o := range w.snapshot().Obligations(w.incident) {
		key := o.Key().Whole()
		if w.asks(o.Rule) && o.Waiver == nil && !slices.Contains(found[o.Applies], key) {
			found[o.Applies] = append(found[o.Applies], key)
		}
	}
	if len(found[policy.Yes]) > 0 {
		return found[policy.Yes]
	}
	return found[policy.Unknown]
}

// asks reports whether a rule asks for a notice of this kind to somebody.
func (w *noticeWriter) asks(rule *policy.Rule) bool {
	update := w.draft.Kind == model.UpdateNotice && !rule.Every.IsZero()
	return rule.Audience != "" && (update || rule.NoticeKind() == string(w.draft.Kind))
}

// toldGroups are the groups of affected customers whom the rules tell.
func (w *noticeWriter) toldGroups() []string {
	var groups []string
	for _, key := range w.draft.Rules {
		rule := w.rule(key)
		for _, g := range w.incident.Groups {
			named := key.Group == "" || key.Group == g.ID
			direct := rule == nil || rule.Direct == "" || g.Direct
			if rule != nil && rule.To.Reaches(string(g.Tier)) && named && direct && !slices.Contains(groups, g.ID) {
				groups = append(groups, g.ID)
			}
		}
	}
	return groups
}

func (w *noticeWriter) rule(key policy.RuleKey) *policy.Rule {
	for _, pack := range w.snapshot().PacksOf(w.incident) {
		if rule, has := pack.Rule(key.Rule); has && pack.ID == key.Pack {
			return rule
		}
	}
	return nil
}

// choose takes the template that was named, or the fittest one.
func (w *noticeWriter) choose(id string) (err error) {
	if id != "" {
		if w.template, err = w.known.Template(id); err != nil {
			return model.Refuse(model.Field("--template", err.Error(), ""))
		}
		return nil
	}
	var key policy.RuleKey
	if len(w.draft.Rules) > 0 {
		key = w.draft.Rules[0]
	}
	fit := w.known.For(key, string(w.draft.Kind))
	if len(fit) == 0 {
		return model.Refuse(model.Field("--template", fmt.Sprintf("is not given, and none is for a notice of the kind %s", w.draft.Kind), "one of them, by its id"))
	}
	w.template = fit[0]
	return nil
}

// written is the draft with what was said of its fields, by flags or in an
// editor, and how it stands with what has to be said.
func (a *app) written(ctx context.Context, w *noticeWriter, given noticeFlags) (model.NoticeDraft, []wording.Item, error) {
	if err := w.say(given.set, given.unknown); err != nil {
		return model.NoticeDraft{}, nil, err
	}
	if len(w.languages) == 0 {
		w.languages = w.template.Languages()[:1]
	}
	if given.edit {
		if err := a.editFields(ctx, w); err != nil {
			return model.NoticeDraft{}, nil, err
		}
	}
	return w.compose()
}

// compose writes the texts.
func (w *noticeWriter) compose() (model.NoticeDraft, []wording.Item, error) {
	facts := w.snapshot().NoticeFacts(w.incident, w.draft.Rules, w.now())
	draft, items, err := model.Compose(w.draft, w.template, w.languages, w.snapshot().PacksOf(w.incident), facts)
	var wrong *wording.Error
	if errors.As(err, &wrong) {
		return draft, nil, refusedFields(wrong)
	}
	for _, language := range w.languages[1:] {
		if borrowed := w.template.Borrowed(language, w.values()); len(borrowed) > 0 {
			fmt.Fprintf(w.err, "tocsin: not said in %s: %s; --set %s@%s=… says it\n", model.CleanLine(language), strings.Join(borrowed, ", "), borrowed[0], model.CleanLine(language))
		}
	}
	for _, f := range w.draft.Fields {
		for _, place := range []string{"{customer}", "{contact}"} {
			if strings.Contains(f.Value, place) {
				fmt.Fprintf(w.err, "tocsin: %s is sent as it stands in %s: the template alone fills in names and addresses\n", place, f.Name)
			}
		}
	}
	return draft, items, err
}

func refusedFields(wrong *wording.Error) error {
	problems := make([]model.FieldError, len(wrong.Problems))
	for k, p := range wrong.Problems {
		problems[k] = model.Field(p.Key, p.Message, "")
	}
	return model.Refuse(problems...)
}

func (w *noticeWriter) values() wording.Values {
	values := wording.Values{}
	for _, f := range w.draft.Fields {
		values[f.Name] = wording.Value{Text: f.Value, Unknown: f.Unknown}
	}
	return values
}

// say takes in what was said of fields by flags. An empty text takes back what
// was said, so that the incident's fact fills the field again.
func (w *noticeWriter) say(set, open []string) error {
	for _, text := range set {
		name, value, err := pair("--set", text, "FIELD=TEXT, such as advice=\"Change your passwords.\"")
		if err != nil {
			return err
		}
		if value, err = w.text("--set "+name, value); err != nil {
			return err
		}
		w.put(model.NoticeField{Name: name, Value: value})
	}
	for _, name := range open {
		w.put(model.NoticeField{Name: strings.TrimSpace(name), Unknown: true})
	}
	return nil
}

func (w *noticeWriter) put(f model.NoticeField) {
	w.draft.Fields = slices.DeleteFunc(slices.Clone(w.draft.Fields), func(other model.NoticeField) bool { return other.Name == f.Name })
	if f.Unknown || strings.TrimSpace(f.Value) != "" {
		w.draft.Fields = append(w.draft.Fields, f)
	}
}

// printChecklist says what the rules want said, and whether the text says it.
func (s *session) printChecklist(items []wording.Item) {
	missing := 0
	for _, item := range items {
		mark, tone, more := "✓ ", good, item.Says
		switch item.State {
		case wording.Missing:
			missing++
			mark, tone, more = "✗ ", alarm, item.Why
		case wording.Passed:
			mark, tone, more = "✗ ", alarm, "it has passed: "+item.Says+"; a text that promises it is not sent"
		case wording.Late:
			mark, tone, more = "◐ ", warning, "it is later than promised by the policy: "+item.Says
		case wording.Unknown:
			mark, tone, more = "? ", notYet, "not known yet, and the text says so: "+item.Says
		}
		s.out.line(painted{"  " + mark, tone}, painted{item.Content, plain})
		if more != "" {
			s.out.indented(6, more, quiet)
		}
	}
	if missing > 0 {
		s.out.printf("%s missing before it can be proposed.", count(missing, "content is", "contents are"))
	}
}

// notYet is the tone of what is not known yet.
const notYet = notice
