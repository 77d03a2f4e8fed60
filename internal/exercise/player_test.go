package exercise

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"cutout/internal/exercise/casebook"
	"cutout/internal/exercise/casefile"
	"cutout/internal/exercise/casefile/answers"
	"cutout/internal/watch"
)

func caseText(t testing.TB, name string) []byte {
	t.Helper()
	b, err := casebook.Files.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func invented(t testing.TB) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", "invented.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func replayed(t testing.TB, name string, text []byte) Played {
	t.Helper()
	p, err := ReplayFully(context.Background(), name, bytes.NewReader(text), nil)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return p
}

func jsonLines(t testing.TB, lines []Line) string {
	t.Helper()
	var b bytes.Buffer
	for _, l := range lines {
		j, err := json.Marshal(l)
		if err != nil {
			t.Fatal(err)
		}
		b.Write(append(j, '\n'))
	}
	return b.String()
}

// raised finds the first line of a rule with one of the ids among its subjects.
func raised(lines []Line, rule string, ids ...string) (Line, bool) {
	for _, l := range lines {
		if l.Rule == rule && slices.ContainsFunc(l.Subjects, func(s string) bool { return slices.Contains(ids, s) }) {
			return l, true
		}
	}
	return Line{}, false
}

// Every flag of the casebook that a rule of the watch can raise is raised in time, little else is, and no record of a case
// is refused by the door.
func TestCasebook(t *testing.T) {
	known := map[string]bool{}
	for _, r := range watch.Rules() {
		known[r.ID] = true
	}
	var table strings.Builder
	for _, name := range casebook.Names() {
		p := replayed(t, name, caseText(t, name))
		for _, u := range p.Untranslated {
			fmt.Fprintf(&table, "%-34s not played: %s, %s: %d\n", name, u.What, u.Why, u.Count)
			if u.Why != "no rule reads it" && u.Why != "it names nothing on record" {
				t.Errorf("%s: not played: %v", name, u)
			}
		}
		expected, err := answers.Parse(name, bytes.NewReader(caseText(t, name)))
		if err != nil {
			t.Fatal(err)
		}
		wanted := map[string]bool{}
		for _, e := range expected {
			wanted[e.Watch] = true
			if !known[e.Watch] {
				continue
			}
			l, ok := raised(p.Lines, e.Watch, e.Triggers...)
			if !ok || l.FirstRaised > e.AsOf.Last.String() {
				t.Errorf("%s %s: %s not raised by %s on %v (found %+v)", name, e.ID, e.Watch, e.AsOf.Last, e.Triggers, l)
			}
			fmt.Fprintf(&table, "%-34s %-5s %-26s by %s: %s %v\n", name, e.ID, e.Watch, e.AsOf.Last, l.FirstRaised, l.Subjects)
		}
		noise := 0
		for _, l := range p.Lines {
			if !wanted[l.Rule] {
				noise++
				fmt.Fprintf(&table, "%-34s noise %-26s %s %v\n", name, l.Rule, l.FirstRaised, l.Subjects)
			}
		}
		if noise > 6 {
			t.Errorf("%s: %d findings of rules the case does not expect", name, noise)
		}
		fmt.Fprintf(&table, "%-34s %d findings, %d of rules not expected\n", name, len(p.Lines), noise)
	}
	t.Log("\n" + table.String())
}

// The findings the casebook is known for, by name.
func TestKnownFindings(t *testing.T) {
	for _, want := range []struct{ file, rule, subject, by string }{
		{"03-curveball.yaml", "false-corroboration", "S-INC", "2002-05-31"},
		{"03-curveball.yaml", "recall-unacknowledged", "W-7", "2004-05-31"},
		{"02-penkovsky.yaml", "same-origin-series", "S-HERO", "1961-07-31"},
		{"01-oslo-report.yaml", "refuted-claim-scope", "C03", "1940-12-31"},
	} {
		lines := replayed(t, want.file, caseText(t, want.file)).Lines
		l, ok := raised(lines, want.rule, want.subject)
		if !ok || l.FirstRaised > want.by {
			t.Errorf("%s: %s on %s by %s: got %+v", want.file, want.rule, want.subject, want.by, l)
		}
		if want.rule == "refuted-claim-scope" {
			// One refuted rumor says nothing of what he saw himself.
			for _, l := range lines {
				if l.Rule == "refuted-claim-scope" && slices.ContainsFunc(l.Subjects, func(s string) bool { return slices.Contains([]string{"C08", "C10", "C11", "C12", "C14"}, s) }) {
					t.Errorf("a first-hand claim is drawn into %+v", l)
				}
			}
		}
	}
}

// The answer key is not read: without it, or with another, the lines are the same bytes; and twice is the same twice.
func TestAnswersAreNotRead(t *testing.T) {
	for _, name := range casebook.Names() {
		text := caseText(t, name)
		var doc yaml.Node
		if err := yaml.Unmarshal(text, &doc); err != nil {
			t.Fatal(err)
		}
		root, cut := doc.Content[0], 0
		for i := 0; i+1 < len(root.Content); {
			if k := root.Content[i].Value; k == "expected" || k == "ground_truth" {
				root.Content = slices.Delete(root.Content, i, i+2)
				cut++
				continue
			}
			i += 2
		}
		if cut == 0 {
			t.Errorf("%s: nothing to cut off", name)
		}
		without, err := yaml.Marshal(&doc)
		if err != nil {
			t.Fatal(err)
		}
		if a, b := jsonLines(t, replayed(t, name, text).Lines), jsonLines(t, replayed(t, name, without).Lines); a != b {
			t.Errorf("%s: with its answers\n%swithout\n%s", name, a, b)
		}
	}
}

// A file that is none of the five, along every path a file can ask for. The lines were checked once against the direct
// reading of the file that package watch's own test makes; they differ in one place, where that reading takes
// "acknowledged: true" for a receipt of 1970.
func TestInvented(t *testing.T) {
	p := replayed(t, "invented", invented(t))
	want, err := os.ReadFile(filepath.Join("testdata", "invented.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	if got := jsonLines(t, p.Lines); got != string(want) {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	var left []string
	for _, u := range p.Untranslated {
		left = append(left, fmt.Sprintf("%s: %s: %d", u.What, u.Why, u.Count))
	}
	if want := []string{"claim: a grade of no known scheme: 1", "collection: no rule reads it: 1", "dissemination: it names nothing on record: 1",
		"lifecycle/end: no rule reads it: 1", "loss: no rule reads it: 1", "post: no rule reads it: 1", "topic: no rule reads it: 1",
		"who-knew: it names nothing on record: 1"}; !slices.Equal(left, want) {
		t.Errorf("not played: %q, want %q", left, want)
	}
}

var fileID = regexp.MustCompile(`\b(?:(?:P|O|T|S|RO|J|PR|K|X|U|V|L|REP|A|B|N|D|W)-[A-Z0-9][A-Za-z0-9-]*|C\d+)\b`)

// Other ids, and records in another order, give the same findings under the other ids.
func TestOtherIDs(t *testing.T) {
	base := replayed(t, "invented", invented(t)).Lines
	var doc struct{ yaml.Node }
	if err := yaml.Unmarshal(invented(t), &doc.Node); err != nil {
		t.Fatal(err)
	}
	for _, list := range doc.Content[0].Content { // every list of records the other way round
		if list.Kind == yaml.SequenceNode {
			slices.Reverse(list.Content)
		}
	}
	turned, err := yaml.Marshal(&doc.Node)
	if err != nil {
		t.Fatal(err)
	}
	back := map[string]string{}
	n := 900
	there := map[string]string{}
	other := fileID.ReplaceAllFunc(turned, func(b []byte) []byte {
		id := string(b)
		if there[id] == "" {
			n-- // names in another order than the old ones
			kind, _, ok := strings.Cut(id, "-")
			there[id] = fmt.Sprintf("C%d", n)
			if ok {
				there[id] = fmt.Sprintf("%s-N%d", kind, n)
			}
			back[there[id]] = id
		}
		return []byte(there[id])
	})
	if back["S-N0"] != "" || len(back) < 60 {
		t.Fatalf("renamed %d ids", len(back))
	}
	flat := func(lines []Line, name func(string) string) []string {
		var out []string
		for _, l := range lines {
			ids := make([]string, len(l.Subjects))
			for i, s := range l.Subjects {
				ids[i] = name(s)
			}
			slices.Sort(ids)
			out = append(out, l.Rule+" "+l.FirstRaised+" "+strings.Join(ids, " "))
		}
		slices.Sort(out)
		return out
	}
	same := func(s string) string { return s }
	old := func(s string) string {
		if v := back[s]; v != "" {
			return v
		}
		return s
	}
	got, want := flat(replayed(t, "renamed", other).Lines, old), flat(base, same)
	if !slices.Equal(got, want) {
		t.Errorf("under other ids\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// A file that is no case is refused with its lines; a play that nobody waits for ends.
func TestReplayEnds(t *testing.T) {
	_, err := Replay(context.Background(), "x.yaml", strings.NewReader("schema_version: 2\n"), nil)
	var f *casefile.Error
	if !errors.As(err, &f) || f.File != "x.yaml" {
		t.Errorf("no case: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := 0
	_, err = Replay(ctx, "invented", bytes.NewReader(invented(t)), func(n, total int) {
		if n != done+1 || total < n {
			t.Errorf("progress %d of %d after %d", n, total, done)
		}
		if done = n; n == 3 {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) || done != 3 {
		t.Errorf("canceled after %d days: %v", done, err)
	}
}
