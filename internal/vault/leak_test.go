package vault

import (
	"bytes"
	"encoding/base64"
	"encoding/gob"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"fmt"
	htmltemplate "html/template"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	texttemplate "text/template"
)

// outside holds a secret the way other packages' records will: in fields seen and unseen, behind pointers and in maps.
type outside[T any] struct {
	Seen    T
	unseen  T
	Pointer *T
	pointer *T
	List    []T
	Map     map[string]T
	Any     any
	any     any
}

// Every way a Go program prints a value, over every type that holds a secret: nothing of the secret comes out.
func TestNothingPrints(t *testing.T) {
	secret := NewSecret([]byte(canary))
	k := newKey(t)
	store, _, err := OpenStoreKey(filepath.Join(t.TempDir(), "key"))
	if err != nil {
		t.Fatal(err)
	}
	body, err := store.BodyKey(1)
	if err != nil {
		t.Fatal(err)
	}
	public := []PublicKey{k.Public(), newKey(t).Public()}
	e := sealed(t, Readers{Each: public, Pairs: EveryPair(public...)})
	half, err := Share(e, home, k, public[1].ID())
	if err != nil {
		t.Fatal(err)
	}
	opened, err := Open(e, home, k)
	if err != nil {
		t.Fatal(err)
	}
	sub, err := store.Sub(Bodies, 1)
	if err != nil {
		t.Fatal(err)
	}
	forms := map[string]bool{} // every spelling of a secret's bytes
	for _, s := range []Secret{secret, opened, k.seed, store.secret, sub, half.secret} {
		s.Use(func(b []byte) error {
			for _, part := range [][]byte{b, b[:8], b[len(b)-8:]} {
				forms[string(part)] = true
				forms[hex.EncodeToString(part)] = true
				forms[strings.ToUpper(hex.EncodeToString(part))] = true
				forms[strings.Trim(fmt.Sprint(part), "[]")] = true
				forms[strings.Trim(fmt.Sprintf("%#x", part), "[]")] = true
				forms[strings.Trim(strings.ReplaceAll(fmt.Sprintf("%#v", part), "[]byte", ""), "{}")] = true
				forms[base64.StdEncoding.EncodeToString(part)[:8]] = true
			}
			return nil
		})
	}
	checkAll(t, forms, secret)
	checkAll(t, forms, opened)
	checkAll(t, forms, k)
	checkAll(t, forms, store)
	checkAll(t, forms, body)
	checkAll(t, forms, half)
	checkAll(t, forms, public[0])

	// The test can fail: the same bytes held plainly are found.
	found := false
	for _, out := range prints(t, outside[[]byte]{unseen: []byte(canary)}) {
		for f := range forms {
			found = found || strings.Contains(out, f)
		}
	}
	if !found {
		t.Error("a plainly held secret is not found: this test proves nothing")
	}
}

func checkAll[T any](t *testing.T, forms map[string]bool, v T) {
	t.Helper()
	for _, x := range []any{v, &v, []T{v}, map[string]T{"a": v}, outside[T]{v, v, &v, &v, []T{v}, map[string]T{"a": v}, v, v}} {
		for way, out := range prints(t, x) {
			for f := range forms {
				if strings.Contains(out, f) {
					t.Errorf("%T through %s gives away %q", x, way, f)
				}
			}
		}
	}
	if _, ok := any(v).(fmt.Formatter); ok {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%q", "%d", "%08.3f", "%t"} {
			if out := fmt.Sprintf(verb, v); out != redacted {
				t.Errorf("%T with %s prints %q", v, verb, out)
			}
		}
		if b, err := json.Marshal(v); err != nil || string(b) != `"[sealed]"` {
			t.Errorf("%T as JSON: %s, %v", v, b, err)
		}
	}
}

func prints(t *testing.T, x any) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%X", "%q", "%d"} {
		out["fmt "+verb] = fmt.Sprintf(verb, x)
	}
	b, err := json.Marshal(x)
	out["json"] = string(b) + fmt.Sprint(err)
	b, err = xml.Marshal(x)
	out["xml"] = string(b) + fmt.Sprint(err)
	for name, handler := range map[string]func(*bytes.Buffer) slog.Handler{
		"slog json": func(b *bytes.Buffer) slog.Handler { return slog.NewJSONHandler(b, nil) },
		"slog text": func(b *bytes.Buffer) slog.Handler { return slog.NewTextHandler(b, nil) },
	} {
		var b bytes.Buffer
		slog.New(handler(&b)).Info("said", "x", x, slog.Group("g", "y", x))
		out[name] = b.String()
	}
	var g bytes.Buffer
	err = gob.NewEncoder(&g).Encode(x)
	out["gob"] = g.String() + fmt.Sprint(err)
	var h bytes.Buffer
	err = htmltemplate.Must(htmltemplate.New("").Parse(`<p title="{{.}}">{{.}}</p><a href="/?q={{.}}">x</a><script>var x = {{.}}</script>`)).Execute(&h, x)
	out["html"] = h.String() + fmt.Sprint(err)
	var p bytes.Buffer
	err = texttemplate.Must(texttemplate.New("").Parse(`{{.}} {{printf "%#v" .}}`)).Execute(&p, x)
	out["text"] = p.String() + fmt.Sprint(err)
	return out
}

func TestSecret(t *testing.T) {
	b := []byte(canary)
	s := NewSecret(b)
	same := s
	if got := text(t, s, nil); got != canary {
		t.Errorf("%q", got)
	}
	s.Clear()
	s.Clear()
	if !bytes.Equal(b, make([]byte, len(b))) {
		t.Error("the bytes are still there")
	}
	for _, s := range []Secret{s, same, {}} {
		if err := s.Use(func([]byte) error { t.Error("lent after clearing"); return nil }); err != ErrCleared {
			t.Errorf("%v", err)
		}
	}
	Secret{}.Clear()
	lost := fmt.Errorf("lost")
	if err := NewSecret([]byte("x")).Use(func([]byte) error { return lost }); err != lost {
		t.Errorf("%v", err)
	}
}

// No file a test above wrote may hold the canary; this one writes what a caller would store.
func TestStoredBytesHoldNoPlaintext(t *testing.T) {
	dir := t.TempDir()
	store, _, err := OpenStoreKey(filepath.Join(dir, "key"))
	if err != nil {
		t.Fatal(err)
	}
	body, err := store.BodyKey(1)
	if err != nil {
		t.Fatal(err)
	}
	_, public := newKeys(t, 2)
	os.WriteFile(filepath.Join(dir, "envelope"), sealed(t, Readers{Each: public, Pairs: EveryPair(public...)}), 0o600)
	os.WriteFile(filepath.Join(dir, "body"), body.SealBody(nil, home, []byte(canary)), 0o600)
	files, _ := filepath.Glob(filepath.Join(dir, "*"))
	if len(files) != 3 {
		t.Fatalf("%d files", len(files))
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for n := 0; n+6 <= len(canary); n++ {
			if bytes.Contains(b, []byte(canary[n:n+6])) {
				t.Errorf("%s holds a part of the plaintext", filepath.Base(f))
			}
		}
	}
}
