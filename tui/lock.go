package tui

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"

	tea "charm.land/bubbletea/v2"
)

// longestCode bounds what is typed as a code: more than any recovery code has.
const longestCode = 64

// lock hides a console that nobody uses, until a code is given or it ends. It
// is a level: every frame, key and line holds the clock against when somebody
// last typed.
type lock struct {
	on       bool
	last     time.Duration // reading of the clock when somebody last typed
	code     string        // typed so far
	checking bool          // an unlockedMsg is to come
	problem  string        // what was wrong with the last code
}

// unlockedMsg is the answer to a code.
type unlockedMsg struct{ err error }

// reading is of a clock that only ever runs on, or of Now where there is none.
func (c *Console) reading() time.Duration {
	if c.opts.Steady != nil {
		return c.opts.Steady()
	}
	return time.Duration(c.opts.Now().UnixNano())
}

// attended notes that somebody is at the console.
func (c *Console) attended() { c.lock.last = c.reading() }

// watchLock locks a console at which nobody was for long enough, and reports
// whether it is locked. A clock that was set back counts from then.
func (c *Console) watchLock() bool {
	if c.opts.LockAfter <= 0 || c.lock.on {
		return c.lock.on
	}
	now := c.reading()
	c.lock.last = min(c.lock.last, now)
	if now-c.lock.last >= c.opts.LockAfter {
		c.lock = lock{on: true}
	}
	return c.lock.on
}

// underLock takes a message from somebody at the console if that is locked;
// what others say of the record goes its way.
func (c *Console) underLock(msg tea.Msg) (cmd tea.Cmd, locked bool) {
	switch msg := msg.(type) {
	case unlockedMsg:
		c.takeUnlocked(msg)
		return nil, true
	case tea.KeyPressMsg:
		if locked = c.watchLock(); locked {
			cmd = c.lockKey(msg)
		}
	case tea.PasteMsg:
		if locked = c.watchLock(); locked {
			c.typeCode(msg.Content)
		}
	case tea.MouseMsg:
		locked = c.watchLock()
	default:
		c.watchLock()
		return nil, false
	}
	if !locked {
		c.attended()
	}
	return cmd, locked
}

// lockKey does what keys do on the lock screen. Where codes are taken q is a
// letter of one.
func (c *Console) lockKey(msg tea.KeyPressMsg) tea.Cmd {
	switch key := msg.String(); {
	case key == "ctrl+c", key == "q" && c.opts.Unlock == nil:
		return tea.Quit
	case c.tooSmall(), c.lock.checking:
	case key == "enter":
		return c.checkCode(c.lock.code)
	case key == "backspace":
		if text := []rune(c.lock.code); len(text) > 0 {
			c.lock.code = string(text[:len(text)-1])
		}
	case key == "ctrl+u", key == "esc":
		c.lock.code = ""
	default:
		c.typeCode(msg.Text)
	}
	return nil
}

func (c *Console) typeCode(text string) {
	if c.opts.Unlock == nil || c.lock.checking || c.tooSmall() {
		return
	}
	for _, r := range text {
		if unicode.IsPrint(r) && len(c.lock.code) < longestCode {
			c.lock.code += string(r)
			c.lock.problem = ""
		}
	}
}

// checkCode asks, off the event loop, whether a code unlocks the console.
func (c *Console) checkCode(code string) tea.Cmd {
	code = strings.TrimSpace(code)
	if c.opts.Unlock == nil || code == "" {
		return nil
	}
	c.lock.code, c.lock.problem, c.lock.checking = "", "", true
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(c.ctx, commandTimeout)
		defer cancel()
		return unlockedMsg{c.opts.Unlock(ctx, code)}
	}
}

func (c *Console) takeUnlocked(msg unlockedMsg) {
	c.lock.checking = false
	if msg.err != nil {
		c.lock.problem = capital(safe(strings.ReplaceAll(msg.err.Error(), "\n", " ")))
		return
	}
	c.lock = lock{}
	c.attended()
}

