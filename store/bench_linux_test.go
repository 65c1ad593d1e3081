package store

import (
	"os"
	"syscall"
	"time"
)

// syncData makes a file's data durable, without its times where that is possible.
func syncData(file *os.File) error { return syscall.Fdatasync(int(file.Fd())) }

// processorTime is what this process has had of the processors, which other
// work on the machine changes less than the time on the clock.
func processorTime() (time.Duration, bool) {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		return 0, false
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano()), true
}
