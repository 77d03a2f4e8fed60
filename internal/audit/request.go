package audit

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

// Request asks a witness to cosign a checkpoint (C2SP tlog-witness, add-checkpoint).
type Request struct {
	Old    int64  // size the witness last cosigned; 0 when it has seen nothing
	Proof  []Hash // consistency of the checkpoint with that size; none for 0
	Signed []byte // the checkpoint, signed by the log
}

// mostProof bounds the hashes of a proof; a log of MaxSize needs fewer.
const mostProof = 63

// MaxRequest is the longest request, in bytes.
const MaxRequest = 32 + mostProof*45 + 1 + maxSigned

// Text is the body of an add-checkpoint request.
func (r Request) Text() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "old %d\n", r.Old)
	for _, h := range r.Proof {
		b.WriteString(h.String() + "\n")
	}
	b.WriteByte('\n')
	b.Write(r.Signed)
	return b.Bytes()
}

// ParseRequest reads exactly what Text writes; anything else is ErrMalformed. It checks no signature and no proof.
func ParseRequest(text []byte) (Request, error) {
	var r Request
	if len(text) > MaxRequest {
		return r, ErrMalformed
	}
	head, signed, ok := strings.Cut(string(text), "\n\n")
	lines := strings.Split(head, "\n")
	old, is := strings.CutPrefix(lines[0], "old ")
	n, err := strconv.ParseInt(old, 10, 64)
	if !ok || !is || err != nil || n < 0 || n > MaxSize || strconv.FormatInt(n, 10) != old || len(lines)-1 > mostProof {
		return r, ErrMalformed
	}
	r.Old = n
	for _, line := range lines[1:] {
		h, err := tlog.ParseHash(line)
		if err != nil || h.String() != line {
			return Request{}, ErrMalformed
		}
		r.Proof = append(r.Proof, h)
	}
	r.Signed = []byte(signed)
	return r, nil
}
