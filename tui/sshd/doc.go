// Package sshd serves the console and the verbs to terminals elsewhere: over
// SSH to people whose keys are known, and over a socket in the data directory
// to whoever owns that.
package sshd
