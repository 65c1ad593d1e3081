package sshd

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"golang.org/x/crypto/ssh"

	"tocsin/model"
)

// page is a program that shows what it was told.
type page struct {
	width, height int
	text          string
	typed         string
}

type textMsg string

func (p page) Init() tea.Cmd { return nil }

func (p page) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		p.width, p.height = msg.Width, msg.Height
	case textMsg:
		p.text = string(msg)
	case tea.KeyPressMsg:
		if msg.String() == "q" {
			return p, tea.Quit
		}
		if msg.String() == "ctrl+z" {
			return p, tea.Suspend
		}
		p.typed += msg.String()
	}
	return p, nil
}

func (p page) View() tea.View {
	view := tea.NewView(fmt.Sprintf("size=%dx%d typed=%s text=%s.", p.width, p.height, p.typed, p.text))
	view.AltScreen = true
	return view
}

// pages shows a page on every visit, and hands out their programs.
type pages struct {
	programs chan *tea.Program
	errs     chan error
}

func newPages() *pages {
	return &pages{programs: make(chan *tea.Program, 512), errs: make(chan error, 512)}
}

func (p *pages) handle(ctx context.Context, visit *Visit) int {
	err := visit.Show(ctx, func(options ...tea.ProgramOption) (*tea.Program, func() error) {
		program := tea.NewProgram(page{}, options...)
		p.programs <- program
		return program, func() error { _, err := program.Run(); return err }
	})
	p.errs <- err
	if err != nil {
		return 1
	}
	return 0
}

// screen is a client's terminal: all that came, to be waited for.
type screen struct {
	*ssh.Session
	testing.TB
	keys io.WriteCloser
	out  io.Reader
	got  bytes.Buffer
}

func openScreen(t testing.TB, client *ssh.Client, width, height int) *screen {
	t.Helper()
	session := newSessionOf(t, client)
	s := &screen{Session: session, TB: t}
	var err error
	if s.keys, err = session.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if s.out, err = session.StdoutPipe(); err != nil {
		t.Fatal(err)
	}
	if err = session.RequestPty("xterm-256color", height, width, nil); err != nil {
		t.Fatal(err)
	}
	if err = session.Shell(); err != nil {
		t.Fatal(err)
	}
	return s
}

// see reads until the text was sent.
func (s *screen) see(text string) {
	s.Helper()
	part := make([]byte, 4096)
	for !strings.Contains(s.got.String(), text) {
		n, err := s.out.Read(part)
		s.got.Write(part[:n])
		if err != nil {
			s.Fatalf("saw no %q before %v: %q", text, err, s.got.String())
		}
	}
	_, after, _ := strings.Cut(s.got.String(), text)
	s.got.Reset()
	s.got.WriteString(after)
}

// rest reads to the end.
func (s *screen) rest() string {
	_, _ = io.Copy(&s.got, s.out)
	return s.got.String()
}

func TestShow(t *testing.T) {
	p := newPages()
	h := open(t, p.handle, Limits{})
	s := openScreen(t, h.enter("ada", model.Lead), 100, 30)
	s.see("size=100x30")
	fmt.Fprint(s.keys, "ab\x1a")
	s.see("ab")
	await(t, p.programs, "the program").Send(textMsg("news"))
	s.see("news")
	fmt.Fprint(s.keys, "q")
	rest := s.rest()
	if !strings.Contains(rest, "\x1b[?1049l") {
		t.Errorf("the terminal is not as it was: %q", rest)
	}
	if err := s.Wait(); err != nil {
		t.Errorf("exit: %v", err)
	}
	if err := await(t, p.errs, "the end"); err != nil {
		t.Error(err)
	}
}

func TestShowEndsWithTheVisitorsAccess(t *testing.T) {
	p := newPages()
	h := open(t, p.handle, Limits{})
	client := h.enter("ada", model.Lead)
	s := openScreen(t, client, 80, 24)
	s.see("size=80x24")
	h.revoke("ada")
	h.beat()
	rest := s.rest()
	if !strings.HasSuffix(rest, "Your access was revoked.\r\n") || !strings.Contains(rest, "\x1b[?1049l") {
		t.Errorf("the end is %q", rest)
	}
	if err := await(t, p.errs, "the end"); err != ErrRevoked {
		t.Errorf("the error is %v", err)
	}
	_ = client.Wait()
	h.expect("in ada key")
	h.expect("out ada: " + ErrRevoked.Error())
}
