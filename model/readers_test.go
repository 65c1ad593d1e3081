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
		"customers": "owner lead communications leadership auditor",
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

// TestRightsInWords holds that what a screen says of a role is what the tables
// say, every kind of command once.
func TestRightsInWords(t *testing.T) {
	named := make(map[string]string)
	for _, d := range deeds {
		for _, kind := range d.kinds {
			if named[kind] != "" {
				t.Errorf("%s is named twice", kind)
			}
			if _, ok := rights[kind]; !ok {
				t.Errorf("%s is in no table of rights", kind)
			}
			named[kind] = d.words
			for _, role := range Roles() {
				if role.May(kind) != role.May(d.kinds[0]) {
					t.Errorf("%q: %s may not all of it", d.words, role)
				}
			}
		}
	}
	for kind := range rights {
		if named[kind] == "" {
			t.Errorf("no words name %s", kind)
		}
	}
	if len(sights) != len(readers) {
		t.Errorf("%d of %d things to read have words", len(sights), len(readers))
	}
	for role, want := range map[Role]string{
		Lead: "responder: waive, delay", Responder: "communications: triage", Communications: "reporter: write notes", Leadership: "reporter: write notes",
		Auditor: ": verify evidence", Reporter: ": report incidents", Wall: ": ",
	} {
		base, more := role.Beyond()
		if got := string(base) + ": " + strings.Join(more, "; "); !strings.HasPrefix(got, want) {
			t.Errorf("%s may, beyond %s", role, got)
		}
	}
	if got := Wall.Sights(); !slices.Equal(got, []string{"the wall", "their own reports"}) {
		t.Errorf("a wall reads %q", got)
	}
	if len(Owner.Deeds()) != len(deeds)-1 || !slices.Equal(Owner.Sights(), []string{"everything"}) {
		t.Error("an owner may not do or read everything")
	}
}
