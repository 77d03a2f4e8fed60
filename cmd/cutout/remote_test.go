package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"cutout/internal/casework"
	"cutout/internal/wording"
)

// bench is a unit on this machine whose commands a test runs in this process.
type bench struct {
	t   *testing.T
	dir string
}

func (b *bench) file(name, text string) string {
	b.t.Helper()
	path := filepath.Join(b.dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		b.t.Fatal(err)
	}
	return path
}

// run does one command as the program would.
func (b *bench) run(who string, words ...string) (out, said string, code int) {
	b.t.Helper()
	var o, e bytes.Buffer
	s := &session{ctx: b.t.Context(), words: wording.For("en"), out: &o, err: &e}
	var all commands
	parser, err := newParser(&all, s)
	if err != nil {
		b.t.Fatal(err)
	}
	parsed, err := parser.Parse(append(words, "--data", filepath.Join(b.dir, "unit"), "-o", who, "--passphrase-file", filepath.Join(b.dir, "pass")))
	if err != nil {
		b.t.Fatalf("%v: %v", words, err)
	}
	s.settings = all.settings
	code = s.fail(parsed.Run(s))
	return o.String(), e.String(), code
}

func (b *bench) must(who string, words ...string) string {
	b.t.Helper()
	out, said, code := b.run(who, words...)
	if code != exitDone {
		b.t.Fatalf("%v: %d %s", words, code, said)
	}
	return strings.TrimSpace(out)
}

// newBench is a unit with three approvers, an analyst, and a source whose identity is sealed to the registrar.
func newBench(t *testing.T) (b *bench, src string) {
	b = &bench{t, t.TempDir()}
	b.file("pass", "a passphrase of the account")
	b.must("root", "init", "--name", "Unit", "--administrator", "root")
	desk := b.must("root", "compartment", "open", "Port")
	for name, duty := range map[string]string{"amal": "registrar", "badr": "authorizing", "ceren": "controller", "dunya": "analyst"} {
		b.must("root", "officer", "add", name, "--clearance", "SECRET", "--duty", duty, "--new-passphrase-file", filepath.Join(b.dir, "pass"))
		b.must("root", "compartment", "grant", name, desk)
	}
	naming := b.must("amal", "custody", "approvers", "amal", "badr", "ceren", "--reason", "first naming")
	b.must("badr", "custody", "confirm", naming)
	src = b.must("amal", "source", "register", "--desk", desk, "-f", b.file("source.yaml",
		"category: AGENT\nstate: proposed\nidentity_kind: known\nservice_contact: direct\nlawful_origin: walked in\nidentity: {names: [{full: Zephyrine Quackenbush}]}\n"))
	b.must("amal", "source", "assign", src, "--who", "dunya", "--duty", "analyst")
	return b, src
}

// wire is a reverse proxy before a server that keeps what crosses it.
type wire struct {
	mu  sync.Mutex
	all bytes.Buffer
}

func (w *wire) keep(b []byte) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.all.Write(b)
}

