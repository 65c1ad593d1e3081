package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/model"
)

// manyCustomers is enough for several commands and files of keys.
const manyCustomers = 20_000

func someCustomer(k int) model.Customer {
	c := model.Customer{
		ID: fmt.Sprintf("C-%06d", k), Name: fmt.Sprintf("Customer %d", k), Tier: model.TierPaid, Jurisdiction: "DE", Language: "de",
		Admins: []string{fmt.Sprintf("admin@c%d.example", k)},
	}
	if k%3 == 0 {
		c.Tier, c.Jurisdiction, c.Language = model.TierFree, "US-CA", "en"
	}
	if k%5 == 0 {
		c.Security = []string{fmt.Sprintf("security@c%d.example", k)}
	}
	return c
}

// importCustomers takes customers from one number up to another, and leaves the
// import open.
func takeCustomers(tb testing.TB, s *Space, batch string, from, to int, change func(*model.Customer)) {
	tb.Helper()
	do(tb, s, owner, model.CustomersOpen{Batch: batch, Source: batch + ".csv"})
	var rows []model.Customer
	for k := from; k < to; k++ {
		c := someCustomer(k)
		if change != nil {
			change(&c)
		}
		if rows = append(rows, c); len(rows) == model.MaxCustomerRows || k == to-1 {
			do(tb, s, owner, model.CustomersTake{Batch: batch, Rows: rows})
			rows = nil
		}
	}
}

func importCustomers(tb testing.TB, s *Space, batch string, from, to int, change func(*model.Customer)) {
	tb.Helper()
	takeCustomers(tb, s, batch, from, to, change)
	do(tb, s, owner, model.CustomersClose{Batch: batch})
}

// affect adds the customers that a query asks for to an incident.
func affect(tb testing.TB, s *Space, id model.ID, query string, open model.AffectedOpen) {
	tb.Helper()
	open.Incident, open.Batch, open.Source = id, "a", "a test"
	do(tb, s, owner, open)
	takeAffected(tb, s, id, numbersOf(tb, s, query))
	do(tb, s, owner, model.AffectedClose{Incident: id, Batch: "a"})
}

func takeAffected(tb testing.TB, s *Space, id model.ID, numbers []uint64) {
	tb.Helper()
	for part := range slices.Chunk(numbers, model.MaxAffectedRows) {
		do(tb, s, owner, model.AffectedTake{Incident: id, Batch: "a", Numbers: part})
	}
}

func numbersOf(tb testing.TB, s *Space, text string) (numbers []uint64) {
	tb.Helper()
	query, err := model.ParseCustomerQuery(text)
	if err != nil {
		tb.Fatal(err)
	}
	err = s.CustomerNumbers(tb.Context(), query, func(n uint64) error {
		numbers = append(numbers, n)
		return nil
	})
	if err != nil {
		tb.Fatal(err)
	}
	return numbers
}

func groupsOf(tb testing.TB, s *Space, id model.ID) []model.AffectedGroup {
	tb.Helper()
	standing, ok := s.Snapshot().Incident(id)
	if !ok {
		tb.Fatalf("there is no %s", id)
	}
	return standing.Incident.Groups
}

func everybody(tb testing.TB, s *Space, id model.ID, groups ...string) []Recipient {
	tb.Helper()
	all, err := s.Recipients(tb.Context(), id, groups, 0, 1<<30)
	if err != nil {
		tb.Fatal(err)
	}
	return all
}

func TestCustomersOfAnImport(t *testing.T) {
	dir := t.TempDir()
	st := openStore(t, dir)
	s := openSpace(t, st, "acme")
	setUp(t, s)
	takeCustomers(t, s, "b1", 1, manyCustomers+1, nil)
	if got := numbersOf(t, s, ""); len(got) != 0 {
		t.Errorf("%d customers of an open import are visible", len(got))
	}
	if _, err := s.Customer(t.Context(), "C-000007"); !errors.Is(err, model.ErrNotFound) {
		t.Errorf("a customer of an open import is found: %v", err)
	}
	do(t, s, owner, model.CustomersClose{Batch: "b1"})
	book := s.Snapshot().Meta.Customers
	if book.Paid != 13334 || book.Free != 6666 || book.Last != manyCustomers || len(numbersOf(t, s, "")) != manyCustomers {
		t.Errorf("%+v", book)
	}
	for query, want := range map[string]int{"tier=free": 6666, "jurisdiction=US": 6666, "jurisdiction=US-NY": 0, "language=de tier=paid": 13334, "id=C-000007": 1, "id=c-000007": 0, `name~"customer 1999"`: 11} {
		if got := numbersOf(t, s, query); len(got) != want {
			t.Errorf("%s finds %d, want %d", query, len(got), want)
		}
	}
	got, err := s.Customer(t.Context(), "C-000015")
	want := someCustomer(15)
	want.Number, want.Taken = 15, got.Taken
	if err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("read %+v, %v", got, err)
	}
	checkSpace(t, st, s)
}

