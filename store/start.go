package store

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"math"

	"tocsin/store/tree"
)

// seeder derives the seed of a signing key for a name.
type seeder = func(name string) ([]byte, error)

// signingKey names the key that a space's checkpoints are signed with.
func signingKey(space string) string { return "checkpoint/" + space }

// examined is a log as a start finds it: its tree, resumed, and what was
// signed of it. Where there is a fault nothing may be written.
type examined struct {
	head   headRecord
	growth *growth
	signer *tree.Signer
	signed tree.Signed // the head file, where it verifies
	trail  tree.Head   // how far the log was
	fault  *tree.Fault
}

// examine holds a space's log against its tree and its head file. A fault is
// no error: the space then opens for reading.
func examine(ctx context.Context, space string, l ledger, file headKeeper, seed seeder) (*examined, error) {
	head, unread := l.head(ctx)
	if unread != nil && !errors.Is(unread, ErrDamaged) && !errors.Is(unread, ErrNewer) {
		return nil, fmt.Errorf("read the end of the log: %w", unread)
	}
	note, err := file.read()
	if err != nil {
		return nil, fmt.Errorf("read the head file: %w", err)
	}
	secret, err := seed(signingKey(space))
	if err != nil {
		return nil, fmt.Errorf("derive the key that signs checkpoints: %w", err)
	}
	e := &examined{head: head}
	e.signer, err = tree.NewSigner(originOf(space, head, note), secret)
	if errors.Is(err, tree.ErrFormat) { // what originOf makes up or finds signed is well-formed
		unread = err
		e.signer, err = tree.NewSigner(originOf(space, headRecord{}, note), secret)
	}
	if err != nil {
		return nil, err
	}
	e.growth = &growth{origin: e.signer.Name(), tree: new(tree.Builder)}
	if unread != nil {
		e.fault = &tree.Fault{Kind: tree.Tree, Detail: "the end of the log cannot be read: " + unread.Error()}
		return e, nil
	}
	for _, check := range []func(context.Context, ledger) error{
		func(context.Context, ledger) error { return e.open(note, file) }, e.ends, e.resume, e.connect, e.follow,
	} {
		if err := check(ctx, l); errors.As(err, &e.fault) || err != nil {
			return e, faultless(err)
		}
	}
	return e, nil
}

// faultless is an error, or nil where it is a fault.
func faultless(err error) error {
	var fault *tree.Fault
	if errors.As(err, &fault) {
		return nil
	}
	return err
}

// originOf is what a log calls itself in its checkpoints: what its head or,
// failing that, its head file says, and something new for a log that begins.
func originOf(space string, head headRecord, note []byte) string {
	if head.Origin != "" {
		return head.Origin
	}
	if c, err := tree.PeekCheckpoint(note); err == nil {
		return c.Origin
	}
	return newOrigin(space)
}

// newOrigin names a log so that no other has the same name.
func newOrigin(space string) string {
	var id [16]byte
	rand.Read(id[:]) // never fails
	return "tocsin/" + space + "/" + hex.EncodeToString(id[:])
}

// open reads the head file. The fault is an error here and below.
func (e *examined) open(note []byte, file headKeeper) error {
	end := e.head.Seq
	var err error
	if e.trail, err = file.marked(); err != nil {
		return err
	}
	if note == nil && end == 0 {
		return e.followed(end)
	}
	if note == nil {
		return &tree.Fault{Kind: tree.Unverified, Detail: fmt.Sprintf("the log has %d events, but the signed head that goes with it is missing: %s", end, file)}
	}
	signed, err := tree.OpenCheckpoint(note, e.signer.Verifier())
	if err != nil {
		return &tree.Fault{Kind: tree.Unverified, Detail: fmt.Sprintf("the signed head of the log does not verify: %v: %s", err, file)}
	}
	if signed.Size > end {
		return missingSince(end, signed.Size)
	}
	e.signed = signed
	return e.followed(end)
}

// followed makes sure that the log is as far as it was.
func (e *examined) followed(end uint64) error {
	if e.trail.Size <= end {
		return nil
	}
	return &tree.Fault{Kind: tree.Missing, First: end + 1, Last: e.trail.Size, Detail: fmt.Sprintf("%s missing: the log ends with event %d, but event %d was acknowledged", are(end+1, e.trail.Size), end, e.trail.Size)}
}

// follow holds the log against how far it was, where that is further than what
// was signed.
func (e *examined) follow(ctx context.Context, l ledger) error {
	if e.trail.Size <= e.signed.Size {
		return nil
	}
	return e.begins(ctx, l, e.trail, "that were acknowledged")
}

func missingSince(end, signed uint64) error {
	return &tree.Fault{Kind: tree.Missing, First: end + 1, Last: signed, Detail: fmt.Sprintf("%s missing: the log ends with event %d, but its signed head is of event %d", are(end+1, signed), end, signed)}
}

