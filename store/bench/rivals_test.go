package main

import (
	"database/sql"
	"encoding/binary"
	"os"
	"path/filepath"
	"sync"

	"go.etcd.io/bbolt"
	_ "modernc.org/sqlite" // the driver "sqlite"
)

// What one note makes tocsin write: the event, its place in the incident's
// history, the incident, the space, and the end of the log. The sizes are
// those of the encoded entries.
var (
	event    = make([]byte, 176)
	incident = make([]byte, 156)
	meta     = make([]byte, 100)
)

// sequence numbers events and names the entries that go with one.
type sequence struct {
	mu  sync.Mutex
	seq uint64
}

func (s *sequence) next() []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seq++
	return binary.BigEndian.AppendUint64(nil, s.seq)
}

// bolt commits each write on its own, or leaves gathering to bbolt's Batch.
type bolt struct {
	db     *bbolt.DB
	commit func(func(*bbolt.Tx) error) error
	seq    sequence
}

var record = []byte("record")

func openBolt(dir string, _ int) (keeper, error) {
	b, err := newBolt(dir)
	if err == nil {
		b.commit = b.db.Update
	}
	return b, err
}

func openBoltBatch(dir string, writers int) (keeper, error) {
	b, err := newBolt(dir)
	if err == nil {
		b.commit = b.db.Batch
		b.db.MaxBatchSize = writers
	}
	return b, err
}

func newBolt(dir string) (*bolt, error) {
	db, err := bbolt.Open(filepath.Join(dir, "bolt"), 0o600, nil)
	if err != nil {
		return nil, err
	}
	return &bolt{db: db}, db.Update(func(tx *bbolt.Tx) error {
		_, err := tx.CreateBucket(record)
		return err
	})
}

func (b *bolt) write(writer int) error {
	seq := b.seq.next()
	return b.commit(func(tx *bbolt.Tx) error {
		bucket := tx.Bucket(record)
		for _, entry := range entries(seq, writer) {
			if err := bucket.Put(entry.key, entry.value); err != nil {
				return err
			}
		}
		return nil
	})
}

func (b *bolt) close() error { return b.db.Close() }

type entry struct{ key, value []byte }

func entries(seq []byte, writer int) []entry {
	id := []byte{'i', byte(writer)}
	return []entry{
		{append([]byte("e"), seq...), event},
		{append(append([]byte("t"), id...), seq...), nil},
		{id, incident},
		{[]byte("m"), meta},
		{[]byte("h"), seq},
	}
}

// sqlite has one connection, since it has one writer.
type sqlite struct {
	db  *sql.DB
	put *sql.Stmt
	seq sequence
}

func openSQLite(dir string, _ int) (keeper, error) {
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "sqlite")+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)")
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	if _, err := db.Exec("CREATE TABLE record (key BLOB PRIMARY KEY, value BLOB) WITHOUT ROWID"); err != nil {
		return nil, err
	}
	put, err := db.Prepare("INSERT INTO record VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value")
	return &sqlite{db: db, put: put}, err
}

func (s *sqlite) write(writer int) error {
	tx, err := s.db.Begin()
	if err != nil {
		return err
	}
	defer tx.Rollback()
	put := tx.Stmt(s.put)
	for _, entry := range entries(s.seq.next(), writer) {
		if _, err := put.Exec(entry.key, entry.value); err != nil {
			return err
		}
	}
	return tx.Commit()
}

func (s *sqlite) close() error { return s.db.Close() }

// file appends the same bytes and syncs them: what the disk itself takes.
type file struct {
	mu   sync.Mutex
	file *os.File
	seq  sequence
}

func openFile(dir string, _ int) (keeper, error) {
	f, err := os.Create(filepath.Join(dir, "file"))
	return &file{file: f}, err
}

func (f *file) write(writer int) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	var data []byte
	for _, entry := range entries(f.seq.next(), writer) {
		data = append(append(data, entry.key...), entry.value...)
	}
	if _, err := f.file.Write(data); err != nil {
		return err
	}
	return syncData(f.file)
}

func (f *file) close() error { return f.file.Close() }
