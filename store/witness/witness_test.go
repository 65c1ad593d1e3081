package witness

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"tocsin/store/disk"
	"tocsin/store/tree"
)

// log grows, and signs what it is.
type log struct {
	leaves []tree.Hash
	signer *tree.Signer
}

func newLog(t *testing.T, seed byte, events int, text string) *log {
	t.Helper()
	signer, err := tree.NewSigner("tocsin/acme/7f3a", bytes.Repeat([]byte{seed}, 32))
	if err != nil {
		t.Fatal(err)
	}
	l := &log{signer: signer}
	for k := range events {
		l.leaves = append(l.leaves, tree.LeafHash(fmt.Appendf(nil, "%s %d", text, k)))
	}
	return l
}

func (l *log) head(t *testing.T, size int) tree.Head {
	t.Helper()
	var b tree.Builder
	for _, leaf := range l.leaves[:size] {
		if err := b.Append(leaf); err != nil {
			t.Fatal(err)
		}
	}
	root, err := b.Root()
	if err != nil {
		t.Fatal(err)
	}
	return tree.Head{Size: uint64(size), Root: root}
}

func (l *log) checkpoint(t *testing.T, size int) []byte {
	t.Helper()
	note, err := tree.SignCheckpoint(tree.Checkpoint{Origin: l.signer.Name(), Head: l.head(t, size)}, l.signer)
	if err != nil {
		t.Fatal(err)
	}
	return note
}

func (l *log) proof(t *testing.T, older, newer int) []byte {
	t.Helper()
	r := tree.NewReader(l.head(t, newer), func(id tree.TileID, count int) ([]tree.Hash, error) { return l.leaves[:count], nil })
	p, err := r.Connect(uint64(older), uint64(newer))
	if err != nil {
		t.Fatal(err)
	}
	return p.Text(l.checkpoint(t, newer))
}

func TestAWitnessSignsOneHistoryOnly(t *testing.T) {
	at := time.Date(2026, 5, 4, 9, 30, 0, 0, time.UTC)
	dir := t.TempDir()
	w, err := New(dir, "example.com/witness", func() time.Time { return at })
	if err != nil {
		t.Fatal(err)
	}
	l, forked, other := newLog(t, 1, 100, "event"), newLog(t, 1, 100, "forged"), newLog(t, 2, 100, "event")
	key := l.signer.VerifierKey()
	if _, err := w.Cosign(l.checkpoint(t, 40), "", nil); !errors.Is(err, ErrUnknownLog) {
		t.Errorf("of a log that it does not know: %v", err)
	}
	if _, err := w.Cosign(other.checkpoint(t, 40), key, nil); !errors.Is(err, tree.ErrUnsigned) {
		t.Errorf("signed by another key: %v", err)
	}
	first, err := w.Cosign(l.checkpoint(t, 40), key, nil)
	if err != nil {
		t.Fatal(err)
	}
	witness, err := tree.ParseVerifier(w.VerifierKey())
	if err != nil {
		t.Fatal(err)
	}
	opened, err := tree.OpenCheckpoint(first, l.signer.Verifier(), witness)
	if err != nil || len(opened.Witnesses) != 1 || !opened.Witnesses[0].At.Equal(at) {
		t.Fatalf("%+v, %v", opened.Witnesses, err)
	}
	if w, err = Open(dir, time.Now); err != nil { // it remembers
		t.Fatal(err)
	}
	for _, test := range []struct {
		name   string
		signed []byte
		key    string
		proof  []byte
		want   error
	}{
		{"the same again", l.checkpoint(t, 40), "", nil, nil},
		{"another history of the same size", forked.checkpoint(t, 40), "", nil, ErrInconsistent},
		{"rewound", l.checkpoint(t, 39), "", nil, ErrInconsistent},
		{"grown, without a proof", l.checkpoint(t, 90), "", nil, ErrNeedsProof},
		{"grown, with a proof from elsewhere", l.checkpoint(t, 90), "", l.proof(t, 30, 90), ErrNeedsProof},
		{"another history, grown", forked.checkpoint(t, 90), "", forked.proof(t, 40, 90), ErrInconsistent},
		{"another key", other.checkpoint(t, 90), other.signer.VerifierKey(), other.proof(t, 40, 90), ErrInconsistent},
		{"grown", l.checkpoint(t, 90), "", l.proof(t, 40, 90), nil},
		{"back", l.checkpoint(t, 40), "", nil, ErrInconsistent},
	} {
		if _, err := w.Cosign(test.signed, test.key, test.proof); !errors.Is(err, test.want) || test.want == nil && err != nil {
			t.Errorf("%s: %v, want %v", test.name, err, test.want)
		}
	}
	if _, err := New(dir, "example.com/witness", time.Now); err == nil {
		t.Error("a witness was made over another")
	}
	if info, err := os.Stat(filepath.Join(dir, keyFile)); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key's mode: %v, %v", info.Mode(), err)
	}
}

// Two processes that sign as one witness could sign two histories.
func TestOneProcessSignsAtATime(t *testing.T) {
	dir := t.TempDir()
	w, err := New(dir, "witness.example.com/w", time.Now)
	if err != nil {
		t.Fatal(err)
	}
	held, err := os.OpenFile(filepath.Join(dir, lockFile), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	if err := disk.Lock(held); err != nil {
		t.Fatal(err)
	}
	if again, err := os.Open(held.Name()); err != nil || disk.Lock(again) == nil {
		t.Skip("this system has no lock that ends with its process")
	}
	l := newLog(t, 1, 40, "event")
	if _, err := w.Cosign(l.checkpoint(t, 40), l.signer.VerifierKey(), nil); !errors.Is(err, ErrInUse) {
		t.Errorf("beside another process: %v", err)
	}
	if err := held.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Cosign(l.checkpoint(t, 40), l.signer.VerifierKey(), nil); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}
