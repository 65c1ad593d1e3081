// Package disk asks the file system under a data directory what Go does not:
// how much room there is, who may read what, which file a name stands for, and
// that the names in a folder last. Its Steps let tests fail each of them.
package disk
