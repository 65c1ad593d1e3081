package model

// SetChannel makes a channel, or changes it. What is secret of it is kept
// elsewhere; Digest is made of that with a key, in hexadecimal. Of Channel, By
// and At say nothing.
type SetChannel struct{ Channel }

// RemoveChannel takes a channel away. What was released to it waits.
type RemoveChannel struct {
	Name   string
	Reason string
}

// TestChannel records that somebody sent a message over a channel to try it.
type TestChannel struct {
	Name  string
	Works bool
	Words string // of the server, without addresses
}

func (SetChannel) Kind() string    { return "channel-set" }
func (RemoveChannel) Kind() string { return "channel-remove" }
func (TestChannel) Kind() string   { return "channel-test" }

func (SetChannel) About() []ID    { return nil }
func (RemoveChannel) About() []ID { return nil }
func (TestChannel) About() []ID   { return nil }
