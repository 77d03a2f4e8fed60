package casefile_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"
	"gopkg.in/yaml.v3"

	"cutout/internal/exercise/casebook"
	"cutout/internal/exercise/casefile"
)

func text(t testing.TB, name string) []byte {
	t.Helper()
	b, err := casebook.Files.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func parse(t testing.TB, name string, in []byte) *casefile.Case {
	t.Helper()
	c, err := casefile.Parse(name, bytes.NewReader(in))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestCasebookParses(t *testing.T) {
	claims := map[string]int{"oslo-report": 14, "penkovsky": 7, "curveball": 10, "hanssen-defender": 13, "bulger-informant-oversight": 5}
	for _, name := range casebook.Names() {
		c := parse(t, name, text(t, name))
		n := 0
		for _, r := range c.Reports {
			n += len(r.Claims)
		}
		if want, ok := claims[c.Name]; !ok || n != want {
			t.Errorf("%s: case %q has %d claims, want %d", name, c.Name, n, want)
		}
	}
}

// The answers are not in the Case: without them the file reads the same, and no word of them is in what was read.
func TestAnswersCutOff(t *testing.T) {
	for _, name := range casebook.Names() {
		whole := string(text(t, name))
		cut, _, found := strings.Cut(whole, "\nexpected:")
		if !found {
			t.Fatalf("%s: no expected", name)
		}
		planted := strings.Replace(whole, "schema_version: 2\n", "schema_version: 2\nground_truth: {note: PLANTED-ANSWER, who: [S-NOBODY]}\n", 1)
		planted = strings.Replace(planted, "\n    motive:", "\n    notional: PLANTED-ANSWER\n    motive:", 1)
		planted = strings.ReplaceAll(planted, "historically: ", "historically: PLANTED-ANSWER ")
		a := parse(t, name, []byte(cut+"\n"))
		b := parse(t, name, []byte(planted))
		if !reflect.DeepEqual(a, b) {
			t.Errorf("%s: the case differs when the answers are cut off", name)
		}
		if out, err := json.Marshal(b); err != nil || bytes.Contains(out, []byte("PLANTED-ANSWER")) {
			t.Errorf("%s: an answer is reachable from the case (%v)", name, err)
		}
	}
}

// Null and absent stay apart.
func TestNullAndAbsent(t *testing.T) {
	c := parse(t, "04", text(t, "04-hanssen-defender.yaml"))
	if w := c.Warnings[0]; !w.Owner.Set || !w.Owner.Null || w.Owner.Has() {
		t.Errorf("W-1 owner: %+v, want an explicit null", w.Owner)
	}
	if w := c.Warnings[1]; w.Owner.Set || w.Owner.Null {
		t.Errorf("W-2 owner: %+v, want absent", w.Owner)
	}
}

const head = "schema_version: 2\ncase: x\nmetadata: {period: {start: '1990', end: '1991'}}\n" // three lines

func TestBad(t *testing.T) {
	tests := []struct {
		name, in    string
		line        int
		field, code string
	}{
		{"empty", "", 0, "", "casefile.empty"},
		{"no mapping", "- a", 1, "", "casefile.type.mapping"},
		{"broken", "schema_version: 2\na: [", 2, "", "casefile.yaml"},
		{"two documents", head + "---\na: b\n", 4, "", "casefile.documents"},
		{"no version", strings.Replace(head, "schema_version: 2", "a: b", 1), 1, "schema_version", "casefile.key.missing"},
		{"other version", strings.Replace(head, "2", "3", 1), 1, "schema_version", "casefile.version"},
		{"version in words", strings.Replace(head, "2", "two", 1), 1, "schema_version", "casefile.type.number"},
		{"no case", strings.Replace(head, "case", "chase", 1), 1, "case", "casefile.key.missing"},
		{"no metadata", "schema_version: 2\ncase: x\n", 1, "metadata", "casefile.key.missing"},
		{"no period", "schema_version: 2\ncase: x\nmetadata: {title: a}\n", 3, "metadata.period", "casefile.key.missing"},
		{"no start", "schema_version: 2\ncase: x\nmetadata: {period: {end: '1990'}}\n", 3, "metadata.period.start", "casefile.key.missing"},
		{"register", strings.Replace(head, "{period", "{complete_registers: [roles, books], period", 1), 3, "metadata.complete_registers.1", "casefile.word"},
		{"code", head + "contacts:\n  - {id: K-1, date: '1990', type: lunch}\n", 5, "contacts.0.type", "casefile.word"},
		{"nested code", head + "reports:\n  - id: REP-1\n    claims:\n      - {id: C1, basis: gossip}\n", 7, "reports.0.claims.0.basis", "casefile.word"},
		{"outcome", head + "reports: [{id: REP-1, claims: [{id: C1, later_outcome: maybe}]}]\n", 4, "reports.0.claims.0.later_outcome", "casefile.word"},
		{"prose grade", head + "reports: [{id: REP-1, claims: [{id: C1, grade: {scheme: prose, source: B}}]}]\n", 4, "reports.0.claims.0.grade.source", "casefile.word"},
		{"date", head + "contacts:\n  - {id: K-1,\n     date: '1990-13'}\n", 6, "contacts.0.date", "casefile.date"},
		{"backward range", head + "contacts: [{id: K-1, date: '1991/1990'}]\n", 4, "contacts.0.date", "casefile.date"},
		{"empty date", head + "contacts: [{id: K-1, date: ''}]\n", 4, "contacts.0.date", "casefile.date"},
		{"never", head + "contacts: [{id: K-1, date: never}]\n", 4, "contacts.0.date", "casefile.date"},
		{"unquoted", head + "contacts: [{id: K-1, date: 1990}]\n", 4, "contacts.0.date", "casefile.date.unquoted"},
		{"date list", head + "contacts: [{id: K-1, date: ['1990']}]\n", 4, "contacts.0.date", "casefile.type.date"},
		{"id twice", head + "persons:\n  - {id: P-A}\ntopics:\n  - {id: P-A}\n", 7, "topics.0.id", "casefile.id.twice"},
		{"no id", head + "persons:\n  - {role: x}\n", 5, "persons.0.id", "casefile.key.missing"},
		{"reference", head + "contacts: [{id: K-1, source: S-B}]\n", 4, "contacts.0.source", "casefile.reference"},
		{"reference in a list", head + "reports: [{id: REP-1, claims: [{id: C1, supports: [C1, C02]}]}]\n", 4, "reports.0.claims.0.supports.1", "casefile.reference"},
		{"reference deep", head + "disseminations: [{id: D-1, restated: [{claim: C9, basis: direct}]}]\n", 4, "disseminations.0.restated.0.claim", "casefile.reference"},
		{"parents", head + "sources:\n  - {id: S-A, parent: S-A}\n", 5, "sources.0.parent", "casefile.parent.loop"},
		{"list", head + "persons: {id: P-A}\n", 4, "persons", "casefile.type.list"},
		{"no record", head + "persons: [hello]\n", 4, "persons.0", "casefile.type.mapping"},
		{"bool", head + "persons: [{id: P-A, staff: 'yes'}]\n", 4, "persons.0.staff", "casefile.type.bool"},
		{"number", head + "reports: [{id: REP-1, count: many}]\n", 4, "reports.0.count", "casefile.type.number"},
		{"not a number", head + "reports: [{id: REP-1, claims: [{id: C1, inspection: {share_failing: .nan}}]}]\n", 4, "reports.0.claims.0.inspection.share_failing", "casefile.type.number"},
		{"text", head + "persons: [{id: P-A, role: {a: b}}]\n", 4, "persons.0.role", "casefile.type.text"},
		{"key twice", head + "persons: [{id: P-A, role: a, role: b}]\n", 4, "persons.0.role", "casefile.key.twice"},
		{"key", head + "persons: [{id: P-A, [a]: b}]\n", 4, "persons.0", "casefile.type.key"},
		{"alias", head + "persons: [&a {id: P-A}]\nsources: [*a]\n", 5, "sources.0", "casefile.alias"},
		{"bomb", head + "a: &a [x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b]\npersons: *c\n", 7, "persons", "casefile.alias"},
		{"merge", head + "a: &a {role: x}\npersons: [{id: P-A, <<: *a}]\n", 5, "persons.0", "casefile.alias"},
		{"large", head + strings.Repeat("# filler\n", casefile.MaxBytes/9+1), 0, "", "casefile.large"},
	}
	var worded map[string]struct{ En, Ar string }
	if _, err := toml.DecodeFile("../../wording/terms/casefile.toml", &worded); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := casefile.Parse("bad.yaml", strings.NewReader(tt.in))
			var e *casefile.Error
			if !errors.As(err, &e) || len(e.Problems) != 1 {
				t.Fatalf("error %v, want one problem", err)
			}
			p := e.Problems[0]
			if p.Line != tt.line || p.Field != tt.field || p.Code != tt.code {
				t.Errorf("got line %d, %s %s; want line %d, %s %s", p.Line, p.Field, p.Code, tt.line, tt.field, tt.code)
			}
			if w := worded["fault."+p.Code]; w.En == "" || w.Ar == "" {
				t.Errorf("%s is not worded in both languages", p.Code)
			}
			seen["fault."+p.Code] = true
		})
	}
	for code := range worded {
		if !seen[code] {
			t.Errorf("%s is worded but no input of this table raises it", code)
		}
	}
}

