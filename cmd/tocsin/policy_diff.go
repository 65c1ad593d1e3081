package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"tocsin/config"
	"tocsin/model"
	"tocsin/model/policy"
)

// changeView is one difference between two packs.
type changeView struct {
	Kind   string `json:"kind" help:"added, removed or changed"`
	Part   string `json:"part" help:"such as rule art33-authority; pack for what stands at its head"`
	Field  string `json:"field" help:"such as within; \"\" where a whole part came or went"`
	Before string `json:"before"`
	After  string `json:"after"`
}

func (a *app) policyDiffCommand() *cobra.Command {
	return a.reading(&cobra.Command{
		Use:   "diff A B",
		Short: "Say in words how one pack differs from another",
		Long: `Compares two packs, each an ID, an ID@VERSION or a pack file, and says what B
has otherwise than A. It opens no record.`,
		Example: `  tocsin policy diff contract@1 contract@2
  tocsin policy diff gdpr packs/our-gdpr.toml`,
		Args: words(2, 2),
		RunE: func(_ *cobra.Command, args []string) error { return a.diffPacks(args[0], args[1]) },
	})
}

func (a *app) diffPacks(before, after string) error {
	library, err := a.knownPacks()
	if err != nil {
		return err
	}
	from, err := packOrFile(library, before)
	if err != nil {
		return err
	}
	to, err := packOrFile(library, after)
	if err != nil {
		return err
	}
	out := a.newPaper()
	err = a.printChanges(out, from, to)
	return errors.Join(err, a.handOver(out))
}

// packOrFile finds a pack by its name, or reads it from a file. A name with a
// folder or the ending of a pack file is a file's.
func packOrFile(library *config.Library, text string) (*policy.Pack, error) {
	if filepath.Ext(text) != ".toml" && !strings.ContainsRune(text, filepath.Separator) {
		return packOf(library, "pack", text)
	}
	data, err := os.ReadFile(text)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, model.Refuse(model.Field("file", fmt.Sprintf("%s does not exist", text), "a pack file, ID or ID@VERSION"))
	}
	if err != nil {
		return nil, model.Refuse(model.Field("file", err.Error(), "a pack file, ID or ID@VERSION"))
	}
	return library.Calendars().ParsePack(text, data)
}

func (a *app) printChanges(out *paper, from, to *policy.Pack) error {
	changes := policy.Diff(from, to)
	if a.json {
		views := []changeView{}
		for _, c := range changes {
			views = append(views, changeView{Kind: string(c.Kind), Part: c.Part, Field: c.Field, Before: c.Before, After: c.After})
		}
		return out.printJSON(views)
	}
	out.line(painted{from.Ref().String() + " → " + to.Ref().String(), strong})
	for _, c := range changes {
		out.line(changeMarks[c.Kind], painted{c.String(), plain})
	}
	if len(changes) == 0 {
		out.printf("They say the same.")
	}
	return nil
}

// changeMarks are the shapes of changes; their words follow.
var changeMarks = map[policy.ChangeKind]painted{
	policy.Added: {"+ ", good}, policy.Removed: {"– ", warning}, policy.Changed: {"~ ", notice},
}
