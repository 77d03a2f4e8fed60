package main

import (
	"bytes"
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"cutout/internal/casework"
	"cutout/internal/officer"
	"cutout/internal/vault"
)

// backupKeys seals every key file of the unit under a passphrase, into one file that is always overwritten: of the keys
// only the newest state may exist, or what was erased and destroyed here would live on there.
type backupKeys struct {
	Out                string `required:"" placeholder:"FILE"`
	KeysPassphraseFile string `placeholder:"FILE"`
}

func (c *backupKeys) Run(s *session) error {
	return s.as(func(d *casework.Desk, o officer.Officer) error {
		pass, err := s.fresh(c.KeysPassphraseFile, filepath.Base(c.Out))
		if err != nil {
			return err
		}
		defer clear(pass)
		files, err := s.keyFiles()
		if err != nil {
			return machine(err)
		}
		defer func() {
			for _, f := range files {
				f.Data.Clear()
			}
		}()
		var sealed bytes.Buffer
		if err := vault.SealKeys(&sealed, pass, vault.DefaultCost(), files); err != nil {
			return passphraseFault(err)
		}
		taken := d.Now()
		if err := d.KeysOut(s.ctx, o); err != nil {
			return err
		}
		if err := overwrite(c.Out, sealed.Bytes()); err != nil {
			return machine(err)
		}
		if err := s.remember(func(m *memory) { m.Keys = taken }); err != nil {
			return machine(err)
		}
		s.note("cli.keys-out", "Path", clean(c.Out))
		return s.show(row{text("file", c.Out), s.number("keys", len(files)), s.number("bytes", sealed.Len())}, nil)
	})
}

// keyFiles reads every file below the directory of keys, by its path there.
func (s *session) keyFiles() (out []vault.KeyFile, err error) {
	root := s.path("keys")
	err = filepath.WalkDir(root, func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || strings.HasPrefix(e.Name(), ".") { // a name with a dot is a file being made
			return err
		}
		if !e.Type().IsRegular() {
			return &fs.PathError{Op: "read key", Path: name, Err: fs.ErrInvalid}
		}
		rel, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		b, err := os.ReadFile(name)
		if err == nil {
			out = append(out, vault.KeyFile{Name: filepath.ToSlash(rel), Data: vault.NewSecret(b)})
		}
		return err
	})
	return out, err
}

// overwrite puts new bytes in a file's place; the old ones are written over before they are let go of. A disk that keeps
// what was written over, as flash does, keeps them.
func overwrite(name string, b []byte) error {
	part := name + ".part"
	f, err := os.OpenFile(part, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer os.Remove(part)
	_, err = f.Write(b)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := blot(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return errors.Join(os.Rename(part, name), syncDir(filepath.Dir(name)))
}

// blot writes random bytes over a plain file, in its place.
func blot(name string) error {
	info, err := os.Lstat(name)
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return &fs.PathError{Op: "overwrite", Path: name, Err: fs.ErrInvalid}
	}
	f, err := os.OpenFile(name, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	junk := make([]byte, info.Size())
	rand.Read(junk)
	_, err = f.WriteAt(junk, 0)
	return errors.Join(err, f.Sync(), f.Close())
}

// backupEpochs lists the backup keys that exist: backups of any other month open nothing here.
type backupEpochs struct{}

func (c *backupEpochs) Run(s *session) error {
	names, err := s.epochs()
	if err != nil {
		return machine(err)
	}
	var out []row
	for _, e := range names {
		info, err := os.Lstat(s.path(epochFile(e)))
		if err != nil {
			return machine(err)
		}
		out = append(out, row{text("epoch", e), s.moment("made", info.ModTime().UTC()), text("file", s.path(epochFile(e)))})
	}
	return s.rows([]string{"epoch", "made", "file"}, out)
}

// epochs are the months whose backup key exists, newest first.
func (s *session) epochs() (out []string, err error) {
	es, err := os.ReadDir(s.path("keys/backup"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	for _, e := range es {
		if name, ok := strings.CutSuffix(e.Name(), ".key"); ok && casework.IsEpoch(name) {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	slices.Reverse(out)
	return out, err
}

// backupDestroy destroys the key of an epoch: every backup made under it opens nothing from then on.
type backupDestroy struct {
	Epoch  string `arg:""`
	Reason string `required:"" placeholder:"TEXT"`
	Yes    bool
}

func (c *backupDestroy) Run(s *session) error {
	if !c.Yes {
		return usage("cli.destroy-unconfirmed", "Epoch", c.Epoch)
	}
	return s.as(func(d *casework.Desk, o officer.Officer) error {
		if casework.IsEpoch(c.Epoch) { // anything else is the door's to refuse
			if _, err := os.Lstat(s.path(epochFile(c.Epoch))); err != nil {
				return missing()
			}
		}
		if err := d.DestroyEpoch(s.ctx, o, c.Epoch, c.Reason); err != nil {
			return err
		}
		name := s.path(epochFile(c.Epoch))
		if err := errors.Join(blot(name), os.Remove(name), syncDir(filepath.Dir(name))); err != nil {
			return machine(err)
		}
		s.note("cli.epoch-destroyed", "Epoch", c.Epoch)
		return s.show(row{text("epoch", c.Epoch)}, nil)
	})
}
