package model

import (
	"fmt"
	"strings"
)

// tellRetention tells what is decided about keeping and removing.
func (t *teller) tellRetention(body Body) {
	switch b := body.(type) {
	case *RetentionSet:
		t.retentionSet(b)
	case *DeletionMarked:
		t.what("To be deleted")
		t.detail("reason", b.Reason)
	case *DeletionWithdrawn:
		t.what("Deletion withdrawn")
		t.detail("reason", b.Reason)
	case *PurgeRefused:
		t.what("Legal hold kept this from being deleted")
		t.detail("was to be because", b.Reason)
	case *IncidentsPurged:
		t.what("Purged: %s", count(len(b.Incidents), "incident"))
		for _, p := range b.Incidents {
			t.detail("", fmt.Sprintf("%s: %s, %s since %s", p.ID, p.Class, PeriodWords(p.Period), t.time(p.Since)))
		}
		t.detail("events", fmt.Sprint(b.Events))
		t.detail("second person", b.Approver)
	case *EvidencePurged:
		t.what("Content purged of %s", strings.Join(b.Items, ", "))
		t.detail("kept", PeriodWords(b.Period)+" since "+t.time(b.Since))
		t.detail("second person", b.Approver)
	case *UnnamedRemoved:
		t.unnamedRemoved(b)
	case *Removed:
		t.what("Removed by event %d", b.By)
	}
}

func (t *teller) unnamedRemoved(b *UnnamedRemoved) {
	size := uint64(0)
	for _, u := range b.Stored {
		size += u.Size
	}
	t.what("Content that no evidence names removed: %s, %s", count(len(b.Stored), "file"), Bytes(size))
	for _, u := range b.Stored {
		t.detail("", u.Name+", "+Bytes(u.Size))
	}
}

func (t *teller) retentionSet(b *RetentionSet) {
	t.what("Retention changed")
	for _, kept := range keepings {
		if before, after := b.Before.Words(kept.Class), b.After.Words(kept.Class); before != after {
			t.detail(string(kept.Class), before+" → "+after)
		}
	}
	if b.Before.Second != b.After.Second {
		t.detail("people for a sweep", people(b.Before.Second)+" → "+people(b.After.Second))
	}
}

func people(second bool) string {
	if second {
		return "two"
	}
	return "one"
}

// count is a number of things: "1 incident", "3 incidents".
func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
