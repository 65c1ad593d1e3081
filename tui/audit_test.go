package tui

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"tocsin/model"
)

// longLog is a log that nobody ever held whole: each event is made when it is
// asked for.
type longLog struct {
	events uint64
	read   uint64 // events, so far
	most   uint64 // in one call
}

func (l *longLog) Read(_ context.Context, from, to uint64) ([]AuditEvent, error) {
	var events []AuditEvent
	for seq := max(from, 1); seq <= min(to, l.events); seq++ {
		e := AuditEvent{Event: model.Event{Seq: seq, Actor: "Ana Ruiz", Body: &model.Noted{ID: "INC-2026-0001", Text: "x"}}}
		if seq%1000 == 0 {
			e.Actor = "Ben Ito"
		}
		if seq%5000 == 7 {
			e = AuditEvent{Event: model.Event{Seq: seq}, RemovedBy: seq + 1}
		}
		events = append(events, e)
	}
	l.read += uint64(len(events))
	l.most = max(l.most, uint64(len(events)))
	return events, nil
}

func (l *longLog) About(context.Context, model.ID) ([]uint64, error) {
	return []uint64{3, 7, 4000, 99_999}, nil
}

func (l *longLog) Verify(ctx context.Context, told Told) (Verification, error) {
	told(1, 2)
	<-ctx.Done()
	return Verification{}, ctx.Err()
}

func (l *longLog) Checkpoint(context.Context) (Checkpoint, error) {
	return Checkpoint{Note: "log\n1\nroot\n\n— log sig\n", Size: l.events, Root: "root"}, nil
}

func seqs(events []AuditEvent) []uint64 {
	var all []uint64
	for _, e := range events {
		all = append(all, e.Seq)
	}
	return all
}

