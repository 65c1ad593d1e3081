package outbox

import (
	"context"
	"errors"
	"fmt"
	"net/textproto"

	"tocsin/model"
)

// Outcome is what came of one attempt.
type Outcome byte

// The outcomes.
const (
	Unsent    Outcome = iota // nothing of it left: it waits as before
	Accepted                 // the server took it
	Temporary                // not now: it is tried again later
	Permanent                // never: it is not tried again
	Uncertain                // it may have been taken: a person decides
)

var outcomeWords = [...]string{Unsent: "unsent", Accepted: "accepted", Temporary: "temporary", Permanent: "permanent", Uncertain: "uncertain"}

func (o Outcome) String() string {
	if int(o) < len(outcomeWords) {
		return outcomeWords[o]
	}
	return fmt.Sprintf("outcome %d", o)
}

// Reply is what came of handing a message over.
type Reply struct {
	Outcome Outcome
	Words   string // what the server said, or why there is no answer; one line
	Lost    bool   // the line takes nothing more
	Channel error  // the channel is at fault, and not this recipient: nothing of the message left
}

// maxWords bounds what is kept of a server's answer, in characters.
const maxWords = 200

// words makes one line of what comes from outside.
func words(text string) string { return model.Clip(model.CleanLine(text), maxWords) }

// ErrChannel means that a channel does not work as it is set.
var ErrChannel = errors.New("the channel does not work")

// answer is what a server's answer says of the message, after it has all of it
// or refused to take it.
func answer(code int, text string) Reply {
	r := Reply{Words: words(fmt.Sprintf("%d %s", code, text)), Lost: code == shuttingDown}
	switch code / 100 {
	case 2:
		r.Outcome = Accepted
	case 4:
		r.Outcome = Temporary
	case 5:
		r.Outcome = Permanent
	default:
		r.Outcome, r.Lost = Uncertain, true
	}
	return r
}

// Answers that speak of more than one message (RFC 5321, 4.2.3; RFC 4954, 6;
// RFC 3207).
const (
	shuttingDown = 421
	needsAuth    = 530
	authFailed   = 535
	needsTLS     = 538
)

// before is what a failed step says of a message of which nothing has left yet.
func before(step string, err error) Reply {
	var said *textproto.Error
	if !errors.As(err, &said) {
		return Reply{Outcome: Temporary, Words: words(fmt.Sprintf("%s: %s", step, broken(err))), Lost: true}
	}
	switch said.Code {
	case needsAuth, authFailed, needsTLS:
		return Reply{Outcome: Unsent, Lost: true, Channel: fmt.Errorf("%w: %s: %d %s", ErrChannel, step, said.Code, words(said.Msg))}
	}
	r := answer(said.Code, said.Msg)
	if r.Outcome == Accepted || r.Outcome == Uncertain { // an answer that fits no question
		r.Outcome, r.Lost = Temporary, true
	}
	return r
}

// after is what the end of a message says, whose first byte has left.
func after(err error) Reply {
	var said *textproto.Error
	if errors.As(err, &said) {
		return answer(said.Code, said.Msg)
	}
	return Reply{Outcome: Uncertain, Words: words("no answer after the message was begun: " + broken(err)), Lost: true}
}

// broken says how a connection ended.
func broken(err error) string {
	switch {
	case errors.Is(err, errTalkative):
		return errTalkative.Error()
	case errors.Is(err, context.DeadlineExceeded), timedOut(err):
		return "the server did not answer in time"
	}
	return "the connection broke: " + err.Error()
}

func timedOut(err error) bool {
	var timeout interface{ Timeout() bool }
	return errors.As(err, &timeout) && timeout.Timeout()
}
