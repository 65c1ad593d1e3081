package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"log"
	"math/big"
	"net"
	"net/mail"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
)

// mailServer is a mail server of tests, at localhost, with TLS.
type mailServer struct {
	address string
	roots   string                // in PEM
	answer  func(to string) error // to a recipient; nil accepts all

	mu    sync.Mutex
	taken map[string][]*mail.Message // by recipient
	news  chan struct{}              // holds a value after something was taken
}

func startMailServer(t testing.TB, answer func(string) error) *mailServer {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, DNSNames: []string{"localhost"},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	s := &mailServer{answer: answer, taken: make(map[string][]*mail.Message), news: make(chan struct{}, 1), roots: string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	s.address = net.JoinHostPort("localhost", port)
	inner := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &mailSession{server: s}, nil }))
	inner.Domain, inner.EnableSMTPUTF8, inner.ErrorLog = "localhost", true, log.New(io.Discard, "", 0)
	inner.TLSConfig = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
	var running sync.WaitGroup
	running.Go(func() { inner.Serve(listener) })
	t.Cleanup(func() {
		inner.Close()
		running.Wait()
	})
	return s
}

// count is how many messages were taken.
func (s *mailServer) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, all := range s.taken {
		n += len(all)
	}
	return n
}

func (s *mailServer) of(to string) []*mail.Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.taken[to]
}

type mailSession struct {
	server *mailServer
	to     string
}

func (s *mailSession) Mail(string, *smtp.MailOptions) error { return nil }

func (s *mailSession) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.to = to
	if s.server.answer != nil {
		return s.server.answer(to)
	}
	return nil
}

func (s *mailSession) Data(r io.Reader) error {
	m, err := mail.ReadMessage(r)
	if err != nil {
		return err
	}
	text, err := io.ReadAll(m.Body)
	if err != nil {
		return err
	}
	m.Body = bytes.NewReader(text)
	s.server.mu.Lock()
	defer s.server.mu.Unlock()
	s.server.taken[s.to] = append(s.server.taken[s.to], m)
	poke(s.server.news)
	return nil
}

func (s *mailSession) Reset()        {}
func (s *mailSession) Logout() error { return nil }
