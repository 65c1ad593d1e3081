// Package theme names what the console paints by meaning (a severity, a
// state, a surface, the focus) and holds the colours of each theme.
//
// Every theme brings its own background, so that the contrast of each token
// can be tested: WCAG 2.1 AA asks for 4.5:1 for text and 3:1 for meters and
// focus. Colour never stands alone; words and shapes come from the screens.
//
// A terminal that takes its default colours from the theme (OSC 10 and 11)
// gets them once; plain text is then sent without any colour, which makes a
// ticking screen several times cheaper on the wire. Any other terminal has
// every cell painted.
package theme

import (
	"image/color"
	"strings"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"

	"tocsin/model"
)

// Name selects a theme.
type Name string

const (
	Auto     Name = "auto" // dark or light, as the terminal says
	Dark     Name = "dark"
	Light    Name = "light"
	Contrast Name = "contrast" // black and white, 7:1 throughout
)

// Names lists what a user may choose.
func Names() []Name { return []Name{Auto, Dark, Light, Contrast} }

// Style is a prepared way to paint text. The zero Style paints nothing. It
// sets only what it is made of, so that a foreground style can be painted on
// any surface.
type Style struct{ on string }

const reset = "\x1b[m"

// Paint returns the text in the style.
func (s Style) Paint(text string) string {
	if s.on == "" || text == "" {
		return text
	}
	return s.on + text + reset
}

// Over lays the style under a line that is painted already, so that a surface
// reaches across it.
func (s Style) Over(line string) string {
	if s.on == "" {
		return line
	}
	return s.on + strings.ReplaceAll(line, reset, reset+s.on) + reset
}

// Palette is the colours of a theme, by meaning.
type Palette struct {
	Background, Raised, Selected, Field      color.Color // surfaces; Field is where text is typed
	Text, Muted, Accent, Rule                color.Color
	Critical, High, Medium, Low              color.Color // severities, from the top of a pack's scale
	Overdue, DueSoon, Running, Met, Doubtful color.Color // states of obligations
	Alert, OnAlert                           color.Color // a filled mark: overdue counts, errors
}

// Theme is a palette with its styles prepared.
type Theme struct {
	Name    Name
	Palette Palette

	Base, Raised, Selected, Field  Style // surfaces, for Over
	Text, Bold, Muted, Accent      Style
	Title, Rule, Key               Style
	Critical, High, Medium, Low    Style
	Overdue, DueSoon, Running, Met Style
	Doubtful, Alert, Good, Warning Style
	Focus                          Style // the mark beside what has the focus
	TLPRed, TLPAmber, TLPGreen     Style // TLP 2.0 labels, painted on black
	TLPClear                       Style
}

// Surface says who paints the background.
type Surface bool

const (
	Painted Surface = false // every cell is painted
	Native  Surface = true  // the terminal's default colours are the theme's
)

// New prepares a theme; Auto is Dark.
func New(name Name, on Surface) *Theme {
	p := palettes(name)
	fg := func(c color.Color) Style { return Style{on: ansi.Style{}.ForegroundColor(c).String()} }
	bold := func(c color.Color) Style { return Style{on: ansi.Style{}.Bold().ForegroundColor(c).String()} }
	surface := func(bg color.Color) Style {
		return Style{on: ansi.Style{}.BackgroundColor(bg).ForegroundColor(p.Text).String()}
	}
	tlp := func(hex string) Style {
		return Style{on: ansi.Style{}.Bold().BackgroundColor(lipgloss.Color("#000000")).ForegroundColor(lipgloss.Color(hex)).String()}
	}
	t := &Theme{
		Name: name, Palette: p,
		Base: surface(p.Background), Raised: surface(p.Raised), Selected: surface(p.Selected), Field: surface(p.Field),
		Text: fg(p.Text), Bold: bold(p.Text), Muted: fg(p.Muted), Accent: fg(p.Accent),
		Title: bold(p.Accent), Rule: fg(p.Rule), Key: bold(p.Accent),
		Critical: bold(p.Critical), High: bold(p.High), Medium: fg(p.Medium), Low: fg(p.Low),
		Overdue: bold(p.Overdue), DueSoon: bold(p.DueSoon), Running: fg(p.Running), Met: fg(p.Met), Doubtful: fg(p.Doubtful),
		Alert: Style{on: ansi.Style{}.Bold().BackgroundColor(p.Alert).ForegroundColor(p.OnAlert).String()},
		Good:  fg(p.Met), Warning: fg(p.DueSoon), Focus: bold(p.Accent),
		TLPRed: tlp("#FF2B2B"), TLPAmber: tlp("#FFC000"), TLPGreen: tlp("#33FF00"), TLPClear: tlp("#FFFFFF"),
	}
	if on == Native {
		t.Base, t.Text, t.Running, t.Bold = Style{}, Style{}, Style{}, Style{on: ansi.Style{}.Bold().String()}
	}
	return t
}

