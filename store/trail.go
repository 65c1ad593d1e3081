package store

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"tocsin/store/tree"
)

// trail is the file that says how far the log was acknowledged. It lies beside
// the head file and is written after every commit, not synced. A checkpoint
// takes a second to come; what the database loses of the events since the last
// one, as by a bit that flipped in what it had not merged yet, is missed by what
// the trail says. It is not signed: the trail is against accidents, the
// checkpoint against people. A power cut may leave an older trail, which claims
// less, never more.
func (f headFile) trail() string { return f.path + trailEnding }

// trailEnding cannot end the name of a space.
const trailEnding = ".trail"

// trailSize is a sequence number, a root, and the first bytes of their SHA-256.
const trailSize = 8 + tree.HashSize + 8

func encodeTrail(head tree.Head) []byte {
	text := append(binary.BigEndian.AppendUint64(nil, head.Size), head.Root[:]...)
	sum := sha256.Sum256(text)
	return append(text, sum[:8]...)
}

// mark writes down how far the log is. What fails is left to the checkpoint.
func (f headFile) mark(head tree.Head) {
	file, err := os.OpenFile(f.trail(), os.O_WRONLY|os.O_CREATE, 0o600)
	if err != nil {
		return
	}
	_, _ = file.WriteAt(encodeTrail(head), 0)
	_ = file.Close()
}

// marked is the last mark; zero where there is none that is whole.
func (f headFile) marked() (tree.Head, error) {
	data, err := os.ReadFile(f.trail())
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return tree.Head{}, fmt.Errorf("read %s: %w", f.trail(), err)
	}
	if len(data) != trailSize {
		return tree.Head{}, nil
	}
	head := tree.Head{Size: binary.BigEndian.Uint64(data), Root: tree.Hash(data[8 : 8+tree.HashSize])}
	if string(encodeTrail(head)) != string(data) {
		return tree.Head{}, nil
	}
	return head, nil
}
