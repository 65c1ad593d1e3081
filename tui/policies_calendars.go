package tui

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"tocsin/model/calendar"
)

// calendar describes an adopted calendar: who counts by it, and its days of
// this year and the next.
func (p *sheet) calendar(e *calendar.Edition) {
	snapshot := p.c.frame.snapshot
	p.title(e.Title)
	p.text(joined([]string{e.Name()}, e.Note))
	p.blank()
	if snapshot.Meta().Calendar == e.ID {
		p.said("at home", "days are counted by it where a pack has no authority of its own, in "+snapshot.Zone().String())
	}
	var packs []string
	for _, pack := range p.c.regimes() {
		if pack.CalendarID == e.ID {
			packs = append(packs, strings.Join(nonEmpty(pack.Ref().String(), pack.Zone), " in "))
		}
	}
	p.said("counts for", strings.Join(packs, ", "))
	p.said("weekend", weekdays(e.Weekend))
	p.said("years", fmt.Sprintf("%d to %d", e.Years.First, e.Years.Last))
	p.said("source", e.Source)
	p.said("checked on", e.CheckedOn)
	year := p.c.now().In(p.c.zone()).Year()
	p.days(e, year)
	p.days(e, year+1)
}

// days lists the holidays of one year, or says that nobody knows them.
func (p *sheet) days(e *calendar.Edition, year int) {
	p.blank()
	p.heading(fmt.Sprint(year))
	if !e.Years.Has(year) {
		p.lines = append(p.lines, p.c.theme.DueSoon.Paint("! No data: due times in this year are not rolled, and warn."))
		return
	}
	none := true
	for _, date := range slices.SortedFunc(maps.Keys(e.Days), calendar.Date.Compare) {
		if date.Year == year {
			none = false
			p.said(fmt.Sprintf("%s %2d %s", date.Weekday().String()[:3], date.Day, date.Month.String()[:3]), e.Days[date])
		}
	}
	if none {
		p.text("No day off beside the weekend.")
	}
}

func weekdays(days []time.Weekday) string {
	names := make([]string, len(days))
	for k, day := range days {
		names[k] = day.String()
	}
	return orElse(strings.Join(names, " and "), "none")
}

// read opens what the selected row says, for those it is too long for.
func (p *policiesScreen) read() tea.Cmd {
	row := *p.selected()
	p.c.push(&reader{theme: p.c.theme, title: row.id(), lines: func(width int) []string { return p.detail(&row, width) }})
	return nil
}
