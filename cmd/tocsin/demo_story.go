package main

import (
	"time"

	"tocsin/model"
	"tocsin/model/policy"
)

// The demo's cast, and what its story is measured in.
const (
	demoOrganisation = "Northlight Software"
	demoActor        = amara

	amara  = "Amara Okafor"
	elif   = "Elif Yıldız"
	priya  = "Priya Raman"
	jonas  = "Jonas Weber"
	tomas  = "Tomás Herrera"
	kwame  = "Kwame Boateng"
	meiLin = "Zhou Mei-Lin"
	fatima = "Fatima al-Sayed"
	ingrid = "Ingrid Solberg"
	sven   = "Sven Lindqvist"
	rania  = "Rania Haddad"

	m = time.Minute
	h = time.Hour
	d = 24 * time.Hour

	storyBegins = 45 * d
)

// What the tales run under.
var (
	inventifornia = []string{"inventifornia", "gdpr"}
	iventory      = []string{"iventory", "gdpr"}
	itemiq        = []string{"itemiq", "gdpr"}
	notification  = []string{"saas-notification", "gdpr"}
	saasSecurity  = []string{"saas-security-incident", "gdpr"}
)

// story is a month at a made-up company that keeps the promises of all the
// policies at once, told from the oldest incident to the newest. Times count
// back from the present.
var story = []tale{
	{
		key: "plugin", packs: inventifornia, ago: 33 * d, by: jonas,
		report: model.Report{Title: "Deploy key read by a compromised build plug-in", Systems: []string{"build-04", "deploy-gateway"}, Source: "dependency scanner", Reporter: "Sofia Marques"},
		steps: []step{
			{33*d - 40*m, priya, []deed{
				triaged("high", []int{2}, model.Triage{Types: []string{"credential-exposure", "service-compromise"}, Classification: model.Confirmed, Data: []string{"credentials"}}),
				takes("lead", priya), takes("technical", jonas), takes("communications", fatima),
				states("confirmed", 33*d-30*m, "key seen in use from an unknown address"),
				answers("customer_data_exposed", policy.No, "the key reaches staging alone"),
				answers("acting.controller", policy.No, ""),
			}},
			{32 * d, jonas, []deed{enters("containment"), does("isolate", "revoke", "rotate", "block"), enters("investigation")}},
			{30 * d, jonas, []deed{enters("remediation"), states("contained", 32*d, ""), states("eradicated", 30*d, "")}},
			{26*d + 2*h, priya, []deed{enters("notification"), enters("review"), states("recovered", 27*d, ""), states("resolved", 26*d+2*h, "all runners rebuilt from clean images")}},
			{4 * d, priya, []deed{does("lessons"), notes("Draft of the review is with Jonas. Open question: who signs plug-ins from now on?")}},
		},
	},
	{
		key: "worker", packs: inventifornia, ago: 28*d + 3*h, by: kwame,
		report: model.Report{Title: "Deserialisation flaw in the import worker", Description: "An outside researcher shows that a crafted archive runs code in the import worker. Nobody is known to have used it.",
			Systems: []string{"import-worker"}, TLP: model.TLPRed, Source: "security mailbox", Reporter: "Hana Novotná", Contact: "hana.novotna@example.org"},
		steps: []step{
			{28 * d, kwame, []deed{
				triaged("critical", nil, model.Triage{Types: []string{"vulnerability"}, Classification: model.Potential, Data: []string{"input-data"}, Reason: "code execution next to input data of all tenants"}),
				takes("lead", elif), takes("technical", kwame), takes("communications", meiLin),
				answers("customer_data_exposed", policy.No, "no archive of that shape in twelve months of logs"),
			}},
			{27*d + 8*h, meiLin, []deed{sends("inventifornia", "vulnerability-acknowledgement", "VR-118")}},
			{27 * d, kwame, []deed{enters("containment"), does("isolate"), notes("Worker runs without network access until the fix is out.")}},
			{20 * d, kwame, []deed{enters("investigation"), enters("remediation"), gives("patch", kwame)}},
			{6 * d, elif, []deed{notes("Fix is in review. The parser library needs a release of its own first; its maintainers promised one this week.")}},
		},
	},
	{
		key: "reseller", packs: inventifornia, ago: 19 * d, by: tomas,
		report: model.Report{Title: "API key of a reseller posted in a public repository", Systems: []string{"public API"}, Source: "secret scanning alert", Reporter: "alerting"},
		steps: []step{
			{19*d - 15*m, amara, []deed{
				triaged("high", []int{2}, model.Triage{Types: []string{"credential-exposure"}, Classification: model.Confirmed, Data: []string{"credentials"}}),
				takes("lead", amara), takes("technical", tomas), takes("communications", meiLin),
				states("confirmed", 19*d-10*m, ""), answers("acting.controller", policy.No, ""),
			}},
			{19*d - 1*h, tomas, []deed{enters("containment"), does("isolate", "revoke"), skips("rotate", "no other secret was within reach"), enters("investigation"), states("contained", 19*d-50*m, "key revoked")}},
			{18 * d, tomas, []deed{answers("customer_data_exposed", policy.No, "access log of the key shows the reseller alone"), enters("remediation"), enters("notification")}},
			{16 * d, amara, []deed{enters("review"), states("resolved", 16*d, "")}},
			{9 * d, amara, []deed{does("lessons", "preventive-controls"), sends("inventifornia", "review", "PIR-31"), closes("Key revoked within the hour, no use by others. Keys of resellers now expire after 90 days.")}},
		},
	},
	{
		key: "contractor", packs: saasSecurity, ago: 15 * d, by: sven,
		report: model.Report{Title: "Contractor account used after the contract ended", Systems: []string{"ticket system", "wiki"}, Source: "quarterly access review", Reporter: "Lucía Fernández"},
		steps: []step{
			{15*d - 2*h, sven, []deed{
				triaged("medium", []int{1}, model.Triage{Types: []string{"unauthorized-access"}, Classification: model.Potential, Data: []string{"internal"}}),
				takes("lead", sven), takes("technical", tomas), takes("security", kwame), takes("communications", meiLin),
				answers("outside_parties_affected", policy.No, ""), answers("personal_data", policy.No, "wiki pages on build tooling"),
			}},
			{14 * d, tomas, []deed{enters("containment"), does("isolate", "disable-accounts"), enters("investigation"), states("contained", 14*d, "")}},
			{12 * d, kwame, []deed{enters("recovery"), enters("analysis"), states("resolved", 12*d, "")}},
			{11 * d, sven, []deed{does("lessons", "update-procedures"), sends("saas-security-incident", "analysis", "")}},
			{11*d - 1*h, sven, []deed{closes("Account closed. Ends of contracts now reach the directory the same day.")}},
			{3*h + 10*m, kwame, []deed{reopens("a token of the same account is still valid at the package registry"), returns("containment", "a second way in was found")}},
			{2*h + 30*m, tomas, []deed{adds("Revoke the registry token and list what it pulled", tomas), links("plugin")}},
		},
	},
	{
		key: "uploads", packs: iventory, ago: 13 * d, by: elif,
		report: model.Report{Title: "Design files of a former tenant still reachable", Systems: []string{"object storage"}, Source: "customer", Reporter: "Atelier Brandt", Contact: "privacy@atelier-brandt.example"},
		steps: []step{
			{13*d - 3*h, elif, []deed{
				triaged("medium", []int{1}, model.Triage{Types: []string{"human-error"}, Classification: model.Confirmed, Data: []string{"uploads"}}),
				takes("lead", elif), takes("technical", tomas), takes("communications", fatima),
				states("confirmed", 13*d-2*h, "links opened from outside"), answers("tenant_data_affected", policy.Yes, ""), answers("isolation_broken", policy.No, ""),
				answers("personal_data", policy.No, "product drawings"),
			}},
			{12 * d, tomas, []deed{enters("containment"), enters("investigation"), states("contained", 12*d+1*h, "links withdrawn")}},
			{9*d + 20*h, fatima, []deed{sends("iventory", "tenant-notice", "N-2041"), notes("Sent a day late: the tenant's contract had ended and with it the administrator's address. Now kept for 90 days.")}},
			{7 * d, tomas, []deed{enters("eradication"), enters("notification")}},
			{2 * d, elif, []deed{enters("review"), states("resolved", 2*d, "clean-up job runs again, its alarm is on")}},
		},
	},
	{
		key: "analytics", packs: notification, ago: 9 * d, by: meiLin,
		report: model.Report{Title: "Customer names in events sent to the analytics supplier", Systems: []string{"web front end", "event pipeline"}, Source: "code review", Reporter: "Oluwaseun Adeyemi"},
		steps: []step{
			{9*d - 1*h, meiLin, []deed{
				triaged("medium", []int{1}, model.Triage{Types: []string{"human-error"}, Classification: model.Confirmed, Data: []string{"personal-data"}}),
				takes("lead", meiLin), takes("technical", jonas), takes("communications", fatima),
			}},
			{6*d - 1*h, fatima, []deed{
				states("impact_confirmed", 6*d, "supplier confirms what it received"),
				answers("tier.paid", policy.Yes, ""), answers("tier.free", policy.Yes, ""), answers("free_tier_directly_impacted", policy.Yes, ""), answers("individual_action_needed", policy.No, ""),
				answers("personal_data", policy.Yes, ""), answers("acting.controller", policy.No, "names come from customers' accounts"), answers("acting.processor", policy.Yes, ""),
				states("aware", 6*d, ""), affects(true, 0, 1, 212, "names in page events"), affects(true, 0, 353, 412, "names in page events"),
			}},
			{5 * d, jonas, []deed{enters("containment"), enters("investigation"), states("contained", 5*d+4*h, "field removed from the events")}},
			{4 * d, fatima, []deed{sends("gdpr", "art33-2-controller", "mail to 212 controllers"), waives("saas-notification", "free-tier-notice", ingrid, "the supplier deleted the events unread; the public announcement says so")}},
			{3 * d, jonas, []deed{enters("eradication"), states("fix_available", 3*d, "")}},
			{2*d + 5*h, meiLin, []deed{sends("saas-notification", "public-announcement", "blog, status page")}},
			{6 * h, fatima, []deed{
				writes("customer-initial", "saas-notification", "notice-medium", []string{"A1"}, []string{"en"}, said{"what_happened": "Names of your users were sent to our analytics supplier.", "affected": "Names, for eleven days.", "done": "The field is removed and the supplier has deleted it.", "advice": "Nothing.", "reach": "privacy@northlight.example"}),
				proposes("N1"), rejects("N1", "Say since when, and that nobody opened it."),
			}},
		},
	},
	{
		key: "courier", packs: itemiq, ago: 8 * d, by: rania,
		report: model.Report{Title: "Backup medium missing from a courier delivery", Systems: []string{"off-site backup"}, Source: "supplier", Reporter: "Meridian Archive"},
		steps: []step{
			{8*d - 2*h, rania, []deed{
				triaged("high", []int{1}, model.Triage{Types: []string{"personal-data-loss"}, Classification: model.Potential, Data: []string{"personal-data"}}),
				takes("lead", rania), takes("technical", jonas), takes("communications", fatima), takes("leadership", ingrid),
				states("aware", 8*d-1*h, "courier cannot trace the parcel"),
				answers("personal_data", policy.Yes, ""), answers("acting.controller", policy.Yes, ""), answers("acting.processor", policy.No, ""),
				answers("personal_data_at_risk", policy.Unknown, "the key may have been in the same parcel"), answers("shared_systems_affected", policy.No, ""), answers("regulator_notice_required", policy.Yes, ""),
			}},
			{7 * d, rania, []deed{does("record-report", "open-log"), enters("assessment"), sends("itemiq", "leadership-escalation", ""), enters("containment")}},
			{4*d + 14*h, fatima, []deed{answers("risk_unlikely", policy.No, "no proof that the medium is encrypted"), sends("gdpr", "art33-authority", "LDI-26-55871"), sends("itemiq", "regulator-notice", "LDI-26-55871"),
				notes("Filed after 72 hours; the form gives the reason: the courier's search ended on the fourth day.")}},
			{4 * d, jonas, []deed{enters("eradication"), sends("gdpr", "art33-5-record", "")}},
			{3 * d, fatima, []deed{
				answers("uk_personal_data", policy.Yes, "customers of the Leeds office are on it"), answers("california_residents", policy.Yes, "no proof that the medium is encrypted"), counts("affected_california", "12"),
				comesUnder("uk-gdpr", "california"), states("discovered", 8*d-1*h, "courier cannot trace the parcel"), sends("uk-gdpr", "ico", "IC-4471"), sends("uk-gdpr", "record", ""),
			}},
			{2 * d, ingrid, []deed{delays("california", "consumers", 26*d, "Sacramento County Sheriff", "letter of the detective in charge, by e-mail")}},
			{20 * h, fatima, []deed{answers("high_risk", policy.Unknown, "depends on the key")}},
		},
	},
	{
		key: "script", packs: inventifornia, ago: 6*d + 12*h, by: meiLin,
		report: model.Report{Title: "Stored script in profile names, reported by a researcher", Systems: []string{"web front end"}, TLP: model.TLPGreen, Source: "security mailbox", Reporter: "Arjun Mehta", Contact: "arjun@research.example"},
		steps: []step{{6*d + 9*h, priya, []deed{
			triaged("medium", []int{1}, model.Triage{Types: []string{"vulnerability"}, Classification: model.Potential}),
			takes("lead", priya), takes("technical", jonas),
		}}},
	},
	{
		key: "relay", packs: notification, ago: 6*d + 4*h, by: kwame,
		report: model.Report{Title: "Intruder on the outbound mail relay", Description: "The relay accepted a session with a stolen service account and forwarded queued mail to an outside host.",
			Systems: []string{"mail-relay-2", "mail-relay-3"}, TLP: model.TLPAmberStrict, Source: "monitoring", Reporter: "alerting"},
		steps: []step{
			{6*d + 3*h, amara, []deed{
				triaged("critical", []int{1, 2}, model.Triage{Types: []string{"service-compromise", "data-breach"}, Classification: model.Confirmed, Data: []string{"personal-data", "customer-configuration"}}),
				takes("lead", amara), takes("technical", kwame), takes("technical", tomas), takes("communications", meiLin), takes("leadership", ingrid),
			}},
			{6 * d, meiLin, []deed{
				states("impact_confirmed", 6*d+1*h, "mail of 340 customers in the forwarded queue"), states("aware", 6*d+1*h, ""),
				answers("tier.paid", policy.Yes, ""), answers("tier.free", policy.No, ""),
				answers("personal_data", policy.Yes, ""), answers("acting.processor", policy.Yes, ""), answers("acting.controller", policy.No, ""),
				affects(true, 0, 1, 340, "mail in the forwarded queue"),
			}},
			{5*d + 20*h, kwame, []deed{does("open-channel"), enters("containment"), does("preserve-evidence", "isolate", "revoke-credentials"), states("contained", 5*d+21*h, "relays cut off, queue frozen"), enters("investigation")}},
			{5*d + 19*h, kwame, []deed{
				collects(model.EvidenceLog, "Mail log of the night", "mail.log", "mail-relay-2", 5*d+20*h, demoMailLog),
				collects(model.EvidenceMemory, "Memory of mail-relay-2 before it was cut off", "mail-relay-2.lime", "mail-relay-2", 5*d+21*h+20*m, demoMemory),
			}},
			{5*d + 17*h, kwame, []deed{hands("E-2", model.Transferred, tomas, "to look for the intruder's tools"), verifies("E-1"), verifies("E-2")}},
			{5*d + 14*h, tomas, []deed{hands("E-2", model.Examined, tomas, "one reverse shell, no second account"), hands("E-1", model.Examined, kwame, "which customers' mail was forwarded")}},
			{5*d + 12*h, meiLin, []deed{sends("saas-notification", "notice-critical", "N-2050"), sends("gdpr", "art33-2-controller", "N-2050")}},
			{4*d + 14*h, meiLin, []deed{sends("saas-notification", "notice-critical", "N-2052")}},
			{3*d + 11*h, meiLin, []deed{sends("saas-notification", "notice-critical", "N-2055"), notes("Fifteen minutes would have been enough, the approval took three hours. Approver on call from now on.")}},
			{3*d + 4*h, amara, []deed{collects(model.EvidenceMail, "Warning that nobody read", "warning.eml", "operations mailbox", 3*d+5*h, demoMail)}},
			{3 * d, tomas, []deed{enters("eradication"), gives("verify", kwame)}},
			{2*d + 13*h, meiLin, []deed{sends("saas-notification", "notice-critical", "N-2058")}},
			{1*d + 14*h, fatima, []deed{sends("saas-notification", "notice-critical", "N-2060")}},
			{24 * h, meiLin, []deed{writes("customer-update", "saas-notification", "notice-critical", []string{"A1"}, []string{"en", "de"}, relayUpdate), proposes("N1")}},
			{23*h + 50*m, meiLin, []deed{approves("N1", "communications")}},
			{23*h + 40*m, meiLin, []deed{releases("N1")}},
			{23*h + 38*m, model.Itself, []deed{delivers("N1", map[int]model.DeliveryResult{17: {Outcome: model.ToldRefused, Words: "550 5.1.1 mailbox unavailable"}})}},
			{23*h + 35*m, meiLin, []deed{rings("N1", 17, "call of their new administrator"), confirms("N1", 0, 4), adds("Ask the certificate authority for the log of issued certificates", tomas)}},
			{3 * h, meiLin, []deed{affects(false, 3*h, 341, 352, "delivery reports")}},
			{50 * m, meiLin, []deed{
				writes("customer-update", "saas-notification", "notice-critical", []string{"A1"}, []string{"en", "de"}, relayUpdate),
				rewrites("N2", said{"new": "No further mail left after Saturday. The certificates of both relays are replaced.", "new@de": "Seit Samstag hat keine weitere E-Mail das Haus verlassen. Die Zertifikate beider Relays sind ersetzt."}),
				proposes("N2"),
			}},
			{40 * m, meiLin, []deed{writes("customer-initial", "saas-notification", "notice-critical", []string{"A2"}, []string{"en"}, said{
				"what_happened": "An intruder forwarded mail from one of our outbound relays. Your delivery reports were in the queue.", "affected": "?", "done": "The relays are cut off and rebuilt.", "reach": "security@northlight.example",
			})}},
		},
	},
	{
		key: "relay-second", packs: notification, ago: 6*d + 2*h, by: jonas,
		report: model.Report{Title: "Queue growth on mail-relay-3", Systems: []string{"mail-relay-3"}, Source: "monitoring", Reporter: "alerting"},
		steps:  []step{{6*d + 1*h + 30*m, amara, []deed{merges("relay", "the same session, seen on the second relay")}}},
	},
	{
		key: "supplier", packs: notification, ago: 5 * d, by: priya,
		report: model.Report{Title: "Status page supplier reports a breach of its subscriber lists", Systems: []string{"status page"}, Source: "supplier", Reporter: "Beaconboard"},
		steps: []step{
			{4*d + 5*h, priya, []deed{
				triaged("high", []int{1}, model.Triage{Types: []string{"supply-chain"}, Classification: model.Confirmed, Data: []string{"personal-data"}}),
				takes("lead", priya), takes("technical", jonas), takes("communications", meiLin),
				states("impact_confirmed", 4*d+6*h, "our list is in the supplier's sample"), states("aware", 4*d+6*h, ""),
				answers("tier.paid", policy.Yes, ""), answers("tier.free", policy.No, ""), answers("personal_data", policy.Yes, ""),
				answers("acting.controller", policy.Yes, "subscribers of our own status page"), answers("acting.processor", policy.No, ""), answers("risk_unlikely", policy.No, ""), answers("high_risk", policy.No, "e-mail addresses alone"),
			}},
			{4*d + 3*h, meiLin, []deed{affects(true, 0, 1, 40, "subscriptions to the status page")}},
			{4 * d, jonas, []deed{enters("containment"), enters("investigation"), states("contained", 4*d+2*h, "")}},
			{2*d + 10*h, fatima, []deed{sends("gdpr", "art33-authority", "BfDI-2026-90417"), sends("gdpr", "art33-5-record", "")}},
			{1*d + 9*h, meiLin, []deed{sends("saas-notification", "notice-high", "N-2061")}},
			{4 * h, meiLin, []deed{writes("customer-update", "saas-notification", "notice-high", []string{"A1"}, []string{"en"}, supplierUpdate), proposes("N1"), approves("N1", "communications")}},
			{3*h + 30*m, meiLin, []deed{releases("N1"), takes("communications", amara), notes("I am on a train until the evening; @Amara Okafor approves for me meanwhile.")}},
			{3*h + 25*m, model.Itself, []deed{delivers("N1", map[int]model.DeliveryResult{
				2: {Outcome: model.ToldUncertain, Words: "the connection broke after the text was sent"}, 11: {Outcome: model.ToldRefused, Words: "550 5.1.1 no such user here"},
			})}},
			{1 * h, fatima, []deed{writes("customer-update", "saas-notification", "notice-high", []string{"A1"}, []string{"en"}, said{
				"new": "The supplier's report is in: names were not in the lists, addresses were.", "changes": "Expect unwanted mail; nothing else follows from it.", "affected": "The addresses of your subscribers.", "done": "We have moved the status page to another supplier.",
				"advice": "Tell your subscribers. They need not do anything.", "reach": "security@northlight.example",
			}), proposes("N2")}},
		},
	},
	{
		key: "exports", packs: iventory, ago: 3*d + 7*h, by: elif,
		report: model.Report{Title: "Order exports contain rows of other tenants", Description: "Two customers report foreign order lines in the nightly CSV export.", Systems: []string{"export service", "orders database"},
			TLP: model.TLPAmberStrict, Source: "customer support", Reporter: "Nadia Petrova", Contact: "extension 4410"},
		steps: []step{
			{3*d + 6*h, elif, []deed{
				triaged("critical", []int{1}, model.Triage{Types: []string{"data-breach"}, Classification: model.Confirmed, Data: []string{"tenant-records", "employee-records"}}),
				takes("lead", elif), takes("technical", tomas), takes("communications", sven),
				answers("tenant_data_affected", policy.Yes, "exports of 6 tenants"), answers("isolation_broken", policy.Yes, ""),
			}},
			{3*d + 1*h, tomas, []deed{states("confirmed", 3*d+1*h, "reproduced on staging"), enters("containment"), notes("Exports are switched off for everybody.")}},
			{3 * d, tomas, []deed{
				corrects("confirmed", 3*d+2*h+15*m, "support had reproduced it before engineering did"),
				answers("personal_data", policy.Yes, "names of people the goods were issued to"), answers("acting.processor", policy.Yes, ""), answers("acting.controller", policy.No, ""), states("aware", 3*d+2*h+15*m, ""),
			}},
			{2*d + 20*h, elif, []deed{sends("iventory", "isolation-escalation", "call with Ingrid Solberg")}},
			{2 * d, tomas, []deed{does("preserve-evidence", "isolate", "confirm-contained"), states("contained", 3*d, ""), enters("investigation")}},
			{7 * h, sven, []deed{leaves("communications", sven), notes("On leave from today; the notice to tenants is drafted, not approved.")}},
		},
	},
	{
		key: "tokens", packs: inventifornia, ago: 3*d + 4*h, by: amara,
		report: model.Report{Title: "Session tokens written to a public log bucket", Description: "Debug logging of the gateway went to a bucket that anybody could list, for eleven days.",
			Systems: []string{"api-gateway", "log bucket eu-central"}, TLP: model.TLPAmber, Source: "bug bounty", Reporter: "Mateo Silva", Contact: "mateo@bounty.example"},
		steps: []step{
			{3*d + 2*h, amara, []deed{
				triaged("critical", []int{1}, model.Triage{Types: []string{"credential-exposure", "data-breach"}, Classification: model.Confirmed, Data: []string{"customer-personal-information", "credentials"}}),
				takes("lead", amara), takes("technical", jonas), takes("technical", kwame), takes("communications", fatima), takes("leadership", ingrid),
				states("occurred", 14*d, "first token in the logs"),
			}},
			{2*d + 23*h, amara, []deed{states("confirmed", 2*d+23*h+22*m, "tokens in the logs still open sessions"), answers("customer_data_exposed", policy.Yes, "downloads from unknown addresses")}},
			{2*d + 22*h, jonas, []deed{does("check-alerts"), enters("containment"), does("isolate", "revoke", "block"), states("contained", 2*d+22*h+30*m, "bucket private, tokens void"), enters("investigation")}},
			{2 * d, fatima, []deed{
				answers("personal_data", policy.Yes, ""), answers("acting.processor", policy.Yes, ""), answers("acting.controller", policy.Yes, "accounts and billing"), states("aware", 2*d+23*h+22*m, ""),
				answers("risk_unlikely", policy.No, ""), answers("high_risk", policy.No, "sessions void before any was used"), sends("gdpr", "art33-2-controller", ""),
			}},
			{1 * d, kwame, []deed{enters("remediation"), does("invalidate-sessions", "patch")}},
			{19 * h, fatima, []deed{sends("gdpr", "art33-authority", "LDI-26-56102"), sends("gdpr", "art33-5-record", ""), sends("inventifornia", "regulator-notice", "LDI-26-56102")}},
			{5 * h, fatima, []deed{affects(true, 0, 11, 50, "session tokens")}},
			{3 * h, fatima, []deed{
				does("list-contacts"), enters("notification"), writes("customer-initial", "inventifornia", "customer-notice", []string{"A1"}, []string{"en", "de"}, tokensNotice), proposes("N1"),
				notes("Notice is written in two languages and waits for approval."),
			}},
			{90 * m, fatima, []deed{approves("N1", "communications"), notes("Approved; whoever releases it, mind that it goes to 40 customers at once.")}},
		},
	},
	{
		key: "exports-again", packs: iventory, ago: 3 * d, by: "Nadia Petrova",
		report: model.Report{Title: "Foreign order lines in this morning's export", Systems: []string{"export service"}, Source: "customer support", Reporter: "Nadia Petrova"},
		steps:  []step{{2*d + 23*h + 40*m, elif, []deed{duplicates("exports", "the same fault, a third tenant")}}},
	},
	{
		key: "invoice", packs: itemiq, ago: 2*d + 21*h, by: rania,
		report: model.Report{Title: "Collective invoice sent to the wrong customer", Systems: []string{"billing"}, Source: "customer", Reporter: "Kestrel Logistics", Contact: "accounts@kestrel.example"},
		steps: []step{
			{2*d + 17*h, rania, []deed{
				triaged("medium", []int{1}, model.Triage{Types: []string{"unauthorized-disclosure"}, Classification: model.Confirmed, Data: []string{"personal-data"}}),
				takes("lead", rania), takes("communications", fatima), takes("leadership", ingrid),
				states("aware", 2*d+18*h, "customer sends the invoice back"), states("confirmed", 2*d+18*h, ""),
				answers("personal_data", policy.Yes, "names and addresses of 41 people"), answers("acting.controller", policy.Yes, ""), answers("acting.processor", policy.No, ""),
			}},
			{1*d + 20*h, rania, []deed{regrades("high", "bank details are on the second page"), enters("assessment"), sends("itemiq", "leadership-escalation", ""), sends("itemiq", "leadership-status", "")}},
			{1*d + 2*h, fatima, []deed{answers("risk_unlikely", policy.No, "bank details"), answers("high_risk", policy.Unknown, ""), answers("personal_data_at_risk", policy.Yes, "")}},
			{5 * h, rania, []deed{acknowledges("gdpr", "art33-authority")}},
		},
	},
	{
		key: "smtp", packs: iventory, ago: 2*d + 6*h, by: tomas,
		report: model.Report{Title: "Tenant mail credentials readable in a crash dump", Systems: []string{"notification service"}, Source: "support ticket", Reporter: "Yusuf Demir"},
		steps: []step{
			{2*d + 3*h, priya, []deed{
				triaged("high", []int{1}, model.Triage{Types: []string{"credential-exposure"}, Classification: model.Confirmed, Data: []string{"smtp-credentials"}}),
				takes("lead", priya), takes("technical", tomas), takes("communications", meiLin),
				states("confirmed", 2*d+4*h, "dump was attached to a ticket"), answers("tenant_data_affected", policy.Yes, "credentials of 3 tenants"), answers("isolation_broken", policy.No, ""), answers("personal_data", policy.No, ""),
			}},
			{1*d + 22*h, tomas, []deed{enters("containment"), does("preserve-evidence", "isolate", "revoke-credentials"), enters("investigation"), states("contained", 1*d+23*h, "credentials replaced")}},
			{1*d + 4*h, meiLin, []deed{sends("iventory", "tenant-notice", "N-2062")}},
			{10 * h, tomas, []deed{enters("eradication"), does("remove-cause"), gives("verify", tomas)}},
		},
	},
	{
		key: "laptop", packs: inventifornia, ago: 2 * d, by: "Grace Wanjiru",
		report: model.Report{Title: "Laptop of a field engineer missing after a train ride", Systems: []string{"laptop NL-0417"}, Source: "service desk", Reporter: "Grace Wanjiru"},
		steps: []step{
			{1*d + 23*h, priya, []deed{triaged("medium", []int{2}, model.Triage{Types: []string{"data-breach"}, Classification: model.Potential, Data: []string{"internal"}}), takes("lead", priya)}},
			{1*d + 18*h, priya, []deed{wasNone("handed in at the lost property office, sealed, disk encrypted and never switched on")}},
		},
	},
	{
		key: "ransom", packs: saasSecurity, ago: 1*d + 22*h, by: kwame,
		report: model.Report{Title: "Ransom note on a build agent", Description: "The agent encrypted its own work folder; a note asks for payment. No other host shows it.", Systems: []string{"build-11"}, TLP: model.TLPRed, Source: "end-point protection", Reporter: "alerting"},
		steps: []step{
			{1*d + 21*h, elif, []deed{
				triaged("high", []int{1}, model.Triage{Types: []string{"malware"}, Classification: model.Confirmed, Data: []string{"internal"}}),
				takes("lead", elif), takes("technical", kwame), takes("communications", sven),
				states("confirmed", 1*d+21*h, ""), answers("outside_parties_affected", policy.Unknown, "artefacts of the last day are being compared"), answers("personal_data", policy.No, ""),
			}},
			{1*d + 19*h, kwame, []deed{hurries("containment", "agent had to leave the network at once; the team was assembled afterwards"), does("isolate")}},
			{20 * h, kwame, []deed{does("assemble"), notes("Restored image boots clean. Comparing artefacts of the last 24 hours byte by byte.")}},
		},
	},
	{
		key: "mailbox", packs: inventifornia, ago: 22 * h, by: sven,
		report: model.Report{Title: "Finance mailbox forwards to an outside address", Systems: []string{"mail", "finance share"}, Source: "employee", Reporter: "Chloé Lambert", Contact: "extension 2207"},
		steps: []step{
			{19*h + 40*m, amara, []deed{
				triaged("high", []int{2}, model.Triage{Types: []string{"unauthorized-access"}, Classification: model.Potential, Data: []string{"customer-personal-information"}}),
				takes("lead", amara), takes("technical", tomas), takes("communications", fatima),
				states("confirmed", 20*h, "rule was made from an unknown address"), states("aware", 20*h, ""), answers("customer_data_exposed", policy.Unknown, "forwarded mail is being read"),
				answers("personal_data", policy.Yes, ""), answers("acting.controller", policy.Yes, ""), answers("acting.processor", policy.No, ""),
			}},
			{18 * h, tomas, []deed{enters("containment"), does("isolate", "revoke"), states("contained", 19*h, "rule removed, password and sessions reset")}},
			{9 * h, tomas, []deed{enters("investigation"), does("preserve"), gives("root-cause", tomas), gives("scope", fatima)}},
		},
	},
	{
		key: "images", packs: itemiq, ago: 9 * h, by: jonas,
		report: model.Report{Title: "Image service unreachable under a flood of requests", Systems: []string{"image service", "edge"}, Source: "monitoring", Reporter: "alerting"},
		steps: []step{
			{8*h + 45*m, elif, []deed{
				triaged("critical", []int{3}, model.Triage{Types: []string{"denial-of-service"}, Classification: model.Confirmed, Data: []string{}}),
				takes("lead", elif), takes("technical", jonas), takes("communications", meiLin), takes("leadership", ingrid),
				answers("personal_data_at_risk", policy.No, ""), answers("regulator_notice_required", policy.No, ""), answers("shared_systems_affected", policy.Yes, "the edge is shared with two partners"), answers("personal_data", policy.No, ""),
				states("aware", 8*h+45*m, ""),
			}},
			{8 * h, elif, []deed{enters("assessment"), sends("itemiq", "leadership-escalation", ""), enters("containment")}},
			{6 * h, jonas, []deed{does("limit-impact"), states("contained", 6*h, "traffic filtered at the edge"), enters("eradication")}},
			{5 * h, meiLin, []deed{sends("itemiq", "partner-notice", "N-2064"), sends("itemiq", "leadership-status", "")}},
			{2 * h, jonas, []deed{enters("recovery"), does("restore")}},
		},
	},
	{
		key: "vpn", packs: saasSecurity, ago: 7 * h, by: "alerting",
		report: model.Report{Title: "Log-ins to the administration VPN from two countries within an hour", Systems: []string{"vpn-admin"}, Source: "log analysis", Reporter: "alerting"},
		steps: []step{
			{6*h + 20*m, sven, []deed{
				triaged("high", []int{1}, model.Triage{Types: []string{"unauthorized-access"}, Classification: model.Potential, Data: []string{"credentials"}}),
				takes("lead", sven), takes("technical", tomas), takes("security", kwame), takes("communications", meiLin),
				answers("outside_parties_affected", policy.No, ""),
			}},
			{5 * h, kwame, []deed{enters("containment"), does("isolate", "disable-accounts")}},
			{4 * h, sven, []deed{regrades("medium", "the second log-in came through the company's own travel gateway"), enters("investigation")}},
		},
	},
	{
		key: "scan", packs: notification, ago: 4 * h, by: tomas,
		report: model.Report{Title: "Port scan out of a customer's network", Systems: []string{"edge"}, Source: "monitoring", Reporter: "alerting"},
		steps: []step{{3*h + 30*m, tomas, []deed{
			triaged("low", []int{2}, model.Triage{Types: []string{"unauthorized-access"}, Classification: model.Potential, Data: []string{}}),
			takes("lead", tomas), takes("technical", tomas), answers("tier.paid", policy.Unknown, ""),
		}}},
	},
	{
		key: "portal", packs: inventifornia, ago: 24 * m, by: "alerting",
		report: model.Report{Title: "Burst of failed log-ins on the partner portal", Description: "4,100 failures from 60 addresses in nine minutes; two succeeded.", Systems: []string{"partner portal"}, Source: "monitoring", Reporter: "alerting"},
		steps:  []step{{11 * m, priya, []deed{answers("aware", policy.Unknown, "the night shift saw the alert and noted no time"), notes("Taking a look; the two that succeeded belong to the same partner.")}}},
	},
}

