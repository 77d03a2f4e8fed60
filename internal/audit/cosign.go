package audit

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
)

// algCosignature marks keys of witnesses (C2SP tlog-cosignature, Ed25519). Keys of logs have another mark: neither can be
// passed off as the other.
const algCosignature = 4

// NewWitnessKey makes a witness's key in the text form of signed notes. It signs nothing but cosignatures.
func NewWitnessKey(name string) (private, public string, err error) {
	if !isOrigin(name) {
		return "", "", fmt.Errorf("%w: the name takes small letters, digits, dot, dash and slash", ErrMalformed)
	}
	pub, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return "", "", err
	}
	mark := []byte{algCosignature}
	hash := fmt.Sprintf("%08x", cosignHash(name, pub))
	b64 := base64.StdEncoding.EncodeToString
	return "PRIVATE+KEY+" + name + "+" + hash + "+" + b64(append(mark, key.Seed()...)), name + "+" + hash + "+" + b64(append(mark, pub...)), nil
}

func cosignHash(name string, public ed25519.PublicKey) uint32 {
	h := sha256.New()
	h.Write([]byte(name + "\n"))
	h.Write([]byte{algCosignature})
	h.Write(public)
	return binary.BigEndian.Uint32(h.Sum(nil))
}

// cosigned is what a witness signs: the time, then every line of the checkpoint.
func cosigned(at uint64, body []byte) []byte {
	return append([]byte("cosignature/v1\ntime "+strconv.FormatUint(at, 10)+"\n"), body...)
}

// cosigner signs as a witness at one moment.
type cosigner struct {
	name string
	hash uint32
	key  ed25519.PrivateKey
	at   time.Time
}

func newCosigner(private string, at time.Time) (*cosigner, error) {
	bad := errors.New("audit: the witness key cannot be read") // never with the key in it
	part := strings.SplitN(private, "+", 5)
	if len(part) != 5 || part[0] != "PRIVATE" || part[1] != "KEY" || !isOrigin(part[2]) {
		return nil, bad
	}
	raw, err := base64.StdEncoding.DecodeString(part[4])
	if err != nil || len(raw) != 1+ed25519.SeedSize || raw[0] != algCosignature || at.Unix() < 0 {
		return nil, bad
	}
	c := &cosigner{name: part[2], key: ed25519.NewKeyFromSeed(raw[1:]), at: at}
	if c.hash = cosignHash(c.name, c.key.Public().(ed25519.PublicKey)); part[3] != fmt.Sprintf("%08x", c.hash) {
		return nil, bad
	}
	return c, nil
}

func (c *cosigner) Name() string    { return c.name }
func (c *cosigner) KeyHash() uint32 { return c.hash }

// Sign gives the time and the signature over time and checkpoint.
func (c *cosigner) Sign(body []byte) ([]byte, error) {
	at := uint64(c.at.Unix())
	return append(binary.BigEndian.AppendUint64(nil, at), ed25519.Sign(c.key, cosigned(at, body))...), nil
}

// witnessKey verifies a witness's cosignatures.
type witnessKey struct {
	name string
	hash uint32
	key  ed25519.PublicKey
}

// newWitnessKey reads a witness's public key; a plain key, such as a log's, is none.
func newWitnessKey(public string) (*witnessKey, error) {
	bad := fmt.Errorf("%w: a witness's public key cannot be read", ErrMalformed)
	part := strings.SplitN(public, "+", 3)
	if len(part) != 3 || !isOrigin(part[0]) {
		return nil, bad
	}
	raw, err := base64.StdEncoding.DecodeString(part[2])
	if err != nil || len(raw) != 1+ed25519.PublicKeySize || raw[0] != algCosignature {
		return nil, bad
	}
	w := &witnessKey{name: part[0], key: raw[1:]}
	if w.hash = cosignHash(w.name, w.key); part[1] != fmt.Sprintf("%08x", w.hash) {
		return nil, bad
	}
	return w, nil
}

func (w *witnessKey) Name() string    { return w.name }
func (w *witnessKey) KeyHash() uint32 { return w.hash }

func (w *witnessKey) Verify(body, sig []byte) bool {
	return len(sig) == 8+ed25519.SignatureSize && ed25519.Verify(w.key, cosigned(binary.BigEndian.Uint64(sig), body), sig[8:])
}

