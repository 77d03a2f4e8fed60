package attack

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// Row 41, exhaustion by parameters, cookies and depth (Vault CVE-2025-6203, net/url CVE-2025-61726, cookies CVE-2025-58186):
// refused with 4xx by every route, without a fault of the program and without work that grows with the attack.
func TestRow41Exhaustion(t *testing.T) {
	u := own(t)
	many := func(n int, sep string) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "%sk%d=v", sep, i)
		}
		return b.String()[len(sep):]
	}
	params := many(100_000, "&")
	entries := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "items.%d.text=x&", i)
		}
		return b.String()
	}
	deep := map[string]string{"arrays": strings.Repeat("[", 10_000), "objects": strings.Repeat(`{"a":`, 10_000), "closed": strings.Repeat("[", 10_000) + strings.Repeat("]", 10_000),
		"items": strings.Repeat(`{"items":[`, 10_000), "in a field": `{"title":` + strings.Repeat("[", 10_000) + strings.Repeat("]", 10_000) + `}`, "wide": `{"items":[` + strings.Repeat(`{},`, 200_000) + `{}]}`,
		"names": `{` + strings.Repeat(`"x":1,`, 100_000) + `"y":1}`, "number": `{"limit":1e` + strings.Repeat("9", 1000) + `}`, "surrogates": `{"title":"` + strings.Repeat(`\ud800`, 10_000) + `"}`}
	page, machine := u.page(t, "low"), u.machine(t, "low")
	for _, r := range machine.routes() {
		if r.public || strings.HasPrefix(r.pattern, "/session") {
			continue
		}
		path := fill(r.pattern, u.south.of(r.noun()), "x")
		if r.method == "GET" {
			if a := machine.get(path + "?" + params); a.status < 400 || a.status >= 500 || len(a.body) > 64<<20 {
				t.Errorf("GET %s with 100,000 parameters: %d", path, a.status)
			}
		}
	}
	for _, r := range machine.routes() {
		if !r.body || r.public || strings.HasPrefix(r.pattern, "/session") {
			continue
		}
		path := fill(r.pattern, u.south.of(r.noun()))
		for name, body := range deep {
			if name == "wide" && r.name != "file-report" && r.name != "write-release" {
				continue
			}
			if a := machine.send(r.method, path, body); a.status < 400 || a.status >= 500 {
				t.Errorf("%s %s with %s: %d %.200s", r.method, path, name, a.status, a.body)
			}
		}
	}
	for _, r := range page.routes() {
		if personal(r.pattern) || strings.HasPrefix(r.name, "draft.keep") {
			continue
		}
		path := fill(r.pattern, u.south.of(r.noun()))
		if r.method == "POST" {
			if r.name == "report.file" || r.name == "release.write" || r.name == "contact.plan" {
				for name, body := range map[string]string{"parameters": params, "entries": entries(100_000), "far entry": "items.999999999.text=x&items.-1.text=y", "add": "do=add-item&" + entries(500)} {
					if a := page.send("POST", path, body); a.status >= 500 || a.status < 400 && name != "add" || len(a.body) > 4<<20 {
						t.Errorf("POST %s with %s: %d, %d bytes", path, name, a.status, len(a.body))
					}
				}
			}
			continue
		}
		if len(holes(r.pattern)) == 0 {
			if a := page.get(strings.TrimSuffix(path, "{$}") + "?" + many(2_000, "&")); a.status >= 500 {
				t.Errorf("GET %s with 2,000 parameters: %d", path, a.status)
			}
		}
	}
	cookies := many(10_000, "; ")
	if a := page.get("/", "Cookie", page.auth[1]+"; "+cookies); a.status >= 500 {
		t.Errorf("10,000 cookies: %d", a.status)
	}
	if a := page.get("/", "Cookie", cookies+"; "+page.auth[1]); a.status == 200 && len(a.body) == 0 || a.status >= 500 {
		t.Errorf("10,000 cookies before one's own: %d", a.status)
	}
	if strings.Contains(u.slog.String(), "incident") {
		t.Errorf("the program failed inside:\n%.2000s", u.slog.String())
	}
	if a := machine.get("/reports"); a.status != 200 {
		t.Errorf("after all that: %d", a.status)
	}
}

