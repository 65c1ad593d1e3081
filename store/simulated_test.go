package store

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"flag"
	"fmt"
	"maps"
	"math/bits"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tocsin/model"
	"tocsin/store/tree"
)

// What a disk can do with a write.
const (
	works   = "works"
	fails   = "fails"   // nothing is written, and the caller is told so
	unknown = "unknown" // the caller is told of an error; whether it was written, a restart tells
	kills   = "kills"   // the process ends meanwhile; whether it was written, a restart tells
)

var (
	errDisk   = errors.New("the disk failed")
	errKilled = errors.New("the process was killed")
)

// simDisk is a ledger that does to writes what is drawn for them. A write that
// is torn is one that a restart does not find: the database writes a batch
// with its checksum, and takes one that is not whole for none.
type simDisk struct {
	*memLog
	outcome func(what string) string
	during  func() // called while a batch is being written
	pending []func() error
}

func (d *simDisk) append(ctx context.Context, expect uint64, b *batch) error {
	d.during()
	return d.write("append", func() error { return d.memLog.append(ctx, expect, b) })
}

func (d *simDisk) put(ctx context.Context, entries map[slot][]byte) error {
	return d.write("put", func() error { return d.memLog.put(ctx, entries) })
}

func (d *simDisk) write(what string, write func() error) error {
	return suffer(d.outcome(what), write, &d.pending)
}

// suffer lets a write come out as was drawn.
func suffer(outcome string, write func() error, pending *[]func() error) error {
	switch outcome {
	case fails:
		return errDisk
	case unknown:
		*pending = append(*pending, write)
		return errDisk
	case kills:
		*pending = append(*pending, write)
		panic(errKilled)
	}
	return write()
}

// simHead is a head file on such a disk. Of writes that were not known to
// succeed, the next that does replaces all.
type simHead struct {
	note    []byte
	trail   tree.Head
	outcome func(what string) string
	pending []func() error
}

func (h *simHead) read() ([]byte, error)      { return h.note, nil }
func (h *simHead) mark(head tree.Head)        { h.trail = head }
func (h *simHead) marked() (tree.Head, error) { return h.trail, nil }
func (h *simHead) String() string             { return "the head file" }

func (h *simHead) write(note []byte) error {
	return suffer(h.outcome("head file"), func() error {
		h.note, h.pending = note, nil
		return nil
	}, &h.pending)
}

// machine is what a process runs on: its disk, its clock, and what befalls it.
type machine struct {
	t      *rapid.T
	disk   *simDisk
	head   *simHead
	now    time.Time
	calm   bool   // nothing fails
	killAt string // the hook at which the process is to end
}

func (m *machine) outcome(what string) string {
	if m.calm {
		return works
	}
	return rapid.SampledFrom([]string{works, works, works, works, works, works, works, works, works, fails, unknown, kills}).Draw(m.t, what)
}

func (m *machine) hook(name string) func() {
	return func() {
		if m.killAt == name {
			panic(errKilled)
		}
	}
}

// drawKill draws the hook at which the process is to end, often none.
func (m *machine) drawKill() {
	m.killAt = rapid.SampledFrom([]string{"", "", "", "", "", "before commit", "after commit", "acknowledged"}).Draw(m.t, "kill")
}

func (m *machine) options() Options {
	options := Options{Now: func() time.Time { return m.now }, seed: testSeed}
	options.hooks = hooks{beforeCommit: m.hook("before commit"), afterCommit: m.hook("after commit"), acknowledged: m.hook("acknowledged")}
	return options.withDefaults()
}

// outlives does something that the process may be killed in.
func (m *machine) outlives(do func()) (alive bool) {
	defer func() {
		switch ended := recover(); ended {
		case nil:
		case errKilled:
			alive = false
		default:
			panic(ended)
		}
	}()
	do()
	return true
}

// settleDisk decides on writes that nobody knows of: each is found by the next
// start or is not, whole or torn.
func (m *machine) settleDisk() {
	for _, pending := range []*[]func() error{&m.disk.pending, &m.head.pending} {
		for _, write := range *pending {
			if rapid.Bool().Draw(m.t, "survives") {
				if err := write(); err != nil {
					m.t.Fatalf("a write that the disk completes is refused: %v", err)
				}
			}
		}
		*pending = nil
	}
}

// fate is what is known of a command.
type fate string

