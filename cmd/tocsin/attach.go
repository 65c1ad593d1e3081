package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"time"

	"github.com/charmbracelet/x/term"
	"github.com/muesli/cancelreader"
	"golang.org/x/crypto/ssh"

	"tocsin/store"
	"tocsin/tui/sshd"
)

const (
	// directoryPatience is how long a command line waits for a directory that
	// another one has which nobody can join: a verb, which is done soon.
	directoryPatience = 10 * time.Second
	// betweenTries is how long it waits before it looks again.
	betweenTries = 100 * time.Millisecond
	// greeting is how long whoever has the directory may take to answer.
	greeting = 10 * time.Second
	// stopping is how long a verb that was asked to stop may take to.
	stopping = 3 * time.Second
)

// errNobodyThere means that nobody can be joined in a directory.
var errNobodyThere = errors.New("nobody listens at the socket")

// errLost means that the process that was joined ended without a word.
var errLost = errors.New("the process that has the record ended before this was done: look whether it was, before you do it again")

// carryOut carries out a command line: in the data directory, or where another
// process has that, there, as a guest of that process.
func (a *app) carryOut(ctx context.Context, args []string) (code int, err error) {
	patience := time.NewTimer(cmp.Or(a.patience, directoryPatience))
	defer patience.Stop()
	for {
		attempt := *a
		err := attempt.execute(ctx, args)
		if !errors.Is(err, store.ErrInUse) || !attempt.joins() {
			return exitCode(err), err
		}
		code, joinErr := attempt.join(ctx, args)
		switch {
		case attempt.screen() && (joinErr == nil && code == exitGone || errors.Is(joinErr, errLost)):
			patience.Reset(cmp.Or(a.patience, directoryPatience)) // this one goes on in its place
		case joinErr == nil && code == exitGone:
			return exitStore, &storeError{err: errLost}
		case !errors.Is(joinErr, errNobodyThere):
			return code, joinErr
		}
		select {
		case <-ctx.Done():
			return exitRefused, context.Canceled
		case <-patience.C:
			return exitCode(err), err
		case <-time.After(betweenTries):
		}
	}
}

// joins reports whether the verb is one that can be carried out by another
// process which has the directory.
func (a *app) joins() bool { return a.guest == nil && verbs[a.called].here != ownsMaking }

// screen reports whether the verb shows a screen.
func (a *app) screen() bool { return verbs[a.called].screen && !a.json && a.interactive() }

// join carries the command line out as a guest of whoever has the directory,
// and returns what it ended with. The error is errNobodyThere where nothing
// was begun.
func (a *app) join(ctx context.Context, args []string) (code int, err error) {
	dir, err := a.dataDir()
	if err != nil {
		return exitStore, err
	}
	conn, err := sshd.DialSocket(ctx, dir)
	if errors.Is(err, sshd.ErrNobody) {
		return exitStore, errNobodyThere
	}
	if err != nil {
		return exitStore, &storeError{err: fmt.Errorf("join the process that has the record: %w", err)}
	}
	client, err := greet(conn)
	if err != nil {
		return exitStore, errors.Join(errNobodyThere, err) // it has just ended, or it begins
	}
	defer client.Close()
	session, err := client.NewSession()
	if err != nil {
		return exitStore, errors.Join(errNobodyThere, err)
	}
	defer session.Close()
	return a.attend(ctx, session, args)
}

// greet begins to speak with whoever has the directory.
func greet(conn net.Conn) (*ssh.Client, error) {
	if err := conn.SetDeadline(time.Now().Add(greeting)); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	config := &ssh.ClientConfig{
		User:            "owner",
		HostKeyCallback: ssh.InsecureIgnoreHostKey(), // nobody but the owner can listen in the directory
	}
	joined, channels, requests, err := ssh.NewClientConn(conn, "tocsin", config)
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return ssh.NewClient(joined, channels, requests), conn.SetDeadline(time.Time{})
}

// passedOn is what a guest takes along of its environment.
var passedOn = []string{"TERM", "COLORTERM", "NO_COLOR", "LANG", "LC_ALL", "LC_CTYPE", "LC_TIME", "LC_MESSAGES", passphraseFile, newPassphraseFile}

