package harden

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

const (
	staff = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' blob:; connect-src 'self'; " +
		"form-action 'self'; frame-ancestors 'none'; base-uri 'none'; require-trusted-types-for 'script'; trusted-types htmx"
	boxed = "sandbox; default-src 'none'"
	off   = "accelerometer=(), autoplay=(), camera=(), display-capture=(), encrypted-media=(), fullscreen=(), geolocation=(), gyroscope=(), hid=(), " +
		"idle-detection=(), magnetometer=(), microphone=(), midi=(), payment=(), picture-in-picture=(), screen-wake-lock=(), serial=(), usb=(), xr-spatial-tracking=()"
)

// pages and programs are the headers of every answer of a porch; with adds to them, or changes one.
var (
	pages = map[string]string{"Content-Security-Policy": staff, "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp",
		"Cross-Origin-Resource-Policy": "same-origin", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Permissions-Policy": off,
		"Cache-Control": "no-store", "Strict-Transport-Security": "max-age=31536000"}
	programs = map[string]string{"Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'", "Cross-Origin-Opener-Policy": "same-origin",
		"Cross-Origin-Resource-Policy": "same-origin", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store"}
)

func with(base map[string]string, kv ...string) map[string]string {
	out := map[string]string{}
	for k, v := range base {
		out[k] = v
	}
	for i := 0; i < len(kv); i += 2 {
		out[kv[i]] = kv[i+1]
	}
	return out
}

// TestHeaders holds every kind of answer to exactly the headers it must have: none less, and none that tells more.
func TestHeaders(t *testing.T) {
	u := begin(t)
	s := proxied(t, u)
	jar := map[string]string{}
	html, problem := "text/html; charset=utf-8", "application/problem+json"
	var token string
	ask := func(what, as, method, path, kind, body, origin string, status int, want map[string]string) string {
		t.Helper()
		r, err := http.NewRequest(method, s.URL+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		if body != "" {
			r.Header.Set("Content-Type", kind)
		}
		if as != "" {
			r.Header.Set("Cookie", jar[as])
			r.Header.Set("Authorization", token)
		}
		if origin != "" {
			r.Header.Set("Origin", origin)
		}
		answer, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		if answer.StatusCode != status {
			t.Errorf("%s: %s, not %d", what, answer.Status, status)
		}
		if answer.Close {
			answer.Header.Set("Connection", "close")
		}
		for _, c := range answer.Cookies() {
			if strings.HasSuffix(c.Name, "cutout") && c.Value != "" {
				jar[as] = c.Name + "=" + c.Value
				checkCookie(t, what, c)
			}
		}
		for _, free := range []string{"Date", "Content-Length", "Set-Cookie", "Vary"} {
			answer.Header.Del(free)
		}
		for k, v := range answer.Header {
			if got := strings.Join(v, ", "); got != want[k] {
				t.Errorf("%s: %s is %q, not %q", what, k, got, want[k])
			}
		}
		for k, v := range want {
			if answer.Header[k] == nil {
				t.Errorf("%s: %s is missing, not %q", what, k, v)
			}
		}
		b := new(strings.Builder)
		buf := make([]byte, 1<<20)
		for {
			n, err := answer.Body.Read(buf)
			b.Write(buf[:n])
			if err != nil {
				break
			}
		}
		return b.String()
	}
	form := "application/x-www-form-urlencoded"
	sign := func(name string) string {
		return url.Values{"name": {name}, "passphrase": {servedPass(name)}}.Encode()
	}
	first := ask("the sign-in", "", "GET", "/signin", "", "", "", 200, with(pages, "Content-Type", html))
	for _, who := range []string{"handler", "inspector"} {
		ask("a sign-in sent", who, "POST", "/signin", form, sign(who), "", 303, with(pages, "Location", "/", "Connection", "close", "Cache-Control", `no-store, no-cache="Set-Cookie"`))
	}
	for who, path := range map[string]string{"handler": "/sources", "inspector": "/oversight"} {
		ask("the first page after it", who, "GET", path, "", "", "", 200, with(pages, "Content-Type", html, "Cache-Control", `no-store, no-cache="Set-Cookie"`))
	}
	ask("a wrong sign-in", "", "POST", "/signin", form, "name=x&passphrase=y", "", 401, with(pages, "Content-Type", html, "Connection", "close"))
	ask("a page", "handler", "GET", "/sources", "", "", "", 200, with(pages, "Content-Type", html))
	ask("a page for nobody", "", "GET", "/sources", "", "", "", 401, with(pages, "Content-Type", html))
	ask("a page that is none", "handler", "GET", "/nothing", "", "", "", 404, with(pages, "Content-Type", html))
	ask("a record that is none", "handler", "GET", "/sources/src_x", "", "", "", 404, with(pages, "Content-Type", html))
	ask("a page refused", "handler", "GET", "/oversight", "", "", "", 403, with(pages, "Content-Type", html))
	ask("a form of another site", "handler", "POST", "/signout", form, "", "https://evil.example", 403, with(pages, "Content-Type", html, "Connection", "close"))
	ask("an address put right", "handler", "GET", "//sources", "", "", "", 307, with(pages, "Content-Type", html, "Location", "/sources"))
	ask("a download", "inspector", "POST", "/oversight/checkpoint", form, "", "", 200, with(pages, "Content-Type", "text/plain; charset=utf-8",
		"Content-Disposition", `attachment; filename="checkpoint.txt"`, "Content-Security-Policy", boxed, "Connection", "close"))
	ask("a bundle", "inspector", "POST", "/oversight/bundle", form, "", "", 200, with(pages, "Content-Type", "application/zip",
		"Content-Disposition", `attachment; filename="inspection.zip"`, "Content-Security-Policy", boxed, "Connection", "close"))
	asset := regexp.MustCompile(`/assets/face-[0-9a-f]+\.css`).FindString(first)
	ask("an asset", "", "GET", asset, "", "", "", 200, with(pages, "Content-Type", "text/css; charset=utf-8", "Cache-Control", "public, max-age=31536000, immutable"))
	ask("an asset that is none", "", "GET", "/assets/none.css", "", "", "", 404, with(pages, "Content-Type", "text/plain; charset=utf-8"))

	ask("the description", "", "GET", "/api/v1/openapi.yaml", "", "", "", 200, with(programs, "Content-Type", "application/yaml"))
	ask("the interface for nobody", "", "GET", "/api/v1/sources", "", "", "", 401, with(programs, "Content-Type", problem, "Content-Language", "en", "Www-Authenticate", `Bearer realm="cutout"`))
	body := ask("a sign-in of a program", "", "POST", "/api/v1/session", "application/json", `{"name":"handler","passphrase":"`+servedPass("handler")+`"}`, "", 201,
		with(programs, "Content-Type", "application/json", "Connection", "close"))
	token = "Bearer " + regexp.MustCompile(`"token":"([^"]+)"`).FindStringSubmatch(body)[1]
	ask("a list", "x", "GET", "/api/v1/sources", "", "", "", 200, with(programs, "Content-Type", "application/json"))
	ask("a fault", "x", "GET", "/api/v1/sources?limit=0", "", "", "", 422, with(programs, "Content-Type", problem, "Content-Language", "en"))
	ask("nothing", "x", "GET", "/api/v1/nothing", "", "", "", 404, with(programs, "Content-Type", problem, "Content-Language", "en"))
	ask("an address of programs put right", "x", "GET", "/api/v1//sources", "", "", "", 307, with(programs, "Content-Type", html, "Location", "/api/v1/sources"))
	ask("a program of another site", "x", "POST", "/api/v1/reports", "application/json", "{}", "https://evil.example", 403, with(programs, "Content-Type", problem, "Content-Language", "en"))
}

// checkCookie holds the session's cookie to all a cookie can be bound to.
func checkCookie(t *testing.T, what string, c *http.Cookie) {
	t.Helper()
	if c.Name != "__Host-cutout" || !c.Secure || !c.HttpOnly || c.SameSite != http.SameSiteStrictMode || c.Path != "/" || c.Domain != "" {
		t.Errorf("%s: the session's cookie is %q", what, c.Raw)
	}
}

// TestCookies holds the cookies that carry a choice to TLS and to this site; they say nothing of who reads.
func TestCookies(t *testing.T) {
	u := begin(t)
	for _, behind := range []bool{true, false} {
		start := startPlain
		if behind {
			start = proxied
		}
		s := start(t, u)
		for path, form := range map[string]string{"/language": "language=ar", "/theme": "theme=dark"} {
			answer, err := http.DefaultTransport.RoundTrip(post(t, s.URL+path, form))
			if err != nil {
				t.Fatal(err)
			}
			answer.Body.Close()
			n := 0
			for _, c := range answer.Cookies() {
				if c.Name != "lang" && c.Name != "theme" {
					continue
				}
				n++
				if c.Secure != behind || c.SameSite != http.SameSiteStrictMode || c.Path != "/" || c.Domain != "" || (c.Name == "lang") != c.HttpOnly {
					t.Errorf("%s, behind a proxy %v: %q", path, behind, c.Raw)
				}
			}
			if n != 1 {
				t.Errorf("%s sets %d cookies", path, n)
			}
		}
		s.Stop(9)
	}
}
