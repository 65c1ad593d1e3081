// Package store is what tocsin remembers.
//
// A Store is a data directory that one process owns. A Space is one
// organisation's data in it. Do takes a command; the space's committer decides
// it with model.Decide against everything decided before, and writes its
// events, the projections they change and the new end of the log in one synced
// Badger transaction, together with all other commands that wait:
//
//	Do ─► committer: Decide, encode, Fold ─► one transaction ─► board ─► answers, wakes
//
// An answer, even a refusal, leaves only after the transaction it rests on.
// After a failed write nobody knows what the disk holds, so the space takes
// nothing more and the process is asked to end.
//
// What is kept:
//
//   - the log: events numbered without gaps from 1, each a versioned envelope in
//     deterministic CBOR, never changed; of one that was purged, by the order of a
//     later one, its leaf stays (see Sweep);
//   - the tree over the events' stored bytes, see package tree: its full tiles and
//     its compact range and root go into the transaction of the events they are
//     of. A signed checkpoint follows within a second, or 256 events, and at the
//     end; it is kept in the log and, outside the database, in heads/SPACE;
//   - projections: incidents, packs and settings as the log left them, so that a
//     start need not read it. They are of the log's last event or are computed
//     anew from it, as when a new version folds or keeps them otherwise.
//
// A start holds the log against its tree and its head file. What is shorter or
// different, or has no head file, opens for reading alone: Space.Fault says what
// is wrong, and every command is refused with it. A whole older copy of the
// directory agrees with itself, and so does what somebody made who can unlock
// the vault: only a checkpoint kept elsewhere tells. Space.Verify computes the tree
// anew from every event. Older data gets its tree when it is opened.
//
// Names of people and what is known of reporters enter neither as they are:
// see veil.
//
// Keys are made in keys.go alone, and only within a space.
//
// Everything that the database writes is encrypted (AES-256 in counter mode)
// under keys that it makes each week and keeps under the vault's, see package
// vault. That is for confidentiality on the disk alone: it notices no change.
//
// # Figures
//
// On 2 cores of an AMD EPYC that other work shared, with an SSD:
//
//	one writer, durable      p50 1.5 to 1.8 times the disk's own append and fdatasync, p99 3 to 6 times
//	                         (one run had a p99 of 19 while others used the disk)
//	64 writers, durable      25,000 to 28,000 commits/s: 12 to 16 times bbolt's Update, 9 to 10 times
//	                         SQLite (WAL, FULL), 0.8 to 0.9 times bbolt's Batch, which gathers as well
//	                         and neither decides nor shows anything
//	                         (while others had most of the processors: p50 1.8 times; 3,500 commits/s, 12 times
//	                         bbolt's Update, 6.6 times SQLite, 0.2 times bbolt's Batch)
//	start, 100,000 open      1.6 to 1.8 s of CPU while others had most of the processors, which 2 idle cores
//	                         share, a sixth of it for opening what is known of reporters; 472 MB allocated, of
//	                         which 218 MB (208 MiB) stay: 44 MB of Badger's, not touched until something is
//	                         written, and 1.6 KB for an open incident (0.5 KB the struct, 0.4 KB its lists,
//	                         0.2 KB its texts, 0.3 KB what it owes, 0.15 KB the orders it is read in). The
//	                         collector lets 310 MB be resident at the peak, and 65 MB of mapped files
//	forgetting a person      a start's time, in which the space's commands wait
//	start of a new version   that keeps projections otherwise: about 9 s for 500,000 events, and some 0.15 s
//	                         more for each start until Badger has tidied up; 131,072 incidents are in memory
//	                         at most, beside the 550 MB that Badger merges so many writes with
//	restore                  1.1 GB resident at the peak for a million events of 100,000 incidents, most of it
//	                         Badger's; the 256 MB that a passphrase takes are given back before
//	one change on the board  40 µs among 100,000 open incidents, snapshot included
//	another calendar         2 to 5 s among 100,000 open incidents that it all moves, 1.5 s of CPU
//	first Queue of a board   1.3 ms for 100,000 open incidents
//	the tree on a commit     2 to 14 % of a transaction of one event, 2 to 4 % of one of 64, while others
//	                         used the machine; 1.4 µs of CPU for an event
//	the trail on a commit    10 µs, as long as to open and close its file: less than 2 % of a commit
//	verification             1.8 s of CPU for a million events, on all cores; 3.3 to 3.8 s while others had
//	                         most of them, 3 s of CPU and 7 to 10 s while six programs shared two cores
//
// They are reproduced by
//
//	cd store/bench && go run .
//	go test -run - -bench . ./store ./store/board
package store
