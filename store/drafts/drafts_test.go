package drafts

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var now = time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)

func opened(t *testing.T, dir string) *Folder {
	t.Helper()
	f, err := Open(dir, "main", bytes.Repeat([]byte{7}, 32), now)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestWhatIsKeptComesBackAndShowsNowhere(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "drafts")
	f := opened(t, dir)
	if got, err := f.Read("Kim"); got != nil || err != nil {
		t.Fatalf("%q %v", got, err)
	}
	for _, text := range []string{"the laptop of Ben Holt", "and his phone"} {
		if err := f.Write("Kim", []byte(text)); err != nil {
			t.Fatal(err)
		}
		if got, err := opened(t, dir).Read("Kim"); string(got) != text || err != nil {
			t.Fatalf("%q %v", got, err)
		}
	}
	if got, _ := f.Read("Ada"); got != nil {
		t.Errorf("Ada reads %q", got)
	}
	entries, _ := os.ReadDir(dir)
	if len(entries) != 1 {
		t.Fatalf("%v", entries)
	}
	path := filepath.Join(dir, entries[0].Name())
	data, _ := os.ReadFile(path)
	for _, secret := range []string{"Kim", "phone", "Ben"} {
		if strings.Contains(path[len(dir):], secret) || bytes.Contains(data, []byte(secret)) {
			t.Errorf("%s shows on the disk", secret)
		}
	}
	if info, _ := os.Stat(path); info.Mode().Perm() != 0o600 {
		t.Errorf("%v", info.Mode())
	}
	for k := range data {
		changed := bytes.Clone(data)
		changed[k] ^= 1
		if err := os.WriteFile(path, changed, 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := f.Read("Kim"); !errors.Is(err, ErrDamaged) {
			t.Fatalf("byte %d: %q %v", k, got, err)
		}
	}
	if err := f.Remove("Kim"); err != nil {
		t.Fatal(err)
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 0 {
		t.Errorf("%v is left", entries)
	}
	if err := f.Remove("Kim"); err != nil {
		t.Error(err)
	}
}

func TestBounds(t *testing.T) {
	f := opened(t, filepath.Join(t.TempDir(), "drafts"))
	if err := f.Write("Kim", make([]byte, MaxSize)); err != nil {
		t.Fatal(err)
	}
	if err := f.Write("Kim", make([]byte, MaxSize+1)); !errors.Is(err, ErrTooLarge) {
		t.Fatal(err)
	}
	if got, err := f.Read("Kim"); len(got) != MaxSize || err != nil {
		t.Errorf("%d %v", len(got), err)
	}
	if _, err := Open(f.dir, "main", []byte("short"), now); err == nil {
		t.Error("a short key is taken")
	}
}

// TestAFaultLeavesWhatWas fails every step of a write.
func TestAFaultLeavesWhatWas(t *testing.T) {
	f := opened(t, filepath.Join(t.TempDir(), "drafts"))
	if err := f.Write("Kim", []byte("before")); err != nil {
		t.Fatal(err)
	}
	broken := errors.New("broken")
	for _, at := range []string{"write", "sync", "rename"} {
		f.steps = func(step, _ string) error {
			if step == at {
				return broken
			}
			return nil
		}
		if err := f.Write("Kim", []byte("after")); !errors.Is(err, broken) {
			t.Errorf("%s: %v", at, err)
		}
		if got, err := f.Read("Kim"); string(got) != "before" || err != nil {
			t.Errorf("%s: %q %v", at, got, err)
		}
	}
}

func TestOldDraftsGo(t *testing.T) {
	f := opened(t, filepath.Join(t.TempDir(), "drafts"))
	for person, age := range map[string]time.Duration{"Kim": Life, "Ada": Life - time.Second} {
		if err := f.Write(person, []byte("text")); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(f.path(person), now.Add(-age), now.Add(-age)); err != nil {
			t.Fatal(err)
		}
	}
	f = opened(t, f.dir)
	if kim, _ := f.Read("Kim"); kim != nil {
		t.Error("what nobody wrote to is still there")
	}
	if ada, _ := f.Read("Ada"); ada == nil {
		t.Error("it went too soon")
	}
}
