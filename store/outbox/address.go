package outbox

import (
	"errors"
	"fmt"
	"net/mail"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
)

// ErrAddress means that a text is not an address that mail can be sent to.
var ErrAddress = errors.New("not an address that mail can be sent to")

// Bounds of an address in bytes (RFC 5321, 4.5.3.1).
const (
	maxLocal  = 64
	maxDomain = 253
)

// Address is the address of one mailbox. The local part is compared as it is:
// only its own server knows whether upper and lower case are the same there.
type Address struct {
	Local  string
	Domain string // ASCII, lower case; international names as their servers are asked for (RFC 5890)
}

// ParseAddress reads the address of one mailbox without a name: no comments, no
// quoted local part, no address of a machine in place of a domain. It matches
// ErrAddress.
func ParseAddress(text string) (Address, error) {
	at := strings.LastIndexByte(text, '@')
	if at < 0 {
		return Address{}, fmt.Errorf("%w: there is no @ in it", ErrAddress)
	}
	local, domain := text[:at], text[at+1:]
	if err := checkLocal(local); err != nil {
		return Address{}, err
	}
	ascii, err := idna.Lookup.ToASCII(domain)
	if err != nil || ascii == "" || len(ascii) > maxDomain || slices.Contains(strings.Split(ascii, "."), "") {
		return Address{}, fmt.Errorf("%w: what follows the @ is no domain", ErrAddress)
	}
	return Address{Local: local, Domain: strings.ToLower(ascii)}, nil
}

// checkLocal accepts a dot-atom of RFC 5321, with the characters of RFC 6531.
func checkLocal(local string) error {
	switch {
	case local == "", len(local) > maxLocal:
		return fmt.Errorf("%w: what precedes the @ has %d bytes; accepted: 1 to %d", ErrAddress, len(local), maxLocal)
	case local[0] == '.', local[len(local)-1] == '.', strings.Contains(local, ".."):
		return fmt.Errorf("%w: a dot stands where none may", ErrAddress)
	case !utf8.ValidString(local):
		return fmt.Errorf("%w: it is not UTF-8", ErrAddress)
	}
	for _, r := range local {
		if !inLocal(r) {
			return fmt.Errorf("%w: %q may not stand before the @", ErrAddress, r)
		}
	}
	return nil
}

func inLocal(r rune) bool {
	switch {
	case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
		return true
	case r < utf8.RuneSelf:
		return strings.ContainsRune("!#$%&'*+-/=?^_`{|}~.", r)
	}
	return unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsNumber(r) || unicode.IsSymbol(r) || unicode.IsPunct(r)
}

// International reports whether a server has to know SMTPUTF8 for the address
// (RFC 6531). A domain alone never asks for that.
func (a Address) International() bool {
	return strings.IndexFunc(a.Local, func(r rune) bool { return r >= utf8.RuneSelf }) >= 0
}

// String is the address as servers take it.
func (a Address) String() string { return a.Local + "@" + a.Domain }

// CheckSender refuses what no message can be from. It matches ErrAddress.
func CheckSender(text string) error {
	_, _, err := parseSender(text)
	return err
}

// parseSender reads who a message is from: an address, or a name and an address
// in angle brackets.
func parseSender(text string) (name string, address Address, err error) {
	parsed, err := mail.ParseAddress(text)
	if err != nil {
		return "", Address{}, fmt.Errorf("%w: %q", ErrAddress, text)
	}
	address, err = ParseAddress(parsed.Address)
	return parsed.Name, address, err
}
