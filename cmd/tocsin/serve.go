package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"path/filepath"
	"sync"

	"github.com/coreos/go-systemd/v22/daemon"
	"github.com/spf13/cobra"
	"golang.org/x/crypto/ssh"

	"tocsin/config"
	"tocsin/model"
	"tocsin/tui/sshd"
)

const serveLong = `Serves the record to the people who are registered in it, over SSH: ssh HOST
opens the console, ssh HOST VERB … gives a verb and ends with its exit code, under
the rights of whoever logged in. Where a verb reads or writes a file, - and a
pipe take its place: ssh HOST evidence add 7 - < mail.log

It listens at the address in settings.toml ([serve], listen), which is on this
machine alone until that is changed, or at --listen. The first start makes the
server's key; its fingerprint is printed, for those who log in to compare.

People and their keys are kept in the record: see tocsin people. Every log-in,
refusal and log-out is recorded there. What is logged on standard error has no
names and no addresses.

With reports = true under [serve] anybody may report an incident without a key,
as the user report: ssh report@HOST asks what happened, and answers with a
reference. They see nothing and can do nothing else.

While it serves, tocsin and its verbs on this machine work through it.`

func (a *app) serveCommand() *cobra.Command {
	var listen string
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Serve the console and the verbs over SSH",
		Long:  serveLong,
		Example: `  tocsin people add "Kim Lund" --role lead --key ~/kim.pub
  tocsin serve --listen 10.0.0.5:2222`,
		Args: words(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error { return a.serve(cmd.Context(), listen) },
	}
	cmd.Flags().StringVar(&listen, "listen", "", "address and port (else as the settings say, else "+config.DefaultListen+")")
	return cmd
}

func (a *app) serve(ctx context.Context, listen string) error {
	if a.guest != nil {
		return &model.Refusal{Reason: "the record is in use by another process: end that first"}
	}
	settings, err := a.serveSettings(listen)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	s, err := a.open(ctx, cancel)
	if err != nil {
		return err
	}
	err = a.serveHouse(ctx, s, settings)
	var trouble *storeError
	if errors.As(context.Cause(ctx), &trouble) {
		err = trouble
	}
	return errors.Join(err, s.close())
}

// serveSettings are the settings, with what the command line says.
func (a *app) serveSettings(listen string) (config.ServeSettings, error) {
	dir, err := a.dataDir()
	if err != nil {
		return config.ServeSettings{}, err
	}
	settings, err := config.LoadSettings(filepath.Join(dir, settingsFile))
	if err != nil {
		return settings.Serve, err
	}
	if listen != "" {
		settings.Serve.Listen = listen
	}
	if wrong := config.CheckAddress(settings.Serve.Listen); wrong != "" {
		return settings.Serve, model.Refuse(model.Field("--listen", wrong, ""))
	}
	return settings.Serve, nil
}

// serveHouse serves until ctx ends, or an entrance fails.
func (a *app) serveHouse(ctx context.Context, s *session, settings config.ServeSettings) error {
	if err := s.somebodyCanLogIn(); err != nil {
		return err
	}
	key, made, err := hostKey(s.dir)
	if err != nil {
		return &storeError{err: err}
	}
	logger := slog.New(slog.NewTextHandler(a.err, nil))
	codes, err := s.factors()
	if err != nil {
		return err
	}
	r := &reception{house: s.house, space: a.space, gate: newReportGate()}
	door := newDoor(codes, a.now, logger)
	door.open = settings.Reports
	r.server = sshd.New(sshd.Options{
		HostKeys: []ssh.Signer{key}, Door: door, Handle: r.handle, Now: a.now, Logger: logger,
		Limits: sshd.Limits{Connections: settings.Connections, PerAddress: settings.PerAddress, PerPerson: settings.PerPerson, Life: settings.SessionLife()},
	})
	e := &entrances{}
	defer e.close()
	if err := e.open(ctx, r.server, s, settings); err != nil {
		return err
	}
	if err := a.announce(s, e, key.PublicKey(), made); err != nil {
		return err
	}
	done := s.deliver(ctx, s.space, logger)
	defer done()
	return e.serve(ctx, logger)
}

