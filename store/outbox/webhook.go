package outbox

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	webhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// Webhook posts messages to the URL that they are for, signed as the Standard
// Webhooks specification has it (1.0.0), over HTTPS alone.
type Webhook struct {
	Secret Secret // whsec_ and base64 of 24 to 64 bytes
	// Own lets it reach this machine and private networks. Link-local addresses,
	// where machines in a cloud find their credentials, it never reaches.
	Own      bool
	Roots    *x509.CertPool   // whose certificates are taken; nil are those of the system
	Patience time.Duration    // with a whole exchange; 0 is 30 seconds
	Now      func() time.Time // nil is time.Now
}

// CheckSecret refuses what cannot sign a webhook.
func CheckSecret(secret Secret) error {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(string(secret), "whsec_"))
	if err != nil || len(key) < 24 || len(key) > 64 {
		return fmt.Errorf("%w: a webhook's secret is base64 of 24 to 64 bytes, after whsec_", ErrChannel)
	}
	return nil
}

// CheckURL refuses what a webhook is not posted to.
func CheckURL(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	switch {
	case err != nil:
		return nil, fmt.Errorf("%w: its URL cannot be read", ErrChannel)
	case u.Scheme != "https" || u.Hostname() == "" || u.Opaque != "":
		return nil, fmt.Errorf("%w: its URL does not begin with https:// and a host", ErrChannel)
	case u.User != nil:
		return nil, fmt.Errorf("%w: its URL has a user in it", ErrChannel)
	}
	return u, nil
}

// Open makes a line to any URL. Nothing is connected yet.
func (w *Webhook) Open(context.Context) (Line, error) {
	if err := CheckSecret(w.Secret); err != nil {
		return nil, err
	}
	signer, err := webhooks.NewWebhook(string(w.Secret))
	if err != nil {
		return nil, fmt.Errorf("%w: its secret cannot be read", ErrChannel)
	}
	dialer := &net.Dialer{Timeout: 10 * time.Second, Control: guard(w.Own)}
	transport := &http.Transport{
		DialContext:            dialer.DialContext, // no proxy: it would resolve names itself
		TLSClientConfig:        &tls.Config{RootCAs: w.Roots, MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:    10 * time.Second,
		DisableKeepAlives:      true, // a request on a used connection might be sent twice
		MaxResponseHeaderBytes: 32 << 10,
	}
	return &hookLine{hook: w, signer: signer, client: &http.Client{Transport: transport, CheckRedirect: stay}}, nil
}

// stay follows no redirect: the answer is where it was asked for.
func stay(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

type hookLine struct {
	hook   *Webhook
	signer *webhooks.Webhook
	client *http.Client
}

// hookBody is what is posted.
type hookBody struct {
	Type      string    `json:"type"`
	Timestamp time.Time `json:"timestamp"`
	Data      hookData  `json:"data"`
}

type hookData struct {
	Incident string `json:"incident"`
	Notice   string `json:"notice"`
	Kind     string `json:"kind"`
	Language string `json:"language"`
	Subject  string `json:"subject"`
	Body     string `json:"body"`
}

// payload is a message as it is posted.
func (m *Message) payload() ([]byte, error) {
	if err := m.check(); err != nil {
		return nil, err
	}
	return json.Marshal(hookBody{Type: "incident.notice", Timestamp: m.Date.UTC(), Data: hookData{
		Incident: m.Incident, Notice: m.Notice, Kind: m.Kind, Language: m.Language, Subject: m.Subject, Body: m.Body,
	}})
}

func (l *hookLine) now() time.Time {
	if l.hook.Now == nil {
		return time.Now()
	}
	return l.hook.Now()
}

// Send posts one message.
func (l *hookLine) Send(ctx context.Context, m *Message) Reply {
	patience := l.hook.Patience
	if patience == 0 {
		patience = 30 * time.Second
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var begun atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteHeaderField: func(string, []string) { begun.Store(true) }})
	request, err := l.request(ctx, m)
	if err != nil {
		return Reply{Outcome: Permanent, Words: words(err.Error())}
	}
	response, err := l.client.Do(request)
	if err != nil {
		return unanswered(err, begun.Load())
	}
	defer response.Body.Close()
	return answered(response.StatusCode)
}

func (l *hookLine) request(ctx context.Context, m *Message) (*http.Request, error) {
	to, err := CheckURL(m.To)
	if err != nil {
		return nil, err
	}
	body, err := m.payload()
	if err != nil {
		return nil, err
	}
	at := l.now()
	signature, err := l.signer.Sign(m.ID, at, body)
	if err != nil {
		return nil, err
	}
	// Of a reader that it does not know, http.Request cannot make a second one.
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, to.String(), io.NopCloser(bytes.NewReader(body)))
	if err != nil {
		return nil, err
	}
	request.ContentLength = int64(len(body))
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", "tocsin")
	request.Header.Set(webhooks.HeaderWebhookID, m.ID)
	request.Header.Set(webhooks.HeaderWebhookTimestamp, strconv.FormatInt(at.Unix(), 10))
	request.Header.Set(webhooks.HeaderWebhookSignature, signature)
	return request, nil
}

// unanswered is what a request without an answer says. The URL is a secret of
// the channel's and is not repeated.
func unanswered(err error, begun bool) Reply {
	var inner *url.Error
	if errors.As(err, &inner) {
		err = inner.Err
	}
	switch {
	case begun:
		return Reply{Outcome: Uncertain, Words: words("no answer after the message was begun: " + broken(err))}
	case errors.Is(err, ErrPlace):
		return Reply{Outcome: Permanent, Words: words(err.Error())}
	}
	return Reply{Outcome: Temporary, Words: words(broken(err))}
}

// answered is what a status says (RFC 9110, 15).
func answered(status int) Reply {
	r := Reply{Outcome: Permanent, Words: words(fmt.Sprintf("HTTP %d %s", status, http.StatusText(status)))}
	switch {
	case status/100 == 2:
		r.Outcome = Accepted
	case status/100 == 5, status == http.StatusRequestTimeout, status == http.StatusTooEarly, status == http.StatusTooManyRequests:
		r.Outcome = Temporary
	case status/100 == 3:
		r.Words += ", which is not followed"
	}
	return r
}

// Close ends the line.
func (l *hookLine) Close() error {
	l.client.CloseIdleConnections()
	return nil
}
