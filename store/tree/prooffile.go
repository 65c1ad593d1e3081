package tree

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
)

// First lines of proofs as they are handed over.
const (
	// InclusionHeader begins a C2SP tlog-proof.
	InclusionHeader = "c2sp.org/tlog-proof@v1"
	// ConsistencyHeader begins a proof of consistency, for which there is no
	// common format. It has the lines of a tlog-proof, with "old" and the size of
	// the older log in the place of "index".
	ConsistencyHeader = "tocsin/consistency-proof@v1"
	// MaxProof is how many bytes a proof may have: an event of 256 KiB, the path
	// and a checkpoint.
	MaxProof = 512 << 10
)

// Text is the proof as it is handed over, a C2SP tlog-proof: with the event as
// it is stored as its extra data, so that the proof can be held against it, and
// with the signed checkpoint that it leads to.
func (p Inclusion) Text(stored, checkpoint []byte) []byte {
	text := fmt.Appendf(nil, "%s\nextra %s\nindex %d\n", InclusionHeader, base64.StdEncoding.EncodeToString(stored), p.Seq-1)
	return appendPath(text, p.Hashes, checkpoint)
}

// Text is the proof as it is handed over, with the signed checkpoint that it
// leads to. The older checkpoint is with whoever asks for the proof.
func (p Consistency) Text(checkpoint []byte) []byte {
	return appendPath(fmt.Appendf(nil, "%s\nold %d\n", ConsistencyHeader, p.Old), p.Hashes, checkpoint)
}

func appendPath(text []byte, path []Hash, checkpoint []byte) []byte {
	for _, h := range path {
		text = fmt.Appendf(text, "%s\n", h)
	}
	return append(append(text, '\n'), checkpoint...)
}

// ParseInclusion reads what Text wrote, strictly. The size is that of the
// checkpoint, which is not verified here. stored is nil where the proof has no
// extra data. It matches ErrFormat.
func ParseInclusion(text []byte) (p Inclusion, stored, checkpoint []byte, err error) {
	lines, checkpoint, size, err := splitProof(text, InclusionHeader)
	if err != nil {
		return Inclusion{}, nil, nil, err
	}
	if extra, ok := strings.CutPrefix(lines[0], "extra "); ok {
		if stored, err = base64.StdEncoding.Strict().DecodeString(extra); err != nil {
			return Inclusion{}, nil, nil, fmt.Errorf("%w proof: its extra data is not base64", ErrFormat)
		}
		lines = lines[1:]
	}
	index, path, err := parsePath(lines, "index ")
	if err != nil {
		return Inclusion{}, nil, nil, err
	}
	return Inclusion{Seq: index + 1, Size: size, Hashes: path}, stored, checkpoint, nil
}

// ParseConsistency reads what Text wrote, strictly. The newer size is that of
// the checkpoint, which is not verified here. It matches ErrFormat.
func ParseConsistency(text []byte) (p Consistency, checkpoint []byte, err error) {
	lines, checkpoint, size, err := splitProof(text, ConsistencyHeader)
	if err != nil {
		return Consistency{}, nil, err
	}
	older, path, err := parsePath(lines, "old ")
	if err != nil {
		return Consistency{}, nil, err
	}
	return Consistency{Old: older, New: size, Hashes: path}, checkpoint, nil
}

// splitProof takes a proof apart: the lines between its header and the empty
// line, at least one, and the checkpoint with its size.
func splitProof(text []byte, header string) (lines []string, checkpoint []byte, size uint64, err error) {
	head, checkpoint, ok := bytes.Cut(text, []byte("\n\n"))
	if !ok || len(text) > MaxProof {
		return nil, nil, 0, fmt.Errorf("%w proof: too long, or without a checkpoint", ErrFormat)
	}
	lines = strings.Split(string(head), "\n")
	if lines[0] != header || len(lines) < 2 {
		return nil, nil, 0, fmt.Errorf("%w proof: it does not begin with %s", ErrFormat, header)
	}
	c, err := PeekCheckpoint(checkpoint)
	return lines[1:], checkpoint, c.Size, err
}

// parsePath reads a number after a word, and the hashes after that.
func parsePath(lines []string, word string) (number uint64, path []Hash, err error) {
	bad := func(what string) (uint64, []Hash, error) {
		return 0, nil, fmt.Errorf("%w proof: %s", ErrFormat, what)
	}
	if len(lines) == 0 || len(lines) > 1+2*64 {
		return bad("too few lines, or too many")
	}
	digits, ok := strings.CutPrefix(lines[0], word)
	number, err = strconv.ParseUint(digits, 10, 64)
	if !ok || err != nil || number >= MaxSize || strconv.FormatUint(number, 10) != digits {
		return bad("a line with " + strings.TrimSpace(word) + " and a number is missing")
	}
	for _, line := range lines[1:] {
		hash, err := base64.StdEncoding.Strict().DecodeString(line)
		if err != nil || len(hash) != HashSize {
			return bad("a line of its path is not a hash")
		}
		path = append(path, Hash(hash))
	}
	return number, path, nil
}
