// Bench measures tocsin and prints what was found beside what is aimed at: one
// command, and one table.
//
//	cd store/bench && go run .
//
// The store is measured beside what else could have kept the record, on the
// same work and in turns: bbolt, SQLite (WAL, synchronous FULL) and a bare file
// that is appended to and synced. That is a module of its own, so that nobody
// who builds tocsin downloads them. The other figures are those of benchmarks
// that lie beside what they measure. It takes some minutes, most of them to
// write a million events; a directory that -keep names keeps these for the next
// time. Nothing fails for being slow. Other work on the machine shows in times,
// and less in ratios.
//
// The benchmarks also run by themselves:
//
//	go test -bench . -benchtime 8x
package main
