package evidence

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"

	"filippo.io/age"

	"tocsin/model"
	space "tocsin/store/disk"
)

// Verify reads a blob whole and says whether it is what was taken in. An error
// means that this could not be found out: the disk cannot be read, or ctx
// ended.
func (b *Blobs) Verify(ctx context.Context, digest string, size uint64, progress Progress) (model.Integrity, error) {
	switch err := b.read(ctx, digest, size, io.Discard, progress); {
	case err == nil:
		return model.Intact, nil
	case errors.Is(err, ErrChanged):
		return model.Changed, nil
	case errors.Is(err, ErrMissing):
		return model.Missing, nil
	default:
		return model.Unverified, fmt.Errorf("verify evidence: %w", err)
	}
}

// Export writes a copy of a blob's content to a new file, mode 0600. Before the
// file gets its name the whole content has been compared with its digest, and
// allow has been called: its error, or any other, leaves nothing behind. It
// matches fs.ErrExist where something is at the path already, ErrChanged and
// ErrMissing.
func (b *Blobs) Export(ctx context.Context, digest string, size uint64, path string, allow func() error, progress Progress) error {
	beside := filepath.Join(filepath.Dir(path), ".tocsin-"+rand.Text())
	f, err := b.disk.create(beside)
	if err != nil {
		return fmt.Errorf("export evidence: %w", err)
	}
	if err := b.read(ctx, digest, size, b.guarded(f), progress); err != nil {
		return fmt.Errorf("export evidence: %w", errors.Join(err, f.Close(), b.disk.before.Remove(beside)))
	}
	err = f.finish()
	if err == nil {
		err = allow()
	}
	if err == nil {
		err = b.disk.before.Place(beside, path)
	}
	if err != nil {
		return fmt.Errorf("export evidence: %w", errors.Join(err, b.disk.removeIfThere(beside)))
	}
	return nil
}

// guarded writes to a file, and keeps the reserve free where that file shares
// the disk with the record.
func (b *Blobs) guarded(f *file) io.Writer {
	if same, err := space.Same(b.dir, filepath.Dir(f.Name())); err != nil || !same {
		return f
	}
	return &guard{blobs: b, w: f}
}

type guard struct {
	blobs *Blobs
	w     io.Writer
	room  uint64 // bytes until the room is asked for again
}

func (g *guard) Write(p []byte) (int, error) {
	if g.room < uint64(len(p)) {
		if err := g.blobs.checkRoom(0); err != nil {
			return 0, err
		}
		g.room = roomEvery
	}
	n, err := g.w.Write(p)
	g.room -= min(g.room, uint64(n))
	return n, err
}

// read copies a blob's content, and matches ErrChanged at the first chunk, or
// at the end, that shows it is another. What was copied until then must not be
// used.
func (b *Blobs) read(ctx context.Context, digest string, size uint64, w io.Writer, progress Progress) error {
	path, err := b.path(digest)
	if err != nil {
		return err
	}
	f, err := b.disk.open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return ErrMissing
	}
	if err != nil {
		return err
	}
	defer f.Close()
	source := &source{r: f}
	content, err := age.Decrypt(source, b.keys.wrap)
	if err != nil {
		return source.explain(err)
	}
	hash := sha256.New()
	done, err := transfer(ctx, content, progress, func(p []byte, _ uint64) error {
		hash.Write(p)
		if _, err := w.Write(p); err != nil {
			return &writeError{err}
		}
		return nil
	})
	var failed *writeError
	switch {
	case errors.As(err, &failed), ctx.Err() != nil:
		return err
	case err != nil:
		return source.explain(err)
	case done != size || hex.EncodeToString(hash.Sum(nil)) != digest:
		return fmt.Errorf("%w: its content has another digest", ErrChanged)
	}
	return nil
}

// source is a sealed blob as it lies on the disk. It tells a disk that cannot
// be read from a blob that was changed.
type source struct {
	r   io.Reader
	err error // what the disk said, other than that the file ends
}

func (s *source) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	if err != nil && err != io.EOF {
		s.err = err
	}
	return n, err
}

// explain is what an error while opening the seal means.
func (s *source) explain(err error) error {
	if s.err != nil {
		return s.err
	}
	return fmt.Errorf("%w: %w", ErrChanged, err)
}

// writeError is about where a copy is written to.
type writeError struct{ err error }

func (e *writeError) Error() string { return e.err.Error() }
func (e *writeError) Unwrap() error { return e.err }
