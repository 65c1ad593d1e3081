package config

import (
	"cmp"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"tocsin/model/calendar"
	"tocsin/model/policy"
)

//go:embed calendars
var embeddedCalendars embed.FS

const calendarsFolder = "calendars"

// Calendars are the holidays a console knows, by the id of an authority, a
// country or a company. They are never changed once loaded, so they are shared
// freely.
type Calendars struct {
	byID map[string]*holidays
}

// CalendarInfo describes one calendar for lists.
type CalendarInfo struct {
	ID        string         `json:"id"`
	Version   int            `json:"version"`
	Title     string         `json:"title"`
	Years     calendar.Years `json:"years"` // the years whose holidays are known
	Extends   string         `json:"extends,omitempty"`
	Source    string         `json:"source,omitempty"`
	CheckedOn string         `json:"checked_on,omitempty"`
	Note      string         `json:"note,omitempty"`
	File      string         `json:"file"`
}

// Day is one holiday.
type Day struct {
	Date calendar.Date
	Name string
}

// CalendarError says that calendar files were refused, and all that is wrong
// with them in the order of files and lines. Its message has one problem a line.
type CalendarError struct {
	Problems []Problem
}

func (e *CalendarError) Error() string { return problemLines(e.Problems) }

// holidays is one calendar, whose days are computed when first asked for.
type holidays struct {
	calendarFile
	file string
	base *holidays // what it extends, nil for none
	days func() map[calendar.Date]string
}

// calendarFile is a calendar as a file writes it.
type calendarFile struct {
	ID        string     `json:"id"`
	Version   int        `json:"version"`
	Title     string     `json:"title"`
	Extends   string     `json:"extends"` // a calendar whose days and years are taken over
	Rules     string     `json:"rules"`   // a set of rules that come with the console
	Years     yearsKnown `json:"years"`
	Source    string     `json:"source"`
	CheckedOn string     `json:"checked_on"`
	Note      string     `json:"note"`
	Days      []dayOff   `json:"days"` // holidays beside those
	Open      []dayOpen  `json:"open"` // days among those that are none
}

type yearsKnown struct {
	First int `json:"first"`
	Last  int `json:"last"`
}

// dayOff is a holiday: one date, a date of every year, or a distance from
// Easter Sunday in days.
type dayOff struct {
	Date   string `json:"date"`
	Every  string `json:"every"` // such as 12-31
	Easter *int   `json:"easter"`
	First  int    `json:"first"` // the years in which it returns, where not in all
	Last   int    `json:"last"`
	Name   string `json:"name"`
}

// dayOpen is a day that is a working day after all, by its date or, in every
// year, by its name.
type dayOpen struct {
	Date string `json:"date"`
	Name string `json:"name"`
}

// shippedCalendars reads the embedded calendars once: they never change.
var shippedCalendars = sync.OnceValues(func() (*Calendars, error) {
	known := &Calendars{byID: map[string]*holidays{}}
	entries, err := embeddedCalendars.ReadDir(calendarsFolder)
	if err != nil {
		return nil, fmt.Errorf("read the embedded calendars: %w", err)
	}
	refused := &CalendarError{}
	for _, entry := range entries {
		name := path.Join(calendarsFolder, entry.Name())
		data, err := embeddedCalendars.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("read an embedded calendar: %w", err)
		}
		refused.Problems = append(refused.Problems, known.add(name, data)...)
	}
	if len(refused.Problems) > 0 {
		return nil, refused
	}
	return known, nil
})

// LoadCalendars reads the embedded calendars and every *.toml file in dir; a
// dir that is "" or does not exist adds none. A calendar of the same id as an
// embedded one replaces it if its version is higher, and may extend what it
// replaces. Calendars that are not right are left out, and what is wrong with
// them is told.
func LoadCalendars(dir string) (known *Calendars, problems []Problem, err error) {
	if known, err = shippedCalendars(); err != nil {
		return nil, nil, err
	}
	files, err := tomlFiles(dir)
	if err != nil {
		return nil, nil, fmt.Errorf("read the folder of calendars: %w", err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			problems = append(problems, Problem{File: file, Message: fmt.Sprintf("cannot be read: %v", err)})
			continue
		}
		var wrong []Problem
		known, wrong = known.With(file, data)
		problems = append(problems, wrong...)
	}
	return known, problems, nil
}

// With returns these calendars and those that one file adds to them, as
// LoadCalendars reads it, and what is wrong with the file: a calendar that is
// not right is left out. file is what messages call it.
func (c *Calendars) With(file string, data []byte) (*Calendars, []Problem) {
	more := &Calendars{byID: maps.Clone(c.byID)}
	problems := more.add(file, data)
	return more, problems
}

// HoldsCalendars reports whether a TOML text is a file of calendars, and not
// one of a pack.
func HoldsCalendars(data []byte) bool {
	_, found := keyLines(string(data))["calendars[0]"]
	return found
}