func TestPartsOfTheLog(t *testing.T) {
	l := &longLog{events: 100_000}
	for _, test := range []struct {
		name        string
		wanted      auditWanted
		count       int
		first, last uint64
		more        bool
	}{
		{"the newest", auditWanted{older: true, from: 100_001, end: 100_000}, auditPage, 100_000, 99_801, true},
		{"before one", auditWanted{older: true, from: 150, end: 100_000}, 149, 149, 1, false},
		{"before the first", auditWanted{older: true, from: 1, end: 100_000}, 0, 0, 0, false},
		{"the oldest", auditWanted{end: 100_000}, auditPage, 1, 200, true},
		{"since one", auditWanted{from: 99_990, end: 100_000}, 10, 99_991, 100_000, false},
		{"by somebody who is rare", auditWanted{filter: model.EventFilter{Person: "ben"}, older: true, from: 100_001, end: 100_000}, 100, 100_000, 1000, false},
		{"by nobody", auditWanted{filter: model.EventFilter{Person: "zoe"}, end: 100_000}, 0, 0, 0, false},
		{"about an incident", auditWanted{filter: model.EventFilter{Incident: "INC-2026-0001"}, older: true, from: 100_001, end: 100_000}, 4, 99_999, 3, false},
		{"about an incident, by kind", auditWanted{filter: model.EventFilter{Incident: "INC-2026-0001", Kind: "note"}, from: 3, end: 100_000}, 2, 4000, 99_999, false},
	} {
		found, more, err := test.wanted.read(t.Context(), l)
		got := seqs(found)
		if err != nil || len(got) != test.count || more != test.more || len(got) > 0 && (got[0] != test.first || got[len(got)-1] != test.last) {
			t.Errorf("%s: %d events, more %v, %v", test.name, len(got), more, err)
		}
	}
	if l.most > auditChunk {
		t.Errorf("%d events were read at once", l.most)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := (auditWanted{filter: model.EventFilter{Person: "zoe"}, end: 100_000}).read(ctx, l); !errors.Is(err, context.Canceled) {
		t.Errorf("a reading that was stopped: %v", err)
	}
}

// longSpace is a space with a long log and nothing else.
type longSpace struct{ *benchSnapshot }

func (s longSpace) Snapshot() Snapshot              { return s.benchSnapshot }
func (s longSpace) Wake() (<-chan struct{}, func()) { return nil, func() {} }
func (s longSpace) Do(context.Context, model.Actor, model.Command) (model.ID, error) {
	return "", nil
}
func (s longSpace) History(context.Context, model.ID) ([]model.Event, error) { return nil, nil }

// auditConsole is a console on a long log. What it asks for is done at once.
func auditConsole(t *testing.T, l *longLog, role model.Role) *Console {
	t.Helper()
	state := &model.State{}
	if err := state.Restore(l.events, model.Meta{Organisation: "Acme", Zone: "UTC"}, model.Laws{}, nil); err != nil {
		t.Fatal(err)
	}
	c := New(t.Context(), Options{Space: longSpace{&benchSnapshot{seq: l.events, state: state}}, Audit: l, Actor: model.Actor{Name: "Ana Ruiz", Role: role}, Now: func() time.Time { return benchNow }})
	c.Update(tea.WindowSizeMsg{Width: 120, Height: 40})
	return c
}

// settle carries out what an update asked for, until nothing is left.
func settle(c *Console, cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	switch msg := cmd().(type) {
	case nil:
	case tea.BatchMsg:
		for _, one := range msg {
			settle(c, one)
		}
	default:
		_, next := c.Update(msg)
		settle(c, next)
	}
}

func press(c *Console, keys ...string) {
	for _, key := range keys {
		msg := tea.KeyPressMsg{Code: rune(key[0]), Text: key}
		if code, ok := map[string]rune{"home": tea.KeyHome, "end": tea.KeyEnd, "pgdown": tea.KeyPgDown, "pgup": tea.KeyPgUp, "esc": tea.KeyEscape}[key]; ok {
			msg = tea.KeyPressMsg{Code: code}
		}
		_, cmd := c.Update(msg)
		settle(c, cmd)
	}
}

// TestALongLogIsPagedThrough goes through a log that is larger than what is
// held of it, one way and back.
func TestALongLogIsPagedThrough(t *testing.T) {
	l := &longLog{events: 100_000}
	c := auditConsole(t, l, model.Auditor)
	press(c, "5")
	if c.current != c.audit || c.audit.selected() == nil || c.audit.selected().Seq != 100_000 {
		t.Fatalf("on %T with %+v; it says %q", c.current, c.audit.selected(), c.message)
	}
	seen := func(want uint64) {
		t.Helper()
		e := c.audit.selected()
		if e == nil || e.Seq != want {
			t.Fatalf("on %+v, want event %d", e, want)
		}
		for k := 1; k < len(c.audit.rows); k++ {
			if c.audit.rows[k-1].Seq != c.audit.rows[k].Seq+1 {
				t.Fatalf("after event %d comes %d", c.audit.rows[k-1].Seq, c.audit.rows[k].Seq)
			}
		}
		if len(c.audit.rows) > auditHeld {
			t.Fatalf("%d rows are held", len(c.audit.rows))
		}
	}
	page := uint64(c.bodyHeight() - 2)
	for k := range uint64(60) {
		press(c, "pgdown")
		seen(100_000 - (k+1)*page)
	}
	for k := range uint64(60) {
		press(c, "pgup")
		seen(100_000 - (59-k)*page)
	}
	press(c, "end")
	seen(1)
	press(c, "k", "k")
	seen(3)
	press(c, "home")
	seen(100_000)
	if l.read > 20_000 {
		t.Errorf("%d events were read for that", l.read)
	}
}

func TestTheLogIsFiltered(t *testing.T) {
	l := &longLog{events: 100_000}
	c := auditConsole(t, l, model.Owner)
	press(c, "5")
	c.audit.filter = model.EventFilter{Person: "ben"}
	settle(c, c.audit.begin())
	if len(c.audit.rows) != 100 || c.audit.older || c.audit.newer {
		t.Errorf("%d rows, older %v, newer %v", len(c.audit.rows), c.audit.older, c.audit.newer)
	}
	press(c, "esc")
	if c.audit.filter != (model.EventFilter{}) || len(c.audit.rows) <= 100 || c.current != c.audit {
		t.Errorf("Esc left %+v and %d rows", c.audit.filter, len(c.audit.rows))
	}
	press(c, "esc")
	if c.current == c.audit {
		t.Error("Esc does not leave")
	}
}

func TestVerifyingIsStopped(t *testing.T) {
	c := auditConsole(t, &longLog{events: 1000}, model.Auditor)
	press(c, "5")
	_, work := c.Update(tea.KeyPressMsg{Code: 'V', Text: "V"})
	if c.audit.verifying == nil || !strings.Contains(c.View().Content, "verifying") {
		t.Error("nothing says that it is verified")
	}
	press(c, "V") // ends it
	settle(c, work)
	if c.audit.verifying != nil || c.audit.last != nil || !strings.Contains(c.message, "nothing can be said") {
		t.Errorf("it says %q", c.message)
	}
}

func TestTheLogIsForThoseWhoMay(t *testing.T) {
	for role, may := range map[model.Role]bool{model.Owner: true, model.Lead: true, model.Leadership: true, model.Auditor: true, model.Responder: false, model.Communications: false, model.Reporter: false, model.Wall: false} {
		c := auditConsole(t, &longLog{events: 10}, role)
		press(c, "5")
		if (c.current == c.audit) != may || !may && !strings.Contains(c.message, "not allowed as "+string(role)) {
			t.Errorf("%s: %T, %q", role, c.current, c.message)
		}
	}
}
