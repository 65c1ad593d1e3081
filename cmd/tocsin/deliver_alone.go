package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"

	"tocsin/model"
)

// letLeave stays until a notice that was just released has left, where this
// process has the record; another one goes on by itself.
func (a *app) letLeave(ctx context.Context, s *session, ref model.NoticeRef) error {
	if a.guest != nil {
		s.out.printf("It leaves from the process that has the record; tocsin notice show %s %s says how far it is.", ref.Incident, ref.Notice)
		return nil
	}
	var unheard string
	joined := a.letJoin(ctx, s, &unheard) // others go on
	defer joined()
	d := newDeliverer(s.house, s.space, slog.New(voice{out: io.Discard}))
	following, cancel := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		d.follow(following)
	}()
	n, err := a.watchLeaving(ctx, s, ref, d)
	cancel()
	<-ended
	if err != nil {
		return err
	}
	return s.printLeft(ref, n, d.why(ref))
}

// watchLeaving shows how far a notice is until everybody was tried once, or
// something keeps it.
func (a *app) watchLeaving(ctx context.Context, s *session, ref model.NoticeRef, d *deliverer) (*model.Notice, error) {
	wake, done := s.space.Wake()
	defer done()
	progress := a.newProgress()
	defer progress.clear()
	for {
		n, err := s.noticeNow(ref)
		if err != nil {
			return nil, err
		}
		counts := &n.Delivery.Counts
		if progress.out != nil {
			fmt.Fprintf(progress.out, "\rtold %d of %d", counts.Sent(), n.Recipients)
			progress.shown = true
		}
		tried := counts.Of(model.ToldWaiting)+counts.Of(model.ToldAttempted) == 0
		if tried || n.Delivery.Paused || n.Delivery.Cancelled || d.why(ref) != "" {
			return n, nil
		}
		select {
		case <-ctx.Done():
			return n, nil
		case <-wake:
			pause(ctx, lookApart)
		case <-d.told:
		}
	}
}

// noticeNow is a notice as it stands.
func (s *session) noticeNow(ref model.NoticeRef) (*model.Notice, error) {
	if standing, ok := s.snapshot().Incident(ref.Incident); ok {
		if n, ok := standing.Incident.Notice(ref.Notice); ok {
			return &n, nil
		}
	}
	return nil, &model.Refusal{Cause: model.ErrNotFound, Reason: fmt.Sprintf("there is no notice %s", ref)}
}

// printLeft says how far a notice has come.
func (s *session) printLeft(ref model.NoticeRef, n *model.Notice, why string) error {
	for _, o := range model.DeliveryOutcomes() {
		if count := n.Delivery.Counts.Of(o); count > 0 {
			s.out.line(painted{fmt.Sprintf("%9d  ", count), strong}, painted{o.String(), plain})
		}
	}
	if why != "" {
		s.out.indented(0, "It waits: "+model.CleanText(why), warning)
	}
	if left := n.Delivery.Counts.Of(model.ToldWaiting) + n.Delivery.Counts.Of(model.ToldDeferred); left > 0 && !n.Delivery.Cancelled {
		s.out.indented(0, "What waits or was deferred leaves while tocsin serve or a console has the record.", quiet)
	}
	if n.Delivery.Counts.Of(model.ToldUncertain) > 0 {
		s.out.indented(0, fmt.Sprintf("Nobody knows whether those that are uncertain were told; tocsin notice retry %s %s orders it once more.", ref.Incident, ref.Notice), warning)
	}
	return nil
}
