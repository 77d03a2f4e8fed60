package api

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"cutout/internal/wording"

	"gopkg.in/yaml.v3"
)

func TestMainJobOverHTTP(t *testing.T) {
	w := mainJob(t)
	rep := w.as("analyst", "GET", "/reports/"+w.ids["report"], nil, 200)
	if rep["source"] != nil || rep["contact"] != nil {
		t.Errorf("the analyst is shown the source: %v", rep)
	}
	if rep["label"].(object)["level"] == "" || rep["ref"] == "" || rep["version"] != 1.0 || rep["known_from"] != "2026-03-02T09:00:00Z" {
		t.Errorf("head of a record: %v", rep)
	}
	if seen := w.as("handler", "GET", "/reports/"+w.ids["report"], nil, 200); seen["source"] != w.ids["source"] {
		t.Errorf("the handler is not shown his source: %v", seen)
	}
	if rep["recalls"] == nil {
		t.Error("the report carries no mark of its recall")
	}
	hits := w.as("analyst", "POST", "/search", object{"words": "حاويتان"}, 200)["items"].([]any)
	if len(hits) == 0 || !slices.ContainsFunc(hits, func(h any) bool { return h.(object)["id"] == w.ids["report"] }) {
		t.Errorf("search: %v", hits)
	}
	if c := w.as("customer", "GET", "/copies/"+w.ids["copy"], nil, 200); c["acknowledged"] != true || c["recalls"] == nil || c["officers"] != nil {
		t.Errorf("copy: %v", c)
	}
	p := w.as("customer", "GET", "/products/"+w.ids["product2"], nil, 200)
	mark := p["recalls"].([]any)[0].(object)
	w.as("customer", "POST", "/recalls/"+mark["id"].(string)+"/acknowledgment", nil, 204)
	n := w.as("release", "GET", "/notices/"+w.ids["notice"], nil, 200)
	if len(n["readers"].([]any)) == 0 {
		t.Errorf("notice: %v", n)
	}
	cov := w.as("manager", "GET", "/coverage", nil, 200)
	if cov["rows"].([]any)[0].(object)["answers"] != 1.0 {
		t.Errorf("coverage: %v", cov)
	}
	file := w.as("handler", "GET", "/sources/"+w.ids["source"], nil, 200)
	if file["sealed"] != true || file["in_force"] != w.ids["authority"] {
		t.Errorf("source: %v", file)
	}
	if b := w.raw("GET", "/sources/"+w.ids["source"], w.tokens["handler"], "").body; bytes.Contains(bytes.ToLower(b), []byte("quackenbush")) {
		t.Error("the file of the source names him")
	}
	if a := w.raw("GET", "/sources/"+w.ids["source"]+"?as_known=2026-03-01", w.tokens["handler"], ""); a.status != 404 {
		t.Errorf("as known before it was: %d", a.status)
	}
}

// Every look at a record answers the same bytes for a record the officer may not see, one that never was, and no id.
func TestHiddenIsMissing(t *testing.T) {
	w := mainJob(t)
	w.custody()
	hidden := map[string]string{"opening": w.ids["opening"], "proposal": w.ids["proposal"], "source": w.ids["source"], "authority": w.ids["authority"], "contact": w.ids["contact"], "requirement": w.ids["requirement"],
		"report": w.ids["report"], "release": w.ids["release"], "copy": w.ids["copy"], "product": w.ids["product"], "notice": w.ids["notice"], "object": w.ids["report"]}
	part := regexp.MustCompile(`\{(\w+)\}`)
	looked := 0
	for _, r := range Routes() {
		if r.Method != "GET" || !strings.Contains(r.Path, "{") {
			continue
		}
		name := part.FindStringSubmatch(r.Path)[1]
		h, ok := hidden[name]
		if !ok {
			if name != "number" {
				t.Errorf("%s: no hidden record to ask for", r.Path)
			}
			continue
		}
		looked++
		prefix, rest, _ := strings.Cut(h, "_")
		missing := prefix + "_" + strings.Repeat("0", len(rest)-2) + "50"
		for _, who := range []string{"outsider", "customer", "root"} {
			if who == "customer" && (name == "copy" || name == "product") {
				continue
			}
			first := answer{}
			for i, v := range []string{h, missing, strings.ToUpper(h), "no-id", "%2e%2e%2f", h + "0", w.ids["desk"]} {
				a := w.raw("GET", strings.Replace(r.Path, "{"+name+"}", v, 1), w.tokens[who], "")
				if i == 0 {
					first = a
					if a.status != 404 && a.status != 403 {
						t.Errorf("%s %s as %s: %d\n%s", r.Path, v, who, a.status, a.body)
					}
					if bytes.Contains(a.body, []byte(rest)) {
						t.Errorf("%s repeats the id", r.Path)
					}
				} else if a.status != first.status || !bytes.Equal(a.body, first.body) || !maps.EqualFunc(a.header, first.header, slices.Equal) {
					t.Errorf("%s as %s: hidden and %q differ:\n%d %v %s%d %v %s", r.Path, who, v, first.status, first.header, first.body, a.status, a.header, a.body)
				}
			}
		}
	}
	if looked < 9 {
		t.Errorf("only %d looks were tried", looked)
	}
	// What is listed is what may be seen.
	for _, path := range []string{"/sources", "/reports", "/contacts", "/releases", "/copies", "/products", "/notices", "/reports?source=" + w.ids["source"]} {
		if v := w.as("outsider", "GET", path, nil, 200); len(v["items"].([]any)) != 0 {
			t.Errorf("%s shows an outsider %v", path, v)
		}
	}
}

