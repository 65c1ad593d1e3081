package tree

import (
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
)

// TileSource gives the first count hashes of a tile. At level 0 the last tile
// of a log may be asked for before it is full.
type TileSource func(id TileID, count int) ([]Hash, error)

// Head is how large a log is, and its root.
type Head struct {
	Size uint64
	Root Hash
}

// Reader reads the hashes of a tree from tiles. Every tile it uses is first
// held against the root, so whatever it gives belongs to the tree.
type Reader struct {
	head   Head
	hashes tlog.HashReader
}

// NewReader reads the tree of a head.
func NewReader(head Head, tiles TileSource) *Reader {
	t := tlog.Tree{N: int64(min(head.Size, MaxSize)), Hash: head.Root}
	return &Reader{head: head, hashes: tlog.TileHashReader(t, tileReader{tiles})}
}

// RootAt is the root that the tree had when it was of an earlier size.
func (r *Reader) RootAt(size uint64) (Hash, error) {
	switch {
	case size > r.head.Size:
		return Hash{}, fmt.Errorf("the log has %d events, not %d", r.head.Size, size)
	case size == r.head.Size:
		return r.head.Root, nil
	case size == 0:
		return emptyRoot(), nil
	}
	root, err := tlog.TreeHash(int64(size), r.hashes)
	if err != nil {
		return Hash{}, fmt.Errorf("root of the first %d events: %w", size, err)
	}
	return root, nil
}

// tileReader lets tlog read from a TileSource.
type tileReader struct{ tiles TileSource }

func (t tileReader) Height() int { return Height }

func (t tileReader) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	data := make([][]byte, len(tiles))
	for k, tile := range tiles {
		hashes, err := t.tiles(TileID{Level: tile.L, Index: uint64(tile.N)}, tile.W)
		if err != nil {
			return nil, fmt.Errorf("tile %d of level %d: %w", tile.N, tile.L, err)
		}
		data[k] = Pack(hashes)
	}
	return data, nil
}

func (t tileReader) SaveTiles([]tlog.Tile, [][]byte) {}
