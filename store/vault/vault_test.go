package vault

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/zalando/go-keyring"
)

// counted is randomness that is the same in every run.
type counted struct{ n byte }

func (c *counted) Read(p []byte) (int, error) {
	for k := range p {
		c.n++
		p[k] = c.n ^ byte(k>>8)
	}
	return len(p), nil
}

func knows(words string) func(bool) ([]byte, error) {
	return func(bool) ([]byte, error) { return []byte(words), nil }
}

// begun makes a vault in a new directory.
func begun(t *testing.T, unlock Unlock) (*Vault, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "vault")
	v, err := Open(dir, unlock)
	if err != nil {
		t.Fatal(err)
	}
	return v, dir
}

func seed(t *testing.T, v *Vault, name string) string {
	t.Helper()
	s, err := v.Seed(name)
	if err != nil || len(s) != keySize {
		t.Fatalf("seed %q: %d bytes, %v", name, len(s), err)
	}
	return hex.EncodeToString(s)
}

func TestKeysAreTheSameAfterEveryOpening(t *testing.T) {
	keyring.MockInit()
	for _, unlock := range []Unlock{
		{},
		{KeyFile: filepath.Join(t.TempDir(), "elsewhere.key")},
		{Method: ByPassphrase, Passphrase: knows("correct horse battery staple"), cost: cheap},
		{Method: ByKeyring},
	} {
		v, dir := begun(t, unlock)
		again, err := Open(dir, Unlock{KeyFile: unlock.KeyFile, Passphrase: unlock.Passphrase})
		if err != nil {
			t.Fatalf("%v: %v", unlock.Method, err)
		}
		if unlock.Method != "" && again.Method() != unlock.Method {
			t.Errorf("opened by %s, made by %s", again.Method(), unlock.Method)
		}
		if seed(t, v, "a") != seed(t, again, "a") || !bytes.Equal(v.DatabaseKey(), again.DatabaseKey()) {
			t.Errorf("%s: the keys changed", again.Method())
		}
	}
}

func TestKeysDiffer(t *testing.T) {
	v, _ := begun(t, Unlock{})
	other, _ := begun(t, Unlock{})
	seen := map[string]string{hex.EncodeToString(v.DatabaseKey()): "the database's", seed(t, other, "a"): "another vault's"}
	for _, name := range []string{"a", "b", "database", "seed a"} {
		if s := seed(t, v, name); seen[s] != "" {
			t.Errorf("seed %q is %s", name, seen[s])
		} else {
			seen[s] = name
		}
	}
	for _, name := range []string{"", strings.Repeat("n", maxName+1)} {
		if _, err := v.Seed(name); err == nil {
			t.Errorf("a seed for a name of %d bytes", len(name))
		}
	}
}

func TestSameRandomnessSameVault(t *testing.T) {
	a, _ := begun(t, Unlock{Random: new(counted)})
	b, _ := begun(t, Unlock{Random: new(counted)})
	if seed(t, a, "a") != seed(t, b, "a") {
		t.Error("two vaults of the same randomness differ")
	}
}