func TestNoTokenNoAnswer(t *testing.T) {
	w := newWorld(t)
	fill := regexp.MustCompile(`\{\w+\}`)
	for _, r := range Routes() {
		if r.Public {
			continue
		}
		path := fill.ReplaceAllString(r.Path, "x")
		for _, token := range []string{"", "x", strings.Repeat("A", 43), strings.Repeat("A", 44)} {
			a := w.raw(r.Method, path, token, "")
			if a.status != 401 || a.header.Get("WWW-Authenticate") == "" {
				t.Errorf("%s %s with token %q: %d", r.Method, path, token, a.status)
			}
		}
		a := w.raw(r.Method, path, "", "", "Cookie", "session="+w.tokens["root"], "X-Forwarded-User", "root", "X-WEBAUTH-USER", "root")
		if a.status != 401 || a.header.Get("Set-Cookie") != "" {
			t.Errorf("%s %s believes a header: %d", r.Method, path, a.status)
		}
	}
	if a := w.raw("GET", "/nothing/here", "", ""); a.status != 401 {
		t.Errorf("an address that is none, signed out: %d", a.status)
	}
	if a := w.raw("GET", "/nothing/here", w.tokens["root"], ""); a.status != 404 {
		t.Errorf("an address that is none: %d", a.status)
	}
}

func TestSessions(t *testing.T) {
	w := newWorld(t)
	if a := w.raw("POST", "/session", "", `{"name":"root","passphrase":"wrong wrong wrong"}`); a.status != 401 {
		t.Errorf("wrong passphrase: %d", a.status)
	}
	unknown := w.raw("POST", "/session", "", `{"name":"nobody","passphrase":"wrong wrong wrong"}`)
	wrong := w.raw("POST", "/session", "", `{"name":"root","passphrase":"wrong wrong wrong"}`)
	if !bytes.Equal(unknown.body, wrong.body) {
		t.Errorf("an unknown name answers otherwise:\n%s%s", unknown.body, wrong.body)
	}
	w.now = w.now.Add(14 * time.Minute)
	w.as("root", "GET", "/session", nil, 200)
	w.now = w.now.Add(14 * time.Minute) // used meanwhile
	w.as("root", "GET", "/session", nil, 200)
	w.now = w.now.Add(15 * time.Minute)
	w.as("root", "GET", "/session", nil, 401)
	w.signIn("root")
	for range 60 {
		w.now = w.now.Add(12 * time.Minute)
		if a := w.raw("GET", "/session", w.tokens["root"], ""); a.status == 401 {
			break
		}
	}
	w.as("root", "GET", "/session", nil, 401)
	w.signIn("root")
	w.as("root", "PUT", "/session/passphrase", object{"old": "not the old one", "new": "a new passphrase"}, 403)
	w.as("root", "PUT", "/session/passphrase", object{"old": "root passphrase", "new": "a new passphrase"}, 204)
	w.as("root", "GET", "/session", nil, 401)
	w.tokens["root"] = w.as("", "POST", "/session", object{"name": "root", "passphrase": "a new passphrase"}, 201)["token"].(string)
	w.as("root", "PUT", "/session/passphrase", object{"old": "a new passphrase", "new": "root passphrase"}, 204)
	w.signIn("root")
	w.as("root", "DELETE", "/session", nil, 204)
	w.as("root", "GET", "/session", nil, 401)
	w.signIn("root")
	w.add("gone", "analyst")
	w.as("root", "DELETE", "/officers/"+w.ids["gone"], nil, 204)
	if a := w.raw("GET", "/reports", w.tokens["gone"], ""); a.status != 401 {
		t.Errorf("a closed account still answers: %d %s", a.status, a.body)
	}
}

