package vault

import (
	"bytes"
	"context"
	"crypto/hkdf"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/zalando/go-keyring"
)

var (
	anna = Subject{"main/people", 1}
	bert = Subject{"main/people", 2}
	cora = Subject{"main/people", shardKeys + 1} // keys in another file
)

func sealed(t *testing.T, v *Vault, s Subject, context, text string) []byte {
	t.Helper()
	data, err := v.Seal(s, context, []byte(text))
	if err != nil {
		t.Fatalf("seal for %s: %v", s, err)
	}
	return data
}

func TestSealedTextsOpenWhereTheyStand(t *testing.T) {
	v, dir := begun(t, Unlock{})
	for _, text := range []string{"", "Anna", string(make([]byte, 100_000))} {
		data := sealed(t, v, anna, "name", text)
		if len(data) != len(text)+Overhead {
			t.Errorf("%d bytes sealed to %d", len(text), len(data))
		}
		again, err := Open(dir, Unlock{})
		if err != nil {
			t.Fatal(err)
		}
		if plain, err := again.Open(anna, "name", data); err != nil || string(plain) != text {
			t.Errorf("opened %d bytes as %d, %v", len(text), len(plain), err)
		}
		if !bytes.Equal(data, sealed(t, again, anna, "name", text)) {
			t.Error("the same text in the same place has other bytes")
		}
	}
	a := sealed(t, v, anna, "name", "Anna")
	for name, other := range map[string][]byte{"text": sealed(t, v, anna, "name", "Anne"), "context": sealed(t, v, anna, "names", "Anna"), "subject": sealed(t, v, bert, "name", "Anna")} {
		if bytes.Equal(a[:1+commitmentSize+nonceSize], other[:1+commitmentSize+nonceSize]) {
			t.Errorf("another %s has the same nonce", name)
		}
	}
}

func TestSealedTextsOpenNowhereElse(t *testing.T) {
	v, _ := begun(t, Unlock{})
	data := sealed(t, v, anna, "name", "Anna")
	sealed(t, v, cora, "name", "Cora")
	for name, open := range map[string]func() ([]byte, error){
		"another subject":            func() ([]byte, error) { return v.Open(bert, "name", data) },
		"another file of keys":       func() ([]byte, error) { return v.Open(cora, "name", data) },
		"another context":            func() ([]byte, error) { return v.Open(anna, "nam", data) },
		"a subject that has no keys": func() ([]byte, error) { return v.Open(Subject{"other", 1}, "name", data) },
		"cut off":                    func() ([]byte, error) { return v.Open(anna, "name", data[:Overhead-1]) },
	} {
		if plain, err := open(); !errors.Is(err, ErrDamaged) || plain != nil {
			t.Errorf("%s: %q, %v", name, plain, err)
		}
	}
	for k := range data {
		changed := bytes.Clone(data)
		changed[k] ^= 1
		if _, err := v.Open(anna, "name", changed); err == nil {
			t.Errorf("byte %d was changed and the text opened", k)
		}
	}
	if _, err := v.Seal(Subject{}, "name", nil); err == nil {
		t.Error("sealed for nobody")
	}
}

func TestForgottenIsForgotten(t *testing.T) {
	v, dir := begun(t, Unlock{})
	hers, his := sealed(t, v, anna, "name", "Anna"), sealed(t, v, bert, "name", "Bert")
	if err := v.Forget(anna); err != nil {
		t.Fatal(err)
	}
	if err := v.Forget(anna); err != nil {
		t.Errorf("a second time: %v", err)
	}
	if err := v.Forget(cora); err != nil {
		t.Errorf("one who had no key: %v", err)
	}
	again, err := Open(dir, Unlock{})
	if err != nil {
		t.Fatal(err)
	}
	for _, vault := range []*Vault{v, again} {
		if _, err := vault.Open(anna, "name", hers); !errors.Is(err, ErrForgotten) {
			t.Errorf("opened: %v", err)
		}
		for _, gone := range []Subject{anna, cora} {
			if _, err := vault.Seal(gone, "name", []byte("again")); !errors.Is(err, ErrForgotten) {
				t.Errorf("sealed for %s: %v", gone, err)
			}
		}
		if plain, err := vault.Open(bert, "name", his); err != nil || string(plain) != "Bert" {
			t.Errorf("the neighbour: %q, %v", plain, err)
		}
		if gone, err := vault.Forgotten([]Subject{anna, bert, cora, {"other", 3}}); err != nil || fmt.Sprint(gone) != fmt.Sprint([]Subject{anna, cora}) {
			t.Errorf("forgotten: %v, %v", gone, err)
		}
	}
}

