package health

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"tocsin/store/disk"
	"tocsin/store/vault"
)

// halfWritten are where files lie that an interruption kept from getting their
// names. Nothing reads them: the next write of the same takes their place.
var halfWritten = []string{"*.new", "drafts/*.new", "vault/*.new", "vault/keys/*.new", "heads/.*.new", "factors/*/*.new", "channels/*.new"}

// unfinished looks for what interrupted writes left behind. The directory must
// be held, so that nobody is writing now.
func (x Exam) unfinished() Finding {
	const check = "unfinished"
	left, err := leftIn(x.Dir)
	switch {
	case err != nil:
		return unknown(check, err.Error(), "")
	case len(left) == 0:
		return sound(check, "no interrupted write left anything behind")
	case !x.Mend:
		return doubtful(check, fmt.Sprintf("files that interrupted writes left behind: %d, the first %s", len(left), left[0]), Repair)
	}
	for _, path := range left {
		err = errors.Join(err, disk.Steps(nil).Destroy(path))
	}
	if err != nil {
		return wrong(check, "what interrupted writes left behind cannot be removed: "+err.Error(), "")
	}
	return sound(check, fmt.Sprintf("files that interrupted writes left behind and that were removed: %d", len(left)))
}

func leftIn(dir string) (left []string, err error) {
	for _, pattern := range halfWritten {
		found, err := fs.Glob(os.DirFS(dir), pattern)
		if err != nil {
			return nil, err
		}
		for _, name := range found {
			path := filepath.Join(dir, filepath.FromSlash(name))
			if info, err := os.Lstat(path); err == nil && info.Mode().IsRegular() {
				left = append(left, path)
			}
		}
	}
	return left, nil
}

// linked looks for files of keys that have another name somewhere: forgetting
// somebody overwrites the keys there too, and whoever keeps such a link as a
// copy has none.
func linked(v *vault.Vault) Finding {
	const check = "hard links"
	var first string
	count := 0
	err := filepath.WalkDir(v.Path(), func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		info, err := entry.Info()
		if err != nil || disk.Links(info) < 2 {
			return err
		}
		if count++; first == "" {
			first = path
		}
		return nil
	})
	switch {
	case err != nil:
		return unknown(check, err.Error(), "")
	case count == 0:
		return Finding{}
	}
	return doubtful(check, fmt.Sprintf("files of keys with another name: %d, the first %s; forgetting somebody destroys the keys under that name too, so such a copy is none: back up with tocsin backup", count, first), "")
}
