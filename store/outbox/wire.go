package outbox

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"sync/atomic"
	"time"
)

// errTalkative means that a server sent more than any answer takes.
var errTalkative = errors.New("the server sent more than an answer takes")

// maxAnswers bounds what is read from a server for one message, in bytes: its
// answers, and what TLS adds.
const maxAnswers = 256 << 10

// wire is a connection that ends with a context, waits for each answer only so
// long, and reads only so much for each message.
type wire struct {
	net.Conn
	left     atomic.Int64
	patience time.Duration
	release  func() bool // of the context
}

// newWire watches over a connection until it is closed. When the context ends,
// whatever waits for the connection ends too.
func newWire(ctx context.Context, conn net.Conn, patience time.Duration) *wire {
	w := &wire{Conn: conn, patience: patience}
	w.renew()
	w.watch(ctx)
	return w
}

// watch lets another context end the connection.
func (w *wire) watch(ctx context.Context) {
	if w.release != nil {
		w.release()
	}
	w.release = context.AfterFunc(ctx, func() { w.Conn.Close() })
}

// renew allows as much as one more message takes.
func (w *wire) renew() { w.left.Store(maxAnswers) }

func (w *wire) Read(p []byte) (int, error) {
	if w.left.Load() <= 0 {
		return 0, errTalkative
	}
	if err := w.Conn.SetReadDeadline(time.Now().Add(w.patience)); err != nil {
		return 0, err
	}
	n, err := w.Conn.Read(p)
	w.left.Add(int64(-n))
	return n, err
}

func (w *wire) Write(p []byte) (int, error) {
	if err := w.Conn.SetWriteDeadline(time.Now().Add(w.patience)); err != nil {
		return 0, err
	}
	return w.Conn.Write(p)
}

func (w *wire) Close() error {
	w.release()
	return w.Conn.Close()
}

// loopback reports whether the other end is this machine.
func (w *wire) loopback() bool {
	at, err := netip.ParseAddrPort(w.RemoteAddr().String())
	return err == nil && at.Addr().Unmap().IsLoopback()
}
