package inbox

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"net/textproto"
	"strings"
	"time"

	"tocsin/model"
)

// Bounds of what is read.
const (
	MaxReport     = 4 << 20   // bytes of a whole message
	maxPart       = 256 << 10 // bytes of a part that is looked at
	maxParts      = 20        // in a message, those in others too
	maxDepth      = 4         // of parts in parts
	maxRecipients = 500       // in a report
	maxWords      = 400       // characters of what a server said
)

// ErrNoReport means that a message is no report about a delivery.
var ErrNoReport = errors.New("not a report about the delivery of a message")

// Report is what a mail server says about one message.
type Report struct {
	MessageID  string    // of that message, without angle brackets; "" where the report does not say
	Server     string    // which one reports
	At         time.Time // when it took the message, zero where it does not say
	Recipients []Recipient
}

// Recipient is what a report says of one recipient.
type Recipient struct {
	Address string // as it was asked for, or where the message went in the end
	Action  Action
	Status  string // RFC 3463: "5.1.1"
	Words   string // what the last server said
	At      time.Time
}

// Action is what became of a message (RFC 3464, 2.3.3).
type Action string

// The actions.
const (
	Failed    Action = "failed"
	Delayed   Action = "delayed"
	Delivered Action = "delivered"
	Relayed   Action = "relayed"
	Expanded  Action = "expanded"
)

// Bounced reports whether the recipient does not get the message.
func (r *Recipient) Bounced() bool { return r.Action == Failed }

// Said is the status and the server's words, in one line.
func (r *Recipient) Said() string { return strings.TrimSpace(r.Status + " " + r.Words) }

// Read reads a report. It matches ErrNoReport.
func Read(from io.Reader) (*Report, error) {
	limited := &io.LimitedReader{R: from, N: MaxReport + 1}
	message, err := mail.ReadMessage(bufio.NewReader(limited))
	if err != nil {
		return nil, fmt.Errorf("%w: it has no head of a message", ErrNoReport)
	}
	r := &reader{}
	err = r.part(textproto.MIMEHeader(message.Header), message.Body, 0)
	switch {
	case limited.N <= 0:
		return nil, fmt.Errorf("%w: it has more than %d MiB", ErrNoReport, MaxReport>>20)
	case err != nil:
		return nil, err
	case !r.found:
		return nil, fmt.Errorf("%w: no part of it says what became of whom (message/delivery-status)", ErrNoReport)
	}
	if r.report.MessageID == "" {
		r.report.MessageID = answered(message.Header)
	}
	return &r.report, nil
}

// answered is the message that another one says it answers.
func answered(header mail.Header) string {
	for _, name := range []string{"In-Reply-To", "References"} {
		if all := strings.Fields(header.Get(name)); len(all) > 0 {
			return identity(all[len(all)-1])
		}
	}
	return ""
}

func identity(text string) string {
	return strings.Trim(line(text), "<> ")
}

// line is what a report says, as one line that can be shown.
func line(text string) string { return model.Clip(model.CleanLine(text), maxWords) }

// reader gathers a report out of the parts of a message.
type reader struct {
	report Report
	found  bool // what became of whom
	parts  int
}

// part looks at one part, and at those within it.
func (r *reader) part(header textproto.MIMEHeader, body io.Reader, depth int) error {
	kind, parameters, err := mime.ParseMediaType(header.Get("Content-Type"))
	if err != nil {
		return nil // plain text, by RFC 2045, 5.2
	}
	body = decoded(header, body)
	switch {
	case strings.HasPrefix(kind, "multipart/"):
		return r.within(multipart.NewReader(body, parameters["boundary"]), depth)
	case kind == "message/delivery-status", kind == "message/global-delivery-status":
		return r.status(body)
	case kind == "text/rfc822-headers", kind == "message/rfc822", kind == "message/global", kind == "message/global-headers":
		r.original(body)
	}
	return nil
}

