// Command tocsin is an incident-response console for the terminal: a live
// console without arguments, and the same commands one by one as verbs.
//
// It only composes: what is allowed is decided in package model, what is
// remembered is kept by package store, what is seen live is drawn by package
// tui. A verb reads its words, gives one command and shows what came of it.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	os.Exit(run(context.Background(), os.Args[1:], processApp()))
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
