package harden

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"cutout/internal/api"
	"cutout/internal/web"
	"cutout/sec/served"
)

// raw sends bytes over a connection of its own and gives the first line of the answer, or how the connection ended.
func raw(t *testing.T, s *served.Server, text string) string {
	t.Helper()
	c, err := net.Dial("tcp", strings.TrimPrefix(s.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(time.Minute))
	go io.WriteString(c, text) // a server that answers before it has all is not waited for
	line, err := bufio.NewReader(c).ReadString('\n')
	if err != nil {
		return "ended: " + err.Error()
	}
	return strings.TrimSpace(line)
}

// TestRequestLimits sends what is too long, too many or of another protocol.
func TestRequestLimits(t *testing.T) {
	s := startPlain(t, begin(t))
	host := "\r\nHost: " + strings.TrimPrefix(s.URL, "http://")
	for _, c := range []struct{ what, send, want string }{
		{"HTTP/2 in clear", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00", `^HTTP/1.1 (400|505)`},
		{"an upgrade to HTTP/2", "GET /signin HTTP/1.1" + host + "\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n\r\n", `^HTTP/1.1 200`},
		{"a long head", "GET /signin HTTP/1.1" + host + "\r\nX-Long: " + strings.Repeat("x", 32<<10) + "\r\n\r\n", `^HTTP/1.1 431`},
		{"a long address", "GET /" + strings.Repeat("x", 32<<10) + " HTTP/1.1" + host + "\r\n\r\n", `^HTTP/1.1 (414|431)`},
		{"10,000 cookies", "GET /signin HTTP/1.1" + host + "\r\nCookie: " + strings.Repeat("a=b;", 10_000) + "\r\n\r\n", `^HTTP/1.1 431`},
		{"a head of two lengths", "POST /signin HTTP/1.1" + host + "\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", `^HTTP/1.1 400`},
		{"a length and pieces", "POST /signin HTTP/1.1" + host + "\r\nContent-Length: 1\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n", `^HTTP/1.1 (400|501)`},
		{"no host", "GET /signin HTTP/1.1\r\n\r\n", `^HTTP/1.1 400`},
	} {
		if got := raw(t, s, c.send); !regexp.MustCompile(c.want).MatchString(got) {
			t.Errorf("%s: %s", c.what, got)
		}
	}
	if b := s.Browser(t); b.Get("/signin") == "" || b.Was.StatusCode != 200 {
		t.Error("the server does not answer any more")
	}
}

// TestBodyLimits holds every route to its own most: one byte more than it takes is not read, and what is sent to a page
// or by somebody who has not signed in is small.
func TestBodyLimits(t *testing.T) {
	u := begin(t)
	s := startPlain(t, u)
	b := s.Browser(t)
	b.SignIn("handler")
	answer := b.Ask("POST", api.Prefix+"/session", "application/json", `{"name":"handler","passphrase":"`+served.Pass("handler")+`"}`)
	token := regexp.MustCompile(`"token":"([^"]+)"`).FindStringSubmatch(answer)[1]
	n := 0
	send := func(method, path, kind string, size int64, want ...int) {
		t.Helper()
		n++
		r, err := http.NewRequest(method, s.URL+path, io.LimitReader(forever('a'), size))
		if err != nil {
			t.Fatal(err)
		}
		r.ContentLength = size
		r.Header.Set("Content-Type", kind)
		r.Header.Set("Authorization", "Bearer "+token)
		answer, err := b.Do(r)
		if err != nil {
			return // cut off while it was still sending: not read either
		}
		io.Copy(io.Discard, answer.Body)
		answer.Body.Close()
		for _, w := range want {
			if answer.StatusCode == w {
				return
			}
		}
		t.Errorf("%s %s with %d bytes: %s", method, path, size, answer.Status)
	}
	for _, r := range web.Routes() {
		if r.Method == "GET" || r.Name == "signout" || r.Name == "language" || r.Name == "theme" {
			continue
		}
		most := int64(4 << 20)
		if r.Limit != 0 {
			most = r.Limit
		}
		if r.Public && most > 16<<10 {
			t.Errorf("%s takes %d bytes from anybody", r.Name, most)
		}
		path := strings.NewReplacer("{id}", u.Source.String(), "{name...}", "reports/new").Replace(r.Pattern)
		send(r.Method, path, "application/x-www-form-urlencoded", most+1, 403, 404, 413, 422)
	}
	for i, r := range api.Routes() {
		if !r.Body || i%8 != 0 && !r.Public && os.Getenv("CUTOUT_LONG") == "" {
			continue // each is 16 MiB
		}
		most := int64(16 << 20)
		if r.Public {
			most = 16 << 10
		}
		send(r.Method, api.Prefix+regexp.MustCompile(`\{\w+\}`).ReplaceAllString(r.Path, u.Source.String()), "application/json", most+1, 413)
	}
	if n < 25 {
		t.Errorf("only %d routes were tried", n)
	}
	if hwm := resident(t, s.Pid, "VmHWM"); hwm > 1<<20 {
		t.Errorf("the server took %d KiB", hwm)
	}
}

// forever is one letter without end.
type forever byte

func (f forever) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(f)
	}
	return len(p), nil
}

