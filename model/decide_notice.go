package model

import (
	"fmt"
	"slices"
	"strings"

	"tocsin/model/calendar"
	"tocsin/model/policy"
)

// decideNotice decides what is done with a notice until it leaves.
func (d *decider) decideNotice(i *Incident, command Command) error {
	switch c := command.(type) {
	case DraftNotice:
		return d.draftNotice(i, c)
	case EditNotice:
		return d.editNotice(i, c)
	case ProposeNotice:
		return d.proposeNotice(i, c)
	case ApproveNotice:
		return d.approveNotice(i, c)
	case RejectNotice:
		return d.rejectNotice(i, c)
	case OverrideApproval:
		return d.overrideApproval(i, c)
	case ReleaseNotice:
		return d.releaseNotice(i, c)
	case FileNotice:
		return d.fileNotice(i, c)
	case WithdrawNotice:
		return d.withdrawNotice(i, c)
	}
	return unsupported(command)
}

// noticeStates says in which states of a notice a command is possible.
var noticeStates = map[string][]NoticeState{
	EditNotice{}.Kind():       {NoticeIsDraft, NoticeIsProposed, NoticeIsApproved},
	ProposeNotice{}.Kind():    {NoticeIsDraft},
	ApproveNotice{}.Kind():    {NoticeIsProposed},
	RejectNotice{}.Kind():     {NoticeIsProposed, NoticeIsApproved},
	OverrideApproval{}.Kind(): {NoticeIsProposed},
	ReleaseNotice{}.Kind():    {NoticeIsApproved},
	FileNotice{}.Kind():       {NoticeIsApproved},
	WithdrawNotice{}.Kind():   {NoticeIsDraft, NoticeIsProposed, NoticeIsApproved},
	PauseNotice{}.Kind():      {NoticeIsReleased},
	ResumeNotice{}.Kind():     {NoticeIsReleased},
	CancelNotice{}.Kind():     {NoticeIsReleased},
	AttemptDelivery{}.Kind():  {NoticeIsReleased},
	RecordDelivery{}.Kind():   {NoticeIsReleased},
	RecordContact{}.Kind():    {NoticeIsReleased, NoticeIsDone},
	RecordReceipt{}.Kind():    {NoticeIsReleased, NoticeIsDone},
	RecordBounce{}.Kind():     {NoticeIsReleased, NoticeIsDone},
	GiveUp{}.Kind():           {NoticeIsReleased},
	RetryDelivery{}.Kind():    {NoticeIsReleased, NoticeIsDone},
	ProveNotice{}.Kind():      {NoticeIsReleased, NoticeIsDone},
}

// notice finds the notice that a command is about, in a state in which it is
// possible.
func (in *inputs) notice(i *Incident, id string, command Command) Notice {
	ids := make([]string, len(i.Notices))
	for k := range i.Notices {
		ids[k] = i.Notices[k].ID
	}
	if len(ids) == 0 {
		in.bad("notice", fmt.Sprintf("%s has no notices", i.ID), "a notice that was begun")
		return Notice{}
	}
	n, ok := i.Notice(in.oneOf("notice", NoticeID(id), ids))
	if !ok {
		return Notice{}
	}
	if accepted := noticeStates[command.Kind()]; !slices.Contains(accepted, n.State) {
		in.bad("notice", fmt.Sprintf("%s is %s", n.ID, n.State), "one that is "+strings.Join(plain(accepted), " or "))
	}
	return n
}

func (d *decider) draftNotice(i *Incident, c DraftNotice) error {
	in := &inputs{}
	draft := d.draft(in, i, c.Draft, "")
	if len(i.Notices) >= MaxNotices {
		in.bad("notice", fmt.Sprintf("%s has %d notices already", i.ID, len(i.Notices)), "an earlier one that has not left, edited")
	}
	if err := in.refusal(); err != nil {
		return err
	}
	d.emit(&NoticeDrafted{ID: i.ID, Notice: i.nextNotice(), Draft: draft})
	return nil
}

