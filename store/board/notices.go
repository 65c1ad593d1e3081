package board

import (
	"time"

	"tocsin/model"
	"tocsin/model/notice"
	"tocsin/model/policy"
)

// NoticeFacts is what is known of an incident for a notice about it that
// answers these rules and is written at now.
func (s *Snapshot) NoticeFacts(i *model.Incident, rules []policy.RuleKey, now time.Time) notice.Facts {
	return s.laws.NoticeFacts(i, s.Meta.Organisation, rules, now)
}

// NoticeNeeds are the roles whose approval a notice still waits for.
func (s *Snapshot) NoticeNeeds(i *model.Incident, n *model.Notice) []string {
	return s.laws.NoticeNeeds(i, n)
}

// Audience is who would be told of an incident at now, and who would not.
func (s *Snapshot) Audience(i *model.Incident, now time.Time) model.Outreach {
	return s.laws.Audience(i, now)
}
