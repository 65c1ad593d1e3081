package main

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"
	"golang.org/x/crypto/ssh"

	"tocsin/model"
	"tocsin/tui"
	"tocsin/tui/sshd"
)

const goodCode = "123456"

func unlockWith(_ context.Context, code string) error {
	if code != goodCode {
		return sshd.ErrWrongCode
	}
	return nil
}

// lockable opens a console that locks after 15 minutes on an incident, in a
// bubble. What its incident is called is on no locked screen.
func lockable(t *testing.T, unlock func(context.Context, string) error, width, height int, then func(x *terminal, space tui.Space)) {
	t.Helper()
	if _, err := storyEvents(); err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		options := storyOptions(t, "dark")
		options.LockAfter, options.Unlock, options.Bell, options.Notify = 15*time.Minute, unlock, true, true
		begun := time.Now()
		options.Steady = func() time.Duration { return time.Since(begun) }
		then(openTerminal(t, options, width, height).press("down", "down", "enter").sees("INC-"), options.Space)
	})
}

func TestLockScreens(t *testing.T) {
	for _, size := range []struct{ width, height int }{{80, 24}, {120, 40}} {
		lockable(t, unlockWith, size.width, size.height, func(x *terminal, _ tui.Space) {
			x.pass(15*time.Minute + 2*time.Second).lacks("INC-").golden("locked")
			x.write("12").sees("> ••").press("enter").sees("! The code was wrong").golden("locked-wrong")
		})
		lockable(t, nil, size.width, size.height, func(x *terminal, _ tui.Space) {
			x.pass(15*time.Minute + 2*time.Second).lacks("INC-").golden("locked-for-good")
		})
	}
}

func TestLockHides(t *testing.T) {
	lockable(t, unlockWith, 120, 40, func(x *terminal, space tui.Space) {
		x.pass(14 * time.Minute).sees("INC-").press("tab").pass(14*time.Minute + 50*time.Second).lacks("Locked after")
		before, told := strings.Split(x.text(), "\n"), len(x.notices)
		x.pass(12*time.Second).sees("Locked after 15 minutes without a key", "Type the code of your second factor", "Northlight").lacks("INC-", "overdue", "due within", "owner")
		// Keys, the mouse and what is pasted reach nothing but the code.
		for _, key := range []string{"y", "?", ":", "1", "esc", "tab", "ctrl+s", "q", "esc", "enter"} {
			x.press(key).lacks("INC-", "overdue", "wrong")
		}
		x.program.Send(tea.MouseClickMsg{X: 10, Y: 8, Button: tea.MouseLeft})
		x.program.Send(tea.PasteMsg{Content: "12345"})
		// A call is rung, and told to no desktop.
		rung := x.bells
		if _, err := space.Do(t.Context(), model.Actor{Name: "Sven Lindqvist", Role: model.Lead}, model.AddNote{Incident: "INC-2026-0009", Text: "@" + demoActor + " look"}); err != nil {
			t.Fatal(err)
		}
		x.pass(time.Second).lacks("INC-", "look")
		if x.bells != rung+1 || len(x.notices) != told {
			t.Errorf("the bell rang %d times; a desktop was told %q", x.bells-rung, x.notices[told:])
		}
		x.press("enter").sees("The code was wrong").lacks("INC-")
		x.write(goodCode).lacks(goodCode).press("enter").sees("INC-").lacks("Locked after")
		for _, line := range []int{1, 9} {
			x.sees(before[line]) // the incident, and its tab
		}
		x.press("1").pass(14*time.Minute).lacks("Locked after").pass(time.Minute+2*time.Second).sees("Locked after").resize(40, 10).lacks("INC-")
	})
}

