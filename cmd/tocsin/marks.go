package main

import (
	"tocsin/model"
	"tocsin/model/policy"
)

// severityMark is a severity as a shape and a word. The shape follows the
// place on the pack's scale, counted from the top.
func severityMark(s *model.Standing) painted {
	if s.Rank == 0 {
		return painted{"? untriaged", strong}
	}
	level := s.Procedure.Severities[s.Rank-1].Label
	switch len(s.Procedure.Severities) - s.Rank {
	case 0:
		return painted{"◆ " + level, alarm}
	case 1:
		return painted{"▲ " + level, warning}
	case 2:
		return painted{"● " + level, notice}
	}
	return painted{"○ " + level, quiet}
}

// stateMark is an obligation's state as a shape and its word.
func stateMark(state policy.State) painted {
	switch state {
	case policy.Overdue:
		return painted{"! overdue", alarm}
	case policy.DueSoon:
		return painted{"◐ due soon", warning}
	case policy.Running:
		return painted{"○ running", plain}
	case policy.Open:
		return painted{"◇ open", plain}
	case policy.Met:
		return painted{"✓ met", good}
	case policy.MetLate:
		return painted{"✓ met late", warning}
	case policy.CannotExclude:
		return painted{"? cannot be excluded", notice}
	case policy.Waived:
		return painted{"– waived", quiet}
	}
	return painted{"· " + string(state), quiet}
}
