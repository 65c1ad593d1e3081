package store

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dgraph-io/badger/v4"

	"tocsin/model"
	"tocsin/store/vault"
)

const telling = "what nobody may read from the disk"

// containing lists the files in a directory that hold a text.
func containing(t *testing.T, dir, text string) []string {
	t.Helper()
	var found []string
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(path)
		if bytes.Contains(data, []byte(text)) {
			found = append(found, entry.Name())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestTheRecordIsEncrypted(t *testing.T) {
	dir := t.TempDir()
	s := openStore(t, dir)
	space := openSpace(t, s, "acme")
	setUp(t, space)
	do(t, space, owner, model.Report{Title: telling})
	if found := containing(t, dir, telling); len(found) > 0 {
		t.Errorf("while it is open, in %v", found)
	}
	closeStore(t, s)
	if found := containing(t, dir, telling); len(found) > 0 {
		t.Errorf("once it is closed, in %v", found)
	}
}

// plainBadger opens a directory as versions without encryption did.
func plainBadger(t *testing.T, dir string) *badger.DB {
	t.Helper()
	db, err := badger.Open(badger.DefaultOptions(dir).WithSyncWrites(true).WithLogger(nil).WithCompression(0))
	if err != nil {
		t.Fatal(err)
	}
	return db
}

func TestAPlainRecordIsEncryptedFromNowOn(t *testing.T) {
	dir := t.TempDir()
	db := plainBadger(t, dir)
	key := append([]byte{oneSpace, 4}, "acmex"...)
	if err := db.Update(func(txn *badger.Txn) error { return txn.Set(key, []byte(telling)) }); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if len(containing(t, dir, telling)) == 0 {
		t.Fatal("the plain record is not plain")
	}
	var said bytes.Buffer
	for range 2 {
		s, err := Open(t.Context(), dir, Options{Logger: slog.New(slog.NewTextHandler(&said, nil))})
		if err != nil {
			t.Fatal(err)
		}
		err = s.db.View(func(txn *badger.Txn) error {
			item, err := txn.Get(key)
			if err != nil {
				return err
			}
			return item.Value(func(value []byte) error {
				if string(value) != telling {
					t.Errorf("it reads %q", value)
				}
				return nil
			})
		})
		if err != nil {
			t.Error(err)
		}
		setUp(t, openSpace(t, s, "acme"))
		closeStore(t, s)
	}
	if n := strings.Count(said.String(), "encrypted from now on"); n != 1 {
		t.Errorf("it was said %d times", n)
	}
	if kind, err := registryOf(dir); kind != sealedRegistry || err != nil {
		t.Errorf("the register of keys is of kind %d, %v", kind, err)
	}
}

func TestTheVaultIsMissingOrAnothers(t *testing.T) {
	for name, test := range map[string]struct {
		spoil func(dir string) error
		want  error
	}{
		"no vault":           {func(dir string) error { return os.RemoveAll(filepath.Join(dir, vaultName)) }, ErrDamaged},
		"no header":          {func(dir string) error { return os.Remove(filepath.Join(dir, vaultName, vault.HeaderName)) }, ErrDamaged},
		"no key file":        {func(dir string) error { return os.Remove(filepath.Join(dir, vaultName, vault.KeyFileName)) }, vault.ErrLocked},
		"another vault":      {otherVault, ErrDamaged},
		"a register cut off": {func(dir string) error { return os.Truncate(filepath.Join(dir, badger.KeyRegistryFileName), 9) }, ErrDamaged},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			closeStore(t, openStore(t, dir))
			if err := test.spoil(dir); err != nil {
				t.Fatal(err)
			}
			for range 2 { // nothing is made that a second attempt would take for the truth
				s, err := Open(t.Context(), dir, Options{})
				if !errors.Is(err, test.want) {
					t.Fatalf("got %v, want %v", err, test.want)
				}
				if s != nil {
					t.Fatal("a store beside an error")
				}
			}
		})
	}
}

func otherVault(dir string) error {
	path := filepath.Join(dir, vaultName)
	if err := os.RemoveAll(path); err != nil {
		return err
	}
	_, err := vault.Open(path, vault.Unlock{})
	return err
}

func TestKeysRotateWhileTheRecordIsWritten(t *testing.T) {
	dir := t.TempDir()
	s := openStore(t, dir)
	space := openSpace(t, s, "acme")
	setUp(t, space)
	if err := s.Vault().Rotate(context.Background(), vault.Unlock{}); err != nil {
		t.Fatal(err)
	}
	id := do(t, space, owner, model.Report{Title: "after"}).Incident
	closeStore(t, s)
	if _, ok := openSpace(t, openStore(t, dir), "acme").Snapshot().Incident(id); !ok {
		t.Error("what was written after the rotation is gone")
	}
}

// TestTheRegisterOfKeysIsMissing loses the database's own keys: nothing opens,
// and nothing is made that would make what they open worthless once they are
// put back.
func TestTheRegisterOfKeysIsMissing(t *testing.T) {
	for name, spoil := range map[string]func(path string, whole []byte) error{
		"missing": func(path string, _ []byte) error { return os.Remove(path) },
		"torn":    func(path string, whole []byte) error { return os.WriteFile(path, whole[:len(whole)-5], 0o600) },
		"empty":   func(path string, whole []byte) error { return os.WriteFile(path, whole[:28], 0o600) },
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			s := openStore(t, dir)
			space := openSpace(t, s, "acme")
			setUp(t, space)
			id := do(t, space, owner, model.Report{Title: "Odd log-ins"}).Incident
			closeStore(t, s)
			path := filepath.Join(dir, badger.KeyRegistryFileName)
			whole, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := spoil(path, whole); err != nil {
				t.Fatal(err)
			}
			for range 2 {
				s, err := Open(t.Context(), dir, Options{})
				if err == nil {
					closeStore(t, s)
					t.Fatal("it opened")
				}
				if !strings.Contains(err.Error(), badger.KeyRegistryFileName) {
					t.Errorf("nobody is told what to put back: %v", err)
				}
			}
			if err := os.WriteFile(path, whole, 0o600); err != nil {
				t.Fatal(err)
			}
			space = openSpace(t, openStore(t, dir), "acme")
			if _, ok := space.Snapshot().Incident(id); !ok || space.Fault() != nil {
				t.Errorf("what was recorded is gone: %v", space.Fault())
			}
		})
	}
}
