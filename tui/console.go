package tui

import (
	"context"
	"fmt"
	"time"

	tea "charm.land/bubbletea/v2"

	"tocsin/model"
	"tocsin/model/policy"
	"tocsin/tui/theme"
)

// The smallest terminal the console draws in, and the largest it uses.
const (
	minWidth, minHeight = 60, 16
	maxWidth, maxHeight = 400, 120
)

// screen is one of the places a console can show: a plain struct that the
// Console sizes, feeds and draws.
type screen interface {
	here() where
	size(width, height int)
	// apply takes what stands now. It is called with every frame while the
	// screen is shown, and once when it comes to be shown.
	apply(frame frameMsg)
	// draw returns exactly as many lines as the screen is high, each as wide
	// as it is wide, and where the cursor rests.
	draw() ([]string, *tea.Position)
	move(rows int)
	// target is the incident that actions are about, nil where there is none.
	target() *model.Standing
	// obligation is the one that actions are about, nil where there is none.
	obligation() *policy.Obligation
	// typing reports whether keys go into a text first.
	typing() bool
	update(msg tea.Msg) tea.Cmd
	click(x, y int) tea.Cmd
	extent() extent
}

// extent says which of how many rows are in view, and where on the screen,
// for the scroll mark. The zero extent has nothing to scroll.
type extent struct {
	from, height     int // lines of the screen
	top, show, total int // rows
}

// overlay is what lies over a screen and takes all keys.
type overlay interface {
	update(c *Console, msg tea.Msg) tea.Cmd
	// draw returns the lines of the box, all of one width, and where the
	// cursor rests within it.
	draw(width, height int) ([]string, *tea.Position)
}

// Console is the one tea.Model. All of it belongs to the program's event
// loop; the outside reaches it through messages alone.
type Console struct {
	ctx  context.Context
	opts Options
	look
	keyed theme.Name // the theme that was asked for by key; "" is none
	keys  *keymap

	width, height int
	frame         frameMsg
	held          *frameMsg // the frame shown while the screen is held still
	reminding     reminding
	calling       calling
	approving     approving
	clockwatch    clockwatch
	lock          lock

	queue     *queueScreen
	incident  *incidentScreen
	deadlines *deadlinesScreen
	triage    *triageScreen
	policies  *policiesScreen
	whatIf    *whatIfScreen
	reminders *remindersScreen
	audit     *auditScreen
	retention *retentionScreen
	people    *peopleScreen
	approvals *approvalsScreen
	drafting  *draftingScreen
	setUp     *setUpScreen
	current   screen
	trail     []place
	overlays  []overlay
	drafts    map[string]*form // what was typed and not saved, by form and incident
	keeping   keeping
	told      whereabouts // to the company

	message    string // said in the status line until the next key
	alarming   bool   // the message is a refusal or an error
	mouse      bool
	busy       int     // commands under way
	errand     *errand // work on evidence under way; nil is none
	examining  bool    // the record's health is being checked
	discarding bool    // somebody asked to discard a triage, and was asked again
	leaving    bool    // somebody asked to leave, and was told of drafts
	resumed    tea.Cmd // reads what the screen needs that the console opens on

	drawn string // the last view
	at    *tea.Cursor
	stale bool // the last view no longer holds
}

