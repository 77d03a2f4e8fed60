package vault

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"cutout/internal/fault"

	"pgregory.net/rapid"
)

func TestKeys(t *testing.T) {
	k := newKey(t)
	p, err := ParsePublicKey(k.Public().Bytes())
	if err != nil || p.ID() != k.Public().ID() || p.String() != p.ID().String() || len(p.String()) != 64 {
		t.Fatalf("%v, %v", p, err)
	}
	if newKey(t).Public().ID() == p.ID() {
		t.Error("two keys have one id")
	}
	for _, b := range [][]byte{nil, p.Bytes()[1:], append(p.Bytes(), 0), bytes.Repeat([]byte{0xff}, publicSize)} {
		if _, err := ParsePublicKey(b); !errors.Is(err, ErrMalformed) {
			t.Errorf("%d bytes: %v", len(b), err)
		}
	}
	if (PublicKey{}).Bytes() != nil {
		t.Error("no key has bytes")
	}
	e := sealed(t, Readers{Each: []PublicKey{p}})
	k.Clear()
	if _, err := Open(e, home, k); !errors.Is(err, ErrCleared) {
		t.Errorf("opened with a cleared key: %v", err)
	}
	if _, err := SealPrivate(k, []byte("correct horse battery"), DefaultCost()); !errors.Is(err, ErrCleared) {
		t.Errorf("sealed a cleared key: %v", err)
	}
	PrivateKey{}.Clear()
}

func TestPassphrase(t *testing.T) {
	k := newKey(t)
	e := sealed(t, Readers{Each: []PublicKey{k.Public()}})
	pass := []byte("caf\u00e9 \u0622\u0628 horse battery") // composed
	locked, err := SealPrivate(k, pass, DefaultCost())
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(pass, make([]byte, len(pass))) {
		t.Error("the passphrase was not overwritten")
	}
	if id, cost, err := SealedUnder(locked); err != nil || id != k.Public().ID() || cost != DefaultCost() {
		t.Errorf("%v %v %v", id, cost, err)
	}
	k.seed.Use(func(seed []byte) error {
		if bytes.Contains(locked, seed) {
			t.Error("the seed stands in what was sealed")
		}
		return nil
	})
	pass = []byte("cafe\u0301 \u0627\u0653\u0628 horse battery") // decomposed
	back, err := OpenPrivate(locked, pass)
	if err != nil || back.Public().ID() != k.Public().ID() {
		t.Fatalf("%v", err)
	}
	if !bytes.Equal(pass, make([]byte, len(pass))) {
		t.Error("the passphrase was not overwritten")
	}
	s, err := Open(e, home, back)
	if text(t, s, err) != canary {
		t.Error("another plaintext")
	}
	if _, err := OpenPrivate(locked, []byte("cafe horse battery")); !errors.Is(err, ErrClosed) {
		t.Errorf("wrong passphrase: %v", err)
	}
	for i := range locked {
		if i >= 3 && i < 11 && i != 6 { // cost bytes that would take long; their bounds are tested below
			continue
		}
		if i >= lockedHead && i%9 != 0 { // each try costs 55 ms
			continue
		}
		if i >= 12 && i < lockedHead && i%7 != 0 {
			continue
		}
		bad := bytes.Clone(locked)
		bad[i] ^= 1
		if _, err := OpenPrivate(bad, []byte("caf\u00e9 \u0622\u0628 horse battery")); err == nil {
			t.Errorf("byte %d altered: it opens", i)
		}
	}
	for n := range len(locked) {
		if _, _, err := SealedUnder(locked[:n]); err == nil {
			t.Errorf("cut to %d", n)
		}
	}
	var f *fault.Error
	if _, err := SealPrivate(k, []byte("كلمة قصيرة"), DefaultCost()); !errors.As(err, &f) || f.Faults[0].Code != "vault.passphrase.short" {
		t.Errorf("short: %v", err)
	}
	for _, c := range []Cost{{}, {1024, 2, 1}, {19456, 1, 1}, {19456, 2, 0}, {1 << 20, 2, 1}, {19456, 11, 1}, {19456, 2, 9}} {
		if _, err := SealPrivate(k, []byte("correct horse battery"), c); !errors.Is(err, ErrMalformed) {
			t.Errorf("cost %+v: %v", c, err)
		}
		bad := bytes.Clone(locked)
		binary.BigEndian.PutUint32(bad[3:], c.MemoryKiB)
		binary.BigEndian.PutUint32(bad[7:], c.Passes)
		bad[11] = c.Lanes
		if _, err := OpenPrivate(bad, []byte("correct horse battery")); !errors.Is(err, ErrMalformed) {
			t.Errorf("stored cost %+v: %v", c, err)
		}
	}
	for i, v := range map[int]byte{0: 2, 2: 7} {
		bad := bytes.Clone(locked)
		bad[i] = v
		if _, _, err := SealedUnder(bad); !errors.Is(err, ErrUnknown) {
			t.Errorf("byte %d = %d: %v", i, v, err)
		}
	}
}

