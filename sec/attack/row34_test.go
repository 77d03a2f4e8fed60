package attack

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// vectors are ways by which text became script somewhere; MARK is the payload's own mark.
var vectors = []string{
	`<script>alert('MARK')</script>`, `<script src=//x/MARK></script>`, `<img src=x onerror=alert('MARK')>`, `<svg onload=alert('MARK')>`, `<svg/onload=alert('MARK')>`, `<body onload=alert('MARK')>`, `<iframe srcdoc="<script>alert('MARK')</script>">`,
	`<iframe src="javascript:alert('MARK')">`, `<a href="javascript:alert('MARK')">MARK</a>`, `javascript:alert('MARK')`, `data:text/html,<script>alert('MARK')</script>`, `<details open ontoggle=alert('MARK')>`, `<math><mtext></form><form><mglyph><style></math><img src onerror=alert('MARK')>`,
	`<video><source onerror=alert('MARK')>`, `<input autofocus onfocus=alert('MARK')>`, `<marquee onstart=alert('MARK')>`, `<object data="javascript:alert('MARK')">`, `<embed src="javascript:alert('MARK')">`, `<form action="javascript:alert('MARK')"><button>MARK`,
	`<button formaction="javascript:alert('MARK')">MARK`, `<link rel=stylesheet href=//x/MARK>`, `<style>@import '//x/MARK'</style>`, `<base href=//x/MARK/>`, `<meta http-equiv=refresh content="0;url=javascript:alert('MARK')">`, `<template><script>alert('MARK')</script></template>`,
	`{{constructor.constructor('alert(1)MARK')()}}`, `{{.MARK}}`, `${alert('MARK')}`, `<%= MARK %>`, `<div hx-get=/signout hx-trigger=load>MARK`, `<div data-hx-on:load="alert('MARK')">`, `<p data-key=new>MARK</p>`, `<img src='x' onerror='alert("MARK")'>`,
	`<noscript><p title="</noscript><img src=x onerror=alert('MARK')>">`, `<xmp><img title="</xmp><img src=x onerror=alert('MARK')>">`, `<svg><animate onbegin=alert('MARK') attributeName=x>`, `<svg><set href=#x to="javascript:alert('MARK')">`, `<isindex action=javascript:alert('MARK')>`,
	`&lt;script&gt;alert('MARK')&lt;/script&gt;`, `&#60;script&#62;alert('MARK')`, `\u003cscript\u003ealert('MARK')`, `%3Cscript%3Ealert('MARK')`, `<scr<script>ipt>alert('MARK')</scr</script>ipt>`, "<img src=`x`onerror=alert('MARK')>", `＜script＞alert('MARK')＜/script＞`,
	`[MARK](javascript:alert(1))`, `![MARK](x"onerror="alert(1))`, `<!--<img src="--><img src=x onerror=alert('MARK')>`, `<![CDATA[<script>alert('MARK')</script>]]>`, `<?xml-stylesheet href="javascript:alert('MARK')"?>`,
}

// breakouts lead out of the place a text stands in: an attribute, a text area, a title, a script, a comment.
var breakouts = []string{"", `">`, `'>`, `</textarea></title></script></style></option></select>`}

// payloads are 200 texts, each with its own mark.
func payloads() (out []string) {
	for _, b := range breakouts {
		for _, v := range vectors {
			out = append(out, b+strings.ReplaceAll(v, "MARK", fmt.Sprintf("zq%03dx", len(out))))
		}
	}
	return out
}

var allPayloads = payloads()

var mark = regexp.MustCompile(`zq\d\d\dx`)

// script finds what of a page would run or be fetched because of a payload.
func script(body string) (wrong []string) {
	for _, m := range mark.FindAllString(body, -1) {
		if n, err := strconv.Atoi(m[2:5]); err == nil && n < len(allPayloads) && strings.ContainsAny(allPayloads[n], `<>"'`) && strings.Contains(body, allPayloads[n]) {
			wrong = append(wrong, "as it was sent: "+allPayloads[n])
		}
	}
	all, bare, _ := read(body)
	if m := mark.FindString(bare); m != "" {
		at := strings.Index(bare, m)
		wrong = append(wrong, "outside of text and quotes: "+bare[max(0, at-80):min(len(bare), at+40)])
	}
	for _, t := range all {
		for k, v := range t.attr {
			if !mark.MatchString(v) {
				continue
			}
			switch {
			case strings.HasPrefix(k, "on"), k == "style", k == "srcdoc", k == "srcset", k == "http-equiv", strings.HasPrefix(k, "hx-"):
				wrong = append(wrong, fmt.Sprintf("<%s %s=%q>", t.name, k, v))
			case slices.Contains([]string{"href", "src", "action", "formaction", "data", "poster", "xlink:href", "background", "content", "data-autosave"}, k) && (!strings.HasPrefix(v, "/") && !strings.HasPrefix(v, "?") && !strings.HasPrefix(v, "#") || strings.HasPrefix(v, "//")):
				wrong = append(wrong, fmt.Sprintf("<%s %s=%q>", t.name, k, v))
			}
		}
	}
	return wrong
}

