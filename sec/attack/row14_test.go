package attack

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// columns are the names of all columns of both engines' tables, and of the fields of records that no list may be sorted by.
func columns(t testing.TB) []string {
	t.Helper()
	out := []string{"sealed", "label", "rights", "secret", "identity.name", "officer.secret", "compartments", "known_from", "seq", "rowid", "oid", "ctid"}
	files, err := filepath.Glob(root + "/internal/store/migrations/*/*.sql")
	if err != nil || len(files) == 0 {
		t.Fatal(err)
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`(?m)([a-z_]+) (?:BLOB|TEXT|INTEGER|BYTEA|BIGINT|bytea|text|bigint|integer)\b`).FindAllStringSubmatch(string(b), -1) {
			out = append(out, m[1])
		}
	}
	slices.Sort(out)
	out = slices.Compact(out)
	if len(out) < 30 {
		t.Fatalf("only %d columns were found: %v", len(out), out)
	}
	return out
}

// Row 14, sorting and filtering by what is hidden (Fleet CVE-2026-46370): every list with ?sort= of every column, and with
// filters on them. The interface refuses every parameter it does not know; a page is the same with it as without.
func TestRow14SortAndFilter(t *testing.T) {
	u := ours(t)
	cols := columns(t)
	page, machine := u.page(t, "low"), u.machine(t, "low")
	lists := 0
	for _, r := range machine.routes() {
		if r.method != "GET" || personal(r.pattern) || len(holes(r.pattern)) > 0 {
			continue
		}
		lists++
		want := ""
		for _, c := range cols {
			for _, q := range []string{"sort=" + c, "order_by=" + c, url.QueryEscape("filter["+c+"]") + "=%3Em", url.QueryEscape(c+"__startswith") + "=a"} {
				a := machine.get(r.pattern + "?" + q)
				name, _, _ := strings.Cut(q, "=")
				name, _ = url.QueryUnescape(name)
				got := strings.ReplaceAll(string(a.body), name[:min(len(name), 40)], "NAME")
				if a.status != http.StatusUnprocessableEntity || !strings.Contains(got, "api.unknown-parameter") {
					t.Errorf("%s?%s: %d", r.pattern, q, a.status)
				}
				if want == "" {
					want = got
				}
			}
		}
	}
	echo := regexp.MustCompile(`\?[^"]*`)
	for _, r := range page.routes() {
		if r.method != "GET" || personal(r.pattern) || len(holes(r.pattern)) > 0 || strings.HasPrefix(r.pattern, "/oversight") {
			continue
		}
		lists++
		path := strings.TrimSuffix(r.pattern, "{$}")
		plain := echo.ReplaceAllString(page.get(path).whole(), "")
		var all url.Values = map[string][]string{}
		for _, c := range cols {
			if slices.Contains([]string{"kind", "source", "name", "officer", "act", "entry", "at", "mark"}, c) {
				continue // fields of forms have these names too
			}
			all["sort"], all["order_by"], all["filter["+c+"]"], all[c+"__startswith"] = []string{c}, []string{c}, []string{">m"}, []string{"a"}
		}
		if got := echo.ReplaceAllString(page.get(path+"?"+all.Encode()).whole(), ""); got != plain {
			t.Errorf("%s is sorted or filtered by a column:\n%s", path, difference(plain, got))
		}
		for _, c := range []string{"label", "seq", "created", "id"} {
			if got := echo.ReplaceAllString(page.get(path+"?sort="+c).whole(), ""); got != plain {
				t.Errorf("%s?sort=%s is another page:\n%s", path, c, difference(plain, got))
			}
		}
	}
	if lists < 25 {
		t.Errorf("only %d lists were tried", lists)
	}
}

