package attack

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"
)

// cells are beginnings of cells that spreadsheets run, and neighbors that only look like one.
var cells = []string{"=1+1", "+1", "-1", "@SUM(A1)", "＝1+1", "＋1", "－1", "＠A1", "=cmd|' /C calc'!A0", "=HYPERLINK(\"http://x\",\"y\")", "'=1", "\"=1\"", " =1", "ordinary", "1=1", "=", "-", "100", "\u00a0=1", "\u200b=1", "|x", "%x", "a,b", "a;=1", "a\"b", "a\n=1"}

// Row 44, formulas in separated values (BAY-01-024): every cell that could be run begins with an apostrophe, and what was
// written comes back: reading a table and taking one apostrophe off gives each text as it was, and no other.
func TestRow44Formulas(t *testing.T) {
	u := own(t)
	p := u.machine(t, "low")
	want := map[string]bool{}
	for i, c := range cells {
		body := u.bodies(u.south)["file-report"]
		body["title"] = c
		a := p.send("POST", "/reports", mustJSON(t, body))
		if a.status == 422 { // a title of invisible characters or of two lines is refused: nothing to leave
			continue
		}
		if a.status != 201 {
			t.Fatalf("%d %q: %d %s", i, c, a.status, a.body)
		}
		want[strings.TrimSpace(c)] = true
	}
	if len(want) < 18 {
		t.Fatalf("only %d of the titles are taken", len(want))
	}
	for _, form := range []string{"csv", "tsv"} {
		r := u.run(t, "low", "report", "list", "--limit", "200", "--format", form)
		if r.code != 0 {
			t.Fatal(r.side)
		}
		reader := csv.NewReader(strings.NewReader(r.out))
		if form == "tsv" {
			reader.Comma, reader.LazyQuotes = '\t', true
		}
		lines, err := reader.ReadAll()
		if err != nil {
			t.Fatalf("%s: %v\n%s", form, err, r.out)
		}
		title := slices.Index(lines[0], "title")
		if title < 0 {
			t.Fatalf("%s has no title: %v", form, lines[0])
		}
		got := map[string]bool{}
		for _, l := range lines[1:] {
			for _, v := range l {
				if !strings.HasPrefix(v, "'") && first(v) {
					t.Errorf("%s: a cell that runs: %q", form, v)
				}
			}
			v := l[title]
			if rest, ok := strings.CutPrefix(v, "'"); ok && first(rest) {
				v = rest
			}
			got[v] = true
		}
		if form == "tsv" {
			continue // quotes are no quotes there: the reader above reads them otherwise
		}
		for w := range want {
			if !got[w] {
				t.Errorf("%s: %q does not come back as it was", form, w)
			}
		}
	}
}

// first reports whether a cell's first sign is one that spreadsheets run, leaving out blanks and quotation marks.
func first(v string) bool {
	v = strings.TrimLeftFunc(v, func(r rune) bool { return unicode.IsSpace(r) || r == '"' || r == '\'' })
	return v != "" && strings.ContainsRune("=+-@＝＋－＠", []rune(v)[0])
}

// What a table of commands made is read back by the import as it was: the apostrophe is taken off again.
func TestRow44RoundTrip(t *testing.T) {
	u := own(t)
	var b strings.Builder
	w := csv.NewWriter(&b)
	w.Write([]string{"contact", "title", "items.0.text", "items.0.lang", "items.0.basis"})
	titles := []string{"=1+1", "'=1", "ordinary", "'ordinary", "＝1", "-", "\"=1\""}
	for _, c := range titles {
		left := c
		if first(c) {
			left = "'" + c
		}
		w.Write([]string{u.south.ids["con"], left, "seen", "en", "direct"})
	}
	w.Flush()
	if r := u.run(t, "low", "report", "import", u.write(t, "back.csv", b.String())); r.code != 0 {
		t.Fatalf("%s%s", r.out, r.side)
	}
	a := u.machine(t, "low").get("/reports?limit=50")
	var page struct {
		Items []struct{ Title string }
	}
	if err := json.Unmarshal(a.body, &page); err != nil {
		t.Fatal(err)
	}
	for _, c := range titles {
		if !slices.ContainsFunc(page.Items, func(x struct{ Title string }) bool { return x.Title == c }) {
			t.Errorf("%q does not come back: %s", c, a.body)
		}
	}
}