// attend gives a command line to the process that was joined, and stays until
// it is done.
func (a *app) attend(ctx context.Context, session *ssh.Session, args []string) (code int, err error) {
	if err := a.introduce(session); err != nil {
		return exitStore, err
	}
	in, release := a.input()
	defer release()
	session.Stdin, session.Stdout, session.Stderr = in, a.out, a.err
	if a.screen() {
		leave, lendErr := a.lendTerminal(session)
		if lendErr != nil {
			return exitStore, lendErr
		}
		defer func() { leave(err == nil) }()
	}
	if err := start(session, args); err != nil {
		return exitStore, errors.Join(errNobodyThere, err)
	}
	ended := make(chan error, 1)
	go func() { ended <- session.Wait() }()
	select {
	case err = <-ended:
	case <-ctx.Done():
		if err = interrupt(session, ended); errors.Is(err, context.Canceled) {
			return exitRefused, err
		}
	}
	return outcome(err)
}

// introduce says who the guest is, where, and at what.
func (a *app) introduce(session *ssh.Session) error {
	actor, err := a.actor()
	if err != nil {
		return err
	}
	directory, err := os.Getwd()
	if err != nil {
		return fmt.Errorf("find the working directory: %w", err)
	}
	along := map[string]string{"TOCSIN_USER": actor.Name, "TOCSIN_DIRECTORY": directory, endsVariable: a.ends().words()}
	for _, name := range passedOn {
		if value := a.getenv(name); value != "" {
			along[name] = value
		}
	}
	for name, value := range along {
		_ = session.Setenv(name, value) // what is not taken is not needed
	}
	return nil
}

// input is the standard input of a guest, and what lets go of it.
func (a *app) input() (io.Reader, func()) {
	file, ok := a.in.(*os.File)
	if !ok {
		return a.in, func() {}
	}
	reader, err := cancelreader.NewReader(file)
	if err != nil {
		return a.in, func() {}
	}
	return reader, func() { reader.Cancel() }
}

func start(session *ssh.Session, args []string) error {
	if len(args) == 0 {
		return session.Shell()
	}
	return session.Start(sshd.Join(args))
}

// interrupt asks a verb to stop, and says how it ended: context.Canceled where
// it did not in time.
func interrupt(session *ssh.Session, ended <-chan error) error {
	_ = session.Signal(ssh.SIGINT)
	timer := time.NewTimer(stopping)
	defer timer.Stop()
	select {
	case err := <-ended:
		return err
	case <-timer.C:
		return context.Canceled
	}
}

// outcome is the exit code that a session ended with.
func outcome(err error) (int, error) {
	var status *ssh.ExitError
	switch {
	case err == nil:
		return exitDone, nil
	case errors.As(err, &status):
		return status.ExitStatus(), nil
	}
	return exitStore, &storeError{err: errLost}
}

// leaveScreen takes back what a screen does to a terminal, where whoever drew
// it can no longer do so: the other screen, the pointer, pasting, keys.
const leaveScreen = "\x1b[?1049l\x1b[?25h\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?2004l\x1b[?1004l\x1b[>4m\x1b[<u\x1b[0m"

// lendTerminal gives the session the terminal until leave is called, which is
// told whether it was given back in order.
func (a *app) lendTerminal(session *ssh.Session) (leave func(inOrder bool), err error) {
	in, out := a.in.(*os.File), a.out.(*os.File)
	width, height, err := term.GetSize(out.Fd())
	if err != nil {
		return nil, fmt.Errorf("measure the terminal: %w", err)
	}
	if err := session.RequestPty(cmp.Or(a.getenv("TERM"), "dumb"), height, width, nil); err != nil {
		return nil, fmt.Errorf("lend the terminal: %w", err)
	}
	before, err := term.MakeRaw(in.Fd())
	if err != nil {
		return nil, fmt.Errorf("lend the terminal: %w", err)
	}
	stop := followSize(func() {
		if width, height, err := term.GetSize(out.Fd()); err == nil {
			_ = session.WindowChange(height, width)
		}
	})
	return func(inOrder bool) {
		stop()
		if !inOrder {
			io.WriteString(a.out, leaveScreen)
		}
		_ = term.Restore(in.Fd(), before)
	}, nil
}
