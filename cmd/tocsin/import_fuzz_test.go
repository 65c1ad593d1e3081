package main

import (
	"bufio"
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"tocsin/model"
	"tocsin/store"
)

// FuzzImport reads any file as a table and as lines of JSON: it ends, lines
// ascend, what is wrong is said in words that a terminal can show, and what is
// not wrong is what the file says and no more.
func FuzzImport(f *testing.F) {
	files, err := filepath.Glob("../../testdata/import/*")
	if err != nil || len(files) == 0 {
		f.Fatalf("no samples: %v", err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	parser := fuzzParser(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		table := readCSV[model.History](bytes.NewReader(data), parser)
		lines := readJSONLines[model.History](bufio.NewReader(bytes.NewReader(data)), parser)
		checkRows(t, table, len(data))
		checkRows(t, lines, len(data))
	})
}

// FuzzCustomers reads any file as customers, in both forms. Those that the domain
// takes have addresses that end no line of a message.
func FuzzCustomers(f *testing.F) {
	files, err := filepath.Glob("../../testdata/import/customers*")
	if err != nil || len(files) == 0 {
		f.Fatalf("no samples: %v", err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	parser := rowReader[model.Customer](customerReader{})
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, read := range []func() rowSeq[model.Customer]{
			func() rowSeq[model.Customer] { return readCSV(bytes.NewReader(data), parser) },
			func() rowSeq[model.Customer] { return readJSONLines(bufio.NewReader(bytes.NewReader(data)), parser) },
		} {
			checkRows(t, read(), len(data))
			for r := range read() {
				for _, text := range append(r.record.Admins, r.record.Security...) {
					address, err := model.ParseAddress(text)
					if err == nil && (strings.ContainsAny(address, "\r\n\t\x00") || !strings.Contains(address, "@")) {
						t.Errorf("%q is taken as %q", text, address)
					}
				}
			}
		}
	})
}

func fuzzParser(f *testing.F) *rowParser {
	f.Helper()
	s, err := store.Open(f.Context(), f.TempDir(), store.Options{})
	if err != nil {
		f.Fatal(err)
	}
	space, err := s.Space(f.Context(), "fuzz")
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { s.Close(f.Context()) })
	kinds := map[string]model.FactKind{"detected": model.TimeFact, "personal_data": model.QuestionFact}
	return &rowParser{session: &session{space: space}, kinds: kinds, now: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)}
}

func checkRows[T any](t *testing.T, rows rowSeq[T], size int) {
	t.Helper()
	last, texts := 0, 0
	for r, err := range rows {
		var refused *model.Refusal
		switch {
		case errors.As(err, &refused):
			checkProblems(t, refused.Fields)
			continue
		case err != nil:
			t.Errorf("what lies in memory cannot be read: %v", err)
			continue
		}
		if r.line <= last {
			t.Errorf("line %d comes after line %d", r.line, last)
		}
		if r.broken && len(r.problems) == 0 {
			t.Errorf("line %d is broken, and nobody says why", r.line)
		}
		checkProblems(t, r.problems)
		last, texts = r.line, texts+r.size
	}
	if texts > 3*size { // what is not text takes three bytes when it is replaced
		t.Errorf("%d bytes are read as %d", size, texts)
	}
}

func checkProblems(t *testing.T, problems []model.FieldError) {
	t.Helper()
	for _, p := range problems {
		for _, text := range []string{p.Field, p.Problem, p.Accepts} {
			if !utf8.ValidString(text) || strings.ContainsFunc(text, func(c rune) bool { return !unicode.IsGraphic(c) }) {
				t.Errorf("a terminal is shown %q", text)
			}
		}
	}
}