// Dark reports whether a theme has light text on a dark ground.
func (n Name) Dark() bool { return n != Light }

// TLP is the style of a Traffic Light Protocol label (FIRST, TLP 2.0).
func (t *Theme) TLP(label model.TLP) Style {
	switch label {
	case model.TLPRed:
		return t.TLPRed
	case model.TLPAmber, model.TLPAmberStrict:
		return t.TLPAmber
	case model.TLPGreen:
		return t.TLPGreen
	}
	return t.TLPClear
}

// member is a colour by its number in the 256-colour palette where it is one
// of that: half as long to send, and the same everywhere.
func member(hex string) color.Color {
	exact := lipgloss.Color(hex)
	index := ansi.Convert256(exact)
	r, g, b, _ := exact.RGBA()
	if x, y, z, _ := index.RGBA(); r != x || g != y || b != z {
		return exact
	}
	return index
}

// palettes holds the colours of each theme. They are members of the xterm
// 256-colour palette, so that a terminal without true colour shows the same
// picture with the same contrast; the light theme's amber alone has no member
// that is dark enough.
func palettes(name Name) Palette {
	c := member
	switch name {
	case Light:
		return Palette{
			Background: c("#FFFFFF"), Raised: c("#EEEEEE"), Selected: c("#DADADA"), Field: c("#E4E4E4"),
			Text: c("#1C1C1C"), Muted: c("#585858"), Accent: c("#005F87"), Rule: c("#B2B2B2"),
			Critical: c("#AF0000"), High: c("#8A3C00"), Medium: c("#5F5F00"), Low: c("#005F00"),
			Overdue: c("#AF0000"), DueSoon: c("#8A3C00"), Running: c("#1C1C1C"), Met: c("#005F00"), Doubtful: c("#5F00AF"),
			Alert: c("#AF0000"), OnAlert: c("#FFFFFF"),
		}
	case Contrast:
		return Palette{
			Background: c("#000000"), Raised: c("#121212"), Selected: c("#00005F"), Field: c("#262626"),
			Text: c("#FFFFFF"), Muted: c("#D0D0D0"), Accent: c("#5FD7FF"), Rule: c("#9E9E9E"),
			Critical: c("#FFAFAF"), High: c("#FFAF5F"), Medium: c("#FFFF87"), Low: c("#AFFFAF"),
			Overdue: c("#FFAFAF"), DueSoon: c("#FFAF5F"), Running: c("#FFFFFF"), Met: c("#AFFFAF"), Doubtful: c("#D7AFFF"),
			Alert: c("#FFAFAF"), OnAlert: c("#000000"),
		}
	default:
		return Palette{
			Background: c("#121212"), Raised: c("#1C1C1C"), Selected: c("#303030"), Field: c("#262626"),
			Text: c("#DADADA"), Muted: c("#9E9E9E"), Accent: c("#5FAFD7"), Rule: c("#444444"),
			Critical: c("#FF8787"), High: c("#FFAF5F"), Medium: c("#D7D75F"), Low: c("#87D7AF"),
			Overdue: c("#FF8787"), DueSoon: c("#FFAF5F"), Running: c("#DADADA"), Met: c("#87D7AF"), Doubtful: c("#D7AFFF"),
			Alert: c("#FF8787"), OnAlert: c("#121212"),
		}
	}
}

// Paper is black on white in every theme, for what a camera reads.
func Paper() Style { return Style{on: "\x1b[38;2;0;0;0;48;2;255;255;255m"} }
