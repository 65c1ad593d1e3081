package main

import (
	"fmt"
	"strings"
	"testing"
)

// hostile are customers whose names and addresses try to be more than that, or
// are written in other ways than most.
const hostile = `{"id":"X-1","name":"Eve\r\nBcc: everybody@evil.example","tier":"paid","admin_email":["eve@one.example"]}
{"id":"X-2","name":"{contact} {{customer}} {?advice}free{/advice} %s %00","tier":"paid","admin_email":["braces@one.example"]}
{"id":"X-3","name":"=?utf-8?q?Subject:_x?= <b>bold</b>","tier":"paid","admin_email":["encoded@one.example"]}
{"id":"X-4","name":"مكتبة النور","tier":"paid","language":"ar","admin_email":["مدير@مكتبة.example"]}
{"id":"X-5","name":"Ac\u202eme\u2066 Ltd","tier":"paid","admin_email":["override@one.example"]}
{"id":"X-6","name":"Same","tier":"paid","admin_email":["Jo@Case.example","jo@case.example","Jo@CASE.example"],"security_email":["Jo@case.example"]}
{"id":"X-7","name":"Ada","tier":"paid","admin_email":["shared@agency.example"]}
{"id":"X-8","name":"Bob","tier":"paid","admin_email":["shared@agency.example"]}
{"id":"X-9","name":"Möller & Töchter","tier":"paid","admin_email":["jörg@möller.example"]}
`

// TestStrangersReadNothingButTheirNotice follows what customers may be called
// from the import to the message on the wire.
func TestStrangersReadNothingButTheirNotice(t *testing.T) {
	o := openNorthlight(t, "2026-03-04 08:00").sets("saas-notification").connects().writes("hostile.jsonl", hostile)
	o.prepares(line("affected import hostile.jsonl")...).prepares(line("report --title 'Exports were readable'")...)
	o.prepares(line("triage 1 --classification confirmed --severity critical --reason r --fact impact_confirmed=07:30 --role 'lead=Ana Ruiz' --role 'communications=Ben Ruiz'")...)
	o.prepares(line("affected add 1 --all --direct")...)
	o.prepares(append(line("notice draft 1 initial"), "--channel", "mail", "--set", "what_happened=A line.\r\n.\r\nQUIT\r\nBcc: x@evil.example", "--set", "affected={?advice}{contact}", "--set", "done=<script>", "--set", "advice=None.", "--set", toUs)...)
	o.approved("N1", "Ben Ruiz").releases("N1")

	for to, name := range map[string]string{
		"eve@one.example":      "To Eve Bcc: everybody@evil.example,",
		"braces@one.example":   "To {contact} {{customer}} {?advice}free{/advice} %s %00,",
		"encoded@one.example":  "To =?utf-8?q?Subject:_x?= <b>bold</b>,",
		"مدير@مكتبة.example":   "To \u2068مكتبة النور\u2069,",
		"override@one.example": "To Acme Ltd,",
		"jörg@möller.example":  "To Möller & Töchter,",
	} {
		all := o.letters(to)
		if len(all) != 1 {
			t.Errorf("%s got %d messages", to, len(all))
			continue
		}
		body := all[0].body(t)
		if first, _, _ := strings.Cut(body, "\n"); first != name {
			t.Errorf("%s: %q, want %q", to, first, name)
		}
		for _, text := range []string{"A line.\n.\nQUIT\nBcc: x@evil.example\n", "WHAT IS AFFECTED\n{?advice}{contact}\n", "<script>"} {
			if !strings.Contains(body, text) {
				t.Errorf("%s: %q is not in\n%s", to, text, body)
			}
		}
		for _, header := range []string{"Bcc", "Cc"} {
			if all[0].head.Get(header) != "" {
				t.Errorf("%s: it has the header %s", to, header)
			}
		}
		if got := all[0].header(t, "Subject"); got != "Northlight Software: security incident INC-2026-0001" {
			t.Errorf("%s: the subject is %q", to, got)
		}
	}
	// The part before the @ is told apart by case, as servers may; the rest is not.
	if upper, lower := len(o.letters("Jo@case.example")), len(o.letters("jo@case.example")); upper != 1 || lower != 1 {
		t.Errorf("Jo got %d messages and jo %d", upper, lower)
	}
	shared := o.letters("shared@agency.example")
	if len(shared) != 2 || shared[0].head.Get("Message-Id") == shared[1].head.Get("Message-Id") || strings.Contains(shared[0].body(t), "Ada") == strings.Contains(shared[1].body(t), "Ada") {
		t.Errorf("an address of two customers got %d messages", len(shared))
	}
	if o.mail.count() != 10 {
		t.Errorf("%d messages came over the wire", o.mail.count())
	}
	o.proves()
}

// TestManyAreToldOnceEach tells more than fit one command, one page or one
// record, from the import on.
func TestManyAreToldOnceEach(t *testing.T) {
	const many = 1300
	o := openNorthlight(t, "2026-03-04 08:00").sets("saas-notification").connects()
	var rows strings.Builder
	rows.WriteString("id,name,tier,admin_email\n")
	for k := range many {
		fmt.Fprintf(&rows, "C-%d,Customer %d,paid,admin%d@c%d.example\n", k, k, k, k%7)
	}
	o.writes("many.csv", rows.String()).shows(line("affected import many.csv"), "Imported 1300 customers")
	o.prepares(line("report --title 'Exports were readable'")...)
	o.prepares(line("triage 1 --classification confirmed --severity high --reason r --fact impact_confirmed=07:30 --role 'lead=Ana Ruiz' --role 'communications=Ben Ruiz'")...)
	o.shows(line("affected add 1 --all"), "1300 paid customers, 1300 addresses")
	o.prepares(append(line("notice draft 1 initial"), first...)...).approved("N1", "Ben Ruiz").releases("N1")
	for k := range many {
		if got := len(o.letters(fmt.Sprintf("admin%d@c%d.example", k, k%7))); got != 1 {
			t.Fatalf("customer %d got %d messages", k, got)
		}
	}
	o.shows(line("notice list 1"), "1,300 accepted").shows(line("deadlines 1"), "Fri 6 Mar 08:00")
}