// TestForgottenKeysAreOverwritten looks at the bytes that lay on the disk
// through a second name for them.
func TestForgottenKeysAreOverwritten(t *testing.T) {
	v, _ := begun(t, Unlock{})
	sealed(t, v, anna, "name", "Anna")
	path, err := v.shardPath(anna.block())
	if err != nil {
		t.Fatal(err)
	}
	kept := filepath.Join(t.TempDir(), "kept")
	if err := os.Link(path, kept); err != nil {
		t.Skip("no second names for files here:", err)
	}
	if err := v.Forget(anna); err != nil {
		t.Fatal(err)
	}
	if data := read(t, kept); len(data) != shardSize || !bytes.Equal(data, make([]byte, shardSize)) {
		t.Error("the old file of keys still holds something")
	}
}

func TestManySubjects(t *testing.T) {
	v, dir := begun(t, Unlock{})
	var many []Subject
	for n := range uint64(3 * shardKeys) {
		many = append(many, Subject{"affected", n})
	}
	if err := v.Keys(many); err != nil {
		t.Fatal(err)
	}
	files, err := os.ReadDir(v.shards())
	if err != nil || len(files) != 3 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	again, err := Open(dir, Unlock{})
	if err != nil {
		t.Fatal(err)
	}
	last := many[len(many)-1]
	if plain, err := again.Open(last, "c", sealed(t, v, last, "c", "x")); err != nil || string(plain) != "x" {
		t.Errorf("%q, %v", plain, err)
	}
}

func TestFewKeysStayInMemory(t *testing.T) {
	v, _ := begun(t, Unlock{})
	for n := range maxCached + 10 {
		v.cache(block{"g", uint64(n)}, new(shard))
	}
	if len(v.cached) != maxCached {
		t.Errorf("%d files of keys are in memory", len(v.cached))
	}
}

