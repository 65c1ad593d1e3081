package model

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"tocsin/model/calendar"
)

// decideCustomers decides commands about the registry of customers; ok is
// false for any other.
func (d *decider) decideCustomers(command Command) (ok bool, err error) {
	switch c := command.(type) {
	case CustomersOpen:
		return true, d.customersOpen(c)
	case CustomersTake:
		return true, d.customersTake(c)
	case CustomersClose:
		return true, d.customersClose(c)
	case ForgetCustomer:
		return true, d.forgetCustomer(c)
	}
	return false, nil
}

// errNoRegistry means that whoever made the state gave it no registry.
var errNoRegistry = errors.New("the state has no registry of customers")

func (d *decider) registry() (Registry, error) {
	if d.state.Registry == nil {
		return nil, errNoRegistry
	}
	return d.state.Registry, nil
}

func (d *decider) customersOpen(c CustomersOpen) error {
	in := &inputs{}
	batch := in.need("batch", c.Batch, "a name")
	source := in.need("source", c.Source, "what is imported")
	if err := in.refusal(); err != nil {
		return err
	}
	if open := d.state.Meta.Customers.Open; open != nil {
		return &Refusal{Reason: fmt.Sprintf("customers are being imported already, from %s: wait until that is complete", Clip(open.Source, 40))}
	}
	d.emit(&CustomersOpened{Batch: batch, Source: source})
	return nil
}

func (d *decider) customersTake(c CustomersTake) error {
	if len(c.Rows) == 0 || len(c.Rows) > MaxCustomerRows {
		return Refuse(Field("rows", fmt.Sprintf("%d customers", len(c.Rows)), fmt.Sprintf("1 to %d at a time", MaxCustomerRows)))
	}
	in := &inputs{}
	rows := make([]Customer, len(c.Rows))
	first := make(map[string]int, len(c.Rows))
	for k, row := range c.Rows {
		one := &inputs{}
		rows[k] = one.customer(row)
		if earlier, taken := first[rows[k].ID]; taken && rows[k].ID != "" {
			one.bad("id", fmt.Sprintf("%q is the id of row %d too", rows[k].ID, earlier), "an id for each customer")
		}
		first[rows[k].ID] = k + 1
		for _, p := range one.problems {
			p.Row = k + 1
			in.problems = append(in.problems, p)
		}
	}
	if err := in.refusal(); err != nil || c.Check {
		return err
	}
	return d.takeCustomers(CleanLine(c.Batch), rows)
}

// takeCustomers gives clean rows their numbers.
func (d *decider) takeCustomers(batch string, rows []Customer) error {
	open := d.state.Meta.Customers.Open
	if open == nil || open.Batch != batch {
		return notUnderWay(batch)
	}
	body := &CustomersTaken{Batch: batch, Rows: rows}
	last := d.state.Meta.Customers.Last
	for k := range rows {
		before, err := d.replaced(rows[k].ID)
		if err != nil {
			return err
		}
		if rows[k].Number = before.Number; before.Number == 0 {
			if last, err = d.state.Registry.Next(last); err != nil {
				return fmt.Errorf("number a customer: %w", err)
			}
			rows[k].Number = last
		}
		body.count(before.Tier, -1)
		body.count(rows[k].Tier, 1)
	}
	d.emit(body)
	return nil
}

func (e *CustomersTaken) count(tier Tier, n int) {
	switch tier {
	case TierPaid:
		e.Paid += n
	case TierFree:
		e.Free += n
	}
}

// replaced is who has an id now, as far as a row of it changes what is counted:
// the number alone of one of whom nothing counts yet, nothing where nobody has
// it or they were forgotten.
func (d *decider) replaced(id string) (Listed, error) {
	registry, err := d.registry()
	if err != nil {
		return Listed{}, err
	}
	number, ok, err := registry.NumberOf(id)
	if err != nil || !ok {
		return Listed{}, wrapLookUp(err)
	}
	versions, err := registry.Versions(number)
	if err != nil || len(versions) == 0 {
		return Listed{}, wrapLookUp(err)
	}
	c := &d.state.Meta.Customers
	newest := versions[len(versions)-1]
	if newest.Gone {
		return Listed{}, nil
	}
	if c.Open != nil && newest.Taken > c.Open.Since {
		return newest, nil
	}
	if standing, ok := c.Standing(versions); ok {
		return standing, nil
	}
	return Listed{Number: number}, nil
}

