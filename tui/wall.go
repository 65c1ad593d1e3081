package tui

import (
	"context"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"tocsin/model"
)

// WallOptions is what a wall runs on: a screen that a room looks at and nobody
// works at.
type WallOptions struct {
	Space Space
	// Now is the wall's clock; nil is time.Now.
	Now func() time.Time
	// Steady is a clock that only ever runs on, by which the wall judges whether
	// what it shows is still true; nil counts from the start of the wall.
	Steady func() time.Duration
	// Zones are those whose clocks are shown, the first largest; none are the
	// space's own and UTC.
	Zones []*time.Location
	// Limit is the most restrictive label whose incidents are shown; of others
	// there is the severity and the countdown alone. "" is AMBER.
	Limit model.TLP
	// Every is how long a page stays; 0 is 15 seconds. Calm makes that a minute
	// at least.
	Every time.Duration
	Calm  bool
	// Theme is "auto", "dark", "light" or "contrast"; "" is auto.
	Theme string
	// Keys overrides the keys that leave and hold, by action id.
	Keys map[string][]string
	// Banner is shown in the header, such as DEMO; "" shows nothing.
	Banner string
	// Fault says why the record can only be read; "" where it can be written to.
	Fault string
	// Writable says whether commands are taken now, nil where they are; nil is
	// never asked.
	Writable func() error
	// Health checks what costs nothing of the record, off the event loop and once
	// a minute; nil checks nothing.
	Health func(ctx context.Context) []HealthLine
}

const (
	// pageTime is how long a page stays where nothing else is said.
	pageTime = 15 * time.Second
	// calmPageTime is the least for those who asked for little motion.
	calmPageTime = time.Minute
	// feedPatience is how old the last frame may be before the wall says so:
	// some ticks, so that a slow moment is no alarm.
	feedPatience = 5 * time.Second
	// healthEvery is how often the record is checked.
	healthEvery = time.Minute
)

// Wall is the tea.Model of a wall. It takes no command and gives none: whoever
// sees it, sees what its limit lets through.
type Wall struct {
	ctx  context.Context
	opts WallOptions
	look
	keys *keymap

	width, height int
	plan          wallPlan
	frame         frameMsg
	survey        wallSurvey
	started       time.Time     // when the wall was opened
	refused       time.Time     // since when the record takes nothing; zero: it does
	page          int           // which one is shown
	turned        time.Duration // steady time when it came to be shown
	held          bool          // pages do not turn by themselves
	health        []HealthLine  // what is not as it should be
	checked       time.Duration // steady time of the last check
	checking      bool

	drawn string // the last view
	dirty bool   // the last view no longer holds
}

// NewWall makes a wall. ctx bounds everything it starts.
func NewWall(ctx context.Context, opts WallOptions) *Wall {
	if opts.Now == nil {
		opts.Now = time.Now
	}
	if opts.Steady == nil {
		start := time.Now()
		opts.Steady = func() time.Duration { return time.Since(start) }
	}
	if opts.Limit == "" {
		opts.Limit = model.TLPAmber
	}
	if opts.Every <= 0 {
		opts.Every = pageTime
	}
	if opts.Calm {
		opts.Every = max(opts.Every, calmPageTime)
	}
	w := &Wall{ctx: ctx, opts: opts, look: newLook(opts.Theme), keys: newKeymap(opts.Keys), dirty: true}
	w.frame = w.source().latest()
	w.started, w.turned = w.frame.now, w.frame.steady
	w.takeFrame(w.frame)
	return w
}

// NewWallProgram prepares a wall as NewProgram prepares a console.
func NewWallProgram(ctx context.Context, opts WallOptions, options ...tea.ProgramOption) (program *tea.Program, run func() error) {
	ctx, cancel := context.WithCancel(ctx)
	wall := NewWall(ctx, opts)
	program = newProgram(wall, wallFramesPerSecond, options)
	follow := func() { pump(ctx, wall.source(), minWallFrameGap, program.Send) }
	watch := func() { pulse(ctx, program.Send) }
	return program, func() error { return runProgram(ctx, cancel, program, "wall", follow, watch) }
}

// wallFramesPerSecond is enough for a screen whose fastest part is a second.
const wallFramesPerSecond = 4

