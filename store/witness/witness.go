// Package witness is another party that cosigns a log's checkpoints, so that
// the log cannot show different histories to different people: a witness signs
// a checkpoint only if it is consistent with the last one that it signed.
//
// A witness is a directory:
//
//	witness.key     its name and its secret seed; mode 0600
//	witness.lock    held while it signs
//	logs/HASH       by the hash of a log's name: its public key in the first
//	                line, and after it the checkpoint that was cosigned last
package witness

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"

	"tocsin/store/disk"
	"tocsin/store/tree"
)

// Errors of a witness; match with errors.Is.
var (
	// ErrNoWitness means that a directory holds no witness.
	ErrNoWitness = errors.New("there is no witness")
	// ErrInconsistent means that a checkpoint does not go on from the last one
	// that this witness signed: the log has shown two histories.
	ErrInconsistent = errors.New("the checkpoint does not go on from the last one that this witness signed")
	// ErrNeedsProof means that consistency has to be shown.
	ErrNeedsProof = errors.New("a proof of consistency is needed")
	// ErrInUse means that another process is signing as this witness.
	ErrInUse = errors.New("another process is signing as this witness")
	// ErrUnknownLog means that this witness has signed nothing of a log yet, and
	// needs its public key.
	ErrUnknownLog = errors.New("this witness does not know the log yet")
)

const (
	keyFile  = "witness.key"
	lockFile = "witness.lock"
)

// Witness signs checkpoints. It is not safe for concurrent use; of two processes
// with the same one at once, the second to sign is told so.
type Witness struct {
	dir    string
	signer *tree.Cosigner
}

// New makes a witness with a key of its own in a directory that has none.
func New(dir, name string, now func() time.Time) (*Witness, error) {
	var seed [32]byte
	if _, err := rand.Read(seed[:]); err != nil {
		return nil, fmt.Errorf("make a key: %w", err)
	}
	signer, err := tree.NewCosigner(name, seed[:], now)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Join(dir, "logs"), 0o700); err != nil {
		return nil, fmt.Errorf("make a witness: %w", err)
	}
	text := name + "\n" + base64.StdEncoding.EncodeToString(seed[:]) + "\n"
	file, err := os.OpenFile(filepath.Join(dir, keyFile), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, fmt.Errorf("make a witness: %w", err)
	}
	_, err = file.WriteString(text)
	if err := errors.Join(err, file.Sync(), file.Close()); err != nil {
		return nil, fmt.Errorf("make a witness: %w", err)
	}
	return &Witness{dir: dir, signer: signer}, nil
}

