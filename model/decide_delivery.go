package model

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"tocsin/model/policy"
)

// decideDelivery decides what is done about a notice that was released.
func (d *decider) decideDelivery(i *Incident, command Command) error {
	switch c := command.(type) {
	case PauseNotice:
		return d.pauseNotice(i, c)
	case ResumeNotice:
		return d.resumeNotice(i, c)
	case CancelNotice:
		return d.cancelNotice(i, c)
	case AttemptDelivery:
		return d.attemptDelivery(i, c)
	case RecordDelivery:
		return d.recordDelivery(i, c)
	case RecordContact:
		return d.recordContact(i, c)
	case RecordReceipt:
		return d.recordReceipt(i, c)
	case RecordBounce:
		return d.recordBounce(i, c)
	case GiveUp:
		return d.giveUp(i, c)
	case RetryDelivery:
		return d.retryDelivery(i, c)
	case ProveNotice:
		return d.proveNotice(i, c)
	}
	return unsupported(command)
}

func (d *decider) pauseNotice(i *Incident, c PauseNotice) error {
	in := &inputs{}
	n := in.notice(i, c.Notice, c)
	reason := in.needText("reason", c.Reason, "why it is to wait")
	if err := in.refusal(); err != nil || n.Delivery.Paused {
		return err
	}
	d.emit(&NoticePaused{ID: i.ID, Notice: n.ID, Reason: reason, Left: n.unsent()})
	return nil
}

func (d *decider) resumeNotice(i *Incident, c ResumeNotice) error {
	in := &inputs{}
	n := in.notice(i, c.Notice, c)
	if err := in.refusal(); err != nil || !n.Delivery.Paused {
		return err
	}
	d.emit(&NoticeResumed{ID: i.ID, Notice: n.ID, Left: n.unsent()})
	return nil
}

func (d *decider) cancelNotice(i *Incident, c CancelNotice) error {
	in := &inputs{}
	n := in.notice(i, c.Notice, c)
	reason := in.needText("reason", c.Reason, "why the others are not to be told")
	if err := in.refusal(); err != nil || n.Delivery.Cancelled {
		return err
	}
	d.emit(&NoticeCancelled{ID: i.ID, Notice: n.ID, Reason: reason, Left: n.unsent()})
	return nil
}

// unsent is how many recipients there are of whom nothing has left.
func (n *Notice) unsent() int {
	return n.Delivery.Counts.Of(ToldWaiting) + n.Delivery.Counts.Of(ToldDeferred)
}

// onlyItself refuses what the record alone may say.
func (d *decider) onlyItself(what string) error {
	if d.actor.Name == Itself {
		return nil
	}
	return &Refusal{Cause: ErrForbidden, Reason: what + " is for whoever delivers; people record whom they told themselves"}
}

func (d *decider) attemptDelivery(i *Incident, c AttemptDelivery) error {
	if err := d.onlyItself("to begin a delivery"); err != nil {
		return err
	}
	in := &inputs{}
	n := in.notice(i, c.Notice, c)
	switch {
	case n.Delivery.Paused:
		in.bad("notice", n.ID+" is paused", "to resume it first")
	case n.Delivery.Cancelled:
		in.bad("notice", n.ID+" was cancelled", "nothing more of it")
	}
	ordinals := d.ordinals(in, i, &n, c.Ordinals, stepAttempt)
	if err := in.refusal(); err != nil {
		return err
	}
	d.emit(&DeliveryAttempted{ID: i.ID, Notice: n.ID, Ordinals: runsOf(ordinals)})
	return nil
}

func (d *decider) recordDelivery(i *Incident, c RecordDelivery) error {
	if err := d.onlyItself("what became of a delivery"); err != nil {
		return err
	}
	in := &inputs{}
	n := in.notice(i, c.Notice, c)
	results := d.results(in, i, &n, c.Results)
	if err := in.refusal(); err != nil {
		return err
	}
	d.emit(&DeliveryRecorded{ID: i.ID, Notice: n.ID, Results: results})
	return d.answer(i, &n, resultMoves(results))
}

// results cleans what deliveries came to, ordered by recipient.
func (d *decider) results(in *inputs, i *Incident, n *Notice, list []DeliveryResult) []RecordedResult {
	if !in.some("results", len(list)) || n.ID == "" {
		return nil
	}
	stand := d.state.Deliveries[NoticeRef{i.ID, n.ID}]
	results := make([]RecordedResult, len(list))
	for k, r := range list {
		step, ok := resultSteps[r.Outcome]
		if !ok {
			in.bad("outcome", fmt.Sprintf("%q is not what a delivery comes to", r.Outcome), "accepted, deferred, refused or uncertain")
			return nil
		}
		if !in.may(stand, r.Ordinal, step) {
			return nil
		}
		at := d.now
		if !r.At.IsZero() {
			at = in.past("at", r.At, d.now)
		}
		results[k] = RecordedResult{Ordinal: r.Ordinal, Customer: r.Customer, Outcome: r.Outcome, Words: ServerWords(r.Words), At: at.UnixMilli()}
	}
	slices.SortStableFunc(results, func(a, b RecordedResult) int { return a.Ordinal - b.Ordinal })
	for k := 1; k < len(results); k++ {
		if results[k].Ordinal == results[k-1].Ordinal {
			in.bad("results", fmt.Sprintf("recipient %d is given twice", results[k].Ordinal), "each recipient once")
			return nil
		}
	}
	return results
}

