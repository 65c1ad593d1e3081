package tui

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"tocsin/model"
)

// commandTimeout bounds a command given from a screen. The store answers in
// milliseconds; a store that does not is in trouble, and people are told.
const commandTimeout = 15 * time.Second

// give runs an action, or says why it cannot be given.
func (c *Console) give(a *action) tea.Cmd {
	if why := a.refusal(c); why != "" {
		c.alarm(a.help + ": " + why)
		return nil
	}
	return a.run(c)
}

// unsaved counts the forms in which something was typed and not saved.
func (c *Console) unsaved() int {
	drafts := len(c.drafts)
	for _, o := range c.overlays {
		if d, ok := o.(*dialog); ok && d.form != nil && d.form.dirty() && c.drafts[d.draft] == nil {
			drafts++
		}
	}
	return drafts
}

// quit leaves the console. Where what was typed and not saved would be lost, it
// says so first, and leaves when it is asked again.
func (c *Console) quit() tea.Cmd {
	drafts := c.unsaved()
	if c.opts.Drafts != nil && !c.keeping.failed {
		drafts = 0 // they are kept
	}
	if drafts == 0 && c.errand == nil || c.leaving {
		return tea.Quit
	}
	c.leaving = true
	if c.errand != nil {
		c.alarm(c.errand.what + " would be stopped; the same key again leaves all the same")
		return nil
	}
	what := "a draft is"
	if drafts > 1 {
		what = fmt.Sprintf("%d drafts are", drafts)
	}
	c.alarm(what + " not saved and would be lost; the same key again leaves all the same")
	return nil
}

// doneMsg is the answer to a command.
type doneMsg struct {
	from *dialog // the dialog that gave it; nil for an action without one
	said string  // what to say when it is done
	id   model.ID
	err  error
}

// do gives a command off the event loop.
func (c *Console) do(command model.Command, from *dialog, said string) tea.Cmd {
	return c.doAfter(nil, command, from, said)
}

// doAfter gives a command off the event loop, after a check that refuses it
// with an error; nil checks nothing.
func (c *Console) doAfter(check func(context.Context) error, command model.Command, from *dialog, said string) tea.Cmd {
	c.busy++
	actor := c.opts.Actor // the loop may change it: see takeRole
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(c.ctx, commandTimeout)
		defer cancel()
		if check != nil {
			if err := check(ctx); err != nil {
				return doneMsg{from: from, said: said, err: err}
			}
		}
		id, err := c.opts.Space.Do(ctx, actor, command)
		return doneMsg{from: from, said: said, id: id, err: err}
	}
}

// done takes an answer: the change is shown at once, a refusal goes to the
// form it is about.
func (c *Console) done(msg doneMsg) tea.Cmd {
	c.busy--
	if msg.err != nil {
		c.refused(msg)
		return nil
	}
	sound := c.takeFrame(c.latest())
	if msg.said != "" {
		c.say("%s", strings.ReplaceAll(msg.said, "{id}", string(msg.id)))
	}
	if msg.from != nil {
		return tea.Batch(sound, msg.from.finish(c, msg.id))
	}
	return tea.Batch(sound, c.incident.reload())
}

func (c *Console) refused(msg doneMsg) {
	var refusal *model.Refusal
	if msg.from != nil && errors.As(msg.err, &refusal) {
		msg.from.refuse(refusal)
		return
	}
	if msg.from != nil {
		msg.from.busy = false
		msg.from.problem = msg.err.Error()
		return
	}
	c.alarm(strings.ReplaceAll(msg.err.Error(), "\n", " "))
}
