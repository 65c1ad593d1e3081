// Package bundle is a log as it is handed to somebody who trusts nobody: a
// directory that can be read with any tool, verified offline, and that needs
// neither tocsin nor its database. It knows the tree and nothing else.
//
//	log.jsonl   a line of JSON for each event, the oldest first: what it says
//	            as people read it, its leaf, and its stored bytes
//	checkpoint  a signed note: how large the log is, and its root
//	key         the public key that the log says is its own
//	README.txt  how to verify all that with other tools
//	SHA256SUMS  for sha256sum -c
//
// What is readable in a line is a rendering of the stored bytes, and Verify
// renders them again: nothing readable can say anything else than what was
// hashed. The one exception is named so: under "opened" is what sealed texts
// say, as the sender's vault opened them.
package bundle

// The files of a bundle.
const (
	LogFile        = "log.jsonl"
	CheckpointFile = "checkpoint"
	KeyFile        = "key"
	readmeFile     = "README.txt"
	sumsFile       = "SHA256SUMS"
)
