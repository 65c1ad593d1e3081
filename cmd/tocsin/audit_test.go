package main

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tocsin/store"
	"tocsin/store/bundle"
)

// handOver writes the log of a record as an auditor gets it.
func handOver(t *testing.T, dir, to string) (key string) {
	t.Helper()
	st, err := store.Open(t.Context(), dir, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := st.Close(t.Context()); err != nil {
			t.Error(err)
		}
	}()
	space, err := st.Space(t.Context(), "main")
	if err != nil {
		t.Fatal(err)
	}
	w, err := bundle.Create(to)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Abandon()
	if err := space.Entries(t.Context(), 1, math.MaxUint64, func(e store.Entry) error { return w.Add(e.Stored, nil) }); err != nil {
		t.Fatal(err)
	}
	checkpoint, err := space.Checkpoint()
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Finish(checkpoint, space.VerifierKey()); err != nil {
		t.Fatal(err)
	}
	return space.VerifierKey()
}

func TestVerifyOfALogThatWasHandedOver(t *testing.T) {
	dir, to, now := t.TempDir(), filepath.Join(t.TempDir(), "export", "log"), time.Date(2026, 3, 4, 11, 0, 0, 0, time.UTC)
	if _, complaint, code := commandLine(t, dir, now, "report", "--title", "Odd log-ins"); code != exitDone {
		t.Fatal(complaint)
	}
	key := handOver(t, dir, to)
	verify := func(want int, verdict string, args ...string) {
		t.Helper()
		out, complaint, code := commandLine(t, t.TempDir(), now, append([]string{"audit", "verify"}, args...)...)
		lines := strings.Split(strings.TrimSpace(out), "\n")
		if code != want || !strings.Contains(lines[len(lines)-1], verdict) {
			t.Errorf("%q: exit code %d, want %d\n%s%s", args, code, want, out, complaint)
		}
	}
	verify(exitDone, "WHOLE: ", "--key", key, to)
	verify(exitDone, "WHOLE: ", "--key", key, filepath.Dir(to))
	verify(exitUsage, "CANNOT SAY who signed it", to)
	path := filepath.Join(to, bundle.LogFile)
	log, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(strings.Replace(string(log), "Odd log-ins", "Even log-ins", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	verify(exitRefused, "was altered", "--key", key, to)
}
