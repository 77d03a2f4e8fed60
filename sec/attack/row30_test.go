package attack

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// Row 30, a header that switches checks off (OpenCTI PYSEC-2026-3445), static half: every place where the program reads a
// header of a request, its host or where it came from, is on this list.
func TestRow30HeadersRead(t *testing.T) {
	allowed := map[string][]string{"Accept-Encoding": {"internal/web/assets/assets.go"}, "Accept-Language": {"internal/web/session.go", "internal/api/problem.go"},
		"Authorization": {"internal/api/session.go"}, "Content-Type": {"internal/api/api.go", "internal/witness/http.go"}} // a witness's answer, which the caller reads
	found := 0
	for name, src := range census(t).sources {
		f, err := parser.ParseFile(token.NewFileSet(), name, src, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			var header ast.Expr
			switch n := n.(type) {
			case *ast.CallExpr: // r.Header.Get("X"), r.Header.Values("X")
				if s, ok := n.Fun.(*ast.SelectorExpr); ok && (s.Sel.Name == "Get" || s.Sel.Name == "Values") && endsIn(s.X, "Header") && len(n.Args) == 1 {
					header = n.Args[0]
				}
			case *ast.IndexExpr: // r.Header["X"]
				if endsIn(n.X, "Header") {
					header = n.Index
				}
			case *ast.RangeStmt:
				if endsIn(n.X, "Header") {
					t.Errorf("%s walks all headers of a request", name)
				}
			case *ast.SelectorExpr:
				if x, ok := n.X.(*ast.Ident); ok && (x.Name == "r" || x.Name == "req" || x.Name == "request") && (n.Sel.Name == "RemoteAddr" || n.Sel.Name == "Host" || n.Sel.Name == "TLS" || n.Sel.Name == "Referer") {
					t.Errorf("%s reads %s of a request", name, n.Sel.Name)
				}
			}
			if header == nil {
				return true
			}
			found++
			l, ok := header.(*ast.BasicLit)
			if !ok {
				t.Errorf("%s reads a header named by a variable", name)
				return true
			}
			h, _ := strconv.Unquote(l.Value)
			if !slices.Contains(allowed[h], name) {
				t.Errorf("%s reads the header %s: say in this test why no check can depend on it", name, h)
			}
			return true
		})
	}
	if found < 5 {
		t.Errorf("only %d reads of headers were found: the test does not know how the program reads them", found)
	}
}

// endsIn reports whether an expression is a selection of the name: x.Header, c.r.Header.
func endsIn(e ast.Expr, name string) bool {
	s, ok := e.(*ast.SelectorExpr)
	return ok && s.Sel.Name == name
}

