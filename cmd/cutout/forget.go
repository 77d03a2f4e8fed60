package main

import (
	"context"
	"runtime"
	"runtime/debug"
	"sync/atomic"
	"time"

	"cutout/internal/casework"
)

// forgetEvery is how often a server forgets: so long at most a page, a form or a closed key stays in its memory.
const forgetEvery = 30 * time.Second

// forgetting closes the keys of officers who are away, and lets go of all memory that is no longer used, until the
// context ends. A server nobody asked anything since has nothing to forget.
func forgetting(ctx context.Context, d *casework.Desk, asked *atomic.Int64) {
	tick := time.NewTicker(forgetEvery)
	defer tick.Stop()
	var seen int64
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		closed := d.LockIdle()
		if n := asked.Load(); n != seen || closed > 0 {
			seen = n
			forget()
		}
	}
}

// forget collects what is no longer used and gives the pages back to the machine. What Go keeps for reuse it lets go of
// only at the second collection; "clobberfree" overwrites what shares a page with something still in use.
func forget() {
	runtime.GC()
	runtime.GC()
	debug.FreeOSMemory()
}
