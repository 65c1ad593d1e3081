package store

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"time"

	"tocsin/model"
	"tocsin/model/policy"
)

// tape is an incident's stored form while it is written or read. Each type
// below has one function that says what lies on the tape, in order, and serves
// both ways, so that writing and reading cannot disagree. There are no names
// and no versions on it: a start reads a hundred thousand incidents, which CBOR
// makes three to four times slower, and metaRecord says how they were all
// written. A change of what lies on the tape raises projectionVersion.
//
// Integers are varints, texts and lists have their length before them, times
// are milliseconds where that is exact.
type tape struct {
	veil    *veil
	err     error // the veil's first
	written []byte
	reading bool
	rest    []byte                        // to be read; what is made of it is copied
	short   bool                          // it ended too early, or is not what it should be; what was still to come is zero
	words   map[string]string             // those read so far
	people  map[string]string             // who was read so far, by token
	texts   *strings.Builder              // what texts are cut out of, since there are many
	refs    shelf[policy.Ref]             // lists of packs read so far
	rules   shelf[policy.RuleKey]         // lists of rules read so far
	lists   shelf[string]                 // lists of words read so far
	known   map[string]*model.Particulars // short ones read so far
}

// encodeIncident makes the stored form of an incident, with what is personal in
// it veiled. It writes nothing to the incident, which screens may be reading.
func encodeIncident(v *veil, i *model.Incident) ([]byte, error) {
	t := &tape{veil: v, written: make([]byte, 0, 512)}
	t.incident(i)
	return t.written, t.err
}

// newReader makes a tape to read many incidents from. Words that many of them
// have are kept once.
func newReader(v *veil) *tape {
	return &tape{
		veil: v, reading: true, words: make(map[string]string), people: make(map[string]string), texts: new(strings.Builder),
		known: make(map[string]*model.Particulars),
	}
}

// read decodes what encodeIncident made.
func (t *tape) read(entry []byte) (*model.Incident, error) {
	i := new(model.Incident)
	t.rest, t.short, t.err = entry, false, nil
	t.incident(i)
	if t.err != nil {
		return nil, t.err
	}
	if t.short || len(t.rest) > 0 {
		return nil, fmt.Errorf("%w: an incident cannot be read", ErrDamaged)
	}
	return i, nil
}

func (t *tape) incident(i *model.Incident) {
	text(t, &i.ID)
	t.uint(&i.Version)
	t.uint(&i.Revision)
	shared(t, &i.Packs, &t.refs, (*tape).ref)
	text(t, &i.Title)
	text(t, &i.Description)
	shared(t, &i.Types, &t.lists, word)
	word(t, &i.Classification)
	shared(t, &i.Data, &t.lists, word)
	shared(t, &i.Systems, &t.lists, word)
	word(t, &i.TLP)
	t.reporter(i)
	word(t, &i.Source)
	text(t, &i.External)
	t.time(&i.Opened)
	t.person(&i.OpenedBy)
	t.time(&i.Triaged)
	list(t, &i.Edited, (*tape).edit)
	list(t, &i.Severities, (*tape).severity)
	list(t, &i.Phases, (*tape).phase)
	list(t, &i.Facts, (*tape).fact)
	list(t, &i.Roles, (*tape).holder)
	shared(t, &i.Applied, &t.rules, (*tape).ruleKey)
	t.int(&i.Notes)
	shared(t, &i.People, &t.lists, (*tape).person)
	t.particulars(&i.Particulars)
}

// commonParticulars is how many bytes particulars take at most that are likely
// to be those of other incidents too.
const commonParticulars = 48

// particulars have their length before them, so that those which many
// incidents have are not read again: the incidents share them.
func (t *tape) particulars(p **model.Particulars) {
	if !t.reading {
		inner := &tape{veil: t.veil}
		inner.particular(*p)
		t.refuse(inner.err)
		t.length(len(inner.written))
		t.written = append(t.written, inner.written...)
		return
	}
	bytes := t.cut()
	known, ok := t.known[string(bytes)]
	if !ok {
		known = t.apart(bytes)
	}
	*p = known
}

// apart reads particulars from bytes that hold nothing else.
func (t *tape) apart(bytes []byte) *model.Particulars {
	p, after := new(model.Particulars), t.rest
	t.rest = bytes
	t.particular(p)
	if t.short || len(t.rest) > 0 {
		t.fail()
		return p
	}
	t.rest = after
	if len(bytes) <= commonParticulars {
		t.known[string(bytes)] = p
	}
	return p
}

