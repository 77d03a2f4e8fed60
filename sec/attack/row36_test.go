package attack

import (
	"archive/zip"
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
)

// outward are the calls by which a Go program reaches another machine, by package.
var outward = map[string][]string{
	"net/http": {"Get", "Post", "PostForm", "Head", "DefaultClient", "Client", "Transport", "NewRequest", "NewRequestWithContext", "DefaultTransport"},
	"net": {"Dial", "DialTimeout", "Dialer", "DialTCP", "DialUDP", "DialUnix", "LookupHost", "LookupIP", "LookupAddr", "LookupMX", "LookupTXT", "LookupCNAME", "LookupNS", "LookupSRV", "LookupNetIP", "Resolver",
		"DefaultResolver", "ResolveTCPAddr", "ResolveUDPAddr", "ResolveIPAddr", "ListenUDP", "ListenPacket"},
	"net/smtp": {"*"}, "net/rpc": {"*"}, "net/http/httputil": {"NewSingleHostReverseProxy", "ReverseProxy"}, "os/exec": {"*"}, "crypto/tls": {"Dial", "Dialer", "DialWithDialer"}, "syscall": {"Connect", "Socket"},
	"golang.org/x/sys/unix": {"Connect", "Socket"}, "plugin": {"*"},
}

// mayCall are the places that reach out by their nature, with the reason.
var mayCall = map[string]string{
	"internal/provider/provider.go": "asks the sign-in provider the operator named, at addresses of its own documents only, https, bounded in time and size; rows 25 to 27",
	"internal/witness/http.go":      "sends a checkpoint to the witness named on the command line, and nothing of what is in the log",
	"cmd/cutout/remote.go":          "a command's own call to the unit's server named with --server; no server runs it",
	"internal/web/presence.go":      "writes a request to itself, which its own table of routes answers: no address is dialed",
}

// Row 36, requests made for an attacker (OpenCTI CVE-2026-21887, Gitea CVE-2026-58418, -58442, Mattermost CVE-2026-2455),
// static half: the program holds no call that fetches, dials, resolves or starts another program, but for those listed
// here with their reason. The database of the unit is reached by its driver, at the address its operator wrote down.
func TestRow36NoOutwardCalls(t *testing.T) {
	p := census(t)
	listens := 0
	for name, src := range p.sources {
		f, err := parser.ParseFile(token.NewFileSet(), name, src, 0)
		if err != nil {
			t.Fatal(err)
		}
		local := map[string]string{} // name in this file to package
		for _, im := range f.Imports {
			path, _ := strconv.Unquote(im.Path.Value)
			as := path[strings.LastIndexByte(path, '/')+1:]
			if im.Name != nil {
				as = im.Name.Name
			}
			local[as] = path
			if calls := outward[path]; len(calls) == 1 && calls[0] == "*" && mayCall[name] == "" {
				t.Errorf("%s imports %s: nothing of the program reaches out; if this must, list it in mayCall with its reason and attack it", name, path)
			}
		}
		ast.Inspect(f, func(n ast.Node) bool {
			s, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			x, ok := s.X.(*ast.Ident)
			if !ok {
				return true
			}
			path := local[x.Name]
			if path == "net" && (s.Sel.Name == "ListenConfig" || s.Sel.Name == "Listen") {
				listens++
			}
			if slices.Contains(outward[path], s.Sel.Name) && mayCall[name] == "" {
				t.Errorf("%s calls %s.%s: nothing of the program reaches out; if this must, list it in mayCall with its reason and attack it", name, path, s.Sel.Name)
			}
			return true
		})
	}
	for name := range mayCall {
		if p.sources[name] == "" {
			t.Errorf("%s is gone: take it out of mayCall", name)
		}
	}
	if listens == 0 {
		t.Error("the census does not see how the program listens")
	}
}

