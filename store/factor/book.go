package factor

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"tocsin/store/disk"
	"tocsin/store/vault"
)

// What a code can be answered with; match with errors.Is.
var (
	// ErrNone means that somebody has no second factor here, or that it cannot
	// be read any more since they were forgotten.
	ErrNone = errors.New("there is no second factor")
	// ErrWrong means that a code is not right, or was used.
	ErrWrong = errors.New("the code is wrong or was used")
	// ErrWait means that after wrong codes none is looked at for a while; the
	// error is a *Wait.
	ErrWait = errors.New("wrong codes: wait before the next one")
	// ErrDamaged means that a file is not as it was written.
	ErrDamaged = errors.New("the second factor is damaged")
)

// Wait says until when no code is looked at. It matches ErrWait.
type Wait struct{ Until time.Time }

func (w *Wait) Error() string { return ErrWait.Error() }

// Is reports whether another error is ErrWait.
func (w *Wait) Is(other error) bool { return other == ErrWait }

const (
	freeWrong   = 5                // codes that cost nothing: people mistype
	longestWait = 15 * time.Minute // so that nobody is kept out by others for long
)

// Person is whose factor it is.
type Person struct {
	Token string        // names them in the space, and their file: ~ and small letters
	Key   vault.Subject // what their file is sealed under
}

// name is the name of a person's file. Tokens are made here, never typed.
func (p Person) name() (string, error) {
	name := strings.TrimPrefix(p.Token, "~")
	if name == "" || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz234567") != "" {
		return "", fmt.Errorf("%q names nobody's second factor", p.Token)
	}
	return name, nil
}

// Book is the second factors of the people of a space. It is safe for
// concurrent use; two processes must not have one at once.
type Book struct {
	dir    string
	keys   *vault.Vault
	before disk.Steps // the hook for faults

	mu sync.Mutex
}

// Open opens the second factors that lie in a directory, which need not be
// there yet, and removes what an interrupted write left behind.
func Open(dir string, keys *vault.Vault) (*Book, error) {
	b := &Book{dir: dir, keys: keys}
	left, err := filepath.Glob(filepath.Join(dir, "*"+disk.Unfinished))
	for _, path := range left {
		err = errors.Join(err, b.before.Destroy(path))
	}
	if err != nil {
		return nil, fmt.Errorf("open the second factors: %w", err)
	}
	return b, nil
}

const fileFormat = 1

// entry is what is kept of a factor.
type entry struct {
	Format   int       `json:"format"`
	Secret   []byte    `json:"secret"`
	Last     int64     `json:"last"`            // the step of the last code that was used
	Recovery [][]byte  `json:"recovery"`        // hashes of the codes that were not used
	Wrong    int       `json:"wrong,omitempty"` // codes in a row
	Failed   time.Time `json:"failed,omitzero"` // the last of them
	Enrolled time.Time `json:"enrolled"`
}

// Confirm enrols an offer for somebody, in place of what they had, if a code
// shows that they can make them: otherwise it is ErrWrong. The code is used up.
// The recovery codes are told this once.
func (b *Book) Confirm(p Person, offer *Offer, code string, now time.Time) (recovery []string, err error) {
	step, err := stepOf(offer.secret, code, 0, now)
	if err != nil {
		return nil, err
	}
	if step == 0 {
		return nil, ErrWrong
	}
	e := &entry{Format: fileFormat, Secret: offer.secret, Last: step, Enrolled: now.UTC()}
	if recovery, e.Recovery, err = newRecovery(b.keys.Random()); err != nil {
		return nil, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := b.write(p, e); err != nil {
		return nil, fmt.Errorf("keep a second factor: %w", err)
	}
	return recovery, nil
}

// Check uses a code of an authenticator, or a recovery code. When it returns
// nil the disk has it that the code was used. It matches ErrNone, ErrWrong or
// ErrWait where the code does not count; any other error means that nobody
// knows whether it was used.
func (b *Book) Check(p Person, code string, now time.Time) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	e, err := b.read(p)
	if err != nil {
		return err
	}
	if until := e.waits(now); now.Before(until) {
		return b.keepWaiting(p, e, until, now)
	}
	answer, err := e.use(code, now)
	if err != nil {
		return err
	}
	if err := b.write(p, e); err != nil {
		return fmt.Errorf("use a code: %w", err)
	}
	return answer
}

// use changes what is kept as a code asks for, and says whether it counts.
func (e *entry) use(code string, now time.Time) (answer, err error) {
	step, err := stepOf(e.Secret, code, e.Last, now)
	if err != nil {
		return nil, err
	}
	recovery := recoveryIn(e.Recovery, code)
	switch {
	case step > 0:
		e.Last = step
	case recovery >= 0:
		e.Recovery = slices.Delete(e.Recovery, recovery, recovery+1)
	default:
		e.Wrong++
		e.Failed = now.UTC()
		return ErrWrong, nil
	}
	e.Wrong, e.Failed = 0, time.Time{}
	return nil, nil
}

