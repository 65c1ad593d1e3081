// Package health examines a data directory and says what is wrong with it in
// lines: what was checked, how it is, and the one command that mends it.
//
// Examine opens the directory itself and reads all of it; Quick asks what costs
// nothing of a store that is open, for a console that goes on meanwhile.
package health
