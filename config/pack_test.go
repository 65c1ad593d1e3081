package config

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"tocsin/model/policy"
)

var update = flag.Bool("update", false, "write the golden refusals anew")

const refusedFolder = "../testdata/packs/refused"

// Every file in the folder is refused with the text beside it.
func TestParsePackRefuses(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(refusedFolder, "*.toml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no refused packs: %v", err)
	}
	for _, file := range files {
		name := filepath.Base(file)
		t.Run(name, func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			pack, err := ParsePack(name, data)
			var refused *PackError
			if !errors.As(err, &refused) || pack != nil {
				t.Fatalf("not refused: %v", err)
			}
			golden(t, strings.TrimSuffix(file, ".toml")+".txt", err.Error()+"\n")
		})
	}
}

func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s: got\n%s\nwant\n%s", filepath.Base(file), got, want)
	}
}

func TestParsePackTakesOverTheProcedure(t *testing.T) {
	pack, err := ParsePack("mine.toml", []byte(minimal("mine", 1)))
	if err != nil {
		t.Fatal(err)
	}
	if pack.Procedure != "standard" || len(pack.Severities) != 1 || len(pack.Phases) == 0 || len(pack.Roles) == 0 {
		t.Errorf("own sections stay and the others are taken over: %+v", pack)
	}
	if pack.Calendar.Zone == nil || pack.Calendar.Zone.String() != "Asia/Singapore" {
		t.Errorf("the calendar counts in %v", pack.Calendar.Zone)
	}
}

// minimal is the text of a procedure with one severity of its own.
func minimal(id string, version int) string {
	return strings.NewReplacer("ID", id, "VERSION", string(rune('0'+version))).Replace(`
id         = "ID"
version    = VERSION
kind       = "procedure"
title      = "Mine"
zone       = "Asia/Singapore"
checked_on = "2026-11-21"
procedure  = "standard"

[[severities]]
id       = "only"
label    = "Only"
criteria = ["There is one"]

[[types]]
id    = "anything"
label = "Anything"
`)
}

func TestCheckPackWarnsWithLines(t *testing.T) {
	text := minimal("mine", 1) + "[[rules]]\nid = \"notice\"\ntitle = \"Notice\"\nstarts = \"aware\"\naudience = \"customers\"\n"
	_, warnings, err := CheckPack("mine.toml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if len(warnings) != 1 || warnings[0].Line != 18 || !strings.Contains(warnings[0].Message, "no citation") {
		t.Errorf("warnings: %v", warnings)
	}
}

func TestKeyLines(t *testing.T) {
	text := "\ufeff# comment\na.b = 1\n\"quoted.key\" = '''x\n[not.a.table]\n'''\n" +
		"[t]\nlist = [ # first\n  [1, 2],\n  { k = \"}\\\"\", l = 'm' },\n]\n[[aot]]\nx = 1\n[[aot.sub]]\ny = 2\n[[aot]]\n[aot.sub2]\nz = \"\"\"a\\\"\"\"\"\n[[aot.sub]]\ny = 3\n"
	lines := keyLines(text)
	for key, want := range map[string]int{
		"a.b": 2, "quoted.key": 3, "t": 6, "t.list": 7, "t.list[0]": 8, "t.list[0][1]": 8, "t.list[1].k": 9, "t.list[1].l": 9,
		"aot": 11, "aot[0]": 11, "aot[0].x": 12, "aot[0].sub[0].y": 14, "aot[1]": 15, "aot[1].sub2.z": 17, "aot[1].sub[0].y": 19,
	} {
		if lines[key] != want {
			t.Errorf("%s is on line %d, want %d", key, lines[key], want)
		}
	}
	if len(lines) != 23 {
		t.Errorf("%d keys: %v", len(lines), lines)
	}
	if windows := keyLines(strings.ReplaceAll(text, "\n", "\r\n")); !reflect.DeepEqual(windows, lines) {
		t.Errorf("with other line ends: %v", windows)
	}
}

func FuzzParsePack(f *testing.F) {
	files, err := filepath.Glob(filepath.Join(refusedFolder, "*.toml"))
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	for _, name := range []string{"dora", "hipaa", "sec-8k", "japan-appi"} {
		data, err := embedded.ReadFile("packs/" + name + ".toml")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte(minimal("mine", 1)))
	f.Fuzz(func(t *testing.T, data []byte) {
		pack, err := ParsePack("fuzz.toml", data)
		var refused *PackError
		switch {
		case err == nil:
			for _, finding := range policy.Lint(pack) {
				if finding.Level == policy.LevelError {
					t.Errorf("accepted in spite of %v", finding)
				}
			}
		case !errors.As(err, &refused) || len(refused.Problems) == 0:
			t.Errorf("%v is not a PackError with problems", err)
		default:
			for _, problem := range refused.Problems {
				if problem.Line > strings.Count(string(data), "\n")+1 {
					t.Errorf("%v is behind the end of the file", problem)
				}
			}
		}
	})
}
