package store

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"tocsin/store/disk"
)

// TestSmallDiskRunsFull fills a small disk beside a record that is worked on, to
// the last byte: what is new is refused before that, reading goes on, what was
// acknowledged stays, and commands are taken again once there is room, by the
// same process. A start in between reads.
func TestSmallDiskRunsFull(t *testing.T) {
	at := mountSmall(t, "tmpfs", "-t", "tmpfs", "-o", "size=280m,mode=700", "tmpfs")
	dir, filler := filepath.Join(at, "data"), filler{path: filepath.Join(at, "filler")}
	worker := startWorker(t, dir)
	acknowledged := worker.number("write")
	refusedAt := uint64(0)
	for filler.grow(4 << 20) {
		free, err := disk.Free(at)
		if err != nil {
			t.Fatal(err)
		}
		switch answer := worker.tell("write"); {
		case answer != "full" && free < MinRoom:
			t.Fatalf("with %d MiB free it goes on: %s", free>>20, answer)
		case answer != "full":
			fmt.Sscan(answer, &acknowledged)
		case refusedAt == 0:
			refusedAt = free
		}
	}
	if refusedAt == 0 || refusedAt < MinRoom/2 {
		t.Errorf("it was refused with %d MiB free", refusedAt>>20)
	}
	if free, err := disk.Free(at); err != nil || free > 1<<16 {
		t.Fatalf("the disk is not full: %d bytes, %v", free, err)
	}
	if answer := worker.tell("write"); answer != "full" {
		t.Errorf("on a full disk: %s", answer)
	}
	if found := worker.number("read"); found != acknowledged {
		t.Errorf("%d events are there, %d were acknowledged", found, acknowledged)
	}
	filler.empty(t)
	if acknowledged = worker.number("write"); acknowledged == 0 {
		t.Fatal("it did not go on by itself")
	}
	for filler.grow(8 << 20) {
	}
	worker.kill()
	s, err := Open(t.Context(), dir, Options{})
	if err != nil {
		t.Fatalf("on a full disk it does not open: %v", err)
	}
	readsAlone(t, s, ErrNoRoom)
	filler.empty(t)
	survived(t, dir, "after a kill on a full disk", acknowledged)
	worker = startWorker(t, dir)
	acknowledged = max(acknowledged, worker.number("write"))
	for filler.grow(8 << 20) {
	}
	if answer := worker.tell("close"); answer != "<nil>" {
		t.Errorf("it does not close on a full disk: %s", answer)
	}
	filler.empty(t)
	survived(t, dir, "after a close on a full disk", acknowledged)
}

// mountSmall mounts a file system, or skips the test and says why.
func mountSmall(t *testing.T, what string, args ...string) (at string) {
	t.Helper()
	at = t.TempDir()
	if out, err := exec.Command("mount", append(args, at)...).CombinedOutput(); err != nil {
		t.Skipf("SKIPPED: %s cannot be mounted here: %v: %s", what, err, out)
	}
	t.Cleanup(func() {
		if out, err := exec.Command("umount", at).CombinedOutput(); err != nil {
			t.Errorf("unmount %s: %s", at, out)
		}
	})
	return at
}

// filler is a file of somebody else's that takes a disk's room.
type filler struct {
	path string
	size int64
}

// grow takes that much more; it is false where it takes all that was left.
func (f *filler) grow(by int) bool {
	file, err := os.OpenFile(f.path, os.O_WRONLY|os.O_CREATE, 0o600)
	if err != nil {
		return false
	}
	defer file.Close()
	n, err := file.WriteAt(make([]byte, by), f.size)
	f.size += int64(n)
	return err == nil
}

func (f *filler) empty(t *testing.T) {
	t.Helper()
	remove(t, f.path)
	f.size = 0
}

// worker is a process that works as it is told.
type worker struct {
	t       *testing.T
	process *exec.Cmd
	told    io.Writer
	answers *bufio.Reader
	cries   strings.Builder
}

func startWorker(t *testing.T, dir string) *worker {
	t.Helper()
	w := &worker{t: t, process: exec.CommandContext(t.Context(), os.Args[0])}
	w.process.Env = append(os.Environ(), fullDir+"="+dir)
	w.process.Stderr = &w.cries
	in, errIn := w.process.StdinPipe()
	out, errOut := w.process.StdoutPipe()
	if err := errors.Join(errIn, errOut, w.process.Start()); err != nil {
		t.Fatal(err)
	}
	w.told, w.answers = in, bufio.NewReader(out)
	t.Cleanup(w.kill)
	return w
}

func (w *worker) tell(word string) string {
	w.t.Helper()
	_, errTold := fmt.Fprintln(w.told, word)
	answer, err := w.answers.ReadString('\n')
	if err := errors.Join(errTold, err); err != nil {
		_ = w.process.Wait()
		w.t.Fatalf("told to %s, it ended: %v, %v\n%.2000s", word, err, w.process.ProcessState, w.cries.String())
	}
	return strings.TrimSpace(answer)
}

// number is an answer that is one.
func (w *worker) number(word string) (n uint64) {
	w.t.Helper()
	answer := w.tell(word)
	if _, err := fmt.Sscan(answer, &n); err != nil {
		w.t.Fatalf("told to %s, it says %s", word, answer)
	}
	return n
}

func (w *worker) kill() {
	_ = w.process.Process.Kill()
	_ = w.process.Wait()
}
