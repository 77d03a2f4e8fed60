package casework

import (
	"archive/zip"
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cutout/internal/audit"
	"cutout/internal/officer"
	"cutout/internal/store/storetest"
	"cutout/internal/vault"
	"cutout/internal/witness"
)

// logged is a unit of an administrator, an inspector and a customer, whose records can be put back to an older state.
type logged struct {
	t                   *testing.T
	d                   *Desk
	cfg                 Config
	now                 time.Time
	admin, insp, anyone officer.Officer
}

func onEngines(t *testing.T, fn func(t *testing.T, l *logged)) {
	t.Run("sqlite", func(t *testing.T) {
		fn(t, beginLogged(t, Config{Path: filepath.Join(t.TempDir(), "r.db")}))
	})
	t.Run("postgres", func(t *testing.T) { fn(t, beginLogged(t, Config{DSN: storetest.Schema(t), Ring: t.TempDir()})) })
}

func beginLogged(t *testing.T, cfg Config) *logged {
	t.Helper()
	l := &logged{t: t, now: time.Date(2026, 3, 2, 9, 10, 0, 0, time.UTC)}
	var err error
	cfg.Key, _, err = vault.OpenStoreKey(filepath.Join(t.TempDir(), "store.key"))
	l.must(err)
	cfg.QuietWatch, cfg.Clock, cfg.Last, cfg.Logs = true, func() time.Time { return l.now }, filepath.Join(t.TempDir(), "checkpoint.last"), slog.New(slog.DiscardHandler)
	l.cfg = cfg
	l.d, l.admin, err = Begin(ctx, cfg, UnitDraft{Name: "Unit", Administrator: "root"}, []byte("root passphrase"))
	l.must(err)
	t.Cleanup(func() { l.d.Close() })
	for name, to := range map[string]*officer.Officer{"inspector": &l.insp, "customer": &l.anyone} {
		*to, err = l.d.AddOfficer(ctx, l.admin, OfficerDraft{Name: name, Clearance: "SECRET", Duties: []string{name}}, []byte(name+" passphrase"))
		l.must(err)
	}
	return l
}

func (l *logged) must(err error) {
	l.t.Helper()
	if err != nil {
		l.t.Fatal(err)
	}
}

func (l *logged) signIn(o officer.Officer) {
	l.t.Helper()
	_, err := l.d.SignIn(ctx, o.Name, []byte(o.Name+" passphrase"))
	l.must(err)
}

// looks adds entries to the log.
func (l *logged) looks(n int) {
	l.t.Helper()
	for range n {
		_, err := l.d.Around(ctx, l.anyone)
		l.must(err)
	}
}

func (l *logged) size() int64 {
	l.t.Helper()
	signed, err := l.d.Checkpoint(ctx, l.insp)
	l.must(err)
	c, err := l.d.OpenKept(signed)
	l.must(err)
	return c.Size
}

func (l *logged) reopen() {
	l.t.Helper()
	l.must(l.d.Close())
	var err error
	l.d, err = Open(ctx, l.cfg)
	l.must(err)
}

// back takes a copy of the records; what it returns closes the unit and puts that copy in their place.
func (l *logged) back() (restore func()) {
	l.t.Helper()
	if l.cfg.DSN == "" {
		copied := filepath.Join(l.t.TempDir(), "old.db")
		l.must(l.d.Close())
		b, err := os.ReadFile(l.cfg.Path)
		l.must(err)
		l.must(os.WriteFile(copied, b, 0o600))
		l.d, err = Open(ctx, l.cfg)
		l.must(err)
		return func() {
			l.must(l.d.Close())
			for _, end := range []string{"-wal", "-shm"} {
				_ = os.Remove(l.cfg.Path + end)
			}
			l.must(os.WriteFile(l.cfg.Path, b, 0o600))
			l.d, err = Open(ctx, l.cfg)
			l.must(err)
		}
	}
	db, err := sql.Open("pgx", l.cfg.DSN)
	l.must(err)
	l.t.Cleanup(func() { db.Close() })
	var size int64
	var hour int64
	l.must(db.QueryRow("SELECT log_size, (SELECT coalesce(max(hour), 0) FROM checkpoint) FROM head").Scan(&size, &hour))
	return func() {
		l.must(l.d.Close())
		for q, n := range map[string]int64{"DELETE FROM log_entry WHERE seq >= $1": size, "DELETE FROM log_object WHERE seq >= $1": size, "DELETE FROM log_node WHERE idx >= $1": audit.StoredHashes(size),
			"UPDATE head SET log_size = $1": size, "DELETE FROM witnessed WHERE size > $1": size, "DELETE FROM checkpoint WHERE hour > $1": hour} {
			_, err := db.Exec(q, n)
			l.must(err)
		}
		l.d, err = Open(ctx, l.cfg)
		l.must(err)
	}
}

