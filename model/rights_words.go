package model

import "slices"

// deed is what people call commands that the same roles may give.
type deed struct {
	words string
	kinds []string
}

// deeds has every kind of command once, what most roles may do first. Whoever
// may give one command of a deed may give all of them.
var deeds = []deed{
	{"report incidents", []string{"report"}},
	{"write notes and acknowledge reminders", []string{"note", "acknowledge"}},
	{"approve notices in the roles that their rules ask for", []string{"notice-approve", "notice-reject", "notice-override"}},
	{"describe incidents, state facts, do tasks, say which customers are affected, record what was sent", []string{"describe", "fact", "facts", "task", "add-task", "submit", "affected-open", "affected-take", "affected-close"}},
	{"write, release and file notices, record who was told by hand", []string{"notice-draft", "notice-edit", "notice-propose", "notice-release", "notice-file", "notice-withdraw", "notice-pause", "notice-resume", "notice-cancel", "contact", "receipt", "bounce", "delivery-give-up", "delivery-retry"}},
	{"triage, decide severity and phase, assign roles, link, end duplicates, take in evidence and hand it on", []string{"triage", "severity", "phase", "assign", "unassign", "link", "duplicate", "evidence-add", "evidence-move", "evidence-export"}},
	{"verify evidence", []string{"evidence-verify"}},
	{"be called by others, and say that they saw it", []string{"see"}},
	{"waive, delay and reinstate obligations", []string{"waive", "suspend", "lift", "reinstate", "nothing-new"}},
	{"prove who was told what", []string{"notice-prove"}},
	{"close, reopen and merge incidents, end false positives, change packs, import, place legal holds, delete", []string{"packs", "merge", "false-positive", "close", "reopen", "import-open", "import-rows", "import-close", "customers-open", "customers-take", "customers-close", "hold", "delete", "undelete", "evidence-sweep"}},
	{"change settings, policies and retention, release holds, sweep, forget people, back up, restore", []string{"setup", "adopt-pack", "adopt-calendar", "retention", "release-hold", "sweep", "accept-record", "forget-person", "forget-reporter", "forget-customer", "copy-record", "delivery-attempt", "delivery-record"}},
	{"set the channels that notices leave by", []string{"channel-set", "channel-remove", "channel-test"}},
	{"say who may enter, in which role and how", []string{"person-add", "person-role", "person-key", "person-key-remove", "person-revoke", "access-rule", "authority", "authority-remove", "sessions-revoke", "log-in-refused"}},
	{"keep a second factor of their own", []string{"factor", "factor-remove", "log-in", "log-out"}},
}

// sights are what there is to read, by the table of readers.
var sights = []struct{ what, words string }{
	{"incidents", "all incidents"}, {"audit", "the audit log"}, {"people", "who may enter"}, {"customers", "customers and their addresses"}, {"wall", "the wall"}, {"own", "their own reports"},
}

// Deeds says in words what a role may do beside what everybody may: each is the
// end of "may …".
func (r Role) Deeds() []string {
	var words []string
	for _, d := range deeds {
		if r.May(d.kinds[0]) && !Wall.May(d.kinds[0]) {
			words = append(words, d.words)
		}
	}
	return words
}

// Beyond says what a role may do, by another one that may do most of it and
// what it may beside that. base is "" where no other role is like it.
func (r Role) Beyond() (base Role, more []string) {
	mine, most := r.Deeds(), []string(nil)
	for _, other := range all {
		theirs := other.Deeds()
		within := !slices.ContainsFunc(theirs, func(w string) bool { return !slices.Contains(mine, w) })
		if within && len(theirs) < len(mine) && len(theirs) > len(most) {
			base, most = other, theirs
		}
	}
	for _, words := range mine {
		if !slices.Contains(most, words) {
			more = append(more, words)
		}
	}
	return base, more
}

// Sights says in words what a role may read.
func (r Role) Sights() []string {
	var words []string
	for _, s := range sights {
		if r.MayRead(s.what) {
			words = append(words, s.words)
		}
	}
	if len(words) == len(sights) {
		return []string{"everything"}
	}
	return words
}
