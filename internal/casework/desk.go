// Package casework is the door: every act an officer can do and every look he can take. It alone holds the store, the
// vault and the log together. A verb takes (ctx, officer, draft), reads the draft with the noun's own parser, decides
// whether the officer may, and does the work and its log entry in one transaction. Porches translate and decide nothing.
//
// It never decides who may read: the store's Scope does. See ARCHITECTURE.md and docs/decisions/0002-one-door.md.
package casework

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"sync"
	"time"

	"cutout/internal/officer"
	"cutout/internal/profile"
	"cutout/internal/provider"
	"cutout/internal/store"
	"cutout/internal/vault"
)

// Desk is the door of one unit. It is safe for concurrent use.
type Desk struct {
	store   *store.Store
	ring    *vault.Ring
	unit    Unit
	pack    *profile.Pack
	logs    *slog.Logger
	seats   seats
	asked   ceremonies
	flows   flows
	keyIDs  sync.Map // officer.ID to vault.KeyID
	limiter limiter
	decoy   []byte // stands for the key of a name that does not exist
	watch   watchState
	marks   marks
	cfg     Config
}

// Unit is what the unit is called and the rules it works under.
type Unit struct {
	Name       string   `json:"name"`
	Pack       string   `json:"pack"`
	Location   string   `json:"location,omitempty"` // calendar of the unit, an IANA name; empty is UTC
	Languages  []string `json:"languages"`          // what every officer of the unit reads: other texts need a gist
	LogName    string   `json:"log_name"`           // origin line of the log's checkpoints
	LogPublic  string   `json:"log_public"`
	logPrivate string
}

// Config says where a unit's records and keys are.
type Config struct {
	Path string // SQLite file, ":memory:" for a store that is gone when closed, or empty
	DSN  string // PostgreSQL address, or empty
	// FileLayer names the file layer an SQLite file is on (store.Config); empty is the operating system's.
	FileLayer string
	Key       vault.StoreKey
	// Ring is the directory of the sources' own keys (vault.Ring); empty is keys/sources beside the SQLite file. A unit on
	// PostgreSQL must name one: the keys never stand in the database.
	Ring   string
	Clock  func() time.Time
	Random func(officer.ID) io.Reader
	Logs   *slog.Logger
	// Last is a file beside the records in which the desk remembers the last checkpoint it signed, to notice records that
	// were put back to an older state; empty remembers nothing, as for a store in memory.
	Last string
	// Origin is where browsers reach the unit ("https://unit.example"): passkeys are bound to it. Empty is no passkeys. It
	// is never taken from a request.
	Origin string
	// Provider is where officers may sign in by a provider of identities; nil is nowhere.
	Provider *provider.Client
	// Cost is the work of a passphrase hash; zero is the default of package vault.
	Cost vault.Cost
	// QuietWatch leaves the watch to be run by Settle, as tests and replays do; else it follows every act by itself.
	QuietWatch bool
}

// ErrNewStore means the store has no unit yet: Begin makes one.
var ErrNewStore = errors.New("casework: the store is new; begin a unit first")

// Open opens the door of a unit that has begun.
func Open(ctx context.Context, cfg Config) (*Desk, error) {
	d, err := openDesk(ctx, cfg)
	if err != nil {
		return nil, err
	}
	var settings unitSettings
	ok, err := d.store.Unit(ctx, &settings)
	if err == nil && !ok {
		err = ErrNewStore
	}
	if err == nil {
		err = d.settle(settings)
	}
	if err == nil {
		err = d.compareLast(ctx)
	}
	if err != nil {
		d.store.Close()
		return nil, err
	}
	d.startMarks()
	d.startWatch()
	return d, nil
}

// Close finishes the acts under way and closes the store.
func (d *Desk) Close() error {
	d.stopWatch()
	d.stopMarks()
	d.seats.mu.Lock()
	for id := range d.seats.m {
		d.seats.rise(id)
	}
	d.seats.mu.Unlock()
	return d.store.Close()
}

// Unit is the unit's name and rules.
func (d *Desk) Unit() Unit { return d.unit }

// Pack is the rule pack in force.
func (d *Desk) Pack() *profile.Pack { return d.pack }

// Now is the time by which acts are dated.
func (d *Desk) Now() time.Time { return d.store.Now() }

// Engine names the database behind the door.
func (d *Desk) Engine() string { return string(d.store.Engine()) }

// Sessions is where a porch keeps its signed-in sessions.
func (d *Desk) Sessions() *store.Sessions { return d.store.Sessions() }
