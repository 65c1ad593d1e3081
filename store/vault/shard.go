package vault

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	filesystem "tocsin/store/disk"
)

// Subject is whom or what a key belongs to, so that destroying the key makes
// all that was sealed for them unreadable. The keys of neighbouring numbers lie
// in one file and are made together: number subjects from 0 or 1 upwards.
type Subject struct {
	Group  string // 1 to 128 bytes; no personal data
	Number uint64
}

// String names the subject for people.
func (s Subject) String() string { return fmt.Sprintf("%s/%d", s.Group, s.Number) }

func (s Subject) block() block { return block{s.Group, s.Number / shardKeys} }
func (s Subject) place() int   { return int(s.Number % shardKeys) }

func (s Subject) check() error {
	if s.Group == "" || len(s.Group) > maxName {
		return fmt.Errorf("a subject whose group has %d bytes; accepted: 1 to %d", len(s.Group), maxName)
	}
	return nil
}

// block is the neighbourhood of subjects whose keys lie together.
type block struct {
	group  string
	number uint64
}

func (b block) String() string { return fmt.Sprintf("%s/%d", b.group, b.number) }

const (
	// shardKeys is how many keys lie together: enough that a million subjects
	// take a thousand files, and few enough that destroying one of them
	// rewrites little.
	shardKeys = 1024

	keysName    = "keys"
	shardName   = 16 // bytes, in hexadecimal
	shardFormat = 1
	shardPrefix = 1 + 4 + saltSize // format, generation, salt
	shardPlain  = shardKeys * (1 + keySize)
	shardSize   = shardPrefix + commitmentSize + nonceSize + shardPlain + 16
)

// shard is the keys of a block. One that others can see is never changed.
type shard struct {
	forgotten [shardKeys]bool
	keys      [shardKeys]secret // zero where forgotten
}

func newShard(random io.Reader) (*shard, error) {
	s := new(shard)
	for k := range s.keys {
		if _, err := io.ReadFull(random, s.keys[k][:]); err != nil {
			return nil, fmt.Errorf("read randomness: %w", err)
		}
	}
	return s, nil
}

// without is the shard with one key destroyed.
func (s *shard) without(place int) *shard {
	next := *s
	next.forgotten[place] = true
	next.keys[place] = secret{}
	return &next
}

func (s *shard) encode() []byte {
	plain := make([]byte, 0, shardPlain)
	for k := range s.keys {
		state := byte(0)
		if s.forgotten[k] {
			state = 1
		}
		plain = append(append(plain, state), s.keys[k][:]...)
	}
	return plain
}

func decodeShard(plain []byte) (*shard, error) {
	if len(plain) != shardPlain {
		return nil, fmt.Errorf("%w: a file of keys is cut off", ErrDamaged)
	}
	s := new(shard)
	for k := range s.keys {
		one := plain[k*(1+keySize):]
		s.forgotten[k] = one[0] != 0
		copy(s.keys[k][:], one[1:])
	}
	return s, nil
}

// shardPath is where a block's keys lie. The name says nothing to those who
// do not have the root key.
func (v *Vault) shardPath(b block) (string, error) {
	name, err := v.root.derive("shard " + b.String())
	return filepath.Join(v.shards(), hex.EncodeToString(name[:shardName])), err
}

// sealShard makes a shard's file under the newest key. The file's own name is
// bound to it, so that files cannot change places.
func (v *Vault) sealShard(path string, s *shard) ([]byte, error) {
	under, _ := v.keys.newest(forShards)
	head := binary.BigEndian.AppendUint32([]byte{shardFormat}, under.generation)
	salt := make([]byte, saltSize)
	if _, err := io.ReadFull(v.random, salt); err != nil {
		return nil, fmt.Errorf("read randomness: %w", err)
	}
	head = append(head, salt...)
	plain := s.encode()
	defer clear(plain)
	sealed, err := sealOnce(under.key, salt, shardBound(head, path), plain, v.random)
	return append(head, sealed...), err
}

func shardBound(head []byte, path string) []byte {
	return append(append([]byte{}, head...), filepath.Base(path)...)
}

// readShard reads a file of keys, and says which generation sealed it. One
// that is not there matches fs.ErrNotExist.
func (v *Vault) readShard(path string) (*shard, uint32, error) {
	data, err := v.disk.read(path, shardSize)
	if err != nil {
		return nil, 0, err
	}
	return v.openShard(path, data)
}

// openShard is the inverse of sealShard.
func (v *Vault) openShard(path string, data []byte) (*shard, uint32, error) {
	if len(data) != shardSize {
		return nil, 0, fmt.Errorf("%w: the keys in %s are cut off; put the file back from a backup", ErrDamaged, path)
	}
	if data[0] > shardFormat {
		return nil, 0, fmt.Errorf("%w: %s has format %d", ErrNewer, path, data[0])
	}
	generation := binary.BigEndian.Uint32(data[1:])
	key, ok := v.keys.of(forShards, generation)
	if !ok {
		return nil, 0, fmt.Errorf("%w: %s was sealed under root key %d, which the vault does not have", ErrDamaged, path, generation)
	}
	plain, err := openOnce(key, data[5:shardPrefix], shardBound(data[:shardPrefix], path), data[shardPrefix:])
	if err != nil {
		return nil, 0, fmt.Errorf("%w: %s is not as it was written; put the file back from a backup", ErrDamaged, path)
	}
	defer clear(plain)
	s, err := decodeShard(plain)
	return s, generation, err
}

// maxCached is how many shards are kept in memory, 33 KiB each.
const maxCached = 256

// find returns a block's keys from memory or disk, nil where there are none.
// v.mu is held.
func (v *Vault) find(b block) (*shard, error) {
	if s, ok := v.cached[b]; ok || b == v.absent {
		return s, nil
	}
	path, err := v.shardPath(b)
	if err != nil {
		return nil, err
	}
	s, _, err := v.readShard(path)
	if errors.Is(err, fs.ErrNotExist) {
		v.absent = b
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	v.cache(b, s)
	return s, nil
}

func (v *Vault) cache(b block, s *shard) {
	if v.cached == nil {
		v.cached = make(map[block]*shard)
	}
	for other := range v.cached {
		if len(v.cached) < maxCached {
			break
		}
		delete(v.cached, other)
	}
	v.cached[b] = s
}

// make makes the keys of blocks that have none, all with one sync of their
// directory. v.mu is held.
func (v *Vault) make(blocks []block) error {
	if len(blocks) == 0 {
		return nil
	}
	v.absent = block{}
	made := make(map[block]*shard, len(blocks))
	for _, b := range blocks {
		s, err := newShard(v.random)
		if err != nil {
			return err
		}
		if err := v.place(b, s); err != nil {
			return err
		}
		made[b] = s
	}
	if err := v.disk.before.SyncFolder(v.shards()); err != nil {
		return err
	}
	for b, s := range made {
		v.cache(b, s)
	}
	return nil
}

// place puts a block's first keys on the disk; the directory is not synced.
func (v *Vault) place(b block, s *shard) error {
	path, err := v.shardPath(b)
	if err != nil {
		return err
	}
	data, err := v.sealShard(path, s)
	if err != nil {
		return err
	}
	if err := v.disk.before.Write(path+filesystem.Unfinished, data); err != nil {
		return err
	}
	return v.disk.before.Rename(path+filesystem.Unfinished, path)
}

// isShard tells a file of keys in its place from one that is not there yet, and
// from what somebody else put beside it.
func isShard(name string) bool {
	id, err := hex.DecodeString(name)
	return err == nil && len(id) == shardName
}
