package main

import (
	"errors"
	"io/fs"
	"os"

	"cutout/internal/casework"
	"cutout/internal/vault"
)

// initUnit begins a unit: its directory, its key file, its records and its first administrator.
type initUnit struct {
	Name          string   `required:"" placeholder:"NAME"`
	Administrator string   `required:"" placeholder:"NAME"`
	Pack          string   `default:"uk-chis" placeholder:"PACK"`
	Language      []string `placeholder:"LANG"`
}

func (c *initUnit) Run(s *session) error {
	p, err := s.fresh(s.PassphraseFile, c.Administrator)
	if err != nil {
		return err
	}
	defer clear(p)
	cfg, undo, err := s.found()
	if err != nil {
		return err
	}
	d, _, err := casework.Begin(s.ctx, cfg, casework.UnitDraft{Name: c.Name, Pack: c.Pack, Languages: c.Language, Administrator: c.Administrator}, p)
	if err != nil {
		return errors.Join(err, undo())
	}
	if err := d.Close(); err != nil {
		return machine(err)
	}
	return s.show(row{text("unit", c.Name), text("pack", c.Pack), text("administrator", c.Administrator), text("directory", s.Data), text("key_file", s.path(keyFile))}, nil)
}

// found makes the directory and the key of a new unit, open to this account alone. undo takes the key away again: a key
// that never sealed anything is worth nothing, and would stand in the way of the next attempt.
func (s *session) found() (cfg casework.Config, undo func() error, err error) {
	cfg = casework.Config{Ring: s.path(ringDir), Clock: clock, Logs: s.incidents(), QuietWatch: true, Last: s.path(lastFile)}
	dsn := ""
	if s.PostgresFile != "" {
		if dsn, err = s.postgres(); err != nil {
			return cfg, nil, err
		}
	}
	for _, name := range []string{recordsFile, keyFile} {
		if _, err := os.Lstat(s.path(name)); !errors.Is(err, fs.ErrNotExist) {
			return cfg, nil, usage("cli.unit-exists", "Path", s.Data)
		}
	}
	if err := os.MkdirAll(s.path("keys"), 0o700); err != nil {
		return cfg, nil, machine(err)
	}
	key, created, err := vault.OpenStoreKey(s.path(keyFile))
	if err != nil {
		return cfg, nil, machine(err)
	}
	if !created {
		return cfg, nil, usage("cli.unit-exists", "Path", s.Data)
	}
	cfg.Key = key
	keyless := func() error {
		key.Clear()
		return os.Remove(s.path(keyFile))
	}
	if cfg.DSN = dsn; dsn == "" {
		cfg.Path = s.path(recordsFile)
		return cfg, keyless, nil
	}
	// The address holds a password: it is kept beside the key, so that later commands need no flag for it.
	if err := os.WriteFile(s.path(postgresFile), []byte(dsn+"\n"), 0o600); err != nil {
		return cfg, nil, errors.Join(machine(err), keyless())
	}
	return cfg, func() error { return errors.Join(keyless(), os.Remove(s.path(postgresFile))) }, nil
}
