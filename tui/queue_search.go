package tui

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"tocsin/model"
)

// matchesMsg is the answer to a search.
type matchesMsg struct {
	asked int
	query string
	rows  []*model.Standing
}

// search looks for the typed words off the event loop.
func (q *queueScreen) search() tea.Cmd {
	q.asked++
	asked, query, rows := q.asked, strings.ToLower(strings.TrimSpace(q.filter.Value())), q.candidates()
	return func() tea.Msg { return matchesMsg{asked: asked, query: query, rows: matching(rows, query)} }
}

// follow looks again where the space has changed under a filter.
func (q *queueScreen) follow() tea.Cmd {
	if !q.behind {
		return nil
	}
	q.behind = false
	return q.search()
}

func (q *queueScreen) take(msg matchesMsg) {
	if msg.asked == q.asked {
		q.query = msg.query
		q.set(msg.rows)
	}
}

// matching keeps the incidents in which every word of the query occurs.
func matching(rows []*model.Standing, query string) []*model.Standing {
	words := strings.Fields(query)
	if len(words) == 0 {
		return rows
	}
	var kept []*model.Standing
	for _, s := range rows {
		if matches(s.Incident, words) {
			kept = append(kept, s)
		}
	}
	return kept
}

func matches(i *model.Incident, words []string) bool {
	for _, word := range words {
		if !contains(i, word) {
			return false
		}
	}
	return true
}

func contains(i *model.Incident, word string) bool {
	has := func(text string) bool { return containsFold(text, word) }
	return has(string(i.ID)) || has(i.Title) || has(i.Severity()) || has(i.Phase()) || has(string(i.Classification)) || has(i.Reporter) || has(i.External) ||
		slices.ContainsFunc(i.Systems, has) || slices.ContainsFunc(i.Types, has) || slices.ContainsFunc(i.Data, has) ||
		slices.ContainsFunc(i.Roles, func(h model.Holder) bool { return has(h.Person) }) || has(i.Description)
}

// containsFold reports whether text contains a lower-case word, in any case.
// ASCII is compared in place: a search reads a hundred thousand titles.
func containsFold(text, word string) bool {
	for k := 0; k+len(word) <= len(text); k++ {
		if text[k] >= 0x80 {
			return strings.Contains(strings.ToLower(text[k:]), word)
		}
		if hasPrefixFold(text[k:], word) {
			return true
		}
	}
	return false
}

func hasPrefixFold(text, word string) bool {
	for k := range len(word) {
		b := text[k]
		if 'A' <= b && b <= 'Z' {
			b += 'a' - 'A'
		}
		if b != word[k] {
			return false
		}
	}
	return true
}

func (c *Console) startFilter() tea.Cmd {
	c.queue.filtering = true
	return c.queue.filter.Focus()
}

// clear drops the filter; it reports whether there was one.
func (q *queueScreen) clear() bool {
	if !q.filtering && q.query == "" {
		return false
	}
	q.stopFilter()
	q.filter.SetValue("")
	q.query = ""
	q.asked++
	q.refresh()
	return true
}

func (q *queueScreen) stopFilter() {
	q.filtering = false
	q.filter.Blur()
}
