package ni

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"cutout/internal/casework"
	"cutout/internal/officer"
	"cutout/internal/vault"
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
	ids     []string // of every record made since the world was opened
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
	return casework.Config{Path: filepath.Join(dir, "records.db"), Key: key, QuietWatch: true, Random: w.random, Clock: w.clock,
		Logs: slog.New(slog.NewTextHandler(io.Discard, nil))}
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
	dir  string
	who  map[string]officer.Officer
	ids  []string
	seed uint64
	s    *story
}

func newTemplate(t testing.TB, seed uint64) *template {
	w := &world{t: t, who: map[string]officer.Officer{}, now: begun, seed: fmt.Sprint("base", seed), streams: map[officer.ID]*rand.ChaCha8{}}
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
	return &template{dir, w.who, w.ids, seed, s}
}

// open copies the template and opens the copy.
func (x *template) open(t testing.TB) *world {
	w := &world{t: t, who: map[string]officer.Officer{}, now: later, seed: fmt.Sprint("pair", x.seed), streams: map[officer.ID]*rand.ChaCha8{}}
	for k, v := range x.who {
		w.who[k] = v
	}
	dir := quick(t)
	for _, f := range []string{"records.db", "store.key"} {
		b, err := os.ReadFile(filepath.Join(x.dir, f))
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, f), b, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	d, err := casework.Open(ctx, w.config(dir))
	if err != nil {
		t.Fatal(err)
	}
	w.d, w.dir = d, dir
	t.Cleanup(func() { d.Close() })
	return w
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
