package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
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
	cfg.QuietWatch, cfg.Logs = false, slog.New(slog.NewJSONHandler(s.err, nil))
	d, err := casework.Open(s.ctx, cfg)
	if errors.Is(err, casework.ErrNewStore) {
		return usage("cli.no-unit", "Path", s.Data)
	}
	if err != nil {
		return machine(err)
	}
	return c.run(s, d, cfg.Logs, func(address string) {
		s.note("cli.serving", "Unit", clean(d.Unit().Name))
		fmt.Fprintln(s.err, "  "+address)
	})
}

// check refuses what would send a unit's pages in clear over a network, and an environment that weakens the machine's
// own defenses.
func (c *serve) check() error {
	for _, weak := range []string{"http2debug", "htmlmetacontenturlescape", "x509", "tls"} {
		for _, setting := range strings.Split(os.Getenv("GODEBUG"), ",") {
			if strings.HasPrefix(strings.TrimSpace(setting), weak) {
				return usage("cli.weak-environment", "Setting", setting)
			}
		}
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

// The limits of a connection: a client that sends its head slowly, or a head of no use, is let go.
const (
	headTime  = 5 * time.Second
	bodyTime  = 5 * time.Minute
	idleTime  = 2 * time.Minute
	headBytes = 16 << 10
	stopTime  = 20 * time.Second
)

// run serves until the context ends, then lets requests under way finish and closes the desk.
func (c *serve) run(s *session, d *casework.Desk, logs *slog.Logger, ready func(address string)) (err error) {
	defer func() { err = errors.Join(err, d.Close()) }()
	secure := c.TLSCert != "" || c.BehindProxy
	mux := http.NewServeMux()
	mux.Handle(api.Prefix+"/", api.New(d, api.Options{Logs: logs}))
	mux.Handle("/", web.New(d, web.Options{Secure: secure, Logs: logs}))
	srv := &http.Server{Handler: mux, ReadHeaderTimeout: headTime, ReadTimeout: bodyTime, WriteTimeout: bodyTime, IdleTimeout: idleTime, MaxHeaderBytes: headBytes,
		ErrorLog: slog.NewLogLogger(logs.Handler(), slog.LevelWarn)}
	if c.TLSCert != "" {
		pair, err := tls.LoadX509KeyPair(c.TLSCert, c.TLSKey)
		if err != nil {
			return machine(err)
		}
		srv.TLSConfig = &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS13, NextProtos: []string{"h2", "http/1.1"}}
	}
	var lc net.ListenConfig
	lc.SetMultipathTCP(false)
	l, err := lc.Listen(s.ctx, "tcp", c.Addr)
	if err != nil {
		return machine(err)
	}
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

// note says something to a person beside the output.
func (s *session) note(message string, kv ...any) {
	if s.Format == "text" || onTerminal(s.err) {
		fmt.Fprintln(s.err, s.words.T(message, kv...))
	}
}
