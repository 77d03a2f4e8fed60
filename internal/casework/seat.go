package casework

import (
	"sync"
	"time"

	"cutout/internal/officer"
	"cutout/internal/vault"
)

// seatID is one officer at one seat. What is open at one is closed at the others: whoever gets hold of a second session
// of an officer finds neither his keys nor his presence in it.
type seatID struct {
	officer officer.ID
	seat    officer.Seat
}

func seatOf(o officer.Officer) seatID { return seatID{o.ID, o.Seat} }

// seats is what the door knows of signed-in officers, in memory only.
type seats struct {
	mu sync.Mutex
	m  map[seatID]*seat
}

// seat is one session at work.
type seat struct {
	keys   *unlocked // nil: closed
	proved time.Time // when he last showed that it is he
	used   time.Time
	idle   *time.Timer
}

// unlocked is what an officer's presence opens.
type unlocked struct {
	private vault.PrivateKey
	nameKey vault.Secret
	hasName bool
}

func (u *unlocked) clear() {
	if u != nil {
		u.private.Clear()
		u.nameKey.Clear()
	}
}

// idleLock is how long a session and its keys stay open without use.
const idleLock = 15 * time.Minute

// FreshFor is how long ago an officer may have proved his presence for a sealed act.
const FreshFor = 5 * time.Minute

// sit opens a seat, or notes a proof of presence at one that is open. The keys given, if any, replace those open there.
func (d *Desk) sit(o officer.Officer, keys *unlocked, proved bool) {
	now := d.store.Now()
	d.seats.mu.Lock()
	defer d.seats.mu.Unlock()
	id := seatOf(o)
	s := d.seats.m[id]
	if s == nil {
		s = &seat{}
		// The unit's clock decides; this timer only sees to it that keys nobody asks for any more leave the memory.
		s.idle = time.AfterFunc(idleLock, func() { d.rise(id) })
		d.seats.m[id] = s
	}
	if keys != nil {
		s.keys.clear()
		s.keys = keys
	}
	if proved {
		s.proved = now
	}
	s.used = now
	s.idle.Reset(idleLock)
}

// rise closes a seat.
func (d *Desk) rise(id seatID) {
	d.seats.mu.Lock()
	defer d.seats.mu.Unlock()
	d.seats.rise(id)
}

func (s *seats) rise(id seatID) {
	if v := s.m[id]; v != nil {
		v.keys.clear()
		v.idle.Stop()
		delete(s.m, id)
	}
}

// riseIf closes the seats of an officer that the test takes.
func (d *Desk) riseIf(o officer.ID, take func(officer.Seat) bool) {
	d.seats.mu.Lock()
	defer d.seats.mu.Unlock()
	for id := range d.seats.m {
		if id.officer == o && take(id.seat) {
			d.seats.rise(id)
		}
	}
}

// riseOthers closes every seat of an officer but the one he sits at.
func (d *Desk) riseOthers(o officer.Officer) {
	d.riseIf(o.ID, func(s officer.Seat) bool { return s != o.Seat })
}

// at is the seat if it is open and in use; the caller holds the lock.
func (s *seats) at(o officer.Officer, now time.Time) *seat {
	v := s.m[seatOf(o)]
	if v != nil && now.Sub(v.used) > idleLock {
		s.rise(seatOf(o))
		return nil
	}
	return v
}

// Lock closes an officer's keys at every seat: when his account ends, or when a program that used them ends.
func (d *Desk) Lock(o officer.ID) { d.riseIf(o, func(officer.Seat) bool { return true }) }

// key lends the private key open at the officer's seat, or refuses when it is closed or he has been away too long.
func (d *Desk) key(o officer.Officer) (vault.PrivateKey, error) {
	now := d.store.Now()
	d.seats.mu.Lock()
	defer d.seats.mu.Unlock()
	s := d.seats.at(o, now)
	if s == nil || s.keys == nil {
		return vault.PrivateKey{}, refused("locked")
	}
	s.used = now
	s.idle.Reset(idleLock)
	return s.keys.private, nil
}

// fresh refuses a sealed act unless the officer proved at this seat, within the time, that it is he.
func (d *Desk) fresh(o officer.Officer, within time.Duration) error {
	now := d.store.Now()
	d.seats.mu.Lock()
	defer d.seats.mu.Unlock()
	s := d.seats.at(o, now)
	if s == nil || s.proved.IsZero() || now.Sub(s.proved) > within {
		return refused("present-again")
	}
	return nil
}

// Unlocked reports whether the officer's keys are open at his seat.
func (d *Desk) Unlocked(o officer.Officer) bool {
	d.seats.mu.Lock()
	defer d.seats.mu.Unlock()
	s := d.seats.at(o, d.store.Now())
	return s != nil && s.keys != nil
}

// keepNameKey keeps the opened name key with the keys it was opened by.
func (d *Desk) keepNameKey(o officer.Officer, k vault.Secret) {
	d.seats.mu.Lock()
	defer d.seats.mu.Unlock()
	if s := d.seats.m[seatOf(o)]; s != nil && s.keys != nil {
		s.keys.nameKey, s.keys.hasName = k, true
	}
}

// openedNameKey is the name key, if it was opened at the seat.
func (d *Desk) openedNameKey(o officer.Officer) (vault.Secret, bool) {
	d.seats.mu.Lock()
	defer d.seats.mu.Unlock()
	if s := d.seats.m[seatOf(o)]; s != nil && s.keys != nil && s.keys.hasName {
		return s.keys.nameKey, true
	}
	return vault.Secret{}, false
}
