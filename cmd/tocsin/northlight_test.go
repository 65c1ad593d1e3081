package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"tocsin/config"
	"tocsin/model"
	"tocsin/store"
	"tocsin/tui/sshd"
)

// northlight is an organisation in Berlin at its command line: a data directory of
// its own, a clock that moves when it is told to, a mail server, and a
// transcript of what people typed and what they were shown.
type northlight struct {
	t     *testing.T
	house *house
	files string
	mail  *mailServer

	mu  sync.Mutex
	now time.Time

	script  strings.Builder
	person  string            // who types
	last    string            // the notice that was begun last
	digests map[string]string // of notices, as they were proposed
}

// openNorthlight opens it at a moment in Berlin, written as 2026-03-04 12:00.
func openNorthlight(t *testing.T, at string) *northlight {
	t.Helper()
	o := &northlight{t: t, files: t.TempDir(), person: "Ana Ruiz", mail: startMailServer(t, nil), digests: make(map[string]string)}
	o.now = o.moment(at)
	dir := filepath.Join(o.files, "record")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	library, _, err := config.LoadLibrary(dir)
	if err != nil {
		t.Fatal(err)
	}
	if o.house, err = openHouse(t.Context(), dir, store.Options{Now: o.clock}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := o.house.close(); err != nil {
			t.Error(err)
		}
	})
	o.house.keepLibrary(library, nil)
	return o
}

// sets says which packs incidents run under.
func (o *northlight) sets(packs ...string) *northlight {
	o.t.Helper()
	words := []string{"setup", "--organisation", "Northlight Software", "--zone", "Europe/Berlin", "--calendar", "de"}
	for _, pack := range packs {
		words = append(words, "--pack", pack)
	}
	return o.prepares(words...)
}

func (o *northlight) moment(text string) time.Time {
	o.t.Helper()
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		o.t.Fatal(err)
	}
	at, err := time.ParseInLocation("2006-01-02 15:04", text, zone)
	if err != nil {
		o.t.Fatal(err)
	}
	return at
}

func (o *northlight) clock() time.Time {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.now
}

// at moves the clock on, and says so in the transcript.
func (o *northlight) at(text string) *northlight {
	o.t.Helper()
	to := o.moment(text)
	o.mu.Lock()
	defer o.mu.Unlock()
	if to.Before(o.now) {
		o.t.Fatalf("the clock stands at %s, after %s", o.now, to)
	}
	o.now = to
	fmt.Fprintf(&o.script, "\n## %s\n", to.Format("Mon 2 Jan 2006 15:04"))
	return o
}

// as lets somebody else type.
func (o *northlight) as(person string) *northlight {
	o.person = person
	return o
}

// run carries out a command line in the house as a guest of it does, with a
// terminal's answers to what it asks, and returns what is shown and the exit
// code.
func (o *northlight) run(answers string, words ...string) (shown string, code int) {
	var out bytes.Buffer
	getenv := func(name string) string {
		return map[string]string{"TOCSIN_USER": o.person, "NO_COLOR": "1"}[name]
	}
	visit := &sshd.Visit{
		Visitor: sshd.Visitor{Session: "northlight", Name: o.person, Role: model.Owner, Entrance: sshd.Socket, Method: "socket"},
		In:      strings.NewReader(answers), Out: &out, Err: &out, Getenv: getenv, Args: words, Directory: o.files,
	}
	a := &app{
		in: visit.In, out: &out, err: &out, getenv: getenv, now: o.clock, space: "main",
		guest: &guest{Visit: visit, reception: &reception{house: o.house, space: "main"}, house: o.house, ends: ends{in: answers != "", out: answers != "", width: 100}},
	}
	err := a.execute(context.Background(), words)
	if err != nil {
		a.complain(err)
	}
	if began := beganNotice.FindStringSubmatch(out.String()); began != nil {
		o.last = began[1]
	}
	return o.plain(strings.ReplaceAll(out.String(), "[y/N] ", "[y/N] "+answers)), exitCode(err)
}

// What differs from run to run.
var (
	hexDigits   = regexp.MustCompile(`\b[0-9a-f]{64}\b`)
	beganNotice = regexp.MustCompile(`Notice (N[0-9]+) begun`)
	eventNumber = regexp.MustCompile(`("event":|recipients? of [^ ]+ and )[0-9]+`)
	messageID   = regexp.MustCompile(`("message_id":")[a-z2-7]{26}`)
	serverPort  = regexp.MustCompile(`localhost:[0-9]+`)
)

// plain keeps out of the transcript what differs from run to run.
func (o *northlight) plain(text string) string {
	text = hexDigits.ReplaceAllString(text, "(digest)")
	text = eventNumber.ReplaceAllString(text, "$1(n)")
	text = messageID.ReplaceAllString(text, "$1(id)")
	text = serverPort.ReplaceAllString(text, "localhost:PORT")
	return strings.ReplaceAll(text, o.files+string(filepath.Separator), "")
}

// does runs a command line that works, and keeps what it shows.
func (o *northlight) does(words ...string) *northlight {
	o.t.Helper()
	return o.keep(exitDone, "", words)
}

// agrees runs a command line that asks, and answers yes.
func (o *northlight) agrees(words ...string) *northlight {
	o.t.Helper()
	return o.keep(exitDone, "y\n", words)
}

// refused runs a command line that is refused.
func (o *northlight) refused(words ...string) *northlight {
	o.t.Helper()
	return o.keep(exitRefused, "", words)
}

