package tui

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"

	"tocsin/model"
)

// RunPlain works a console line by line, for screen readers, serial lines and
// very thin links: what the screens show is told in lines, what keys do is
// typed, and forms ask field by field. Nothing but printable text, \n and, with
// Options.Bell, \a is written. It ends when somebody leaves, when the input or
// the context ends, or with an error of in or out.
//
// Lines are read one at a time, and only while one is waited for. A reader that
// does not return when the context ends holds one goroutine until it does.
func RunPlain(ctx context.Context, opts Options, in io.Reader, out io.Writer) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	opts.Notify = false // desktops are reached by an escape sequence
	wake, stop := opts.Space.Wake()
	defer stop()
	p := newPlain(ctx, opts, in, out)
	p.wake = wake
	err := p.work()
	if errors.Is(err, io.EOF) {
		err = p.finish()
	}
	ended := ctx.Err() != nil
	cancel()
	close(p.over)
	p.running.Wait()
	p.c.keepLast()
	if opts.Company != nil {
		opts.Company.Leave()
	}
	if opts.Leave != nil {
		opts.Leave(p.c.place())
	}
	if err = errors.Join(err, p.out.flush()); err == nil || ended || errors.Is(err, context.Canceled) || errors.Is(err, errLocked) {
		return nil
	}
	return fmt.Errorf("run the plain console: %w", err)
}

// plain is one conversation: a console that nobody sees, and what was told of
// it. All of it belongs to the goroutine of RunPlain.
type plain struct {
	ctx   context.Context
	c     *Console
	lines *lineReader
	out   *lineWriter
	echo  bool
	wake  <-chan struct{}
	news  news

	done    chan tea.Msg // what commands answered
	over    chan struct{}
	running sync.WaitGroup
	pending int // commands whose answer was not taken
	left    bool

	told    spot               // what was told last
	anew    bool               // it is to be told again, all of it
	numbers map[*list][]string // the rows as they were numbered when they were told
	more    func() error       // tells what was left untold; nil where nothing was
	beneath func() error       // tells on of the place, once a text over it is told
	taught  bool               // how forms are answered was told
}

// spot is a place as far as it takes telling anew when one comes there.
type spot struct {
	screen screen
	id     model.ID
	tab    int
	view   int
	query  string
	inside string // what was opened within a tab
	filter model.EventFilter
}

// The size that what is drawn for plain mode is laid out for: a line of a small
// terminal, and too low for pictures such as QR codes.
const plainWidth, plainHeight = 78, minHeight

func newPlain(ctx context.Context, opts Options, in io.Reader, out io.Writer) *plain {
	c := New(ctx, opts)
	c.plain = true
	c.retheme()
	c.resize(plainWidth+1, plainHeight)
	p := &plain{
		ctx: ctx, c: c, echo: opts.Echo, lines: newLineReader(in), out: newLineWriter(out),
		done: make(chan tea.Msg), over: make(chan struct{}), numbers: make(map[*list][]string),
	}
	p.news.begin(c)
	return p
}

// work talks until somebody leaves. io.EOF is the end of the input.
func (p *plain) work() error {
	p.greet()
	p.run(p.c.incident.reload())
	for {
		if err := p.attend(); err != nil {
			return err
		}
		if p.left {
			return nil
		}
		if here := p.spot(); here != p.told || p.anew {
			p.tell(here)
		}
		line, err := p.answer(p.prompt())
		if err != nil {
			return err
		}
		p.c.message = ""
		if err := p.obey(line); err != nil {
			return err
		}
	}
}

func (p *plain) greet() {
	p.say(joinedWords("tocsin", safe(p.c.opts.Banner), safe(p.c.frame.snapshot.Meta().Organisation)) + ", line by line.")
	if p.c.opts.Fault != "" {
		p.say("The record can only be read.")
	}
	p.say("? lists what can be typed, q leaves, an empty line tells again.")
}

// finish waits, at the end of the input, for work that is under way.
func (p *plain) finish() error {
	p.out.newline()
	switch {
	case p.c.unsaved() == 0:
	case p.c.opts.Drafts == nil:
		p.say("The input has ended; what was typed and not saved is not kept.")
	default:
		p.say("The input has ended; what was typed and not saved is kept as a draft.")
	}
	for p.pending > 0 {
		select {
		case msg := <-p.done:
			p.take(msg)
		case <-p.ctx.Done():
			return p.ctx.Err()
		}
	}
	p.tellMessage()
	return nil
}

func (p *plain) spot() spot {
	c := p.c
	here := spot{screen: c.current}
	switch c.current {
	case c.incident:
		here.id, here.tab, here.inside = c.incident.id, c.incident.tab, c.incident.inside()
	case c.queue:
		here.view, here.query = c.queue.view, c.queue.query
	case c.audit:
		here.filter = c.audit.filter
	}
	return here
}

