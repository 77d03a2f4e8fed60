package promises

import (
	"io"
	"log/slog"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"

	"cutout/internal/web"
)

// pages asks for every page of the route table as an officer, with each of the ids, and hands over every answer.
func (u *unit) pages(name string, ids []string, each func(address string, status int, body []byte)) {
	u.t.Helper()
	h := web.New(u.d, web.Options{Logs: slog.New(slog.NewTextHandler(&u.slog, nil))})
	r := httptest.NewRequest("POST", "/signin", strings.NewReader(url.Values{"name": {name}, "passphrase": {string(pass(name))}}.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, r)
	var cookies []string
	for _, c := range rec.Result().Cookies() {
		cookies = append(cookies, c.Name+"="+c.Value)
	}
	if !slices.ContainsFunc(cookies, func(s string) bool { return strings.HasPrefix(s, "cutout=") }) {
		u.t.Fatalf("%s does not sign in at the pages: %d", name, rec.Code)
	}
	for _, route := range web.Routes() {
		if route.Method != "GET" || route.Public {
			continue
		}
		given := ids
		if !strings.Contains(route.Pattern, "{id}") {
			given = []string{""}
		}
		for _, s := range given {
			address := strings.ReplaceAll(strings.ReplaceAll(route.Pattern, "{id}", s), "{$}", "")
			r := httptest.NewRequest("GET", address, nil)
			r.Header.Set("Cookie", strings.Join(cookies, "; "))
			rec := httptest.NewRecorder()
			h.ServeHTTP(rec, r)
			b, err := io.ReadAll(rec.Body)
			u.must(err)
			each(address, rec.Code, b)
		}
	}
}
