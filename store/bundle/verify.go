package bundle

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"

	"golang.org/x/mod/sumdb/note"

	"tocsin/store/tree"
)

// ErrNoBundle means that a directory holds no bundle, or only a part of one.
var ErrNoBundle = errors.New("it is no log as it is handed over")

// Question is what is asked of a bundle.
type Question struct {
	// Key is the log's public key. Without one that of the bundle is taken, and
	// then nobody can say who signed the log.
	Key note.Verifier
	// Kept are signed checkpoints that the log must begin with: those kept from
	// earlier.
	Kept [][]byte
	// Witnesses are keys whose cosignatures the checkpoint must have.
	Witnesses []note.Verifier
	// Progress, where it is not nil, is called now and then by one goroutine at a
	// time, last with done equal to total unless there is a fault.
	Progress func(done, total uint64)
}

// Verdict is what can be said of a bundle.
type Verdict struct {
	tree.Signed          // its checkpoint, with the witnesses that were asked for
	Events      uint64   // that were verified
	Removed     uint64   // of them those of which only the leaf is left
	Removers    []uint64 // the events that removed them, ascending
	Opened      uint64   // events with opened texts, which nothing proves
	OwnKey      bool     // the key came with the log
	NoKey       bool     // there was none, so that nobody looked at the signature
	Kept        []tree.Checkpoint
	Fault       *tree.Fault // the first that was found, nil where the log is whole
}

// Find is the directory of the bundle that a directory is or, in an export,
// holds. It matches ErrNoBundle.
func Find(dir string) (string, error) {
	for _, at := range []string{dir, filepath.Join(dir, "log")} {
		_, err := os.Stat(filepath.Join(at, LogFile))
		if err == nil {
			return at, nil
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return "", err
		}
	}
	return "", fmt.Errorf("%s: %w: there is no %s in it", dir, ErrNoBundle, LogFile)
}

// Verify verifies a bundle: its checkpoint's signature, every event and every
// line, the root over all of them, that what is gone was ordered to be removed,
// and the rest of what is asked. What is wrong is the verdict's fault; the error
// means that nothing can be said. Memory does not grow with the log, but for a
// hash in 256 events, and for the number of each event whose text is gone.
func Verify(ctx context.Context, dir string, q Question) (Verdict, error) {
	at, err := Find(dir)
	if err != nil {
		return Verdict{}, err
	}
	v := &verification{question: q}
	err = v.run(ctx, at)
	if !errors.As(err, &v.verdict.Fault) && err != nil {
		return Verdict{}, fmt.Errorf("verify %s: %w", dir, err)
	}
	return v.verdict, nil
}

// verification is one run of Verify. A fault is an error here and below.
type verification struct {
	question Question
	verdict  Verdict
	audit    *tree.Audit

	mu       sync.Mutex
	removals Removals
	faults   []*tree.Fault
}

func (v *verification) run(ctx context.Context, dir string) error {
	if err := v.open(dir); err != nil {
		return err
	}
	file, err := os.Open(filepath.Join(dir, LogFile))
	if err != nil {
		return err
	}
	defer file.Close()
	sizes := make([]uint64, len(v.verdict.Kept))
	for k, c := range v.verdict.Kept {
		sizes[k] = c.Size
	}
	v.audit = tree.NewAudit(v.verdict.Size, sizes...)
	if err := v.events(ctx, file); err != nil {
		return err
	}
	return v.roots()
}

// open reads the key and the checkpoints.
func (v *verification) open(dir string) error {
	key := v.question.Key
	if key == nil {
		text, err := readSmall(filepath.Join(dir, KeyFile))
		if err != nil {
			return err
		}
		if key, err = tree.ParseVerifier(strings.TrimSpace(string(text))); err != nil {
			return fmt.Errorf("%w: %w", ErrNoBundle, err)
		}
		v.verdict.OwnKey = true
	}
	note, err := readSmall(filepath.Join(dir, CheckpointFile))
	if err != nil {
		return err
	}
	v.verdict.Signed, err = tree.OpenCheckpoint(note, key, v.question.Witnesses...)
	if err != nil {
		return &tree.Fault{Kind: tree.Unverified, Detail: "the checkpoint does not verify: " + err.Error()}
	}
	if v.verdict.Kept, err = v.question.OpenKept(key, v.verdict.Size); err != nil {
		return err
	}
	return v.witnessed()
}