func TestWhatIsRefused(t *testing.T) {
	w := mainJob(t)
	for _, x := range []struct {
		name, who, method, path, body string
		header                        []string
		status                        int
		code, pointer                 string
	}{
		{"unknown field", "handler", "POST", "/reports", `{"title":"x","labelled":"OFFICIAL"}`, nil, 422, "api.unknown-field", "#/labelled"},
		{"unknown field within", "handler", "POST", "/reports", `{"items":[{"text":"x"},{"number":"1"}]}`, nil, 422, "api.unknown-field", "#/items/1/number"},
		{"field of another case", "handler", "POST", "/reports", `{"Title":"x"}`, nil, 422, "api.unknown-field", "#/Title"},
		{"wrong type", "handler", "POST", "/reports", `{"count":3}`, nil, 422, "api.type", "#/count"},
		{"member twice", "handler", "POST", "/reports", `{"title":"x","title":"y"}`, nil, 400, "", ""},
		{"no JSON", "handler", "POST", "/reports", `title=x`, nil, 400, "", ""},
		{"something after", "handler", "POST", "/reports", `{} {}`, nil, 400, "", ""},
		{"deep", "handler", "POST", "/reports", strings.Repeat(`{"items":[`, 20000), nil, 422, "api.unknown-field", "#/items/0/items"},
		{"form", "handler", "POST", "/reports", `{}`, []string{"Content-Type", "text/plain"}, 415, "", ""},
		{"other id", "registrar", "POST", "/sources/" + w.ids["source"] + "/assignments", `{"source":"` + w.ids["report"] + `","officer":"x","duty":"handler"}`, nil, 422, "api.other-id", "#/source"},
		{"unknown parameter", "analyst", "GET", "/reports?sort=title", "", nil, 422, "api.unknown-parameter", ""},
		{"parameter twice", "analyst", "GET", "/reports?limit=1&limit=2", "", nil, 422, "api.twice", ""},
		{"limit", "analyst", "GET", "/reports?limit=0", "", nil, 422, "field.number", ""},
		{"forged cursor", "analyst", "GET", "/reports?cursor=AAAA", "", nil, 422, "cursor.unknown", ""},
		{"faults of the noun", "handler", "POST", "/reports", `{"contact":"` + w.ids["contact"] + `","items":[{"text":"ok","lang":"en","basis":"direct"},{"lang":"en","basis":"direct","scheme":"admiralty","grade":"G9"}]}`, nil, 422, "grade.unknown", "#/items/1/grade"},
		{"naming the source", "handler", "POST", "/reports", `{"contact":"` + w.ids["contact"] + `","items":[{"text":"Quackenbush said so","lang":"en","basis":"direct"}]}`, nil, 422, "report.names-source", "#/items"},
		{"not his duty", "analyst", "POST", "/sources", `{"category":"AGENT"}`, nil, 422, "", ""},
		{"not his duty, well said", "analyst", "POST", "/releases/" + w.ids["release"] + "/sending", "", nil, 403, "", ""},
	} {
		a := w.raw(x.method, x.path, w.tokens[x.who], x.body, x.header...)
		var p Problem
		if err := json.Unmarshal(a.body, &p); err != nil || a.status != x.status || p.Status != x.status || a.header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: %d %v %s", x.name, a.status, err, a.body)
			continue
		}
		if x.code != "" && !slices.ContainsFunc(p.Errors, func(f Fault) bool { return f.Code == x.code && f.Pointer == x.pointer }) {
			t.Errorf("%s: want %s at %s\n%s", x.name, x.code, x.pointer, a.body)
		}
		ar := w.raw(x.method, x.path, w.tokens[x.who], x.body, append(x.header, "Accept-Language", "ar-SY, en;q=0.5")...)
		if ar.header.Get("Content-Language") != "ar" || bytes.Contains(ar.body, []byte("⟦")) || bytes.Contains(a.body, []byte("⟦")) {
			t.Errorf("%s: not worded in both languages\n%s%s", x.name, a.body, ar.body)
		}
	}
	got := w.as("handler", "POST", "/report-batches", object{"reports": []object{
		{"contact": w.ids["contact"], "items": []object{{"text": "A third container.", "lang": "en", "basis": "direct"}}}, {"items": []object{{"lang": "en"}}}}}, 200)
	rows := got["rows"].([]any)
	if rows[0].(object)["id"] == nil || rows[1].(object)["problem"] == nil || rows[1].(object)["id"] != nil {
		t.Errorf("batch: %v", rows)
	}
}