// checkSpace holds that the record verifies and that what is kept of it is what
// the events make.
func checkSpace(t *testing.T, st *Store, s *Space) {
	t.Helper()
	if report, err := s.Verify(t.Context(), nil); err != nil || report.Fault != nil {
		t.Errorf("the record does not verify: %v, %v", report.Fault, err)
	}
	if d, err := s.CompareProjections(t.Context(), nil); err != nil || len(d.Found) > 0 {
		t.Errorf("the projections differ: %v, %v", d.Found, err)
	}
}

// Rows of an import that ended in the middle count for nothing, and the same
// file can be imported again.
func TestCustomersOfAnImportThatEnded(t *testing.T) {
	dir := t.TempDir()
	st := openStore(t, dir)
	s := openSpace(t, st, "acme")
	setUp(t, s)
	importCustomers(t, s, "b1", 1, 1201, nil)
	takeCustomers(t, s, "b2", 600, 1801, func(c *model.Customer) { c.Tier, c.Name = model.TierFree, "Changed" })
	if err := st.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	st = openStore(t, dir)
	s = openSpace(t, st, "acme")
	book := s.Snapshot().Meta.Customers
	if book.Open != nil || len(book.Hidden) != 1 || book.Total() != 1200 || len(numbersOf(t, s, "")) != 1200 || len(numbersOf(t, s, "name~changed")) != 0 {
		t.Errorf("%+v", book)
	}
	importCustomers(t, s, "b3", 600, 1801, func(c *model.Customer) { c.Tier, c.Name = model.TierFree, "Changed" })
	book = s.Snapshot().Meta.Customers
	if book.Total() != 1800 || book.Paid != 400 || book.Last != 1800 || len(numbersOf(t, s, "name~changed")) != 1201 || len(numbersOf(t, s, "")) != 1800 {
		t.Errorf("%+v", book)
	}
	checkSpace(t, st, s)
	if err := st.Rebuild(t.Context(), "acme"); err != nil {
		t.Fatal(err)
	}
	s = openSpace(t, st, "acme")
	if len(numbersOf(t, s, "name~changed")) != 1201 || len(numbersOf(t, s, "tier=paid")) != 400 {
		t.Error("rebuilding lost customers")
	}
	checkSpace(t, st, s)
}

func TestRecipients(t *testing.T) {
	dir := t.TempDir()
	st := openStore(t, dir)
	s := openSpace(t, st, "acme")
	setUp(t, s)
	importCustomers(t, s, "b1", 1, 3001, func(c *model.Customer) {
		if c.ID == "C-000010" {
			c.Terms = "48h"
		}
	})
	id := do(t, s, owner, model.Report{Title: "T"}).Incident
	affect(t, s, id, "id=C-000001,C-000002,C-000003,C-000010", model.AffectedOpen{Direct: true, What: []string{"names"}})
	affect(t, s, id, "", model.AffectedOpen{Since: morning.Add(-time.Hour)})
	groups := groupsOf(t, s, id)
	var counts []string
	for _, g := range groups {
		counts = append(counts, fmt.Sprintf("%s %s %q %v %d %d", g.ID, g.Tier, g.Terms, g.Direct, g.Customers, g.Addresses))
	}
	if want := []string{`A1 paid "" true 2 2`, `A2 free "" true 1 1`, `A3 paid "48h" true 1 2`, `A4 paid "" false 1997 2396`, `A5 free "" false 999 1199`}; !slices.Equal(counts, want) {
		t.Errorf("%q", counts)
	}
	all := everybody(t, s, id, "A4", "A1", "A5", "A3")
	if len(all) != 2396+2+1199+2 {
		t.Fatalf("%d recipients", len(all))
	}
	for k, r := range all {
		if r.Ordinal != k || r.Address == "" || !slices.Contains(r.Customer.Addresses(), r.Address) {
			t.Fatalf("recipient %d is %+v", k, r)
		}
	}
	for from := 0; from < len(all); from += 511 {
		some, err := s.Recipients(t.Context(), id, []string{"A4", "A1", "A5", "A3"}, from, 511)
		if err != nil || fmt.Sprint(some) != fmt.Sprint(all[from:min(from+511, len(all))]) {
			t.Fatalf("from %d: %d recipients, %v", from, len(some), err)
		}
	}
	if _, err := s.Recipients(t.Context(), id, []string{"A9"}, 0, 1); !errors.Is(err, model.ErrNotFound) {
		t.Errorf("a group that is not there: %v", err)
	}
	if some, err := s.Recipients(t.Context(), id, []string{"A1"}, 2, 10); err != nil || len(some) != 0 {
		t.Errorf("after the last: %v, %v", some, err)
	}
	checkSpace(t, st, s)
}