// readSmall reads a file that is no larger than a checkpoint may be.
func readSmall(path string) ([]byte, error) {
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: there is no %s", ErrNoBundle, filepath.Base(path))
	}
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return io.ReadAll(io.LimitReader(file, tree.MaxCheckpoint+1))
}

// OpenKept verifies the kept checkpoints of a log of so many events. One that
// the log cannot begin with is a *tree.Fault.
func (q Question) OpenKept(key note.Verifier, size uint64) ([]tree.Checkpoint, error) {
	var opened []tree.Checkpoint
	for _, signed := range q.Kept {
		c, err := tree.OpenCheckpoint(signed, key)
		switch {
		case errors.Is(err, tree.ErrUnsigned):
			return nil, &tree.Fault{Kind: tree.Unverified, Detail: "the checkpoint that was kept is not of this log: " + err.Error()}
		case err != nil:
			return nil, fmt.Errorf("the checkpoint that was kept: %w", err)
		case c.Size > size:
			return nil, &tree.Fault{Kind: tree.Missing, First: size + 1, Last: c.Size,
				Detail: fmt.Sprintf("the log was cut off: it ends with event %d, and the checkpoint that was kept is of %d", size, c.Size)}
		}
		opened = append(opened, c.Checkpoint)
	}
	return opened, nil
}

func (v *verification) witnessed() error {
	for _, key := range v.question.Witnesses {
		if !slices.ContainsFunc(v.verdict.Witnesses, func(w tree.Witness) bool { return w.Name == key.Name() }) {
			return &tree.Fault{Kind: tree.Unverified, Detail: fmt.Sprintf("the witness %s did not cosign the checkpoint", key.Name())}
		}
	}
	return nil
}

// block is the lines of a run of events.
type block struct {
	number uint64
	lines  []byte
	count  int
}

// events reads all lines, in blocks, on all cores.
func (v *verification) events(ctx context.Context, log io.Reader) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	blocks := make(chan block)
	room := make(chan []byte, 2*runtime.GOMAXPROCS(0)) // buffers to be used again
	var all sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		all.Go(func() {
			for b := range blocks {
				if err := v.block(b); err != nil {
					v.fail(err, cancel)
				}
				select {
				case room <- b.lines:
				default:
				}
			}
		})
	}
	if err := v.split(ctx, log, room, blocks); err != nil {
		v.fail(err, cancel)
	}
	close(blocks)
	all.Wait()
	if len(v.faults) > 0 {
		return slices.MinFunc(v.faults, func(a, b *tree.Fault) int { return cmp.Compare(a.First, b.First) })
	}
	return context.Cause(ctx)
}

// fail ends the reading. Of several faults the first counts, so blocks that
// are under way go on.
func (v *verification) fail(err error, cancel context.CancelCauseFunc) {
	var fault *tree.Fault
	if errors.As(err, &fault) {
		v.mu.Lock()
		v.faults = append(v.faults, fault)
		v.mu.Unlock()
	}
	cancel(err)
}

// split cuts the log into blocks.
func (v *verification) split(ctx context.Context, log io.Reader, room <-chan []byte, blocks chan<- block) error {
	lines := bufio.NewReaderSize(log, 256<<10)
	for number := range v.audit.Blocks() {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		first, last := v.audit.Extent(number)
		b := block{number: number}
		select {
		case b.lines = <-room:
			b.lines = b.lines[:0]
		default:
		}
		for seq := first; seq <= last; seq++ {
			before := len(b.lines)
			lines, err := appendLine(b.lines, lines)
			if err == io.EOF && len(lines) == before {
				blocks <- b // whatever is wrong before comes first
				return &tree.Fault{Kind: tree.Missing, First: seq, Last: v.verdict.Size,
					Detail: fmt.Sprintf("the log ends with event %d, and its checkpoint is of %d", seq-1, v.verdict.Size)}
			}
			if err == io.EOF {
				err = unreadable(seq, errors.New("its line is cut off"))
			}
			if err != nil {
				return err
			}
			b.lines = lines
			b.count++
		}
		blocks <- b
	}
	if _, err := lines.ReadByte(); err != io.EOF {
		return &tree.Fault{Kind: tree.Surplus, First: v.verdict.Size + 1, Last: v.verdict.Size + 1,
			Detail: fmt.Sprintf("more follows event %d, with which the log ends by its checkpoint", v.verdict.Size)}
	}
	return nil
}

