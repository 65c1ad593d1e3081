package store_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/model"
	"tocsin/store"
	"tocsin/store/health"
)

// patient is a record that the doctor looks at.
type patient struct {
	*testing.T
	dir string
	now time.Time
}

// admit makes a record that was worked on, with what preparing does to it while
// it is open.
func admit(t *testing.T, prepare func(space *store.Space)) patient {
	t.Helper()
	p := patient{t, t.TempDir(), store.Morning}
	p.open(func(space *store.Space) {
		store.SetUp(t, space)
		store.Work(t, space)
		prepare(space)
	})
	return p
}

func (p patient) open(work func(space *store.Space)) {
	p.Helper()
	s, err := store.Open(p.Context(), p.dir, store.Options{Now: func() time.Time { return p.now }})
	if err != nil {
		p.Fatal(err)
	}
	space, err := s.Space(p.Context(), "acme")
	if err != nil {
		p.Fatal(err)
	}
	work(space)
	if err := s.Close(context.WithoutCancel(p.Context())); err != nil {
		p.Fatal(err)
	}
}

// examine is what the doctor says.
func (p patient) examine(mend bool) []health.Finding {
	now := func() time.Time { return p.now }
	return health.Exam{Dir: p.dir, Options: store.Options{Now: now}, Now: now, Mend: mend}.Examine(p.Context())
}

// says holds one finding to a level, words and what mends it.
func (p patient) says(found []health.Finding, check string, level health.Level, words, mend string) {
	p.Helper()
	at := slices.IndexFunc(found, func(f health.Finding) bool { return f.Check == check })
	if at < 0 {
		p.Fatalf("nothing is said of %s: %+v", check, found)
	}
	if f := found[at]; f.Level != level || !strings.Contains(f.Text, words) || f.Mend != mend {
		p.Errorf("of %s it says %+v, want %s, %q, %q", check, f, level, words, mend)
	}
}

// well holds all findings to being sound.
func (p patient) well(found []health.Finding) {
	p.Helper()
	for _, f := range found {
		if f.Level != health.Sound && f.Check != "disk space" && f.Check != "ballast" {
			p.Errorf("%+v", f)
		}
	}
}

// record is the log as it is: its size and root.
func (p patient) record() (size uint64, root string) {
	p.Helper()
	p.open(func(space *store.Space) {
		report, err := space.Verify(p.Context(), nil)
		if err != nil || report.Fault != nil {
			p.Fatal(report.Fault, err)
		}
		size, root = report.Size, fmt.Sprintf("%x", report.Root)
	})
	return size, root
}

// TestDoctorMakesProjectionsAnew damages what a start does not look at: the
// doctor finds it, repairing makes it anew from the log, which stays as it is.
func TestDoctorMakesProjectionsAnew(t *testing.T) {
	const projections = "projections"
	for name, damage := range map[string]func(space *store.Space) map[string][]byte{
		"index missing": func(s *store.Space) map[string][]byte {
			about, err := s.EntriesAbout(context.Background(), "INC-2026-0002")
			if err != nil {
				t.Fatal(err)
			}
			return map[string][]byte{indexOf("INC-2026-0002", byte(about[0])): nil}
		},
		"index surplus": func(*store.Space) map[string][]byte { return map[string][]byte{indexOf("INC-2026-0002", 1): {}} },
	} {
		t.Run(name, func(t *testing.T) {
			p := admit(t, func(space *store.Space) {
				if err := space.Damage(damage(space)); err != nil {
					t.Fatal(err)
				}
			})
			found := p.examine(false)
			p.says(found, projections, health.Wrong, "1 times", health.Repair)
			if health.Worst(found) != health.Wrong {
				t.Errorf("the worst is %s", health.Worst(found))
			}
			mended := p.examine(true)
			p.well(mended)
			p.says(mended, projections, health.Sound, "made anew", "")
			p.well(p.examine(false))
			p.matches()
		})
	}
}

// matches holds the projections to what the events fold to.
func (p patient) matches() {
	p.Helper()
	size, root := p.record()
	p.open(func(space *store.Space) {
		drift, err := space.CompareProjections(p.Context(), nil)
		if err != nil || len(drift.Found) > 0 || drift.Events != size || root == "" {
			p.Errorf("%+v, %v", drift, err)
		}
	})
}

