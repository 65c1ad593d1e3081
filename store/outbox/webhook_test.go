package outbox

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"crypto/x509"

	webhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

const secret Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

// hooked is a receiver of webhooks, and a sender to it.
func hooked(t *testing.T, answer http.HandlerFunc) (*httptest.Server, *Webhook) {
	t.Helper()
	s := httptest.NewUnstartedServer(answer)
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	t.Cleanup(s.Close)
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	return s, &Webhook{Secret: secret, Own: true, Roots: roots, Patience: 2 * time.Second}
}

func TestAWebhookIsSigned(t *testing.T) {
	var ids []string
	s, hook := hooked(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		verifier, err := webhooks.NewWebhook(string(secret))
		if err != nil {
			t.Error(err)
		}
		if err := verifier.Verify(body, r.Header); err != nil {
			t.Error(err)
		}
		var got hookBody
		if err := json.Unmarshal(body, &got); err != nil || got.Type != "incident.notice" || got.Data.Subject != "A security incident" || !got.Timestamp.Equal(noon) {
			t.Errorf("%+v, %v", got, err)
		}
		ids = append(ids, r.Header.Get("webhook-id"))
		w.WriteHeader(http.StatusNoContent)
	})
	for range 2 {
		if r := sent(t, hook, notice(7, s.URL+"/hook")); r.Outcome != Accepted || r.Words != "HTTP 204 No Content" {
			t.Errorf("%+v", r)
		}
	}
	if len(ids) != 2 || ids[0] != "m7" || ids[1] != "m7" {
		t.Errorf("the same message goes by %v", ids)
	}
}

func TestWhatReceiversOfWebhooksSay(t *testing.T) {
	for status, want := range map[int]Outcome{200: Accepted, 202: Accepted, 301: Permanent, 307: Permanent, 400: Permanent, 401: Permanent, 404: Permanent, 410: Permanent, 408: Temporary, 425: Temporary, 429: Temporary, 500: Temporary, 503: Temporary} {
		asked := 0
		s, hook := hooked(t, func(w http.ResponseWriter, r *http.Request) {
			asked++
			w.Header().Set("Location", "/elsewhere")
			w.WriteHeader(status)
		})
		if r := sent(t, hook, notice(0, s.URL)); r.Outcome != want {
			t.Errorf("%d: %+v", status, r)
		}
		if asked != 1 {
			t.Errorf("%d: asked %d times", status, asked)
		}
	}
}

func TestReceiversOfWebhooksThatBreakOff(t *testing.T) {
	for name, answer := range map[string]http.HandlerFunc{
		"hangs up": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"says nothing": func(_ http.ResponseWriter, r *http.Request) {
			io.Copy(io.Discard, r.Body) // until then nobody sees the other end go
			<-r.Context().Done()
		},
		"endless head": func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("X-Long", strings.Repeat("x", 64<<10)) },
	} {
		s, hook := hooked(t, answer)
		hook.Patience = 300 * time.Millisecond
		if r := sent(t, hook, notice(0, s.URL)); r.Outcome != Uncertain || strings.Contains(r.Words, "127.0.0.1:") && strings.Contains(r.Words, "/hook") {
			t.Errorf("%s: %+v", name, r)
		}
	}
	s, hook := hooked(t, nil)
	s.Close()
	if r := sent(t, hook, notice(0, s.URL)); r.Outcome != Temporary {
		t.Errorf("nobody listens: %+v", r)
	}
}

func TestAWebhookStaysOutside(t *testing.T) {
	s, hook := hooked(t, func(http.ResponseWriter, *http.Request) { t.Error("it was reached") })
	hook.Own = false
	for _, url := range []string{s.URL, strings.Replace(s.URL, "127.0.0.1", "localhost", 1), "https://169.254.169.254/latest/meta-data", "https://[::ffff:10.0.0.1]/"} {
		if r := sent(t, hook, notice(0, url)); r.Outcome != Permanent && !strings.Contains(r.Words, "name resolution") || strings.Contains(r.Words, "accepted") {
			t.Errorf("%s: %+v", url, r)
		}
	}
	hook.Own = true
	for _, url := range []string{"http://hooks.example/", "file:///etc/passwd", "https://", "https://kim:secret@hooks.example/", "gopher://x", "https://169.254.169.254/"} {
		if r := sent(t, hook, notice(0, url)); r.Outcome != Permanent {
			t.Errorf("%s: %+v", url, r)
		}
	}
	hook.Roots = nil
	if r := sent(t, hook, notice(0, s.URL)); r.Outcome != Temporary || !strings.Contains(r.Words, "certificate") {
		t.Errorf("an unknown certificate: %+v", r)
	}
	hook.Secret = "short"
	if _, err := hook.Open(context.Background()); !errors.Is(err, ErrChannel) || strings.Contains(err.Error(), "short") {
		t.Error(err)
	}
}

func TestAddressesThatAWebhookMayReach(t *testing.T) {
	for text, want := range map[string][2]bool{ // as it is, and where the channel may reach its own
		"93.184.216.34": {true, true}, "2606:2800:220:1::1": {true, true},
		"127.0.0.1": {false, true}, "::1": {false, true}, "10.1.2.3": {false, true}, "172.31.0.1": {false, true}, "192.168.1.1": {false, true}, "fd12::1": {false, true},
		"::ffff:127.0.0.1": {false, true}, "::ffff:169.254.169.254": {false, false},
		"169.254.169.254": {false, false}, "fe80::1": {false, false}, "fd00:ec2::254": {false, false}, "100.100.100.200": {false, false},
		"0.0.0.0": {false, false}, "::": {false, false}, "224.0.0.1": {false, false}, "255.255.255.255": {false, false}, "ff02::1": {false, false},
		"64:ff9b::7f00:1": {false, false}, "2002:7f00:1::": {false, false}, "2001::1": {false, false}, "::127.0.0.1": {false, false}, "192.0.2.1": {false, false},
		"172.32.0.1": {true, true}, "100.128.0.1": {true, true},
	} {
		at := netip.MustParseAddr(text)
		if got := [2]bool{reaches(at, false), reaches(at, true)}; got != want {
			t.Errorf("%s: %v, want %v", text, got, want)
		}
	}
}
