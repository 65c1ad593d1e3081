// Package bench measures the store beside what else could have kept the
// record: bbolt, SQLite (WAL, synchronous FULL) and a bare file. It is a module
// of its own, so that nobody who builds tocsin downloads them.
//
//	cd store/bench && go test -bench . -benchtime 8x
package bench