// A batch longer than one step keeps every row in its place, filed or not.
func TestBatch(t *testing.T) {
	w := mainJob(t)
	var reports []object
	for i := range 600 {
		r := object{"contact": w.ids["contact"], "title": fmt.Sprintf("Row %d", i), "items": []object{{"text": "One container.", "lang": "en", "basis": "direct"}}}
		switch {
		case i%100 == 3: // a fault of the draft
			r["items"] = []object{{"lang": "en"}}
		case i%100 == 4: // refused inside the act
			r["contact"] = w.ids["requirement"]
		case i%100 == 5:
			r["contact"] = "con_" + strings.Repeat("0", 24) + "50"
		}
		reports = append(reports, r)
	}
	rows := w.as("handler", "POST", "/report-batches", object{"reports": reports}, 200)["rows"].([]any)
	if len(rows) != 600 {
		t.Fatalf("%d rows", len(rows))
	}
	for i, x := range rows {
		r := x.(object)
		bad := i%100 >= 3 && i%100 <= 5
		if (r["problem"] != nil) != bad || (r["id"] != nil) == bad {
			t.Errorf("row %d: %v", i, r)
			continue
		}
		if i%100 == 7 {
			if v := w.as("analyst", "GET", "/reports/"+r["id"].(string), nil, 200); v["title"] != fmt.Sprintf("Row %d", i) {
				t.Errorf("row %d was filed as %v", i, v["title"])
			}
		}
	}
}

func TestHeaders(t *testing.T) {
	w := mainJob(t)
	for _, path := range []string{"/reports", "/reports/" + w.ids["report"], "/nothing", "/openapi.yaml"} {
		h := w.raw("GET", path, w.tokens["analyst"], "", "If-None-Match", "*", "If-Modified-Since", "Mon, 02 Mar 2026 09:00:00 GMT").header
		if h.Get("Cache-Control") != "no-store" || h.Get("ETag")+h.Get("Last-Modified")+h.Get("Set-Cookie") != "" || h.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %v", path, h)
		}
	}
}

func TestPages(t *testing.T) {
	w := mainJob(t)
	for range 4 {
		w.made("more", "handler", "/reports", object{"contact": w.ids["contact"], "items": []object{{"text": "One more container.", "lang": "en", "basis": "direct"}}})
	}
	var got []string
	path := "/reports?limit=2"
	for range 10 {
		p := w.as("analyst", "GET", path, nil, 200)
		for _, r := range p["items"].([]any) {
			got = append(got, r.(object)["id"].(string))
		}
		next, _ := p["next"].(string)
		if next == "" {
			break
		}
		path = "/reports?limit=2&cursor=" + next
	}
	slices.Sort(got)
	if len(got) != 5 || len(slices.Compact(got)) != 5 {
		t.Errorf("walking the pages gives %v", got)
	}
}

var update = flag.Bool("update", false, "write testdata/openapi.yaml anew")

