package backup

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"filippo.io/age"
)

func sample() Manifest {
	return Manifest{
		Format: format, ID: "A", Space: "acme", Origin: "tocsin/acme/1", Events: 7, Last: time.Date(2026, 3, 4, 11, 0, 0, 0, time.UTC),
		Made: time.Date(2026, 3, 4, 12, 0, 0, 5, time.UTC), Program: "v1", Unlock: "file", Key: true, Sealed: ByRecipients,
	}
}

func TestManifestIsReadAsItIsWritten(t *testing.T) {
	m := sample()
	m.After = &Link{ID: "B", Events: 7}
	line, err := m.line()
	if err != nil {
		t.Fatal(err)
	}
	again, err := ParseManifest(line)
	if err != nil || *again.After != *m.After || again.Made != m.Made || again.First() != 8 {
		t.Errorf("%+v, %v", again, err)
	}
	for name, c := range map[string]struct {
		from, to string
		want     error
	}{
		"newer":          {`"tocsin_backup":1`, `"tocsin_backup":2`, ErrNewer},
		"no format":      {`"tocsin_backup":1`, `"tocsin_backup":0`, ErrDamaged},
		"another space":  {`"space":"acme"`, `"space":""`, ErrDamaged},
		"a field more":   {`"space":"acme"`, `"space":"acme","x":1`, ErrDamaged},
		"no events":      {`"events":7,"root"`, `"events":0,"root"`, ErrDamaged},
		"too long after": {`"events":7,"root"`, `"events":6,"root"`, ErrDamaged},
		"sealed how":     {`"recipients"`, `"hope"`, ErrDamaged},
		"spaces":         {`{`, `{ `, ErrDamaged},
		"no JSON":        {`{`, `[`, ErrDamaged},
		"long":           {`"v1"`, `"` + strings.Repeat("v", maxManifest) + `"`, ErrDamaged},
	} {
		if _, err := ParseManifest([]byte(strings.Replace(string(line), c.from, c.to, 1))); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestChainsFollow(t *testing.T) {
	whole := sample()
	next := sample()
	next.ID, next.Events, next.After = "B", 9, whole.Link()
	if err := CheckChain([]Manifest{whole, next}); err != nil {
		t.Error(err)
	}
	skipped := next
	skipped.After = &Link{ID: "C", Events: 8}
	other := next
	other.Space = "other"
	for name, chain := range map[string][]Manifest{"begins late": {next}, "two whole": {whole, whole}, "skips": {whole, skipped}, "other space": {whole, other}, "backwards": {next, whole}} {
		if err := CheckChain(chain); !errors.Is(err, ErrChain) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestNamesOfParts(t *testing.T) {
	for _, name := range []string{
		"", "/", "x", "vault", "vault/", "vault/../settings.toml", "vault/keys/../../x", "files/../x.toml", "files/packs/../../x.toml", "files/packs/a/b.toml", "files/packs/.toml", "files/packs/a\\b.toml",
		"files/packs/C:x.toml", "files/console.json", "log/1", "log/00000000000000000000", "log/-0000000000000000001", "evidence/abc", "evidence/../x", "../end.json", "end.json/x", "manifest.json/",
	} {
		if p, err := parsePart(name, 1); !errors.Is(err, ErrDamaged) {
			t.Errorf("%q is %+v, %v", name, p, err)
		}
	}
	for name, kind := range map[string]Kind{
		"vault/vault.json": Vault, "vault/master.key": Vault, "vault/keys/" + strings.Repeat("0a", 16): Vault, "files/settings.toml": File, "files/packs/Ünser.toml": File,
		"log/00000000000000000012": Events, "evidence/" + strings.Repeat("0a", 32): Evidence, "checkpoint": Checkpoint, "end.json": endPart,
	} {
		if p, err := parsePart(name, 1); err != nil || p.Kind != kind {
			t.Errorf("%q is %+v, %v", name, p, err)
		}
	}
	if _, err := parsePart("log/00000000000000000012", 1<<30); !errors.Is(err, ErrDamaged) {
		t.Errorf("a gigabyte of events at once: %v", err)
	}
}

func TestPassphrase(t *testing.T) {
	m := sample()
	m.Sealed, m.Events = ByPassphrase, 1
	lock, err := age.NewScryptRecipient("a dozen or so characters")
	if err != nil {
		t.Fatal(err)
	}
	lock.SetWorkFactor(10)
	var file bytes.Buffer
	w, err := NewWriter(&file, m, lock)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Event(1, []byte("event")); err != nil {
		t.Fatal(err)
	}
	if err := w.Event(3, nil); err == nil {
		t.Error("event 3 was taken after 1")
	}
	if err := w.Add(Vault, "vault.json", nil); err == nil {
		t.Error("a file of the vault was taken after events")
	}
	if _, err := w.Close(); err != nil {
		t.Fatal(err)
	}
	for words, want := range map[string]error{"a dozen or so characters": nil, "a dozen or so character": ErrKey} {
		key, err := age.NewScryptIdentity(words)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := NewReader(bytes.NewReader(file.Bytes()), key); !errors.Is(err, want) {
			t.Errorf("%s: %v", words, err)
		}
	}
}

// TestWriterWantsEveryEvent holds that a backup that ends early is none.
func TestWriterWantsEveryEvent(t *testing.T) {
	key, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	w, err := NewWriter(&file, sample(), key.Recipient())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Close(); err == nil {
		t.Error("a backup without its events was closed")
	}
}

func FuzzParseManifest(f *testing.F) {
	m := sample()
	for _, after := range []*Link{nil, {ID: "B", Events: 3}} {
		m.After = after
		line, err := m.line()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(line)
	}
	f.Add([]byte("{}\n"))
	f.Add([]byte(`{"tocsin_backup":99}`))
	f.Fuzz(func(t *testing.T, line []byte) {
		m, err := ParseManifest(line)
		if err != nil {
			if !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrNewer) {
				t.Errorf("an error of no kind: %v", err)
			}
			return
		}
		again, err := m.line()
		if err != nil || !bytes.Equal(again, line) {
			t.Errorf("%q became %q, %v", line, again, err)
		}
	})
}
