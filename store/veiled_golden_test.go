package store

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tocsin/model"
	"tocsin/store/vault"
)

// veiledGolden holds one sample of every kind of event as it is written with a
// vault: tokens for names, and sealed texts. They open with the keys of
// goldenVault alone. Neither is ever changed: what the file holds may lie in
// somebody's log, and such a vault beside it.
const (
	veiledGolden = "../testdata/store/envelopes-veiled.golden"
	goldenVault  = "../testdata/store/vault"
)

// chance is randomness that is the same in every run.
type chance struct {
	seed string
	n    uint64
	left []byte
}

func (c *chance) Read(p []byte) (int, error) {
	if len(c.left) == 0 {
		sum := sha256.Sum256(binary.BigEndian.AppendUint64([]byte(c.seed), c.n))
		c.n, c.left = c.n+1, sum[:]
	}
	n := copy(p, c.left)
	c.left = c.left[n:]
	return n, nil
}

// goldenVeil opens a copy of goldenVault, whose files somebody else's checkout
// may have given other rights. New tokens come from the seed.
func goldenVeil(t *testing.T, seed string) *veil {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "vault")
	if err := os.CopyFS(dir, os.DirFS(goldenVault)); err != nil {
		t.Fatal(err)
	}
	if err := private(dir); err != nil {
		t.Fatal(err)
	}
	keys, err := vault.Open(dir, vault.Unlock{Random: &chance{seed: seed}})
	if err != nil {
		t.Fatalf("a vault that may lie beside somebody's log cannot be opened: %v", err)
	}
	return newVeil("acme", keys)
}

// makeGoldenVault makes the vault, or adds to it what keys of the people,
// reporters and customers that veiledSample names it does not have.
func makeGoldenVault(t *testing.T) {
	t.Helper()
	if !*update {
		return
	}
	if err := private(goldenVault); err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	keys, err := vault.Open(goldenVault, vault.Unlock{Random: &chance{seed: "vault"}})
	if err != nil {
		t.Fatal(err)
	}
	v := newVeil("acme", keys)
	reporter, err := v.reporterKey("INC-2026-0001")
	if err == nil {
		err = keys.Keys([]vault.Subject{v.personKey(1), reporter, v.customerKey(2)})
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestFormatOfVeiledEventsDoesNotDrift(t *testing.T) {
	makeGoldenVault(t)
	golden := readGolden(t, veiledGolden)
	for kind, lines := range golden {
		for _, line := range lines {
			data, err := hex.DecodeString(line)
			if err != nil {
				t.Fatal(err)
			}
			v := goldenVeil(t, kind)
			e, err := decodeEvent(v, data)
			if err != nil {
				t.Errorf("%s: an event that may lie in a log cannot be read: %v", kind, err)
				continue
			}
			if !strings.HasPrefix(e.Actor, "Ada") || strings.Contains(fmt.Sprint(personalTexts(t, e.Body)), veilMark) {
				t.Errorf("%s: it reads %+v %+v", kind, e, e.Body)
			}
			for token, person := range v.byToken { // as if it were written for the first time
				unlogged := *person
				unlogged.entry.Logged = false
				v.byToken[token], v.byName[person.name] = &unlogged, &unlogged
			}
			if again, err := encodeEvent(v, e); err != nil || !bytes.Equal(again, data) {
				t.Errorf("%s: reading and writing changed it to\n%x, %v", kind, again, err)
			}
		}
	}
	addShapes(t, veiledGolden, golden, func(kind string) ([]byte, error) { return encodeEvent(goldenVeil(t, kind), veiledSample(t, kind)) })
}

// TestFormatOfForgottenEventsDoesNotDrift reads the samples of before once
// their keys are gone.
func TestFormatOfForgottenEventsDoesNotDrift(t *testing.T) {
	v := goldenVeil(t, "forgotten")
	reporter, err := v.reporterKey("INC-2026-0001")
	if err != nil {
		t.Fatal(err)
	}
	for _, gone := range []vault.Subject{v.personKey(1), v.personKey(2), v.personKey(3), v.personKey(4), v.personKey(5), v.customerKey(2), reporter} {
		if err := v.vault.Forget(gone); err != nil {
			t.Fatal(err)
		}
	}
	for kind, lines := range readGolden(t, veiledGolden) {
		for _, line := range lines {
			data, err := hex.DecodeString(line)
			if err != nil {
				t.Fatal(err)
			}
			e, err := decodeEvent(v, data)
			if err != nil || !strings.HasPrefix(e.Actor, model.ForgottenPerson) {
				t.Fatalf("%s: %+v, %v", kind, e, err)
			}
			for _, text := range personalTexts(t, e.Body) {
				if text != model.ForgottenText && !strings.HasPrefix(text, model.ForgottenPerson) {
					t.Errorf("%s: it still reads %q", kind, text)
				}
			}
		}
	}
}
