package tui

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"tocsin/model"
	"tocsin/model/policy"
)

// where says on which screens an action can be given.
type where uint32

const (
	onQueue where = 1 << iota
	onIncident
	onDeadlines
	onTriage
	onSetUp
	onPolicies
	onWhatIf
	onReminders
	onAudit
	onRetention
	onPeople
	onAffected // the tab of the incident
	onNotices  // the tab of the incident
	onDraft
	onApprovals
	onTabs     = onIncident | onAffected | onNotices                                   // the incident, whatever its tab
	onLists    = onQueue | onTabs | onDeadlines | onReminders                          // where an incident can be selected
	onForms    = onTriage | onWhatIf | onDraft                                         // whole screens of fields, which take all letters
	onKept     = onLists | onRetention                                                 // where what is kept is decided
	onRows     = onLists | onPolicies | onAudit | onRetention | onPeople | onApprovals // where rows can be gone through
	everywhere = onRows | onForms
)

// danger says how carefully an action is given.
type danger uint8

const (
	harmless    danger = iota
	recorded           // changes the record; a form or key press is enough
	consequence        // ends something or decides a promise: asks, and the default is no
)

// action is one thing a person can do. The table of them drives keys, help,
// the palette, user key maps, read-only roles and the tests.
type action struct {
	id     string
	keys   []string
	label  string // in the help line; "" keeps it out of there
	moves  bool   // only moves about; the palette offers it when it is asked for
	help   string
	where  where
	danger danger
	// gives is the kind of command it leads to; the actor's role must allow
	// it. "" leads to none.
	gives string
	// why says why it cannot be given now, "" where it can. nil is always.
	why func(c *Console) string
	run func(c *Console) tea.Cmd
}

// actions is every action, in the order that help lists them.
func actions() []action {
	return slices.Concat(moveActions(), affectedActions(), noticeActions(), approvalActions(), deliveryActions(), lookActions(), workActions(), evidenceActions(), endActions(), keepActions(), peopleActions(), consoleActions())
}

func moveActions() []action {
	return []action{
		{id: "up", moves: true, keys: []string{"up", "k"}, help: "one row up", where: onRows, run: step(-1)},
		{id: "down", moves: true, keys: []string{"down", "j"}, help: "one row down", where: onRows, run: step(1)},
		{id: "page-up", moves: true, keys: []string{"pgup", "ctrl+b"}, help: "one page up", where: onRows, run: page(-1)},
		{id: "page-down", moves: true, keys: []string{"pgdown", "ctrl+f"}, help: "one page down", where: onRows, run: page(1)},
		{id: "first", moves: true, keys: []string{"home", "g"}, help: "first row", where: onRows, run: step(-1 << 30)},
		{id: "last", moves: true, keys: []string{"end", "G"}, help: "last row", where: onRows, run: step(1 << 30)},
		{id: "open-obligation", moves: true, keys: []string{"enter"}, label: "open", help: "open the obligation within its incident", where: onReminders, why: needIncident, run: (*Console).openReminder},
		{id: "open", moves: true, keys: []string{"enter"}, label: "open", help: "open what is selected", where: onQueue | onDeadlines | onPolicies | onRetention, why: needRow, run: (*Console).openSelected},
		{id: "open-event", moves: true, keys: []string{"enter"}, label: "open", help: "all of the selected event", where: onAudit, why: needEvent, run: (*Console).openEvent},
		{id: "next-tab", moves: true, keys: []string{"tab", "right", "l"}, label: "tabs", help: "next tab of the incident", where: onTabs, run: tab(1)},
		{id: "previous-tab", moves: true, keys: []string{"shift+tab", "left", "h"}, help: "previous tab of the incident", where: onTabs, run: tab(-1)},
		{id: "back", moves: true, keys: []string{"esc"}, help: "back to where you were", where: everywhere | onSetUp, why: needSettings, run: (*Console).back},
	}
}

