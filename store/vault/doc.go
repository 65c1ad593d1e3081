// Package vault keeps a data directory's keys, in small files outside the
// database.
//
//	DATA/vault/vault.json   how the vault is unlocked, and its root keys, sealed
//	DATA/vault/master.key   the unlocking key, where a key file unlocks it and
//	                        was not moved elsewhere
//
// Everything else is derived from the root key with HKDF (RFC 5869) over
// SHA-256, each under a label of its own, so that no key serves two purposes:
//
//	unlocking key ─► root keys ─┬─► DatabaseKey
//	                            └─► Seed(name)
//
// A key file beside the vault keeps nobody out who can read the directory. It
// makes copies of the database alone worthless, and it can be moved to another
// disk; a passphrase or the operating system's keyring keeps the key apart from
// the start.
//
// What is sealed is sealed with XChaCha20-Poly1305 under a key used once, next
// to a commitment to that key: a sealed text opens under one key only, so that
// a wrong key is told from damage.
//
// Every file is written beside its place, synced, renamed, and its directory
// synced: after a stop at any moment the old or the new one is there, whole.
package vault