// pulseMsg says that a second has passed, whatever the feed does.
type pulseMsg struct{}

// pulse lets a wall notice that its feed has stopped: it asks nothing of the
// space, so that it goes on when the space does not answer.
func pulse(ctx context.Context, send func(tea.Msg)) {
	for pause(ctx, time.Second) {
		send(pulseMsg{})
	}
}

func (w *Wall) source() source {
	return source{space: w.opts.Space, now: w.opts.Now, steady: w.opts.Steady, writable: w.opts.Writable}
}

// Init asks the terminal for its background, to choose a theme by, and checks
// the record.
func (w *Wall) Init() tea.Cmd { return tea.Batch(tea.RequestBackgroundColor, w.examine()) }

// Update takes frames, pulses, sizes and the few keys there are.
func (w *Wall) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	w.dirty = true
	if w.hear(msg) {
		return w, nil
	}
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		w.resize(msg.Width, msg.Height)
	case frameMsg:
		w.takeFrame(msg)
		w.turnInTime()
		return w, w.examine()
	case pulseMsg:
		w.turnInTime()
		w.dirty = w.behind()
	case healthMsg:
		w.takeHealth(msg)
	case tea.KeyPressMsg:
		return w, w.key(msg)
	}
	return w, nil
}

func (w *Wall) resize(width, height int) {
	w.width, w.height = min(width, maxWidth), min(height, maxHeight)
	w.plan = planWall(w.width, w.height)
	w.page = 0
}

func (w *Wall) takeFrame(frame frameMsg) {
	w.frame = frame
	w.survey.follow(frame, w.shows)
	switch closed := frame.refuses || w.opts.Fault != ""; {
	case !closed:
		w.refused = time.Time{}
	case w.refused.IsZero():
		w.refused = frame.now
	}
}

// behind reports whether what is shown is older than it may be. The steady
// clock decides, so that nothing that sets the other one raises or hides it;
// and the age is that of the reading, so that a process which lags says so too.
func (w *Wall) behind() bool { return w.opts.Steady()-w.frame.steady > feedPatience }

// key takes the keys of a wall: those that leave, turn and hold.
func (w *Wall) key(msg tea.KeyPressMsg) tea.Cmd {
	name := msg.String()
	a, known := w.keys.find(name, onQueue)
	switch {
	case name == "ctrl+c", known && a.id == "quit":
		return tea.Quit
	case name == "p", known && a.id == "pause":
		w.held = !w.held
		w.turned = w.opts.Steady()
	case slices.Contains(turnsOn, name):
		w.turn(1)
	case slices.Contains(turnsBack, name):
		w.turn(-1)
	}
	return nil
}

var (
	turnsOn   = []string{"space", "right", "down", "pgdown"}
	turnsBack = []string{"left", "up", "pgup"}
)

// turn shows the next page or the one before.
func (w *Wall) turn(by int) {
	pages := len(w.pages())
	w.page = (min(w.page, pages-1) + by + pages) % pages
	w.turned = w.opts.Steady()
}

// turnInTime turns the page when it was shown for long enough. Pages of a feed
// that stopped do not turn: they would look alive.
func (w *Wall) turnInTime() {
	if w.held || w.behind() || w.opts.Steady()-w.turned < w.opts.Every {
		return
	}
	w.turn(1)
}

// examine checks the record off the event loop, where that is due.
func (w *Wall) examine() tea.Cmd {
	now := w.opts.Steady()
	if w.opts.Health == nil || w.checking || w.checked != 0 && now-w.checked < healthEvery {
		return nil
	}
	w.checking, w.checked = true, now
	ctx, examine := w.ctx, w.opts.Health
	return func() tea.Msg { return healthMsg(examine(ctx)) }
}

// View draws the wall; unless something changed it is the same string.
func (w *Wall) View() tea.View {
	if w.dirty {
		w.drawn = strings.Join(w.draw(), "\n")
		w.dirty = false
	}
	view := tea.NewView(w.drawn)
	view.AltScreen = true
	if !w.plain {
		view.BackgroundColor, view.ForegroundColor = w.theme.Palette.Background, w.theme.Palette.Text
	}
	view.WindowTitle = "tocsin wall"
	return view
}
