package audit

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Checkpoint says what a log was at a moment. Signed and kept by somebody outside, it fixes every entry before it.
type Checkpoint struct {
	Origin string    // the log's name, also the name of its key ("unit.example/log")
	Size   int64     // number of entries
	Root   Hash      // root over entries 0 to Size-1
	Time   time.Time // when it was made, UTC, whole seconds; the log's own claim
}

const (
	maxOrigin     = 100
	maxCheckpoint = 400       // bytes of a body: origin, a number, a hash and a time, with room to spare
	maxSigned     = 16 * 1024 // bytes of a signed checkpoint: room for a hundred witnesses
	timeLine      = "time "
)

// Check lists the faults of a checkpoint.
func (c Checkpoint) Check() error {
	if !isOrigin(c.Origin) {
		return fmt.Errorf("%w: the origin takes small letters, digits, dot, dash and slash", ErrMalformed)
	}
	if c.Size < 0 || c.Size > MaxSize {
		return fmt.Errorf("%w: size %d", ErrMalformed, c.Size)
	}
	if c.Time.Location() != time.UTC || c.Time.Nanosecond() != 0 || c.Time.Unix() < 0 || c.Time.Unix() > maxTime {
		return fmt.Errorf("%w: the time must be UTC and whole seconds", ErrMalformed)
	}
	return nil
}

func isOrigin(s string) bool {
	return s != "" && len(s) <= maxOrigin && !strings.ContainsFunc(s, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '.' || r == '-' || r == '/')
	})
}

// Text is the body of the transparency-dev checkpoint format (C2SP tlog-checkpoint): origin, size and base64 root, each on
// a line, then the time as an extension line ("time 2026-11-22T08:00:00Z").
func (c Checkpoint) Text() string {
	return c.Origin + "\n" + strconv.FormatInt(c.Size, 10) + "\n" + c.Root.String() + "\n" + timeLine + c.Time.Format(time.RFC3339) + "\n"
}

// ParseCheckpoint reads exactly what Text writes; anything else is ErrMalformed. It checks no signature: OpenCheckpoint does.
func ParseCheckpoint(text string) (Checkpoint, error) {
	var c Checkpoint
	line := strings.Split(text, "\n")
	if len(text) > maxCheckpoint || len(line) != 5 || line[4] != "" {
		return c, ErrMalformed
	}
	when, ok := strings.CutPrefix(line[3], timeLine)
	size, err1 := strconv.ParseInt(line[1], 10, 64)
	root, err2 := tlog.ParseHash(line[2])
	at, err3 := time.Parse(time.RFC3339, when)
	if !ok || err1 != nil || err2 != nil || err3 != nil {
		return c, ErrMalformed
	}
	c = Checkpoint{Origin: line[0], Size: size, Root: root, Time: at.UTC()}
	if c.Check() != nil || c.Text() != text {
		return Checkpoint{}, ErrMalformed
	}
	return c, nil
}

// NewKey makes the Ed25519 key of a log, whose origin is name, in the text form of signed notes. The private text is the caller's to keep; the public text is for everybody who verifies.
func NewKey(name string) (private, public string, err error) {
	if !isOrigin(name) {
		return "", "", fmt.Errorf("%w: the name takes small letters, digits, dot, dash and slash", ErrMalformed)
	}
	return note.GenerateKey(rand.Reader, name)
}

// Sign makes the signed text of a checkpoint with the log's private key, whose name must be the checkpoint's origin.
func Sign(c Checkpoint, private string) ([]byte, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	s, err := note.NewSigner(private)
	if err != nil {
		return nil, errors.New("audit: the log key cannot be read") // the library's text is not trusted to omit the key
	}
	if s.Name() != c.Origin {
		return nil, fmt.Errorf("%w: the key is %q, the checkpoint's origin %q", ErrSignature, s.Name(), c.Origin)
	}
	return note.Sign(&note.Note{Text: c.Text()}, s)
}

// OpenCheckpoint verifies a signed checkpoint: the log whose public key is given must have signed it, and so must every
// witness named. Signatures of others are passed over.
func OpenCheckpoint(signed []byte, log string, witnesses ...string) (Checkpoint, error) {
	c, _, err := open(signed, log, witnesses)
	return c, err
}

func open(signed []byte, log string, witnesses []string) (Checkpoint, *note.Note, error) {
	if len(signed) > maxSigned {
		return Checkpoint{}, nil, ErrMalformed
	}
	first, err := note.NewVerifier(log)
	if err != nil {
		return Checkpoint{}, nil, fmt.Errorf("%w: the log's public key cannot be read", ErrMalformed)
	}
	known := []note.Verifier{first}
	for _, text := range witnesses {
		v, err := newWitnessKey(text)
		if err != nil {
			return Checkpoint{}, nil, err
		}
		known = append(known, v)
	}
	// One witness asked for twice is still one; a list with repeats would be ambiguous to the library.
	same := func(a, b note.Verifier) bool { return a.Name() == b.Name() && a.KeyHash() == b.KeyHash() }
	var distinct []note.Verifier
	for _, v := range known {
		if !slices.ContainsFunc(distinct, func(d note.Verifier) bool { return same(d, v) }) {
			distinct = append(distinct, v)
		}
	}
	n, err := openNote(signed, distinct...)
	if err != nil {
		return Checkpoint{}, nil, err
	}
	for _, v := range distinct {
		if !slices.ContainsFunc(n.Sigs, func(s note.Signature) bool { return s.Name == v.Name() && s.Hash == v.KeyHash() }) {
			return Checkpoint{}, nil, ErrSignature
		}
	}
	c, err := ParseCheckpoint(n.Text)
	if err != nil {
		return Checkpoint{}, nil, err
	}
	if c.Origin != known[0].Name() {
		return Checkpoint{}, nil, fmt.Errorf("%w: the key is of another log", ErrSignature)
	}
	return c, n, nil
}

// openNote verifies a signed note. The library takes a signature whose last base64 digit has spare bits set; here a note
// has one form, so that no two files are one checkpoint.
func openNote(signed []byte, known ...note.Verifier) (*note.Note, error) {
	n, err := note.Open(signed, note.VerifierList(known...))
	if err != nil {
		return nil, ErrSignature
	}
	for _, s := range n.Sigs {
		if _, err := base64.StdEncoding.Strict().DecodeString(s.Base64); err != nil {
			return nil, ErrSignature
		}
	}
	return n, nil
}
