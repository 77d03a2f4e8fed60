package attack

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"cutout/internal/api"
	"cutout/internal/casework"
	"cutout/internal/compartment"
	"cutout/internal/officer"
	"cutout/internal/report"
	"cutout/internal/vault"
	"cutout/internal/web"
)

var ctx = context.Background()

// unit is a unit at work behind its real porches: two desks with the same work on both. Most officers hold both; "low"
// works on the south desk alone with nearly every duty there is, so that what stops him is what he may see; "mate" reads
// the south desk's reports and none of its sources; "stranger" holds no desk.
type unit struct {
	dir   string
	dsn   string // of PostgreSQL; empty for SQLite
	d     *casework.Desk
	slog  *lockedBuffer
	who   map[string]officer.Officer
	items map[report.ID]report.ItemID
	north side // what low may not see
	south side // what he may
	pages http.Handler
	api   http.Handler

	mu    sync.Mutex
	now   time.Time
	ports map[string]*port
}

// side is one desk and what its work made: ids by a short name ("src", "rep", "itm", …).
type side struct {
	desk compartment.ID
	word string // stands in every text of the side
	code string // of the source
	ids  map[string]string
}

// all gives the ids in one order.
func (s side) all() (out []string) {
	for _, v := range s.ids {
		out = append(out, v)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

type lockedBuffer struct {
	mu sync.Mutex
	b  []byte
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.b = append(l.b, p...)
	return len(p), nil
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return string(l.b)
}

func pass(name string) []byte { return []byte(name + " passphrase") }

// crew are the officers: name, duties, and whether they hold the north and the south desk.
var crew = []struct {
	name, duties string
	north, south bool
}{
	{"keeper", "registrar analyst collection-manager validator", true, true},
	{"handler", "handler co-handler intake", true, false},
	{"controller", "controller", true, true},
	{"authorizer", "authorizing", true, true},
	{"release", "release", true, true},
	{"second", "release", true, true},
	{"low", "handler co-handler intake registrar analyst collection-manager validator release customer controller authorizing", false, true},
	{"mate", "analyst validator release customer", false, true},
	{"customer", "customer", false, false},
	{"inspector", "inspector", false, false},
	{"stranger", "handler registrar analyst collection-manager release validator", false, false},
}

// The template is a unit at the end of its work, closed; every unit of a test is a copy of it.
var template struct {
	once sync.Once
	u    *unit
	err  error
}

func quick() string {
	dir, err := os.MkdirTemp("/dev/shm", "cutout-attack-")
	if err != nil {
		if dir, err = os.MkdirTemp("", "cutout-attack-"); err != nil {
			panic(err)
		}
	}
	return dir
}

// folders are removed when all tests are done.
var folders struct {
	sync.Mutex
	all []string
}

func TestMain(m *testing.M) {
	code := m.Run()
	if shared.u != nil {
		shared.u.d.Close()
	}
	for _, dir := range folders.all {
		os.RemoveAll(dir)
	}
	os.Exit(code)
}

func folder() string {
	dir := quick()
	folders.Lock()
	defer folders.Unlock()
	folders.all = append(folders.all, dir)
	return dir
}

func (u *unit) config() casework.Config {
	key, _, err := vault.OpenStoreKey(filepath.Join(u.dir, "keys", "store.key"))
	check(err)
	return casework.Config{Path: filepath.Join(u.dir, "cutout.db"), DSN: u.dsn, Ring: filepath.Join(u.dir, "keys", "sources"), Key: key, QuietWatch: true, Clock: u.clock,
		Logs: slog.New(slog.NewTextHandler(u.slog, &slog.HandlerOptions{Level: slog.LevelDebug}))}
}

func (u *unit) clock() time.Time {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.now
}

// pass lets time go by.
func (u *unit) pass(d time.Duration) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.now = u.now.Add(d)
}

// failure is a step of a story that was not possible: the fixture is wrong, not what is tested.
type failure struct{ error }

func check(err error) {
	if err != nil {
		var e *casework.Error
		if errors.As(err, &e) && len(e.Faults) > 0 {
			err = errors.Join(err, e.Faults.Err())
		}
		panic(failure{err})
	}
}

func must[T any](v T, err error) T {
	check(err)
	return v
}

func build() (u *unit, err error) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case failure:
			err = r
		default:
			panic(r)
		}
	}()
	u = &unit{dir: folder(), slog: &lockedBuffer{}, who: map[string]officer.Officer{}, items: map[report.ID]report.ItemID{}, now: time.Now().UTC().Truncate(time.Second).Add(-7 * 24 * time.Hour)}
	check(os.MkdirAll(filepath.Join(u.dir, "keys"), 0o700))
	d, root, err := casework.Begin(ctx, u.config(), casework.UnitDraft{Name: "Unit", Administrator: "root"}, pass("root"))
	check(err)
	u.d, u.who["root"] = d, root
	u.north.desk = must(u.d.OpenCompartment(ctx, root, "North"))
	u.south.desk = must(u.d.OpenCompartment(ctx, root, "South"))
	for _, c := range crew {
		u.hire(c.name, c.duties, c.north, c.south)
	}
	u.south.word, u.north.word = "southward", "northcanary"
	u.play(&u.south, "low", plain)
	u.play(&u.north, "handler", plain)
	check(u.d.Settle(ctx))
	check(u.d.Close())
	return u, nil
}

