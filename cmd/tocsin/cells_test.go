package main

import "testing"

// customersOfTheCells pay, or are of the free tier.
const customersOfTheCells = `id,name,tier,jurisdiction,language,admin_email,security_email
C-1,Brightfield Foods,paid,DE,en,admin@brightfield.example;ops@brightfield.example,security@brightfield.example
C-2,Möwe Logistik,paid,DE,de,it@moewe.example,
F-1,Harbour Choir,free,GB,en,choir@harbour.example,
F-2,Lena Hoff,free,AT,de,lena@hoff.example,
`

// cell is one of the notification process's table: how bad it is, how sure, and
// who is affected.
type cell struct{ severity, classification, audience string }

func (c cell) name() string { return c.severity + "-" + c.audience + "-" + c.classification }

// TestCells goes the way from triage to proof once for each cell of the
// notification process's table, and keeps what somebody at the command line
// sees: paying customers; free-tier users who are directly impacted, whom paying
// customers and a buffer come before, and after whom the public hears; and
// free-tier users who are not, who hear from the public announcement alone.
func TestCells(t *testing.T) {
	for _, severity := range []string{"critical", "high", "medium", "low"} {
		for _, classification := range []string{"confirmed", "potential"} {
			for audience, tour := range map[string]func(o *northlight, c cell){"paid": tourOfPaid, "free": tourOfFree, "spared": tourOfSpared} {
				c := cell{severity, classification, audience}
				t.Run(c.name(), func(t *testing.T) {
					t.Parallel()
					o := openNorthlight(t, "2026-03-04 08:00")
					tour(o.begins(c), c)
					o.golden("cells/" + c.name() + ".txt")
				})
			}
		}
	}
}

// begins reports and assesses the incident of a cell.
func (o *northlight) begins(c cell) *northlight {
	o.t.Helper()
	o.sets("saas-notification").connects().writes("customers.csv", customersOfTheCells)
	answers := map[string][]string{
		"paid":   {"--fact", "tier.free=no"},
		"free":   {"--fact", "free_tier_directly_impacted=yes", "--fact", "individual_action_needed=no"},
		"spared": {"--fact", "tier.paid=no", "--fact", "free_tier_directly_impacted=no", "--fact", "individual_action_needed=no"},
	}[c.audience]
	o.at("2026-03-04 09:00").does("affected", "import", "customers.csv")
	o.does("report", "--title", "Exports were readable")
	return o.does(append([]string{"triage", "1", "--classification", c.classification, "--severity", c.severity, "--reason", "what was readable", "--data-category", "confidential",
		"--role", "lead=Ana Ruiz", "--role", "communications=Ben Ruiz", "--role", "leadership=Ingrid Solberg", "--fact", "impact_confirmed=08:30"}, answers...)...)
}

// toUs is the field that every notice has.
const toUs = "reach=security@northlight.example"

// tourOfPaid tells paying customers at once, at the cadence of the severity, and
// when it is over; in a low one nobody.
func tourOfPaid(o *northlight, c cell) {
	o.does("affected", "add", "1", "--query", "tier=paid", "--direct", "--what", "exports")
	o.does("notice", "who", "1").does("deadlines", "1")
	first := []string{"notice", "draft", "1", "initial", "--channel", "mail", "--set", "what_happened=Somebody could read exported files.",
		"--set", "affected=Exports of the last week.", "--set", "done=The exports are closed.", "--set", toUs}
	if c.severity == "low" {
		o.does(first...).does("notice", "edit", "1", "--set", "advice=Change your passwords.")
		o.refused("notice", "propose", "1").does("notice", "withdraw", "1", "--reason", "nobody has to be told")
		o.does("notice", "list", "1").does("deadlines")
		return
	}
	o.does(first...).refused("notice", "propose", "1")
	o.does("notice", "edit", "1", "--set", "advice=Change your passwords.").does("notice", "preview", "1")
	o.approved("N1", "Ben Ruiz").at("2026-03-04 10:00").releases("N1")
	o.does("deadlines", "1", "--explain")

	due := map[string]string{"critical": "2026-03-05", "high": "2026-03-06", "medium": "2026-03-13"}[c.severity]
	o.at(due + " 08:30").does("reminders")
	o.does("notice", "draft", "1", "update", "--channel", "mail", "--set", "new=Nobody downloaded them.", "--set", "changes=Nothing.", "--set", "affected=Exports of the last week.",
		"--set", "advice=Nothing more.", "--set", toUs)
	o.approved("N2", "Ben Ruiz").releases("N2")
	o.does("deadlines", "1")

	o.at(due+" 15:00").does("fact", "1", "resolved=14:30")
	o.does("notice", "draft", "1", "resolution", "--channel", "mail", "--set", "what_happened=Exports were readable for two hours.", "--set", "done=They are closed.", "--set", toUs)
	o.approved("N3", "Ben Ruiz").releases("N3")
	o.does("deadlines", "1").does("notice", "who", "1").proves()
}

