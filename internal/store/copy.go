package store

import (
	"bufio"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"io"
	"slices"
)

// A copy of the records is a stream of rows that both engines write and read alike. Numbers are unsigned varints unless said:
//
//	'T' name, number of columns, each name     a table begins; a name has its length before it
//	'R' values                                 'n' none | 'i' signed varint | 'b' length, bytes | 't' length, text
//	'E' rows, SHA-256 over its 'R' frames      the table ends
//	'Z' rows in all                            the copy ends
//
// It travels inside a sealed stream, which sees to it that nothing of it is changed or missing.
const (
	frameTable = 'T'
	frameRow   = 'R'
	frameEnd   = 'E'
	frameLast  = 'Z'
)

// ErrCopy means that bytes are no copy of records.
var ErrCopy = errors.New("store: the file holds no copy of records that this program can read")

// The limits of a copy keep hostile counts from taking memory.
const (
	maxValue   = 64 << 20
	maxColumns = 100
	maxName    = 100
)

// Digest is how many rows a table has and a hash over them all: two tables of one digest are equal row by row.
type Digest struct {
	Rows int64
	Sum  [32]byte
}

// tableHash digests the rows of a table.
type tableHash struct {
	h    hash.Hash
	rows int64
	buf  []byte
}

func newTableHash() *tableHash { return &tableHash{h: sha256.New()} }

// row encodes a row and counts it.
func (t *tableHash) row(values []any) ([]byte, error) {
	b := append(t.buf[:0], frameRow)
	for _, v := range values {
		switch v := v.(type) {
		case nil:
			b = append(b, 'n')
		case int64:
			b = binary.AppendVarint(append(b, 'i'), v)
		case []byte:
			b = append(binary.AppendUvarint(append(b, 'b'), uint64(len(v))), v...)
		case string:
			b = append(binary.AppendUvarint(append(b, 't'), uint64(len(v))), v...)
		default:
			return nil, fmt.Errorf("store: a copy cannot hold a %T", v)
		}
	}
	t.buf = b
	t.h.Write(b)
	t.rows++
	return b, nil
}

func (t *tableHash) digest() Digest { return Digest{t.rows, [32]byte(t.h.Sum(nil))} }

// copyWriter writes a copy.
type copyWriter struct {
	w    *bufio.Writer
	hash *tableHash
	all  int64
}

func newCopyWriter(w io.Writer) *copyWriter { return &copyWriter{w: bufio.NewWriterSize(w, 64<<10)} }

func (c *copyWriter) begin(t table) error {
	b := appendName([]byte{frameTable}, t.name)
	b = binary.AppendUvarint(b, uint64(len(t.columns)))
	for _, n := range t.columns {
		b = appendName(b, n)
	}
	c.hash = newTableHash()
	_, err := c.w.Write(b)
	return err
}

func appendName(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

func (c *copyWriter) row(values []any) error {
	b, err := c.hash.row(values)
	if err != nil {
		return err
	}
	c.all++
	_, err = c.w.Write(b)
	return err
}

func (c *copyWriter) end() (Digest, error) {
	d := c.hash.digest()
	b := binary.AppendUvarint([]byte{frameEnd}, uint64(d.Rows))
	_, err := c.w.Write(append(b, d.Sum[:]...))
	return d, err
}

func (c *copyWriter) close() error {
	if _, err := c.w.Write(binary.AppendUvarint([]byte{frameLast}, uint64(c.all))); err != nil {
		return err
	}
	return c.w.Flush()
}

// copySink takes a copy apart: each call may refuse.
type copySink interface {
	begin(t table) error
	row(t table, values []any) error
	end(t table, d Digest) error
}

// readCopy reads a copy to its end and hands everything to the sinks in turn.
func readCopy(r io.Reader, sinks ...copySink) error {
	b := bufio.NewReaderSize(r, 64<<10)
	var all int64
	each := func(f func(copySink) error) error {
		for _, s := range sinks {
			if err := f(s); err != nil {
				return err
			}
		}
		return nil
	}
	var t table
	var h *tableHash
	var values []any
	for {
		kind, err := b.ReadByte()
		if err != nil {
			return short(err)
		}
		switch {
		case kind == frameTable && h == nil:
			if t, err = readTable(b); err != nil {
				return err
			}
			h, values = newTableHash(), make([]any, len(t.columns))
			err = each(func(s copySink) error { return s.begin(t) })
		case kind == frameRow && h != nil:
			for i := range values {
				if values[i], err = readValue(b); err != nil {
					return err
				}
			}
			if _, err = h.row(values); err != nil {
				return err
			}
			all++
			err = each(func(s copySink) error { return s.row(t, values) })
		case kind == frameEnd && h != nil:
			d := h.digest()
			h = nil
			var sum [32]byte
			n, err1 := binary.ReadUvarint(b)
			_, err2 := io.ReadFull(b, sum[:])
			if err := errors.Join(err1, err2); err != nil {
				return short(err)
			}
			if n != uint64(d.Rows) || sum != d.Sum {
				return fmt.Errorf("%w: the rows of %s are not those that were written", ErrCopy, t.name)
			}
			err = each(func(s copySink) error { return s.end(t, d) })
		case kind == frameLast && h == nil:
			n, err := binary.ReadUvarint(b)
			if err != nil {
				return short(err)
			}
			if n != uint64(all) {
				return fmt.Errorf("%w: %d rows instead of %d", ErrCopy, all, n)
			}
			if _, err := b.ReadByte(); err != io.EOF { // only the end of the sealed stream says that it was whole
				if err == nil {
					err = ErrCopy
				}
				return err
			}
			return nil
		default:
			return ErrCopy
		}
		if err != nil {
			return err
		}
	}
}

// short is an end in the middle.
func short(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return ErrCopy
	}
	return err
}

func readTable(b *bufio.Reader) (t table, err error) {
	if t.name, err = readName(b); err != nil {
		return t, err
	}
	n, err := binary.ReadUvarint(b)
	if err != nil {
		return t, short(err)
	}
	if n == 0 || n > maxColumns {
		return t, ErrCopy
	}
	for range n {
		name, err := readName(b)
		if err != nil {
			return t, err
		}
		if slices.Contains(t.columns, name) {
			return t, ErrCopy
		}
		t.columns = append(t.columns, name)
	}
	return t, nil
}

// readName reads the name of a table or column: small letters, digits and underscores, since it will stand in statements.
func readName(b *bufio.Reader) (string, error) {
	p, err := readBytes(b, maxName)
	if err != nil {
		return "", err
	}
	for _, c := range p {
		if c != '_' && (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			return "", ErrCopy
		}
	}
	if len(p) == 0 {
		return "", ErrCopy
	}
	return string(p), nil
}

func readBytes(b *bufio.Reader, most uint64) ([]byte, error) {
	n, err := binary.ReadUvarint(b)
	if err != nil {
		return nil, short(err)
	}
	if n > most {
		return nil, ErrCopy
	}
	p := make([]byte, n)
	if _, err := io.ReadFull(b, p); err != nil {
		return nil, short(err)
	}
	return p, nil
}

func readValue(b *bufio.Reader) (any, error) {
	kind, err := b.ReadByte()
	if err != nil {
		return nil, short(err)
	}
	switch kind {
	case 'n':
		return nil, nil
	case 'i':
		v, err := binary.ReadVarint(b)
		if err != nil {
			return nil, short(err)
		}
		return v, nil
	case 'b':
		return readBytes(b, maxValue)
	case 't':
		p, err := readBytes(b, maxValue)
		return string(p), err
	}
	return nil, ErrCopy
}
