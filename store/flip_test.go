package store

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"tocsin/model"
	"tocsin/model/policy"
	"tocsin/store/disk"
	"tocsin/store/evidence"
)

// flipDir, in the environment, makes the test binary read flips, flip them in
// copies of that directory, and say what a start finds there.
const flipDir = "TOCSIN_TEST_FLIP_DIR"

// bitFlip is a bit of a file that changed by itself.
type bitFlip struct {
	File   string // within the directory
	Offset int64
	Bit    int
}

func (f bitFlip) String() string { return fmt.Sprintf("%s, byte %d, bit %d", f.File, f.Offset, f.Bit) }

// verdict is what was found in a directory.
type verdict struct {
	// Detected is what noticed that something is wrong, and what it said.
	Detected string
	// Shown is what a start that notices nothing shows, before anything else is
	// checked; as digests by what it is about.
	Shown map[string]string
	// Told is what the record tells, likewise; only where nothing was detected.
	Told map[string]string
}

// by is what noticed it.
func (v verdict) by() string {
	by, _, _ := strings.Cut(v.Detected, ": ")
	return by
}

// differs names what is told otherwise than by another.
func (v verdict) differs(from verdict) (parts []string) {
	for _, part := range slices.Sorted(maps.Keys(from.Told)) {
		if v.Told[part] != from.Told[part] {
			parts = append(parts, part)
		}
	}
	return parts
}

// silent names what changed without anybody having noticed: what a start shows,
// whatever a check finds afterwards, or what is told in the end.
func (v verdict) silent(whole verdict) (parts []string) {
	for _, part := range slices.Sorted(maps.Keys(v.Shown)) {
		if v.Shown[part] != whole.Shown[part] {
			parts = append(parts, "what a start shows: "+part)
		}
	}
	if v.Detected == "" {
		parts = append(parts, v.differs(whole)...)
	}
	return parts
}

// imageFile is a file of a directory, without the zeros that it ends with.
type imageFile struct {
	data []byte
	size int64
}

// readImage takes the files of a directory into memory.
func readImage(dir string) (map[string]imageFile, error) {
	files := make(map[string]imageFile)
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		name, errRel := filepath.Rel(dir, path)
		files[name] = imageFile{data: bytes.Clone(bytes.TrimRight(data, "\x00")), size: int64(len(data))}
		return errors.Join(err, errRel)
	})
	return files, err
}

// place writes the files into a directory. The lock file says what it said, of
// the file that it now is: the directory is what was left behind, not a copy.
func place(files map[string]imageFile, dir string) error {
	for name, file := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return err
		}
		if err := os.WriteFile(path, file.data, 0o600); err != nil {
			return err
		}
		if err := os.Truncate(path, file.size); err != nil {
			return err
		}
	}
	return keepLock(filepath.Join(dir, lockName))
}

func keepLock(path string) error {
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer file.Close()
	h, left := readHolder(file)
	info, err := file.Stat()
	if err != nil || !left {
		return err
	}
	h.File = disk.Number(info)
	return (&lock{file: file}).sign(h)
}

