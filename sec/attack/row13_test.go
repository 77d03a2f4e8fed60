package attack

import (
	"strings"
	"testing"
)

// replaced writes every hidden id in a text as a random one of the same noun.
func (s side) replaced(text string) string {
	for _, v := range s.all() {
		text = strings.ReplaceAll(text, v, random(v))
	}
	return text
}

// Row 13, existence by error text or status (LXD CVE-2025-54290, Gitea CVE-2026-58507, Mattermost CVE-2026-21386): every
// route and method, with the id of a hidden record in the address and in a sound body, against random ids. N404.
func TestRow13ExistenceByAnswer(t *testing.T) {
	u := own(t)
	tried, missing := 0, 0
	for _, who := range blind {
		for _, p := range u.both(t, who) {
			for _, r := range p.routes() {
				if personal(r.pattern) {
					continue
				}
				for _, path := range addresses(r, u.north) {
					body := p.body(t, r, u.north)
					if other := u.north.replaced(path + body); other == path+body || who == "root" && (strings.HasPrefix(r.pattern, "/officers") || r.name == "propose-key" || r.name == "custody.key") || who == "inspector" && strings.HasPrefix(r.pattern, "/log") {
						continue // no record is named, or one that is his to know
					}
					tried++
					h := p.send(r.method, path, body)
					never := p.send(r.method, u.north.replaced(path), u.north.replaced(body))
					if got, want := u.north.replaced(h.whole()), u.north.replaced(never.whole()); got != want {
						t.Errorf("%s: %s %s %s tells that the record exists:\n%s", p, r.method, path, r.name, difference(got, want))
					}
					if h.status == 404 {
						missing++
					}
					if h.status >= 500 {
						t.Errorf("%s: %s %s: %d", p, r.method, path, h.status)
					}
				}
			}
		}
	}
	if tried < 400 || missing < tried/3 {
		t.Errorf("%d requests were compared and %d of them met a missing record: the comparison proves little", tried, missing)
	}
}

// addresses are the addresses of a route about the records of a side, with what else its variables take.
func addresses(r route, s side) (out []string) {
	h := holes(r.pattern)
	if len(h) == 0 {
		return []string{strings.TrimSuffix(r.pattern, "{$}")}
	}
	n := r.noun()
	if n == "seq" || n == "draft" {
		return nil
	}
	for _, v := range s.all() {
		if !strings.HasPrefix(v, n+"_") && h[0] != "object" {
			continue
		}
		values := []string{v}
		for _, more := range h[1:] {
			switch nouns[more] {
			case "off":
				values = append(values, s.ids["off"])
			case "cpt":
				values = append(values, s.ids["cpt"])
			default:
				values = append(values, "handler")
			}
		}
		out = append(out, fill(r.pattern, values...))
	}
	return out
}

// Row 13 for the head of a request: conditions and ranges are no way round (row 1's "Range: bytes=0-0", "If-None-Match: *").
func TestRow13ConditionsAndRanges(t *testing.T) {
	u := ours(t)
	for _, p := range u.both(t, "low") {
		for _, r := range p.routes() {
			if r.method != "GET" || personal(r.pattern) || len(holes(r.pattern)) == 0 {
				continue
			}
			for _, path := range addresses(r, u.north) {
				for _, method := range []string{"GET", "HEAD"} {
					plain := p.send(method, u.north.replaced(path), "").whole()
					for _, h := range [][2]string{{"Range", "bytes=0-0"}, {"If-None-Match", "*"}, {"If-Modified-Since", "Mon, 02 Mar 2099 09:00:00 GMT"}, {"If-Match", "*"}, {"If-Range", `"x"`}} {
						if got := p.send(method, path, "", h[0], h[1]).whole(); got != plain {
							t.Errorf("%s: %s %s with %s: %s", p, method, path, h[0], difference(plain, got))
						}
					}
				}
			}
		}
	}
}

// Methods a route does not take are answered alike too, for hidden and random.
func TestRow13OtherMethods(t *testing.T) {
	u := ours(t)
	for _, p := range u.both(t, "low") {
		for _, r := range p.routes() {
			if personal(r.pattern) || len(holes(r.pattern)) == 0 {
				continue
			}
			for _, path := range addresses(r, u.north) {
				for _, method := range []string{"HEAD", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"} {
					if got, want := p.send(method, path, "").whole(), p.send(method, u.north.replaced(path), "").whole(); u.north.replaced(got) != want {
						t.Errorf("%s: %s %s: %s", p, method, path, difference(want, got))
					}
				}
			}
		}
	}
}