// editNotice saves another version. What the form was not based on and says
// otherwise would be undone, so it is a conflict.
func (d *decider) editNotice(i *Incident, c EditNotice) error {
	in := &inputs{}
	n := in.notice(i, c.Notice, c)
	draft := d.draft(in, i, c.Draft, n.ID)
	if err := in.refusal(); err != nil {
		return err
	}
	changes := NoticeChanges(n.NoticeDraft, draft)
	if len(changes) == 0 {
		return nil
	}
	if c.Base > 0 && c.Base != n.Version {
		refusal := &Refusal{Cause: ErrConflict, Reason: fmt.Sprintf("%s of %s changed while you were editing it", n.ID, i.ID), Current: uint64(n.Version)}
		for _, change := range changes {
			refusal.Clashes = append(refusal.Clashes, Clash{Field: change.Field, Yours: change.After, Theirs: change.Before})
		}
		return refusal
	}
	body := &NoticeEdited{ID: i.ID, Notice: n.ID, Version: n.Version + 1, Draft: draft, Changed: changedParts(changes), Before: n.State}
	d.emit(body)
	if len(n.Approvals) > 0 || n.Override != "" {
		d.emit(&ApprovalsVoided{ID: i.ID, Notice: n.ID, Digest: n.Digest, Why: body.Changed, Approvals: n.Approvals})
	}
	return nil
}

func changedParts(changes []Change) []string {
	names := make([]string, len(changes))
	for k, c := range changes {
		names[k] = c.Field
	}
	return names
}

// Bounds of a draft.
const (
	maxNoticeRules = 50
	maxLanguages   = 20
	maxChannelName = 64
	maxLanguage    = 35 // characters, as RFC 5646 asks to be kept
)

// draft cleans what people wrote of a notice; self is the notice's own id, ""
// of a new one.
func (d *decider) draft(in *inputs, i *Incident, c NoticeDraft, self string) NoticeDraft {
	draft := NoticeDraft{
		Kind:     NoticeKind(in.oneOf("kind", string(c.Kind), plain(NoticeKinds()))),
		Groups:   in.groups(i, c.Groups),
		Channel:  in.channel(c.Channel),
		Template: in.line("template", c.Template),
		Fields:   in.noticeFields(c.Fields),
		Texts:    in.noticeTexts(c.Texts),
		Contents: in.noticeContents(c.Contents),
		Promises: in.noticePromises(c.Promises),
	}
	draft.Rules = d.noticeRules(in, i, c.Rules, draft.Groups)
	if c.Corrects != "" {
		draft.Corrects = in.corrected(i, c.Corrects, self)
	}
	if size := draft.size(); size > MaxNoticeTexts {
		in.bad("texts", fmt.Sprintf("have %d bytes together", size), fmt.Sprintf("at most %d", MaxNoticeTexts))
	}
	return draft
}

// groups accepts affected groups of the incident, each once.
func (in *inputs) groups(i *Incident, list []string) []string {
	ids := make([]string, len(i.Groups))
	for k := range i.Groups {
		ids[k] = i.Groups[k].ID
	}
	var groups []string
	for _, line := range in.lines("groups", list) {
		if len(ids) == 0 {
			in.bad("groups", fmt.Sprintf("%s has no affected customers yet", i.ID), "no groups, or the affected customers first")
			return nil
		}
		if id := in.oneOf("groups", line, ids); !slices.Contains(groups, id) {
			groups = append(groups, id)
		}
	}
	return groups
}

func (in *inputs) channel(name string) string {
	name = in.line("channel", name)
	if len(name) > maxChannelName {
		in.bad("channel", "is too long a name", fmt.Sprintf("at most %d characters", maxChannelName))
	}
	if name == "" {
		return ManualChannel
	}
	return name
}

func (in *inputs) noticeFields(list []NoticeField) []NoticeField {
	var fields []NoticeField
	if len(list) > MaxList {
		in.bad("fields", fmt.Sprintf("are %d", len(list)), fmt.Sprintf("at most %d", MaxList))
		return nil
	}
	for _, f := range list {
		f = NoticeField{Name: in.need("fields", f.Name, "a name for each"), Value: in.text("field "+Clip(CleanLine(f.Name), 40), f.Value), Unknown: f.Unknown}
		switch {
		case slices.ContainsFunc(fields, func(other NoticeField) bool { return other.Name == f.Name }):
			in.bad("fields", fmt.Sprintf("%q is given twice", Clip(f.Name, 40)), "each field once")
		case f.Unknown && f.Value != "":
			in.bad("field "+Clip(f.Name, 40), "is not known yet and has a value", "one of the two")
		}
		fields = append(fields, f)
	}
	return fields
}

