package main

import (
	"errors"
	"fmt"
	"os"

	"cutout/internal/exercise"
)

// demo builds an invented unit at work in a fresh encrypted store and serves it on this machine.
type demo struct {
	Addr string `default:"127.0.0.1:8080" placeholder:"HOST:PORT"`
	Quit bool
}

func (c *demo) Run(s *session) (err error) {
	at := serve{Addr: c.Addr}
	if err := at.check(); err != nil {
		return err
	}
	if s.Data == defaultData { // a demonstration never lands beside a real unit by default
		dir, err := os.MkdirTemp("", "cutout-demo-")
		if err != nil {
			return machine(err)
		}
		defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
		s.Data = dir
	}
	cfg, undo, err := s.found()
	if err != nil {
		return err
	}
	cfg.QuietWatch = c.Quit
	bar := s.progress("cli.building")
	d, cards, err := exercise.Demo(s.ctx, cfg, bar.to)
	bar.done()
	if err != nil {
		return errors.Join(machine(err), undo())
	}
	var who []row
	for _, v := range cards {
		who = append(who, row{text("name", v.Name), text("passphrase", v.Passphrase), text("duties", v.Duties), text("what", v.What)})
	}
	keys := []string{"name", "passphrase", "duties", "what"}
	if c.Quit {
		return errors.Join(s.rows(keys, who), d.Close())
	}
	return at.run(s, d, cfg.Logs, func(address string) {
		fmt.Fprintf(s.out, "%s\n  %s\n\n%s\n", s.words.T("cli.demo-ready", "Unit", clean(d.Unit().Name)), address, s.words.T("cli.demo-who"))
		if err := s.rows(keys, who); err != nil {
			s.note("cli.machine", "Reason", err.Error())
		}
	})
}