func wrapLookUp(err error) error {
	if err != nil {
		return fmt.Errorf("look a customer up: %w", err)
	}
	return nil
}

func (d *decider) customersClose(c CustomersClose) error {
	batch := CleanLine(c.Batch)
	known := &d.state.Meta.Customers
	if known.Open == nil || known.Open.Batch != batch {
		return notUnderWay(batch)
	}
	in := &inputs{}
	reason := in.text("abandon", c.Abandon)
	if reason == "" && known.Open.Rows == 0 {
		in.bad("rows", "none have come", "at least one customer, or a reason to abandon the import")
	}
	if err := in.refusal(); err != nil {
		return err
	}
	body := &CustomersClosed{Batch: batch, Source: known.Open.Source, Rows: known.Open.Rows, Paid: known.Paid, Free: known.Free, Abandoned: reason}
	if reason == "" {
		body.Paid, body.Free = body.Paid+known.Open.Paid, body.Free+known.Open.Free
	}
	d.emit(body)
	return nil
}

func (d *decider) forgetCustomer(c ForgetCustomer) error {
	in := &inputs{}
	id := in.customerID(c.ID)
	reason := in.needText("reason", c.Reason, "who asked for it and why")
	if err := in.refusal(); err != nil {
		return err
	}
	if open := d.state.Meta.Customers.Open; open != nil {
		return &Refusal{Reason: fmt.Sprintf("customers are being imported, from %s: wait until that is complete", Clip(open.Source, 40))}
	}
	one, err := d.replaced(id)
	if err != nil {
		return err
	}
	if one.Tier == "" {
		return &Refusal{Cause: ErrNotFound, Reason: fmt.Sprintf("there is no customer %q, or they were forgotten before", Clip(id, MaxCustomerID))}
	}
	held, err := d.heldFor(one.Number)
	if err != nil {
		return err
	}
	if len(held) == 0 {
		d.emit(&CustomerForgotten{Number: one.Number, Customer: one.ID, Tier: one.Tier, Reason: reason})
		return nil
	}
	for _, incident := range held {
		d.emit(&CustomerKept{ID: incident, Number: one.Number, Customer: one.ID, Reason: reason})
	}
	d.refused = &Refusal{Reason: fmt.Sprintf("customer %s cannot be forgotten: a legal hold is on %s; this refusal was recorded", one.ID, held[0])}
	return nil
}

// heldFor lists incidents with a legal hold that affect a customer, the first
// ones where there are many.
func (d *decider) heldFor(number uint64) ([]ID, error) {
	registry, err := d.registry()
	if err != nil {
		return nil, err
	}
	var held []ID
	for id, i := range d.state.Incidents {
		if !i.Held() || len(i.Groups) == 0 {
			continue
		}
		group, added, ok, err := registry.Affected(id, number)
		if err != nil {
			return nil, wrapLookUp(err)
		}
		if ok && i.addedBy(group, added) {
			held = append(held, id)
		}
	}
	slices.Sort(held)
	return held[:min(len(held), maxRefusals)], nil
}

// customer cleans one row.
func (in *inputs) customer(row Customer) Customer {
	c := Customer{
		ID: in.customerID(row.ID), Name: in.customerName(row.Name), Jurisdiction: in.jurisdiction(row.Jurisdiction),
		Language: in.language(row.Language), Terms: in.terms(row.Terms),
	}
	c.Tier = Tier(in.oneOf("tier", string(row.Tier), tierWords()))
	c.Admins, c.Security = in.addresses(row.Admins, row.Security)
	return c
}