// Row 36, dynamic half: addresses of a listening trap in every text the unit takes. Nothing calls.
func TestRow36NothingCalls(t *testing.T) {
	u := own(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	var called atomic.Int32
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			called.Add(1)
			c.Close()
		}
	}()
	_, at, _ := net.SplitHostPort(l.Addr().String())
	urls := []string{"http://127.1:" + at + "/a", "http://[::ffff:127.0.0.1]:" + at + "/b", "http://2130706433:" + at + "/c", "https://127.0.0.1:" + at + "/d", "//127.0.0.1:" + at + "/e", "ftp://127.0.0.1:" + at + "/f",
		"<img src=http://127.0.0.1:" + at + "/g>", "![x](http://127.0.0.1:" + at + "/h)", "file:///etc/passwd", "\\\\127.0.0.1@" + at + "\\share", "http://localhost:" + at + "/i"}
	n := 0
	s := side{desk: u.south.desk, word: "southward"}
	steps(t, func() {
		u.play(&s, "low", func(field, usual string, _ int) string {
			if strings.HasPrefix(field, "claim.") || field == "party.name" || field == "use.to" || field == "authority.operation" || strings.HasSuffix(field, ".place") {
				return usual
			}
			n++
			return usual + " " + urls[n%len(urls)]
		})
		check(u.d.Settle(ctx))
	})
	for _, p := range u.both(t, "low") {
		for _, r := range p.routes() {
			if r.method == "GET" && !personal(r.pattern) {
				for _, path := range addresses(r, s) {
					p.get(path)
				}
			}
		}
	}
	for _, c := range [][]string{{"report", "show", s.ids["rep"]}, {"source", "show", s.ids["src"]}, {"watch", "list"}} {
		u.run(t, "low", c...)
	}
	if n < 30 || called.Load() > 0 {
		t.Errorf("%d texts held an address; the trap was called %d times", n, called.Load())
	}
}

