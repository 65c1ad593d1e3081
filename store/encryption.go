package store

import (
	"bytes"
	"encoding/binary"
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

// registryOf looks at how the register of keys begins.
func registryOf(dir string) (registryKind, error) {
	file, err := os.Open(filepath.Join(dir, badger.KeyRegistryFileName))
	if errors.Is(err, fs.ErrNotExist) {
		return noRegistry, nil
	}
	if err != nil {
		return noRegistry, err
	}
	defer file.Close()
	head := make([]byte, registryHead)
	if _, err := io.ReadFull(file, head); err != nil {
		return noRegistry, fmt.Errorf("%w: %s is cut off", ErrDamaged, badger.KeyRegistryFileName)
	}
	if bytes.Equal(head[16:], []byte("Hello Badger")) {
		return plainRegistry, nil
	}
	return sealedRegistry, nil
}

// checkRegistry makes sure that the register has the keys that the database's
// files were encrypted under. Badger makes new keys for those that are not
// there, under the same numbers, and reads with them.
func checkRegistry(dir string) error {
	needed, err := newestKey(dir)
	if err != nil || needed == 0 {
		return err
	}
	held, whole, err := keysHeld(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err != nil || !whole || held < needed {
		return fmt.Errorf("%w: %s, with the keys of the database's files, is missing or cut off; put it back from a backup", ErrDamaged, badger.KeyRegistryFileName)
	}
	return nil
}

// newestKey is the highest number of a key that a file of the database names
// in its first 8 bytes, 0 where none is encrypted.
func newestKey(dir string) (newest uint64, err error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return 0, err
	}
	for _, entry := range entries {
		if kind := filepath.Ext(entry.Name()); kind != ".mem" && kind != ".vlog" {
			continue
		}
		number, err := firstNumber(filepath.Join(dir, entry.Name()))
		if err != nil {
			return 0, err
		}
		newest = max(newest, number)
	}
	return newest, nil
}

// firstNumber is what a file begins with, 0 where it is too short for that.
func firstNumber(path string) (uint64, error) {
	file, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer file.Close()
	var number [8]byte
	if _, err := io.ReadFull(file, number[:]); err == io.EOF || err == io.ErrUnexpectedEOF {
		return 0, nil
	} else if err != nil {
		return 0, err
	}
	return binary.BigEndian.Uint64(number[:]), nil
}

// keysHeld counts the keys in the register, which are numbered from 1, and says
// whether the last is whole. Each has its length in 4 bytes and a sum in 4 more
// before it.
func keysHeld(dir string) (held uint64, whole bool, err error) {
	data, err := os.ReadFile(filepath.Join(dir, badger.KeyRegistryFileName))
	if err != nil || len(data) < registryHead {
		return 0, false, err
	}
	for rest := data[registryHead:]; len(rest) > 0; held++ {
		if len(rest) < 8 || uint64(len(rest)-8) < uint64(binary.BigEndian.Uint32(rest)) {
			return held, false, nil
		}
		rest = rest[8+binary.BigEndian.Uint32(rest):]
	}
	return held, true, nil
}

// registryHead is how many bytes come before the first key: 16 of chance, and
// 12 that everybody knows, encrypted or not.
const registryHead = 16 + 12

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
