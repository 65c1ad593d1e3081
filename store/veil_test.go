package store

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"tocsin/model"
	"tocsin/store/vault"
)

func testVeil(tb testing.TB) *veil {
	tb.Helper()
	keys, err := vault.Open(filepath.Join(tb.TempDir(), "vault"), vault.Unlock{})
	if err != nil {
		tb.Fatal(err)
	}
	return newVeil("acme", keys)
}

// personalTexts are the texts in a body that its tags mark.
func personalTexts(t *testing.T, body model.Body) []string {
	t.Helper()
	var found []string
	_, err := new(personalTypes).translated(body, "", func(p piece) (string, error) {
		found = append(found, p.text)
		return p.text, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// veiledSample is an event of a kind whose personal texts can be told from all
// others.
func veiledSample(t *testing.T, kind string) model.Event {
	t.Helper()
	e := sample(t, kind)
	if id := reflect.ValueOf(e.Body).Elem().FieldByName("ID"); id.IsValid() {
		id.SetString("INC-2026-0001")
	}
	if changes := reflect.ValueOf(e.Body).Elem().FieldByName("Changes"); changes.IsValid() {
		changes.Index(0).FieldByName("Field").SetString(model.FieldReporter)
	}
	body, err := new(personalTypes).translated(e.Body, e.Actor, func(p piece) (string, error) {
		return "Zoë the " + string(p.kind) + " in " + p.label, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	e.Body = body
	return e
}

func TestNothingPersonalIsWritten(t *testing.T) {
	v := testVeil(t)
	for _, kind := range kinds(t) {
		e := veiledSample(t, kind)
		before := personalTexts(t, e.Body)
		data, err := encodeEvent(v, e)
		if err != nil {
			t.Fatalf("%s: %v", kind, err)
		}
		if bytes.Contains(data, []byte("Zoë")) || bytes.Contains(data, []byte(e.Actor)) {
			t.Errorf("%s holds what is personal: %q", kind, data)
		}
		if !slices.Equal(before, personalTexts(t, e.Body)) {
			t.Errorf("%s was changed by encoding it", kind)
		}
		got, err := decodeEvent(v, data)
		if err != nil || !reflect.DeepEqual(got, e) {
			t.Errorf("%s: wrote %+v\nread %+v, %v", kind, e, got, err)
		}
		again, err := encodeEvent(v, got)
		v.keep()
		later, errLater := encodeEvent(v, got)
		once, errOnce := encodeEvent(v, got)
		if err != nil || errLater != nil || errOnce != nil || !bytes.Equal(later, once) || len(again) > len(data) {
			t.Errorf("%s has other bytes each time: %v %v %v", kind, err, errLater, errOnce)
		}
	}
}

func TestIncidentsAreVeiled(t *testing.T) {
	v := testVeil(t)
	full := new(model.Incident)
	fill(reflect.ValueOf(full).Elem(), "")
	full.ID = "INC-2026-0001"
	data, err := encodeIncident(v, full)
	if err != nil {
		t.Fatal(err)
	}
	for _, personal := range []string{"a reporter", "a contact", "a openedby", "a by", "a person", "a people", "a assignee", "a decider", "a requester", "a holder", "a verifier"} {
		if bytes.Contains(data, []byte(personal)) {
			t.Errorf("%q is written as it is", personal)
		}
	}
	got, err := newReader(v).read(data)
	if err != nil || !reflect.DeepEqual(got, full) {
		t.Errorf("wrote %+v\nread %+v, %v", full, got, err)
	}
	if again, err := encodeIncident(v, full); err != nil || !bytes.Equal(again, data) {
		t.Errorf("the same incident has other bytes: %v", err)
	}
	if _, err := newReader(testVeil(t)).read(data); err == nil {
		t.Error("another veil reads it")
	}
}

// stored returns everything that a space has in the database, decrypted.
func stored(t *testing.T, s *Space) []byte {
	t.Helper()
	var all []byte
	for _, kind := range []slotKind{eventKind, metaKind, packKind, incidentKind, historyKind, personKind} {
		err := s.log.scan(t.Context(), kind.all(), func(at slot, value []byte) error {
			all = append(append(all, at...), value...)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return all
}

func TestARecordKeepsNamesInTheVault(t *testing.T) {
	dir := t.TempDir()
	s := openStore(t, dir)
	space := openSpace(t, s, "acme")
	setUp(t, space)
	id := do(t, space, responder, model.Report{Title: "Odd log-ins", Reporter: "Quentin Vale", Contact: "+49 30 1234"}).Incident
	lead := triage(id, "high")
	lead.Roles[0].Person = "Leander"
	do(t, space, responder, lead)
	contact := "qv@example.org"
	do(t, space, owner, model.Describe{Incident: id, Contact: &contact})
	all := stored(t, space)
	for _, personal := range []string{"Quentin", "+49 30", "qv@example.org", "Leander"} {
		if bytes.Contains(all, []byte(personal)) {
			t.Errorf("%q is in the database", personal)
		}
	}
	history, err := space.History(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	closeStore(t, s)
	space = openSpace(t, openStore(t, dir), "acme")
	again, err := space.History(t.Context(), id)
	if err != nil || !reflect.DeepEqual(again, history) {
		t.Errorf("after a restart the history differs: %v", err)
	}
	i, _ := space.Snapshot().Incident(id)
	if i.Incident.Reporter != "Quentin Vale" || i.Incident.Contact != contact || i.Incident.OpenedBy != "Rob" || i.Incident.Holders("lead")[0] != "Leander" {
		t.Errorf("after a restart: %+v", i.Incident)
	}
	if _, err := verify(t.Context(), space.log, space.veil); err != nil {
		t.Error(err)
	}
}

// TestTheLogAloneHoldsTheNames reads a log with nothing beside it but the
// vault, as a restore does.
func TestTheLogAloneHoldsTheNames(t *testing.T) {
	s := openStore(t, t.TempDir())
	space := openSpace(t, s, "acme")
	setUp(t, space)
	id := do(t, space, responder, model.Report{Title: "Odd log-ins"}).Incident
	huge := strings.Repeat("x", model.MaxText)
	for range 2 { // refused: what it names first is not in the log
		stranger := model.Actor{Name: "Stranger", Role: model.Owner}
		if _, err := space.Do(t.Context(), stranger, model.AddNote{Incident: "INC-2026-0099", Text: huge}); err == nil {
			t.Fatal("a note on no incident was taken")
		}
	}
	do(t, space, model.Actor{Name: "Stranger", Role: model.Owner}, model.AddNote{Incident: id, Text: "seen"})
	fresh := newVeil("acme", s.Vault())
	var actors []string
	for r, err := range space.log.read(t.Context(), 1) {
		if err != nil {
			t.Fatal(err)
		}
		e, err := r.event(fresh)
		if err != nil {
			t.Fatal(err)
		}
		actors = append(actors, e.Actor)
	}
	if last := actors[len(actors)-1]; last != "Stranger" || actors[0] != "Ada" {
		t.Errorf("the log names %v", actors)
	}
}

// TestAPlainLogGoesOn opens what a version without a vault wrote.
func TestAPlainLogGoesOn(t *testing.T) {
	l := newMemLog()
	plain := memSpace(t, l, Options{})
	setUp(t, plain)
	id := do(t, plain, responder, model.Report{Title: "old", Reporter: "Quentin"}).Incident
	if err := plain.close(t.Context()); err != nil {
		t.Fatal(err)
	}
	v := testVeil(t)
	for range 2 {
		l.mu.Lock()
		delete(l.entries, metaSlot()) // projections of another version
		l.mu.Unlock()
		s, err := startVeiled(t, l, v, Options{})
		if err != nil {
			t.Fatal(err)
		}
		i, ok := s.Snapshot().Incident(id)
		if !ok || i.Incident.Reporter != "Quentin" || i.Incident.OpenedBy != "Rob" {
			t.Errorf("%+v", i)
		}
		do(t, s, responder, model.AddNote{Incident: id, Text: "new"})
		if history, err := s.History(t.Context(), id); err != nil || history[0].Actor != "Rob" || history[len(history)-1].Actor != "Rob" {
			t.Errorf("%+v, %v", history, err)
		}
		if err := s.close(t.Context()); err != nil {
			t.Fatal(err)
		}
		v = newVeil("acme", v.vault)
	}
}

// TestNamesFromBeforeTheVaultAreCounted holds that whoever forgets somebody is
// told what no key takes out of the record.
func TestNamesFromBeforeTheVaultAreCounted(t *testing.T) {
	l := newMemLog()
	plain := memSpace(t, l, Options{})
	setUp(t, plain)
	ben := model.Actor{Name: "Ben", Role: model.Responder}
	id := do(t, plain, ben, model.Report{Title: "old", Reporter: "Quentin"}).Incident
	do(t, plain, ben, model.AddNote{Incident: id, Text: "by Ben"})
	do(t, plain, responder, model.AddNote{Incident: id, Text: "Ben was told"})
	if err := plain.close(t.Context()); err != nil {
		t.Fatal(err)
	}
	l.mu.Lock()
	delete(l.entries, metaSlot()) // projections of another version
	l.mu.Unlock()
	s, err := startVeiled(t, l, testVeil(t), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.close(t.Context()); err != nil {
			t.Error(err)
		}
	}()
	late := do(t, s, ben, model.Report{Title: "new", Reporter: "Rita"}).Incident
	acting := 0
	for r, err := range l.read(t.Context(), 1) {
		if err != nil {
			t.Fatal(err)
		}
		if e, env, err := decodeCovered(r.data); err != nil || env.Version == plainEnvelope && e.Actor == "Ben" {
			acting++
		}
	}
	if n, err := s.InTheClear(t.Context(), "Ben"); err != nil || acting < 2 || n != acting {
		t.Errorf("Ben is named %d times, not %d: %v", n, acting, err)
	}
	if n, err := s.InTheClear(t.Context(), "Be"); err != nil || n != 0 {
		t.Errorf("nobody is named %d times: %v", n, err)
	}
	for incident, want := range map[model.ID]int{id: 1, late: 0} {
		if n, err := s.ReporterInTheClear(t.Context(), incident); err != nil || n != want {
			t.Errorf("the reporter of %s is named %d times, not %d: %v", incident, n, want, err)
		}
	}
}

func TestAForgottenPersonIsForgottenEverywhere(t *testing.T) {
	dir := t.TempDir()
	s := openStore(t, dir)
	space := openSpace(t, s, "acme")
	setUp(t, space)
	ben := model.Actor{Name: "Ben", Role: model.Responder}
	id := do(t, space, ben, model.Report{Title: "Odd log-ins", Reporter: "Quentin", Contact: "q@example.org"}).Incident
	other := do(t, space, ben, model.Report{Title: "Another", Reporter: "Rita"}).Incident
	do(t, space, owner, model.Assign{Incident: id, Holding: model.Holding{Role: "lead", Person: "Ben"}})
	before := make(map[uint64][]byte)
	for r, err := range space.log.read(t.Context(), 1) {
		if err != nil {
			t.Fatal(err)
		}
		before[r.seq] = r.data
	}
	do(t, space, owner, model.ForgetPerson{Person: "Ben", Reason: "he asked"})
	do(t, space, owner, model.ForgetReporter{Incident: id, Reason: "he asked"})
	check := func(when string, space *Space) {
		t.Helper()
		i, _ := space.Snapshot().Incident(id)
		gone := i.Incident.OpenedBy
		if !strings.HasPrefix(gone, model.ForgottenPerson) || i.Incident.Holders("lead")[0] != gone || i.Incident.Reporter != model.ForgottenText || i.Incident.Contact != model.ForgottenText {
			t.Errorf("%s: %+v", when, i.Incident)
		}
		j, _ := space.Snapshot().Incident(other)
		if j.Incident.OpenedBy != gone || j.Incident.Reporter != "Rita" {
			t.Errorf("%s: the other incident says %q, %q", when, j.Incident.OpenedBy, j.Incident.Reporter)
		}
		history, err := space.History(t.Context(), id)
		if err != nil || history[0].Actor != gone || history[0].Body.(*model.Reported).Reporter != model.ForgottenText {
			t.Errorf("%s: %+v, %v", when, history, err)
		}
		for r, err := range space.log.read(t.Context(), 1) {
			if data, ok := before[r.seq]; err != nil || ok && !bytes.Equal(data, r.data) {
				t.Errorf("%s: event %d has other bytes, %v", when, r.seq, err)
			}
		}
		if people := space.People(); !slices.Contains(people, Person{gone, true}) || slices.Contains(people, Person{"Ben", false}) != (when != "at once") {
			t.Errorf("%s: %v", when, people)
		}
		if _, err := verify(t.Context(), space.log, space.veil); err != nil {
			t.Errorf("%s: %v", when, err)
		}
	}
	check("at once", space)
	do(t, space, ben, model.AddNote{Incident: id, Text: "back again"}) // another one, as far as the record knows
	if _, err := space.Do(t.Context(), owner, model.Describe{Incident: id, Reporter: new(string)}); err == nil {
		t.Error("a forgotten reporter was described")
	}
	closeStore(t, s)
	again := openStore(t, dir)
	space = openSpace(t, again, "acme")
	check("after a restart", space)
}

// TestForgettingIsFinishedAtTheNextStart loses what the vault did, as a stop
// right after the event would, or an older copy of the vault.
func TestForgettingIsFinishedAtTheNextStart(t *testing.T) {
	dir := t.TempDir()
	s := openStore(t, dir)
	space := openSpace(t, s, "acme")
	setUp(t, space)
	ben := model.Actor{Name: "Ben", Role: model.Responder}
	id := do(t, space, ben, model.Report{Title: "Odd log-ins", Reporter: "Quentin"}).Incident
	older := filepath.Join(t.TempDir(), "vault")
	if err := os.CopyFS(older, os.DirFS(filepath.Join(dir, vaultName))); err != nil {
		t.Fatal(err)
	}
	do(t, space, owner, model.ForgetPerson{Person: "Ben", Reason: "r"})
	do(t, space, owner, model.ForgetReporter{Incident: id, Reason: "r"})
	for _, rebuilt := range []bool{false, true} {
		if rebuilt {
			if err := space.log.append(t.Context(), space.Snapshot().Seq, &batch{entries: map[slot][]byte{metaSlot(): nil}}); err != nil {
				t.Fatal(err)
			}
		}
		closeStore(t, s)
		if err := errors.Join(os.RemoveAll(filepath.Join(dir, vaultName)), os.CopyFS(filepath.Join(dir, vaultName), os.DirFS(older)), private(filepath.Join(dir, vaultName))); err != nil {
			t.Fatal(err)
		}
		s = openStore(t, dir)
		space = openSpace(t, s, "acme")
		history, err := space.History(t.Context(), id)
		if err != nil || !strings.HasPrefix(history[0].Actor, model.ForgottenPerson) || history[0].Body.(*model.Reported).Reporter != model.ForgottenText {
			t.Errorf("rebuilt %v: %+v, %v", rebuilt, history[0], err)
		}
		if _, err := newVeil("acme", s.Vault()).vault.Open(space.veil.personKey(2), "", make([]byte, vault.Overhead)); !errors.Is(err, vault.ErrForgotten) {
			t.Errorf("rebuilt %v: the vault says %v", rebuilt, err)
		}
	}
}

// private takes the rights of others away from a copied directory.
func private(dir string) error {
	return filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			return os.Chmod(path, 0o700)
		}
		return os.Chmod(path, 0o600)
	})
}

func TestALegalHoldKeepsPeople(t *testing.T) {
	space := openSpace(t, openStore(t, t.TempDir()), "acme")
	setUp(t, space)
	id := do(t, space, responder, model.Report{Title: "Odd log-ins", Reporter: "Quentin"}).Incident
	do(t, space, owner, model.PlaceHold{Incident: id, Reason: "a court asks"})
	for _, command := range []model.Command{model.ForgetPerson{Person: responder.Name, Reason: "r"}, model.ForgetReporter{Incident: id, Reason: "r"}} {
		seq := space.Snapshot().Seq
		if _, err := space.Do(t.Context(), owner, command); !errors.Is(err, model.ErrRefused) || !strings.Contains(err.Error(), "legal hold") {
			t.Errorf("%s: %v", command.Kind(), err)
		}
		events, err := space.Events(t.Context(), seq+1, 10)
		if err != nil || len(events) != 1 || events[0].Body.Kind() != "forgetting.refused" {
			t.Errorf("%s: recorded %v, %v", command.Kind(), events, err)
		}
	}
	do(t, space, owner, model.ReleaseHold{Incident: id, Reason: "it is over"})
	do(t, space, owner, model.ForgetPerson{Person: responder.Name, Reason: "r"})
}

// TestARecordAtFaultDestroysNoKeys reads a record that is not what was signed:
// what it says of who was forgotten may be wrong, and a key does not come back.
func TestARecordAtFaultDestroysNoKeys(t *testing.T) {
	dir := t.TempDir()
	s := openStore(t, dir)
	space := openSpace(t, s, "acme")
	setUp(t, space)
	ben := model.Actor{Name: "Ben", Role: model.Responder}
	do(t, space, ben, model.Report{Title: "Odd log-ins"})
	gone := *space.veil.byName["Ben"]
	gone.entry.Gone = true
	value, err := encodeEntry(gone.entry)
	if err != nil {
		t.Fatal(err)
	}
	if err := space.log.put(t.Context(), map[slot][]byte{personSlot(gone.token): summed(personSlot(gone.token), value)}); err != nil {
		t.Fatal(err)
	}
	closeStore(t, s)
	remove(t, headFileOf(dir, "acme").path)
	s = openStore(t, dir)
	if space = openSpace(t, s, "acme"); space.Fault() == nil {
		t.Fatal("there is no fault")
	}
	if _, err := s.Vault().Open(space.veil.personKey(gone.entry.Number), space.veil.personContext(gone.token), gone.entry.Name); err != nil {
		t.Errorf("the key of somebody is gone: %v", err)
	}
	if people := space.People(); slices.Contains(people, Person{"Ben", false}) {
		t.Errorf("who is said to be forgotten is named: %v", people)
	}
}

// TestTokensThatAreNoneAreDamage reads what nobody wrote.
func TestTokensThatAreNoneAreDamage(t *testing.T) {
	v := testVeil(t)
	if err := v.vault.Forget(v.personKey(1)); err != nil {
		t.Fatal(err)
	}
	for _, token := range []string{"", "~", "~abc", "~ABCDEFGHIJKLMNOP", "Ben", "~abcdefghijklmnop "} {
		if err := v.learn(token, personEntry{Number: 1, Name: make([]byte, vault.Overhead)}, false); !errors.Is(err, ErrDamaged) {
			t.Errorf("%q: %v", token, err)
		}
	}
}

// A log that is older than its vault, as after a loss that was accepted, names
// new people all the same.
func TestNewPeopleGetKeysThatAreThere(t *testing.T) {
	v := testVeil(t)
	for _, name := range []string{"Ada", "Ben", "Cleo"} {
		if _, err := v.person(name); err != nil {
			t.Fatal(err)
		}
	}
	for _, number := range []uint64{2, 3} {
		if err := v.destroy(v.personKey(number)); err != nil {
			t.Fatal(err)
		}
	}
	older := newVeil("acme", v.vault)
	ada := v.byName["Ada"]
	if err := older.learn(ada.token, ada.entry, false); err != nil {
		t.Fatal(err)
	}
	dora, err := older.person("Dora")
	if err != nil || dora.entry.Number != 4 || older.last != 4 {
		t.Errorf("%+v, %v", dora, err)
	}
}

// TestSubject seals something outside of the log for somebody whom the record
// names: it goes with them.
func TestSubject(t *testing.T) {
	s := openStore(t, t.TempDir())
	space := openSpace(t, s, "acme")
	setUp(t, space)
	do(t, space, owner, model.AddPerson{Name: "Ben", Role: model.Responder})
	token, key, ok := space.Subject("Ben")
	if !ok || !tokenShape.MatchString(token) {
		t.Fatal(token, key, ok)
	}
	sealed, err := s.Vault().Seal(key, "a draft", []byte("text"))
	if err != nil {
		t.Fatal(err)
	}
	if _, _, ok := space.Subject("Quentin"); ok {
		t.Error("somebody is a subject whom the record does not name")
	}
	do(t, space, owner, model.RevokePerson{Person: "Ben", Reason: "r"})
	do(t, space, owner, model.ForgetPerson{Person: "Ben", Reason: "r"})
	if _, err := s.Vault().Open(key, "a draft", sealed); !errors.Is(err, vault.ErrForgotten) {
		t.Errorf("what was sealed for somebody who was forgotten: %v", err)
	}
	if _, _, ok := space.Subject("Ben"); ok {
		t.Error("somebody who was forgotten is a subject")
	}
}