func (in *inputs) noticeTexts(list []NoticeText) []NoticeText {
	var texts []NoticeText
	if len(list) > maxLanguages {
		in.bad("texts", fmt.Sprintf("are in %d languages", len(list)), fmt.Sprintf("at most %d", maxLanguages))
		return nil
	}
	for _, t := range list {
		t = NoticeText{Language: in.need("language", t.Language, "a language tag for each text, such as en"), Subject: in.line("subject", t.Subject), Body: in.text("text", t.Body)}
		if len(t.Language) > maxLanguage {
			in.bad("language", "is no language tag", "such as en or pt-BR")
		}
		if slices.ContainsFunc(texts, func(other NoticeText) bool { return strings.EqualFold(other.Language, t.Language) }) {
			in.bad("texts", fmt.Sprintf("%q is given twice", Clip(t.Language, 40)), "one text for each language")
		}
		texts = append(texts, t)
	}
	return texts
}

func (in *inputs) noticeContents(list []NoticeContent) []NoticeContent {
	var contents []NoticeContent
	if len(list) > MaxList {
		in.bad("contents", fmt.Sprintf("are %d", len(list)), fmt.Sprintf("at most %d", MaxList))
		return nil
	}
	for _, c := range list {
		c = NoticeContent{Label: in.need("contents", c.Label, "what a rule asks for"), Covered: c.Covered, Unknown: c.Unknown && !c.Covered, Where: in.line("where", c.Where)}
		if slices.ContainsFunc(contents, func(other NoticeContent) bool { return other.Label == c.Label }) {
			in.bad("contents", fmt.Sprintf("%q is given twice", Clip(c.Label, 40)), "each content once")
		}
		contents = append(contents, c)
	}
	return contents
}

// corrected accepts an earlier notice that has left.
func (in *inputs) corrected(i *Incident, id, self string) string {
	var left []string
	for k := range i.Notices {
		if n := &i.Notices[k]; n.Left() && n.ID != self {
			left = append(left, n.ID)
		}
	}
	if len(left) == 0 {
		in.bad("corrects", "no notice has left yet", "nothing")
		return ""
	}
	return in.oneOf("corrects", NoticeID(id), left)
}

// noticeRules accepts rules of the incident's packs, of which a notice can be
// the answer, for all groups or for one that the notice goes to.
func (d *decider) noticeRules(in *inputs, i *Incident, list []policy.RuleKey, groups []string) []policy.RuleKey {
	if len(list) > maxNoticeRules {
		in.bad("rules", fmt.Sprintf("are %d", len(list)), fmt.Sprintf("at most %d", maxNoticeRules))
		return nil
	}
	var keys []policy.RuleKey
	for _, asked := range list {
		key, rule := d.rule(in, i, asked.Whole())
		if rule == nil {
			continue
		}
		if asked.Group != "" {
			key.Group = in.oneOf("rules", asked.Group, groups)
		}
		if strings.HasPrefix(rule.MetBy, "fact:") {
			in.bad("rules", fmt.Sprintf("%s is met by the fact %q", key, strings.TrimPrefix(rule.MetBy, "fact:")), "rules that a notice answers")
		}
		if !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
	}
	return keys
}

// noticeRule finds the rule behind a key that a notice has; nil where the
// incident's packs have it no more.
func (d *decider) noticeRule(i *Incident, key policy.RuleKey) *policy.Rule {
	for _, p := range d.state.PacksOf(i) {
		if p.ID != key.Pack {
			continue
		}
		for k := range p.Rules {
			if p.Rules[k].ID == key.Rule {
				return &p.Rules[k]
			}
		}
	}
	return nil
}

// rulesOf are the rules that a notice answers. One that is there no more is a
// problem: nobody can say what it asks for.
func (d *decider) rulesOf(in *inputs, i *Incident, n *Notice) []*policy.Rule {
	var rules []*policy.Rule
	for _, key := range n.Rules {
		rule := d.noticeRule(i, key)
		if rule == nil {
			in.bad("rules", fmt.Sprintf("%s is no rule of the incident's packs any more", key), "the notice edited")
			continue
		}
		if !slices.Contains(rules, rule) {
			rules = append(rules, rule)
		}
	}
	return rules
}

