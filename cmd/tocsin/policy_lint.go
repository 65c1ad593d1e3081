package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"tocsin/config"
	"tocsin/model"
	"tocsin/model/policy"
)

type findingView struct {
	File    string `json:"file"`
	Line    int    `json:"line" help:"0 where the finding is about the whole file"`
	Level   string `json:"level" help:"error or warning"`
	Key     string `json:"key" help:"such as rules[2].within, counted from 0"`
	Message string `json:"message"`
}

func (a *app) policyLintCommand() *cobra.Command {
	return a.reading(&cobra.Command{
		Use:   "lint [FILE…]",
		Short: "Check files of packs, calendars and templates; without one, those in the data directory",
		Long: `Reads files of packs, of calendars and of templates of notices as strictly as
the console does and says what is wrong with them, and what their author should
look at again. Packs may count by the calendars given with them and by those of
the data directory. Errors make it exit with 1. It opens no record.`,
		RunE: func(_ *cobra.Command, files []string) error { return a.lint(files) },
	})
}

func (a *app) lint(files []string) error {
	findings, files, err := a.findings(files)
	if err != nil {
		return err
	}
	wrong := 0
	for _, f := range findings {
		if f.Level == levelError {
			wrong++
		}
	}
	out := a.newPaper()
	if err := a.printFindings(out, findings, len(files)); err != nil {
		return err
	}
	if err := a.handOver(out); err != nil || wrong == 0 {
		return err
	}
	return &model.Refusal{Reason: "the console leaves out what is wrong here: " + counted(wrong, "error")}
}

const levelError, levelWarning = string(policy.LevelError), string(policy.LevelWarning)

// findings are what is wrong with the files, or with those of the data
// directory, which are also held against one another and the embedded ones.
func (a *app) findings(files []string) ([]findingView, []string, error) {
	dir, err := a.dataDir()
	if err != nil && len(files) == 0 {
		return nil, nil, err
	}
	calendars, err := ownFiles(dir, config.CalendarsFolder)
	if err != nil {
		return nil, nil, err
	}
	if len(files) > 0 {
		l := &linter{dir: dir, lent: calendars, findings: []findingView{}}
		err := l.read(files)
		return l.findings, files, err
	}
	packs, err := ownFiles(dir, config.PacksFolder)
	if err != nil {
		return nil, nil, err
	}
	templates, err := ownFiles(dir, config.TemplatesFolder)
	if err != nil {
		return nil, nil, err
	}
	files = slices.Concat(calendars, packs, templates)
	l := &linter{dir: dir, findings: []findingView{}}
	if err := l.read(files); err != nil {
		return nil, nil, err
	}
	_, together, err := config.LoadLibrary(dir)
	if err != nil {
		return nil, nil, &storeError{err: err}
	}
	l.add(levelError, together)
	_, together, err = config.LoadTemplates(filepath.Join(dir, config.TemplatesFolder))
	if err != nil {
		return nil, nil, &storeError{err: err}
	}
	l.add(levelError, together)
	return l.findings, files, nil
}

// ownFiles are the files of a folder of the data directory; none where there is
// no such folder, or no directory.
func ownFiles(dir, folder string) ([]string, error) {
	if dir == "" {
		return nil, nil
	}
	folder = filepath.Join(dir, folder)
	names, err := fs.Glob(os.DirFS(folder), "*.toml")
	for k := range names {
		names[k] = filepath.Join(folder, names[k])
	}
	return names, err
}

// linter reads files and collects what there is to say about each.
type linter struct {
	dir      string   // the data directory, whose packs templates may be for
	lent     []string // files of calendars that packs may count by, of which nothing is said
	findings []findingView
}

