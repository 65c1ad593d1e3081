package model

import (
	"fmt"
	"slices"
	"time"
)

func (in *inputs) noticePromises(list []NoticePromise) []NoticePromise {
	var promises []NoticePromise
	if len(list) > MaxList {
		in.bad("promises", fmt.Sprintf("are %d", len(list)), fmt.Sprintf("at most %d", MaxList))
		return nil
	}
	for _, p := range list {
		p = NoticePromise{Field: in.need("promises", p.Field, "the field of each"), By: p.By.UTC().Truncate(time.Second)}
		switch {
		case p.By.IsZero():
			in.bad("promises", fmt.Sprintf("%q has no time", Clip(p.Field, 40)), "the time that the text promises")
		case slices.ContainsFunc(promises, func(other NoticePromise) bool { return other.Field == p.Field }):
			in.bad("promises", fmt.Sprintf("%q is given twice", Clip(p.Field, 40)), "each field once")
		}
		promises = append(promises, p)
	}
	return promises
}

// promisesHold refuses a text that promises something by a time that has
// passed. What people filed themselves is not held to it: it has left.
func (d *decider) promisesHold(in *inputs, n *Notice) {
	for _, p := range n.Promises {
		if !p.By.After(d.now) {
			in.bad("field "+p.Field, fmt.Sprintf("promises %s, which has passed", d.show(p.By)),
				fmt.Sprintf("%s edited: the time is counted anew where nobody typed it, else a time after %s", n.ID, d.show(d.now)))
		}
	}
}
