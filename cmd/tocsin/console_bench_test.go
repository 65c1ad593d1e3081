package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"tocsin/config"
	"tocsin/model"
	"tocsin/tui"
)

// How much goes on while a console is measured: so many open incidents, of one
// of which so many are told, and a key as often as a held one repeats.
const (
	openBeside    = 3000
	toldMeanwhile = 40_000
	keyRepeat     = 15 * time.Millisecond
	keysInQuiet   = 120
)

// BenchmarkConsoleWhileTelling measures screens of 200×50 on a stored record of
// 3,000 open incidents, first in quiet and then while one of them tells 40,000
// recipients from the same process, over TLS to a local server that takes its
// share of the cores too: from a key to the frame drawn, waiting for the console
// included, and what it takes to draw a tick or a change. The ratio is that of
// keys, telling to quiet. Give it -benchtime 150x.
func BenchmarkConsoleWhileTelling(b *testing.B) {
	o := openOffice(b, b.TempDir())
	defer o.shut()
	server := startMailServer(b, nil)
	o.affect(toldMeanwhile)
	o.openBeside(openBeside)
	o.channel(server, nil)
	done := o.deliver(b.Context(), o.space, quietly())
	defer done()
	ref := o.release("A1")
	pause := model.PauseNotice{Incident: ref.Incident, Notice: ref.Notice, Reason: "to measure in quiet"}
	o.do(pause)
	for _, screen := range []struct {
		name string
		way  []string
	}{
		{"queue", nil},
		{"affected", []string{"enter", "tab", "tab", "tab", "tab", "enter"}},
		{"notices", []string{"enter", "tab", "tab", "tab", "tab", "tab"}},
		{"recipients", []string{"enter", "tab", "tab", "tab", "tab", "tab", "m"}},
	} {
		b.Run(screen.name, func(b *testing.B) {
			o.until(ref, func(n *model.Notice) bool { return n.Delivery.Counts.Of(model.ToldAttempted) == 0 })
			w := o.watch(b, screen.way)
			for k := range keysInQuiet {
				w.move(k)
				if k%7 == 0 { // as often as changes come
					w.program.Send(w.frame())
				}
			}
			quiet := w.lap()
			before := o.notice(ref)
			o.do(model.ResumeNotice(ref))
			o.until(ref, func(n *model.Notice) bool { return n.Delivery.Counts.Sent() > before.Delivery.Counts.Sent() })
			began, from := time.Now(), o.notice(ref)
			for k := 0; b.Loop(); k++ {
				w.move(k)
			}
			took, now := time.Since(began), o.notice(ref)
			if now.State == model.NoticeIsDone {
				b.Fatal("everybody was told before it was measured")
			}
			o.do(pause)
			telling := w.lap()
			quiet.report(b, "quiet")
			telling.report(b, "telling")
			b.ReportMetric(float64(at(telling.keys, 50))/float64(at(quiet.keys, 50)), "p50-ratio")
			b.ReportMetric(float64(at(telling.keys, 99))/float64(at(quiet.keys, 99)), "p99-ratio")
			b.ReportMetric(float64(now.Delivery.Counts.Sent()-from.Delivery.Counts.Sent())/took.Seconds(), "messages/s")
			b.ReportMetric(0, "ns/op")
		})
	}
	o.do(model.CancelNotice{Incident: ref.Incident, Notice: ref.Notice, Reason: "it was measured"})
}

// openBeside opens incidents that are due after the office's own.
func (o *dispatchOffice) openBeside(n int) {
	o.t.Helper()
	errs := make([]error, 16)
	var people sync.WaitGroup
	for p := range errs {
		people.Go(func() {
			for k := p; k < n && errs[p] == nil; k += len(errs) {
				errs[p] = o.openOne(k)
			}
		})
	}
	people.Wait()
	if err := errors.Join(errs...); err != nil {
		o.t.Fatal(err)
	}
}

func (o *dispatchOffice) openOne(k int) error {
	receipt, err := o.space.Do(o.t.Context(), dora, model.Report{Title: fmt.Sprintf("Mail relay %d forwards to an outside address", k)})
	if err != nil {
		return err
	}
	_, err = o.space.Do(o.t.Context(), dora, model.Triage{
		Incident: receipt.Incident, Severity: "high", Reason: "as seen", Classification: model.Confirmed, Types: []string{"breach"},
		Facts: []model.Statement{{Name: "confirmed", Value: model.Time(time.Now().Add(-time.Minute))}}, Roles: []model.Holding{{Role: "lead", Person: "Dora"}},
	})
	return err
}

