// Package store keeps the records, on SQLite or PostgreSQL. It knows nothing of the field: a record is a kind, an id, a
// label and a sealed body. It never returns a record to an officer whose Scope does not admit its label: Read and Write
// are the only ways in, both take the officer and a log entry, and one generator (reach.go) adds the Scope to every query.
//
// See docs/decisions/0003-one-record-table.md and 0004-two-dialects.md.
package store

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/ncruces/go-sqlite3"

	"cutout/internal/day"
	"cutout/internal/officer"
)

// The errors of the store. ErrNotFound is the one answer for hidden and missing.
var (
	ErrNotFound = errors.New("store: no such record")
	ErrConflict = errors.New("store: the record was changed by somebody else")
	ErrOfficer  = errors.New("store: no such officer, or the account is closed")
	ErrClosed   = errors.New("store: closed")
	ErrDamaged  = errors.New("store: a sealed body does not open: damaged, moved, or another key")
	ErrKey      = errors.New("store: these records were written under other keys")
	ErrUnknown  = errors.New("store: the engine failed while it confirmed a commit; what became of it is not known")
)

// Config says where the records are and what the store may use.
type Config struct {
	Path string // SQLite file, or InMemory; empty when DSN is set
	DSN  string // PostgreSQL address; empty for SQLite
	// FileLayer names a registered SQLite VFS that takes the place of the operating system's beneath the encrypting one;
	// empty is the operating system's.
	FileLayer string
	Keys      Keys
	// Clock gives the time of every act; nil is the system clock. Location is the unit's calendar; nil is UTC.
	Clock    func() time.Time
	Location *time.Location
	// Random gives the random bytes of one officer's acts; nil is the system generator for everybody. Tests use a stream
	// per officer, so that what others do cannot shift the ids an officer sees.
	Random func(officer.ID) io.Reader
	// Readers bounds the reading connections; 0 is 4.
	Readers int
}

// Keys are the store's own keys, derived from the unit's key file. They protect text at rest; they open no identity.
type Keys struct {
	Page   [32]byte // the pages of the SQLite file
	Cursor [32]byte // the MAC of list cursors
	Term   [32]byte // index terms and marks
	Body   Sealer   // bodies of records
}

// Sealer seals a body under the store's body key. The associated data names table, record, version and key epoch.
type Sealer interface {
	Seal(dst, plaintext, associated []byte) []byte
	Open(dst, sealed, associated []byte) ([]byte, error)
}

// Store is an open record store. It is safe for concurrent use.
type Store struct {
	cfg     Config
	d       *dialect
	db      *sql.DB
	readers chan *conn
	writer  *writer
	labels  labelCache
	rights  rightsCache
	clock   steadyClock
	once    sync.Once
}

// Open opens the store, creating or upgrading its tables.
func Open(ctx context.Context, cfg Config) (*Store, error) {
	s, err := connect(cfg)
	if err != nil {
		return nil, err
	}
	if err := s.prepare(ctx); err != nil {
		s.db.Close()
		return nil, err
	}
	// One for the writer, one for what reads without a transaction, one for a backup, which takes long.
	s.db.SetMaxOpenConns(s.cfg.Readers + 3)
	s.db.SetMaxIdleConns(s.cfg.Readers + 2)
	s.readers = make(chan *conn, s.cfg.Readers)
	for range s.cfg.Readers {
		c, err := newConn(ctx, s.db, s.d, true)
		if err != nil {
			s.db.Close()
			return nil, fmt.Errorf("store: open a reader: %w", err)
		}
		s.readers <- c
	}
	c, err := newConn(ctx, s.db, s.d, false)
	if err != nil {
		s.db.Close()
		return nil, fmt.Errorf("store: open the writer: %w", err)
	}
	s.writer = newWriter(s, c)
	go s.writer.run()
	return s, nil
}

// connect fills in what a configuration leaves open and opens the database, without a look into it.
func connect(cfg Config) (*Store, error) {
	if cfg.Clock == nil {
		cfg.Clock = time.Now
	}
	if cfg.Location == nil {
		cfg.Location = time.UTC
	}
	if cfg.Random == nil {
		cfg.Random = func(officer.ID) io.Reader { return rand.Reader }
	}
	if cfg.Readers == 0 {
		cfg.Readers = 4
	}
	if cfg.Keys.Body == nil {
		return nil, errors.New("store: no body key")
	}
	s := &Store{cfg: cfg, clock: steadyClock{read: cfg.Clock}}
	var err error
	if cfg.DSN != "" {
		s.d = &pgDialect
		s.db, err = openPostgres(cfg.DSN)
	} else {
		s.d = &sqliteDialect
		s.db, err = openSQLite(cfg.Path, cfg.FileLayer, cfg.Keys.Page[:])
	}
	return s, err
}

// prepare brings the tables up to date and proves the keys. Several processes may open the same records at once.
func (s *Store) prepare(ctx context.Context) error {
	c, err := newConn(ctx, s.db, s.d, false)
	for try := 0; busy(err) && try < 5; try++ { // a new file is just being set up by another process
		time.Sleep(50 * time.Millisecond << try)
		err = c.mend(ctx)
	}
	if errors.Is(err, sqlite3.NOTADB) {
		return ErrKey
	}
	if err != nil {
		return fmt.Errorf("store: open: %w", err)
	}
	defer c.close()
	for try := 0; ; try++ {
		have, err := s.schema(ctx, c)
		if err == nil && have.At > have.Program {
			return ErrNewer
		}
		if err == nil && len(have.Pending) > 0 {
			err = s.migrate(ctx, 0)
		}
		if err == nil {
			break
		}
		// An SQLite file has no such lock: whoever came second sees tables half made, and finds them finished soon.
		if s.d.engine == Postgres || try == 5 || ctx.Err() != nil {
			return err
		}
		time.Sleep(50 * time.Millisecond << try)
	}
	return s.prove(ctx, c)
}

// prove checks that the keys are those the records were written under: a wrong key would make new records unreadable to
// the right one, and quietly find nothing of the old.
func (s *Store) prove(ctx context.Context, c *conn) error {
	m := hmac.New(sha256.New, s.cfg.Keys.Term[:])
	m.Write([]byte("store\x00proof\x001"))
	want, aad := m.Sum(nil), []byte("head\x00proof\x001")
	if _, err := c.exec(ctx, "UPDATE head SET proof = ? WHERE one = 1 AND length(proof) = 0", s.cfg.Keys.Body.Seal(nil, want, aad)); err != nil {
		return fmt.Errorf("store: keys: %w", err)
	}
	var sealed []byte
	if err := c.one(ctx, "SELECT proof FROM head WHERE one = 1", nil, &sealed); err != nil {
		return fmt.Errorf("store: keys: %w", err)
	}
	if got, err := s.cfg.Keys.Body.Open(nil, sealed, aad); err != nil || !hmac.Equal(got, want) {
		return ErrKey
	}
	return nil
}

// Engine is the database the store runs on.
func (s *Store) Engine() Engine { return s.d.engine }

// Now is the store's clock, to the microsecond that records keep. It never goes back while the store is open.
func (s *Store) Now() time.Time { return s.clock.now() }

// Today is the unit's civil day.
func (s *Store) Today() day.Day { return day.Of(s.Now().In(s.cfg.Location)) }

// Close waits for acts under way and closes the store. Acts that come later get ErrClosed.
func (s *Store) Close() error {
	var err error
	s.once.Do(func() {
		s.writer.stop()
		for range cap(s.readers) {
			c := <-s.readers
			c.close()
		}
		err = s.db.Close()
	})
	return err
}