// ruleless are the kinds of notices that need answer no rule: what an
// organisation tells its own people, or says afterwards.
var ruleless = []NoticeKind{LeadershipNotice, PartnerNotice, SummaryNotice}

func (d *decider) proposeNotice(i *Incident, c ProposeNotice) error {
	in := &inputs{}
	n := in.notice(i, c.Notice, c)
	rules := d.rulesOf(in, i, &n)
	if err := in.refusal(); err != nil {
		return err
	}
	in.wholeNotice(&n, rules)
	d.reaches(in, i, &n)
	d.promisesHold(in, &n)
	if err := in.refusal(); err != nil {
		return err
	}
	d.emit(&NoticeProposed{ID: i.ID, Notice: n.ID, Version: n.Version, Digest: NoticeDigest(i, n.ID, n.NoticeDraft), Needs: approvers(rules)})
	return nil
}

// wholeNotice names everything that a notice lacks, and why it is asked for.
func (in *inputs) wholeNotice(n *Notice, rules []*policy.Rule) {
	if len(rules) == 0 && (len(n.Groups) > 0 || !slices.Contains(ruleless, n.Kind)) {
		in.bad("rules", "are none, so nothing says who approves it and what it must say", "at least one rule that it answers")
	}
	if len(n.Texts) == 0 {
		in.bad("texts", "are none", "a text in at least one language")
	}
	for _, t := range n.Texts {
		if t.Subject == "" {
			in.bad("subject "+t.Language, "is empty", "what it is about, in one line")
		}
		if t.Body == "" {
			in.bad("text "+t.Language, "is empty", "the text")
		}
	}
	for _, rule := range rules {
		for _, label := range rule.Contents {
			in.covered(n, rule, label)
		}
	}
	in.gaps(n, rules)
}

// reaches names the groups of a notice that none of its rules tells. Other
// rules than theirs would say who approves what they read, and when it leaves.
func (d *decider) reaches(in *inputs, i *Incident, n *Notice) {
	for _, id := range n.Groups {
		group, _ := i.Affected(id)
		told := slices.ContainsFunc(n.Rules, func(key policy.RuleKey) bool {
			rule := d.noticeRule(i, key)
			return rule != nil && (key.Group == "" || key.Group == id) && (rule.To == policy.ToPeople || rule.To.Reaches(string(group.Tier)))
		})
		if !told {
			in.bad("groups", fmt.Sprintf("%s is told by none of its rules", id), fmt.Sprintf("a rule that tells %s customers, or other groups", group.Tier))
		}
	}
}

// covered holds a content that a rule asks for against the notice.
func (in *inputs) covered(n *Notice, rule *policy.Rule, label string) {
	k := slices.IndexFunc(n.Contents, func(c NoticeContent) bool { return c.Label == label })
	switch {
	case k < 0 || n.Contents[k].standing() == "":
		accepts := "a text that covers it"
		if rule.Phased {
			accepts += ", or that it is not known yet"
		}
		in.bad("content "+label, "is missing; "+rule.Title+" asks for it", accepts)
	case n.Contents[k].Unknown && !rule.Phased:
		in.bad("content "+label, "is not known yet; "+rule.Title+" does not take it later", "a text that covers it")
	}
}

// approvers are the roles that rules ask for, each once.
func approvers(rules []*policy.Rule) []string {
	var roles []string
	for _, rule := range rules {
		for _, role := range rule.Approval {
			if !slices.Contains(roles, role) {
				roles = append(roles, role)
			}
		}
	}
	return roles
}

// missingApprovals are the roles that rules ask for and nobody gave yet.
func (n *Notice) missingApprovals(rules []*policy.Rule) []string {
	return slices.DeleteFunc(approvers(rules), func(role string) bool {
		return slices.ContainsFunc(n.Approvals, func(a Approval) bool { return a.Role == role })
	})
}

// hasRole reports whether the actor holds a role of the incident, or has it in
// the space.
func (d *decider) hasRole(i *Incident, role string) bool {
	return string(d.actor.Role) == role || slices.Contains(i.Holders(role), d.actor.Name)
}

