package vault

import (
	"os"
	"path/filepath"
)

// Check opens every file of keys and returns how many there are. It matches
// ErrDamaged where one is not as it was written.
func (v *Vault) Check() (files int, err error) {
	entries, err := os.ReadDir(v.shards())
	if err != nil {
		return 0, err
	}
	v.mu.RLock()
	defer v.mu.RUnlock()
	for _, entry := range entries {
		if !isShard(entry.Name()) {
			continue
		}
		if _, _, err := v.readShard(filepath.Join(v.shards(), entry.Name())); err != nil {
			return files, err
		}
		files++
	}
	return files, nil
}
