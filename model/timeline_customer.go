package model

import (
	"fmt"
	"strings"
)

// tellCustomers tells what concerns customers, and who of them is affected.
func (t *teller) tellCustomers(body Body) {
	switch b := body.(type) {
	case *CustomersOpened:
		t.what("Import of customers from %s began", b.Source)
	case *CustomersTaken:
		t.what("%s read for an import", count(len(b.Rows), "customer"))
		t.entry.Minor = true
	case *CustomersClosed:
		t.customersClosed(b)
	case *CustomerForgotten:
		t.what("Customer %s forgotten", b.Customer)
		t.detail("tier", string(b.Tier))
		t.detail("reason", b.Reason)
	case *CustomerKept:
		t.what("Legal hold kept customer %s from being forgotten", b.Customer)
		t.detail("was to be because", b.Reason)
	case *AffectedOpened:
		t.affectedOpened(b)
	case *AffectedTaken:
		t.affectedTaken(b)
	case *AffectedClosed:
		t.affectedClosed(b)
	}
}

func (t *teller) customersClosed(b *CustomersClosed) {
	if b.Abandoned != "" {
		t.what("Import of customers from %s given up after %s", b.Source, count(b.Rows, "row"))
		t.detail("reason", b.Abandoned)
		return
	}
	t.what("Customers imported from %s: %s", b.Source, count(b.Rows, "row"))
	t.detail("customers now", customerCount(b.Paid, b.Free))
}

func (t *teller) affectedOpened(b *AffectedOpened) {
	t.entry.Minor = true
	if b.Refresh {
		t.what("Refresh of the affected customers began")
		return
	}
	t.what("Addition of affected customers from %s began", b.Source)
	t.detail("affected", strings.Join(b.What, ", "))
	if b.Direct {
		t.detail("impact", "direct")
	}
	if !b.Since.IsZero() {
		t.detail("since", t.time(b.Since))
	}
}

func (t *teller) affectedTaken(b *AffectedTaken) {
	n := 0
	for k := range b.Parts {
		n += len(b.Parts[k].Rows)
	}
	t.what("%s read for the addition", count(n, "affected customer"))
	t.entry.Minor = true
}

func (t *teller) affectedClosed(b *AffectedClosed) {
	customers := 0
	for _, g := range b.Groups {
		customers += g.Customers
	}
	switch {
	case b.Abandoned != "":
		t.what("Addition of affected customers from %s given up", b.Source)
		t.detail("reason", b.Abandoned)
	case b.Refresh:
		t.what("Affected customers refreshed: newest versions of %s", count(customers, "customer"))
	default:
		t.what("%s added from %s", count(customers, "affected customer"), b.Source)
	}
	for k := range b.Groups {
		t.detail("", fmt.Sprint(b.Groups[k].Words(t.zone)))
	}
}
