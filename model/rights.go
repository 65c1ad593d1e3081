package model

import (
	"slices"
	"strings"
)

// Role is what a person may do in a space. (What somebody does during one
// incident is a policy.Role.)
type Role string

const (
	Owner          Role = "owner"          // everything
	Lead           Role = "lead"           // leads incidents, overrides, closes
	Responder      Role = "responder"      // works on incidents
	Communications Role = "communications" // notices and records of them
	Leadership     Role = "leadership"     // reads, decides what is put to it
	Auditor        Role = "auditor"        // reads everything, changes nothing
	Reporter       Role = "reporter"       // reports, and follows own reports
	Wall           Role = "wall"           // sees the wall
)

// Actor is who gives a command. Name is clean text of one line.
type Actor struct {
	Name string
	Role Role
}

// Groups of roles that the table below speaks of.
var (
	everybody  = []Role{Lead, Responder, Communications, Leadership, Reporter}
	staff      = []Role{Lead, Responder, Communications, Leadership}
	notifiers  = []Role{Lead, Responder, Communications}
	responders = []Role{Lead, Responder}
	deciders   = []Role{Lead, Leadership}
	leads      = []Role{Lead}
	verifiers  = []Role{Lead, Responder, Auditor}                             // what they find out changes nothing
	seers      = []Role{Lead, Responder, Communications, Leadership, Auditor} // that they know of something changes nothing
	all        = []Role{Lead, Responder, Communications, Leadership, Auditor, Reporter, Wall}
)

// Roles returns all roles, the one that may do most first.
func Roles() []Role { return append([]Role{Owner}, all...) }

// rights says which roles may give a command of a kind. The owner may give
// all of them and is not listed.
var rights = map[string][]Role{
	"setup":           nil,
	"adopt-pack":      nil,
	"adopt-calendar":  nil,
	"report":          everybody,
	"describe":        notifiers,
	"triage":          responders,
	"fact":            notifiers,
	"facts":           notifiers,
	"severity":        responders,
	"phase":           responders,
	"task":            notifiers,
	"add-task":        notifiers,
	"assign":          responders,
	"unassign":        responders,
	"note":            staff,
	"submit":          notifiers,
	"waive":           deciders,
	"suspend":         deciders,
	"lift":            deciders,
	"reinstate":       deciders,
	"acknowledge":     staff,
	"see":             seers,
	"packs":           leads,
	"link":            responders,
	"duplicate":       responders,
	"merge":           leads,
	"false-positive":  leads,
	"close":           leads,
	"reopen":          leads,
	"import-open":     leads,
	"import-rows":     leads,
	"import-close":    leads,
	"hold":            leads,
	"customers-open":  leads,
	"customers-take":  leads,
	"customers-close": leads,
	"affected-open":   notifiers,
	"affected-take":   notifiers,
	"affected-close":  notifiers,
	"release-hold":    nil,

	"retention": nil,
	"delete":    leads,
	"undelete":  leads,
	"sweep":     nil,

	"accept-record":   nil,
	"forget-person":   nil,
	"forget-reporter": nil,
	"forget-customer": nil,
	"copy-record":     nil,

	"evidence-add":    responders,
	"evidence-move":   responders,
	"evidence-verify": verifiers,
	"evidence-export": responders,
	"evidence-sweep":  leads,

	"notice-draft":     notifiers,
	"notice-edit":      notifiers,
	"notice-propose":   notifiers,
	"notice-approve":   staff, // as far as the rule's roles are theirs
	"notice-reject":    staff, // likewise, and who writes notices
	"notice-override":  staff, // as far as the rule allows it to their role
	"notice-release":   notifiers,
	"notice-file":      notifiers,
	"notice-withdraw":  notifiers,
	"notice-pause":     notifiers,
	"notice-resume":    notifiers,
	"notice-cancel":    notifiers,
	"notice-prove":     {Lead, Leadership, Auditor},
	"nothing-new":      deciders,
	"delivery-attempt": nil, // the record itself
	"delivery-record":  nil, // the record itself
	"contact":          notifiers,
	"receipt":          notifiers,
	"bounce":           notifiers,
	"delivery-give-up": notifiers,
	"delivery-retry":   notifiers,

	"channel-set":    nil,
	"channel-remove": nil,
	"channel-test":   nil,

	"person-add":        nil,
	"person-role":       nil,
	"person-key":        nil,
	"person-key-remove": nil,
	"person-revoke":     nil,
	"access-rule":       nil,
	"authority":         nil,
	"authority-remove":  nil,
	"factor":            all, // their own
	"factor-remove":     all, // their own
	"sessions-revoke":   nil,
	"log-in":            all,
	"log-out":           all,
	"log-in-refused":    nil,
}

// May reports whether a role may give commands of a kind. It is what screens
// ask before they offer an action; Decide asks again.
func (r Role) May(kind string) bool {
	return r == Owner || slices.Contains(rights[kind], r)
}

// whoMay names the roles that may give commands of a kind: "owner, lead".
func whoMay(kind string) string {
	names := []string{string(Owner)}
	for _, r := range rights[kind] {
		names = append(names, string(r))
	}
	return strings.Join(names, ", ")
}

// readers says which roles may read what not everybody may. The owner may read
// all of it and is not listed.
var readers = map[string][]Role{
	"incidents": {Lead, Responder, Communications, Leadership, Auditor},       // all that is known of them
	"audit":     {Lead, Leadership, Auditor},                                  // the whole log: who did what
	"people":    {Lead, Leadership, Auditor},                                  // who may enter, and how
	"customers": {Lead, Communications, Leadership, Auditor},                  // the registry of customers, with names and addresses
	"wall":      {Lead, Responder, Communications, Leadership, Auditor, Wall}, // what the wall shows
	"own":       all,                                                          // what they reported themselves
}

// MayRead reports whether a role may read something of the table above.
func (r Role) MayRead(what string) bool {
	return r == Owner || slices.Contains(readers[what], r)
}
