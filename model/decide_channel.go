package model

import (
	"encoding/hex"
	"fmt"
	"net/mail"
	"strings"
	"time"
)

// decideChannels decides commands about channels; ok is false for any other.
func (d *decider) decideChannels(command Command) (ok bool, err error) {
	switch c := command.(type) {
	case SetChannel:
		return true, d.setChannel(c)
	case RemoveChannel:
		return true, d.removeChannel(c)
	case TestChannel:
		return true, d.testChannel(c)
	}
	return false, nil
}

// Bounds of a channel.
const (
	maxChannelRecipients = 100
	maxChannelWord       = 40 // characters of its name
)

func (d *decider) setChannel(c SetChannel) error {
	in := &inputs{}
	body := &ChannelSet{
		Name: in.channelName(c.Name), Channel: ChannelKind(in.oneOf("kind", string(c.Channel.Kind), plain(ChannelKinds()))),
		Server: in.line("server", c.Server), From: in.line("from", c.From), Recipients: c.Recipients, Digest: strings.ToLower(CleanLine(c.Digest)),
	}
	in.carrier(body, c.Security)
	if c.Recipients < 0 || c.Recipients > maxChannelRecipients {
		in.bad("recipients", fmt.Sprintf("are %d", c.Recipients), fmt.Sprintf("at most %d of its own", maxChannelRecipients))
	}
	if sum, err := hex.DecodeString(body.Digest); err != nil || len(sum) != 32 {
		in.bad("digest", "is no digest", "64 hexadecimal digits")
	}
	before, known := d.state.Meta.Channel(body.Name)
	if !known && len(d.state.Meta.Channels) >= MaxChannels {
		in.bad("name", fmt.Sprintf("there are %d channels", MaxChannels), "no more; remove one first")
	}
	if err := in.refusal(); err != nil {
		return err
	}
	if body.same(&before) {
		return nil
	}
	body.Before = before.Digest
	d.emit(body)
	return nil
}

// carrier accepts what a kind of channel needs, and nothing it does not have.
func (in *inputs) carrier(body *ChannelSet, security string) {
	switch body.Channel {
	case EmailChannel:
		in.need("server", body.Server, "the mail server: host:port")
		body.Security = in.oneOf("tls", security, []string{"starttls", "implicit", "none"})
		if _, err := mail.ParseAddress(body.From); err != nil {
			in.bad("from", fmt.Sprintf("%q is no address", Clip(body.From, 60)), "an address, or a name and an address in angle brackets")
		}
	case WebhookChannel:
		in.need("server", body.Server, "the host it is posted to")
		body.From = ""
		if body.Recipients != 1 {
			in.bad("to", fmt.Sprintf("are %d", body.Recipients), "one URL")
		}
	case ByHandChannel:
		body.Server, body.From, body.Recipients = "", "", 0
	}
}

// same reports whether a channel is so already.
func (b *ChannelSet) same(c *Channel) bool {
	now := Channel{Name: b.Name, Kind: b.Channel, Server: b.Server, Security: b.Security, From: b.From, Recipients: b.Recipients, Digest: b.Digest}
	was := *c
	was.By, was.At = "", time.Time{}
	return now == was
}

// channelName accepts the name of a channel: something to type.
func (in *inputs) channelName(name string) string {
	name = in.need("name", strings.ToLower(name), "what notices call it")
	wrong := strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789-") != ""
	if name != "" && (wrong || strings.HasPrefix(name, "-") || len(name) > maxChannelWord) {
		in.bad("name", fmt.Sprintf("%q is no name of a channel", Clip(name, 40)), fmt.Sprintf("small letters, digits and hyphens, at most %d", maxChannelWord))
	}
	if name == ManualChannel {
		in.bad("name", "manual is always there, for what people do by hand", "another name")
	}
	return name
}

// knownChannel accepts the name of a channel that was set.
func (d *decider) knownChannel(in *inputs, name string) string {
	names := make([]string, len(d.state.Meta.Channels))
	for k, c := range d.state.Meta.Channels {
		names[k] = c.Name
	}
	if len(names) == 0 {
		in.bad("name", "there is no channel yet", "one that was set: tocsin channel set")
		return ""
	}
	return in.oneOf("name", name, names)
}

func (d *decider) removeChannel(c RemoveChannel) error {
	in := &inputs{}
	body := &ChannelRemoved{Name: d.knownChannel(in, c.Name), Reason: in.needText("reason", c.Reason, "why nothing leaves by it any more")}
	if err := in.refusal(); err != nil {
		return err
	}
	d.emit(body)
	return nil
}

func (d *decider) testChannel(c TestChannel) error {
	in := &inputs{}
	body := &ChannelTested{Name: d.knownChannel(in, c.Name), Works: c.Works, Words: ServerWords(c.Words)}
	if err := in.refusal(); err != nil {
		return err
	}
	d.emit(body)
	return nil
}

// leavesBy is the channel that a notice is released to. Who approved a notice
// to a channel's own recipients approved those that it had then.
func (d *decider) leavesBy(in *inputs, n *Notice) Channel {
	channel, known := d.state.Meta.Channel(n.Channel)
	switch {
	case !known:
		in.bad("channel", fmt.Sprintf("there is no channel %s, so nothing leaves by it", Clip(n.Channel, 40)), "one that was set (tocsin channel set), or manual for what people do by hand")
	case channel.Kind == WebhookChannel && len(n.Groups) > 0:
		in.bad("channel", fmt.Sprintf("%s is a webhook and reaches no customers", channel.Name), "a channel of e-mail, or manual")
	case len(n.Groups) == 0 && channel.At.After(n.consented()):
		in.bad("channel", fmt.Sprintf("%s was changed after %s was approved", channel.Name, n.ID), "that it is rejected and proposed again")
	}
	return channel
}

// consented is when the first approval was given, or without any when the
// notice was written.
func (n *Notice) consented() time.Time {
	if len(n.Approvals) > 0 {
		return n.Approvals[0].At
	}
	return n.At
}