// magic are 500 headers by which some program was told to trust, to skip or to be somebody else.
func magic(u *unit) map[string]string {
	out := map[string]string{}
	root := u.who["root"]
	for _, h := range strings.Fields(`X-WEBAUTH-USER X-Forwarded-User X-Remote-User Remote-User X-Auth-Request-User X-Authenticated-User X-User X-User-Id X-Username X-Email X-Admin X-Is-Admin X-Role X-Roles
		X-Groups X-Org-Id X-Tenant X-Impersonate X-Impersonate-User Impersonate-User Impersonate-Group Sudo X-Sudo X-Act-As X-On-Behalf-Of synchronized-upsert previous-standard-id opencti-synchronized X-Bypass X-Skip-Auth
		X-No-Auth X-Internal X-Internal-Request X-Debug X-Test X-Dev X-Trusted X-Trust X-Local X-Cluster X-Service X-Api-Key Api-Key X-Token X-Auth-Token X-Access-Token X-Vault-Token X-Csrf-Token X-Xsrf-Token
		X-Original-URL X-Rewrite-URL X-Original-Method X-HTTP-Method X-HTTP-Method-Override X-Method-Override X-Forwarded-For X-Forwarded-Host X-Forwarded-Proto X-Forwarded-Prefix X-Forwarded-Server X-Forwarded-Port
		Forwarded X-Real-IP X-Client-IP True-Client-IP CF-Connecting-IP X-Originating-IP X-Remote-IP X-Remote-Addr X-Host X-Middleware-Subrequest X-Nextjs-Data X-Requested-With HX-Request HX-Boosted HX-Target HX-Trigger
		HX-Current-URL X-Purpose Purpose Sec-Purpose X-Compartment X-Label X-Clearance X-Scope X-Markings X-Level X-Duty X-Officer X-Unit Prefer Expect-CT DNT Pragma Cache-Control If-None-Match If-Modified-Since Range Via
		SOAPAction X-Amz-Security-Token X-Goog-Iap-Jwt-Assertion X-Ms-Client-Principal X-Ms-Client-Principal-Name X-Endpoint-API-UserInfo X-Consumer-Username X-Credential-Username X-Kong-Admin Proxy-Authorization
		X-Accel-Redirect X-Sendfile X-Lighttpd-Send-File Destination Depth Overwrite Translate X-Override X-Force X-Admin-Override X-Feature X-Experiment X-Replay X-Import X-Migrate X-Restore X-Sync`) {
		out[h] = root.Name
	}
	for i := 0; len(out) < 500; i++ {
		out[fmt.Sprintf("X-%s-%s-%d", []string{"Cutout", "Auth", "Skip", "Allow", "As"}[i%5], []string{"User", "Check", "Scope", "Root", "All"}[i/5%5], i)] = []string{"1", "true", "root", root.ID.String(), u.north.desk.String()}[i%5]
	}
	return out
}

// Row 30, dynamic half: every route of both porches with 500 such headers at once answers as without them, to somebody
// signed in and to nobody. (A difference would then be looked for header by header.)
func TestRow30MagicHeaders(t *testing.T) {
	u := ours(t)
	headers := magic(u)
	var pairs []string
	for k, v := range headers {
		pairs = append(pairs, k, v)
	}
	if len(pairs) != 1000 {
		t.Fatalf("%d headers", len(pairs)/2)
	}
	tried := 0
	for _, who := range []string{"low", ""} {
		for _, p := range u.both(t, "low") {
			if who == "" {
				p = &port{u: u, name: "nobody", html: p.html, h: p.h}
			}
			for _, r := range p.routes() {
				if strings.HasPrefix(r.pattern, "/sign") || r.pattern == "/account/codes" || r.pattern == "/session" || strings.HasPrefix(r.name, "draft.keep") || strings.Contains(r.pattern, "/log") {
					continue // a log grows by every look at it; a seed for codes is drawn anew at each
				}
				var paths []string
				if r.method == "GET" {
					paths = addresses(r, u.north)
					paths = append(paths[:min(1, len(paths))], addresses(r, u.south)[:min(1, len(addresses(r, u.south)))]...)
				} else if who == "" || len(holes(r.pattern)) > 0 {
					paths = []string{fill(r.pattern, u.north.of(r.noun()), u.north.ids["off"], "handler")}
				}
				for _, path := range paths {
					body := ""
					if r.method != "GET" {
						body = p.body(t, r, u.north)
					}
					tried++
					if without, with := p.send(r.method, path, body).whole(), p.send(r.method, path, body, pairs...).whole(); with != without {
						t.Errorf("%s: %s %s answers otherwise with magic headers:\n%s", p, r.method, path, difference(without, with))
					}
				}
			}
		}
	}
	if tried < 200 {
		t.Errorf("only %d requests were tried", tried)
	}
}