// appendLine reads a line with its line feed.
func appendLine(dst []byte, lines *bufio.Reader) ([]byte, error) {
	before := len(dst)
	for {
		part, err := lines.ReadSlice('\n')
		dst = append(dst, part...)
		if err != bufio.ErrBufferFull {
			return dst, err
		}
		if len(dst)-before > maxLine {
			return dst, fmt.Errorf("%w: a line of more than %d bytes", ErrNoBundle, maxLine)
		}
	}
}

func unreadable(seq uint64, err error) error {
	return &tree.Fault{Kind: tree.Altered, First: seq, Last: seq, Detail: fmt.Sprintf("event %d was altered: %v", seq, err)}
}

// block verifies the lines of a block and takes their leaves into the audit.
func (v *verification) block(b block) error {
	first, _ := v.audit.Extent(b.number)
	var leaves [tree.Width]tree.Hash
	var reader lineReader
	opened, found := uint64(0), Removals{}
	lines := b.lines
	for k := range b.count {
		line, rest, _ := bytes.Cut(lines, []byte("\n"))
		lines = rest
		e, err := v.line(&reader, line, first+uint64(k))
		if err != nil {
			return err
		}
		leaves[k] = e.Leaf
		if e.RemovedBy > 0 {
			found.Remove(e.Seq, e.RemovedBy)
		} else {
			found.Order(e.Seq, Ordered(e.Stored))
		}
		if len(e.Opened) > 0 {
			opened++
		}
	}
	if first+uint64(b.count) <= v.verdict.Size && b.count < tree.Width {
		return nil // the log ends too early, which is said elsewhere
	}
	if _, err := v.audit.Add(b.number, leaves[:b.count]); err != nil {
		return err
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.verdict.Events += uint64(b.count)
	v.verdict.Opened += opened
	v.verdict.Removed += v.removals.join(found)
	if v.question.Progress != nil {
		v.question.Progress(v.verdict.Events, v.verdict.Size)
	}
	return nil
}

func (v *verification) line(reader *lineReader, line []byte, seq uint64) (Entry, error) {
	e, found, err := reader.read(line, seq)
	switch {
	case err != nil:
		return e, unreadable(seq, err)
	case found > seq && found <= v.verdict.Size:
		return e, &tree.Fault{Kind: tree.Missing, First: seq, Last: found - 1,
			Detail: fmt.Sprintf("where event %d must be lies event %d: %s removed or moved", seq, found, were(seq, found-1))}
	case found != seq:
		return e, &tree.Fault{Kind: tree.Altered, First: seq, Last: seq, Detail: fmt.Sprintf("where event %d must be lies event %d", seq, found)}
	}
	if fault := RefuseRemover(seq, e.RemovedBy, v.verdict.Size); e.RemovedBy > 0 && fault != nil {
		return e, fault
	}
	return e, nil
}

func were(first, last uint64) string {
	if first == last {
		return "event " + fmt.Sprint(first) + " was"
	}
	return tree.Events(first, last) + " were"
}

// roots holds the tree over the events against the checkpoints.
func (v *verification) roots() error {
	v.verdict.Removers = v.removals.Removers()
	roots, err := v.audit.Finish()
	if err != nil {
		return err
	}
	if root := roots[v.verdict.Size]; root != v.verdict.Root {
		return &tree.Fault{Kind: tree.Altered, First: 1, Last: v.verdict.Size,
			Detail: fmt.Sprintf("the events are not those that were signed: their root is %s, and the checkpoint's is %s", root, v.verdict.Root)}
	}
	for _, c := range v.verdict.Kept {
		if roots[c.Size] != c.Root {
			return &tree.Fault{Kind: tree.Altered, First: 1, Last: c.Size,
				Detail: fmt.Sprintf("the log does not begin with the %d events of the checkpoint that was kept: what they said was changed since", c.Size)}
		}
	}
	if fault := v.removals.Fault(); fault != nil {
		return fault
	}
	return nil
}
