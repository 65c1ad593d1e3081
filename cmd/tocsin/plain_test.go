package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"sync/atomic"
	"testing"
	"time"
	"unicode/utf8"

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
// it is something that happens before the next one, or, after "@ waits for",
// what has to be said before it.
type script struct {
	t       testing.TB
	said    *guarded
	lines   []string
	happens map[string]func()
}

func (s *script) Read(p []byte) (int, error) {
	for len(s.lines) > 0 {
		line := s.lines[0]
		s.lines = s.lines[1:]
		if text, waits := strings.CutPrefix(line, "@ waits for "); waits {
			s.said.awaits(s.t, text)
			continue
		}
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
	said := new(guarded)
	typed.t, typed.said = t, said
	if err := tui.RunPlain(t.Context(), options, typed, said); err != nil {
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
		"@ two days pass": func() { clock.forward(48*time.Hour + time.Minute + 90*time.Minute) }, // at once: a tick may come between two
		"@ a day passes":  func() { clock.forward(24 * time.Hour) },
		"@ Bo writes":     func() { do(t, s, "Bo", model.AddNote{Incident: "INC-2026-0001", Text: "The relay is off"}) },
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

// TestPlainWalk looks into every corner of the demo's story.
func TestPlainWalk(t *testing.T) {
	options := storyOptions(t, "dark")
	clock := &stoppedClock{}
	clock.nanoseconds.Store(present.UnixNano())
	options.Now, options.Echo = clock.Now, true
	compareGolden(t, "../plain/walk.txt", converse(t, options, typed(plainWalk, nil)))
}

const plainWalk = `
more
down
last
3
evidence
1
what-if
change
1
>
change severity
high
1
more
back
reminders
1
back
policies
3
more
more
audit
more
checkpoint
audit-filter
Kwame


y
back
retention
health
settings
queue
settings
!
pause
pause
copy
theme
menu

view closed
filter mail
1
back
filter -
view open
help note
reopen
go 9
go 999
2026-12
palette
deadlines
lift
undelete
overdue
q
`

// places are how one comes to each place of the plain console, from the queue.
var plainPlaces = []string{
	"queue", "go 9", "go 9\ntimeline", "go 9\ntasks", "go 9\nobligations", "go 9\naffected", "go 9\nnotices", "go 9\nevidence", "approvals", "deadlines", "reminders", "policies", "audit", "retention", "people", "go 9\nwhat-if",
}

// TestPlainGivesEveryAction walks the table of actions: each is typed at every
// place that has it, and is given, or says why it is not.
func TestPlainGivesEveryAction(t *testing.T) {
	missing := make(map[string]bool)
	for _, b := range tui.Bindings() {
		missing[b.Action] = true
	}
	options := storyOptions(t, "dark")
	options.Echo = true
	for _, place := range plainPlaces {
		listed := converse(t, options, &script{lines: append(strings.Split(place, "\n"), "help")})
		for _, name := range namesInHelp(listed[strings.LastIndex(listed, "> help"):]) {
			if !missing[name] || name == "quit" || name == "leave" {
				continue
			}
			missing[name] = false
			lines := append(strings.Split(place, "\n"), name, "!", "!", "")
			if said := converse(t, options, &script{lines: lines}); strings.Contains(said, "called “"+name) {
				t.Errorf("%s on %q is not known:\n%s", name, place, said)
			}
		}
	}
	left := map[string]string{
		"quit": "another test leaves", "leave": "another test leaves",
		"theme": "no colours", "mouse": "no mouse", "preview": "no preview", "save": "forms ask at their end", "discard": "!! leaves a form",
		"draft-language": "told in each", "draft-recipient": "told as one", "draft-page": "asked field by field",
	}
	for name, still := range missing {
		if _, known := left[name]; still && !known {
			t.Errorf("plain mode has no way to give %s", name)
		}
	}
	for name := range left {
		said := converse(t, options, typed("\n"+name+"\nq\nq\n", nil))
		if strings.Contains(said, "called “"+name) {
			t.Errorf("%s is not answered:\n%s", name, said)
		}
	}
}

// namesInHelp are the actions that a help lists.
func namesInHelp(help string) []string {
	var names []string
	for line := range strings.Lines(help) {
		_, not, unable := strings.Cut(line, "Not now; typed, each says why: ")
		switch _, moves, able := strings.Cut(line, "To move about: "); {
		case unable:
			line = not
		case able:
			line = moves
		case strings.HasPrefix(line, "    "), !strings.HasPrefix(line, "  "):
			continue
		}
		line, _, _ = strings.Cut(line, ": ")
		names = append(names, strings.FieldsFunc(line, func(r rune) bool { return strings.ContainsRune(" ,;.\n", r) })...)
	}
	return names
}

// TestPlainRefusals keeps what slips and refusals get, and that none of them
// changes the record.
func TestPlainRefusals(t *testing.T) {
	clock := &stoppedClock{}
	clock.nanoseconds.Store(present.UnixNano())
	s, options := plainRecord(t, clock)
	if err := options.SetUp(t.Context(), options.Defaults); err != nil {
		t.Fatal(err)
	}
	do(t, s, "Bo", model.Report{Title: "Backups are encrypted"})
	before := s.space.Snapshot().Seq
	said := converse(t, options, typed(plainRefusals, nil))
	compareGolden(t, "../plain/refusals.txt", said)
	if after := s.space.Snapshot().Seq; after != before {
		t.Errorf("refusals left %d events", after-before)
	}
	options.Actor = model.Actor{Name: "Daniel Osei", Role: model.Auditor}
	compareGolden(t, "../plain/auditor.txt", converse(t, options, typed("\nreport\nnote 1\nmenu\n\nq\n", nil)))
}

const plainRefusals = `
0
2
note x
note 7
select
view
view nowhere
repot
theme
task-done 1
note 1
.
-
y
!
fact 1
nothing of this kind
99
occurred
tomorrow


y
next year
y
!
report








x
y
!
phase 1
5


y
<
!
severity 1
critical
1,99
1,
-
n
settings

Middle/Earth

zz

y
<
<
!
q
q
`

// TestPlainIsText holds that nothing but text and line feeds is written, whatever
// comes from outside, and that the bell is the one exception.
func TestPlainIsText(t *testing.T) {
	clock := &stoppedClock{}
	clock.nanoseconds.Store(present.UnixNano())
	s, options := plainRecord(t, clock)
	options.Defaults.Organisation = "Nor\x1b]0;owned\athlight\x1b[2J"
	if err := options.SetUp(t.Context(), options.Defaults); err != nil {
		t.Fatal(err)
	}
	options.Banner, options.Notice = "\x1b[31mDEMO", "a file\x1b[2Jis\u202e odd"
	do(t, s, "Bo", model.Report{Title: "Odd \x1b[2Jtitle\u202e", Description: "one\x1b]8;;x\x1b\\two\rthree", Types: []string{"data-breach"}})
	do(t, s, "Bo", model.StateFact{Incident: "INC-2026-0001", Statement: model.Statement{Name: "confirmed", Value: model.Time(present.Add(-48*time.Hour + time.Minute))}})
	options.Bell, options.Notify = true, true
	var said bytes.Buffer
	lines := typed("\nreport\n\x1b[A\x1b[Btitle\x00\n\x1b]0;x\a\n.\n>\n?\n!\n1\n\x1b[2J\nnote\none \x1b[1mtwo\n.\ny\ntimeline\naudit\nhealth\n@ a day\n\n\xff\xfe\n\x9b2J\nq\nq\n",
		map[string]func(){"@ a day": func() { clock.forward(23*time.Hour + time.Minute) }})
	if err := tui.RunPlain(t.Context(), options, lines, &said); err != nil {
		t.Fatal(err)
	}
	if problem := notText(said.String(), true); problem != "" {
		t.Errorf("%s:\n%q", problem, said.String())
	}
	if n := strings.Count(said.String(), "\a"); n != 1 {
		t.Errorf("the bell rang %d times, want once:\n%s", n, said.String())
	}
}

// notText says what of a conversation is no text.
func notText(said string, bell bool) string {
	for k, r := range said {
		switch {
		case r == '\n', r == '\a' && bell:
		case r < ' ', r >= 0x7f && r < 0xa0, r == '\u202e', r == utf8.RuneError && !strings.HasPrefix(said[k:], "\uFFFD"):
			return fmt.Sprintf("%q is written at %d", r, k)
		}
	}
	return ""
}

// FuzzPlain types anything: the console ends with its input, and writes text.
func FuzzPlain(f *testing.F) {
	for _, seed := range []string{plainTour, plainWalk, plainRefusals, "", "\n\n\n", "triage 1\n<\n<\n?\n-\n", "note 1\n..\n.\ny\n", "\x1b[A\n\xff\n", strings.Repeat("x", 200_000) + "\nq\n", "1\r\nq\r\n"} {
		f.Add([]byte(seed))
	}
	if _, err := storyEvents(); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, input []byte) {
		options := storyOptions(t, "dark")
		options.Echo = true
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		var said bytes.Buffer
		if err := tui.RunPlain(ctx, options, bytes.NewReader(input), &said); err != nil {
			t.Fatal(err)
		}
		if ctx.Err() != nil {
			t.Fatal("it does not end with its input")
		}
		if problem := notText(said.String(), false); problem != "" {
			t.Errorf("%s:\n%q", problem, said.String())
		}
	})
}

// TestPlainTelling tells people line by line: who is affected, who would be
// told, a notice from its first field to its recipients, and an approval.
func TestPlainTelling(t *testing.T) {
	options := storyOptions(t, "dark")
	clock := &stoppedClock{}
	clock.nanoseconds.Store(present.UnixNano())
	options.Now, options.Echo = clock.Now, true
	options.Factor = func(context.Context, string) error { return nil }
	compareGolden(t, "../plain/telling.txt", converse(t, options, typed(plainTelling, nil)))
}

const plainTelling = `
go 9
affected
1
2
back
affected-add
2








y
n
notices
1
8
notice-draft 2







Your delivery reports were in the forwarded queue.
.
unknown
.
-
The relays are cut off.
.
Watch for unexpected mail.
.




y

notice-propose 10
notice-reject 8
Say which reports.
.
y
go 11
notices
4
recipients
1
contact

portal


ticket 4711

y
@ waits for 1 recipient: told by portal
back
go 13
notices
notice-release 6
n
approvals
1
notice-versions 1
notice-approve 1
123456
y

q
`
