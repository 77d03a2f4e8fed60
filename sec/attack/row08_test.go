package attack

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Row 8, a second surface skips a rule (DHIS2 CVE-2023-32060, Gitea CVE-2026-27761): an officer who may read a report and
// not its source gets the same redaction on every surface and in every form.
func TestRow08SameRedactionEverywhere(t *testing.T) {
	u := ours(t)
	rep, secret := u.south.ids["rep2"], []string{u.south.ids["src"], u.south.code, u.south.ids["con"], u.south.ids["aut"], "Quackenbush"}
	answers := map[string]string{}
	ask := func(who string) {
		for _, p := range u.both(t, who) {
			for _, r := range p.routes() {
				if r.method != "GET" || personal(r.pattern) {
					continue
				}
				switch {
				case len(holes(r.pattern)) == 0:
					path := strings.TrimSuffix(r.pattern, "{$}")
					answers[p.String()+path] = string(p.get(path).body)
					answers[p.String()+path+"?report"] = string(p.get(path + "?report=" + rep).body)
				case r.noun() == "rep" || holes(r.pattern)[0] == "object":
					answers[p.String()+fill(r.pattern, rep)] = string(p.get(fill(r.pattern, rep)).body)
				}
			}
			if !p.html {
				answers[p.String()+"search"] = string(p.send("POST", "/search", `{"words":"southward","any":true}`).body)
			}
			answers[p.String()+"search"] += string(p.get("/search?q=southward").body)
		}
		for _, form := range []string{"text", "json", "jsonl", "csv", "tsv"} {
			answers["command as "+who+" show "+form] = u.run(t, who, "report", "show", rep, "--format", form).all()
			answers["command as "+who+" list "+form] = u.run(t, who, "report", "list", "--format", form).all()
		}
		answers["command as "+who+" search"] = u.run(t, who, "search", "southward", "--format", "json").all()
	}
	ask("mate")
	read := 0
	for where, a := range answers {
		if strings.Contains(a, "two came back") {
			read++
		}
		for _, s := range secret {
			if strings.Contains(a, s) {
				t.Errorf("%s shows %q", where, s)
			}
		}
	}
	if read < 10 {
		t.Errorf("mate reads the report on %d surfaces only", read)
	}
	// Who may see the source sees it on the surfaces that show sources at all: the words above are the right ones.
	clear(answers)
	ask("low")
	shown := 0
	for _, a := range answers {
		if strings.Contains(a, u.south.code) || strings.Contains(a, u.south.ids["src"]) {
			shown++
		}
	}
	if shown < 8 {
		t.Errorf("low sees the source on %d surfaces only: the comparison proves little", shown)
	}
}

// Row 9, exports (BAY-01-003, -015, -026, Mattermost CVE-2026-3113): what leaves as a file holds what its reader may see at
// that moment, is made for him alone, and is a file of his account alone.
func TestRow09Exports(t *testing.T) {
	u := own(t)
	for _, form := range []string{"csv", "jsonl"} {
		for _, c := range [][]string{{"report", "list"}, {"source", "list"}} {
			r := u.run(t, "low", append(c, "--format", form)...)
			if r.code != 0 || strings.Contains(r.all(), u.north.word) || !strings.Contains(r.out, u.south.ids[map[string]string{"report": "rep", "source": "src"}[c[0]]]) {
				t.Errorf("%v as %s: exit %d\n%s", c, form, r.code, r.all())
			}
		}
	}
	// The log's bundle is the inspector's.
	for _, who := range []string{"low", "keeper", "customer"} {
		out := filepath.Join(u.dir, who+".zip")
		if r := u.run(t, who, "audit", "bundle", "--out", out); r.code != 4 {
			t.Errorf("%s takes the log away: exit %d %s", who, r.code, r.side)
		}
		if left, _ := filepath.Glob(out + "*"); len(left) > 0 {
			t.Errorf("a refused bundle leaves %v", left)
		}
		if a := u.page(t, who).send("POST", "/oversight/bundle", ""); a.status != 403 || strings.Contains(a.header.Get("Content-Type"), "zip") {
			t.Errorf("%s takes the log away through the pages: %d", who, a.status)
		}
	}
	out := filepath.Join(u.dir, "bundle.zip")
	if r := u.run(t, "inspector", "audit", "bundle", "--out", out); r.code != 0 {
		t.Fatalf("the inspector's bundle: %s", r.side)
	}
	if info, err := os.Stat(out); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the bundle is a file with mode %v (%v)", info.Mode(), err)
	}
	// What a page gives as a file stays a file: no browser opens it as a page of this server.
	a := u.page(t, "inspector").send("POST", "/oversight/bundle", "")
	if a.status != 200 || !strings.HasPrefix(a.header.Get("Content-Disposition"), "attachment") || a.header.Get("X-Content-Type-Options") != "nosniff" || a.header.Get("Cache-Control") != "no-store" {
		t.Errorf("the bundle of the pages: %d %v", a.status, a.header)
	}
	// Taken back, the export of a minute later holds nothing of it.
	steps(t, func() { check(u.d.TakeBackCompartment(ctx, u.who["root"], u.who["mate"].ID, u.south.desk)) })
	if r := u.run(t, "mate", "report", "list", "--format", "csv"); strings.Contains(r.all(), u.south.word) {
		t.Errorf("an export shows what was taken back:\n%s", r.all())
	} else if lines, err := csv.NewReader(strings.NewReader(r.out)).ReadAll(); err != nil || len(lines) != 1 {
		t.Errorf("an export of nothing: %v %v", lines, err)
	}
}