// watched is a console whose frames are timed. The program runs as it does for
// people; what it draws is not written out.
type watched struct {
	program *tea.Program
	drawn   chan struct{} // holds a value after a key was drawn

	mu      sync.Mutex
	pressed time.Time
	so      laps
	latest  tea.Msg        // frame
	running sync.WaitGroup // commands of the console
}

// laps are times taken, of keys from the press on and of frames that the
// console was sent.
type laps struct{ keys, frames []time.Duration }

// watch opens a console and goes a way in it. It ends with the benchmark.
func (o *dispatchOffice) watch(b *testing.B, way []string) *watched {
	b.Helper()
	library, err := config.LoadPacks("")
	if err != nil {
		b.Fatal(err)
	}
	s, err := o.enter(b.Context(), "main", library)
	if err != nil {
		b.Fatal(err)
	}
	s.actor, s.now = dora, time.Now
	w := &watched{drawn: make(chan struct{}, 1)}
	ctx, cancel := context.WithCancel(context.WithoutCancel(b.Context()))
	var run func() error
	w.program, run = tui.NewProgram(ctx, s.consoleOptions(config.Settings{Theme: "dark"}),
		tea.WithInput(nil), tea.WithOutput(io.Discard), tea.WithWindowSize(200, 50), tea.WithEnvironment([]string{"TERM=xterm-256color"}), tea.WithFilter(w.follow))
	ended := make(chan error, 1)
	go func() { ended <- run() }()
	b.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			b.Error(err)
		}
		w.running.Wait()
	})
	for _, key := range way {
		w.press(key)
	}
	w.lap()
	return w
}

// follow draws keys and frames in place of the program, and takes the time.
func (w *watched) follow(console tea.Model, msg tea.Msg) tea.Msg {
	_, key := msg.(tea.KeyPressMsg)
	if !key && fmt.Sprintf("%T", msg) != "tui.frameMsg" {
		return msg
	}
	began := time.Now()
	_, cmd := console.Update(msg)
	_ = console.View()
	w.mu.Lock()
	if key {
		w.so.keys = append(w.so.keys, time.Since(w.pressed))
	} else {
		w.so.frames, w.latest = append(w.so.frames, time.Since(began)), msg
	}
	w.mu.Unlock()
	if cmd != nil {
		w.running.Go(func() { w.program.Send(cmd()) })
	}
	if key {
		w.drawn <- struct{}{}
	}
	return nil
}

// move goes down or up by a row and waits as long as a held key repeats.
func (w *watched) move(k int) {
	w.press([]string{"down", "up"}[k/30%2])
}

// press presses a key, waits until it is drawn, and then for the next one.
func (w *watched) press(key string) {
	next := time.NewTimer(keyRepeat)
	defer next.Stop()
	w.mu.Lock()
	w.pressed = time.Now()
	w.mu.Unlock()
	w.program.Send(keyPress(key))
	<-w.drawn
	<-next.C
}

// frame is the last one that the console was sent; nil where none was.
func (w *watched) frame() tea.Msg {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.latest
}

// lap gives the times taken since the last one, sorted.
func (w *watched) lap() laps {
	w.mu.Lock()
	defer w.mu.Unlock()
	taken := w.so
	w.so = laps{}
	slices.Sort(taken.keys)
	slices.Sort(taken.frames)
	return taken
}

func (l laps) report(b *testing.B, when string) {
	for _, one := range []struct {
		what  string
		times []time.Duration
	}{{"key", l.keys}, {"frame", l.frames}} {
		b.ReportMetric(float64(at(one.times, 50).Microseconds()), when+"-"+one.what+"-p50-µs")
		b.ReportMetric(float64(at(one.times, 99).Microseconds()), when+"-"+one.what+"-p99-µs")
	}
}

// at is the time below which a percentage lies; 0 where none was taken.
func at(sorted []time.Duration, percent int) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[(len(sorted)-1)*percent/100]
}
