package tree

import "fmt"

// Report is what came of verifying a log.
type Report struct {
	Head               // the log as it was computed anew
	Tombstones  uint64 // events of which only the leaf is left
	Removers    []uint64
	Tiles       int    // that were compared
	Checkpoints int    // whose signatures and roots were verified
	Fault       *Fault // the first that was found, nil where all is as it was recorded
}

// FaultKind is what is wrong with a log.
type FaultKind string

// What can be wrong with a log.
const (
	Missing    FaultKind = "missing"    // events that were recorded are not there
	Altered    FaultKind = "altered"    // events are not what was recorded
	Surplus    FaultKind = "surplus"    // there is more than was recorded
	Tree       FaultKind = "tree"       // the events may be whole, but the tree kept beside them is not of them
	Unverified FaultKind = "unverified" // a signed checkpoint is not there, does not verify or is of another log
)

// Fault is something wrong with a log, and where.
type Fault struct {
	Kind        FaultKind
	First, Last uint64 // the events it is about, from 1; 0 where it is about none
	Detail      string // one sentence without its full stop
}

// Error says what is wrong.
func (f *Fault) Error() string { return f.Detail }

// Events names a run of events: "event 7" or "events 7 to 9".
func Events(first, last uint64) string {
	if first == last {
		return fmt.Sprintf("event %d", first)
	}
	return fmt.Sprintf("events %d to %d", first, last)
}