func lookActions() []action {
	return []action{
		{id: "queue", keys: []string{"1"}, help: "the queue of open incidents", where: everywhere &^ onForms, run: (*Console).showQueue},
		{id: "deadlines", keys: []string{"2"}, label: "deadlines", help: "every deadline of every incident on one time axis", where: everywhere &^ onForms, run: (*Console).showDeadlines},
		{id: "policies", keys: []string{"3"}, help: "the packs adopted here, and what each rule says", where: everywhere &^ onForms, run: (*Console).showPolicies},
		{id: "reminders", keys: []string{"4"}, help: "what you are reminded of, until somebody acknowledges it", where: everywhere &^ onForms, run: (*Console).showReminders},
		{id: "audit", keys: []string{"5"}, help: "the whole log: who did what, when; verify it", where: everywhere &^ onForms, why: needAudit, run: (*Console).showAudit},
		{id: "retention", keys: []string{"6", "ctrl+r"}, help: "retention: how long what is kept, what goes, what can be taken back", where: everywhere&^onForms | onSetUp, why: needSettings, run: (*Console).showRetention},
		{id: "approvals", keys: []string{"9"}, help: "approvals: notices that wait for consent, yours first", where: everywhere &^ onForms, why: needApprovals, run: (*Console).showApprovals},
		{id: "audit-filter", keys: []string{"/"}, label: "filter", help: "filter the log by person, incident and kind", where: onAudit, why: needAudit, run: (*Console).filterAudit},
		{id: "verify-log", keys: []string{"V"}, label: "verify", help: "verify the whole log now, or stop doing so", where: onAudit, why: needAudit, run: (*Console).verifyLog},
		{id: "checkpoint", keys: []string{"c"}, label: "checkpoint", help: "sign a checkpoint now, and show it with its QR code", where: onAudit, why: needAudit, run: (*Console).showCheckpoint},
		{id: "filter", keys: []string{"/"}, label: "filter", help: "filter by words in id, title, system, type, person", where: onQueue, run: (*Console).startFilter},
		{id: "next-view", keys: []string{"v"}, label: "view", help: "next saved view: open, overdue, mine, unassigned, untriaged, closed", where: onQueue, run: view(1)},
		{id: "previous-view", keys: []string{"V"}, help: "previous saved view", where: onQueue, run: view(-1)},
		{id: "preview", keys: []string{"w"}, help: "show or hide the preview", where: onQueue, run: (*Console).togglePreview},
		{id: "explain", keys: []string{"e", "ctrl+e"}, label: "explain", help: "how the due time came about, step by step", where: onLists | onWhatIf, why: needDue, run: (*Console).explain},
	}
}

