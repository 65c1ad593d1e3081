package store

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// startDir, in the environment, makes the test binary open that directory.
const startDir = "TOCSIN_TEST_START_DIR"

// startAt, beside it, is the step of the start at which it kills itself: each
// entry that is read, each line that is logged, each write of a migration.
const startAt = "TOCSIN_TEST_START_AT"

// steps count what a start does, and kill the process at one of them.
type steps struct {
	context.Context
	done, last atomic.Int64
}

func (s *steps) step() {
	if s.done.Add(1) == s.last.Load() {
		killSelf()
	}
}

// Err is asked for before each entry that is read.
func (s *steps) Err() error {
	s.step()
	return nil
}

// Enabled is asked for before each line that is logged.
func (s *steps) Enabled(context.Context, slog.Level) bool {
	s.step()
	return false
}

func (s *steps) Handle(context.Context, slog.Record) error { return nil }
func (s *steps) WithAttrs([]slog.Attr) slog.Handler        { return s }
func (s *steps) WithGroup(string) slog.Handler             { return s }

// startUntilKilled opens a directory and its spaces, and prints in how many
// steps it did that.
func startUntilKilled(dir string) error {
	s := &steps{Context: context.Background()}
	if at, err := strconv.ParseInt(os.Getenv(startAt), 10, 64); err == nil {
		s.last.Store(at)
	}
	fmt.Println("opens")
	st, err := Open(s, dir, Options{Logger: slog.New(s), hooks: hooks{planting: s.step}})
	if err != nil {
		return err
	}
	if _, err := st.Space(s, "acme"); err != nil {
		return err
	}
	fmt.Println(s.done.Load())
	return st.Close(context.Background())
}

// TestKilledWhileStarting kills a process at steps of its start and at random
// moments of it, while it reads what a kill left behind, makes projections anew,
// or brings older data up to this version. The next start finds all that was
// acknowledged. There is one kill of each sort for every 25 of killRounds.
func TestKilledWhileStarting(t *testing.T) {
	each := max(killRounds()/25, 1)
	random := rand.New(rand.NewPCG(2026, 12))
	for name, leave := range map[string]func(t *testing.T) (dir string, events uint64){
		"after a kill": killedRecord, "stale projections": staleRecord, "older data": func(t *testing.T) (string, uint64) { return formatOne(t) },
	} {
		t.Run(name, func(t *testing.T) {
			from, events := leave(t)
			files, err := readImage(from)
			if err != nil {
				t.Fatal(err)
			}
			fresh := func() string {
				dir := t.TempDir()
				if err := place(files, dir); err != nil {
					t.Fatal(err)
				}
				return dir
			}
			whole := fresh()
			all, lasted := startOnce(t, whole, 0, time.Minute)
			survived(t, whole, "not killed", events)
			if all == 0 {
				t.Fatal("the start takes no steps")
			}
			cut := 0
			for k := range each {
				dir, at := fresh(), 1+(int64(k)*all+random.Int64N(all))/int64(each)
				if done, _ := startOnce(t, dir, at, time.Minute); done > 0 {
					t.Errorf("at step %d of %d it was not killed", at, all)
				}
				survived(t, dir, fmt.Sprintf("killed at step %d of %d", at, all), events)
				dir, after := fresh(), time.Duration(random.Int64N(int64(lasted)))
				if done, _ := startOnce(t, dir, 0, after); done == 0 {
					cut++
				}
				survived(t, dir, fmt.Sprintf("killed after %v", after), events)
			}
			t.Logf("a start of %d steps in %v; %d events survived %d kills at a step and %d at a moment", all, lasted, events, each, cut)
		})
	}
}

// killedRecord was left by a kill.
func killedRecord(t *testing.T) (string, uint64) {
	dir := t.TempDir()
	acknowledged := killOne(t, dir, "", 300*time.Millisecond)
	return dir, max(acknowledged, killOne(t, dir, "after commit 40", time.Minute))
}

// staleRecord has projections that the next start has to make anew.
func staleRecord(t *testing.T) (string, uint64) {
	dir := t.TempDir()
	s := openStore(t, dir)
	space := openSpace(t, s, "acme")
	setUp(t, space)
	importIncidents(t, space, 600)
	if err := space.log.put(t.Context(), map[slot][]byte{metaSlot(): nil}); err != nil {
		t.Fatal(err)
	}
	events := space.Snapshot().Seq
	closeStore(t, s)
	return dir, events
}

// startOnce starts a process that opens a directory and is killed at a step, or a
// while after it began to. It returns how many steps the start had if it was not
// killed before its end, and how long it took.
func startOnce(t *testing.T, dir string, at int64, after time.Duration) (all int64, lasted time.Duration) {
	t.Helper()
	starter := exec.CommandContext(t.Context(), os.Args[0])
	starter.Env = append(os.Environ(), startDir+"="+dir, startAt+"="+fmt.Sprint(at))
	var complaint strings.Builder
	starter.Stderr = &complaint
	output, err := starter.StdoutPipe()
	if err == nil {
		err = starter.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(output)
	if line, err := lines.ReadString('\n'); line != "opens\n" {
		t.Fatalf("it does not start: %q, %v\n%s", line, err, complaint.String())
	}
	began := time.Now()
	kill := time.AfterFunc(after, func() { _ = starter.Process.Kill() })
	defer kill.Stop()
	line, _ := lines.ReadString('\n') // nothing where it was killed
	lasted = time.Since(began)
	_ = starter.Wait()
	if complaint.Len() > 0 {
		t.Fatalf("it failed: %s", complaint.String())
	}
	all, _ = strconv.ParseInt(strings.TrimSpace(line), 10, 64)
	return all, lasted
}
