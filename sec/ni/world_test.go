package ni

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"cutout/internal/api"
	"cutout/internal/casework"
	"cutout/internal/officer"
	"cutout/internal/store/storetest"
	"cutout/internal/vault"
	"cutout/internal/web"
)

// world is one unit's records with everything that could differ by chance taken in hand: the time is set by hand, and
// each officer's random bytes come from a stream of his own, so that what others do cannot shift what he is shown.
type world struct {
	t       testing.TB
	d       *casework.Desk
	dir     string
	who     map[string]officer.Officer
	now     time.Time
	seed    string
	mu      sync.Mutex
	streams map[officer.ID]*rand.ChaCha8
	ids     []string       // of every record made since the world was opened
	owner   map[string]int // the desk for which each record was made
	desk    int            // for which desk records are being made
	dsn     string         // of a world on PostgreSQL
	porches sync.Once
	web     http.Handler
	api     http.Handler
	// lenient worlds hold a planted leak: a step that fails there is not the harness's fault, and low steps that fail are
	// answers to be compared.
	lenient bool
	failed  []string
}

var (
	begun = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	later = time.Date(2026, 3, 9, 9, 0, 0, 0, time.UTC)
	ctx   = context.Background()
)

func (w *world) config(dir string) casework.Config {
	key, _, err := vault.OpenStoreKey(filepath.Join(dir, "store.key"))
	if err != nil {
		w.t.Fatal(err)
	}
	cfg := casework.Config{DSN: w.dsn, Key: key, Ring: ringIn(dir), QuietWatch: true, Random: w.random, Clock: w.clock, Logs: discard}
	if w.dsn == "" {
		cfg.Path = filepath.Join(dir, "records.db")
	}
	return cfg
}

// ringIn is where the sources' keys of a world lie.
func ringIn(dir string) string { return filepath.Join(dir, "keys", "sources") }

var discard = slog.New(slog.NewTextHandler(io.Discard, nil))

// open gives the pages and the interface of the world: one of each, at which the hidden officers work as well.
func (w *world) open() (pages, machine http.Handler) {
	w.porches.Do(func() {
		w.web = web.New(w.d, web.Options{Logs: discard})
		w.api = api.New(w.d, api.Options{Logs: discard})
	})
	return w.web, w.api
}

func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *world) at(t time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = t
}

func (w *world) random(o officer.ID) io.Reader {
	w.mu.Lock()
	defer w.mu.Unlock()
	s := w.streams[o]
	if s == nil {
		s = rand.NewChaCha8(sha256.Sum256(append([]byte(w.seed), o.Bytes()...)))
		w.streams[o] = s
	}
	return &locked{s: s, mu: &w.mu}
}

// aside gives an officer another stream until the returned function is called.
func (w *world) aside(o officer.ID) func() {
	w.random(o)
	w.mu.Lock()
	defer w.mu.Unlock()
	own := w.streams[o]
	w.streams[o] = rand.NewChaCha8(sha256.Sum256(append([]byte(w.seed+" aside"), o.Bytes()...)))
	return func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.streams[o] = own
	}
}

type locked struct {
	s  *rand.ChaCha8
	mu *sync.Mutex
}

func (l *locked) Read(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.s.Read(p)
}

