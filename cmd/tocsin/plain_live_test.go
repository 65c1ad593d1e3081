package main

import (
	"bytes"
	"context"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"tocsin/model"
	"tocsin/tui"
)

// talk is a plain console that is typed to line by line, in a synctest bubble:
// everything has settled after each step.
type talk struct {
	t      *testing.T
	typing *io.PipeWriter
	ended  chan error
	stop   context.CancelFunc

	mu   sync.Mutex // the console writes while a test reads
	said bytes.Buffer
	read int // what was looked at
}

func (x *talk) Write(p []byte) (int, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.said.Write(p)
}

// startTalk starts a plain console. It has ended when the test does, and no
// goroutine of it is left: a bubble fails otherwise.
func startTalk(t *testing.T, options tui.Options) *talk {
	in, typing := io.Pipe()
	ctx, stop := context.WithCancel(t.Context())
	x := &talk{t: t, typing: typing, ended: make(chan error, 1), stop: stop}
	go func() { x.ended <- tui.RunPlain(ctx, options, in, x) }()
	t.Cleanup(func() {
		stop()
		typing.Close()
		synctest.Wait()
	})
	synctest.Wait()
	return x
}

// types types a line.
func (x *talk) types(line string) *talk {
	if _, err := io.WriteString(x.typing, line+"\n"); err != nil {
		x.t.Fatal(err)
	}
	synctest.Wait()
	return x
}

// hears asserts all that was said since it was last looked at.
func (x *talk) hears(want string) *talk {
	x.t.Helper()
	if got := x.since(); got != want {
		x.t.Fatalf("it said\n%q\nwant\n%q", got, want)
	}
	return x
}

// hearsOf asserts that something was said since it was last looked at.
func (x *talk) hearsOf(want string) *talk {
	x.t.Helper()
	if got := x.since(); !strings.Contains(got, want) {
		x.t.Fatalf("it said\n%s\nwithout %q", got, want)
	}
	return x
}

func (x *talk) since() string {
	x.mu.Lock()
	defer x.mu.Unlock()
	got := x.said.String()[x.read:]
	x.read = x.said.Len()
	return got
}

func (x *talk) pass(d time.Duration) *talk {
	time.Sleep(d)
	synctest.Wait()
	return x
}

// TestPlainAnnounces says by itself what draws near and what others do, between
// questions, and puts the question again; and nothing else, ever.
func TestPlainAnnounces(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		clock := clockFrom(present)
		options := freshOptions(t, clock)
		if err := options.SetUp(t.Context(), options.Defaults); err != nil {
			t.Fatal(err)
		}
		give := func(name string, command model.Command) {
			t.Helper()
			if _, err := options.Space.Do(t.Context(), model.Actor{Name: name, Role: model.Lead}, command); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
		}
		x := startTalk(t, options)
		x.hearsOf("No open incidents. Press r to report one.\nqueue> ")
		x.pass(time.Hour).hears("")
		give("Bo", model.Report{Title: "Backups are encrypted", Types: []string{"data-breach"}})
		x.hearsOf("\n* INC-2026-0001: Bo: Reported: Backups are encrypted\n")
		confirmed := model.Statement{Name: "confirmed", Value: model.Time(clock.Now().Add(-47 * time.Hour))}
		give("Bo", model.StateFact{Incident: "INC-2026-0001", Statement: confirmed})
		x.hearsOf("\n* INC-2026-0001: Bo: Confirmed: ")
		x.pass(59 * time.Minute).hears("")
		x.types("note 1").hearsOf("Note: ")
		x.pass(2 * time.Minute).hears("\n* perhaps due within 24 h: INC-2026-0001: Notice to customer administrators\nNote: ")
		x.types("!").hears("Nothing is recorded.\nqueue INC-2026-0001> ")
		x.pass(20 * time.Hour).hearsOf("\n* perhaps due within 4 h: INC-2026-0001: Notice to customer administrators\n")
		x.pass(3 * time.Hour).hearsOf("\n* perhaps due within 1 h: INC-2026-0001: Notice to customer administrators\n")
		give("Ana Ruiz", model.AddNote{Incident: "INC-2026-0001", Text: "own words"})
		x.hears("")
		x.types("pause").hearsOf("pause is typed again")
		give("Bo", model.AddNote{Incident: "INC-2026-0001", Text: "in between"})
		x.hears("")
		x.pass(time.Hour).hearsOf("\n* perhaps overdue: INC-2026-0001: Notice to customer administrators\n")
		x.types("pause").hearsOf("* INC-2026-0001: Bo: Note: in between\n")
		x.types("q")
		if err := <-x.ended; err != nil {
			t.Fatal(err)
		}
	})
}

// TestPlainEnds ends with its context while it waits for a line, in a form too.
func TestPlainEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := startTalk(t, storyOptions(t, "dark")).types("note 1").hearsOf("Note: ")
		x.stop()
		synctest.Wait()
		if err := <-x.ended; err != nil {
			t.Fatal(err)
		}
		x.hears("\n")
	})
}

// minuteEvidence takes a minute for everything, or until it is stopped.
type minuteEvidence struct{ tui.Evidence }

func (minuteEvidence) Verify(ctx context.Context, _ model.ID, _ model.Evidence, told tui.Told) (model.Integrity, error) {
	told(1, 2)
	select {
	case <-time.After(time.Minute):
		return model.Intact, nil
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// TestPlainErrands goes on while work that takes minutes is under way, tells its
// end, stops it, and waits for it where the input ends.
func TestPlainErrands(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		options := storyOptions(t, "dark")
		options.Evidence = minuteEvidence{}
		x := startTalk(t, options).types("go 9").types("evidence")
		x.types("evidence-verify 2").hearsOf("Under way; its end is told when it comes.\nINC-2026-0009 evidence> ")
		x.types("evidence-verify 1").hearsOf("something is under way:")
		x.pass(2 * time.Minute).hears("\n* E-2 is verified: ✓ intact\nINC-2026-0009 evidence> ")
		x.types("evidence-verify 1").types("evidence-stop").hearsOf("stopped; nothing of it is kept")
		x.types("evidence-verify 1").types("q").hearsOf("would be stopped; the same key again leaves all the same")
		x.typing.Close()
		x.pass(30 * time.Second)
		select {
		case <-x.ended:
			t.Fatal("it did not wait for what is under way")
		default:
		}
		x.pass(time.Minute).hearsOf("E-1 is verified: ✓ intact")
		if err := <-x.ended; err != nil {
			t.Fatal(err)
		}
	})
}

// TestPlainVerifiesTheLog while one goes on.
func TestPlainVerifiesTheLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := startTalk(t, storyOptions(t, "dark")).types("audit").hearsOf("not verified yet")
		x.types("verify-log").hearsOf("WHOLE: the ")
		x.types("").hearsOf("events; whole, 10:20.")
	})
}
