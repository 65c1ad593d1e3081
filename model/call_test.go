package model

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestMentions(t *testing.T) {
	names := []string{"Kim Lund", "Kim", "Ada Okafor", "Ben Holt", "Ben Ruiz", "Zoë", "Jean-Luc Roy"}
	for text, want := range map[string]string{
		"@Kim Lund has it":               "Kim Lund",
		"@kim has it":                    "Kim",
		"ask @Ada, then @ADA OKAFOR":     "Ada Okafor",
		"@Ben is two people":             "",
		"@Ben Ruiz and @Ada.":            "Ben Ruiz, Ada Okafor",
		"mail ada@Kim.example":           "",
		"@Kimberly, @Adam":               "",
		"(@Zoë)":                         "Zoë",
		"@zoe":                           "",
		"@Jean-Luc":                      "Jean-Luc Roy",
		"@@Kim":                          "",
		"@":                              "",
		"nobody":                         "",
		"first @Ada\nthen @Kim Lund\n\n": "Ada Okafor, Kim Lund",
	} {
		if got := strings.Join(Mentions(text, names), ", "); got != want {
			t.Errorf("%q mentions %q, want %q", text, got, want)
		}
	}
}

func FuzzMentions(f *testing.F) {
	f.Add("ask @Ada, then @ADA OKAFOR", "Kim Lund\nAda Okafor\nİ\nſ")
	f.Add("@\xff@K", "K\n\xff\n")
	f.Fuzz(func(t *testing.T, text, list string) {
		names := strings.Split(list, "\n")
		found := Mentions(text, names)
		for k, name := range found {
			if !slices.Contains(names, name) || slices.Contains(found[:k], name) {
				t.Fatalf("%q in %q", name, text)
			}
			first, _, _ := strings.Cut(name, " ")
			if utf8.ValidString(text) && utf8.ValidString(first) && !strings.Contains(strings.ToLower(text), "@"+strings.ToLower(first)) && isASCII(first) {
				t.Fatalf("%q is not in %q", name, text)
			}
		}
		if len(found) > strings.Count(text, "@") {
			t.Fatalf("%q in %q", found, text)
		}
	})
}

// isASCII tells names whose case folds one to one; K is also the Kelvin sign's,
// s the long s's.
func isASCII(text string) bool {
	return strings.IndexFunc(text, func(r rune) bool { return r > 126 || strings.ContainsRune("kKsS", r) }) < 0
}

// TestCalls follows who is called by what, and when no longer.
func TestCalls(t *testing.T) {
	s := triaged(t)
	kim := Actor{Name: "Kim Lund", Role: Responder}
	called := func(when string, want ...string) {
		t.Helper()
		var got []string
		for _, c := range s.incident(firstID).Calls {
			got = append(got, string(c.Kind)+" "+c.What+" to "+c.Person+" by "+c.By)
		}
		if !slices.Equal(got, want) {
			t.Fatalf("%s: %q, want %q", when, got, want)
		}
	}
	role := Assign{Incident: firstID, Holding: Holding{Role: "lead", Person: kim.Name}}
	s.do(role)
	called("given", "role lead to Kim Lund by "+owner.Name)
	s.do(Unassign{Incident: firstID, Holding: role.Holding})
	called("taken away")
	s.do(Assign{Incident: firstID, Holding: Holding{Role: "lead", Person: owner.Name}})
	called("taken oneself")
	s.do(AddTask{Incident: firstID, Title: "Call the bank", Assignee: kim.Name})
	called("a task", "task added-1 to Kim Lund by "+owner.Name)
	ada := "Ada Okafor"
	s.do(SetTask{Incident: firstID, Task: "added-1", State: TaskOpen, Assignee: &ada})
	called("to another", "task added-1 to Ada Okafor by "+owner.Name)
	s.do(SetTask{Incident: firstID, Task: "added-1", State: TaskDone})
	called("done")
	s.do(AddNote{Incident: firstID, Text: "@Kim, @ada and @Nobody: see above"})
	s.do(AddNote{Incident: firstID, Text: "and @Kim Lund once more, @" + owner.Name})
	called("notes", "note  to Kim Lund by "+owner.Name, "note  to Ada Okafor by "+owner.Name, "note  to Kim Lund by "+owner.Name)
	if _, err := s.apply(Actor{Name: kim.Name, Role: Auditor}, See{Incident: firstID}); err != nil {
		t.Fatal(err)
	}
	called("seen", "note  to Ada Okafor by "+owner.Name)
	if bodies := s.do(See{Incident: firstID}); len(bodies) != 0 {
		t.Errorf("seeing nothing leads to %d events", len(bodies))
	}
}
