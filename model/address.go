package model

import (
	"errors"
	"fmt"
	"net/mail"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Bounds of an e-mail address, in bytes (RFC 5321, section 4.5.3.1, and RFC
// 3696, erratum 1690).
const (
	maxAddress = 254
	maxLocal   = 64
	maxLabel   = 63
)

// ParseAddress reads one e-mail address and nothing beside it: no name, no
// comment, no list. Addresses with letters of any script are accepted (RFC
// 6531). What differs in the case of the domain alone comes back equal; the
// part before the @ is left as it is, since its case may mean something.
// Characters that could end a header line, or that do not show, are an error.
func ParseAddress(text string) (string, error) {
	text = strings.Trim(text, " ")
	switch {
	case !utf8.ValidString(text):
		return "", errors.New("an address is not valid UTF-8")
	case hides(text):
		return "", fmt.Errorf("the address %q has characters that do not show or command a line", shownAddress(text))
	case len(text) > maxAddress:
		return "", fmt.Errorf("the address %q has %d bytes, more than the %d that mail can carry", shownAddress(text), len(text), maxAddress)
	}
	parsed, err := mail.ParseAddress(text)
	if err != nil || parsed.Name != "" || strings.ContainsAny(text, "<>()") {
		return "", fmt.Errorf("%q is no e-mail address", shownAddress(text))
	}
	at := strings.LastIndexByte(parsed.Address, '@')
	local, domain := parsed.Address[:at], strings.ToLower(parsed.Address[at+1:])
	if len(local) > maxLocal {
		return "", fmt.Errorf("the address %q has %d bytes before the @, more than %d", shownAddress(text), len(local), maxLocal)
	}
	if !isDomain(domain) {
		return "", fmt.Errorf("the address %q has no domain that mail can go to", shownAddress(text))
	}
	written := (&mail.Address{Address: local + "@" + domain}).String()
	return written[1 : len(written)-1], nil
}

// shownAddress is an address as an error may show it.
func shownAddress(text string) string { return Clip(CleanLine(text), 60) }

// hides reports whether a text has a character that is no sign on paper.
func hides(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool {
		return r < ' ' || r > '~' && CleanLine(string(r)) != string(r)
	})
}

// isDomain reports whether a name has two labels or more of letters, digits and
// inner hyphens.
func isDomain(domain string) bool {
	labels := strings.Split(domain, ".")
	for _, label := range labels {
		if label == "" || len(label) > maxLabel || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		for _, r := range label {
			if r != '-' && !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) {
				return false
			}
		}
	}
	return len(labels) > 1
}
