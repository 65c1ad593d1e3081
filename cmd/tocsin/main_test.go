package main

import (
	"strings"
	"testing"
)

// TestLibrariesNameNobody holds what a library says of a panic.
func TestLibrariesNameNobody(t *testing.T) {
	var said strings.Builder
	librariesLog(&said).Error("ssh: panic serving connection", "remote", "192.0.2.7:1022", "panic", "index out of range")
	librariesLog(&said).Info("http: a request of 192.0.2.7")
	if text := said.String(); strings.Contains(text, "192.0.2.7") || !strings.Contains(text, "index out of range") {
		t.Errorf("it says %q", text)
	}
}