func workActions() []action {
	return []action{
		{id: "acknowledge", keys: []string{"z"}, label: "acknowledge", help: "acknowledge the reminder, quiet until the next level, or what you are called for; looking alone does neither", where: onLists &^ onQueue, danger: recorded, gives: "see", why: needReminder, run: (*Console).acknowledge},
		{id: "acknowledge-all", keys: []string{"Z"}, label: "all", help: "acknowledge every reminder that is listed", where: onReminders, danger: recorded, gives: "see", why: needReminders, run: (*Console).acknowledgeAll},
		{id: "report", keys: []string{"r"}, label: "report", help: "report a new incident", where: onLists, danger: recorded, gives: "report", run: (*Console).report},
		{id: "triage", keys: []string{"t"}, label: "triage", help: "triage: type, severity, facts, roles", where: onLists, danger: recorded, gives: "triage", why: needOpen, run: (*Console).startTriage},
		{id: "task-done", keys: []string{"space"}, label: "tick", help: "tick or untick the selected task", where: onIncident, danger: recorded, gives: "task", why: needTask, run: (*Console).tickTask},
		{id: "task-skip", keys: []string{"x"}, help: "mark the selected task as not needed, with a reason", where: onIncident, danger: recorded, gives: "task", why: needTask, run: (*Console).skipTask},
		{id: "task-assign", keys: []string{"A"}, help: "assign the selected task to somebody", where: onIncident, danger: recorded, gives: "task", why: needTask, run: (*Console).assignTask},
		{id: "task-add", keys: []string{"+"}, help: "add a task of your own", where: onIncident, danger: recorded, gives: "add-task", why: needOpen, run: (*Console).addTask},
		{id: "note", keys: []string{"n"}, label: "note", help: "write a note on the timeline", where: onLists, danger: recorded, gives: "note", why: needIncident, run: (*Console).note},
		{id: "fact", keys: []string{"f"}, label: "fact", help: "state or correct a fact", where: onLists, danger: recorded, gives: "fact", why: needOpen, run: (*Console).fact},
		{id: "severity", keys: []string{"s"}, label: "severity", help: "decide on severity", where: onLists, danger: recorded, gives: "severity", why: needOpen, run: (*Console).severity},
		{id: "phase", keys: []string{"p"}, label: "phase", help: "move to another phase", where: onLists, danger: recorded, gives: "phase", why: needOpen, run: (*Console).phase},
		{id: "assign", keys: []string{"a"}, label: "assign", help: "give a role to somebody", where: onLists, danger: recorded, gives: "assign", why: needOpen, run: (*Console).assign},
		{id: "submit", keys: []string{"d"}, label: "record", help: "record that what an obligation asks for was sent or done", where: onLists, danger: recorded, gives: "submit", why: needObligation, run: (*Console).submit},
		{id: "describe", keys: []string{"E"}, help: "edit title, description, systems, TLP, reporter", where: onLists, danger: recorded, gives: "describe", why: needOpen, run: (*Console).describe},
		{id: "notice-draft", keys: []string{"N"}, help: "write a notice, for the selected obligation where it asks for one", where: onLists, danger: recorded, gives: "notice-draft", why: needTemplates, run: (*Console).startDraft},
		{id: "nothing-new", keys: []string{"="}, help: "decide that no material facts became known, in place of an update", where: onLists, danger: consequence, gives: "nothing-new", why: needUpdate, run: (*Console).nothingNew},
		{id: "what-if", keys: []string{"i"}, label: "what if", help: "what if: change answers, times and packs in a draft, and see the due times move", where: onLists | onPolicies, why: needCase, run: (*Console).startWhatIf},
	}
}

func evidenceActions() []action {
	return []action{
		{id: "evidence-add", keys: []string{"b"}, help: "bring in a file as evidence", where: onIncident, danger: recorded, gives: "evidence-add", why: needKeeping, run: (*Console).addEvidence},
		{id: "evidence-move", keys: []string{"c"}, help: "custody of the selected evidence: transferred, examined, returned, released", where: onIncident, danger: recorded, gives: "evidence-move", why: needItem, run: (*Console).moveEvidence},
		{id: "evidence-verify", keys: []string{"V"}, help: "compare the selected evidence with its digest", where: onIncident, danger: recorded, gives: "evidence-verify", why: needStored, run: (*Console).verifyEvidence},
		{id: "evidence-export", keys: []string{"X"}, help: "write a copy of the selected evidence, which is recorded", where: onIncident, danger: consequence, gives: "evidence-export", why: needStored, run: (*Console).exportEvidence},
		{id: "evidence-stop", keys: []string{"Z"}, help: "stop storing, verifying or copying, or a sweep", where: onIncident | onRetention, why: needErrand, run: (*Console).stopErrand},
	}
}

