package main

import (
	"net"
	"net/http"
	"testing"
	"time"
)

// TestGate fills a server's places with clients that never finish their head, and lets an ordinary one in: the oldest of
// them goes, and one that is being served stays.
func TestGate(t *testing.T) {
	tcp, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	g := newGate(tcp, 4)
	release := make(chan struct{})
	served := make(chan struct{}, 1)
	srv := &http.Server{ConnState: g.state, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/long" {
			served <- struct{}{}
			<-release
		}
		w.Write([]byte("here"))
	})}
	go srv.Serve(g)
	defer srv.Close()
	long := make(chan error, 1)
	go func() {
		r, err := http.Get("http://" + tcp.Addr().String() + "/long")
		if err == nil {
			r.Body.Close()
		}
		long <- err
	}()
	<-served
	var slow []net.Conn
	for range 3 {
		c, err := net.Dial("tcp", tcp.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		c.Write([]byte("GET / HTTP/1.1\r\n"))
		slow = append(slow, c)
		wait(t, func() bool { g.mu.Lock(); defer g.mu.Unlock(); return g.fresh.Len() == len(slow) })
	}
	one := http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: time.Minute}
	for i := range 3 {
		r, err := one.Get("http://" + tcp.Addr().String() + "/")
		if err != nil {
			t.Fatalf("ordinary request %d: %v", i, err)
		}
		r.Body.Close()
		wait(t, func() bool { g.mu.Lock(); defer g.mu.Unlock(); return g.held == 3 })
	}
	slow[0].SetReadDeadline(time.Now().Add(time.Minute))
	if _, err := slow[0].Read(make([]byte, 1)); err == nil {
		t.Error("the slowest client was answered")
	} else if e, ok := err.(net.Error); ok && e.Timeout() {
		t.Error("the slowest client still holds its place")
	}
	slow[2].SetReadDeadline(time.Now().Add(50 * time.Millisecond))
	if _, err := slow[2].Read(make([]byte, 1)); err == nil || !isTimeout(err) {
		t.Errorf("the youngest went too: %v", err)
	}
	close(release)
	if err := <-long; err != nil {
		t.Errorf("the one that was served: %v", err)
	}
	for _, c := range slow {
		c.Close()
	}
	http.DefaultTransport.(*http.Transport).CloseIdleConnections()
	wait(t, func() bool {
		g.mu.Lock()
		defer g.mu.Unlock()
		return g.held == 0 && g.fresh.Len() == 0 && g.idle.Len() == 0
	})
}

func isTimeout(err error) bool {
	e, ok := err.(net.Error)
	return ok && e.Timeout()
}

func wait(t *testing.T, done func() bool) {
	t.Helper()
	for range 3000 {
		if done() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("it never came to that")
}
