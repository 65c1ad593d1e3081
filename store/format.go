package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"

	"github.com/dgraph-io/badger/v4"

	"tocsin/store/tree"
)

// dataFormat is the version of the layout that this program writes. It reads
// version 1 too, which had no tree, and brings it up to this one.
const dataFormat = 2

// DataFormat is the version of the data directory's layout that this program
// writes, and the highest that it reads.
const DataFormat = dataFormat

// formatRecord says what a directory holds. It is read by versions older than
// the one that wrote it, so fields are only ever added.
type formatRecord struct {
	Format  int    `json:"format"`
	Program string `json:"program"` // the version that wrote it, for people
}

// checkFormat refuses data that a newer version wrote, and brings older data
// up to this version. Only when that is complete does the directory say so: an
// interrupted migration begins again.
func (s *Store) checkFormat(ctx context.Context) error {
	format, err := readFormat(s.db)
	switch {
	case err != nil || format == dataFormat:
		return err
	case format == 1:
		if err := s.plant(ctx); err != nil {
			return fmt.Errorf("bring the data from format %d to %d: %w", format, dataFormat, err)
		}
		reach(s.options.hooks.planting)
	}
	return s.db.Update(writeFormat)
}

// readFormat is the format of the data, 0 where there is none yet.
func readFormat(db *badger.DB) (format int, err error) {
	defer survive(&err)
	err = db.View(func(txn *badger.Txn) error {
		item, err := txn.Get(formatKey)
		if errors.Is(err, badger.ErrKeyNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		return item.Value(func(value []byte) error {
			var found formatRecord
			if err := tolerant.Unmarshal(value, &found); err != nil {
				return unreadable("the format of the data", err)
			}
			if found.Format > dataFormat {
				return fmt.Errorf("%w: the data has format %d, by tocsin %s; this is tocsin %s, which reads up to format %d", ErrNewer, found.Format, found.Program, programVersion(), dataFormat)
			}
			if format = found.Format; format < 1 {
				return fmt.Errorf("%w: the data has format %d", ErrDamaged, format)
			}
			return nil
		})
	})
	return format, err
}

// plant gives every space the tree over its log and a first signed head.
func (s *Store) plant(ctx context.Context) error {
	spaces, err := spacesIn(s.db)
	if err != nil {
		return err
	}
	for _, id := range spaces {
		keys, err := newKeyspace(id)
		if err != nil {
			return err
		}
		l, err := openBadgerLog(s.db, keys)
		if err != nil {
			return fmt.Errorf("space %s: %w", id, err)
		}
		head, err := l.head(ctx)
		if err == nil && head.Seq > 0 {
			err = s.planting(id).plant(ctx, l, head)
		}
		var fault *tree.Fault
		if errors.As(err, &fault) {
			s.options.Logger.Error("a log is at fault and gets no tree", slog.String("space", id), slog.String("fault", fault.Detail))
			err = nil
		}
		if err != nil {
			return fmt.Errorf("space %s: %w", id, err)
		}
		s.options.Logger.Info("a space's log has its tree", slog.String("space", id))
	}
	return nil
}

// spacesIn lists the spaces that a database holds.
func spacesIn(db *badger.DB) (spaces []string, err error) {
	defer survive(&err)
	err = db.View(func(txn *badger.Txn) error {
		it := txn.NewIterator(badger.IteratorOptions{Prefix: []byte{oneSpace}})
		defer it.Close()
		for it.Seek([]byte{oneSpace}); it.Valid(); {
			id, next, ok := spaceOf(it.Item().Key())
			if !ok {
				return fmt.Errorf("%w: a key of no space", ErrDamaged)
			}
			spaces = append(spaces, id)
			it.Seek(next)
		}
		return nil
	})
	return spaces, err
}

// plantBytes is how many bytes of tiles are written in one transaction.
const plantBytes = 128 << 10

// planting gives a space's log what a log of this format has.
type planting struct {
	space string
	file  headFile
	seed  seeder
	step  func() // before each write that a stop can come between
}

func (s *Store) planting(space string) planting {
	return planting{space: space, file: headFileOf(s.dir, space), seed: s.options.seed, step: s.options.hooks.planting}
}

// plant makes the tree over a log that has none, in bounded memory. A log that
// is at fault gets none: the space then opens for reading, and says why.
func (p planting) plant(ctx context.Context, l *badgerLog, head headRecord) error {
	if head.Origin == "" {
		head.Origin = newOrigin(p.space)
	}
	reach(p.step)
	g := &growth{origin: head.Origin, tree: new(tree.Builder)}
	if err := grow(ctx, l, g, head.Seq); err != nil {
		return err
	}
	head, err := g.head()
	if err != nil {
		return err
	}
	reach(p.step)
	if err := l.rewriteHead(head); err != nil {
		return err
	}
	reach(p.step)
	return p.signFirst(ctx, l, head)
}

// grow takes a log's events into a tree and puts the tiles beside them.
func grow(ctx context.Context, l ledger, g *growth, end uint64) error {
	entries, size := make(map[slot][]byte), 0
	flush := func() error {
		if err := l.put(ctx, entries); err != nil {
			return fmt.Errorf("write tiles: %w", err)
		}
		clear(entries)
		size = 0
		return nil
	}
	err := l.visit(ctx, 1, end, func(r record) error {
		if want := g.tree.Size() + 1; r.seq != want {
			return missing(want, r.seq-1)
		}
		if err := g.tree.Append(r.leaf()); err != nil {
			return err
		}
		for _, tile := range g.tree.Changed() {
			entries[tileSlot(tile.TileID)] = tree.Pack(tile.Hashes)
			size += len(tile.Hashes) * tree.HashSize
		}
		if size < plantBytes {
			return nil
		}
		return flush()
	})
	if err == nil && g.tree.Size() != end {
		err = missing(g.tree.Size()+1, end)
	}
	if err != nil {
		return err
	}
	return flush()
}

// signFirst writes the head file of a log that had none. One that is there
// stays, and the start will hold the log against it. A log that keeps checkpoints
// had one: the start will miss it.
func (p planting) signFirst(ctx context.Context, l projections, head headRecord) error {
	if note, err := p.file.read(); err != nil || note != nil {
		return err
	}
	if signed, err := wasSigned(ctx, l); err != nil || signed {
		return err
	}
	secret, err := p.seed(signingKey(p.space))
	if err != nil {
		return err
	}
	signer, err := tree.NewSigner(head.Origin, secret)
	if err != nil {
		return err
	}
	at, err := head.tree()
	if err != nil {
		return err
	}
	note, err := tree.SignCheckpoint(tree.Checkpoint{Origin: head.Origin, Head: at}, signer)
	if err != nil {
		return err
	}
	return p.file.write(note)
}

// wasSigned reports whether a log keeps checkpoints.
func wasSigned(ctx context.Context, p projections) (signed bool, err error) {
	for _, kind := range []slotKind{checkpointKind, witnessedKind} {
		err := p.scan(ctx, kind.all(), func(slot, []byte) error {
			signed = true
			return nil
		})
		if err != nil {
			return false, err
		}
	}
	return signed, nil
}

func writeFormat(txn *badger.Txn) error {
	value, err := encodeEntry(formatRecord{Format: dataFormat, Program: programVersion()})
	if err != nil {
		return err
	}
	return txn.Set(formatKey, value)
}

func programVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "(unknown version)"
	}
	return info.Main.Version
}
