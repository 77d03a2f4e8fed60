package promises

import (
	"bytes"
	"fmt"
	"html"
	"maps"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"cutout/internal/audit"
	"cutout/internal/casework"
	"cutout/internal/identity"
	"cutout/internal/names"
	"cutout/internal/source"
	"cutout/internal/vault"
	"cutout/sec/served"
)

// starts are the beginnings of the canaries' words and the coarse forms under which a unit asks for a name, in every
// disguise that random bytes do not make by chance.
var starts = func() (out [][]byte) {
	words := []string{"quézi", "vixbr", "قزحيط", "jexqu"}
	for _, w := range []string{"aaquézilorn", "quézilorn", "aavixbrandt", "قزحيطوفان"} {
		if s := names.Skeleton(w); len(s) >= 5 {
			words = append(words, s)
		}
	}
	for _, w := range words {
		for _, d := range disguises(w) {
			if len(d) >= 7 || bytes.Equal(d, []byte(w)) {
				out = append(out, d)
			}
		}
	}
	slices.SortFunc(out, bytes.Compare)
	return slices.CompactFunc(out, bytes.Equal)
}()

// found looks for a canary in every form, whole and by its beginning.
func found(t *testing.T, where string, text []byte, cs []canary) {
	t.Helper()
	scan(t, where, text, cs)
	for _, d := range starts {
		if i := bytes.Index(text, d); i >= 0 {
			t.Errorf("%s: a canary begins there as %q: …%q…", where, d, text[max(i-60, 0):min(i+60, len(text))])
			return
		}
	}
}

// shows holds that a text shows one canary whole and none of another.
func shows(t *testing.T, where string, text []byte, cs []canary, one canary) {
	t.Helper()
	for _, w := range one.words {
		if !bytes.Contains(text, []byte(w)) {
			t.Errorf("%s lacks %q", where, w)
		}
	}
	scan(t, where, text, cs, one.of)
}

// rows is every row of every table as the engine prints it; on SQLite the pages are one sealed file, so they are opened.
func (u *unit) rows() []byte {
	u.t.Helper()
	db := u.database()
	q := "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
	if u.dsn != "" {
		q = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"
	}
	var tables []string
	r, err := db.Query(q)
	u.must(err)
	for r.Next() {
		var s string
		u.must(r.Scan(&s))
		tables = append(tables, s)
	}
	u.must(r.Err())
	r.Close()
	var out bytes.Buffer
	for _, name := range tables {
		r, err := db.Query(`SELECT * FROM "` + name + `"`)
		u.must(err)
		cols, err := r.Columns()
		u.must(err)
		for r.Next() {
			vals, into := make([]any, len(cols)), make([]any, len(cols))
			for i := range vals {
				into[i] = &vals[i]
			}
			u.must(r.Scan(into...))
			for _, v := range vals {
				if b, ok := v.([]byte); ok {
					out.Write(b)
				} else {
					fmt.Fprint(&out, v)
				}
				out.WriteByte(' ')
			}
		}
		u.must(r.Err())
		r.Close()
	}
	if len(tables) < 15 || out.Len() < 20_000 {
		u.t.Fatalf("%d tables gave %d bytes", len(tables), out.Len())
	}
	return out.Bytes()
}

