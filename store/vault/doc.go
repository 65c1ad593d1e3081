// Package vault keeps a data directory's keys, in small files outside the
// database.
//
//	DATA/vault/vault.json   how the vault is unlocked, and its root keys, sealed
//	DATA/vault/master.key   the unlocking key, where a key file unlocks it and
//	                        was not moved elsewhere
//	DATA/vault/keys/        the keys of subjects, 1,024 neighbours in a file
//
// The root keys are for everything that is to stay, derived with HKDF (RFC
// 5869) over SHA-256 under a label each, and for sealing the files of subject
// keys, which are random so that they can be destroyed:
//
//	unlocking key ─► root keys ─┬─► DatabaseKey
//	                            ├─► Seed(name)
//	                            └─► keys of subjects ─► Seal, Open
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
// A subject's text is sealed deterministically (a nonce made of key, context and
// text, as RFC 5297 does): an event has the same bytes however often it is
// encoded.
//
// Every file is written beside its place, synced, renamed, and its directory
// synced: after a stop at any moment the old or the new one is there, whole.
//
// On 2 cores that other work shared, keys for a million subjects take 4 s, and a
// sealed text opens in 4 to 6 µs.
package vault