const (
	waits    fate = "waits"
	happened fate = "happened" // it was acknowledged, or a restart found it
	never    fate = "never"    // it was refused or withdrawn, or a restart did not find it
	unsure   fate = "unsure"   // the process ended, or an error came, before the answer
)

// attempt is a command that somebody gave. Its mark is the actor's name: it is
// in the bytes of the command's events and of no others.
type attempt struct {
	mark    string
	command model.Command
	on      model.ID
	request *request
	fate    fate
	receipt Receipt
	seqs    []uint64 // where its events are found
}

func (a *attempt) led(data []byte) bool { return bytes.Contains(data, []byte(a.mark)) }

// simulation is a space on such a disk, and a naive idea of what it must hold:
// the bytes of the events in order, and what became of each command.
type simulation struct {
	machine
	space    *Space // nil while no process runs
	c        *committer
	stopped  bool // the committer, by an error
	attempts []*attempt
	raw      [][]byte
	origin   string
	image    map[slot][]byte // the database as it once was
}

func newSimulation(t *rapid.T) *simulation {
	s := &simulation{machine: machine{t: t, now: morning}}
	s.disk = &simDisk{memLog: newMemLog(), outcome: s.outcome, during: s.meanwhile}
	s.head = &simHead{outcome: s.outcome}
	return s
}

// TestSimulated runs a space through stops, crashes and failing writes at every
// moment, as rapid draws them, and holds it against a naive model: what was
// acknowledged is there, with the same bytes, for ever; what was refused or
// withdrawn is not; sequence numbers have no gaps; the tree, its checkpoints
// and the head file are those of the events; the projections are what the
// events fold to. A failure prints the seed that makes it again.
func TestSimulated(t *testing.T) {
	check(t, 2000, func(t *rapid.T) {
		s := newSimulation(t)
		t.Repeat(map[string]func(*rapid.T){
			"":            s.step(s.hold),
			"give":        s.step(s.give),
			"give more":   s.step(s.give),
			"withdraw":    s.step(s.withdraw),
			"commit":      s.step(s.commit),
			"commit more": s.step(s.commit),
			"sign":        s.step(s.sign),
			"time":        s.step(s.passTime),
			"close":       s.step(s.close),
			"kill":        s.step(s.kill),
			"upgrade":     s.step(s.upgrade),
			"image":       s.step(s.takeImage),
		})
		s.step(s.end)(t)
	})
}

// check runs a property many times, unless the command line says how often.
func check(t *testing.T, times int, property func(*rapid.T)) {
	t.Helper()
	const checks = "rapid.checks"
	set := flag.Lookup(checks)
	if set.Value.String() == set.DefValue {
		must(0, flag.Set(checks, fmt.Sprint(times)))
		defer func() { must(0, flag.Set(checks, set.DefValue)) }()
	}
	rapid.Check(t, property)
}

// step makes an action of what is done with a running process.
func (s *simulation) step(do func()) func(*rapid.T) {
	return func(t *rapid.T) {
		s.t = t
		s.start()
		s.survive(do)
	}
}

// survive does something that the process may end in.
func (s *simulation) survive(do func()) {
	if !s.outlives(do) {
		s.crash()
	}
}

// start starts a process unless one runs. One that fails to start for what the
// disk does is started again.
func (s *simulation) start() {
	for tries := 0; s.space == nil; tries++ {
		s.calm = tries > 3
		s.survive(s.startOnce)
	}
	s.calm = false
}

func (s *simulation) startOnce() {
	s.killAt = ""
	space, c, err := prepareSpace(context.Background(), "acme", s.disk, nil, s.head, s.options())
	if errors.Is(err, errDisk) {
		s.crash()
		return
	}
	if err != nil {
		s.t.Fatalf("the space does not open: %v", err)
	}
	if space.Fault() != nil {
		s.t.Fatalf("the space opens at fault: %v", space.Fault())
	}
	s.space, s.c, s.stopped = space, c, false
	s.learn()
	s.compareAll()
	for _, command := range leftOpen(c.state) {
		s.submit(&attempt{command: command})
	}
	if len(s.waiting()) > 0 {
		s.group()
	}
}

// crash ends the process.
func (s *simulation) crash() {
	s.settleDisk()
	s.settleWaiting(unsure)
	s.space, s.c = nil, nil
}

// settleWaiting says of commands that were never answered what is known of
// those that were being decided; the others cannot have happened.
func (s *simulation) settleWaiting(begun fate) {
	for _, a := range s.waiting() {
		if a.fate = begun; a.request.claim() {
			a.fate = never
		}
	}
}

