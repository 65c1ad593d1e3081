package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"tocsin/config"
	"tocsin/model"
	"tocsin/model/policy"
)

// serveReports serves a record that takes reports from anybody.
func serveReports(t *testing.T, people map[string]ssh.Signer) *served {
	t.Helper()
	return serveRecord(t, people, "reports = true")
}

// stranger comes in without a key.
func (sv *served) stranger() *ssh.Client {
	sv.t.Helper()
	client, said, err := sv.logIn("report", nil)
	if err != nil {
		sv.t.Fatal(err, said)
	}
	return client
}

// reported is the incident that a report became.
func (sv *served) reported(number int) *model.Incident {
	sv.t.Helper()
	standing, ok := sv.session.snapshot().Incident(model.NewID(time.Now().In(sv.session.zone()).Year(), number))
	if !ok {
		sv.t.Fatalf("there is no incident %d", number)
	}
	return standing.Incident
}

func TestNobodyReportsUnlessThatIsWanted(t *testing.T) {
	sv := serveRecord(t, map[string]ssh.Signer{"Lead Kim": newKey(t)})
	if _, _, err := sv.logIn("report", nil); err == nil {
		t.Error("a stranger was let in")
	}
}

func TestReportsOfStrangers(t *testing.T) {
	sv := serveReports(t, map[string]ssh.Signer{"Lead Kim": newKey(t)})
	if _, _, err := sv.logIn("root", nil); err == nil {
		t.Error("a stranger was let in under another name")
	}
	client := sv.stranger()
	for _, test := range []struct {
		line, input string
		code        int
		out         string
	}{
		{"", "what: Odd \x1b[31mlog-ins\nobserved: 2h ago\nSystems: portal, mail;portal\nmore: from abroad\n  when: at night\nname: Quentin Vale\ncontact: q@example.org, 555 0199\n", 0, "The reference is INC-"},
		{"", "", 1, "the report: is empty"},
		{"", " \n\t\n", 1, "the report: is empty"},
		{"", "more: no title\n", 1, "what: is empty"},
		{"", "what: x\nwhat: y\n", 1, "what: is there twice"},
		{"", "what: x\nobserved: yesterdayish\n", 1, "observed"},
		{"", "what: x\nobserved: 2090-01-01 00:00\n", 1, "observed: lies ahead"},
		{"", "what: " + strings.Repeat("x", 201), 1, "what: has 201 characters; accepted: at most 200"},
		{"", strings.Repeat("x", longestReport+1), 1, "larger than 64 KiB"},
		{"queue", "x", 2, "nothing but a report"},
		{"report --title x", "", 2, "nothing but a report"},
	} {
		out, complaint, code := sv.gives(client, test.line, test.input)
		text := out
		if test.code != 0 {
			text = complaint
		}
		if code != test.code || !strings.Contains(text, test.out) {
			t.Errorf("%q %.40q: exit code %d, %q, %q", test.line, test.input, code, out, complaint)
		}
	}
	i := sv.reported(2)
	if i.Title != "Odd log-ins" || strings.Join(i.Systems, "|") != "portal|mail" || i.Description != "from abroad\n  when: at night" || i.Reporter != "Quentin Vale" ||
		i.Contact != "q@example.org, 555 0199" || i.OpenedBy != model.Itself || i.Source != "SSH, without a log-in" {
		t.Errorf("%+v", i)
	}
	if detected, ok := i.Fact("detected"); !ok || time.Since(detected.Value.At) < 2*time.Hour-time.Minute {
		t.Errorf("detected: %+v", detected)
	}
	if n := sv.session.snapshot().Len(); n != 2 {
		t.Errorf("%d incidents, want 2", n)
	}
	err := sv.session.space.EachStored(t.Context(), 1, sv.session.snapshot().Seq, func(seq uint64, stored []byte) error {
		if bytes.Contains(stored, []byte("Quentin")) || bytes.Contains(stored, []byte("q@example")) {
			return fmt.Errorf("event %d has the reporter in the clear", seq)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	if strings.Contains(sv.log.String(), "Odd") || strings.Contains(sv.log.String(), "127.0.0.1 ") {
		t.Errorf("the log says:\n%s", sv.log)
	}
}

func TestAReportOfAnyText(t *testing.T) {
	sv := serveReports(t, map[string]ssh.Signer{"Lead Kim": newKey(t)})
	client := sv.stranger()
	long := strings.Repeat("long ", 50)
	sv.gives(client, "", "The portal shows the wrong invoices\r\n\r\nSince noon: all of them.\n")
	sv.gives(client, "", long+"\nand more\n")
	if i := sv.reported(2); i.Title != "The portal shows the wrong invoices" || i.Description != "Since noon: all of them." || i.Reporter != "" {
		t.Errorf("%+v", i)
	}
	if i := sv.reported(3); len([]rune(i.Title)) != model.MaxLine || !strings.HasSuffix(i.Description, "long\nand more") {
		t.Errorf("%q\n%q", i.Title, i.Description)
	}
}

// TestAReportAtATerminal answers the questions, one of them wrongly first.
func TestAReportAtATerminal(t *testing.T) {
	ron := newKey(t)
	sv := serveReports(t, map[string]ssh.Signer{"Reporter Ron": ron})
	out, code := sv.types(sv.stranger(), "", "", "Odd mail\r", "it came twice\rto all\r\r", "sometime\r", "1h ago\r", "mail, portal\r", "Quentin\r", "q@example.org\r", "yes\r")
	if code != 0 || !strings.Contains(out, "The reference is INC-") || !strings.Contains(out, "ask you back") || strings.Count(out, "When did you notice it?") != 2 {
		t.Errorf("exit code %d\n%s", code, out)
	}
	if i := sv.reported(2); i.Title != "Odd mail" || i.Description != "it came twice\nto all" || i.Contact != "q@example.org" {
		t.Errorf("%+v", i)
	}
	if out, code = sv.types(sv.stranger(), "", "Odd\r", "\r", "\r", "\r", "\r", "\r", "no\r"); code != 1 || !strings.Contains(out, "nothing was reported") {
		t.Errorf("exit code %d\n%s", code, out)
	}
	if out, code = sv.types(sv.stranger(), "Odd\r", "\x03"); code == 0 || strings.Contains(out, "Received") {
		t.Errorf("exit code %d\n%s", code, out)
	}
	if out, code = sv.types(sv.enter(ron), "Strange calls\r", "\r", "\r", "\r", "ext. 12\r", "yes\r"); code != 0 || !strings.Contains(out, "Received as INC-") || strings.Contains(out, "Your name") {
		t.Errorf("exit code %d\n%s", code, out)
	}
	if i := sv.reported(3); i.OpenedBy != "Reporter Ron" || i.Reporter != "Reporter Ron" || i.Contact != "ext. 12" {
		t.Errorf("%+v", i)
	}
	if n := sv.session.snapshot().Len(); n != 3 {
		t.Errorf("%d incidents, want 3", n)
	}
}

// types types at a terminal.
func (sv *served) types(client *ssh.Client, keys ...string) (out string, code int) {
	sv.t.Helper()
	session, err := client.NewSession()
	if err != nil {
		sv.t.Fatal(err)
	}
	defer session.Close()
	written := &guarded{}
	session.Stdout, session.Stderr, session.Stdin = written, written, strings.NewReader(strings.Join(keys, ""))
	if err := errors.Join(session.RequestPty("xterm", 24, 80, nil), session.Shell()); err != nil {
		sv.t.Fatal(err)
	}
	err = session.Wait()
	var exit *ssh.ExitError
	if errors.As(err, &exit) {
		code = exit.ExitStatus()
	} else if err != nil {
		code = -1
	}
	return written.String(), code
}

// TestReportsOfReporters follow their own reports, and see nothing of others.
func TestReportsOfReporters(t *testing.T) {
	ron, rita, kim := newKey(t), newKey(t), newKey(t)
	sv := serveRecord(t, map[string]ssh.Signer{"Reporter Ron": ron, "Reporter Rita": rita, "Lead Kim": kim})
	if out, complaint, code := sv.gives(sv.enter(ron), "", "Secret thing\ndetails\n"); code != 0 || !strings.Contains(out, "Received as INC-") {
		t.Fatal(out, complaint)
	}
	for who, want := range map[ssh.Signer]string{ron: "-0002", rita: "You reported nothing yet."} {
		out, complaint, code := sv.gives(sv.enter(who), "reports", "")
		if code != 0 || !strings.Contains(out, want) || strings.Contains(out, "Secret") || strings.Contains(out, "0001") {
			t.Errorf("%d %s%s", code, out, complaint)
		}
	}
	sv.gives(sv.enter(kim), "false-positive 2 --reason 'a drill'", "")
	if out, _, _ := sv.gives(sv.enter(ron), "reports --json", ""); !strings.Contains(out, `"phase": "closed"`) || strings.Contains(out, "drill") {
		t.Error(out)
	}
}

// TestTooManyReports holds the bounds, of one address and of all.
func TestTooManyReports(t *testing.T) {
	sv := serveReports(t, map[string]ssh.Signer{"Lead Kim": newKey(t)})
	client := sv.stranger()
	for range reportsOfOne {
		if _, complaint, code := sv.gives(client, "", "x"); code != 0 {
			t.Fatal(complaint)
		}
	}
	if _, complaint, code := sv.gives(client, "", "x"); code != 1 || !strings.Contains(complaint, "too many reports came from where you are") {
		t.Errorf("%d, %s", code, complaint)
	}

	gate, now := newReportGate(), time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	give := func(address string) error {
		leave, err := gate.enter(address, now)
		if err != nil {
			return err
		}
		defer leave()
		return gate.take(address, now)
	}
	for k := range reportsOfOne {
		if err := give(fmt.Sprintf("2001:db8::%d", k)); err != nil {
			t.Fatal(err)
		}
	}
	if err := give("2001:db8::99"); !errors.Is(err, errReportsOfOne) {
		t.Errorf("of one network: %v", err)
	}
	for k := range reportsOfAll - reportsOfOne {
		if err := give(fmt.Sprintf("192.0.2.%d", k)); err != nil {
			t.Fatal(err)
		}
	}
	if err := give("198.51.100.7"); !errors.Is(err, errReportsOfAll) {
		t.Errorf("of all: %v", err)
	}
	now = now.Add(betweenOfOne)
	if err := errors.Join(give("198.51.100.7"), give("2001:db8::7")); err != nil {
		t.Errorf("later: %v", err)
	}
	var leaves []func()
	for k := range formsOfOne + 1 {
		leave, err := gate.enter("203.0.113.1", now)
		if (err != nil) != (k == formsOfOne) {
			t.Errorf("form %d: %v", k, err)
		} else if err == nil {
			leaves = append(leaves, leave)
		}
	}
	for _, leave := range leaves {
		leave()
	}
	now = now.Add(24 * time.Hour)
	for k := range mostReporting + 10 {
		leave, err := gate.enter(fmt.Sprintf("10.1.%d.%d", k/256, k%256), now)
		if err != nil {
			t.Fatalf("network %d: %v", k, err)
		}
		leave()
	}
	if len(gate.from) > mostReporting {
		t.Errorf("%d networks are remembered", len(gate.from))
	}
}

// stateOfReports is a space that reports can come into.
func stateOfReports(t testing.TB, now time.Time) *model.State {
	t.Helper()
	library, problems, err := config.LoadLibrary(t.TempDir())
	if err != nil || len(problems) > 0 {
		t.Fatal(err, problems)
	}
	state := new(model.State)
	give := func(command model.Command) {
		decision, err := model.Decide(state, model.Actor{Name: "Ana", Role: model.Owner}, command, now)
		if err != nil {
			t.Fatal(err)
		}
		for _, body := range decision.Bodies {
			if _, err := state.Fold(model.Event{Seq: state.Seq + 1, At: now, Actor: "Ana", Role: model.Owner, Body: body}); err != nil {
				t.Fatal(err)
			}
		}
	}
	pack, ok := library.Latest(defaultProcedure)
	if !ok {
		t.Fatal("there is no procedure")
	}
	give(model.AdoptPack{Pack: pack})
	give(model.Setup{Organisation: "Ada", Zone: "Europe/Berlin", Packs: []policy.Ref{pack.Ref()}})
	return state
}

// FuzzReport holds that whatever is sent becomes a report that the record
// takes, or a refusal, and nothing that commands a terminal.
func FuzzReport(f *testing.F) {
	for _, text := range []string{"", "x", "what: x", "what:\nmore: y\nwhen: now", "what: a\x1b]0;t\a\nsystems: ,;a,,b", "Title: \u202ex\nname: (forgotten)\ncontact: a", "x\n\n\ny: z", "more: a\n: b", "what: x\nobserved: 2026-03-29 02:30"} {
		f.Add(text, false)
		f.Add(text, true)
	}
	now := func() time.Time { return time.Date(2026, 3, 29, 12, 0, 0, 0, time.UTC) }
	state := stateOfReports(f, now())
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string, typed bool) {
		form := reportForm{zone: zone, now: now}
		var report model.Report
		var err error
		if typed {
			report, err = form.ask(strings.NewReader(text+"\nyes\n"), io.Discard)
		} else {
			report, err = form.read(strings.NewReader(text))
		}
		if err != nil {
			if !errors.Is(err, model.ErrRefused) && !errors.Is(err, errNothingReported) {
				t.Errorf("%v", err)
			}
			return
		}
		if _, err := model.Decide(state, model.Actor{Name: model.Itself, Role: model.Owner}, report, now()); err != nil {
			t.Errorf("%q is refused by the record: %v", report, err)
		}
		if report.Title != model.CleanLine(report.Title) || report.Description != model.CleanText(report.Description) || report.Contact != model.CleanLine(report.Contact) {
			t.Errorf("not clean: %q", report)
		}
	})
}
