package main

import (
	"os"
	"syscall"
)

// syncData makes a file's data durable, without its times where that is possible.
func syncData(file *os.File) error { return syscall.Fdatasync(int(file.Fd())) }
