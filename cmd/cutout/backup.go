package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"cutout/internal/casework"
	"cutout/internal/fault"
	"cutout/internal/vault"
)

type backupGroup struct {
	Make         backupMake    `cmd:"" default:"withargs"`
	Check        backupCheck   `cmd:""`
	Keys         backupKeys    `cmd:""`
	Epochs       backupEpochs  `cmd:""`
	DestroyEpoch backupDestroy `cmd:"" name:"destroy-epoch"`
}

// backupMake writes a sealed copy of the unit while it works, reads it back, and only then gives it its name: a broken-off
// or unreadable copy is never taken for a backup. It asks for no passphrase, so that a timer can run it.
type backupMake struct {
	Out string `required:"" placeholder:"FILE"`
}

func (c *backupMake) Run(s *session) (err error) {
	cfg, err := s.config()
	if err != nil {
		return err
	}
	d, err := s.open()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	epoch := d.Epoch()
	key, err := s.backupKey(epoch)
	if err != nil {
		return err
	}
	defer key.Clear()
	name := c.Out
	if info, err := os.Stat(name); err == nil && info.IsDir() {
		name = filepath.Join(name, "cutout-"+d.Now().UTC().Format("20060102T150405Z")+".backup")
	}
	part := name + ".part"
	f, err := os.OpenFile(part, os.O_CREATE|os.O_TRUNC|os.O_RDWR, 0o600)
	if err != nil {
		return machine(err)
	}
	defer os.Remove(part)
	defer f.Close()
	w := bufio.NewWriterSize(f, 1<<20)
	bar := s.progress("cli.copying")
	_, err = d.Backup(s.ctx, w, key, epoch, bar.to)
	bar.done()
	if err := errors.Join(err, w.Flush(), f.Sync()); err != nil {
		return s.backupFault(name, epoch, err)
	}
	size, err := f.Seek(0, io.SeekCurrent)
	if err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	if err != nil {
		return machine(err)
	}
	r, err := s.checkBackup(f, size, key, cfg.Key, nil)
	if err != nil {
		return s.backupFault(name, epoch, err)
	}
	if !r.Sound() {
		return errors.Join(s.backupRows(name, size, r), &problem{exitInternal, "cli.backup-unsound", []any{"Path", name}})
	}
	if err := errors.Join(f.Close(), os.Rename(part, name), syncDir(filepath.Dir(name))); err != nil {
		return machine(err)
	}
	if err := s.remember(func(m *memory) {
		m.Backup = backupMemory{File: name, Made: r.Head.Made, Epoch: epoch, Bytes: size, Entries: r.Size, Checkpoint: r.Head.Checkpoint}
	}); err != nil {
		return machine(err)
	}
	return s.backupRows(name, size, r)
}

// backupKey opens the key of an epoch, which is made when a backup first needs it. It stands beside the store's key and is
// apart from it, so that it can be destroyed alone.
func (s *session) backupKey(epoch string) (vault.StoreKey, error) {
	name := s.path(epochFile(epoch))
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		return vault.StoreKey{}, machine(err)
	}
	key, _, err := vault.OpenStoreKey(name)
	if err != nil {
		return key, machine(err)
	}
	return key, nil
}

func epochFile(epoch string) string { return "keys/backup/" + epoch + ".key" }

// checkBackup reads a whole backup and shows how far it is.
func (s *session) checkBackup(f io.Reader, size int64, key, storeKey vault.StoreKey, since [][]byte) (casework.BackupReport, error) {
	bar := s.progress("cli.checking")
	defer bar.done()
	return casework.CheckBackup(s.ctx, bufio.NewReaderSize(&counted{r: f, total: size, to: bar.to}, 1<<20), key, storeKey, since...)
}

// counted tells how much of a file was read, in kilobytes.
type counted struct {
	r     io.Reader
	n     int64
	total int64
	to    func(done, total int)
}

func (c *counted) Read(b []byte) (int, error) {
	n, err := c.r.Read(b)
	c.n += int64(n)
	c.to(int(c.n>>10), int(c.total>>10))
	return n, err
}

// backupRows prints what a backup is and what was found in it.
func (s *session) backupRows(name string, size int64, r casework.BackupReport) error {
	first := make([]row, len(r.First))
	for i, what := range r.First {
		first[i] = row{text("what", what)}
	}
	finding := cell{key: "finding", machine: "sound", human: s.words.T("cli.backup-sound")}
	if !r.Sound() {
		finding = cell{key: "finding", machine: "damaged", human: s.words.T("cli.backup-damage", "N", int(r.Damaged))}
		if r.Log.Finding != "" {
			finding.human += " " + s.finding(r.Log)
		}
	}
	return s.show(row{text("unit", r.Unit), text("file", name), s.moment("made", r.Head.Made), text("epoch", r.Head.Epoch), text("engine", r.Head.Engine),
		s.number("bytes", int(size)), s.number("rows", int(r.Rows)), s.number("sealed", int(r.Sealed)), s.number("entries", int(r.Size)), finding, only("behind", int(r.Behind))},
		nil, part{"damage", first})
}

