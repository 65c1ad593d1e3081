package tui

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"

	tea "charm.land/bubbletea/v2"

	"tocsin/model"
)

// Evidence is what the console needs to take files in as evidence, to compare
// what is stored and to give copies out, each with what the record says of it.
// All of it may take minutes.
type Evidence interface {
	// Add takes in the file at a path of the machine that the console runs on.
	Add(ctx context.Context, path string, command model.AddEvidence, told Told) error
	Verify(ctx context.Context, id model.ID, item model.Evidence, told Told) (model.Integrity, error)
	// Export writes a copy to a path where nothing is yet.
	Export(ctx context.Context, id model.ID, item model.Evidence, path, reason string, told Told) error
}

// Told hears from any goroutine how many bytes are done, of how many; a total
// of 0 is not known. It is quick.
type Told func(done, total uint64)

// errand is work on evidence that may take minutes. There is one at a time; it
// goes on whatever the screen shows, and ends with the console.
type errand struct {
	what        string // in words: "storing mail.log"
	done, total atomic.Uint64
	stop        context.CancelFunc
}

func (e *errand) tell(done, total uint64) { e.done.Store(done); e.total.Store(total) }

// errandMsg is the end of an errand.
type errandMsg struct {
	said     string
	alarming bool
	err      error
	form     *form // what was typed for it, kept as a draft until it is done
	draft    string
}

// send does an errand off the event loop.
func (c *Console) send(what string, work func(ctx context.Context, told Told) errandMsg) tea.Cmd {
	ctx, stop := context.WithCancel(c.ctx)
	e := &errand{what: what, stop: stop}
	c.errand = e
	return func() tea.Msg {
		defer stop()
		return work(ctx, e.tell)
	}
}

// errandDone takes the end of an errand.
func (c *Console) errandDone(msg errandMsg) tea.Cmd {
	c.errand = nil
	c.takeFrame(c.latest())
	var done tea.Cmd
	if msg.err == nil && msg.draft != "" {
		done = c.forget(msg.draft, msg.form)
	}
	switch {
	case errors.Is(msg.err, context.Canceled):
		c.say("stopped; nothing of it is kept")
	case msg.err != nil:
		c.alarm(strings.ReplaceAll(msg.err.Error(), "\n", " "))
	case msg.alarming:
		c.alarm(msg.said)
	default:
		c.say("%s", msg.said)
	}
	return tea.Batch(done, c.incident.reload())
}

func (c *Console) stopErrand() tea.Cmd {
	c.errand.stop()
	c.say("stopping…")
	return nil
}

// drawErrand is how far an errand has come, as a line.
func (c *Console) drawErrand(width int) string {
	const meter = 20
	t, done, total := c.theme, c.errand.done.Load(), c.errand.total.Load()
	line := t.Accent.Paint(safe(c.errand.what)) + " "
	switch {
	case total > 0:
		full := int(min(done, total) * meter / total)
		line += t.Running.Paint(strings.Repeat("━", full)) + t.Rule.Paint(strings.Repeat("─", meter-full)) +
			t.Text.Paint(fmt.Sprintf(" %d%% of %s", min(done, total)*100/total, model.Bytes(total)))
	case done > 0:
		line += t.Text.Paint(model.Bytes(done))
	}
	return fit(" "+line+t.Muted.Paint("  "+c.keyOf("evidence-stop")+" stops it"), width)
}

// keyOf is the first key of an action, as people know it.
func (c *Console) keyOf(id string) string {
	if keys := c.keys.byID(id).keys; len(keys) > 0 {
		return keyName(keys[0])
	}
	return ":" + id
}

func needErrand(c *Console) string {
	if c.errand == nil {
		return "nothing is under way"
	}
	return ""
}

// needKeeping says why no evidence can be worked on, "" where it can.
func needKeeping(c *Console) string {
	switch {
	case needIncident(c) != "":
		return needIncident(c)
	case c.opts.Evidence == nil:
		return "evidence cannot be reached from here"
	case c.errand != nil:
		return "something is under way: " + c.errand.what
	}
	return ""
}

func needItem(c *Console) string {
	if why := needIncident(c); why != "" {
		return why
	}
	if c.incident.item() == nil {
		return "select a piece on the evidence tab"
	}
	return ""
}

func needStored(c *Console) string {
	if why := needItem(c); why != "" {
		return why
	}
	return needKeeping(c)
}
