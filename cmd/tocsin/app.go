package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/user"
	"path/filepath"
	"time"

	"charm.land/fang/v2"
	"github.com/spf13/cobra"

	"tocsin/model"
	"tocsin/tui/sshd"
)

// app is one run of the program: what surrounds it, and the flags that every
// verb knows.
type app struct {
	in       io.Reader
	out, err io.Writer
	getenv   func(string) string
	now      func() time.Time
	free     func(dir string) (uint64, error) // room on the disk; nil asks the operating system
	patience time.Duration                    // with a directory that another process has; 0 is the usual one
	guest    *guest                           // who is here from another terminal; nil for this process's own

	data   string // --data
	space  string // --space
	as     string // --as
	json   bool   // --json, on the verbs that read
	called string // the verb as it is typed after tocsin; "" is the console
}

// processApp is the app of this process, on its own streams and clock.
func processApp() *app {
	return &app{in: os.Stdin, out: os.Stdout, err: os.Stderr, getenv: os.Getenv, now: time.Now}
}

func (a *app) execute(ctx context.Context, args []string) error {
	root := a.rootCommand()
	root.SetArgs(append([]string{}, args...)) // none are none, and not those of this process
	root.SetIn(a.in)
	root.SetOut(a.out)
	root.SetErr(a.err)
	if a.guest != nil { // what helps a terminal of this process would ask that of the guest's
		root.SilenceErrors, root.SilenceUsage, root.Version = true, true, version()
		return root.ExecuteContext(ctx)
	}
	silent := func(io.Writer, fang.Styles, error) {} // run complains, in one place
	return fang.Execute(ctx, root, fang.WithVersion(version()), fang.WithErrorHandler(silent))
}

// dataDir is where the record lives: --data, TOCSIN_DATA, or the place that
// the XDG base directory specification gives it. A relative XDG_DATA_HOME is
// ignored, as that specification asks.
func (a *app) dataDir() (string, error) {
	if a.guest != nil {
		return a.guest.house.dir, nil
	}
	for _, dir := range []string{a.data, a.getenv("TOCSIN_DATA")} {
		if dir != "" {
			return dir, nil
		}
	}
	if base := a.getenv("XDG_DATA_HOME"); filepath.IsAbs(base) {
		return filepath.Join(base, "tocsin"), nil
	}
	if home := a.getenv("HOME"); home != "" {
		return filepath.Join(home, ".local", "share", "tocsin"), nil
	}
	return "", model.Refuse(model.Field("--data", "no place for the record is known", "--data DIR, or TOCSIN_DATA in the environment"))
}

// actor is who gives the commands: --as, TOCSIN_USER, or the name of the
// operating system's user. Whoever can open the data directory owns it, unless
// the registry says another role of that name: see session.settle.
func (a *app) actor() (model.Actor, error) {
	if a.guest != nil && a.guest.Entrance == sshd.Network {
		return model.Actor{Name: a.guest.Name, Role: a.guest.Role}, nil
	}
	for _, name := range []string{a.as, a.getenv("TOCSIN_USER"), systemUser(), a.getenv("USER")} {
		if name = model.CleanLine(name); name == "" {
			continue
		}
		if n := len([]rune(name)); n > model.MaxLine {
			return model.Actor{}, model.Refuse(model.Field("--as", fmt.Sprintf("has %d characters", n), fmt.Sprintf("at most %d", model.MaxLine)))
		}
		return model.Actor{Name: name, Role: model.Owner}, nil
	}
	return model.Actor{}, model.Refuse(model.Field("--as", "nobody is named, and the system knows no user", "--as NAME, or TOCSIN_USER in the environment"))
}

func systemUser() string {
	if current, err := user.Current(); err == nil {
		return current.Username
	}
	return ""
}

// usage makes a malformed command line of an error.
func usage(cmd *cobra.Command, format string, args ...any) error {
	return &usageError{err: fmt.Errorf(format, args...), help: cmd.CommandPath()}
}
