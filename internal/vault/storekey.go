package vault

import (
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Purpose separates the keys derived from one store key: knowing one gives no other.
type Purpose string

// What the server derives keys for.
const (
	DatabasePages Purpose = "database pages"
	Bodies        Purpose = "record bodies"
	Cursors       Purpose = "cursor MAC"
	Terms         Purpose = "blind terms"
	Sessions      Purpose = "sessions"
	Backups       Purpose = "backup stream"
	BackupName    Purpose = "backup key name"
)

// StoreKey is the server's own key, from its key file. It protects what a stolen disk or backup holds; it opens no
// envelope, because envelopes are sealed to people. Destroying the file destroys every epoch of every derived key at once.
type StoreKey struct {
	secret Secret
	redact
}

const storeKeySize = 32

// OpenStoreKey reads the key file, or makes it when there is none: 32 random bytes, mode 0600. It reports created so that
// a caller who has a database already can stop: the key of that database is then lost or elsewhere. A file that others
// may read or write, that is no plain file or has another size is refused.
func OpenStoreKey(path string) (key StoreKey, created bool, err error) {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err = createStoreKey(path); err == nil {
			created = true
		} else if !errors.Is(err, fs.ErrExist) {
			return StoreKey{}, false, err
		}
		info, err = os.Lstat(path)
	}
	if err != nil {
		return StoreKey{}, false, err
	}
	f, err := openPlain(path, info)
	if err != nil {
		return StoreKey{}, false, err
	}
	defer f.Close()
	b := make([]byte, storeKeySize)
	if _, err := io.ReadFull(f, b); err != nil {
		clear(b)
		return StoreKey{}, false, err
	}
	return StoreKey{secret: NewSecret(b)}, created, nil
}

// NewStoreKey draws a store key that stands in no file: it is for stores in memory, and is gone with them.
func NewStoreKey() StoreKey {
	b := make([]byte, storeKeySize)
	rand.Read(b)
	return StoreKey{secret: NewSecret(b)}
}

// openPlain opens the file it looked at, and no link or later file of the same name.
func openPlain(path string, seen fs.FileInfo) (*os.File, error) {
	if !seen.Mode().IsRegular() {
		return nil, fmt.Errorf("vault: key file %s is no plain file", path)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	switch {
	case err != nil:
	case !os.SameFile(info, seen):
		err = fmt.Errorf("vault: key file %s was replaced while it was opened", path)
	case info.Mode().Perm()&0o077 != 0:
		err = fmt.Errorf("vault: key file %s may be read by others (mode %04o): chmod 600, and consider the key known", path, info.Mode().Perm())
	case info.Size() != storeKeySize:
		err = fmt.Errorf("vault: key file %s has %d bytes, not %d", path, info.Size(), storeKeySize)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// createStoreKey writes the file beside its place and links it there, so that a crash leaves a whole file or none, and
// an existing file is never overwritten.
func createStoreKey(path string) error {
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, ".key-*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	b := make([]byte, storeKeySize)
	defer clear(b)
	rand.Read(b)
	_, err = f.Write(b)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Link(f.Name(), path); err != nil {
		return err
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// Sub derives the 32-byte key of a purpose and epoch (HKDF-SHA256, RFC 5869). The caller clears it.
func (k StoreKey) Sub(p Purpose, epoch uint32) (Secret, error) {
	var out Secret
	err := k.secret.Use(func(b []byte) error {
		info := binary.BigEndian.AppendUint32([]byte("cutout store key v1\x00"+p+"\x00"), epoch)
		s, err := hkdf.Key(sha256.New, b, nil, string(info), 32)
		if err == nil {
			out = NewSecret(s)
		}
		return err
	})
	return out, err
}

// BodyKey derives the key that seals record bodies in an epoch.
func (k StoreKey) BodyKey(epoch uint32) (BodyKey, error) {
	s, err := k.Sub(Bodies, epoch)
	if err != nil {
		return BodyKey{}, err
	}
	defer s.Clear()
	var out BodyKey
	err = s.Use(func(b []byte) error {
		out = newBodyKey(b, epoch)
		return nil
	})
	return out, err
}

// Clear overwrites the key.
func (k StoreKey) Clear() { k.secret.Clear() }
