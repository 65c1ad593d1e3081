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
	last      headRecord
	unread    error         // why the head could not be read
	grown     chan struct{} // closed and replaced by each append
}

func openBadgerLog(db *badger.DB, keys keyspace) (*badgerLog, error) {
	l := &badgerLog{db: db, keys: keys, grown: make(chan struct{})}
	value, ok, err := l.get(context.Background(), headSlot())
	if err != nil || !ok {
		return l, err
	}
	if l.unread = decodeEntry(value, &l.last); l.unread != nil {
		l.last = headRecord{}
	}
	return l, nil
}

func (l *badgerLog) durability() durability { return onDisk }

func (l *badgerLog) head(context.Context) (headRecord, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.last, l.unread
}

func (l *badgerLog) state() (end uint64, grown <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.last.Seq, l.grown
}

func (l *badgerLog) append(ctx context.Context, expect uint64, b *batch) error {
	l.appending.Lock()
	defer l.appending.Unlock()
	if end, _ := l.state(); end != expect {
		return fmt.Errorf("append after event %d: %w (%d)", expect, errMoved, end)
	}
	if err := b.check(expect); err != nil {
		return err
	}
	if err := l.commit(b); err != nil {
		return fmt.Errorf("append %d events after event %d: %w", len(b.events), expect, err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(b.events) > 0 {
		l.last = b.head
	}
	close(l.grown)
	l.grown = make(chan struct{})
	return nil
}

// commit writes events, projections, tiles and the head in one synced
// transaction.
func (l *badgerLog) commit(b *batch) error {
	txn := l.db.NewTransaction(true)
	defer txn.Discard()
	for _, r := range b.events {
		if err := txn.Set(l.keys.key(eventSlot(r.seq)), r.data); err != nil {
			return err
		}
	}
	if err := l.writeAll(txn, b.entries); err != nil {
		return err
	}
	if len(b.events) > 0 {
		head, err := encodeEntry(b.head)
		if err != nil {
			return err
		}
		if err := txn.Set(l.keys.key(headSlot()), head); err != nil {
			return err
		}
	}
	return txn.Commit()
}

func (l *badgerLog) put(_ context.Context, entries map[slot][]byte) error {
	txn := l.db.NewTransaction(true)
	defer txn.Discard()
	if err := l.writeAll(txn, entries); err != nil {
		return err
	}
	return txn.Commit()
}

// rewriteHead gives a log that stays as it is another head.
func (l *badgerLog) rewriteHead(head headRecord) error {
	value, err := encodeEntry(head)
	if err != nil {
		return err
	}
	if err := l.put(context.Background(), map[slot][]byte{headSlot(): value}); err != nil {
		return fmt.Errorf("write the head: %w", err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.last, l.unread = head, nil
	return nil
}

func (l *badgerLog) writeAll(txn *badger.Txn, entries map[slot][]byte) error {
	for s, value := range entries {
		if err := l.write(txn, s, value); err != nil {
			return err
		}
	}
	return nil
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

func (l *badgerLog) visit(ctx context.Context, from, to uint64, visit func(record) error) error {
	done := errors.New("done")
	err := l.iterate(ctx, eventKind.all(), eventSlot(from), func(s slot, item *badger.Item) error {
		if s.seq() > to {
			return done
		}
		return item.Value(func(data []byte) error { return visit(record{seq: s.seq(), data: data}) })
	})
	if err == done {
		return nil
	}
	return err
}

func (l *badgerLog) watch(ctx context.Context, from uint64) iter.Seq2[record, error] {
	return follow(ctx, l, from, l.state)
}

func (l *badgerLog) get(_ context.Context, s slot) (value []byte, ok bool, err error) {
	defer survive(&err)
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
	return l.scanFrom(ctx, prefix, prefix, visit)
}

func (l *badgerLog) scanFrom(ctx context.Context, prefix, from slot, visit func(s slot, value []byte) error) error {
	return l.iterate(ctx, prefix, from, func(s slot, item *badger.Item) error {
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
		err := surviving(func() { it.Seek(l.keys.key(from)) })
		for err == nil && it.Valid() {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := visit(l.keys.slot(it.Item().Key()), it.Item()); err != nil {
				return err
			}
			err = surviving(it.Next)
		}
		return err
	})
}