// Row 10, stale access (Gitea CVE-2026-20800, -58419, Mattermost CVE-2026-1629): an officer reads, keeps drafts and searches;
// then the desk is taken back, and from the next request no surface shows a title, an id or a count of it.
func TestRow10AfterRevocation(t *testing.T) {
	u := own(t)
	name := "mate"
	steps(t, func() { check(u.d.Settle(ctx)) })
	page, machine := u.page(t, name), u.machine(t, name)
	cursors := []string{}
	for _, p := range []*port{page, machine} {
		for _, r := range p.routes() {
			if r.method == "GET" && !personal(r.pattern) {
				for _, path := range append(addresses(r, u.south), strings.TrimSuffix(r.pattern, "{$}")+"?limit=1") {
					a := p.get(path)
					if _, after, ok := strings.Cut(string(a.body), `"next":"`); ok && !p.html {
						c, _, _ := strings.Cut(after, `"`)
						cursors = append(cursors, r.pattern+"?limit=1&cursor="+c)
					}
				}
			}
		}
	}
	if len(cursors) == 0 || !strings.Contains(string(page.get("/").body), u.south.ids["rep"]) && !machine.get("/reports").has(u.south.word) {
		t.Fatal("mate saw nothing to lose")
	}
	// Drafts about what he may see now: one named by a record, one about a record, one that quotes it.
	for _, d := range []string{"/drafts/sources/" + u.south.ids["src"] + "/event", "/drafts/requirements/" + u.south.ids["req"] + "/task", "/drafts/notices/new"} {
		if a := page.send("POST", d, "about="+u.south.ids["rep"]+"&text=southward+words&draft_of=about%3D"+u.south.ids["rep"]); a.status >= 300 {
			t.Fatalf("%s: %d", d, a.status)
		}
	}
	if !page.get("/").has("/drafts/") && !page.get("/").has("about%3D"+u.south.ids["rep"]) && !page.get("/").has("about="+u.south.ids["rep"]) {
		t.Error("the drafts are not listed while what they are about may be seen")
	}
	steps(t, func() {
		check(u.d.TakeBackCompartment(ctx, u.who["root"], u.who[name].ID, u.south.desk))
		check(u.d.Settle(ctx))
	})
	page.get("/search")
	lost := u.south.all()
	lost = slices.DeleteFunc(lost, func(s string) bool {
		return strings.HasPrefix(s, "off_") || s == u.south.ids["prd"] || s == u.south.ids["iss"]
	})
	for _, p := range []*port{page, machine} {
		for _, r := range p.routes() {
			if r.method != "GET" || personal(r.pattern) {
				continue
			}
			for _, path := range addresses(r, u.south) {
				if strings.Contains(path, u.south.ids["prd"]) || strings.Contains(path, u.south.ids["iss"]) || strings.Contains(path, u.south.ids["off"]) {
					continue
				}
				if len(holes(r.pattern)) > 0 {
					other := u.south.replaced(path)
					if h, never := u.south.replaced(p.get(path).whole()), u.south.replaced(p.get(other).whole()); h != never {
						t.Errorf("%s: %s after the desk was taken back:\n%s", p, path, difference(never, h))
					}
					continue
				}
				a := p.get(path)
				for _, s := range lost {
					if a.has(s) {
						t.Errorf("%s: %s still names %s", p, path, s)
					}
				}
				if a.has(u.south.word) {
					t.Errorf("%s: %s still shows words of it", p, path)
				}
			}
		}
	}
	for _, c := range cursors {
		if a := machine.get(c); a.status < 400 && len(anyID.FindAll(a.body, -1)) > 0 {
			t.Errorf("a cursor from before goes on: %s", a.body)
		}
	}
	for _, c := range [][]string{{"report", "list"}, {"requirement", "list"}, {"watch", "list"}, {"search", "southward"}} {
		if r := u.run(t, name, append(c, "--format", "json")...); strings.Contains(r.all(), u.south.word) || strings.Contains(r.all(), u.south.ids["rep"]) {
			t.Errorf("%v still shows it:\n%s", c, r.all())
		}
	}
}
