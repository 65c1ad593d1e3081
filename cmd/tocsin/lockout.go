package main

import "tocsin/model"

// ownersOut is what somebody has to know once no owner can log in any more.
const ownersOut = "! No owner can now log in over SSH: whoever has the data directory can mend that, there (tocsin people key add, people rule, people factor enrol)."

// keepsOwnersIn refuses over the network what would let no owner in any more:
// whoever came by it could not mend it.
func (s *session) keepsOwnersIn(command model.Command) error {
	if s.far && s.snapshot().Meta.Access.LocksOwnersOut(command) {
		return &model.Refusal{Reason: "no owner could then log in over SSH, and that is not given over SSH; give an owner what it takes first, or give the command where the data directory is"}
	}
	return nil
}