// waits is until when no code is looked at, zero where one is.
func (e *entry) waits(now time.Time) time.Time {
	over := e.Wrong - freeWrong
	if over < 0 {
		return time.Time{}
	}
	from := e.Failed
	if from.After(now) {
		from = now // the clock went back: the wait begins anew
	}
	return from.Add(min(time.Second<<min(over, 20), longestWait))
}

func (b *Book) keepWaiting(p Person, e *entry, until, now time.Time) error {
	if e.Failed.After(now) {
		e.Failed = now.UTC()
		if err := b.write(p, e); err != nil {
			return fmt.Errorf("keep that codes have to wait: %w", err)
		}
	}
	return &Wait{Until: until}
}

// Status is how it stands with somebody's factor.
type Status struct {
	Enrolled time.Time
	Recovery int       // recovery codes that are left
	Waits    time.Time // until when no code is looked at; zero where one is
}

// Status says how it stands with somebody's factor, or matches ErrNone.
func (b *Book) Status(p Person, now time.Time) (Status, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	e, err := b.read(p)
	if err != nil {
		return Status{}, err
	}
	s := Status{Enrolled: e.Enrolled, Recovery: len(e.Recovery)}
	if until := e.waits(now); now.Before(until) {
		s.Waits = until
	}
	return s, nil
}

// Remove destroys somebody's factor, if they have one.
func (b *Book) Remove(p Person) error {
	name, err := p.name()
	if err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.destroy(name)
}

// Keep destroys all factors but those of some people, told by their tokens: it
// takes away those of people who were revoked or forgotten, and enrolments that
// were not finished.
func (b *Book) Keep(has func(token string) bool) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	files, err := os.ReadDir(b.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("list the second factors: %w", err)
	}
	for _, file := range files {
		if !file.Type().IsRegular() || has("~"+file.Name()) {
			continue
		}
		if err := b.destroy(file.Name()); err != nil {
			return err
		}
	}
	return nil
}

func (b *Book) destroy(name string) error {
	if err := b.before.Destroy(filepath.Join(b.dir, name)); err != nil {
		return fmt.Errorf("destroy a second factor: %w", err)
	}
	return nil
}

// context is what a sealed file is, and whose.
func (p Person) context() string { return "second factor " + p.Token }

// longestFile bounds what is read for a factor.
const longestFile = 8 << 10

func (b *Book) read(p Person) (*entry, error) {
	name, err := p.name()
	if err != nil {
		return nil, err
	}
	file, err := os.Open(filepath.Join(b.dir, name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNone
	}
	if err != nil {
		return nil, fmt.Errorf("read a second factor: %w", err)
	}
	defer file.Close()
	sealed, err := io.ReadAll(io.LimitReader(file, longestFile+1))
	if err != nil {
		return nil, fmt.Errorf("read a second factor: %w", err)
	}
	if len(sealed) > longestFile {
		return nil, fmt.Errorf("%w: it is larger than one can be", ErrDamaged)
	}
	return b.open(p, sealed)
}

func (b *Book) open(p Person, sealed []byte) (*entry, error) {
	data, err := b.keys.Open(p.Key, p.context(), sealed)
	switch {
	case errors.Is(err, vault.ErrForgotten):
		return nil, ErrNone
	case err != nil:
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	defer clear(data)
	e := new(entry)
	if err := json.Unmarshal(data, e); err != nil || len(e.Secret) != secretBytes {
		return nil, fmt.Errorf("%w: it cannot be read", ErrDamaged)
	}
	if e.Format != fileFormat {
		return nil, fmt.Errorf("%w: it has format %d; this one reads %d", vault.ErrNewer, e.Format, fileFormat)
	}
	return e, nil
}

// write puts somebody's file in its place, sealed.
func (b *Book) write(p Person, e *entry) error {
	name, err := p.name()
	if err != nil {
		return err
	}
	data, err := json.Marshal(e)
	if err != nil {
		return err
	}
	defer clear(data)
	sealed, err := b.keys.Seal(p.Key, p.context(), data)
	if err != nil {
		return err
	}
	if err := b.folders(); err != nil {
		return err
	}
	return b.before.Replace(filepath.Join(b.dir, name), sealed)
}

// folders makes the directory and the one it lies in, for their owner alone.
func (b *Book) folders() error {
	for _, dir := range []string{filepath.Dir(b.dir), b.dir} {
		if err := b.before.MakeFolder(dir); err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
	}
	return nil
}
