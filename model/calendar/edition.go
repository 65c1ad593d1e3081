package calendar

import (
	"fmt"
	"maps"
	"slices"
	"time"
)

// Edition is one version of a calendar, whole: what a record keeps of the days
// off, so that what was counted by them can be counted again for good. It has
// no zone, since its dates are civil: they are read in the zone of whoever
// counts by them. An Edition is never changed once it is made.
type Edition struct {
	ID        string          `json:"id"`
	Version   int             `json:"version"` // from 1
	Title     string          `json:"title"`
	Weekend   []time.Weekday  `json:"weekend"` // 0 is Sunday; in order
	Years     Years           `json:"years"`   // the years that Days is complete for
	Days      map[Date]string `json:"days"`    // the holidays, with their names
	Source    string          `json:"source,omitempty"`
	CheckedOn string          `json:"checked_on,omitempty"` // a civil date
	Note      string          `json:"note,omitempty"`
}

// Name is the edition as people refer to it: "de@1".
func (e *Edition) Name() string { return fmt.Sprintf("%s@%d", e.ID, e.Version) }

// In is the calendar that counts by the edition in a zone (nil is UTC). It
// shares the edition's days.
func (e *Edition) In(zone *time.Location) Calendar {
	return Calendar{Name: e.Title, Zone: zone, Holidays: e.Days, Years: e.Years, Weekend: e.Weekend}
}

// Same reports whether two editions say the same.
func (e *Edition) Same(other *Edition) bool {
	return e.ID == other.ID && e.Version == other.Version && e.Title == other.Title && slices.Equal(e.Weekend, other.Weekend) &&
		e.Years == other.Years && maps.Equal(e.Days, other.Days) &&
		e.Source == other.Source && e.CheckedOn == other.CheckedOn && e.Note == other.Note
}

// maxYears is how many years an edition may be complete for.
const maxYears = 101

// Check says why nobody can count by the edition, and nothing where they can.
func (e *Edition) Check() error {
	switch years := e.Years; {
	case years.First < 1990 || years.Last < years.First || years.Last-years.First >= maxYears:
		return fmt.Errorf("its years, %d to %d, are no run of at most %d years from 1990 on", years.First, years.Last, maxYears)
	}
	working := make(map[time.Weekday]bool, 7)
	for day := time.Sunday; day <= time.Saturday; day++ {
		working[day] = true
	}
	for _, day := range e.Weekend {
		if !working[day] {
			return fmt.Errorf("its weekend names %s twice, or a day that no week has", day)
		}
		delete(working, day)
	}
	if len(working) == 0 {
		return fmt.Errorf("its weekend is the whole week, so that no period in business days would end")
	}
	for _, date := range slices.SortedFunc(maps.Keys(e.Days), Date.Compare) {
		if _, err := ParseDate(date.String()); err != nil || date != date.AddDays(0) {
			return fmt.Errorf("%04d-%02d-%02d is no date", date.Year, date.Month, date.Day)
		}
		if !e.Years.Has(date.Year) {
			return fmt.Errorf("%s is outside its years, %d to %d", date, e.Years.First, e.Years.Last)
		}
	}
	return nil
}
