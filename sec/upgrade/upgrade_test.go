package upgrade

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"cutout/internal/audit"
	"cutout/internal/casework"
	"cutout/internal/identity"
	"cutout/internal/officer"
	"cutout/internal/store/storetest"
	"cutout/internal/vault"
)

var ctx = context.Background()

// eachFixture runs a test on every frozen unit, on both engines.
func eachFixture(t *testing.T, fn func(t *testing.T, x *fixture)) {
	for _, dir := range releases(t) {
		for _, engine := range []string{"sqlite", "postgres"} {
			t.Run(filepath.Base(dir)+" "+engine, func(t *testing.T) { fn(t, thaw(t, dir, engine)) })
		}
	}
}

// TestP17EveryReleaseOpens opens the unit of every release with this program: its tables are brought up, its log is the
// one that its checkpoint signed, every account signs in, every record stands with its label, every look is answered, work goes on.
func TestP17EveryReleaseOpens(t *testing.T) {
	eachFixture(t, func(t *testing.T, x *fixture) {
		want := x.frozen()
		if len(want.Records) < 10 || len(want.Past) == 0 || want.Log < 100 {
			t.Fatalf("the manifest says little: %d records", len(want.Records))
		}
		before, err := casework.Schema(ctx, x.cfg)
		must(t, err)
		d, err := casework.Open(ctx, x.cfg)
		must(t, err)
		defer d.Close()
		after, err := casework.Schema(ctx, x.cfg)
		must(t, err)
		if after.At != after.Program || len(after.Pending) != 0 || before.At > after.At {
			t.Errorf("the tables are at %+v, and were at %+v", after, before)
		}
		got := x.read()
		if !slices.Equal(got.Records, want.Records) || !slices.Equal(got.Past, want.Past) || got.Log < want.Log {
			t.Errorf("%d records and %d past versions, frozen were %d and %d, or one of them differs", len(got.Records), len(got.Past), len(want.Records), len(want.Past))
		}
		who := map[string]officer.Officer{}
		for _, name := range strings.Fields("root registrar handler controller authorizer manager analyst validator release second customer inspector") {
			o, err := d.SignIn(ctx, name, passphrase(name))
			if err != nil {
				t.Errorf("%s cannot sign in: %v", name, err)
			}
			who[name] = o
		}
		if _, err := d.SignIn(ctx, "leaver", passphrase("leaver")); casework.KindOf(err) != casework.Refused {
			t.Errorf("a closed account: %v", err)
		}
		checkpoint, err := os.ReadFile(filepath.Join(x.dir, x.engine+".checkpoint"))
		must(t, err)
		r, err := d.VerifyLog(ctx, who["inspector"], checkpoint)
		if err != nil || r.Finding != audit.Sound || r.Proven < want.Log-1 {
			t.Errorf("the log: %v %+v", err, r)
		}
		if c, err := d.ExamineSeals(ctx, who["root"], nil); err != nil || !c.Sound() || c.Sealed < int64(len(want.Records)) {
			t.Errorf("the seals: %v %v %+v", err, c.First, c.Log)
		}
		page, err := d.Search(ctx, who["analyst"], "غادرت البوابة", "", false, "", 20)
		if err != nil || len(page.Hits) == 0 {
			t.Errorf("a search finds %d: %v", len(page.Hits), err)
		}
		ss, err := d.Sources(ctx, who["registrar"], "", 10)
		must(t, err)
		if len(ss.Sources) == 0 {
			t.Fatal("no source")
		}
		p, err := d.OpenIdentity(ctx, who["registrar"], ss.Sources[0].ID, "the seal of an old release")
		must(t, err)
		person, err := p.Disclose()
		must(t, err)
		if !slices.ContainsFunc(person.Names, func(n identity.Name) bool { return n.Full == "زفيرين كواكنبوش" }) {
			t.Error("the seal opens to another person")
		}
		if _, err := d.OpenCompartment(ctx, who["root"], "A desk of today"); err != nil {
			t.Errorf("work does not go on: %v", err)
		}
		must(t, d.Close())
		again, err := casework.Open(ctx, x.cfg) // a second upgrade changes nothing
		must(t, err)
		must(t, again.Close())
		if twice := x.read(); !slices.Equal(twice.Records, got.Records) {
			t.Error("a second opening changed records")
		}
	})
}

