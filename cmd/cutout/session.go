package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/term"

	"cutout/internal/casework"
	"cutout/internal/leak"
	"cutout/internal/officer"
	"cutout/internal/vault"
	"cutout/internal/wording"
)

// settings are the flags every command takes.
type settings struct {
	Data           string `env:"CUTOUT_DATA" default:"cutout-data" placeholder:"DIR"`
	Officer        string `short:"o" env:"CUTOUT_OFFICER" placeholder:"NAME"`
	PassphraseFile string `env:"CUTOUT_PASSPHRASE_FILE" placeholder:"FILE"`
	CodeFile       string `env:"CUTOUT_CODE_FILE" placeholder:"FILE"`
	PostgresFile   string `env:"CUTOUT_POSTGRES_FILE" placeholder:"FILE"`
	Format         string `default:"text" enum:"text,json,jsonl,csv,tsv" placeholder:"FORM"`
	Lang           string `placeholder:"LANG"`
}

// session is one run of the program: where it reads and writes, in which language it speaks, and for whom.
type session struct {
	ctx   context.Context
	words *wording.Words
	in    io.Reader
	out   io.Writer
	err   io.Writer
	settings
	inputTaken bool // standard input was read already: it can be read once
}

// clock is the machine's when it is nil; only tests set another.
var clock func() time.Time

func newSession(ctx context.Context, lang string) *session {
	return &session{ctx: ctx, words: wording.For(lang), in: os.Stdin, out: os.Stdout, err: os.Stderr}
}

// onTerminal reports whether a stream is a person's screen.
func onTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// The files of a unit's data directory.
const (
	recordsFile  = "cutout.db"
	keyFile      = "keys/store.key"
	ringDir      = "keys/sources" // one small key for each source, apart from the records
	postgresFile = "postgres.dsn"
	incidentFile = "incidents.log"
	lastFile     = "checkpoint.last" // the last checkpoint this machine signed, to notice records put back to an older state
)

func (s *session) path(name string) string { return filepath.Join(s.Data, filepath.FromSlash(name)) }

// defaultData is where a unit is looked for when nothing else is said.
const defaultData = "cutout-data"

// incidents is the operator's log of commands: what failed inside, under the number the officer was told.
func (s *session) incidents() *slog.Logger {
	return slog.New(slog.NewJSONHandler(&lateFile{path: s.path(incidentFile)}, nil))
}

// config says where the unit's records and keys are. It makes nothing: a unit that is not there is a fault of the
// command, never a new unit.
func (s *session) config() (casework.Config, error) {
	cfg := casework.Config{Ring: s.path(ringDir), Clock: clock, Logs: s.incidents(), QuietWatch: true, Last: s.path(lastFile)}
	dsn, err := s.postgres()
	if err != nil {
		return cfg, err
	}
	needed := []string{keyFile}
	if cfg.DSN = dsn; dsn == "" {
		cfg.Path = s.path(recordsFile)
		needed = append(needed, recordsFile)
	}
	for _, name := range needed {
		if _, err := os.Lstat(s.path(name)); errors.Is(err, fs.ErrNotExist) {
			return cfg, usage("cli.no-unit", "Path", s.path(name))
		} else if err != nil {
			return cfg, machine(err)
		}
	}
	if cfg.Key, _, err = vault.OpenStoreKey(s.path(keyFile)); err != nil {
		return cfg, machine(err)
	}
	return cfg, nil
}

// postgres reads the address of the database, which holds a password, from the file named or the unit's own; it is empty
// for SQLite.
func (s *session) postgres() (string, error) {
	name := s.PostgresFile
	if name == "" {
		name = s.path(postgresFile)
		if _, err := os.Lstat(name); err != nil {
			return "", nil
		}
	}
	b, err := s.secretFile(name)
	return strings.TrimSpace(string(b)), err
}

func (s *session) open() (*casework.Desk, error) {
	cfg, err := s.config()
	if err != nil {
		return nil, err
	}
	d, err := casework.Open(s.ctx, cfg)
	if errors.Is(err, casework.ErrNewStore) {
		return nil, usage("cli.no-unit", "Path", s.Data)
	}
	if err != nil {
		return nil, machine(err)
	}
	if r := d.RolledBack(); r != nil {
		fmt.Fprintln(s.err, s.rolledBack(r)) // in every form of output: whoever reads it must not miss it
	}
	return d, nil
}

