package model

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
)

func mailChannel(name string) SetChannel {
	return SetChannel{Channel{Name: name, Kind: EmailChannel, Server: "smtp.ada.example:587", Security: "starttls", From: "Ada <security@ada.example>", Digest: emptyDigest}}
}

func TestChannelsAreSetChangedAndRemoved(t *testing.T) {
	s := newSpace(t)
	if c, ok := s.state.Meta.Channel(ManualChannel); !ok || c.Kind != ByHandChannel {
		t.Errorf("by hand: %+v %v", c, ok)
	}
	s.do(mailChannel("Mail"))
	before := s.state.Meta
	c, ok := s.state.Meta.Channel("mail")
	if !ok || c.Server != "smtp.ada.example:587" || c.By != owner.Name || !c.At.Equal(s.now) {
		t.Fatalf("%+v %v", c, ok)
	}
	if bodies := s.do(mailChannel("mail")); len(bodies) != 0 {
		t.Errorf("what is so already leads to %d events", len(bodies))
	}
	s.wait(time.Hour)
	other := mailChannel("mail")
	other.Digest = strings.Repeat("ab", 32)
	s.do(other)
	s.do(SetChannel{Channel{Name: "ops", Kind: WebhookChannel, Server: "hooks.example", Recipients: 1, Digest: emptyDigest}})
	if now, _ := s.state.Meta.Channel("mail"); now.Digest != other.Digest || !now.At.Equal(s.now) || len(s.state.Meta.Channels) != 2 {
		t.Errorf("%+v", s.state.Meta.Channels)
	}
	s.do(TestChannel{Name: "mail", Works: true, Words: "250 queued for kim@ben.example"})
	if said := s.log[len(s.log)-1].Body.(*ChannelTested); said.Words != "250 queued for [address]" {
		t.Errorf("%+v", said)
	}
	s.do(RemoveChannel{Name: "mail", Reason: "another one took its place"})
	if _, ok := s.state.Meta.Channel("mail"); ok || len(s.state.Meta.Channels) != 1 || len(before.Channels) != 1 || before.Channels[0].Digest != emptyDigest {
		t.Errorf("%+v, before %+v", s.state.Meta.Channels, before.Channels)
	}
}

func TestChannelsThatAreRefused(t *testing.T) {
	for name, change := range map[string]func(*SetChannel){
		"name: is empty":                 func(c *SetChannel) { c.Name = " " },
		"name: manual is always there":   func(c *SetChannel) { c.Name = "Manual" },
		"is no name of a channel":        func(c *SetChannel) { c.Name = "../mail" },
		"kind: \"pigeon\" is not known":  func(c *SetChannel) { c.Channel.Kind = "pigeon" },
		"server: is empty":               func(c *SetChannel) { c.Server = "" },
		"tls: \"tls\" is not known here": func(c *SetChannel) { c.Security = "tls" },
		"is no address":                  func(c *SetChannel) { c.From = "Ada" },
		"recipients: are 101":            func(c *SetChannel) { c.Recipients = 101 },
		"digest: is no digest":           func(c *SetChannel) { c.Digest = "abc" },
		"to: are 2; accepted: one URL":   func(c *SetChannel) { c.Channel.Kind, c.Recipients = WebhookChannel, 2 },
	} {
		s, c := newSpace(t), mailChannel("mail")
		change(&c)
		if _, err := s.apply(owner, c); !errors.Is(err, ErrRefused) || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
	s := newSpace(t)
	for _, c := range []Command{RemoveChannel{Name: "mail", Reason: "x"}, TestChannel{Name: "mail"}} {
		if _, err := s.apply(owner, c); !errors.Is(err, ErrRefused) || !strings.Contains(err.Error(), "there is no channel yet") {
			t.Errorf("%s: %v", c.Kind(), err)
		}
	}
	for k := range MaxChannels {
		s.do(mailChannel("c" + strings.Repeat("x", k%30) + string(rune('a'+k%26))))
	}
	if n := len(s.state.Meta.Channels); n != MaxChannels {
		t.Fatalf("%d channels", n)
	}
	if _, err := s.apply(owner, mailChannel("one-more")); !errors.Is(err, ErrRefused) {
		t.Error(err)
	}
	if !slices.Contains(Owner.Deeds(), "set the channels that notices leave by") || slices.Contains(Lead.Deeds(), "set the channels that notices leave by") {
		t.Error("the words of rights do not know channels")
	}
}
