package attack

import (
	"net/http"
	"strings"
	"testing"

	"cutout/internal/api"
	"cutout/internal/web"
)

// TestRow29Headers: nobody is somebody by a header, and every address that is not public asks who it is.
func TestRow29Headers(t *testing.T) {
	h := newHouse(t)
	id := h.who["amal"].ID.String()
	var claims []string
	for _, name := range strings.Fields(`X-Webauth-User X-Forwarded-User X-Forwarded-Preferred-Username X-Forwarded-Email X-Remote-User Remote-User X-Auth-Request-User X-Authenticated-User X-User X-Officer
		X-Ssl-Client-S-Dn X-Client-Cert X-Amzn-Oidc-Identity Cf-Access-Authenticated-User-Email X-Goog-Authenticated-User-Email Tailscale-User-Login`) {
		claims = append(claims, name, "amal", name, id)
	}
	claims = append(claims, "X-Original-Url", "/signin", "X-Rewrite-Url", "/signin", "X-Http-Method-Override", "GET", "X-Forwarded-Host", "localhost", "X-Forwarded-Proto", "https", "X-Forwarded-For", "127.0.0.1")
	fill := strings.NewReplacer("{id}", id, "{ref}", strings.Repeat("0", 32), "{name...}", "sources/new", "{$}", "")
	tried := 0
	for _, r := range web.Routes() {
		if r.Public {
			continue
		}
		for _, with := range [][]string{nil, claims} {
			tried++
			kind := ""
			if r.Method != "GET" {
				kind = "application/x-www-form-urlencoded"
			}
			if a := h.caller().do(r.Method, fill.Replace(r.Pattern), kind, "", with...); a.status != http.StatusUnauthorized {
				t.Errorf("%s %s: %d", r.Method, r.Pattern, a.status)
			}
		}
	}
	for _, r := range api.Routes() {
		if r.Public {
			continue
		}
		path := r.Path
		for strings.Contains(path, "{") {
			from, to := strings.Index(path, "{"), strings.Index(path, "}")
			path = path[:from] + id + path[to+1:]
		}
		for _, with := range [][]string{nil, claims, {"Authorization", "Basic YW1hbDphbWFsIHBhc3NwaHJhc2U="}, {"Authorization", "Bearer " + id}, {"Authorization", "Bearer"}, {"Cookie", "session=amal; officer=" + id}} {
			tried++
			if a := h.caller().do(r.Method, api.Prefix+path, "application/json", "{}", with...); a.status != http.StatusUnauthorized {
				t.Errorf("%s %s with %.40v: %d", r.Method, r.Path, with, a.status)
			}
		}
	}
	if tried < 300 {
		t.Errorf("only %d requests were tried", tried)
	}
}
