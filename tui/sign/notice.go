package sign

import "tocsin/model"

// NoticeState is where a notice stands.
func NoticeState(n *model.Notice) Sign {
	counts := &n.Delivery.Counts
	switch {
	case n.State == model.NoticeIsDraft:
		return Sign{"○", "draft", Plain}
	case n.State == model.NoticeIsProposed:
		return Sign{"▷", "for approval", Notice}
	case n.State == model.NoticeIsApproved:
		return Sign{"●", "approved", Good}
	case n.State == model.NoticeIsWithdrawn:
		return Sign{"–", "withdrawn", Quiet}
	case n.Delivery.Paused:
		return Sign{"‖", "paused", Notice}
	case n.State == model.NoticeIsReleased && troubled(counts) > 0:
		return Sign{"!", "needs you", Alarm}
	case n.State == model.NoticeIsReleased:
		return Sign{"◇", "on its way", Plain}
	case n.Delivery.Cancelled:
		return Sign{"–", "cut short", Notice}
	}
	return Sign{"✓", "done", Good}
}

// troubled is how many recipients are not told by themselves: a person has to
// decide.
func troubled(c *model.OutcomeCounts) int {
	return c.Of(model.ToldRefused) + c.Of(model.ToldUncertain) + c.Of(model.ToldBounced)
}

// Told is where telling one recipient stands.
func Told(o model.DeliveryOutcome) Sign {
	s := Sign{"·", o.String(), Quiet}
	switch o {
	case model.ToldWaiting:
		s.Shape, s.Tone = "○", Plain
	case model.ToldAttempted:
		s.Shape, s.Tone = "◇", Plain
	case model.ToldAccepted, model.ToldByHand, model.ToldReceived:
		s.Shape, s.Tone = "✓", Good
	case model.ToldDeferred:
		s.Shape, s.Tone = "◐", Notice
	case model.ToldRefused, model.ToldBounced:
		s.Shape, s.Tone = "!", Alarm
	case model.ToldUncertain:
		s.Shape, s.Tone = "?", Doubt
	case model.ToldGivenUp, model.ToldCancelled:
		s.Shape = "–"
	}
	return s
}