// entrances are what is listened at.
type entrances struct {
	listeners []net.Listener
	serves    []func(ctx context.Context, listener net.Listener) error
}

func (e *entrances) add(listener net.Listener, serve func(context.Context, net.Listener) error) {
	e.listeners = append(e.listeners, listener)
	e.serves = append(e.serves, serve)
}

func (e *entrances) close() {
	for _, listener := range e.listeners {
		_ = listener.Close()
	}
}

// open opens all entrances before anybody is let in by one: that for people
// first, the socket, and where it is asked for that for figures.
func (e *entrances) open(ctx context.Context, server *sshd.Server, s *session, settings config.ServeSettings) error {
	network, err := new(net.ListenConfig).Listen(ctx, "tcp", settings.Listen)
	if err != nil {
		return &storeError{err: fmt.Errorf("serve: %w", err)}
	}
	e.add(network, server.Serve)
	socket, err := sshd.ListenSocket(ctx, s.dir)
	if err != nil {
		return &storeError{err: err}
	}
	e.add(socket, server.Serve)
	if settings.Metrics != "" {
		figures, err := new(net.ListenConfig).Listen(ctx, "tcp", settings.Metrics)
		if err != nil {
			return &storeError{err: fmt.Errorf("serve figures: %w", err)}
		}
		e.add(figures, figuresOf(s, server).serve)
	}
	return nil
}

// serve serves by all entrances until ctx ends, or one of them fails. Systemd
// is told where it started this.
func (e *entrances) serve(ctx context.Context, logger *slog.Logger) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	failures := make([]error, len(e.listeners))
	var serving sync.WaitGroup
	for k, listener := range e.listeners {
		serving.Go(func() {
			defer stop()
			failures[k] = e.serves[k](ctx, listener)
		})
	}
	notifySystemd(logger, daemon.SdNotifyReady)
	<-ctx.Done()
	notifySystemd(logger, daemon.SdNotifyStopping)
	logger.Info("stopping")
	serving.Wait()
	if err := errors.Join(failures...); err != nil {
		return &storeError{err: err}
	}
	return nil
}

func notifySystemd(logger *slog.Logger, state string) {
	if _, err := daemon.SdNotify(false, state); err != nil {
		logger.Warn("systemd cannot be told", "state", state, "error", err)
	}
}

// somebodyCanLogIn refuses to serve nobody.
func (s *session) somebodyCanLogIn() error {
	if !s.snapshot().IsSetUp() {
		return &model.Refusal{Reason: "the record is not set up: open it once with tocsin, or give tocsin setup, and add people"}
	}
	access := &s.snapshot().Meta.Access
	for _, person := range access.People {
		if person.Active() && (len(person.Keys) > 0 || len(access.Authorities) > 0) {
			return nil
		}
	}
	return &model.Refusal{Reason: `nobody could log in: add people with their keys first, such as tocsin people add "Kim Lund" --role lead --key kim.pub`}
}

// announce says where people log in, and how they know that it is this server.
func (a *app) announce(s *session, e *entrances, key ssh.PublicKey, made bool) error {
	const people, watchers = 0, 2
	out := a.newPaper()
	out.line(painted{fmt.Sprintf("Serving %s (space %s) at %s", s.snapshot().Meta.Organisation, s.space.ID(), e.listeners[people].Addr()), strong})
	if len(e.listeners) > watchers {
		out.printf("figures   http://%s/metrics, /healthz", e.listeners[watchers].Addr())
	}
	fingerprint := "host key  " + ssh.FingerprintSHA256(key)
	if made {
		fingerprint += "  (made just now, in " + hostKeyFile + ")"
	}
	out.printf("%s", fingerprint)
	return a.handOver(out)
}
