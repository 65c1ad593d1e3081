package config

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const vectorsFolder = "../testdata/vectors"

// Every pack of a law says what its vectors expect of it, and has at least
// eight of them.
func TestVectors(t *testing.T) {
	l := library(t)
	for _, pack := range l.Regimes() {
		t.Run(pack.ID, func(t *testing.T) {
			file := filepath.Join(vectorsFolder, pack.ID+".toml")
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			vectors, err := l.ParseVectors(filepath.Base(file), data)
			if err != nil {
				t.Fatal(err)
			}
			if vectors.Cases() < 8 {
				t.Errorf("%d cases, want eight", vectors.Cases())
			}
			for _, failure := range vectors.Run() {
				t.Errorf("%s (%s)", failure.Problem, failure.Case)
				for _, step := range failure.Steps {
					t.Log(step.Text)
				}
			}
		})
	}
}

// Every file in the folder is refused with the text beside it.
func TestParseVectorsRefuses(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(vectorsFolder, "refused", "*.toml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no refused vectors: %v", err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		_, err = library(t).ParseVectors(filepath.Base(file), data)
		var refused *VectorError
		if !errors.As(err, &refused) {
			t.Fatalf("%s is not refused: %v", file, err)
		}
		golden(t, strings.TrimSuffix(file, ".toml")+".txt", err.Error()+"\n")
	}
}

// A failure says where the expectation is written, what is expected and what
// the packs say.
func TestVectorsFail(t *testing.T) {
	vectors, err := library(t).ParseVectors("mine.toml", []byte(`packs = ["india-cert-in"]
zone = "Asia/Kolkata"
facts = { india_entity = "yes", annexure_incident = "yes", noticed = "2026-11-23 12:17" }
[[cases]]
name = "wrong"
at = "2026-11-23 13:00"
[[cases.expect]]
rule = "cert-in"
strict = "2026-11-23 19:00"
state = "met"
says = "seven hours"
[[cases.expect]]
rule = "further"
absent = true
`))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, failure := range vectors.Run() {
		got = append(got, strings.Split(failure.String(), "\n")[0])
	}
	want := []string{
		"mine.toml:9: cases[0].expect[0].strict: strict is Mon 23 Nov 2026 18:17 IST, and should be Mon 23 Nov 2026 19:00 IST",
		`mine.toml:10: cases[0].expect[0].state: cert-in is "running", and should be "met"`,
		`mine.toml:11: cases[0].expect[0].says: nothing says "seven hours":`,
		"mine.toml:14: cases[0].expect[1].absent: further applies (yes), and should not",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("failures:\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func FuzzParseVectors(f *testing.F) {
	files, err := filepath.Glob(filepath.Join(vectorsFolder, "refused", "*.toml"))
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range append(files, filepath.Join(vectorsFolder, "dora.toml")) {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	l := library(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		vectors, err := l.ParseVectors("fuzz.toml", data)
		var refused *VectorError
		switch {
		case err == nil:
			vectors.Run()
		case !errors.As(err, &refused) || len(refused.Problems) == 0:
			t.Errorf("%v is not a VectorError with problems", err)
		}
	})
}
