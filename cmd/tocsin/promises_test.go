package main

import (
	"fmt"
	"strings"
	"testing"
)

// line splits a command line at its spaces; what is in quotes stays together.
func line(text string, more ...string) []string {
	var words []string
	for k, part := range strings.Split(text, "'") {
		if k%2 == 1 {
			words = append(words, part)
		} else {
			words = append(words, strings.Fields(part)...)
		}
	}
	return append(words, more...)
}

// first is a first notice that says all.
var first = []string{"--channel", "mail", "--set", "what_happened=Exports were readable.", "--set", "affected=Exports.", "--set", "done=They are closed.", "--set", "advice=Change your passwords.", "--set", toUs}

// criticalAtNorthlight has two paying customers told of a critical incident at
// 10:00, with N1; the next update is due the day after at 10:00.
func criticalAtNorthlight(t *testing.T) *northlight {
	o := openNorthlight(t, "2026-03-04 08:00")
	o.begins(cell{"critical", "confirmed", "paid"}).does("affected", "add", "1", "--query", "tier=paid", "--direct")
	o.complains(line("notice no-facts 1 notice-critical --rationale x"), "the first notice of saas-notification/notice-critical has not left")
	o.does(append([]string{"notice", "draft", "1", "initial"}, first...)...)
	return o.approved("N1", "Ben Ruiz").at("2026-03-04 10:00").releases("N1")
}

// TestUpdateIsBroughtToMind looks at what is brought to mind as an update falls
// due, and answers it with the decision that nothing became known.
func TestUpdateIsBroughtToMind(t *testing.T) {
	o := criticalAtNorthlight(t)
	reminders := []string{"reminders"}
	o.shows(reminders, "Nothing is to be brought to mind.")
	o.at("2026-03-04 22:30").shows(reminders, "half is gone")
	o.at("2026-03-05 06:10").shows(reminders, "4 h left", "Communications and privacy: Ben Ruiz; Incident lead: Ana Ruiz")
	o.at("2026-03-05 09:10").shows(reminders, "1 h left")
	o.at("2026-03-05 10:20").shows(reminders, "overdue", "20m overdue")
	o.prepares("acknowledge", "1", "notice-critical#A1").shows(reminders, "Nothing")
	o.at("2026-03-05 14:10").shows(reminders, "overdue")

	o.complains(line("notice no-facts 1 notice-critical"), "rationale")
	o.complains(line("notice no-facts 1 notice-critical#A7 --rationale x"), "A7", "A1")
	o.shows(line("notice no-facts 1 notice-critical#A1 --rationale 'the logs show nothing new'"), "the logs show nothing new")
	o.shows(line("deadlines 1"), "in 19h 50m  Fri 6 Mar 10:00 CET") // not from the decision: nobody was told anything
	o.shows(line("timeline 1"), "the logs show nothing new", "Ana Ruiz")
}

// TestCorrectionIsANoticeOfItsOwn corrects what has left, has its approval voided
// by each change, and lets it go in an emergency.
func TestCorrectionIsANoticeOfItsOwn(t *testing.T) {
	o := criticalAtNorthlight(t)
	o.complains(line("notice edit 1 N1 --set done=Nothing."), "N1 is done", "draft or proposed or approved")
	o.shows(line("notice draft 1 update --corrects N1 --channel mail --set 'new=It was three hours.' --set changes=Nothing. --set affected=Exports. --set advice=None.", "--set", toUs), "N2", "corrects: N1")
	o.approved("N2", "Ben Ruiz")
	o.shows(line("notice edit 1 N2 --set 'new=It was four hours.'"), "version 2")
	o.complains(line("notice release 1 N2", "--digest", o.digests["N2"]), "N2 is draft")
	o.approved("N2", "Ben Ruiz")
	o.shows(line("notice edit 1 N2 --channel manual"), "channel")
	o.prepares(line("notice edit 1 N2 --channel mail")...).approved("N2", "Ben Ruiz")

	o.writes("newer.csv", "id,name,tier,admin_email\nC-2,Möwe Logistik,paid,new@moewe.example\n").prepares(line("affected import newer.csv")...)
	o.shows(line("notice list 1"), "approved, not released")
	o.shows(line("affected refresh 1"), "N2")
	o.complains(line("notice release 1 N2", "--digest", o.digests["N2"]), "N2 is draft")

	o.prepares(line("notice propose 1 N2")...)
	o.as("Uma Novak").complains(line("notice override 1 N2 --reason x", "--digest", o.digestOf("N2")), "may not release N2 without approval")
	o.as("Ana Ruiz").complains(line("notice override 1 N2", "--digest", o.digestOf("N2")), "reason")
	o.shows(line("notice override 1 N2 --reason 'keys are being used right now'", "--digest", o.digestOf("N2")), "keys are being used right now")
	o.shows(line("task 1"), "Review the release of N2 without approval of communications")
	o.shows(line("notice release 1 N2", "--digest", o.digestOf("N2")), "released to 4 recipients").delivers()
	if got := len(o.letters("new@moewe.example")); got != 1 {
		t.Errorf("the newer address got %d messages", got)
	}
	if got := len(o.letters("it@moewe.example")); got != 1 {
		t.Errorf("the address that was replaced got %d messages, of which the first notice is one", got)
	}
}

