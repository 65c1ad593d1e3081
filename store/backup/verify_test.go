package backup

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"filippo.io/age"
	"github.com/fxamacker/cbor/v2"

	"tocsin/store/bundle"
	"tocsin/store/tree"
)

// chained is a log of twelve events whose last ordered the removal of the
// fourth, in a backup of ten and one of what came after.
type chained struct {
	stored []([]byte)
	signer *tree.Signer
	key    *age.X25519Identity
	dir    string
}

func newChained(t *testing.T) *chained {
	t.Helper()
	key, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	c := &chained{signer: signerOf(t, 1), key: key, dir: t.TempDir()}
	for seq := range uint64(12) {
		c.stored = append(c.stored, encoded(t, map[string]any{
			"v": 2, "seq": seq + 1, "at": "then", "actor": "~a", "role": "owner", "kind": "incidents.purged", "body": map[string]any{"incidents": []any{}},
		}))
	}
	c.stored[11] = encoded(t, map[string]any{
		"v": 2, "seq": 12, "at": "then", "actor": "~a", "role": "owner", "kind": "incidents.purged",
		"body": map[string]any{"incidents": []any{map[string]any{"events": [][2]uint64{{4, 4}}}}},
	})
	return c
}

func signerOf(t *testing.T, seed byte) *tree.Signer {
	t.Helper()
	s, err := tree.NewSigner("tocsin/acme/1", bytes.Repeat([]byte{seed}, 32))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func encoded(t *testing.T, value any) []byte {
	t.Helper()
	mode, err := cbor.CoreDetEncOptions().EncMode()
	if err != nil {
		t.Fatal(err)
	}
	data, err := mode.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// left is what is left of an event whose text is gone.
func left(t *testing.T, stored []byte, by uint64) []byte {
	leaf := tree.LeafHash(stored)
	return encoded(t, []any{leaf[:], by})
}

func (c *chained) head(t *testing.T, size int) tree.Head {
	t.Helper()
	var b tree.Builder
	for _, stored := range c.stored[:size] {
		if err := b.Append(tree.LeafHash(stored)); err != nil {
			t.Fatal(err)
		}
	}
	root, err := b.Root()
	if err != nil {
		t.Fatal(err)
	}
	return tree.Head{Size: uint64(size), Root: root}
}

func (c *chained) checkpoint(t *testing.T, head tree.Head) []byte {
	t.Helper()
	signed, err := tree.SignCheckpoint(tree.Checkpoint{Origin: "tocsin/acme/1", Head: head}, c.signer)
	if err != nil {
		t.Fatal(err)
	}
	return signed
}

// write makes a backup up to an event, with what is removed of earlier ones.
func (c *chained) write(t *testing.T, size int, after *Manifest, removed map[uint64][]byte, kept tree.Head) (string, Manifest) {
	t.Helper()
	m := sample()
	head := c.head(t, size)
	m.ID, m.Events, m.Root = string(rune('A'+size)), head.Size, head.Root
	if after != nil {
		m.After = after.Link()
	}
	var file bytes.Buffer
	w, err := NewWriter(&file, m, c.key.Recipient())
	if err != nil {
		t.Fatal(err)
	}
	for seq := m.First(); seq <= m.Events; seq++ {
		if err := w.Event(seq, c.stored[seq-1]); err != nil {
			t.Fatal(err)
		}
	}
	for seq, data := range removed {
		if err := w.AddNumbered(Removed, seq, data); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.AddNumbered(Kept, kept.Size, c.checkpoint(t, kept)); err != nil {
		t.Fatal(err)
	}
	if err := w.Add(Checkpoint, "", c.checkpoint(t, head)); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(c.dir, m.ID)
	if err := os.WriteFile(path, file.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path, m
}

func TestVerifyAChain(t *testing.T) {
	for name, test := range map[string]struct {
		removed func(c *chained) map[uint64][]byte
		kept    func(h tree.Head) tree.Head // of ten events
		key     byte                        // whose, 0 for none
		outcome bundle.Outcome
		fault   string
	}{
		"whole":         {key: 1},
		"without a key": {outcome: bundle.CannotSay},
		"another key":   {key: 2, outcome: bundle.Wrong, fault: "does not verify"},
		"a text gone that was not ordered to": {
			removed: func(c *chained) map[uint64][]byte { return map[uint64][]byte{5: left(t, c.stored[4], 12)} },
			key:     1, outcome: bundle.Wrong, fault: "the text of event 5 is gone, which event 12 did not order",
		},
		"gone by another event": {
			removed: func(c *chained) map[uint64][]byte { return map[uint64][]byte{4: left(t, c.stored[3], 11)} },
			key:     1, outcome: bundle.Wrong, fault: "which event 11 did not order",
		},
		"gone by none": {
			removed: func(c *chained) map[uint64][]byte { return map[uint64][]byte{4: left(t, c.stored[3], 13)} },
			key:     1, outcome: bundle.Wrong, fault: "which cannot be",
		},
		"another leaf": {
			removed: func(c *chained) map[uint64][]byte { return map[uint64][]byte{4: left(t, c.stored[4], 12)} },
			key:     1, outcome: bundle.Wrong, fault: "is not what is left of it",
		},
		"a kept checkpoint of other events": {
			kept: func(h tree.Head) tree.Head { return tree.Head{Size: h.Size, Root: tree.Hash{1}} },
			key:  1, outcome: bundle.Wrong, fault: "is of other events",
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := newChained(t)
			kept := c.head(t, 10)
			removed := map[uint64][]byte{4: left(t, c.stored[3], 12)}
			if test.removed != nil {
				removed = test.removed(c)
			}
			first, whole := c.write(t, 10, nil, nil, c.head(t, 7))
			if test.kept != nil {
				kept = test.kept(kept)
			}
			second, _ := c.write(t, 12, &whole, removed, kept)
			var q bundle.Question
			if test.key > 0 {
				q.Key = signerOf(t, test.key).Verifier()
			}
			found, err := Verify(t.Context(), []string{first, second}, q, c.key)
			if err != nil || found.Outcome() != test.outcome {
				t.Fatalf("%d, %v, %v", found.Outcome(), found.Fault, err)
			}
			switch {
			case test.fault != "" && !strings.Contains(found.Fault.Detail, test.fault):
				t.Errorf("%s", found.Fault.Detail)
			case test.fault == "" && (found.Events != 12 || found.Removed != 1 || found.Checkpoints != 4 || len(found.Removers) != 1):
				t.Errorf("%+v", found)
			}
		})
	}
}
