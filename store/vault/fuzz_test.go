package vault

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// corpus is where the samples lie that fuzzing begins with.
const corpus = "../../testdata/store/fuzz"

// FuzzHeader holds that a header that reads is written the same, asks for no
// more work than it may, and opens with no key but its own.
func FuzzHeader(f *testing.F) {
	files, err := filepath.Glob(filepath.Join(corpus, "vaults", "*"))
	if err != nil || len(files) == 0 {
		f.Fatalf("no samples: %v", err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		h, err := decodeHeader(data)
		if err != nil {
			if !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrNewer) {
				t.Errorf("neither damaged nor newer: %v", err)
			}
			return
		}
		if again, err := h.encode(); err != nil || !bytes.Equal(again, data) {
			t.Errorf("%q is written %q, %v", data, again, err)
		}
		if h.Method == ByPassphrase && h.Argon2id.check() != nil {
			t.Errorf("a cost that is not accepted: %+v", h.Argon2id)
		}
		if _, err := h.open(secret{1}); !errors.Is(err, ErrWrongKey) && !errors.Is(err, ErrDamaged) {
			t.Errorf("opened with another key: %v", err)
		}
	})
}

// FuzzShard changes a file of keys: cut at a length, with a byte changed, and
// something behind it. Only the file as it was written reads.
func FuzzShard(f *testing.F) {
	v, err := Open(filepath.Join(f.TempDir(), "vault"), Unlock{})
	if err != nil {
		f.Fatal(err)
	}
	path, err := v.shardPath(anna.block())
	if err != nil {
		f.Fatal(err)
	}
	shard, err := newShard(v.random)
	if err != nil {
		f.Fatal(err)
	}
	whole, err := v.sealShard(path, shard)
	if err != nil {
		f.Fatal(err)
	}
	for _, at := range []int{0, 1, 4, 5, shardPrefix, shardPrefix + commitmentSize, shardSize - 1} {
		f.Add(shardSize, at, byte(1), []byte{})
	}
	f.Add(shardSize, 0, byte(0), []byte{})
	f.Add(shardSize, 0, byte(0), []byte{7})
	f.Add(0, 0, byte(0), []byte{})
	f.Fuzz(func(t *testing.T, length, at int, change byte, behind []byte) {
		data := bytes.Clone(whole[:clamp(length, len(whole))])
		if k := clamp(at, len(data)-1); len(data) > 0 {
			data[k] ^= change
		}
		data = append(data, behind...)
		s, _, err := v.openShard(path, data)
		switch {
		case bytes.Equal(data, whole):
			if err != nil || *s != *shard {
				t.Errorf("the file as it was written: %v", err)
			}
		case !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrNewer):
			t.Errorf("%d bytes, byte %d changed by %d: %v", len(data), at, change, err)
		}
	})
}

func clamp(n, most int) int { return max(0, min(n, most)) }
