package main

import (
	"bytes"
	"context"
	"io"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"tocsin/config"
	"tocsin/model"
	"tocsin/store"
	"tocsin/tui"
)

// stoppedClock shows a moment until it is put forward.
type stoppedClock struct{ nanoseconds atomic.Int64 }

func (c *stoppedClock) Now() time.Time { return time.Unix(0, c.nanoseconds.Load()).UTC() }

func (c *stoppedClock) forward(d time.Duration) { c.nanoseconds.Add(int64(d)) }

// script types lines, one at each reading. One that begins with @ is no line:
// it is something that happens before the next one.
type script struct {
	lines   []string
	happens map[string]func()
}

func (s *script) Read(p []byte) (int, error) {
	for len(s.lines) > 0 {
		line := s.lines[0]
		s.lines = s.lines[1:]
		if strings.HasPrefix(line, "@") {
			s.happens[line]()
			continue
		}
		return copy(p, line+"\n"), nil
	}
	return 0, io.EOF
}

// plainRecord is an empty record in a real store, for the plain console.
func plainRecord(t testing.TB, clock *stoppedClock) (*session, tui.Options) {
	t.Helper()
	library, err := config.LoadPacks("")
	if err != nil {
		t.Fatal(err)
	}
	s, err := openSession(t.Context(), t.TempDir(), "main", store.Options{Now: clock.Now}, library)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.close(); err != nil {
			t.Error(err)
		}
	})
	a := &app{out: io.Discard, err: io.Discard, getenv: func(string) string { return "" }, now: clock.Now}
	s.actor, s.now, s.out, s.err = model.Actor{Name: "Ana Ruiz", Role: model.Owner}, clock.Now, a.newPaper(), io.Discard
	if err := s.adopt(t.Context()); err != nil {
		t.Fatal(err)
	}
	options := s.consoleOptions(config.DefaultSettings())
	options.Echo, options.Steady = true, nil
	options.Defaults = tui.SetUpAnswers{Organisation: "Northlight Software", Zone: "Europe/Berlin", Calendar: "de", Packs: []string{"inventifornia", "gdpr"}}
	return s, options
}

// converse types a script and returns all that was said.
func converse(t testing.TB, options tui.Options, typed *script) string {
	t.Helper()
	var said bytes.Buffer
	if err := tui.RunPlain(t.Context(), options, typed, &said); err != nil {
		t.Fatal(err)
	}
	return said.String()
}

// typed are the lines of a script, and what happens between them.
func typed(lines string, happens map[string]func()) *script {
	all := strings.Split(lines, "\n")
	return &script{lines: all[1 : len(all)-1], happens: happens}
}

// TestPlainTour goes the whole way line by line, on a real record: first run,
// report, triage, severity, tasks, a fact, a notice, close.
func TestPlainTour(t *testing.T) {
	clock := &stoppedClock{}
	clock.nanoseconds.Store(present.UnixNano())
	s, options := plainRecord(t, clock)
	said := converse(t, options, typed(plainTour, map[string]func(){
		"@ two days pass":  func() { clock.forward(48*time.Hour + time.Minute) },
		"@ a day passes":   func() { clock.forward(24 * time.Hour) },
		"@ the clock runs": func() { clock.forward(90 * time.Minute) },
		"@ Bo writes":      func() { do(t, s, "Bo", model.AddNote{Incident: "INC-2026-0001", Text: "The relay is off"}) },
	}))
	compareGolden(t, "../plain/tour.txt", said)
}

func do(t testing.TB, s *session, name string, command model.Command) {
	t.Helper()
	if _, err := s.space.Do(context.Background(), model.Actor{Name: name, Role: model.Lead}, command); err != nil {
		t.Error(err)
	}
}

const plainTour = `






report
Tenant data in a public bucket
Seen by the nightly scan.
Nobody knows since when.
.
2
exports, mail
1,3
2h ago
-
<
2026-11-20 06:00

+49 30 1234
amber+strict
y
1
triage
?

confirmed
critical
1,2




>
?
y
@ Bo writes
severity
3

The tenant is a test tenant
.
y
tasks
task-done 1
task-done 2
task-skip 3
No log-ins there
y
fact
confirmed
1h ago
the scan
-
y
fact
customer data was
maybe
the access log
-
y
yes
y
obligations
1
@ two days pass
@ the clock runs

@ a day passes
deadlines
1
submit

-
case 12
Told by telephone.
.
y
explain 1
timeline
more
close
It was a test tenant.
.
-
y
!
fact
resolved
now
-
-
y
obligations
waive 1
Kofi Adu
A test tenant needs none.
.

waive 1

>
y
waive 2
Kofi Adu
A test tenant needs none.
.
y
waive 3
Kofi Adu
A test tenant needs none.
.
y
close

Exercise: the other tasks are for real ones
y
queue
view closed
q
`
