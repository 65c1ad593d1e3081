package model

import (
	"slices"
	"strings"
	"testing"
)

// TestReaders holds the table of what roles may read.
func TestReaders(t *testing.T) {
	want := map[string]string{
		"incidents": "owner lead responder communications leadership auditor",
		"audit":     "owner lead leadership auditor",
		"people":    "owner lead leadership auditor",
		"wall":      "owner lead responder communications leadership auditor wall",
		"own":       "owner lead responder communications leadership auditor reporter wall",
	}
	for what := range readers {
		if want[what] == "" {
			t.Errorf("the table knows %q, which this test does not", what)
		}
	}
	for what, roles := range want {
		for _, role := range Roles() {
			if may := slices.Contains(strings.Fields(roles), string(role)); role.MayRead(what) != may {
				t.Errorf("%s may read %s: %v, want %v", role, what, !may, may)
			}
		}
	}
}

func TestWhoMayReadTheLog(t *testing.T) {
	for role, may := range map[Role]bool{Owner: true, Lead: true, Leadership: true, Auditor: true, Responder: false, Communications: false, Reporter: false, Wall: false, "": false} {
		if role.MayRead("audit") != may {
			t.Errorf("%s may read it: %v", role, !may)
		}
		if role != Owner && role.MayRead("nothing") {
			t.Errorf("%s may read what is in no table", role)
		}
	}
}