func (s *simulation) waiting() []*attempt {
	var waiting []*attempt
	for _, a := range s.attempts {
		if a.fate == waits {
			waiting = append(waiting, a)
		}
	}
	return waiting
}

func (s *simulation) submit(a *attempt) {
	a.mark, a.fate = fmt.Sprintf("mark-%d-", len(s.attempts)), waits
	a.request = &request{actor: model.Actor{Name: a.mark, Role: model.Owner}, command: a.command, answer: make(chan answer, 1)}
	s.attempts = append(s.attempts, a)
	s.c.requests <- a.request
}

func (s *simulation) give() {
	if s.stopped || len(s.c.requests) > 20 {
		return
	}
	s.submit(s.draw())
}

// draw draws a command that fits what the space holds, or is refused.
func (s *simulation) draw() *attempt {
	text := fmt.Sprint("text ", len(s.attempts))
	a := new(attempt)
	snapshot := s.space.Snapshot()
	if _, adopted := snapshot.Pack(testRefs()[0]); !adopted {
		a.command = model.AdoptPack{Pack: testPack()}
		return a
	}
	if !snapshot.IsSetUp() {
		a.command = model.Setup{Organisation: text, Zone: "Europe/Berlin", Packs: testRefs()}
		return a
	}
	a.on = "INC-2026-9999"
	if queue := snapshot.Queue(); len(queue) > 0 && rapid.IntRange(0, 9).Draw(s.t, "on one that is there") > 0 {
		a.on = rapid.SampledFrom(queue).Draw(s.t, "on").Incident.ID
	}
	switch rapid.SampledFrom([]string{"report", "note", "triage", "severity", "import", "wrong"}).Draw(s.t, "command") {
	case "report":
		a.command, a.on = model.Report{Title: text}, ""
	case "note":
		a.command = model.AddNote{Incident: a.on, Text: text}
	case "triage":
		c := triage(a.on, rapid.SampledFrom([]string{"high", "critical"}).Draw(s.t, "level"))
		c.Reason = text
		a.command = c
	case "severity":
		a.command = model.SetSeverity{Incident: a.on, Level: rapid.SampledFrom([]string{"low", "high", "critical", "moderate"}).Draw(s.t, "level"), Reason: text}
	case "import":
		s.drawImport(a, text)
	case "wrong":
		a.command = model.Report{Description: text}
	}
	return a
}

// drawImport goes on with the import that is under way, or begins one.
func (s *simulation) drawImport(a *attempt, text string) {
	a.on = ""
	open := slices.Sorted(maps.Keys(s.space.Snapshot().Meta.Imports))
	switch {
	case len(open) == 0:
		a.command = model.ImportOpen{Batch: text, Source: "simulated", Years: map[int]int{2020: 3}}
	case rapid.Bool().Draw(s.t, "close"):
		a.command = model.ImportClose{Batch: open[0]}
	default:
		a.command = model.ImportRows{Batch: open[0], Rows: []model.History{{Title: text, Opened: time.Date(2020, 5, 5, 0, 0, 0, 0, time.UTC)}}}
	}
}

// withdraw lets somebody give up who waits.
func (s *simulation) withdraw() {
	if waiting := s.waiting(); len(waiting) > 0 {
		a := rapid.SampledFrom(waiting).Draw(s.t, "who")
		if !a.request.claim() {
			s.t.Fatalf("a command that waits is being decided")
		}
		a.fate = never
	}
}

// meanwhile is what happens while a batch is being written.
func (s *simulation) meanwhile() {
	if s.space != nil && !s.calm && rapid.IntRange(0, 9).Draw(s.t, "meanwhile") == 0 {
		s.give()
	}
}

// commit lets the committer work once, and perhaps ends the process at a hook.
func (s *simulation) commit() {
	if s.stopped || len(s.c.requests) == 0 {
		return
	}
	s.drawKill()
	s.group()
	s.killAt = ""
}

func (s *simulation) group() {
	defer s.readAnswers() // whatever it ends in: an answer that left is known
	err := s.c.group(<-s.c.requests)
	if err == nil {
		return
	}
	if !errors.Is(err, errDisk) {
		s.t.Fatalf("the committer stops: %v", err)
	}
	s.stopped = true
}

func (s *simulation) readAnswers() {
	for _, a := range s.waiting() {
		select {
		case answer := <-a.request.answer:
			s.answered(a, answer)
		default:
		}
	}
}

