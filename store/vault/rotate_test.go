package vault

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// TestRotatedOntoItself names the key file that is there in another way: it
// gets a new key, and is not taken for another one that may go.
func TestRotatedOntoItself(t *testing.T) {
	for name, other := range map[string]func(t *testing.T, dir string) string{
		"through a folder": func(_ *testing.T, dir string) string {
			return filepath.Join(dir, keysName) + string(filepath.Separator) + ".." + string(filepath.Separator) + KeyFileName
		},
		"relative": func(t *testing.T, dir string) string {
			t.Chdir(dir)
			return KeyFileName
		},
		"through a link": func(t *testing.T, dir string) string {
			link := filepath.Join(t.TempDir(), "linked")
			if err := os.Symlink(dir, link); err != nil {
				t.Skip(err)
			}
			return filepath.Join(link, KeyFileName)
		},
	} {
		t.Run(name, func(t *testing.T) {
			v, dir := begun(t, Unlock{})
			path := filepath.Join(dir, KeyFileName)
			before, want := read(t, path), seed(t, v, "a")
			if err := v.Rotate(context.Background(), Unlock{KeyFile: other(t, dir)}); err != nil {
				t.Fatal(err)
			}
			again, err := Open(dir, Unlock{})
			if err != nil {
				t.Fatalf("nobody can open the vault any more: %v", err)
			}
			if seed(t, again, "a") != want || bytes.Equal(read(t, path), before) {
				t.Error("the key was not changed")
			}
		})
	}
}

// TestRotatedToACopyOfTheKey would leave the old key good for everything.
func TestRotatedToACopyOfTheKey(t *testing.T) {
	v, dir := begun(t, Unlock{})
	elsewhere := filepath.Join(t.TempDir(), "copy.key")
	write(t, elsewhere, read(t, filepath.Join(dir, KeyFileName)))
	if err := v.Rotate(context.Background(), Unlock{KeyFile: elsewhere}); err == nil {
		t.Error("the key in a copy of the key file was taken for a new one")
	}
	if _, err := Open(dir, Unlock{}); err != nil {
		t.Error(err)
	}
}

// TestALinkedKeyFileStaysWhereItLies moves the key to another disk by a link,
// as an administrator may: the key does not come back into the directory.
func TestALinkedKeyFileStaysWhereItLies(t *testing.T) {
	v, dir := begun(t, Unlock{})
	link, away := filepath.Join(dir, KeyFileName), filepath.Join(t.TempDir(), "away.key")
	if err := os.Rename(link, away); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(away, link); err != nil {
		t.Skip(err)
	}
	before := read(t, away)
	if err := v.Rotate(context.Background(), Unlock{}); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the key lies in the directory again: %v, %v", info, err)
	}
	if bytes.Equal(read(t, away), before) {
		t.Error("the old key is still where it lay")
	}
	if _, err := Open(dir, Unlock{}); err != nil {
		t.Error(err)
	}
}

// TestStrangersAmongTheKeys puts what file managers and backup programs leave
// beside the keys: neither a rotation nor a start trips over it.
func TestStrangersAmongTheKeys(t *testing.T) {
	v, dir := begun(t, Unlock{})
	hers := sealed(t, v, anna, "name", "Anna")
	for _, name := range []string{".DS_Store", "conflicted copy", "0123456789abcdef0123456789abcdef.bak"} {
		write(t, filepath.Join(v.shards(), name), []byte("not keys"))
	}
	if err := v.Rotate(context.Background(), Unlock{}); err != nil {
		t.Fatal(err)
	}
	again, err := Open(dir, Unlock{})
	if err != nil {
		t.Fatal(err)
	}
	if plain, err := again.Open(anna, "name", hers); err != nil || string(plain) != "Anna" {
		t.Errorf("%q, %v", plain, err)
	}
}

// TestADamagedFileOfKeysStopsARotationBeforeItBegins: otherwise nobody could
// open the vault from then on, with all that is whole in it.
func TestADamagedFileOfKeysStopsARotationBeforeItBegins(t *testing.T) {
	v, dir := begun(t, Unlock{})
	hers := sealed(t, v, anna, "name", "Anna")
	sealed(t, v, cora, "name", "Cora")
	path, err := v.shardPath(cora.block())
	if err != nil {
		t.Fatal(err)
	}
	data := read(t, path)
	data[shardSize/2] ^= 1
	write(t, path, data)
	if err := v.Rotate(context.Background(), Unlock{}); !errors.Is(err, ErrDamaged) {
		t.Fatalf("rotated: %v", err)
	}
	again, err := Open(dir, Unlock{})
	if err != nil {
		t.Fatalf("nobody can open the vault any more: %v", err)
	}
	if plain, err := again.Open(anna, "name", hers); err != nil || string(plain) != "Anna" {
		t.Errorf("%q, %v", plain, err)
	}
}

// TestAFileOfKeysDamagedWhileTheyRotate is met by the start after it: what is
// whole opens, and the rotation waits for the file to be put back.
func TestAFileOfKeysDamagedWhileTheyRotate(t *testing.T) {
	v, dir := begun(t, Unlock{})
	hers, hersToo := sealed(t, v, anna, "name", "Anna"), sealed(t, v, cora, "name", "Cora")
	path, err := v.shardPath(cora.block())
	if err != nil {
		t.Fatal(err)
	}
	whole := read(t, path)
	interruptRotation(t, v)
	damaged := bytes.Clone(whole)
	damaged[shardSize/2] ^= 1
	write(t, path, damaged)
	again, err := Open(dir, Unlock{})
	if err != nil {
		t.Fatalf("nobody can open the vault any more: %v", err)
	}
	if plain, err := again.Open(anna, "name", hers); err != nil || string(plain) != "Anna" {
		t.Errorf("%q, %v", plain, err)
	}
	if _, err := again.Open(cora, "name", hersToo); !errors.Is(err, ErrDamaged) {
		t.Errorf("what is damaged opened: %v", err)
	}
	write(t, path, whole)
	if again, err = Open(dir, Unlock{}); err != nil {
		t.Fatal(err)
	}
	if plain, err := again.Open(cora, "name", hersToo); err != nil || string(plain) != "Cora" || again.keys.count(forShards) != 1 {
		t.Errorf("%q, %v; %d keys", plain, err, again.keys.count(forShards))
	}
}