// tree lists a directory's files with their modes and sizes of a kind.
func tree(t testing.TB, dir string) (out []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(dir, name)
		out = append(out, rel)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// Row 37, files read by an import (Gitea CVE-2026-58420, Mattermost CVE-2025-25279, BAY-01-004): drafts and imports that name
// files are texts and nothing else; a symbolic link in a bundle leads nowhere.
func TestRow37LocalFiles(t *testing.T) {
	u := own(t)
	secret := u.write(t, "secret.txt", "xq7secretzz")
	draft := func(text string) string {
		d := u.bodies(u.south)["file-report"]
		d["items"] = []object{{"text": text, "lang": "en", "basis": "direct", "scheme": "admiralty", "grade": "C3"}}
		return mustJSON(t, d)
	}
	inputs := map[string]string{
		"url.json": draft("file://" + secret), "at.json": draft("@" + secret), "dots.json": draft("../../../.." + secret), "template.json": draft(`{{file "` + secret + `"}} ${file:` + secret + `}`),
		"include.yaml": "contact: " + u.south.ids["con"] + "\ntitle: !include " + secret + "\nitems:\n - text: !!binary " + secret + "\n   lang: en\n   basis: direct\n",
		"tag.yaml":     "contact: " + u.south.ids["con"] + "\ntitle: !<tag:yaml.org,2002:file> " + secret + "\n",
		"xxe.yaml":     `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file://` + secret + `">]><x>&e;</x>`,
		"xxe.csv":      "contact,items.0.text,items.0.lang,items.0.basis\n" + u.south.ids["con"] + ",=WEBSERVICE(\"file://" + secret + "\"),en,direct\n",
		"lines.jsonl":  draft("file://"+secret) + "\n" + draft("@"+secret) + "\n",
	}
	taken := 0
	for name, content := range inputs {
		file := u.write(t, name, content)
		for _, c := range [][]string{{"report", "file", "--file", file}, {"report", "import", file}} {
			r := u.run(t, "low", c...)
			if strings.Contains(r.all(), "xq7secretzz") || strings.Contains(r.all(), "goroutine") {
				t.Errorf("%s by %v shows the file: %s", name, c, r.all())
			}
			if r.code == 0 {
				taken++
			}
		}
	}
	if taken < 4 {
		t.Errorf("only %d inputs were taken: the test proves little", taken)
	}
	for _, p := range u.both(t, "low") {
		a := p.get("/reports")
		if a.has("xq7secretzz") || p.get("/search?q=xq7secretzz").has("rep_") {
			t.Errorf("%s: a file of the machine stands in a record", p)
		}
	}
	// A bundle with links and ways out in it is no bundle, and writes nothing.
	key := u.write(t, "log.key", u.run(t, "inspector", "audit", "key").out)
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range []string{"../../escaped", "/tmp/escaped", "rows/../../../escaped", `..\escaped`, "checkpoint"} {
		h := &zip.FileHeader{Name: name}
		h.SetMode(fs.ModeSymlink | 0o777)
		w, err := z.CreateHeader(h)
		if err != nil {
			t.Fatal(err)
		}
		w.Write([]byte(secret))
	}
	z.Close()
	before := tree(t, u.dir)
	bundle := u.write(t, "links.zip", b.String())
	r := u.run(t, "inspector", "audit", "verify", "--bundle", bundle, "--key", key)
	os.Remove(bundle)
	if r.code == 0 || strings.Contains(r.all(), "xq7secretzz") {
		t.Errorf("a bundle of links: exit %d %s", r.code, r.all())
	}
	if after := tree(t, u.dir); !slices.Equal(slices.DeleteFunc(after, func(s string) bool { return strings.HasSuffix(s, ".passphrase") }), slices.DeleteFunc(before, func(s string) bool { return strings.HasSuffix(s, ".passphrase") })) {
		t.Errorf("a bundle wrote files: %v", after)
	}
}

// Row 38, names that lead out of a folder (Gogs CVE-2026-52811, Mattermost CVE-2025-8023, K3s CVE-2026-54250): whatever is
// named by somebody is data; no file of the unit gets its name from a request, an account or a draft.
func TestRow38Names(t *testing.T) {
	u := own(t)
	evil := []string{"../escaped", "..\\escaped", "/etc/escaped", "a\x00b", "....//escaped", "%2e%2e%2fescaped", strings.Repeat("é", 255), "CON", "nul.txt", ".", "..", "a/b", "a:b", "-rf", "~root", "$(id)", "`id`", "|id", "escaped/", "\u202eescaped", "C:\\escaped"}
	before := tree(t, u.dir)
	root, low, page := u.machine(t, "root"), u.machine(t, "low"), u.page(t, "low")
	for _, e := range evil {
		root.send("POST", "/officers", mustJSON(t, object{"name": e, "clearance": "SECRET", "duties": []string{"analyst"}, "passphrase": "a long passphrase"}))
		root.send("POST", "/compartments", mustJSON(t, object{"name": e}))
		low.send("POST", "/parties", mustJSON(t, object{"kind": "person", "name": e, "desk": u.south.desk.String()}))
		low.send("POST", "/reports", strings.Replace(mustJSON(t, u.bodies(u.south)["file-report"]), `"title":"t"`, `"series":"`+strings.NewReplacer(`\`, `\\`, "\x00", "").Replace(e)+`"`, 1))
		for _, r := range page.routes() {
			if strings.HasPrefix(r.name, "draft.keep") {
				q := page.request(r.method, "/drafts/x", "title="+e)
				q.URL.Path = "/drafts/" + e
				if a := page.do(q); a.status >= 500 {
					t.Errorf("a draft named %q: %d", e, a.status)
				} else if a.status == 204 {
					t.Errorf("a draft is kept under %q, which is no page", e)
				}
			}
		}
		for _, prefix := range []string{"/assets/", "/static/", "/", "/reports/"} {
			q := page.request("GET", "/", "")
			q.URL.Path = prefix + e
			if a := page.do(q); a.status == 200 && prefix == "/assets/" || a.status >= 500 || a.has("root:") {
				t.Errorf("GET %s%q: %d", prefix, e, a.status)
			}
		}
	}
	for _, e := range []string{"../../../../etc/passwd", "..%2f..%2fetc%2fpasswd", "assets/../../go.mod", "/etc/passwd"} {
		q := page.request("GET", "/", "")
		q.URL.Path = "/assets/" + e
		if a := page.do(q); a.has("root:") || a.has("module cutout") {
			t.Errorf("an asset named %q: %d", e, a.status)
		}
	}
	if after := tree(t, u.dir); !slices.Equal(after, before) {
		t.Errorf("names made files: %v", after)
	}
	// What a command writes it writes where it was told, and not through a link that waits there.
	target := u.write(t, "target", "kept")
	link := filepath.Join(u.dir, "out.zip.part")
	if err := os.Symlink(target, link); err != nil {
		t.Fatal(err)
	}
	u.run(t, "inspector", "audit", "bundle", "--out", filepath.Join(u.dir, "out.zip"))
	if b, err := os.ReadFile(target); err != nil || string(b) != "kept" {
		t.Errorf("a bundle was written through a symbolic link: %d bytes, %v", len(b), err)
	}
}

// Row 39, bombs (Coder CVE-2026-55078, OpenBao CVE-2026-39396, archive/zip CVE-2025-61728): archives that grow ten
// thousandfold, nested archives, aliases that double, ten thousand levels. Refused, in bounded memory.
func TestRow39Bombs(t *testing.T) {
	u := own(t)
	key := u.write(t, "log.key", u.run(t, "inspector", "audit", "key").out)
	good := filepath.Join(u.dir, "good.zip")
	if r := u.run(t, "inspector", "audit", "bundle", "--out", good); r.code != 0 {
		t.Fatal(r.side)
	}
	z, err := zip.OpenReader(good)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range z.File {
		names = append(names, f.Name)
	}
	z.Close()
	size := int64(256 << 20)
	if long() {
		size = 10 << 30
	}
	bombs := map[string]string{"flat": archive(t, names, size), "many": manyFiles(t), "nested": nested(t)}
	lies := []byte(archive(t, names, 1<<20))
	for i := range lies { // sizes of the directory say otherwise than the data
		if i+30 < len(lies) && string(lies[i:i+4]) == "PK\x01\x02" {
			copy(lies[i+24:], "\xff\xff\xff\x7f")
		}
	}
	bombs["lying"] = string(lies)
	for name, content := range bombs {
		file := u.write(t, name+".zip", content)
		if r, most := u.measured(t, "inspector", "audit", "verify", "--bundle", file, "--key", key); r.code == 0 || most > 700<<20 || strings.Contains(r.side, "goroutine") {
			t.Errorf("%s: exit %d with %d MiB: %.300s", name, r.code, most>>20, r.all())
		}
	}
	laughs := "a0: &a0 [lol,lol,lol,lol,lol,lol,lol,lol,lol]\n"
	for i := 1; i < 12; i++ {
		laughs += fmt.Sprintf("a%d: &a%d [%s]\n", i, i, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d,", i-1), 9), ","))
	}
	inputs := map[string]string{"laughs.yaml": laughs, "alias.yaml": "title: &x [*x]\n", "deep.yaml": strings.Repeat("[", 10_000), "deeper.yaml": strings.Repeat("- ", 10_000) + "x", "deep.json": `{"items":` + strings.Repeat("[", 10_000),
		"keys.yaml": strings.Repeat("{a: ", 10_000), "head.csv": strings.Repeat("items.0.text,", 20_000) + "x\n" + strings.Repeat("v,", 20_000) + "v\n", "place.csv": "contact,items.999999999.text\nx,y\n", "path.csv": strings.Repeat("a.", 20_000) + "b\nx\n",
		"merge.yaml": "x: &x {a: 1}\n" + strings.Repeat("<<: *x\n", 5_000), "quote.csv": `"` + strings.Repeat("x", 4<<20), "wide.jsonl": strings.Repeat("{}\n", 20_000)}
	for name, content := range inputs {
		file := u.write(t, name, content)
		for _, c := range [][]string{{"report", "file", "--file", file}, {"report", "import", file}} {
			if c[1] == "file" && strings.HasSuffix(name, "csv") {
				continue
			}
			if r, most := u.measured(t, "low", c...); r.code == 0 || most > 700<<20 || strings.Contains(r.side, "goroutine") || strings.Contains(r.side, "overflow") {
				t.Errorf("%s by %v: exit %d with %d MiB: %.400s", name, c, r.code, most>>20, r.all())
			}
		}
	}
}

// archive is a zip whose files each unpack to so many bytes.
func archive(t testing.TB, names []string, each int64) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	block := make([]byte, 1<<20)
	for i, name := range names {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		n := each
		if i > 0 && each > 1<<20 {
			n = 1 << 20
		}
		for ; n > 0; n -= int64(len(block)) {
			if _, err := w.Write(block); err != nil {
				t.Fatal(err)
			}
		}
	}
	z.Close()
	return b.String()
}

func manyFiles(t testing.TB) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := range 20_000 {
		if _, err := z.Create(fmt.Sprint("f", i)); err != nil {
			t.Fatal(err)
		}
	}
	z.Close()
	return b.String()
}

func nested(t testing.TB) string {
	t.Helper()
	inner := []byte("x")
	for range 50 {
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		w, err := z.CreateHeader(&zip.FileHeader{Name: "inner.zip", Method: zip.Store})
		if err != nil {
			t.Fatal(err)
		}
		w.Write(inner)
		z.Close()
		inner = b.Bytes()
	}
	return string(inner)
}