// Row 32, mass assignment (IRIS CVE-2026-22783): every body of the interface with the name of every column, of every field
// of a record that is not its writer's to set, and nested ones, is refused with the field named; forms and drafts in files
// change nothing by them.
func TestRow32MassAssignment(t *testing.T) {
	u := own(t)
	names := columns(t)
	names = append(names, "admin", "is_closed", "reach", "is_admin", "role_id", "duties", "clearance", "compartment_id", "releasable_to", "originator_id", "created", "created_by", "approved_by_id", "state_id", "issuer", "acknowledged_by", "_id", "__proto__", "constructor")
	p := u.machine(t, "low")
	tried := 0
	for _, r := range p.routes() {
		if !r.body || personal(r.pattern) || r.name == "verify-log" {
			continue
		}
		sound := u.bodies(u.south)[r.name]
		path := fill(r.pattern, u.south.of(r.noun()))
		for _, name := range names {
			if _, has := sound[name]; has || plausible[name] {
				continue
			}
			for _, v := range []any{"x", object{"id": "x"}} {
				body := object{}
				for k, x := range sound {
					body[k] = x
				}
				body[name] = v
				tried++
				if a := p.send(r.method, path, mustJSON(t, body)); a.status != 422 || !a.has("api.unknown-field") || !a.has(name) {
					t.Errorf("%s %s with %q: %d %.300s", r.method, r.pattern, name, a.status, a.body)
				}
			}
		}
		for k, v := range sound { // and inside what the body has
			if inner, ok := v.(object); ok {
				inner["label"] = "x"
				if a := p.send(r.method, path, mustJSON(t, sound)); a.status != 422 || !a.has("#/"+k+"/label") {
					t.Errorf("%s %s with %s.label: %d %.300s", r.method, r.pattern, k, a.status, a.body)
				}
			}
		}
	}
	if tried < 2000 {
		t.Errorf("only %d bodies were tried", tried)
	}
	// A form with all of them registers what it would without.
	keeper := u.page(t, "keeper")
	register := func(more url.Values) string {
		form := url.Values{}
		flatten(form, "", u.bodies(u.south)["register-source"])
		for k, v := range more {
			form[k] = v
		}
		a := keeper.send("POST", "/sources/new", form.Encode())
		id := anyID.FindString(a.header.Get("Location"))
		if a.status != 303 || id == "" {
			t.Fatalf("register: %d %s", a.status, text(a.body))
		}
		return shapeOf(u.machine(t, "keeper").get("/sources/" + id).body)
	}
	more := url.Values{}
	for _, name := range names {
		if !plausible[name] && name != "compartments" {
			more[name], more["label."+name], more["identity."+name] = []string{u.north.desk.String()}, []string{"x"}, []string{"x"}
		}
	}
	if plain, loaded := register(nil), register(more); plain != loaded {
		t.Errorf("fields a form does not have change what it makes:\n%s", difference(plain, loaded))
	}
	// A file given to a command is refused with the field named.
	file := u.write(t, "draft.yaml", "category: AGENT\nlabel: x\nrights: all\n")
	if r := u.run(t, "keeper", "source", "register", "--file", file); r.code != 5 || !strings.Contains(r.side, "label") || !strings.Contains(r.side, "rights") {
		t.Errorf("a file with fields of no draft: exit %d %s", r.code, r.side)
	}
}

// plausible are columns whose names are also fields of some draft: kind of party, name of an officer, officer of a role…
var plausible = map[string]bool{"kind": true, "name": true, "officer": true, "source": true, "subject": true, "rule": true, "at": true, "body": true, "identity": true, "parent": true, "level": true,
	"report": true, "object": true, "act": true, "on": true, "of": true, "duties": true, "clearance": true, "unit": true, "desk": true, "key": true, "t": true, "child": true, "value": true, "data": false,
	"releasable": true, "state": true, "originator": true, "issuer": true, "reason": true}

var codeNames = regexp.MustCompile(`"code_name":"[^"]*"`)

// shapeOf is an answer without ids, references, code names and moments.
func shapeOf(b []byte) string {
	return codeNames.ReplaceAllString(digits.ReplaceAllString(refs.ReplaceAllString(anyID.ReplaceAllString(string(b), "ID"), "REF"), "0"), "CODE")
}
