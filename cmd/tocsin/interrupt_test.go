package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tocsin/config"
	"tocsin/model"
	"tocsin/store"
)

var noon = time.Date(2026, 3, 4, 11, 0, 0, 0, time.UTC)

// TestInterruptedWhileItReads ends a verb that waits for standard input.
func TestInterruptedWhileItReads(t *testing.T) {
	dir := t.TempDir()
	for _, args := range [][]string{{"import", "-"}, {"report", "--title", "x", "--description", "-"}} {
		t.Run(args[0], func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			in, typing := io.Pipe()
			defer typing.Close()
			var stderr bytes.Buffer
			a := &app{in: in, out: io.Discard, err: &stderr, now: func() time.Time { return noon }, getenv: func(name string) string {
				return map[string]string{"TOCSIN_DATA": dir, "TOCSIN_USER": "Ana Ruiz"}[name]
			}}
			code := make(chan int)
			go func() { code <- run(ctx, args, a) }()
			fmt.Fprintln(typing, "title,opened") // returns when it was read
			cancel()
			if got := <-code; got != exitRefused || stderr.String() != "tocsin: interrupted\n" {
				t.Errorf("exit code %d, %q", got, stderr.String())
			}
		})
	}
	if out, complaint, code := commandLine(t, dir, noon, "queue", "--all", "--json"); out != "[]\n" || code != exitDone {
		t.Errorf("afterwards: %q, %q, exit code %d", out, complaint, code)
	}
}

// cancelAt is a watcher who interrupts when the progress says a word.
type cancelAt struct {
	word   string
	cancel context.CancelFunc
}

func (c cancelAt) Write(text []byte) (int, error) {
	if strings.Contains(string(text), c.word) {
		c.cancel()
	}
	return len(text), nil
}

// TestInterruptedImportLeavesNothing interrupts an import between two of its
// commands, and then runs it to its end.
func TestInterruptedImportLeavesNothing(t *testing.T) {
	const rows = 250
	file := filepath.Join(t.TempDir(), "history.csv")
	var text strings.Builder
	text.WriteString("id,title,opened\n")
	for k := range rows {
		fmt.Fprintf(&text, "T-%d,Incident %d,2025-01-02 10:00\n", k, k)
	}
	if err := os.WriteFile(file, []byte(text.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, word := range []string{"checked 100 ", "imported 100 ", "imported 250 "} {
		t.Run(word, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			s := importSession(t, dir)
			source, err := openHistory(file, nil, mostSpooled)
			if err != nil {
				t.Fatal(err)
			}
			defer source.close()
			err = (&importing{session: s, source: source, progress: &progress{out: cancelAt{word, cancel}}}).run(ctx)
			if !errors.Is(err, context.Canceled) {
				t.Errorf("error %v", err)
			}
			if n := len(s.snapshot().Queue()); n != 0 {
				t.Errorf("%d incidents are visible", n)
			}
			if n := len(s.snapshot().Meta.Imports); n != 0 {
				t.Errorf("%d imports are still open", n)
			}
		})
	}
	out, complaint, code := commandLine(t, dir, noon, "import", file)
	if code != exitDone || !strings.HasPrefix(out, "Imported 250 incidents") {
		t.Errorf("afterwards: %q, %q, exit code %d", out, complaint, code)
	}
}

// importSession opens a space that is set up.
func importSession(t *testing.T, dir string) *session {
	t.Helper()
	return sessionAt(t, dir, func() time.Time { return noon })
}

// sessionAt is a session on a real record with a clock of its own.
func sessionAt(t *testing.T, dir string, now func() time.Time) *session {
	t.Helper()
	library, err := config.LoadPacks("")
	if err != nil {
		t.Fatal(err)
	}
	s, err := openSession(t.Context(), dir, "main", store.Options{Now: now}, library)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.close(); err != nil {
			t.Error(err)
		}
	})
	s.actor, s.now, s.out, s.err = model.Actor{Name: "Ana Ruiz", Role: model.Owner}, now, &paper{}, io.Discard
	if err := errors.Join(s.adopt(t.Context()), s.setUpByDefault(t.Context())); err != nil {
		t.Fatal(err)
	}
	return s
}
