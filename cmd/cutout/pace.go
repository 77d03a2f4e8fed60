package main

import (
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"time"
)

// A client that sends a body, or takes an answer, slower than paceBytes in paceTime is let go: 1.6 KiB a second, which the
// slowest lines manage. There is no limit to the whole but the size of the body: a large one over a slow line arrives.
const (
	paceTime  = 10 * time.Second
	paceBytes = 16 << 10
)

// pacedBody holds a request's body to the pace.
type pacedBody struct {
	io.ReadCloser
	limit func(time.Time) error
	until time.Time
	came  int
}

func (b *pacedBody) Read(p []byte) (int, error) {
	if b.came == 0 {
		b.until = time.Now().Add(paceTime)
		_ = b.limit(b.until) // a connection without deadlines has its own end
	}
	n, err := b.ReadCloser.Read(p)
	if b.came += n; b.came >= paceBytes {
		b.came = 0
	}
	if err == io.EOF {
		// The body is whole: however long the act takes now, it is not cut off.
		_ = b.limit(time.Time{})
	}
	return n, err
}

// paced holds the bodies of requests to the pace, read or not.
func paced(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Body != nil && r.Body != http.NoBody {
			c := http.NewResponseController(w)
			_ = c.SetReadDeadline(time.Now().Add(paceTime))
			r.Body = &pacedBody{ReadCloser: r.Body, limit: c.SetReadDeadline}
		}
		next.ServeHTTP(w, r)
	})
}

// pacedConn holds what a client takes to the pace.
type pacedConn struct{ net.Conn }

// SetReadDeadline lets a client have up to a quarter more time, by chance: thousands who came together and are let go
// together would come back together, and the line before the server would be full for everybody.
func (c pacedConn) SetReadDeadline(t time.Time) error {
	if wait := time.Until(t); wait >= 4 { // neither "none" nor "at once"
		t = t.Add(rand.N(wait / 4))
	}
	return c.Conn.SetReadDeadline(t)
}

func (c pacedConn) Write(b []byte) (n int, err error) {
	for {
		if err := c.SetWriteDeadline(time.Now().Add(paceTime)); err != nil {
			return n, err
		}
		k, err := c.Conn.Write(b[n:min(n+paceBytes, len(b))])
		if n += k; err != nil || n == len(b) {
			return n, err
		}
	}
}