// rolledBack words that the records are not those this machine last signed.
func (s *session) rolledBack(r *casework.Rollback) string {
	if r.Last.Size == 0 {
		return s.words.T("cli.other-last", "Path", s.path(lastFile))
	}
	return s.words.T("cli.rolled-back", "Last", int(r.Last.Size), "At", r.Last.Time, "Now", int(r.Size))
}

// as opens the unit, signs the officer in, does the work and closes everything.
func (s *session) as(work func(*casework.Desk, officer.Officer) error) (err error) {
	if s.Officer == "" {
		return usage("cli.no-officer")
	}
	d, err := s.open()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	p, err := s.passphrase(s.PassphraseFile, "cli.ask-passphrase", "Officer", s.Officer)
	if err != nil {
		return err
	}
	defer clear(p)
	o, err := s.signIn(d, p)
	if err != nil {
		return err
	}
	defer d.Lock(o.ID)
	if leak.On("cli_size") {
		s.plantedSize()
	}
	if leak.On("cli_exit") && s.plantedTrouble() {
		return &problem{exitInternal, "cli.stopped", nil}
	}
	return work(d, o)
}

// signIn signs the officer in by his passphrase, which is overwritten, and by a code where his account asks for one. That
// it does is no secret from whoever holds the unit's key.
func (s *session) signIn(d *casework.Desk, passphrase []byte) (officer.Officer, error) {
	var code []byte
	var err error
	if s.CodeFile != "" || d.AsksCode(s.ctx, s.Officer) {
		if code, err = s.passphrase(s.CodeFile, "cli.ask-code", "Officer", s.Officer); err != nil {
			return officer.Officer{}, err
		}
		defer clear(code)
	}
	return d.SignInWith(s.ctx, casework.Proof{Name: s.Officer, Passphrase: passphrase, Code: string(code)})
}

// mostSecret bounds what is read as a passphrase or a database address, in bytes.
const mostSecret = 8 << 10

// passphrase reads a passphrase from a file, from standard input ("-"), or from a prompt on the terminal.
func (s *session) passphrase(file, prompt string, kv ...any) ([]byte, error) {
	if file != "" {
		return s.secretFile(file)
	}
	in, ok := s.in.(*os.File)
	if !ok || !onTerminal(in) {
		return nil, usage("cli.no-passphrase")
	}
	before, err := term.GetState(int(in.Fd()))
	if err != nil {
		return nil, machine(err)
	}
	fmt.Fprint(s.err, s.words.T(prompt, kv...), " ")
	type typed struct {
		p   []byte
		err error
	}
	read := make(chan typed, 1)
	go func() {
		p, err := term.ReadPassword(int(in.Fd()))
		read <- typed{p, err}
	}()
	select {
	case t := <-read:
		fmt.Fprintln(s.err)
		if t.err != nil {
			return nil, machine(t.err)
		}
		return t.p, nil
	case <-s.ctx.Done(): // whoever stops at the prompt gets his terminal back as it was
		fmt.Fprintln(s.err)
		return nil, errors.Join(s.ctx.Err(), term.Restore(int(in.Fd()), before))
	}
}

// secretFile reads a secret from a file or standard input, without the end of its line. A plain file that others of the
// machine may read is turned away: what stands in it is known already.
func (s *session) secretFile(name string) ([]byte, error) {
	var from io.Reader
	if name == "-" {
		if err := s.takeInput(); err != nil {
			return nil, err
		}
		from = s.in
	} else {
		f, err := os.Open(name)
		if err != nil {
			return nil, usage("cli.no-file", "Path", name)
		}
		defer f.Close()
		info, err := f.Stat()
		if err != nil {
			return nil, machine(err)
		}
		if info.Mode().IsRegular() && info.Mode().Perm()&0o077 != 0 {
			return nil, usage("cli.open-secret", "Path", name)
		}
		from = f
	}
	b, err := io.ReadAll(io.LimitReader(from, mostSecret+1))
	if err != nil {
		return nil, machine(err)
	}
	if len(b) > mostSecret {
		clear(b)
		return nil, usage("cli.long-secret", "Path", name)
	}
	return bytes.TrimSuffix(bytes.TrimSuffix(b, []byte("\n")), []byte("\r")), nil
}

// takeInput claims standard input, which only one part of a command can read.
func (s *session) takeInput() error {
	if s.inputTaken {
		return usage("cli.one-input")
	}
	s.inputTaken = true
	return nil
}

// lateFile is a file that is made when something is first written to it.
type lateFile struct{ path string }

func (l *lateFile) Write(b []byte) (int, error) {
	f, err := os.OpenFile(l.path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return 0, err
	}
	n, err := f.Write(b)
	return n, errors.Join(err, f.Close())
}
