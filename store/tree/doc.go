// Package tree is the Merkle tree over a log of events, and what can be said
// and proved with it. It keeps nothing, and needs neither the store nor any
// database: what verifies a log elsewhere imports this package and no other.
//
//   - A leaf is the hash of an event's bytes as they are stored (RFC 6962,
//     section 2.1). Events are numbered from 1, so event n is leaf n-1.
//   - A Builder grows the tree. What it needs to go on is the compact range: the
//     roots of the largest complete subtrees, one for each bit of the size.
//   - Hashes are kept in tiles of 256, as C2SP tlog-tiles has them: tile n of
//     level l holds the roots 256n to 256n+255 of the subtrees of 256^l leaves.
//     Full tiles never change.
//   - A checkpoint says how large the log was and what its root was then, as a
//     C2SP tlog-checkpoint: a signed note that anybody can verify with the log's
//     public key. Witnesses add cosignatures (C2SP tlog-cosignature).
//   - Proofs show that an event is in the log of a checkpoint, and that the log
//     of one checkpoint begins with the log of another (RFC 6962, sections 2.1.1
//     and 2.1.2).
//   - An Audit computes the tree anew from the leaves and holds everything that
//     was kept about it against that.
package tree
