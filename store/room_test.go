package store

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"tocsin/model"
	"tocsin/store/disk"
)

func TestNearlyFullDiskRefusesWhatIsNewAndResumesByItself(t *testing.T) {
	var free atomic.Uint64
	free.Store(1 << 40)
	dir := t.TempDir()
	s, err := Open(t.Context(), dir, Options{Free: func(string) (uint64, error) { return free.Load(), nil }})
	if err != nil {
		t.Fatal(err)
	}
	space := openSpace(t, s, "acme")
	setUp(t, space)
	ballast := filepath.Join(dir, BallastName)
	if info, err := os.Stat(ballast); err != nil || info.Size() != ballastSize {
		t.Errorf("no ballast is held: %v", err)
	}
	for _, step := range []struct {
		free    uint64
		refuses bool
		ballast bool
	}{{MinRoom - 1, true, true}, {MinRoom + 1, true, true}, {resumeRoom, false, true}, {MinRoom, false, true}, {scarceRoom - 1, true, false}, {resumeRoom, false, false}} {
		free.Store(step.free)
		_, err := space.Do(t.Context(), responder, model.Report{Title: "one more"})
		if refused := errors.Is(err, ErrNoRoom) && errors.Is(err, model.ErrRefused); refused != step.refuses || !refused && err != nil {
			t.Errorf("with %d bytes free a command is answered with %v", step.free, err)
		}
		if (space.Writable() != nil) != step.refuses {
			t.Errorf("with %d bytes free Writable is %v", step.free, space.Writable())
		}
		if _, err := os.Stat(ballast); (err == nil) != step.ballast {
			t.Errorf("with %d bytes free the ballast: %v", step.free, err)
		}
		if space.Snapshot().Seq == 0 {
			t.Error("nothing can be read")
		}
	}
	closeStore(t, s)
}

func TestFullDiskOpensForReading(t *testing.T) {
	dir := t.TempDir()
	s := openStore(t, dir)
	setUp(t, openSpace(t, s, "acme"))
	closeStore(t, s)
	s, err := Open(t.Context(), dir, Options{Free: func(string) (uint64, error) { return 1 << 20, nil }})
	if err != nil {
		t.Fatal(err)
	}
	readsAlone(t, s, ErrNoRoom)
}

// readsAlone holds a store to being readable, refusing with a cause, and closing.
func readsAlone(t *testing.T, s *Store, cause error) {
	t.Helper()
	space := openSpace(t, s, "acme")
	if !errors.Is(s.Frozen(), cause) || !space.Snapshot().IsSetUp() || space.Fault() != nil {
		t.Errorf("frozen: %v, fault: %v", s.Frozen(), space.Fault())
	}
	if _, err := space.Do(t.Context(), responder, model.Report{Title: "late"}); !errors.Is(err, cause) || !errors.Is(err, model.ErrRefused) {
		t.Errorf("a command is answered with %v", err)
	}
	if report, err := space.Verify(t.Context(), nil); err != nil || report.Fault != nil {
		t.Errorf("%+v, %v", report.Fault, err)
	}
	closeStore(t, s)
}

// TestReadOnlyFileSystemOpensForReading mounts one, of a record that was closed
// and of one that was not.
func TestReadOnlyFileSystemOpensForReading(t *testing.T) {
	for name, closed := range map[string]bool{"closed": true, "in use when it was frozen": false} {
		t.Run(name, func(t *testing.T) {
			at := t.TempDir()
			if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=400m,mode=700", "tmpfs", at).CombinedOutput(); err != nil {
				t.Skipf("SKIPPED: no file system can be mounted here: %s", out)
			}
			t.Cleanup(func() { _ = exec.Command("umount", at).Run() })
			from := t.TempDir()
			s := openStore(t, from)
			setUp(t, openSpace(t, s, "acme"))
			if closed {
				closeStore(t, s)
			}
			dir := filepath.Join(at, "data")
			copyDirectory(t, dir, from)
			if out, err := exec.Command("mount", "-o", "remount,ro", at).CombinedOutput(); err != nil {
				t.Skipf("SKIPPED: it cannot be made read-only: %s", out)
			}
			frozen, err := Open(t.Context(), dir, Options{})
			if err != nil {
				t.Fatal(err)
			}
			readsAlone(t, frozen, ErrReadOnly)
		})
	}
}

func TestCopyMadeWhileInUseIsSaid(t *testing.T) {
	from, to := t.TempDir(), filepath.Join(t.TempDir(), "copy")
	s := openStore(t, from)
	setUp(t, openSpace(t, s, "acme"))
	copyDirectory(t, to, from)
	copied := openStore(t, to)
	f := copied.Former()
	if f == nil || !f.Copied || f.PID != os.Getpid() || !strings.Contains(CopyWords(to, f), "must not both be worked on") {
		t.Errorf("the copy is taken for %+v", f)
	}
	if fault := openSpace(t, copied, "acme").Fault(); fault != nil {
		t.Errorf("a copy of files that did not change meanwhile is at fault: %v", fault)
	}
	closeStore(t, copied)
	if f := openStore(t, to).Former(); f != nil {
		t.Errorf("a directory that was given back has %+v", f)
	}
}

// TestTrailMissesWhatWasAcknowledged takes an event away that no checkpoint
// covers yet.
func TestTrailMissesWhatWasAcknowledged(t *testing.T) {
	l := worked(t)
	head, err := l.head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	at, err := head.tree()
	if err != nil {
		t.Fatal(err)
	}
	at.Size += 2
	headFileOf(l.heads, "acme").mark(at)
	fault := memSpace(t, l, Options{}).Fault()
	if fault == nil || fault.First != head.Seq+1 || fault.Last != head.Seq+2 {
		t.Errorf("two events that were acknowledged are gone, the fault is %+v", fault)
	}
}

func copyDirectory(t *testing.T, to, from string) {
	t.Helper()
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	exposed, err := disk.FindExposed(to)
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range exposed {
		if err := one.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