func endActions() []action {
	return []action{
		{id: "waive", keys: []string{"W"}, help: "decide that an obligation is not required", where: onLists, danger: consequence, gives: "waive", why: needObligation, run: (*Console).waive},
		{id: "reinstate", keys: []string{"I"}, help: "take a waiver back", where: onIncident, danger: consequence, gives: "reinstate", why: needObligation, run: (*Console).reinstate},
		{id: "suspend", keys: []string{"S"}, help: "record a delay that an authority asks for", where: onLists, danger: consequence, gives: "suspend", why: needDelayable, run: (*Console).suspend},
		{id: "lift", keys: []string{"D"}, help: "end a delay early", where: onLists, danger: consequence, gives: "lift", why: needDelay, run: (*Console).lift},
		{id: "packs", keys: []string{"K"}, help: "put the incident under other packs", where: onLists, danger: consequence, gives: "packs", why: needOpen, run: (*Console).changePacks},
		{id: "link", keys: []string{"L"}, help: "link to a related incident", where: onLists, danger: recorded, gives: "link", why: needIncident, run: (*Console).link},
		{id: "duplicate", keys: []string{"U"}, help: "end as a duplicate of another incident", where: onLists, danger: consequence, gives: "duplicate", why: needOpen, run: (*Console).duplicate},
		{id: "merge", keys: []string{"M"}, help: "merge into another incident", where: onLists, danger: consequence, gives: "merge", why: needOpen, run: (*Console).merge},
		{id: "false-positive", keys: []string{"F"}, help: "end as a false positive", where: onLists, danger: consequence, gives: "false-positive", why: needOpen, run: (*Console).falsePositive},
		{id: "close", keys: []string{"C"}, help: "close a resolved incident", where: onLists, danger: consequence, gives: "close", why: needOpen, run: (*Console).closeIncident},
		{id: "reopen", keys: []string{"R"}, help: "take an ended incident up again", where: onLists, danger: consequence, gives: "reopen", why: needEnded, run: (*Console).reopen},
	}
}

func affectedActions() []action {
	return []action{
		{id: "affected-open", moves: true, keys: []string{"enter"}, label: "customers", help: "the customers of the selected group, and what each was told", where: onAffected, why: needGroup, run: (*Console).enterGroup},
		{id: "affected-add", keys: []string{"+"}, label: "add", help: "say whom the incident affects: all customers, those of a tier or a place, or a list", where: onAffected, danger: recorded, gives: "affected-open", why: needAffected, run: (*Console).addAffected},
		{id: "affected-refresh", keys: []string{"v"}, label: "refresh", help: "take the newer versions that the registry has of affected customers", where: onAffected, danger: consequence, gives: "affected-open", why: needAnyAffected, run: (*Console).refreshAffected},
		{id: "affected-search", keys: []string{"/"}, label: "search", help: "search the customers of the selected group", where: onAffected, why: needGroup, run: (*Console).searchAffected},
	}
}

func noticeActions() []action {
	return []action{
		{id: "notice-open", moves: true, keys: []string{"enter"}, label: "read", help: "all of what is selected: text, recipients, approvals", where: onNotices | onApprovals, why: needNoticeRow, run: (*Console).readNotice},
		{id: "notice-edit", keys: []string{"o"}, label: "edit", help: "edit the selected notice", where: onNotices, danger: recorded, gives: "notice-edit", why: needState(model.NoticeIsDraft, model.NoticeIsProposed, model.NoticeIsApproved), run: (*Console).editNotice},
		{id: "notice-propose", keys: []string{"P"}, label: "propose", help: "put the selected notice to those who approve", where: onNotices, danger: recorded, gives: "notice-propose", why: needState(model.NoticeIsDraft), run: (*Console).proposeNotice},
		{id: "notice-release", keys: []string{"T"}, label: "release", help: "let the selected notice leave, after saying to how many", where: onNotices, danger: consequence, gives: "notice-release", why: needState(model.NoticeIsApproved), run: (*Console).releaseNotice},
		{id: "notice-file", keys: []string{"X"}, help: "record that people filed or published the selected notice, with its reference", where: onNotices, danger: consequence, gives: "notice-file", why: needState(model.NoticeIsApproved), run: (*Console).fileNotice},
		{id: "notice-versions", keys: []string{"V"}, label: "versions", help: "what changed from version to version of the selected notice", where: onNotices | onApprovals, why: needNotice, run: (*Console).showVersions},
		{id: "notice-withdraw", keys: []string{"I"}, help: "withdraw the selected notice before it leaves", where: onNotices, danger: consequence, gives: "notice-withdraw", why: needState(model.NoticeIsDraft, model.NoticeIsProposed, model.NoticeIsApproved), run: (*Console).withdrawNotice},
		{id: "draft-language", keys: []string{"ctrl+l"}, help: "the preview in another language", where: onDraft, why: needManyLanguages, run: (*Console).nextLanguage},
		{id: "draft-recipient", keys: []string{"ctrl+r"}, help: "the preview as the next recipient will see it", where: onDraft, why: needPeopleToShow, run: (*Console).nextPerson},
		{id: "draft-page", keys: []string{"ctrl+g"}, help: "fields, required contents, preview", where: onDraft, why: needPages, run: (*Console).nextDraftPage},
	}
}

