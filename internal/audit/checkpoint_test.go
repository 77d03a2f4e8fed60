package audit

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"
)

const origin = "unit.example/log"

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func key(t testing.TB, name string) (private, public string) {
	t.Helper()
	private, public, err := NewKey(name)
	if err != nil {
		t.Fatal(err)
	}
	return private, public
}

func TestCheckpoint(t *testing.T) {
	private, public := key(t, origin)
	c := Checkpoint{origin, 5, mth([][]byte{{1}}), noon}
	want := "unit.example/log\n5\n" + c.Root.String() + "\ntime 2026-11-22T12:00:00Z\n"
	if c.Text() != want {
		t.Errorf("text %q", c.Text())
	}
	signed, err := Sign(c, private)
	if err != nil {
		t.Fatal(err)
	}
	got, err := OpenCheckpoint(signed, public)
	if err != nil || got != c {
		t.Fatalf("%+v, %v", got, err)
	}
	// Every byte counts, but that signatures of strangers may follow.
	for i := range signed {
		bad := bytes.Clone(signed)
		bad[i] ^= 1
		if got, err := OpenCheckpoint(bad, public); err == nil {
			t.Errorf("byte %d (%q) changed: opens as %+v", i, signed[i], got)
		}
	}
	_, other := key(t, origin)
	if _, err := OpenCheckpoint(signed, other); !errors.Is(err, ErrSignature) {
		t.Errorf("another key of the same name: %v", err)
	}
	if _, err := OpenCheckpoint(signed, "nonsense"); !errors.Is(err, ErrMalformed) {
		t.Errorf("no key: %v", err)
	}
	if _, err := OpenCheckpoint(bytes.Repeat([]byte("a"), maxSigned+1), public); !errors.Is(err, ErrMalformed) {
		t.Errorf("too long: %v", err)
	}
	elsewhere := c
	elsewhere.Origin = "other.example/log"
	if _, err := Sign(elsewhere, private); !errors.Is(err, ErrSignature) {
		t.Errorf("signing for another origin: %v", err)
	}
	if _, err := Sign(c, "PRIVATE+KEY+secret"); err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("unreadable key: %v", err)
	}
	for _, name := range []string{"", "a b", "a+b", "A", "a\nb", strings.Repeat("a", 101)} {
		if _, _, err := NewKey(name); err == nil {
			t.Errorf("key named %q", name)
		}
	}
	for _, bad := range []Checkpoint{{}, {origin, -1, Hash{}, noon}, {origin, MaxSize + 1, Hash{}, noon}, {origin, 1, Hash{}, noon.Add(1)}, {origin, 1, Hash{}, time.Time{}}} {
		if _, err := Sign(bad, private); err == nil {
			t.Errorf("signed %+v", bad)
		}
	}
}

func TestParseCheckpointRefuses(t *testing.T) {
	good := Checkpoint{origin, 50, Hash{}, noon}.Text()
	if _, err := ParseCheckpoint(good); err != nil {
		t.Fatal(err)
	}
	for _, r := range [][2]string{{"\n50\n", "\n050\n"}, {"\n50\n", "\n+50\n"}, {"\n50\n", "\n-5\n"}, {"\n50\n", "\n9999999999999\n"}, {"12:00:00Z", "12:00:00+00:00"},
		{"12:00:00Z", "12:00:00.5Z"}, {"time ", "when "}, {"AA=\n", "AB=\n"}, {"unit", "Unit"}, {"Z\n", "Z\nmore\n"}, {"Z\n", "Z"}} {
		bad := strings.Replace(good, r[0], r[1], 1)
		if bad == good {
			t.Fatalf("%q is not there", r[0])
		}
		if _, err := ParseCheckpoint(bad); !errors.Is(err, ErrMalformed) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func FuzzParseCheckpoint(f *testing.F) {
	f.Add(Checkpoint{origin, 50, Hash{}, noon}.Text())
	f.Add("a\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\ntime 1970-01-01T00:00:00Z\n")
	f.Fuzz(func(t *testing.T, text string) {
		if c, err := ParseCheckpoint(text); err == nil && c.Text() != text {
			t.Fatalf("%q reads as %q", text, c.Text())
		}
	})
}

func FuzzOpenCheckpoint(f *testing.F) {
	private, public := key(f, origin)
	signed, _ := Sign(Checkpoint{origin, 50, Hash{}, noon}, private)
	f.Add(signed)
	f.Fuzz(func(t *testing.T, b []byte) {
		if c, err := OpenCheckpoint(b, public); err == nil && c.Size != 50 {
			t.Fatalf("forged %+v", c)
		}
	})
}