// some accepts a list of 1 to MaxOrdinals.
func (in *inputs) some(field string, n int) bool {
	if n == 0 || n > MaxOrdinals {
		in.bad(field, fmt.Sprintf("are %d", n), fmt.Sprintf("1 to %d at a time", MaxOrdinals))
		return false
	}
	return true
}

// ordinals accepts recipients for whom a step is possible, ascending and each
// once.
func (d *decider) ordinals(in *inputs, i *Incident, n *Notice, list []int, step deliveryStep) []int {
	if n.ID == "" || !in.some("recipients", len(list)) {
		return nil
	}
	stand := d.state.Deliveries[NoticeRef{i.ID, n.ID}]
	ordinals := slices.Compact(slices.Sorted(slices.Values(list)))
	for _, o := range ordinals {
		if !in.may(stand, o, step) {
			return nil
		}
	}
	return ordinals
}

// may reports whether a step is possible for a recipient. The first for whom it
// is not is enough to say so.
func (in *inputs) may(stand *Deliveries, ordinal int, step deliveryStep) bool {
	is, ok := stand.Outcome(ordinal)
	rule := &deliverySteps[step]
	switch {
	case !ok:
		in.bad("recipients", fmt.Sprintf("%d is no recipient of it", ordinal), "those whom it was released to")
	case !rule.from.has(is):
		in.bad("recipients", fmt.Sprintf("%d is %s and cannot %s", ordinal, is, rule.words), "those who are "+rule.from.String())
	default:
		return true
	}
	return false
}

// String names the outcomes of a set: "waiting or deferred".
func (s outcomes) String() string {
	var words []string
	for _, o := range DeliveryOutcomes() {
		if s.has(o) {
			words = append(words, o.String())
		}
	}
	return strings.Join(words, " or ")
}

// maxServerWords bounds what of a server's answer is kept, in characters, and
// at twice that in bytes: MaxOrdinals of them fit one event.
const maxServerWords = 160

// ServerWords is what a server said, as the record keeps it: one short line
// without the addresses that servers like to repeat.
func ServerWords(text string) string {
	words := strings.Fields(CleanLine(Clip(text, MaxText)))
	for k, word := range words {
		if strings.Contains(word, "@") {
			words[k] = "[address]"
		}
	}
	line := Clip(strings.Join(words, " "), maxServerWords)
	if len(line) > 2*maxServerWords+len("…") {
		line = Clip(line, maxServerWords/2)
	}
	return line
}

func (d *decider) recordContact(i *Incident, c RecordContact) error {
	in := &inputs{}
	n := in.notice(i, c.Notice, c)
	ordinals := d.ordinals(in, i, &n, c.Ordinals, stepByHand)
	body := &ContactRecorded{
		ID: i.ID, Notice: n.ID, Ordinals: runsOf(ordinals), Customer: c.Customer, How: ContactWay(in.oneOf("how", string(c.How), plain(ContactWays()))),
		At: in.when(d, &n, c.At), Person: d.actor.Name, Reference: in.line("reference", c.Reference), Evidence: in.shown(i, c.Evidence),
	}
	if person := in.person("person", c.Person); person != "" {
		body.Person = person
	}
	if err := in.refusal(); err != nil {
		return err
	}
	d.emit(body)
	return d.answer(i, &n, body.Ordinals.moves(ToldByHand, body.At))
}

// when accepts a time since a notice was released; zero is now.
func (in *inputs) when(d *decider, n *Notice, at time.Time) time.Time {
	if at.IsZero() {
		return d.now
	}
	at = in.past("at", at, d.now)
	if at.Before(n.Released) {
		in.bad("at", fmt.Sprintf("%s lies before the notice was released", d.show(at)), "a time from "+d.show(n.Released)+" on")
	}
	return at
}

func (d *decider) recordReceipt(i *Incident, c RecordReceipt) error {
	in := &inputs{}
	n := in.notice(i, c.Notice, c)
	ordinals := d.ordinals(in, i, &n, c.Ordinals, stepReceipt)
	body := &ReceiptRecorded{
		ID: i.ID, Notice: n.ID, Ordinals: runsOf(ordinals), How: ReceiptKind(in.oneOf("how", string(c.How), plain(ReceiptKinds()))),
		At: in.when(d, &n, c.At), Reference: in.line("reference", c.Reference),
	}
	if err := in.refusal(); err != nil {
		return err
	}
	d.emit(body)
	return d.answer(i, &n, body.Ordinals.moves(ToldReceived, body.At))
}

