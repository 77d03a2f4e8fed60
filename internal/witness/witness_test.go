package witness

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"cutout/internal/audit"
)

// history is a log in memory: its stored hashes and its key.
type history struct {
	t       *testing.T
	private string
	public  string
	hashes  []audit.Hash
	size    int64
	at      time.Time
}

func newHistory(t *testing.T) *history {
	t.Helper()
	h := &history{t: t, at: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)}
	var err error
	if h.private, h.public, err = audit.NewKey("unit.example/log"); err != nil {
		t.Fatal(err)
	}
	return h
}

func (h *history) read(indexes []int64) ([]audit.Hash, error) {
	out := make([]audit.Hash, len(indexes))
	for i, n := range indexes {
		out[i] = h.hashes[n]
	}
	return out, nil
}

func (h *history) grow(leaves ...string) {
	h.t.Helper()
	var raw [][]byte
	for _, l := range leaves {
		raw = append(raw, []byte(l))
	}
	fresh, size, _, err := audit.Append(h.size, h.read, raw...)
	if err != nil {
		h.t.Fatal(err)
	}
	for _, f := range fresh {
		h.hashes = append(h.hashes, f.Hash)
	}
	h.size = size
}

// request asks for the checkpoint of a size, from an older one.
func (h *history) request(old, size int64) []byte {
	h.t.Helper()
	h.at = h.at.Add(time.Second)
	root, err := audit.Root(size, h.read)
	if err != nil {
		h.t.Fatal(err)
	}
	signed, err := audit.Sign(audit.Checkpoint{Origin: "unit.example/log", Size: size, Root: root, Time: h.at}, h.private)
	if err != nil {
		h.t.Fatal(err)
	}
	r := audit.Request{Old: old, Signed: signed}
	if old <= size {
		if r.Proof, err = audit.ProveConsistency(size, old, h.read); err != nil {
			h.t.Fatal(err)
		}
	}
	return r.Text()
}

