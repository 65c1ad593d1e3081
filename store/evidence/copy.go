package evidence

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"filippo.io/age"
)

// Copy copies a blob as it lies on the disk, sealed. Begin is told its name
// and its sealed size in bytes, and says where to copy it to. While it is
// copied its content is compared with its digest: ErrChanged means that it was
// copied whole, and is not what was taken in. It matches ErrMissing, before
// begin is called, where nothing is stored.
func (b *Blobs) Copy(ctx context.Context, digest string, size uint64, begin func(name string, sealed int64) (io.Writer, error), progress Progress) error {
	path, err := b.path(digest)
	if err != nil {
		return err
	}
	f, err := b.disk.open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return ErrMissing
	}
	if err != nil {
		return fmt.Errorf("copy evidence: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("copy evidence: %w", err)
	}
	to, err := begin(filepath.Base(path), info.Size())
	if err != nil {
		return err
	}
	sum, err := b.relay(ctx, f, to, progress)
	if err == nil && sum != digest {
		err = fmt.Errorf("%w: its content has another digest", ErrChanged)
	}
	return err
}

// Take stores a blob that Copy handed out, in place of what may be there, as
// it is: ErrChanged means that it is stored, and was not what was taken in when
// it was copied. After any other error nothing half written is left.
func (b *Blobs) Take(ctx context.Context, name string, sealed io.Reader, progress Progress) error {
	if !isName(name) {
		return fmt.Errorf("%.80q is no name of stored evidence", name)
	}
	path := filepath.Join(b.dir, name)
	beside := filepath.Join(b.dir, unfinished+name)
	f, err := b.disk.create(beside)
	if err != nil {
		return fmt.Errorf("take evidence back: %w", err)
	}
	sum, changed := b.relay(ctx, sealed, b.guarded(f), progress)
	if changed != nil && !errors.Is(changed, ErrChanged) {
		return fmt.Errorf("take evidence back: %w", errors.Join(changed, f.Close(), b.disk.before.Remove(beside)))
	}
	if err := f.finish(); err != nil {
		return fmt.Errorf("take evidence back: %w", errors.Join(err, b.disk.before.Remove(beside)))
	}
	if err := b.disk.rename(beside, path); err != nil {
		return fmt.Errorf("take evidence back: %w", errors.Join(err, b.disk.removeIfThere(beside)))
	}
	if changed == nil {
		digest, err := hex.DecodeString(sum)
		if err != nil || b.nameOf(digest) != name {
			changed = fmt.Errorf("%w: its content has another digest", ErrChanged)
		}
	}
	return changed
}

// relay copies a sealed blob to its end and returns the SHA-256 of its content.
// Where that cannot be opened the error matches ErrChanged, and all was copied
// nevertheless.
func (b *Blobs) relay(ctx context.Context, from io.Reader, to io.Writer, progress Progress) (string, error) {
	through := &tee{source: source{r: from}, to: to}
	hash := sha256.New()
	content, err := age.Decrypt(through, b.keys.wrap)
	if err == nil {
		_, err = transfer(ctx, content, progress, func(p []byte, _ uint64) error {
			_, err := hash.Write(p)
			return err
		})
	}
	if err != nil && through.failed() == nil && ctx.Err() == nil {
		err = fmt.Errorf("%w: %w", ErrChanged, err)
	}
	_, rest := transfer(ctx, through, nil, func([]byte, uint64) error { return nil })
	switch {
	case through.failed() != nil:
		return "", through.failed()
	case ctx.Err() != nil:
		return "", context.Cause(ctx)
	case rest != nil:
		return "", rest
	}
	return hex.EncodeToString(hash.Sum(nil)), err
}

// tee writes down what it reads.
type tee struct {
	source
	to      io.Writer
	unwrote error
}

func (t *tee) failed() error {
	if t.unwrote != nil {
		return t.unwrote
	}
	return t.err
}

func (t *tee) Read(p []byte) (int, error) {
	n, err := t.source.Read(p)
	if _, unwrote := t.to.Write(p[:n]); unwrote != nil {
		t.unwrote = unwrote
		return 0, unwrote
	}
	return n, err
}

// Stored reports whether a blob lies there under its digest. What it holds is
// for Verify.
func (b *Blobs) Stored(digest string) (bool, error) {
	path, err := b.path(digest)
	if err != nil {
		return false, err
	}
	_, err = os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}
