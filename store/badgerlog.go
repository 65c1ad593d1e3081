package store

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"sync"

	"github.com/dgraph-io/badger/v4"
)

// badgerLog is a space's record in Badger.
type badgerLog struct {
	db   *badger.DB
	keys keyspace

	appending sync.Mutex // one append at a time
	mu        sync.Mutex
	end       uint64
	grown     chan struct{} // closed and replaced by each append
}

func openBadgerLog(db *badger.DB, keys keyspace) (*badgerLog, error) {
	l := &badgerLog{db: db, keys: keys, grown: make(chan struct{})}
	value, ok, err := l.get(context.Background(), headSlot())
	if err != nil || !ok {
		return l, err
	}
	var head headRecord
	if err := decodeEntry(value, &head); err != nil {
		return nil, fmt.Errorf("read the end of the log: %w", err)
	}
	l.end = head.Seq
	return l, nil
}

func (l *badgerLog) durability() durability { return onDisk }

func (l *badgerLog) head(context.Context) (uint64, error) {
	end, _ := l.state()
	return end, nil
}

func (l *badgerLog) state() (end uint64, grown <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.end, l.grown
}

func (l *badgerLog) append(ctx context.Context, expect uint64, b *batch) error {
	l.appending.Lock()
	defer l.appending.Unlock()
	if end, _ := l.state(); end != expect {
		return fmt.Errorf("append after event %d: %w (%d)", expect, errMoved, end)
	}
	if err := l.commit(expect+uint64(len(b.events)), b); err != nil {
		return fmt.Errorf("append %d events after event %d: %w", len(b.events), expect, err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.end = expect + uint64(len(b.events))
	close(l.grown)
	l.grown = make(chan struct{})
	return nil
}

// commit writes events, projections and the head in one synced transaction.
// The leaves and tiles of a Merkle tree over the envelopes and the signed head
// belong into this same transaction.
func (l *badgerLog) commit(end uint64, b *batch) error {
	txn := l.db.NewTransaction(true)
	defer txn.Discard()
	for _, r := range b.events {
		if err := txn.Set(l.keys.key(eventSlot(r.seq)), r.data); err != nil {
			return err
		}
	}
	for s, value := range b.entries {
		if err := l.write(txn, s, value); err != nil {
			return err
		}
	}
	head, err := encodeEntry(headRecord{Seq: end})
	if err != nil {
		return err
	}
	if err := txn.Set(l.keys.key(headSlot()), head); err != nil {
		return err
	}
	return txn.Commit()
}

func (l *badgerLog) write(txn *badger.Txn, s slot, value []byte) error {
	if value == nil {
		return txn.Delete(l.keys.key(s))
	}
	return txn.Set(l.keys.key(s), value)
}

func (l *badgerLog) read(ctx context.Context, from uint64) iter.Seq2[record, error] {
	return func(yield func(record, error) bool) {
		stopped := errors.New("stopped")
		err := l.iterate(ctx, eventKind.all(), eventSlot(from), func(s slot, item *badger.Item) error {
			data, err := item.ValueCopy(nil)
			if err != nil {
				return err
			}
			if !yield(record{seq: s.seq(), data: data}, nil) {
				return stopped
			}
			return nil
		})
		if err != nil && err != stopped {
			yield(record{}, fmt.Errorf("read events from %d: %w", from, err))
		}
	}
}

func (l *badgerLog) watch(ctx context.Context, from uint64) iter.Seq2[record, error] {
	return follow(ctx, l, from, l.state)
}

func (l *badgerLog) get(_ context.Context, s slot) (value []byte, ok bool, err error) {
	err = l.db.View(func(txn *badger.Txn) error {
		item, err := txn.Get(l.keys.key(s))
		if err != nil {
			return err
		}
		value, err = item.ValueCopy(nil)
		return err
	})
	if errors.Is(err, badger.ErrKeyNotFound) {
		return nil, false, nil
	}
	return value, err == nil, err
}

// readOnce keeps out of Badger's cache what is read until cached is called: a
// start goes through every incident once, and would leave the cache full of
// what nobody reads again.
func (l *badgerLog) readOnce() (cached func()) {
	size := func(bytes int64) { _, _ = l.db.CacheMaxCost(badger.BlockCache, bytes) } // fails for other caches only
	size(0)
	return func() { size(blockCache) }
}

func (l *badgerLog) scan(ctx context.Context, prefix slot, visit func(s slot, value []byte) error) error {
	return l.iterate(ctx, prefix, prefix, func(s slot, item *badger.Item) error {
		return item.Value(func(value []byte) error { return visit(s, value) })
	})
}

// iterate visits the entries of a prefix from a slot on. Values lie beside
// their keys, so there is nothing to prefetch.
func (l *badgerLog) iterate(ctx context.Context, prefix, from slot, visit func(s slot, item *badger.Item) error) error {
	return l.db.View(func(txn *badger.Txn) error {
		options := badger.IteratorOptions{Prefix: l.keys.key(prefix)}
		it := txn.NewIterator(options)
		defer it.Close()
		for it.Seek(l.keys.key(from)); it.Valid(); it.Next() {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := visit(l.keys.slot(it.Item().Key()), it.Item()); err != nil {
				return err
			}
		}
		return nil
	})
}
