package model

import (
	"fmt"
	"slices"
	"strings"
)

// CustomerQuery says which customers are meant: those that match all of what it
// has. The zero query means everybody.
type CustomerQuery struct {
	Tiers         []Tier
	Jurisdictions []string // DE; US is all of it, US-CA a part
	Languages     []string // de is de-AT too
	IDs           []string // the team's own
	Terms         []string // own contract periods; "none" is without
	Name          string   // what a name contains, in any case
}

// customerKeys are the words of a query, for people.
const customerKeys = "tier=paid, jurisdiction=DE, language=de, id=…, terms=48h, name~text"

// ParseCustomerQuery reads a query as people write it: words such as tier=paid
// or jurisdiction=DE,AT between spaces, and name~text, in quotes where a value
// has spaces. An error says what would be accepted.
func ParseCustomerQuery(text string) (CustomerQuery, error) {
	var q CustomerQuery
	in := &inputs{}
	for _, word := range queryWords(text) {
		if name, ok := strings.CutPrefix(word, "name~"); ok {
			q.Name = strings.ToLower(CleanLine(name))
			continue
		}
		key, values, ok := strings.Cut(word, "=")
		if !ok || !q.put(in, key, strings.Split(values, ",")) {
			in.bad("query", fmt.Sprintf("%q is not understood", Clip(CleanLine(word), 40)), customerKeys)
		}
	}
	return q, in.refusal()
}

func (q *CustomerQuery) put(in *inputs, key string, values []string) (known bool) {
	for _, value := range values {
		switch key {
		case "tier":
			q.Tiers = append(q.Tiers, Tier(in.oneOf(key, value, tierWords())))
		case "jurisdiction":
			q.Jurisdictions = append(q.Jurisdictions, in.jurisdiction(value))
		case "language":
			q.Languages = append(q.Languages, in.language(value))
		case "id":
			q.IDs = append(q.IDs, in.customerID(value))
		case "terms":
			if value != "none" {
				value = in.terms(value)
			}
			q.Terms = append(q.Terms, value)
		default:
			return false
		}
	}
	return true
}

// queryWords cuts a query at spaces that are not between quotes.
func queryWords(text string) []string {
	var words []string
	var word strings.Builder
	quoted := false
	end := func() {
		if word.Len() > 0 {
			words = append(words, word.String())
		}
		word.Reset()
	}
	for _, r := range text {
		switch {
		case r == '"':
			quoted = !quoted
		case r == ' ' && !quoted:
			end()
		default:
			word.WriteRune(r)
		}
	}
	end()
	return words
}

// ExactID is the one id that a query asks for, where it asks for one.
func (q *CustomerQuery) ExactID() (id string, ok bool) {
	if len(q.IDs) != 1 {
		return "", false
	}
	return q.IDs[0], true
}

// Lists reports whether a customer matches all that is not their name.
func (q *CustomerQuery) Lists(one Listed) bool {
	return (len(q.Tiers) == 0 || slices.Contains(q.Tiers, one.Tier)) &&
		(len(q.IDs) == 0 || slices.Contains(q.IDs, one.ID)) &&
		within(one.Jurisdiction, q.Jurisdictions) && within(one.Language, q.Languages) &&
		(len(q.Terms) == 0 || slices.Contains(q.Terms, one.Terms) || one.Terms == "" && slices.Contains(q.Terms, "none"))
}

// within reports whether a code is one of several, or a part of one.
func within(code string, several []string) bool {
	if len(several) == 0 {
		return true
	}
	return slices.ContainsFunc(several, func(one string) bool {
		return code == one || strings.HasPrefix(code, one+"-")
	})
}

// Names reports whether a name is one that the query asks for.
func (q *CustomerQuery) Names(name string) bool {
	return q.Name == "" || strings.Contains(strings.ToLower(name), q.Name)
}
