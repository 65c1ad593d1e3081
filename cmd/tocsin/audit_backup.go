package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"tocsin/model"
	"tocsin/store/backup"
	"tocsin/store/bundle"
)

// isFile reports whether a path is that of something other than a directory.
func isFile(path string) bool {
	found, err := os.Stat(path)
	return err == nil && !found.IsDir()
}

// verifyBackup verifies a whole backup and those that follow it, in order.
func (a *app) verifyBackup(cmd *cobra.Command, files []string, given verifyFlags) error {
	q, err := given.question()
	if err != nil {
		return err
	}
	if q.Key == nil && len(q.Kept)+len(q.Witnesses) > 0 {
		return model.Refuse(model.Field("key", "is missing: a backup does not have it", "--key with the log's public key, as tocsin audit key prints it"))
	}
	identities, err := a.identities(files, given.backup)
	if err != nil {
		return err
	}
	progress := a.newProgress()
	q.Progress = progress.events("verifying")
	found, err := backup.Verify(cmd.Context(), files, q, identities...)
	progress.clear()
	if err != nil {
		return restoreTrouble(err)
	}
	v := verdictOf(found.Verdict, found.Checkpoints)
	if found.Fault == nil {
		v.lines = append(v.lines, backupLines(found)...)
	}
	return a.handOverVerdict(cmd, v)
}

// backupLines tell what a whole backup has beside events.
func backupLines(found backup.Verified) []bundle.Line {
	lines := []bundle.Line{
		{About: "checkpoints", Found: fmt.Sprintf("%d held against the events", found.Checkpoints)},
		{About: "backed up", Found: exactly(found.Last.Made, found.Last.Made.Location())},
		{About: "evidence", Found: several(uint64(found.End.Evidence), "piece") + ", as sealed"},
	}
	if changed, missing := len(found.End.Changed), len(found.End.Missing); changed+missing > 0 {
		lines = append(lines, bundle.Line{About: "evidence", Found: fmt.Sprintf("! %d changed before the backup, %d missing in it", changed, missing)})
	}
	return lines
}
