package model

import (
	"testing"
	"time"

	"tocsin/model/notice"
)

// What promises a time is held to it until it leaves, and no longer.
func TestPassedPromisesAreNotSent(t *testing.T) {
	s := telling(t)
	d := draft()
	d.Promises = []NoticePromise{{Field: "next_update", By: s.now.Add(time.Hour)}}
	s.as(clara, DraftNotice{firstID, d})
	s.wait(time.Hour)
	s.refuses(clara, ProposeNotice{firstID, "N1"}, "field next_update: promises", "which has passed", "accepted: N1 edited: the time is counted anew where nobody typed it, else a time after")

	d.Promises[0].By = s.now.Add(time.Hour)
	s.as(clara, EditNotice{firstID, "N1", 1, d})
	s.as(clara, ProposeNotice{firstID, "N1"})
	s.approve(clara)
	s.wait(time.Hour)
	s.refuses(lea, ApproveNotice{Incident: firstID, Notice: "N1", Digest: s.notice("N1").Digest}, "which has passed")

	d.Promises[0].By = s.now.Add(time.Hour)
	s.as(clara, EditNotice{firstID, "N1", 2, d})
	s.as(clara, ProposeNotice{firstID, "N1"})
	s.approve(clara)
	s.approve(lea)
	s.wait(time.Hour - time.Second)
	last := s.notice("N1").Digest
	s.wait(time.Second)
	s.refuses(clara, ReleaseNotice{firstID, "N1", last}, "which has passed")
}

func TestTheDigestCoversPromises(t *testing.T) {
	s := telling(t)
	by := s.now.Add(time.Hour)
	d := draft()
	digests := map[string]bool{NoticeDigest(s.incident(firstID), "N1", d): true}
	for _, promises := range [][]NoticePromise{{{"a", by}}, {{"a", by.Add(time.Second)}}, {{"b", by}}, {{"a", by}, {"b", by}}} {
		d.Promises = promises
		digests[NoticeDigest(s.incident(firstID), "N1", d)] = true
	}
	if len(digests) != 5 {
		t.Errorf("%d digests of 5 notices", len(digests))
	}
	d.Promises = []NoticePromise{{"a", by}, {"a", by}, {"b", time.Time{}}}
	s.refuses(clara, DraftNotice{firstID, d}, `"a" is given twice`, `"b" has no time`)
}

func TestPromisesOfSeveralLanguages(t *testing.T) {
	at := time.Date(2026, 11, 22, 6, 0, 0, 0, time.UTC)
	list := promises(nil, []notice.Promise{{Field: "a", By: at}, {Field: "b", By: at}})
	list = promises(list, []notice.Promise{{Field: "a", By: at.Add(-time.Hour)}, {Field: "b", By: at.Add(time.Hour)}})
	if len(list) != 2 || !list[0].By.Equal(at.Add(-time.Hour)) || !list[1].By.Equal(at) {
		t.Error(list)
	}
}