// TestLockNeedsNoFrame holds that a key that comes late is not taken, whether
// or not a frame came before.
func TestLockNeedsNoFrame(t *testing.T) {
	if _, err := storyEvents(); err != nil {
		t.Fatal(err)
	}
	options := storyOptions(t, "dark")
	var steady time.Duration
	options.LockAfter, options.Steady = time.Minute, func() time.Duration { return steady }
	c := tui.New(t.Context(), options)
	c.Update(tea.WindowSizeMsg{Width: 100, Height: 30})
	steady = time.Minute
	if _, cmd := c.Update(keyPress("y")); cmd != nil {
		t.Error("the key did something")
	}
	if shown := c.View().Content; strings.Contains(shown, "INC-") || !strings.Contains(shown, "Locked after 1 minute without a key") {
		t.Errorf("shown:\n%s", shown)
	}
	for _, key := range []string{"q", "ctrl+c"} {
		if _, cmd := c.Update(keyPress(key)); cmd == nil {
			t.Errorf("%s does not leave", key)
		} else if _, leaves := cmd().(tea.QuitMsg); !leaves {
			t.Errorf("%s does not leave", key)
		}
	}
}

func TestPlainLocks(t *testing.T) {
	if _, err := storyEvents(); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		unlock func(context.Context, string) error
		lines  []string
		says   []string
		lacks  string
	}{
		"a code":      {unlockWith, []string{"@idle", "go 1", "000", goodCode, "deadlines"}, []string{"Locked after 15 minutes without a line", "! The code was wrong", "Unlocked.", "Deadlines"}, goodCode},
		"q":           {unlockWith, []string{"@idle", "deadlines", "q", "deadlines"}, []string{"Locked after"}, "Deadlines"},
		"no factor":   {nil, []string{"@idle", "deadlines", "deadlines"}, []string{"Locked after", "Connect again"}, "Deadlines"},
		"nobody idle": {nil, []string{"@a while", "?", "@a while", "deadlines"}, []string{"Deadlines"}, "Locked"},
		"broken":      {func(context.Context, string) error { return errors.New("codes cannot be checked now") }, []string{"@idle", "x", goodCode, "q"}, []string{"! Codes cannot be checked now"}, "Unlocked"},
	} {
		t.Run(name, func(t *testing.T) {
			clock := &stoppedClock{}
			clock.nanoseconds.Store(present.UnixNano())
			options := storyOptions(t, "dark")
			options.Now, options.Echo, options.LockAfter, options.Unlock = clock.Now, true, 15*time.Minute, c.unlock
			said := converse(t, options, &script{lines: c.lines, happens: map[string]func(){
				"@idle":    func() { clock.forward(15 * time.Minute) },
				"@a while": func() { clock.forward(14 * time.Minute) },
			}})
			_, after, _ := strings.Cut(said, "leaves, an empty")
			for _, text := range c.says {
				if !strings.Contains(after, text) {
					t.Errorf("%q is not said:\n%s", text, said)
				}
			}
			if c.lacks != "" && strings.Contains(after, c.lacks) {
				t.Errorf("%q is said:\n%s", c.lacks, said)
			}
		})
	}
}

// TestUnlocks holds that the codes of whoever works in a session unlock it, and
// that nothing does where they have none.
func TestUnlocks(t *testing.T) {
	sv := serveRecord(t, map[string]ssh.Signer{"Lead Kim": newKey(t), "Responder Ron": newKey(t)})
	offer := enrolled(t, sv.session, "Lead Kim")
	unlocksOf := func(name string) func(context.Context, string) error {
		s := *sv.session
		s.actor = model.Actor{Name: name, Role: model.Lead}
		return s.unlocks()
	}
	if unlocksOf("Responder Ron") != nil {
		t.Error("somebody without a second factor can unlock")
	}
	unlock := unlocksOf("Lead Kim")
	if unlock == nil {
		t.Fatal("somebody with a second factor cannot unlock")
	}
	if err := unlock(t.Context(), "12"); !errors.Is(err, sshd.ErrWrongCode) {
		t.Errorf("a wrong code: %v", err)
	}
	code := codeAfter(t, offer.Secret(), time.Now(), 0)
	if err := unlock(t.Context(), code); err != nil {
		t.Errorf("the right code: %v", err)
	}
	if err := unlock(t.Context(), code); err == nil {
		t.Error("a code unlocks twice")
	}
}
