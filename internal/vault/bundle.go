package vault

import (
	"bufio"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strconv"
	"unicode/utf8"

	"cutout/internal/fault"
)

// A key bundle holds key files under a passphrase: a head in clear (name, cost, salt), then a sealed stream of files, each
// with the length of its name (2 bytes), its name, its length (4 bytes) and its bytes, big-endian.
const (
	bundleMagic = "cutout keys\x01"
	bundleHead  = len(bundleMagic) + 4 + 4 + 1 + saltSize
)

// The limits of a bundle keep a hostile file from taking memory.
const (
	maxKeyFile = 64 << 10
	maxKeyName = 200
)

// KeyFile is one file of a bundle, by its path under the directory of keys.
type KeyFile struct {
	Name string
	Data Secret
}

// SealKeys writes the files sealed under a passphrase of at least twelve characters, which it overwrites. Whoever has the
// bundle and the passphrase has every key in it.
func SealKeys(w io.Writer, passphrase []byte, cost Cost, files []KeyFile) error {
	defer clear(passphrase)
	if err := cost.check(); err != nil {
		return err
	}
	if utf8.RuneCount(passphrase) < leastPassphrase {
		var f fault.Faults
		f.Add("passphrase", "vault.passphrase.short", "Least", strconv.Itoa(leastPassphrase))
		return f.Err()
	}
	head := make([]byte, 0, bundleHead)
	head = append(head, bundleMagic...)
	head = binary.BigEndian.AppendUint32(head, cost.MemoryKiB)
	head = binary.BigEndian.AppendUint32(head, cost.Passes)
	head = append(head, cost.Lanes)
	head = head[:bundleHead]
	rand.Read(head[bundleHead-saltSize:])
	if _, err := w.Write(head); err != nil {
		return err
	}
	key := NewSecret(stretched(passphrase, head[bundleHead-saltSize:], cost))
	defer key.Clear()
	s, err := SealStream(w, key, head)
	if err != nil {
		return err
	}
	for _, f := range files {
		if err := f.write(s); err != nil {
			return err
		}
	}
	return s.Close()
}

func (f KeyFile) write(w io.Writer) error {
	if !fs.ValidPath(f.Name) || f.Name == "." || len(f.Name) > maxKeyName {
		return fmt.Errorf("%w: the name of a key file", ErrMalformed)
	}
	return f.Data.Use(func(b []byte) error {
		if len(b) > maxKeyFile {
			return fmt.Errorf("%w: the key file %s is too large", ErrMalformed, f.Name)
		}
		head := binary.BigEndian.AppendUint16(nil, uint16(len(f.Name)))
		head = append(head, f.Name...)
		head = binary.BigEndian.AppendUint32(head, uint32(len(b)))
		if _, err := w.Write(head); err != nil {
			return err
		}
		_, err := w.Write(b)
		return err
	})
}

// OpenKeys opens a bundle and overwrites the passphrase. ErrClosed means a wrong passphrase or altered bytes; ErrMalformed
// a file that is no bundle. Names are plain paths below the directory of keys.
func OpenKeys(r io.Reader, passphrase []byte) (files []KeyFile, err error) {
	defer clear(passphrase)
	head := make([]byte, bundleHead)
	if _, err := io.ReadFull(r, head); err != nil || string(head[:len(bundleMagic)]) != bundleMagic {
		return nil, fmt.Errorf("%w: no bundle of keys", ErrMalformed)
	}
	at := head[len(bundleMagic):]
	cost := Cost{binary.BigEndian.Uint32(at), binary.BigEndian.Uint32(at[4:]), at[8]}
	if err := cost.check(); err != nil {
		return nil, err
	}
	key := NewSecret(stretched(passphrase, head[bundleHead-saltSize:], cost))
	defer key.Clear()
	s, err := OpenStream(r, key, head)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			for _, f := range files {
				f.Data.Clear()
			}
			files = nil
		}
	}()
	b := bufio.NewReader(s)
	for {
		var size [4]byte
		if _, err := io.ReadFull(b, size[:2]); err == io.EOF {
			return files, nil
		} else if err != nil {
			return files, inside(err)
		}
		name := make([]byte, binary.BigEndian.Uint16(size[:]))
		if len(name) > maxKeyName {
			return files, ErrMalformed
		}
		if _, err := io.ReadFull(b, name); err != nil {
			return files, inside(err)
		}
		if _, err := io.ReadFull(b, size[:]); err != nil {
			return files, inside(err)
		}
		n := binary.BigEndian.Uint32(size[:])
		if n > maxKeyFile || !fs.ValidPath(string(name)) || string(name) == "." {
			return files, ErrMalformed
		}
		data := make([]byte, n)
		if _, err := io.ReadFull(b, data); err != nil {
			return files, inside(err)
		}
		files = append(files, KeyFile{string(name), NewSecret(data)})
	}
}

// inside is an end of the sealed content in the middle of a file: only a program that wrote it wrongly makes one.
func inside(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return ErrMalformed
	}
	return err
}