// Open opens the witness in a directory. It matches ErrNoWitness.
func Open(dir string, now func() time.Time) (*Witness, error) {
	text, err := os.ReadFile(filepath.Join(dir, keyFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: %w", dir, ErrNoWitness)
	}
	if err != nil {
		return nil, fmt.Errorf("open the witness: %w", err)
	}
	name, rest, _ := strings.Cut(string(text), "\n")
	seed, err := base64.StdEncoding.DecodeString(strings.TrimSpace(rest))
	if err != nil {
		return nil, fmt.Errorf("%s is not a witness's key: %w", filepath.Join(dir, keyFile), err)
	}
	signer, err := tree.NewCosigner(name, seed, now)
	if err != nil {
		return nil, err
	}
	return &Witness{dir: dir, signer: signer}, nil
}

// VerifierKey is the witness's public key.
func (w *Witness) VerifierKey() string { return w.signer.VerifierKey() }

// memory is what a witness knows of a log.
type memory struct {
	key  string // its public key
	note []byte // the checkpoint that was cosigned last
}

func (w *Witness) path(origin string) string {
	sum := sha256.Sum256([]byte(origin))
	return filepath.Join(w.dir, "logs", fmt.Sprintf("%x", sum[:8]))
}

func (w *Witness) recall(origin string) (m memory, ok bool, err error) {
	data, err := os.ReadFile(w.path(origin))
	if errors.Is(err, fs.ErrNotExist) {
		return memory{}, false, nil
	}
	if err != nil {
		return memory{}, false, fmt.Errorf("recall the log %s: %w", origin, err)
	}
	key, rest, _ := bytes.Cut(data, []byte("\n"))
	return memory{key: string(key), note: rest}, true, nil
}

// Cosign checks a signed checkpoint and signs it, too. key is the log's public
// key, needed the first time and held to afterwards; proof, as
// tree.Consistency writes it, is needed where the log has grown. What is signed
// is remembered before it is handed out, and nobody else signs meanwhile. It
// matches ErrInconsistent, ErrNeedsProof, ErrUnknownLog, ErrInUse and what
// package tree says of checkpoints.
func (w *Witness) Cosign(signed []byte, key string, proof []byte) ([]byte, error) {
	held, err := os.OpenFile(filepath.Join(w.dir, lockFile), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock the witness: %w", err)
	}
	defer held.Close()
	if err := disk.Lock(held); errors.Is(err, disk.ErrHeld) {
		return nil, ErrInUse
	} else if err != nil {
		return nil, fmt.Errorf("lock the witness: %w", err)
	}
	return w.cosign(signed, key, proof)
}

func (w *Witness) cosign(signed []byte, key string, proof []byte) ([]byte, error) {
	c, err := tree.PeekCheckpoint(signed)
	if err != nil {
		return nil, err
	}
	known, ok, err := w.recall(c.Origin)
	switch {
	case err != nil:
		return nil, err
	case !ok && key == "":
		return nil, fmt.Errorf("%w: %s", ErrUnknownLog, c.Origin)
	case ok && key != "" && key != known.key:
		return nil, fmt.Errorf("%w: its key is another now", ErrInconsistent)
	case ok:
		key = known.key
	}
	log, err := tree.ParseVerifier(key)
	if err != nil {
		return nil, err
	}
	opened, err := tree.OpenCheckpoint(signed, log)
	if err != nil {
		return nil, err
	}
	if ok {
		if err := goesOn(known.note, log, opened, proof); err != nil {
			return nil, err
		}
	}
	cosigned, err := tree.AddCosignature(signed, log, w.signer)
	if err != nil {
		return nil, err
	}
	if err := w.remember(c.Origin, memory{key: key, note: cosigned}); err != nil {
		return nil, fmt.Errorf("remember the checkpoint of %d events: %w", c.Size, err)
	}
	return cosigned, nil
}

// goesOn makes sure that a checkpoint goes on from an older one.
func goesOn(last []byte, log note.Verifier, next tree.Signed, proof []byte) error {
	older, err := tree.OpenCheckpoint(last, log)
	if err != nil {
		return fmt.Errorf("the last checkpoint that was signed: %w", err)
	}
	switch {
	case next.Size < older.Size:
		return fmt.Errorf("%w: it is of %d events, and the last was of %d", ErrInconsistent, next.Size, older.Size)
	case next.Size == older.Size && next.Root != older.Root:
		return fmt.Errorf("%w: both are of %d events, and their roots differ", ErrInconsistent, next.Size)
	case next.Size == older.Size, older.Size == 0:
		return nil
	case proof == nil:
		return fmt.Errorf("%w: from %d events to %d", ErrNeedsProof, older.Size, next.Size)
	}
	p, _, err := tree.ParseConsistency(proof)
	if err != nil {
		return err
	}
	if p.Old != older.Size || p.New != next.Size {
		return fmt.Errorf("%w: from %d events to %d, and this one is from %d to %d", ErrNeedsProof, older.Size, next.Size, p.Old, p.New)
	}
	if err := p.Check(older.Root, next.Root); err != nil {
		return fmt.Errorf("%w: %w", ErrInconsistent, err)
	}
	return nil
}

func (w *Witness) remember(origin string, m memory) error {
	return disk.Steps(nil).Replace(w.path(origin), append([]byte(m.key+"\n"), m.note...))
}
