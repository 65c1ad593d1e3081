package model

import (
	"slices"
	"time"
)

// Channel is a way out of the building that notices may take. How it is entered
// (passwords, addresses, secrets) lies sealed outside the log; here is what
// people need to know of it.
type Channel struct {
	Name       string      `json:"name"` // small letters, digits and hyphens
	Kind       ChannelKind `json:"kind"`
	Server     string      `json:"server,omitempty"`     // of e-mail host:port, of a webhook its host
	Security   string      `json:"security,omitempty"`   // how the connection is protected: "starttls", "implicit", "none"
	From       string      `json:"from,omitempty"`       // who messages are from
	Recipients int         `json:"recipients,omitempty"` // its own, for notices to no group of customers
	Digest     string      `json:"digest"`               // of all that is sealed, made with a key: another one tells that it was changed
	By         string      `json:"by" personal:"name"`
	At         time.Time   `json:"at"` // when it was set last
}

// ChannelKind is what carries a channel's messages.
type ChannelKind string

// The kinds of channels.
const (
	EmailChannel   ChannelKind = "email"
	WebhookChannel ChannelKind = "webhook"
	ByHandChannel  ChannelKind = "manual" // people do it, by a way that has a name of its own
)

// ChannelKinds returns the kinds.
func ChannelKinds() []ChannelKind { return []ChannelKind{EmailChannel, WebhookChannel, ByHandChannel} }

// MaxChannels is how many channels a space may have.
const MaxChannels = 50

// Channel finds a channel by its name. The manual one, which people do by hand,
// is always there.
func (m *Meta) Channel(name string) (Channel, bool) {
	k := slices.IndexFunc(m.Channels, func(c Channel) bool { return c.Name == name })
	switch {
	case k >= 0:
		return m.Channels[k], true
	case name == ManualChannel:
		return Channel{Name: ManualChannel, Kind: ByHandChannel}, true
	}
	return Channel{}, false
}

// withChannel are the channels with one in place of that of its name.
func (m *Meta) withChannel(c Channel) []Channel {
	next := slices.Clone(m.Channels)
	if k := slices.IndexFunc(next, func(o Channel) bool { return o.Name == c.Name }); k >= 0 {
		next[k] = c
		return next
	}
	return append(next, c)
}

// withoutChannel are the channels without that of a name.
func (m *Meta) withoutChannel(name string) []Channel {
	var rest []Channel
	for _, c := range m.Channels {
		if c.Name != name {
			rest = append(rest, c)
		}
	}
	return rest
}
