package disk

import (
	"errors"
	"os"
	"runtime"
)

// SyncFolder makes the names in a folder last: what was made, renamed or
// removed in it. Windows has no such thing.
func SyncFolder(path string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
