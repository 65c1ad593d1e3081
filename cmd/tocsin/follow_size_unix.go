//go:build unix

package main

import (
	"os"
	"os/signal"
	"syscall"
)

// followSize calls changed whenever the terminal has another size, until stop.
func followSize(changed func()) (stop func()) {
	sizes, over := make(chan os.Signal, 1), make(chan struct{})
	signal.Notify(sizes, syscall.SIGWINCH)
	go func() {
		for {
			select {
			case <-sizes:
				changed()
			case <-over:
				return
			}
		}
	}()
	return func() {
		signal.Stop(sizes)
		close(over)
	}
}
