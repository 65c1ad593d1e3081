package main

import (
	"fmt"
	"slices"
	"strings"

	"tocsin/model"
)

// customerField is one column of an import of customers. Exactly one of its
// functions is set.
type customerField struct {
	name string
	text func(c *model.Customer, text string)
	list func(c *model.Customer, entries []string)
}

var customerFields = []customerField{
	{name: "id", text: func(c *model.Customer, text string) { c.ID = text }},
	{name: "name", text: func(c *model.Customer, text string) { c.Name = text }},
	{name: "tier", text: func(c *model.Customer, text string) { c.Tier = model.Tier(text) }},
	{name: "jurisdiction", text: func(c *model.Customer, text string) { c.Jurisdiction = text }},
	{name: "language", text: func(c *model.Customer, text string) { c.Language = text }},
	{name: "admin_email", list: func(c *model.Customer, entries []string) { c.Admins = entries }},
	{name: "security_email", list: func(c *model.Customer, entries []string) { c.Security = entries }},
	{name: "terms", text: func(c *model.Customer, text string) { c.Terms = text }},
}

func customerColumns() []string {
	names := make([]string, len(customerFields))
	for k, f := range customerFields {
		names[k] = f.name
	}
	return names
}

// customerReader puts the words of a file into customers.
type customerReader struct{}

func (customerReader) accepts(bool) string { return strings.Join(customerColumns(), ", ") }

func (customerReader) needed() []string { return []string{"id", "tier", "admin_email"} }

func (customerReader) nested(string) (prefix string, ok bool) { return "", false }

func (customerReader) checkName(name string) string {
	if slices.Contains(customerColumns(), name) {
		return ""
	}
	return fmt.Sprintf("there is no column %q%s", model.Clip(model.CleanLine(name), 40), meant(name, customerColumns()))
}

func (customerReader) field(name string) customerField {
	k := slices.IndexFunc(customerFields, func(f customerField) bool { return f.name == name })
	return customerFields[k]
}

func (c customerReader) put(r *row[model.Customer], name, text string) {
	r.size += len(text)
	if strings.TrimSpace(text) == "" {
		return
	}
	if field := c.field(name); field.list != nil {
		field.list(&r.record, splitList(text))
	} else {
		field.text(&r.record, text)
	}
}

func (c customerReader) putList(r *row[model.Customer], name string, entries []string) {
	if !slices.Contains(customerColumns(), name) || c.field(name).list == nil {
		r.wrong(name, "is a list", "a text")
		return
	}
	for _, entry := range entries {
		r.size += len(entry)
	}
	c.field(name).list(&r.record, entries)
}
