package identity

import (
	"bytes"
	"cutout/internal/draft/drafttest"
	"encoding/gob"
	"encoding/json"
	"fmt"
	"html/template"
	"log/slog"
	"slices"
	"strings"
	"testing"
)

type words = drafttest.Words

const secret = "Zaydun"

func person(t *testing.T) Person {
	p, f := New(Draft{Names: []NameDraft{{Full: secret, Family: secret}}, Note: secret, Born: "1950"}, words{}, 9000)
	if len(f) > 0 {
		t.Fatal(f)
	}
	return p
}

func TestGivesNothingAway(t *testing.T) {
	p := person(t)
	type holder struct {
		P Person
		Q *Person
		r Person
		M map[string]Person
	}
	h := holder{p, &p, p, map[string]Person{"a": p}}
	var out bytes.Buffer
	for _, verb := range "vsqdxXTpbcoUeEfFgGt" {
		for _, flag := range []string{"", "+", "#", "20."} {
			for _, v := range []any{p, &p, h, &h, []Person{p}} {
				fmt.Fprintf(&out, "%"+flag+string(verb)+"\n", v)
			}
		}
	}
	for _, l := range []*slog.Logger{slog.New(slog.NewTextHandler(&out, nil)), slog.New(slog.NewJSONHandler(&out, nil))} {
		l.Info("x", "p", p, "h", h, "ptr", &p)
	}
	b, err := json.Marshal(p)
	out.Write(b)
	if err == nil {
		t.Error("JSON took a person")
	}
	b, _ = json.Marshal(h)
	out.Write(b)
	if gob.NewEncoder(&out).Encode(p) == nil || gob.NewEncoder(&out).Encode(h) == nil {
		t.Error("gob took a person")
	}
	for _, text := range []string{"{{.}}", "{{printf \"%#v\" .}}", "<script>var a={{.}}</script>", "<a href={{.}}>"} {
		_ = template.Must(template.New("").Parse(text)).Execute(&out, p)
		_ = template.Must(template.New("").Parse(text)).Execute(&out, h)
	}
	low := strings.ToLower(out.String())
	if strings.Contains(low, strings.ToLower(secret)) || strings.Contains(low, fmt.Sprintf("%x", secret)) || !strings.Contains(low, "sealed") {
		t.Fatal("the name got out, or nothing was printed")
	}
	open, err := p.Disclose()
	if err != nil || open.Names[0].Full != secret || !slices.Contains(open.All(), secret) {
		t.Fatal(err, open)
	}
}

func TestForgetEndsEveryCopy(t *testing.T) {
	p := person(t)
	b, err := p.Encode()
	if err != nil {
		t.Fatal(err)
	}
	q := p
	p.Forget()
	if _, err := q.Disclose(); err != ErrNobody {
		t.Error(err)
	}
	back, err := Decode(b)
	clear(b)
	if err != nil {
		t.Fatal(err)
	}
	if open, err := back.Disclose(); err != nil || open.Names[0].Full != secret {
		t.Error(err)
	}
	if _, err := Decode([]byte(secret)); err != ErrDamaged || strings.Contains(err.Error(), secret) {
		t.Error(err)
	}
}

func TestFaultsRepeatNothing(t *testing.T) {
	_, f := New(Draft{Names: []NameDraft{{Full: "x", Kind: secret}}, Born: secret, Photos: []string{secret}}, words{}, 9000)
	if len(f) != 3 || strings.Contains(fmt.Sprint(f), secret) {
		t.Error(f)
	}
}
