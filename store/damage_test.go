package store

import (
	"encoding/binary"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/dgraph-io/badger/v4"

	"tocsin/store/tree"
)

// left makes a record, and a copy of it as it was left: closed, or killed.
func left(t *testing.T, closed bool) (dir string) {
	t.Helper()
	from, to := t.TempDir(), t.TempDir()
	for range 2 { // so that there is a table
		s := openStore(t, from)
		space := openSpace(t, s, "acme")
		if !space.Snapshot().IsSetUp() {
			setUp(t, space)
		}
		work(t, space)
		if !closed {
			takeImage(t, from, to)
		}
		closeStore(t, s)
	}
	if closed {
		return from
	}
	if err := keepLock(filepath.Join(to, lockName)); err != nil {
		t.Fatal(err)
	}
	return to
}

func changeFile(t *testing.T, path string, change func(data []byte) []byte) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	overwrite(t, path, change(data))
}

// TestTheListOfTablesIsDamaged damages the list of the database's tables in ways
// in which the database itself would remove the tables.
func TestTheListOfTablesIsDamaged(t *testing.T) {
	longer := func(list []byte) []byte { // the first entry that says something
		at := manifestHead
		for binary.BigEndian.Uint32(list[at:]) == 0 {
			at += entryHead
		}
		length := list[at:]
		binary.BigEndian.PutUint32(length, uint32(len(list)-at))
		return list
	}
	torn := func(list []byte) []byte { // while an entry was added
		return append(list, 0, 0, 0, 30, 1, 2, 3, 4, 'b', 'e', 'g')
	}
	for name, c := range map[string]struct {
		closed bool
		change func(list []byte) []byte
		opens  bool
	}{
		"closed, longer":  {true, longer, false},
		"killed, longer":  {false, longer, false},
		"closed, another": {true, func(list []byte) []byte { list[len(list)-1] ^= 1; return list }, false},
		"killed, another": {false, func(list []byte) []byte { list[len(list)-1] ^= 1; return list }, false},
		"killed, empty":   {false, func([]byte) []byte { return nil }, false},
		"closed, cut off": {true, torn, false},
		"killed, cut off": {false, torn, true},
		"closed, missing": {closed: true},
		"killed, missing": {closed: false},
	} {
		t.Run(name, func(t *testing.T) {
			dir := left(t, c.closed)
			before, _ := filepath.Glob(filepath.Join(dir, "*.sst"))
			if list := filepath.Join(dir, badger.ManifestFilename); c.change == nil {
				remove(t, list)
			} else {
				changeFile(t, list, c.change)
			}
			if c.opens {
				space := openSpace(t, openStore(t, dir), "acme")
				if report, err := space.Verify(t.Context(), nil); err != nil || report.Fault != nil || space.Fault() != nil {
					t.Errorf("%+v, %v, %v", report.Fault, space.Fault(), err)
				}
				return
			}
			if s, err := Open(t.Context(), dir, Options{}); !errors.Is(err, ErrDamaged) {
				t.Errorf("it opens with %v", err)
				closeStore(t, s)
			}
			if after, _ := filepath.Glob(filepath.Join(dir, "*.sst")); len(after) == 0 || len(after) != len(before) {
				t.Errorf("of the tables %v, %v are left", before, after)
			}
		})
	}
}

// TestDamagedTables flips a bit in a block of a table and in what comes after
// the blocks: a start after an unclean stop refuses it before the database merges
// it, and after a clean one the checksums tell.
func TestDamagedTables(t *testing.T) {
	for name, c := range map[string]struct {
		closed bool
		at     func(table []byte) int
		opens  bool
	}{
		"closed, block": {true, func([]byte) int { return 100 }, true},
		"closed, index": {true, func(table []byte) int { return len(table) - 200 }, false},
		"closed, end":   {true, func(table []byte) int { return len(table) - 2 }, false},
		"killed, block": {false, func([]byte) int { return 100 }, false},
		"killed, end":   {false, func(table []byte) int { return len(table) - 2 }, false},
	} {
		t.Run(name, func(t *testing.T) {
			dir := left(t, c.closed)
			tables, _ := filepath.Glob(filepath.Join(dir, "*.sst"))
			if len(tables) == 0 {
				t.Fatal("there is no table")
			}
			changeFile(t, tables[0], func(table []byte) []byte { table[c.at(table)] ^= 4; return table })
			s, err := Open(t.Context(), dir, Options{})
			if !c.opens {
				if !errors.Is(err, ErrDamaged) {
					t.Errorf("it opens with %v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			defer closeStore(t, s)
			if err := s.VerifyChecksums(); !errors.Is(err, ErrDamaged) {
				t.Errorf("the checksums are said to be right: %v", err)
			}
		})
	}
}

// TestHalfATableIsNoDamage leaves a table that no list has, as a kill does while
// the database writes it.
func TestHalfATableIsNoDamage(t *testing.T) {
	for name, closed := range map[string]bool{"closed": true, "killed": false} {
		t.Run(name, func(t *testing.T) {
			dir := left(t, closed)
			half := filepath.Join(dir, "000900.sst")
			if err := os.WriteFile(half, []byte("half a table"), 0o600); err != nil {
				t.Fatal(err)
			}
			s, err := Open(t.Context(), dir, Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer closeStore(t, s)
			if _, err := os.Stat(half); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("it is still there: %v", err)
			}
		})
	}
}

// TestASignedHeadSaysThatThereWasASpace takes away all that the database has.
func TestASignedHeadSaysThatThereWasASpace(t *testing.T) {
	dir := left(t, true)
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if isDatabase(entry.Name()) {
			remove(t, filepath.Join(dir, entry.Name()))
		}
	}
	s := openStore(t, dir)
	spaces, err := s.Spaces()
	if err != nil || len(spaces) != 1 || spaces[0] != "acme" {
		t.Fatalf("the spaces are %v, %v", spaces, err)
	}
	if fault := openSpace(t, s, "acme").Fault(); fault == nil || fault.Kind != tree.Missing {
		t.Errorf("the fault is %v", fault)
	}
}