func (d *decider) approveNotice(i *Incident, c ApproveNotice) error {
	in := &inputs{}
	n := in.notice(i, c.Notice, c)
	rules := d.rulesOf(in, i, &n)
	digest := in.digestOf(c.Digest)
	if err := in.refusal(); err != nil {
		return err
	}
	if err := sameDigest(i, &n, digest); err != nil {
		return err
	}
	if d.promisesHold(in, &n); in.refusal() != nil {
		return in.refusal()
	}
	missing := n.missingApprovals(rules)
	role, err := d.approvingRole(i, &n, c.Role, missing)
	if err != nil {
		return err
	}
	if err := d.needSecond(c.Second); err != nil {
		return err
	}
	missing = slices.DeleteFunc(missing, func(other string) bool { return other == role })
	d.emit(&NoticeApproved{ID: i.ID, Notice: n.ID, Digest: digest, Role: role, Second: c.Second, Missing: missing})
	return nil
}

// digestOf accepts a digest as it is written.
func (in *inputs) digestOf(text string) string {
	text = strings.ToLower(CleanLine(text))
	if len(text) != 64 || strings.Trim(text, "0123456789abcdef") != "" {
		in.bad("digest", fmt.Sprintf("%q is no digest", Clip(text, 40)), "the 64 hexadecimal digits of the text that was read")
	}
	return text
}

// sameDigest refuses what is about another version than the one that waits.
func sameDigest(i *Incident, n *Notice, digest string) error {
	if digest == n.Digest && digest == NoticeDigest(i, n.ID, n.NoticeDraft) {
		return nil
	}
	return &Refusal{Cause: ErrConflict, Reason: fmt.Sprintf("%s of %s is no longer the text that was read: its digest is %s; read it again", n.ID, i.ID, Clip(n.Digest, 16)), Current: uint64(n.Version)}
}

// approvingRole is the role in which the actor approves. One person approves a
// notice once.
func (d *decider) approvingRole(i *Incident, n *Notice, asked string, missing []string) (string, error) {
	for _, a := range n.Approvals {
		if a.Person == d.actor.Name {
			return "", &Refusal{Reason: fmt.Sprintf("%s approved %s already, as %s: the others are for somebody else", a.Person, n.ID, a.Role)}
		}
	}
	if asked != "" {
		in := &inputs{}
		role := in.oneOf("role", asked, missing)
		if err := in.refusal(); err != nil {
			return "", err
		}
		missing = []string{role}
	}
	for _, role := range missing {
		if d.hasRole(i, role) {
			return role, nil
		}
	}
	return "", &Refusal{Cause: ErrForbidden, Reason: fmt.Sprintf("%s may not approve %s: it waits for %s, whom the incident's roles or the people registered here name", d.actor.Name, n.ID, strings.Join(missing, ", "))}
}

// needSecond refuses an approval without a code of the second factor where the
// actor's role asks for one at the door.
func (d *decider) needSecond(given bool) error {
	if given || !d.state.Meta.Access.Rule(d.actor.Role).SecondFactor {
		return nil
	}
	return &Refusal{Cause: ErrForbidden, Reason: fmt.Sprintf("to approve as %s takes a code of the second factor: give it with the approval", d.actor.Role)}
}

func (d *decider) rejectNotice(i *Incident, c RejectNotice) error {
	in := &inputs{}
	n := in.notice(i, c.Notice, c)
	reason := in.needText("reason", c.Reason, "what is to be changed")
	if err := in.refusal(); err != nil {
		return err
	}
	if roles := approvers(d.rulesOf(in, i, &n)); !d.actor.Role.May(ProposeNotice{}.Kind()) && !slices.ContainsFunc(roles, func(r string) bool { return d.hasRole(i, r) }) {
		return &Refusal{Cause: ErrForbidden, Reason: fmt.Sprintf("%s may not reject %s: that is for %s, and for those who write notices", d.actor.Name, n.ID, orNobody(strings.Join(roles, ", ")))}
	}
	d.emit(&NoticeRejected{ID: i.ID, Notice: n.ID, Digest: n.Digest, Reason: reason})
	return nil
}