// TestHourCheckpoint holds that what every officer is shown grows by whole batches at whole hours, whoever did how much.
func TestHourCheckpoint(t *testing.T) {
	onEngines(t, func(t *testing.T, l *logged) {
		kept := func() audit.Checkpoint {
			t.Helper()
			signed, err := l.d.KeptCheckpoint(ctx, l.anyone)
			if err != nil {
				if KindOf(err) != NotFound {
					t.Fatal(err)
				}
				return audit.Checkpoint{}
			}
			c, err := l.d.OpenKept(signed)
			l.must(err)
			bare, err := l.d.HourCheckpoint(ctx)
			if err != nil || !bytes.Equal(bare, signed) {
				t.Errorf("without a sign-in: %q %v", bare, err)
			}
			return c
		}
		l.signIn(l.anyone)
		if c := kept(); c.Size != 0 {
			t.Errorf("a checkpoint of %d entries of a unit that has just begun", c.Size)
		}
		l.looks(checkpointBatch + 10)
		l.signIn(l.insp)
		if c := kept(); c.Size != 0 {
			t.Errorf("the hour is not over, and %d entries are shown", c.Size)
		}
		l.now = l.now.Add(time.Hour)
		l.looks(checkpointBatch) // entries of this hour do not show in the checkpoint of the last
		l.signIn(l.insp)
		c := kept()
		if c.Size != checkpointBatch || !c.Time.Equal(time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)) {
			t.Fatalf("after the hour: %+v", c)
		}
		l.signIn(l.anyone)
		if again := kept(); again != c {
			t.Errorf("within the hour it changes: %+v", again)
		}
		restore := l.back()
		l.now = l.now.Add(2 * time.Hour)
		l.signIn(l.anyone)
		next := kept()
		if next.Size != 2*checkpointBatch {
			t.Errorf("two batches later: %+v", next)
		}
		l.reopen()
		l.now = l.now.Add(time.Hour)
		l.signIn(l.anyone)
		if again := kept(); again != next {
			t.Errorf("an hour without a batch shows: %+v", again)
		}
		// What an officer carried away is compared by proof; the newer of the two is not taken on trust.
		signed, err := l.d.KeptCheckpoint(ctx, l.anyone)
		l.must(err)
		p, err := l.d.Extends(ctx, l.anyone, signed)
		l.must(err)
		if from, to, err := p.Check(l.d.Unit().LogPublic); err != nil || from != to {
			t.Errorf("the same checkpoint: %+v %+v %v", from, to, err)
		}
		if _, err := l.d.Extends(ctx, l.anyone, []byte("no note\n")); KindOf(err) != Invalid {
			t.Errorf("a forged checkpoint: %v", err)
		}
		restore()
		if p, err = l.d.Extends(ctx, l.anyone, signed); err != nil {
			t.Fatal(err)
		}
		if _, to, err := p.Check(l.d.Unit().LogPublic); !errors.Is(err, audit.ErrProof) || to.Size >= next.Size {
			t.Errorf("put back, and an officer's own checkpoint does not show it: %+v %v", to, err)
		}
	})
}

// TestGrowthProof proves one size from another, and shows that a proof of another history does not hold.
func TestGrowthProof(t *testing.T) {
	l := beginLogged(t, Config{Path: filepath.Join(t.TempDir(), "r.db")})
	l.looks(30)
	key := l.d.Unit().LogPublic
	p, err := l.d.ProveGrowth(ctx, l.insp, 7, 29)
	l.must(err)
	if from, to, err := p.Check(key); err != nil || from.Size != 7 || to.Size != 29 {
		t.Fatalf("%+v %+v %v", from, to, err)
	}
	now, err := l.d.ProveGrowth(ctx, l.insp, 7, 0)
	l.must(err)
	if _, to, err := now.Check(key); err != nil || to.Size < 30 {
		t.Errorf("to the present: %+v %v", to, err)
	}
	forged := p
	forged.Hashes = append([]audit.Hash{}, p.Hashes...)
	forged.Hashes[0][3] ^= 1
	if _, _, err := forged.Check(key); !errors.Is(err, audit.ErrProof) {
		t.Errorf("a forged hash: %v", err)
	}
	forged = p
	forged.From = now.To
	if _, _, err := forged.Check(key); !errors.Is(err, audit.ErrProof) {
		t.Errorf("another beginning: %v", err)
	}
	for _, bad := range [][2]int64{{0, 5}, {-1, 5}, {9, 5}, {5, 1 << 50}} {
		if _, err := l.d.ProveGrowth(ctx, l.insp, bad[0], bad[1]); KindOf(err) != Invalid {
			t.Errorf("%v: %v", bad, err)
		}
	}
}