func (t *tape) particular(p *model.Particulars) {
	word(t, &p.Batch)
	t.time(&p.Closed)
	word(t, &p.Outcome)
	t.int(&p.Reopened)
	list(t, &p.Tasks, (*tape).task)
	list(t, &p.Submitted, (*tape).submission)
	list(t, &p.Waivers, (*tape).waiver)
	list(t, &p.Suspensions, (*tape).suspension)
	list(t, &p.Known, (*tape).acknowledgement)
	list(t, &p.Calls, (*tape).call)
	list(t, &p.Links, (*tape).link)
	list(t, &p.Evidence, (*tape).evidence)
	t.hold(&p.Hold)
	t.deletion(&p.Deletion)
	list(t, &p.Groups, (*tape).group)
	list(t, &p.TakenOver, (*tape).takeover)
	t.adding(&p.Adding)
	list(t, &p.Notices, (*tape).notice)
}

func (t *tape) ref(r *policy.Ref) {
	word(t, &r.ID)
	t.int(&r.Version)
}

func (t *tape) ruleKey(k *policy.RuleKey) {
	word(t, &k.Pack)
	word(t, &k.Rule)
	word(t, &k.Group)
}

func (t *tape) edit(e *model.Edit) {
	word(t, &e.Field)
	t.uint(&e.Seq)
}

func (t *tape) severity(s *model.SeverityCall) {
	t.uint(&s.Seq)
	word(t, &s.Level)
	shared(t, &s.Criteria, &t.lists, word)
	text(t, &s.Reason)
	t.person(&s.By)
	t.time(&s.At)
}

func (t *tape) phase(p *model.PhaseSpan) {
	word(t, &p.Phase)
	t.time(&p.From)
	t.person(&p.By)
	text(t, &p.Override)
}

func (t *tape) fact(f *model.Fact) {
	t.uint(&f.Seq)
	word(t, &f.Name)
	t.value(&f.Value)
	t.person(&f.By)
	t.time(&f.Stated)
	text(t, &f.Ground)
	list(t, &f.Earlier, (*tape).earlier)
}

func (t *tape) earlier(e *model.Earlier) {
	t.value(&e.Value)
	t.person(&e.By)
	t.time(&e.Stated)
	text(t, &e.Reason)
}

func (t *tape) value(v *model.Value) {
	t.time(&v.At)
	t.answer(&v.Answer)
	word(t, &v.Word)
}

func (t *tape) holder(h *model.Holder) {
	word(t, &h.Role)
	t.person(&h.Person)
	t.time(&h.Since)
}

func (t *tape) task(r *model.TaskRecord) {
	word(t, &r.ID)
	word(t, &r.Phase)
	text(t, &r.Title)
	word(t, &r.State)
	t.person(&r.Assignee)
	t.person(&r.By)
	t.time(&r.At)
	text(t, &r.Reason)
	t.bool(&r.Mandatory)
}

func (t *tape) submission(s *model.Submission) {
	t.ruleKey(&s.Key)
	t.time(&s.At)
	t.time(&s.Received)
	text(t, &s.Reference)
	text(t, &s.Note)
	word(t, &s.Notice)
	t.bool(&s.Nothing)
	t.person(&s.By)
	t.time(&s.Recorded)
}

func (t *tape) waiver(w *model.Waiver) {
	t.ruleKey(&w.Key)
	t.person(&w.Decider)
	text(t, &w.Rationale)
	t.person(&w.By)
	t.time(&w.At)
}

func (t *tape) acknowledgement(a *model.Known) {
	t.ruleKey(&a.Key)
	t.time(&a.Due)
	word(t, &a.Level)
	t.time(&a.Since)
	t.person(&a.By)
	t.time(&a.At)
}

func (t *tape) call(c *model.Call) {
	word(t, &c.Kind)
	word(t, &c.What)
	t.person(&c.Person)
	t.person(&c.By)
	t.time(&c.At)
}

func (t *tape) suspension(s *model.Suspension) {
	t.ruleKey(&s.Key)
	t.time(&s.From)
	t.time(&s.Until)
	t.person(&s.Requester)
	text(t, &s.Evidence)
	text(t, &s.Reason)
	t.person(&s.By)
	t.time(&s.At)
}

func (t *tape) hold(h *model.LegalHold) {
	text(t, &h.Reason)
	t.person(&h.By)
	t.time(&h.Since)
}

