package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"tocsin/config"
	"tocsin/store"
)

// settingsFile is what a team and a person set, in the data directory.
const settingsFile = "settings.toml"

// ours are the names that a data directory may hold before there is a record
// in it; lost+found is what a fresh file system has.
var ours = []string{config.PacksFolder, config.CalendarsFolder, settingsFile, resumeFile, "tocsin.lock", "tocsin.sock", "tocsin.sock-path", hostKeyFile, evidenceFolder, draftsFolder, channelsFolder, "vault", "heads", store.BallastName, "restore.unfinished", "lost+found"}

// recordMark is a file that every record has.
const recordMark = "MANIFEST"

// refuseForeign keeps a mistyped --data from putting a record among somebody
// else's files: a directory is taken that holds a record, or nothing else.
func refuseForeign(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return &storeError{err: fmt.Errorf("read the data directory: %w", err)}
	}
	foreign := ""
	for _, entry := range entries {
		if entry.Name() == recordMark {
			return nil
		}
		if foreign == "" && !slices.Contains(ours, entry.Name()) {
			foreign = entry.Name()
		}
	}
	if foreign == "" {
		return nil
	}
	return &storeError{err: fmt.Errorf("%s is no data directory: it holds %s and no record; give an empty directory, or one that does not exist yet", dir, safe(foreign))}
}
