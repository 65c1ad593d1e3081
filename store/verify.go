package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"tocsin/model"
	"tocsin/store/tree"
)

// Verify computes the space's tree anew from every event and holds all that is
// kept of it against that: tiles, the head, every checkpoint with its
// signature, and the head file as the start found it. What is wrong is the
// report's fault, the first in the order of events; the error means that
// verifying itself could not go on. Events are hashed, not decoded. progress,
// where it is not nil, is called now and then, by one goroutine at a time, last
// with done equal to total unless there is a fault.
//
// It verifies the log as it is when it begins, and holds up nobody who writes.
func (s *Space) Verify(ctx context.Context, progress func(done, total uint64)) (tree.Report, error) {
	v := &verification{log: s.log, signer: s.signer, removers: make(map[uint64][]uint64)}
	if progress != nil {
		v.progress = progress
	}
	err := v.run(ctx)
	if !errors.As(err, &v.report.Fault) && err != nil {
		return tree.Report{}, fmt.Errorf("verify space %s: %w", s.id, err)
	}
	if v.report.Fault == nil {
		v.report.Fault = s.fault
	}
	return v.report, nil
}

// verification is one run of Verify.
type verification struct {
	log    ledger
	signer *tree.Signer
	head   headRecord
	claims []claim

	audit    *tree.Audit
	mu       sync.Mutex
	progress func(done, total uint64)
	done     uint64 // events
	report   tree.Report
	removers map[uint64][]uint64 // what each event is said to have removed
	faults   []*tree.Fault       // in the order in which they were met
}

// claim is a kept checkpoint: its place, and what it says.
type claim struct {
	at   slot
	note []byte
	tree.Checkpoint
}

