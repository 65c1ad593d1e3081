package backup

import (
	"archive/tar"
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"filippo.io/age"
	"github.com/fxamacker/cbor/v2"
)

// Reader reads a backup. What it gives is as it was written, but whether that
// is all is known only when Next has said io.EOF.
type Reader struct {
	Manifest Manifest

	source  *source
	archive *tar.Reader
	sealed  io.Reader
	at      Kind
	next    uint64
	found   End
	end     *End
}

// NewReader opens a backup. It matches ErrKey where no identity opens it,
// ErrDamaged and ErrNewer.
func NewReader(r io.Reader, identities ...age.Identity) (*Reader, error) {
	from := &source{r: r}
	buffered := bufio.NewReaderSize(from, 64<<10)
	m, line, err := readManifest(buffered)
	if err != nil {
		return nil, from.explain(err)
	}
	sealed, err := age.Decrypt(buffered, identities...)
	var no *age.NoIdentityMatchError
	switch {
	case errors.As(err, &no):
		return nil, fmt.Errorf("%w: it was sealed for %s", ErrKey, m.Sealed.words())
	case err != nil:
		return nil, from.explain(err)
	}
	b := &Reader{Manifest: m, source: from, archive: tar.NewReader(sealed), sealed: sealed, at: manifestPart, next: m.First()}
	return b, b.begin(line)
}

// words say what opens a backup.
func (s Sealing) words() string {
	if s == ByPassphrase {
		return "a passphrase, and this is another one"
	}
	return "recipients whose keys are others"
}

// begin holds the line that anybody could have changed against what is sealed.
func (b *Reader) begin(line []byte) error {
	p, err := b.part()
	if err != nil {
		return err
	}
	sealed, err := p.Bytes()
	if err != nil {
		return b.source.explain(err)
	}
	if p.Kind != manifestPart || !bytes.Equal(sealed, line) {
		return fmt.Errorf("%w: its first line is not the one that is sealed in it", ErrDamaged)
	}
	return nil
}

// Next is the next part. It is io.EOF when the backup was read to its end and
// is whole.
func (b *Reader) Next() (Part, error) {
	p, err := b.part()
	switch {
	case err == io.EOF:
		return Part{}, b.finish()
	case err != nil:
		return Part{}, err
	case b.end != nil:
		return Part{}, fmt.Errorf("%w: something comes after its end", ErrDamaged)
	case order[p.Kind] < order[b.at] || p.Kind == manifestPart || b.at == Checkpoint && p.Kind == Checkpoint:
		return Part{}, fmt.Errorf("%w: %s comes after %s", ErrDamaged, p.Name, b.at)
	}
	b.at = p.Kind
	b.found.count(p.Kind)
	if p.Kind == endPart {
		if err := b.readEnd(p); err != nil {
			return Part{}, err
		}
		return b.Next()
	}
	return p, nil
}

func (b *Reader) readEnd(p Part) error {
	text, err := p.Bytes()
	if err != nil {
		return b.source.explain(err)
	}
	b.end = new(End)
	if err := json.Unmarshal(text, b.end); err != nil {
		return fmt.Errorf("%w: its end cannot be read: %w", ErrDamaged, err)
	}
	return nil
}

// part is the next entry of the archive.
func (b *Reader) part() (Part, error) {
	head, err := b.archive.Next()
	if err == io.EOF {
		return Part{}, io.EOF
	}
	if err != nil {
		return Part{}, b.source.explain(err)
	}
	if head.Typeflag != tar.TypeReg {
		return Part{}, fmt.Errorf("%w: %.80q is no file", ErrDamaged, head.Name)
	}
	p, err := parsePart(head.Name, head.Size)
	p.Reader = &explained{b.archive, b.source}
	return p, err
}

// finish reads what is behind the archive, so that the seal's own end is
// verified, and holds what was found against what was written.
func (b *Reader) finish() error {
	if _, err := io.Copy(io.Discard, b.sealed); err != nil {
		return b.source.explain(err)
	}
	last := b.next - 1
	switch {
	case b.end == nil:
		return fmt.Errorf("%w: its end is missing", ErrDamaged)
	case last != b.Manifest.Events:
		return fmt.Errorf("%w: it ends with event %d, not with %d", ErrDamaged, last, b.Manifest.Events)
	case !b.end.same(b.found):
		return fmt.Errorf("%w: it does not hold what its end says", ErrDamaged)
	}
	return io.EOF
}

// Each calls visit with the events of a part of that kind, in order. Visit must
// not keep the data.
func (b *Reader) Each(p Part, visit func(seq uint64, stored []byte) error) error {
	data, err := p.Bytes()
	if err != nil {
		return err
	}
	if p.Number != b.next {
		return fmt.Errorf("%w: event %d comes after %d", ErrDamaged, p.Number, b.next-1)
	}
	for len(data) > 0 {
		var stored []byte
		if data, err = cbor.UnmarshalFirst(data, &stored); err != nil {
			return fmt.Errorf("%w: event %d cannot be read: %w", ErrDamaged, b.next, err)
		}
		if err := visit(b.next, stored); err != nil {
			return err
		}
		b.next++
		b.found.Events++
	}
	return nil
}

// End is how much the backup holds, once Next has said io.EOF.
func (b *Reader) End() End {
	if b.end == nil {
		return End{}
	}
	return *b.end
}

// source tells a disk that cannot be read from a file that was changed.
type source struct {
	r   io.Reader
	err error // what the disk said, other than that the file ends
}

func (s *source) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	if err != nil && err != io.EOF {
		s.err = err
	}
	return n, err
}

// explain is what an error while reading means.
func (s *source) explain(err error) error {
	switch {
	case s.err != nil:
		return s.err
	case errors.Is(err, ErrDamaged), errors.Is(err, ErrNewer):
		return err
	}
	return fmt.Errorf("%w: %w", ErrDamaged, err)
}

// explained explains the errors of what a part is read from.
type explained struct {
	io.Reader
	source *source
}

func (e *explained) Read(p []byte) (int, error) {
	n, err := e.Reader.Read(p)
	if err != nil && err != io.EOF {
		err = e.source.explain(err)
	}
	return n, err
}
