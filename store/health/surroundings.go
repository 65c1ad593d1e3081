package health

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"tocsin/store"
	"tocsin/store/disk"
)

// secret are the folders of a data directory that must be private whatever the
// directory itself is.
var secret = []string{"vault", "heads", "evidence", "channels"}

// permissions checks that nobody but the owner can read what is kept. Within a
// private directory that matters for the folders with keys and content alone.
func permissions(dir string, mend bool) Finding {
	const check = "permissions"
	found, err := disk.FindExposed(dir)
	if err != nil {
		return unknown(check, "the files cannot be listed: "+err.Error(), "")
	}
	if mend {
		return mended(found)
	}
	found = reachable(dir, found)
	if len(found) == 0 {
		return sound(check, "nobody but the owner can read the record")
	}
	return wrong(check, exposedWords(found), Repair)
}

func exposedWords(found []disk.Exposed) string {
	text := fmt.Sprintf("others can read %s (mode %04o)", found[0].Path, found[0].Mode)
	if more := len(found) - 1; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// mended takes the rights of others away.
func mended(found []disk.Exposed) Finding {
	const check = "permissions"
	var failed error
	for _, one := range found {
		failed = errors.Join(failed, one.Close())
	}
	switch {
	case failed != nil:
		return wrong(check, "the rights of others cannot be taken away: "+failed.Error(), "")
	case len(found) > 0:
		return sound(check, fmt.Sprintf("the rights of others to %d files and folders were taken away", len(found)))
	}
	return sound(check, "nobody but the owner can read the record")
}

// reachable leaves out what a private directory protects.
func reachable(dir string, found []disk.Exposed) []disk.Exposed {
	if len(found) > 0 && found[0].Path == dir {
		return found
	}
	var some []disk.Exposed
	for _, one := range found {
		inner, err := filepath.Rel(dir, one.Path)
		first, _, _ := strings.Cut(filepath.ToSlash(inner), "/")
		for _, name := range secret {
			if err == nil && first == name {
				some = append(some, one)
			}
		}
	}
	return some
}

// room checks the disk.
func room(dir string, free func(string) (uint64, error)) Finding {
	const check = "disk space"
	if free == nil {
		free = disk.Free
	}
	bytes, err := free(dir)
	switch {
	case err != nil:
		return unknown(check, "the room on the disk is not known: "+err.Error(), "")
	case bytes < store.MinRoom:
		return wrong(check, store.RoomWords(dir, bytes), "df -h "+dir)
	case bytes < 4*store.MinRoom:
		return doubtful(check, fmt.Sprintf("%d MiB are free; below %d MiB nothing new is taken", bytes>>20, uint64(store.MinRoom)>>20), "df -h "+dir)
	}
	return sound(check, fmt.Sprintf("%d MiB are free", bytes>>20))
}

// ballast checks what is set aside for a clean stop.
func ballast(dir string) Finding {
	const check = "ballast"
	info, err := os.Stat(filepath.Join(dir, store.BallastName))
	if err != nil {
		return doubtful(check, "no room is set aside for a clean stop on a full disk; the next start with enough room does that", "df -h "+dir)
	}
	return sound(check, fmt.Sprintf("%d MiB are set aside for a clean stop", info.Size()>>20))
}

// When a clock is doubted.
const (
	behind = 2 * time.Minute
	ahead  = 180 * 24 * time.Hour
)

// Clock holds the clock against when the last event was recorded, zero for
// none. Events never go backwards: while the clock is behind, what is recorded
// gets the last event's time.
func Clock(now, last time.Time) Finding {
	const check = "clock"
	switch away := now.Sub(last); {
	case last.IsZero():
		return sound(check, "it is "+moment(now)+"; nothing was recorded yet")
	case away < -behind:
		return wrong(check, fmt.Sprintf("the clock says %s, which is %s before the last event (%s); new events get that time until the clock has passed it", moment(now), span(-away), moment(last)), "timedatectl set-ntp true")
	case away > ahead:
		return doubtful(check, fmt.Sprintf("the clock says %s, which is %s after the last event (%s); if it runs ahead, due times are wrong", moment(now), span(away), moment(last)), "timedatectl status")
	}
	return sound(check, "it is "+moment(now)+"; the last event was recorded "+moment(last))
}

// clock is Clock for a space.
func clock(ctx context.Context, sp *store.Space, now time.Time) Finding {
	last, err := sp.Last(ctx)
	if err != nil {
		return unknown("clock", "when the last event was recorded cannot be read: "+err.Error(), "")
	}
	return Clock(now, last)
}

func moment(at time.Time) string { return at.UTC().Format("2006-01-02 15:04:05 UTC") }

func span(d time.Duration) string {
	switch {
	case d >= 48*time.Hour:
		return fmt.Sprintf("%d days", int(d.Hours())/24)
	case d >= 2*time.Hour:
		return fmt.Sprintf("%d hours", int(d.Hours()))
	}
	return fmt.Sprintf("%d minutes", int(d.Minutes()))
}
