package main

import (
	"os"
	"runtime"
	"strings"
	"testing"
)

// TestSpoolIsBounded pipes more than is kept, and leaves nothing behind.
func TestSpoolIsBounded(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	if _, err := spool("standard input", strings.NewReader("12345"), 4); err == nil || !strings.Contains(err.Error(), "has more than 4 bytes") {
		t.Errorf("%v", err)
	}
	if left, err := os.ReadDir(os.TempDir()); err != nil || len(left) > 0 {
		t.Errorf("%v is left behind, %v", left, err)
	}
	h, err := spool("standard input", strings.NewReader("1234"), 4)
	if err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(os.TempDir()); runtime.GOOS != "windows" && (err != nil || len(left) > 0) {
		t.Errorf("a kill would leave %v, %v", left, err)
	}
	if err := h.close(); err != nil {
		t.Error(err)
	}
}