func (f bitFlip) apply(dir string) error {
	file, err := os.OpenFile(filepath.Join(dir, f.File), os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer file.Close()
	var one [1]byte
	if _, err := file.ReadAt(one[:], f.Offset); err != nil {
		return err
	}
	one[0] ^= 1 << f.Bit
	_, err = file.WriteAt(one[:], f.Offset)
	return err
}

// answerFlips answers each flip of a directory that is asked about on standard
// input with a verdict. One with no file is none.
func answerFlips(dir string) error {
	files, err := readImage(dir)
	if err != nil {
		return err
	}
	asked, answers := json.NewDecoder(os.Stdin), json.NewEncoder(os.Stdout)
	for {
		var f bitFlip
		if err := asked.Decode(&f); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		v, err := tryFlip(files, f)
		if err != nil {
			return err
		}
		if err := answers.Encode(v); err != nil {
			return err
		}
	}
}

// tryFlip looks at a directory with a flip twice: what a start mends, the next one
// has to bear.
func tryFlip(files map[string]imageFile, f bitFlip) (v verdict, err error) {
	dir, err := os.MkdirTemp("", "flip-")
	if err != nil {
		return verdict{}, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if err := place(files, dir); err != nil {
		return verdict{}, err
	}
	if f.File != "" {
		if err := f.apply(dir); err != nil {
			return verdict{}, err
		}
	}
	first := look(dir)
	if first.Detected != "" {
		return first, nil
	}
	second := look(dir)
	if second.Detected == "" && len(second.differs(first)) > 0 {
		return verdict{}, fmt.Errorf("%s: the second start tells otherwise of %v", f, second.differs(first))
	}
	return second, nil
}

// look opens a directory, checks all that can be checked, and reads all that it
// tells.
func look(dir string) (v verdict) {
	ctx := context.Background()
	s, err := Open(ctx, dir, Options{
		Now:  func() time.Time { return morning },
		Free: func(string) (uint64, error) { return resumeRoom, nil }, // for all but the ballast
	})
	if err != nil {
		return verdict{Detected: "start: " + err.Error()}
	}
	shown, told := make(map[string]string), make(map[string]string)
	err = errors.Join(showAll(ctx, s, shown), examineAll(ctx, s, told), s.Close(ctx))
	if err != nil {
		return verdict{Detected: err.Error(), Shown: shown}
	}
	return verdict{Told: told, Shown: shown}
}

// showAll opens all spaces and takes down what each shows that is not known to be
// at fault.
func showAll(ctx context.Context, s *Store, shown map[string]string) error {
	spaces, err := s.Spaces()
	if err != nil {
		return detected("spaces", err)
	}
	for _, id := range spaces {
		space, err := s.Space(ctx, id)
		if err != nil {
			return detected("space", err)
		}
		if space.Fault() != nil {
			continue
		}
		sum := sha256.New()
		if err := tellState(ctx, space, sum); err != nil {
			return detected("state", err)
		}
		shown[id] = fmt.Sprintf("%x", sum.Sum(nil))
	}
	return nil
}

// detected is an error that says who noticed.
func detected(by string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", by, err)
}

func examineAll(ctx context.Context, s *Store, told map[string]string) error {
	_, damaged := s.Vault().Check()
	spaces, err := s.Spaces()
	if err := cmp.Or(detected("checksums", s.VerifyChecksums()), detected("vault", damaged), detected("spaces", err)); err != nil {
		return err
	}
	told["spaces"] = fmt.Sprint(spaces)
	for _, id := range spaces {
		space, err := s.Space(ctx, id)
		if err != nil {
			return detected("space", err)
		}
		if err := examineSpace(ctx, s, space, told); err != nil {
			return err
		}
	}
	return nil
}

func examineSpace(ctx context.Context, s *Store, space *Space, told map[string]string) error {
	if fault := space.Fault(); fault != nil {
		return detected("fault", fault)
	}
	report, err := space.Verify(ctx, nil)
	if err != nil || report.Fault != nil {
		return detected("verification", cmp.Or(err, error(report.Fault)))
	}
	drift, err := space.CompareProjections(ctx, nil)
	if err == nil && len(drift.Found) > 0 {
		err = fmt.Errorf("%v", drift.Found)
	}
	if err != nil {
		return detected("projections", err)
	}
	told[space.id+" root"] = fmt.Sprintf("%d %x", report.Size, report.Root)
	for part, tell := range map[string]func(context.Context, *Space, io.Writer) error{"state": tellState, "history": tellHistory} {
		sum := sha256.New()
		if err := tell(ctx, space, sum); err != nil {
			return detected(part, err)
		}
		told[space.id+" "+part] = fmt.Sprintf("%x", sum.Sum(nil))
	}
	return verifyEvidence(ctx, s, space, told)
}

// tellState writes all that stands on the board.
func tellState(_ context.Context, space *Space, w io.Writer) error {
	snapshot := space.Snapshot()
	all := []any{snapshot.Seq, snapshot.Meta, space.People()}
	byRef := func(a, b *policy.Pack) int { return strings.Compare(a.Ref().String(), b.Ref().String()) }
	for _, pack := range slices.SortedFunc(snapshot.Packs(), byRef) {
		all = append(all, pack)
	}
	for _, standing := range slices.Concat(snapshot.Queue(), snapshot.Closed()) {
		all = append(all, standing.Incident, standing.Dues)
	}
	return tell(w, all...)
}

// tellHistory writes every event as people read it, and which of them are about
// each incident.
func tellHistory(ctx context.Context, space *Space, w io.Writer) error {
	err := space.Entries(ctx, 1, 1<<40, func(e Entry) error {
		return tell(w, e.Seq, e.Stored, e.Event.Actor, e.Event.At, e.Event.Body)
	})
	if err != nil {
		return err
	}
	for _, standing := range slices.Concat(space.Snapshot().Queue(), space.Snapshot().Closed()) {
		about, err := space.EntriesAbout(ctx, standing.Incident.ID)
		if err != nil {
			return err
		}
		if err := tell(w, about); err != nil {
			return err
		}
	}
	return nil
}

func tell(w io.Writer, all ...any) error {
	for _, one := range all {
		data, err := encodeEntry(one)
		if err != nil {
			return err
		}
		if _, err := w.Write(data); err != nil {
			return err
		}
	}
	return nil
}

// verifyEvidence reads every piece.
func verifyEvidence(ctx context.Context, s *Store, space *Space, told map[string]string) error {
	blobs, err := blobsOf(s, space.id)
	if err != nil {
		return detected("evidence", err)
	}
	intact := 0
	for _, standing := range space.Snapshot().Queue() {
		for _, item := range standing.Incident.Evidence {
			found, err := blobs.Verify(ctx, item.SHA256, item.Size, nil)
			if err == nil && found != model.Intact {
				err = errors.New(string(found))
			}
			if err != nil {
				return detected("evidence", err)
			}
			intact++
		}
	}
	told[space.id+" evidence"] = fmt.Sprint(intact)
	return nil
}

func blobsOf(s *Store, space string) (*evidence.Blobs, error) {
	key, err := s.Vault().Seed("evidence")
	if err != nil {
		return nil, err
	}
	return evidence.Open(filepath.Join(s.dir, "evidence"), space, key)
}

// TestFlippedBits flips bits of every file of a record that was closed and of
// one whose process was killed, one at a time: each is noticed, by a start or by
// what the doctor checks, or changes nothing of what the record tells. How many
// bits of each file are tried says TOCSIN_TEST_FLIPS, or that it is "all" bytes;
// TOCSIN_TEST_SEED repeats a run.
func TestFlippedBits(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	if given, err := strconv.ParseUint(os.Getenv("TOCSIN_TEST_SEED"), 10, 64); err == nil {
		seed = given
	}
	t.Logf("TOCSIN_TEST_SEED=%d", seed)
	for name, image := range flipImages(t) {
		t.Run(name, func(t *testing.T) {
			files, err := readImage(image)
			if err != nil {
				t.Fatal(err)
			}
			sweepFlips(t, image, chooseFlips(files, rand.New(rand.NewPCG(seed, 0))))
		})
	}
}

// flipImages makes the directories: with tables, memtables, a vault out of which
// keys were destroyed, evidence, two spaces, and events that no checkpoint is of.
func flipImages(t *testing.T) map[string]string {
	t.Helper()
	dir, images := t.TempDir(), map[string]string{"closed": t.TempDir(), "killed": t.TempDir()}
	s := openStore(t, dir)
	flipWork(t, s, openSpace(t, s, "acme"), "first")
	setUp(t, openSpace(t, s, "other"))
	closeStore(t, s)
	s = openStore(t, dir)
	space := openSpace(t, s, "acme")
	flipWork(t, s, space, "second")
	if _, err := space.Checkpoint(); err != nil {
		t.Fatal(err)
	}
	do(t, space, owner, model.Report{Title: "Nobody has signed this", Reporter: "Xaver"})
	takeImage(t, dir, images["killed"])
	closeStore(t, s)
	takeImage(t, dir, images["closed"])
	return images
}

// flipWork does what leaves something in every file.
func flipWork(t *testing.T, s *Store, space *Space, when string) {
	t.Helper()
	if !space.Snapshot().IsSetUp() {
		setUp(t, space)
	}
	work(t, space)
	id := do(t, space, responder, model.Report{Title: "Odd log-ins", Reporter: "Rita " + when, Contact: "rita@example.com"}).Incident
	do(t, space, responder, triage(id, "critical"))
	gone := do(t, space, responder, model.Report{Title: "A mistake", Reporter: "Gustav"}).Incident
	do(t, space, owner, model.ForgetReporter{Incident: gone, Reason: "asked"})
	do(t, space, model.Actor{Name: "Vera " + when, Role: model.Lead}, model.AddNote{Incident: id, Text: "seen"})
	do(t, space, owner, model.ForgetPerson{Person: "Vera " + when, Reason: "asked"})
	blobs, err := blobsOf(s, space.ID())
	if err != nil {
		t.Fatal(err)
	}
	for _, size := range []int{100, 70_000} { // a chunk, and more than one
		blob, err := blobs.Put(t.Context(), strings.NewReader(strings.Repeat(when[:1], size)), nil)
		if err != nil {
			t.Fatal(err)
		}
		do(t, space, responder, model.AddEvidence{Incident: id, Title: "Log", SHA256: blob.SHA256, Size: blob.Size})
	}
}

// chooseFlips chooses bits of every file: of its first and last bytes, and of
// some between.
func chooseFlips(files map[string]imageFile, random *rand.Rand) (flips []bitFlip) {
	most, err := strconv.Atoi(os.Getenv("TOCSIN_TEST_FLIPS"))
	if err != nil {
		most = 8
	}
	if testing.Short() {
		most = 1
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		file := files[name]
		if file.size == 0 {
			continue
		}
		written := int64(max(len(file.data), 1))
		offsets := []int64{0, written - 1, file.size - 1, random.Int64N(file.size)}
		for range most {
			offsets = append(offsets, random.Int64N(written))
		}
		if os.Getenv("TOCSIN_TEST_FLIPS") == "all" {
			for offset := range written {
				offsets = append(offsets, offset)
			}
		}
		slices.Sort(offsets)
		for _, offset := range slices.Compact(offsets) {
			flips = append(flips, bitFlip{name, offset, random.IntN(8)})
		}
	}
	return flips
}

// sweepFlips tries flips in as many processes as there are processors.
func sweepFlips(t *testing.T, image string, flips []bitFlip) {
	t.Helper()
	whole := newFlipper(t, image).ask(bitFlip{})
	if whole.Detected != "" || len(whole.Told) == 0 {
		t.Fatalf("nothing was flipped, and %+v is found", whole)
	}
	rest, found := make(chan bitFlip), make(map[string]int)
	var mu sync.Mutex
	var all sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		all.Go(func() {
			f := newFlipper(t, image)
			for one := range rest {
				v := f.ask(one)
				how := cmp.Or(v.by(), "harmless")
				if parts := v.silent(whole); len(parts) > 0 {
					how = "silent"
					t.Errorf("%s: goes unnoticed and changes %v", one, parts)
				}
				if how == "crash" {
					t.Logf("%s: %s", one, v.Detected)
				}
				mu.Lock()
				found[how]++
				mu.Unlock()
			}
		})
	}
	for _, one := range flips {
		rest <- one
	}
	close(rest)
	all.Wait()
	t.Logf("%d flips in %d files: %v", len(flips), countFiles(flips), found)
}

// flipper is a process that tries flips, and is started again where one ends it.
type flipper struct {
	t       *testing.T
	image   string
	process *exec.Cmd
	asks    *json.Encoder
	answers *json.Decoder
	cries   bytes.Buffer
}

func newFlipper(t *testing.T, image string) *flipper {
	f := &flipper{t: t, image: image}
	t.Cleanup(f.end)
	return f
}

// patience is how long one look may take before it counts as hanging.
const patience = 5 * time.Minute

// ask gives a flip and waits for the verdict. A process that dies of a flip has
// noticed it; one that hangs fails the test.
func (f *flipper) ask(one bitFlip) verdict {
	if f.process == nil {
		f.start()
	}
	hung := time.AfterFunc(patience, func() { _ = f.process.Process.Kill() })
	var v verdict
	err := f.asks.Encode(one)
	if err == nil {
		err = f.answers.Decode(&v)
	}
	if !hung.Stop() {
		f.t.Errorf("%s: hangs", one)
	}
	if err == nil {
		return v
	}
	_ = f.process.Wait()
	code, cries := f.process.ProcessState.ExitCode(), f.cries.String()
	f.process = nil
	if code == 1 {
		f.t.Errorf("%s: %s", one, cries)
	}
	line, _, _ := strings.Cut(cries, "\n")
	return verdict{Detected: "crash: " + line}
}

func (f *flipper) start() {
	f.cries.Reset()
	f.process = exec.Command(os.Args[0])
	f.process.Env = append(os.Environ(), flipDir+"="+f.image, "TMPDIR="+f.t.TempDir())
	f.process.Stderr = &f.cries
	in, errIn := f.process.StdinPipe()
	out, errOut := f.process.StdoutPipe()
	if err := errors.Join(errIn, errOut, f.process.Start()); err != nil {
		panic(err)
	}
	f.asks, f.answers = json.NewEncoder(in), json.NewDecoder(bufio.NewReader(out))
}

func (f *flipper) end() {
	if f.process != nil {
		_ = f.process.Process.Kill()
		_ = f.process.Wait()
	}
}

func countFiles(flips []bitFlip) int {
	names := make(map[string]bool)
	for _, one := range flips {
		names[one.File] = true
	}
	return len(names)
}
