package tui

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

// TestPlainTables holds the tables of plain mode against that of the actions:
// what is named in them is an action, and no word of its own hides one.
func TestPlainTables(t *testing.T) {
	all := actions()
	for name := range notPlain {
		if !slices.ContainsFunc(all, func(a action) bool { return a.id == name }) {
			t.Errorf("%s is no action", name)
		}
	}
	for _, w := range typedWords() {
		k := slices.IndexFunc(all, func(a action) bool { return a.id == w.name })
		switch {
		case k < 0 && w.help == "":
			t.Errorf("%s takes the place of an action that is not there", w.name)
		case k >= 0 && w.help != "":
			t.Errorf("%s hides an action", w.name)
		case k >= 0 && w.where != 0 && all[k].where&^w.where != 0:
			t.Errorf("%s does not take the place of its action everywhere", w.name)
		}
	}
	for _, a := range all {
		if a.where&^(onTriage|onSetUp) == 0 && notPlain[a.id] == "" {
			t.Errorf("%s is given on forms alone, which ask line by line", a.id)
		}
	}
}

// TestLineReader reads lines of any kind, and one at a time: what nobody took
// yet is there for the next who asks.
func TestLineReader(t *testing.T) {
	for _, test := range []struct {
		name, in string
		want     []string
	}{
		{"no end", "one\ntwo", []string{"one", "two"}},
		{"carriage returns", "one\r\n\r\ntwo\r\n", []string{"one", "", "two"}},
		{"long", strings.Repeat("x", longestLine+1) + "\nafter\n", []string{"(long)", "after"}},
		{"just not long", strings.Repeat("x", longestLine-1) + "\nafter\n", []string{strings.Repeat("x", longestLine-1), "after"}},
		{"long without end", strings.Repeat("x", 3*longestLine), []string{"(long)"}},
		{"nothing", "", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := newLineReader(strings.NewReader(test.in))
			var got []string
			for {
				_ = r.next() // somebody waited, and gave up
				line := <-r.next()
				r.taken()
				if errors.Is(line.err, io.EOF) {
					break
				}
				if line.long {
					line.text = "(long)"
				}
				got = append(got, line.text)
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("%d lines, want %d: %.80q", len(got), len(test.want), got)
			}
		})
	}
	r := newLineReader(iotest.ErrReader(errors.New("unplugged")))
	if line := <-r.next(); line.err == nil || line.err.Error() != "unplugged" {
		t.Errorf("%v", line.err)
	}
}

// TestWordWrap breaks at spaces alone, and never within an incident's number.
func TestWordWrap(t *testing.T) {
	for _, test := range []struct {
		text string
		want []string
	}{
		{"", []string{""}},
		{"see INC-2026-0007 now", []string{"see", "INC-2026-0007", "now"}},
		{"a b c d e f", []string{"a b c d e", "f"}},
		{"Wählen 你好你好 x", []string{"Wählen", "你好你好", "x"}},
	} {
		if got := wordWrap(test.text, 9); !slices.Equal(got, test.want) {
			t.Errorf("%q: %q, want %q", test.text, got, test.want)
		}
	}
}

// TestChoose reads options as people type them.
func TestChoose(t *testing.T) {
	options := []option{{id: "low", label: "Low"}, {id: "high", label: "High"}, {id: "highest", label: "Highest of all"}, {id: "", label: "Unknown"}}
	many, one := &field{kind: manyField, options: options}, &field{kind: oneField, options: options}
	for _, test := range []struct {
		f     *field
		typed string
		want  []string
		wrong bool
	}{
		{many, "1, 2", []string{"low", "high"}, false},
		{many, "2,,2", []string{"high"}, false},
		{many, "LOW,of all", []string{"low", "highest"}, false},
		{many, "1,5", nil, true},
		{many, "0", nil, true},
		{one, "high", []string{"high"}, false},
		{one, "hig", nil, true},
		{one, "unk", []string{""}, false},
		{one, "1,2", nil, true},
		{one, "99999999999999999999", nil, true},
	} {
		got, problem := test.f.choose(test.typed)
		if !slices.Equal(got, test.want) || (problem != "") != test.wrong {
			t.Errorf("%q: %q, %q", test.typed, got, problem)
		}
	}
}

// TestLineWriter writes no control character, whatever it is given, and keeps
// the first error.
func TestLineWriter(t *testing.T) {
	var out bytes.Buffer
	w := newLineWriter(&out)
	w.line("a\x1b[2Jb\x07\u009b\u202e  ")
	w.prompt("who\x1b]0;x\x07?\n")
	w.newline()
	w.newline()
	if err := w.flush(); err != nil || out.String() != "ab\nwho? \n" {
		t.Errorf("%q, %v", out.String(), err)
	}
	w = newLineWriter(brokenWriter{})
	w.line("x")
	if err := w.flush(); err == nil {
		t.Error("an error is lost")
	}
}

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, errors.New("gone") }
