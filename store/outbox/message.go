package outbox

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"net/mail"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	gomail "github.com/wneessen/go-mail"
)

// Message is what one recipient gets.
type Message struct {
	Ordinal  int    // of the recipient among those of the notice, from 0
	Customer uint64 // whose address it is, 0 for nobody\'s; given back in the result
	ID       string // of the Message-ID, without the domain; see Identities
	From     string // an address, or a name and an address in angle brackets
	To       string // an address; for a webhook its URL
	Subject  string // one line
	Body     string // plain text, any length of line
	Language string // BCP 47; "" says none
	Date     time.Time
	Headers  []Header // further ones

	Incident, Notice, Kind string // what it is about, for machines that read a webhook
}

// Header is one line of a message's head.
type Header struct{ Name, Value string }

// ErrMessage means that a message cannot be sent as it is, to nobody.
var ErrMessage = errors.New("the message cannot be sent")

// Bounds of a message.
const (
	maxSubject = 250        // characters
	maxBody    = 1 << 20    // bytes
	maxHeader  = 500        // bytes of a further header
	plainLines = "\r\n\x00" // what ends a line, or a text
)

// check refuses what could become something else on its way.
func (m *Message) check() error {
	for _, one := range []Header{{"the identity", m.ID}, {"the sender", m.From}, {"the recipient", m.To}, {"the subject", m.Subject}, {"the language", m.Language}} {
		if strings.ContainsAny(one.Value, plainLines) || !utf8.ValidString(one.Value) {
			return fmt.Errorf("%w: %s is not one line of text", ErrMessage, one.Name)
		}
	}
	switch {
	case m.ID == "" || strings.ContainsFunc(m.ID, notInIdentity):
		return fmt.Errorf("%w: it has no identity", ErrMessage)
	case utf8.RuneCountInString(m.Subject) > maxSubject:
		return fmt.Errorf("%w: its subject has more than %d characters", ErrMessage, maxSubject)
	case len(m.Body) > maxBody || !utf8.ValidString(m.Body) || strings.ContainsRune(m.Body, 0):
		return fmt.Errorf("%w: its text is not UTF-8 of at most %d KiB", ErrMessage, maxBody>>10)
	case strings.ContainsFunc(m.Language, notInIdentity):
		return fmt.Errorf("%w: %q is no language", ErrMessage, m.Language)
	}
	for _, h := range m.Headers {
		if err := h.check(); err != nil {
			return err
		}
	}
	return nil
}

func notInIdentity(r rune) bool {
	return r != '-' && (r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r))
}

// check accepts what a message has no header for yet.
func (h Header) check() error {
	if h.Name == "" || strings.ContainsFunc(h.Name, notInIdentity) || settled[strings.ToLower(h.Name)] {
		return fmt.Errorf("%w: %q is no further header", ErrMessage, h.Name)
	}
	if strings.ContainsAny(h.Value, plainLines) || !utf8.ValidString(h.Value) || len(h.Value) > maxHeader {
		return fmt.Errorf("%w: header %s is not one line of at most %d bytes", ErrMessage, h.Name, maxHeader)
	}
	return nil
}

// settled are the headers that a message has already, and those that would send
// it elsewhere.
var settled = map[string]bool{
	"from": true, "to": true, "cc": true, "bcc": true, "sender": true, "subject": true, "date": true, "message-id": true, "mime-version": true,
	"content-type": true, "content-transfer-encoding": true, "content-language": true, "auto-submitted": true, "return-path": true, "received": true,
}

// letter is a message that can be sent by mail.
type letter struct {
	from, to      Address
	text          []byte // RFC 5322, CRLF, in 7 bits but for international addresses
	international bool   // an address in it takes SMTPUTF8
}

// letter writes a message for the mail. It matches ErrAddress or ErrMessage.
func (m *Message) letter() (*letter, error) {
	if m.To == "" {
		return nil, fmt.Errorf("%w: it is not known any more", ErrAddress)
	}
	if err := m.check(); err != nil {
		return nil, err
	}
	name, from, err := parseSender(m.From)
	if err != nil {
		return nil, fmt.Errorf("the sender: %w", err)
	}
	to, err := ParseAddress(m.To)
	if err != nil {
		return nil, err
	}
	l := &letter{from: from, to: to, international: from.International() || to.International()}
	l.text, err = m.write(&mail.Address{Name: name, Address: from.String()}, &mail.Address{Address: to.String()})
	return l, err
}

// write writes a message as RFC 5322 has it: plain text in UTF-8, in an encoding
// that every server passes on.
func (m *Message) write(from, to *mail.Address) ([]byte, error) {
	msg := gomail.NewMsg(gomail.WithCharset(gomail.CharsetUTF8), gomail.WithEncoding(encodingFor(m.Body)), gomail.WithNoDefaultUserAgent())
	msg.FromMailAddress(from)
	msg.ToMailAddress(to)
	if strings.Contains(m.Subject, "=?") {
		msg.SetGenHeaderPreformatted(gomail.HeaderSubject, encodedWords(m.Subject))
	} else {
		msg.Subject(m.Subject)
	}
	msg.SetDateWithValue(m.Date.UTC())
	msg.SetMessageIDWithValue(m.MessageID())
	msg.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834: nobody's absence answers it
	if m.Language != "" {
		msg.SetGenHeader("Content-Language", m.Language)
	}
	for _, h := range m.Headers {
		msg.SetGenHeader(gomail.Header(h.Name), h.Value)
	}
	msg.SetBodyString(gomail.TypeTextPlain, withCRLF(m.Body))
	var text bytes.Buffer
	text.Grow(len(m.Body) + len(m.Body)/2 + 1024)
	if _, err := msg.WriteTo(&text); err != nil {
		return nil, fmt.Errorf("write the message: %w", err)
	}
	return text.Bytes(), nil
}

// encodedWords writes a text as RFC 2047 has it, also where it would pass as it
// is: what looks like an encoded word would be read as another text.
func encodedWords(text string) string {
	const most = 45 // bytes, so that a word has at most 75 characters
	var words []string
	part := ""
	for _, r := range text {
		if len(part)+utf8.RuneLen(r) > most {
			words, part = append(words, part), ""
		}
		part += string(r)
	}
	words = append(words, part)
	for k, word := range words {
		words[k] = "=?UTF-8?B?" + base64.StdEncoding.EncodeToString([]byte(word)) + "?="
	}
	return strings.Join(words, "\r\n ")
}

// MessageID is the whole Message-ID, without angle brackets: the identity at the
// sender's domain.
func (m *Message) MessageID() string {
	_, from, err := parseSender(m.From)
	if err != nil {
		return m.ID + "@invalid"
	}
	return m.ID + "@" + from.Domain
}

// encodingFor is the shorter of the two encodings that pass everywhere.
func encodingFor(body string) gomail.Encoding {
	beyond := 0
	for k := range len(body) {
		if body[k] >= utf8.RuneSelf {
			beyond++
		}
	}
	if beyond > len(body)/6 { // each such byte takes three in quoted-printable
		return gomail.EncodingB64
	}
	return gomail.EncodingQP
}

// withCRLF ends the lines of a text as mail does.
func withCRLF(text string) string {
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text)
	if !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	return strings.ReplaceAll(text, "\n", "\r\n")
}