// TestRollback puts records back to an older state and asks whether the machine notices, and whether going on is on the log.
func TestRollback(t *testing.T) {
	onEngines(t, func(t *testing.T, l *logged) {
		l.looks(5)
		restore := l.back()
		if r := l.d.RolledBack(); r != nil {
			t.Fatalf("nothing was put back: %v", r)
		}
		l.looks(20)
		l.signIn(l.insp)
		was := l.size()
		restore()
		r := l.d.RolledBack()
		if r == nil || r.Last.Size < was-2 || r.Size >= r.Last.Size {
			t.Fatalf("after the restore: %+v", r)
		}
		// Growing past the old size does not hide it, and the file that shows it stays.
		before, err := os.ReadFile(l.cfg.Last)
		l.must(err)
		l.looks(60)
		l.signIn(l.insp)
		l.reopen()
		if r := l.d.RolledBack(); r == nil || r.Size <= r.Last.Size {
			t.Fatalf("grown since: %+v", r)
		}
		after, err := os.ReadFile(l.cfg.Last)
		if err != nil || !bytes.Equal(before, after) {
			t.Error("the file that shows the rollback was overwritten")
		}
		if err := l.d.AcceptRollback(ctx, []byte("something else")); !errors.Is(err, ErrOtherCheckpoint) {
			t.Errorf("accepting another checkpoint: %v", err)
		}
		l.must(l.d.AcceptRollback(ctx, before))
		l.reopen()
		if r := l.d.RolledBack(); r != nil {
			t.Errorf("accepted: %v", r)
		}
		p, err := l.d.Log(ctx, l.insp, LogQuery{Act: "log.accept-rollback"})
		if err != nil || len(p.Entries) != 1 || p.Entries[0].Officer != "" || p.Entries[0].Commit == [32]byte{} {
			t.Errorf("on the log: %+v %v", p.Entries, err)
		}
		aside, err := filepath.Glob(l.cfg.Last + ".given-up-*")
		if err != nil || len(aside) != 1 {
			t.Errorf("what was given up was not put aside: %v", aside)
		}
		if info, err := os.Stat(l.cfg.Last); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%v %v", info, err)
		}
		l.must(os.WriteFile(l.cfg.Last, []byte("nonsense"), 0o600))
		l.reopen()
		if r := l.d.RolledBack(); r == nil || r.Last != (audit.Checkpoint{}) {
			t.Errorf("a file that is none: %+v", r)
		}
	})
}

// TestAskWitness has a witness of its own directory, and one over HTTP, cosign a log that grows, and refuse one that was
// put back and forked.
func TestAskWitness(t *testing.T) {
	onEngines(t, func(t *testing.T, l *logged) {
		w, err := witness.Init(filepath.Join(t.TempDir(), "w"), "inspectorate.example")
		l.must(err)
		l.must(w.Trust(l.d.Unit().LogPublic))
		srv := httptest.NewServer(w.Handler(slog.New(slog.DiscardHandler)))
		defer srv.Close()
		far, err := witness.Poster(srv.URL)
		l.must(err)
		near := func(_ context.Context, r audit.Request) ([]byte, error) { return w.Add(r.Text()) }
		asked := 0
		ask := func(ctx context.Context, r audit.Request) ([]byte, error) {
			if asked++; asked%2 == 0 {
				return near(ctx, r)
			}
			return far(ctx, r)
		}
		l.looks(5)
		for range 4 {
			l.looks(3)
			s, err := l.d.AskWitness(ctx, l.admin, w.Key(), ask)
			if err != nil || s.Witness != "inspectorate.example" {
				t.Fatalf("%+v %v", s, err)
			}
		}
		seen, err := l.d.Witnessed(ctx, l.insp)
		if err != nil || len(seen) != 4 || seen[0].Key != w.Key() {
			t.Fatalf("%+v %v", seen, err)
		}
		r, err := l.d.VerifyLog(ctx, l.insp)
		if err != nil || r.Held != 4 || r.Proven < 10 || r.Finding != audit.Sound {
			t.Errorf("verified by what was cosigned: %+v %v", r, err)
		}
		restore := l.back()
		l.looks(7)
		_, err = l.d.AskWitness(ctx, l.insp, w.Key(), ask)
		l.must(err)
		var b bytes.Buffer
		l.must(l.d.Bundle(ctx, l.insp, &b))
		l.bundle(b.Bytes(), w.Key())
		restore()
		for _, ask := range []func(context.Context, audit.Request) ([]byte, error){near, far} {
			var d *WitnessDiffers
			if _, err := l.d.AskWitness(ctx, l.insp, w.Key(), ask); !errors.As(err, &d) || d.Seen <= d.Shown {
				t.Errorf("rolled back: %v", err)
			}
		}
		l.looks(40) // the log is longer again, and another
		for _, ask := range []func(context.Context, audit.Request) ([]byte, error){near, far} {
			var d *WitnessDiffers
			if _, err := l.d.AskWitness(ctx, l.insp, w.Key(), ask); !errors.As(err, &d) || d.Seen >= d.Shown {
				t.Errorf("forked: %v", err)
			}
		}
		ws, err := w.Seen()
		if err != nil || len(ws) != 1 || ws[0].Disagreements < 2 {
			t.Errorf("kept as evidence: %+v %v", ws, err)
		}
		if _, err := l.d.AskWitness(ctx, l.insp, l.d.Unit().LogPublic, near); KindOf(err) != Invalid {
			t.Errorf("the log's own key as a witness: %v", err)
		}
		// A witness that signs with another key than the one given is none.
		other, err := witness.Init(filepath.Join(t.TempDir(), "w"), "other.example")
		l.must(err)
		l.must(other.Trust(l.d.Unit().LogPublic))
		if _, err := l.d.AskWitness(ctx, l.insp, w.Key(), func(_ context.Context, r audit.Request) ([]byte, error) {
			r.Old, r.Proof = 0, nil
			return other.Add(r.Text())
		}); !errors.Is(err, audit.ErrSignature) {
			t.Errorf("another witness: %v", err)
		}
	})
}

