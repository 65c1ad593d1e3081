package main

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"tocsin/model"
	wording "tocsin/model/notice"
)

type noticeDiffView struct {
	Part   string `json:"part" help:"of the notice: kind, rules, groups, channel, field NAME, subject LANGUAGE or text LANGUAGE"`
	Change string `json:"change" help:"kept, added or removed"`
	Line   string `json:"line"`
}

func (a *app) noticeDiffCommand() *cobra.Command {
	return a.reading(&cobra.Command{
		Use:               "diff ID NOTICE [VERSION VERSION]",
		Short:             "Show how two versions of a notice differ, else the last two",
		Example:           "  tocsin notice diff 7 N1\n  tocsin notice diff 7 N1 1 3",
		Args:              words(2, 4),
		ValidArgsFunction: a.completeThen(completeNotices),
		RunE: a.aboutIncident(func(ctx context.Context, s *session, standing *model.Standing, rest []string) error {
			n, err := noticeOf(standing.Incident, rest)
			if err != nil {
				return err
			}
			versions, err := s.versions(ctx, standing.Incident.ID, n.ID)
			if err != nil {
				return err
			}
			before, after, err := twoVersions(versions, rest[1:])
			if err != nil {
				return err
			}
			return a.printDiff(s, diffViews(versions[before], versions[after]), before, after)
		}),
	})
}

// versions are all the versions of a notice, by their numbers.
func (s *session) versions(ctx context.Context, id model.ID, of string) (map[int]model.NoticeDraft, error) {
	events, err := s.space.History(ctx, id)
	if err != nil {
		return nil, troubled(err)
	}
	versions := make(map[int]model.NoticeDraft)
	for _, event := range events {
		switch body := event.Body.(type) {
		case *model.NoticeDrafted:
			if body.Notice == of {
				versions[1] = body.Draft
			}
		case *model.NoticeEdited:
			if body.Notice == of {
				versions[body.Version] = body.Draft
			}
		}
	}
	return versions, nil
}

// twoVersions are those that were named, or the last two; of a notice with one
// version, it and nothing before it.
func twoVersions(versions map[int]model.NoticeDraft, named []string) (before, after int, err error) {
	last := len(versions)
	switch len(named) {
	case 0:
		return last - 1, last, nil
	case 1:
		named = append(named, strconv.Itoa(last))
	}
	var numbers [2]int
	for k, text := range named {
		n, err := strconv.Atoi(strings.TrimPrefix(strings.ToLower(text), "v"))
		if _, has := versions[n]; err != nil || !has {
			return 0, 0, model.Refuse(model.Field("version", fmt.Sprintf("%q is none", model.Clip(model.CleanLine(text), 20)), fmt.Sprintf("1 to %d", last)))
		}
		numbers[k] = n
	}
	return numbers[0], numbers[1], nil
}

// diffViews tell every part that changed, line by line.
func diffViews(before, after model.NoticeDraft) []noticeDiffView {
	views := []noticeDiffView{}
	for _, change := range model.NoticeChanges(before, after) {
		for _, line := range wording.Diff(change.Before, change.After) {
			word, _ := line.Change.MarshalText()
			views = append(views, noticeDiffView{change.Field, string(word), line.Text})
		}
	}
	return views
}

var diffInks = map[string]painted{"kept": {"  ", plain}, "added": {"+ ", good}, "removed": {"- ", alarm}}

func (a *app) printDiff(s *session, views []noticeDiffView, before, after int) error {
	if a.json {
		return s.out.printJSON(views)
	}
	if before == 0 {
		s.out.printf("There is one version only.")
	} else {
		s.out.line(painted{fmt.Sprintf("version %d → version %d", before, after), quiet})
	}
	if len(views) == 0 {
		s.out.printf("Nothing differs.")
	}
	parts := []string{}
	for _, v := range views {
		if !slices.Contains(parts, v.Part) {
			parts = append(parts, v.Part)
			s.out.line(painted{v.Part, strong})
		}
		mark := diffInks[v.Change]
		s.out.line(painted{"  " + mark.text, mark.ink}, painted{v.Line, mark.ink})
	}
	return nil
}
