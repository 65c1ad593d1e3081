package main

import (
	"archive/zip"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
)

// zoneFolder is a zone database with some more files in it.
func zoneFolder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "Europe"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func zoneArchive(t *testing.T, method uint16) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "zoneinfo.zip")
	file, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	w := zip.NewWriter(file)
	if _, err := w.CreateHeader(&zip.FileHeader{Name: probe, Method: method}); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return name
}

// The database that is told is the one that Go takes: ZONEINFO, then the
// machine's own, then the embedded one.
func TestZoneDatabase(t *testing.T) {
	empty := t.TempDir()
	text := zoneFolder(t, map[string]string{probe: "", "tzdata.zi": "# version 2026a\n# more\n"})
	bare := zoneFolder(t, map[string]string{probe: "", "+VERSION": "2026b\n"})
	mute := zoneFolder(t, map[string]string{probe: "", "tzdata.zi": "Z Europe/Berlin\n"})
	stored, packed := zoneArchive(t, zip.Store), zoneArchive(t, zip.Deflate)
	for _, tt := range []struct {
		zoneinfo string
		folders  []string
		want     string
	}{
		{"", []string{empty, text, bare}, "2026a, of this machine: " + text},
		{"", []string{bare}, "2026b, of this machine: " + bare},
		{"", []string{mute}, "release not known, of this machine: " + mute},
		{bare, []string{text}, "2026b, which ZONEINFO names: " + bare},
		{stored, []string{text}, "release not known, which ZONEINFO names: " + stored},
		{packed, []string{text}, "2026a, of this machine: " + text}, // Go reads uncompressed ones only
		{empty, []string{text}, "2026a, of this machine: " + text},
		{"", []string{empty}, embeddedIn(runtime.Version()) + ", embedded with " + runtime.Version()},
	} {
		if got := zoneDatabase(tt.zoneinfo, tt.folders); got != tt.want {
			t.Errorf("ZONEINFO=%s: %q, want %q", tt.zoneinfo, got, tt.want)
		}
	}
	if got := embeddedIn("go1.27"); got != unknownRelease {
		t.Errorf("another release of Go embeds %q", got)
	}
}

// The release written down here is the one in the toolchain of that version.
func TestEmbeddedRelease(t *testing.T) {
	if runtime.Version() != embeddedBy {
		t.Skipf("this is %s: only that of %s is written down", runtime.Version(), embeddedBy)
	}
	root, err := exec.CommandContext(t.Context(), "go", "env", "GOROOT").Output()
	if err != nil {
		t.Skipf("there is no toolchain to ask: %v", err)
	}
	script, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(root)), "lib", "time", "update.bash"))
	if err != nil {
		t.Skipf("the toolchain does not say: %v", err)
	}
	found := regexp.MustCompile(`(?m)^DATA=(\S+)$`).FindSubmatch(script)
	if found == nil || string(found[1]) != embeddedRelease {
		t.Errorf("%s embeds %s, not %s", embeddedBy, found, embeddedRelease)
	}
}
