package main

import (
	"strings"
	"testing"
)

func TestTableTellsWhatWasMeasured(t *testing.T) {
	found := make(results)
	parse(strings.NewReader(`goos: linux
BenchmarkBeside/writers=1-2 	       6	         0 ns/op	         9.50 p99/disk	         1.61 p50/disk
BenchmarkStart-2 	       3	 430000000 ns/op	       190.7 live-MiB
BenchmarkBeside/writers=64 	       6	         2.5 ×bbolt
PASS
`), found)
	for what, want := range map[string][2]string{
		"durable commit, one writer, p50": {"1.61 ×", "reached"},
		"durable commit, one writer, p99": {"9.5 ×", "missed"},
		"64 writers beside bbolt":         {"2.5 ×", "missed"},
		"start, 1 M events, 100 k open":   {"0.43 s", "reached"},
		"memory after the start":          {"200 MB", "reached"},
		"1 M notification records":        {"not measured", ""},
	} {
		for _, f := range figures {
			if measured, verdict := f.read(found); f.what == what && (measured != want[0] || verdict != want[1]) {
				t.Errorf("%s: %s %s, want %v", what, measured, verdict, want)
			}
		}
	}
	var table strings.Builder
	printTable(&table, found)
	if lines := strings.Count(table.String(), "\n"); lines != len(figures)+4 {
		t.Errorf("%d lines:\n%s", lines, table.String())
	}
}
