package main

import (
	"os"

	"cutout/internal/casework"
)

const serveLock = "serve.lock"

// alone makes this the one "serve" of a data directory whose records are in an SQLite file, until the returned file is
// closed: two would each believe that sessions, locks and the watch are theirs. Other commands run beside it, each act of
// theirs a transaction like any other. Servers on one PostgreSQL database are several by design.
func (s *session) alone(cfg casework.Config) (*os.File, error) {
	if cfg.DSN != "" {
		return nil, nil
	}
	f, err := os.OpenFile(s.path(serveLock), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, machine(err)
	}
	taken, err := takeLock(f)
	if err == nil && !taken {
		f.Close()
		return nil, usage("cli.serving-already", "Path", s.Data)
	}
	if err != nil {
		f.Close()
		return nil, machine(err)
	}
	return f, nil
}