// attend works off what asks for something before the place itself can: what
// lies over it, and screens that are forms.
func (p *plain) attend() error {
	for {
		if err := p.settle(); err != nil {
			return err
		}
		c := p.c
		if p.left {
			return nil
		}
		p.tellMessage()
		var err error
		n := len(c.overlays)
		if n > 0 {
			err = p.overlaid(c.overlays[n-1])
		} else if asks, ok := c.current.(plainForm); ok {
			err = p.askAll(asks.questions(p))
		} else {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// run carries a command out, off this goroutine; its answer is taken while the
// conversation waits for something.
func (p *plain) run(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	p.pending++
	p.running.Go(func() {
		msg := cmd()
		select {
		case p.done <- msg:
		case <-p.over:
		}
	})
}

// take takes the answer of a command.
func (p *plain) take(msg tea.Msg) {
	p.pending--
	switch msg := msg.(type) {
	case nil:
	case tea.BatchMsg:
		for _, cmd := range msg {
			p.run(cmd)
		}
	case tea.QuitMsg:
		p.left = true
	case tea.RawMsg:
		if text, ok := msg.Msg.(string); ok && strings.Contains(text, "\a") {
			p.news.ring = true
		}
	default:
		p.update(msg)
	}
}

func (p *plain) update(msg tea.Msg) {
	_, cmd := p.c.Update(msg)
	p.run(cmd)
}

// settle waits until every command has answered, but for work that may take
// minutes.
func (p *plain) settle() error {
	for p.pending > p.lasting() {
		select {
		case msg := <-p.done:
			p.take(msg)
		case <-p.ctx.Done():
			return p.ctx.Err()
		}
	}
	return nil
}

// lasting is how many of the commands under way may take minutes.
func (p *plain) lasting() int {
	n := 0
	if p.c.errand != nil {
		n++
	}
	if p.c.audit.verifying != nil {
		n++
	}
	return n
}

// answer asks for a line. What comes meanwhile that people have to hear is told,
// and the question put again. io.EOF is the end of the input.
func (p *plain) answer(prompt string) (string, error) {
	p.interject()
	p.out.prompt(prompt)
	for {
		if err := p.out.flush(); err != nil {
			return "", err
		}
		tick := time.NewTimer(untilSecond(p.c.opts.Now()))
		var typed typedLine
		arrived := false
		select {
		case <-p.ctx.Done():
			p.out.newline()
			tick.Stop()
			return "", p.ctx.Err()
		case typed = <-p.lines.next():
			p.lines.taken()
			arrived = true
			p.update(p.c.latest())
		case msg := <-p.done:
			p.take(msg)
		case <-p.wake:
			p.update(p.c.latest())
		case <-tick.C:
			p.update(p.c.latest())
		}
		tick.Stop()
		if err := p.settle(); err != nil {
			return "", err
		}
		if p.c.watchLock() {
			if err := p.unlock(); err != nil {
				return "", err
			}
			p.interject()
			p.out.prompt(prompt)
			continue // what was typed meanwhile is nobody's answer
		}
		if p.interject() {
			p.out.prompt(prompt)
		}
		if arrived {
			p.c.attended()
		}
		switch {
		case !arrived:
		case typed.err != nil:
			return "", typed.err
		case typed.long:
			p.out.newline()
			p.say(fmt.Sprintf("That line is longer than %d bytes, and was not taken.", longestLine))
			p.out.prompt(prompt)
		default:
			return p.heard(typed.text), nil
		}
	}
}

// heard is a line that was typed, written where no terminal did so.
func (p *plain) heard(text string) string {
	if p.echo {
		p.out.write(model.CleanText(text))
		p.out.newline()
	}
	p.out.fresh = true
	return text
}

// interject tells what is new; it reports whether anything was.
func (p *plain) interject() bool {
	lines := p.news.gather(p)
	if p.news.ring {
		lines = append(lines, "A reminder came up; reminders lists them.")
	}
	if p.c.message != "" {
		lines = append(lines, p.message())
	}
	if len(lines) == 0 {
		return false
	}
	p.out.newline()
	if p.news.ring {
		p.out.bell()
		p.news.ring = false
	}
	for _, line := range lines {
		p.say("* " + line)
	}
	return true
}

// message is what the console says in its status line.
func (p *plain) message() string {
	text := spokenHelp(safe(p.c.message))
	if p.c.alarming {
		text = "! " + text
	}
	p.c.message, p.c.alarming = "", false
	return text
}

func (p *plain) tellMessage() {
	if p.c.message != "" {
		p.say(p.message())
	}
}

// say writes a text, wrapped at words; what is wrapped stands further in than
// what it continues.
func (p *plain) say(text string) {
	for line := range strings.SplitSeq(text, "\n") {
		line = model.CleanText(line)
		rest := strings.TrimLeft(line, " ")
		indent := len(line) - len(rest)
		for k, part := range wordWrap(rest, max(plainWidth-indent-2, 20)) {
			if k > 0 {
				part = "  " + part
			}
			p.out.line(spaces(indent) + part)
		}
	}
}

// wordWrap breaks a text at spaces alone: a number such as INC-2026-0007 is
// read out as one, and found again as one. What has no spaces is not broken.
func wordWrap(text string, width int) []string {
	var lines []string
	line := ""
	for word := range strings.SplitSeq(text, " ") {
		if line != "" && cells(line)+1+cells(word) > width {
			lines, line = append(lines, strings.TrimRight(line, " ")), word
			continue
		}
		if line != "" {
			word = " " + word
		}
		line += word
	}
	return append(lines, line)
}

// sayAll writes lines that were drawn for a screen, without their colours.
func (p *plain) sayAll(lines []string) {
	for _, line := range lines {
		p.say(line)
	}
}

// joinedWords puts words that are not empty beside one another.
func joinedWords(words ...string) string {
	return strings.Join(slices.DeleteFunc(words, func(word string) bool { return word == "" }), " ")
}
