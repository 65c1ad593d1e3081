package model

import "testing"

func TestWhoMayReadTheLog(t *testing.T) {
	for role, may := range map[Role]bool{Owner: true, Lead: true, Leadership: true, Auditor: true, Responder: false, Communications: false, Reporter: false, Wall: false, "": false} {
		if role.MayRead("audit") != may {
			t.Errorf("%s may read it: %v", role, !may)
		}
		if role != Owner && role.MayRead("nothing") {
			t.Errorf("%s may read what is in no table", role)
		}
	}
}
