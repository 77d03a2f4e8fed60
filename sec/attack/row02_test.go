package attack

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var anyID = regexp.MustCompile(`\b[a-z]{3}_[0-9a-hjkmnp-tv-z]{26}\b`)

// Row 2, link what is hidden to one's own record and read it there (Gitea CVE-2026-57886, Open WebUI CVE-2026-45402): in
// every sound body about own records, each id in turn becomes a hidden one. The answer is that for a random id, and
// nothing of the hidden record is seen through the own one.
func TestRow02Relink(t *testing.T) {
	u := own(t)
	before := u.intact(t, u.north)
	p := u.machine(t, "low")
	swapped := 0
	for _, r := range p.routes() {
		if !r.body || personal(r.pattern) || strings.HasPrefix(r.pattern, "/officers") {
			continue
		}
		path, body := fill(r.pattern, u.south.of(r.noun())), p.body(t, r, u.south)
		ids := anyID.FindAllString(body, -1)
		slices.Sort(ids)
		for _, mine := range slices.Compact(ids) {
			hidden := u.north.of(mine[:3])
			if mine[:3] == "off" || hidden == "" { // accounts are no records: a registrar knows them all
				continue
			}
			swapped++
			h := p.send(r.method, path, strings.ReplaceAll(body, mine, hidden))
			never := p.send(r.method, path, strings.ReplaceAll(body, mine, random(hidden)))
			if h.status >= 300 || never.status >= 300 {
				if got, want := strings.ReplaceAll(h.whole(), hidden, "ID"), strings.ReplaceAll(never.whole(), random(hidden), "ID"); got != want {
					t.Errorf("%s %s with a hidden %s in it:\n%s", r.method, path, mine[:3], difference(want, got))
				}
				continue
			}
			// Both were taken: the reference stays without effect.
			var made struct{ ID string }
			if json.Unmarshal(h.body, &made) == nil && made.ID != "" {
				u.unread(t, "low", made.ID)
			}
		}
	}
	u.unread(t, "low", u.south.all()...)
	if swapped < 40 {
		t.Errorf("only %d references were swapped", swapped)
	}
	if after := u.intact(t, u.north); after != before {
		t.Errorf("what is hidden was changed:\n%s", difference(before, after))
	}
}

// unread holds that an officer sees nothing of the north desk: on no list, and on no page of the given records.
func (u *unit) unread(t testing.TB, who string, ids ...string) {
	t.Helper()
	tell := append([]string{u.north.word, u.north.code}, u.north.all()...)
	tell = slices.DeleteFunc(tell, func(s string) bool { return strings.HasPrefix(s, "off_") })
	seen := 0
	for _, p := range u.both(t, who) {
		for _, r := range p.routes() {
			if r.method != "GET" || personal(r.pattern) {
				continue
			}
			paths := []string{strings.TrimSuffix(r.pattern, "{$}")}
			if len(holes(r.pattern)) > 0 {
				paths = nil
				for _, v := range ids {
					if strings.HasPrefix(v, r.noun()+"_") || r.noun() == "src" && holes(r.pattern)[0] == "object" {
						paths = append(paths, fill(r.pattern, v))
					}
				}
			}
			for _, path := range paths {
				a := p.get(path)
				if a.status == 200 {
					seen++
				}
				for _, s := range tell {
					if a.has(s) {
						t.Errorf("%s: %s shows %q", p, path, s)
					}
				}
			}
		}
	}
	if seen < 5 {
		t.Errorf("%s saw %d answers only: nothing is proved", who, seen)
	}
}