// dressed plays the whole story of a desk with payloads in every text, and gives its records.
func (u *unit) dressed(t testing.TB, all []string, from *int) side {
	t.Helper()
	s := side{desk: u.south.desk, word: "southward"}
	steps(t, func() {
		u.play(&s, "low", func(field, usual string, limit int) string {
			out := ""
			for len(out) < limit-120 {
				next := all[*from%len(all)]
				if len(out)+len(next)+1 > limit {
					break
				}
				*from++
				out += next + " "
				if limit < 1000 {
					break
				}
			}
			if out == "" {
				return usual
			}
			return strings.TrimSpace(out)
		})
	})
	return s
}

// Row 34, stored and reflected script (BAY-01-008, -034, -039, goldmark CVE-2026-5160, html/template CVE-2026-39826): 200
// payloads in every text of every record and every field of every form, seen on every page by everybody who may. Without a
// browser: a payload's mark stands in text or in a quoted attribute that runs nothing, and nowhere else.
func TestRow34StoredScript(t *testing.T) {
	u := own(t)
	all := payloads()
	if len(all) != 200 {
		t.Fatalf("%d payloads", len(all))
	}
	n, plays := 0, 1
	if long() {
		plays = 20
	}
	seen := map[string]bool{}
	look := func(p *port, path string, a answer) {
		for _, m := range mark.FindAllString(string(a.body), -1) {
			seen[m] = true
		}
		if wrong := script(string(a.body)); len(wrong) > 0 {
			t.Errorf("%s: %s: %q", p, path, wrong[:min(3, len(wrong))])
		}
		if kind := a.header.Get("Content-Type"); len(a.body) > 0 && !strings.HasPrefix(kind, "text/html; charset=utf-8") && !(kind == "application/json" && strings.HasPrefix(a.header.Get("Content-Disposition"), "attachment")) { // a file to keep is no page
			t.Errorf("%s: %s is %s", p, path, kind)
		}
	}
	for range plays {
		s := u.dressed(t, all, &n)
		for _, c := range []string{all[n%200], all[(n+1)%200]} {
			u.machine(t, "root").send("POST", "/compartments", mustJSON(t, object{"name": c}))
		}
		for _, who := range []string{"low", "keeper", "customer", "release"} {
			p := u.page(t, who)
			for _, r := range p.routes() {
				if r.method == "GET" && !personal(r.pattern) {
					for _, path := range addresses(r, s) {
						look(p, path, p.get(path))
					}
				}
			}
			look(p, "search", p.get("/search?words=any&q="+url.QueryEscape("script alert img svg")))
		}
		for _, arabic := range []string{"/reports/" + s.ids["rep"], "/sources/" + s.ids["src"], "/", "/contacts/" + s.ids["con"]} {
			p := u.page(t, "low")
			look(p, arabic, p.get(arabic, "Cookie", p.auth[1]+"; lang=ar"))
		}
	}
	if len(seen) < 190 || n < 200 {
		t.Errorf("only %d of 200 payloads were shown, %d texts were written", len(seen), n)
	}
	// Reflected: every field of every form, shown again with its faults, and as a draft.
	clear(seen)
	p := u.page(t, "low")
	forms := 0
	for _, r := range p.routes() {
		if r.method != "POST" || personal(r.pattern) || strings.HasPrefix(r.name, "draft.keep") {
			continue
		}
		path := fill(r.pattern, u.south.of(r.noun()))
		form, err := url.ParseQuery(p.body(t, r, u.south))
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range tags(string(p.get(path).body)) {
			if x.attr["name"] != "" && x.attr["name"] != "do" {
				form[x.attr["name"]] = nil
			}
		}
		for _, do := range []string{"finish", "add-item"} {
			for k := range form {
				n++
				form[k] = []string{all[n%200]}
			}
			form.Set("do", do)
			forms++
			a := p.send("POST", path, form.Encode())
			look(p, "POST "+path, a)
			p.send("POST", "/drafts"+path, form.Encode())
			look(p, "GET "+path, p.get(path))
			look(p, "GET /", p.get("/"))
		}
	}
	for _, r := range p.routes() {
		if r.method != "GET" {
			continue
		}
		q := url.Values{}
		for _, k := range strings.Fields("q source after cursor known as_known act kind object cites about next back words limit sort requirement contact report item release copy notice officer draft_of title flash lang theme error past from to") {
			n++
			q[k] = []string{all[n%200]}
		}
		path := fill(r.pattern, u.south.of(r.noun()))
		look(p, r.pattern+"?", p.get(path+"?"+q.Encode()))
		if len(holes(r.pattern)) > 0 && !long() {
			continue
		}
		for _, k := range []string{"q", "known", "act", "next", "cites", "about", "source"} { // alone, so that none hides behind the fault of another
			n++
			look(p, r.pattern+"?"+k, p.get(path+"?"+k+"="+url.QueryEscape(all[n%200])))
		}
		look(p, r.pattern, p.get(fill(r.pattern, url.PathEscape(all[n%200]))))
	}
	if forms < 40 || len(seen) < 150 {
		t.Errorf("%d forms were sent and %d payloads came back: nothing is proved", forms, len(seen))
	}
}