// All problems come at once, by line.
func TestAllProblemsByLine(t *testing.T) {
	in := head + "warnings:\n  - {id: W-1, kind: x, about: S-Z}\ncontacts:\n  - {id: K-1, date: 'soon'}\npersons:\n  - {id: K-1}\n"
	_, err := casefile.Parse("bad.yaml", strings.NewReader(in))
	var e *casefile.Error
	if !errors.As(err, &e) {
		t.Fatal(err)
	}
	var got []int
	for _, p := range e.Problems {
		got = append(got, p.Line)
	}
	if len(got) != 4 || !reflect.DeepEqual(got[:3], []int{5, 5, 7}) {
		t.Errorf("lines %v, want 5 5 7 and one of the two ids", got)
	}
	if f := e.Faults(); len(f) != 4 || f[0].Params["Line"] != "5" || f[0].Params["File"] != "bad.yaml" {
		t.Errorf("faults %v", f)
	}
}

// Words stand where an id may: a file names things that look like ids only in what a claim is about.
func TestWordsForIDs(t *testing.T) {
	parse(t, "x", []byte(head+"reports: [{id: REP-1, originator: a police log, claims: [{id: C1, subject: U-2, value: 12}]}]\nwarnings: [{id: W-1, about: C1, issuer: Boston Globe, response: none}]\n"))
}

func FuzzParse(f *testing.F) {
	for _, name := range casebook.Names() {
		f.Add(text(f, name))
	}
	f.Add([]byte(head + "sources: [{id: S-A, parent: S-B}, {id: S-B, parent: S-A}]"))
	f.Add([]byte(head + "contacts: [{id: K-1, date: '1990/1991', source: S-A}]\nsources: [{id: S-A, channel: K-1}]\nreports: [{id: REP-1, source: S-A, claims: [{id: C1, supports: [C1], outcome_date: '1990', later_outcome: true}]}]"))
	f.Fuzz(func(t *testing.T, in []byte) {
		c, err := casefile.Parse("fuzz", bytes.NewReader(in))
		if err != nil {
			var e *casefile.Error
			if !errors.As(err, &e) || len(e.Problems) == 0 {
				t.Fatalf("not an error of this package: %v", err)
			}
			return
		}
		check(t, c)
		var any yaml.Node
		if err := yaml.Unmarshal(in, &any); err != nil {
			t.Fatalf("taken, but not YAML: %v", err)
		}
	})
}
