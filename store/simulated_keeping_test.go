package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"filippo.io/age"
	"pgregory.net/rapid"

	"tocsin/model"
	"tocsin/store/backup"
	"tocsin/store/tree"
	"tocsin/store/vault"
)

// keeping is a space with a vault on a disk that fails, and a naive idea of
// what is kept in it: for how long, for whom, and what nobody can read again.
type keeping struct {
	machine
	folder string // for vaults and what is restored
	vaults int
	keys   *vault.Vault
	seal   *age.X25519Identity
	space  *Space // nil while no process runs
	c      *committer
	names  int // how many people and reporters there ever were
	kept   keptRecord
	gone   forgotten
	backup *backedUp // the last one, nil before
}

// keptRecord is a record as the commands left it.
type keptRecord struct {
	events    []keptEvent
	people    []string
	incidents map[model.ID]*keptIncident
}

type keptEvent struct {
	leaf   tree.Hash
	actor  string
	about  model.ID
	buried bool
}

type keptIncident struct {
	title, reporter string
	people          []string // who acted on it
	held            bool
	ended, deleted  time.Time
	purged          bool
}

// forgotten is whose keys a vault has destroyed.
type forgotten struct {
	people    map[string]bool
	reporters map[model.ID]bool
}

func (f forgotten) clone() forgotten {
	return forgotten{maps.Clone(f.people), maps.Clone(f.reporters)}
}

func (r keptRecord) clone() keptRecord {
	copied := keptRecord{slices.Clone(r.events), slices.Clone(r.people), make(map[model.ID]*keptIncident)}
	for id, i := range r.incidents {
		one := *i
		one.people = slices.Clone(i.people)
		copied.incidents[id] = &one
	}
	return copied
}

// backedUp is a backup, and what was kept when it was made.
type backedUp struct {
	file []byte
	kept keptRecord
	gone forgotten
}

// TestSimulatedKeeping forgets people and reporters, holds, deletes, sweeps,
// backs up and restores, on a disk and in a process that fail at every moment,
// and holds the record against a naive model: every event that may be there is,
// with its bytes; the tree is that of all events that ever were; of what was
// purged nothing but its leaves is left; what is held is whole; and nobody who
// was forgotten can be read, in a restored record either.
func TestSimulatedKeeping(t *testing.T) {
	folder := t.TempDir()
	seal := backupKey(t)
	check(t, 120, func(t *rapid.T) {
		k := &keeping{machine: machine{t: t, now: morning.AddDate(0, -10, 0), calm: true}, seal: seal, kept: keptRecord{incidents: make(map[model.ID]*keptIncident)}}
		k.gone = forgotten{make(map[string]bool), make(map[model.ID]bool)}
		k.folder = must(os.MkdirTemp(folder, "space"))
		defer func() { must(0, os.RemoveAll(k.folder)) }()
		k.disk = &simDisk{memLog: newMemLog(), outcome: k.outcome, during: func() {}}
		k.head = &simHead{outcome: k.outcome}
		k.firstVault()
		k.start()
		k.setUp()
		t.Repeat(map[string]func(*rapid.T){
			"":                k.step(k.checkSeen),
			"report":          k.step(k.report),
			"note":            k.step(k.note),
			"end":             k.step(k.end),
			"end more":        k.step(k.end),
			"hold":            k.step(k.hold),
			"release":         k.step(k.release),
			"delete":          k.step(k.delete),
			"undelete":        k.step(k.undelete),
			"forget person":   k.step(k.forgetPerson),
			"forget reporter": k.step(k.forgetReporter),
			"days":            k.step(func() { k.now = k.now.AddDate(0, 0, rapid.IntRange(0, 3).Draw(t, "days")) }),
			"sweep":           k.step(k.sweep),
			"sweep more":      k.step(k.sweep),
			"kill":            k.step(func() { k.crash(); k.start(); k.check() }),
			"upgrade":         k.step(func() { k.crash(); delete(k.disk.entries, metaSlot()); k.start(); k.check() }),
			"back up":         k.step(k.backUp),
			"restore":         k.step(k.restore),
		})
		k.step(func() { k.crash(); k.calm = true; k.start(); k.check() })(t)
	})
}

func (k *keeping) step(do func()) func(*rapid.T) {
	return func(t *rapid.T) {
		k.t, k.calm = t, false
		k.start()
		if !k.outlives(do) {
			k.crash()
		}
	}
}

