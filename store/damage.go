package store

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/dgraph-io/badger/v4"
	"github.com/dgraph-io/badger/v4/table"
)

// survive makes an error of a panic of the database's: where a table does not
// hold what it should, it panics more often than it says so.
func survive(err *error) {
	if r := recover(); r != nil {
		why, _, _ := strings.Cut(strings.TrimSpace(fmt.Sprint(r)), "\n")
		*err = fmt.Errorf("%w: the database fails on what it reads (%s)", ErrDamaged, why)
	}
}

// surviving is a step of the database's that may meet a damaged table.
func surviving(step func()) (err error) {
	defer survive(&err)
	step()
	return nil
}

// verifyTables reads every block of the database's tables.
func verifyTables(db *badger.DB) (err error) {
	defer survive(&err)
	if err := db.VerifyChecksum(); err != nil {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return nil
}

// checkManifest makes sure that the database's list of its tables is whole. The
// database takes what it cannot read at the end for a write that was cut short,
// and removes all tables that are not listed; so it does where there is no list.
// A power cut may leave half an entry. One that is whole where it is taken for
// shorter than it says has another length than was written.
func checkManifest(dir string, unclean bool) error {
	list, err := os.ReadFile(filepath.Join(dir, badger.ManifestFilename))
	tables, errTables := filepath.Glob(filepath.Join(dir, "*.sst"))
	if errors.Is(err, fs.ErrNotExist) && len(tables) == 0 {
		return errTables
	}
	if err == nil {
		torn, whole := readList(list)
		if whole && (len(torn) == 0 || unclean) {
			return nil
		}
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return fmt.Errorf("%w: %s, with what the database consists of, is missing or not what was written; put it back from a backup", ErrDamaged, badger.ManifestFilename)
}

// manifestHead is how many bytes come before the first entry of the list, and
// entryHead before what an entry says: its length and its sum.
const manifestHead, entryHead = 8, 8

// readList goes through a list: what is torn is cut short at its end, and the rest
// is whole or not.
func readList(list []byte) (torn []byte, whole bool) {
	if len(list) < manifestHead || !bytes.HasPrefix(list, []byte("Bdgr")) {
		return nil, false
	}
	for torn = list[manifestHead:]; len(torn) >= entryHead; {
		length, rest := uint64(binary.BigEndian.Uint32(torn)), torn[entryHead:]
		if length > uint64(len(rest)) {
			return torn, !wholeFurtherUp(torn)
		}
		if crc32.Checksum(rest[:length], castagnoli) != binary.BigEndian.Uint32(torn[4:]) {
			return nil, false
		}
		torn = rest[length:]
	}
	return torn, true
}

// wholeFurtherUp reports whether an entry that is longer than the list has the
// sum of less than it claims.
func wholeFurtherUp(entry []byte) bool {
	want, sum := binary.BigEndian.Uint32(entry[4:]), uint32(0)
	for k := range entry[entryHead:] {
		if sum == want {
			return true
		}
		sum = crc32.Update(sum, castagnoli, entry[entryHead+k:entryHead+k+1])
	}
	return sum == want
}

// checkTables holds how each table that the database lists ends against its
// checksum, before the database opens it: on goroutines of its own, where nobody
// can survive its panic. A table that is not listed is what a kill left half
// written; the database removes it unread.
func checkTables(settings badger.Options) error {
	list, err := os.Open(filepath.Join(settings.Dir, badger.ManifestFilename))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer list.Close()
	listed, _, err := badger.ReplayManifestFile(list, 0, settings)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	for _, number := range slices.Sorted(maps.Keys(listed.Tables)) {
		if err := checkTable(table.NewFilename(number, settings.Dir)); err != nil {
			return err
		}
	}
	return nil
}

// castagnoli is how the database sums.
var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// checkTable reads a table from its end: the length of a sum, the sum, the
// length of the index, and the index that it is of.
func checkTable(path string) error {
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%w: the table %s is missing", ErrDamaged, filepath.Base(path))
	}
	if err != nil {
		return err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	tail := tableTail{file: file, left: info.Size()}
	sum := tail.sized()
	index := tail.sized()
	if tail.err == nil && string(sum) != string(encodedSum(index)) {
		tail.err = errors.New("its index is not what was written")
	}
	if tail.err != nil {
		return fmt.Errorf("%w: the table %s: %w", ErrDamaged, filepath.Base(path), tail.err)
	}
	return nil
}

// encodedSum is a checksum as the second field of a protocol buffer; the first,
// its kind, is 0 and left out.
func encodedSum(data []byte) []byte {
	sum := crc32.Checksum(data, castagnoli)
	if sum == 0 {
		return nil
	}
	return binary.AppendUvarint([]byte{2 << 3}, uint64(sum))
}

// tableTail reads a table backwards.
type tableTail struct {
	file *os.File
	left int64 // bytes not read
	err  error
}

// sized reads what comes before its own length.
func (t *tableTail) sized() []byte {
	length := t.read(4)
	if t.err != nil {
		return nil
	}
	return t.read(int64(binary.BigEndian.Uint32(length)))
}

func (t *tableTail) read(n int64) []byte {
	if t.err == nil && n > t.left {
		t.err = errors.New("it is shorter than it says")
	}
	if t.err != nil {
		return nil
	}
	t.left -= n
	data := make([]byte, n)
	_, t.err = t.file.ReadAt(data, t.left)
	return data
}
