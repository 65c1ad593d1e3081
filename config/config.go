// Package config reads what a team sets: policy packs, the holidays they count
// by, the worked examples they are held to, templates of notices, the settings
// file and time zones. Everything is TOML with embedded defaults, read strictly:
// a file with anything wrong in it is refused as a whole, and every problem is named
// at once with its file, line, key and what would be right.
package config

import (
	"fmt"
	"strings"
)

// Problem is one thing that is wrong with a file.
type Problem struct {
	File    string `json:"file"`
	Line    int    `json:"line"` // from 1; 0 where the problem has no line, such as a file that cannot be read
	Key     string `json:"key"`  // such as "rules[2].within", counted from 0; "" for the file as a whole
	Message string `json:"message"`
}

// String returns "file:line: key: message", without the parts that are empty.
func (p Problem) String() string {
	var b strings.Builder
	if p.File != "" {
		b.WriteString(p.File + ":")
		if p.Line > 0 {
			fmt.Fprintf(&b, "%d:", p.Line)
		}
		b.WriteByte(' ')
	}
	if p.Key != "" {
		b.WriteString(p.Key + ": ")
	}
	b.WriteString(p.Message)
	return b.String()
}

func problemLines(problems []Problem) string {
	lines := make([]string, len(problems))
	for i, problem := range problems {
		lines[i] = problem.String()
	}
	return strings.Join(lines, "\n")
}

// PackError says that policy packs were refused, and all that is wrong with
// them in the order of files and lines. Its message has one problem a line.
type PackError struct {
	Problems []Problem
}

func (e *PackError) Error() string { return problemLines(e.Problems) }

// SettingsError says that the settings file was refused, and all that is wrong
// with it in the order of its lines. Its message has one problem a line.
type SettingsError struct {
	Problems []Problem
}

func (e *SettingsError) Error() string { return problemLines(e.Problems) }
