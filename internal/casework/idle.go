package casework

// LockIdle closes the keys of officers who were away longer than IdleLock, and says how many it closed. An officer who
// asks again is told to sign in; this is for those who do not ask again, whose keys would else stay open in memory.
func (d *Desk) LockIdle() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	n, now := 0, d.store.Now()
	for o, u := range d.open {
		if now.Sub(u.used) > idleLock {
			u.clear()
			delete(d.open, o)
			n++
		}
	}
	return n
}
