package evidence

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"filippo.io/age"
)

// What can be wrong with a blob or its surroundings; match with errors.Is.
var (
	ErrMissing = errors.New("nothing is stored for this evidence")
	ErrChanged = errors.New("what is stored is not what was taken in")
	ErrNoRoom  = errors.New("too little room on the disk")
)

// unfinished begins the names of blobs that are being written.
const unfinished = "new-"

// reserve is how many bytes stay free on the disk: the database, which shares
// it, does not survive a full one.
const reserve = 128 << 20

// roomEvery is after how many bytes the room on the disk is asked for again.
const roomEvery = 16 << 20

// step is how many bytes are read, hashed and sealed at a time.
const step = 256 << 10

// Progress is told how many bytes are done, after each step. It must be quick;
// nil hears nothing.
type Progress func(done uint64)

func (p Progress) tell(done uint64) {
	if p != nil {
		p(done)
	}
}

// Blobs are what the evidence of one space consists of. Its methods are safe
// for concurrent use.
type Blobs struct {
	dir  string // the space's folder
	keys keys
	disk disk
}

// Open takes the blobs of a space below a data directory's folder for them,
// made where there is none, and removes what an interrupted run left half
// written. Key has 32 bytes; the same key finds the blobs again. The caller
// owns the directory, and opens a space once.
func Open(dir, space string, key []byte) (*Blobs, error) {
	return open(dir, space, key, disk{})
}

func open(dir, space string, key []byte, d disk) (*Blobs, error) {
	k, err := keysFor(key, space)
	if err != nil {
		return nil, fmt.Errorf("open the evidence of space %s: %w", space, err)
	}
	b := &Blobs{dir: filepath.Join(dir, k.folder), keys: k, disk: d}
	if err := errors.Join(d.directory(dir), d.directory(b.dir)); err != nil {
		return nil, fmt.Errorf("open the evidence of space %s: %w", space, err)
	}
	if err := b.removeUnfinished(); err != nil {
		return nil, fmt.Errorf("open the evidence of space %s: remove what is half written: %w", space, err)
	}
	return b, nil
}

func (b *Blobs) removeUnfinished() error {
	entries, err := os.ReadDir(b.dir)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if !strings.HasPrefix(entry.Name(), unfinished) {
			continue
		}
		if err := b.disk.before.Remove(filepath.Join(b.dir, entry.Name())); err != nil {
			return err
		}
	}
	return nil
}

// path is where the blob with a SHA-256 lies. The digest is decoded, so that
// nothing else can become part of a path.
func (b *Blobs) path(digest string) (string, error) {
	sum, err := hex.DecodeString(digest)
	if err != nil || len(sum) != sha256.Size {
		return "", fmt.Errorf("%.80q is no SHA-256", digest)
	}
	return filepath.Join(b.dir, b.nameOf(sum)), nil
}

func (b *Blobs) nameOf(sum []byte) string {
	mac := hmac.New(sha256.New, b.keys.name)
	mac.Write(sum)
	return hex.EncodeToString(mac.Sum(nil))
}

// Blob is what was stored.
type Blob struct {
	SHA256 string // of the content, hexadecimal
	Size   uint64 // bytes
	Known  bool   // the same content was stored before
}

// Put stores what a reader holds, to its end. When it returns without an error
// the disk has the whole of it; otherwise nothing half written is left. It
// matches ErrNoRoom when less than the reserve would stay free. Content that is stored
// already takes the place of what is there: it costs no room, and mends a blob
// that was changed.
func (b *Blobs) Put(ctx context.Context, r io.Reader, progress Progress) (Blob, error) {
	beside := filepath.Join(b.dir, unfinished+rand.Text())
	f, err := b.disk.create(beside)
	if err != nil {
		return Blob{}, fmt.Errorf("store evidence: %w", err)
	}
	blob, err := b.fill(ctx, f, r, progress)
	if err != nil {
		return Blob{}, fmt.Errorf("store evidence: %w", errors.Join(err, f.Close(), b.disk.before.Remove(beside)))
	}
	if err := f.finish(); err != nil {
		return Blob{}, fmt.Errorf("store evidence: %w", errors.Join(err, b.disk.before.Remove(beside)))
	}
	path, err := b.path(blob.SHA256)
	if err == nil {
		_, missing := os.Lstat(path)
		blob.Known = missing == nil
		err = b.disk.rename(beside, path)
	}
	if err != nil {
		return Blob{}, fmt.Errorf("store evidence: %w", errors.Join(err, b.disk.removeIfThere(beside)))
	}
	return blob, nil
}

// removeIfThere is remove for a file that a failed rename may have moved.
func (d disk) removeIfThere(path string) error {
	if _, err := os.Lstat(path); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return d.before.Remove(path)
}

// fill seals what a reader holds into a file.
func (b *Blobs) fill(ctx context.Context, f *file, r io.Reader, progress Progress) (Blob, error) {
	sealed, err := age.Encrypt(f, b.keys.wrap)
	if err != nil {
		return Blob{}, err
	}
	hash := sha256.New()
	size, err := transfer(ctx, r, progress, func(p []byte, done uint64) error {
		if err := b.checkRoom(done); err != nil {
			return err
		}
		hash.Write(p)
		_, err := sealed.Write(p)
		return err
	})
	if err != nil {
		return Blob{}, err
	}
	if err := sealed.Close(); err != nil {
		return Blob{}, err
	}
	return Blob{SHA256: hex.EncodeToString(hash.Sum(nil)), Size: size}, nil
}

// checkRoom asks for the room on the disk, ahead of every sixteenth mebibyte.
func (b *Blobs) checkRoom(done uint64) error {
	if done%roomEvery != 0 {
		return nil
	}
	free, err := b.disk.room(b.dir)
	if err != nil {
		return fmt.Errorf("ask for the room on the disk: %w", err)
	}
	if free < reserve+roomEvery {
		return fmt.Errorf("%w: %d MiB are free, and %d MiB stay free for the record", ErrNoRoom, free>>20, reserve>>20)
	}
	return nil
}

// transfer reads to the end, step by step, and hands each step on with how
// many bytes came before it. Only the last step is short.
func transfer(ctx context.Context, r io.Reader, progress Progress, take func(p []byte, done uint64) error) (uint64, error) {
	buffer := make([]byte, step)
	var done uint64
	for {
		if err := ctx.Err(); err != nil {
			return done, context.Cause(ctx)
		}
		n, err := readStep(r, buffer)
		if err != nil && err != io.EOF {
			return done, err
		}
		if n > 0 {
			if err := take(buffer[:n], done); err != nil {
				return done, err
			}
		}
		done += uint64(n)
		progress.tell(done)
		if err == io.EOF {
			return done, nil
		}
	}
}

// readStep fills the buffer up to the end of what r holds, which is io.EOF. It
// is io.ReadFull without the mistake of taking the end that a reader did not
// expect itself, as of a sealed blob that was cut off, for a short last step.
func readStep(r io.Reader, buffer []byte) (n int, err error) {
	for n < len(buffer) && err == nil {
		var m int
		m, err = r.Read(buffer[n:])
		n += m
	}
	return n, err
}
