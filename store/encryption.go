package store

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/dgraph-io/badger/v4"

	"tocsin/store/vault"
)

// vaultName is the vault's directory in the data directory.
const vaultName = "vault"

// dataKeyLife is how long the database encrypts new files under one key of its
// own making; the key of the vault only encrypts those.
const dataKeyLife = 7 * 24 * time.Hour

// registryKind is what the database's own register of keys is encrypted by.
type registryKind int

const (
	noRegistry registryKind = iota
	plainRegistry
	sealedRegistry
)

// openVault unlocks the directory's vault. It makes one only where nothing was
// encrypted under another.
func openVault(dir string, unlock vault.Unlock) (*vault.Vault, error) {
	kind, err := registryOf(dir)
	if err != nil {
		return nil, err
	}
	path := filepath.Join(dir, vaultName)
	header := filepath.Join(path, vault.HeaderName)
	if _, err := os.Stat(header); kind == sealedRegistry && errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: the record is encrypted, but %s, with the keys, is missing; put it back from a backup", ErrDamaged, header)
	}
	return vault.Open(path, unlock)
}

// registryOf looks at how the register of keys begins: 16 bytes of chance, and
// 12 that everybody knows, encrypted or not.
func registryOf(dir string) (registryKind, error) {
	file, err := os.Open(filepath.Join(dir, badger.KeyRegistryFileName))
	if errors.Is(err, fs.ErrNotExist) {
		return noRegistry, nil
	}
	if err != nil {
		return noRegistry, err
	}
	defer file.Close()
	head := make([]byte, 16+12)
	if _, err := io.ReadFull(file, head); err != nil {
		return noRegistry, fmt.Errorf("%w: %s is cut off", ErrDamaged, badger.KeyRegistryFileName)
	}
	if bytes.Equal(head[16:], []byte("Hello Badger")) {
		return plainRegistry, nil
	}
	return sealedRegistry, nil
}

// encryptFromNowOn turns encryption on in a directory that was written to
// without it. Files that exist stay as they are and readable; they are replaced
// by encrypted ones as the database merges them, in its own time.
func encryptFromNowOn(dir string, key []byte, logger *slog.Logger) error {
	kind, err := registryOf(dir)
	if err != nil || kind != plainRegistry {
		return err
	}
	registry, err := badger.OpenKeyRegistry(badger.KeyRegistryOptions{Dir: dir})
	if err != nil {
		return err
	}
	sealed := badger.KeyRegistryOptions{Dir: dir, EncryptionKey: key, EncryptionKeyRotationDuration: dataKeyLife}
	if err := errors.Join(badger.WriteKeyRegistry(registry, sealed), registry.Close()); err != nil {
		return err
	}
	logger.Warn("the record is encrypted from now on; what was written before stays readable on the disk until the database merges it")
	return nil
}
