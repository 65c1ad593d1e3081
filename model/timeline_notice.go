package model

import (
	"fmt"
	"strings"
)

// tellNotice tells what is done with notices until they leave.
func (t *teller) tellNotice(body Body) {
	switch b := body.(type) {
	case *NoticeDrafted:
		t.what("Notice %s begun: %s", b.Notice, b.Draft.Kind)
		t.draft(&b.Draft)
	case *NoticeEdited:
		t.what("Notice %s edited, version %d: %s", b.Notice, b.Version, Clip(strings.Join(b.Changed, ", "), MaxLine))
		if b.Before != NoticeIsDraft {
			t.detail("", fmt.Sprintf("it was %s and is a draft again", b.Before))
		}
	case *NoticeProposed:
		t.what("Notice %s proposed, version %d", b.Notice, b.Version)
		t.detail("waits for", strings.Join(t.roles(b.Needs), ", "))
		t.detail("digest", b.Digest)
	case *NoticeApproved:
		t.what("Notice %s approved as %s", b.Notice, t.role(b.Role))
		t.detail("with", mark(b.Second, "a code of the second factor"))
		t.detail("waits for", strings.Join(t.roles(b.Missing), ", "))
		t.detail("digest", b.Digest)
	case *NoticeRejected:
		t.what("Notice %s rejected", b.Notice)
		t.detail("reason", b.Reason)
	case *ApprovalsVoided:
		t.what("Approvals of notice %s are void: it is no longer what was approved", b.Notice)
		t.detail("changed", strings.Join(b.Why, ", "))
		for _, a := range b.Approvals {
			t.detail("approved", fmt.Sprintf("%s as %s, %s", a.Person, t.role(a.Role), t.time(a.At)))
		}
	case *ApprovalOverridden:
		t.entry.Loud = true
		t.what("EMERGENCY: notice %s may leave without approval of %s", b.Notice, strings.Join(t.roles(b.Missing), ", "))
		t.detail("reason", b.Reason)
		t.detail("as", t.role(b.Role))
		t.detail("to be reviewed", b.Task)
		t.detail("digest", b.Digest)
	case *NoticeReleased:
		t.what("Notice %s released to %s through %s", b.Notice, count(b.Recipients, "recipient"), b.Channel)
		for _, s := range b.Shares {
			t.detail("group "+s.Group, count(s.Customers, "customer")+", "+count(s.Recipients, "recipient"))
		}
		t.detail("digest", b.Digest)
	case *NoticeFiled:
		t.what("Notice %s filed by hand, %s", b.Notice, t.time(b.At))
		t.detail("received", t.time(b.Received))
		t.detail("reference", b.Reference)
		t.detail("evidence", b.Evidence)
		t.detail("digest", b.Digest)
	case *NoticeWithdrawn:
		t.what("Notice %s withdrawn, was %s", b.Notice, b.Before)
		t.detail("reason", b.Reason)
	case *NoticeProved:
		t.what("Proof of notice %s written to %s: who of %s was told what", b.Notice, b.Name, count(b.Recipients, "recipient"))
	case *NothingNew:
		t.what("No material facts became known: %s", b.Title)
		t.detail("rationale", b.Rationale)
	default:
		t.tellDelivery(body)
	}
}

// tellDelivery tells what became of notices that left. What is recorded for
// some recipients at a time is quiet: there may be thousands of such entries.
func (t *teller) tellDelivery(body Body) {
	switch b := body.(type) {
	case *NoticePaused:
		t.what("Notice %s paused, %d recipients wait", b.Notice, b.Left)
		t.detail("reason", b.Reason)
	case *NoticeResumed:
		t.what("Notice %s goes on, %d recipients wait", b.Notice, b.Left)
	case *NoticeCancelled:
		t.what("Notice %s cancelled for %d recipients of whom nothing had left", b.Notice, b.Left)
		t.detail("reason", b.Reason)
	case *DeliveryAttempted:
		t.entry.Minor = true
		t.what("Notice %s goes to %d recipients", b.Notice, b.Ordinals.Count())
	case *DeliveryRecorded:
		t.entry.Minor = true
		t.what("Notice %s: %s", b.Notice, resultWords(b.Results))
	case *ContactRecorded:
		t.what("Notice %s told by %s to %s, by %s", b.Notice, b.How, recipientWords(b.Ordinals), b.Person)
		t.detail("on", t.time(b.At))
		t.detail("reference", b.Reference)
		t.detail("evidence", b.Evidence)
	case *ReceiptRecorded:
		t.what("Notice %s %s by %s", b.Notice, b.How, recipientWords(b.Ordinals))
		t.detail("on", t.time(b.At))
		t.detail("reference", b.Reference)
	case *BounceRecorded:
		t.what("Notice %s came back from recipient %d", b.Notice, b.Ordinal)
		t.detail("on", t.time(b.At))
		t.detail("server", b.Words)
	case *DeliveryGivenUp:
		t.what("Notice %s given up for %s", b.Notice, recipientWords(b.Ordinals))
		t.detail("reason", b.Reason)
	case *RetryOrdered:
		t.what("Notice %s to be sent again to %s", b.Notice, recipientWords(b.Ordinals))
		t.detail("reason", b.Reason)
	}
}

func (t *teller) draft(d *NoticeDraft) {
	keys := make([]string, len(d.Rules))
	for k, key := range d.Rules {
		keys[k] = key.String()
	}
	t.detail("answers", strings.Join(keys, ", "))
	t.detail("groups", strings.Join(d.Groups, ", "))
	t.detail("corrects", d.Corrects)
}

func (t *teller) roles(ids []string) []string {
	labels := make([]string, len(ids))
	for k, id := range ids {
		labels[k] = t.role(id)
	}
	return labels
}

// resultWords counts results by what they came to.
func resultWords(results []RecordedResult) string {
	var counts OutcomeCounts
	for _, r := range results {
		if r.Outcome < outcomeCount {
			counts[r.Outcome]++
		}
	}
	var words []string
	for o, n := range counts {
		if n > 0 {
			words = append(words, fmt.Sprintf("%d %s", n, DeliveryOutcome(o)))
		}
	}
	return strings.Join(words, ", ")
}

// recipientWords name recipients: "recipient 7", "12 recipients".
func recipientWords(r Runs) string {
	if r.Count() == 1 {
		return "recipient " + r.String()
	}
	return fmt.Sprintf("%d recipients", r.Count())
}
