package evidence

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"tocsin/model"
)

var key = bytes.Repeat([]byte{7}, keySize)

func opened(t testing.TB, d disk) *Blobs {
	t.Helper()
	b, err := open(filepath.Join(t.TempDir(), "evidence"), "main", key, d)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func put(t testing.TB, b *Blobs, content string) Blob {
	t.Helper()
	blob, err := b.Put(t.Context(), strings.NewReader(content), nil)
	if err != nil {
		t.Fatal(err)
	}
	return blob
}

// files lists what lies in the space's folder.
func files(t testing.TB, b *Blobs) []string {
	t.Helper()
	entries, err := os.ReadDir(b.dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func digestOf(content string) string {
	sum := sha256.Sum256([]byte(content))
	return hex.EncodeToString(sum[:])
}

// sizes are about the steps and chunks that a blob is cut into.
var sizes = []int{0, 1, 64<<10 - 1, 64 << 10, 64<<10 + 1, step - 1, step, step + 1, 3*step + 5}

func TestWhatIsStoredComesBack(t *testing.T) {
	b := opened(t, disk{})
	for _, size := range sizes {
		content := strings.Repeat("evidence", size/8+1)[:size]
		var told []uint64
		blob, err := b.Put(t.Context(), iotest.HalfReader(strings.NewReader(content)), func(done uint64) { told = append(told, done) })
		if err != nil || blob.SHA256 != digestOf(content) || blob.Size != uint64(size) || blob.Known {
			t.Fatalf("%d bytes are stored as %+v, %v", size, blob, err)
		}
		if told[len(told)-1] != uint64(size) || !slices.IsSorted(told) {
			t.Errorf("progress of %d bytes: %d", size, told)
		}
		if found, err := b.Verify(t.Context(), blob.SHA256, blob.Size, nil); found != model.Intact || err != nil {
			t.Errorf("%d bytes are %s, %v", size, found, err)
		}
		path := filepath.Join(t.TempDir(), "copy")
		if err := b.Export(t.Context(), blob.SHA256, blob.Size, path, func() error { return nil }, nil); err != nil {
			t.Fatal(err)
		}
		if copied, err := os.ReadFile(path); err != nil || string(copied) != content {
			t.Errorf("a copy of %d bytes has %d, %v", size, len(copied), err)
		}
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("the copy has mode %v, %v", info.Mode(), err)
		}
	}
}

func TestTheSameContentIsKeptOnce(t *testing.T) {
	b := opened(t, disk{})
	first := put(t, b, "twice")
	if again := put(t, b, "twice"); !again.Known || again.SHA256 != first.SHA256 || len(files(t, b)) != 1 {
		t.Errorf("stored again as %+v in %v", again, files(t, b))
	}
	// Another space keeps its own, under another name.
	other, err := open(filepath.Dir(b.dir), "other", key, disk{})
	if err != nil {
		t.Fatal(err)
	}
	if found, err := other.Verify(t.Context(), first.SHA256, first.Size, nil); found != model.Missing || err != nil {
		t.Errorf("another space finds it %s, %v", found, err)
	}
	if blob := put(t, other, "twice"); blob.Known || files(t, other)[0] == files(t, b)[0] {
		t.Errorf("another space has %+v in %v", blob, files(t, other))
	}
}

// Names on the disk say nothing of the content, and the files nothing of it
// either.
func TestNothingShowsOnTheDisk(t *testing.T) {
	b := opened(t, disk{})
	secret := "the password is swordfish"
	blob := put(t, b, secret)
	name := files(t, b)[0]
	if name == blob.SHA256 || !isName(name) || strings.Contains(b.dir, "main") {
		t.Errorf("%s lies at %s/%s", blob.SHA256, b.dir, name)
	}
	sealed, err := os.ReadFile(filepath.Join(b.dir, name))
	if err != nil || bytes.Contains(sealed, []byte("swordfish")) {
		t.Errorf("it can be read, %v", err)
	}
	for _, path := range []string{b.dir, filepath.Dir(b.dir), filepath.Join(b.dir, name)} {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %v, %v", path, info.Mode(), err)
		}
	}
	if text := fmt.Sprintf("%v %+v %x", b.keys.wrap, b.keys.wrap, b.keys.wrap); strings.ReplaceAll(text, "(secret)", "") != "  " {
		t.Errorf("a key prints as %s", text)
	}
}

func TestOnlyADigestBecomesAPath(t *testing.T) {
	b := opened(t, disk{})
	outside := filepath.Join(filepath.Dir(b.dir), "x")
	if err := os.WriteFile(outside, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, digest := range []string{"", "../x", "../../x", strings.Repeat("g", 64), strings.Repeat("0", 62), "\x1b]0;owned\a", "a\nb"} {
		if found, err := b.Verify(t.Context(), digest, 0, nil); err == nil {
			t.Errorf("%q is %s", digest, found)
		}
	}
	if err := b.Remove(Unnamed{Name: "../x"}); err == nil {
		t.Error("a file elsewhere was looked at")
	}
	if _, err := os.Stat(outside); err != nil {
		t.Error(err)
	}
}

// A bit that is not as it was written is found wherever it lies: in the header,
// in any chunk, at its edges and at the end.
func TestAnyChangeIsFound(t *testing.T) {
	b := opened(t, disk{})
	content := strings.Repeat("0123456789abcdef", 3*(64<<10)/16+1)
	blob := put(t, b, content)
	path := filepath.Join(b.dir, files(t, b)[0])
	sealed, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	header := bytes.Index(sealed, []byte("\n--- ")) + 64
	places := []int{len(sealed) - 1, len(sealed) - 16, len(sealed) - 17}
	for k := range header {
		places = append(places, k)
	}
	for k := header; k < len(sealed); k += 4999 {
		places = append(places, k)
	}
	for chunk := range 4 {
		edge := header + chunk*(64<<10+16)
		places = append(places, edge, max(edge-1, 0), min(edge+15, len(sealed)-1))
	}
	changed := map[string][]byte{"empty": {}, "longer": append(slices.Clone(sealed), 0), "last chunk gone": sealed[:len(sealed)-32], "no content": sealed[:header]}
	for _, cut := range []int{1, 16, 17, 40} {
		changed[fmt.Sprintf("cut by %d", cut)] = sealed[:len(sealed)-cut]
	}
	for _, place := range places {
		flipped := slices.Clone(sealed)
		flipped[place] ^= 1 << (place % 8)
		changed[fmt.Sprintf("bit of byte %d", place)] = flipped
	}
	for name, data := range changed {
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		if found, err := b.Verify(t.Context(), blob.SHA256, blob.Size, nil); found != model.Changed || err != nil {
			t.Errorf("%s: %q, %v", name, found, err)
		}
	}
	target := filepath.Join(t.TempDir(), "copy")
	err = b.Export(t.Context(), blob.SHA256, blob.Size, target, func() error { t.Error("asked for leave to export"); return nil }, nil)
	if left, _ := os.ReadDir(filepath.Dir(target)); !errors.Is(err, ErrChanged) || len(left) > 0 {
		t.Errorf("exported with %v, left %v", err, left)
	}
	if mended := put(t, b, content); !mended.Known {
		t.Errorf("mended as %+v", mended)
	}
	if found, _ := b.Verify(t.Context(), blob.SHA256, blob.Size, nil); found != model.Intact {
		t.Errorf("after the same content was stored again: %s", found)
	}
}

// A blob in another's place is whole by its seal and not by its digest.
func TestABlobInAnothersPlaceIsFound(t *testing.T) {
	b := opened(t, disk{})
	one, other := put(t, b, "one"), put(t, b, "two")
	from, _ := b.path(one.SHA256)
	to, _ := b.path(other.SHA256)
	if err := os.Rename(from, to); err != nil {
		t.Fatal(err)
	}
	if found, err := b.Verify(t.Context(), other.SHA256, other.Size, nil); found != model.Changed || err != nil {
		t.Errorf("the place taken: %s, %v", found, err)
	}
	if found, err := b.Verify(t.Context(), one.SHA256, one.Size, nil); found != model.Missing || err != nil {
		t.Errorf("the place left: %s, %v", found, err)
	}
	err := b.Export(t.Context(), one.SHA256, one.Size, filepath.Join(t.TempDir(), "copy"), func() error { return nil }, nil)
	if !errors.Is(err, ErrMissing) {
		t.Errorf("exported what is missing: %v", err)
	}
}

func TestAnExportOverwritesNothing(t *testing.T) {
	b := opened(t, disk{})
	blob := put(t, b, "content")
	dir := t.TempDir()
	path := filepath.Join(dir, "taken")
	if err := os.WriteFile(path, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	export := func(path string, allow error) error {
		return b.Export(t.Context(), blob.SHA256, blob.Size, path, func() error { return allow }, nil)
	}
	if err := export(path, nil); !errors.Is(err, fs.ErrExist) {
		t.Errorf("exported over a file: %v", err)
	}
	refused := errors.New("refused")
	if err := export(filepath.Join(dir, "new"), refused); !errors.Is(err, refused) {
		t.Errorf("exported without leave: %v", err)
	}
	left, _ := os.ReadDir(dir)
	if mine, _ := os.ReadFile(path); string(mine) != "mine" || len(left) != 1 {
		t.Errorf("left %q and %v", mine, left)
	}
}

var errFault = errors.New("fault")

// faults fails one step by its number, and all after it where the process is
// taken to have been killed there.
type faults struct {
	at     int
	killed bool
	steps  []string
}

func (f *faults) before(step, _ string) error {
	f.steps = append(f.steps, step)
	if n := len(f.steps); n == f.at || f.killed && n > f.at {
		return errFault
	}
	return nil
}

// Whatever step fails, and wherever a kill comes, a blob is there whole or not
// at all, and the next start removes what is half written.
func TestFaultsWhileStoring(t *testing.T) {
	content := strings.Repeat("x", 2*step)
	probe := &faults{}
	put(t, opened(t, disk{before: probe.before}), content)
	opening := slices.Index(probe.steps, "create")
	if got := probe.steps[opening:]; got[len(got)-1] != "sync directory" || !slices.Contains(got, "sync") || !slices.Contains(got, "rename") {
		t.Fatalf("storing takes the steps %v", got)
	}
	for at := opening + 1; at <= len(probe.steps); at++ {
		for _, killed := range []bool{false, true} {
			name := fmt.Sprintf("%s, killed %v", probe.steps[at-1], killed)
			f := &faults{at: at, killed: killed}
			b := opened(t, disk{before: f.before})
			if _, err := b.Put(t.Context(), strings.NewReader(content), nil); !errors.Is(err, errFault) {
				t.Errorf("%s: %v", name, err)
			}
			if !killed {
				checkNothingHalf(t, name, b, content)
			}
			again, err := open(filepath.Dir(b.dir), "main", key, disk{})
			if err != nil {
				t.Fatal(err)
			}
			checkNothingHalf(t, name, again, content)
		}
	}
}

// checkNothingHalf holds that a folder has the whole blob or nothing.
func checkNothingHalf(t *testing.T, name string, b *Blobs, content string) {
	t.Helper()
	found, err := (&Blobs{dir: b.dir, keys: b.keys}).Verify(context.Background(), digestOf(content), uint64(len(content)), nil)
	if err != nil {
		t.Errorf("%s: %v", name, err)
	}
	if left := files(t, b); found == model.Changed || found == model.Missing && len(left) > 0 || found == model.Intact && len(left) != 1 {
		t.Errorf("%s: left %s and %v", name, found, left)
	}
}

func TestFaultsWhileExporting(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "evidence")
	blob := put(t, must(open(dir, "main", key, disk{}))(t), strings.Repeat("x", 2*step))
	for at := 1; ; at++ {
		f := &faults{at: at}
		b := must(open(dir, "main", key, disk{}))(t)
		b.disk.before = f.before
		target := filepath.Join(t.TempDir(), "copy")
		err := b.Export(t.Context(), blob.SHA256, blob.Size, target, func() error { return nil }, nil)
		if err == nil {
			if at < 6 {
				t.Fatalf("exporting takes only %d steps: %v", at-1, f.steps)
			}
			return
		}
		left, _ := os.ReadDir(filepath.Dir(target))
		whole, _ := os.ReadFile(target)
		if !errors.Is(err, errFault) || len(whole) > 0 && len(whole) != int(blob.Size) || len(whole) == 0 && len(left) > 0 && f.steps[at-1] != "remove" {
			t.Errorf("%s: %v, left %v", f.steps[at-1], err, left)
		}
	}
}

func must(b *Blobs, err error) func(testing.TB) *Blobs {
	return func(t testing.TB) *Blobs {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
}

// A disk that cannot be read says nothing of what lies on it.
func TestADiskThatCannotBeReadIsNoVerdict(t *testing.T) {
	f := &faults{}
	b := opened(t, disk{before: f.before})
	blob := put(t, b, strings.Repeat("x", 2*step))
	f.steps = nil
	if _, err := b.Verify(t.Context(), blob.SHA256, blob.Size, nil); err != nil {
		t.Fatal(err)
	}
	for at := 1; at <= len(f.steps); at += 3 {
		b.disk.before = (&faults{at: at}).before
		if found, err := b.Verify(t.Context(), blob.SHA256, blob.Size, nil); !errors.Is(err, errFault) || found != model.Unverified {
			t.Errorf("step %d: %s, %v", at, found, err)
		}
	}
}

// What does not end as its sender meant it to is not stored.
func TestAReaderThatFailsLeavesNothing(t *testing.T) {
	b := opened(t, disk{})
	for _, cause := range []error{errFault, io.ErrUnexpectedEOF} {
		r := io.MultiReader(strings.NewReader(strings.Repeat("x", step+9)), iotest.ErrReader(cause))
		if _, err := b.Put(t.Context(), r, nil); !errors.Is(err, cause) || len(files(t, b)) > 0 {
			t.Errorf("%v: %v, left %v", cause, err, files(t, b))
		}
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	_, err := b.Put(ctx, strings.NewReader(strings.Repeat("x", 3*step)), func(uint64) { cancel(errFault) })
	if !errors.Is(err, errFault) || len(files(t, b)) > 0 {
		t.Errorf("cancelled: %v, left %v", err, files(t, b))
	}
}

func TestTheRecordKeepsItsRoom(t *testing.T) {
	free := uint64(reserve + 40<<20)
	b := opened(t, disk{free: func(string) (uint64, error) { free -= 16 << 20; return free, nil }})
	_, err := b.Put(t.Context(), io.LimitReader(zeros{}, 64<<20), nil)
	if !errors.Is(err, ErrNoRoom) || len(files(t, b)) > 0 {
		t.Errorf("%v, left %v", err, files(t, b))
	}
	b.disk.free = nil
	if _, err := b.Put(t.Context(), strings.NewReader("x"), nil); err != nil {
		t.Error(err)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestUnnamedBlobsAreFoundAndRemoved(t *testing.T) {
	b := opened(t, disk{})
	named, lost := put(t, b, "named"), put(t, b, "lost")
	if err := os.WriteFile(filepath.Join(b.dir, "README"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	found, err := b.Unnamed([]string{named.SHA256})
	if err != nil || len(found) != 1 {
		t.Fatalf("found %+v, %v", found, err)
	}
	stored := found[0].Stored
	if found[0].Removable(stored.Add(Grace)) || !found[0].Removable(stored.Add(Grace+time.Second)) {
		t.Errorf("%+v has no grace", found[0])
	}
	// Stored again meanwhile, it is not the one that was found.
	later := stored.Add(time.Second)
	path, _ := b.path(lost.SHA256)
	if err := os.Chtimes(path, later, later); err != nil {
		t.Fatal(err)
	}
	if err := b.Remove(found[0]); err != nil || len(files(t, b)) != 3 {
		t.Errorf("removed what was stored again: %v, %v", files(t, b), err)
	}
	found, _ = b.Unnamed([]string{named.SHA256})
	if err := b.Remove(found[0]); err != nil || len(files(t, b)) != 2 {
		t.Errorf("left %v, %v", files(t, b), err)
	}
	if found, _ := b.Verify(t.Context(), named.SHA256, named.Size, nil); found != model.Intact {
		t.Errorf("the named one is %s", found)
	}
}

func TestAKeyHasItsLength(t *testing.T) {
	for _, key := range [][]byte{nil, key[1:], append(slices.Clone(key), 0)} {
		if _, err := Open(t.TempDir(), "main", key); err == nil {
			t.Errorf("%d bytes were accepted", len(key))
		}
	}
}

// Two hundred megabytes pass through a few, which is what is kept of them at
// any moment.
func TestMemoryDoesNotGrowWithSize(t *testing.T) {
	if testing.Short() {
		t.Skip("writes 200 MB")
	}
	const size, most = 200 << 20, 16 << 20
	b := opened(t, disk{})
	r, w := io.Pipe()
	go func() {
		_, err := io.CopyN(w, zeros{}, size)
		w.CloseWithError(err)
	}()
	var before, now runtime.MemStats
	var peak uint64
	runtime.GC()
	runtime.ReadMemStats(&before)
	measure := func(done uint64) {
		if done%(8<<20) != 0 {
			return
		}
		runtime.ReadMemStats(&now)
		peak = max(peak, now.HeapAlloc)
	}
	blob, err := b.Put(t.Context(), r, measure)
	if err != nil || blob.Size != size {
		t.Fatalf("%+v, %v", blob, err)
	}
	if found, err := b.Verify(t.Context(), blob.SHA256, size, measure); found != model.Intact || err != nil {
		t.Errorf("%s, %v", found, err)
	}
	if grown := int64(peak) - int64(before.HeapAlloc); grown > most {
		t.Errorf("the heap grew by %d KiB while %d MiB passed, more than %d KiB", grown>>10, size>>20, most>>10)
	} else {
		t.Logf("the heap grew by %d KiB at most", grown>>10)
	}
}

func TestDiscardedBlobsAreGone(t *testing.T) {
	b := opened(t, disk{})
	old, fresh := put(t, b, "old"), put(t, b, "fresh")
	since := time.Now().Add(-time.Minute)
	path, _ := b.path(old.SHA256)
	if err := os.Chtimes(path, since.Add(-time.Hour), since.Add(-time.Hour)); err != nil {
		t.Fatal(err)
	}
	for _, digest := range []string{old.SHA256, old.SHA256, fresh.SHA256} {
		if err := b.Discard(digest, since); err != nil {
			t.Fatal(err)
		}
	}
	if found, _ := b.Verify(t.Context(), old.SHA256, old.Size, nil); found != model.Missing {
		t.Errorf("the old one is %s", found)
	}
	if found, _ := b.Verify(t.Context(), fresh.SHA256, fresh.Size, nil); found != model.Intact {
		t.Errorf("what was stored since is %s", found)
	}
	if err := b.Discard("../x", since); err == nil {
		t.Error("a path was discarded")
	}
}