// hire opens an account.
func (u *unit) hire(name, duties string, north, south bool) officer.Officer {
	o := must(u.d.AddOfficer(ctx, u.who["root"], casework.OfficerDraft{Name: name, Clearance: "SECRET", Duties: strings.Fields(duties)}, pass(name)))
	u.who[name] = o
	if north {
		check(u.d.HandCompartment(ctx, u.who["root"], o.ID, u.north.desk, ""))
	}
	if south {
		check(u.d.HandCompartment(ctx, u.who["root"], o.ID, u.south.desk, ""))
	}
	return o
}

// open gives a copy of the template with its porches.
func open() (*unit, error) {
	template.once.Do(func() { template.u, template.err = build() })
	if template.err != nil {
		return nil, template.err
	}
	t := template.u
	u := &unit{dir: folder(), slog: &lockedBuffer{}, who: map[string]officer.Officer{}, items: t.items, north: t.north, south: t.south, ports: map[string]*port{},
		now: time.Now().UTC().Truncate(time.Minute)} // the acts of a test take seconds: pages that name the minute stay as they are
	for k, v := range t.who {
		u.who[k] = v
	}
	if err := os.MkdirAll(filepath.Join(u.dir, "keys", "sources"), 0o700); err != nil {
		return nil, err
	}
	keys, err := filepath.Glob(filepath.Join(t.dir, "keys", "sources", "*"))
	if err != nil {
		return nil, err
	}
	for i, name := range keys {
		keys[i] = filepath.Join("keys", "sources", filepath.Base(name))
	}
	for _, f := range append(keys, "cutout.db", "keys/store.key") {
		b, err := os.ReadFile(filepath.Join(t.dir, f))
		if err == nil {
			err = os.WriteFile(filepath.Join(u.dir, f), b, 0o600)
		}
		if err != nil {
			return nil, err
		}
	}
	d, err := casework.Open(ctx, u.config())
	if err != nil {
		return nil, err
	}
	u.d = d
	logs := slog.New(slog.NewTextHandler(u.slog, nil))
	u.pages, u.api = web.New(d, web.Options{Logs: logs}), api.New(d, api.Options{Logs: logs})
	return u, nil
}

// own is a unit of one test.
func own(t testing.TB) *unit {
	t.Helper()
	u, err := open()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { u.d.Close(); os.RemoveAll(u.dir) })
	return u
}

var shared struct {
	once sync.Once
	u    *unit
	err  error
}

// ours is the unit of all tests that leave what it holds as it was.
func ours(t testing.TB) *unit {
	t.Helper()
	shared.once.Do(func() { shared.u, shared.err = open() })
	if shared.err != nil {
		t.Fatal(shared.err)
	}
	return shared.u
}

// steps runs steps of a story; one that is not possible ends the test.
func steps(t testing.TB, do func()) {
	t.Helper()
	defer func() {
		switch r := recover().(type) {
		case nil:
		case failure:
			t.Fatal(r)
		default:
			panic(r)
		}
	}()
	do()
}

// ensure signs an officer in at the door, so that his keys are open.
func (u *unit) ensure(names ...string) {
	for _, n := range names {
		if !u.d.Unlocked(u.who[n]) {
			must(u.d.SignIn(ctx, n, pass(n)))
		}
	}
}
