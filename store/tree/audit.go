package tree

import (
	"fmt"
	"slices"
	"sync"
)

// Audit computes a log's tree anew from its leaves, in blocks of Width that
// may come in any order and from several goroutines, and then says what the
// roots and tiles must be.
type Audit struct {
	size  uint64
	asked []uint64 // sizes at which the root is wanted, ascending

	mu       sync.Mutex
	blocks   []Hash          // roots of full blocks
	prefixes map[uint64]Hash // by asked size within a block, the root of the block's leaves before it
}

// NewAudit begins an audit of a log. The roots that Finish gives are those at
// its size and at the earlier sizes that are asked for.
func NewAudit(size uint64, asked ...uint64) *Audit {
	sizes := slices.DeleteFunc(append(slices.Clone(asked), size), func(s uint64) bool { return s > size })
	slices.Sort(sizes)
	return &Audit{size: size, asked: slices.Compact(sizes), blocks: make([]Hash, size/Width), prefixes: make(map[uint64]Hash)}
}

// Blocks is how many blocks the log has; the last may not be full.
func (a *Audit) Blocks() uint64 { return (a.size + Width - 1) / Width }

// Extent is which events are in a block, from 1.
func (a *Audit) Extent(block uint64) (first, last uint64) {
	return block*Width + 1, min((block+1)*Width, a.size)
}

// Add takes the leaves of a block, all of them, and returns the block's root.
func (a *Audit) Add(block uint64, leaves []Hash) (Hash, error) {
	first, last := a.Extent(block)
	if block >= a.Blocks() || uint64(len(leaves)) != last-first+1 {
		return Hash{}, fmt.Errorf("block %d has %d leaves, want %d", block, len(leaves), last-first+1)
	}
	from, _ := slices.BinarySearch(a.asked, first)
	var scratch [Width]Hash
	for _, size := range a.asked[from:] {
		if size > last || size == last && len(leaves) == Width {
			break
		}
		root := rootOf(scratch[:copy(scratch[:], leaves[:size-first+1])])
		a.mu.Lock()
		a.prefixes[size] = root
		a.mu.Unlock()
	}
	root := rootOf(scratch[:copy(scratch[:], leaves)])
	if len(leaves) == Width {
		a.mu.Lock()
		a.blocks[block] = root
		a.mu.Unlock()
	}
	return root, nil
}

// Finish returns the roots at the sizes that were asked for, once every block
// was added.
func (a *Audit) Finish() (map[uint64]Hash, error) {
	roots := make(map[uint64]Hash, len(a.asked))
	nodes := factory.NewEmptyRange(0)
	for _, size := range a.asked {
		for nodes.End() < size/Width {
			if err := nodes.Append(a.blocks[nodes.End()][:], nil); err != nil {
				return nil, fmt.Errorf("root of %d events: %w", size, err)
			}
		}
		whole := factory.NewEmptyRange(0)
		if err := whole.AppendRange(nodes, nil); err != nil {
			return nil, fmt.Errorf("root of %d events: %w", size, err)
		}
		if prefix, ok := a.prefixes[size]; ok {
			if err := whole.Append(prefix[:], nil); err != nil {
				return nil, fmt.Errorf("root of %d events: %w", size, err)
			}
		}
		root, err := whole.GetRootHash(nil)
		if err != nil {
			return nil, fmt.Errorf("root of %d events: %w", size, err)
		}
		if roots[size] = emptyRoot(); size > 0 {
			roots[size] = Hash(root)
		}
	}
	return roots, nil
}

// Upper calls visit with every tile above the leaves as it must be, from the
// lowest level up and from left to right.
func (a *Audit) Upper(visit func(Tile) error) error {
	level := a.blocks
	for height := 1; len(level) > 0; height++ {
		var above []Hash
		for from := 0; from < len(level); from += Width {
			hashes := level[from:min(from+Width, len(level))]
			if err := visit(Tile{TileID: TileID{Level: height, Index: uint64(from / Width)}, Hashes: hashes}); err != nil {
				return err
			}
			if len(hashes) == Width {
				above = append(above, rootOf(slices.Clone(hashes)))
			}
		}
		level = above
	}
	return nil
}
