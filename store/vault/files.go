package vault

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
)

// HoldsKey reports whether the key file that unlocks the vault lies in it.
func (v *Vault) HoldsKey() bool {
	return v.KeyFile() == filepath.Join(v.dir, KeyFileName)
}

// Files calls visit with the files of the vault, as they lie on the disk, each
// with its slash-separated path in the vault: the header, the keys of subjects
// sealed as they are and, where key asks for it and it lies there, the key file
// that unlocks it all. Keys that are made meanwhile may be missing, and a
// rotation waits. Visit must not keep the data.
func (v *Vault) Files(key bool, visit func(name string, data []byte) error) error {
	v.rotating.Lock()
	defer v.rotating.Unlock()
	names := []string{HeaderName}
	if key && v.HoldsKey() {
		names = append(names, KeyFileName)
	}
	shards, err := os.ReadDir(v.shards())
	if err != nil {
		return fmt.Errorf("list the keys: %w", err)
	}
	for _, one := range shards {
		if isShard(one.Name()) {
			names = append(names, path.Join(keysName, one.Name()))
		}
	}
	for _, name := range names {
		if err := v.visit(name, visit); err != nil {
			return err
		}
	}
	return nil
}

func (v *Vault) visit(name string, visit func(name string, data []byte) error) error {
	v.mu.RLock()
	data, err := v.disk.read(filepath.Join(v.dir, filepath.FromSlash(name)), shardSize)
	v.mu.RUnlock()
	if err != nil {
		return fmt.Errorf("read the vault: %w", err)
	}
	defer clear(data)
	return visit(name, data)
}

// fileName is what a file of a vault may be called.
var fileName = regexp.MustCompile(`^(vault\.json|master\.key|keys/[0-9a-f]{32})$`)

// IsFile reports whether a slash-separated path is that of a file that Files
// hands out.
func IsFile(name string) bool { return fileName.MatchString(name) }

// Place puts a file that Files handed out into the vault that is to be made in
// a directory, in place of what may be there, durably. Nobody may have the
// vault open.
func Place(dir, name string, data []byte) error {
	if !IsFile(name) {
		return fmt.Errorf("%w: %.80q is no file of a vault", ErrDamaged, name)
	}
	if len(data) > shardSize {
		return fmt.Errorf("%w: %s is larger than such a file can be", ErrDamaged, name)
	}
	d := disk{}
	for _, one := range []string{dir, filepath.Join(dir, keysName)} {
		if err := d.directory(one); err != nil {
			return err
		}
	}
	to := filepath.Join(dir, filepath.FromSlash(name))
	if old, err := d.read(to, shardSize); err == nil && bytes.Equal(old, data) {
		return nil
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return d.before.Replace(to, data)
}
