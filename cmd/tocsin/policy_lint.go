package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"tocsin/config"
	"tocsin/model"
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
	files, err := a.lintFiles(files)
	if err != nil {
		return err
	}
	findings := []findingView{}
	errors := 0
	for _, file := range files {
		found, wrong, err := lintFile(file)
		if err != nil {
			return err
		}
		findings = append(findings, found...)
		errors += wrong
	}
	out := a.newPaper()
	if err := a.printFindings(out, findings, len(files)); err != nil {
		return err
	}
	if err := a.handOver(out); err != nil || errors == 0 {
		return err
	}
	return &model.Refusal{Reason: fmt.Sprintf("%d errors: the console would not start with these packs", errors)}
}

func (a *app) lintFiles(files []string) ([]string, error) {
	if len(files) > 0 {
		return files, nil
	}
	dir, err := a.dataDir()
	if err != nil {
		return nil, err
	}
	return filepath.Glob(filepath.Join(dir, packsFolder, "*.toml"))
}

func lintFile(file string) (found []findingView, wrong int, err error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, 0, model.Refuse(model.Field("file", err.Error(), "a pack file"))
	}
	_, warnings, err := config.CheckPack(file, data)
	if refused, ok := err.(*config.PackError); ok {
		wrong = len(refused.Problems)
		found = append(found, findingsOf("error", refused.Problems)...)
	} else if err != nil {
		return nil, 0, err
	}
	return append(found, findingsOf("warning", warnings)...), wrong, nil
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
		if f.Level == "error" {
			tone = alarm
		}
		text := config.Problem{File: f.File, Line: f.Line, Key: f.Key, Message: f.Message}.String()
		out.line(painted{f.Level + ": ", tone}, painted{text, plain})
	}
	out.printf("%d files checked, %d findings.", files, len(findings))
	return nil
}
