package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"net/http"
	"os"

	"cutout/internal/casework"
	"cutout/internal/officer"
	"cutout/internal/vault"
)

// atServer are the flags of commands that an officer can give on his own machine, with his own key.
type atServer struct {
	Server            string `placeholder:"URL"`
	KeyFile           string `placeholder:"FILE"`
	KeyPassphraseFile string `placeholder:"FILE"`
}

// ownKey opens the officer's key from his file, here: neither it nor its passphrase leaves the machine.
func (c *atServer) ownKey(s *session) (casework.KeyFile, vault.PrivateKey, error) {
	f, err := s.readKeyFile(c.KeyFile)
	if err != nil {
		return f, vault.PrivateKey{}, err
	}
	p, err := s.passphrase(c.KeyPassphraseFile, "cli.ask-key-passphrase", "Path", c.KeyFile)
	if err != nil {
		return f, vault.PrivateKey{}, err
	}
	defer clear(p)
	k, err := vault.OpenPrivate(f.Private, p)
	if err != nil {
		return f, k, &problem{exitRefused, "cli.key-closed", []any{"Path", c.KeyFile}}
	}
	return f, k, nil
}

func (s *session) readKeyFile(name string) (casework.KeyFile, error) {
	var f casework.KeyFile
	if name == "" {
		return f, usage("cli.no-key-file")
	}
	b, err := s.secretFile(name)
	if err != nil {
		return f, err
	}
	if json.Unmarshal(b, &f) != nil || len(f.Private) == 0 {
		return f, &problem{exitInvalid, "cli.not-a-key-file", []any{"Path", name}}
	}
	return f, nil
}

// away runs work with the server and the officer's own key.
func (c *atServer) away(s *session, work func(*remote, casework.KeyFile, vault.PrivateKey) error) (err error) {
	f, key, err := c.ownKey(s)
	if err != nil {
		return err
	}
	defer key.Clear()
	r, err := s.remote(c.Server)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.close()) }()
	return work(r, f, key)
}

// keyFileCommand writes the officer's own key into a file, under a passphrase of its own if he likes.
type keyFileCommand struct {
	Out               string `required:"" placeholder:"FILE"`
	In                string `placeholder:"FILE"`
	Server            string `placeholder:"URL"`
	KeyPassphraseFile string `placeholder:"FILE"`
	OwnPassphrase     bool
	NewPassphraseFile string `placeholder:"FILE"`
}

func (c *keyFileCommand) Run(s *session) error {
	if _, err := os.Lstat(c.Out); !errors.Is(err, fs.ErrNotExist) {
		return usage("cli.file-there", "Path", c.Out)
	}
	f, err := c.take(s)
	if err != nil {
		return err
	}
	if c.OwnPassphrase || c.NewPassphraseFile != "" {
		if err := c.again(s, &f); err != nil {
			return err
		}
	}
	b, err := json.MarshalIndent(f, "", "  ")
	if err != nil {
		return err
	}
	out, err := os.OpenFile(c.Out, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return machine(err)
	}
	_, err = out.Write(append(b, '\n'))
	if err := errors.Join(err, out.Sync(), out.Close()); err != nil {
		return machine(err)
	}
	return s.made(nil)
}

// take gets the key from another file, a server, or the unit of this machine.
func (c *keyFileCommand) take(s *session) (f casework.KeyFile, err error) {
	switch {
	case c.In != "":
		return s.readKeyFile(c.In)
	case c.Server != "":
		r, err := s.remote(c.Server)
		if err != nil {
			return f, err
		}
		return f, errors.Join(r.call(http.MethodPost, "/key-file", nil, &f), r.close())
	}
	err = s.as(func(d *casework.Desk, o officer.Officer) (err error) {
		f, err = d.KeyFile(s.ctx, o)
		return err
	})
	return f, err
}

// again seals the key under a passphrase of the file's own. The old one is that of the sign-in, or of the file read.
func (c *keyFileCommand) again(s *session, f *casework.KeyFile) error {
	file, prompt, kv := c.KeyPassphraseFile, "cli.ask-key-passphrase", []any{"Path", c.In}
	if c.In == "" {
		prompt, kv = "cli.ask-passphrase", []any{"Officer", s.Officer}
		if file == "" {
			file = s.PassphraseFile
		}
	}
	old, err := s.passphrase(file, prompt, kv...)
	if err != nil {
		return err
	}
	defer clear(old)
	k, err := vault.OpenPrivate(f.Private, bytes.Clone(old))
	if err != nil {
		return &problem{exitRefused, "cli.key-closed", []any{"Path", c.In}}
	}
	defer k.Clear()
	p, err := s.fresh(c.NewPassphraseFile, f.Name)
	if err != nil {
		return err
	}
	defer clear(p)
	if len(p) < leastPassphrase {
		return usage("cli.short-passphrase", "Least", leastPassphrase)
	}
	if bytes.Equal(p, old) {
		return usage("cli.same-passphrase")
	}
	f.Private, err = vault.SealPrivate(k, p, vault.DefaultCost())
	return err
}

// leastPassphrase is the shortest passphrase of a key file, in bytes: nobody counts the tries on a file.
const leastPassphrase = 12
