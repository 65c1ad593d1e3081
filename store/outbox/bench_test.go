package outbox

import (
	"context"
	"fmt"
	"io"
	"iter"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
	gomail "github.com/wneessen/go-mail"
)

// counting is a journal that only counts.
type counting struct{ attempts, results atomic.Int64 }

func (c *counting) Attempt(_ context.Context, ordinals []int) ([]int, error) {
	c.attempts.Add(int64(len(ordinals)))
	return ordinals, nil
}

func (c *counting) Result(_ context.Context, results []Result) error {
	c.results.Add(int64(len(results)))
	return nil
}

// sink takes everything and keeps nothing.
type sink struct{ session }

func (s *sink) Mail(string, *smtp.MailOptions) error { return nil }
func (s *sink) Rcpt(string, *smtp.RcptOptions) error { return nil }
func (s *sink) AuthMechanisms() []string             { return nil }

func (s *sink) Data(r io.Reader) error {
	_, err := io.Copy(io.Discard, r)
	return err
}

// BenchmarkSend hands b.N messages to a local server over four lines with TLS,
// beside a bare loop of the library that it is built on: the same messages, as
// many connections, and no journal. Give it -benchtime 100000x.
func BenchmarkSend(b *testing.B) {
	s := serve(b, &server{}, func(inner *smtp.Server) {
		inner.Backend = smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &sink{}, nil })
	})
	to := func(k int) string { return fmt.Sprintf("admin%d@c%d.example", k, k%1000) }
	b.StopTimer()
	bare := bareLoop(b, s, b.N, to)
	b.StartTimer()
	began := time.Now()
	journal := &counting{}
	r := &Run{Sender: s.client(), Journal: journal, Source: func(_ context.Context, from int) iter.Seq2[*Message, error] {
		return func(yield func(*Message, error) bool) {
			for k := from; k < b.N; k++ {
				if !yield(notice(k, to(k)), nil) {
					return
				}
			}
		}
	}}
	tally, err := r.Do(b.Context())
	b.StopTimer()
	took := time.Since(began)
	if err != nil || tally.Accepted != b.N || journal.results.Load() != int64(b.N) {
		b.Fatalf("%+v %v", tally, err)
	}
	b.ReportMetric(float64(b.N)/took.Seconds(), "messages/s")
	b.ReportMetric(float64(b.N)/bare.Seconds(), "bare/s")
	b.ReportMetric(bare.Seconds()/took.Seconds(), "×bare")
}

// bareLoop sends n messages with the library alone, over four connections.
func bareLoop(b *testing.B, s *server, n int, to func(int) string) time.Duration {
	b.Helper()
	began := time.Now()
	var next atomic.Int64
	var lines sync.WaitGroup
	for range 4 {
		lines.Go(func() {
			c, err := gomail.NewClient("localhost", gomail.WithPort(s.port), gomail.WithTLSConfig((&SMTP{Host: "localhost", Roots: s.roots}).tls()), gomail.WithTLSPolicy(gomail.TLSMandatory))
			if err == nil {
				err = c.DialWithContext(b.Context())
			}
			if err != nil {
				b.Error(err)
				return
			}
			defer c.Close()
			for k := int(next.Add(1)) - 1; k < n; k = int(next.Add(1)) - 1 {
				if err := bareSend(c, notice(k, to(k))); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	lines.Wait()
	return time.Since(began)
}

func bareSend(c *gomail.Client, m *Message) error {
	msg := gomail.NewMsg()
	if err := msg.From(m.From); err != nil {
		return err
	}
	if err := msg.To(m.To); err != nil {
		return err
	}
	msg.Subject(m.Subject)
	msg.SetMessageIDWithValue(m.MessageID())
	msg.SetDateWithValue(m.Date)
	msg.SetBodyString(gomail.TypeTextPlain, m.Body)
	return c.Send(msg)
}
