package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"tocsin/config"
	"tocsin/model"
)

// failureView is an expectation that the packs do not meet.
type failureView struct {
	File    string   `json:"file"`
	Line    int      `json:"line" help:"of the expectation; 0 where it has none"`
	Key     string   `json:"key" help:"such as cases[2].expect[0].strict, counted from 0"`
	Case    string   `json:"case" help:"its name"`
	Rule    string   `json:"rule"`
	Message string   `json:"message" help:"what the packs say, and what was expected"`
	Steps   []string `json:"steps" help:"how the packs came to what they say"`
}

func (a *app) policyTestCommand() *cobra.Command {
	return a.reading(&cobra.Command{
		Use:   "test FILE…",
		Short: "Hold packs to worked examples",
		Long: `Runs files of vectors: facts, and the due times that must follow from them. A
file names its packs, which may be those of the data directory. What the packs
say otherwise is printed with its place, and makes it exit with 1. It opens no
record.`,
		Example: `  tocsin policy test contract.toml

  # contract.toml
  packs = ["gdpr"]
  zone  = "Europe/Berlin"
  facts = { personal_data = "yes", "acting.controller" = "yes", risk_unlikely = "no" }

  [[cases]]
  name   = "72 hours run over Christmas"
  facts  = { aware = "2026-12-23 10:00" }
  expect = [{ rule = "art33-authority", strict = "2026-12-26 10:00" }]`,
		Args: words(1, 1000),
		RunE: func(_ *cobra.Command, files []string) error { return a.testPacks(files) },
	})
}

func (a *app) testPacks(files []string) error {
	library, err := a.knownPacks()
	if err != nil {
		return err
	}
	vectors, err := readVectors(library, files)
	if err != nil {
		return err
	}
	out := a.newPaper()
	passed, failed, err := a.runVectors(out, vectors)
	if err := errors.Join(err, a.handOver(out)); err != nil || failed == 0 {
		return err
	}
	return &model.Refusal{Reason: fmt.Sprintf("the packs say otherwise in %d of %d cases", failed, passed+failed)}
}

// readVectors reads every file before any is run, and refuses all that is
// wrong with them at once.
func readVectors(library *config.Library, files []string) ([]*config.Vectors, error) {
	var all []*config.Vectors
	refused := &config.VectorError{}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			return nil, model.Refuse(model.Field("file", err.Error(), "a file of vectors"))
		}
		vectors, err := library.ParseVectors(file, data)
		var wrong *config.VectorError
		switch {
		case errors.As(err, &wrong):
			refused.Problems = append(refused.Problems, wrong.Problems...)
		case err != nil:
			return nil, err
		}
		all = append(all, vectors)
	}
	if len(refused.Problems) > 0 {
		return nil, refused
	}
	return all, nil
}

// runVectors prints what the packs say otherwise, and how many cases hold.
func (a *app) runVectors(out *paper, all []*config.Vectors) (passed, failed int, err error) {
	views := []failureView{}
	for _, vectors := range all {
		failures := vectors.Run()
		wrong := failedCases(failures)
		passed, failed = passed+vectors.Cases()-wrong, failed+wrong
		for _, f := range failures {
			views = append(views, viewFailure(f))
		}
	}
	if a.json {
		return passed, failed, out.printJSON(views)
	}
	for _, v := range views {
		v.write(out)
	}
	out.printf("%d passed, %d failed", passed, failed)
	return passed, failed, nil
}

// failedCases counts the cases that failures of one file are about, each of
// which may have several. Their keys begin with the place of the case.
func failedCases(failures []config.Failure) int {
	cases := map[string]bool{}
	for _, f := range failures {
		place, _, _ := strings.Cut(f.Key, ".")
		cases[place] = true
	}
	return len(cases)
}

func viewFailure(f config.Failure) failureView {
	view := failureView{File: f.File, Line: f.Line, Key: f.Key, Case: f.Case, Rule: f.Rule, Message: f.Message, Steps: []string{}}
	for _, step := range f.Steps {
		view.Steps = append(view.Steps, step.Text)
	}
	return view
}

func (v failureView) write(out *paper) {
	place := config.Problem{File: v.File, Line: v.Line, Message: v.Case}.String()
	out.line(painted{"failed: ", alarm}, painted{place, plain})
	out.indented(4, v.Rule+": "+v.Message, strong)
	for k, step := range v.Steps {
		out.indented(4, fmt.Sprintf("%d. %s", k+1, step), quiet)
	}
}