// overrideApproval stands in for approvals that are missing, in an emergency,
// as far as each rule that asks for them allows it, and opens its review.
func (d *decider) overrideApproval(i *Incident, c OverrideApproval) error {
	in := &inputs{}
	n := in.notice(i, c.Notice, c)
	rules := d.rulesOf(in, i, &n)
	digest := in.digestOf(c.Digest)
	reason := in.needText("reason", c.Reason, "why it cannot wait")
	if err := in.refusal(); err != nil {
		return err
	}
	if err := sameDigest(i, &n, digest); err != nil {
		return err
	}
	role, err := d.overridingRole(i, &n, rules)
	if err != nil {
		return err
	}
	if err := d.needSecond(c.Second); err != nil {
		return err
	}
	missing := n.missingApprovals(rules)
	task := d.reviewTask(i, &n, missing)
	d.emit(&ApprovalOverridden{ID: i.ID, Notice: n.ID, Digest: n.Digest, Role: role, Missing: missing, Reason: reason, Second: c.Second, Task: task.Task}, task)
	return nil
}

// overridingRole is the role in which the actor stands in for all approvals
// that are missing.
func (d *decider) overridingRole(i *Incident, n *Notice, rules []*policy.Rule) (string, error) {
	role := ""
	for _, rule := range rules {
		if len(n.missingApprovals([]*policy.Rule{rule})) == 0 {
			continue
		}
		if len(rule.Override) == 0 {
			return "", &Refusal{Cause: ErrForbidden, Reason: fmt.Sprintf("%s knows no emergency release: it waits for %s", rule.Title, strings.Join(n.missingApprovals(rules), ", "))}
		}
		k := slices.IndexFunc(rule.Override, func(r string) bool { return d.hasRole(i, r) })
		if k < 0 {
			return "", &Refusal{Cause: ErrForbidden, Reason: fmt.Sprintf("%s may not release %s without approval: %s allows that to %s", d.actor.Name, n.ID, rule.Title, strings.Join(rule.Override, ", "))}
		}
		role = rule.Override[k]
	}
	return role, nil
}

// reviewTask is the task to look at an emergency release afterwards. It belongs
// to the procedure's last phase, so that it holds nobody up now.
func (d *decider) reviewTask(i *Incident, n *Notice, missing []string) *TaskAdded {
	phase := i.Phase()
	if phases := phaseIDs(d.state.Procedure(i)); len(phases) > 0 {
		phase = phases[len(phases)-1]
	}
	title := fmt.Sprintf("Review the release of %s without approval of %s", n.ID, strings.Join(missing, ", "))
	return &TaskAdded{ID: i.ID, Task: i.nextTask(), Phase: phase, Title: Clip(title, MaxLine), Mandatory: true}
}

func (d *decider) releaseNotice(i *Incident, c ReleaseNotice) error {
	in := &inputs{}
	n := in.notice(i, c.Notice, c)
	digest := in.digestOf(c.Digest)
	if err := in.refusal(); err != nil {
		return err
	}
	if err := d.releasable(i, &n, digest); err != nil {
		return err
	}
	if err := d.mayLetGo(i, &n); err != nil {
		return err
	}
	channel := d.leavesBy(in, &n)
	shares, total := in.shares(i, &n, channel)
	d.promisesHold(in, &n)
	if err := in.refusal(); err != nil {
		return err
	}
	d.emit(&NoticeReleased{ID: i.ID, Notice: n.ID, Digest: digest, Channel: n.Channel, Shares: shares, Recipients: total})
	return nil
}

// mayLetGo refuses a responder the release of what nobody had to approve, where
// it reaches customers or no rule says whom it reaches: one person alone would
// have written it and sent it.
func (d *decider) mayLetGo(i *Incident, n *Notice) error {
	if d.actor.Role != Responder || len(n.Rules) > 0 && len(n.Groups) == 0 || len(approvers(d.rulesOf(&inputs{}, i, n))) > 0 {
		return nil
	}
	return &Refusal{Cause: ErrForbidden, Reason: fmt.Sprintf("%s goes out of the building and nobody had to approve it: somebody lets it go who is %s, %s or %s", n.ID, Owner, Lead, Communications)}
}