// TestScriptIsSeen shows that the reader of pages would see each payload if it stood there as it is.
func TestScriptIsSeen(t *testing.T) {
	for _, v := range payloads() {
		if strings.ContainsAny(v, `<>"'`) && len(script("<html><p>"+v+"</p>")) == 0 {
			t.Errorf("%s is not seen", v)
		}
	}
	for _, raw := range []string{`<img src=x onerror=alert('zq001x')>`, `<a href="javascript:alert('zq001x')">`, `<p style="zq001x">`, `<a href="//x/zq001x">`, `<b zq001x>`, `<script>zq001x</script>`, `<!-- zq001x -->`} {
		if len(script(raw)) == 0 {
			t.Errorf("%s is not seen", raw)
		}
	}
	for _, fine := range []string{`<p title="&#34;zq001x">zq001x &lt;b&gt;</p>`, `<a href="/search?q=zq001x">`, `<input value="javascript:zq001x">`} {
		if w := script(fine); len(w) > 0 {
			t.Errorf("%s is seen: %q", fine, w)
		}
	}
}

// Row 34 in a browser (CUTOUT_BROWSER=1): the same pages in Chromium, with every complaint of the page's policy gathered.
// No script runs, nothing is fetched from elsewhere, and the policy had nothing to stop.
func TestRow34Browser(t *testing.T) {
	if os.Getenv("CUTOUT_BROWSER") != "1" {
		t.Skip("browser tests run with CUTOUT_BROWSER=1")
	}
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("no chromium on the path")
	}
	u := own(t)
	all, n := payloads(), 0
	s := u.dressed(t, all, &n)
	var auth atomic.Value // the browser is signed in by the way to the server: who it is changes between pages
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/probe" { // script under the pages' own policy: the browser must complain
			w.Header().Set("Content-Security-Policy", u.page(t, "low").get("/").header.Get("Content-Security-Policy"))
			w.Header().Set("Content-Type", "text/html")
			fmt.Fprint(w, "<script>alert(1)</script><img src=x onerror=alert(1)>")
			return
		}
		r.Header.Set("Cookie", auth.Load().(string))
		u.pages.ServeHTTP(w, r)
	}))
	defer server.Close()
	alloc, stop := chromedp.NewExecAllocator(t.Context(), chromedp.ExecPath(path), chromedp.UserDataDir(t.TempDir()), chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true))
	defer stop()
	var mu sync.Mutex
	var heard []string
	halt := func() {}
	c, done := chromedp.NewContext(alloc, chromedp.WithListener(func(ev any) {
		mu.Lock()
		defer mu.Unlock()
		switch ev := ev.(type) {
		case *log.EventEntryAdded:
			// A page that is missing or refused says so; a form for another's passphrase has no name of the reader's own.
			if !strings.Contains(ev.Entry.Text, "status of 4") && !strings.HasPrefix(ev.Entry.Text, "[DOM] Password forms") {
				heard = append(heard, ev.Entry.Text)
			}
		case *runtime.EventExceptionThrown:
			heard = append(heard, "exception: "+ev.ExceptionDetails.Text)
		case *page.EventJavascriptDialogOpening:
			heard = append(heard, "dialog: "+ev.Message)
			halt()
		}
	}))
	defer done()
	halt = done
	if err := chromedp.Do(c, chromedp.Navigate(server.URL+"/probe")); err != nil {
		t.Fatal(err)
	}
	mu.Lock()
	if len(heard) == 0 {
		t.Error("script on a page is not heard of: nothing is proved")
	}
	heard = nil
	mu.Unlock()
	visited := 0
	for _, who := range []string{"low", "customer"} {
		p := u.page(t, who)
		auth.Store(p.auth[1])
		for _, r := range p.routes() {
			if r.method != "GET" || personal(r.pattern) {
				continue
			}
			for _, path := range addresses(r, s) {
				err := chromedp.Do(c, chromedp.Navigate(server.URL+path))
				visited++
				mu.Lock()
				if len(heard) > 0 {
					t.Errorf("%s as %s: %q", path, who, heard[:min(5, len(heard))])
					heard = nil
				}
				mu.Unlock()
				if err != nil && !strings.Contains(err.Error(), "net::ERR_") {
					t.Fatalf("%s: %v", path, err)
				}
			}
		}
	}
	if visited < 60 {
		t.Errorf("only %d pages were seen", visited)
	}
}