func approvalActions() []action {
	return []action{
		{id: "approval-open", moves: true, keys: []string{"o"}, label: "incident", help: "open the incident of the selected notice", where: onApprovals, why: needNotice, run: (*Console).openAsked},
		{id: "notice-approve", keys: []string{"A"}, label: "approve", help: "approve the selected notice, exactly as it stands", where: onNotices | onApprovals, danger: consequence, gives: "notice-approve", why: needApproval, run: (*Console).approveNotice},
		{id: "notice-reject", keys: []string{"x"}, label: "reject", help: "reject the selected notice, with a reason: it is a draft again", where: onNotices | onApprovals, danger: recorded, gives: "notice-reject", why: needState(model.NoticeIsProposed, model.NoticeIsApproved), run: (*Console).rejectNotice},
		{id: "notice-override", keys: []string{"!"}, help: "EMERGENCY: go without the approvals that are missing, where the rule lets you", where: onNotices | onApprovals, danger: consequence, gives: "notice-override", why: needOverride, run: (*Console).overrideNotice},
	}
}

func deliveryActions() []action {
	return []action{
		{id: "recipients", keys: []string{"m"}, label: "recipients", help: "the recipients of the selected notice, and what became of each", where: onNotices, why: needRecipients, run: (*Console).listRecipients},
		{id: "recipients-view", keys: []string{"v"}, help: "others of the recipients: all, those who need you, not told yet, told", where: onNotices, why: needRecipientView, run: (*Console).nextRecipients},
		{id: "notice-pause", keys: []string{"w"}, help: "hold back what has not left of the selected notice, or let it go on", where: onNotices, danger: recorded, gives: "notice-pause", why: needState(model.NoticeIsReleased), run: (*Console).pauseNotice},
		{id: "notice-cancel", keys: []string{"Y"}, help: "keep what has not left of the selected notice from leaving, for good", where: onNotices, danger: consequence, gives: "notice-cancel", why: needState(model.NoticeIsReleased), run: (*Console).cancelNotice},
		{id: "contact", keys: []string{"+"}, help: "record who was told by telephone, portal or post", where: onNotices, danger: recorded, gives: "contact", why: needOutcome(byHandFrom...), run: (*Console).recordContact},
		{id: "receipt", keys: []string{"c"}, help: "record that a recipient has read or acknowledged the notice", where: onNotices, danger: recorded, gives: "receipt", why: needOutcome(receiptFrom...), run: (*Console).recordReceipt},
		{id: "delivery-retry", keys: []string{"Q"}, help: "send again where it is uncertain, was refused or came back", where: onNotices, danger: consequence, gives: "delivery-retry", why: needOutcome(retryFrom...), run: (*Console).retryDelivery},
		{id: "delivery-give-up", keys: []string{"b"}, help: "leave recipients untold, with a reason", where: onNotices, danger: consequence, gives: "delivery-give-up", why: needOutcome(giveUpFrom...), run: (*Console).giveUpDelivery},
	}
}