// customerID takes an id as it is: where cleaning would change it, it would be
// another one.
func (in *inputs) customerID(id string) string {
	switch id = strings.TrimSpace(id); {
	case id == "":
		in.bad("id", "is empty", "the customer's id in your own systems")
	case utf8.RuneCountInString(id) > MaxCustomerID:
		in.bad("id", fmt.Sprintf("has %d characters", utf8.RuneCountInString(id)), fmt.Sprintf("at most %d", MaxCustomerID))
	case CleanLine(id) != id:
		in.bad("id", fmt.Sprintf("%q has characters that do not show, or spaces in a row", Clip(CleanLine(id), 40)), "one line of characters that show")
	default:
		return id
	}
	return ""
}

func (in *inputs) customerName(name string) string {
	line := in.line("name", name)
	if line == ForgottenText {
		in.bad("name", "is what a forgotten customer reads as", "a name, or nothing")
		return ""
	}
	return line
}

var jurisdictionShape = regexp.MustCompile(`^[A-Z]{2}(-[A-Z0-9]{1,3})?$`)

func (in *inputs) jurisdiction(text string) string {
	code := strings.ToUpper(CleanLine(text))
	if code != "" && !jurisdictionShape.MatchString(code) {
		in.bad("jurisdiction", fmt.Sprintf("%q is no code of a country", Clip(code, 40)), "two letters as in DE, or with a part of the country as in US-CA")
		return ""
	}
	return code
}

// languageShape is the part of BCP 47 (RFC 5646) that texts are chosen by:
// language, script, region, and variants.
var languageShape = regexp.MustCompile(`^[a-z]{2,3}(-[a-z]{4})?(-([a-z]{2}|[0-9]{3}))?(-([a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*$`)

func (in *inputs) language(text string) string {
	tag := strings.ToLower(CleanLine(text))
	switch {
	case tag == "":
		return ""
	case len(tag) > 35 || !languageShape.MatchString(tag):
		in.bad("language", fmt.Sprintf("%q is no language tag", Clip(tag, 40)), "a tag as in de, pt-BR or zh-Hant")
		return ""
	}
	parts := strings.Split(tag, "-")
	for k, part := range parts[1:] {
		switch len(part) {
		case 2:
			parts[k+1] = strings.ToUpper(part)
		case 4:
			if part[0] >= 'a' {
				parts[k+1] = strings.ToUpper(part[:1]) + part[1:]
			}
		}
	}
	return strings.Join(parts, "-")
}

// terms takes the period of a customer's own contract.
func (in *inputs) terms(text string) string {
	text = CleanLine(text)
	if text == "" {
		return ""
	}
	period, err := calendar.ParsePeriod(text)
	if err != nil {
		in.bad("terms", err.Error(), "")
		return ""
	}
	return period.String()
}

// addresses takes those of administrators and of security contacts, each once.
// Those of two who differ in the case of the domain are one.
func (in *inputs) addresses(admins, security []string) (cleanAdmins, cleanSecurity []string) {
	if n := len(admins) + len(security); n > MaxAddresses {
		in.bad("admin_email", fmt.Sprintf("%d addresses", n), fmt.Sprintf("at most %d of one customer", MaxAddresses))
		return nil, nil
	}
	before := len(in.problems)
	cleanAdmins = in.addressList("admin_email", admins, nil)
	cleanSecurity = in.addressList("security_email", security, cleanAdmins)
	if len(cleanAdmins) == 0 && len(in.problems) == before {
		in.bad("admin_email", "is empty", "at least one address: a customer without one cannot be told")
	}
	return cleanAdmins, cleanSecurity
}

func (in *inputs) addressList(field string, list, besides []string) []string {
	var clean []string
	for _, text := range list {
		if strings.TrimSpace(text) == "" {
			continue
		}
		address, err := ParseAddress(text)
		if err != nil {
			in.bad(field, err.Error(), "an e-mail address as in security@example.com")
			continue
		}
		if !slices.Contains(clean, address) && !slices.Contains(besides, address) {
			clean = append(clean, address)
		}
	}
	return clean
}
