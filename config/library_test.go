package config

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tocsin/model/policy"
)

// folder writes files by name into a folder of their own.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestLoadPacksAddsTheUsersOwn(t *testing.T) {
	l, err := LoadPacks(folder(t, map[string]string{
		"a.toml":       minimal("mine", 2),
		"b.toml":       minimal("mine", 1),
		"newer.toml":   minimal("iventory", 3),
		"notes.md":     "not a pack",
		"broken.toml~": "id = ",
	}))
	if err != nil {
		t.Fatal(err)
	}
	for id, version := range map[string]int{"mine": 2, "iventory": 3, "gdpr": 2} {
		if p, found := l.Latest(id); !found || p.Version != version {
			t.Errorf("the latest %s is %v", id, p)
		}
	}
	for _, ref := range []policy.Ref{{ID: "mine", Version: 1}, {ID: "iventory", Version: 2}} {
		if _, found := l.Pack(ref); !found {
			t.Errorf("incidents may still be pinned to %s", ref)
		}
	}
	if len(l.Packs()) != 22 || len(l.Procedures()) != 6 {
		t.Errorf("%d packs, %d procedures: %v", len(l.Packs()), len(l.Procedures()), l.IDs())
	}
	if _, found := l.Latest("nobody's"); found {
		t.Error("a pack that is not there was found")
	}
}

func TestLoadPacksRefusesTheWhole(t *testing.T) {
	dir := folder(t, map[string]string{
		"again.toml":    minimal("mine", 1),
		"broken.toml":   "id = ",
		"iventory.toml": minimal("iventory", 2),
		"mine.toml":     minimal("mine", 1),
		"standard.toml": minimal("standard", 9),
	})
	l, err := LoadPacks(dir)
	var refused *PackError
	if !errors.As(err, &refused) || l != nil {
		t.Fatalf("half a library: %v", err)
	}
	want := []string{
		"broken.toml:1: id: this is not TOML",
		"iventory.toml:3: version: iventory@2 comes with the console already: write version = 3 or higher",
		"mine.toml:3: version: mine@1 is in " + filepath.Join(dir, "again.toml") + " too",
		"standard.toml:2: id: \"standard\" is the name of an embedded procedure",
	}
	if len(refused.Problems) != len(want) {
		t.Fatalf("problems:\n%v", err)
	}
	for i, part := range want {
		if got := refused.Problems[i].String(); !strings.Contains(got, part) {
			t.Errorf("problem %q, want it to say %q", got, part)
		}
	}
}

// Packs of a data directory may count by the calendars beside them.
func TestLoadLibrary(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"calendars/works.toml": "[[calendars]]\nid = \"works\"\ntitle = \"Works holidays\"\nextends = \"de\"\ndays = [{ date = \"2026-12-24\", name = \"Christmas Eve\" }]\n",
		"packs/mine.toml":      strings.Replace(minimal("mine", 1), "zone ", "calendar = \"works\"\nzone ", 1),
	} {
		if err := os.MkdirAll(filepath.Join(dir, filepath.Dir(name)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	l, problems, err := LoadLibrary(dir)
	if err != nil || len(problems) > 0 {
		t.Fatal(problems, err)
	}
	mine, _ := l.Latest("mine")
	if mine.Calendar.Name != "Works holidays" || mine.Calendar.Zone.String() != "Asia/Singapore" || !slices.Contains(l.Calendars().IDs(), "works") {
		t.Errorf("mine counts by %q in %s", mine.Calendar.Name, mine.Calendar.Zone)
	}
	if _, err := LoadPacks(filepath.Join(dir, PacksFolder)); err == nil || !strings.Contains(err.Error(), `"works" is not a calendar`) {
		t.Errorf("without the calendars beside it: %v", err)
	}
	if file := l.File(mine.Ref()); file != filepath.Join(dir, "packs", "mine.toml") || l.File(policy.Ref{ID: "gdpr", Version: 1}) != "" {
		t.Errorf("mine comes from %q", file)
	}
	if l, _, err := LoadLibrary(""); err != nil || len(l.Packs()) != len(library(t).Packs()) {
		t.Errorf("without a directory: %v", err)
	}
}

// What is wrong in one file is told, with what follows from it; the others are
// there.
func TestLoadLibraryLeavesOutWhatIsWrong(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"calendars/works.toml": "[[calendars]]\nid = \"works\"\ntitle = \"Works holidays\"\nextends = \"dee\"\n",
		"packs/broken.toml":    "id = ",
		"packs/mine.toml":      strings.Replace(minimal("mine", 1), "zone ", "calendar = \"works\"\nzone ", 1),
		"packs/right.toml":     minimal("right", 1),
	} {
		if err := os.MkdirAll(filepath.Join(dir, filepath.Dir(name)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	l, problems, err := LoadLibrary(dir)
	if err != nil {
		t.Fatal(err)
	}
	var told []string
	for _, p := range problems {
		told = append(told, filepath.Base(p.File)+" "+p.Key)
	}
	if want := "works.toml calendars[0].extends, broken.toml id, mine.toml calendar"; strings.Join(told, ", ") != want {
		t.Errorf("told: %v", problems)
	}
	_, right := l.Latest("right")
	_, mine := l.Latest("mine")
	if !right || mine {
		t.Errorf("packs: %v", l.IDs())
	}
}

// What a record knows comes before what a file says of the same version.
func TestLibraryWith(t *testing.T) {
	l := library(t)
	kept := &policy.Pack{ID: "gdpr", Version: 2, Title: "As it was adopted"}
	newer := &policy.Pack{ID: "gdpr", Version: 3}
	more := l.With(newer, kept)
	if p, _ := more.Pack(kept.Ref()); p != kept {
		t.Errorf("gdpr@2 is %v", p)
	}
	if p, _ := more.Latest("gdpr"); p != newer {
		t.Errorf("the latest is %v", p.Ref())
	}
	if p, _ := l.Latest("gdpr"); p.Version != 2 || p == kept || len(more.IDs()) != len(l.IDs()) {
		t.Error("a library was changed")
	}
}

func TestLoadPacksWithoutAFolder(t *testing.T) {
	if _, err := LoadPacks(filepath.Join(t.TempDir(), "none")); err != nil {
		t.Errorf("a folder that does not exist adds nothing: %v", err)
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadPacks(file); err == nil || !strings.Contains(err.Error(), "read the folder of policy packs") {
		t.Errorf("a file is no folder: %v", err)
	}
}
