// Package disk asks the file system under a data directory what Go does not:
// how much room there is, who may read what, and which file a name stands for.
package disk
