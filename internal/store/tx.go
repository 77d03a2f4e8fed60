package store

import (
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/ncruces/go-sqlite3"

	"cutout/internal/compartment"
	"cutout/internal/day"
	"cutout/internal/officer"
)

// Tx is one transaction of one officer: what he reads through it is what his Scope admits at this moment.
type Tx struct {
	s       *Store
	c       *conn
	ctx     context.Context
	o       officer.Officer
	rights  Rights
	scope   compartment.Scope
	now     time.Time
	today   day.Day
	asKnown time.Time
	writing bool
	b       *batch
	entry   *Entry
	rnd     io.Reader
	seen    []int64 // labels of what was read, for the label of the page
	reach   []int64
	work    int // rows the engine returned to us, for the noninterference harness
}

// Officer is who works.
func (t *Tx) Officer() officer.Officer { return t.o }

// Rights is what the officer was given, as of this transaction.
func (t *Tx) Rights() Rights { return t.rights }

// Scope is what the officer may read now.
func (t *Tx) Scope() compartment.Scope { return t.scope }

// Now is the time of the act; Today the unit's day.
func (t *Tx) Now() time.Time { return t.now }

// Today is the unit's civil day at the time of the act.
func (t *Tx) Today() day.Day { return t.today }

// Random gives the officer's random bytes, for new ids.
func (t *Tx) Random() io.Reader { return t.rnd }

// Entry is the log entry that will be written with this transaction; an act completes it as it learns its object.
func (t *Tx) Entry() *Entry { return t.entry }

// AsKnownOn makes every later read of this transaction answer as the records stood at the time. Access is still decided
// by today's labels and rights: what was once open and is now closed stays closed.
func (t *Tx) AsKnownOn(at time.Time) { t.asKnown = at }

// SeenLabel is the Join of the labels of everything read so far: the label of the page made from it.
func (t *Tx) SeenLabel() (compartment.Label, error) {
	ls := make([]compartment.Label, 0, len(t.seen))
	for _, n := range t.seen {
		l, err := t.label(n)
		if err != nil {
			return compartment.Label{}, err
		}
		ls = append(ls, l)
	}
	return compartment.Join(ls...), nil
}

func (t *Tx) saw(label int64) {
	for _, n := range t.seen {
		if n == label {
			return
		}
	}
	t.seen = append(t.seen, label)
}

// open loads the officer's rights and makes his Scope. stale means his reach has to be written anew first.
func (t *Tx) open() (stale bool, err error) {
	var version, until int64
	var body []byte
	if t.s.d.door != "" {
		// The second lock is told who works in the same journey; for nobody it is told nothing, and nothing follows.
		var told string
		err = t.c.one(t.ctx, "SELECT rights, rights_version, reach_until, set_config('cutout.officer', ?, true) FROM officer WHERE id = ?",
			[]any{hex.EncodeToString(t.o.ID.Bytes()), t.o.ID.Bytes()}, &body, &version, &until, &told)
	} else {
		err = t.c.one(t.ctx, "SELECT rights, rights_version, reach_until FROM officer WHERE id = ?", []any{t.o.ID.Bytes()}, &body, &version, &until)
	}
	if errors.Is(err, sql.ErrNoRows) {
		return false, ErrOfficer
	}
	if err != nil {
		return false, err
	}
	if t.rights, err = t.s.rights.parse(t.o.ID, version, body); err != nil {
		return false, err
	}
	if t.rights.Closed {
		return false, ErrOfficer
	}
	t.scope = t.rights.Scope(t.today)
	return !reachHolds(until, t.today), nil
}

// Read runs fn on a snapshot of the records as the officer may see them, then writes the entry of the look, and returns
// only when that entry is durable: nothing is shown before it is on the log.
func (s *Store) Read(ctx context.Context, o officer.Officer, e Entry, fn func(*Tx) error) error {
	err := s.look(ctx, o, &e, fn)
	if errors.Is(err, errStale) {
		if err = s.writer.do(ctx, &job{o: o, refresh: true}); err == nil {
			err = s.look(ctx, o, &e, fn)
		}
	}
	if errors.Is(err, ErrOfficer) || errors.Is(err, ErrClosed) {
		return err
	}
	// A look is logged also when the one who looked has gone away.
	if logErr := s.writer.do(context.WithoutCancel(ctx), &job{o: o, entry: &e, outcome: outcomeOf(err)}); logErr != nil {
		return fmt.Errorf("store: the look could not be logged: %w", logErr)
	}
	return err
}

var errStale = errors.New("store: reach is of another day")

func (s *Store) look(ctx context.Context, o officer.Officer, e *Entry, fn func(*Tx) error) error {
	return s.snapshot(ctx, func(c *conn) error {
		if s.d.door != "" {
			if err := c.raw(ctx, s.d.door); err != nil {
				return fmt.Errorf("store: take the door's role: %w", err)
			}
		}
		now := s.Now()
		t := &Tx{s: s, c: c, ctx: ctx, o: o, now: now, today: day.Of(now.In(s.cfg.Location)), entry: e, rnd: s.cfg.Random(o.ID)}
		stale, err := t.open()
		if err != nil {
			return err
		}
		if stale {
			return errStale
		}
		err = guard(func() error { return fn(t) })
		observed(ctx, t.work)
		if errors.Is(err, sqlite3.INTERRUPT) && ctx.Err() != nil {
			return ctx.Err()
		}
		return err
	})
}

// snapshot runs fn in a reading transaction of one of the reading connections.
func (s *Store) snapshot(ctx context.Context, fn func(*conn) error) error {
	var c *conn
	select {
	case c = <-s.readers:
	case <-ctx.Done():
		return ctx.Err()
	case <-s.writer.quit:
		return ErrClosed
	}
	defer func() { s.readers <- c }()
	if err := c.begin(ctx, s.d.look); err != nil {
		return fmt.Errorf("store: begin: %w", err)
	}
	defer c.rollback(ctx)
	return fn(c)
}

// Write runs fn as one act: what it wrote and its log entry commit together, or neither did. Acts of several officers
// may share one commit; each is undone alone when it fails. fn may run more than once and must not keep state.
func (s *Store) Write(ctx context.Context, o officer.Officer, e Entry, fn func(*Tx) error) error {
	j := &job{o: o, entry: &e, fn: fn}
	return s.writer.do(ctx, j)
}

// Act is one act of several handed in together.
type Act struct {
	Entry Entry
	Do    func(*Tx) error
}

// WriteMany is Write for many acts of one officer, which share as few commits as may be. Each has its own entry and its
// own end, in their order; one that fails is undone alone.
func (s *Store) WriteMany(ctx context.Context, o officer.Officer, acts []Act) []error {
	jobs := make([]*job, len(acts))
	for i := range acts {
		jobs[i] = &job{o: o, entry: &acts[i].Entry, fn: acts[i].Do}
	}
	return s.writer.doAll(ctx, jobs)
}

// guard turns a panic of an act into an error, so that one act cannot take down the writer all acts share.
func guard(fn func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = &PanicError{Value: r, Stack: Trace()}
		}
	}()
	return fn()
}
