package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/dgraph-io/badger/v4"

	"tocsin/store/disk"
	"tocsin/store/vault"
)

// Options are what a store needs from its surroundings. The zero value works.
type Options struct {
	// Now is the clock that events are recorded by; nil is time.Now.
	Now func() time.Time
	// Logger gets what the database has to say and what the store mends; nil
	// discards it.
	Logger *slog.Logger
	// Unlock says how the vault with the record's keys is unlocked; the zero
	// value unlocks it as it is, and makes a new one with a key file.
	Unlock vault.Unlock
	// Fatal is called once, on a goroutine of the store's, when writing to the
	// disk has failed. The process must then end: the store takes nothing more.
	Fatal func(error)
	// Free is how many bytes can still be written below a directory; nil asks
	// the operating system.
	Free func(dir string) (uint64, error)

	hooks hooks
	seed  seeder       // of the open vault
	admit func() error // refuses while nothing can be written; nil takes everything
	// frozen is why nothing can be written at all, nil where it can.
	frozen error
	copied bool // the directory's files may be of different moments
}

func (o Options) withDefaults() Options {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Free == nil {
		o.Free = disk.Free
	}
	fatal := o.Fatal
	var once sync.Once
	o.Fatal = func(err error) {
		o.Logger.Error("writing failed; the process has to end", slog.Any("error", err))
		if fatal != nil {
			once.Do(func() { fatal(err) })
		}
	}
	return o
}

// Store is a data directory that this process owns.
type Store struct {
	db      *badger.DB
	dir     string
	vault   *vault.Vault
	lock    *lock
	room    *room
	former  former // who had the directory before
	frozen  error  // why nothing can be written, nil where it can
	aside   string // the copy that is read instead, "" where none is needed
	options Options

	mu     sync.Mutex
	spaces map[string]*Space
	closed bool
}

// Open takes a directory, which it makes (mode 0700) where there is none. It
// is refused with ErrInUse while another process or Store has it, with ErrNewer
// when a newer version of tocsin has written to it, with ErrUnfinished where an
// interrupted restore left it, and with what package vault says where its vault
// cannot be unlocked. Where nothing can be written, because the file system is
// read-only or full, it opens for reading; see Frozen.
func Open(ctx context.Context, dir string, options Options) (*Store, error) {
	options = options.withDefaults()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the data directory: %w", err)
	}
	held, err := lockDirectory(dir, options.Now())
	if err != nil {
		return nil, err
	}
	s := newStore(dir, held, options)
	s.frozen = s.whyFrozen()
	err = checkFinished(dir)
	if err == nil {
		err = s.keepPrivate()
	}
	if err == nil {
		err = s.openHeld(ctx)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open the data directory %s: %w", dir, err), held.giveUp())
	}
	return s, nil
}

// newStore is a store in a directory that this process has locked, not open yet.
func newStore(dir string, held *lock, options Options) *Store {
	return &Store{
		dir: dir, lock: held, former: held.former, options: options, spaces: make(map[string]*Space),
		room: &room{dir: dir, free: options.Free, logger: options.Logger},
	}
}

// keepPrivate takes the rights of others to the directory away, and so to all
// that is in it. Where that is not possible the directory is refused.
func (s *Store) keepPrivate() error {
	info, err := os.Stat(s.dir)
	if err != nil || runtime.GOOS == "windows" {
		return err
	}
	exposed := disk.Exposed{Path: s.dir, Mode: info.Mode().Perm()}
	if exposed.Private() == exposed.Mode || s.lock.readOnly {
		return nil
	}
	if err := exposed.Close(); err != nil {
		return fmt.Errorf("others can read the record (mode %04o), and that cannot be mended: %w", exposed.Mode, err)
	}
	s.options.Logger.Info("others could read the data directory; it is private now", slog.String("directory", s.dir))
	return nil
}

// openHeld opens a directory that this process has locked.
func (s *Store) openHeld(ctx context.Context) error {
	keys, err := openVault(s.dir, s.options.Unlock)
	if err != nil {
		return err
	}
	s.vault, s.options.seed, s.options.admit, s.options.frozen = keys, keys.Seed, s.room.admit, s.frozen
	s.options.copied = s.former.copied
	if s.frozen != nil {
		err = s.openForReading(keys.DatabaseKey())
	} else {
		s.db, err = openBadger(s.dir, keys.DatabaseKey(), s.former.unclean, s.options.Logger)
	}
	if err != nil {
		return err
	}
	if err := s.checkFormat(ctx); err != nil {
		return errors.Join(err, s.db.Close(), s.dropAside())
	}
	if s.frozen == nil {
		s.room.hold()
	}
	return nil
}

// Spaces lists the spaces that the directory holds, in order, and those that a
// signed head says it held.
func (s *Store) Spaces() ([]string, error) {
	spaces, err := spacesIn(s.db)
	signed, errSigned := spacesSigned(s.dir)
	if err := cmp.Or(err, errSigned); err != nil {
		return nil, fmt.Errorf("list the spaces: %w", err)
	}
	spaces = append(spaces, signed...)
	slices.Sort(spaces)
	return slices.Compact(spaces), nil
}

