package store

import (
	"bufio"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// TestPowerCut takes images of a disk at random moments while a record on it is
// written to, with nothing of what the system has not sent to the disk yet: what
// a power cut leaves. Everything that was acknowledged is on each. There is one
// for every ten of killRounds.
func TestPowerCut(t *testing.T) {
	disk := filepath.Join(t.TempDir(), "disk")
	makeDisk(t, disk)
	at := mountSmall(t, "a disk in a file", "-o", "loop,noinit_itable", disk)
	lost := filepath.Join(at, "never synced")
	writer := startWriter(t, filepath.Join(at, "data"))
	random := rand.New(rand.NewPCG(2026, 13))
	cuts := max(killRounds()/10, 1)
	for cut := range cuts {
		writer.wait(t, writer.acknowledged.Load()+20)
		overwrite(t, lost, []byte(strings.Repeat("x", 1<<20)))
		time.Sleep(time.Duration(random.IntN(150)) * time.Millisecond) // the moment is what is tried
		writer.signal(t, syscall.SIGSTOP)
		acknowledged := writer.acknowledged.Load()
		image := filepath.Join(t.TempDir(), "image")
		takeDisk(t, disk, image)
		writer.signal(t, syscall.SIGCONT)
		remove(t, lost)
		t.Run(fmt.Sprint(cut), func(t *testing.T) {
			after := mountSmall(t, "an image of a disk", "-o", "loop", image)
			if info, err := os.Stat(filepath.Join(after, filepath.Base(lost))); err == nil && info.Size() == 1<<20 {
				t.Log("the system sent to the disk what nobody told it to: the image shows less than it could")
			}
			survived(t, filepath.Join(after, "data"), "after the power cut", acknowledged)
		})
	}
	writer.kill(t)
	if !t.Failed() {
		t.Logf("%d acknowledged events survived %d power cuts", writer.acknowledged.Load(), cuts)
	}
}

// makeDisk makes a file with an empty file system in it.
func makeDisk(t *testing.T, path string) {
	t.Helper()
	overwrite(t, path, nil)
	if err := os.Truncate(path, 400<<20); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("mkfs.ext4", "-q", "-F", "-m", "0", path).CombinedOutput(); err != nil {
		t.Skipf("SKIPPED: no file system can be made in a file here: %v: %s", err, out)
	}
}

// takeDisk copies a disk at one moment: until nothing on it changed meanwhile.
func takeDisk(t *testing.T, from, to string) {
	t.Helper()
	for range 100 {
		before, err := copyExtents(from, to)
		if err != nil {
			t.Fatal(err)
		}
		now, err := copyExtents(from, "")
		if err != nil {
			t.Fatal(err)
		}
		if before == now {
			return
		}
		remove(t, to)
	}
	t.Fatal("the disk does not come to rest")
}

// copyExtents copies what a file with holes holds, to nowhere if that is "", and
// returns a digest of it.
func copyExtents(from, to string) (digest string, err error) {
	source, err := os.Open(from)
	if err != nil {
		return "", err
	}
	defer source.Close()
	info, err := source.Stat()
	if err != nil {
		return "", err
	}
	var target *os.File
	if to != "" {
		if target, err = os.Create(to); err != nil {
			return "", err
		}
		defer func() { err = errors.Join(err, target.Truncate(info.Size()), target.Close()) }()
	}
	sum := sha256.New()
	for end := int64(0); ; {
		start, err := source.Seek(end, unix.SEEK_DATA)
		if errors.Is(err, unix.ENXIO) {
			return fmt.Sprintf("%x", sum.Sum(nil)), nil
		}
		if err == nil {
			end, err = source.Seek(start, unix.SEEK_HOLE)
		}
		if err != nil {
			return "", err
		}
		var w io.Writer = sum
		if target != nil {
			w = io.MultiWriter(sum, io.NewOffsetWriter(target, start))
		}
		fmt.Fprint(sum, start, " ")
		if _, err := io.Copy(w, io.NewSectionReader(source, start, end-start)); err != nil {
			return "", err
		}
	}
}

// writer is a process that writes until it is killed.
type writer struct {
	process      *exec.Cmd
	acknowledged atomic.Uint64
	more         chan struct{} // has a value when there is more, and is closed at its end
	complaint    strings.Builder
}

func startWriter(t *testing.T, dir string) *writer {
	t.Helper()
	w := &writer{process: exec.CommandContext(t.Context(), os.Args[0]), more: make(chan struct{}, 1)}
	w.process.Env = append(os.Environ(), crashDir+"="+dir)
	w.process.Stderr = &w.complaint
	output, err := w.process.StdoutPipe()
	if err == nil {
		err = w.process.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.kill(t) })
	go w.follow(bufio.NewScanner(output))
	return w
}

func (w *writer) follow(lines *bufio.Scanner) {
	for lines.Scan() {
		if seq, err := strconv.ParseUint(lines.Text(), 10, 64); err == nil && seq > w.acknowledged.Load() {
			w.acknowledged.Store(seq)
		}
		select {
		case w.more <- struct{}{}:
		default:
		}
	}
	close(w.more)
}

// wait waits until an event was acknowledged.
func (w *writer) wait(t *testing.T, seq uint64) {
	t.Helper()
	for w.acknowledged.Load() < seq {
		if _, on := <-w.more; !on {
			t.Fatalf("the writer ended: %s", w.complaint.String())
		}
	}
}

func (w *writer) signal(t *testing.T, s os.Signal) {
	t.Helper()
	if err := w.process.Process.Signal(s); err != nil {
		t.Fatal(err)
	}
}

// kill ends it, once.
func (w *writer) kill(t *testing.T) {
	if w.process.ProcessState != nil {
		return
	}
	_ = w.process.Process.Kill()
	_ = w.process.Wait()
	if w.complaint.Len() > 0 {
		t.Errorf("the writer failed: %s", w.complaint.String())
	}
}
