package bundle

import (
	"bufio"
	"crypto/sha256"
	_ "embed"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
	"runtime"

	"tocsin/store/tree"
)

//go:embed README.txt
var readme []byte

// Errors of writing; match with errors.Is.
var (
	// ErrExists means that there is something where a bundle was to go.
	ErrExists = errors.New("there is something already")
	// ErrRoot means that the events that were added are not those of the
	// checkpoint.
	ErrRoot = errors.New("the events are not those of the checkpoint")
)

// Writer writes a bundle, event by event, in bounded memory. It is not safe
// for concurrent use.
type Writer struct {
	dir    string
	file   *os.File
	out    *bufio.Writer
	digest hash.Hash
	tree   tree.Builder
	line   []byte
}

// Create begins a bundle in a directory, which it makes. It matches ErrExists
// where the directory is there and not empty.
func Create(dir string) (*Writer, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make %s: %w", dir, err)
	}
	found, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("look into %s: %w", dir, err)
	}
	if len(found) > 0 {
		return nil, fmt.Errorf("%s: %w: %s", dir, ErrExists, found[0].Name())
	}
	file, err := os.OpenFile(filepath.Join(dir, LogFile), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, fmt.Errorf("write a log: %w", err)
	}
	w := &Writer{dir: dir, file: file, digest: sha256.New()}
	w.out = bufio.NewWriterSize(io.MultiWriter(file, w.digest), 256<<10)
	return w, nil
}

// Add writes the next event as it is stored: its envelope, or what stands in
// the place of one whose text was removed. opened may give what its sealed
// texts say, by the sealed text as it stands in the event.
func (w *Writer) Add(stored []byte, opened map[string]string) error {
	e := Entry{Seq: w.tree.Size() + 1, Stored: stored, Opened: opened}
	line, leaf, seq, err := e.render(w.line[:0])
	if err != nil {
		return fmt.Errorf("event %d: %w", e.Seq, err)
	}
	if seq != e.Seq {
		return fmt.Errorf("in the place of event %d comes event %d", e.Seq, seq)
	}
	w.line = append(line, '\n')
	if len(w.line) > maxLine {
		return fmt.Errorf("event %d takes %d bytes; at most %d fit", e.Seq, len(w.line), maxLine)
	}
	if err := w.tree.Append(leaf); err != nil {
		return err
	}
	if _, err := w.out.Write(w.line); err != nil {
		return fmt.Errorf("write event %d: %w", e.Seq, err)
	}
	return nil
}

// Finish writes what goes with the events once all were added, and makes the
// bundle durable: the log's signed checkpoint, which must be of these events
// and signed by the key, and the key as tree.ParseVerifier reads it. It matches
// ErrRoot where the checkpoint is of other events.
func (w *Writer) Finish(checkpoint []byte, key string) error {
	verifier, err := tree.ParseVerifier(key)
	if err != nil {
		return err
	}
	signed, err := tree.OpenCheckpoint(checkpoint, verifier)
	if err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	root, err := w.tree.Root()
	if err != nil {
		return err
	}
	if signed.Head != (tree.Head{Size: w.tree.Size(), Root: root}) {
		return fmt.Errorf("%w: %d events with the root %s, it is of %d with %s", ErrRoot, w.tree.Size(), root, signed.Size, signed.Root)
	}
	if err := errors.Join(w.out.Flush(), w.file.Sync(), w.file.Close()); err != nil {
		return fmt.Errorf("write the log: %w", err)
	}
	return w.finish(checkpoint, key)
}

func (w *Writer) finish(checkpoint []byte, key string) error {
	sums := fmt.Sprintf("%x  %s\n", w.digest.Sum(nil), LogFile)
	for _, part := range []struct {
		name string
		data []byte
	}{{KeyFile, []byte(key + "\n")}, {readmeFile, readme}, {CheckpointFile, checkpoint}} {
		if err := writeSynced(filepath.Join(w.dir, part.name), part.data); err != nil {
			return err
		}
		sums += fmt.Sprintf("%x  %s\n", sha256.Sum256(part.data), part.name)
	}
	if err := writeSynced(filepath.Join(w.dir, sumsFile), []byte(sums)); err != nil {
		return err
	}
	return syncFolder(w.dir)
}

// Abandon ends a bundle that will not be finished. What was written stays, and
// no reader takes it for a bundle. After Finish it does nothing.
func (w *Writer) Abandon() { _ = w.file.Close() }

func writeSynced(path string, data []byte) (err error) {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	if _, err := file.Write(data); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return file.Sync()
}

// syncFolder makes new files last. Windows has no such thing.
func syncFolder(path string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
