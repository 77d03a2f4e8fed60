package api

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cutout/internal/casework"
	"cutout/internal/vault"
)

// world is a unit with one officer of every duty of the main job, reached over HTTP only.
type world struct {
	t       *testing.T
	desk    *casework.Desk
	handler http.Handler
	tokens  map[string]string
	ids     map[string]string
	now     time.Time
}

func newWorld(t *testing.T) *world {
	t.Helper()
	key, _, err := vault.OpenStoreKey(filepath.Join(t.TempDir(), "store.key"))
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, tokens: map[string]string{}, ids: map[string]string{}, now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}
	w.desk, _, err = casework.Begin(t.Context(), casework.Config{Path: filepath.Join(t.TempDir(), "r.db"), Key: key, QuietWatch: true,
		Clock: func() time.Time { return w.now }, Logs: slog.New(slog.DiscardHandler)},
		casework.UnitDraft{Name: "Port unit", Administrator: "root"}, []byte("root passphrase"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.desk.Close() })
	w.handler = New(w.desk, Options{})
	w.signIn("root")
	return w
}

// answer is a response with its body read.
type answer struct {
	status int
	header http.Header
	body   []byte
}

func (w *world) raw(method, path, token, body string, header ...string) answer {
	w.t.Helper()
	r := httptest.NewRequest(method, Prefix+path, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	rec := httptest.NewRecorder()
	w.handler.ServeHTTP(rec, r)
	b, err := io.ReadAll(rec.Result().Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return answer{rec.Code, rec.Result().Header, b}
}

type object = map[string]any

// as sends what an officer sends and expects a status.
func (w *world) as(who, method, path string, body any, want int) object {
	w.t.Helper()
	var text []byte
	if body != nil {
		var err error
		if text, err = json.Marshal(body); err != nil {
			w.t.Fatal(err)
		}
	}
	a := w.raw(method, path, w.tokens[who], string(text))
	if a.status != want {
		w.t.Fatalf("%s %s as %s: %d, want %d\n%s", method, path, who, a.status, want, a.body)
	}
	var out object
	if len(bytes.TrimSpace(a.body)) > 0 {
		if err := json.Unmarshal(a.body, &out); err != nil {
			w.t.Fatalf("%s %s: %v\n%s", method, path, err, a.body)
		}
	}
	return out
}

func (w *world) signIn(name string) {
	w.t.Helper()
	s := w.as("", "POST", "/session", object{"name": name, "passphrase": name + " passphrase"}, 201)
	w.tokens[name] = s["token"].(string)
}

// made sends an act and keeps the id of what it made under a name.
func (w *world) made(as, who, path string, body any) string {
	w.t.Helper()
	v := w.as(who, "POST", path, body, 201)["id"].(string)
	w.ids[as] = v
	return v
}

func (w *world) add(name string, duties ...string) {
	w.t.Helper()
	v := w.made(name, "root", "/officers", object{"name": name, "clearance": "SECRET", "duties": duties, "passphrase": name + " passphrase"})
	if desk := w.ids["desk"]; desk != "" && duties[0] != "customer" && name != "outsider" {
		w.as("root", "POST", "/officers/"+v+"/compartments", object{"compartment": desk}, 204)
	}
	w.signIn(name)
}

// mainJob plays the unit's main job, from a source's registration to a recall that reaches a product two hops on.
func mainJob(t *testing.T) *world {
	w := newWorld(t)
	w.made("desk", "root", "/compartments", object{"name": "Port desk"})
	w.add("registrar", "registrar")
	w.add("handler", "handler")
	w.add("controller", "controller")
	w.add("authorizer", "authorizing")
	w.add("manager", "collection-manager")
	w.add("analyst", "analyst")
	w.add("release", "release")
	w.add("release2", "release")
	w.add("customer", "customer")
	w.add("outsider", "analyst", "handler", "release", "registrar", "collection-manager")
	src := w.made("source", "registrar", "/sources", object{"category": "AGENT", "desk": w.ids["desk"], "state": "proposed", "identity_kind": "known", "service_contact": "direct",
		"lawful_origin": "walked in", "access": []object{{"topic": "gate", "kind": "direct", "verified": "verified"}}, "description": "a port worker",
		"identity": object{"names": []object{{"full": "Zephyrine Quackenbush"}}}})
	for who, duty := range map[string]string{"handler": "handler", "controller": "controller", "authorizer": "authorizing"} {
		w.as("registrar", "POST", "/sources/"+src+"/assignments", object{"officer": w.ids[who], "duty": duty}, 204)
	}
	ground := w.desk.Pack().Vocabulary("grounds")[0].Code
	w.made("authority", "authorizer", "/authorities", object{"source": src, "kind": "chis-written", "ground": ground, "necessity": "n", "proportionality": "p", "purpose": "x",
		"operation": "OP", "conduct": "watch the gate", "topics": []string{"gate"}, "collateral": "c", "confidential": "none", "risk": "r", "target_relation": "none"})
	req := w.made("requirement", "manager", "/requirements", object{"kind": "PIR", "number": "1", "text": "What passes gate 4?", "topic": "gate", "desk": w.ids["desk"]})
	w.made("contact", "handler", "/contacts", object{"source": src, "type": "meeting", "record": object{"when": "2026-03-02", "place": "cafe",
		"participants": []string{w.ids["handler"]}, "summary": "met", "welfare": "fine", "security": "none"}})
	w.made("report", "handler", "/reports", object{"contact": w.ids["contact"], "source": src, "requirements": []string{req}, "title": "Gate 4",
		"items": []object{{"text": "غادرت حاويتان البوابة ٤ دون وزن", "lang": "ar", "basis": "direct", "scheme": "admiralty", "grade": "C3",
			"claim": object{"subject": "gate 4", "predicate": "containers unweighed", "value": "2", "topic": "gate"}}}})
	rep := w.as("analyst", "GET", "/reports/"+w.ids["report"], nil, 200)
	w.ids["item"] = rep["items"].([]any)[0].(object)["id"].(string)
	w.made("release", "release", "/releases", object{"title": "Gate", "marking": []string{"TLP:AMBER"}, "officers": []string{w.ids["customer"]},
		"items": []object{{"from": []string{w.ids["item"]}, "text": "Two containers left gate 4 unweighed."}}})
	w.as("release2", "POST", "/releases/"+w.ids["release"]+"/approval", nil, 204)
	w.ids["copy"] = w.as("release", "POST", "/releases/"+w.ids["release"]+"/sending", nil, 201)["id"].(string)
	w.as("customer", "POST", "/copies/"+w.ids["copy"]+"/acknowledgment", nil, 204)
	w.made("product", "customer", "/products", object{"title": "Estimate", "cites": []string{w.ids["copy"]}, "confidence": "high", "text": "x"})
	w.made("product2", "customer", "/products", object{"title": "Speech", "cites": []string{w.ids["product"]}, "text": "x"})
	w.made("notice", "release", "/recalls", object{"reports": []string{w.ids["report"]}, "reason": "fabricated"})
	return w
}
