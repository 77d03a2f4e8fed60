package casework

// LockIdle closes the seats of officers who were away longer than IdleLock, and says how many it closed. An officer who
// asks again is told to sign in; this is for those who do not ask again, whose keys would else stay open in memory.
func (d *Desk) LockIdle() int {
	now := d.store.Now()
	d.seats.mu.Lock()
	defer d.seats.mu.Unlock()
	n := 0
	for id, s := range d.seats.m {
		if now.Sub(s.used) > idleLock {
			d.seats.rise(id)
			n++
		}
	}
	return n
}
