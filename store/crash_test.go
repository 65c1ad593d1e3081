package store

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tocsin/model"
)

// crashDir, in the environment, makes the test binary write to that directory
// until it is killed.
const crashDir = "TOCSIN_TEST_CRASH_DIR"

// crashAt, beside it, names the hook at which it kills itself, and how many
// commits before that it lets pass: "after commit 7".
const crashAt = "TOCSIN_TEST_CRASH_AT"

// secondDir makes it open that directory and say what it is told.
const secondDir = "TOCSIN_TEST_SECOND_DIR"

// TestMain is also what other processes do that tests start: each is told by a
// variable in the environment, which names a directory.
func TestMain(m *testing.M) {
	for name, work := range map[string]func(dir string) error{
		secondDir: openSecond, flipDir: answerFlips, crashDir: writeUntilKilled, importDir: importUntilKilled, startDir: startUntilKilled, fullDir: workAsTold,
	} {
		dir := os.Getenv(name)
		if dir == "" {
			continue
		}
		if err := work(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func openSecond(dir string) error {
	_, err := Open(context.Background(), dir, Options{})
	fmt.Println(errors.Is(err, ErrInUse), err)
	return nil
}

// writeUntilKilled gives commands from several writers and prints the sequence
// number of the last event of each that was acknowledged.
func writeUntilKilled(dir string) error {
	ctx := context.Background()
	var ready atomic.Bool
	hooks, err := killItself(os.Getenv(crashAt), ready.Load)
	if err != nil {
		return err
	}
	s, err := Open(ctx, dir, Options{hooks: hooks})
	if err != nil {
		return err
	}
	space, err := s.Space(ctx, "acme")
	if err != nil {
		return err
	}
	if err := setUpOnce(ctx, space); err != nil {
		return err
	}
	fmt.Println("ready")
	ready.Store(true)
	var printing sync.Mutex
	failed := make(chan error)
	for w := range 4 {
		go func() {
			for n := 0; ; n++ {
				seq, err := crashWork(ctx, space, w, n)
				if err != nil {
					failed <- err
					return
				}
				printing.Lock()
				fmt.Println(seq)
				printing.Unlock()
			}
		}()
	}
	return <-failed
}

// killItself makes the hooks that kill the process at one of them, once it is
// ready and has passed there some times.
func killItself(at string, ready func() bool) (h hooks, err error) {
	if at == "" {
		return hooks{}, nil
	}
	cut := strings.LastIndex(at, " ")
	passes, err := strconv.Atoi(at[cut+1:])
	if err != nil {
		return hooks{}, err
	}
	kill := func() {
		if ready() {
			passes--
		}
		if passes < 0 {
			killSelf()
		}
	}
	switch at[:cut] {
	case "before commit":
		h.beforeCommit = kill
	case "after commit":
		h.afterCommit = kill
	case "acknowledged":
		h.acknowledged = kill
	default:
		return hooks{}, fmt.Errorf("no hook %q", at)
	}
	return h, nil
}

func killSelf() {
	process, err := os.FindProcess(os.Getpid())
	if err := errors.Join(err, process.Kill()); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	select {} // until it arrives
}

func setUpOnce(ctx context.Context, s *Space) error {
	if s.Snapshot().IsSetUp() {
		return nil
	}
	for _, command := range []model.Command{
		model.AdoptPack{Pack: testPack()},
		model.Setup{Organisation: "Acme", Zone: "UTC", Packs: testRefs()},
	} {
		if _, err := s.Do(ctx, owner, command); err != nil {
			return err
		}
	}
	return nil
}

// crashWork gives one writer's next command: reports, triage, notes, and
// imports of which the kill leaves some open.
func crashWork(ctx context.Context, s *Space, w, n int) (seq uint64, err error) {
	var command model.Command = model.Report{Title: fmt.Sprintf("writer %d, %d", w, n), Description: strings.Repeat("words ", n%50)}
	batch := fmt.Sprintf("%d-%d-%d", os.Getpid(), w, n/20)
	switch queue := s.Snapshot().Queue(); {
	case w == 0 && n%20 == 5:
		command = model.ImportOpen{Batch: batch, Source: "crash.csv", Years: map[int]int{2020: 1}}
	case w == 0 && n%20 == 10:
		command = model.ImportRows{Batch: batch, Rows: []model.History{{Title: "old", Opened: time.Date(2020, 5, 5, 0, 0, 0, 0, time.UTC)}}}
	case w == 0 && n%20 == 15:
		command = model.ImportClose{Batch: batch}
	case len(queue) > 10 && n%3 == 1:
		command = triage(queue[(w*7+n)%len(queue)].Incident.ID, []string{"high", "critical"}[n%2])
	case len(queue) > 10 && n%3 == 2:
		command = model.AddNote{Incident: queue[(w*7+n)%len(queue)].Incident.ID, Text: "still here"}
	}
	r, err := s.Do(ctx, owner, command)
	if err != nil || len(r.Events) == 0 {
		return 0, err
	}
	return r.Events[len(r.Events)-1].Seq, nil
}

// TestKilledWhileWriting kills a writing process at random moments, 50 times
// or as often as TOCSIN_TEST_KILLS says, on the same directory: it always opens again, nothing acknowledged is lost,
// the log has no gaps, its tree and every checkpoint are of it, and the
// projections are what it folds to.
func TestKilledWhileWriting(t *testing.T) {
	rounds, dir := killRounds(), t.TempDir()
	random := rand.New(rand.NewPCG(2026, 11))
	var acknowledged uint64
	for round := range rounds {
		acknowledged = max(acknowledged, killOne(t, dir, "", time.Duration(random.IntN(150))*time.Millisecond))
		survived(t, dir, fmt.Sprint("round ", round), acknowledged)
	}
	if acknowledged < uint64(rounds) {
		t.Errorf("only %d events were written in %d rounds", acknowledged, rounds)
	}
	t.Logf("%d acknowledged events survived %d kills", acknowledged, rounds)
}

// killRounds is how many processes a test kills that kills at random: 50, or as many
// as TOCSIN_TEST_KILLS says.
func killRounds() int {
	if many, err := strconv.Atoi(os.Getenv("TOCSIN_TEST_KILLS")); err == nil {
		return many
	}
	if testing.Short() {
		return 5
	}
	return 50
}

// TestKilledAroundACommit kills a writing process where a commit begins, where
// it is durable and nobody was answered, and where everybody was.
func TestKilledAroundACommit(t *testing.T) {
	dir := t.TempDir()
	var acknowledged uint64
	for _, passes := range []int{0, 1, 7, 40} {
		for _, hook := range []string{"before commit", "after commit", "acknowledged"} {
			if testing.Short() && passes > 0 {
				continue
			}
			at := fmt.Sprintf("%s %d", hook, passes)
			acknowledged = max(acknowledged, killOne(t, dir, at, time.Minute))
			survived(t, dir, at, acknowledged)
		}
	}
}

// survived opens a directory after a kill and verifies all that is in it.
func survived(t *testing.T, dir, when string, acknowledged uint64) {
	t.Helper()
	s, err := Open(t.Context(), dir, Options{})
	if err != nil {
		t.Fatalf("%s: the store does not open: %v", when, err)
	}
	defer closeStore(t, s)
	space, err := s.Space(t.Context(), "acme")
	if err != nil {
		t.Fatalf("%s: the space does not open: %v", when, err)
	}
	state, err := verify(t.Context(), space.log, space.veil)
	if err != nil {
		t.Fatalf("%s: %v", when, err)
	}
	if report, err := space.Verify(t.Context(), nil); err != nil || report.Fault != nil {
		t.Fatalf("%s: %+v, %v", when, report.Fault, err)
	}
	if state.Seq < acknowledged {
		t.Fatalf("%s: event %d was acknowledged, the log ends with %d", when, acknowledged, state.Seq)
	}
}

// killOne runs a writer, which kills itself at a hook or is killed a while after
// it began to write, and returns the highest sequence number it had acknowledged.
func killOne(t *testing.T, dir, at string, after time.Duration) (acknowledged uint64) {
	t.Helper()
	writer := exec.CommandContext(t.Context(), os.Args[0])
	writer.Env = append(os.Environ(), crashDir+"="+dir, crashAt+"="+at)
	var complaint strings.Builder
	writer.Stderr = &complaint
	output, err := writer.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := writer.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(output)
	if line, err := lines.ReadString('\n'); err != nil || line != "ready\n" {
		t.Fatalf("the writer did not start: %q, %v\n%s", line, err, complaint.String())
	}
	kill := time.AfterFunc(after, func() { _ = writer.Process.Kill() })
	defer kill.Stop()
	for {
		line, err := lines.ReadString('\n')
		if err != nil { // what the kill cut short does not count
			if err != io.EOF {
				t.Fatal(err)
			}
			break
		}
		seq, err := strconv.ParseUint(strings.TrimSpace(line), 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		acknowledged = max(acknowledged, seq)
	}
	_ = writer.Wait()
	if complaint.Len() > 0 {
		t.Fatalf("the writer failed before it was killed: %s", complaint.String())
	}
	return acknowledged
}