func (s *simulation) answered(a *attempt, got answer) {
	a.receipt = got.receipt
	switch {
	case got.err == nil:
		a.fate = happened
	case errors.Is(got.err, ErrStopped):
		a.fate = unsure
	case errors.Is(got.err, model.ErrRefused) || errors.Is(got.err, model.ErrNotFound):
		a.fate = never
	default:
		s.t.Fatalf("%s was answered with %v", a.command.Kind(), got.err)
	}
}

// sign makes a checkpoint, as the notary does in its own time.
func (s *simulation) sign() {
	end := s.c.growth.tree.Size()
	if s.stopped || end == 0 {
		return
	}
	note, err := s.space.Checkpoint()
	if err == nil {
		if c := s.peek(note); c.Size != end {
			s.t.Fatalf("a checkpoint of %d of %d events", c.Size, end)
		}
	} else if !errors.Is(err, errDisk) {
		s.t.Fatal(err)
	}
}

func (s *simulation) peek(note []byte) tree.Checkpoint {
	signed, err := tree.OpenCheckpoint(note, s.space.signer.Verifier())
	if err != nil {
		s.t.Fatalf("%v:\n%s", err, note)
	}
	return signed.Checkpoint
}

func (s *simulation) passTime() {
	s.now = s.now.Add(time.Duration(rapid.IntRange(-3600, 7200).Draw(s.t, "seconds")) * time.Second)
}

// close ends the process in order: what waits gets nothing, and what was
// written is signed.
func (s *simulation) close() {
	s.settleWaiting(unsure)
	_, err := s.space.notary.sign()
	if err != nil && !errors.Is(err, errDisk) {
		s.t.Fatal(err)
	}
	if size := s.c.growth.tree.Size(); err == nil && !s.stopped && size > 0 && s.peek(s.head.note).Size != size {
		s.t.Fatalf("closed with %d events, of which %d are signed", size, s.peek(s.head.note).Size)
	}
	s.crash()
}

func (s *simulation) kill() { s.crash() }

// upgrade lets the next start find projections that it cannot use.
func (s *simulation) upgrade() {
	s.crash()
	delete(s.disk.entries, metaSlot())
}

func (s *simulation) takeImage() { s.image = maps.Clone(s.disk.entries) }

// hold compares what can be seen of a running process.
func (s *simulation) hold() {
	if s.stopped {
		return // what the disk holds is not known
	}
	s.learn()
	s.compareBoard()
}

// learn reads the events as they lie on the disk, and holds them against what
// is known.
func (s *simulation) learn() {
	raw := s.readRaw()
	if len(raw) < len(s.raw) || !slices.EqualFunc(raw[:len(s.raw)], s.raw, bytes.Equal) {
		s.t.Fatalf("the log had %d events, and has %d, or others", len(s.raw), len(raw))
	}
	for k := len(s.raw); k < len(raw); k++ {
		s.find(uint64(k+1), raw[k])
	}
	s.raw = raw
	for _, a := range s.attempts {
		s.settle(a)
	}
}

// readRaw is the log without the store's own means.
func (s *simulation) readRaw() (raw [][]byte) {
	for _, at := range slices.Sorted(maps.Keys(s.disk.entries)) {
		if slotKind(at[0]) != eventKind {
			continue
		}
		if raw = append(raw, s.disk.entries[at]); at.seq() != uint64(len(raw)) {
			s.t.Fatalf("event %d is followed by event %d", len(raw)-1, at.seq())
		}
	}
	head, err := s.disk.head(context.Background())
	if err != nil || head.Seq != uint64(len(raw)) {
		s.t.Fatalf("the head is of %d events, the log has %d: %v", head.Seq, len(raw), err)
	}
	return raw
}

func (s *simulation) find(seq uint64, data []byte) {
	led := false
	for _, a := range s.attempts {
		if a.fate != never && a.led(data) {
			a.seqs, led = append(a.seqs, seq), true
			break
		}
	}
	if !led {
		s.t.Fatalf("event %d comes of no command, or of one that was refused or withdrawn: %q", seq, data)
	}
}

