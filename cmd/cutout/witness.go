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

	"cutout/internal/audit"
	"cutout/internal/witness"
)

// witnessGroup is for somebody outside a unit: he keeps what logs show him and vouches that they only grow. His directory
// is no unit's, and nothing of a unit's records ever reaches it.
type witnessGroup struct {
	Init  witnessInit  `cmd:""`
	Trust witnessTrust `cmd:""`
	List  witnessList  `cmd:""`
	Serve witnessServe `cmd:""`
}

type witnessInit struct {
	Name string `arg:""`
}

// Run prints the witness's public key, which the unit and its inspectors need.
func (c *witnessInit) Run(s *session) error {
	if _, err := os.Lstat(s.path(keyFile)); err == nil {
		return usage("cli.unit-exists", "Path", s.Data) // a witness beside the unit's own key is none
	}
	w, err := witness.Init(s.Data, c.Name)
	switch {
	case errors.Is(err, witness.ErrExists):
		return usage("cli.witness-exists", "Path", s.Data)
	case errors.Is(err, audit.ErrMalformed):
		return usage("cli.witness-name", "Name", c.Name)
	case err != nil:
		return machine(err)
	}
	fmt.Fprintln(s.out, w.Key())
	return nil
}

type witnessTrust struct {
	Key string `arg:""`
}

func (c *witnessTrust) Run(s *session) error {
	w, err := openWitness(s.Data)
	if err != nil {
		return err
	}
	b, err := s.read(c.Key)
	if err != nil {
		return err
	}
	switch err := w.Trust(strings.TrimSpace(string(b))); {
	case errors.Is(err, audit.ErrMalformed):
		return usage("cli.log-key", "Path", c.Key)
	case errors.Is(err, witness.ErrExists):
		return &problem{exitConflict, "cli.log-key-differs", []any{"Path", c.Key}}
	case err != nil:
		return machine(err)
	}
	return s.made(nil)
}

type witnessList struct{}

func (c *witnessList) Run(s *session) error {
	w, err := openWitness(s.Data)
	if err != nil {
		return err
	}
	seen, err := w.Seen()
	if err != nil {
		return machine(err)
	}
	var out []row
	for _, x := range seen {
		r := row{text("log", x.Log), s.number("entries", int(x.Checkpoint.Size)), text("root", ""), text("witnessed_at", ""), s.number("disagreements", x.Disagreements), only("checkpoint", string(x.Signed))}
		if x.Signed != nil {
			r[2], r[3] = text("root", x.Checkpoint.Root.String()), s.moment("witnessed_at", x.At)
		}
		out = append(out, r)
	}
	return s.rows([]string{"log", "entries", "root", "witnessed_at", "disagreements", "checkpoint"}, out)
}

// witnessServe answers units over HTTP (C2SP tlog-witness).
type witnessServe struct {
	Addr        string `default:"127.0.0.1:8090" placeholder:"HOST:PORT"`
	TLSCert     string `name:"tls-cert" placeholder:"FILE"`
	TLSKey      string `name:"tls-key" placeholder:"FILE"`
	BehindProxy bool
}

func (c *witnessServe) Run(s *session) error {
	if err := (&serve{Addr: c.Addr, TLSCert: c.TLSCert, TLSKey: c.TLSKey, BehindProxy: c.BehindProxy}).check(); err != nil {
		return err
	}
	w, err := openWitness(s.Data)
	if err != nil {
		return err
	}
	logs := slog.New(slog.NewJSONHandler(s.err, nil))
	srv := &http.Server{Handler: w.Handler(logs), ReadHeaderTimeout: headTime, ReadTimeout: idleTime, WriteTimeout: idleTime, IdleTimeout: idleTime, MaxHeaderBytes: headBytes,
		ErrorLog: slog.NewLogLogger(logs.Handler(), slog.LevelWarn)}
	var lc net.ListenConfig
	lc.SetMultipathTCP(false)
	l, err := lc.Listen(s.ctx, "tcp", c.Addr)
	if err != nil {
		return machine(err)
	}
	scheme := "http://"
	if c.TLSCert != "" {
		pair, err := tls.LoadX509KeyPair(c.TLSCert, c.TLSKey)
		if err != nil {
			return machine(errors.Join(err, l.Close()))
		}
		scheme, l = "https://", tls.NewListener(l, &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS13})
	}
	failed := make(chan error, 1)
	go func() { failed <- srv.Serve(l) }()
	s.note("cli.witnessing")
	fmt.Fprintln(s.err, "  "+scheme+l.Addr().String())
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