// read judges the files: calendars first, since packs count by them.
func (l *linter) read(files []string) error {
	known, _, err := config.LoadCalendars("")
	if err != nil {
		return err
	}
	known = l.borrow(known, files)
	packs := map[string][]byte{}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			return model.Refuse(model.Field("file", err.Error(), "a file of a pack or of calendars"))
		}
		if !isCalendars(file, data) {
			packs[file] = data
			continue
		}
		var wrong []config.Problem
		known, wrong = known.With(file, data)
		l.add(levelError, wrong)
	}
	for _, file := range files {
		data, isPack := packs[file]
		switch {
		case !isPack:
			continue
		case isTemplate(file, data):
			err = l.readTemplate(file, data)
		default:
			err = l.readPack(known, file, data)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// readTemplate judges a template, also against the packs there are.
func (l *linter) readTemplate(file string, data []byte) error {
	library, _, err := config.LoadLibrary(l.dir)
	if err != nil {
		return err
	}
	_, warnings, err := library.CheckTemplate(file, data)
	var refused *config.TemplateError
	if err != nil && !errors.As(err, &refused) {
		return err
	}
	if refused != nil {
		l.add(levelError, refused.Problems)
	}
	l.add(levelWarning, warnings)
	return nil
}

// isTemplate tells a template of a notice by what is in it or, where that cannot
// be told, by its folder.
func isTemplate(file string, data []byte) bool {
	return config.HoldsTemplate(data) || filepath.Base(filepath.Dir(file)) == config.TemplatesFolder
}

// borrow adds the calendars that packs may count by, but for those that are to
// be judged themselves.
func (l *linter) borrow(known *config.Calendars, judged []string) *config.Calendars {
	for _, file := range l.lent {
		if slices.ContainsFunc(judged, func(given string) bool { return sameFile(given, file) }) {
			continue
		}
		if data, err := os.ReadFile(file); err == nil {
			known, _ = known.With(file, data)
		}
	}
	return known
}

func (l *linter) readPack(known *config.Calendars, file string, data []byte) error {
	_, warnings, err := known.CheckPack(file, data)
	var refused *config.PackError
	if err != nil && !errors.As(err, &refused) {
		return err
	}
	if refused != nil {
		l.add(levelError, refused.Problems)
	}
	l.add(levelWarning, warnings)
	return nil
}

// isCalendars tells a file of calendars by what is in it or, where that cannot
// be told, by its folder.
func isCalendars(file string, data []byte) bool {
	return config.HoldsCalendars(data) || filepath.Base(filepath.Dir(file)) == config.CalendarsFolder
}

func sameFile(a, b string) bool {
	one, err := os.Stat(a)
	if err != nil {
		return false
	}
	other, err := os.Stat(b)
	return err == nil && os.SameFile(one, other)
}

// add takes findings in, each once.
func (l *linter) add(level string, problems []config.Problem) {
	for _, p := range problems {
		f := findingView{File: p.File, Line: p.Line, Level: level, Key: p.Key, Message: p.Message}
		if !slices.Contains(l.findings, f) {
			l.findings = append(l.findings, f)
		}
	}
}

// counted says how many there are.
func counted(n int, of string) string {
	if n == 1 {
		return "1 " + of
	}
	return fmt.Sprintf("%d %ss", n, of)
}

func (a *app) printFindings(out *paper, findings []findingView, files int) error {
	if a.json {
		return out.printJSON(findings)
	}
	for _, f := range findings {
		tone := warning
		if f.Level == levelError {
			tone = alarm
		}
		text := config.Problem{File: f.File, Line: f.Line, Key: f.Key, Message: f.Message}.String()
		out.line(painted{f.Level + ": ", tone}, painted{text, plain})
	}
	if files == 0 {
		out.printf("There are no packs, calendars or templates of your own: they would be *.toml files in the folders %s, %s and %s of the data directory.", config.PacksFolder, config.CalendarsFolder, config.TemplatesFolder)
		return nil
	}
	out.printf("%s checked, %s.", counted(files, "file"), counted(len(findings), "finding"))
	return nil
}