// VerifyChecksums reads every block of the database's tables and holds it
// against its checksum. It matches ErrDamaged where one differs.
func (s *Store) VerifyChecksums() error { return verifyTables(s.db) }

// Vault is the directory's vault, unlocked for as long as the store is open.
func (s *Store) Vault() *vault.Vault { return s.vault }

// blockCache is how many bytes of its tables Badger keeps at hand.
const blockCache = 16 << 20

// openBadger opens the database with the settings that were found to keep
// acknowledged events through power cuts, within a small memory.
// After an unclean stop every block is read once and held against its checksum.
func openBadger(dir string, key []byte, unclean bool, logger *slog.Logger) (*badger.DB, error) {
	if err := removeEmptyFiles(dir, logger); err != nil {
		return nil, err
	}
	if err := checkRegistry(dir); err != nil {
		return nil, err
	}
	if err := encryptFromNowOn(dir, key, logger); err != nil {
		return nil, fmt.Errorf("turn encryption on: %w", err)
	}
	settings := badgerSettings(dir, key, logger)
	if unclean {
		if err := scrub(settings); err != nil {
			return nil, err
		}
	}
	return openDatabase(settings, unclean)
}

// scrub reads every block of the tables before the database may merge them: what
// is damaged would get a new checksum.
func scrub(settings badger.Options) error {
	db, err := openDatabase(settings.WithNumCompactors(0), true)
	if err != nil {
		return err
	}
	return errors.Join(verifyTables(db), db.Close())
}

// openDatabase opens the database, and says why it cannot.
func openDatabase(settings badger.Options, unclean bool) (db *badger.DB, err error) {
	defer survive(&err)
	if err := cmp.Or(checkManifest(settings.Dir, unclean), checkTables(settings)); err != nil {
		return nil, err
	}
	db, err = badger.Open(settings)
	return db, explainBadger(err)
}

func badgerSettings(dir string, key []byte, logger *slog.Logger) badger.Options {
	return badger.DefaultOptions(dir).
		WithSyncWrites(true).
		WithDetectConflicts(false). // the committers are the only writers
		WithMemTableSize(32 << 20).
		WithNumMemtables(3).
		WithBlockCacheSize(blockCache).
		WithIndexCacheSize(16 << 20).
		WithNumCompactors(2).
		WithValueLogFileSize(1 << 20).
		WithMetricsEnabled(false).
		WithEncryptionKey(key).
		WithEncryptionKeyRotationDuration(dataKeyLife).
		WithLogger(badgerLogger{logger})
}

// explainBadger says what an error of an opening database means.
func explainBadger(err error) error {
	if errors.Is(err, badger.ErrEncryptionKeyMismatch) {
		return fmt.Errorf("%w: the vault beside it is not the one it was encrypted with; put that back from a backup", ErrDamaged)
	}
	return err
}

// removeEmptyFiles removes the files that a kill can leave behind between
// their creation and their first byte, and that Badger would not open with.
func removeEmptyFiles(dir string, logger *slog.Logger) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if kind := filepath.Ext(entry.Name()); kind != ".mem" && kind != ".vlog" {
			continue
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		if !info.Mode().IsRegular() || info.Size() > 0 {
			continue
		}
		logger.Warn("removed an empty file that an interrupted run left behind", slog.String("file", entry.Name()))
		if err := os.Remove(filepath.Join(dir, entry.Name())); err != nil {
			return err
		}
	}
	return nil
}

// Space opens an organisation's data. A space that nothing was ever written to
// is empty. The same name gives the same Space until Close.
func (s *Store) Space(ctx context.Context, id string) (*Space, error) {
	keys, err := newKeyspace(id)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, ErrClosed
	}
	if space, ok := s.spaces[id]; ok {
		return space, nil
	}
	l, err := openBadgerLog(s.db, keys)
	if err != nil {
		return nil, fmt.Errorf("open space %s: %w", id, err)
	}
	cached := l.readOnce()
	space, err := startSpace(ctx, id, l, newVeil(id, s.vault), headFileOf(s.dir, id), s.options)
	cached()
	if err != nil {
		return nil, err
	}
	s.spaces[id] = space
	return space, nil
}

// Close finishes the commands being decided, refuses those that still wait
// with ErrClosed, and gives the directory back. When ctx ends before that, the
// directory stays taken; Close may then be called again.
func (s *Store) Close(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	s.room.stopping() // signing takes room, too
	for id, space := range s.spaces {
		if err := space.close(ctx); err != nil {
			return err
		}
		delete(s.spaces, id)
	}
	if s.lock == nil {
		return nil
	}
	err := errors.Join(s.db.Close(), s.dropAside(), s.lock.release())
	s.lock = nil
	return err
}
