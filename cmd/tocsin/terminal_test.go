package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"image/color"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/vt"

	"tocsin/tui"
)

var update = flag.Bool("update", false, "write the golden screens instead of comparing with them")

// terminal is a console in a terminal emulator. It lives in a synctest bubble:
// time passes only where a test lets it, and everything has settled after
// each step.
type terminal struct {
	t             testing.TB
	options       tui.Options
	program       *tea.Program
	width, height int
	beat          time.Duration // longer than the program waits between two drawings

	mu     sync.Mutex // the program writes while a test reads
	screen *vt.Emulator
	bytes  int // written so far

	bells   int      // how often the bell rang
	notices []string // what the desktop was asked to show (OSC 9)
}

// Write takes the program's output, with line feeds as a terminal's line
// discipline passes them on: the program, which has no terminal for its input,
// counts on that.
func (x *terminal) Write(p []byte) (int, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.bytes += len(p)
	if _, err := x.screen.Write(bytes.ReplaceAll(p, []byte("\n"), []byte("\r\n"))); err != nil {
		return 0, err
	}
	return len(p), nil
}

// openTerminal starts a console of a size. It ends with the test.
func openTerminal(t testing.TB, options tui.Options, width, height int, environment ...string) *terminal {
	t.Helper()
	x := openProgram(t, width, height, 150*time.Millisecond, environment, func(ctx context.Context, given ...tea.ProgramOption) (*tea.Program, func() error) {
		return tui.NewProgram(ctx, options, given...)
	})
	x.options = options
	return x
}