// tourOfFree tells free-tier users after paying customers and the buffer, and
// then the public.
func tourOfFree(o *northlight, c cell) {
	o.does("affected", "add", "1", "--query", "tier=paid", "--what", "exports")
	o.does("affected", "add", "1", "--query", "tier=free", "--direct", "--what", "exports")
	o.does("notice", "who", "1").does("deadlines", "1")

	o.does("notice", "draft", "1", "initial", "--rule", "free-tier-notice", "--channel", "mail", "--language", "en,de", "--set", "what_happened=Exports were readable.", "--set", "meaning=Yours were among them.",
		"--set", "what_happened@de=Exporte waren lesbar.", "--set", "meaning@de=Auch Ihre.", "--set", toUs)
	o.does("notice", "preview", "1", "--language", "de").approved("N1", "Ben Ruiz")
	if c.severity != "low" {
		o.refused("notice", "release", "1", "N1", "--digest", o.digests["N1"])
		o.does("notice", "draft", "1", "initial", "--rule", "notice-"+c.severity, "--channel", "mail", "--set", "what_happened=Somebody could read exported files.",
			"--set", "affected=Exports of the last week.", "--set", "done=The exports are closed.", "--set", "advice=Change your passwords.", "--set", toUs)
		o.approved("N2", "Ben Ruiz").releases("N2")
		o.refused("notice", "release", "1", "N1", "--digest", o.digests["N1"])
	}
	o.announces()
	o.at("2026-03-05 09:00").releases("N1").does("notice", "who", "1")
	o.does("notice", "file", "1", o.last, "--reference", "https://northlight.example/security/2026-03")
	o.does("deadlines", "1").does("notice", "who", "1").proves()
}

// tourOfSpared tells free-tier users who are not directly impacted nothing but
// what the public hears.
func tourOfSpared(o *northlight, _ cell) {
	o.does("affected", "add", "1", "--query", "tier=free", "--what", "exports of others")
	o.does("notice", "who", "1").does("deadlines", "1")
	o.does("notice", "draft", "1", "initial", "--rule", "free-tier-notice", "--group", "A1", "--channel", "mail", "--set", "what_happened=Exports were readable.", "--set", "meaning=Not yours.", "--set", toUs)
	o.approved("N1", "Ben Ruiz").refused("notice", "release", "1", "N1", "--digest", o.digests["N1"])
	o.does("notice", "withdraw", "1", "N1", "--reason", "they are not impacted")
	o.announces()
	o.does("notice", "file", "1", o.last, "--reference", "https://northlight.example/security/2026-03")
	o.does("deadlines", "1").does("notice", "who", "1").proves()
}

// announces writes the public announcement, which waits for the fix, and has it
// approved by two.
func (o *northlight) announces() *northlight {
	o.t.Helper()
	o.does("notice", "draft", "1", "public", "--set", "what_happened=Exports were readable.", "--set", "fix=They are closed.", "--set", "advice=There is nothing to do.", "--set", toUs)
	o.refused("notice", "propose", "1", o.last)
	o.does("fact", "1", "fix_available=08:50").does("notice", "edit", "1", o.last)
	return o.approved(o.last, "Ben Ruiz", "Ingrid Solberg")
}
