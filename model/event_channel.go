package model

type (
	// ChannelSet: a channel was made, or changed.
	ChannelSet struct {
		Name       string      `json:"name"`
		Channel    ChannelKind `json:"channel"`
		Server     string      `json:"server,omitempty"`
		Security   string      `json:"security,omitempty"`
		From       string      `json:"from,omitempty"`
		Recipients int         `json:"recipients,omitempty"`
		Digest     string      `json:"digest"`
		Before     string      `json:"before,omitempty"` // the digest until then, "" of a new channel
	}

	// ChannelRemoved: there is no such channel any more.
	ChannelRemoved struct {
		Name   string `json:"name"`
		Reason string `json:"reason"`
	}

	// ChannelTested: somebody sent a message over the channel to try it.
	ChannelTested struct {
		Name  string `json:"name"`
		Works bool   `json:"works,omitempty"`
		Words string `json:"words,omitempty"`
	}
)

func (*ChannelSet) Kind() string     { return "channel.set" }
func (*ChannelRemoved) Kind() string { return "channel.removed" }
func (*ChannelTested) Kind() string  { return "channel.tested" }

func (*ChannelSet) Incident() ID     { return "" }
func (*ChannelRemoved) Incident() ID { return "" }
func (*ChannelTested) Incident() ID  { return "" }

// foldChannels folds what is decided about channels; ok is false for any other
// event.
func (s *State) foldChannels(e Event) (touched Touched, ok bool) {
	switch body := e.Body.(type) {
	case *ChannelSet:
		s.Meta.Channels = s.Meta.withChannel(Channel{
			Name: body.Name, Kind: body.Channel, Server: body.Server, Security: body.Security, From: body.From, Recipients: body.Recipients, Digest: body.Digest,
			By: e.Actor, At: e.At,
		})
	case *ChannelRemoved:
		s.Meta.Channels = s.Meta.withoutChannel(body.Name)
	case *ChannelTested:
		return Touched{}, true // it is in the log alone
	default:
		return Touched{}, false
	}
	return Touched{Meta: true}, true
}

// tellChannels tells what is decided about channels.
func (t *teller) tellChannels(body Body) {
	switch b := body.(type) {
	case *ChannelSet:
		word := "set"
		if b.Before != "" {
			word = "changed"
		}
		t.what("Channel %s %s: %s", b.Name, word, b.Channel)
		t.detail("server", b.Server)
		t.detail("security", b.Security)
		t.detail("from", b.From)
		if b.Recipients > 0 {
			t.detail("recipients of its own", count(b.Recipients, "address"))
		}
	case *ChannelRemoved:
		t.what("Channel %s removed", b.Name)
		t.detail("reason", b.Reason)
	case *ChannelTested:
		word := "it does not work"
		if b.Works {
			word = "it works"
		}
		t.what("Channel %s tried: %s", b.Name, word)
		t.detail("the server said", b.Words)
	}
}
