package sshd

import (
	"bytes"
	"io"
	"sync"
	"time"
)

const (
	// enough is how many bytes may wait before a writer does: a screen or two,
	// so that what people see on a thin line is never old.
	enough = 16 << 10
	// portion is how many bytes are sent at once: progress is counted by it.
	portion = 4 << 10
)

// outflow sends output in the background, so that whoever writes can be set
// free whatever the client does. Nothing that was written is left out but after
// cut: a screen is drawn by its differences.
//
// A writer waits while enough is on its way. So a slow terminal gets fewer
// frames and not older ones; and what waits never exceeds the room there is.
type outflow struct {
	to       io.Writer
	room     int
	patience time.Duration

	mu      sync.Mutex
	changed sync.Cond
	queue   []byte
	sending bool
	waiting int // writers
	ended   error
	sent    mark // moves with every portion
	served  mark // moves with every writer that waited
}

// mark is progress, as whoever looks now and then sees it. What was not looked
// at is not held against anybody: a machine that slept wakes up with all its
// sessions.
type mark struct {
	moves, seen uint64
	since       time.Time
}

// still is how long the mark was seen where it is.
func (m *mark) still(now time.Time) time.Duration {
	if m.seen != m.moves || m.since.IsZero() {
		m.seen, m.since = m.moves, now
	}
	return now.Sub(m.since)
}

func newOutflow(to io.Writer, room int, patience time.Duration) *outflow {
	o := &outflow{to: to, room: room, patience: patience}
	o.changed.L = &o.mu
	return o
}

// Write hands p over. It waits while the client takes too little, and no
// longer than until the session ends.
func (o *outflow) Write(p []byte) (written int, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for len(p) > 0 {
		if err = o.await(); err != nil {
			return written, err
		}
		n := min(len(p), o.room-len(o.queue))
		o.queue = append(o.queue, p[:n]...)
		p, written = p[n:], written+n
		if !o.sending {
			o.sending = true
			go o.send()
		}
	}
	return written, o.ended
}

// await waits until little enough is on its way. The lock is the caller's.
func (o *outflow) await() error {
	if o.ended != nil || len(o.queue) < min(enough, o.room) {
		return o.ended
	}
	o.waiting++
	for o.ended == nil && len(o.queue) >= min(enough, o.room) {
		o.changed.Wait()
	}
	o.waiting--
	o.served.moves++
	return o.ended
}

// send sends until nothing is left: an idle session has nobody to wait for it.
func (o *outflow) send() {
	var part [portion]byte
	for {
		o.mu.Lock()
		if len(o.queue) == 0 || o.ended != nil {
			o.queue, o.sending = nil, false
			o.changed.Broadcast()
			o.mu.Unlock()
			return
		}
		n := copy(part[:], o.queue)
		o.mu.Unlock()
		_, err := o.to.Write(part[:n])
		o.mu.Lock()
		if o.queue = o.queue[min(n, len(o.queue)):]; len(o.queue) == 0 {
			o.queue = nil
		}
		o.sent.moves++
		if err != nil && o.ended == nil {
			o.ended = err
		}
		o.changed.Broadcast()
		o.mu.Unlock()
	}
}

// stalled reports whether the client takes nothing, or next to nothing. It is
// asked once a second.
func (o *outflow) stalled(now time.Time) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if !o.sending {
		o.sent.moves++
	}
	if o.waiting == 0 {
		o.served.moves++
	}
	sent, served := o.sent.still(now), o.served.still(now)
	return max(sent, served) >= o.patience
}

// drained waits until everything was sent, or cannot be.
func (o *outflow) drained() {
	o.mu.Lock()
	defer o.mu.Unlock()
	for o.sending && o.ended == nil {
		o.changed.Wait()
	}
}

// cut ends it: writers get why. What is being sent ends with the connection.
func (o *outflow) cut(why error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.ended == nil {
		o.ended = why
	}
	o.changed.Broadcast()
}

// ordered is one of two streams of a session: what was written to the other
// one before is sent before.
type ordered struct {
	*outflow
	other *outflow
}

func (o *ordered) Write(p []byte) (int, error) {
	o.other.drained()
	return o.outflow.Write(p)
}

// lines ends lines as a terminal wants it that does nothing by itself.
type lines struct {
	to       io.Writer
	mu       sync.Mutex
	returned bool
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if bytes.IndexByte(p, '\n') < 0 {
		l.returned = len(p) > 0 && p[len(p)-1] == '\r' || len(p) == 0 && l.returned
		return l.to.Write(p)
	}
	out := make([]byte, 0, len(p)+len(p)/16+8)
	for _, c := range p {
		if c == '\n' && !l.returned {
			out = append(out, '\r')
		}
		l.returned = c == '\r'
		out = append(out, c)
	}
	if _, err := l.to.Write(out); err != nil {
		return 0, err
	}
	return len(p), nil
}
