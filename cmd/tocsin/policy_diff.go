package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
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
has otherwise than A. A version that no file has any more is looked for in the
record; otherwise that is not opened.`,
		Example: `  tocsin policy diff contract@1 contract@2
  tocsin policy diff gdpr packs/our-gdpr.toml`,
		Args: words(2, 2),
		RunE: func(cmd *cobra.Command, args []string) error { return a.diffPacks(cmd.Context(), args[0], args[1]) },
	})
}

func (a *app) diffPacks(ctx context.Context, before, after string) error {
	library, err := a.knownPacks()
	if err != nil {
		return err
	}
	if onlyRecorded(library, before) || onlyRecorded(library, after) {
		if library, err = a.withRecorded(ctx, library); err != nil {
			return err
		}
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

// onlyRecorded reports whether the text names a version of a pack that no file
// has: the record may know it.
func onlyRecorded(library *config.Library, text string) bool {
	ref, err := policy.ParseRef(strings.ToLower(text))
	if err != nil {
		return false
	}
	_, found := library.Pack(ref)
	return !found
}

// withRecorded adds the versions that the record adopted. Where there is no
// record, none is made.
func (a *app) withRecorded(ctx context.Context, library *config.Library) (*config.Library, error) {
	dir, err := a.dataDir()
	if err != nil {
		return library, nil // where no record can be, no packs are either
	}
	if _, err := os.Stat(filepath.Join(dir, recordMark)); err != nil {
		return library, nil
	}
	s, err := a.peek(ctx, dir, library)
	if err != nil {
		return nil, err
	}
	library = library.With(slices.Collect(s.snapshot().Packs())...)
	return library, s.close()
}

// packOrFile finds a pack by its name, or reads it from a file. A name with a
// folder or the ending of a pack file is a file's.
func packOrFile(library *config.Library, text string) (*policy.Pack, error) {
	if isPackName(text) {
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
