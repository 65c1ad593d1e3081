package model

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

const emptyDigest = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

// mailLog was collected by Ann an hour before the first incident was reported.
var mailLog = AddEvidence{Incident: firstID, Title: "Mail log", What: "LOG", Name: "mail.log", SHA256: strings.ToUpper(emptyDigest), Collected: start.Add(-time.Hour), Collector: "Ann"}

// withEvidence is a space whose first incident has one piece of evidence.
func withEvidence(t rapid.TB) *space {
	s := reported(t)
	s.do(mailLog)
	return s
}

func moved(deed Deed, person string) MoveEvidence {
	return MoveEvidence{Incident: firstID, Item: "E-1", Deed: deed, Person: person, Reason: "r"}
}

func TestEvidenceDefaults(t *testing.T) {
	s := reported(t)
	s.do(AddEvidence{Incident: firstID, Title: " A\tdump\x1b[31m ", Name: "../../x\n\x1b]0;owned\a\u202egpj.exe" + strings.Repeat("x", 300), Size: 7, SHA256: emptyDigest})
	item, ok := s.incident(firstID).Item("E-1")
	switch {
	case !ok, item.Title != "A dump", item.Kind != EvidenceOther, item.Size != 7, item.By != "Olga", !item.Recorded.Equal(s.now):
		t.Errorf("taken in as %+v", item)
	case item.Holder() != "Olga", !item.Custody[0].At.Equal(s.now), item.Integrity != Unverified:
		t.Errorf("held as %+v", item)
	case CleanLine(item.Name) != item.Name, len([]rune(item.Name)) != MaxLine, !strings.HasPrefix(item.Name, "../../x gpj.exe"):
		t.Errorf("named %q", item.Name)
	}
	if _, ok := s.incident(firstID).Item("E-2"); ok {
		t.Error("there is a second piece")
	}
}

// A ledger of custody says who held the item when, to the end and beyond.
func TestCustody(t *testing.T) {
	s := withEvidence(t)
	var holders []string
	for _, c := range []Command{
		moved(Transferred, "Ben"), moved(Examined, "Cy"), ExportEvidence{firstID, "E-1", "for the police"}, VerifyEvidence{firstID, "E-1", Changed},
		moved(Returned, "Operations"), ExportEvidence{firstID, "E-1", ""}, moved(Collected, "Dan"), moved(Released, ""),
	} {
		s.wait(time.Minute)
		s.do(c)
		item, _ := s.incident(firstID).Item("E-1")
		holders = append(holders, item.Holder())
	}
	if want := []string{"Ben", "Ben", "Ben", "Ben", "", "", "Dan", ""}; !slices.Equal(holders, want) {
		t.Errorf("held by %q, want %q", holders, want)
	}
	item, _ := s.incident(firstID).Item("E-1")
	var deeds []Deed
	for _, step := range item.Custody {
		deeds = append(deeds, step.Deed)
	}
	if want := []Deed{Collected, Transferred, Examined, Exported, Returned, Exported, Collected, Released}; !slices.Equal(deeds, want) {
		t.Errorf("the ledger has %v, want %v", deeds, want)
	}
	if item.Integrity != Changed || item.Verifier != "Olga" || !item.Verified.Equal(item.Custody[3].Recorded.Add(time.Minute)) {
		t.Errorf("verified as %s by %s at %v", item.Integrity, item.Verifier, item.Verified)
	}
	if second := item.Custody[1]; second.From != "Ann" || second.Person != "Ben" || second.Reason != "r" || second.By != "Olga" {
		t.Errorf("transferred as %+v", second)
	}
}

func TestEvidenceHasABound(t *testing.T) {
	s := reported(t)
	i := s.incident(firstID).clone()
	i.Evidence = make([]Evidence, MaxEvidence)
	s.state.put(i)
	if r := s.refused(mailLog); !strings.Contains(r.Error(), "has 1000 pieces already") {
		t.Error(r)
	}
}

func TestBytes(t *testing.T) {
	for n, want := range map[uint64]string{
		0: "0 B", 999: "999 B", 1000: "1.0 kB", 9_949: "9.9 kB", 9_950: "10 kB", 999_499: "999 kB", 999_500: "1.0 MB",
		4_700_000_000: "4.7 GB", 1<<64 - 1: "18 EB",
	} {
		if got := Bytes(n); got != want {
			t.Errorf("%d is %q, want %q", n, got, want)
		}
	}
}
