package store

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"tocsin/model"
)

// importDir, in the environment, makes the test binary import customers into
// that directory and say whom incidents affect, until it kills itself where
// crashAt says.
const importDir = "TOCSIN_TEST_IMPORT_DIR"

// importRound, beside it, is what this time's versions of customers are told
// from others by.
const importRound = "TOCSIN_TEST_IMPORT_ROUND"

// Customers of the imports: some who are there, and those with some who are new.
const (
	customersBefore = 600
	customersAfter  = 1100
)

// Commits of a round, one a command, by what is complete with the last of them.
const (
	commitsOfImport   = 5
	commitsOfAddition = commitsOfImport + 1 + 5 // to an incident that is new
	commitsOfRound    = commitsOfAddition + 4   // with the refresh
)

// inRound makes the versions of customers that an import of one round brings.
func inRound(round string) func(*model.Customer) {
	return func(c *model.Customer) {
		c.Name, c.Admins = "Round "+round, append(c.Admins, "round"+strings.Fields(round)[0]+"@c.example")
	}
}

// bringRound imports all customers in the versions of a round, says of a new
// incident that it affects all of them, and refreshes those of the first.
func bringRound(ctx context.Context, s *Space, round string) error {
	var commands []model.Command
	var rows []model.Customer
	for k := 1; k <= customersAfter; k++ {
		c := someCustomer(k)
		inRound(round)(&c)
		rows = append(rows, c)
	}
	commands = append(commands, model.CustomersOpen{Batch: round, Source: "crash.csv"})
	for part := range slices.Chunk(rows, model.MaxCustomerRows) {
		commands = append(commands, model.CustomersTake{Batch: round, Rows: part})
	}
	commands = append(commands, model.CustomersClose{Batch: round})
	for _, command := range commands {
		if _, err := s.Do(ctx, owner, command); err != nil {
			return err
		}
	}
	r, err := s.Do(ctx, owner, model.Report{Title: round})
	if err != nil {
		return err
	}
	if err := affectAll(ctx, s, model.AffectedOpen{Incident: r.Incident, Batch: round, Source: "the registry"}); err != nil {
		return err
	}
	return affectAll(ctx, s, model.AffectedOpen{Incident: firstIncident, Batch: round, Source: "the registry", Refresh: true})
}

const firstIncident = "INC-2026-0001"

// affectAll adds all customers, or refreshes those who were there at first.
func affectAll(ctx context.Context, s *Space, open model.AffectedOpen) error {
	var numbers []uint64
	err := s.CustomerNumbers(ctx, model.CustomerQuery{}, func(n uint64) error {
		if !open.Refresh || n <= customersBefore {
			numbers = append(numbers, n)
		}
		return nil
	})
	if err != nil {
		return err
	}
	commands := []model.Command{open}
	for part := range slices.Chunk(numbers, model.MaxAffectedRows) {
		commands = append(commands, model.AffectedTake{Incident: open.Incident, Batch: open.Batch, Numbers: part})
	}
	for _, command := range append(commands, model.AffectedClose{Incident: open.Incident, Batch: open.Batch}) {
		if _, err := s.Do(ctx, owner, command); err != nil {
			return err
		}
	}
	return nil
}

func importUntilKilled(dir string) error {
	ctx := context.Background()
	var ready atomic.Bool
	hooks, err := killItself(os.Getenv(crashAt), ready.Load)
	if err != nil {
		return err
	}
	st, err := Open(ctx, dir, Options{hooks: hooks, Now: func() time.Time { return morning }})
	if err != nil {
		return err
	}
	space, err := st.Space(ctx, "acme")
	if err != nil {
		return err
	}
	ready.Store(true)
	if err := bringRound(ctx, space, os.Getenv(importRound)); err != nil {
		return err
	}
	return st.Close(ctx)
}

