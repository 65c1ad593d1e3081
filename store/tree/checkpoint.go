package tree

import (
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/mod/sumdb/note"
)

// Bounds of a checkpoint that is read.
const (
	// MaxCheckpoint is how many bytes a signed checkpoint may have: room for a
	// dozen cosignatures of the largest kind.
	MaxCheckpoint = 64 << 10
	// maxOrigin is how many bytes the name of a log may have.
	maxOrigin = 255
	// maxExtensions is how many lines may follow the root.
	maxExtensions = 16
)

// ErrUnsigned means that a checkpoint does not bear the signature it needs:
// none of the log's key, or one that is not over this text.
var ErrUnsigned = errors.New("not signed by the log's key")

// Checkpoint says how large a log was, and what its root was then. It is the
// text of a C2SP tlog-checkpoint.
type Checkpoint struct {
	Origin     string // names the log, one line
	Head              // its size and root
	Extensions []string
}

// Text is what is signed.
func (c Checkpoint) Text() string {
	lines := append([]string{c.Origin, strconv.FormatUint(c.Size, 10), c.Root.String()}, c.Extensions...)
	return strings.Join(lines, "\n") + "\n"
}

// ParseCheckpoint reads the text of a checkpoint, as strictly as it is
// written: the same text comes from Text. It matches ErrFormat.
func ParseCheckpoint(text string) (Checkpoint, error) {
	bad := func(what string) (Checkpoint, error) {
		return Checkpoint{}, fmt.Errorf("%w checkpoint: %s", ErrFormat, what)
	}
	if len(text) > MaxCheckpoint || !utf8.ValidString(text) {
		return bad("too long, or not text")
	}
	body, whole := strings.CutSuffix(text, "\n")
	lines := strings.SplitN(body, "\n", 3+maxExtensions+1)
	if !whole || len(lines) < 3 || len(lines) > 3+maxExtensions || slices.Contains(lines, "") {
		return bad("it needs a line each for origin, size and root, and may have a few more")
	}
	c := Checkpoint{Origin: lines[0]}
	if !validOrigin(c.Origin) {
		return bad("the first line does not name a log")
	}
	size, err := strconv.ParseUint(lines[1], 10, 64)
	if err != nil || size > MaxSize || strconv.FormatUint(size, 10) != lines[1] {
		return bad("the second line is not a size")
	}
	root, err := base64.StdEncoding.Strict().DecodeString(lines[2])
	if err != nil || len(root) != HashSize {
		return bad("the third line is not a root")
	}
	c.Head = Head{Size: size, Root: Hash(root)}
	if size == 0 && c.Root != emptyRoot() {
		return bad("an empty log has another root")
	}
	if len(lines) > 3 {
		c.Extensions = lines[3:]
	}
	return c, nil
}

// validOrigin holds a log's name to what may also name its key.
func validOrigin(origin string) bool {
	forbidden := func(r rune) bool { return r == '+' || unicode.IsSpace(r) || unicode.IsControl(r) }
	return origin != "" && len(origin) <= maxOrigin && utf8.ValidString(origin) && !strings.ContainsFunc(origin, forbidden)
}

// Signed is a checkpoint with its signatures: by the log, and by those
// witnesses whose keys were given.
type Signed struct {
	Checkpoint
	Note      []byte // the signed note, with all signatures
	Witnesses []Witness
}

// Witness is a verified cosignature: who saw this checkpoint, consistent with
// all that they had seen before, and when. The moment is zero where the
// algorithm of the signature states none.
type Witness struct {
	Name string
	At   time.Time
}

// SignCheckpoint makes the signed note of a checkpoint.
func SignCheckpoint(c Checkpoint, signer note.Signer) ([]byte, error) {
	if _, err := ParseCheckpoint(c.Text()); err != nil {
		return nil, err
	}
	signed, err := note.Sign(&note.Note{Text: c.Text()}, signer)
	if err != nil {
		return nil, fmt.Errorf("sign a checkpoint of %d events: %w", c.Size, err)
	}
	return signed, nil
}

// OpenCheckpoint reads a signed checkpoint and verifies it with the log's key,
// whose name is the origin that it must have, and with those witnesses' keys
// that are known. Signatures by other keys are kept and say nothing. It matches
// ErrFormat or ErrUnsigned; a false signature by a known key is an error, too.
func OpenCheckpoint(signed []byte, log note.Verifier, witnesses ...note.Verifier) (Signed, error) {
	if len(signed) > MaxCheckpoint {
		return Signed{}, fmt.Errorf("%w checkpoint: more than %d bytes", ErrFormat, MaxCheckpoint)
	}
	known := note.VerifierList(append([]note.Verifier{log}, witnesses...)...)
	opened, err := note.Open(signed, known)
	if err != nil {
		return Signed{}, refuseNote(err)
	}
	c, err := ParseCheckpoint(opened.Text)
	if err != nil {
		return Signed{}, err
	}
	if c.Origin != log.Name() {
		return Signed{}, fmt.Errorf("%w: it is of the log %s, not of %s", ErrUnsigned, c.Origin, log.Name())
	}
	s := Signed{Checkpoint: c, Note: signed}
	byLog := false
	for _, sig := range opened.Sigs {
		if sig.Name == log.Name() && sig.Hash == log.KeyHash() {
			byLog = true
			continue
		}
		s.Witnesses = append(s.Witnesses, Witness{Name: sig.Name, At: cosignedAt(sig)})
	}
	if !byLog {
		return Signed{}, fmt.Errorf("%w: only witnesses signed it", ErrUnsigned)
	}
	return s, nil
}

// PeekCheckpoint reads a signed checkpoint without verifying anything, as to
// find out which log's key it needs.
func PeekCheckpoint(signed []byte) (Checkpoint, error) {
	if len(signed) > MaxCheckpoint {
		return Checkpoint{}, fmt.Errorf("%w checkpoint: more than %d bytes", ErrFormat, MaxCheckpoint)
	}
	opened, err := note.Open(signed, nil)
	var unverified *note.UnverifiedNoteError
	switch {
	case errors.As(err, &unverified):
		return ParseCheckpoint(unverified.Note.Text)
	case err != nil:
		return Checkpoint{}, fmt.Errorf("%w checkpoint: %w", ErrFormat, err)
	}
	return ParseCheckpoint(opened.Text)
}

func refuseNote(err error) error {
	var unverified *note.UnverifiedNoteError
	var invalid *note.InvalidSignatureError
	switch {
	case errors.As(err, &unverified):
		return fmt.Errorf("%w: another key signed it", ErrUnsigned)
	case errors.As(err, &invalid):
		return fmt.Errorf("%w: %w", ErrUnsigned, err)
	}
	return fmt.Errorf("%w checkpoint: %w", ErrFormat, err)
}