// A server that swaps one officer's sealed key for another's under the same passphrase is noticed by the id.
func TestSealedKeyNamesItsKey(t *testing.T) {
	a, b := newKey(t), newKey(t)
	wrong := PrivateKey{seed: a.seed, public: b.public}
	locked, err := SealPrivate(wrong, []byte("correct horse battery"), DefaultCost())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := OpenPrivate(locked, []byte("correct horse battery")); !errors.Is(err, ErrMalformed) {
		t.Errorf("a key under another's id: %v", err)
	}
}

func FuzzSealedUnder(f *testing.F) {
	f.Add(make([]byte, lockedTotal))
	f.Add(append([]byte{1, 0, 1, 0, 0, 76, 0, 0, 0, 0, 2, 1}, make([]byte, lockedTotal-12)...))
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, c, err := SealedUnder(b); err == nil && (c.MemoryKiB > 256*1024 || c.Passes > 10 || len(b) != lockedTotal) {
			t.Fatalf("%+v in %d bytes", c, len(b))
		}
	})
}

func TestStoreKey(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store.key")
	k, created, err := OpenStoreKey(path)
	if err != nil || !created {
		t.Fatal(created, err)
	}
	again, created, err := OpenStoreKey(path)
	if err != nil || created {
		t.Fatal(created, err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode() != 0o600 || info.Size() != 32 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	if left, _ := os.ReadDir(filepath.Dir(path)); len(left) != 1 {
		t.Errorf("files left behind: %v", left)
	}
	seen := map[string]bool{}
	for _, p := range []Purpose{DatabasePages, Bodies, Cursors, Terms, Sessions} {
		for epoch := range uint32(3) {
			a, err1 := k.Sub(p, epoch)
			b, err2 := again.Sub(p, epoch)
			one := text(t, a, err1)
			if one != text(t, b, err2) || len(one) != 32 {
				t.Errorf("%s %d: the key differs after reopening", p, epoch)
			}
			if seen[one] {
				t.Errorf("%s %d: a key given twice", p, epoch)
			}
			seen[one] = true
		}
	}
	k.Clear()
	if _, err := k.Sub(Bodies, 1); !errors.Is(err, ErrCleared) {
		t.Errorf("cleared: %v", err)
	}
	if _, err := k.BodyKey(1); !errors.Is(err, ErrCleared) {
		t.Errorf("cleared: %v", err)
	}
	if _, err := (StoreKey{}).Sub(Bodies, 1); !errors.Is(err, ErrCleared) {
		t.Errorf("no key: %v", err)
	}
}

func TestStoreKeyRefuses(t *testing.T) {
	dir := t.TempDir()
	write := func(name string, size int, mode os.FileMode) string {
		p := filepath.Join(dir, name)
		if err := os.WriteFile(p, make([]byte, size), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(p, mode); err != nil {
			t.Fatal(err)
		}
		return p
	}
	good := write("good", 32, 0o600)
	link := filepath.Join(dir, "link")
	if err := os.Symlink(good, link); err != nil {
		t.Fatal(err)
	}
	pipe := filepath.Join(dir, "pipe") // opening it would wait for ever
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	for what, path := range map[string]string{
		"pipe":           pipe,
		"group may read": write("group", 32, 0o640), "world may read": write("world", 32, 0o604), "group may write": write("write", 32, 0o620),
		"empty": write("empty", 0, 0o600), "short": write("short", 31, 0o600), "long": write("long", 33, 0o600),
		"link": link, "directory": dir, "no directory": filepath.Join(dir, "none", "key"),
	} {
		if _, created, err := OpenStoreKey(path); err == nil || created {
			t.Errorf("%s: taken", what)
		}
	}
	if _, _, err := OpenStoreKey(good); err != nil {
		t.Error(err)
	}
	a, _ := os.Lstat(filepath.Join(dir, "short"))
	if _, err := openPlain(good, a); err == nil || !strings.Contains(err.Error(), "replaced") {
		t.Errorf("replaced while opening: %v", err)
	}
}

// Many servers starting at once agree on one key.
func TestStoreKeyRace(t *testing.T) {
	path := filepath.Join(t.TempDir(), "key")
	var wg sync.WaitGroup
	subs, made := make([]string, 16), make([]bool, 16)
	for i := range subs {
		wg.Go(func() {
			k, created, err := OpenStoreKey(path)
			if err != nil {
				t.Error(err)
				return
			}
			s, err := k.Sub(Bodies, 1)
			subs[i], made[i] = text(t, s, err), created
		})
	}
	wg.Wait()
	makers := 0
	for i := range subs {
		if subs[i] != subs[0] {
			t.Error("two keys")
		}
		if made[i] {
			makers++
		}
	}
	if makers != 1 {
		t.Errorf("%d say they made it", makers)
	}
}

func bodyKey(t testing.TB, epoch uint32) BodyKey {
	k, _, err := OpenStoreKey(filepath.Join(t.TempDir(), "key"))
	if err != nil {
		t.Fatal(err)
	}
	b, err := k.BodyKey(epoch)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestBody(t *testing.T) {
	k := bodyKey(t, 3)
	other := bodyKey(t, 3)
	b := k.SealBody([]byte("before"), home, []byte(canary))
	if !bytes.HasPrefix(b, []byte("before")) || len(b) != 6+len(canary)+BodyOverhead || k.Epoch() != 3 {
		t.Fatalf("%d bytes", len(b))
	}
	b = b[6:]
	if e, err := BodyEpoch(b); e != 3 || err != nil {
		t.Errorf("epoch %d, %v", e, err)
	}
	out, err := k.OpenBody([]byte("x"), home, b)
	if err != nil || string(out) != "x"+canary {
		t.Fatalf("%q, %v", out, err)
	}
	for i := range b {
		bad := bytes.Clone(b)
		bad[i] ^= 1
		if _, err := k.OpenBody(nil, home, bad); err == nil {
			t.Errorf("byte %d altered: it opens", i)
		}
		if _, err := k.OpenBody(nil, home, b[:i]); err == nil {
			t.Errorf("cut to %d: it opens", i)
		}
	}
	for _, p := range []Place{{"Source", home.Record, home.Field, 3}, {home.Table, "other", home.Field, 3}, {home.Table, home.Record, "", 3},
		{home.Table + home.Record[:1], home.Record[1:], home.Field, 3}} {
		if _, err := k.OpenBody(nil, p, b); !errors.Is(err, ErrClosed) {
			t.Errorf("%+v: %v", p, err)
		}
	}
	for _, k := range []BodyKey{other, {}, {epoch: 3}} {
		if _, err := k.OpenBody(nil, home, b); !errors.Is(err, ErrClosed) {
			t.Errorf("another key: %v", err)
		}
	}
	if _, err := k.OpenBody(nil, home, append([]byte{9}, b[1:]...)); !errors.Is(err, ErrUnknown) {
		t.Errorf("unknown version: %v", err)
	}
	plain := make([]byte, 2048)
	dst := make([]byte, 0, 4096)
	if n := testing.AllocsPerRun(100, func() { dst = k.SealBody(dst[:0], home, plain) }); n > 0 {
		t.Errorf("SealBody into room enough allocates %v times", n)
	}
	if n := testing.AllocsPerRun(100, func() { k.SealBody(nil, home, plain) }); n > 1 {
		t.Errorf("SealBody allocates %v times", n)
	}
}

func TestBodyRoundTrip(t *testing.T) {
	k := bodyKey(t, 1)
	rapid.Check(t, func(t *rapid.T) {
		plain := rapid.SliceOf(rapid.Byte()).Draw(t, "plain")
		at := Place{rapid.String().Draw(t, "table"), rapid.String().Draw(t, "record"), rapid.String().Draw(t, "field"), 1}
		out, err := k.OpenBody(nil, at, k.SealBody(nil, at, plain))
		if err != nil || !bytes.Equal(out, plain) {
			t.Fatalf("%v", err)
		}
	})
}

func FuzzOpenBody(f *testing.F) {
	k := bodyKey(f, 1)
	good := k.SealBody(nil, home, []byte("x"))
	f.Add(good)
	f.Add([]byte{1, 0, 0, 0, 1})
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, err := k.OpenBody(nil, home, b); err == nil && !bytes.Equal(b, good) {
			t.Fatal("a forged body opens")
		}
	})
}

// Two places never bind alike, however their texts are cut.
func TestPlacesBindApart(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		draw := func(name string) Place {
			s := rapid.StringMatching(`[ab\x00]{0,3}`)
			return Place{s.Draw(t, name+"table"), s.Draw(t, name+"record"), s.Draw(t, name+"field"), rapid.Uint32Max(2).Draw(t, name+"epoch")}
		}
		a, b := draw("a"), draw("b")
		if (a == b) != bytes.Equal(a.bind(nil, "p"), b.bind(nil, "p")) {
			t.Fatalf("%+v and %+v", a, b)
		}
		if bytes.Equal(a.bind(nil, "p"), a.bind(nil, "q")) {
			t.Fatal("purposes bind alike")
		}
	})
}

func BenchmarkSealBody(b *testing.B) {
	k := bodyKey(b, 1)
	plain, dst := make([]byte, 2048), make([]byte, 0, 4096)
	b.SetBytes(2048)
	b.ReportAllocs()
	for b.Loop() {
		dst = k.SealBody(dst[:0], home, plain)
	}
}

func BenchmarkOpenBody(b *testing.B) {
	k := bodyKey(b, 1)
	s, dst := k.SealBody(nil, home, make([]byte, 2048)), make([]byte, 0, 4096)
	b.SetBytes(2048)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := k.OpenBody(dst[:0], home, s); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkOpenPrivate(b *testing.B) {
	k, err := SealPrivate(newKey(b), []byte("correct horse battery"), DefaultCost())
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := OpenPrivate(k, []byte("correct horse battery")); err != nil {
			b.Fatal(err)
		}
	}
}
