package attack

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"cutout/internal/id"
)

// Row 18, ids in sequence, ids used again (Hush Line V-003, ZITADEL CVE-2026-55670): ids of records made one after another,
// with hidden ones between, are 128 random bits; a closed account's name and id are not given again.
func TestRow18Ids(t *testing.T) {
	u := own(t)
	var all [][16]byte
	handler, low := u.machine(t, "handler"), u.machine(t, "low")
	made := func(p *port, s side) [16]byte {
		a := p.send("POST", "/reports", mustJSON(t, u.bodies(s)["file-report"]))
		raw, ok := id.Raw(anyID.FindString(string(a.body)))
		if a.status != 201 || !ok {
			t.Fatalf("%s: %d %s", p, a.status, a.body)
		}
		return raw
	}
	for range 32 {
		all = append(all, made(low, u.south), made(handler, u.north))
	}
	for i := 1; i < len(all); i++ {
		prefix := 0
		for prefix < 16 && all[i][prefix] == all[i-1][prefix] {
			prefix++
		}
		if prefix > 3 {
			t.Errorf("two ids in a row begin alike: %x %x", all[i-1], all[i])
		}
	}
	// Every bit is set in about half of the ids: 64 fair throws leave 8 to 56 with a chance of error below 1e-9.
	for bit := range 128 {
		n := 0
		for _, x := range all {
			n += int(x[bit/8] >> (bit % 8) & 1)
		}
		if n < 8 || n > 56 {
			t.Errorf("bit %d is set in %d of %d ids", bit, n, len(all))
		}
	}
	// What the low officer is shown holds no number that counts what is hidden: his pages name neither order nor gap.
	var page struct {
		Items []map[string]any `json:"items"`
	}
	if err := json.Unmarshal(low.get("/reports?limit=50").body, &page); err != nil || len(page.Items) < 32 {
		t.Fatalf("%d reports, %v", len(page.Items), err)
	}
	for _, field := range []string{"seq", "rowid", "number", "position", "total", "offset"} {
		if _, has := page.Items[0][field]; has {
			t.Errorf("a line of a list has the field %q", field)
		}
	}
	// An account closed is not made again: neither its name nor its id.
	root := u.machine(t, "root")
	body := mustJSON(t, u.bodies(u.south)["add-officer"])
	first := anyID.FindString(string(root.send("POST", "/officers", body).body))
	if a := root.send("DELETE", "/officers/"+first, ""); a.status != 204 {
		t.Fatalf("close: %d %s", a.status, a.body)
	}
	if again := root.send("POST", "/officers", body); again.status < 400 {
		t.Errorf("the name of a closed account was given again: %d %s", again.status, again.body)
	}
}

// Row 21, colleagues' names (BAY-01-021): those with whom an officer shares no compartment are named nowhere on his
// surfaces, unless his duty is to know the accounts or he was sent something by the unit.
func TestRow21ColleaguesNames(t *testing.T) {
	u := own(t)
	// Names nobody's words hold: an account of the north desk alone and one of no desk.
	steps(t, func() {
		u.ensure("root")
		u.hire("zebulon", "analyst handler", true, false)
		u.hire("hortensia", "analyst", false, false)
	})
	for _, who := range []string{"mate", "customer", "stranger"} {
		looked := 0
		for _, p := range u.both(t, who) {
			if who == "stranger" && !p.html {
				continue // a registrar knows the accounts of the unit, as the interface lists them
			}
			for _, r := range p.routes() {
				if r.method != "GET" || personal(r.pattern) || who == "stranger" && strings.HasSuffix(r.pattern, "/officers") {
					continue
				}
				for _, path := range append(addresses(r, u.south), addresses(r, u.north)...) {
					a := p.get(path)
					if a.status == 200 {
						looked++
					}
					for _, name := range []string{"zebulon", "hortensia"} {
						if a.has(name) {
							t.Errorf("%s: %s names %s", p, path, name)
						}
					}
				}
			}
		}
		if looked < 5 {
			t.Errorf("%s saw %d pages only", who, looked)
		}
		// A name guessed at a command says no more than one nobody has.
		for _, c := range [][]string{{"watch", "list"}, {"report", "list"}} {
			if r := u.run(t, who, append(c, "--format", "json")...); strings.Contains(r.all(), "zebulon") {
				t.Errorf("%v names him", c)
			}
		}
	}
	for _, who := range []string{"mate", "customer"} {
		known := u.run(t, who, "source", "assign", random(u.south.ids["src"]), "--officer-id", "zebulon", "--duty", "analyst")
		never := u.run(t, who, "source", "assign", random(u.south.ids["src"]), "--officer-id", "nobodyatall", "--duty", "analyst")
		if strings.ReplaceAll(known.all(), "zebulon", "N") != strings.ReplaceAll(never.all(), "nobodyatall", "N") || known.code != never.code {
			t.Errorf("a name is confirmed to %s:\n%s\n---\n%s", who, known.all(), never.all())
		}
	}
}

