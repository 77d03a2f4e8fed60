package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"cutout/internal/casework"
	"cutout/internal/fault"
	"cutout/internal/vault"
)

// restore puts a backup and the keys that go with it into an empty place, on either engine. Everything is made beside the
// place and moved there once the restored unit has verified itself: a broken-off restore is never taken for a unit.
type restore struct {
	From               string   `required:"" placeholder:"FILE"`
	Keys               string   `required:"" placeholder:"FILE"`
	KeysPassphraseFile string   `placeholder:"FILE"`
	Since              []string `placeholder:"FILE"`
	AcceptRollback     bool
}

func (c *restore) Run(s *session) (err error) {
	since, err := s.checkpoints(c.Since)
	if err != nil {
		return err
	}
	target := s.Data
	if es, err := os.ReadDir(target); err == nil && len(es) > 0 || err != nil && !errors.Is(err, fs.ErrNotExist) {
		return usage("cli.restore-occupied", "Path", target)
	}
	dsn := ""
	if s.PostgresFile != "" {
		if dsn, err = s.postgres(); err != nil {
			return err
		}
	}
	f, size, h, err := s.backupFile(c.From)
	if err != nil {
		return err
	}
	defer f.Close()
	files, err := c.keys(s)
	if err != nil {
		return err
	}
	s.Data = strings.TrimRight(target, string(filepath.Separator)) + ".part"
	if err := os.Mkdir(s.Data, 0o700); errors.Is(err, fs.ErrExist) {
		return usage("cli.restore-part", "Path", s.Data)
	} else if err != nil {
		return machine(err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.RemoveAll(s.Data))
		}
	}()
	if err := s.putKeys(files); err != nil {
		return machine(err)
	}
	if _, err := os.Lstat(s.path(epochFile(h.Epoch))); err != nil {
		return &problem{exitInvalid, "cli.backup-no-key", []any{"Path", c.From, "Epoch", h.Epoch}}
	}
	key, err := s.keyAt(epochFile(h.Epoch))
	if err != nil {
		return err
	}
	cfg := casework.Config{Clock: clock, Logs: s.incidents(), DSN: dsn}
	if cfg.Key, err = s.keyAt(keyFile); err != nil {
		return err
	}
	if dsn == "" {
		cfg.Path = s.path(recordsFile)
	} else if err := os.WriteFile(s.path(postgresFile), []byte(dsn+"\n"), 0o600); err != nil {
		return machine(err)
	}
	bar := s.progress("cli.restoring")
	r, err := casework.Restore(s.ctx, cfg, f, key, c.AcceptRollback, bar.to, since...)
	bar.done()
	switch {
	case errors.Is(err, casework.ErrBehind):
		return &problem{exitInvalid, "cli.restore-behind", []any{"Path", c.From, "N", int(r.Behind)}}
	case errors.Is(err, casework.ErrOccupied):
		return usage("cli.restore-tables")
	case err != nil:
		return s.backupFault(c.From, h.Epoch, err)
	case !r.Sound():
		return errors.Join(s.backupRows(c.From, size, r), &problem{exitInvalid, "cli.backup-unsound", []any{"Path", c.From}})
	}
	if err := os.Remove(target); err != nil && !errors.Is(err, fs.ErrNotExist) { // an empty directory
		return machine(err)
	}
	if err := errors.Join(os.Rename(s.Data, target), syncDir(filepath.Dir(filepath.Clean(target)))); err != nil {
		return machine(err)
	}
	s.Data = target
	if r.Behind > 0 {
		s.note("cli.restored-behind", "N", int(r.Behind))
	}
	s.note("cli.restored", "Path", clean(target))
	return s.backupRows(c.From, size, r)
}

// keys opens the bundle of key files.
func (c *restore) keys(s *session) ([]vault.KeyFile, error) {
	f, err := os.Open(c.Keys)
	if err != nil {
		return nil, usage("cli.no-file", "Path", c.Keys)
	}
	defer f.Close()
	pass, err := s.passphrase(c.KeysPassphraseFile, "cli.ask-keys-passphrase", "Path", clean(c.Keys))
	if err != nil {
		return nil, err
	}
	files, err := vault.OpenKeys(f, pass)
	switch {
	case errors.Is(err, vault.ErrMalformed), errors.Is(err, vault.ErrUnknown):
		return nil, &problem{exitInvalid, "cli.keys-none", []any{"Path", c.Keys}}
	case errors.Is(err, vault.ErrTruncated):
		return nil, &problem{exitInvalid, "cli.backup-cut", []any{"Path", c.Keys}}
	case errors.Is(err, vault.ErrClosed):
		return nil, &problem{exitRefused, "cli.keys-closed", []any{"Path", c.Keys}}
	case err != nil:
		return nil, machine(err)
	}
	return files, nil
}

// putKeys writes key files to their places, for this account alone.
func (s *session) putKeys(files []vault.KeyFile) error {
	for _, f := range files {
		name := s.path("keys/" + f.Name)
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			return err
		}
		if err := f.Data.Use(func(b []byte) error { return replace(name, b) }); err != nil {
			return err
		}
		f.Data.Clear()
	}
	return nil
}

// passphraseFault says of a passphrase what the door would.
func passphraseFault(err error) error {
	var f *fault.Error
	if errors.As(err, &f) {
		return faulty(f.Faults)
	}
	return machine(err)
}