// lockedWords say that the console is locked, and since how long nobody typed.
func (c *Console) lockedWords(what string) string {
	n := int(c.opts.LockAfter / time.Minute)
	if n == 1 {
		return "Locked after 1 minute without a " + what
	}
	return fmt.Sprintf("Locked after %d minutes without a %s", n, what)
}

// drawLock shows whose console it is, the time, and what to do: nothing of the
// record.
func (c *Console) drawLock() {
	now := c.now()
	if c.held != nil {
		now = c.held.now
	}
	t, local := c.theme, now.In(c.zone())
	const room = minWidth - 8
	lines := []string{
		t.Title.Paint("tocsin"),
		t.Bold.Paint(safe(c.frame.snapshot.Meta().Organisation)),
		t.Text.Paint(local.Format("Mon 2 Jan 15:04")) + t.Muted.Paint(" "+local.Format("MST")),
		"",
		t.DueSoon.Paint(c.lockedWords("key")),
		"",
	}
	var cursor *tea.Position
	if c.opts.Unlock == nil {
		lines = append(lines, t.Text.Paint("Press q, then connect again."))
	} else {
		lines = append(lines, t.Text.Paint("Type the code of your second factor, then Enter:"))
		cursor = &tea.Position{X: 2 + min(len([]rune(c.lock.code)), room-3), Y: len(lines)}
		lines = append(lines, t.Accent.Paint("> ")+t.Bold.Paint(strings.Repeat("•", cursor.X-2)))
		lines = append(lines, c.lockAnswer(), t.Muted.Paint("Ctrl+C ends the session."))
	}
	lines = append(lines, t.Muted.Paint("What you were at is as you left it; drafts are kept."))
	left, top := (c.width-room)/2, (c.height-len(lines))/2
	drawn := make([]string, c.height)
	for k := range drawn {
		text := ""
		if row := k - top; row >= 0 && row < len(lines) {
			text = spaces(left) + fit(lines[row], room)
		}
		drawn[k] = t.Base.Over(fit(text, c.width-1) + noBreakSpace)
	}
	c.drawn = strings.Join(drawn, "\n")
	if cursor != nil {
		cursor.X, cursor.Y = cursor.X+left, cursor.Y+top
	}
	c.rest(cursor)
}

// lockAnswer says what became of the last code.
func (c *Console) lockAnswer() string {
	switch {
	case c.lock.checking:
		return c.theme.Muted.Paint("checking…")
	case c.lock.problem != "":
		return c.theme.Overdue.Paint("! " + c.lock.problem)
	}
	return ""
}

// errLocked ends a conversation that was locked and cannot be unlocked.
var errLocked = errors.New("locked")

// unlock asks for the code of a conversation that is locked, and for nothing
// else, until it is right. It returns errLocked where the conversation is to
// end.
func (p *plain) unlock() error {
	p.out.newline()
	if p.c.opts.Unlock == nil {
		p.say(p.c.lockedWords("line") + ". Connect again. What was typed and not saved is kept.")
		return errLocked
	}
	p.say(p.c.lockedWords("line") + ". Type the code of your second factor; q leaves.")
	for p.c.lock.on {
		typed, err := p.unlockLine()
		if err != nil {
			return err
		}
		if strings.TrimSpace(typed) == "q" {
			return errLocked
		}
		p.run(p.c.checkCode(typed))
		if err := p.settle(); err != nil {
			return err
		}
		if p.c.lock.problem != "" {
			p.say("! " + p.c.lock.problem)
			p.c.lock.problem = ""
		}
	}
	p.say("Unlocked.")
	return nil
}

// unlockLine is a line typed while the conversation is locked. It is not
// written, and nothing is told meanwhile.
func (p *plain) unlockLine() (string, error) {
	p.out.prompt("Code:")
	for {
		if err := p.out.flush(); err != nil {
			return "", err
		}
		select {
		case <-p.ctx.Done():
			p.out.newline()
			return "", p.ctx.Err()
		case msg := <-p.done:
			p.take(msg)
		case typed := <-p.lines.next():
			p.lines.taken()
			p.out.newline()
			return typed.text, typed.err
		}
	}
}
