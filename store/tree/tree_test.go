package tree

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"golang.org/x/mod/sumdb/tlog"
)

// kept is a log as somebody keeps it: leaves, tiles and a head.
type kept struct {
	leaves []Hash
	tiles  map[TileID][]Hash
	head   Head
	nodes  []Hash
}

func grow(tb testing.TB, n int) *kept {
	tb.Helper()
	k, b := &kept{tiles: make(map[TileID][]Hash)}, new(Builder)
	for seq := range n {
		leaf := LeafHash(fmt.Appendf(nil, "event %d", seq+1))
		k.leaves = append(k.leaves, leaf)
		if err := b.Append(leaf); err != nil {
			tb.Fatal(err)
		}
		for _, tile := range b.Changed() {
			k.tiles[tile.TileID] = tile.Hashes
		}
	}
	root, err := b.Root()
	if err != nil || b.Size() != uint64(n) {
		tb.Fatalf("%d leaves after %d, %v", b.Size(), n, err)
	}
	k.head, k.nodes = Head{Size: uint64(n), Root: root}, b.Range()
	return k
}

// tile is a TileSource: leaves of the last tile come from the events.
func (k *kept) tile(id TileID, count int) ([]Hash, error) {
	hashes, ok := k.tiles[id]
	if !ok && id.Level == 0 {
		hashes = k.leaves[id.Index*Width:]
	}
	if len(hashes) < count {
		return nil, fmt.Errorf("tile %v has %d hashes, not %d", id, len(hashes), count)
	}
	return hashes[:count], nil
}

// naive is RFC 6962, section 2.1, word for word.
func naive(leaves []Hash) Hash {
	switch n := len(leaves); n {
	case 0:
		return emptyRoot()
	case 1:
		return leaves[0]
	default:
		k := 1
		for 2*k < n {
			k *= 2
		}
		return tlog.NodeHash(naive(leaves[:k]), naive(leaves[k:]))
	}
}

// sizes around the edges of tiles, of the first and the second level.
var sizes = []int{0, 1, 2, 3, 7, 8, 255, 256, 257, 511, 512, 513, 1000, 65535, 65536, 65537, 66000}

func TestBuilderGrowsTheTreeOfTheStandard(t *testing.T) {
	if LeafHash([]byte("x")) != tlog.RecordHash([]byte("x")) {
		t.Error("a leaf is not hashed as the standard has it")
	}
	long := make([]byte, 5000)
	if LeafHash(long) != tlog.RecordHash(long) {
		t.Error("a long leaf is not hashed as the standard has it")
	}
	for _, n := range sizes {
		k := grow(t, n)
		if want := naive(k.leaves); k.head.Root != want {
			t.Errorf("root of %d leaves is %v, want %v", n, k.head.Root, want)
		}
		for id, hashes := range k.tiles {
			if id.Level == 0 && len(hashes) != Width {
				t.Errorf("%d leaves: tile %d of leaves is kept with %d hashes", n, id.Index, len(hashes))
			}
			for at, h := range hashes {
				span := 1 << (Height * id.Level)
				from := (int(id.Index)*Width + at) * span
				if h != naive(k.leaves[from:from+span]) {
					t.Fatalf("%d leaves: hash %d of tile %v is wrong", n, at, id)
				}
			}
		}
	}
}

func TestResumeGoesOnAsIfNeverStopped(t *testing.T) {
	for _, n := range sizes {
		k := grow(t, n)
		b, err := Resume(k.head.Size, k.tile)
		if err != nil {
			t.Fatalf("%d leaves: %v", n, err)
		}
		if root, err := b.Root(); root != k.head.Root || err != nil || !slices.Equal(b.Range(), k.nodes) {
			t.Errorf("%d leaves: resumed with another root or range, %v", n, err)
		}
		more := grow(t, n+600)
		for _, leaf := range more.leaves[n:] {
			if err := b.Append(leaf); err != nil {
				t.Fatal(err)
			}
		}
		if root, err := b.Root(); root != more.head.Root || err != nil {
			t.Errorf("%d leaves: another root after 600 more, %v", n, err)
		}
		for _, tile := range b.Changed() {
			if !slices.Equal(tile.Hashes, more.tiles[tile.TileID]) {
				t.Errorf("%d leaves: tile %v differs after 600 more", n, tile.TileID)
			}
		}
	}
	if _, err := Resume(5, func(TileID, int) ([]Hash, error) { return make([]Hash, 4), nil }); !errors.Is(err, ErrFormat) {
		t.Errorf("resumed from too few hashes: %v", err)
	}
	if _, err := Resume(1<<60, nil); !errors.Is(err, ErrFormat) {
		t.Errorf("resumed an absurd size: %v", err)
	}
}