func (w *wire) before(t *testing.T, address string) string {
	t.Helper()
	to, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(to)
	proxy.ModifyResponse = func(r *http.Response) error {
		b, err := io.ReadAll(r.Body)
		w.keep(b)
		r.Body = io.NopCloser(bytes.NewReader(b))
		return err
	}
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		w.keep(b)
		r.Body = io.NopCloser(bytes.NewReader(b))
		proxy.ServeHTTP(rw, r)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// TestAway: approvers and the requester work on machines of their own. What crosses the wire holds no name, no passphrase of
// a key file and no key that opens one.
func TestAway(t *testing.T) {
	b, src := newBench(t)
	address, _, stop := started(t, (&serve{Addr: "127.0.0.1:0"}).Run, &session{settings: settings{Data: filepath.Join(b.dir, "unit")}})
	defer func() {
		if err := stop(); err != nil {
			t.Error(err)
		}
	}()
	var crossed wire
	server := crossed.before(t, address)
	own := b.file("own", "a passphrase that no server hears")
	key := func(who string) []string {
		path := filepath.Join(b.dir, who+".json")
		b.must(who, "key-file", "--server", server, "--out", path, "--new-passphrase-file", own)
		return []string{"--server", server, "--key-file", path, "--key-passphrase-file", own}
	}
	badr, ceren, dunya, amal := key("badr"), key("ceren"), key("dunya"), key("amal")

	out := b.must("amal", append([]string{"unmask", src, "--reason", "a check"}, amal...)...)
	if !strings.Contains(out, "Zephyrine Quackenbush") {
		t.Errorf("one's own: %s", out)
	}
	if _, said, code := b.run("dunya", append([]string{"unmask", src, "--reason", "a look"}, dunya...)...); code != exitRefused {
		t.Errorf("what is not sealed to her: %d %s", code, said)
	}
	req := b.must("dunya", "opening", "ask", src, "--purpose", "court order 7")
	var shown struct{ Compare string }
	if err := json.Unmarshal([]byte(b.must("dunya", "opening", "show", req, "--format", "json")), &shown); err != nil {
		t.Fatal(err)
	}
	approve := func(who string, digits string, at []string) (string, int) {
		_, said, code := b.run(who, append([]string{"opening", "approve", req, "--compare", digits}, at...)...)
		return said, code
	}
	away := b.must("dunya", append([]string{"opening", "show", req, "--format", "json"}, dunya...)...)
	if !strings.Contains(away, shown.Compare) {
		t.Errorf("her own machine computes other digits: %s", away)
	}
	if out, said, code := b.run("badr", append([]string{"opening", "approve", req}, badr...)...); code != exitUsage || !strings.Contains(out, shown.Compare) {
		t.Errorf("nothing was compared: %d %s %s", code, out, said)
	}
	if said, code := approve("badr", "1234 5678 9abc def0 1234", badr); code != exitRefused || !strings.Contains(said, shown.Compare) {
		t.Errorf("other digits: %d %s", code, said)
	}
	if said, code := approve("badr", shown.Compare, ceren); code == exitDone {
		t.Errorf("with a colleague's key file: %s", said)
	}
	if said, code := approve("badr", shown.Compare, badr); code != exitDone {
		t.Fatalf("one: %d %s", code, said)
	}
	open := append([]string{"unmask", "--request", req}, dunya...)
	if out, said, code := b.run("dunya", open...); code != exitRefused || out != "" {
		t.Errorf("one is enough: %d %s %s", code, out, said)
	}
	if said, code := approve("ceren", shown.Compare, ceren); code != exitDone {
		t.Fatalf("two: %d %s", code, said)
	}
	if out := b.must("dunya", open...); !strings.Contains(out, "Zephyrine Quackenbush") {
		t.Errorf("opened: %s", out)
	}
	if out, said, code := b.run("dunya", open...); code != exitRefused || out != "" || !strings.Contains(said, "decided already") {
		t.Errorf("twice: %d %s %s", code, out, said)
	}
	if _, said, code := b.run("dunya", append([]string{"unmask", "--request", "../../session"}, dunya...)...); code != exitNotFound {
		t.Errorf("an id that is none: %d %s", code, said)
	}
	var f casework.KeyFile
	raw, err := os.ReadFile(filepath.Join(b.dir, "dunya.json"))
	if err != nil || json.Unmarshal(raw, &f) != nil {
		t.Fatal(err)
	}
	seen := crossed.all.String()
	if !strings.Contains(seen, "a passphrase of the account") {
		t.Fatal("the wire was not watched")
	}
	for what, s := range map[string]string{"the name": "Quackenbush", "the key file's passphrase": "no server hears", "the key under it": base64.StdEncoding.EncodeToString(f.Private)[:64]} {
		if strings.Contains(seen, s) {
			t.Errorf("%s crossed the wire", what)
		}
	}
}

// TestAwayGoesNowhereElse: a redirect is not followed, and a passphrase goes to no second place.
func TestAwayGoesNowhereElse(t *testing.T) {
	b := &bench{t, t.TempDir()}
	b.file("pass", "a passphrase of the account")
	asked := 0
	second := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked++ }))
	defer second.Close()
	for _, status := range []int{301, 302, 307, 308, 200} {
		first := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Location", second.URL+r.URL.Path)
			w.WriteHeader(status)
		}))
		if _, said, code := b.run("amal", "key-file", "--server", first.URL, "--out", filepath.Join(b.dir, "key.json")); code == exitDone || asked > 0 {
			t.Errorf("%d: %d %s", status, code, said)
		}
		first.Close()
	}
	for _, server := range []string{"http://192.0.2.1", "https://user:word@127.0.0.1", "https://127.0.0.1/path", "file:///etc/passwd", "127.0.0.1:80", "https://", ""} {
		c := atServer{Server: server}
		s := &session{ctx: t.Context(), words: wording.For("en"), settings: settings{Officer: "amal", PassphraseFile: filepath.Join(b.dir, "pass")}}
		if _, err := s.remote(c.Server); s.failCode(err) != exitUsage {
			t.Errorf("%q: %v", server, err)
		}
	}
}

func (s *session) failCode(err error) int {
	if err == nil {
		return exitDone
	}
	_, code := s.worded(err)
	return code
}

// speakers are the files that may begin a connection, with the reason.
var speakers = map[string]string{"cmd/cutout/remote.go": "an officer's own machine speaks to his unit's server, when he names it",
	"internal/provider/provider.go": "the provider of identities that serve was told of, and no other host",
	"internal/witness/http.go":      "a witness of the log, when an officer names it"}

// TestOneClient: nothing else in the program can begin a connection to another machine.
func TestOneClient(t *testing.T) {
	begins := regexp.MustCompile(`http\.(Client\{|DefaultClient|DefaultTransport|Transport\{|Get\(|Post\(|PostForm\(|Head\()|net\.(Dial\w*\(|Dialer\{)|tls\.Dial\w*\(`)
	used := map[string]bool{}
	for _, dir := range []string{"cmd", "internal"} {
		err := filepath.WalkDir(filepath.Join("..", "..", dir), func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
				return err
			}
			b, err := os.ReadFile(name)
			if err != nil {
				return err
			}
			if found := begins.Find(b); found != nil {
				short := strings.TrimPrefix(filepath.ToSlash(name), "../../")
				used[short] = true
				if speakers[short] == "" {
					t.Errorf("%s can begin a connection (%s); name it in speakers with the reason, or do without", short, found)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for name := range speakers {
		if !used[name] {
			t.Errorf("%s begins no connection", name)
		}
	}
}