func keepActions() []action {
	return []action{
		{id: "sweep", keys: []string{"S"}, label: "sweep", help: "purge what is due, for good, after asking", where: onRetention, danger: consequence, gives: "sweep", why: needSweep, run: (*Console).sweep},
		{id: "undelete", keys: []string{"u"}, label: "undo", help: "take a deletion back: keep the incident after all", where: onKept, danger: recorded, gives: "undelete", why: needDeletion, run: (*Console).withdrawDeletion},
		{id: "delete", keys: []string{"delete", "B"}, help: "decide that an ended incident, reported by mistake, is to go", where: onKept, danger: consequence, gives: "delete", why: needDeletable, run: (*Console).markDeleted},
		{id: "hold", keys: []string{"H"}, help: "put a legal hold on the incident", where: onKept, danger: recorded, gives: "hold", why: needUnheld, run: (*Console).placeHold},
		{id: "release-hold", keys: []string{"O"}, help: "release the incident's legal hold", where: onKept, danger: consequence, gives: "release-hold", why: needHeld, run: (*Console).releaseHold},
	}
}

func peopleActions() []action {
	return []action{
		{id: "people", keys: []string{"8"}, help: "people: who may enter, in which role, and what each role may do", where: everywhere &^ onForms, why: needPeople, run: (*Console).showPeople},
		{id: "rights", moves: true, keys: []string{"enter"}, label: "rights", help: "what each role may do and read", where: onPeople, run: (*Console).readRights},
		{id: "person-add", keys: []string{"a"}, label: "add", help: "let somebody in: name, role and keys", where: onPeople, danger: consequence, gives: "person-add", why: needReadKeys, run: (*Console).addPerson},
		{id: "person-role", keys: []string{"r"}, label: "role", help: "give the selected person another role", where: onPeople, danger: consequence, gives: "person-role", why: needPerson, run: (*Console).setPersonRole},
		{id: "person-key", keys: []string{"K"}, label: "key", help: "give the selected person another key", where: onPeople, danger: consequence, gives: "person-key", why: needKeyless, run: (*Console).addPersonKey},
		{id: "person-key-remove", keys: []string{"x"}, help: "take a key from the selected person", where: onPeople, danger: consequence, gives: "person-key-remove", why: needKeys, run: (*Console).removePersonKey},
		{id: "person-revoke", keys: []string{"delete", "B"}, label: "revoke", help: "let the selected person in no more, and end their sessions", where: onPeople, danger: consequence, gives: "person-revoke", why: needPerson, run: (*Console).revokePerson},
		{id: "sessions-revoke", keys: []string{"X"}, help: "end the sessions of the selected person", where: onPeople, danger: consequence, gives: "sessions-revoke", why: needPerson, run: (*Console).endSessions},
	}
}

func consoleActions() []action {
	return []action{
		{id: "save", keys: []string{"ctrl+s"}, label: "save", help: "save the form", where: onTriage | onSetUp | onDraft, danger: recorded, run: (*Console).save},
		{id: "discard", keys: []string{discardKey}, help: "discard what was typed, and leave the form", where: onTriage | onDraft, run: (*Console).discardForm},
		{id: "palette", keys: []string{":", "ctrl+k"}, label: "commands", help: "find an action, or go to an incident by its number", where: everywhere, run: (*Console).openPalette},
		{id: "help", keys: []string{"?", "f1"}, label: "help", help: "what can be done here", where: everywhere, run: (*Console).openHelp},
		{id: "adopt-calendar", keys: []string{"a"}, label: "adopt", help: "count by the newer version of the selected calendar, after saying what moves", where: onPolicies, danger: consequence, gives: "adopt-calendar", why: needNewerCalendar, run: (*Console).adoptCalendar},
		{id: "settings", keys: []string{","}, help: "organisation, time zone and packs of new incidents", where: onQueue, danger: recorded, gives: "setup", run: (*Console).changeSettings},
		{id: "copy", keys: []string{"y"}, help: "copy the incident's id (OSC 52)", where: onLists, why: needIncident, run: (*Console).copyID},
		{id: "theme", keys: []string{"ctrl+t"}, help: "next theme: dark, light, high contrast", where: everywhere | onSetUp, run: (*Console).nextTheme},
		{id: "mouse", keys: []string{"ctrl+o"}, help: "give the mouse to the terminal, or take it back", where: everywhere, run: (*Console).toggleMouse},
		{id: "pause", keys: []string{"ctrl+p"}, help: "hold the screen still, or let it follow again", where: everywhere, run: (*Console).togglePause},
		{id: "health", keys: []string{"7"}, help: "health of the record: permissions, disk space, lock, signed head, clock", where: everywhere &^ onForms, why: needHealth, run: (*Console).showHealth},
		{id: "clock", keys: []string{"ctrl+y"}, help: "take the sign away that the clock moved", where: everywhere, why: needMovedClock, run: (*Console).dismissClock},
		{id: "quit", keys: []string{"q"}, help: "leave the console", where: onRows, run: (*Console).quit},
		{id: "leave", keys: []string{"ctrl+c"}, help: "leave the console from anywhere", where: everywhere | onSetUp, run: (*Console).quit},
	}
}