func TestDamagedKeysAreNoticed(t *testing.T) {
	v, dir := begun(t, Unlock{})
	data := sealed(t, v, anna, "name", "Anna")
	path, _ := v.shardPath(anna.block())
	whole := read(t, path)
	for k := 0; k < len(whole); k += 1 + k/7 {
		damaged := bytes.Clone(whole)
		damaged[k] ^= 0x80
		write(t, path, damaged)
		again, err := Open(dir, Unlock{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := again.Open(anna, "name", data); err == nil || errors.Is(err, ErrForgotten) {
			t.Fatalf("byte %d was changed: %v", k, err)
		}
	}
	write(t, path, whole)
	other, _ := v.shardPath(cora.block())
	write(t, other, whole)
	again, err := Open(dir, Unlock{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := again.Seal(cora, "name", nil); !errors.Is(err, ErrDamaged) {
		t.Errorf("a file of keys in another's place: %v", err)
	}
	remove(HeaderName)(t, dir)
	if _, err := Open(dir, Unlock{}); !errors.Is(err, ErrDamaged) {
		t.Errorf("keys without the header that seals them: %v", err)
	}
}

// cheap is the least that a passphrase may cost.
var cheap = Cost{Passes: 1, Memory: 19 << 10, Threads: 1}

// rotations are the changes of what unlocks a vault.
func rotations(t *testing.T) map[string][2]Unlock {
	elsewhere := func() Unlock { return Unlock{Method: ByFile, KeyFile: filepath.Join(t.TempDir(), "moved.key")} }
	words := Unlock{Method: ByPassphrase, Passphrase: knows("correct horse battery staple"), cost: cheap}
	others := Unlock{Method: ByPassphrase, Passphrase: knows("another horse, another staple"), cost: cheap}
	return map[string][2]Unlock{
		"a new key file":           {{Method: ByFile}, {Method: ByFile}},
		"a key file moved":         {{Method: ByFile}, elsewhere()},
		"a key file to passphrase": {{Method: ByFile}, words},
		"passphrase to a key file": {words, {Method: ByFile}},
		"a new passphrase":         {words, others},
		"a keyring to a new one":   {{Method: ByKeyring}, {Method: ByKeyring}},
		"a keyring to a key file":  {{Method: ByKeyring}, elsewhere()},
	}
}

func TestRotation(t *testing.T) {
	keyring.MockInit()
	for name, unlock := range rotations(t) {
		t.Run(name, func(t *testing.T) {
			v, dir := begun(t, unlock[0])
			hers, his, seeded := sealed(t, v, anna, "name", "Anna"), sealed(t, v, cora, "name", "Cora"), seed(t, v, "s")
			path, _ := v.shardPath(anna.block())
			header, shard, key := read(t, filepath.Join(dir, HeaderName)), read(t, path), []byte(nil)
			if unlock[0].Method == ByFile {
				key = read(t, filepath.Join(dir, KeyFileName))
			}
			if err := v.Rotate(context.Background(), unlock[1]); err != nil {
				t.Fatal(err)
			}
			again, err := Open(dir, unlock[1])
			if err != nil {
				t.Fatal(err)
			}
			for _, vault := range []*Vault{v, again} {
				for subject, data := range map[Subject][]byte{anna: hers, cora: his} {
					if _, err := vault.Open(subject, "name", data); err != nil {
						t.Errorf("%s: %v", subject, err)
					}
				}
				if seed(t, vault, "s") != seeded {
					t.Error("a seed changed")
				}
			}
			if bytes.Equal(read(t, path), shard) || again.keys.count(forShards) != 1 {
				t.Error("the subjects' keys lie under the old root key")
			}
			if now, err := os.ReadFile(filepath.Join(dir, KeyFileName)); key != nil && err == nil && bytes.Contains(now, key) {
				t.Error("the old key is still in the key file")
			}
			if _, err := Open(dir, unlock[0]); err == nil && name != "a new key file" && name != "a keyring to a new one" {
				t.Error("it opens as before")
			}
			write(t, filepath.Join(dir, HeaderName), header)
			if _, err := Open(dir, unlock[0]); err == nil && unlock[0].Method != ByPassphrase {
				t.Error("with the old header it opens as before")
			}
		})
	}
}

var errStop = errors.New("stopped")

// stopAfter lets n steps pass and then nothing any more, as a stop of the
// machine would.
func stopAfter(n int) disk {
	var mu sync.Mutex
	return disk{before: func(string, string) error {
		mu.Lock()
		defer mu.Unlock()
		if n--; n < 0 {
			return errStop
		}
		return nil
	}}
}

// TestStoppedAnywhere stops each change before each of its steps. Whatever is
// on the disk then, the vault opens in the old way or the new, what was sealed
// opens, and the change can be made again.
func TestStoppedAnywhere(t *testing.T) {
	keyring.MockInit()
	ctx := context.Background()
	changes := map[string]struct {
		from, to Unlock
		do       func(v *Vault, to Unlock) error
	}{
		"make keys": {do: func(v *Vault, _ Unlock) error { return v.Keys([]Subject{{"new", 1}, {"new", 5000}}) }},
		"forget":    {do: func(v *Vault, _ Unlock) error { return v.Forget(anna) }},
	}
	for name, unlock := range rotations(t) {
		change := changes[name]
		change.from, change.to = unlock[0], unlock[1]
		change.do = func(v *Vault, to Unlock) error { return v.Rotate(ctx, to) }
		changes[name] = change
	}
	for name, change := range changes {
		t.Run(name, func(t *testing.T) {
			for n := 0; ; n += stride() {
				if change.to.KeyFile != "" {
					change.to.KeyFile = filepath.Join(t.TempDir(), "moved.key")
				}
				v, dir := begun(t, change.from)
				hers, his := sealed(t, v, anna, "name", "Anna"), sealed(t, v, cora, "name", "Cora")
				v.disk = stopAfter(n)
				v.unlocker.disk = v.disk
				err := change.do(v, change.to)
				if err != nil && !errors.Is(err, errStop) {
					t.Fatalf("stopped before step %d: %v", n, err)
				}
				again := opened(t, dir, n, change.from, change.to)
				_, lost := again.Open(anna, "name", hers)
				if lost != nil && !(name == "forget" && errors.Is(lost, ErrForgotten)) {
					t.Fatalf("after a stop before step %d: %v", n, lost)
				}
				if _, err := again.Open(cora, "name", his); err != nil {
					t.Fatalf("after a stop before step %d: %v", n, err)
				}
				if again.keys.count(forShards) != 1 {
					t.Fatalf("after a stop before step %d the rotation is not finished", n)
				}
				if err := change.do(again, change.to); err != nil {
					t.Fatalf("after a stop before step %d, once more: %v", n, err)
				}
				if err == nil {
					if n < 5 {
						t.Errorf("it took %d steps only", n)
					}
					return
				}
			}
		})
	}
}

// stride is how many steps lie between two stops.
func stride() int {
	if testing.Short() {
		return 4
	}
	return 1
}

func opened(t *testing.T, dir string, n int, ways ...Unlock) *Vault {
	t.Helper()
	var errs []error
	for _, unlock := range ways {
		v, err := Open(dir, unlock)
		if err == nil {
			return v
		}
		errs = append(errs, err)
	}
	t.Fatalf("after a stop before step %d: %v", n, errors.Join(errs...))
	return nil
}

// interruptRotation begins one that ends once the header is written.
func interruptRotation(t *testing.T, v *Vault) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	v.disk.before = func(step, path string) error {
		if step == "overwrite" && filepath.Base(path) == HeaderName {
			cancel()
		}
		return nil
	}
	if err := v.Rotate(ctx, Unlock{}); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
}

func TestRotationIsInterrupted(t *testing.T) {
	v, dir := begun(t, Unlock{})
	hers := sealed(t, v, anna, "name", "Anna")
	interruptRotation(t, v)
	if _, err := v.Open(anna, "name", hers); err != nil || v.keys.count(forShards) != 2 {
		t.Errorf("in between: %v, %d root keys", err, v.keys.count(forShards))
	}
	again, err := Open(dir, Unlock{})
	if err != nil || again.keys.count(forShards) != 1 {
		t.Fatalf("the next start did not finish it: %v", err)
	}
}

// TestUsedWhileItRotates is for the race detector, too.
func TestUsedWhileItRotates(t *testing.T) {
	v, _ := begun(t, Unlock{})
	hers := sealed(t, v, anna, "name", "Anna")
	var work sync.WaitGroup
	for n := range uint64(4) {
		work.Go(func() {
			for k := range uint64(40) {
				subject := Subject{fmt.Sprint("w", n), k * shardKeys / 4}
				data, err := v.Seal(subject, "c", []byte("text"))
				if err == nil {
					_, err = v.Open(subject, "c", data)
				}
				if err == nil {
					_, err = v.Open(anna, "name", hers)
				}
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	for range 3 {
		if err := v.Rotate(context.Background(), Unlock{}); err != nil {
			t.Error(err)
		}
	}
	work.Wait()
}

// TestTextKeysAreExpanded holds the expansion that is written out against the
// library's.
func TestTextKeysAreExpanded(t *testing.T) {
	random := new(counted)
	for range 50 {
		key, err := newSecret(random)
		if err != nil {
			t.Fatal(err)
		}
		nonce := make([]byte, nonceSize)
		if _, err := random.Read(nonce); err != nil {
			t.Fatal(err)
		}
		want, err := hkdf.Expand(sha256.New, key[:], "tocsin vault 1: text"+string(nonce), keySize+commitmentSize)
		if err != nil {
			t.Fatal(err)
		}
		if sealing, commitment := key.once(nonce); !bytes.Equal(append(bytes.Clone(sealing), commitment...), want) {
			t.Fatalf("%x%x, want %x", sealing, commitment, want)
		}
	}
}

func BenchmarkOpen(b *testing.B) {
	v, err := Open(filepath.Join(b.TempDir(), "vault"), Unlock{})
	if err != nil {
		b.Fatal(err)
	}
	data, err := v.Seal(anna, "reporter", []byte("Anna of the night shift"))
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := v.Open(anna, "reporter", data); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkMillionSubjects(b *testing.B) {
	for b.Loop() {
		v, err := Open(filepath.Join(b.TempDir(), "vault"), Unlock{})
		if err != nil {
			b.Fatal(err)
		}
		many := make([]Subject, 1_000_000)
		for n := range many {
			many[n] = Subject{"affected", uint64(n)}
		}
		if err := v.Keys(many); err != nil {
			b.Fatal(err)
		}
	}
}

// What was not there a moment ago is found once it is.
func TestKeysThatWereAbsent(t *testing.T) {
	v, _ := begun(t, Unlock{})
	for number := range uint64(3) {
		one := Subject{"g", number * shardKeys}
		if gone, err := v.Forgotten([]Subject{one}); err != nil || len(gone) > 0 {
			t.Fatal(gone, err)
		}
		sealed, err := v.Seal(one, "c", []byte("text"))
		if err != nil {
			t.Fatal(err)
		}
		if err := v.Forget(one); err != nil {
			t.Fatal(err)
		}
		if gone, err := v.Forgotten([]Subject{one}); err != nil || len(gone) != 1 {
			t.Errorf("%v, %v", gone, err)
		}
		if _, err := v.Open(one, "c", sealed); !errors.Is(err, ErrForgotten) {
			t.Error(err)
		}
	}
}
