package main

import (
	"bufio"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// zoneFolders are where Go looks for a machine's zone database before it
// falls back on the one embedded in the program.
var zoneFolders = []string{"/usr/share/zoneinfo", "/usr/share/lib/zoneinfo", "/usr/lib/locale/TZ", "/etc/zoneinfo"}

// zoneDatabase says which zone database decides local times here, and its
// release where that is written down.
func zoneDatabase() string {
	for _, folder := range zoneFolders {
		if _, err := os.Stat(filepath.Join(folder, "Europe", "Berlin")); err == nil {
			return strings.TrimSpace("of this machine " + zoneRelease(folder))
		}
	}
	return "embedded with " + runtime.Version()
}

// zoneRelease reads the release, such as 2026a, from the database's own text,
// which begins with it.
func zoneRelease(folder string) string {
	file, err := os.Open(filepath.Join(folder, "tzdata.zi"))
	if err != nil {
		return ""
	}
	defer file.Close()
	line, _ := bufio.NewReader(file).ReadString('\n')
	release, _ := strings.CutPrefix(strings.TrimSpace(line), "# version ")
	return release
}