func (r *reader) within(parts *multipart.Reader, depth int) error {
	if depth == maxDepth {
		return nil
	}
	for {
		part, err := parts.NextRawPart()
		if err != nil {
			return nil // what there was has been looked at
		}
		if r.parts++; r.parts > maxParts {
			return fmt.Errorf("%w: it has more than %d parts", ErrNoReport, maxParts)
		}
		if err := r.part(part.Header, part, depth+1); err != nil {
			return err
		}
	}
}

// decoded undoes the encoding of a part.
func decoded(header textproto.MIMEHeader, body io.Reader) io.Reader {
	switch strings.ToLower(strings.TrimSpace(header.Get("Content-Transfer-Encoding"))) {
	case "quoted-printable":
		return quotedprintable.NewReader(body)
	case "base64":
		return base64.NewDecoder(base64.StdEncoding, body)
	}
	return body
}

// original finds out which message the report is about. The first part that
// says so counts.
func (r *reader) original(body io.Reader) {
	if r.report.MessageID != "" {
		return
	}
	header, _ := fields(bufio.NewReader(io.LimitReader(body, maxPart)))
	r.report.MessageID = identity(header.Get("Message-Id"))
}

// status reads what became of whom: fields about the message, and then a group
// of fields about each recipient (RFC 3464, 2.1).
func (r *reader) status(body io.Reader) error {
	text := bufio.NewReader(io.LimitReader(body, maxPart))
	header, more := fields(text)
	r.report.Server = typed(header.Get("Reporting-Mta"))
	r.report.At = moment(header.Get("Arrival-Date"))
	for more {
		header, more = fields(text)
		if len(header) == 0 {
			continue
		}
		if len(r.report.Recipients) == maxRecipients {
			return fmt.Errorf("%w: it is about more than %d recipients", ErrNoReport, maxRecipients)
		}
		if one, ok := recipient(header); ok {
			r.found = true
			r.report.Recipients = append(r.report.Recipients, one)
		}
	}
	return nil
}

func recipient(header textproto.MIMEHeader) (Recipient, bool) {
	r := Recipient{
		Address: typed(header.Get("Original-Recipient")), Action: Action(strings.ToLower(line(header.Get("Action")))),
		Status: line(header.Get("Status")), Words: typed(header.Get("Diagnostic-Code")), At: moment(header.Get("Last-Attempt-Date")),
	}
	if r.Address == "" {
		r.Address = typed(header.Get("Final-Recipient"))
	}
	switch r.Action {
	case Failed, Delayed, Delivered, Relayed, Expanded:
		return r, r.Address != ""
	}
	return Recipient{}, false
}

// typed is what follows the type of a field: "rfc822; kim@ben.example".
func typed(text string) string {
	if _, rest, ok := strings.Cut(text, ";"); ok {
		text = rest
	}
	return strings.Trim(line(text), "<> ")
}

func moment(text string) time.Time {
	at, err := mail.ParseDate(text)
	if err != nil {
		return time.Time{}
	}
	return at.UTC()
}

// fields reads fields up to an empty line; more says whether anything follows
// it. What is no field is passed over, as is what continues it.
func fields(text *bufio.Reader) (header textproto.MIMEHeader, more bool) {
	header = make(textproto.MIMEHeader)
	last := ""
	for {
		raw, err := text.ReadBytes('\n')
		one := bytes.TrimRight(raw, "\r\n")
		if len(one) == 0 {
			return header, err == nil
		}
		name, value, ok := bytes.Cut(one, []byte(":"))
		switch {
		case (one[0] == ' ' || one[0] == '\t') && last != "":
			all := header[last]
			all[len(all)-1] += " " + string(bytes.TrimSpace(one))
		case ok && len(header) < 100:
			last = textproto.CanonicalMIMEHeaderKey(string(name))
			header.Add(last, string(bytes.TrimSpace(value)))
		default:
			last = ""
		}
		if err != nil {
			return header, false
		}
	}
}
