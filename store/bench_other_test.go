//go:build !linux

package store

import (
	"os"
	"time"
)

// syncData makes a file durable.
func syncData(file *os.File) error { return file.Sync() }

// processorTime is not known here.
func processorTime() (time.Duration, bool) { return 0, false }