// run stops at a fault, which is an error here and below.
func (v *verification) run(ctx context.Context) error {
	// The checkpoints are read first: the log is never behind them.
	for _, step := range []func(context.Context) error{v.readClaims, v.readHead, v.blocks, v.orders, v.upper, v.ends, v.roots, v.signatures} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (v *verification) readClaims(ctx context.Context) error {
	for _, kind := range []slotKind{checkpointKind, witnessedKind} {
		err := v.log.scan(ctx, kind.all(), func(at slot, note []byte) error {
			c, err := tree.PeekCheckpoint(note)
			if err != nil || c.Size != at.seq() {
				return refuteCheckpoint(at.seq(), "cannot be read")
			}
			v.claims = append(v.claims, claim{at: at, note: slices.Clone(note), Checkpoint: c})
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func refuteCheckpoint(size uint64, how string) error {
	return &tree.Fault{Kind: tree.Unverified, First: 1, Last: size, Detail: fmt.Sprintf("the checkpoint of %s that is kept in the log %s", tree.Events(1, size), how)}
}

// readHead reads the head as it is stored, and not as the log remembers it.
func (v *verification) readHead(ctx context.Context) error {
	value, ok, err := v.log.get(ctx, headSlot())
	if err != nil || !ok {
		return err
	}
	if err := decodeEntry(value, &v.head); err != nil {
		return &tree.Fault{Kind: tree.Tree, Detail: "the end of the log cannot be read: " + err.Error()}
	}
	v.report.Size = v.head.Seq
	return nil
}

// runBlocks is how many blocks a goroutine reads at once: enough that opening
// an iterator costs nothing beside reading them.
const runBlocks = 32

// blocks reads all events, on all cores.
func (v *verification) blocks(ctx context.Context) error {
	sizes := make([]uint64, len(v.claims))
	for k, c := range v.claims {
		sizes[k] = c.Size
	}
	v.audit = tree.NewAudit(v.head.Seq, sizes...)
	count := v.audit.Blocks()
	err := parallel(ctx, (count+runBlocks-1)/runBlocks, func(run uint64) error {
		first := run * runBlocks
		err := v.blockRun(ctx, first, min(first+runBlocks, count))
		var fault *tree.Fault
		if errors.As(err, &fault) {
			v.note(fault)
			return nil
		}
		return err
	})
	v.report.Removers = slices.Sorted(maps.Keys(v.removers))
	if err != nil || len(v.faults) == 0 {
		return err
	}
	return slices.MinFunc(v.faults, func(a, b *tree.Fault) int { return cmp.Compare(a.First, b.First) })
}

func (v *verification) note(fault *tree.Fault) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.faults = append(v.faults, fault)
}

// blockRun reads the events of blocks from one on to before another.
func (v *verification) blockRun(ctx context.Context, from, to uint64) error {
	first, _ := v.audit.Extent(from)
	_, last := v.audit.Extent(to - 1)
	found, tombstones := make([]tree.Hash, 0, tree.Width), uint64(0)
	block, next := from, first
	err := v.log.visit(ctx, first, last, func(r record) error {
		if r.seq != next {
			return missing(next, r.seq-1)
		}
		if t, removed := parseTombstone(r.data); removed {
			if t.by <= r.seq || t.by > v.head.Seq {
				return &tree.Fault{Kind: tree.Altered, First: r.seq, Last: r.seq, Detail: fmt.Sprintf("event %d is said to be removed by event %d, which cannot be", r.seq, t.by)}
			}
			tombstones++
			v.removedBy(t.by, r.seq)
		}
		found = append(found, r.leaf())
		if next++; len(found) < tree.Width && next <= last {
			return nil
		}
		err := v.block(ctx, block, found)
		block, found = block+1, found[:0]
		return err
	})
	if err == nil && next <= last {
		err = missing(next, last)
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.report.Tombstones += tombstones
	v.done += next - first
	if v.progress != nil && err == nil {
		v.progress(v.done, v.head.Seq)
	}
	return err
}

func (v *verification) removedBy(remover, seq uint64) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.removers[remover] = append(v.removers[remover], seq)
}

// orders makes sure that what was removed was ordered to be: a tombstone has
// the right leaf whoever puts it there, so that the tree alone says nothing.
func (v *verification) orders(ctx context.Context) error {
	for _, remover := range v.report.Removers {
		stored, _, err := v.log.get(ctx, eventSlot(remover))
		if err != nil {
			return err
		}
		spans := ordered(stored)
		for _, seq := range v.removers[remover] {
			if !slices.ContainsFunc(spans, func(s model.Span) bool { return s[0] <= seq && seq <= s[1] }) {
				return &tree.Fault{Kind: tree.Altered, First: seq, Last: seq, Detail: fmt.Sprintf("the text of event %d is gone, which event %d did not order", seq, remover)}
			}
		}
	}
	return nil
}

// block takes a block's leaves into the audit and compares them with its tile,
// if it is full.
func (v *verification) block(ctx context.Context, block uint64, found []tree.Hash) error {
	root, err := v.audit.Add(block, found)
	if err != nil || len(found) < tree.Width || len(v.head.Root) == 0 {
		return err
	}
	kept, err := v.tile(ctx, tree.TileID{Index: block})
	if err != nil || slices.Equal(kept, found) {
		return err
	}
	first, last := v.audit.Extent(block)
	above, err := v.tile(ctx, tree.TileID{Level: 1, Index: block / tree.Width})
	if at := int(block % tree.Width); err == nil && at < len(above) && above[at] == root {
		return damagedTile(tree.TileID{Index: block})
	}
	if len(kept) < tree.Width {
		return &tree.Fault{Kind: tree.Tree, First: first, Last: last, Detail: "what the tree says of " + tree.Events(first, last) + " is missing, so that nobody can say whether they were changed"}
	}
	for k := range min(len(kept), len(found)) {
		if kept[k] != found[k] {
			return altered(first+uint64(k), first+uint64(k))
		}
	}
	return altered(first, last)
}

func altered(first, last uint64) error {
	return &tree.Fault{Kind: tree.Altered, First: first, Last: last, Detail: are(first, last) + " not what was recorded"}
}

func damagedTile(id tree.TileID) error {
	span := uint64(1) << (tree.Height * (id.Level + 1))
	first, last := id.Index*span+1, (id.Index+1)*span
	return &tree.Fault{Kind: tree.Tree, First: first, Last: last, Detail: fmt.Sprintf("the tree's tile %d of level %d, over %s, is damaged; the events are whole", id.Index, id.Level, tree.Events(first, last))}
}

// tile reads a kept tile. One that does not divide into hashes is damaged, and
// as good as empty.
func (v *verification) tile(ctx context.Context, id tree.TileID) ([]tree.Hash, error) {
	hashes, err := readTile(ctx, v.log, id)
	if errors.Is(err, tree.ErrFormat) {
		return nil, nil
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.report.Tiles++
	return hashes, err
}

// upper compares the tiles above the leaves. Those at the right edge may have
// grown meanwhile.
func (v *verification) upper(ctx context.Context) error {
	if v.head.Seq > 0 && len(v.head.Root) == 0 {
		return errNoTree
	}
	return v.audit.Upper(func(must tree.Tile) error {
		kept, err := v.tile(ctx, must.TileID)
		if err == nil && (len(kept) < len(must.Hashes) || !slices.Equal(kept[:len(must.Hashes)], must.Hashes)) {
			err = damagedTile(must.TileID)
		}
		return err
	})
}

// ends holds the events since the last full tile against the head, and makes
// sure that none come after it.
func (v *verification) ends(ctx context.Context) error {
	if v.head.Seq > 0 {
		e := &examined{head: v.head, growth: new(growth)}
		if err := e.resume(ctx, v.log); err != nil {
			return err
		}
	}
	after := uint64(0)
	err := v.log.visit(ctx, v.head.Seq+1, math.MaxUint64, func(r record) error { after = r.seq; return nil })
	if err != nil || after == 0 {
		return err
	}
	v2 := &verification{log: v.log} // an event comes with its head
	if err := v2.readHead(ctx); err != nil || v2.head.Seq >= after {
		return err
	}
	return surplus(v.head.Seq, after)
}

// roots holds the head's root and those of all checkpoints against the tree.
func (v *verification) roots(context.Context) error {
	roots, err := v.audit.Finish()
	if err != nil {
		return err
	}
	v.report.Root = roots[v.head.Seq]
	if head, err := v.head.tree(); v.head.Seq > 0 && (err != nil || head.Root != v.report.Root) {
		return &tree.Fault{Kind: tree.Tree, First: 1, Last: v.head.Seq, Detail: "the root that is kept with the log is not that of its events"}
	}
	for _, c := range v.claims {
		switch root, ok := roots[c.Size]; {
		case !ok:
			return missingSince(v.head.Seq, c.Size)
		case root != c.Root:
			return refuteCheckpoint(c.Size, "is of other events")
		}
	}
	return nil
}

// signatures verifies the checkpoints' signatures, on all cores, where it is
// known whose they have to be.
func (v *verification) signatures(ctx context.Context) error {
	if v.signer == nil {
		return nil
	}
	log := v.signer.Verifier()
	err := parallel(ctx, uint64(len(v.claims)), func(k uint64) error {
		if _, err := tree.OpenCheckpoint(v.claims[k].note, log); err != nil {
			return refuteCheckpoint(v.claims[k].Size, "does not verify: "+err.Error())
		}
		return nil
	})
	v.report.Checkpoints = len(v.claims)
	return err
}

// parallel calls work with every number below n, on all cores, until one fails.
func parallel(ctx context.Context, n uint64, work func(k uint64) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var next atomic.Uint64
	var all sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		all.Go(func() {
			for k := next.Add(1) - 1; k < n && ctx.Err() == nil; k = next.Add(1) - 1 {
				if err := work(k); err != nil {
					cancel(err)
				}
			}
		})
	}
	all.Wait()
	return context.Cause(ctx)
}