// quick is a folder for files that need not outlive the test: in memory where there is such a place, since every look of
// the harness waits for its log entry to be durable.
func quick(t testing.TB) string {
	dir, err := os.MkdirTemp("/dev/shm", "cutout-ni-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// template is a base world, closed, from which the worlds of a pair are copied.
type template struct {
	dir   string
	dsn   string
	who   map[string]officer.Officer
	ids   []string
	owner map[string]int
	seed  uint64
	s     *story
}

// engine makes the place of one world: a fresh schema where there is one, nothing where a file will do.
type engine func(testing.TB) (dsn string)

func onSQLite(testing.TB) string     { return "" }
func onPostgres(t testing.TB) string { return storetest.Schema(t) }

func newTemplate(t testing.TB, seed uint64) *template { return newTemplateOn(t, seed, onSQLite) }

func newTemplateOn(t testing.TB, seed uint64, on engine) *template {
	w := &world{t: t, who: map[string]officer.Officer{}, owner: map[string]int{}, now: begun, seed: fmt.Sprint("base", seed), streams: map[officer.ID]*rand.ChaCha8{}, dsn: on(t)}
	dir := quick(t)
	d, admin, err := casework.Begin(ctx, w.config(dir), casework.UnitDraft{Name: "Unit", Administrator: "admin"}, pass("admin"))
	if err != nil {
		t.Fatal(err)
	}
	w.d, w.who["admin"] = d, admin
	s := newStory(w, seed)
	s.begin()
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	return &template{dir, w.dsn, w.who, w.ids, w.owner, seed, s}
}

// open copies the template and opens the copy.
func (x *template) open(t testing.TB) *world {
	w := &world{t: t, who: maps.Clone(x.who), owner: maps.Clone(x.owner), now: later, seed: fmt.Sprint("pair", x.seed), streams: map[officer.ID]*rand.ChaCha8{}}
	dir := quick(t)
	files := []string{"records.db", "store.key"}
	if x.dsn != "" {
		files = files[1:]
	}
	for _, f := range files {
		b, err := os.ReadFile(filepath.Join(x.dir, f))
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, f), b, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := os.CopyFS(ringIn(dir), os.DirFS(ringIn(x.dir))); err != nil {
		t.Fatal(err)
	}
	if x.dsn != "" {
		w.dsn = storetest.Schema(t)
		copySchema(t, w.config(dir), x.dsn, w.dsn)
	}
	d, err := casework.Open(ctx, w.config(dir))
	if err != nil {
		t.Fatal(err)
	}
	w.d, w.dir = d, dir
	t.Cleanup(func() { d.Close() })
	return w
}

// copySchema makes the tables of a new world as any unit's are made, and fills them from the template's.
func copySchema(t testing.TB, cfg casework.Config, from, to string) {
	t.Helper()
	if d, err := casework.Open(ctx, cfg); !errors.Is(err, casework.ErrNewStore) {
		if err == nil {
			d.Close()
		}
		t.Fatalf("a new schema is not a new unit: %v", err)
	}
	schema := func(dsn string) string {
		u, err := url.Parse(dsn)
		if err != nil {
			t.Fatal(err)
		}
		return u.Query().Get("search_path")
	}
	db, err := sql.Open("pgx", to)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	// Every table of the schema; generated columns and the migrations' own list fill themselves.
	rows, err := db.Query(`SELECT t.table_name, string_agg(quote_ident(c.column_name), ', ') FROM information_schema.tables t
		JOIN information_schema.columns c ON c.table_schema = t.table_schema AND c.table_name = t.table_name AND c.is_generated = 'NEVER'
		WHERE t.table_schema = $1 AND t.table_type = 'BASE TABLE' AND t.table_name NOT LIKE 'goose%' GROUP BY t.table_name`, schema(to))
	if err != nil {
		t.Fatal(err)
	}
	var all [][2]string
	for rows.Next() {
		var x [2]string
		if err := rows.Scan(&x[0], &x[1]); err != nil {
			t.Fatal(err)
		}
		all = append(all, x)
	}
	if err := rows.Err(); err != nil || len(all) == 0 {
		t.Fatalf("tables of the new schema: %v", err)
	}
	tx, err := db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	run := func(q string) {
		if _, err := tx.Exec(q); err != nil {
			t.Fatalf("%s: %v", q, err)
		}
	}
	run("SET LOCAL session_replication_role = replica") // no trigger, no foreign key while the tables fill
	for _, x := range all {
		run("DELETE FROM " + schema(to) + "." + x[0])
		run("INSERT INTO " + schema(to) + "." + x[0] + " (" + x[1] + ") SELECT " + x[1] + " FROM " + schema(from) + "." + x[0])
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
}

func pass(name string) []byte { return []byte(name + " passphrase") }

func (w *world) signIn(names ...string) {
	for _, n := range names {
		if _, err := w.d.SignIn(ctx, n, pass(n)); err != nil {
			w.t.Fatalf("sign in %s: %v", n, err)
		}
	}
}

// made notes the id of a new record and fails the test when the act failed: the stories must be possible.
func made[I interface{ String() string }](w *world, id I, err error) I {
	w.t.Helper()
	w.must(err)
	if !slices.Contains(w.ids, id.String()) {
		w.ids = append(w.ids, id.String())
		w.owner[id.String()] = w.desk
	}
	return id
}

func (w *world) must(err error) {
	w.t.Helper()
	if err == nil {
		return
	}
	if w.lenient {
		panic(stepFailed(dump(err)))
	}
	w.t.Fatalf("story: %s", dump(err))
}

type stepFailed string

// part runs steps that belong together; in a lenient world they end where one fails.
func (w *world) part(low bool, steps func()) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case stepFailed:
			if low {
				w.failed = append(w.failed, string(r))
			}
		default:
			panic(r)
		}
	}()
	steps()
}

// words is the vocabulary of every text: small, so that hidden and visible texts often meet.
var words = strings.Fields("harbor crane pallet invoice driver gate manifest customs container weight seal ledger broker convoy depot rivet lantern orchard ferry quarry " +
	"ميناء رافعة شاحنة بوابة وزن حاوية سائق مخزن قافلة دفتر timber barge tunnel beacon cistern granary turbine archive satchel compass")

func sentence(r *rand.Rand, n int) string {
	out := make([]string, n)
	for i := range out {
		out[i] = words[r.IntN(len(words))]
	}
	return strings.Join(out, " ")
}

func chance(seed uint64, what string) *rand.Rand {
	h := sha256.Sum256([]byte(what))
	return rand.New(rand.NewPCG(seed, binary.LittleEndian.Uint64(h[:8])))
}