// Row 55, terminals and logs (Mattermost CVE-2026-3108, net/textproto CVE-2026-42507): what stands in records and inputs
// reaches no terminal and no log line as anything but letters.
func TestRow55Terminal(t *testing.T) {
	u := own(t)
	p := u.machine(t, "low")
	evil := "\u202egnp.exe \u2066\u2069 \u200f \ufeff x\u2028y\u2029 z"
	controls := "\x1b[31m \x1b]0;owned\x07 \x1b]8;;http://x\x07 \x9b2J \u009b2J \b\b \r\n\x00\x7f"
	safe := func(where, s string) {
		t.Helper()
		for _, r := range s {
			if r != '\n' && (unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) && r != '\u2068' && r != '\u2069' || r == '\u2028' || r == '\u2029' || r == '\ufeff') {
				t.Errorf("%s puts %U on the terminal: %q", where, r, s[max(0, strings.IndexRune(s, r)-40):min(len(s), strings.IndexRune(s, r)+40)])
				return
			}
		}
	}
	// Controls are refused at the door, in every text.
	for _, c := range []string{"\x1b[31m", "\u009b2J", "\b", "\x00", "\x7f"} {
		body := u.bodies(u.south)["file-report"]
		body["items"].([]object)[0]["text"] = "seen " + c
		if a := p.send("POST", "/reports", mustJSON(t, body)); a.status != 422 {
			t.Errorf("a text with %q is taken: %d", c, a.status)
		}
	}
	body := u.bodies(u.south)["file-report"]
	body["items"].([]object)[0]["text"] = "seen " + evil
	a := p.send("POST", "/reports", mustJSON(t, body))
	id := anyID.FindString(string(a.body))
	if a.status != 201 {
		t.Fatalf("%d %s", a.status, a.body)
	}
	p.send("POST", "/notices", mustJSON(t, object{"kind": "doubt", "about": id, "text": evil}))
	shown := 0
	for _, c := range [][]string{{"report", "show", id}, {"report", "list"}, {"search", "seen"}, {"notice", "list"}, {"watch", "list"}, {"source", "show", u.south.ids["src"]}} {
		r := u.run(t, "low", c...)
		safe(strings.Join(c, " "), r.out)
		safe(strings.Join(c, " ")+" on the side", r.side)
		if strings.Contains(r.out, `\u{202e}`) {
			shown++
		}
	}
	if shown == 0 {
		t.Error("no command showed the text: nothing is proved")
	}
	// What a person typed comes back in errors: arguments, file names, fields, values.
	file := u.write(t, "evil.yaml", "\"ti\\e[31mtle\\u202e\": x\n")
	values := u.write(t, "values.yaml", "contact: "+u.south.ids["con"]+"\nitems:\n - text: x\n   lang: \"\\e]0;x\\a\\u202e\"\n   basis: \"\\u009b2J\"\n   scheme: \"\\u202e\"\n")
	head := u.write(t, "head.csv", "con\x1b[2Jtact\u202e\nx\n")
	for _, form := range []string{"text", "json"} {
		for _, c := range [][]string{{"report", "show", "\x1b[31m" + evil}, {"report", "file", "--file", file}, {"report", "file", "--file", values}, {"report", "import", head}, {"report", "file", "--file", "/no/" + strings.ReplaceAll(controls, "\x00", "")},
			{"no\x1b[31msuch\u202e"}, {"report", "list", "--\x1b[31m\u202e"}, {"report", "list", "--after", "\u009b2J\u202e"}, {"search", "\"" + evil, "--kind", "\x1b[2J\u202e"}, {"report", "list", "--limit", "\x1b[2J"}} {
			r := u.run(t, "low", append(c, "--format", form)...)
			if r.code == 0 && c[0] != "search" {
				t.Errorf("%q is taken: %s", c, r.out)
			}
			safe(fmt.Sprintf("%q as %s", c, form), r.side)
			safe(fmt.Sprintf("%q as %s, out", c, form), r.out)
		}
	}
	// The operator's logs: the porches' and the commands'.
	for _, port := range u.both(t, "low") {
		port.get("/reports/x", "User-Agent", controls, "Referer", evil)
		port.send("POST", "/reports", controls+evil)
	}
	safe("the operator's log", u.slog.String())
	if b, err := os.ReadFile(filepath.Join(u.dir, "incidents.log")); err == nil {
		safe("the log of commands", string(b))
	}
}

