package main

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// awaitDraft waits until a file of drafts is there that differs from earlier.
func awaitDraft(t *testing.T, dir string, earlier []byte) []byte {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); {
		found, _ := filepath.Glob(filepath.Join(dir, draftsFolder, "*[0-9a-f]"))
		for _, path := range found {
			if data, err := os.ReadFile(path); err == nil && string(data) != string(earlier) {
				return data
			}
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatal("no draft is kept")
	return nil
}

// TestDraftsOutliveAKill types into a form, kills the process, and finds the
// text in the same form of the next one. A saved form leaves nothing.
func TestDraftsOutliveAKill(t *testing.T) {
	dir := t.TempDir()
	if out, complaint, code := gave(t, dir, "", "report", "--title", "The first incident"); code != exitDone {
		t.Fatal(out, complaint)
	}
	first := openConsoleProcess(t, dir, "Ana Ruiz")
	first.sees("The first incident")
	first.types("n")
	first.sees("Note on INC")
	first.types("\x1b[200~The disk of Ben's laptop is\x1b[201~") // pasted, so that one drawing shows all of it
	first.sees("laptop")
	awaitDraft(t, dir, nil)
	if err := first.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = first.cmd.Wait()

	second := openConsoleProcess(t, dir, "Ana Ruiz")
	second.sees("a draft is kept: note on INC")
	second.types("n")
	second.sees("laptop")
	second.types(" with us\x13")
	second.sees("the note is on the timeline")
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		if left, _ := filepath.Glob(filepath.Join(dir, draftsFolder, "*")); len(left) == 0 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("a draft of what was saved is left")
		}
	}
	second.types("q")
	second.sees("\x1b[?1049l")
	if err := second.cmd.Wait(); err != nil {
		t.Error(err)
	}
}