// New makes a console. ctx bounds everything it starts.
func New(ctx context.Context, opts Options) *Console {
	if opts.Now == nil {
		opts.Now = time.Now
	}
	c := &Console{ctx: ctx, opts: opts, look: newLook(opts.Theme), keys: newKeymap(opts.Keys), mouse: !opts.NoMouse, drafts: make(map[string]*form), stale: true}
	c.queue = newQueueScreen(c)
	c.incident = newIncidentScreen(c)
	c.deadlines = newDeadlinesScreen(c)
	c.triage = newTriageScreen(c)
	c.policies = newPoliciesScreen(c)
	c.whatIf = &whatIfScreen{c: c}
	c.reminders = newRemindersScreen(c)
	c.audit = newAuditScreen(c)
	c.retention = newRetentionScreen(c)
	c.people = newPeopleScreen(c)
	c.approvals = newApprovalsScreen(c)
	c.drafting = &draftingScreen{c: c}
	c.current = c.queue
	c.frame = c.latest()
	c.attended()
	c.takeRole()
	c.reminding.follow(c.frame, c.opts.Actor)
	c.calling.follow(c.frame, c.opts.Actor)
	c.approving.follow(c, c.frame)
	c.clockwatch.follow(c.frame)
	if c.frame.snapshot.Meta().Zone == "" && opts.SetUp != nil {
		c.setUp = newSetUpScreen(c, true, opts.Defaults)
		c.current = c.setUp
	}
	switch greeting := c.greeting(); {
	case opts.Notice != "":
		c.alarm(opts.Notice)
	case greeting != "":
		c.say("%s", greeting)
	}
	c.current.apply(c.frame)
	if c.current == c.queue {
		c.resumed = c.resume(opts.Resume)
	}
	return c
}

// Init asks the terminal for its background, to choose a theme by, and reads
// what the first screen needs.
func (c *Console) Init() tea.Cmd {
	return tea.Batch(tea.RequestBackgroundColor, c.incident.reload(), c.resumed)
}

// Update routes a message: the lock first, then size, background and frames,
// then what lies on top, then a text that has the focus, then the action table.
func (c *Console) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	c.stale = true
	cmd, locked := c.underLock(msg)
	if !locked {
		cmd = c.route(msg)
	}
	c.tellCompany()
	return c, cmd
}

func (c *Console) route(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		c.resize(msg.Width, msg.Height)
		return nil
	case tea.BackgroundColorMsg, tea.ColorProfileMsg:
		c.hear(msg)
		return nil
	case frameMsg:
		return tea.Batch(c.takeFrame(msg), c.follow())
	case doneMsg:
		return c.done(msg)
	case auditMsg:
		return c.audit.take(msg)
	case headMsg:
		return c.audit.takeHead(msg)
	case verifiedMsg:
		return c.audit.takeVerified(msg)
	case healthMsg:
		c.takeHealth(msg)
		return nil
	case errandMsg:
		return c.errandDone(msg)
	case keepMsg:
		c.keeping.waiting = false
		return c.keepNow()
	case keptMsg:
		return c.takeKept(msg)
	case historyMsg:
		c.incident.take(msg)
		return nil
	case answerMsg:
		return msg.take()
	case versionsMsg:
		return c.takeVersions(msg)
	case peopleMsg:
		c.drafting.takePeople(msg)
		return nil
	case calendarMsg:
		return c.askForCalendar(msg)
	case setUpMsg:
		c.setUp.take(msg)
		return nil
	case matchesMsg:
		c.queue.take(msg)
		return nil
	case tea.MouseMsg:
		return tea.Batch(c.pointer(msg), c.follow())
	case tea.KeyPressMsg:
		return tea.Batch(c.key(msg), c.follow(), c.keepSoon())
	case tea.PasteMsg:
		return tea.Batch(c.toText(msg), c.keepSoon())
	}
	return nil
}

// follow reads on where a screen shows only a part of what there is, or what it
// shows has changed.
func (c *Console) follow() tea.Cmd {
	return tea.Batch(c.queue.follow(), c.audit.follow(), c.incident.followRows(), c.approvals.follow())
}

func (c *Console) tooSmall() bool { return c.width < minWidth || c.height < minHeight }

func (c *Console) toText(msg tea.Msg) tea.Cmd {
	if c.tooSmall() {
		return nil
	}
	if n := len(c.overlays); n > 0 {
		return c.overlays[n-1].update(c, msg)
	}
	if c.current.typing() {
		return c.current.update(msg)
	}
	return nil
}

func (c *Console) key(msg tea.KeyPressMsg) tea.Cmd {
	c.message, c.alarming = "", false
	if msg.String() == "ctrl+c" {
		return c.quit()
	}
	if c.tooSmall() {
		return nil // nobody sees what a key would do
	}
	if a, known := c.keys.find(msg.String(), c.current.here()); !known || a.id != "quit" {
		c.leaving = false
	}
	if a, known := c.keys.find(msg.String(), c.current.here()); !known || a.id != "discard" {
		c.discarding = false
	}
	if n := len(c.overlays); n > 0 {
		return c.overlays[n-1].update(c, msg)
	}
	a, known := c.keys.find(msg.String(), c.current.here())
	if c.current.typing() && (!known || !chord(msg)) {
		return c.current.update(msg)
	}
	if !known {
		return nil
	}
	return c.give(a)
}

