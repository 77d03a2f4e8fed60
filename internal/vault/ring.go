package vault

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
)

// KeyName names a key of a Ring: random, so that a file's name says nothing of whose key it is.
type KeyName [16]byte

// String is the name in hexadecimal, which is also the name of its file.
func (n KeyName) String() string { return hex.EncodeToString(n[:]) }

// IsZero reports whether the name names no key.
func (n KeyName) IsZero() bool { return n == KeyName{} }

// ErrDestroyed means that a ring has no such key: it was destroyed, or the ring is another unit's or older one.
var ErrDestroyed = errors.New("vault: the key is destroyed or was never in this ring")

// Ring keeps one small key for each source, apart from the records. Around the envelope that only people open, an identity
// is sealed once more under its ring key: when that is destroyed, the envelope opens for nobody, not in the records, nor in
// any copy or backup of them, whoever still holds his own key. Copies of the ring itself must therefore be few and young.
//
// A ring is a directory with one file a key, each sealed under the store key. Several processes may use it at once.
type Ring struct {
	dir  string
	seal sealer
	mu   sync.Mutex
	mem  map[KeyName][]byte // of a ring in memory
}

// SourceKeys is the purpose of the key that seals a ring's files.
const SourceKeys Purpose = "source keys"

const forRing = "cutout ring key v1"

// OpenRing opens the ring in a directory, making an empty one when there is none.
func OpenRing(dir string, k StoreKey) (*Ring, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	return newRing(dir, k)
}

// MemoryRing is a ring that is gone with the program, for stores in memory.
func MemoryRing(k StoreKey) (*Ring, error) {
	r, err := newRing("", k)
	if err == nil {
		r.mem = map[KeyName][]byte{}
	}
	return r, err
}

func newRing(dir string, k StoreKey) (*Ring, error) {
	s, err := k.Sub(SourceKeys, 1)
	if err != nil {
		return nil, err
	}
	defer s.Clear()
	r := &Ring{dir: dir}
	return r, s.Use(func(b []byte) error {
		r.seal = newSealer(b)
		return nil
	})
}

func (r *Ring) path(n KeyName) string { return filepath.Join(r.dir, n.String()) }

func (n KeyName) bind() []byte { return append([]byte(forRing+"\x00"), n[:]...) }

// New makes a key and returns when it is durable: a record sealed under it is never older than the key.
func (r *Ring) New() (KeyName, error) {
	var n KeyName
	rand.Read(n[:])
	key := make([]byte, 32)
	defer clear(key)
	rand.Read(key)
	sealed := r.seal.Seal(nil, nil, key, n.bind())
	if r.mem != nil {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.mem[n] = sealed
		return n, nil
	}
	f, err := os.OpenFile(r.path(n), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return n, err
	}
	_, err = f.Write(sealed)
	if err = errors.Join(err, f.Sync(), f.Close(), syncDir(r.dir)); err != nil {
		os.Remove(r.path(n))
	}
	return n, err
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// use lends the sealer of a key.
func (r *Ring) use(n KeyName, f func(sealer) error) error {
	var sealed []byte
	if r.mem != nil {
		r.mu.Lock()
		sealed = r.mem[n]
		r.mu.Unlock()
	} else {
		var err error
		if sealed, err = os.ReadFile(r.path(n)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	if len(sealed) == 0 {
		return ErrDestroyed
	}
	key, err := r.seal.Open(nil, nil, sealed, n.bind())
	if err != nil || len(key) != 32 {
		return fmt.Errorf("%w: key %s of the ring", ErrClosed, n)
	}
	defer clear(key)
	return f(newSealer(key))
}

// Seal seals an envelope under a key of the ring, at the same place as the envelope.
func (r *Ring) Seal(n KeyName, at Place, envelope []byte) (sealed []byte, err error) {
	err = r.use(n, func(s sealer) error {
		sealed = s.Seal(nil, nil, envelope, at.bind(nil, forRing))
		return nil
	})
	return sealed, err
}

// Open gives back what Seal took. ErrDestroyed: the key is gone; ErrClosed: altered bytes, another place.
func (r *Ring) Open(n KeyName, at Place, sealed []byte) (envelope []byte, err error) {
	err = r.use(n, func(s sealer) error {
		if envelope, err = s.Open(nil, nil, sealed, at.bind(nil, forRing)); err != nil {
			return ErrClosed
		}
		return nil
	})
	return envelope, err
}

// Destroy destroys a key for good and returns when that is durable: its file is overwritten, then removed. What the medium
// keeps of overwritten blocks, and copies of the ring made before, are beyond it. ErrDestroyed when there is none.
func (r *Ring) Destroy(n KeyName) error {
	if r.mem != nil {
		r.mu.Lock()
		defer r.mu.Unlock()
		if r.mem[n] == nil {
			return ErrDestroyed
		}
		clear(r.mem[n])
		delete(r.mem, n)
		return nil
	}
	f, err := os.OpenFile(r.path(n), os.O_WRONLY, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return ErrDestroyed
	}
	if err != nil {
		return err
	}
	noise := make([]byte, 32+sealOverhead)
	rand.Read(noise)
	_, err = f.WriteAt(noise, 0)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return errors.Join(os.Remove(r.path(n)), syncDir(r.dir))
}

// Names lists the keys of the ring in order.
func (r *Ring) Names() ([]KeyName, error) {
	var out []KeyName
	if r.mem != nil {
		r.mu.Lock()
		defer r.mu.Unlock()
		for n := range r.mem {
			out = append(out, n)
		}
	} else {
		files, err := os.ReadDir(r.dir)
		if err != nil {
			return nil, err
		}
		for _, f := range files {
			var n KeyName
			if b, err := hex.DecodeString(f.Name()); err == nil && copy(n[:], b) == len(n) && len(b) == len(n) {
				out = append(out, n)
			}
		}
	}
	slices.SortFunc(out, func(a, b KeyName) int { return slices.Compare(a[:], b[:]) })
	return out, nil
}