func TestProofs(t *testing.T) {
	k := grow(t, 66000)
	r := NewReader(k.head, k.tile)
	for _, size := range []uint64{1, 2, 255, 256, 257, 700, 65536, 65537, 66000} {
		root, err := r.RootAt(size)
		if err != nil || root != naive(k.leaves[:size]) {
			t.Fatalf("root at %d: %v", size, err)
		}
		for _, seq := range []uint64{1, size/2 + 1, size} {
			p, err := r.Include(seq, size)
			if err != nil {
				t.Fatal(err)
			}
			if err := p.Check(root, k.leaves[seq-1]); err != nil {
				t.Errorf("event %d in %d: %v", seq, size, err)
			}
			if err := p.Check(root, LeafHash([]byte("another"))); !errors.Is(err, ErrUnproved) {
				t.Errorf("another event passes for event %d in %d", seq, size)
			}
			if p.Seq++; p.Check(root, k.leaves[seq-1]) == nil {
				t.Errorf("event %d passes for event %d", seq, seq+1)
			}
		}
		p, err := r.Connect(size, 66000)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Check(root, k.head.Root); err != nil {
			t.Errorf("from %d on: %v", size, err)
		}
		if root[0]++; p.Check(root, k.head.Root) == nil {
			t.Errorf("another log of %d events passes", size)
		}
	}
	for _, bad := range []Inclusion{{}, {Seq: 1}, {Seq: 3, Size: 2}, {Seq: 1, Size: 1 << 63}} {
		if err := bad.Check(k.head.Root, k.leaves[0]); !errors.Is(err, ErrUnproved) {
			t.Errorf("%+v: %v", bad, err)
		}
	}
	for _, bad := range []Consistency{{}, {Old: 3, New: 2}, {Old: 1, New: 1 << 63}} {
		if err := bad.Check(k.head.Root, k.head.Root); !errors.Is(err, ErrUnproved) {
			t.Errorf("%+v: %v", bad, err)
		}
	}
	for _, refused := range []func() error{
		func() error { _, err := r.Include(0, 5); return err },
		func() error { _, err := r.Include(6, 5); return err },
		func() error { _, err := r.Include(1, 66001); return err },
		func() error { _, err := r.Connect(0, 5); return err },
		func() error { _, err := r.Connect(6, 5); return err },
		func() error { _, err := r.RootAt(66001); return err },
	} {
		if refused() == nil {
			t.Error("proved what cannot be proved")
		}
	}
}

// TestFalseTilesProveNothing changes one hash of each tile in turn: a proof
// that would use it is not given.
func TestFalseTilesProveNothing(t *testing.T) {
	k := grow(t, 66000)
	for _, id := range []TileID{{0, 0}, {1, 0}, {2, 0}, {1, 1}} {
		at := len(k.tiles[id]) / 2
		k.tiles[id][at][0]++
		r := NewReader(k.head, k.tile)
		if _, err := r.Include(uint64(at)<<(Height*id.Level)+1, 66000); err == nil {
			t.Errorf("a proof through the false tile %v", id)
		}
		k.tiles[id][at][0]--
	}
}

func TestAuditComputesTheTreeAnew(t *testing.T) {
	for _, n := range sizes {
		k := grow(t, n)
		asked := []uint64{1, 200, 256, 257, 300, 512, 65536, 65536, 65900, 1 << 40}
		a := NewAudit(k.head.Size, asked...)
		for block := a.Blocks(); block > 0; block-- { // in any order
			first, last := a.Extent(block - 1)
			root, err := a.Add(block-1, k.leaves[first-1:last])
			if err != nil || root != naive(k.leaves[first-1:last]) {
				t.Fatalf("block %d of %d leaves: %v", block-1, n, err)
			}
		}
		roots, err := a.Finish()
		if err != nil {
			t.Fatal(err)
		}
		for _, size := range append(asked, k.head.Size) {
			root, ok := roots[size]
			if ok != (size <= k.head.Size) || ok && root != naive(k.leaves[:size]) {
				t.Errorf("root at %d of %d is %v, %v", size, n, root, ok)
			}
		}
		upper := 0
		err = a.Upper(func(tile Tile) error {
			upper++
			if !slices.Equal(tile.Hashes, k.tiles[tile.TileID]) {
				t.Errorf("%d leaves: tile %v is not the one that was kept", n, tile.TileID)
			}
			return nil
		})
		if err != nil || upper+n/Width != len(k.tiles) {
			t.Errorf("%d leaves: %d tiles above %d, %d were kept; %v", n, upper, n/Width, len(k.tiles), err)
		}
		if _, err := a.Add(a.Blocks(), nil); err == nil {
			t.Error("a block more than the log has was taken")
		}
	}
}

func TestPackedHashes(t *testing.T) {
	hashes := grow(t, 5).leaves
	again, err := Unpack(Pack(hashes))
	if err != nil || !slices.Equal(again, hashes) {
		t.Errorf("%v, %v", again, err)
	}
	if _, err := Unpack(make([]byte, 33)); !errors.Is(err, ErrFormat) {
		t.Errorf("33 bytes are %v", err)
	}
}

func BenchmarkAppend(b *testing.B) {
	builder, leaf := new(Builder), LeafHash([]byte("x"))
	for b.Loop() {
		if err := builder.Append(leaf); err != nil {
			b.Fatal(err)
		}
		builder.Changed()
	}
}
