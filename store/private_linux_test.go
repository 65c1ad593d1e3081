package store

import (
	"io/fs"
	"path/filepath"
	"regexp"
	"syscall"
	"testing"

	"tocsin/model"
)

// badgers are the files that the database makes with whatever rights the
// process gives new ones. The directory keeps everybody out of them.
var badgers = regexp.MustCompile(`^(.*\.(mem|vlog|sst)|DISCARD|LOCK)$`)

// TestEverythingMadeIsTheOwnersAlone makes a record where new files would be
// everybody's, and looks at the rights of all that lies in its directory. It
// is not parallel: the mask is the process's.
func TestEverythingMadeIsTheOwnersAlone(t *testing.T) {
	before := syscall.Umask(0)
	defer syscall.Umask(before)
	dir := filepath.Join(t.TempDir(), "data")
	s := openStore(t, dir)
	space := openSpace(t, s, "acme")
	setUp(t, space)
	do(t, space, owner, model.Report{Title: "Odd log-ins", Reporter: "Quentin"})
	do(t, space, owner, model.ForgetReporter{Incident: "INC-2026-0001", Reason: "asked"})
	if _, err := space.Checkpoint(); err != nil {
		t.Fatal(err)
	}
	look := func(when string) {
		t.Helper()
		err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			info, err := entry.Info()
			if err == nil && info.Mode().Perm()&0o077 != 0 && !(filepath.Dir(path) == dir && badgers.MatchString(entry.Name())) {
				t.Errorf("%s: %s has mode %v", when, path, info.Mode())
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	look("open")
	closeStore(t, s)
	look("closed")
}
