package sshd

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"tocsin/model"
)

func TestTypist(t *testing.T) {
	for _, test := range []struct{ name, keys, want, shown string }{
		{"a line", "yes\r", "yes\n", "yes\r\n"},
		{"two lines", "a\rb\r", "a\nb\n", "a\r\nb\r\n"},
		{"corrected", "yex\x7fs\r", "yes\n", "yex\b \bs\r\n"},
		{"nothing to correct", "\x7f\x08a\r", "a\n", "a\r\n"},
		{"a wide character corrected", "日\x7fa\r", "a\n", "日\b \b\b \ba\r\n"},
		{"a line erased", "no\x15yes\r", "yes\n", "no\b \b\b \byes\r\n"},
		{"a word erased", "a bc\x17d\r", "a d\n", "a bc\b \b\b \bd\r\n"},
		{"arrow keys", "a\x1b[D\x1bOA\x1b[1;5Cb\r", "ab\n", "ab\r\n"},
		{"control characters", "a\x00\x07\x1ax\r", "ax\n", "ax\r\n"},
		{"a tab", "a\tb\r", "a b\n", "a b\r\n"},
		{"the end after text", "abc\x04", "abc", "abc"},
		{"the end", "a\r\x04", "a\n", "a\r\n"},
	} {
		for name, read := range map[string]func(io.Reader) io.Reader{"at once": func(r io.Reader) io.Reader { return r }, "byte by byte": iotest.OneByteReader} {
			var shown bytes.Buffer
			typist := &typist{from: read(strings.NewReader(test.keys)), show: &lines{to: &shown}}
			got, err := io.ReadAll(typist)
			if err != nil || string(got) != test.want || shown.String() != test.shown {
				t.Errorf("%s, %s: read %q (%v), shown %q; want %q, %q", test.name, name, got, err, shown.String(), test.want, test.shown)
			}
		}
	}
}

func TestTypistBoundsALine(t *testing.T) {
	typist := &typist{from: strings.NewReader(strings.Repeat("x", 3*maxTyped) + "\r"), show: io.Discard}
	got, err := io.ReadAll(typist)
	if err != nil || len(got) != maxTyped+1 {
		t.Errorf("read %d bytes (%v), want %d", len(got), err, maxTyped+1)
	}
}

// TestPromptOnATerminal asks as a form does that is filled in line by line.
func TestPromptOnATerminal(t *testing.T) {
	h := open(t, func(_ context.Context, visit *Visit) int {
		fmt.Fprint(visit.Out, "name? ")
		answer, _ := bufio.NewReader(visit.In).ReadString('\n')
		fmt.Fprintf(visit.Out, "[%s]\n", strings.TrimSpace(answer))
		return 0
	}, Limits{})
	s := openScreen(t, h.enter("ada", model.Lead), 80, 24)
	s.see("name? ")
	fmt.Fprint(s.keys, "Ada\r")
	if got := s.rest(); got != "Ada\r\n[Ada]\r\n" {
		t.Errorf("got %q", got)
	}
}

func TestInterruptAtAPrompt(t *testing.T) {
	causes := make(chan error, 1)
	h := open(t, func(ctx context.Context, visit *Visit) int {
		fmt.Fprint(visit.Out, "> ")
		_, err := io.ReadAll(visit.In)
		<-ctx.Done()
		causes <- errors.Join(err, context.Cause(ctx))
		return 130
	}, Limits{})
	s := openScreen(t, h.enter("ada", model.Lead), 80, 24)
	s.see("> ")
	fmt.Fprint(s.keys, "x\x03")
	if got := s.rest(); got != "x^C\r\n" {
		t.Errorf("got %q", got)
	}
	if code := exitCode(s.Wait()); code != 130 {
		t.Errorf("exit code %d", code)
	}
	if err := await(t, causes, "the end"); !errors.Is(err, ErrInterrupted) {
		t.Error(err)
	}
}

// TestAccessEndsAtAPrompt holds that nobody has to press a key for it.
func TestAccessEndsAtAPrompt(t *testing.T) {
	h := open(t, func(_ context.Context, visit *Visit) int {
		fmt.Fprint(visit.Out, "> ")
		_, err := io.ReadAll(visit.In)
		if !errors.Is(err, ErrRevoked) {
			t.Errorf("reading ended with %v", err)
		}
		return 1
	}, Limits{})
	s := openScreen(t, h.enter("ada", model.Lead), 80, 24)
	s.see("> ")
	h.revoke("ada")
	h.beat()
	if got := s.rest(); got != "Your access was revoked.\r\n" {
		t.Errorf("got %q", got)
	}
}

// TestFarewells are of the cause, and say what to do.
func TestFarewells(t *testing.T) {
	for _, test := range []struct {
		why  error
		want string
	}{
		{ErrRevoked, "Your access was revoked."},
		{RoleChanged(model.Auditor), "Your role is now auditor: log in again."},
		{ErrSentAway, "An owner ended your session: log in again."},
		{ErrKeyTaken, "The key that you came in with opens nothing any more."},
		{ErrCertificate, "Your certificate has expired: log in again with another."},
	} {
		if got := new(session).farewell(test.why); got != test.want {
			t.Errorf("%v: %q, want %q", test.why, got, test.want)
		}
		if !endsAccess(test.why) {
			t.Errorf("%v is not counted", test.why)
		}
	}
	if endsAccess(ErrShutdown) {
		t.Error("a shutdown is counted as an end of access")
	}
}
