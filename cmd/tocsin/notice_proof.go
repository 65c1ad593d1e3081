package main

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"tocsin/model"
	wording "tocsin/model/notice"
	"tocsin/store"
	"tocsin/store/outbox"
)

func (a *app) noticeProofCommand() *cobra.Command {
	var to string
	cmd := a.noticeVerb("proof ID [NOTICE] --to FOLDER", "Write who was told what, when, and what their server said, with proofs", func(ctx context.Context, s *session, i *model.Incident, n model.Notice) error {
		if to == "" {
			return model.Refuse(model.Field("--to", "is not given", "a new folder"))
		}
		return s.prove(ctx, i, &n, to)
	})
	cmd.Long = `Writes into a new folder what a record can show of a notice that left:

  notice.json       its texts, who approved and released it, and their digest
  recipients.jsonl  one line for each recipient: who, in which language, the
                    SHA-256 of the subject, a line break and the body as they
                    read it, where it stands, and each step with its time, what
                    the server said, and the number of its event
  events            a proof for each of these events that it is in the record;
                    tocsin-verify -key KEY events/* verifies them without it

It has names and addresses, and can be read by whoever has it. The record says
that it was written, by whom and when. Nothing is overwritten.`
	cmd.Example = "  tocsin notice proof 7 N1 --to proof-of-n1"
	cmd.Flags().StringVar(&to, "to", "", "the new folder")
	return cmd
}

// What a proof consists of.
const (
	proofNotice     = "notice.json"
	proofRecipients = "recipients.jsonl"
	proofEvents     = "events"
)

// told is one recipient in a proof.
type told struct {
	Recipient  int        `json:"recipient"` // its number in the record, from 0
	Group      string     `json:"group,omitempty"`
	Customer   string     `json:"customer"` // the team's own id
	Name       string     `json:"name"`
	Address    string     `json:"address"`
	Language   string     `json:"language"`
	TextSHA256 string     `json:"text_sha256"`          // of the subject, a line break and the body as this recipient read them
	MessageID  string     `json:"message_id,omitempty"` // before the @; of what left by a channel
	Outcome    string     `json:"outcome"`
	Steps      []toldStep `json:"steps"`
}

// toldStep is one thing that happened to telling a recipient.
type toldStep struct {
	At    time.Time `json:"at"`
	What  string    `json:"what"`
	Words string    `json:"words,omitempty"` // of the server, or of who told them
	Event uint64    `json:"event"`           // its number in the log
}

// proof is a proof of a notice while it is written.
type proof struct {
	*session
	incident *model.Incident
	notice   *model.Notice
	dir      string
	ids      *outbox.Identities // nil: it left by no channel
	events   []uint64           // about the notice, ascending
	steps    map[int][]toldStep
}

// prove writes into a folder beside the new one, which gets its name when all of
// it is there.
func (s *session) prove(ctx context.Context, i *model.Incident, n *model.Notice, to string) (err error) {
	if !n.Left() {
		return &model.Refusal{Reason: fmt.Sprintf("%s is %s: nobody was told by it", n.ID, n.State)}
	}
	if _, err := os.Lstat(to); !errors.Is(err, fs.ErrNotExist) {
		return taken(to, err)
	}
	beside, err := os.MkdirTemp(filepath.Dir(to), ".tocsin-")
	if err != nil {
		return model.Refuse(model.Field("--to", err.Error(), "a new folder in one that can be written to"))
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.RemoveAll(beside))
		}
	}()
	// First, so that the proof has the event that says so.
	if _, err := s.space.Do(ctx, s.actor, model.ProveNotice{Incident: i.ID, Notice: n.ID, Name: filepath.Base(to)}); err != nil {
		return troubled(err)
	}
	p := &proof{session: s, incident: i, notice: n, dir: beside, steps: make(map[int][]toldStep)}
	if n.Channel != model.ManualChannel {
		seed, err := s.store.Vault().Seed("messages of " + s.space.ID())
		if err != nil {
			return &storeError{err: err}
		}
		ids, err := outbox.IdentitiesOf(seed)
		if err != nil {
			return &storeError{err: err}
		}
		p.ids = &ids
	}
	if err := p.gatherSteps(ctx); err != nil {
		return err
	}
	count, err := p.writeRecipients(ctx)
	if err != nil {
		return err
	}
	if err := errors.Join(p.writeNotice(), p.writeEvents(ctx)); err != nil {
		return err
	}
	if err := os.Rename(beside, to); err != nil {
		return &storeError{err: err}
	}
	s.out.printf("%s of %s/%s and %s in %s.", counted(count, "recipient"), i.ID, n.ID, counted(len(p.events), "event"), to)
	return nil
}

// gatherSteps reads what happened from the record.
func (p *proof) gatherSteps(ctx context.Context) error {
	events, err := p.space.History(ctx, p.incident.ID)
	if err != nil {
		return troubled(err)
	}
	for _, e := range events {
		if noticeIn(e.Body) == p.notice.ID {
			p.events = append(p.events, e.Seq)
		}
	}
	err = p.space.DeliveryEvents(ctx, model.NoticeRef{Incident: p.incident.ID, Notice: p.notice.ID}, 0, func(e model.Event) error {
		p.events = append(p.events, e.Seq)
		p.take(e)
		return nil
	})
	slices.Sort(p.events)
	p.events = slices.Compact(p.events)
	return troubled(err)
}

// noticeIn is the notice that an event is about, "" where it is about none.
func noticeIn(body model.Body) string {
	value := reflect.ValueOf(body)
	if value.Kind() != reflect.Pointer || value.Elem().Kind() != reflect.Struct {
		return ""
	}
	if field := value.Elem().FieldByName("Notice"); field.IsValid() && field.Kind() == reflect.String {
		return field.String()
	}
	return ""
}

