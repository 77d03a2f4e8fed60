package vault

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"
)

func TestRing(t *testing.T) {
	k := NewStoreKey()
	for name, open := range map[string]func(t *testing.T) (first, again *Ring){
		"directory": func(t *testing.T) (*Ring, *Ring) {
			dir := filepath.Join(t.TempDir(), "keys", "sources")
			a, err := OpenRing(dir, k)
			if err != nil {
				t.Fatal(err)
			}
			b, err := OpenRing(dir, k) // another process
			if err != nil {
				t.Fatal(err)
			}
			return a, b
		},
		"memory": func(t *testing.T) (*Ring, *Ring) {
			r, err := MemoryRing(k)
			if err != nil {
				t.Fatal(err)
			}
			return r, r
		},
	} {
		t.Run(name, func(t *testing.T) {
			r, again := open(t)
			one, err := r.New()
			if err != nil {
				t.Fatal(err)
			}
			two, err := again.New()
			if err != nil {
				t.Fatal(err)
			}
			at := Place{Table: "identity", Record: "src_x", Field: "person", Epoch: 1}
			sealed, err := r.Seal(one, at, []byte("an envelope"))
			if err != nil {
				t.Fatal(err)
			}
			got, err := again.Open(one, at, sealed)
			if err != nil || string(got) != "an envelope" {
				t.Fatalf("%q, %v", got, err)
			}
			elsewhere := at
			elsewhere.Record = "src_y"
			if _, err := r.Open(one, elsewhere, sealed); !errors.Is(err, ErrClosed) {
				t.Errorf("at another place: %v", err)
			}
			if _, err := r.Open(two, at, sealed); !errors.Is(err, ErrClosed) {
				t.Errorf("under another key: %v", err)
			}
			if names, err := r.Names(); err != nil || len(names) != 2 {
				t.Errorf("%v, %v", names, err)
			}
			if err := r.Destroy(one); err != nil {
				t.Fatal(err)
			}
			for _, r := range []*Ring{r, again} {
				if _, err := r.Open(one, at, sealed); !errors.Is(err, ErrDestroyed) {
					t.Errorf("after its key was destroyed: %v", err)
				}
			}
			if err := r.Destroy(one); !errors.Is(err, ErrDestroyed) {
				t.Errorf("destroyed twice: %v", err)
			}
			if names, err := r.Names(); err != nil || len(names) != 1 || names[0] != two {
				t.Errorf("%v, %v", names, err)
			}
		})
	}
}

// A copy of the ring's directory is worth nothing without the store key, and a key's file is no other key's.
func TestRingFiles(t *testing.T) {
	dir := t.TempDir()
	r, err := OpenRing(dir, NewStoreKey())
	if err != nil {
		t.Fatal(err)
	}
	one, err := r.New()
	if err != nil {
		t.Fatal(err)
	}
	two, err := r.New()
	if err != nil {
		t.Fatal(err)
	}
	at := Place{Table: "identity", Record: "src_x", Field: "person", Epoch: 1}
	sealed, err := r.Seal(one, at, []byte("an envelope"))
	if err != nil {
		t.Fatal(err)
	}
	stolen, err := OpenRing(dir, NewStoreKey())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := stolen.Open(one, at, sealed); !errors.Is(err, ErrClosed) {
		t.Errorf("under another store key: %v", err)
	}
	b, err := os.ReadFile(r.path(two))
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(r.path(two)); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	if err := os.WriteFile(r.path(one), b, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Open(one, at, sealed); !errors.Is(err, ErrClosed) {
		t.Errorf("with another key's file: %v", err)
	}
	// Whoever kept the directory open, or a link to the file, finds noise in it.
	link := filepath.Join(t.TempDir(), "kept")
	if err := os.Link(r.path(two), link); err != nil {
		t.Fatal(err)
	}
	if err := r.Destroy(two); err != nil {
		t.Fatal(err)
	}
	if after, err := os.ReadFile(link); err != nil || bytes.Equal(after, b) || len(after) != len(b) {
		t.Errorf("the key's bytes are still in its file: %v", err)
	}
}