// Row 58, secrets in arguments and open files (BAY-01-005, -030, Vault CVE-2021-38553, NATS CVE-2026-33247): no command
// takes a secret as an argument, and after each command every file of the unit belongs to its account alone.
func TestRow58ArgumentsAndModes(t *testing.T) {
	u := own(t)
	if err := u.d.Close(); err != nil { // only the program's own files are looked at
		t.Fatal(err)
	}
	key := u.write(t, "log.key", u.run(t, "inspector", "audit", "key").out)
	check := func(after string) {
		t.Helper()
		err := filepath.WalkDir(u.dir, func(name string, d os.DirEntry, err error) error {
			if err != nil {
				return err
			}
			info, err := d.Info()
			if err != nil {
				return nil // gone meanwhile
			}
			want := os.FileMode(0o600)
			if d.IsDir() {
				want = 0o700
			}
			if info.Mode().Perm()&^want != 0 {
				t.Errorf("after %s: %s has mode %v", after, name, info.Mode())
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	given := map[string]string{"FILE": u.write(t, "draft.yaml", "title: x\n"), "SOURCE": u.south.ids["src"], "REPORT": u.south.ids["rep"], "RELEASE": u.south.ids["rel"], "NOTICE": u.south.ids["ntc"], "CONTACT": u.south.ids["con"], "RECORD": u.south.ids["rep"],
		"REQUIREMENT": u.south.ids["req"], "COPY": u.south.ids["iss"], "PRODUCT": u.south.ids["prd"], "AUTHORITY": u.south.ids["aut"], "PARTY": u.south.ids["pty"], "OFFICER": "mate", "WORDS": "gate", "SEQ": "1"}
	ran := 0
	umask := []string{"sh", "-c", `umask 0; exec "$0" "$@"`}
	for _, name := range commandNames(t) {
		words := strings.Fields(name)
		switch name {
		case "serve", "demo", "lab search", "casebook replay": // serve until stopped, or work on plain files
			continue
		}
		help := named.help[name]
		for line := range strings.Lines(help) {
			lower := strings.ToLower(line)
			for _, secret := range []string{"--passphrase ", "--password", "--secret", "--token", "--dsn", "--postgres ", "--key ", "--pin", "--code ", "--recovery-code", "--otp"} {
				if strings.Contains(lower, secret) && !strings.Contains(line, "FILE") && strings.HasPrefix(strings.TrimSpace(line), "-") {
					t.Errorf("%s takes a secret as an argument: %s", name, line)
				}
			}
		}
		for _, part := range strings.Fields(strings.SplitN(strings.SplitN(help, "\nCall\n", 2)[1], "\n", 2)[0])[1+len(words):] {
			part = strings.Trim(part, "[]…")
			if part != "flags" && part == strings.ToUpper(part) {
				words = append(words, given[part])
				if given[part] == "" {
					words[len(words)-1] = u.south.ids["rep"]
				}
			}
		}
		for _, flag := range [][2]string{{"--out FILE", filepath.Join(u.dir, "out-"+strings.ReplaceAll(name, " ", "-"))}, {"--file FILE", given["FILE"]}, {"--to DIR", filepath.Join(u.dir, "to-"+strings.ReplaceAll(name, " ", "-"))}} {
			if strings.Contains(help, flag[0]) {
				words = append(words, strings.Fields(flag[0])[0], flag[1])
			}
		}
		who := "keeper"
		if words[0] == "audit" {
			who = "inspector"
			if name == "audit verify" {
				words = append(words, "--bundle", filepath.Join(u.dir, "out-audit-bundle"), "--key", key)
			}
		}
		cmd := u.command(t, who, words...)
		cmd.Path, cmd.Args = "/bin/sh", append(umask, append([]string{cmd.Path}, cmd.Args[1:]...)...)
		if r := finish(t, cmd); strings.Contains(r.all(), "goroutine ") {
			t.Errorf("%s: %s", name, r.all())
		}
		ran++
		check(name)
	}
	// A unit begun, with the machine's most careless mask.
	fresh := filepath.Join(u.dir, "fresh")
	cmd := u.command(t, "keeper", "init", "--name", "Unit", "--administrator", "root")
	cmd.Path, cmd.Args = "/bin/sh", append(umask, builtProgram(t), "init", "--name", "Unit", "--administrator", "root", "--data", fresh, "--passphrase-file", filepath.Join(u.dir, "keeper.passphrase"))
	if r := finish(t, cmd); r.code != 0 {
		t.Errorf("init: %s", r.all())
	}
	check("init")
	if ran < 50 {
		t.Errorf("only %d commands were run", ran)
	}
	// While a command runs, its arguments hold no secret: what it was given is a path. A secret file open to others is refused.
	open := u.write(t, "open.passphrase", string(pass("low")))
	os.Chmod(open, 0o644)
	cmd = u.command(t, "low", "report", "list")
	for i, a := range cmd.Args {
		if a == "--passphrase-file" {
			cmd.Args[i+1] = open
		}
		if strings.Contains(a, string(pass("low"))) {
			t.Errorf("an argument holds the passphrase")
		}
	}
	if r := finish(t, cmd); r.code != 2 {
		t.Errorf("a passphrase file open to everybody: exit %d %s", r.code, r.side)
	}
	os.Remove(open)
}