// Row 45, SQL and search operators (Ory CVE-2026-33503, pgx CVE-2026-41889): cursors forged, moved to another list and
// another officer; every operator of both engines' searches taken as words.
func TestRow45CursorsAndOperators(t *testing.T) {
	u := own(t)
	steps(t, func() {
		u.ensure("low")
		s := u.south
		for i := range 3 {
			u.file(&s, "more", "low", "more", fmt.Sprintf("southward quayside sighting %d", i), plain)
		}
	})
	low, keeper := u.machine(t, "low"), u.machine(t, "keeper")
	next := func(p *port, path string) string {
		_, after, _ := strings.Cut(string(p.get(path).body), `"next":"`)
		c, _, _ := strings.Cut(after, `"`)
		return c
	}
	mine := next(low, "/reports?limit=1")
	raw, err := base64.RawURLEncoding.DecodeString(mine)
	if err != nil || len(raw) < 32 {
		t.Fatalf("cursor %q: %v", mine, err)
	}
	var forged []string
	for i := 0; i < len(raw); i += 5 {
		b := slices.Clone(raw)
		b[i] ^= 1
		forged = append(forged, base64.RawURLEncoding.EncodeToString(b))
	}
	forged = append(forged, next(keeper, "/reports?limit=1"), mine[:len(mine)-1], mine+"A", "' OR 1=1 --", "0", "-1", "9223372036854775807", strings.Repeat("A", 43), "rowid", "%00", strings.Repeat("A", 100_000))
	for _, list := range []string{"/reports", "/contacts", "/sources", "/releases", "/copies", "/products", "/notices", "/parties"} {
		for _, c := range append(slices.Clone(forged), mine) {
			if c == mine && list == "/reports" {
				continue
			}
			q := list + "?cursor=" + url.QueryEscape(c)
			if a := low.get(q); a.status != 422 || !a.has("cursor.unknown") {
				t.Errorf("%.80s: %d %.200s", q, a.status, a.body)
			}
		}
		page := map[string]string{"/copies": "/inbox", "/parties": "/network"}[list]
		if page == "" {
			page = list
		}
		for _, c := range forged {
			if a := u.page(t, "low").get(page + "?after=" + url.QueryEscape(c) + "&cursor=" + url.QueryEscape(c)); a.status == 200 || a.status >= 500 {
				t.Errorf("%s?after=%.40s: %d", page, c, a.status)
			}
		}
	}
	if a := low.get("/reports?limit=1&cursor=" + mine); a.status != 200 {
		t.Errorf("a cursor of one's own: %d", a.status)
	}
	// Operators: none finds what is hidden, none makes an error of the engine, and each is the same as its plain words.
	for _, q := range []string{`NEAR(northcanary gate)`, `"northcanary"`, `t:northcanary`, `north*`, `northcanary*`, `* OR *`, `words : northcanary`, `{t} : gate`, `NOT gate`, `gate NOT southward`, `^northcanary`,
		`"`, `""`, `'; DROP TABLE record; --`, `' OR '1'='1`, `gate & northcanary`, `!gate`, `gate <-> northcanary`, `gate:*`, `gate | northcanary`, `\`, `%`, `_`, `$1`, `?`, `:name`, "gate\x00northcanary", "gate\nOR\nnorthcanary",
		`l1zxnorthcanary`, `(((((`, `+northcanary`, `-southward northcanary`, strings.Repeat("(", 900), strings.Repeat(`"a" `, 200)} {
		for _, p := range []*port{low, u.page(t, "low")} {
			var a answer
			if p.html {
				a = p.get("/search?q=" + url.QueryEscape(q))
			} else {
				a = p.send("POST", "/search", mustJSON(t, object{"words": q, "any": true}))
			}
			if a.status >= 500 || a.has("northcanary two") || a.has("fts5") || a.has("tsquery") || len(intersect(u.north.all(), a.body)) > 0 {
				t.Errorf("%s: search for %q: %d %s", p, q, a.status, text(a.body))
			}
		}
	}
	if a := low.send("POST", "/search", `{"words":"quayside*"}`); !a.has(u.south.ids["src"]) && !a.has("rep_") {
		t.Errorf("a star is no word of its own: %s", a.body)
	}
	// Other fields that reach the database by value.
	for _, evil := range []string{"' OR 1=1 --", "\x00", strings.Repeat("a", 300), "rep_00000000000000000000000000' --", "../../x", "1;SELECT"} {
		for _, path := range []string{"/reports?source=", "/contacts?source=", "/reports/", "/sources/", "/log/"} {
			if a := low.get(path + url.PathEscape(evil)); a.status >= 500 || a.has("SQL") || a.has("sqlite") {
				t.Errorf("%s%q: %d %s", path, evil, a.status, a.body)
			}
		}
	}
	if s := u.slog.String(); strings.Contains(s, "incident") {
		t.Errorf("the operator's log has an incident:\n%s", s)
	}
}

func intersect(ids []string, body []byte) (out []string) {
	for _, s := range ids {
		if !strings.HasPrefix(s, "off_") && strings.Contains(string(body), s) {
			out = append(out, s)
		}
	}
	return out
}
