// Command tocsin is an incident-response console for the terminal: a live
// console without arguments, and the same commands one by one as verbs.
//
// It only composes: what is allowed is decided in package model, what is
// remembered is kept by package store, what is seen live is drawn by package
// tui. A verb reads its words, gives one command and shows what came of it.
package main

import (
	"context"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	slog.SetDefault(librariesLog(os.Stderr))
	os.Exit(run(context.Background(), os.Args[1:], processApp()))
}

// librariesLog is what libraries say by themselves: that they failed, and not
// to whom it happened.
func librariesLog(to io.Writer) *slog.Logger {
	return slog.New(slog.NewTextHandler(to, &slog.HandlerOptions{Level: slog.LevelError, ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == "remote" { // an address, of charm.land/ssh's
			return slog.Attr{}
		}
		return a
	}}))
}

// run carries out one command line and returns the exit code. A first
// interrupt, termination or hang-up ends the work in an orderly way; a second
// one ends the process.
func run(ctx context.Context, args []string, a *app) int {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	context.AfterFunc(ctx, stop)
	code, err := a.carryOut(ctx, args)
	if err != nil {
		a.complain(err)
	}
	return code
}