// A change in the registry changes who is told only once that is asked for, and
// what was approved before is still there.
func TestRefresh(t *testing.T) {
	st := openStore(t, t.TempDir())
	s := openSpace(t, st, "acme")
	setUp(t, s)
	importCustomers(t, s, "b1", 1, 701, nil)
	id := do(t, s, owner, model.Report{Title: "T"}).Incident
	affect(t, s, id, "", model.AffectedOpen{})
	before := groupsOf(t, s, id)
	importCustomers(t, s, "b2", 100, 102, func(c *model.Customer) { c.Admins = []string{"new@example.com", "newer@example.com"} })
	if after := groupsOf(t, s, id); after[0].Root != before[0].Root || len(everybody(t, s, id, "A1")) != before[0].Addresses {
		t.Error("a change of the registry changed who is told")
	}
	do(t, s, owner, model.AffectedOpen{Incident: id, Batch: "a", Source: "the registry", Refresh: true})
	takeAffected(t, s, id, numbersOf(t, s, ""))
	do(t, s, owner, model.AffectedClose{Incident: id, Batch: "a"})
	after := groupsOf(t, s, id)
	if after[0].Root == before[0].Root || after[0].Addresses != before[0].Addresses+2 || after[1].Root != before[1].Root || after[0].Added != before[0].Added {
		t.Errorf("%+v\n%+v", before, after)
	}
	then, now := everybody(t, s, id, before[0].Ref()), everybody(t, s, id, "A1")
	if len(then) != before[0].Addresses || len(now) != after[0].Addresses || strings.Contains(fmt.Sprint(then), "new@") || !strings.Contains(fmt.Sprint(now), "new@example.com") {
		t.Errorf("%d then, %d now", len(then), len(now))
	}
	checkSpace(t, st, s)
}

