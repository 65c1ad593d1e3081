package main

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"tocsin/model"
)

// paper is what a verb writes its answer on. It is handed to standard output
// once the verb is done and the record is closed, so that a reader who stops
// half-way keeps nobody else from working.
type paper struct {
	bytes.Buffer
	width  int  // cells of the terminal; 0 where there is none, and nothing is cut
	colour bool // a terminal without NO_COLOR
}

func (a *app) newPaper() *paper {
	ends := a.ends()
	if !ends.out {
		return &paper{}
	}
	return &paper{width: ends.width, colour: a.getenv("NO_COLOR") == "" && a.getenv("TERM") != "dumb"}
}

// ink is how a piece of text is painted, in the terminal's own sixteen
// colours. It never says anything that a word or a shape does not say too.
type ink uint8

const (
	plain ink = iota
	strong
	quiet
	alarm   // overdue, the highest severity
	warning // due soon, high severity
	notice  // not known, medium severity
	good    // met
)

var inks = map[ink]ansi.Style{
	strong:  ansi.Style{}.Bold(),
	quiet:   ansi.Style{}.ForegroundColor(ansi.BrightBlack),
	alarm:   ansi.Style{}.Bold().ForegroundColor(ansi.Red),
	warning: ansi.Style{}.ForegroundColor(ansi.Yellow),
	notice:  ansi.Style{}.ForegroundColor(ansi.Cyan),
	good:    ansi.Style{}.ForegroundColor(ansi.Green),
}

// painted is text with its ink.
type painted struct {
	text string
	ink  ink
}

// paint gives the text its colours where the paper takes any. What it is
// given is cleaned: a record of other times may hold anything.
func (p *paper) paint(text string, with ink) string {
	text = safe(text)
	if !p.colour || with == plain || text == "" {
		return text
	}
	return inks[with].Styled(text)
}

// safe cleans a text and keeps the spaces around it, which align it.
func safe(text string) string {
	inner := strings.Trim(text, " ")
	at := strings.Index(text, inner)
	return text[:at] + model.CleanText(inner) + text[at+len(inner):]
}

func (p *paper) line(parts ...painted) {
	for _, part := range parts {
		p.WriteString(p.paint(part.text, part.ink))
	}
	p.WriteByte('\n')
}

func (p *paper) printf(format string, args ...any) {
	p.line(painted{text: fmt.Sprintf(format, args...)})
}

// indented writes a text of several lines below something, wrapped to the
// terminal.
func (p *paper) indented(indent int, text string, with ink) {
	margin := strings.Repeat(" ", indent)
	for _, line := range strings.Split(p.wrap(model.CleanText(text), indent), "\n") {
		p.WriteString(margin)
		p.line(painted{line, with})
	}
}

func (p *paper) wrap(text string, indent int) string {
	const readable = 100
	if p.width == 0 {
		return text
	}
	return ansi.Wrap(text, max(min(p.width, readable)-indent, 20), "")
}
