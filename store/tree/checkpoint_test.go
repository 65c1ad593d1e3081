package tree

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
)

const (
	checkpoints = "../../testdata/store/checkpoints"
	origin      = "tocsin/acme/00112233445566778899aabbccddeeff"
	// The public keys of the seeds below, as golang.org/x/mod/sumdb/note and
	// github.com/transparency-dev/formats/note write them.
	logKey     = origin + "+4de688d8+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c"
	witnessKey = "witness.example/one+5aa9b808+BIE5dw6ofRdfVqNUZsNMfszLjYqRtO43ol32D1uPybOU"
)

func seed(b byte) []byte { return bytes.Repeat([]byte{b}, 32) }

func newTestSigner(tb testing.TB) *Signer {
	tb.Helper()
	signer, err := NewSigner(origin, seed(1))
	if err != nil {
		tb.Fatal(err)
	}
	return signer
}

func newTestWitness(tb testing.TB, at time.Time) *Cosigner {
	tb.Helper()
	w, err := NewCosigner("witness.example/one", seed(2), func() time.Time { return at })
	if err != nil {
		tb.Fatal(err)
	}
	return w
}

func sample() Checkpoint {
	return Checkpoint{Origin: origin, Head: Head{Size: 7, Root: Hash(seed(7))}}
}

func readCheckpoint(tb testing.TB, name string) []byte {
	tb.Helper()
	data, err := os.ReadFile(filepath.Join(checkpoints, name))
	if err != nil {
		tb.Fatal(err)
	}
	return data
}

// TestOthersNote verifies a checkpoint that other libraries signed and
// cosigned, and makes the same bytes.
func TestOthersNote(t *testing.T) {
	theirs := readCheckpoint(t, "cosigned.note")
	log, err := ParseVerifier(logKey)
	if err != nil {
		t.Fatal(err)
	}
	witness, err := ParseVerifier(witnessKey)
	if err != nil {
		t.Fatal(err)
	}
	s, err := OpenCheckpoint(theirs, log, witness)
	if err != nil || s.Origin != origin || s.Size != 7 || s.Root != Hash(seed(7)) || len(s.Witnesses) != 1 {
		t.Fatalf("%+v, %v", s, err)
	}
	at := s.Witnesses[0].At
	if s.Witnesses[0].Name != "witness.example/one" || at.Year() < 2020 {
		t.Errorf("witnessed by %+v", s.Witnesses[0])
	}
	signer, cosigner := newTestSigner(t), newTestWitness(t, at)
	if signer.VerifierKey() != logKey || cosigner.VerifierKey() != witnessKey {
		t.Errorf("keys are %s and %s", signer.VerifierKey(), cosigner.VerifierKey())
	}
	ours, err := SignCheckpoint(sample(), signer)
	if err != nil {
		t.Fatal(err)
	}
	if ours, err = AddCosignature(ours, signer.Verifier(), cosigner); err != nil || !bytes.Equal(ours, theirs) {
		t.Errorf("%v\n%s\nwant\n%s", err, ours, theirs)
	}
	if _, err := note.NewVerifier(signer.VerifierKey()); err != nil {
		t.Errorf("others cannot read the key: %v", err)
	}
}

func TestCheckpointsThatProveNothing(t *testing.T) {
	signer := newTestSigner(t)
	signed, err := SignCheckpoint(sample(), signer)
	if err != nil {
		t.Fatal(err)
	}
	other, err := NewSigner(origin, seed(3))
	if err != nil {
		t.Fatal(err)
	}
	foreign, err := NewSigner("tocsin/other/1", seed(1))
	if err != nil {
		t.Fatal(err)
	}
	witness := newTestWitness(t, time.Unix(1, 0))
	onlyWitness, err := SignCheckpoint(sample(), witness)
	if err != nil {
		t.Fatal(err)
	}
	disguised, err := note.Sign(&note.Note{Text: sample().Text()}, foreign)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		note []byte
		by   note.Verifier
		want error
	}{
		"another key":            {signed, other.Verifier(), ErrUnsigned},
		"another log":            {disguised, foreign.Verifier(), ErrUnsigned},
		"only a witness":         {onlyWitness, signer.Verifier(), ErrUnsigned},
		"another size":           {bytes.Replace(signed, []byte("\n7\n"), []byte("\n8\n"), 1), signer.Verifier(), ErrUnsigned},
		"no signature":           {[]byte(sample().Text()), signer.Verifier(), ErrFormat},
		"nothing":                {nil, signer.Verifier(), ErrFormat},
		"too large":              {append(bytes.Clone(signed), make([]byte, MaxCheckpoint)...), signer.Verifier(), ErrFormat},
		"a number with a zero":   {readCheckpoint(t, "leading-zero.note"), signer.Verifier(), ErrUnsigned},
		"no root":                {readCheckpoint(t, "no-root.note"), signer.Verifier(), ErrUnsigned},
		"a line of its own more": {readCheckpoint(t, "extended.note"), signer.Verifier(), ErrUnsigned},
	} {
		if _, err := OpenCheckpoint(c.note, c.by, witness.Verifier()); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	if _, err := AddCosignature(signed, other.Verifier(), witness); !errors.Is(err, ErrUnsigned) {
		t.Errorf("a witness signed what it could not verify: %v", err)
	}
}

