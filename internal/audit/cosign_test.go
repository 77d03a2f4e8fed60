package audit

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
)

func witnessPair(t testing.TB, name string) (private, public string) {
	t.Helper()
	private, public, err := NewWitnessKey(name)
	if err != nil {
		t.Fatal(err)
	}
	return private, public
}

// The example was signed by another implementation of C2SP tlog-cosignature (transparency-dev/formats 0.1.1) under keys
// of the seeds 0, 1, 2 … and 7, 7, 7 ….
const (
	othersLog     = "unit.example/log+162aba7c+AQDQWh0eolE5bVV6+9RYizxtmdvrly/tEKMlYuom3Nz6"
	othersWitness = "witness.example+7e81f231+BAOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4"
	othersSigned  = `unit.example/log
50
47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=
time 2026-11-22T12:00:00Z

— unit.example/log Fiq6fM2AdyHdBkp1ZyK2BXMEfHidhIhLr8NSIbJ775I2652brZ42QEQkk73sRtA4cmF5AJym+RXBw9SMp2RBe+ijhgE=
— witness.example foHyMQAAAABrA80/eodEYdoC7a3CJxTeBRB+OgOOkVRuuurg9UsnfrzsqPvDV303COIw3SNIpISU1QK1GOyFZy9qSU5EoEDALgaiCg==
`
)

func TestOthersCosignature(t *testing.T) {
	c, at, err := OpenCosigned([]byte(othersSigned), othersLog, othersWitness)
	if err != nil || c.Size != 50 || at.Unix() != 0x6b03cd3f {
		t.Fatalf("%+v %v %v", c, at, err)
	}
	for _, change := range [][2]string{{"\n50\n", "\n51\n"}, {"foHyMQAAAABrA80/", "foHyMQAAAABrA81/"}, {"— witness.example ", "— witness.exampla "}} {
		bad := strings.Replace(othersSigned, change[0], change[1], 1)
		if _, _, err := OpenCosigned([]byte(bad), othersLog, othersWitness); !errors.Is(err, ErrSignature) {
			t.Errorf("%q: %v", change, err)
		}
	}
	// Keys of the two kinds cannot stand in for each other.
	if _, _, err := OpenCosigned([]byte(othersSigned), othersWitness, othersWitness); !errors.Is(err, ErrMalformed) {
		t.Errorf("a witness as the log: %v", err)
	}
	if _, _, err := OpenCosigned([]byte(othersSigned), othersLog, othersLog); !errors.Is(err, ErrMalformed) {
		t.Errorf("the log as a witness: %v", err)
	}
}