// releasable refuses a notice that may not leave: another text than was
// approved, approvals that the rules ask for by now, or an audience that is not
// to be told yet.
func (d *decider) releasable(i *Incident, n *Notice, digest string) error {
	in := &inputs{}
	rules := d.rulesOf(in, i, n)
	d.reaches(in, i, n)
	if err := in.refusal(); err != nil {
		return err
	}
	if err := sameDigest(i, n, digest); err != nil {
		return err
	}
	if missing := n.missingApprovals(rules); n.Override == "" && len(missing) > 0 {
		return &Refusal{Reason: fmt.Sprintf("%s waits for the approval of %s, which its rules ask for by now: reject it and propose it again", n.ID, strings.Join(missing, ", "))}
	}
	return d.audible(i, n)
}

// shares are the recipients of a notice: by its groups, or those of its channel
// where it goes to none.
func (in *inputs) shares(i *Incident, n *Notice, channel Channel) (shares []ReleasedShare, total int) {
	switch {
	case len(n.Groups) == 0 && channel.Recipients > 0:
		return []ReleasedShare{{Root: channel.Digest, Recipients: channel.Recipients}}, channel.Recipients
	case len(n.Groups) == 0:
		in.bad("groups", n.ID+" goes to no group of customers, and its channel has no recipients of its own", "that it was filed, with when and its reference")
		return nil, 0
	}
	for _, id := range n.Groups {
		g, _ := i.Affected(id)
		shares = append(shares, ReleasedShare{Group: id, Ref: g.Ref(), Root: g.Root, Customers: g.Customers, Recipients: g.Addresses})
		total += g.Addresses
	}
	if total == 0 {
		in.bad("groups", "have nobody to be told", "groups with addresses")
	}
	return shares, total
}

func (d *decider) fileNotice(i *Incident, c FileNotice) error {
	in := &inputs{}
	n := in.notice(i, c.Notice, c)
	body := &NoticeFiled{ID: i.ID, Notice: n.ID, Digest: n.Digest, At: d.now, Reference: in.line("reference", c.Reference), Evidence: in.shown(i, c.Evidence)}
	if !c.At.IsZero() {
		body.At = in.past("at", c.At, d.now)
	}
	if !c.Received.IsZero() {
		if body.Received = in.past("received", c.Received, d.now); body.Received.Before(body.At) {
			in.bad("received", "lies before it was filed", "a time from "+d.show(body.At)+" on")
		}
	}
	if len(n.Groups) > 0 {
		in.bad("notice", fmt.Sprintf("%s goes to groups of customers", n.ID), "its release, and each recipient told by hand recorded")
	}
	if err := in.refusal(); err != nil {
		return err
	}
	if err := d.releasable(i, &n, n.Digest); err != nil {
		return err
	}
	d.emit(body)
	for _, key := range n.Rules {
		d.emit(&Submitted{ID: i.ID, Key: key, Title: d.noticeRule(i, key).Title, At: body.At, Received: body.Received, Reference: body.Reference, Notice: n.ID})
	}
	return nil
}

// shown accepts a piece of the incident's evidence, or none.
func (in *inputs) shown(i *Incident, id string) string {
	if CleanLine(id) == "" {
		return ""
	}
	return in.item(i, id).ID
}

func (d *decider) withdrawNotice(i *Incident, c WithdrawNotice) error {
	in := &inputs{}
	n := in.notice(i, c.Notice, c)
	reason := in.needText("reason", c.Reason, "why it is not sent")
	if err := in.refusal(); err != nil {
		return err
	}
	d.emit(&NoticeWithdrawn{ID: i.ID, Notice: n.ID, Before: n.State, Reason: reason})
	return nil
}

// noMaterialFacts answers an update that is due with the decision that there is
// nothing new to say.
func (d *decider) noMaterialFacts(i *Incident, c NoMaterialFacts) error {
	in := &inputs{}
	key, rule := d.rule(in, i, c.Rule.Whole())
	rationale := in.needText("rationale", c.Rationale, "why there is nothing new to say")
	if rule != nil && c.Rule.Group != "" {
		key.Group = in.group(i, c.Rule.Group)
	}
	if rule != nil && !isUpdate(rule) {
		in.bad("rule", fmt.Sprintf("%s asks for more than updates", key), "a rule that asks for updates")
	}
	if err := in.refusal(); err != nil {
		return err
	}
	if d.untold(i, key) {
		return Refuse(Field("rule", fmt.Sprintf("the first notice of %s has not left, and an update alone can be left out", key), "the notice, or that the rule is waived"))
	}
	if !d.asksFor(i, key) {
		return Refuse(Field("rule", fmt.Sprintf("%s asks for no further update", key), "a rule whose updates go on"))
	}
	d.emit(&NothingNew{ID: i.ID, Key: key, Title: rule.Title, Rationale: rationale})
	return nil
}

