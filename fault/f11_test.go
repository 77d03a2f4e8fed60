package fault

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"cutout/internal/identity"
	"cutout/sec/served"
)

// slowKind is one way to be slow: what is sent at first, and what then trickles, a piece every other second. An empty trickle
// sends nothing more and reads nothing either.
type slowKind struct{ name, first, trickle string }

// TestF11SlowClients holds a server that hundreds of clients (with CUTOUT_LONG 8,000, for a minute) try to hold up: with
// heads that never end, with bodies of a byte every other second, and by not reading what they asked for. Each is let go, and comes
// back at once; an ordinary page is served meanwhile.
func TestF11SlowClients(t *testing.T) {
	clients, span := 300, 3*time.Second
	long := os.Getenv("CUTOUT_LONG") != ""
	if long {
		clients, span = 8000, time.Minute
	}
	u := served.Begin(t, identity.Draft{Names: []identity.NameDraft{{Full: "Somebody Else"}}}, 20)
	s := served.Start(t, u.Dir, served.How{})
	b := s.Browser(t)
	b.SignIn("handler")
	host := strings.TrimPrefix(s.URL, "http://")
	asset := "/assets/" + between(b.Get("/reports"), `"/assets/`, `"`)
	kinds := []slowKind{
		{"half a head", "GET /signin HTTP/1.1\r\nHost: " + host + "\r\n", "X"},
		{"half a head", "GET /signin HTTP/1.1\r\nHost: " + host + "\r\n", "X"},
		{"a slow body", "POST /signin HTTP/1.1\r\nHost: " + host + "\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 16000\r\n\r\nname=", "x"},
		// Some hundred answers asked for and not read: more than the buffers between take.
		{"a slow reader", strings.Repeat("GET "+asset+" HTTP/1.1\r\nHost: "+host+"\r\n\r\n", 150), ""},
	}

	probe := func(n int, until <-chan struct{}) (took []time.Duration) {
		for {
			began := time.Now()
			page := b.Get("/reports")
			took = append(took, time.Since(began))
			if b.Was.StatusCode != http.StatusOK || !strings.Contains(page, "Gate") {
				t.Errorf("an ordinary page: %s", b.Was.Status)
			}
			// A new connection each time: an ordinary reader has no place yet.
			b.Forget()
			if until == nil && len(took) == n {
				return took
			}
			select {
			case <-until:
				return took
			case <-time.After(50 * time.Millisecond):
			}
		}
	}
	others := busyness()
	quiet := probe(30, nil)

	stop := make(chan struct{})
	var opened, failed atomic.Int64
	var longest [2]time.Duration // of a head, and of the others
	var mu sync.Mutex
	lets := map[string]int{}
	var all, first sync.WaitGroup // first: each was let go once
	first.Add(clients)
	for i := range clients {
		k := kinds[i%len(kinds)]
		from := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, byte(2+i%16))}, Timeout: 30 * time.Second}
		all.Go(func() {
			once := sync.OnceFunc(first.Done)
			defer once()
			for {
				c, err := from.Dial("tcp", host)
				if err != nil {
					failed.Add(1)
					return
				}
				opened.Add(1)
				began := time.Now()
				ended := k.hold(c, stop)
				c.Close()
				if !ended {
					return
				}
				once()
				mu.Lock()
				lets[k.name]++
				n := 1
				if k.name == "half a head" {
					n = 0
				}
				longest[n] = max(longest[n], time.Since(began))
				mu.Unlock()
			}
		})
	}
	// The drill lasts its span and until everybody was let go, on a slow machine too; it waits for nobody for ever.
	over := make(chan struct{})
	go func() { first.Wait(); close(over) }()
	began := time.Now()
	go func() {
		defer close(stop)
		time.Sleep(span)
		select {
		case <-over:
		case <-time.After(3 * time.Minute):
		}
	}()
	busy := probe(0, stop)
	all.Wait()

	if failed.Load() > 0 {
		t.Errorf("%d clients could not connect", failed.Load())
	}
	span = time.Since(began).Round(time.Second)
	for _, k := range kinds {
		if want := clients / len(kinds); lets[k.name] < want {
			t.Errorf("%s: %d of %d were let go in %v", k.name, lets[k.name], want, span)
		}
	}
	line := fmt.Sprintf("%d slow clients for %v (%d connections, let go %v, the longest head %v, the longest other %v)\n"+
		"an ordinary page: quiet median %v, 99th of a hundred %v; meanwhile median %v, 99th %v, longest %v, of %d",
		clients, span, opened.Load(), lets, longest[0].Round(time.Millisecond), longest[1].Round(time.Millisecond),
		part(quiet, 50), part(quiet, 99), part(busy, 50), part(busy, 99), part(busy, 100), len(busy))
	t.Log(line)
	switch {
	case !long:
	case others > float64(runtime.NumCPU()):
		t.Logf("the machine is busy with something else (load %.0f before the drill): the figure is printed and not judged", others)
	case part(busy, 99) > 500*time.Millisecond: // the one figure the unit was promised
		t.Errorf("an ordinary page takes more than half a second:\n%s", line)
	}
}

// busyness is how many programs wanted the machine's processors in the last minute; 0 where it does not say.
func busyness() (n float64) {
	b, _ := os.ReadFile("/proc/loadavg")
	fmt.Sscan(string(b), &n)
	return n
}

// hold is slow until the server ends the connection, which it reports, or the drill does.
func (k slowKind) hold(c net.Conn, stop <-chan struct{}) bool {
	if k.trickle == "" {
		c.(*net.TCPConn).SetReadBuffer(4 << 10)
	}
	if _, err := io.WriteString(c, k.first); err != nil {
		return true
	}
	tick := time.NewTicker(2 * time.Second)
	defer tick.Stop()
	one := make([]byte, 1)
	for {
		select {
		case <-stop:
			return false
		case <-tick.C:
		}
		if _, err := io.WriteString(c, k.trickle); err != nil {
			return true
		}
		if k.trickle == "" {
			// Nothing is read; that the server has gone shows when one more request is sent.
			if _, err := io.WriteString(c, "GET / HTTP/1.1\r\n"); err != nil {
				return true
			}
			continue
		}
		c.SetReadDeadline(time.Now().Add(time.Millisecond))
		if _, err := c.Read(one); err != nil {
			if e, ok := err.(net.Error); !ok || !e.Timeout() {
				return true
			}
		} else {
			return true // told why: 408, and the end
		}
	}
}

// part is the time that p of a hundred did not exceed.
func part(took []time.Duration, p int) time.Duration {
	s := slices.Clone(took)
	slices.Sort(s)
	return s[min(len(s)*p/100, len(s)-1)].Round(10 * time.Microsecond)
}

func between(s, before, after string) string {
	_, s, _ = strings.Cut(s, before)
	s, _, _ = strings.Cut(s, after)
	return s
}