// Row 43, parsers that take the square of what they are given (Gitea CVE-2026-58436, net/mail CVE-2026-42499): each header
// and field at its greatest size, and at an eighth of it. Work is measured against itself: eight times as much may take
// eight times as long, and some; a square would take sixty-four times.
func TestRow43Growth(t *testing.T) {
	if testing.Short() {
		t.Skip("measures")
	}
	u := own(t)
	page, machine := u.page(t, "low"), u.machine(t, "low")
	cases := map[string]func(n int){
		"Accept-Language at the pages":     func(n int) { page.get("/search", "Accept-Language", strings.Repeat("en-", n/4)+"x") },
		"Accept-Language with commas":      func(n int) { page.get("/search", "Accept-Language", strings.Repeat("x,", n/2)) },
		"Accept-Language at the interface": func(n int) { machine.get("/session", "Accept-Language", strings.Repeat("en-us-", n/6)) },
		"Cookie":                           func(n int) { page.get("/search", "Cookie", strings.Repeat("a=b; ", n/5)+page.auth[1]) },
		"Content-Type": func(n int) {
			machine.send("POST", "/search", "{}", "Content-Type", "application/json;"+strings.Repeat("a=b;", n/4))
		},
		"Authorization": func(n int) { machine.get("/session", "Authorization", "Bearer "+strings.Repeat("A", n)) },
		"search words":  func(n int) { machine.send("POST", "/search", `{"words":"`+strings.Repeat("gate ", n/5)+`"}`) },
		"search quotes": func(n int) { machine.send("POST", "/search", `{"words":"`+strings.Repeat(`\"a `, n/4)+`"}`) },
		"a report's text": func(n int) {
			machine.send("POST", "/reports", strings.Replace(mustJSON(t, u.bodies(u.south)["file-report"]), `"seen"`, `"`+strings.Repeat("aaaa aaab ", n/10)+`"`, 1))
		},
		"combining marks": func(n int) {
			machine.send("POST", "/reports", strings.Replace(mustJSON(t, u.bodies(u.south)["file-report"]), `"seen"`, `"a`+strings.Repeat("\u0301", n/2)+`"`, 1))
		},
		"a form's entries": func(n int) { page.send("POST", "/reports/new", strings.Repeat("items.0.text=x&", n/15)) },
		"evidence": func(n int) {
			page.send("POST", "/reports/"+u.south.ids["rep"]+"/outcome", "outcome.evidence="+strings.Repeat("R-AAAAAA+", n/9))
		},
		"a date": func(n int) { machine.get("/reports/" + u.south.ids["rep"] + "?as_known=" + strings.Repeat("2", n)) },
		"an id":  func(n int) { machine.get("/reports/" + strings.Repeat("r", n)) },
		"a path": func(n int) { page.get("/" + strings.Repeat("a/", n/2)) },
		"next":   func(n int) { page.get("/signin?next=/" + strings.Repeat("%25", n/3)) },
	}
	const small = 32 << 10
	for name, do := range cases {
		measure := func(n int) time.Duration {
			best := time.Duration(math.MaxInt64)
			for range 3 {
				from := time.Now()
				do(n)
				best = min(best, time.Since(from))
			}
			return best
		}
		do(small)
		few, many := measure(small), measure(8*small)
		// Below a hundredth of a second everything is overhead, and no square hides there at a quarter of a megabyte.
		if many > 100*time.Millisecond && many > 40*few {
			t.Errorf("%s: %v for %d bytes, %v for %d", name, few, small, many, 8*small)
		}
	}
}

// Row 42, slow clients (net/http CVE-2026-56853, Gogs CVE-2026-52814): heads that never end are let go, and meanwhile others
// are answered. Hundreds here; thousands in the load tests of sec/harden.
func TestRow42SlowClients(t *testing.T) {
	u := own(t)
	addr := u.serve(t)
	var held []net.Conn
	defer func() {
		for _, c := range held {
			c.Close()
		}
	}()
	for i := range 300 {
		c, err := net.Dial("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		held = append(held, c)
		io.WriteString(c, []string{"GET / HTTP/1.1\r\nHost: x\r\n", "G", "", "POST /signin HTTP/1.1\r\nHost: x\r\nX-"}[i%4])
	}
	for range 5 { // meanwhile
		res, err := http.Get("http://" + addr + "/signin")
		if err != nil || res.StatusCode != 200 {
			t.Fatalf("while slow clients hold on: %v", err)
		}
		res.Body.Close()
	}
	for i, c := range held {
		c.SetReadDeadline(time.Now().Add(90 * time.Second))
		if _, err := io.Copy(io.Discard, c); err != nil && !strings.Contains(err.Error(), "reset") {
			t.Fatalf("connection %d is still held: %v", i, err)
		}
	}
}

// The head of a request is bounded before anything reads it: as many cookies, parameters or headers as one likes are
// refused by the server itself.
func TestRow41HeadBounds(t *testing.T) {
	u := own(t)
	addr := u.serve(t)
	for name, head := range map[string]string{"cookies": "Cookie: " + strings.Repeat("a=b; ", 10_000), "headers": strings.Repeat("X-A: b\r\n", 10_000) + "X-B: c", "one header": "X-A: " + strings.Repeat("a", 1<<20)} {
		c, err := net.Dial("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		c.SetDeadline(time.Now().Add(60 * time.Second))
		go io.WriteString(c, "GET /signin HTTP/1.1\r\nHost: x\r\n"+head+"\r\n\r\n")
		res, err := http.ReadResponse(bufio.NewReader(c), nil)
		if err == nil && res.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
			t.Errorf("%s: %d", name, res.StatusCode)
		}
		c.Close()
	}
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(60 * time.Second))
	go io.WriteString(c, "GET /signin?"+strings.Repeat("a=b&", 100_000)+" HTTP/1.1\r\nHost: x\r\n\r\n")
	if res, err := http.ReadResponse(bufio.NewReader(c), nil); err == nil && res.StatusCode < 400 {
		t.Errorf("100,000 parameters: %d", res.StatusCode)
	}
}
