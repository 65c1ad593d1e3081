package main

import (
	"context"
	"io"
)

// interruptible reads until its context ends, even where the reader below
// waits for somebody to type. What that one still gets afterwards is lost.
type interruptible struct {
	ctx  context.Context
	from io.Reader
}

type reading struct {
	data []byte
	err  error
}

// Read reads, or fails with the context's error.
func (r interruptible) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	done := make(chan reading, 1)
	go func() {
		buffer := make([]byte, len(p))
		n, err := r.from.Read(buffer)
		done <- reading{buffer[:n], err}
	}()
	select {
	case got := <-done:
		return copy(p, got.data), got.err
	case <-r.ctx.Done():
		return 0, r.ctx.Err()
	}
}