// Row 33, rights by relation (OpenCTI CVE-2026-44730, MISP CVE-2026-44380): nobody but the administrator reaches the acts on
// accounts, whatever he leads; nobody checks his own work; the administrator gives himself no sight of a record.
func TestRow33RightsByRelation(t *testing.T) {
	u := own(t)
	for _, c := range crew {
		p := u.machine(t, c.name)
		for _, r := range p.routes() {
			if r.method == "GET" || !strings.HasPrefix(r.pattern, "/officers") && !strings.HasPrefix(r.pattern, "/compartments") {
				continue
			}
			for _, target := range []string{u.who["root"].ID.String(), u.who[c.name].ID.String(), u.who["mate"].ID.String()} {
				path := fill(r.pattern, target, "administrator")
				if strings.Contains(r.pattern, "{compartment}") {
					path = fill(r.pattern, target, u.south.desk.String())
				}
				body := p.body(t, r, u.north)
				if r.name == "grant-duty" {
					body = `{"duty":"administrator"}`
				}
				if a := p.send(r.method, path, body); a.status != 403 {
					t.Errorf("%s: %s %s: %d %s", p, r.method, path, a.status, a.body)
				}
			}
		}
	}
	// Those who lead a source hand it to nobody whose work checks theirs, and to themselves not twice.
	for _, who := range []string{"low", "handler", "controller"} {
		p := u.machine(t, who)
		for _, duty := range []string{"controller", "authorizing", "release", "inspector", "administrator"} {
			a := p.send("POST", "/sources/"+u.south.ids["src"]+"/assignments", mustJSON(t, object{"source": u.south.ids["src"], "officer": u.who[who].ID.String(), "duty": duty}))
			if a.status < 400 {
				t.Errorf("%s gave himself the duty %s for a source: %d", who, duty, a.status)
			}
		}
	}
	// The administrator holds keys to no record: his own grants are refused or show him nothing.
	root := u.machine(t, "root")
	self := u.who["root"].ID.String()
	for _, duty := range []string{"analyst", "handler", "registrar", "release", "inspector", "validator"} {
		if a := root.send("POST", "/officers/"+self+"/duties", `{"duty":"`+duty+`"}`); a.status < 400 {
			t.Errorf("the administrator gave himself the duty %s: %d", duty, a.status)
		}
	}
	if a := root.send("POST", "/officers/"+self+"/compartments", mustJSON(t, object{"compartment": u.south.desk.String()})); a.status != 403 {
		t.Errorf("the administrator handed himself a desk: %d", a.status)
	}
	shown := 0
	for _, p := range u.both(t, "root") {
		for _, r := range p.routes() {
			if r.method != "GET" || personal(r.pattern) {
				continue
			}
			for _, path := range addresses(r, u.south) {
				a := p.get(path)
				shown++
				if bytes.Contains(a.body, []byte(u.south.word)) || bytes.Contains(a.body, []byte(u.south.code)) {
					t.Errorf("%s: the administrator reads %s", p, path)
				}
			}
		}
	}
	if shown < 40 {
		t.Errorf("only %d looks were tried", shown)
	}
}