func TestParseCheckpoint(t *testing.T) {
	good := sample().Text()
	empty := Checkpoint{Origin: "o", Head: Head{Root: emptyRoot()}, Extensions: []string{"more"}}
	for _, text := range []string{good, empty.Text()} {
		c, err := ParseCheckpoint(text)
		if err != nil || c.Text() != text {
			t.Errorf("%q reads as %+v, %v", text, c, err)
		}
	}
	root := seed(7)
	line := Hash(root).String()
	for _, text := range []string{
		"", "\n", "o\n7\n", "o\n7\n" + line, "\n7\n" + line + "\n", "o\n\n" + line + "\n",
		"o o\n7\n" + line + "\n", "o+o\n7\n" + line + "\n", "o\u00a0o\n7\n" + line + "\n", "o\xff\n7\n" + line + "\n",
		strings.Repeat("o", 256) + "\n7\n" + line + "\n",
		"o\n07\n" + line + "\n", "o\n+7\n" + line + "\n", "o\n-7\n" + line + "\n", "o\n7 \n" + line + "\n", "o\n18446744073709551616\n" + line + "\n", "o\n9223372036854775807\n" + line + "\n",
		"o\n7\n" + line[:40] + "\n", "o\n7\n" + strings.Replace(line, "c=", "d=", 1) + "\n", "o\n7\n" + strings.TrimSuffix(line, "=") + "\n",
		"o\n0\n" + line + "\n", good + "\n", good + "\nafter an empty line\n", good + strings.Repeat("x\n", maxExtensions+1), good + strings.Repeat("x", MaxCheckpoint) + "\n",
	} {
		if c, err := ParseCheckpoint(text); !errors.Is(err, ErrFormat) {
			t.Errorf("%q reads as %+v, %v", text, c, err)
		}
	}
}

func TestKeys(t *testing.T) {
	for _, vkey := range []string{
		"", "a", "a+b", "a+b+c", strings.Replace(logKey, "4de688d8", "4de688d9", 1), strings.Replace(logKey, "+4de688d8", "+4DE688D8x", 1),
		strings.Replace(logKey, "acme", "a cme", 1), strings.Replace(logKey, "9c", "9d", 1), logKey + "AAAA", strings.Repeat("x", 2000),
	} {
		if _, err := ParseVerifier(vkey); !errors.Is(err, ErrFormat) {
			t.Errorf("%q: %v", vkey, err)
		}
	}
	if _, err := NewSigner("a b", seed(1)); !errors.Is(err, ErrFormat) {
		t.Errorf("a key with a space in its name: %v", err)
	}
	if _, err := NewSigner("a", seed(1)[:31]); !errors.Is(err, ErrFormat) {
		t.Errorf("a key of 31 bytes: %v", err)
	}
}

// FuzzOpenCheckpoint holds that what opens was signed, and that what reads
// reads the same again.
func FuzzOpenCheckpoint(f *testing.F) {
	names, err := filepath.Glob(filepath.Join(checkpoints, "*.note"))
	if err != nil || len(names) == 0 {
		f.Fatal(names, err)
	}
	for _, name := range names {
		f.Add(readCheckpoint(f, filepath.Base(name)))
	}
	signer := newTestSigner(f)
	witness := newTestWitness(f, time.Unix(1, 0))
	f.Fuzz(func(t *testing.T, data []byte) {
		if c, err := PeekCheckpoint(data); err == nil {
			again, err := ParseCheckpoint(c.Text())
			if err != nil || again.Text() != c.Text() {
				t.Errorf("%+v reads as %+v, %v", c, again, err)
			}
		}
		s, err := OpenCheckpoint(data, signer.Verifier(), witness.Verifier())
		if err != nil {
			return
		}
		if s.Text() != sample().Text() {
			t.Errorf("a checkpoint that was never signed opens: %q", s.Text())
		}
		if _, err := AddCosignature(data, signer.Verifier(), witness); err != nil {
			t.Errorf("a checkpoint that opens takes no cosignature: %v", err)
		}
	})
}

// FuzzParseVerifier holds that a key that reads is written the same.
func FuzzParseVerifier(f *testing.F) {
	f.Add(logKey)
	f.Add(witnessKey)
	f.Fuzz(func(t *testing.T, vkey string) {
		v, err := ParseVerifier(vkey)
		if err != nil {
			return
		}
		key, ok := v.(interface{ VerifierKey() string })
		if !ok || !strings.EqualFold(key.VerifierKey(), vkey) {
			t.Errorf("%q is written as %q", vkey, key.VerifierKey())
		}
	})
}