// TestPublicHearsLast holds the announcement back while paying customers are not
// told, though nobody of the free tier is told in person.
func TestPublicHearsLast(t *testing.T) {
	o := openNorthlight(t, "2026-03-04 08:00").sets("saas-notification").connects().writes("customers.csv", customersOfTheCells)
	o.prepares(line("affected import customers.csv")...).prepares(line("report --title 'Exports were readable'")...)
	o.prepares(line("triage 1 --classification potential --severity high --reason r --fact impact_confirmed=07:00 --fact free_tier_directly_impacted=no --fact individual_action_needed=no --fact fix_available=07:30 --role 'lead=Ana Ruiz' --role 'communications=Ben Ruiz' --role 'leadership=Ingrid Solberg'")...)
	o.prepares(line("affected add 1 --all")...)
	o.prepares(line("notice draft 1 public --set what_happened=x --set fix=y --set advice=None.", "--set", toUs)...).approved("N1", "Ben Ruiz", "Ingrid Solberg")
	o.complains(line("notice file 1 N1"), "others hear first, and are not told yet: saas-notification/notice-high")
	o.prepares(append(line("notice draft 1 initial --rule notice-high"), first...)...).approved("N2", "Ben Ruiz").releases("N2")
	o.shows(line("notice file 1 N1"), "met: Public announcement")
	if got := len(o.letters("lena@hoff.example")); got != 0 {
		t.Errorf("somebody of the free tier who is not impacted got %d messages", got)
	}

	o.prepares(line("fact 1 individual_action_needed=yes --reason 'passwords have to be changed'")...)
	o.shows(line("notice who 1"), "The public", "Do customers have to act, each for themselves? yes")
}

// TestOwnTermsComeFirst tells every administrator and security contact within 72
// hours, and those with terms of their own within these.
func TestOwnTermsComeFirst(t *testing.T) {
	o := openNorthlight(t, "2026-03-04 08:00").sets("inventifornia").connects()
	o.writes("customers.csv", "id,name,tier,admin_email,security_email,terms\nC-1,Brightfield,paid,a@one.example;b@one.example,sec@one.example,\nC-2,Möwe,free,a@two.example,,48h\n")
	o.prepares(line("affected import customers.csv")...).prepares(line("report --title 'Inputs were read' --type data-breach")...)
	o.prepares(line("triage 1 --classification confirmed --severity high --criterion 1 --data-category input-data --fact confirmed=07:00 --fact customer_data_exposed=yes --role 'lead=Ana Ruiz' --role 'communications=Ben Ruiz'")...)
	o.prepares(line("affected add 1 --all --direct")...)
	o.shows(line("deadlines 1"), "Fri 6 Mar 07:00", "Sat 7 Mar 07:00")
	o.shows(line("deadlines 1 --explain"), "48 hours", "72 hours")
	o.prepares(append(line("notice draft 1 initial"), first...)...).approved("N1", "Ben Ruiz").releases("N1")
	for _, to := range []string{"a@one.example", "b@one.example", "sec@one.example", "a@two.example"} {
		if got := len(o.letters(to)); got != 1 {
			t.Errorf("%s got %d messages", to, got)
		}
	}
	o.shows(line("deadlines 1"), "met")
	o.shows(line("timeline 1"), "met: Notice to customer administrators · A1, was due 2026-03-07 07:00", "met: Notice to customer administrators · A2, was due 2026-03-06 07:00")

	// Who is found later has a clock of their own.
	o.at("2026-03-06 09:00").writes("later.csv", "id,name,tier,admin_email,terms\nC-3,Late,paid,a@three.example,24h\n").prepares(line("affected import later.csv")...)
	o.prepares(line("affected add 1 --query id=C-3 --direct --since 08:00")...)
	o.shows(line("deadlines 1"), "Sat 7 Mar 08:00")
}