func (p *proof) take(e model.Event) {
	runs := func(ordinals model.Runs, at time.Time, what, words string) {
		for _, run := range ordinals {
			for o := run[0]; o <= run[1]; o++ {
				p.step(o, toldStep{at, what, words, e.Seq})
			}
		}
	}
	switch body := e.Body.(type) {
	case *model.DeliveryAttempted:
		runs(body.Ordinals, e.At, "attempted", "")
	case *model.DeliveryRecorded:
		for _, r := range body.Results {
			p.step(r.Ordinal, toldStep{time.UnixMilli(r.At).UTC(), r.Outcome.String(), r.Words, e.Seq})
		}
	case *model.ContactRecorded:
		runs(body.Ordinals, body.At, model.ToldByHand.String(), joinNonEmpty(", ", string(body.How), body.Person, body.Reference, body.Evidence))
	case *model.ReceiptRecorded:
		runs(body.Ordinals, body.At, model.ToldReceived.String(), joinNonEmpty(", ", string(body.How), body.Reference))
	case *model.BounceRecorded:
		p.step(body.Ordinal, toldStep{body.At, model.ToldBounced.String(), body.Words, e.Seq})
	case *model.DeliveryGivenUp:
		runs(body.Ordinals, e.At, model.ToldGivenUp.String(), body.Reason)
	case *model.RetryOrdered:
		runs(body.Ordinals, e.At, "ordered to be sent again", body.Reason)
	}
}

func (p *proof) step(ordinal int, step toldStep) {
	p.steps[ordinal] = append(p.steps[ordinal], step)
}

// writeRecipients writes a line for every recipient.
func (p *proof) writeRecipients(ctx context.Context) (written int, err error) {
	file, err := os.OpenFile(filepath.Join(p.dir, proofRecipients), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return 0, &storeError{err: err}
	}
	out := bufio.NewWriter(file)
	defer func() { err = errors.Join(err, out.Flush(), file.Sync(), file.Close()) }()
	if p.notice.Recipients == 0 {
		return 0, nil // it was filed by hand
	}
	stand, err := p.space.Deliveries(ctx, model.NoticeRef{Incident: p.incident.ID, Notice: p.notice.ID})
	if err != nil {
		return 0, troubled(err)
	}
	const page = 1000
	lines := json.NewEncoder(out)
	lines.SetEscapeHTML(false)
	for {
		some, err := p.recipients(ctx, written, page)
		if err != nil {
			return written, troubled(err)
		}
		for k := range some {
			if err := lines.Encode(p.told(&some[k], stand)); err != nil {
				return written, &storeError{err: err}
			}
			written++
		}
		if len(some) < page {
			return written, nil
		}
	}
}

// recipients are those of the groups as they were released, or those of the
// channel, whose addresses are no part of the record.
func (p *proof) recipients(ctx context.Context, from, n int) ([]store.Recipient, error) {
	if refs := groupsOf(p.notice); len(refs) > 0 {
		return p.space.Recipients(ctx, p.incident.ID, refs, from, n)
	}
	var some []store.Recipient
	for k := from; k < min(p.notice.Recipients, from+n); k++ {
		some = append(some, store.Recipient{Ordinal: k})
	}
	return some, nil
}

func (p *proof) told(r *store.Recipient, stand *model.Deliveries) told {
	one := told{Recipient: r.Ordinal, Customer: r.Customer.ID, Name: r.Customer.Name, Address: r.Address, Steps: p.steps[r.Ordinal]}
	for _, share := range p.notice.Delivery.Shares {
		if r.Ordinal >= share.From && r.Ordinal < share.From+share.Of {
			one.Group = share.Group
		}
	}
	if p.ids != nil {
		one.MessageID, _ = p.ids.Of(outbox.Place{Incident: p.incident.ID, Notice: p.notice.ID, Ordinal: r.Ordinal}) // "" where none could be sent
	}
	if outcome, known := stand.Outcome(r.Ordinal); known {
		one.Outcome = outcome.String()
	}
	if text, err := textFor(p.notice, r.Customer.Language); err == nil && r.Address != "" {
		subject, body := wording.Fill(text.Subject, text.Body, wording.Recipient{Customer: r.Customer.Name, Contact: r.Address})
		sum := sha256.Sum256([]byte(subject + "\n" + body))
		one.Language, one.TextSHA256 = text.Language, fmt.Sprintf("%x", sum)
	}
	if one.Steps == nil {
		one.Steps = []toldStep{}
	}
	return one
}

func (p *proof) writeNotice() error {
	data, err := json.MarshalIndent(struct {
		Incident model.ID `json:"incident"`
		Title    string   `json:"title"`
		Space    string   `json:"space"`
		By       string   `json:"written_by"`
		At       stamp    `json:"written"`
		noticeView
	}{p.incident.ID, p.incident.Title, p.space.ID(), p.actor.Name, p.gather().stamp(p.now()), p.gather().notice(p.incident, p.notice)}, "", "  ")
	if err != nil {
		return &storeError{err: err}
	}
	return p.writeNew(filepath.Join(p.dir, proofNotice), append(data, '\n'))
}

// writeEvents writes a proof of each event.
func (p *proof) writeEvents(ctx context.Context) error {
	dir := filepath.Join(p.dir, proofEvents)
	if err := os.Mkdir(dir, 0o700); err != nil {
		return &storeError{err: err}
	}
	for _, seq := range p.events {
		if err := p.proveEvent(ctx, seq, filepath.Join(dir, fmt.Sprintf("%s-%08d.tlog-proof", p.incident.ID, seq))); err != nil {
			return err
		}
	}
	return nil
}
