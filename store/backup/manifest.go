package backup

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"tocsin/store/tree"
)

// What can be wrong with a backup; match with errors.Is.
var (
	// ErrDamaged means that a file is no backup, or not as it was written.
	ErrDamaged = errors.New("the backup is damaged")
	// ErrNewer means that a newer version of tocsin wrote the file.
	ErrNewer = errors.New("the backup was written by a newer version of tocsin")
	// ErrKey means that no key or passphrase that was given opens the file.
	ErrKey = errors.New("this does not open the backup")
	// ErrChain means that files do not follow each other.
	ErrChain = errors.New("the backups are no chain")
)

// format is the version of the files that this program writes and reads.
const format = 1

// Bounds of a manifest that is read.
const (
	maxManifest = 4 << 10
	maxWord     = 255
)

// Manifest says what a backup is of. It is the file's first line.
type Manifest struct {
	Format   int       `json:"tocsin_backup"`
	ID       string    `json:"id"` // of no other backup
	Space    string    `json:"space"`
	Origin   string    `json:"origin"` // of the log, as its checkpoints name it
	Events   uint64    `json:"events"` // how many the log had
	Root     tree.Hash `json:"root"`   // of the log then
	Last     time.Time `json:"last"`   // when the last of them was recorded
	Made     time.Time `json:"made"`
	Program  string    `json:"program"`         // the version that made it
	Unlock   string    `json:"unlock"`          // what unlocks the vault in it: file, passphrase or keyring
	Key      bool      `json:"key"`             // the key file that does is in it, too
	After    *Link     `json:"after,omitempty"` // the previous backup, of an incremental one
	Sealed   Sealing   `json:"sealed"`
	Evidence int       `json:"evidence"` // stored pieces of evidence that belong into it
}

// Link names the backup that an incremental one goes on from.
type Link struct {
	ID     string    `json:"id"`
	Events uint64    `json:"events"`
	Root   tree.Hash `json:"root"`
}

// Sealing is what opens a backup.
type Sealing string

// What opens a backup.
const (
	ByRecipients Sealing = "recipients"
	ByPassphrase Sealing = "passphrase"
)

// NewID names a backup as no other.
func NewID() string { return rand.Text() }

// Link is how the next backup names this one.
func (m Manifest) Link() *Link { return &Link{ID: m.ID, Events: m.Events, Root: m.Root} }

// First is the number of the first event in the file.
func (m Manifest) First() uint64 {
	if m.After == nil {
		return 1
	}
	return m.After.Events + 1
}

// line is the manifest as the file has it.
func (m Manifest) line() ([]byte, error) {
	m.Format = format
	m.Last, m.Made = m.Last.UTC(), m.Made.UTC()
	text, err := json.Marshal(m)
	if err != nil {
		return nil, fmt.Errorf("write the manifest: %w", err)
	}
	line := append(text, '\n')
	if _, err := ParseManifest(line); err != nil {
		return nil, fmt.Errorf("write the manifest: %w", err)
	}
	return line, nil
}

// ParseManifest reads the first line of a backup, as strictly as it is
// written: the same text comes from the manifest. It verifies nothing.
func ParseManifest(line []byte) (Manifest, error) {
	if len(line) > maxManifest {
		return Manifest{}, fmt.Errorf("%w: its first line is too long", ErrDamaged)
	}
	var made struct {
		Format int `json:"tocsin_backup"`
	}
	if err := json.Unmarshal(line, &made); err != nil || made.Format < 1 {
		return Manifest{}, fmt.Errorf("%w: its first line is not that of a backup", ErrDamaged)
	}
	if made.Format > format {
		return Manifest{}, fmt.Errorf("%w: it has format %d; this one reads %d", ErrNewer, made.Format, format)
	}
	var m Manifest
	if err := json.Unmarshal(line, &m); err != nil {
		return Manifest{}, fmt.Errorf("%w: its first line cannot be read: %w", ErrDamaged, err)
	}
	if err := m.check(); err != nil {
		return Manifest{}, err
	}
	again, err := json.Marshal(m)
	if err != nil || !bytes.Equal(append(again, '\n'), line) {
		return Manifest{}, fmt.Errorf("%w: its first line is not as it was written", ErrDamaged)
	}
	return m, nil
}

// check bounds what a manifest may say.
func (m Manifest) check() error {
	for _, word := range []string{m.ID, m.Space, m.Origin} {
		if word == "" || len(word) > maxWord {
			return fmt.Errorf("%w: its manifest lacks a name", ErrDamaged)
		}
	}
	switch {
	case m.Events < 1 || m.Events > tree.MaxSize:
		return fmt.Errorf("%w: its manifest speaks of %d events", ErrDamaged, m.Events)
	case m.Made.IsZero() || m.Last.IsZero():
		return fmt.Errorf("%w: its manifest lacks a time", ErrDamaged)
	case m.Sealed != ByRecipients && m.Sealed != ByPassphrase:
		return fmt.Errorf("%w: its manifest does not say what opens it", ErrDamaged)
	case m.After == nil:
		return nil
	case m.After.ID == "" || m.After.ID == m.ID || m.After.Events < 1 || m.After.Events > m.Events:
		return fmt.Errorf("%w: its manifest names a previous backup that cannot be", ErrDamaged)
	}
	return nil
}

// readManifest reads the first line of a file.
func readManifest(r *bufio.Reader) (m Manifest, line []byte, err error) {
	line, err = r.ReadSlice('\n')
	if err == io.EOF || errors.Is(err, bufio.ErrBufferFull) {
		return m, nil, fmt.Errorf("%w: it does not begin with the line of a backup", ErrDamaged)
	}
	if err != nil {
		return m, nil, err
	}
	line = bytes.Clone(line)
	m, err = ParseManifest(line)
	return m, line, err
}

// CheckChain makes sure that backups follow each other: the first is a whole
// one, and each of the others goes on from the one before it.
func CheckChain(chain []Manifest) error {
	for k, m := range chain {
		switch {
		case k == 0 && m.After != nil:
			return fmt.Errorf("%w: the first holds the events after number %d alone; give the whole backup first, then those that follow, in order", ErrChain, m.After.Events)
		case k == 0:
			continue
		}
		before := chain[k-1]
		switch {
		case m.Space != before.Space || m.Origin != before.Origin:
			return fmt.Errorf("%w: number %d is of space %s (%s), the one before it of %s (%s)", ErrChain, k+1, m.Space, m.Origin, before.Space, before.Origin)
		case m.After == nil:
			return fmt.Errorf("%w: number %d is a whole one, which follows none", ErrChain, k+1)
		case *m.After != *before.Link():
			return fmt.Errorf("%w: number %d goes on from a backup of %d events (%s), the one before it is of %d (%s); one is missing, or they are in another order", ErrChain, k+1, m.After.Events, m.After.ID, before.Events, before.ID)
		}
	}
	return nil
}
