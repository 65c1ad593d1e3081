// Package evidence keeps what evidence consists of: files of any size, outside
// the database, sealed and found by their content.
//
//	DATA/evidence/FOLDER/NAME   a blob, sealed
//	DATA/evidence/FOLDER/new-…  a blob that is being written
//
// A space has a folder of its own. The names of folders and blobs are derived
// from the space and the content under a key, so that neither says what it
// holds, and nothing that people typed becomes part of a path. The same content
// is kept once within a space.
//
// A blob is an age file (age-encryption.org/v1): 64 KiB chunks, each sealed
// with ChaCha20-Poly1305, so that a changed, cut or reordered one is noticed
// where it is read. The file key is wrapped under a key of the space's, see
// [keyWrap]. What is read is also compared with the SHA-256 of the content that
// the log holds: a sealed blob in another's place is noticed, too.
//
// A blob is written beside its place, synced, renamed, and its folder synced:
// after a stop at any moment it is there whole or not at all. Memory does not
// grow with its size.
package evidence