func newWitness(t *testing.T) *Witness {
	t.Helper()
	w, err := Init(filepath.Join(t.TempDir(), "w"), "court.example")
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func TestWitness(t *testing.T) {
	w, h := newWitness(t), newHistory(t)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	h.grow("a", "b", "c")
	if _, err := w.Add(h.request(0, 3)); !errors.Is(err, ErrUnknown) {
		t.Fatalf("a log nobody trusts: %v", err)
	}
	must(w.Trust(h.public))
	must(w.Trust(h.public))
	_, other, err := audit.NewKey("unit.example/log")
	must(err)
	if err := w.Trust(other); !errors.Is(err, ErrExists) {
		t.Errorf("another key under the log's name: %v", err)
	}
	_, err = w.Add(h.request(0, 3))
	must(err)
	h.grow("d")
	_, err = w.Add(h.request(3, 4))
	must(err)
	again, err := Open(w.dir, nil) // it is the directory that remembers
	must(err)
	var size *audit.OldSize
	if _, err := again.Add(h.request(0, 4)); !errors.As(err, &size) || size.Size != 4 {
		t.Errorf("from the beginning again: %v", err)
	}
	fork := *h
	fork.hashes, fork.size = nil, 0
	fork.grow("a", "b", "X", "d", "e")
	var d *audit.Disagreement
	if _, err := again.Add(fork.request(4, 5)); !errors.As(err, &d) || d.Had.Size != 4 || d.Shown.Size != 5 {
		t.Errorf("forked: %v", err)
	}
	kept, err := filepath.Glob(filepath.Join(w.dir, proofsDir, "*"))
	if err != nil || len(kept) != 1 {
		t.Fatalf("evidence: %v %v", kept, err)
	}
	text, err := os.ReadFile(kept[0])
	if err != nil || strings.Count(string(text), "unit.example/log\n") != 2 || !strings.Contains(string(text), "\n4\n") || !strings.Contains(string(text), "\n5\n") {
		t.Errorf("the evidence holds not both checkpoints: %s %v", text, err)
	}
	for i := range mostEvidence + 20 {
		fork.at = fork.at.Add(time.Duration(i) * time.Second)
		_, _ = again.Add(fork.request(4, 5))
	}
	if kept, _ = filepath.Glob(filepath.Join(w.dir, proofsDir, "*")); len(kept) != mostEvidence {
		t.Errorf("%d files of evidence", len(kept))
	}
	seen, err := again.Seen()
	if err != nil || len(seen) != 1 || seen[0].Checkpoint.Size != 4 || seen[0].Disagreements != mostEvidence {
		t.Errorf("%+v %v", seen, err)
	}
	// A damaged memory is no new beginning.
	must(os.WriteFile(w.path("unit.example/log", ".checkpoint"), []byte("nonsense"), 0o600))
	if _, err := again.Add(fork.request(0, 5)); err == nil {
		t.Error("whoever damages the witness's memory makes it begin anew")
	}
	if _, err := Init(w.dir, "court.example"); !errors.Is(err, ErrExists) {
		t.Errorf("a second witness in its place: %v", err)
	}
	if _, err := Open(t.TempDir(), nil); !errors.Is(err, ErrNew) {
		t.Errorf("no witness: %v", err)
	}
	must(os.Chmod(filepath.Join(w.dir, keyFile), 0o644))
	if _, err := Open(w.dir, nil); err == nil {
		t.Error("its key may be read by others")
	}
}

// TestAddManyAtOnce has two processes' worth of requests race from one size: exactly one may win each round.
func TestAddManyAtOnce(t *testing.T) {
	w, h := newWitness(t), newHistory(t)
	if err := w.Trust(h.public); err != nil {
		t.Fatal(err)
	}
	other, err := Open(w.dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	h.grow("a")
	if _, err := w.Add(h.request(0, 1)); err != nil {
		t.Fatal(err)
	}
	for round := range 10 {
		h.grow("b", "c")
		mine, others := h.request(h.size-2, h.size-1), h.request(h.size-2, h.size)
		var wait sync.WaitGroup
		errs := make([]error, 2)
		wait.Go(func() { _, errs[0] = w.Add(mine) })
		wait.Go(func() { _, errs[1] = other.Add(others) })
		wait.Wait()
		if (errs[0] == nil) == (errs[1] == nil) {
			t.Fatalf("round %d: %v and %v", round, errs[0], errs[1])
		}
		if errs[0] == nil { // catch up to the end of the round
			if _, err := w.Add(h.request(h.size-1, h.size)); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// TestProtocol holds the answers to those of C2SP tlog-witness.
func TestProtocol(t *testing.T) {
	w, h := newWitness(t), newHistory(t)
	var said bytes.Buffer
	srv := httptest.NewServer(w.Handler(slog.New(slog.NewTextHandler(&said, nil))))
	defer srv.Close()
	post := func(body []byte) (int, string, string) {
		t.Helper()
		a, err := http.Post(srv.URL+"/add-checkpoint", "text/plain", bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		defer a.Body.Close()
		b, err := io.ReadAll(a.Body)
		if err != nil {
			t.Fatal(err)
		}
		return a.StatusCode, a.Header.Get("Content-Type"), string(b)
	}
	expect := func(what string, body []byte, status int, starts string) {
		t.Helper()
		if got, kind, text := post(body); got != status || !strings.HasPrefix(text, starts) || status == http.StatusConflict && (kind == sizeType) == strings.HasPrefix(starts, "audit") {
			t.Errorf("%s: %d %s %q", what, got, kind, text)
		}
	}
	h.grow("a", "b", "c", "d", "e", "f")
	expect("unknown", h.request(0, 3), http.StatusNotFound, "")
	if err := w.Trust(h.public); err != nil {
		t.Fatal(err)
	}
	expect("no request", []byte("nonsense"), http.StatusBadRequest, "")
	expect("too long", bytes.Repeat([]byte("x"), audit.MaxRequest+10), http.StatusBadRequest, "")
	expect("from beyond", h.request(5, 3), http.StatusBadRequest, "")
	expect("a size not seen", h.request(2, 3), http.StatusConflict, "0\n")
	expect("good", h.request(0, 3), http.StatusOK, "— court.example ")
	expect("good", h.request(3, 5), http.StatusOK, "— court.example ")
	expect("an older size", h.request(3, 6), http.StatusConflict, "5\n")
	stranger := newHistory(t)
	stranger.grow("a", "b", "c", "d", "e", "f")
	expect("another key", stranger.request(5, 6), http.StatusForbidden, "")
	fork := *h
	fork.hashes, fork.size = nil, 0
	fork.grow("a", "b", "X", "d", "e", "f")
	expect("forked", fork.request(5, 6), http.StatusUnprocessableEntity, "audit: the log is forked: it had 5 entries")
	expect("forked at one size", fork.request(5, 5), http.StatusConflict, "audit: the log is forked: it had 5 entries")
	expect("rolled back", h.request(4, 4), http.StatusConflict, "5\n")
	if !strings.Contains(said.String(), "had=5 shows=4") {
		t.Errorf("the operator is not told: %s", said.String())
	}
	if a, err := http.Get(srv.URL + "/add-checkpoint"); err != nil || a.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("GET: %v %v", a, err)
	}
}