func TestForgetCustomer(t *testing.T) {
	dir := t.TempDir()
	st := openStore(t, dir)
	s := openSpace(t, st, "acme")
	setUp(t, s)
	importCustomers(t, s, "b1", 1, 31, nil)
	id := do(t, s, owner, model.Report{Title: "T"}).Incident
	affect(t, s, id, "tier=paid", model.AffectedOpen{})
	do(t, s, owner, model.PlaceHold{Incident: id, Reason: "a court"})
	if _, err := s.Do(t.Context(), owner, model.ForgetCustomer{ID: "C-000010", Reason: "they asked"}); !errors.Is(err, model.ErrRefused) || !strings.Contains(err.Error(), "legal hold is on "+string(id)) {
		t.Errorf("forgotten under a hold: %v", err)
	}
	do(t, s, owner, model.ForgetCustomer{ID: "C-000003", Reason: "not affected"})
	do(t, s, owner, model.ReleaseHold{Incident: id, Reason: "over"})
	receipt := do(t, s, owner, model.ForgetCustomer{ID: "C-000010", Reason: "they asked"})
	root := groupsOf(t, s, id)[0].Root
	check := func() {
		t.Helper()
		if _, err := s.Customer(t.Context(), "C-000010"); !errors.Is(err, model.ErrNotFound) {
			t.Errorf("they are still found: %v", err)
		}
		gone := 0
		for _, r := range everybody(t, s, id, "A1") {
			if r.Customer.Forgotten() {
				gone++
				if r.Address != "" || len(r.Customer.Admins) > 0 {
					t.Errorf("still known: %+v", r)
				}
			}
		}
		if g := groupsOf(t, s, id)[0]; gone != 2 || g.Root != root || s.Snapshot().Meta.Customers.Total() != 28 {
			t.Errorf("%d recipients gone, %+v", gone, g)
		}
		checkSpace(t, st, s)
	}
	check()
	if e, err := s.Entry(t.Context(), receipt.Events[0].Seq-1); err != nil || e.Event.Body == nil {
		t.Errorf("an event before cannot be read: %v", err)
	}
	if err := st.Rebuild(t.Context(), "acme"); err != nil {
		t.Fatal(err)
	}
	s = openSpace(t, st, "acme")
	check()
	importCustomers(t, s, "b2", 10, 11, nil) // they come back, as somebody new
	if c, err := s.Customer(t.Context(), "C-000010"); err != nil || c.Number != 31 || len(c.Admins) != 1 {
		t.Errorf("%+v, %v", c, err)
	}
	checkSpace(t, st, s)
}

func TestHistoryLeavesRowsOut(t *testing.T) {
	st := openStore(t, t.TempDir())
	s := openSpace(t, st, "acme")
	setUp(t, s)
	importCustomers(t, s, "b1", 1, 1501, nil)
	id := do(t, s, owner, model.Report{Title: "T"}).Incident
	affect(t, s, id, "", model.AffectedOpen{})
	events, err := s.History(context.Background(), id)
	var kinds []string
	for _, e := range events {
		kinds = append(kinds, e.Body.Kind())
	}
	if want := []string{"incident.reported", "fact.stated", "fact.stated", "affected.opened", "affected.closed"}; err != nil || !slices.Equal(kinds, want) {
		t.Errorf("%q, %v", kinds, err)
	}
}

// What is kept of customers is examined, and made anew from the log.
func TestDamagedRows(t *testing.T) {
	for name, damage := range map[string]func(*memLog){
		"a bit": func(l *memLog) {
			at := customerSlot(3)
			kept := slices.Clone(l.entries[at])
			kept[len(kept)/2] ^= 1
			l.entries[at] = kept
		},
		"a customer is gone":       func(l *memLog) { delete(l.entries, customerSlot(3)) },
		"an id is gone":            func(l *memLog) { delete(l.entries, customerIDSlot("C-000003")) },
		"an affected one is gone":  func(l *memLog) { delete(l.entries, affectedSlot("INC-2026-0001", 4)) },
		"another entry's contents": func(l *memLog) { l.entries[customerSlot(3)] = l.entries[customerSlot(4)] },
		"a block is gone": func(l *memLog) {
			for at := range l.entries {
				if slotKind(at[0]) == blockKind {
					delete(l.entries, at)
				}
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			l, v := newMemLog(), testVeil(t)
			s, err := startVeiled(t, l, v, Options{Now: func() time.Time { return morning }})
			if err != nil {
				t.Fatal(err)
			}
			setUp(t, s)
			importCustomers(t, s, "b1", 1, 21, nil)
			affect(t, s, do(t, s, owner, model.Report{Title: "T"}).Incident, "", model.AffectedOpen{})
			if d, err := s.CompareProjections(t.Context(), nil); err != nil || len(d.Found) > 0 {
				t.Fatalf("before: %v, %v", d.Found, err)
			}
			damage(l)
			if d, err := s.CompareProjections(t.Context(), nil); err != nil || len(d.Found) != 1 {
				t.Errorf("%q, %v", d.Found, err)
			}
			if err := s.close(t.Context()); err != nil {
				t.Fatal(err)
			}
			if err := replaceAll(t.Context(), l, v, s.Snapshot().Seq); err != nil {
				t.Fatal(err)
			}
			if d, err := s.CompareProjections(t.Context(), nil); err != nil || len(d.Found) > 0 {
				t.Errorf("made anew: %q, %v", d.Found, err)
			}
		})
	}
}