// backupFault words what is wrong with a backup's file or keys.
func (s *session) backupFault(name, epoch string, err error) error {
	var chunk *vault.ChunkError
	switch {
	case errors.Is(err, s.ctx.Err()) && s.ctx.Err() != nil:
		return err
	case errors.Is(err, casework.ErrBackup), errors.Is(err, casework.ErrCopy):
		return &problem{exitInvalid, "cli.backup-none", []any{"Path", name}}
	case errors.Is(err, casework.ErrBackupKey):
		return &problem{exitInvalid, "cli.backup-other-key", []any{"Path", name, "Epoch", epoch}}
	case errors.Is(err, casework.ErrKey):
		return &problem{exitInvalid, "cli.backup-other-unit", []any{"Path", name}}
	case errors.Is(err, vault.ErrTruncated):
		return &problem{exitInvalid, "cli.backup-cut", []any{"Path", name}}
	case errors.As(err, &chunk):
		return &problem{exitInvalid, "cli.backup-damaged", []any{"Path", name, "N", int(chunk.Chunk) + 1}}
	case errors.Is(err, casework.ErrNewer):
		return &problem{exitInvalid, "cli.newer", nil}
	case errors.Is(err, casework.ErrPartial):
		return &problem{exitInternal, "cli.backup-partial", nil}
	}
	var p *problem
	var e *casework.Error
	var invalid *fault.Error
	if errors.As(err, &p) || errors.As(err, &e) || errors.As(err, &invalid) {
		return err
	}
	return machine(err)
}

// backupCheck reads a backup again, on the unit's machine or wherever its keys are.
type backupCheck struct {
	From  string   `required:"" placeholder:"FILE"`
	Since []string `placeholder:"FILE"`
}

func (c *backupCheck) Run(s *session) error {
	since, err := s.checkpoints(c.Since)
	if err != nil {
		return err
	}
	f, size, h, err := s.backupFile(c.From)
	if err != nil {
		return err
	}
	defer f.Close()
	storeKey, err := s.keyAt(keyFile)
	if err != nil {
		return err
	}
	if _, err := os.Lstat(s.path(epochFile(h.Epoch))); err != nil {
		return &problem{exitInvalid, "cli.backup-no-key", []any{"Path", c.From, "Epoch", h.Epoch}}
	}
	key, err := s.keyAt(epochFile(h.Epoch))
	if err != nil {
		return err
	}
	r, err := s.checkBackup(f, size, key, storeKey, since)
	if err != nil {
		return s.backupFault(c.From, h.Epoch, err)
	}
	if err := s.backupRows(c.From, size, r); err != nil {
		return err
	}
	if !r.Sound() {
		return &problem{exitInvalid, "cli.backup-unsound", []any{"Path", c.From}}
	}
	if r.Behind > 0 {
		return &problem{exitInvalid, "cli.backup-behind", []any{"Path", c.From, "N", int(r.Behind)}}
	}
	return nil
}

// keyAt opens a key file that must be there.
func (s *session) keyAt(name string) (vault.StoreKey, error) {
	if _, err := os.Lstat(s.path(name)); err != nil {
		return vault.StoreKey{}, usage("cli.no-unit", "Path", s.path(name))
	}
	key, _, err := vault.OpenStoreKey(s.path(name))
	if err != nil {
		return key, machine(err)
	}
	return key, nil
}

func (s *session) checkpoints(files []string) (out [][]byte, err error) {
	for _, name := range files {
		b, err := s.read(name)
		if err != nil {
			return nil, err
		}
		out = append(out, b)
	}
	return out, nil
}

// backupFile opens a backup and reads what it says of itself; the file stands at its beginning again.
func (s *session) backupFile(name string) (f *os.File, size int64, h casework.BackupHead, err error) {
	if f, err = os.Open(name); err != nil {
		return nil, 0, h, usage("cli.no-file", "Path", name)
	}
	h, _, err = casework.ReadBackupHead(f)
	if err == nil {
		size, err = f.Seek(0, io.SeekEnd)
	}
	if err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	if err != nil {
		f.Close()
		return nil, 0, h, s.backupFault(name, "", err)
	}
	return f, size, h, nil
}

// memory is what the machine notes about its copies, for the doctor. It holds no secret.
type memory struct {
	Backup backupMemory `json:"backup"`
	Keys   time.Time    `json:"keys"` // when the keys were last taken out
}

type backupMemory struct {
	File       string    `json:"file"`
	Made       time.Time `json:"made"`
	Epoch      string    `json:"epoch"`
	Bytes      int64     `json:"bytes"`
	Entries    int64     `json:"entries"`
	Checkpoint string    `json:"checkpoint"`
}

const memoryFile = "copies.json"

func (s *session) remembered() (m memory, err error) {
	b, err := os.ReadFile(s.path(memoryFile))
	if errors.Is(err, fs.ErrNotExist) {
		return m, nil
	}
	if err == nil {
		err = json.Unmarshal(b, &m)
	}
	return m, err
}

func (s *session) remember(change func(*memory)) error {
	m, err := s.remembered()
	if err != nil {
		m = memory{} // what cannot be read is no reason to forget the new
	}
	change(&m)
	b, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	return replace(s.path(memoryFile), append(b, '\n'))
}

// replace writes a file beside its place and moves it there.
func replace(name string, b []byte) error {
	part := name + ".part"
	f, err := os.OpenFile(part, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer os.Remove(part)
	_, err = f.Write(b)
	return errors.Join(err, f.Sync(), f.Close(), os.Rename(part, name), syncDir(filepath.Dir(name)))
}

// syncDir makes a change of names in a directory durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