// TestP17OldUnitMoves backs up the unit of every release and restores it on each engine. On PostgreSQL the word index can be
// compared: the one made anew lacks no term of the one its release made (0.1 left out how a source is described).
func TestP17OldUnitMoves(t *testing.T) {
	eachFixture(t, func(t *testing.T, x *fixture) {
		d, err := casework.Open(ctx, x.cfg)
		must(t, err)
		key := vault.NewStoreKey()
		var file bytes.Buffer
		_, err = d.Backup(ctx, &file, key, d.Epoch(), nil)
		must(t, err)
		must(t, d.Close())
		want := x.read()
		for _, engine := range []string{"sqlite", "postgres"} {
			y := &fixture{t: t, engine: engine, cfg: x.cfg}
			y.cfg.Path, y.cfg.DSN, y.cfg.Ring = filepath.Join(t.TempDir(), "r.db"), "", t.TempDir()
			if engine == "postgres" {
				y.cfg.Path, y.cfg.DSN = "", storetest.Schema(t)
			}
			r, err := casework.Restore(ctx, y.cfg, bytes.NewReader(file.Bytes()), key, false, nil)
			if err != nil || !r.Sound() {
				t.Fatalf("on %s: %v %v", engine, err, r.First)
			}
			y.db = y.raw()
			if got := y.read(); !slices.Equal(got.Records, want.Records) || !slices.Equal(got.Past, want.Past) {
				t.Errorf("on %s other records came out", engine)
			}
			if engine == x.engine && engine == "postgres" {
				a, b := x.words(), y.words()
				if len(a) != len(b) || len(a) < 5 {
					t.Errorf("the word index of %d records was made anew for %d", len(a), len(b))
				}
				for i := range min(len(a), len(b)) {
					for _, term := range strings.Fields(a[i]) {
						if !slices.Contains(strings.Fields(b[i]), term) {
							t.Errorf("the word index made anew lacks %s in\n%s", term, b[i])
						}
					}
				}
			}
		}
	})
}

// words is the word index of PostgreSQL.
func (x *fixture) words() (out []string) {
	x.t.Helper()
	rows, err := x.db.Query("SELECT seq::text || ' ' || label::text || ' ' || kind || ' ' || t::text FROM words ORDER BY seq")
	must(x.t, err)
	defer rows.Close()
	for rows.Next() {
		var s string
		must(x.t, rows.Scan(&s))
		out = append(out, s)
	}
	must(x.t, rows.Err())
	return out
}

// TestEveryReleaseHasAFixture fails when a version was released and nothing of it is frozen here.
func TestEveryReleaseHasAFixture(t *testing.T) {
	if got := released("# Changelog\n\n## Unreleased\n\n## 0.3.1 (2027-02-01)\n\n## [0.2.0]\n\n## v0.1.0\n\n### Fixed\n"); !slices.Equal(got, []string{"v0.3", "v0.2", "v0.1"}) {
		t.Fatalf("the headings are read as %v", got)
	}
	b, err := os.ReadFile("../../CHANGELOG.md")
	must(t, err)
	for _, v := range append(released(string(b)), "v0.1") {
		for _, name := range []string{"cutout.db.gz", "sqlite.key", "sqlite.json", "sqlite.checkpoint", "postgres.sql.gz", "postgres.key", "postgres.json", "postgres.checkpoint"} {
			info, err := os.Stat(filepath.Join("testdata", v, name))
			if err != nil {
				t.Errorf("%s was released and has no %s here: run sec/upgrade/freeze.sh (README.md)", v, name)
			} else if info.Size() > 1<<20 {
				t.Errorf("%s of %s is larger than a megabyte", name, v)
			}
		}
	}
}