// TestP01P08WholeLife registers canaries, opens some by two approvers, seals some anew, destroys one, files the work around
// them, makes backups and a bundle of keys, serves the unit, kills the server, goes on by commands, and restores. No word
// of an identity is in any file, row, log, page, answer or output, but where it was disclosed, and there only that one.
func TestP01P08WholeLife(t *testing.T) {
	served.Binary(t)
	n := 14
	if os.Getenv("CUTOUT_LONG") != "" {
		n = 200
	}
	engines(t, func(t *testing.T, u *unit) {
		temp := t.TempDir()
		t.Setenv("TMPDIR", temp)
		_, approvers := u.five()
		var trustees []string
		for _, name := range []string{"tr1", "tr2", "tr3"} {
			u.add(name, "trustee")
			trustees = append(trustees, u.who[name].ID.String())
		}
		p, err := u.d.ProposeTrustees(ctx, u.in("registrar"), casework.HoldersDraft{Officers: trustees, Reason: "founding"})
		u.must(err)
		for _, a := range approvers[:2] {
			u.must(u.d.Confirm(ctx, u.in(a), p))
		}
		cs := canaries(n)
		for i := range cs {
			cs[i].of = u.register(cs[i].draft)
		}
		for i := range n {
			if i < 2 || i%20 == 0 {
				if r := u.report(cs[i].of, "two containers left unweighed"); i == 0 {
					u.job(r)
				}
			}
		}
		person := func(p identity.Person, err error) []byte {
			t.Helper()
			u.must(err)
			who, err := p.Disclose()
			u.must(err)
			return []byte(fmt.Sprintf("%+v", who))
		}
		for _, c := range cs[:4] {
			req, err := u.d.RequestOpening(ctx, u.in("authorizer"), casework.OpeningDraft{Source: c.of.String(), Purpose: "a court order"})
			u.must(err)
			for _, a := range approvers[1:3] {
				u.must(u.d.ApproveOpening(ctx, u.in(a), req))
			}
			shows(t, "what two approvers opened", person(u.d.OpenApproved(ctx, u.in("authorizer"), req)), cs, c)
		}
		for _, c := range cs[4:7] {
			u.must(u.d.Relieve(ctx, u.who["registrar"], casework.AssignDraft{Source: c.of.String(), Officer: u.who["controller"].ID.String(), Duty: "controller"}))
			u.must(u.d.Reseal(ctx, u.in("registrar"), c.of))
		}
		known, err := u.d.Known(ctx, u.in("registrar"), cs[8].draft)
		u.must(err)
		if len(known) == 0 {
			t.Error("a canary is not known: its tokens are not there to be looked for")
		}
		found(t, "what is said of a known person", []byte(fmt.Sprintf("%+v", known)), cs)
		out := t.TempDir()
		write := func(name string, b []byte) { u.must(os.WriteFile(filepath.Join(out, name), b, 0o600)) }
		u.must(os.Mkdir(filepath.Join(u.dir, "keys", "backup"), 0o700))
		early, _ := u.backup(filepath.Join(u.dir, "keys", "backup"))
		write("early.backup", early)
		gone := cs[7]
		p, err = u.d.ProposeDestruction(ctx, u.in("registrar"), gone.of, "he asked for it")
		u.must(err)
		u.must(u.d.Confirm(ctx, u.in(approvers[0]), p))
		cert, err := u.d.DestroyIdentity(ctx, u.in("registrar"), p)
		u.must(err)
		write("certificate", fmt.Appendf(nil, "%s\n%s", cert.Certificate, cert.Signed))
		file, key := u.backup(filepath.Join(u.dir, "keys", "backup"))
		write("late.backup", file)
		checkpoint, err := u.d.Checkpoint(ctx, u.in("inspector"))
		u.must(err)
		rows := u.plain()
		found(t, "the records opened with every key of the server", rows, cs)
		found(t, "the rows", u.rows(), cs)

		// The crash: on SQLite what lies on the disk while the unit works is copied and served elsewhere.
		dir := u.dir
		if u.dsn == "" {
			dir = filepath.Join(t.TempDir(), "image")
			u.must(os.CopyFS(dir, os.DirFS(u.dir)))
		}
		u.must(filepath.WalkDir(dir, func(p string, e os.DirEntry, err error) error {
			if err == nil && !e.IsDir() {
				err = os.Chmod(p, 0o600)
			}
			return err
		}))
		s := served.Start(t, dir, served.How{Env: []string{"TMPDIR=" + temp}})
		b := s.Browser(t)
		b.Post("/signin", url.Values{"name": {"handler"}, "passphrase": {string(pass("handler"))}})
		if b.Was.StatusCode != http.StatusSeeOther {
			t.Fatalf("the handler at the crashed unit: %s", b.Was.Status)
		}
		for _, at := range []string{"/", "/sources", "/sources/" + cs[0].of.String(), "/sources/" + cs[8].of.String() + "/identity", "/reports", "/custody/sealing", "/search?q=" + url.QueryEscape(cs[0].words[0])} {
			page := b.Get(at)
			for _, w := range cs[0].words { // what he himself asked for stands in the page
				if strings.HasPrefix(at, "/search") {
					page = strings.ReplaceAll(page, w, "")
				}
			}
			found(t, "the page "+at, []byte(page+html.UnescapeString(page)), cs)
		}
		shows(t, "the page of an opened identity", []byte(html.UnescapeString(b.Post("/sources/"+cs[8].of.String()+"/identity", url.Values{"reason": {"a drill"}}))), cs, cs[8])
		answer := b.Ask("POST", "/api/v1/session", "application/json", fmt.Sprintf(`{"name":"handler","passphrase":%q}`, pass("handler")))
		_, token, _ := strings.Cut(answer, `"token":"`)
		token, _, _ = strings.Cut(token, `"`)
		b.Header = http.Header{"Authorization": {"Bearer " + token}}
		for _, at := range []string{"/sources", "/sources/" + cs[0].of.String(), "/reports", "/openings", "/openapi.yaml"} {
			found(t, "the answer "+at, []byte(b.Ask("GET", "/api/v1"+at, "", "")), cs)
			if b.Was.StatusCode >= 500 {
				t.Errorf("%s: %s", at, b.Was.Status)
			}
		}
		killed := make(chan struct{})
		go func() { // it dies at work
			defer close(killed)
			for range 40 {
				r, _ := http.NewRequest("GET", s.URL+"/sources", nil)
				if a, err := b.Do(r); err == nil {
					a.Body.Close()
				}
			}
		}()
		_ = s.Stop(syscall.SIGKILL)
		<-killed
		found(t, "what the server printed", []byte(s.Said()), cs)

		command := func(name string, words ...string) (string, error) {
			secret := filepath.Join(temp, "pass")
			u.must(os.WriteFile(secret, pass(name), 0o600))
			c := exec.Command(served.Binary(t), append(words, "--data", dir, "--officer", name, "--passphrase-file", secret)...)
			c.Env = append(os.Environ(), "LANG=en_US.UTF-8")
			b, err := c.CombinedOutput()
			return string(b), err
		}
		write("keys.pass", []byte("a passphrase for the keys"))
		bundle := filepath.Join(out, "unit.keys")
		for _, c := range [][]string{{"handler", "source", "list"}, {"handler", "source", "show", cs[0].of.String()}, {"registrar", "custody", "sealing"}, {"registrar", "custody", "holders"},
			{"authorizer", "opening", "list"}, {"analyst", "search", "containers"}, {"inspector", "audit", "list"}, {"inspector", "audit", "verify"}, {"root", "backup", "make", "--out", filepath.Join(out, "command.backup")},
			{"root", "backup", "keys", "--out", bundle, "--keys-passphrase-file", filepath.Join(out, "keys.pass")}} {
			said, err := command(c[0], c[1:]...)
			if err != nil {
				t.Errorf("%v: %v\n%s", c, err, said)
			}
			found(t, strings.Join(c[1:], " "), []byte(said), cs)
		}
		said, err := command("root", "doctor", "--deep") // finds fault with this machine; what it says is what counts
		found(t, fmt.Sprint("doctor: ", err), []byte(said), cs)
		said, err = command("handler", "unmask", cs[9].of.String(), "--reason", "a drill")
		u.must(err)
		shows(t, "unmask", []byte(said), cs, cs[9])
		said, err = command("registrar", "unmask", gone.of.String(), "--reason", "a drill")
		if err == nil {
			t.Error("a destroyed identity opens at the crashed unit")
		}
		found(t, "unmask of a destroyed identity", []byte(said), cs)

		// Elsewhere: the records from the backup, the keys from the bundle.
		sealed, err := os.ReadFile(bundle)
		u.must(err)
		keys, err := vault.OpenKeys(bytes.NewReader(sealed), []byte("a passphrase for the keys"))
		u.must(err)
		place := t.TempDir()
		for _, k := range keys {
			name := filepath.Join(place, filepath.FromSlash(k.Name))
			u.must(os.MkdirAll(filepath.Dir(name), 0o700))
			u.must(k.Data.Use(func(b []byte) error { return os.WriteFile(name, b, 0o600) }))
		}
		engine := "sqlite"
		if u.dsn != "" {
			engine = "postgres"
		}
		var restored []byte
		for what, from := range map[string][]byte{"the late backup": file, "the early backup": early} {
			cfg := u.elsewhere(engine)
			if cfg.Ring = filepath.Join(place, "sources"); cfg.Path != "" {
				cfg.Path = filepath.Join(place, what+".db")
			}
			cfg.Key, _, err = vault.OpenStoreKey(filepath.Join(place, "store.key"))
			u.must(err)
			r, err := casework.Restore(ctx, cfg, bytes.NewReader(from), key, true, nil, checkpoint)
			if err != nil || !r.Sound() {
				t.Fatalf("%s: %v %+v", what, err, r.First)
			}
			d, err := casework.Open(ctx, cfg)
			u.must(err)
			v := &unit{t: t, d: d, dsn: cfg.DSN, key: u.key, who: maps.Clone(u.who)}
			o := v.in("registrar")
			if _, err := d.OpenIdentity(ctx, o, gone.of, "a drill"); err == nil {
				t.Errorf("%s opens a destroyed identity", what)
			}
			for _, c := range []canary{cs[0], cs[5], cs[10]} {
				shows(t, what, person(d.OpenIdentity(ctx, o, c.of, "a drill")), cs, c)
			}
			if r, err := d.VerifyLog(ctx, v.in("inspector"), []byte(r.Head.Checkpoint)); err != nil || r.Finding != audit.Sound {
				t.Errorf("%s: the log: %v %+v", what, err, r)
			}
			if cfg.DSN != "" {
				restored = append(restored, v.rows()...)
			}
			u.must(d.Close())
		}
		found(t, "the restored rows", restored, cs)
		found(t, "the operator's log", u.slog.b, cs)
		bytesRead := 0
		for name, b := range files(t, u.dir, dir, temp, out, place) {
			bytesRead += len(b)
			found(t, filepath.Base(name), b, cs)
			if bytes.Contains(b, []byte("containers")) {
				t.Errorf("%s shows a word of a report", name)
			}
		}
		t.Logf("%d canaries, %d bytes of files, %d of opened records", n, bytesRead, len(rows))
	})
}

// TestStarts makes sure that the beginnings would be found.
func TestStarts(t *testing.T) {
	for _, c := range canaries(30) {
		for i, w := range c.words {
			if i == 3 || i == 4 { // a number's beginning is not its own
				continue
			}
			text := []byte(strings.ToLower(w))
			text = text[:len(text)-2]
			if !slices.ContainsFunc(starts, func(d []byte) bool { return bytes.Contains(text, d) }) {
				t.Errorf("the beginning of %q would not be found", w)
			}
		}
		if c.of != (source.ID{}) {
			t.Fatal("a canary of no unit has a source")
		}
	}
}
