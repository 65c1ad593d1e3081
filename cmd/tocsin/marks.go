package main

import (
	"tocsin/model"
	"tocsin/model/policy"
	"tocsin/tui/sign"
)

// toneInks are what the tones of signs are printed in.
var toneInks = map[sign.Tone]ink{
	sign.Quiet: quiet, sign.Plain: plain, sign.Fresh: strong, sign.Good: good,
	sign.Notice: notice, sign.Warning: warning, sign.Alarm: alarm, sign.Doubt: notice,
}

func printed(s sign.Sign) painted { return painted{s.String(), toneInks[s.Tone]} }

// severityMark is a severity as a shape and a word.
func severityMark(s *model.Standing) painted { return printed(sign.Severity(s)) }

// stateMark is an obligation's state as a shape and its word.
func stateMark(state policy.State) painted { return printed(sign.State(state)) }