// bundle verifies a bundle with and without the witness's key, checks its proof by hand, and breaks it.
func (l *logged) bundle(raw []byte, witnessKey string) {
	l.t.Helper()
	t, key := l.t, l.d.Unit().LogPublic
	verify := func(raw []byte, witnesses ...string) (audit.Result, BundleReport, error) {
		return VerifyBundle(ctx, bytes.NewReader(raw), int64(len(raw)), key, witnesses)
	}
	if r, report, err := verify(raw); err != nil || r.Held != 1 || report.Others != 5 || len(report.Seen) != 0 {
		t.Errorf("without a witness's key: %+v %+v %v", r, report, err)
	}
	if r, report, err := verify(raw, witnessKey); err != nil || r.Held != 6 || report.Others != 0 || len(report.Seen) != 5 || r.Finding != audit.Sound {
		t.Errorf("with it: %+v %+v %v", r, report, err)
	}
	z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	l.must(err)
	text := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		l.must(err)
		b, err := io.ReadAll(r)
		l.must(err)
		text[f.Name] = string(b)
	}
	var p GrowthProof
	l.must(json.Unmarshal([]byte(text[BundleGrowth]), &p))
	if _, to, err := p.Check(key); err != nil || text[BundleCheckpoint] != p.To || to.Size == 0 {
		t.Errorf("the proof in the bundle: %v", err)
	}
	if !strings.Contains(text["README.txt"], "cutout audit verify --bundle") || !strings.Contains(text["README.ar.txt"], "الحزمة") {
		t.Error("the bundle does not tell a stranger what to do")
	}
	if strings.TrimSpace(text[BundleWitnesses]) != witnessKey {
		t.Error("the bundle does not name its witness")
	}
	stopped, stop := context.WithCancel(ctx)
	stop()
	if _, _, err := VerifyBundle(stopped, bytes.NewReader(raw), int64(len(raw)), key, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped: %v", err)
	}
	var told int64
	if _, _, err := VerifyBundle(Watching(ctx, func(done, total int64) { told = done }), bytes.NewReader(raw), int64(len(raw)), key, nil); err != nil || told == 0 {
		t.Errorf("progress %d %v", told, err)
	}
}

// TestWitnessAddress holds that a request goes to the address given and nowhere else.
func TestWitnessAddress(t *testing.T) {
	for _, bad := range []string{"", "ftp://x", "http://witness.example", "http://10.0.0.1:80", "https://u:p@witness.example", "https://witness.example?q=1", "witness.example"} {
		if _, err := witness.Poster(bad); !errors.Is(err, witness.ErrAddress) {
			t.Errorf("%q: %v", bad, err)
		}
	}
	hit := 0
	away := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { hit++ }))
	defer away.Close()
	srv := httptest.NewServer(http.RedirectHandler(away.URL, http.StatusTemporaryRedirect))
	defer srv.Close()
	t.Setenv("HTTP_PROXY", away.URL)
	ask, err := witness.Poster(srv.URL)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ask(ctx, audit.Request{}); err == nil || hit != 0 {
		t.Errorf("a redirect was followed, or a proxy asked: %v %d", err, hit)
	}
}
