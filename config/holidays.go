package config

import (
	"time"

	"github.com/rickar/cal/v2"
	"github.com/rickar/cal/v2/at"
	"github.com/rickar/cal/v2/br"
	"github.com/rickar/cal/v2/de"
	"github.com/rickar/cal/v2/es"
	"github.com/rickar/cal/v2/fr"
	"github.com/rickar/cal/v2/gb"
	"github.com/rickar/cal/v2/ie"
	"github.com/rickar/cal/v2/it"
	"github.com/rickar/cal/v2/jp"
	"github.com/rickar/cal/v2/nl"
	"github.com/rickar/cal/v2/pl"
	"github.com/rickar/cal/v2/se"
	"github.com/rickar/cal/v2/us"

	"tocsin/model/calendar"
)

// holidayRules are the sets of rules that a calendar file may name: days that
// return every year by date, by weekday or by Easter. What they say of 2026
// and 2027 is held against published dates by a test.
var holidayRules = map[string][]*cal.Holiday{
	"at": at.Holidays, "br": br.Holidays, "de": de.Holidays, "es": es.Holidays, "fr": fr.Holidays, "gb": gb.Holidays,
	"ie": ie.Holidays, "it": it.Holidays, "jp": jp.Holidays, "nl": nl.Holidays, "pl": pl.Holidays, "se": se.Holidays, "us": us.Holidays,
	"de-bb": de.HolidaysBB, "de-be": de.HolidaysBE, "de-bw": de.HolidaysBW, "de-by": de.HolidaysBY, "de-hb": de.HolidaysHB,
	"de-he": de.HolidaysHE, "de-hh": de.HolidaysHH, "de-mv": de.HolidaysMV, "de-ni": de.HolidaysNI, "de-nw": de.HolidaysNW,
	"de-rp": de.HolidaysRP, "de-sh": de.HolidaysSH, "de-sl": de.HolidaysSL, "de-sn": de.HolidaysSN, "de-st": de.HolidaysST, "de-th": de.HolidaysTH,
}

// ruledDays computes the days of a set of rules in a run of years. The years
// around it are computed too: New Year's Day may be observed in December.
func ruledDays(rules []*cal.Holiday, years calendar.Years) map[calendar.Date]string {
	days := map[calendar.Date]string{}
	keep := func(day time.Time, name string) {
		year, month, date := day.Date()
		if !day.IsZero() && years.Has(year) {
			days[calendar.Date{Year: year, Month: month, Day: date}] = name
		}
	}
	for year := years.First - 1; year <= years.Last+1; year++ {
		for _, rule := range rules {
			own := *rule // some rules write to themselves while they compute
			actual, observed := own.Calc(year)
			if !observed.Equal(actual) {
				keep(observed, rule.Name+" (observed)")
			}
			keep(actual, rule.Name)
		}
	}
	return days
}

// easterSunday is Easter in the Gregorian calendar.
func easterSunday(year int) calendar.Date {
	sunday := &cal.Holiday{Func: cal.CalcEasterOffset}
	day, _ := sunday.Calc(year)
	return calendar.Date{Year: day.Year(), Month: day.Month(), Day: day.Day()}
}
