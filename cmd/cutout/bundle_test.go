package main

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"io"
	"os"
	"strconv"

	"github.com/rogpeppe/go-internal/testscript"

	"cutout/internal/casework"
)

// flip BUNDLE ENTRY OUT: one bit of an entry in the rows of a bundle is turned, as by somebody who rewrites the log.
func flip(ts *testscript.TestScript, _ bool, args []string) {
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	z, err := zip.OpenReader(ts.MkAbs(args[0]))
	ts.Check(err)
	defer z.Close()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, f := range z.File {
		r, err := f.Open()
		ts.Check(err)
		b, err := io.ReadAll(r)
		ts.Check(err)
		if f.Name == casework.BundleRows {
			at := bytes.IndexByte(b, 1) + 1 // the head ends with its version
			for range n {
				at += 2 + int(binary.BigEndian.Uint16(b[at:])) + 32
			}
			b[at+2+int(binary.BigEndian.Uint16(b[at:]))/2] ^= 1
		}
		p, err := w.Create(f.Name)
		ts.Check(err)
		_, err = p.Write(b)
		ts.Check(err)
	}
	ts.Check(w.Close())
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), out.Bytes(), 0o600))
}
