package tree

import (
	"crypto/sha256"
	"fmt"
	"slices"

	"github.com/transparency-dev/merkle/compact"
	"golang.org/x/mod/sumdb/tlog"
)

// TileID is the place of a tile: see the package's description.
type TileID struct {
	Level int
	Index uint64
}

// Tile is a tile with the hashes that it has so far, at most Width.
type Tile struct {
	TileID
	Hashes []Hash
}

// Builder grows a tree leaf by leaf. The zero value is an empty tree. It is
// not safe for concurrent use.
type Builder struct {
	nodes   *compact.Range
	edge    [][]Hash // by level, the hashes of the tile that is not full yet
	changed map[TileID][]Hash
}

var factory = compact.RangeFactory{Hash: func(left, right []byte) []byte {
	var both [1 + 2*HashSize]byte
	both[0] = 0x01
	copy(both[1:], left)
	copy(both[1+HashSize:], right)
	sum := sha256.Sum256(both[:])
	return sum[:]
}}

// Append adds an event's leaf.
func (b *Builder) Append(leaf Hash) error {
	if b.nodes == nil {
		b.nodes = factory.NewEmptyRange(0)
	}
	if err := b.nodes.Append(leaf[:], b.visit); err != nil {
		return fmt.Errorf("append leaf %d: %w", b.Size(), err)
	}
	return nil
}

// visit is told of each complete subtree. Those whose height is a multiple of
// Height are what tiles hold.
func (b *Builder) visit(id compact.NodeID, hash []byte) {
	if id.Level%Height != 0 {
		return
	}
	level := int(id.Level / Height)
	if level == len(b.edge) {
		b.edge = append(b.edge, nil)
	}
	if b.edge[level] == nil {
		b.edge[level] = make([]Hash, 0, Width)
	}
	b.edge[level] = append(b.edge[level], Hash(hash))
	full := len(b.edge[level]) == Width
	if level > 0 || full {
		b.change(TileID{Level: level, Index: id.Index / Width}, b.edge[level])
	}
	if full {
		b.edge[level] = nil
	}
}

func (b *Builder) change(id TileID, hashes []Hash) {
	if b.changed == nil {
		b.changed = make(map[TileID][]Hash)
	}
	b.changed[id] = hashes
}

// Changed returns the tiles to be kept since it was last called: those of
// leaves once they are full, those above them as they grow, since that is once
// in 256 events and makes Resume cheap. A tile replaces what was kept as it.
func (b *Builder) Changed() []Tile {
	tiles := make([]Tile, 0, len(b.changed))
	for id, hashes := range b.changed {
		tiles = append(tiles, Tile{TileID: id, Hashes: slices.Clone(hashes)})
	}
	clear(b.changed)
	return tiles
}

// Size is how many leaves there are.
func (b *Builder) Size() uint64 {
	if b.nodes == nil {
		return 0
	}
	return b.nodes.End()
}

// Root is the root of the tree as it is now.
func (b *Builder) Root() (Hash, error) {
	if b.Size() == 0 {
		return emptyRoot(), nil
	}
	root, err := b.nodes.GetRootHash(nil)
	if err != nil {
		return Hash{}, fmt.Errorf("root of %d leaves: %w", b.Size(), err)
	}
	return Hash(root), nil
}

// Range is the compact range: the roots of the largest complete subtrees, from
// left to right, one for each bit of Size.
func (b *Builder) Range() []Hash {
	if b.nodes == nil {
		return nil
	}
	hashes := make([]Hash, len(b.nodes.Hashes()))
	for k, h := range b.nodes.Hashes() {
		hashes[k] = Hash(h)
	}
	return hashes
}

// Resume is a builder of the size that a log has. edge gives the hashes of the
// tile at the right edge of a level, of which there are count: leaves at level
// 0. Whoever resumes compares Root or Range with what was kept of them.
func Resume(size uint64, edge func(id TileID, count int) ([]Hash, error)) (*Builder, error) {
	if size > MaxSize {
		return nil, fmt.Errorf("%w size: %d events", ErrFormat, size)
	}
	b := new(Builder)
	var nodes [][]byte // those of the lowest level last
	for level := 0; size>>(Height*level) > 0; level++ {
		wide := size >> (Height * level)
		id, count := TileID{Level: level, Index: wide / Width}, int(wide%Width)
		b.edge = append(b.edge, nil)
		if count == 0 {
			continue
		}
		hashes, err := edge(id, count)
		if err != nil {
			return nil, err
		}
		if len(hashes) != count {
			return nil, fmt.Errorf("%w tile %d of level %d: %d hashes, want %d", ErrFormat, id.Index, level, len(hashes), count)
		}
		b.edge[level] = append(make([]Hash, 0, Width), hashes...)
		nodes = append(subtrees(hashes), nodes...)
	}
	var err error
	b.nodes, err = factory.NewRange(0, size, nodes)
	if err != nil {
		return nil, fmt.Errorf("resume a tree of %d leaves: %w", size, err)
	}
	return b, nil
}

// subtrees are the roots of the largest complete subtrees over hashes.
func subtrees(hashes []Hash) (nodes [][]byte) {
	scratch := slices.Clone(hashes)
	for bit := Width / 2; bit > 0; bit /= 2 {
		if len(scratch)&bit != 0 {
			root := rootOf(scratch[:bit])
			nodes, scratch = append(nodes, root[:]), scratch[bit:]
		}
	}
	return nodes
}

// RootOf is the root of the tree whose compact range is given; see Range.
func RootOf(nodes []Hash) Hash {
	if len(nodes) == 0 {
		return emptyRoot()
	}
	root := nodes[len(nodes)-1]
	for _, left := range slices.Backward(nodes[:len(nodes)-1]) {
		root = tlog.NodeHash(left, root)
	}
	return root
}

// Differ tells which events the first node is about in which two compact
// ranges of a size differ; ok is false where they are the same.
func Differ(size uint64, a, b []Hash) (first, last uint64, ok bool) {
	for k, id := range compact.RangeNodes(0, size, nil) {
		if k >= len(a) || k >= len(b) || a[k] != b[k] {
			from, to := id.Coverage()
			return from + 1, to, true
		}
	}
	return 0, 0, len(a) != len(b)
}