func TestCosign(t *testing.T) {
	logPrivate, logPublic := key(t, origin)
	private, public := witnessPair(t, "inspector.example")
	_, stranger := witnessPair(t, "stranger.example")
	var s shelf
	when := noon
	sign := func(s shelf) []byte {
		when = when.Add(time.Second)
		signed, err := Sign(Checkpoint{origin, s.size, s.root, when}, logPrivate)
		if err != nil {
			t.Fatal(err)
		}
		return signed
	}
	s.append(t, []byte("a"), []byte("b"), []byte("c"))
	at := time.Date(2026, 11, 23, 6, 0, 0, 0, time.UTC)
	signed := sign(s)
	line, last, err := Cosign(Checkpoint{}, Request{Signed: signed}, logPublic, private, at)
	if err != nil {
		t.Fatal(err)
	}
	whole := append(slices.Clone(signed), line...)
	if c, when, err := OpenCosigned(whole, logPublic, public); err != nil || c != last || !when.Equal(at) {
		t.Fatalf("cosigned: %+v %v %v", c, when, err)
	}
	if _, err := OpenCheckpoint(whole, logPublic, public, public); err != nil {
		t.Errorf("a witness asked for twice: %v", err)
	}
	if _, err := OpenCheckpoint(whole, logPublic, public, stranger); !errors.Is(err, ErrSignature) {
		t.Errorf("a witness is missing: %v", err)
	}
	for i := range line {
		bad := slices.Clone(whole)
		bad[len(signed)+i] ^= 1
		if c, _, err := OpenCosigned(bad, logPublic, public); err == nil {
			t.Errorf("byte %d of the cosignature changed: opens as %+v", i, c)
		}
	}
	old := s
	s.append(t, []byte("d"), []byte("e"))
	p, err := ProveConsistency(s.size, last.Size, s.read)
	if err != nil {
		t.Fatal(err)
	}
	_, newer, err := Cosign(last, Request{3, p, sign(s)}, logPublic, private, at)
	if err != nil || newer.Size != 5 {
		t.Fatalf("%+v, %v", newer, err)
	}
	if _, again, err := Cosign(newer, Request{5, nil, sign(s)}, logPublic, private, at); err != nil || again.Size != 5 {
		t.Errorf("the same size once more: %v", err)
	}
	var size *OldSize
	if _, _, err := Cosign(newer, Request{3, p, sign(s)}, logPublic, private, at); !errors.As(err, &size) || size.Size != 5 {
		t.Errorf("a proof from an older size: %v", err)
	}
	if _, _, err := Cosign(Checkpoint{}, Request{3, p, sign(s)}, logPublic, private, at); !errors.As(err, &size) || size.Size != 0 {
		t.Errorf("a proof for a new witness: %v", err)
	}
	differ := func(what string, last Checkpoint, r Request) {
		t.Helper()
		var d *Disagreement
		if _, _, err := Cosign(last, r, logPublic, private, at); !errors.As(err, &d) || d.Had != last || !errors.Is(err, ErrProof) {
			t.Errorf("%s: %v", what, err)
		}
	}
	differ("no proof", last, Request{3, nil, sign(s)})
	differ("rolled back", newer, Request{5, nil, sign(old)})
	differ("rolled back, from the old size", newer, Request{3, nil, sign(old)})
	var forked shelf
	forked.append(t, []byte("a"), []byte("B"), []byte("c"), []byte("d"), []byte("e"))
	p, _ = ProveConsistency(5, 3, forked.read)
	differ("forked", last, Request{3, p, sign(forked)})
	differ("forked at one size", newer, Request{5, nil, sign(forked)})
	if _, _, err := Cosign(newer, Request{0, nil, signed}, logPublic, private, at); !errors.As(err, &size) {
		t.Errorf("an old checkpoint sent again is no rollback: %v", err)
	}
	if _, _, err := Cosign(Checkpoint{}, Request{9, nil, signed}, logPublic, private, at); !errors.Is(err, ErrMalformed) {
		t.Errorf("a proof from beyond: %v", err)
	}
	if _, _, err := Cosign(Checkpoint{}, Request{Signed: signed}, logPublic, logPrivate, at); err == nil {
		t.Error("a log's key cosigns")
	}
	itself, _ := witnessPair(t, origin)
	if _, _, err := Cosign(Checkpoint{}, Request{Signed: signed}, logPublic, itself, at); !errors.Is(err, ErrSignature) {
		t.Errorf("a log witnesses itself: %v", err)
	}
	if _, other := key(t, origin); true {
		if _, _, err := Cosign(Checkpoint{}, Request{Signed: signed}, other, private, at); !errors.Is(err, ErrSignature) {
			t.Errorf("another log of that name: %v", err)
		}
	}
}

func TestRequest(t *testing.T) {
	r := Request{Old: 7, Proof: []Hash{LeafHash([]byte("a")), LeafHash([]byte("b"))}, Signed: []byte(othersSigned)}
	text := r.Text()
	got, err := ParseRequest(text)
	if err != nil || got.Old != 7 || !slices.Equal(got.Proof, r.Proof) || !bytes.Equal(got.Signed, r.Signed) {
		t.Fatalf("%+v %v", got, err)
	}
	for _, bad := range []string{"", "old 7", "old 07\n\n", "old -1\n\n", "old 7 \n\n", "old 99999999999999\n\n", "older 7\n\n", "old 7\nAAAA\n\n", "old 7\n" + strings.Repeat(r.Proof[0].String()+"\n", 64) + "\n",
		string(text) + strings.Repeat("x", MaxRequest)} {
		if _, err := ParseRequest([]byte(bad)); !errors.Is(err, ErrMalformed) {
			t.Errorf("%.40q: %v", bad, err)
		}
	}
}

func FuzzParseRequest(f *testing.F) {
	f.Add(Request{Old: 7, Proof: []Hash{{1}}, Signed: []byte(othersSigned)}.Text())
	f.Fuzz(func(t *testing.T, b []byte) {
		if r, err := ParseRequest(b); err == nil && !bytes.Equal(r.Text(), b) {
			t.Fatalf("%q reads as %q", b, r.Text())
		}
	})
}
