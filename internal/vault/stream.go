package vault

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// A stream is sealed in chunks, so that a file of any size is written and checked with the memory of one chunk:
//
//	salt 32
//	chunks: last 1 | length 4 | ciphertext, tag 16
//
// The key of a stream is derived from the caller's key and the salt, so that no two streams share one. The nonce of a chunk
// is its number and its last byte: chunks cannot be repeated, reordered or left out, and a stream that was cut off has no last
// chunk. The associated data is the hash of the head, which the caller writes in clear before the stream.
const (
	streamSalt  = 32
	streamFrame = 1 + 4
	streamChunk = 256 << 10
	streamTag   = 16
)

// ErrTruncated means that a stream ends before its last chunk: it was cut off, or never finished.
var ErrTruncated = errors.New("vault: the sealed file ends before its last part")

// ChunkError names the chunk of a stream, counted from 0, in which something is wrong.
type ChunkError struct {
	Chunk int64
	Err   error
}

func (e *ChunkError) Error() string { return fmt.Sprintf("part %d: %v", e.Chunk, e.Err) }

// Unwrap is what is wrong with the chunk.
func (e *ChunkError) Unwrap() error { return e.Err }

// chunker seals or opens the chunks of one stream.
type chunker struct {
	aead  cipher.AEAD
	bound [32]byte
	next  int64
}

func newChunker(key Secret, salt, head []byte) (c *chunker, err error) {
	c = &chunker{bound: sha256.Sum256(head)}
	err = key.Use(func(k []byte) error {
		sub, err := hkdf.Key(sha256.New, k, salt, "cutout stream v1", 32)
		if err != nil {
			return err
		}
		defer clear(sub)
		b, err := aes.NewCipher(sub)
		if err == nil {
			c.aead, err = cipher.NewGCM(b)
		}
		return err
	})
	return c, err
}

// nonce is used once under its key: the number of the chunk, and whether it is the last.
func (c *chunker) nonce(last byte) []byte {
	n := make([]byte, 12)
	binary.BigEndian.PutUint64(n[3:], uint64(c.next))
	n[11] = last
	return n
}

// StreamWriter seals what is written to it. Close writes the last chunk; without it the stream never opens as a whole.
type StreamWriter struct {
	*chunker
	w    io.Writer
	buf  []byte
	done bool
}

// SealStream begins a sealed stream bound to head, which the caller has written in clear before it.
func SealStream(w io.Writer, key Secret, head []byte) (*StreamWriter, error) {
	salt := make([]byte, streamSalt)
	rand.Read(salt)
	c, err := newChunker(key, salt, head)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(salt); err != nil {
		return nil, err
	}
	return &StreamWriter{chunker: c, w: w, buf: make([]byte, 0, streamChunk)}, nil
}

func (s *StreamWriter) Write(b []byte) (n int, err error) {
	for len(b) > 0 {
		if len(s.buf) == streamChunk { // kept back until more comes: the last chunk must be known as such
			if err := s.flush(0); err != nil {
				return n, err
			}
		}
		k := min(len(b), streamChunk-len(s.buf))
		s.buf = append(s.buf, b[:k]...)
		n, b = n+k, b[k:]
	}
	return n, nil
}

func (s *StreamWriter) flush(last byte) error {
	out := make([]byte, streamFrame, streamFrame+len(s.buf)+streamTag)
	out[0] = last
	binary.BigEndian.PutUint32(out[1:], uint32(len(s.buf)+streamTag))
	out = s.aead.Seal(out, s.nonce(last), s.buf, s.bound[:])
	clear(s.buf)
	s.buf = s.buf[:0]
	s.next++
	_, err := s.w.Write(out)
	return err
}

// Close writes the last chunk. It does not close what is below.
func (s *StreamWriter) Close() error {
	if s.done {
		return nil
	}
	s.done = true
	return s.flush(1)
}

// StreamReader opens a sealed stream. Every byte it gives was authenticated; io.EOF means that the stream is whole.
type StreamReader struct {
	*chunker
	r    io.Reader
	buf  []byte
	rest []byte
	last bool
}

// OpenStream begins to open a stream that SealStream sealed under this key and head.
func OpenStream(r io.Reader, key Secret, head []byte) (*StreamReader, error) {
	salt := make([]byte, streamSalt)
	if _, err := io.ReadFull(r, salt); err != nil {
		return nil, cut(err)
	}
	c, err := newChunker(key, salt, head)
	if err != nil {
		return nil, err
	}
	return &StreamReader{chunker: c, r: r}, nil
}

func cut(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return ErrTruncated
	}
	return err
}

func (s *StreamReader) Read(b []byte) (int, error) {
	for len(s.rest) == 0 {
		if s.last {
			var one [1]byte
			switch _, err := io.ReadFull(s.r, one[:]); {
			case err == nil:
				return 0, &ChunkError{s.next, fmt.Errorf("%w: bytes after the last part", ErrMalformed)}
			case err != io.EOF:
				return 0, err
			}
			return 0, io.EOF
		}
		if err := s.chunk(); err != nil {
			return 0, err
		}
	}
	n := copy(b, s.rest)
	s.rest = s.rest[n:]
	return n, nil
}

func (s *StreamReader) chunk() error {
	var frame [streamFrame]byte
	if _, err := io.ReadFull(s.r, frame[:]); err != nil {
		return &ChunkError{s.next, cut(err)}
	}
	n := binary.BigEndian.Uint32(frame[1:])
	if frame[0] > 1 || n < streamTag || n > streamChunk+streamTag {
		return &ChunkError{s.next, ErrMalformed}
	}
	if s.buf == nil {
		s.buf = make([]byte, streamChunk+streamTag)
	}
	sealed := s.buf[:n]
	if _, err := io.ReadFull(s.r, sealed); err != nil {
		return &ChunkError{s.next, cut(err)}
	}
	plain, err := s.aead.Open(sealed[:0], s.nonce(frame[0]), sealed, s.bound[:])
	if err != nil {
		return &ChunkError{s.next, ErrClosed}
	}
	s.rest, s.last = plain, frame[0] == 1
	s.next++
	return nil
}
