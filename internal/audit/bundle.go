package audit

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"iter"
)

// bundleHead opens a bundle of rows; its last byte is the version.
const bundleHead = "cutout audit rows\x01"

// WriteRows writes rows, without their Inner hashes, as a stream that travels: a head, then for each row the length of the
// entry (two bytes, big-endian), the entry, and its leaf hash. It returns how many rows it wrote.
func WriteRows(w io.Writer, rows iter.Seq2[Row, error]) (int64, error) {
	b := bufio.NewWriter(w)
	if _, err := b.WriteString(bundleHead); err != nil {
		return 0, err
	}
	var n int64
	for row, err := range rows {
		if err != nil {
			return n, err
		}
		if len(row.Entry) > MaxEntry {
			return n, fmt.Errorf("%w: entry %d is too long", ErrMalformed, row.Seq)
		}
		var frame [2]byte
		binary.BigEndian.PutUint16(frame[:], uint16(len(row.Entry)))
		for _, part := range [...][]byte{frame[:], row.Entry, row.Leaf[:]} {
			if _, err := b.Write(part); err != nil {
				return n, err
			}
		}
		n++
	}
	return n, b.Flush()
}

// ReadRows reads what WriteRows wrote, giving each row the number of its place. A stream that breaks off inside a row, or
// is no such stream, yields ErrMalformed at that place; other errors are the reader's. The memory of a row's Entry is
// reused for the next. It can be ranged over once.
func ReadRows(r io.Reader) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		b := bufio.NewReader(r)
		var buf [MaxEntry + len(Hash{})]byte
		head := buf[:len(bundleHead)]
		if _, err := io.ReadFull(b, head); err != nil || string(head) != bundleHead {
			yield(Row{}, broken(err))
			return
		}
		for seq := int64(0); ; seq++ {
			var frame [2]byte
			_, err := io.ReadFull(b, frame[:])
			if err == io.EOF {
				return
			}
			n := int(binary.BigEndian.Uint16(frame[:]))
			if err != nil || n > MaxEntry {
				yield(Row{Seq: seq}, broken(err))
				return
			}
			if _, err := io.ReadFull(b, buf[:n+len(Hash{})]); err != nil {
				yield(Row{Seq: seq}, broken(err))
				return
			}
			if !yield(Row{Seq: seq, Entry: buf[:n], Leaf: Hash(buf[n : n+len(Hash{})])}, nil) {
				return
			}
		}
	}
}

func broken(err error) error {
	if err == nil || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return ErrMalformed
	}
	return err
}