// resident reads a line of a process's memory, in KiB; 0 where the machine does not show it.
func resident(t *testing.T, pid int, line string) int {
	t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	m := regexp.MustCompile(line + `:\s+(\d+) kB`).FindSubmatch(b)
	if m == nil {
		t.Fatalf("no %s", line)
	}
	n, _ := strconv.Atoi(string(m[1]))
	return n
}

// TestSignInsAtOnce holds that however many passphrases arrive together, only two are stretched at a time: each takes
// 19 MiB, and sixty at once would take more than a gigabyte.
func TestSignInsAtOnce(t *testing.T) {
	linux(t)
	s := startPlain(t, begin(t))
	b := s.Browser(t)
	b.SignIn("handler")
	before := resident(t, s.Pid, "VmHWM")
	var all sync.WaitGroup
	most := 30 // 19 MiB each
	if os.Getenv("CUTOUT_LONG") != "" {
		most = 60
	}
	for i := range most {
		all.Go(func() {
			r, err := http.PostForm(s.URL+"/signin", url.Values{"name": {fmt.Sprintf("nobody%d", i)}, "passphrase": {"a wrong passphrase"}})
			if err != nil {
				t.Error(err)
				return
			}
			r.Body.Close()
			if r.StatusCode != http.StatusUnauthorized {
				t.Errorf("a wrong sign-in: %s", r.Status)
			}
		})
	}
	all.Wait()
	after := resident(t, s.Pid, "VmHWM")
	if after-before > 300<<10 {
		t.Errorf("%d sign-ins at once took %d MiB", most, (after-before)>>10)
	}
	t.Logf("%d sign-ins at once: %d to %d MiB at most", most, before>>10, after>>10)
}

// TestPlainTCP holds that the listening socket is plain TCP: Multipath TCP would carry a connection over addresses that
// no rule of the machine watches.
func TestPlainTCP(t *testing.T) {
	linux(t)
	s := startPlain(t, begin(t))
	u, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	port, _ := strconv.Atoi(u.Port())
	inode := ""
	for _, line := range strings.Split(proc(t, s.Pid, "net/tcp"), "\n") {
		f := strings.Fields(line)
		if len(f) > 9 && f[1] == fmt.Sprintf("0100007F:%04X", port) && f[3] == "0A" {
			inode = f[9]
		}
	}
	if inode == "" {
		t.Fatal("no listening socket")
	}
	files, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", s.Pid))
	if err != nil {
		t.Skip("this account may not look at the program's files: good")
	}
	for _, f := range files {
		to, _ := os.Readlink(fmt.Sprintf("/proc/%d/fd/%s", s.Pid, f.Name()))
		if to == "socket:["+inode+"]" {
			return // the TCP socket is the program's own, and no subflow of an MPTCP one
		}
	}
	t.Error("the listening socket is not a TCP socket of the program's own")
}
