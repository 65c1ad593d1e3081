package store

import (
	"fmt"

	"tocsin/store/tree"
)

// headRecord is the end of a space's log and the tree over it. Every commit
// writes it anew.
type headRecord struct {
	Seq    uint64 `json:"seq"`
	Origin string `json:"origin,omitempty"` // names the log in its checkpoints, the same for ever
	Root   []byte `json:"root,omitempty"`   // of the tree
	Nodes  []byte `json:"nodes,omitempty"`  // the tree's compact range, hashes one after the other
}

// tree is the head of the tree.
func (h headRecord) tree() (tree.Head, error) {
	if len(h.Root) != tree.HashSize {
		return tree.Head{}, fmt.Errorf("%w: the end of the log has no root", ErrDamaged)
	}
	return tree.Head{Size: h.Seq, Root: tree.Hash(h.Root)}, nil
}

// growth is the tree as the committer grows it.
type growth struct {
	origin string
	tree   *tree.Builder
}

// add takes a batch's events into the tree, and the tree into the batch.
func (g *growth) add(b *batch) error {
	for _, r := range b.events {
		if err := g.tree.Append(r.leaf()); err != nil {
			return err
		}
	}
	for _, tile := range g.tree.Changed() {
		b.put(tileSlot(tile.TileID), tree.Pack(tile.Hashes))
	}
	head, err := g.head()
	b.head = head
	return err
}

func (g *growth) head() (headRecord, error) {
	root, err := g.tree.Root()
	if err != nil {
		return headRecord{}, err
	}
	return headRecord{Seq: g.tree.Size(), Origin: g.origin, Root: root[:], Nodes: tree.Pack(g.tree.Range())}, nil
}