// settle holds a command against the events that were found of it.
func (s *simulation) settle(a *attempt) {
	switch a.fate {
	case unsure:
		if a.fate = happened; len(a.seqs) == 0 {
			a.fate = never
		}
		a.receipt = Receipt{}
	case happened:
		for k, e := range a.receipt.Events {
			data, err := encodeEvent(nil, e)
			if err != nil || k >= len(a.seqs) || a.seqs[k] != e.Seq || !bytes.Equal(s.raw[e.Seq-1], data) {
				s.t.Fatalf("%s (%s) was acknowledged with event %d, which is lost or another: found are %v, %v", a.command.Kind(), a.mark, e.Seq, a.seqs, err)
			}
		}
	case waits:
		if len(a.seqs) > 0 {
			s.t.Fatalf("%s (%s) is in the log and was not answered", a.command.Kind(), a.mark)
		}
	}
}

// naive is an incident as the commands left it.
type naive struct {
	title    string
	severity string
	events   []uint64
}

// replay is what the commands that happened lead to, in their order.
func (s *simulation) replay() map[model.ID]*naive {
	led := slices.DeleteFunc(slices.Clone(s.attempts), func(a *attempt) bool { return len(a.seqs) == 0 })
	slices.SortFunc(led, func(a, b *attempt) int { return cmp.Compare(a.seqs[0], b.seqs[0]) })
	incidents := make(map[model.ID]*naive)
	for _, a := range led {
		id := a.on
		switch c := a.command.(type) {
		case model.Report:
			id = model.NewID(2026, len(incidents)+1)
			incidents[id] = &naive{title: c.Title}
		case model.Triage:
			incidents[id].severity = c.Severity
		case model.SetSeverity:
			incidents[id].severity = c.Level
		}
		if i := incidents[id]; i != nil {
			i.events = append(i.events, a.seqs...)
		}
	}
	return incidents
}

func (s *simulation) compareBoard() map[model.ID]*naive {
	snapshot, want := s.space.Snapshot(), s.replay()
	if snapshot.Seq != uint64(len(s.raw)) {
		s.t.Fatalf("the board is of event %d, the log ends with %d", snapshot.Seq, len(s.raw))
	}
	here := 0
	for _, standing := range snapshot.Queue() {
		if standing.Incident.Batch == "" {
			here++
		}
	}
	if here != len(want) {
		s.t.Fatalf("%d incidents are on the board, %d were reported", here, len(want))
	}
	for id, i := range want {
		standing, ok := snapshot.Incident(id)
		if !ok || standing.Incident.Title != i.title || standing.Incident.Severity() != i.severity {
			s.t.Fatalf("%s should be %+v", id, i)
		}
	}
	return want
}

// compareAll compares all that is kept, as after a start.
func (s *simulation) compareAll() {
	ctx := context.Background()
	if _, err := verify(ctx, s.disk, nil); err != nil {
		s.t.Fatalf("the projections are not what the events fold to: %v", err)
	}
	for id, i := range s.compareBoard() {
		s.compareHistory(id, i)
	}
	report, err := s.space.Verify(ctx, nil)
	if err != nil || report.Fault != nil || report.Size != uint64(len(s.raw)) {
		s.t.Fatalf("verification says %+v, %v", report, err)
	}
	s.compareTree()
	s.compareTimes()
}

func (s *simulation) compareHistory(id model.ID, i *naive) {
	events, err := s.space.History(context.Background(), id)
	if err != nil || len(events) != len(i.events) {
		s.t.Fatalf("the history of %s has %d events, want %v: %v", id, len(events), i.events, err)
	}
	for k, e := range events {
		if e.Seq != i.events[k] {
			s.t.Fatalf("the history of %s has event %d, want %v", id, e.Seq, i.events)
		}
	}
}

// compareTree holds the head, the head file and every checkpoint against a
// tree that is computed as RFC 6962 defines it.
func (s *simulation) compareTree() {
	if len(s.raw) == 0 {
		return
	}
	head, err := s.disk.head(context.Background())
	if err != nil || tree.Hash(head.Root) != naiveRoot(s.raw) {
		s.t.Fatalf("the root in the log is not that of its events: %v", err)
	}
	if s.origin == "" {
		s.origin = head.Origin
	}
	if s.head.note == nil || head.Origin != s.origin {
		s.t.Fatalf("the log %s has the head file %q and is called %s", s.origin, s.head.note, head.Origin)
	}
	notes := [][]byte{s.head.note}
	for at, note := range s.disk.entries {
		if slotKind(at[0]) == checkpointKind {
			notes = append(notes, note)
		}
	}
	for _, note := range notes {
		c := s.peek(note)
		if c.Size > uint64(len(s.raw)) || c.Root != naiveRoot(s.raw[:c.Size]) || c.Origin != s.origin {
			s.t.Fatalf("the checkpoint of %d events is not of this log of %d:\n%s", c.Size, len(s.raw), note)
		}
	}
}

