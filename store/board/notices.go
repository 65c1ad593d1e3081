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
