package backup

import (
	"archive/tar"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"path"
	"time"

	"filippo.io/age"
	"github.com/fxamacker/cbor/v2"
)

// Writer writes a backup. Parts come in the order of their kinds.
type Writer struct {
	manifest Manifest
	sealed   io.WriteCloser
	archive  *tar.Writer
	at       Kind
	run      bytes.Buffer // events that wait to be written
	first    uint64       // the first of them
	next     uint64
	end      End
}

// NewWriter begins a backup: the manifest, and what follows sealed for the
// recipients.
func NewWriter(w io.Writer, m Manifest, recipients ...age.Recipient) (*Writer, error) {
	line, err := m.line()
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(line); err != nil {
		return nil, err
	}
	sealed, err := age.Encrypt(w, recipients...)
	if err != nil {
		return nil, fmt.Errorf("seal the backup: %w", err)
	}
	b := &Writer{manifest: m, sealed: sealed, archive: tar.NewWriter(sealed), next: m.First(), at: manifestPart}
	return b, b.entry(manifestPart, manifestName, line)
}

// Event adds the next event, as it is stored.
func (b *Writer) Event(seq uint64, stored []byte) error {
	if seq != b.next {
		return fmt.Errorf("write the backup: event %d comes after %d", seq, b.next-1)
	}
	head, err := cbor.Marshal(stored)
	if err != nil {
		return fmt.Errorf("write event %d: %w", seq, err)
	}
	if b.run.Len() > 0 && b.run.Len()+len(head) > maxRun {
		if err := b.flush(); err != nil {
			return err
		}
	}
	if b.run.Len() == 0 {
		b.first = seq
	}
	b.next++
	b.end.Events++
	b.run.Write(head)
	return nil
}

func (b *Writer) flush() error {
	if b.run.Len() == 0 {
		return nil
	}
	data := b.run.Bytes()
	defer b.run.Reset()
	return b.entry(Events, path.Join(string(Events), formatNumber(b.first)), data)
}

// Add adds a part that is held in memory.
func (b *Writer) Add(kind Kind, name string, data []byte) error {
	to, err := b.Stream(kind, name, int64(len(data)))
	if err != nil {
		return err
	}
	_, err = to.Write(data)
	return err
}

// AddNumbered adds a part whose name is a number.
func (b *Writer) AddNumbered(kind Kind, number uint64, data []byte) error {
	return b.Add(kind, formatNumber(number), data)
}

// Stream begins a part of a size in bytes, which are to be written to what it
// returns before anything else is added.
func (b *Writer) Stream(kind Kind, name string, size int64) (io.Writer, error) {
	if err := b.flush(); err != nil {
		return nil, err
	}
	full := path.Join(string(kind), name)
	if kind == Checkpoint {
		full = checkpointName
	}
	if _, err := parsePart(full, size); err != nil {
		return nil, fmt.Errorf("write the backup: %w", err)
	}
	b.end.count(kind)
	return b.archive, b.head(kind, full, size)
}

func (b *Writer) head(kind Kind, name string, size int64) error {
	if order[kind] < order[b.at] {
		return fmt.Errorf("write the backup: %s after %s", name, b.at)
	}
	b.at = kind
	if err := b.archive.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: size, ModTime: b.manifest.Made.Truncate(time.Second), Format: tar.FormatPAX}); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return nil
}

func (b *Writer) entry(kind Kind, name string, data []byte) error {
	if err := b.head(kind, name, int64(len(data))); err != nil {
		return err
	}
	_, err := b.archive.Write(data)
	return err
}

// Unsound notes the SHA-256 of a piece of evidence that is not what was taken
// in, or is not there.
func (b *Writer) Unsound(digest string, missing bool) {
	if missing {
		b.end.Missing = append(b.end.Missing, digest)
		return
	}
	b.end.Changed = append(b.end.Changed, digest)
}

// Close ends the backup and says what it holds. Without it the file is worth
// nothing.
func (b *Writer) Close() (End, error) {
	if err := b.flush(); err != nil {
		return b.end, err
	}
	if last := b.next - 1; last != b.manifest.Events {
		return b.end, fmt.Errorf("write the backup: it ends with event %d, not with %d", last, b.manifest.Events)
	}
	text, err := json.Marshal(b.end)
	if err != nil {
		return b.end, err
	}
	if err := b.entry(endPart, endName, text); err != nil {
		return b.end, err
	}
	if err := b.archive.Close(); err != nil {
		return b.end, fmt.Errorf("write the backup: %w", err)
	}
	if err := b.sealed.Close(); err != nil {
		return b.end, fmt.Errorf("write the backup: %w", err)
	}
	return b.end, nil
}
