package vault

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/zalando/go-keyring"
)

// Rotate seals the root keys under a new unlocking key, got as unlock says,
// and all subject keys under a new root key of their own. The vault can be used
// meanwhile. When ctx ends, or anything fails, between two files, the new
// unlocking key counts already and the vault has both root keys; the next Open
// or Rotate goes on. Afterwards neither the old unlocking key nor the old root
// key is of any use for what is in the directory. What DatabaseKey and Seed
// give stays: the database changes its own keys, and a signing key has its name
// changed. Where a file of keys is damaged nothing is begun.
func (v *Vault) Rotate(ctx context.Context, unlock Unlock) error {
	unlock.Random = v.random
	v.rotating.Lock()
	defer v.rotating.Unlock()
	former := v.held()
	if err := v.eachShard(ctx, v.checkShard); err != nil {
		return fmt.Errorf("rotate the vault's keys: nothing was changed: %w", err)
	}
	if err := v.renew(&unlocker{Unlock: unlock, disk: v.disk, dir: v.dir}); err != nil {
		return fmt.Errorf("rotate the vault's keys: %w", err)
	}
	if err := v.finish(ctx); err != nil {
		return fmt.Errorf("rotate the vault's keys: %w", err)
	}
	if err := v.retire(former); err != nil {
		return fmt.Errorf("the vault's keys were rotated, but the old unlocking key is still there: %w", err)
	}
	return nil
}

// holding is what unlocks the vault, and what that gives.
type holding struct {
	unlocker  *unlocker
	unlocking secret
	header    header
	keys      rootKeys
}

func (v *Vault) held() holding {
	v.mu.RLock()
	defer v.mu.RUnlock()
	return holding{v.unlocker, v.unlocking, v.header, v.keys}
}

// inFile reports whether a key file unlocks the vault, and this one, however
// its path is written.
func (h holding) inFile(path string) bool {
	return h.header.Method == ByFile && sameFile(h.unlocker.keyFile(), path)
}

// sameFile reports whether two paths lead to one file, or to where one would
// be made.
func sameFile(a, b string) bool {
	one, err := os.Stat(a)
	other, errOther := os.Stat(b)
	if err == nil && errOther == nil {
		return os.SameFile(one, other)
	}
	return err != nil && errOther != nil && target(a) == target(b)
}

// renew adds a generation and writes the header under a new unlocking key.
func (v *Vault) renew(u *unlocker) error {
	now := v.held()
	newest, _ := now.keys.newest(forShards)
	key, err := newSecret(v.random)
	if err != nil {
		return err
	}
	method := u.Method
	if method == "" {
		method = now.header.Method
	}
	var current *secret
	if now.inFile(u.keyFile()) {
		current = &now.unlocking
	}
	keys := append(slices.Clip(now.keys), rootKey{purpose: forShards, generation: newest.generation + 1, key: key})
	return v.writeHeader(u, method, current, keys)
}

// finish seals what an older root key sealed under the newest, and then drops
// the older ones. It may be stopped and begun again anywhere.
func (v *Vault) finish(ctx context.Context) error {
	if err := v.eachShard(ctx, v.reseal); err != nil {
		return err
	}
	now := v.held()
	newest, _ := now.keys.newest(forShards)
	keys := slices.DeleteFunc(slices.Clone(now.keys), func(k rootKey) bool {
		return k.purpose == forShards && k.generation != newest.generation
	})
	return v.sealHeader(now.unlocker, now.unlocking, now.header, keys)
}

// eachShard does something with every file of keys. Those that are damaged hold
// up none of the others.
func (v *Vault) eachShard(ctx context.Context, do func(path string) error) error {
	files, err := os.ReadDir(v.shards())
	if err != nil {
		return err
	}
	var damaged error
	for _, file := range files {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if !isShard(file.Name()) {
			continue
		}
		switch err := do(filepath.Join(v.shards(), file.Name())); {
		case errors.Is(err, ErrDamaged):
			damaged = errors.Join(damaged, err)
		case err != nil:
			return err
		}
	}
	return damaged
}

func (v *Vault) checkShard(path string) error {
	v.mu.RLock()
	defer v.mu.RUnlock()
	_, _, err := v.readShard(path)
	return err
}

func (v *Vault) reseal(path string) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	s, generation, err := v.readShard(path)
	if err != nil {
		return err
	}
	if newest, _ := v.keys.newest(forShards); generation == newest.generation {
		return nil
	}
	data, err := v.sealShard(path, s)
	if err != nil {
		return err
	}
	return v.disk.supersede(path, data)
}

// retire destroys a former unlocking key. After a stop before it there is a
// key left that unlocks nothing in the directory any more.
func (v *Vault) retire(former holding) error {
	switch former.header.Method {
	case ByKeyring:
		err := keyring.Delete(keyringService, keyringEntry(former.header.Salt))
		if errors.Is(err, keyring.ErrNotFound) {
			return nil
		}
		return err
	case ByFile:
		path := former.unlocker.keyFile()
		if now := v.held(); now.inFile(path) {
			return now.unlocker.tidyKeyFile(now.unlocking)
		}
		return v.disk.before.Destroy(target(path))
	}
	return nil
}
