package vault

import (
	"bytes"
	"errors"
	"io"
	"testing"
)

func sealStream(t *testing.T, key Secret, head, plain []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := SealStream(&out, key, head)
	if err != nil {
		t.Fatal(err)
	}
	for p := plain; len(p) > 0; { // in pieces of odd sizes
		n := min(len(p), 70_001)
		if _, err := w.Write(p[:n]); err != nil {
			t.Fatal(err)
		}
		p = p[n:]
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func openStream(key Secret, head, sealed []byte) ([]byte, error) {
	r, err := OpenStream(bytes.NewReader(sealed), key, head)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}

func testSecret(b byte) Secret { return NewSecret(bytes.Repeat([]byte{b}, 32)) }

// A stream gives back what went in, for lengths on both sides of a chunk.
func TestStream(t *testing.T) {
	key, head := testSecret(1), []byte("head")
	for _, n := range []int{0, 1, streamChunk - 1, streamChunk, streamChunk + 1, 2 * streamChunk, 2*streamChunk + 77} {
		plain := bytes.Repeat([]byte("canary "), n/7+1)[:n]
		sealed := sealStream(t, key, head, plain)
		if got, err := openStream(key, head, sealed); err != nil || !bytes.Equal(got, plain) {
			t.Errorf("%d bytes: %d back, %v", n, len(got), err)
		}
		if bytes.Contains(sealed, []byte("canary")) {
			t.Errorf("%d bytes: in clear", n)
		}
	}
}

// Whatever is done to a stream, it never opens as a whole, and what it gave before the fault is the true beginning.
func TestStreamTampered(t *testing.T) {
	key, head := testSecret(1), []byte("head")
	plain := bytes.Repeat([]byte("0123456789abcdef"), (2*streamChunk+1000)/16)
	sealed := sealStream(t, key, head, plain)
	chunk := streamFrame + streamChunk + streamTag
	at := func(i int) int { return streamSalt + i*chunk } // where chunk i begins
	change := func(f func(b []byte) []byte) []byte { return f(bytes.Clone(sealed)) }
	flip := func(i int) []byte { return change(func(b []byte) []byte { b[i] ^= 1; return b }) }
	for name, bad := range map[string][]byte{
		"salt": flip(3), "flag of the first": flip(at(0)), "length of the first": flip(at(0) + 3), "first": flip(at(0) + 100), "tag of the first": flip(at(1) - 1),
		"second": flip(at(1) + 100), "flag of the last": flip(at(2)), "length of the last": flip(at(2) + 4), "last": flip(at(2) + 50), "tag of the last": flip(len(sealed) - 1),
		"no last":         sealed[:at(2)],
		"half of a chunk": sealed[:at(1)+500],
		"half a frame":    sealed[:at(1)+2],
		"only salt":       sealed[:streamSalt],
		"half a salt":     sealed[:9],
		"more after":      append(bytes.Clone(sealed), 0),
		"swapped": change(func(b []byte) []byte {
			return append(append(append(append([]byte{}, b[:at(0)]...), b[at(1):at(2)]...), b[at(0):at(1)]...), b[at(2):]...)
		}),
		"one left out": change(func(b []byte) []byte { return append(append([]byte{}, b[:at(0)]...), b[at(1):]...) }),
		"repeated": change(func(b []byte) []byte {
			return append(append(append([]byte{}, b[:at(1)]...), b[at(0):at(1)]...), b[at(1):]...)
		}),
		"cut, last again": change(func(b []byte) []byte { return append(append([]byte{}, b[:at(1)]...), b[at(2):]...) }),
	} {
		got, err := openStream(key, head, bad)
		if err == nil || !bytes.HasPrefix(plain, got) && name != "more after" {
			t.Errorf("%s: %d bytes, %v", name, len(got), err)
		}
	}
	if _, err := openStream(key, []byte("another head"), sealed); !errors.Is(err, ErrClosed) {
		t.Errorf("another head: %v", err)
	}
	if _, err := openStream(testSecret(2), head, sealed); !errors.Is(err, ErrClosed) {
		t.Errorf("another key: %v", err)
	}
	var c *ChunkError
	if _, err := openStream(key, head, flip(at(1)+100)); !errors.As(err, &c) || c.Chunk != 1 {
		t.Errorf("the bad chunk is named %v", err)
	}
	if _, err := openStream(key, head, sealed[:at(2)]); !errors.Is(err, ErrTruncated) {
		t.Errorf("cut off: %v", err)
	}
}

func TestKeyBundle(t *testing.T) {
	files := func() []KeyFile {
		return []KeyFile{{"store.key", testSecret(7)}, {"backup/2026-11.key", testSecret(8)}, {"sources/a", NewSecret([]byte{1})}}
	}
	pass := func() []byte { return []byte("a passphrase of some length") }
	var out bytes.Buffer
	if err := SealKeys(&out, pass(), DefaultCost(), files()); err != nil {
		t.Fatal(err)
	}
	sealed := out.Bytes()
	if bytes.Contains(sealed, []byte("store.key")) || bytes.Contains(sealed, bytes.Repeat([]byte{7}, 16)) {
		t.Error("in clear")
	}
	got, err := OpenKeys(bytes.NewReader(sealed), pass())
	if err != nil || len(got) != 3 || got[1].Name != "backup/2026-11.key" {
		t.Fatalf("%d files, %v", len(got), err)
	}
	if err := got[1].Data.Use(func(b []byte) error {
		if !bytes.Equal(b, bytes.Repeat([]byte{8}, 32)) {
			t.Error("another key came back")
		}
		return nil
	}); err != nil {
		t.Error(err)
	}
	if _, err := OpenKeys(bytes.NewReader(sealed), []byte("another passphrase")); !errors.Is(err, ErrClosed) {
		t.Errorf("wrong passphrase: %v", err)
	}
	for _, i := range []int{0, len(bundleMagic) + 3, bundleHead - 1, bundleHead + 5, len(sealed) - 1} {
		bad := bytes.Clone(sealed)
		bad[i] ^= 1
		if _, err := OpenKeys(bytes.NewReader(bad), pass()); err == nil {
			t.Errorf("byte %d turned, and it opens", i)
		}
	}
	if _, err := OpenKeys(bytes.NewReader(sealed[:len(sealed)-1]), pass()); !errors.Is(err, ErrTruncated) {
		t.Errorf("cut off: %v", err)
	}
	if err := SealKeys(io.Discard, []byte("short"), DefaultCost(), nil); err == nil {
		t.Error("a short passphrase is taken")
	}
	for _, name := range []string{"../store.key", "/etc/passwd", "a/../b", "", "."} {
		if err := SealKeys(io.Discard, pass(), DefaultCost(), []KeyFile{{name, testSecret(1)}}); err == nil {
			t.Errorf("the name %q is taken", name)
		}
	}
}
