package main

import (
	"bytes"
	"encoding/base64"
	"io"
	"mime"
	"mime/quotedprintable"
	"net/mail"
	"strings"
	"testing"

	"tocsin/model"
	"tocsin/store"
	"tocsin/store/outbox"
)

// connects sets the channel that mail leaves by.
func (o *northlight) connects() *northlight {
	o.t.Helper()
	o.writes("ca.pem", o.mail.roots)
	return o.prepares("channel", "set", "mail", "--server", o.mail.address, "--from", "Northlight Security <security@northlight.example>", "--ca-file", "ca.pem")
}

func (o *northlight) space() *store.Space {
	o.t.Helper()
	space, err := o.house.store.Space(o.t.Context(), "main")
	if err != nil {
		o.t.Fatal(err)
	}
	return space
}

// delivers lets what was released leave, until everybody was tried once: over the
// network of this machine, while the organisation's clock stands.
func (o *northlight) delivers() *northlight {
	o.t.Helper()
	space := o.space()
	wake, enough := space.Wake()
	defer enough()
	done := o.house.deliver(o.t.Context(), space, quietly())
	defer done()
	for o.leaving(space) {
		<-wake
	}
	return o
}

// leaving reports whether somebody was not tried yet.
func (o *northlight) leaving(space *store.Space) bool {
	for _, standing := range space.Snapshot().Queue() {
		for _, n := range standing.Incident.Notices {
			if n.State == model.NoticeIsReleased && n.Delivery.Counts.Of(model.ToldWaiting)+n.Delivery.Counts.Of(model.ToldAttempted) > 0 {
				return true
			}
		}
	}
	return false
}

// letters are the messages that one address was sent, whose domain the server
// knows in ASCII.
func (o *northlight) letters(to string) (all []letter) {
	o.t.Helper()
	address, err := outbox.ParseAddress(to)
	if err != nil {
		o.t.Fatal(err)
	}
	for _, message := range o.mail.of(address.String()) {
		text, err := io.ReadAll(message.Body)
		if err != nil {
			o.t.Fatal(err)
		}
		message.Body = bytes.NewReader(text)
		all = append(all, letter{head: message.Header, text: string(text)})
	}
	return all
}

// letter is a message as it came over the wire.
type letter struct {
	head mail.Header
	text string
}

// header is a header of the letter, as people read it.
func (l letter) header(t testing.TB, name string) string {
	t.Helper()
	text, err := new(mime.WordDecoder).DecodeHeader(l.head.Get(name))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// body is the text of the letter, as people read it, without the end of its
// last line.
func (l letter) body(t testing.TB) string {
	t.Helper()
	var from io.Reader = strings.NewReader(l.text)
	switch l.head.Get("Content-Transfer-Encoding") {
	case "quoted-printable":
		from = quotedprintable.NewReader(from)
	case "base64":
		from = base64.NewDecoder(base64.StdEncoding, from)
	}
	text, err := io.ReadAll(from)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSuffix(strings.ReplaceAll(string(text), "\r\n", "\n"), "\n")
}