// chord tells keys that never are text: those go to actions even while
// somebody types.
func chord(msg tea.KeyPressMsg) bool {
	return msg.Mod.Contains(tea.ModCtrl) || msg.Code == tea.KeyEscape || msg.Code == tea.KeyF1
}

func (c *Console) screen() screen { return c.current }

func (c *Console) target() *model.Standing { return c.current.target() }

func (c *Console) obligation() *policy.Obligation { return c.current.obligation() }

func (c *Console) now() time.Time { return c.frame.now }

func (c *Console) zone() *time.Location { return c.frame.snapshot.Zone() }

func (c *Console) bodyHeight() int { return c.height - 2 }

func (c *Console) say(format string, args ...any) {
	c.message, c.alarming = fmt.Sprintf(format, args...), false
}

func (c *Console) alarm(text string) { c.message, c.alarming = text, true }

// latest is what stands now.
func (c *Console) latest() frameMsg { return c.source().latest() }

func (c *Console) source() source {
	return source{space: c.opts.Space, now: c.opts.Now, steady: c.opts.Steady, writable: c.opts.Writable, company: c.opts.Company}
}

// takeFrame follows what stands now. A screen that is held still shows none of
// it, but what has to be heard is heard.
func (c *Console) takeFrame(msg frameMsg) tea.Cmd {
	c.clockwatch.follow(msg)
	sound := c.sound(c.reminding.follow(msg, c.opts.Actor), c.hearCalls(c.calling.follow(msg, c.opts.Actor)))
	if c.held != nil {
		*c.held = msg
		return sound
	}
	c.showFrame(msg)
	return sound
}

func (c *Console) showFrame(msg frameMsg) {
	c.frame = msg
	c.takeRole()
	c.approving.follow(c, msg)
	c.current.apply(msg)
	for _, o := range c.overlays {
		if live, ok := o.(interface{ apply(frameMsg) }); ok {
			live.apply(msg)
		}
	}
}

// takeRole is the actor in the role that holds now: it may have changed.
func (c *Console) takeRole() {
	access := c.frame.snapshot.Meta().Access
	if acting, err := access.Acting(c.opts.Actor); err == nil {
		c.opts.Actor = acting
	}
}

func (c *Console) resize(width, height int) {
	c.width, c.height = min(width, maxWidth), min(height, maxHeight)
	for _, s := range []screen{c.queue, c.incident, c.deadlines, c.triage, c.policies, c.whatIf, c.reminders, c.audit, c.retention, c.people, c.approvals, c.drafting} {
		s.size(c.width-1, c.bodyHeight())
	}
	if c.setUp != nil {
		c.setUp.size(c.width-1, c.bodyHeight())
	}
}

func (c *Console) nextTheme() tea.Cmd {
	order := []theme.Name{theme.Dark, theme.Light, theme.Contrast}
	for k, name := range order {
		if name == c.themeName() {
			c.chosen = order[(k+1)%len(order)]
			c.keyed = c.chosen
			break
		}
	}
	c.retheme()
	c.say("theme: %s", c.chosen)
	return nil
}

func (c *Console) toggleMouse() tea.Cmd {
	c.mouse = !c.mouse
	if c.mouse {
		c.say("the console takes the mouse")
	} else {
		c.say("the terminal has the mouse: select and copy as usual")
	}
	return nil
}

func (c *Console) togglePause() tea.Cmd {
	if c.held == nil {
		held := c.frame
		c.held = &held
		return nil
	}
	latest := *c.held
	c.held = nil
	c.showFrame(latest)
	return nil
}

func (c *Console) copyID() tea.Cmd {
	id := string(c.target().Incident.ID)
	c.say("%s is copied (where the terminal allows OSC 52)", id)
	return tea.SetClipboard(id)
}