// keymap finds actions by key: the defaults, with what the user changed.
type keymap struct {
	table []action
	byKey map[string][]int // indexes into table
}

// newKeymap applies overrides by action id; an empty list leaves an action
// without keys.
func newKeymap(overrides map[string][]string) *keymap {
	m := &keymap{table: actions(), byKey: make(map[string][]int)}
	for k := range m.table {
		if keys, ok := overrides[m.table[k].id]; ok {
			m.table[k].keys = keys
		}
		for _, key := range m.table[k].keys {
			m.byKey[key] = append(m.byKey[key], k)
		}
	}
	return m
}

// CheckKeys holds that a user's key map can be followed: every name is an
// action, and no key means two things on one screen. The error says which
// name was meant, or who has the key.
func CheckKeys(overrides map[string][]string) error {
	m := newKeymap(overrides)
	known := make([]string, len(m.table))
	for k, a := range m.table {
		known[k] = a.id
	}
	for _, id := range slices.Sorted(maps.Keys(overrides)) {
		if slices.Contains(known, id) {
			continue
		}
		if near := policy.Nearest(id, known); near != "" {
			return fmt.Errorf("keys.%s: there is no such action (did you mean %s?)", id, near)
		}
		return fmt.Errorf("keys.%s: there is no such action; accepted: %s", id, strings.Join(known, ", "))
	}
	for _, key := range slices.Sorted(maps.Keys(m.byKey)) {
		indexes := m.byKey[key]
		for n, k := range indexes {
			for _, other := range indexes[:n] {
				if m.table[k].where&m.table[other].where != 0 {
					return fmt.Errorf("keys: %s would mean both %s and %s", key, m.table[other].id, m.table[k].id)
				}
			}
		}
	}
	return nil
}

// find returns the action of a key on a screen.
func (m *keymap) find(key string, here where) (*action, bool) {
	for _, k := range m.byKey[key] {
		if m.table[k].where&here != 0 {
			return &m.table[k], true
		}
	}
	return nil, false
}

// byID returns an action of the table.
func (m *keymap) byID(id string) *action {
	k := slices.IndexFunc(m.table, func(a action) bool { return a.id == id })
	return &m.table[k]
}

// reach is where actions can be found by their names: on the incident, those of
// all its tabs.
func reach(here where) where {
	if here&onTabs != 0 {
		return onTabs
	}
	return here
}

// refusal says why an action cannot be given now, "" where it can.
func (a *action) refusal(c *Console) string {
	if a.gives != "" && !c.opts.Actor.Role.May(a.gives) {
		return "not allowed as " + string(c.opts.Actor.Role)
	}
	if a.why == nil {
		return ""
	}
	return a.why(c)
}