// firstVault makes a vault that is the same in every run.
func (k *keeping) firstVault() {
	dir := k.newVault()
	must(0, os.CopyFS(dir, os.DirFS(goldenVault)))
	must(0, private(dir))
	k.openVault(dir)
}

func (k *keeping) newVault() string {
	k.vaults++
	return filepath.Join(k.folder, fmt.Sprint("vault", k.vaults))
}

func (k *keeping) openVault(dir string) {
	k.vaults++
	k.keys = must(vault.Open(dir, vault.Unlock{Random: &chance{seed: fmt.Sprint("vault", k.vaults)}}))
}

// start starts a process unless one runs, and after a crash lets it read the
// keys from the disk.
func (k *keeping) start() {
	for tries := 0; k.space == nil; tries++ {
		calm := k.calm
		k.calm = calm || tries > 3
		if !k.outlives(k.startOnce) {
			k.crash()
		}
		k.calm = calm
	}
}

func (k *keeping) startOnce() {
	k.killAt = ""
	space, c, err := prepareSpace(context.Background(), "acme", k.disk, newVeil("acme", k.keys), k.head, k.options())
	if errors.Is(err, errDisk) {
		k.crash()
		return
	}
	if err != nil {
		k.t.Fatalf("the space does not open: %v", err)
	}
	if space.Fault() != nil {
		k.t.Fatalf("the space opens at fault: %v", space.Fault())
	}
	k.space, k.c = space, c
}

// crash ends the process.
func (k *keeping) crash() {
	k.settleDisk()
	k.openVault(k.keys.Path())
	k.space, k.c = nil, nil
}

// give gives a command, and says whether it was recorded. Where the process
// ended before it said so, the next start tells.
func (k *keeping) give(actor string, command model.Command) (recorded bool, err error) {
	r := &request{actor: model.Actor{Name: actor, Role: model.Owner}, command: command, answer: make(chan answer, 1)}
	ended := true
	if !k.calm {
		k.drawKill()
	}
	alive := k.outlives(func() {
		ended = k.c.group(r) != nil
		if !ended {
			err = (<-r.answer).err
		}
	})
	k.killAt = ""
	if !alive || ended {
		k.crash()
		k.start()
	}
	before := len(k.kept.events)
	k.learn(actor)
	return len(k.kept.events) > before, err
}

// learn takes in the events that came since.
func (k *keeping) learn(actor string) {
	for seq := uint64(len(k.kept.events) + 1); ; seq++ {
		data, ok := k.disk.entries[eventSlot(seq)]
		if !ok {
			return
		}
		e, _, err := decodeCovered(data)
		if err != nil {
			k.t.Fatalf("event %d cannot be read: %v", seq, err)
		}
		about := e.Body.Incident()
		k.kept.events = append(k.kept.events, keptEvent{leaf: naiveLeaf(data), actor: actor, about: about})
		if i := k.kept.incidents[about]; i != nil && !slices.Contains(i.people, actor) {
			i.people = append(i.people, actor)
		}
	}
}

// must be recorded, or refused, as the naive idea of it has it.
func (k *keeping) expect(what string, want, recorded bool, err error) {
	k.t.Helper()
	if err != nil && !errors.Is(err, model.ErrRefused) {
		k.t.Fatalf("%s: %v", what, err)
	}
	if recorded && !want || !recorded && want && err != nil {
		k.t.Fatalf("%s: recorded %v, should be %v: %v", what, recorded, want, err)
	}
}

func (k *keeping) setUp() {
	for _, command := range []model.Command{model.AdoptPack{Pack: testPack()}, model.Setup{Organisation: "Acme", Zone: "Europe/Berlin", Packs: testRefs()}, brief()} {
		recorded, err := k.give("Ada the owner", command)
		k.expect(command.Kind(), true, recorded, err)
	}
	k.kept.people = append(k.kept.people, "Ada the owner")
}

// somebody is who acts: somebody known, or somebody new.
func (k *keeping) somebody() string {
	known := slices.DeleteFunc(slices.Clone(k.kept.people), func(name string) bool { return k.gone.people[name] })
	if len(known) > 0 && rapid.IntRange(0, 2).Draw(k.t, "new") > 0 {
		return rapid.SampledFrom(known).Draw(k.t, "actor")
	}
	k.names++
	return fmt.Sprintf("person-%d-", k.names)
}

// did notes that somebody is named by the record now.
func (k *keeping) did(actor string, recorded bool) {
	if recorded && !slices.Contains(k.kept.people, actor) {
		k.kept.people = append(k.kept.people, actor)
	}
}

