package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"tocsin/model"
)

// collects takes a made-up file in as evidence, collected by whoever does the
// step, so long before the present.
func collects(kind model.EvidenceKind, title, name, from string, ago time.Duration, content string) deed {
	return func(st *stage, id model.ID) ([]model.Command, error) {
		blobs, err := st.blobs()
		if err != nil {
			return nil, err
		}
		blob, err := blobs.Put(context.Background(), strings.NewReader(content), nil)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		return []model.Command{model.AddEvidence{
			Incident: id, Title: title, What: kind, Name: name, From: from, Size: blob.Size, SHA256: blob.SHA256, Collected: st.now.Add(-ago),
		}}, nil
	}
}

// hands records a step of custody of a piece of the incident's evidence.
func hands(item string, done model.Deed, to, reason string) deed {
	return one(func(_ *stage, id model.ID) model.Command {
		return model.MoveEvidence{Incident: id, Item: item, Deed: done, Person: to, Reason: reason}
	})
}

func verifies(item string) deed {
	return one(func(_ *stage, id model.ID) model.Command {
		return model.VerifyEvidence{Incident: id, Item: item, Found: model.Intact}
	})
}

// What the demo's evidence consists of.
var (
	demoMailLog = strings.Repeat("postfix/smtpd[2214]: connect from unknown[198.51.100.23]\npostfix/smtpd[2214]: sasl_username=svc-relay, sasl_method=PLAIN\npostfix/qmgr[871]: to=<drop@mail.example>, status=sent\n", 1400)
	demoMemory  = strings.Repeat("A made-up image of the memory of mail-relay-2.\n", 60_000)
	demoMail    = "From: alerts@northlight.example\nTo: operations@northlight.example\nSubject: Log-in of svc-relay from a new network\n\nThe service account svc-relay was used from 198.51.100.23.\n"
)
