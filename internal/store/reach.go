package store

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"sync"

	"cutout/internal/compartment"
	"cutout/internal/day"
	"cutout/internal/officer"
)

// Rights is what an officer was given: it is kept whole in his row, read in every transaction, and decides his Scope and
// his duties of today.
type Rights struct {
	Clearance compartment.Level `json:"clearance"`
	Org       compartment.Org   `json:"org,omitempty"`
	Closed    bool              `json:"closed,omitempty"`
	Grants    []officer.Grant   `json:"grants,omitempty"`
	Holdings  []Holding         `json:"holdings,omitempty"`
}

// Holding is a compartment held for a time. Until is the first day without it.
type Holding struct {
	Compartment compartment.ID `json:"compartment"`
	From        day.Day        `json:"from"`
	Until       day.Day        `json:"until"`
}

// Scope is what the rights let their holder read on the day.
func (r Rights) Scope(on day.Day) compartment.Scope {
	if r.Closed {
		return compartment.Scope{}
	}
	var held []compartment.ID
	for _, h := range r.Holdings {
		if h.From <= on && on < h.Until {
			held = append(held, h.Compartment)
		}
	}
	return compartment.NewScope(r.Clearance, held, r.Org)
}

// nextChange is the first day after on at which the Scope can differ.
func (r Rights) nextChange(on day.Day) day.Day {
	next := day.Never
	for _, h := range r.Holdings {
		for _, d := range []day.Day{h.From, h.Until} {
			if d > on && d < next {
				next = d
			}
		}
	}
	return next
}

// reachDays packs, for the column reach_until, the days on which a written reach is right: from the day it was written to
// the day before the Scope can differ. Only the second was kept at first, and a clock set back kept the later day's reach.
func reachDays(written, until day.Day) int64 { return int64(written)<<32 | int64(uint32(until)) }

// reachHolds reports whether a reach written on such days is right today. On any other day, earlier or later, it is
// written anew before anything is read through it.
func reachHolds(days int64, today day.Day) bool {
	return day.Day(days>>32) <= today && today < day.Day(int32(uint32(days)))
}

// narrowest is the number of labels up to which a Scope is answered from the label side of every index, so that the work
// does not depend on rows the officer may not see. Measured in docs/decisions/0005-search.md.
const narrowest = 100

// reachable is the need-to-know predicate: every query over records contains it, with the officer as its parameter.
// column is the label column it filters. IS TRUE keeps PostgreSQL from making a join of it, which it does badly and then
// loses the order of the list.
func reachable(column string) string {
	return "(EXISTS (SELECT 1 FROM reach k WHERE k.officer = ? AND k.label = " + column + ")) IS TRUE"
}

// labelCache keeps interned labels: a label never changes once its transaction committed.
type labelCache struct {
	mu    sync.RWMutex
	byID  map[int64]compartment.Label
	byEnc map[string]int64
}

func (l *labelCache) get(n int64) (compartment.Label, bool) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	v, ok := l.byID[n]
	return v, ok
}

func (l *labelCache) find(enc string) (int64, bool) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	n, ok := l.byEnc[enc]
	return n, ok
}

func (l *labelCache) put(n int64, v compartment.Label) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.byID == nil {
		l.byID, l.byEnc = map[int64]compartment.Label{}, map[string]int64{}
	}
	l.byID[n] = v
	l.byEnc[string(v.Encode())] = n
}

// rightsCache keeps parsed rights by version, so that a transaction parses them only when they changed.
type rightsCache struct {
	mu sync.RWMutex
	m  map[officer.ID]cachedRights
}

type cachedRights struct {
	version int64
	rights  Rights
}

