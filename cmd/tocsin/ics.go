package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	ics "github.com/arran4/golang-ical"

	"tocsin/model"
	"tocsin/model/policy"
)

// writeCalendar writes deadlines as an iCalendar (RFC 5545), to standard
// output where the file is "-", and says how many. What is there of that name
// is replaced as a whole: a program that follows the file never reads half.
func (g *gatherer) writeCalendar(out *paper, file, space string, views []obligationView) error {
	cal := ics.NewCalendar()
	cal.SetProductId("-//tocsin//tocsin//EN")
	cal.SetMethod(ics.MethodPublish)
	cal.SetXWRCalName("Deadlines of " + g.snapshot.Meta.Organisation)
	events := 0
	for _, o := range views {
		if !o.Due.IsZero() {
			cal.AddVEvent(g.event(o, space))
			events++
		}
	}
	text := cal.Serialize(ics.WithNewLine("\r\n")) // the standard's line end on every system
	if file == "-" {
		out.WriteString(text)
		return nil
	}
	if err := replaceFile(file, text); err != nil {
		return model.Refuse(model.Field("--ics", err.Error(), "a file that can be written"))
	}
	out.printf("%d deadlines written to %s.", events, file)
	return nil
}

func replaceFile(name, text string) (err error) {
	part, err := os.CreateTemp(filepath.Dir(name), ".tocsin-*")
	var failed *fs.PathError
	if errors.As(err, &failed) {
		failed.Path = name // and not one that nobody asked for
	}
	if err != nil {
		return fmt.Errorf("write a calendar: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("write a calendar: %w", err), os.Remove(part.Name()))
		}
	}()
	_, err = part.WriteString(text)
	if err = errors.Join(err, part.Close()); err != nil {
		return err
	}
	return os.Rename(part.Name(), name)
}

// lastHour is how long an event takes whose due time ends a day.
const lastHour = time.Hour

// event is one deadline for calendars. It names the incident by its id alone:
// calendars are read by more people than the record. The id of the event stays,
// so that a later export moves it instead of adding another.
func (g *gatherer) event(o obligationView, space string) *ics.VEvent {
	e := ics.NewEvent(strings.Join([]string{space, string(o.Incident), strings.ReplaceAll(o.Rule, "/", ".")}, ".") + "@tocsin")
	e.SetDtStampTime(g.now)
	if standing, found := g.snapshot.Incident(o.Incident); found {
		e.SetSequence(int(standing.Incident.Version))
	}
	e.SetSummary(model.CleanLine(fmt.Sprintf("%s: %s (%s)", whenDue(o.Due.Time, o.rule, g.zone, g.now), o.Title, o.Incident)))
	e.SetDescription(model.CleanText(eventText(o)))
	e.AddCategory(o.State)
	e.SetTimeTransparency(ics.TransparencyTransparent)
	e.SetStatus(ics.ObjectStatusConfirmed)
	if o.State == string(policy.CannotExclude) {
		e.SetStatus(ics.ObjectStatusTentative)
	}
	g.place(e, o)
	return e
}

// place puts the event where its due time is. A midnight that ends a day would
// be shown on the next one, so that the event is the last hour before it.
func (g *gatherer) place(e *ics.VEvent, o obligationView) {
	start := o.Due.Time
	if o.rule.EndsDay(start, g.zone) {
		start = start.Add(-lastHour)
		e.SetEndAt(o.Due.Time)
	}
	e.SetStartAt(start)
	for _, at := range alarms(o, g.now) {
		alarm := e.AddAlarm()
		alarm.SetAction(ics.ActionDisplay)
		alarm.SetTrigger(trigger(at.Sub(start)))
		alarm.SetDescription(model.CleanLine(fmt.Sprintf("%s: %s, due %s", o.Incident, o.Title, ahead(o.Due.Sub(at)))))
	}
}

// alarms are the moments to come at which a deadline is brought to mind: when
// it reaches its levels, the last when it is due.
func alarms(o obligationView, now time.Time) []time.Time {
	due := policy.Due{At: o.Due.Time, Start: o.Started.Time, Pack: o.pack, Rule: o.rule, Occurrence: o.Occurrence}
	var moments []time.Time
	for at := due.NextAfter(now); !at.Truncate(time.Second).After(o.Due.Time); at = due.NextAfter(at) {
		moments = append(moments, at.Truncate(time.Second))
	}
	return moments
}

func ahead(d time.Duration) string {
	if d <= 0 {
		return "now"
	}
	return left(d)
}

// trigger writes a distance from the start of an event as RFC 5545 does.
func trigger(d time.Duration) string {
	sign := ""
	if d < 0 {
		sign, d = "-", -d
	}
	seconds := int(d / time.Second)
	return fmt.Sprintf("%sPT%dH%dM%dS", sign, seconds/3600, seconds/60%60, seconds%60)
}

func eventText(o obligationView) string {
	lines := []string{"To: " + o.Audience, "State: " + o.State, "Rule: " + o.Rule + " (" + o.Pack + ")", "Source: " + o.Citation}
	if o.Audience == "" {
		lines = lines[1:]
	}
	if o.Why != "" {
		lines = append(lines, o.Why)
	}
	return strings.Join(lines, "\n")
}