// TestKilledWhileCustomersComeIn kills an import of customers, an addition of
// those whom an incident affects, and a refresh of those, after each of their
// commits. What was under way counts for nothing, all else is as it was, the
// record verifies, and the same can be done again.
func TestKilledWhileCustomersComeIn(t *testing.T) {
	dir := t.TempDir()
	st, s := openCrashed(t, dir)
	setUp(t, s)
	importCustomers(t, s, "before", 1, customersBefore+1, inRound("before"))
	if id := do(t, s, owner, model.Report{Title: "T"}).Incident; id != firstIncident {
		t.Fatal(id)
	}
	if err := affectAll(t.Context(), s, model.AffectedOpen{Incident: firstIncident, Batch: "before", Source: "the registry"}); err != nil {
		t.Fatal(err)
	}
	closeStore(t, st)
	before := "before"
	for commits := 1; commits <= commitsOfRound; commits++ {
		if testing.Short() && commits%5 != 3 {
			continue
		}
		round := fmt.Sprintf("killed %d", commits)
		killImport(t, dir, fmt.Sprintf("after commit %d", commits-1), round)
		st, s := openCrashed(t, dir)
		additions := 0
		if commits >= commitsOfAddition {
			additions++
		}
		stand{t, s, before, round, additions}.after(commits)
		checkSpace(t, st, s)
		if err := bringRound(t.Context(), s, round); err != nil {
			t.Fatalf("%s: it cannot be done again: %v", round, err)
		}
		stand{t, s, before, round, additions + 1}.after(commitsOfRound)
		closeStore(t, st)
		before = round
	}
}

func openCrashed(t *testing.T, dir string) (*Store, *Space) {
	t.Helper()
	st := openStore(t, dir)
	return st, openSpace(t, st, "acme")
}

// killImport runs an import until it kills itself.
func killImport(t *testing.T, dir, at, round string) {
	t.Helper()
	writer := exec.CommandContext(t.Context(), os.Args[0])
	writer.Env = append(os.Environ(), importDir+"="+dir, crashAt+"="+at, importRound+"="+round)
	if said, err := writer.CombinedOutput(); err == nil || len(said) > 0 {
		t.Fatalf("%s: it was not killed: %v\n%s", at, err, said)
	}
}

// stand is what a record is held to after a part of a round.
type stand struct {
	t             *testing.T
	s             *Space
	before, round string
	additions     int // of the round that are complete
}

// after holds that what was complete counts, and nothing else.
func (s stand) after(commits int) {
	s.t.Helper()
	one := func(complete int) string {
		if commits >= complete {
			return s.round
		}
		return s.before
	}
	if s.s.Snapshot().Meta.Customers.Open != nil {
		s.t.Errorf("%s: the import is still open", s.round)
	}
	registry := make(map[string]int)
	err := s.s.Customers(s.t.Context(), model.CustomerQuery{}, func(c model.Customer) error {
		registry[c.Name]++
		return nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
	all := customersAfter
	if one(commitsOfImport) == "before" {
		all = customersBefore
	}
	s.holds("the registry", registry, one(commitsOfImport), all)
	if total := s.s.Snapshot().Meta.Customers.Total(); total != registry["Round "+one(commitsOfImport)] {
		s.t.Errorf("%s: the registry counts %d", s.round, total)
	}
	told := 0
	for _, standing := range s.s.Snapshot().Queue() {
		i := standing.Incident
		switch {
		case i.ID == firstIncident:
			s.tells(i, one(commitsOfRound), customersBefore)
		case i.Title == s.round && len(i.Groups) > 0:
			s.tells(i, s.round, customersAfter)
			told++
		}
		if i.Adding != nil {
			s.t.Errorf("%s: an addition to %s is still open", s.round, i.ID)
		}
	}
	if told != s.additions {
		s.t.Errorf("%s: %d additions count, want %d", s.round, told, s.additions)
	}
}

// tells holds whom an incident affects to one round.
func (s stand) tells(i *model.Incident, round string, want int) {
	s.t.Helper()
	told := make(map[string]int)
	for k := range i.Groups {
		err := s.s.AffectedCustomers(s.t.Context(), i.ID, i.Groups[k].ID, func(c model.Customer) error {
			told[c.Name]++
			return nil
		})
		if err != nil {
			s.t.Fatal(err)
		}
	}
	s.holds(string(i.ID), told, round, want)
	if i.AffectedCustomers() != told["Round "+round] {
		s.t.Errorf("%s: %s counts %d customers", s.round, i.ID, i.AffectedCustomers())
	}
}

// holds that all customers, and only they, are there in the versions of a round.
func (s stand) holds(where string, names map[string]int, round string, want int) {
	s.t.Helper()
	if len(names) != 1 || names["Round "+round] != want {
		s.t.Errorf("%s: %s has customers by round %v, want %d of %q", s.round, where, names, want, round)
	}
}
