package tree

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"
)

func TestProofsAreReadAsTheyWereWritten(t *testing.T) {
	k := grow(t, 700)
	signer, err := NewSigner("tocsin/acme/7f3a", bytes.Repeat([]byte{1}, 32))
	if err != nil {
		t.Fatal(err)
	}
	note, err := SignCheckpoint(Checkpoint{Origin: signer.Name(), Head: k.head}, signer)
	if err != nil {
		t.Fatal(err)
	}
	r := NewReader(k.head, k.tile)
	included, err := r.Include(300, 700)
	if err != nil {
		t.Fatal(err)
	}
	text := included.Text([]byte("event 300"), note)
	if want := "c2sp.org/tlog-proof@v1\nextra ZXZlbnQgMzAw\nindex 299\n"; !strings.HasPrefix(string(text), want) {
		t.Errorf("the proof begins with %q", text[:60])
	}
	read, stored, checkpoint, err := ParseInclusion(text)
	if err != nil || read.Seq != 300 || read.Size != 700 || !slices.Equal(read.Hashes, included.Hashes) || !bytes.Equal(checkpoint, note) {
		t.Errorf("%+v, %v", read, err)
	}
	if err := read.Check(k.head.Root, LeafHash(stored)); err != nil {
		t.Error(err)
	}
	connected, err := r.Connect(256, 700)
	if err != nil {
		t.Fatal(err)
	}
	text = connected.Text(note)
	again, _, err := ParseConsistency(text)
	if err != nil || again.Old != 256 || again.New != 700 || !slices.Equal(again.Hashes, connected.Hashes) {
		t.Errorf("%+v, %v", again, err)
	}
	if _, _, _, err := ParseInclusion(text); !errors.Is(err, ErrFormat) {
		t.Errorf("read as the other kind: %v", err)
	}
	for _, bad := range []string{"", "\n\n", InclusionHeader + "\n\n" + string(note), InclusionHeader + "\nindex 01\n\n" + string(note),
		InclusionHeader + "\nindex -1\n\n" + string(note), InclusionHeader + "\nindex 1\nAAAA\n\n" + string(note), InclusionHeader + "\nindex 1\n\nhello\n", InclusionHeader + "\nextra !\nindex 1\n\n" + string(note)} {
		if _, _, _, err := ParseInclusion([]byte(bad)); !errors.Is(err, ErrFormat) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

// FuzzProofs holds that whatever is read as a proof is written the same again.
func FuzzProofs(f *testing.F) {
	f.Add([]byte(InclusionHeader + "\nextra AAAA\nindex 1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n\nx\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n\n— x AAAAAAAA\n"))
	f.Add([]byte(ConsistencyHeader + "\nold 1\n\nx\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n\n— x AAAAAAAA\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if p, stored, checkpoint, err := ParseInclusion(data); err == nil && stored != nil && !bytes.Equal(p.Text(stored, checkpoint), data) {
			t.Errorf("%q", data)
		}
		if p, checkpoint, err := ParseConsistency(data); err == nil && !bytes.Equal(p.Text(checkpoint), data) {
			t.Errorf("%q", data)
		}
	})
}