func (d *decider) recordBounce(i *Incident, c RecordBounce) error {
	in := &inputs{}
	n := in.notice(i, c.Notice, c)
	d.ordinals(in, i, &n, []int{c.Ordinal}, stepBounce)
	body := &BounceRecorded{ID: i.ID, Notice: n.ID, Ordinal: c.Ordinal, At: in.when(d, &n, c.At), Words: ServerWords(c.Words)}
	if err := in.refusal(); err != nil {
		return err
	}
	d.emit(body)
	return nil
}

func (d *decider) giveUp(i *Incident, c GiveUp) error {
	in := &inputs{}
	n := in.notice(i, c.Notice, c)
	ordinals := d.ordinals(in, i, &n, c.Ordinals, stepGiveUp)
	reason := in.needText("reason", c.Reason, "why they are not to be told by it")
	if err := in.refusal(); err != nil {
		return err
	}
	d.emit(&DeliveryGivenUp{ID: i.ID, Notice: n.ID, Ordinals: runsOf(ordinals), Reason: reason})
	return nil
}

func (d *decider) retryDelivery(i *Incident, c RetryDelivery) error {
	in := &inputs{}
	n := in.notice(i, c.Notice, c)
	if n.Delivery.Cancelled {
		in.bad("notice", n.ID+" was cancelled", "a new notice")
	}
	ordinals := d.ordinals(in, i, &n, c.Ordinals, stepRetry)
	reason := in.needText("reason", c.Reason, "why it is sent again, and what is known of the first time")
	if err := in.refusal(); err != nil {
		return err
	}
	d.emit(&RetryOrdered{ID: i.ID, Notice: n.ID, Ordinals: runsOf(ordinals), Reason: reason})
	return nil
}

// answer adds the submissions that steps of recipients complete: everybody of a
// rule's group, or where it has none of all groups, was told, or has received it where the rule
// asks for that. The last of them decides when. A notice answers each of its
// rules once.
func (d *decider) answer(i *Incident, n *Notice, moves []move) error {
	_, after, _, err := d.state.Deliveries[NoticeRef{i.ID, n.ID}].advance(0, n.Delivery, moves)
	if err != nil {
		return err
	}
	for _, key := range n.keys(d, i) {
		rule := d.noticeRule(i, key)
		if rule == nil || i.answered(n.ID, key.String()) {
			continue
		}
		if at, received, all := after.told(key.Group, rule.MetBy == "received"); all {
			d.emit(&Submitted{ID: i.ID, Key: key, Title: rule.Title, At: at, Received: received, Reference: n.ID, Notice: n.ID})
		}
	}
	return nil
}

// keys are the obligations that a notice answers: where one of its rules has one
// for each group of customers, those of its groups that the rule tells, so that
// nobody is told twice because others are still missing.
func (n *Notice) keys(d *decider, i *Incident) []policy.RuleKey {
	var keys []policy.RuleKey
	add := func(key policy.RuleKey) {
		if !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
	}
	for _, key := range n.Rules {
		rule := d.noticeRule(i, key)
		if rule == nil || key.Group != "" || !rule.To.Customers() || len(n.Groups) == 0 {
			add(key)
			continue
		}
		for _, id := range n.Groups {
			if g, ok := i.Affected(id); ok && rule.To.Reaches(string(g.Tier)) {
				add(policy.RuleKey{Pack: key.Pack, Rule: key.Rule, Group: id})
			}
		}
	}
	return keys
}

// answered reports whether a notice has answered a rule.
func (i *Incident) answered(notice, key string) bool {
	return slices.ContainsFunc(i.Submitted, func(s Submission) bool { return s.Notice == notice && s.Key.String() == key })
}

// told reports whether everybody of a group, or "" for all groups, was told,
// and when the last one was.
func (d *Delivery) told(group string, received bool) (at, receivedAt time.Time, all bool) {
	everyReceipt := true
	for k := range d.Shares {
		s := &d.Shares[k]
		if group != "" && s.Group != group || s.Of == 0 {
			continue
		}
		sent, got, complete := s.told(received)
		if !complete {
			return time.Time{}, time.Time{}, false
		}
		all = true
		if sent.After(at) {
			at = sent
		}
		if got.After(receivedAt) {
			receivedAt = got
		}
		everyReceipt = everyReceipt && !got.IsZero()
	}
	if !everyReceipt {
		receivedAt = time.Time{}
	}
	return at, receivedAt, all
}

// proveNotice records that what is known of a notice's recipients leaves the
// record.
func (d *decider) proveNotice(i *Incident, c ProveNotice) error {
	in := &inputs{}
	n := in.notice(i, c.Notice, c)
	name := in.need("name", c.Name, "the name of the folder")
	if err := in.refusal(); err != nil {
		return err
	}
	d.emit(&NoticeProved{ID: i.ID, Notice: n.ID, Recipients: n.Recipients, Name: name})
	return nil
}
