package backup

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"tocsin/store/disk"
)

// Files are where backups are written to. The zero value is the disk.
type Files struct {
	Before disk.Steps // the hook for faults
}

// Create makes a new file that its owner alone can read. What fill writes goes
// into a file beside it, which is synced, read back and compared with the
// digest of what was written; then admit is called, and the file gets its name.
// It matches fs.ErrExist where something is at the path already. Whatever
// fails, admit too, nothing is left.
func (f Files) Create(ctx context.Context, path string, fill func(w io.Writer) error, admit func() error) error {
	if _, err := os.Lstat(path); err == nil {
		return &fs.PathError{Op: "create", Path: path, Err: fs.ErrExist}
	} else if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	beside := filepath.Join(filepath.Dir(path), ".tocsin-"+rand.Text())
	if err := f.write(ctx, beside, fill); err != nil {
		return errors.Join(err, removed(beside))
	}
	if err := admit(); err != nil {
		return errors.Join(err, removed(beside))
	}
	if err := f.Before.Place(beside, path); err != nil {
		return errors.Join(err, removed(beside))
	}
	return nil
}

func removed(path string) error {
	if err := os.Remove(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

func (f Files) write(ctx context.Context, path string, fill func(w io.Writer) error) error {
	if err := f.Before.Allow("create", path); err != nil {
		return err
	}
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(f.fill(ctx, file, fill), file.Close())
}

// fill writes a file, syncs it, and compares what is read back.
func (f Files) fill(ctx context.Context, file *os.File, fill func(w io.Writer) error) error {
	hash := sha256.New()
	out := bufio.NewWriterSize(&watched{f, file}, 256<<10)
	if err := fill(io.MultiWriter(out, hash)); err != nil {
		return err
	}
	if err := out.Flush(); err != nil {
		return err
	}
	if err := f.Before.Allow("sync", file.Name()); err != nil {
		return err
	}
	if err := file.Sync(); err != nil {
		return err
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	again := sha256.New()
	if _, err := io.Copy(again, &interrupted{ctx, &watched{f, file}}); err != nil {
		return fmt.Errorf("read the backup back: %w", err)
	}
	if !bytes.Equal(hash.Sum(nil), again.Sum(nil)) {
		return fmt.Errorf("%w: the disk gives back something else than was written", ErrDamaged)
	}
	return nil
}

// watched is a file whose reading and writing the hook sees.
type watched struct {
	files Files
	file  *os.File
}

func (w *watched) Write(p []byte) (int, error) {
	if err := w.files.Before.Allow("write", w.file.Name()); err != nil {
		return 0, err
	}
	return w.file.Write(p)
}

func (w *watched) Read(p []byte) (int, error) {
	if err := w.files.Before.Allow("read", w.file.Name()); err != nil {
		return 0, err
	}
	return w.file.Read(p)
}

// interrupted reads until ctx ends.
type interrupted struct {
	ctx context.Context
	io.Reader
}

func (r *interrupted) Read(p []byte) (int, error) {
	if r.ctx.Err() != nil {
		return 0, context.Cause(r.ctx)
	}
	return r.Reader.Read(p)
}

// Peek reads the manifest of a file, and verifies nothing.
func Peek(path string) (Manifest, error) {
	file, err := os.Open(path)
	if err != nil {
		return Manifest{}, err
	}
	defer file.Close()
	m, _, err := readManifest(bufio.NewReaderSize(file, maxManifest))
	if err != nil {
		err = fmt.Errorf("%s: %w", path, err)
	}
	return m, err
}