func TestWhatUnlocksIsMissingOrWrong(t *testing.T) {
	keyring.MockInit()
	words := Unlock{Method: ByPassphrase, Passphrase: knows("correct horse battery staple"), cost: cheap}
	for name, test := range map[string]struct {
		made   Unlock
		spoil  func(t *testing.T, dir string)
		opened Unlock
		want   error
	}{
		"no key file":           {spoil: remove(KeyFileName), want: ErrLocked},
		"another key file":      {spoil: put(KeyFileName, keyLine+base64.StdEncoding.EncodeToString(make([]byte, keySize))+"\n"), want: ErrWrongKey},
		"an empty key file":     {spoil: put(KeyFileName, ""), want: ErrDamaged},
		"a torn key file":       {spoil: put(KeyFileName, keyLine+"AAAA"), want: ErrDamaged},
		"a huge key file":       {spoil: put(KeyFileName, strings.Repeat("x", maxKeyFile+1)), want: ErrDamaged},
		"another passphrase":    {made: words, opened: Unlock{Passphrase: knows("Correct horse battery staple")}, want: ErrWrongKey},
		"no passphrase":         {made: words, want: ErrLocked},
		"nobody to ask":         {made: words, opened: Unlock{Passphrase: func(bool) ([]byte, error) { return nil, errors.New("no terminal") }}, want: ErrLocked},
		"another method":        {made: words, opened: Unlock{Method: ByFile}, want: ErrLocked},
		"no keyring entry":      {made: Unlock{Method: ByKeyring}, spoil: func(*testing.T, string) { keyring.MockInit() }, want: ErrLocked},
		"an empty header":       {spoil: put(HeaderName, ""), want: ErrDamaged},
		"a huge header":         {spoil: put(HeaderName, strings.Repeat(" ", maxHeader+1)), want: ErrDamaged},
		"a newer header":        {spoil: put(HeaderName, `{"format":2,"with":"more"}`), want: ErrNewer},
		"a readable header":     {spoil: mode(HeaderName, 0o644), want: ErrExposed},
		"a readable key file":   {spoil: mode(KeyFileName, 0o640), want: ErrExposed},
		"a readable directory":  {spoil: mode(".", 0o755), want: ErrExposed},
		"an expensive header":   {made: words, opened: words, spoil: change(func(h *header) { h.Argon2id.Memory = 1 << 30 }), want: ErrDamaged},
		"a cheap header":        {made: words, opened: words, spoil: change(func(h *header) { h.Argon2id.Memory = 8 }), want: ErrDamaged},
		"a header of no cost":   {made: words, opened: words, spoil: change(func(h *header) { h.Argon2id = nil }), want: ErrDamaged},
		"keys under other salt": {spoil: change(func(h *header) { h.Salt[0] ^= 1 }), want: ErrWrongKey},
		"keys under other terms": {spoil: change(func(h *header) {
			h.Argon2id = &Cost{Passes: 1, Memory: 19 << 10, Threads: 1}
		}), want: ErrDamaged},
	} {
		t.Run(name, func(t *testing.T) {
			if test.want == ErrExposed && runtime.GOOS == "windows" {
				t.Skip("rights are kept elsewhere here")
			}
			_, dir := begun(t, test.made)
			if test.spoil != nil {
				test.spoil(t, dir)
			}
			if _, err := Open(dir, test.opened); !errors.Is(err, test.want) {
				t.Errorf("got %v, want %v", err, test.want)
			}
		})
	}
}

func put(name, text string) func(*testing.T, string) {
	return func(t *testing.T, dir string) { write(t, filepath.Join(dir, name), []byte(text)) }
}