func (r *rightsCache) parse(o officer.ID, version int64, body []byte) (Rights, error) {
	r.mu.RLock()
	c, ok := r.m[o]
	r.mu.RUnlock()
	if ok && c.version == version {
		return c.rights, nil
	}
	var v Rights
	if err := json.Unmarshal(body, &v); err != nil {
		return v, fmt.Errorf("store: rights of an officer: %w", err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.m == nil {
		r.m = map[officer.ID]cachedRights{}
	}
	r.m[o] = cachedRights{version, v}
	return v, nil
}

// forget drops cached rights whose transaction did not commit.
func (r *rightsCache) forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	clear(r.m)
}

// label returns an interned label.
func (t *Tx) label(n int64) (compartment.Label, error) {
	if v, ok := t.s.labels.get(n); ok {
		return v, nil
	}
	var enc []byte
	if err := t.c.one(t.ctx, "SELECT enc FROM label WHERE id = ?", []any{n}, &enc); err != nil {
		return compartment.Label{}, err
	}
	v, err := compartment.Decode(enc)
	if err == nil && (!t.writing || n < t.b.oldLabels) { // a label of an open transaction may still be rolled back
		t.s.labels.put(n, v)
	}
	return v, err
}

// intern gives the number of a label, adding it and extending the reach of every officer it admits.
func (t *Tx) intern(l compartment.Label) (int64, error) {
	enc := l.Encode()
	if n, ok := t.s.labels.find(string(enc)); ok {
		return n, nil
	}
	var n int64
	err := t.c.one(t.ctx, "SELECT id FROM label WHERE enc = ?", []any{enc}, &n)
	if err == nil {
		if n < t.b.oldLabels {
			t.s.labels.put(n, l.Normal())
		}
		return n, nil
	}
	if !errors.Is(err, sql.ErrNoRows) {
		return 0, err
	}
	n = t.b.nextLabel
	t.b.nextLabel++
	if _, err := t.c.exec(t.ctx, "INSERT INTO label (id, enc) VALUES (?, ?)", n, enc); err != nil {
		return 0, err
	}
	// Only who reaches what on this day is decided here: a reach written for other days is not right for the new label.
	if _, err := t.c.exec(t.ctx, "UPDATE officer SET reach_until = 0 WHERE reach_until <> 0 AND (reach_until >> 32 > ? OR (reach_until & 4294967295) <= ?)",
		int64(t.today), int64(t.today)); err != nil {
		return 0, err
	}
	all, err := t.accounts()
	if err != nil {
		return 0, err
	}
	for _, a := range all {
		if a.Rights.Scope(t.today).Admits(l) {
			if _, err := t.c.exec(t.ctx, "INSERT INTO reach (officer, label) VALUES (?, ?)", a.ID.Bytes(), n); err != nil {
				return 0, err
			}
		}
	}
	return n, nil
}

// refreshReach writes anew which labels an officer reaches on this day.
func (t *Tx) refreshReach(o officer.ID, r Rights) error {
	if _, err := t.c.exec(t.ctx, "DELETE FROM reach WHERE officer = ?", o.Bytes()); err != nil {
		return err
	}
	rows, err := t.c.query(t.ctx, "SELECT id, enc FROM label ORDER BY id")
	if err != nil {
		return err
	}
	defer rows.Close()
	scope := r.Scope(t.today)
	var admitted []int64
	for rows.Next() {
		var n int64
		var enc []byte
		if err := rows.Scan(&n, &enc); err != nil {
			return err
		}
		l, err := compartment.Decode(enc)
		if err != nil {
			return err
		}
		if scope.Admits(l) {
			admitted = append(admitted, n)
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	rows.Close()
	for _, n := range admitted {
		if _, err := t.c.exec(t.ctx, "INSERT INTO reach (officer, label) VALUES (?, ?)", o.Bytes(), n); err != nil {
			return err
		}
	}
	_, err = t.c.exec(t.ctx, "UPDATE officer SET reach_until = ? WHERE id = ?", reachDays(t.today, r.nextChange(t.today)), o.Bytes())
	return err
}

// narrow returns the labels the officer reaches when they are few, in order; ok is false for a broad Scope.
func (t *Tx) narrow() (labels []int64, ok bool, err error) {
	if t.reach != nil {
		return t.reach, len(t.reach) <= narrowest, nil
	}
	rows, err := t.c.query(t.ctx, "SELECT label FROM reach WHERE officer = ? ORDER BY label LIMIT "+strconv.Itoa(narrowest+1), t.o.ID.Bytes())
	if err != nil {
		return nil, false, err
	}
	defer rows.Close()
	labels = []int64{}
	for rows.Next() {
		var n int64
		if err := rows.Scan(&n); err != nil {
			return nil, false, err
		}
		labels = append(labels, n)
	}
	if err := rows.Err(); err != nil {
		return nil, false, err
	}
	if !t.writing {
		t.reach = labels
	}
	return labels, len(labels) <= narrowest, nil
}