func TestDescription(t *testing.T) {
	w := newWorld(t)
	a := w.raw("GET", "/openapi.yaml", "", "")
	if a.status != 200 {
		t.Fatal(a.status)
	}
	golden := filepath.Join("testdata", "openapi.yaml")
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(golden, a.body, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(want, a.body) {
		t.Errorf("the description changed; read the difference, then run with -update")
	}
	var doc map[string]any
	if err := yaml.Unmarshal(a.body, &doc); err != nil {
		t.Fatal(err)
	}
	if doc["openapi"] != "3.1.0" {
		t.Errorf("openapi: %v", doc["openapi"])
	}
	schemas := doc["components"].(map[string]any)["schemas"].(map[string]any)
	used := map[string]bool{}
	var refs func(any)
	refs = func(v any) {
		switch x := v.(type) {
		case map[string]any:
			if ref, ok := x["$ref"].(string); ok {
				name, ok := strings.CutPrefix(ref, "#/components/schemas/")
				if !ok || schemas[name] == nil {
					t.Errorf("%s leads nowhere", ref)
				}
				used[name] = true
			}
			for _, e := range x {
				refs(e)
			}
		case []any:
			for _, e := range x {
				refs(e)
			}
		}
	}
	refs(doc)
	for name, s := range schemas {
		if !used[name] {
			t.Errorf("schema %s is used by nothing", name)
		}
		if s.(map[string]any)["additionalProperties"] != false {
			t.Errorf("schema %s takes anything", name)
		}
	}
	paths := doc["paths"].(map[string]any)
	seen := map[string]bool{}
	n := 0
	for _, r := range Routes() {
		item, ok := paths[r.Path].(map[string]any)
		if !ok {
			t.Errorf("%s is not described", r.Path)
			continue
		}
		op, ok := item[strings.ToLower(r.Method)].(map[string]any)
		if !ok || op["operationId"] != r.Name || seen[r.Name] {
			t.Errorf("%s %s: %v", r.Method, r.Path, op["operationId"])
			continue
		}
		seen[r.Name] = true
		n++
		if (op["security"] == nil) != r.Public {
			t.Errorf("%s %s: security %v", r.Method, r.Path, op["security"])
		}
		if (op["requestBody"] != nil) != r.Body {
			t.Errorf("%s %s: body %v", r.Method, r.Path, r.Body)
		}
		declared := map[string]bool{}
		ps, _ := op["parameters"].([]any)
		for _, p := range ps {
			m := p.(map[string]any)
			if declared[m["name"].(string)] || (m["in"] == "path") != strings.Contains(r.Path, "{"+m["name"].(string)+"}") || (m["in"] == "query" && m["description"] == nil) {
				t.Errorf("%s %s: parameter %v", r.Method, r.Path, m)
			}
			declared[m["name"].(string)] = true
		}
		if strings.Count(r.Path, "{")+len(r.Query) != len(declared) {
			t.Errorf("%s %s: parameters %v", r.Method, r.Path, declared)
		}
		for status, resp := range op["responses"].(map[string]any) {
			if d, _ := resp.(map[string]any)["description"].(string); d == "" {
				t.Errorf("%s %s: response %s is not described", r.Method, r.Path, status)
			}
		}
	}
	described := 0
	for _, item := range paths {
		described += len(item.(map[string]any))
	}
	if described != n || n < 50 {
		t.Errorf("%d operations described, %d in the table", described, n)
	}
}

func TestWorded(t *testing.T) {
	for _, lang := range wording.Languages() {
		words := wording.For(lang)
		for _, m := range []string{"api.title", "api.signed-out", "api.malformed", "api.malformed-query", "api.media-type", "api.too-large", "api.passphrase", "notfound",
			"fault.api.unknown-field", "fault.api.type", "fault.api.other-id", "fault.api.unknown-parameter", "fault.api.twice", "fault.api.batch", "fault.cursor.unknown", "fault.field.number", "fault.field.day", "fault.field.id"} {
			if !words.Has(m) {
				t.Errorf("%s: %s is not worded", lang, m)
			}
		}
		for kind := range statuses {
			if !words.Has("error."+string(kind)) || !words.Has("error."+string(kind)+"_title") {
				t.Errorf("%s: %s is not worded", lang, kind)
			}
		}
	}
}

func TestPointers(t *testing.T) {
	for field, want := range map[string]string{"": "", "title": "#/title", "items.2.grade": "#/items/1/grade", "items.10.claim.supports": "#/items/9/claim/supports", "a/b.~": "#/a~1b/~0", "#/x/0": "#/x/0"} {
		if got := pointer(field); got != want {
			t.Errorf("%q: %q, want %q", field, got, want)
		}
	}
}

func TestTooLarge(t *testing.T) {
	w := newWorld(t)
	if a := w.raw("POST", "/search", w.tokens["root"], `{"words":"`+strings.Repeat("x", MaxBody)+`"}`); a.status != http.StatusRequestEntityTooLarge {
		t.Error(a.status)
	}
	if a := w.raw("POST", "/session", "", `{"name":"`+strings.Repeat("x", maxPublic)+`"}`); a.status != http.StatusRequestEntityTooLarge {
		t.Error(a.status)
	}
}
