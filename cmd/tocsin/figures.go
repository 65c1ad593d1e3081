package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"tocsin/tui/sshd"
)

// figures are what is counted of a server and its record, for Prometheus, and
// whether all is well, for whoever watches over it. Nothing in them is
// personal.
type figures struct {
	session *session
	server  *sshd.Server
}

func figuresOf(s *session, server *sshd.Server) *figures { return &figures{s, server} }

// The figures of the server, and those of the record.
var (
	visitsFigure      = prometheus.NewDesc("tocsin_sessions", "Sessions under way.", nil, nil)
	connectionsFigure = prometheus.NewDesc("tocsin_connections", "Connections open.", nil, nil)
	connectedFigure   = prometheus.NewDesc("tocsin_connections_total", "Connections by what became of them.", []string{"outcome"}, nil)
	endedFigure       = prometheus.NewDesc("tocsin_connections_ended_total", "Connections that the server ended, by why.", []string{"why"}, nil)
	bytesFigure       = prometheus.NewDesc("tocsin_bytes_total", "Bytes on the wire.", []string{"direction"}, nil)
	eventsFigure      = prometheus.NewDesc("tocsin_events", "Events in the record.", nil, nil)
	incidentsFigure   = prometheus.NewDesc("tocsin_incidents_open", "Open incidents.", nil, nil)
	overdueFigure     = prometheus.NewDesc("tocsin_incidents_overdue", "Open incidents with an obligation that is overdue, or perhaps.", nil, nil)
	writableFigure    = prometheus.NewDesc("tocsin_writable", "Whether the record can be written to.", nil, nil)
)

// Describe names the figures.
func (f *figures) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{visitsFigure, connectionsFigure, connectedFigure, endedFigure, bytesFigure, eventsFigure, incidentsFigure, overdueFigure, writableFigure} {
		to <- d
	}
}

// Collect reads them.
func (f *figures) Collect(to chan<- prometheus.Metric) {
	now := f.server.Figures()
	gauge := func(d *prometheus.Desc, value float64) {
		to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value)
	}
	counter := func(d *prometheus.Desc, value uint64, label string) {
		to <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, float64(value), label)
	}
	gauge(visitsFigure, float64(now.Visits))
	gauge(connectionsFigure, float64(now.Connections))
	counter(connectedFigure, now.Entered, "entered")
	counter(connectedFigure, now.Refused, "refused")
	counter(connectedFigure, now.TurnedAway, "turned away")
	counter(endedFigure, now.Stalled, "stalled")
	counter(endedFigure, now.Silent, "silent")
	counter(endedFigure, now.Revoked, "revoked")
	counter(endedFigure, now.Expired, "expired")
	counter(bytesFigure, now.Received, "received")
	counter(bytesFigure, now.Sent, "sent")
	f.collectRecord(gauge)
}

func (f *figures) collectRecord(gauge func(*prometheus.Desc, float64)) {
	snapshot, at := f.session.snapshot(), f.session.now()
	overdue, writable := 0, 1
	queue := snapshot.Queue()
	for _, standing := range queue {
		if standing.Overdue(at) {
			overdue++
		}
	}
	if f.session.space.Writable() != nil {
		writable = 0
	}
	gauge(eventsFigure, float64(snapshot.Seq))
	gauge(incidentsFigure, float64(len(queue)))
	gauge(overdueFigure, float64(overdue))
	gauge(writableFigure, float64(writable))
}

// figuresPatience is how long a request of figures may take.
const figuresPatience = 10 * time.Second

// serve answers /metrics and /healthz until ctx ends.
func (f *figures) serve(ctx context.Context, listener net.Listener) error {
	registry := prometheus.NewRegistry()
	if err := errors.Join(registry.Register(f), registry.Register(collectors.NewGoCollector()), registry.Register(collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))); err != nil {
		return fmt.Errorf("serve figures: %w", err)
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	mux.HandleFunc("GET /healthz", f.health)
	server := &http.Server{Handler: mux, ReadTimeout: figuresPatience, WriteTimeout: figuresPatience, IdleTimeout: time.Minute, MaxHeaderBytes: 8 << 10}
	stop := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer stop()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve figures: %w", err)
	}
	return nil
}

// health answers whether the record can be read and written to.
func (f *figures) health(w http.ResponseWriter, _ *http.Request) {
	if err := f.session.space.Writable(); err != nil {
		http.Error(w, "the record can only be read", http.StatusServiceUnavailable)
		return
	}
	fmt.Fprintln(w, "ok")
}
