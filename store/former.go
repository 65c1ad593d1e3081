package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"tocsin/store/tree"
)

// Former is who had the directory before and never gave it back: the process
// was killed, or the machine stopped.
type Former struct {
	PID   int
	Since time.Time
	// Copied means that the directory is a copy of theirs, made while they had
	// it. What they wrote afterwards is in the other one, and files may be of
	// different moments: each space was verified whole before it opened, and
	// opens for reading where that failed.
	Copied bool
}

// Former is nil where the directory was given back.
func (s *Store) Former() *Former {
	if !s.former.unclean {
		return nil
	}
	return &Former{PID: s.former.PID, Since: s.former.Since, Copied: s.former.copied}
}

// CopyWords says what a copy is.
func CopyWords(dir string, f *Former) string {
	return fmt.Sprintf("%s is a copy that was made while process %d had the original (since %s); what was recorded there afterwards is not here, and the two must not both be worked on; copy with tocsin backup, or while tocsin is stopped", dir, f.PID, f.Since.Local().Format("2006-01-02 15:04:05 MST"))
}

// checkCopy verifies the log of a directory whose files may be of different
// moments. What is wrong becomes the log's fault.
func (e *examined) checkCopy(ctx context.Context, l ledger) error {
	v := &verification{log: l, signer: e.signer, removers: make(map[uint64][]uint64)}
	err := v.run(ctx)
	var fault *tree.Fault
	if errors.As(err, &fault) {
		e.fault = &tree.Fault{Kind: fault.Kind, First: fault.First, Last: fault.Last, Detail: "the directory was copied while it was in use, and " + fault.Detail}
		return nil
	}
	return err
}