// naiveRoot is the tree hash of RFC 6962, section 2.1.
func naiveRoot(entries [][]byte) tree.Hash {
	leaves := make([]tree.Hash, len(entries))
	for k, entry := range entries {
		leaves[k] = naiveLeaf(entry)
	}
	return naiveRootOf(leaves)
}

func naiveLeaf(entry []byte) tree.Hash { return sha256.Sum256(append([]byte{0}, entry...)) }

func naiveRootOf(leaves []tree.Hash) tree.Hash {
	switch n := len(leaves); n {
	case 0:
		return sha256.Sum256(nil)
	case 1:
		return leaves[0]
	default:
		k := 1 << (bits.Len(uint(n-1)) - 1)
		left, right := naiveRootOf(leaves[:k]), naiveRootOf(leaves[k:])
		return sha256.Sum256(slices.Concat([]byte{1}, left[:], right[:]))
	}
}

func (s *simulation) compareTimes() {
	var last time.Time
	for k, data := range s.raw {
		e, err := decodeEvent(nil, data)
		if err != nil || e.At.Before(last) {
			s.t.Fatalf("event %d is of %v, the one before it of %v: %v", k+1, e.At, last, err)
		}
		last = e.At
	}
}

// end stops and starts once more with nothing failing; then the disk loses
// what it had acknowledged, or changes it.
func (s *simulation) end() {
	s.calm = true
	s.crash()
	s.start()
	s.calm = true
	if len(s.raw) == 0 {
		return
	}
	if s.image != nil && rapid.Bool().Draw(s.t, "rewind") {
		s.rewind()
		return
	}
	s.alter()
}

// rewind puts an older database beside the head file. What was signed or
// acknowledged since is missed; nothing is written.
func (s *simulation) rewind() {
	signed := s.peek(s.head.note).Size
	s.disk.entries = maps.Clone(s.image)
	head, err := s.disk.head(context.Background())
	if err != nil {
		s.t.Fatal(err)
	}
	space := s.reopen()
	fault := space.Fault()
	known := signed
	if signed <= head.Seq { // what was acknowledged since is known by the trail
		known = s.head.trail.Size
	}
	if known <= head.Seq {
		if fault != nil {
			s.t.Fatalf("a log of %d events with a head file of %d is at fault: %v", head.Seq, signed, fault)
		}
		return
	}
	if fault == nil || fault.Kind != tree.Missing || fault.First != head.Seq+1 || fault.Last != known {
		s.t.Fatalf("events %d to %d are lost, the fault is %+v", head.Seq+1, signed, fault)
	}
	if _, err := space.Do(context.Background(), owner, model.Report{Title: "late"}); !errors.Is(err, ErrFault) {
		s.t.Fatalf("a log at fault answers with %v", err)
	}
	if !maps.EqualFunc(s.disk.entries, s.image, bytes.Equal) {
		s.t.Fatal("something was written to a log at fault")
	}
}

// alter changes one bit of an event or of the head: the start or verification
// notices.
func (s *simulation) alter() {
	places := slices.DeleteFunc(slices.Sorted(maps.Keys(s.disk.entries)), func(at slot) bool {
		return slotKind(at[0]) != eventKind && slotKind(at[0]) != headKind
	})
	at := rapid.SampledFrom(places).Draw(s.t, "place")
	data := bytes.Clone(s.disk.entries[at])
	data[rapid.IntRange(0, len(data)-1).Draw(s.t, "byte")] ^= 1 << rapid.IntRange(0, 7).Draw(s.t, "bit")
	s.disk.entries[at] = data
	space := s.reopen()
	if space == nil || space.Fault() != nil {
		return
	}
	if report, err := space.Verify(context.Background(), nil); err == nil && report.Fault == nil {
		s.t.Fatalf("nobody notices that %q was changed", at)
	}
}

// reopen opens the space whatever its state, nil where that fails for damage.
func (s *simulation) reopen() *Space {
	options := Options{Now: func() time.Time { return s.now }, seed: testSeed}
	space, _, err := prepareSpace(context.Background(), "acme", s.disk, nil, s.head, options.withDefaults())
	if err != nil && !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrNewer) {
		s.t.Fatalf("the space neither opens nor says that it is damaged: %v", err)
	}
	return space
}
