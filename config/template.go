package config

import (
	"embed"
	"errors"
	"fmt"
	"os"
	"path"
	"slices"
	"strings"
	"sync"

	"tocsin/model/notice"
	"tocsin/model/policy"
)

//go:embed templates
var embeddedTemplates embed.FS

// TemplatesFolder is the folder of a data directory that holds a team's own
// templates of notices.
const TemplatesFolder = "templates"

// TemplateError says that templates were refused, and all that is wrong with
// them in the order of files and lines. Its message has one problem a line.
type TemplateError struct {
	Problems []Problem
}

func (e *TemplateError) Error() string { return problemLines(e.Problems) }

// Templates are the templates of notices that a console knows, one of each id.
// They are never changed once loaded, so they are shared freely.
type Templates struct {
	list  []*notice.Template // by id
	files map[string]string  // the team's file that an id came from
}

// ParseTemplate reads one template. The keys of the file are the json names of
// notice.Template; file is what messages call it. One with anything wrong in it
// is refused with a *TemplateError that names every problem.
func ParseTemplate(file string, data []byte) (*notice.Template, error) {
	t := &notice.Template{}
	d := decode(file, data, t)
	if len(d.problems) == 0 {
		for _, problem := range notice.Lint(t) {
			d.problem(problem.Key, "%s", problem.Message)
		}
	}
	if len(d.problems) > 0 {
		return nil, &TemplateError{Problems: d.sorted()}
	}
	return t, nil
}

// CheckTemplate is ParseTemplate that also returns what the template's author
// should look at again though it works: rules of it that no pack has, and what
// those rules want said that it has no place for.
func (l *Library) CheckTemplate(file string, data []byte) (t *notice.Template, warnings []Problem, err error) {
	if t, err = ParseTemplate(file, data); err != nil {
		return nil, nil, err
	}
	lines := keyLines(string(data))
	for i, name := range t.Rules {
		if wrong := l.untold(t, name); wrong != "" {
			key := "rules" + index(i)
			warnings = append(warnings, Problem{File: file, Line: lineOf(lines, key), Key: key, Message: wrong})
		}
	}
	return t, warnings, nil
}

// untold says what is wrong with a template for one of its rules, "" for nothing.
func (l *Library) untold(t *notice.Template, name string) string {
	id, want, _ := strings.Cut(name, "/")
	pack, known := l.Latest(id)
	if !known {
		return fmt.Sprintf("there is no pack %q%s", id, suggestion(id, l.IDs()))
	}
	rule, has := pack.Rule(want)
	if !has {
		return fmt.Sprintf("%s has no rule %q", pack.Ref(), want)
	}
	if missing := t.Covers(rule.Contents); len(missing) > 0 {
		return fmt.Sprintf("the rule wants said what [contents] has no place for: %s", strings.Join(missing, "; "))
	}
	return ""
}

// HoldsTemplate reports whether a TOML text is a template of a notice, and not
// a pack or calendars.
func HoldsTemplate(data []byte) bool {
	_, found := keyLines(string(data))["texts[0]"]
	return found
}

var shippedTemplates = sync.OnceValues(func() (*Templates, error) {
	known := &Templates{files: map[string]string{}}
	entries, err := embeddedTemplates.ReadDir(TemplatesFolder)
	if err != nil {
		return nil, fmt.Errorf("read the embedded templates: %w", err)
	}
	refused := &TemplateError{}
	for _, entry := range entries {
		name := path.Join(TemplatesFolder, entry.Name())
		data, err := embeddedTemplates.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("read an embedded template: %w", err)
		}
		refused.Problems = append(refused.Problems, known.add(name, data)...)
	}
	if len(refused.Problems) > 0 {
		return nil, refused
	}
	known.files = map[string]string{}
	return known, nil
})

// LoadTemplates reads the embedded templates and every *.toml file in dir; a
// dir that is "" or does not exist adds none. A template of the same id as an
// embedded one takes its place, in all languages. Templates that are not right
// are left out, and what is wrong with them is told.
func LoadTemplates(dir string) (*Templates, []Problem, error) {
	shipped, err := shippedTemplates()
	if err != nil {
		return nil, nil, err
	}
	files, err := tomlFiles(dir)
	if err != nil {
		return nil, nil, fmt.Errorf("read the folder of templates: %w", err)
	}
	known := &Templates{list: slices.Clone(shipped.list), files: map[string]string{}}
	var problems []Problem
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			problems = append(problems, Problem{File: file, Message: fmt.Sprintf("cannot be read: %v", err)})
			continue
		}
		problems = append(problems, known.add(file, data)...)
	}
	return known, problems, nil
}

// add takes the template of one file in, in the place of an embedded one of
// its id, and says what is wrong with it.
func (t *Templates) add(file string, data []byte) []Problem {
	template, err := ParseTemplate(file, data)
	var refused *TemplateError
	if errors.As(err, &refused) {
		return refused.Problems
	}
	if first, twice := t.files[template.ID]; twice {
		return []Problem{{File: file, Line: lineOf(keyLines(string(data)), "id"), Key: "id", Message: fmt.Sprintf("%s is in %s too: keep one of them", template.ID, first)}}
	}
	t.files[template.ID] = file
	at, found := slices.BinarySearchFunc(t.list, template.ID, func(t *notice.Template, id string) int { return strings.Compare(t.ID, id) })
	if found {
		t.list[at] = template
	} else {
		t.list = slices.Insert(t.list, at, template)
	}
	return nil
}

// List returns every template, by id.
func (t *Templates) List() []*notice.Template { return t.list }

// File returns the team's file that a template was read from; "" for those that
// come with the console.
func (t *Templates) File(id string) string { return t.files[id] }

// Template returns the template with the id. Its error gives the nearest one.
func (t *Templates) Template(id string) (*notice.Template, error) {
	ids := make([]string, len(t.list))
	for i, template := range t.list {
		if ids[i] = template.ID; template.ID == id {
			return template, nil
		}
	}
	return nil, fmt.Errorf("%q is no template of a notice%s", id, suggestion(id, ids))
}

// For returns the templates to choose from for a notice of a kind under a rule,
// the fittest first: those made for the rule, then those that serve any of the
// kind, and the team's own before those that come with the console. A template
// made for other rules is not among them.
func (t *Templates) For(rule policy.RuleKey, kind string) []*notice.Template {
	var fit [4][]*notice.Template
	name := policy.RuleKey{Pack: rule.Pack, Rule: rule.Rule}.String()
	for _, template := range t.list {
		place := 0
		switch {
		case template.Kind != kind:
			continue
		case len(template.Rules) == 0:
			place = 2
		case !template.For(name):
			continue
		}
		if t.files[template.ID] == "" {
			place++
		}
		fit[place] = append(fit[place], template)
	}
	return slices.Concat(fit[:]...)
}
