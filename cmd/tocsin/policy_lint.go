package main

import (
	"errors"
	"fmt"
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
		Short: "Check pack files; without one, those in the data directory",
		Long: `Reads pack files as strictly as the console does and says what is wrong with
them, and what their author should look at again. Errors make it exit with 1.
It opens no record.`,
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
	return &model.Refusal{Reason: fmt.Sprintf("the console would not start with these packs: %d errors", wrong)}
}

const levelError, levelWarning = string(policy.LevelError), string(policy.LevelWarning)

// findings are what is wrong with the files, or with those of the data
// directory, which are also held against one another and the embedded ones.
func (a *app) findings(files []string) ([]findingView, []string, error) {
	if len(files) > 0 {
		findings, err := lintFiles(files)
		return findings, files, err
	}
	dir, err := a.dataDir()
	if err != nil {
		return nil, nil, err
	}
	folder := filepath.Join(dir, packsFolder)
	if files, err = filepath.Glob(filepath.Join(folder, "*.toml")); err != nil {
		return nil, nil, err
	}
	findings, err := lintFiles(files)
	if err != nil {
		return nil, nil, err
	}
	together, err := refusedTogether(dir, findings)
	return append(findings, together...), files, err
}

// refusedTogether are the errors that show only where all packs are read.
func refusedTogether(dir string, known []findingView) ([]findingView, error) {
	_, err := loadLibrary(dir)
	var refused *config.PackError
	if err != nil && !errors.As(err, &refused) || refused == nil {
		return nil, err
	}
	return slices.DeleteFunc(findingsOf(levelError, refused.Problems), func(f findingView) bool { return slices.Contains(known, f) }), nil
}

func lintFiles(files []string) ([]findingView, error) {
	findings := []findingView{}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			return nil, model.Refuse(model.Field("file", err.Error(), "a pack file"))
		}
		_, warnings, err := config.CheckPack(file, data)
		var refused *config.PackError
		if err != nil && !errors.As(err, &refused) {
			return nil, err
		}
		if refused != nil {
			findings = append(findings, findingsOf(levelError, refused.Problems)...)
		}
		findings = append(findings, findingsOf(levelWarning, warnings)...)
	}
	return findings, nil
}

func findingsOf(level string, problems []config.Problem) []findingView {
	var findings []findingView
	for _, p := range problems {
		findings = append(findings, findingView{File: p.File, Line: p.Line, Level: level, Key: p.Key, Message: p.Message})
	}
	return findings
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
	out.printf("%d files checked, %d findings.", files, len(findings))
	return nil
}
