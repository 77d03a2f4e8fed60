package attack

import (
	"encoding/json"
	"strings"
	"testing"

	"cutout/internal/casework"
)

// Row 4, path and body name different records and the log names the wrong one (Ella Core CVE-2026-34762). Every operation
// whose body may repeat the id of its address refuses another one; what it does is logged under the id of the address.
func TestRow04PathAndBodyDisagree(t *testing.T) {
	u := own(t)
	u.ensure("inspector")
	repeats := 0
	for _, who := range []string{"low", "keeper", "controller"} {
		p := u.machine(t, who)
		for _, r := range p.routes() {
			noun := r.noun()
			of := u.south.of(noun)
			if !r.body || len(holes(r.pattern)) == 0 || of == "" {
				continue
			}
			var body object
			if err := json.Unmarshal([]byte(p.body(t, r, u.south)), &body); err != nil {
				t.Fatal(err)
			}
			// Other ids of the same noun, under every name a body of the interface uses for the record of the address.
			for field := range body {
				v, ok := body[field].(string)
				if !ok || !strings.HasPrefix(v, noun+"_") || r.name == "file-report" {
					continue
				}
				for _, other := range []string{random(of), u.north.of(noun)} {
					body[field] = other
					b, err := json.Marshal(body)
					if err != nil {
						t.Fatal(err)
					}
					a := p.send(r.method, fill(r.pattern, of), string(b))
					repeats++
					if a.status < 400 {
						t.Errorf("%s: %s %s took a body about %s: %d", p, r.method, fill(r.pattern, of), other, a.status)
					}
				}
				body[field] = v
			}
		}
	}
	if repeats < 12 {
		t.Errorf("only %d bodies that disagree with their address were tried", repeats)
	}
	// What is done is logged under the id of the address, however it is written there.
	a := u.machine(t, "controller").send("POST", "/sources/"+strings.ToUpper(u.south.ids["src"])+"/events", `{"source":"`+u.south.ids["src"]+`","kind":"reviewed","when":"2026-01-02","text":"well"}`)
	page, err := u.d.Log(ctx, u.who["inspector"], casework.LogQuery{Limit: 2})
	if err != nil {
		t.Fatal(err)
	}
	if e := page.Entries[0]; a.status != 204 || e.Object != u.south.ids["src"] || e.Officer != u.who["controller"].ID.String() {
		t.Errorf("an event of %s (%d) is logged as %s of %q", u.south.ids["src"], a.status, e.Act, e.Object)
	}
}

// The forms of the pages are about the record of their address, whatever their fields say.
func TestRow04FormsFollowTheAddress(t *testing.T) {
	u := own(t)
	before := u.intact(t, u.north)
	taken := 0
	for _, who := range []string{"keeper", "controller", "authorizer", "low"} {
		p := u.page(t, who) // keeper, controller and authorizer may act on the north desk: what saves it is the address alone
		for _, r := range p.routes() {
			of := u.south.of(r.noun())
			if r.method != "POST" || len(holes(r.pattern)) == 0 || of == "" || strings.HasPrefix(r.name, "draft.keep") {
				continue
			}
			form := p.body(t, r, u.south)
			for _, field := range []string{"id", "source", "of", "object", "record", "report", "contact", "about", "release", "authority", "requirement", "notice"} {
				form += "&" + field + "=" + u.north.of(r.noun())
			}
			if a := p.send("POST", fill(r.pattern, of), form); a.status < 400 {
				taken++
			} else if a.status >= 500 {
				t.Errorf("%s: POST %s: %d", p, r.pattern, a.status)
			}
		}
	}
	if after := u.intact(t, u.north); after != before {
		t.Errorf("a form about one record changed the record its fields named:\n%s", difference(before, after))
	}
	if taken < 8 {
		t.Errorf("only %d forms were taken: the test proves little", taken)
	}
}
