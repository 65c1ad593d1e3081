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
	for _, args := range [][]string{{"import", "-"}, {"report", "--title", "x", "--description", "-"}, {"affected", "import", "-"}} {
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

// TestInterruptedCustomersLeaveNothing interrupts an import of customers, and an
// addition of those whom an incident affects, between two of their commands, and
// then runs them to their end.
func TestInterruptedCustomersLeaveNothing(t *testing.T) {
	const rows = 1200
	s := importSession(t, t.TempDir())
	if _, err := s.space.Do(t.Context(), s.actor, model.Report{Title: "Export left open"}); err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	text.WriteString("id,tier,admin_email\n")
	for k := range rows {
		fmt.Fprintf(&text, "C-%d,paid,a@c%d.example\n", k, k)
	}
	bring := func(ctx context.Context, progress *progress) error {
		source, err := spool("standard input", strings.NewReader(text.String()), mostCustomerBytes)
		if err != nil {
			t.Fatal(err)
		}
		defer source.close()
		return (&customerImport{session: s, source: source, progress: progress}).run(ctx)
	}
	add := func(ctx context.Context, progress *progress) error {
		return s.addAffected(ctx, "1", affectedFlags{all: true}, progress)
	}
	stands := func(when string, customers, affected int) {
		t.Helper()
		i := s.snapshot().Queue()[0].Incident
		book := s.snapshot().Meta.Customers
		if book.Total() != customers || book.Open != nil || i.AffectedCustomers() != affected || i.Adding != nil {
			t.Errorf("%s: %+v, %d affected, %+v", when, book, i.AffectedCustomers(), i.Adding)
		}
	}
	for _, work := range []struct {
		words               []string
		run                 func(context.Context, *progress) error
		customers, affected int // once it ran to its end
	}{
		{[]string{"checked 500 ", "checked 1200 ", "importing  41%", "importing 100%"}, bring, rows, 0},
		{[]string{"adding  41%", "adding 100%"}, add, rows, rows},
	} {
		before, told := s.snapshot().Meta.Customers.Total(), 0
		for _, word := range work.words {
			ctx, cancel := context.WithCancel(t.Context())
			if err := work.run(ctx, &progress{out: cancelAt{word, cancel}}); !errors.Is(err, context.Canceled) {
				t.Errorf("%s: error %v", word, err)
			}
			stands(word, before, told)
			cancel()
		}
		if err := work.run(t.Context(), &progress{}); err != nil {
			t.Error(err)
		}
		stands("afterwards", work.customers, work.affected)
	}
	if report, err := s.space.Verify(t.Context(), nil); err != nil || report.Fault != nil {
		t.Errorf("%+v, %v", report.Fault, err)
	}
}

// importSession opens a space that is set up.
func importSession(t *testing.T, dir string) *session {
	t.Helper()
	return sessionAt(t, dir, func() time.Time { return noon })
}

// sessionAt is a session on a real record with a clock of its own.
func sessionAt(t testing.TB, dir string, now func() time.Time) *session {
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