func write(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func remove(name string) func(*testing.T, string) {
	return func(t *testing.T, dir string) {
		if err := os.Remove(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
}

func mode(name string, mode os.FileMode) func(*testing.T, string) {
	return func(t *testing.T, dir string) {
		if err := os.Chmod(filepath.Join(dir, name), mode); err != nil {
			t.Fatal(err)
		}
	}
}

// change writes another header with a sum that fits it, as an attacker would.
func change(edit func(*header)) func(*testing.T, string) {
	return func(t *testing.T, dir string) {
		var h header
		if err := json.Unmarshal(read(t, filepath.Join(dir, HeaderName)), &h); err != nil {
			t.Fatal(err)
		}
		edit(&h)
		h.Sum, _ = h.sum()
		text, err := h.encode()
		if err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(dir, HeaderName), text)
	}
}

func TestEveryFlippedByteOfTheHeaderIsNoticed(t *testing.T) {
	_, dir := begun(t, Unlock{})
	path := filepath.Join(dir, HeaderName)
	whole := read(t, path)
	for k := range whole {
		damaged := bytes.Clone(whole)
		damaged[k] ^= 1
		write(t, path, damaged)
		_, err := Open(dir, Unlock{})
		if err == nil {
			t.Fatalf("byte %d was flipped and the vault opened", k)
		}
	}
}

func TestANewPassphraseHasALength(t *testing.T) {
	for _, words := range []string{"", "short", strings.Repeat("x", maxPassphrase+1)} {
		dir := filepath.Join(t.TempDir(), "vault")
		if _, err := Open(dir, Unlock{Method: ByPassphrase, Passphrase: knows(words), cost: cheap}); !errors.Is(err, ErrLocked) {
			t.Errorf("a passphrase of %d bytes: %v", len(words), err)
		}
	}
	if _, err := Open(filepath.Join(t.TempDir(), "vault"), Unlock{Method: "oracle"}); err == nil {
		t.Error("a method nobody knows made a vault")
	}
}

func TestFilesAreTheOwnersAlone(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("rights are kept elsewhere here")
	}
	_, dir := begun(t, Unlock{})
	for name, want := range map[string]os.FileMode{".": 0o700, HeaderName: 0o600, KeyFileName: 0o600} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v, %v; want %v", name, info.Mode(), err, want)
		}
	}
}

// TestStoppedWhileItBegins stops the making of a vault before each of its
// steps: whatever is there then, the next start makes a vault, and what was
// made once is opened.
func TestStoppedWhileItBegins(t *testing.T) {
	stop := errors.New("stopped")
	for n := 0; ; n++ {
		dir := filepath.Join(t.TempDir(), "vault")
		steps := 0
		_, err := open(dir, Unlock{}, disk{before: func(string, string) error {
			if steps++; steps > n {
				return stop
			}
			return nil
		}})
		if err == nil {
			if n < 10 {
				t.Errorf("making a vault took only %d steps", n)
			}
			return
		}
		if !errors.Is(err, stop) {
			t.Fatalf("stopped before step %d: %v", n, err)
		}
		first, err := Open(dir, Unlock{})
		if err != nil {
			t.Fatalf("after a stop before step %d: %v", n, err)
		}
		again, err := Open(dir, Unlock{})
		if err != nil || seed(t, again, "a") != seed(t, first, "a") {
			t.Fatalf("after a stop before step %d the second opening: %v", n, err)
		}
	}
}

// TestNoSecretInTexts looks for every secret in everything that is printed.
func TestNoSecretInTexts(t *testing.T) {
	const words = "a passphrase nobody may see"
	v, dir := begun(t, Unlock{Method: ByPassphrase, Passphrase: knows(words), cost: cheap})
	key := read(t, filepath.Join(func() string { _, d := begun(t, Unlock{}); return d }(), KeyFileName))
	var texts []string
	for _, format := range []string{"%v", "%+v", "%#v", "%s", "%d", "%x", "%q"} {
		texts = append(texts, fmt.Sprintf(format, v), fmt.Sprintf(format, v.root), fmt.Sprintf(format, struct{ V *Vault }{v}), fmt.Sprintf(format, rootKeys{{key: v.root}}))
	}
	for _, unlock := range []Unlock{{Passphrase: knows(words + "?")}, {Method: ByFile}} {
		_, err := Open(dir, unlock)
		texts = append(texts, err.Error())
	}
	_, err := parseKeyFile("master.key", key[:len(key)-3])
	texts = append(texts, err.Error())
	file := strings.TrimPrefix(strings.TrimSpace(string(key)), keyLine)
	for _, text := range texts {
		for _, hidden := range []string{words, file, file[:12], hex.EncodeToString(v.root[:]), hex.EncodeToString(v.database[:]), string(v.root[:]), fmt.Sprint(v.root[0], " ", v.root[1], " ", v.root[2])} {
			if strings.Contains(strings.ToLower(text), strings.ToLower(hidden)) {
				t.Errorf("%q is in %q", hidden, text)
			}
		}
	}
}
