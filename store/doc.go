// Package store is what tocsin remembers.
//
// A Store is a data directory that one process owns. A Space is one
// organisation's data in it: Do takes a command, model.Decide decides it on the
// space's committer, and its events, the projections they change and the new
// end of the log are written in one synced Badger transaction before Do
// returns. Snapshot is what the last of them left, for reading without waiting.
//
//	Do ─► committer: Decide, encode, Fold ─► one transaction for all that wait ─► board ─► answers, wakes
package store