// What the demo's notices say.
var (
	relayUpdate = said{
		"new": "The intruder's way in is closed and the relays are being rebuilt.", "new@de": "Der Zugang des Eindringlings ist geschlossen, die Relays werden neu aufgesetzt.",
		"changes": "Nothing beyond what we told you before.", "changes@de": "Nichts über das hinaus, was wir Ihnen mitgeteilt haben.",
		"affected": "Mail that our relays sent for you on Saturday morning.", "affected@de": "E-Mails, die unsere Relays am Samstagmorgen für Sie versandt haben.",
		"done": "Both relays are cut off; the queue is frozen as evidence.", "done@de": "Beide Relays sind vom Netz; die Warteschlange ist als Beweismittel gesichert.",
		"advice": "Replace passwords that were sent by mail in those hours.", "advice@de": "Ersetzen Sie Kennwörter, die in diesen Stunden per E-Mail versandt wurden.",
		"reach": "security@northlight.example, +49 30 5550 117",
	}
	supplierUpdate = said{
		"new": "The supplier has confirmed which lists were copied.", "changes": "Yours is among them.", "affected": "The addresses of those who subscribed to your status page.", "done": "The supplier's access is withdrawn.",
		"advice": "Tell your subscribers to expect unwanted mail.", "reach": "security@northlight.example",
	}
	tokensNotice = said{
		"what_happened": "Session tokens of your users were written to a log that outsiders could list.", "what_happened@de": "Sitzungsschlüssel Ihrer Nutzer standen in einem Protokoll, das Außenstehende auflisten konnten.",
		"affected": "Sessions opened between 6 and 17 November.", "affected@de": "Sitzungen, die zwischen dem 6. und 17. November begonnen haben.",
		"done": "The log is closed and all tokens are void.", "done@de": "Das Protokoll ist geschlossen, alle Sitzungsschlüssel sind ungültig.",
		"advice": "Have your users sign in again, and look at your audit log for addresses you do not know.", "advice@de": "Lassen Sie Ihre Nutzer sich neu anmelden und prüfen Sie Ihr Protokoll auf unbekannte Adressen.",
		"reach": "security@northlight.example",
	}
)