// deletion is a decision, or one with nothing in it where there is none.
func (t *tape) deletion(d **model.Deletion) {
	one := new(model.Deletion)
	if *d != nil {
		one = *d
	}
	text(t, &one.Reason)
	t.person(&one.By)
	t.time(&one.Since)
	if t.reading && *one != (model.Deletion{}) {
		*d = one
	}
}

func (t *tape) group(g *model.AffectedGroup) {
	word(t, &g.ID)
	word(t, &g.Tier)
	t.bool(&g.Direct)
	shared(t, &g.What, &t.lists, word)
	word(t, &g.Terms)
	t.time(&g.Since)
	t.int(&g.Customers)
	t.int(&g.Addresses)
	text(t, &g.Root)
	t.uint(&g.Added)
	t.uint(&g.Frozen)
}

func (t *tape) link(l *model.Link) {
	word(t, &l.Kind)
	text(t, &l.Other)
}

func (t *tape) evidence(e *model.Evidence) {
	word(t, &e.ID)
	text(t, &e.Title)
	word(t, &e.Kind)
	text(t, &e.Name)
	t.uint(&e.Size)
	text(t, &e.SHA256)
	text(t, &e.From)
	text(t, &e.Note)
	t.person(&e.By)
	t.time(&e.Recorded)
	list(t, &e.Custody, (*tape).custody)
	t.time(&e.Verified)
	t.person(&e.Verifier)
	word(t, &e.Integrity)
	t.time(&e.Purged)
}

func (t *tape) custody(s *model.CustodyStep) {
	word(t, &s.Deed)
	t.time(&s.At)
	t.person(&s.Holder)
	t.person(&s.From)
	t.person(&s.Person)
	text(t, &s.Reason)
	t.person(&s.By)
	t.time(&s.Recorded)
}

// person is somebody's name, of which the tape holds the token.
func (t *tape) person(s *string) {
	switch {
	case t.veil == nil:
		word(t, s)
	case t.reading:
		t.readPerson(s)
	default:
		t.writePerson(*s)
	}
}

func (t *tape) writePerson(name string) {
	token := ""
	if name != "" {
		p, err := t.veil.person(name)
		if err != nil {
			t.refuse(err)
			return
		}
		token = p.token
	}
	text(t, &token)
}

func (t *tape) readPerson(s *string) {
	token := t.cut()
	if len(token) == 0 {
		return
	}
	known, ok := t.people[string(token)]
	if !ok {
		var err error
		if known, err = t.veil.name(string(token)); err != nil {
			t.refuse(err)
			return
		}
		t.people[string(token)] = known
	}
	*s = known
}

// reporter is what is known of an incident's reporter, which the tape holds
// sealed, in one text: opening it is most of what a start does with an
// incident.
func (t *tape) reporter(i *model.Incident) {
	if t.veil == nil {
		word(t, &i.Reporter)
		word(t, &i.Contact)
		return
	}
	if !t.reading {
		sealed, err := t.veil.sealReporter(i)
		t.refuse(err)
		t.length(len(sealed))
		t.written = append(t.written, sealed...)
		return
	}
	sealed := t.cut()
	if len(sealed) == 0 {
		return
	}
	reporter, contact, err := t.veil.openReporter(i.ID, sealed)
	t.refuse(err)
	i.Reporter, i.Contact = t.interned(reporter), t.interned(contact)
}

// refuse gives up for a reason other than what lies on the tape.
func (t *tape) refuse(err error) {
	if err != nil && t.err == nil {
		t.err = err
		t.fail()
	}
}

// interned is a text of which there are few, kept once.
func (t *tape) interned(bytes []byte) string {
	known, ok := t.words[string(bytes)]
	if !ok {
		known = string(bytes)
		t.words[known] = known
	}
	return known
}

// fail gives up reading.
func (t *tape) fail() { t.rest, t.short = nil, true }

func (t *tape) uint(x *uint64) {
	if !t.reading {
		t.written = binary.AppendUvarint(t.written, *x)
		return
	}
	if len(t.rest) > 0 && t.rest[0] < 0x80 { // nearly all of them
		*x, t.rest = uint64(t.rest[0]), t.rest[1:]
		return
	}
	value, n := binary.Uvarint(t.rest)
	if n <= 0 {
		t.fail()
		return
	}
	*x, t.rest = value, t.rest[n:]
}

func (t *tape) int(x *int) {
	wide := int64(*x)
	if t.varint(&wide); t.reading {
		*x = int(wide)
	}
}

func (t *tape) varint(x *int64) {
	if !t.reading {
		t.written = binary.AppendVarint(t.written, *x)
		return
	}
	value, n := binary.Varint(t.rest)
	if n <= 0 {
		t.fail()
		return
	}
	*x, t.rest = value, t.rest[n:]
}