// tomlFiles are the *.toml files of a folder, by name; none where there is no
// such folder.
func tomlFiles(dir string) ([]string, error) {
	if dir == "" {
		return nil, nil
	}
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var files []string
	for _, entry := range entries {
		if !entry.IsDir() && filepath.Ext(entry.Name()) == ".toml" {
			files = append(files, filepath.Join(dir, entry.Name()))
		}
	}
	return files, err
}

// IDs returns the id of every calendar, sorted.
func (c *Calendars) IDs() []string { return sortedKeys(c.byID) }

// List describes every calendar, by id.
func (c *Calendars) List() []CalendarInfo {
	list := make([]CalendarInfo, 0, len(c.byID))
	for _, id := range c.IDs() {
		h := c.byID[id]
		list = append(list, CalendarInfo{
			ID: h.ID, Version: h.Version, Title: h.Title, Years: h.years(), Extends: h.Extends,
			Source: h.Source, CheckedOn: h.CheckedOn, Note: h.Note, File: h.file,
		})
	}
	return list
}

// Calendar returns the calendar with the id, counting in zone (nil is UTC). Its
// error gives the nearest known id.
func (c *Calendars) Calendar(id string, zone *time.Location) (calendar.Calendar, error) {
	e, err := c.Edition(id)
	if err != nil {
		return calendar.Calendar{}, err
	}
	return e.In(zone), nil
}

// Edition returns the calendar with the id as a record keeps it: what it
// extends and computes spelt out, for all the years it has data for. Fewer
// would leave an incident that was opened long ago, or is due next year,
// without holidays; all of them take some 10 KiB of the 256 KiB that one event
// may have. Its error gives the nearest known id.
func (c *Calendars) Edition(id string) (*calendar.Edition, error) {
	h, known := c.byID[id]
	if !known {
		return nil, fmt.Errorf("%q is not a calendar%s", id, suggestion(id, c.IDs()))
	}
	return &calendar.Edition{
		ID: h.ID, Version: h.Version, Title: h.Title, Weekend: []time.Weekday{time.Sunday, time.Saturday},
		Years: h.years(), Days: h.days(), Source: h.Source, CheckedOn: h.CheckedOn, Note: h.Note,
	}, nil
}

// Days returns the holidays of one year of a calendar in their order. Where the
// year is not known it returns none and false.
func (c *Calendars) Days(id string, year int) ([]Day, bool) {
	h, known := c.byID[id]
	if !known || !h.years().Has(year) {
		return nil, false
	}
	var days []Day
	for date, name := range h.days() {
		if date.Year == year {
			days = append(days, Day{date, name})
		}
	}
	slices.SortFunc(days, func(a, b Day) int {
		return cmp.Or(cmp.Compare(a.Date.Month, b.Date.Month), cmp.Compare(a.Date.Day, b.Date.Day))
	})
	return days, true
}

// add reads one file of calendars into the known ones and returns what is
// wrong with it.
func (c *Calendars) add(file string, data []byte) []Problem {
	var written struct {
		Calendars []calendarFile `json:"calendars"`
	}
	d := decode(file, data, &written)
	if len(d.problems) > 0 {
		return d.sorted()
	}
	if len(written.Calendars) == 0 {
		d.problem("", "has no [[calendars]]")
	}
	for i := range written.Calendars {
		c.admit(d, "calendars"+index(i), &holidays{calendarFile: written.Calendars[i], file: file})
	}
	return d.sorted()
}

// admit checks one calendar and adds it to the known ones.
func (c *Calendars) admit(d *document, key string, h *holidays) {
	before := len(d.problems)
	c.head(d, key, h)
	if len(d.problems) > before {
		return
	}
	h.days = sync.OnceValue(func() map[calendar.Date]string { return h.compute(nil, "") })
	if len(h.Open)+len(h.Days) > 0 {
		h.compute(d, key)
	}
	if len(d.problems) == before {
		c.byID[h.ID] = h
	}
}

func (c *Calendars) head(d *document, key string, h *holidays) {
	if h.Version == 0 {
		h.Version = 1
	}
	if !policy.ValidID(h.ID) {
		d.problem(join(key, "id"), "%q is no calendar id: write small letters, digits and hyphens, such as de-be", h.ID)
	}
	if h.Title == "" {
		d.problem(join(key, "title"), "the calendar has no title")
	}
	if other, twice := c.byID[h.ID]; twice && h.Version <= other.Version {
		d.problem(join(key, "version"), "%s is in %s with version %d already: write version = %d or higher to replace it", h.ID, other.file, other.Version, other.Version+1)
	}
	if _, err := calendar.ParseDate(h.CheckedOn); h.CheckedOn != "" && err != nil {
		d.problem(join(key, "checked_on"), "%s", err)
	}
	c.bases(d, key, h)
}