func (o *northlight) keep(want int, answers string, words []string) *northlight {
	o.t.Helper()
	shown, code := o.run(answers, words...)
	o.script.WriteString("\n" + o.prompt(words) + "\n" + strings.TrimRight(shown, "\n"))
	if shown != "" {
		o.script.WriteString("\n")
	}
	if code != want {
		o.t.Errorf("%s: exit code %d, want %d\n%s", o.prompt(words), code, want, shown)
	}
	return o
}

// approved proposes a notice and has it approved, by each of some people.
func (o *northlight) approved(id string, people ...string) *northlight {
	o.t.Helper()
	o.does("notice", "propose", "1", id)
	for _, person := range people {
		o.as(person).agrees("notice", "approve", "1", id)
	}
	o.digests[id] = o.digestOf(id)
	return o.as("Ana Ruiz").does("approvals")
}

// digestOf is what a notice's approvals are bound to, as the record has it.
func (o *northlight) digestOf(id string) string {
	o.t.Helper()
	standing, _ := o.space().Snapshot().Incident("INC-2026-0001")
	n, _ := standing.Incident.Notice(id)
	return n.Digest
}

// releases lets an approved notice go, and the mail with it.
func (o *northlight) releases(id string) *northlight {
	o.t.Helper()
	return o.does("notice", "release", "1", id, "--digest", o.digests[id]).delivers().does("notice", "list", "1")
}

// proves exports who was told what by every notice that left, and holds the
// texts in it to what came over the wire.
func (o *northlight) proves() *northlight {
	o.t.Helper()
	standing, _ := o.space().Snapshot().Incident("INC-2026-0001")
	for _, n := range standing.Incident.Notices {
		if !n.Left() {
			continue
		}
		dir := "proof-of-" + n.ID
		o.does("notice", "proof", "1", n.ID, "--to", dir)
		lines, err := os.ReadFile(o.path(filepath.Join(dir, proofRecipients)))
		if err != nil {
			o.t.Fatal(err)
		}
		o.script.WriteString(o.plain(string(lines)))
		for line := range strings.Lines(string(lines)) {
			o.proved(n.ID, line)
		}
	}
	return o
}

// proved holds a line of a proof to the message that the recipient's server
// took.
func (o *northlight) proved(notice, line string) {
	o.t.Helper()
	var one told
	if err := json.Unmarshal([]byte(line), &one); err != nil {
		o.t.Fatal(err)
	}
	arrived := 0
	for _, l := range o.letters(one.Address) {
		if fmt.Sprintf("%x", sha256.Sum256([]byte(l.header(o.t, "Subject")+"\n"+l.body(o.t)))) == one.TextSHA256 && strings.HasPrefix(l.head.Get("Message-Id"), "<"+one.MessageID+"@") {
			arrived++
		}
	}
	if arrived != 1 {
		o.t.Errorf("%s to %s: %d messages came over the wire with the text that its proof has", notice, one.Address, arrived)
	}
}

// prompt is a command line as it was typed, with who typed it where that is not
// the first of them.
func (o *northlight) prompt(words []string) string {
	line := "$ tocsin"
	if o.person != "Ana Ruiz" {
		line = o.person + " $ tocsin"
	}
	for _, word := range words {
		if strings.ContainsAny(word, " '\"#*~\n") || word == "" {
			word = "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
		}
		line += " " + o.plain(word)
	}
	return line
}

// prepares does something without a word in the transcript.
func (o *northlight) prepares(words ...string) *northlight {
	o.t.Helper()
	if shown, code := o.run("", words...); code != exitDone {
		o.t.Fatalf("%s: exit code %d\n%s", o.prompt(words), code, shown)
	}
	return o
}

// path is where a file of the organisation lies.
func (o *northlight) path(name string) string { return filepath.Join(o.files, name) }

// writes makes a file beside the record.
func (o *northlight) writes(name, text string) *northlight {
	o.t.Helper()
	if err := os.WriteFile(o.path(name), []byte(text), 0o600); err != nil {
		o.t.Fatal(err)
	}
	return o
}

// shows runs a command line that works and asserts that it shows texts.
func (o *northlight) shows(words []string, texts ...string) *northlight {
	o.t.Helper()
	shown, code := o.run("", words...)
	if code != exitDone {
		o.t.Fatalf("%s: exit code %d\n%s", o.prompt(words), code, shown)
	}
	for _, text := range texts {
		if !strings.Contains(shown, text) {
			o.t.Errorf("%s does not show %q:\n%s", o.prompt(words), text, shown)
		}
	}
	return o
}

// complains runs a command line that is refused and asserts why.
func (o *northlight) complains(words []string, texts ...string) *northlight {
	o.t.Helper()
	shown, code := o.run("", words...)
	if code != exitRefused {
		o.t.Fatalf("%s: exit code %d, want %d\n%s", o.prompt(words), code, exitRefused, shown)
	}
	for _, text := range texts {
		if !strings.Contains(shown, text) {
			o.t.Errorf("%s does not say %q:\n%s", o.prompt(words), text, shown)
		}
	}
	return o
}

// golden holds the transcript to the one that is kept.
func (o *northlight) golden(name string) {
	o.t.Helper()
	path := filepath.Join("..", "..", "testdata", name)
	got := strings.TrimLeft(o.script.String(), "\n")
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			o.t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			o.t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		o.t.Fatalf("%v (go test ./cmd/tocsin -run TestCells -update writes the transcripts)", err)
	}
	if got != string(want) {
		o.t.Errorf("%s differs from what was kept:\n%s", name, difference(string(want), got))
	}
}
