//go:build unix

package factor

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
	"tocsin/store/disk"
)

// TestKilledBetweenUseAndAnswer kills a process at every step of using a code.
// Once the file has its name the code is used, although nobody was told so.
func TestKilledBetweenUseAndAnswer(t *testing.T) {
	if dir := os.Getenv("FACTOR_KILL_IN"); dir != "" {
		d := newDrawer(t, dir)
		last := os.Getenv("FACTOR_KILL_AT")
		d.before = func(step, _ string) error {
			if step == last {
				_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
				select {}
			}
			return nil
		}
		t.Fatal(d.Check(anna, os.Getenv("FACTOR_CODE"), noon.Add(time.Minute)))
	}
	for step, want := range map[string]error{"write": nil, "sync": nil, "rename": nil, "sync directory": ErrWrong} {
		t.Run(step, func(t *testing.T) {
			dir := t.TempDir()
			d := newDrawer(t, dir)
			offer, recovery := d.enrol(anna, noon)
			code, later := d.code(offer, noon.Add(time.Minute)), noon.Add(time.Minute)
			child := exec.Command(os.Args[0], "-test.run=^TestKilledBetweenUseAndAnswer$")
			child.Env = append(os.Environ(), "FACTOR_KILL_IN="+dir, "FACTOR_KILL_AT="+step, "FACTOR_CODE="+code)
			if out, err := child.CombinedOutput(); err == nil || !strings.Contains(err.Error(), "killed") {
				t.Fatalf("it was not killed: %v\n%s", err, out)
			}
			d.reopen()
			d.answers(anna, code, later, want)
			d.answers(anna, code, later, ErrWrong)
			d.answers(anna, recovery[0], later, nil)
			if left, _ := filepath.Glob(filepath.Join(d.Book.dir, "*"+disk.Unfinished)); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}
