package main

import (
	"testing"
	"time"

	"tocsin/model"
)

// BenchmarkDeliver releases a notice to b.N recipients and lets it leave over
// four lines with TLS to a local server: every attempt and every result is
// durable, sealed and on the board. Give it -benchtime 20000x.
func BenchmarkDeliver(b *testing.B) {
	o := openOffice(b, b.TempDir())
	defer o.shut()
	server := startMailServer(b, nil)
	o.affect(b.N)
	o.channel(server, nil)
	done := o.deliver(b.Context(), o.space, quietly())
	defer done()
	b.ResetTimer()
	began := time.Now()
	o.until(o.release("A1"), func(n *model.Notice) bool { return n.State == model.NoticeIsDone })
	b.StopTimer()
	b.ReportMetric(float64(b.N)/time.Since(began).Seconds(), "messages/s")
}