// bases finds what the calendar builds on. Since it must be known already,
// calendars cannot extend one another in a circle.
func (c *Calendars) bases(d *document, key string, h *holidays) {
	if h.Extends != "" {
		base, known := c.byID[h.Extends]
		if !known {
			d.problem(join(key, "extends"), "%q is not a calendar that stands before this one%s", h.Extends, suggestion(h.Extends, c.IDs()))
		}
		h.base = base
	}
	if _, known := holidayRules[h.Rules]; h.Rules != "" && !known {
		d.problem(join(key, "rules"), "%q is not a set of rules%s", h.Rules, suggestion(h.Rules, sortedKeys(holidayRules)))
	}
	if h.Years == (yearsKnown{}) && h.Extends != "" {
		return
	}
	const furthest = 100
	if years := h.Years; years.First < 1990 || years.Last < years.First || years.Last-years.First > furthest {
		d.problem(join(key, "years"), "say for which years the calendar is complete, such as years = { first = 2026, last = 2027 }")
	}
}

func (h *holidays) years() calendar.Years {
	if h.Years == (yearsKnown{}) && h.base != nil {
		return h.base.years()
	}
	return calendar.Years(h.Years)
}

// compute returns all days of the calendar. Given a document it notes what is
// wrong with them there.
func (h *holidays) compute(d *document, key string) map[calendar.Date]string {
	days := map[calendar.Date]string{}
	if h.base != nil {
		maps.Copy(days, h.base.days())
	}
	maps.Copy(days, ruledDays(holidayRules[h.Rules], h.years()))
	b := &builder{days: days, years: h.years(), document: d}
	for i, open := range h.Open {
		b.open(join(key, "open")+index(i), open)
	}
	for i, off := range h.Days {
		b.off(join(key, "days")+index(i), off)
	}
	return days
}

// builder applies additions and exceptions to the days of a calendar.
type builder struct {
	days     map[calendar.Date]string
	years    calendar.Years
	document *document // nil where the file was checked before
}

func (b *builder) problem(key, format string, args ...any) {
	if b.document != nil {
		b.document.problem(key, format, args...)
	}
}

func (b *builder) open(key string, open dayOpen) {
	before := len(b.days)
	switch {
	case (open.Date == "") == (open.Name == ""):
		b.problem(key, "write either the date or the name of the holiday that is a working day")
		return
	case open.Name != "":
		maps.DeleteFunc(b.days, func(_ calendar.Date, name string) bool {
			return name == open.Name || name == open.Name+" (observed)"
		})
	default:
		date, err := calendar.ParseDate(open.Date)
		if err != nil {
			b.problem(join(key, "date"), "%s", err)
			return
		}
		delete(b.days, date)
	}
	if len(b.days) == before {
		b.problem(key, "%s is no holiday here%s", open.Date+open.Name, nearName(open.Name, b.days))
	}
}

func nearName(name string, days map[calendar.Date]string) string {
	if nearest := policy.Nearest(name, slices.Sorted(maps.Values(days))); nearest != "" {
		return fmt.Sprintf(": did you mean %q?", nearest)
	}
	return ""
}

func (b *builder) off(key string, off dayOff) {
	ways := 0
	for _, written := range []bool{off.Date != "", off.Every != "", off.Easter != nil} {
		if written {
			ways++
		}
	}
	switch {
	case off.Name == "":
		b.problem(key, "the holiday has no name")
	case ways != 1:
		b.problem(key, "write one of date = \"2026-12-24\", every = \"12-24\" and easter = -2")
	case off.Date != "":
		b.once(join(key, "date"), off)
	default:
		b.yearly(key, off)
	}
}

// once adds a holiday of one date.
func (b *builder) once(key string, off dayOff) {
	date, err := calendar.ParseDate(off.Date)
	name, twice := b.days[date]
	switch {
	case err != nil:
		b.problem(key, "%s", err)
	case !b.years.Has(date.Year):
		b.problem(key, "%s is outside the years of this calendar, %d to %d: nobody would look for it", date, b.years.First, b.years.Last)
	case twice:
		b.problem(key, "%s is a holiday already: %s", date, name)
	default:
		b.days[date] = off.Name
	}
}

// yearly adds a holiday that returns, except on days that are holidays anyway.
func (b *builder) yearly(key string, off dayOff) {
	if off.Every != "" {
		if _, err := time.Parse("2006-01-02", "2024-"+off.Every); err != nil { // a leap year has every day
			b.problem(join(key, "every"), "%q is no day of a year: write it as 12-24", off.Every)
			return
		}
	}
	first, last := max(off.First, b.years.First), b.years.Last
	if off.Last != 0 {
		last = min(off.Last, last)
	}
	if first > last {
		b.problem(key, "it never falls into the years of this calendar, %d to %d", b.years.First, b.years.Last)
	}
	for year := first; year <= last; year++ {
		date, exists := off.in(year)
		if _, holiday := b.days[date]; exists && !holiday {
			b.days[date] = off.Name
		}
	}
}

// in is the date of a returning holiday in a year; 29 February is not in every
// one.
func (off dayOff) in(year int) (calendar.Date, bool) {
	if off.Easter != nil {
		return easterSunday(year).AddDays(*off.Easter), true
	}
	date, err := calendar.ParseDate(strings.Join([]string{fmt.Sprintf("%04d", year), off.Every}, "-"))
	return date, err == nil
}