// keyLegend writes keys as people know them. It is made once: names are drawn
// with every frame.
var keyLegend = strings.NewReplacer("ctrl+", "^", "shift+tab", "⇧Tab", "enter", "Enter", "esc", "Esc", "space", "Space", "pgup", "PgUp", "pgdown", "PgDn",
	"home", "Home", "delete", "Del", "end", "End", "tab", "Tab", "up", "↑", "down", "↓", "left", "←", "right", "→", "f1", "F1")

// keyName writes a key as people know it.
func keyName(key string) string { return keyLegend.Replace(key) }

func step(rows int) func(*Console) tea.Cmd {
	return func(c *Console) tea.Cmd { c.screen().move(rows); return nil }
}

func page(direction int) func(*Console) tea.Cmd {
	return func(c *Console) tea.Cmd { c.screen().move(direction * max(c.bodyHeight()-2, 1)); return nil }
}

func tab(direction int) func(*Console) tea.Cmd {
	return func(c *Console) tea.Cmd { return c.incident.turn(direction) }
}

func view(direction int) func(*Console) tea.Cmd {
	return func(c *Console) tea.Cmd { return c.queue.turn(direction) }
}

// Reasons why an action cannot be given now.

func needIncident(c *Console) string {
	if c.target() == nil {
		return "no incident is selected"
	}
	return ""
}

func needOpen(c *Console) string {
	if why := needIncident(c); why != "" {
		return why
	}
	if i := c.target().Incident; !i.Open() {
		return string(i.ID) + " has ended; reopen it first"
	}
	return ""
}

func needEnded(c *Console) string {
	if why := needIncident(c); why != "" {
		return why
	}
	if c.target().Incident.Open() {
		return "the incident is open"
	}
	return ""
}

func needObligation(c *Console) string {
	if why := needIncident(c); why != "" {
		return why
	}
	if c.obligation() == nil {
		return "no obligation is selected"
	}
	return ""
}

// needDue is needObligation for whoever only looks at it.
func needDue(c *Console) string {
	if c.current != c.whatIf {
		return needObligation(c)
	}
	if c.obligation() == nil {
		return "no due time is selected"
	}
	return ""
}

func needCase(c *Console) string {
	if c.current != c.policies {
		return needIncident(c)
	}
	if row := c.policies.selected(); row == nil || row.pack == nil {
		return "no pack is selected"
	}
	return ""
}

func needRow(c *Console) string {
	if c.current != c.policies {
		return needIncident(c)
	}
	if c.policies.selected() == nil {
		return "nothing is selected"
	}
	return ""
}

// needDelayable says why no delay can be recorded: most sources know none.
func needDelayable(c *Console) string {
	if why := needObligation(c); why != "" {
		return why
	}
	if c.obligation().Rule.Suspend == policy.SuspendNever {
		return "its source knows no delay"
	}
	return needOpen(c)
}

func needDelay(c *Console) string {
	if why := needObligation(c); why != "" {
		return why
	}
	key := c.obligation().Key()
	if !slices.ContainsFunc(c.target().Incident.Suspensions, func(s model.Suspension) bool { return s.Key == key && s.Until.After(c.now()) }) {
		return "it is not suspended"
	}
	return needOpen(c)
}

func needSettings(c *Console) string {
	if c.current == c.setUp && c.setUp.first {
		return "the console needs these answers"
	}
	return ""
}

func needTask(c *Console) string {
	if why := needOpen(c); why != "" {
		return why
	}
	if c.incident.task() == nil {
		return "select a task on the tasks tab"
	}
	return ""
}

// Binding is what a person needs to know to change an action's keys.
type Binding struct {
	Action string   // its name under [keys] in the settings
	Keys   []string // its default keys
	Help   string
}

// Bindings lists every action, in the order that help lists them.
func Bindings() []Binding {
	var all []Binding
	for _, a := range actions() {
		all = append(all, Binding{Action: a.id, Keys: a.keys, Help: a.help})
	}
	return all
}
