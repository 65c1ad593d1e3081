package main

import (
	"bytes"
	"context"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"tocsin/model"
	"tocsin/store/drafts"
	"tocsin/tui"
)

// testDesk is somebody's desk in a folder of its own.
func testDesk(t *testing.T, dir string) *desk {
	t.Helper()
	return &desk{person: demoActor, known: func(model.ID) bool { return true }, open: sync.OnceValues(func() (*drafts.Folder, error) {
		return drafts.Open(filepath.Join(dir, draftsFolder), "demo", bytes.Repeat([]byte{1}, 32), time.Now())
	})}
}

// TestDraftsOfTwoConsoles works at one desk from two consoles: what is typed at
// one is offered at the other, neither takes the other's text away, and what is
// saved or discarded is gone.
func TestDraftsOfTwoConsoles(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		desk := testDesk(t, dir)
		options := storyOptions(t, "dark")
		options.Drafts = desk
		open := func() *terminal { return openTerminal(t, options, 120, 40) }
		texts := func() (all []string) {
			for _, d := range desk.Kept() {
				all = append(all, d.Fields[0].Values...)
			}
			slices.Sort(all)
			return all
		}
		holds := func(when string, want ...string) {
			t.Helper()
			if got := texts(); !slices.Equal(got, want) {
				t.Fatalf("%s: kept are %q, want %q", when, got, want)
			}
			if got := testDesk(t, dir).Kept(); len(got) != len(want) {
				t.Fatalf("%s: on the disk are %d", when, len(got))
			}
		}

		one := open()
		one.press("n").write("seen at the first desk").pass(keptBy)
		holds("typed", "seen at the first desk")
		two := open()
		two.sees("a draft is kept: note on INC-").press("n").sees("seen at the first desk", "draft of", "^X discards it").golden("note-draft")
		holds("only looked at", "seen at the first desk")
		two.write(", and at the second").pass(keptBy)
		holds("typed on", "seen at the first desk, and at the second")
		one.write("!").pass(keptBy)
		holds("both typed", "seen at the first desk!", "seen at the first desk, and at the second")
		two.press("ctrl+s").sees("the note is on the timeline").pass(keptBy)
		holds("one saved", "seen at the first desk!")
		one.press("esc", "n").sees("seen at the first desk!")
		two.press("n").sees("seen at the first desk!").press("ctrl+x").sees("^X again discards").press("ctrl+x").sees("discarded; nothing is recorded").pass(keptBy)
		holds("discarded at the other console")
		one.press("esc", "n").lacks("first desk!")
	})
}

// keptBy is when a text has been kept for certain.
const keptBy = time.Second

// TestDraftOfATriage takes a triage up again, with the fields that answers
// brought up.
func TestDraftOfATriage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		options := storyOptions(t, "dark")
		options.Drafts = testDesk(t, t.TempDir())
		one := openTerminal(t, options, 120, 40)
		one.press("t", "space").pass(keptBy)
		kept := options.Drafts.Kept()
		if len(kept) != 1 || kept[0].Form != "triage" || kept[0].Base == 0 {
			t.Fatalf("%+v", kept)
		}
		two := openTerminal(t, options, 120, 40)
		two.press("t").sees("What you had typed is still here")
		two.press("ctrl+x").sees("the same key again discards").press("ctrl+x").sees("discarded").pass(keptBy)
		if left := options.Drafts.Kept(); len(left) != 0 {
			t.Errorf("%+v", left)
		}
	})
}

// TestDraftsAreBounded keeps what was typed last.
func TestDraftsAreBounded(t *testing.T) {
	d := testDesk(t, t.TempDir())
	for k := range mostDrafts + 5 {
		draft := tui.Draft{ID: string(rune('a' + k)), Form: "note", At: present.Add(time.Duration(k) * time.Minute), Fields: []tui.DraftField{{ID: "text", Values: []string{"text"}}}}
		if err := d.Keep(context.Background(), draft, tui.DraftMark{}); err != nil {
			t.Fatal(err)
		}
	}
	kept := d.Kept()
	if len(kept) != mostDrafts || !kept[0].At.Equal(present.Add((mostDrafts+4)*time.Minute)) {
		t.Errorf("%d are kept, the latest of %s", len(kept), kept[0].At)
	}
	if err := d.forget(); err != nil {
		t.Fatal(err)
	}
	if err := d.Keep(context.Background(), kept[0], tui.DraftMark{}); err == nil || len(d.Kept()) != 0 {
		t.Error("something is kept of who was forgotten")
	}
}
