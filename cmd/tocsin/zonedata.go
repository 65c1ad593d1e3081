package main

import (
	"archive/zip"
	"bufio"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// zoneFolders are where Go looks for a machine's zone database, after what
// ZONEINFO names and before the one embedded in the program.
var zoneFolders = []string{"/usr/share/zoneinfo", "/usr/share/lib/zoneinfo", "/usr/lib/locale/TZ", "/etc/zoneinfo"}

// The release of the zone database that comes with one release of Go, which
// alone is where it is written down: lib/time/update.bash.
const (
	embeddedBy      = "go1.26.8"
	embeddedRelease = "2025c"
)

// zoneDatabase says which zone database decides local times here, and its
// release: the directory or zip file that ZONEINFO names, else the machine's
// own, else the embedded one.
func zoneDatabase(zoneinfo string, folders []string) string {
	if hasZones(zoneinfo) {
		return releaseOf(zoneinfo) + ", which ZONEINFO names: " + zoneinfo
	}
	for _, folder := range folders {
		if hasZones(folder) {
			return releaseOf(folder) + ", of this machine: " + folder
		}
	}
	return embeddedIn(runtime.Version()) + ", embedded with " + runtime.Version()
}

// unknownRelease is said of a database that does not tell its own.
const unknownRelease = "release not known"

func embeddedIn(goVersion string) string {
	if goVersion == embeddedBy {
		return embeddedRelease
	}
	return unknownRelease
}

// probe is a zone that every database has.
const probe = "Europe/Berlin"

// hasZones reports whether a place, a folder or an uncompressed zip file, is a
// zone database.
func hasZones(place string) bool {
	if place == "" {
		return false
	}
	if _, err := os.Stat(filepath.Join(place, filepath.FromSlash(probe))); err == nil {
		return true
	}
	archive, err := zip.OpenReader(place)
	if err != nil {
		return false
	}
	defer archive.Close()
	return slices.ContainsFunc(archive.File, func(f *zip.File) bool { return f.Name == probe && f.Method == zip.Store })
}

// releaseOf reads a folder's release, such as 2026a, from the database's own
// text, which begins with it, or from the file that holds nothing else.
func releaseOf(folder string) string {
	if line := firstLine(filepath.Join(folder, "tzdata.zi")); strings.HasPrefix(line, "# version ") {
		return strings.TrimPrefix(line, "# version ")
	}
	if line := firstLine(filepath.Join(folder, "+VERSION")); line != "" {
		return line
	}
	return unknownRelease
}

// firstLine is the first line of a text, at most as long as a release could be;
// "" where there is none.
func firstLine(name string) string {
	file, err := os.Open(name)
	if err != nil {
		return ""
	}
	defer file.Close()
	line, _ := bufio.NewReader(io.LimitReader(file, 64)).ReadString('\n')
	return safe(strings.TrimSpace(line))
}
