package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/dgraph-io/badger/v4"
)

// Compact rewrites the tables so that what was purged is in none of them. Until
// then tables hold older versions of what was removed, encrypted as everything
// is; the file system may keep the blocks of deleted tables for as long as it
// does not need the room, and so do snapshots and backups. Spaces that were
// opened are closed by it; they can be opened again.
func (s *Store) Compact(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return ErrClosed
	}
	for id, space := range s.spaces {
		if err := space.close(ctx); err != nil {
			return err
		}
		delete(s.spaces, id)
	}
	// What lies in memory comes into the first level when the database is
	// closed, from there into the next with the first pass, and into the last
	// with the second.
	for range 2 {
		if err := s.settle(); err != nil {
			return fmt.Errorf("compact the tables: %w", err)
		}
	}
	return nil
}

func (s *Store) settle() error {
	if err := s.db.Close(); err != nil {
		return err
	}
	db, err := badger.Open(badgerSettings(s.dir, s.vault.DatabaseKey(), s.options.Logger).WithCompactL0OnClose(true))
	if err != nil {
		return err
	}
	s.db = db
	return errors.Join(db.Flatten(2), collect(db))
}

// collect removes files of the value log in which nothing is used any more.
func collect(db *badger.DB) error {
	for {
		err := db.RunValueLogGC(0.5)
		if errors.Is(err, badger.ErrNoRewrite) || errors.Is(err, badger.ErrRejected) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}