// one draws an incident that is there.
func (k *keeping) one(match func(*keptIncident) bool) (model.ID, *keptIncident) {
	var ids []model.ID
	for _, id := range slices.Sorted(maps.Keys(k.kept.incidents)) {
		if i := k.kept.incidents[id]; !i.purged && match(i) {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		return "", nil
	}
	id := rapid.SampledFrom(ids).Draw(k.t, "incident")
	return id, k.kept.incidents[id]
}

func anyOne(*keptIncident) bool { return true }

func (k *keeping) report() {
	k.names++
	actor, i := k.somebody(), &keptIncident{title: fmt.Sprint("title ", k.names), reporter: fmt.Sprintf("reporter-%d-", k.names)}
	id := model.NewID(2026, len(k.kept.incidents)+1)
	k.kept.incidents[id] = i
	recorded, err := k.give(actor, model.Report{Title: i.title, Reporter: i.reporter, Contact: i.reporter + "contact"})
	if !recorded {
		delete(k.kept.incidents, id)
	}
	k.did(actor, recorded)
	k.expect("report", true, recorded, err)
}

// about gives a command about an incident, and says whether it was recorded.
func (k *keeping) about(match func(*keptIncident) bool, want func(*keptIncident) bool, command func(model.ID) model.Command, then func(*keptIncident)) {
	id, i := k.one(match)
	if i == nil {
		return
	}
	actor, wanted := k.somebody(), want(i)
	recorded, err := k.give(actor, command(id))
	k.did(actor, recorded)
	k.expect(fmt.Sprintf("%s of %s", command(id).Kind(), id), wanted, recorded, err)
	if recorded {
		then(i)
	}
}

func (k *keeping) note() {
	k.about(anyOne, anyOne, func(id model.ID) model.Command { return model.AddNote{Incident: id, Text: "seen"} }, func(*keptIncident) {})
}

func (k *keeping) end() {
	open := func(i *keptIncident) bool { return i.ended.IsZero() }
	k.about(anyOne, open, func(id model.ID) model.Command { return model.MarkFalse{Incident: id, Reason: "none"} }, func(i *keptIncident) { i.ended = k.now })
}

func (k *keeping) hold() {
	free := func(i *keptIncident) bool { return !i.held }
	k.about(free, free, func(id model.ID) model.Command { return model.PlaceHold{Incident: id, Reason: "a court asks"} }, func(i *keptIncident) { i.held = true })
}

func (k *keeping) release() {
	held := func(i *keptIncident) bool { return i.held }
	k.about(anyOne, held, func(id model.ID) model.Command { return model.ReleaseHold{Incident: id, Reason: "it is over"} }, func(i *keptIncident) { i.held = false })
}

// delete is recorded as a refusal where a hold is on the incident.
func (k *keeping) delete() {
	can := func(i *keptIncident) bool { return i.deleted.IsZero() && (i.held || !i.ended.IsZero()) }
	k.about(anyOne, can, func(id model.ID) model.Command { return model.MarkDeleted{Incident: id, Reason: "a test"} }, func(i *keptIncident) {
		if !i.held {
			i.deleted = k.now
		}
	})
}

func (k *keeping) undelete() {
	marked := func(i *keptIncident) bool { return !i.deleted.IsZero() }
	k.about(marked, marked, func(id model.ID) model.Command { return model.WithdrawDeletion{Incident: id, Reason: "none"} }, func(i *keptIncident) { i.deleted = time.Time{} })
}

func (k *keeping) forgetReporter() {
	can := func(i *keptIncident) bool { return i.held || true }
	id, i := k.one(can)
	if i == nil {
		return
	}
	actor := k.somebody()
	recorded, err := k.give(actor, model.ForgetReporter{Incident: id, Reason: "asked"})
	k.did(actor, recorded)
	k.expect("forget the reporter", i.held || !k.gone.reporters[id], recorded, err)
	if recorded && !i.held {
		k.gone.reporters[id] = true
	}
}

// forgetPerson is recorded as refusals where holds are on what names them.
func (k *keeping) forgetPerson() {
	person, actor := rapid.SampledFrom(k.kept.people).Draw(k.t, "person"), k.somebody()
	if k.gone.people[person] || person == actor {
		return
	}
	held := false
	for _, i := range k.kept.incidents {
		held = held || !i.purged && i.held && slices.Contains(i.people, person)
	}
	recorded, err := k.give(actor, model.ForgetPerson{Person: person, Reason: "asked"})
	k.did(actor, recorded)
	k.expect("forget "+person, true, recorded, err)
	if recorded && !held {
		k.gone.people[person] = true
	}
}

// sweep takes what is due. What ended or was to be deleted three days ago must
// be, what is of today or held must not.
func (k *keeping) sweep() {
	all := due(k.space, k.now)
	taken := make(map[model.ID]bool)
	for _, e := range all {
		taken[e.Incident.ID] = true
	}
	for id, i := range k.kept.incidents {
		since := func(at time.Time, days int) bool { return !at.IsZero() && !k.now.Before(at.AddDate(0, 0, days)) }
		has, may := since(i.ended, 3) || since(i.deleted, 3), since(i.ended, 1) || since(i.deleted, 1)
		if open := i.purged || i.held || i.ended.IsZero(); taken[id] && (open || !may) || !taken[id] && has && !open {
			k.t.Fatalf("%s is due: %v; it is %+v", id, taken[id], i)
		}
	}
	if len(all) == 0 {
		return
	}
	command := must(k.space.planSweep(context.Background(), all))
	actor := k.somebody()
	recorded, err := k.give(actor, command)
	k.did(actor, recorded)
	k.expect("sweep", true, recorded, err)
	if !recorded {
		return
	}
	for id := range taken {
		k.kept.incidents[id].purged, k.gone.reporters[id] = true, true
	}
	for n, e := range k.kept.events {
		k.kept.events[n].buried = e.buried || taken[e.about]
	}
	if !k.outlives(func() { err = finishPurges(context.Background(), k.disk, k.space.veil, nil) }) || err != nil {
		k.crash()
		k.start()
	}
}

func (k *keeping) backUp() {
	var file bytes.Buffer
	options := BackupOptions{Made: k.now, Program: "test", Sealed: backup.ByRecipients, Key: true}
	if _, _, err := k.space.Backup(context.Background(), &file, options, k.seal.Recipient()); err != nil {
		if !errors.Is(err, errDisk) {
			k.t.Fatal(err)
		}
		k.crash()
		return
	}
	k.backup = &backedUp{file: file.Bytes(), kept: k.kept.clone(), gone: k.gone.clone()}
}

// restore makes a record of the last backup, with the vault as it is now or as
// it was then, and goes on with that.
func (k *keeping) restore() {
	if k.backup == nil {
		return
	}
	k.crash()
	k.calm = true
	defer func() { k.calm = false }()
	from := must(backup.NewReader(bytes.NewReader(k.backup.file), k.seal))
	k.kept = k.backup.kept.clone()
	dir := ""
	if rapid.Bool().Draw(k.t, "with its own vault") {
		dir, k.gone = k.newVault(), k.backup.gone.clone()
	}
	k.disk = &simDisk{memLog: newMemLog(), outcome: k.outcome, during: func() {}}
	r := &restoring{dir: k.folder, chain: []backup.Manifest{from.Manifest}, signer: must(tree.NewSigner(from.Manifest.Origin, must(testSeed(signingKey("acme"))))).Verifier()}
	for {
		part, err := from.Next()
		if err == io.EOF {
			break
		}
		if err == nil && part.Kind == backup.Vault {
			if dir != "" {
				err = vault.Place(dir, part.Name, must(part.Bytes()))
			}
		} else if err == nil {
			if r.refill == nil {
				if dir != "" {
					k.openVault(dir)
				}
				r.refill = newRefill(k.disk, newVeil("acme", k.keys), from.Manifest.Origin)
			}
			err = r.part(context.Background(), from, part)
		}
		if err != nil {
			k.t.Fatalf("restore: %v", err)
		}
	}
	k.head = &simHead{outcome: k.outcome, note: must(headFileOf(k.folder, "acme").read())}
	k.start()
	k.check()
}

// checkSeen compares what can be seen of a running process.
func (k *keeping) checkSeen() {
	k.checkEvents()
	k.checkBoard()
}

// check compares all that is there with what should be.
func (k *keeping) check() {
	k.checkSeen()
	if _, err := verifyPurged(context.Background(), k.disk.memLog, newVeil("acme", k.keys)); err != nil {
		k.t.Fatalf("the projections are not what the events fold to: %v", err)
	}
	report, err := k.space.Verify(context.Background(), nil)
	if err != nil || report.Fault != nil {
		k.t.Fatalf("verification says %+v, %v", report, err)
	}
	k.checkNobodyInTheClear()
	k.checkKeys()
	for _, p := range k.space.People() {
		if k.gone.people[p.Name] {
			k.t.Fatalf("%s is listed", p.Name)
		}
	}
}

func (k *keeping) checkEvents() {
	leaves := make([]tree.Hash, len(k.kept.events))
	for n, want := range k.kept.events {
		leaves[n] = want.leaf
		k.checkEvent(uint64(n+1), want)
	}
	head := must(k.disk.head(context.Background()))
	if head.Seq != uint64(len(leaves)) || tree.Hash(head.Root) != naiveRootOf(leaves) {
		k.t.Fatalf("the log has %d events, should have %d; or another root", head.Seq, len(leaves))
	}
}

func (k *keeping) checkEvent(seq uint64, want keptEvent) {
	data := k.disk.entries[eventSlot(seq)]
	stone, buried := parseTombstone(data)
	switch {
	case buried != want.buried:
		k.t.Fatalf("event %d of %s is purged: %v", seq, want.about, buried)
	case buried:
		if stone.leaf != want.leaf {
			k.t.Fatalf("the tombstone of event %d has another leaf", seq)
		}
		return
	case naiveLeaf(data) != want.leaf:
		k.t.Fatalf("event %d is lost or another", seq)
	}
	e, err := decodeEvent(k.space.veil, data)
	if err != nil {
		k.t.Fatalf("event %d: %v", seq, err)
	}
	if k.gone.people[want.actor] != strings.HasPrefix(e.Actor, model.ForgottenPerson) || !k.gone.people[want.actor] && e.Actor != want.actor {
		k.t.Fatalf("event %d is of %s, and reads %s", seq, want.actor, e.Actor)
	}
	if body, ok := e.Body.(*model.Reported); ok {
		k.checkReporter(body.ID, body.Reporter)
	}
	if body, ok := e.Body.(*model.PersonForgotten); ok && !strings.HasPrefix(body.Person, model.ForgottenPerson) {
		k.t.Fatalf("event %d forgets %s, and says so", seq, body.Person)
	}
}

func (k *keeping) checkReporter(id model.ID, reads string) {
	want := k.kept.incidents[id].reporter
	if k.gone.reporters[id] {
		want = model.ForgottenText
	}
	if reads != want {
		k.t.Fatalf("the reporter of %s reads %q, should read %q", id, reads, want)
	}
}

func (k *keeping) checkBoard() {
	snapshot := k.space.Snapshot()
	there := 0
	for id, want := range k.kept.incidents {
		got, ok := snapshot.Incident(id)
		if ok == want.purged {
			k.t.Fatalf("%s is there: %v; it is %+v", id, ok, want)
		}
		if want.purged {
			continue
		}
		there++
		if got.Incident.Title != want.title || got.Incident.Held() != want.held || got.Incident.Open() != want.ended.IsZero() || (got.Incident.Deletion != nil) == want.deleted.IsZero() {
			k.t.Fatalf("%s is %+v, should be %+v", id, got.Incident, want)
		}
		k.checkReporter(id, got.Incident.Reporter)
	}
	if n := len(snapshot.Queue()) + len(snapshot.Closed()); n != there {
		k.t.Fatalf("%d incidents are on the board, %d should be", n, there)
	}
}

// checkKeys holds that the keys of whoever was forgotten are in the vault no
// more, whatever stopped when.
func (k *keeping) checkKeys() {
	var subjects []vault.Subject
	for _, p := range k.space.veil.byToken {
		if p.entry.Gone {
			subjects = append(subjects, k.space.veil.personKey(p.entry.Number))
		}
	}
	for id := range k.gone.reporters {
		if k.kept.incidents[id] != nil {
			subjects = append(subjects, must(k.space.veil.reporterKey(id)))
		}
	}
	gone := must(must(vault.Open(k.keys.Path(), vault.Unlock{})).Forgotten(subjects))
	if len(gone) != len(subjects) {
		k.t.Fatalf("of %d subjects that were forgotten, %d have keys", len(subjects), len(subjects)-len(gone))
	}
}

// checkNobodyInTheClear holds that no name is written as it is.
func (k *keeping) checkNobodyInTheClear() {
	for at, value := range k.disk.entries {
		for _, text := range []string{"person-", "reporter-", "Ada the owner"} {
			if bytes.Contains(value, []byte(text)) {
				k.t.Fatalf("%q holds %s as it is", at, text)
			}
		}
	}
}
