package main

import (
	queue "container/list"
	"crypto/tls"
	"net"
	"net/http"
	"sync"
)

// mostConnections is how many clients may hold a connection at once. Each takes a file and some 20 KiB.
const mostConnections = 16_384

// gate bounds the connections of a server. At the bound it lets go of the connection that has waited longest to send the
// head of its first request, else of the one longest without a request: whoever is being served is never cut off for
// another. Where a client comes from plays no part: behind a proxy all come from one place, and headers that say
// otherwise can be written by anybody.
type gate struct {
	net.Listener
	most int

	mu    sync.Mutex
	held  int
	fresh *queue.List // connections that sent no request yet, oldest first
	idle  *queue.List // connections between requests, oldest first
}

func newGate(l net.Listener, most int) *gate {
	return &gate{Listener: l, most: most, fresh: queue.New(), idle: queue.New()}
}

// heldConn is a connection that has a place.
type heldConn struct {
	net.Conn
	gate    *gate
	waits   *queue.List // nil while it is served
	element *queue.Element
	gone    bool
}

// Accept waits for the next client there is room for.
func (g *gate) Accept() (net.Conn, error) {
	for {
		c, err := g.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if g.admit() {
			return &heldConn{Conn: pacedConn{c}, gate: g}, nil
		}
		c.Close()
	}
}

// admit makes room for one more connection, and reports whether there is any.
func (g *gate) admit() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, waiting := range []*queue.List{g.fresh, g.idle} {
		if g.held >= g.most && waiting.Len() > 0 {
			c := waiting.Front().Value.(*heldConn)
			g.release(c)
			go c.Conn.Close()
		}
	}
	if g.held >= g.most {
		return false
	}
	g.held++
	return true
}

// state follows the server's connections: who waits, and who is served.
func (g *gate) state(c net.Conn, s http.ConnState) {
	if t, ok := c.(*tls.Conn); ok {
		c = t.NetConn()
	}
	h := c.(*heldConn)
	g.mu.Lock()
	defer g.mu.Unlock()
	g.leave(h)
	if h.gone {
		return
	}
	switch s {
	case http.StateNew:
		h.waits = g.fresh
	case http.StateIdle:
		h.waits = g.idle
	default:
		return
	}
	h.element = h.waits.PushBack(h)
}

func (g *gate) leave(h *heldConn) {
	if h.waits != nil {
		h.waits.Remove(h.element)
		h.waits, h.element = nil, nil
	}
}

// release gives a place back, once.
func (g *gate) release(h *heldConn) {
	g.leave(h)
	if !h.gone {
		h.gone = true
		g.held--
	}
}

// Close ends the connection and gives its place back.
func (h *heldConn) Close() error {
	h.gate.mu.Lock()
	h.gate.release(h)
	h.gate.mu.Unlock()
	return h.Conn.Close()
}
