package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"cutout/internal/api"
	"cutout/internal/casework"
	"cutout/internal/web"
)

type serve struct {
	Addr        string `default:"127.0.0.1:8080" placeholder:"HOST:PORT"`
	TLSCert     string `name:"tls-cert" placeholder:"FILE"`
	TLSKey      string `name:"tls-key" placeholder:"FILE"`
	BehindProxy bool
	// AcceptRollback is the checkpoint that is given up when records were put back to an older state on purpose.
	AcceptRollback string `placeholder:"FILE"`
	signingIn
}

func (c *serve) Run(s *session) error {
	if err := c.check(); err != nil {
		return err
	}
	cfg, err := s.config()
	if err != nil {
		return err
	}
	lock, err := s.alone(cfg)
	if err != nil {
		return err
	}
	defer lock.Close() // a nil file is closed already
	if err := c.configure(s, &cfg); err != nil {
		return err
	}
	cfg.QuietWatch, cfg.Logs = false, slog.New(slog.NewJSONHandler(s.err, nil))
	d, err := casework.Open(s.ctx, cfg)
	if errors.Is(err, casework.ErrNewStore) {
		return usage("cli.no-unit", "Path", s.Data)
	}
	if err != nil {
		return machine(err)
	}
	if err := c.rollback(s, d); err != nil {
		return errors.Join(err, d.Close())
	}
	return c.run(s, d, cfg.Logs, func(address string) {
		s.note("cli.serving", "Unit", clean(d.Unit().Name))
		fmt.Fprintln(s.err, "  "+address)
	})
}

// rollback refuses to serve records that are older than what this machine last signed, unless told to.
func (c *serve) rollback(s *session, d *casework.Desk) error {
	r := d.RolledBack()
	if r == nil {
		return nil
	}
	if c.AcceptRollback == "" {
		return &problem{exitConflict, "cli.no-rollback", []any{"Reason", s.rolledBack(r), "Path", s.path(lastFile)}}
	}
	b, err := s.read(c.AcceptRollback)
	if err != nil {
		return err
	}
	if err := d.AcceptRollback(s.ctx, b); errors.Is(err, casework.ErrOtherCheckpoint) {
		return usage("cli.other-checkpoint", "Path", c.AcceptRollback)
	} else if err != nil {
		return machine(err)
	}
	return nil
}

// check refuses what would send a unit's pages in clear over a network, and an environment that weakens the machine's
// own defenses.
func (c *serve) check() error {
	if setting := weakened(os.Getenv("GODEBUG")); setting != "" {
		return usage("cli.weak-environment", "Setting", setting)
	}
	if (c.TLSCert == "") != (c.TLSKey == "") {
		return usage("cli.half-tls")
	}
	host, _, err := net.SplitHostPort(c.Addr)
	if err != nil {
		return usage("cli.bad-address", "Address", c.Addr)
	}
	ip := net.ParseIP(host)
	if local := host == "localhost" || ip != nil && ip.IsLoopback(); !local && c.TLSCert == "" && !c.BehindProxy {
		return usage("cli.open-address", "Address", c.Addr)
	}
	return nil
}

// The limits of a connection: a client that sends its head slowly, or a head of no use, is let go. Bodies and answers
// have a pace to keep (pace.go) and no fixed time.
const (
	headTime  = 5 * time.Second
	idleTime  = 2 * time.Minute
	headBytes = 16 << 10
	stopTime  = 20 * time.Second
)

// run serves until the context ends, then lets requests under way finish and closes the desk.
func (c *serve) run(s *session, d *casework.Desk, logs *slog.Logger, ready func(address string)) (err error) {
	defer func() { err = errors.Join(err, d.Close()) }()
	secure := c.TLSCert != "" || c.BehindProxy
	var asked atomic.Int64
	srv := &http.Server{Handler: porches(d, secure, logs, &asked), ReadHeaderTimeout: headTime, IdleTimeout: idleTime, MaxHeaderBytes: headBytes,
		ErrorLog: log.New(quietLog{logs}, "", 0)}
	// One protocol, whose limits are those above. HTTP/2 would save a unit's pages nothing and needs limits of its own.
	srv.Protocols = new(http.Protocols)
	srv.Protocols.SetHTTP1(true)
	if c.TLSCert != "" {
		pair, err := tls.LoadX509KeyPair(c.TLSCert, c.TLSKey)
		if err != nil {
			return machine(err)
		}
		srv.TLSConfig = &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS13, NextProtos: []string{"http/1.1"}}
	}
	lc := net.ListenConfig{KeepAlive: -1} // every wait for a client has its own end; to accept one is quicker without
	lc.SetMultipathTCP(false)
	tcp, err := lc.Listen(s.ctx, "tcp", c.Addr)
	if err != nil {
		return machine(err)
	}
	l := newGate(tcp, roomFor(mostConnections))
	srv.ConnState = l.state
	forgets, done := context.WithCancel(s.ctx)
	defer done()
	go forgetting(forgets, d, &asked)
	scheme := "http://"
	if c.TLSCert != "" {
		scheme = "https://"
	}
	failed := make(chan error, 1)
	go func() {
		if c.TLSCert != "" {
			failed <- srv.ServeTLS(l, "", "")
			return
		}
		failed <- srv.Serve(l)
	}()
	ready(scheme + l.Addr().String())
	select {
	case err := <-failed:
		return machine(err)
	case <-s.ctx.Done():
	}
	s.note("cli.stopping")
	ctx, cancel := context.WithTimeout(context.WithoutCancel(s.ctx), stopTime)
	defer cancel()
	if err := srv.Shutdown(ctx); err != nil {
		return machine(errors.Join(err, srv.Close()))
	}
	return nil
}

// porches are the pages and the interface for programs, behind what holds for both: the pace of bodies, and an end to
// every panic before the server would print its value.
func porches(d *casework.Desk, secure bool, logs *slog.Logger, asked *atomic.Int64) http.Handler {
	programs, pages := api.New(d, api.Options{Logs: logs}), web.New(d, web.Options{Secure: secure, Logs: logs})
	return paced(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		defer func() {
			if v := recover(); v != nil {
				if v != http.ErrAbortHandler {
					what, where := casework.Panicked(v)
					logs.Error("incident", "panic", what, "stack", where)
				}
				panic(http.ErrAbortHandler)
			}
		}()
		if strings.HasPrefix(r.URL.Path, api.Prefix+"/") {
			programs.ServeHTTP(w, r)
			return
		}
		pages.ServeHTTP(w, r)
	}))
}

// quietLog is the server's own log without what clients do wrong: their failed handshakes would fill a disk with their
// addresses.
type quietLog struct{ logs *slog.Logger }

func (q quietLog) Write(b []byte) (int, error) {
	if line := strings.TrimSpace(string(b)); !strings.HasPrefix(line, "http: TLS handshake error") {
		q.logs.Warn("server", "says", line)
	}
	return len(b), nil
}

// note says something to a person beside the output.
func (s *session) note(message string, kv ...any) {
	if s.Format == "text" || onTerminal(s.err) {
		fmt.Fprintln(s.err, s.words.T(message, kv...))
	}
}