// openProgram starts a program on a terminal of a size, which settles within a
// beat. It ends with the test.
func openProgram(t testing.TB, width, height int, beat time.Duration, environment []string, start func(context.Context, ...tea.ProgramOption) (*tea.Program, func() error)) *terminal {
	t.Helper()
	x := &terminal{t: t, width: width, height: height, beat: beat, screen: vt.NewEmulator(width, height)}
	x.screen.SetCallbacks(vt.Callbacks{Bell: func() { x.bells++ }})
	x.screen.RegisterOscHandler(9, func(data []byte) bool {
		x.notices = append(x.notices, strings.TrimPrefix(string(data), "9;"))
		return true
	})
	profile := colorprofile.TrueColor
	for _, v := range environment {
		if strings.HasPrefix(v, "NO_COLOR=") {
			profile = colorprofile.Ascii
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	// The emulator answers questions; nobody listens, and it must not block.
	wg.Go(func() { io.Copy(io.Discard, x.screen) })
	var run func() error
	x.program, run = start(ctx, tea.WithInput(nil), tea.WithOutput(x), tea.WithWindowSize(width, height), tea.WithColorProfile(profile),
		tea.WithEnvironment(append([]string{"TERM=xterm-256color"}, environment...)))
	wg.Go(func() {
		if err := run(); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(func() {
		cancel()
		synctest.Wait()
		x.screen.Close()
		wg.Wait()
	})
	x.settle()
	return x
}

// settle lets the console draw what it has to draw.
func (x *terminal) settle() {
	synctest.Wait()
	time.Sleep(x.beat)
	synctest.Wait()
}

// pass lets time pass.
func (x *terminal) pass(d time.Duration) *terminal {
	time.Sleep(d)
	x.settle()
	return x
}

// press presses keys by name: "enter", "ctrl+s", "down", or single letters.
func (x *terminal) press(keys ...string) *terminal {
	for _, key := range keys {
		x.program.Send(keyPress(key))
		x.settle()
	}
	return x
}

// write types a text.
func (x *terminal) write(text string) *terminal {
	for _, r := range text {
		x.program.Send(tea.KeyPressMsg{Code: r, Text: string(r)})
	}
	x.settle()
	return x
}

func keyPress(name string) tea.KeyPressMsg {
	named := map[string]rune{
		"enter": tea.KeyEnter, "esc": tea.KeyEscape, "tab": tea.KeyTab, "up": tea.KeyUp, "down": tea.KeyDown, "left": tea.KeyLeft, "right": tea.KeyRight,
		"space": tea.KeySpace, "pgup": tea.KeyPgUp, "pgdown": tea.KeyPgDown, "home": tea.KeyHome, "end": tea.KeyEnd, "backspace": tea.KeyBackspace, "delete": tea.KeyDelete,
	}
	if rest, ok := strings.CutPrefix(name, "ctrl+"); ok {
		return tea.KeyPressMsg{Code: []rune(rest)[0], Mod: tea.ModCtrl}
	}
	if rest, ok := strings.CutPrefix(name, "shift+"); ok {
		return tea.KeyPressMsg{Code: named[rest], Mod: tea.ModShift}
	}
	if code, ok := named[name]; ok {
		if name == "space" {
			return tea.KeyPressMsg{Code: code, Text: " "}
		}
		return tea.KeyPressMsg{Code: code}
	}
	r := []rune(name)[0]
	return tea.KeyPressMsg{Code: r, Text: name}
}

// resize changes the terminal's size.
func (x *terminal) resize(width, height int) *terminal {
	x.mu.Lock()
	x.width, x.height = width, height
	x.screen.Resize(width, height)
	x.mu.Unlock()
	x.program.Send(tea.WindowSizeMsg{Width: width, Height: height})
	x.settle()
	return x
}

// heard asserts how often the bell rang so far, and what the desktop was asked
// to show last.
func (x *terminal) heard(bells int, notice string) *terminal {
	x.t.Helper()
	x.mu.Lock()
	defer x.mu.Unlock()
	last := ""
	if n := len(x.notices); n > 0 {
		last = x.notices[n-1]
	}
	if x.bells != bells || len(x.notices) != bells || last != notice {
		x.t.Fatalf("the bell rang %d times, want %d; the desktop was asked to show %q", x.bells, bells, x.notices)
	}
	return x
}

// written is how many bytes the console has written so far.
func (x *terminal) written() int {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.bytes
}

// text is what the screen shows.
func (x *terminal) text() string {
	x.mu.Lock()
	defer x.mu.Unlock()
	var out strings.Builder
	for y := range x.height {
		var line strings.Builder
		for col := 0; col < x.width; {
			cell := x.screen.CellAt(col, y)
			if cell == nil || cell.Content == "" {
				line.WriteString(" ")
				col++
				continue
			}
			line.WriteString(cell.Content)
			col += max(cell.Width, 1)
		}
		out.WriteString(strings.TrimRight(line.String(), " \u00a0") + "\n")
	}
	return out.String()
}

// styles is how the screen is painted: a letter for each style, and what the
// letters mean.
func (x *terminal) styles() string {
	x.mu.Lock()
	defer x.mu.Unlock()
	letters, legend := map[string]byte{}, ""
	var out strings.Builder
	for y := range x.height {
		line := make([]byte, x.width)
		for col := range x.width {
			style := "blank"
			if cell := x.screen.CellAt(col, y); cell != nil {
				style = fmt.Sprintf("%s on %s attributes %d", hex(cell.Style.Fg), hex(cell.Style.Bg), cell.Style.Attrs)
			}
			letter, ok := letters[style]
			if !ok {
				letter = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"[len(letters)]
				letters[style] = letter
				legend += fmt.Sprintf("%c  %s\n", letter, style)
			}
			line[col] = letter
		}
		out.Write(append(line, '\n'))
	}
	return legend + "\n" + out.String()
}

func hex(c color.Color) string {
	if c == nil {
		return "default"
	}
	r, g, b, _ := c.RGBA()
	return fmt.Sprintf("#%02X%02X%02X", r>>8, g>>8, b>>8)
}

// sees asserts that the screen shows all of the texts.
func (x *terminal) sees(texts ...string) *terminal {
	x.t.Helper()
	shown := x.text()
	for _, text := range texts {
		if !strings.Contains(shown, text) {
			x.t.Fatalf("the screen does not show %q:\n%s", text, shown)
		}
	}
	return x
}

// lacks asserts that the screen shows none of the texts.
func (x *terminal) lacks(texts ...string) *terminal {
	x.t.Helper()
	shown := x.text()
	for _, text := range texts {
		if strings.Contains(shown, text) {
			x.t.Fatalf("the screen shows %q:\n%s", text, shown)
		}
	}
	return x
}

// golden compares the screen, text and styles, with testdata/screens.
func (x *terminal) golden(name string) *terminal {
	x.t.Helper()
	name = fmt.Sprintf("%s-%dx%d", name, x.width, x.height)
	compareGolden(x.t, name+".txt", x.text())
	compareGolden(x.t, name+".styles", x.styles())
	return x
}

func compareGolden(t testing.TB, name, got string) {
	t.Helper()
	path := filepath.Join("..", "..", "testdata", "screens", name)
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v (go test ./cmd/tocsin -update writes the golden screens)", err)
	}
	if got != string(want) {
		t.Errorf("%s differs from what was kept:\n%s", name, difference(string(want), got))
	}
}

// difference lists the first lines that differ.
func difference(want, got string) string {
	const most = 6
	a, b := strings.Split(want, "\n"), strings.Split(got, "\n")
	var out strings.Builder
	shown := 0
	for k := range max(len(a), len(b)) {
		x, y := "", ""
		if k < len(a) {
			x = a[k]
		}
		if k < len(b) {
			y = b[k]
		}
		if x == y {
			continue
		}
		if shown++; shown <= most {
			fmt.Fprintf(&out, "%3d kept %s\n    now  %s\n", k+1, x, y)
		}
	}
	if shown > most {
		fmt.Fprintf(&out, "    and %d more lines\n", shown-most)
	}
	return out.String()
}