func (t *tape) bool(b *bool) {
	one := uint64(0)
	if *b {
		one = 1
	}
	if t.uint(&one); t.reading {
		*b = one != 0
	}
}

func (t *tape) answer(a *policy.Answer) {
	wide := uint64(*a)
	t.uint(&wide)
	switch {
	case !t.reading:
	case wide > uint64(policy.Yes):
		t.fail()
	default:
		*a = policy.Answer(wide)
	}
}

// Ways a time is written.
const (
	noTime      = iota // the zero time
	milliTime          // milliseconds
	instantTime        // seconds and nanoseconds
)

func (t *tape) time(at *time.Time) {
	if !t.reading {
		t.writeTime(*at)
		return
	}
	var way uint64
	var seconds int64
	var nanoseconds uint64
	switch t.uint(&way); way {
	case noTime:
	case milliTime:
		t.varint(&seconds)
		*at = time.UnixMilli(seconds).UTC()
	case instantTime:
		t.varint(&seconds)
		t.uint(&nanoseconds)
		*at = time.Unix(seconds, int64(nanoseconds)).UTC()
	default:
		t.fail()
	}
}

func (t *tape) writeTime(at time.Time) {
	switch {
	case at.IsZero():
		t.written = append(t.written, noTime)
	case at.Nanosecond()%int(time.Millisecond) == 0:
		t.written = binary.AppendVarint(append(t.written, milliTime), at.UnixMilli())
	default:
		t.written = binary.AppendVarint(append(t.written, instantTime), at.Unix())
		t.written = binary.AppendUvarint(t.written, uint64(at.Nanosecond()))
	}
}

// length is the number of things to follow, each of which takes a byte or more.
func (t *tape) length(n int) int {
	count := uint64(n)
	if t.uint(&count); t.reading && count > uint64(len(t.rest)) {
		t.fail()
		return 0
	}
	return int(count)
}

// cut takes the bytes of the next text off the tape.
func (t *tape) cut() []byte {
	n := t.length(0)
	bytes := t.rest[:n]
	t.rest = t.rest[n:]
	return bytes
}

// text is what people write: seldom twice the same.
func text[S ~string](t *tape, s *S) {
	if !t.reading {
		t.length(len(*s))
		t.written = append(t.written, *s...)
		return
	}
	*s = S(t.copied(t.cut()))
}

// textsBytes is how many bytes of texts lie together. They are freed together
// too, which costs nothing: an incident keeps most of its texts when it changes.
const textsBytes = 32 << 10

func (t *tape) copied(bytes []byte) string {
	if t.texts.Cap()-t.texts.Len() < len(bytes) {
		t.texts = new(strings.Builder)
		t.texts.Grow(max(textsBytes, len(bytes)))
	}
	start := t.texts.Len()
	t.texts.Write(bytes)
	return t.texts.String()[start:]
}

// word is a text of which there are few: an id, a label, a person.
func word[S ~string](t *tape, s *S) {
	if !t.reading {
		text(t, s)
		return
	}
	bytes := t.cut()
	if len(bytes) == 0 {
		return
	}
	*s = S(t.interned(bytes))
}

func list[T any](t *tape, items *[]T, each func(*tape, *T)) {
	n := t.length(len(*items))
	if t.reading && n > 0 {
		*items = make([]T, n)
	}
	for k := range *items {
		each(t, &(*items)[k])
	}
}

// shelf keeps lists that were read, by the bytes they were read from.
type shelf[T any] struct {
	known map[string][]T
	room  []T // for the list that is read
}

// shared is a list of which there are few, and which is only ever replaced as a
// whole: incidents that have the same share one.
func shared[T any](t *tape, items *[]T, read *shelf[T], each func(*tape, *T)) {
	if !t.reading {
		list(t, items, each)
		return
	}
	before := t.rest
	n := t.length(0)
	if n == 0 {
		return
	}
	read.room = slices.Grow(read.room[:0], n)[:n]
	clear(read.room)
	for k := range read.room {
		each(t, &read.room[k])
	}
	if t.short {
		return
	}
	bytes := before[:len(before)-len(t.rest)]
	known, ok := read.known[string(bytes)]
	if !ok {
		if read.known == nil {
			read.known = make(map[string][]T)
		}
		known = slices.Clip(slices.Clone(read.room)) // whoever appends gets one of its own
		read.known[string(bytes)] = known
	}
	*items = known
}