// TestDoctorTellsWhatAStartMended damages what a start does look at: the doctor
// opens the record, too, and says what became of it.
func TestDoctorTellsWhatAStartMended(t *testing.T) {
	incident := func(n int) string { return "i" + string(model.NewID(store.Morning.Year(), n)) }
	p := admit(t, func(space *store.Space) {
		if err := space.Damage(map[string][]byte{incident(2): space.Projection(incident(3))}); err != nil {
			t.Fatal(err)
		}
	})
	p.says(p.examine(false), "projections", health.Doubtful, "made them anew from 81 events; the disk may be failing: what is kept of INC-2026-0002", "")
	p.well(p.examine(false))
	p.matches()
}

// indexOf is the slot that says that an event is about an incident.
func indexOf(id string, seq byte) string {
	return "t" + string([]byte{byte(len(id))}) + id + string([]byte{0, 0, 0, 0, 0, 0, 0, seq})
}

// TestDoctorSaysWhatIsDamaged flips a bit of a table, of a record that was closed
// and of one that was killed, and of the keys of subjects.
func TestDoctorSaysWhatIsDamaged(t *testing.T) {
	const restore = "tocsin restore BACKUP --to DIRECTORY"
	for name, c := range map[string]struct {
		closed bool
		file   string
		at     int
		check  string
		words  string
	}{
		"closed, table":  {true, "*.sst", 100, "checksums", "the record is damaged"},
		"killed, table":  {false, "*.sst", 100, "database", "the record is damaged"},
		"list of tables": {true, "MANIFEST", 19, "database", "MANIFEST"},
		"keys":           {true, "vault/keys/*", 40, "vault", ""},
		"vault":          {true, "vault/vault.json", 60, "vault", ""},
	} {
		t.Run(name, func(t *testing.T) {
			p := patient{t, store.Left(t, c.closed), store.Morning}
			files, err := filepath.Glob(filepath.Join(p.dir, c.file))
			if err != nil || len(files) == 0 {
				t.Fatal(files, err)
			}
			data, err := os.ReadFile(files[0])
			if err != nil {
				t.Fatal(err)
			}
			data[c.at] ^= 32
			if err := os.WriteFile(files[0], data, 0o600); err != nil {
				t.Fatal(err)
			}
			p.says(p.examine(false), c.check, health.Wrong, c.words, restore)
		})
	}
}

// TestDoctorTakesRightsAway opens what only the owner may read, folder by folder.
func TestDoctorTakesRightsAway(t *testing.T) {
	for _, c := range []struct {
		path string
		mode os.FileMode
		says string // where the rights count; a private directory covers the rest
	}{
		{"heads/acme", 0o644, "mode 0644"},
		{"heads", 0o755, "mode 0755"},
		{"vault/vault.json", 0o640, "mode 0640"},
		{"vault/keys", 0o711, "mode 0711"},
		{".", 0o750, "mode 0750"},
		{"MANIFEST", 0o644, ""},
	} {
		t.Run(c.path, func(t *testing.T) {
			p := admit(t, func(*store.Space) {})
			path := filepath.Join(p.dir, c.path)
			if err := os.Chmod(path, c.mode); err != nil {
				t.Fatal(err)
			}
			if found := p.examine(false); c.says == "" {
				p.well(found)
			} else {
				p.says(found, "permissions", health.Wrong, c.says, health.Repair)
			}
			p.says(p.examine(true), "permissions", health.Sound, "", "")
			p.well(p.examine(false))
			if info, err := os.Stat(path); err != nil || info.Mode().Perm() != c.mode&0o700 {
				t.Errorf("%v, %v", info.Mode(), err)
			}
		})
	}
}

// TestDoctorDoubtsTheClock examines a record at other times than it was worked on.
func TestDoctorDoubtsTheClock(t *testing.T) {
	p := admit(t, func(*store.Space) {})
	for _, c := range []struct {
		away  time.Duration
		level health.Level
		words string
		mend  string
	}{
		{0, health.Sound, "the last event was recorded 2026-11-23 09:00:00 UTC", ""},
		{-time.Minute, health.Sound, "", ""},
		{-3 * time.Hour, health.Wrong, "which is 3 hours before the last event", "timedatectl set-ntp true"},
		{100 * 24 * time.Hour, health.Sound, "", ""},
		{200 * 24 * time.Hour, health.Doubtful, "which is 200 days after the last event", "timedatectl status"},
	} {
		p.now = store.Morning.Add(c.away)
		p.says(p.examine(false), "clock", c.level, c.words, c.mend)
	}
}