// untold reports whether a rule whose first notice comes before its updates
// waits for that one, for one of its groups at least.
func (d *decider) untold(i *Incident, key policy.RuleKey) bool {
	return slices.ContainsFunc(d.state.Obligations(i), func(o policy.Obligation) bool {
		return key.Covers(o.Key()) && o.Rule.NoticeKind() == policy.NoticeInitial && len(o.Done) == 0
	})
}

// asksFor reports whether the updates of an obligation go on.
func (d *decider) asksFor(i *Incident, key policy.RuleKey) bool {
	return slices.ContainsFunc(d.state.Obligations(i), func(o policy.Obligation) bool {
		return key.Covers(o.Key()) && o.Ended.IsZero()
	})
}

// isUpdate reports whether a rule asks for updates, which there may be nothing
// for.
func isUpdate(rule *policy.Rule) bool {
	return rule.NoticeKind() == policy.NoticeUpdate || rule.Every != (calendar.Period{})
}

// group accepts one affected group of the incident.
func (in *inputs) group(i *Incident, id string) string {
	if groups := in.groups(i, []string{id}); len(groups) == 1 {
		return groups[0]
	}
	return ""
}

// voidApprovals adds what the decision did to notices that wait to be approved
// or released: where what their digest covers is no longer what it was, they
// are drafts again, and an event says why.
func (d *decider) voidApprovals() error {
	d.voidEnded()
	ids := d.waiting()
	if len(ids) == 0 {
		return nil
	}
	after, err := d.outcome(ids)
	if err != nil {
		return err
	}
	for _, id := range ids {
		before, now := d.state.Incidents[id], after.Incidents[id]
		for k := range now.Notices {
			n := &now.Notices[k]
			if n.Waits() && n.Digest != NoticeDigest(now, n.ID, n.NoticeDraft) {
				d.emit(&ApprovalsVoided{ID: id, Notice: n.ID, Digest: n.Digest, Why: changedGroups(before, now, n), Approvals: n.Approvals})
			}
		}
	}
	return nil
}

// voidEnded voids what was approved for an incident that turned out to be
// nothing, or another one: what its notices say is not so.
func (d *decider) voidEnded() {
	for _, body := range d.bodies {
		end, ok := body.(*Closed)
		if !ok || end.Outcome == Resolved {
			continue
		}
		i, known := d.state.Incidents[end.ID]
		if !known { // one of the past comes in ended, with no notices
			continue
		}
		for _, n := range i.Notices {
			if n.Waits() {
				d.emit(&ApprovalsVoided{ID: end.ID, Notice: n.ID, Digest: n.Digest, Why: []string{"the incident ended: " + string(end.Outcome)}, Approvals: n.Approvals})
			}
		}
	}
}

// waiting lists the incidents whose groups the decision changes and that have a
// notice to groups which waits.
func (d *decider) waiting() []ID {
	var ids []ID
	for _, body := range d.bodies {
		closed, ok := body.(*AffectedClosed)
		if !ok {
			continue
		}
		if slices.ContainsFunc(d.state.Incidents[closed.ID].Notices, func(n Notice) bool { return n.Waits() && len(n.Groups) > 0 }) {
			ids = append(ids, closed.ID)
		}
	}
	return ids
}

// changedGroups names the groups of a notice that are not what they were.
func changedGroups(before, now *Incident, n *Notice) []string {
	var changed []string
	for _, group := range n.Groups {
		was, count := before.groupRoot(group)
		is, counted := now.groupRoot(group)
		if was != is || count != counted {
			changed = append(changed, fmt.Sprintf("group %s: %d addresses were approved, now %d", group, count, counted))
		}
	}
	return changed
}
