//go:build !unix

package main

// followSize follows nothing: the system does not tell of sizes.
func followSize(func()) (stop func()) { return func() {} }
