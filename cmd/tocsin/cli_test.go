package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"tocsin/store"
)

// TestMain lets the scripts run this program under its name. The variable NOW
// stops its clock and PATIENCE bounds how long it waits for a directory; the
// product itself knows no such variables.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"tocsin": func() {
			a := processApp()
			if patience, err := time.ParseDuration(os.Getenv("PATIENCE")); err == nil {
				a.patience = patience
			}
			if now := os.Getenv("NOW"); now != "" {
				at, err := time.Parse(time.RFC3339, now)
				if err != nil {
					fmt.Fprintln(os.Stderr, err)
					os.Exit(99)
				}
				a.now = func() time.Time { return at }
			}
			os.Exit(run(context.Background(), os.Args[1:], a))
		},
	})
}

// TestCommandLine runs the scripts of testdata/cli, each in a fresh home in
// Berlin, on Wednesday 4 March 2026 at 12:00.
func TestCommandLine(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a program for every line")
	}
	imports, err := filepath.Abs("../../testdata/import")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: "../../testdata/cli",
		Setup: func(env *testscript.Env) error {
			env.Setenv("HOME", filepath.Join(env.WorkDir, "home"))
			env.Setenv("TZ", "Europe/Berlin")
			env.Setenv("NOW", "2026-03-04T12:00:00+01:00")
			env.Setenv("PATIENCE", "1ms")
			env.Setenv("TOCSIN_USER", "Ana Ruiz")
			env.Setenv("IMPORTS", imports)
			return os.Mkdir(filepath.Join(env.WorkDir, "home"), 0o700)
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"exits":   exits,
			"hold":    hold,
			"repeat":  repeat,
			"printfb": printBytes,
		},
		RequireExplicitExec: true,
		ContinueOnError:     true,
	})
}

// exits runs a program and holds it to an exit code: exits CODE PROGRAM ARG…
func exits(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			ts.Fatalf("%v", err)
		}
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// hold takes a data directory until the script ends, as another process would.
func hold(ts *testscript.TestScript, _ bool, args []string) {
	st, err := store.Open(context.Background(), ts.MkAbs(args[0]), store.Options{})
	ts.Check(err)
	ts.Defer(func() { ts.Check(st.Close(context.Background())) })
}

// repeat writes a text many times into a file: repeat FILE COUNT TEXT
func repeat(ts *testscript.TestScript, _ bool, args []string) {
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	text := make([]byte, 0, n*len(args[2]))
	for range n {
		text = append(text, args[2]...)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), text, 0o600))
}

// printBytes writes a text with Go's escapes into a file: printfb FILE TEXT
func printBytes(ts *testscript.TestScript, _ bool, args []string) {
	text, err := strconv.Unquote(`"` + args[1] + `"`)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(text), 0o600))
}
