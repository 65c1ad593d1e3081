package policy

import (
	"slices"
	"time"

	"tocsin/model/calendar"
)

// Hold is what a notice waits for although its rule applies: the time that
// paying customers are given to act first, and others who hear before.
type Hold struct {
	Buffer calendar.Period // how long after paying customers were told; zero: at once
	Set    bool            // the organisation has set it, in place of the rule's own
	Paid   []RuleKey       // obligations to paying customers of which no first notice is sent yet
	Told   time.Time       // when the last of the paying customers were told; zero while some wait, or there are none
	Until  time.Time       // when the buffer is over; zero as Told is
	First  []RuleKey       // obligations of the rules it comes after of which nothing is sent yet
}

// Over reports whether nothing holds the notice back any more at now.
func (h *Hold) Over(now time.Time) bool {
	return len(h.Paid) == 0 && len(h.First) == 0 && !now.Before(h.Until)
}

// holdsBack reports whether the rule waits for others at all.
func (r *Rule) holdsBack() bool {
	return !r.Buffer.IsZero() || r.BufferBy != "" || len(r.After) > 0
}

// HoldOf tells what holds an obligation's notice back, from the case and the
// home that the obligation was computed from. What may apply is waited for:
// unknown is not no. What is waived or no longer applies is not.
func HoldOf(o *Obligation, c *Case, home calendar.Calendar) Hold {
	var h Hold
	if !o.Rule.holdsBack() {
		return h
	}
	h.Buffer, h.Set = o.Rule.bufferFor(c)
	buffered := !o.Rule.Buffer.IsZero() || o.Rule.BufferBy != ""
	for _, other := range ObligationsIn([]*Pack{o.Pack}, c, home) {
		if other.Applies == No || other.Waiver != nil || other.closed || other.Rule == o.Rule {
			continue
		}
		told, sent := other.firstTold()
		if slices.Contains(o.Rule.After, other.Rule.ID) && !sent {
			h.First = append(h.First, other.Key())
		}
		if !buffered || other.Rule.To != ToPaid || other.Rule.NoticeKind() != NoticeInitial {
			continue
		}
		if !sent {
			h.Paid = append(h.Paid, other.Key())
		} else if told.After(h.Told) {
			h.Told = told
		}
	}
	h.until(o.Pack.CalendarAt(home))
	return h
}

// until ends the buffer, once all who are told first were told.
func (h *Hold) until(cal calendar.Calendar) {
	switch {
	case len(h.Paid) > 0:
		h.Told = time.Time{}
	case h.Told.IsZero() || h.Buffer.IsZero():
		h.Until = h.Told
	default:
		h.Until = cal.Due(h.Buffer, h.Told)
	}
}

// bufferFor is how long the rule's notice is held back, and whether the
// organisation has set that.
func (r *Rule) bufferFor(c *Case) (buffer calendar.Period, set bool) {
	if hours, known := c.Counts[r.BufferBy]; known && r.BufferBy != "" {
		return calendar.Period{N: hours, Unit: calendar.Hours}, true
	}
	return r.Buffer, false
}

// firstTold is when the first notice of an obligation counted.
func (o *Obligation) firstTold() (at time.Time, sent bool) {
	if len(o.Done) == 0 {
		return time.Time{}, false
	}
	if o.Rule.MetBy == MetByReceived {
		return o.Done[0].Received, true
	}
	return o.Done[0].At, true
}
