package casework_test

import (
	"testing"
	"time"
)

// TestLockIdle closes the keys of those who left without signing out, at the end of the idle time and not before, and of
// nobody who is at work.
func TestLockIdle(t *testing.T) {
	u := begin(t, "")
	away, at := u.in("handler"), u.in("registrar")
	u.d.LockIdle() // those who set the unit up
	u.now = u.now.Add(u.d.IdleLock() - time.Minute)
	if u.d.LockIdle() > 0 || !u.d.Unlocked(away) {
		t.Error("keys are closed before the idle time has passed")
	}
	if !u.d.Present(at) {
		t.Fatal("who is at work is gone")
	}
	u.now = u.now.Add(2 * time.Minute)
	if u.d.LockIdle() == 0 || u.d.Unlocked(away) {
		t.Error("the keys of one who is away stay open")
	}
	if !u.d.Unlocked(at) {
		t.Error("the keys of one who is at work are closed")
	}
}