// WitnessName is the name in a witness's public key; an error when the text is none.
func WitnessName(public string) (string, error) {
	w, err := newWitnessKey(public)
	if err != nil {
		return "", err
	}
	return w.name, nil
}

// OpenCosigned verifies a checkpoint that the log and one witness signed, and says when the witness did.
func OpenCosigned(signed []byte, log, witness string) (Checkpoint, time.Time, error) {
	w, err := newWitnessKey(witness)
	if err != nil {
		return Checkpoint{}, time.Time{}, err
	}
	c, n, err := open(signed, log, []string{witness})
	if err != nil {
		return c, time.Time{}, err
	}
	for _, s := range n.Sigs {
		if s.Name == w.name && s.Hash == w.hash {
			raw, err := base64.StdEncoding.DecodeString(s.Base64)
			if err == nil && len(raw) > 12 {
				return c, time.Unix(int64(binary.BigEndian.Uint64(raw[4:])), 0).UTC(), nil
			}
		}
	}
	return Checkpoint{}, time.Time{}, ErrSignature
}

// OldSize is a witness's answer when it has cosigned another size than the request begins from: the proof must begin there.
type OldSize struct{ Size int64 }

// Error names the size.
func (e *OldSize) Error() string {
	return fmt.Sprintf("audit: the witness last cosigned %d entries", e.Size)
}

// Disagreement is two states of one log that cannot both have been: what was seen and signed before, and what is shown now.
type Disagreement struct{ Had, Shown Checkpoint }

// Error names both sizes.
func (e *Disagreement) Error() string {
	what := "rolled back or forked"
	if e.Shown.Size >= e.Had.Size {
		what = "forked"
	}
	return fmt.Sprintf("audit: the log is %s: it had %d entries (root %s) and shows %d (root %s)", what, e.Had.Size, e.Had.Root, e.Shown.Size, e.Shown.Root)
}

// Is makes a Disagreement an ErrProof.
func (e *Disagreement) Is(target error) bool { return target == ErrProof }

// Cosign is what a witness does with a request: it checks that the log signed the checkpoint and that, by the proof, it
// still begins with everything it had at the last checkpoint this witness cosigned (the zero Checkpoint at first), and
// returns its signature line. The witness must make the returned checkpoint its last before it hands the line out: a log
// that shows two histories then fails at one of them.
//
// The errors are ErrMalformed, ErrSignature, OldSize, and Disagreement for a checkpoint that, signed by the log, cannot be
// of the history seen before; a Disagreement is worth keeping, both checkpoints and all.
func Cosign(last Checkpoint, r Request, log, private string, at time.Time) (line []byte, c Checkpoint, err error) {
	c, n, err := open(r.Signed, log, nil)
	if err != nil {
		return nil, Checkpoint{}, err
	}
	if last != (Checkpoint{}) && c.Size < last.Size && c.Time.After(last.Time) {
		return nil, c, &Disagreement{last, c} // a shorter log signed after a longer one
	}
	if r.Old > c.Size {
		return nil, c, fmt.Errorf("%w: the proof begins after the checkpoint", ErrMalformed)
	}
	if r.Old != last.Size {
		return nil, c, &OldSize{last.Size}
	}
	had := last
	if last == (Checkpoint{}) {
		had.Root = (&frontier{}).root()
	}
	if CheckConsistency(r.Proof, c.Size, c.Root, had.Size, had.Root) != nil {
		if last == (Checkpoint{}) {
			return nil, c, ErrProof
		}
		return nil, c, &Disagreement{last, c}
	}
	s, err := newCosigner(private, at)
	if err != nil {
		return nil, Checkpoint{}, err
	}
	if s.Name() == c.Origin {
		return nil, Checkpoint{}, fmt.Errorf("%w: a log is no witness of itself", ErrSignature)
	}
	signed, err := note.Sign(&note.Note{Text: n.Text}, s)
	if err != nil {
		return nil, Checkpoint{}, err
	}
	return signed[len(n.Text)+1:], c, nil
}

// LogName is the name in a log's public key, its origin; an error when the text is none.
func LogName(public string) (string, error) {
	v, err := note.NewVerifier(public)
	if err != nil || !isOrigin(v.Name()) {
		return "", fmt.Errorf("%w: the log's public key cannot be read", ErrMalformed)
	}
	return v.Name(), nil
}