func surplus(end, after uint64) error {
	return &tree.Fault{Kind: tree.Surplus, First: end + 1, Last: after, Detail: fmt.Sprintf("%s in the log, which should end with event %d", are(end+1, after), end)}
}

// are names events, and goes on about them.
func are(first, last uint64) string {
	if first == last {
		return tree.Events(first, last) + " is"
	}
	return tree.Events(first, last) + " are"
}

// resume takes the tree up where the log ends, and holds it against the head.
func (e *examined) resume(ctx context.Context, l ledger) error {
	end := e.head.Seq
	if end == 0 {
		return nil
	}
	head, err := e.head.tree()
	if err != nil {
		return errNoTree
	}
	nodes, err := tree.Unpack(e.head.Nodes)
	if err != nil || tree.RootOf(nodes) != head.Root {
		return &tree.Fault{Kind: tree.Tree, Detail: "the end of the log is damaged: it contradicts itself"}
	}
	builder, err := tree.Resume(end, tilesOf(ctx, l))
	if errors.Is(err, tree.ErrFormat) || errors.Is(err, errNoTile) {
		return &tree.Fault{Kind: tree.Tree, Detail: "the tree that is kept with the log is damaged: " + err.Error()}
	}
	if err != nil {
		return err
	}
	if first, last, ok := tree.Differ(end, nodes, builder.Range()); ok {
		return &tree.Fault{Kind: tree.Altered, First: first, Last: last, Detail: are(first, last) + " not what was recorded, or the tree kept with the log is damaged"}
	}
	e.growth.tree = builder
	return nil
}

// ends makes sure that a log has its last event and nothing after it.
func (e *examined) ends(ctx context.Context, l ledger) error {
	end, after := e.head.Seq, uint64(0)
	last := end == 0
	err := l.visit(ctx, max(end, 1), math.MaxUint64, func(r record) error {
		if last = last || r.seq == end; r.seq > end {
			after = r.seq
		}
		return nil
	})
	switch {
	case err != nil:
		return err
	case !last:
		return missing(end, end)
	case after > 0:
		return surplus(end, after)
	}
	return nil
}

// connect holds the log against the head file: it must begin with what was
// signed.
func (e *examined) connect(ctx context.Context, l ledger) error {
	if e.signed.Size == 0 {
		return nil
	}
	return e.begins(ctx, l, e.signed.Head, "whose signed head was kept")
}

// begins holds the beginning of the log against what it was.
func (e *examined) begins(ctx context.Context, l ledger, was tree.Head, which string) error {
	head, err := e.head.tree()
	if err != nil {
		return err
	}
	root, err := tree.NewReader(head, tilesOf(ctx, l)).RootAt(was.Size)
	switch {
	case faultless(err) == nil && err != nil:
		return err
	case err != nil:
		return &tree.Fault{Kind: tree.Tree, Detail: "the tree that is kept with the log is damaged: " + err.Error()}
	case root != was.Root:
		return &tree.Fault{Kind: tree.Altered, First: 1, Last: was.Size, Detail: fmt.Sprintf("among the first %d events are some that are not those %s", was.Size, which)}
	}
	return nil
}

// errNoTree is the fault of a log that lost its tree, or never got one because
// it was not whole.
var errNoTree = &tree.Fault{Kind: tree.Tree, Detail: "no tree is kept with the log"}

var errNoTile = errors.New("a tile is missing")

// tilesOf reads a log's tiles. Leaves of a tile that is not full yet come from
// the events; a missing one is a fault.
func tilesOf(ctx context.Context, l ledger) tree.TileSource {
	return func(id tree.TileID, count int) ([]tree.Hash, error) {
		hashes, err := readTile(ctx, l, id)
		switch {
		case err != nil:
			return nil, err
		case len(hashes) >= count:
			return hashes[:count], nil
		case id.Level > 0 || count == tree.Width:
			return nil, fmt.Errorf("%w: number %d of level %d", errNoTile, id.Index, id.Level)
		}
		first := id.Index*tree.Width + 1
		return leaves(ctx, l, first, first+uint64(count)-1)
	}
}

// readTile is what is kept of a tile, nothing where it is not.
func readTile(ctx context.Context, p projections, id tree.TileID) ([]tree.Hash, error) {
	data, _, err := p.get(ctx, tileSlot(id))
	if err != nil {
		return nil, err
	}
	return tree.Unpack(data)
}

// leaves hashes a run of events. A missing one is a fault.
func leaves(ctx context.Context, l eventLog, first, last uint64) ([]tree.Hash, error) {
	hashes := make([]tree.Hash, 0, last-first+1)
	next := first
	err := l.visit(ctx, first, last, func(r record) error {
		if r.seq != next {
			return missing(next, r.seq-1)
		}
		hashes = append(hashes, r.leaf())
		next++
		return nil
	})
	if err == nil && next <= last {
		err = missing(next, last)
	}
	return hashes, err
}

func missing(first, last uint64) error {
	return &tree.Fault{Kind: tree.Missing, First: first, Last: last, Detail: are(first, last) + " missing in the log"}
}