// TestAuthorityIsToldInPhases files what is known, and what was missing later.
func TestAuthorityIsToldInPhases(t *testing.T) {
	o := openNorthlight(t, "2026-03-04 08:00").sets("inventifornia", "gdpr")
	o.prepares(line("report --title 'Inputs were read' --type data-breach")...)
	o.prepares(line("triage 1 --classification confirmed --severity high --criterion 1 --data-category input-data --fact confirmed=07:00 --fact aware=07:00 --fact acting.controller=yes --fact personal_data=yes --fact risk_unlikely=no --role 'lead=Ana Ruiz' --role 'leadership=Ingrid Solberg'")...)
	o.shows(line("notice draft 1 regulator --rule gdpr/art33-authority --set 'nature=Exports were readable.' --set 'consequences=Names become known.' --unknown people --unknown records --unknown delay", "--set", toUs), "Measures taken or proposed")
	o.complains(line("notice propose 1"), "content Measures taken or proposed: is missing")
	o.prepares(line("notice edit 1 --set 'measures=The exports are closed.' --set delay=None.")...).approved("N1", "Ingrid Solberg")
	o.shows(line("notice show 1"), "not yet known")
	o.complains(line("notice file 1 --received 06:00"), "lies before it was filed")
	o.complains(line("notice file 1 --at 2026-03-05"), "")
	o.shows(line("notice file 1 --reference LDA-7 --at 07:50"), "LDA-7", "met")

	o.shows(line("notice draft 1 regulator --rule gdpr/art33-authority --corrects N1 --set 'nature=Exports were readable.' --set 'consequences=Names become known.' --set people=120 --set records=900 --set delay=None. --set measures=Closed.", "--set", toUs), "corrects: N1")
	o.at("2026-03-05 09:00").approved("N2", "Ingrid Solberg").shows(line("notice file 1 N2 --reference LDA-7/2"), "LDA-7/2")
	o.shows(line("deadlines 1"), "met")
}

// TestSummaryIsWritten sends the written summary once the incident is resolved.
func TestSummaryIsWritten(t *testing.T) {
	o := openNorthlight(t, "2026-03-04 08:00").sets("iventory").connects().writes("customers.csv", customersOfTheCells)
	o.prepares(line("affected import customers.csv")...).prepares(line("report --title 'Records were read'")...)
	o.prepares(line("triage 1 --classification confirmed --severity high --reason r --fact confirmed=07:00 --fact tenant_data_affected=yes --role 'lead=Ana Ruiz' --role 'communications=Ben Ruiz'")...)
	o.prepares(line("affected add 1 --all --direct")...)
	o.shows(line("deadlines 1"), "Sat 7 Mar 07:00")
	o.shows(line("notice draft 1 summary --channel mail --set 'scope=The records of four tenants.' --set 'remediation=The check is back.'", "--set", toUs), "Root cause")
	o.complains(line("notice propose 1"), "content Root cause: is missing; Written")
	o.prepares(line("notice edit 1 --set 'cause=A check was lost in a change.'")...).approved("N1", "Ben Ruiz")
	o.prepares(line("fact 1 resolved=07:45")...).releases("N1")
	o.shows(line("timeline 1"), "met: Written")
	for _, to := range []string{"security@brightfield.example", "lena@hoff.example"} {
		all := o.letters(to)
		if len(all) != 1 || !strings.Contains(all[0].body(t), "A check was lost in a change.") {
			t.Errorf("%s: %v", to, fmt.Sprint(all))
		}
	}
}
