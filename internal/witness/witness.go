// Package witness is somebody outside a unit who keeps the newest checkpoint of its log and cosigns the next one only if
// the log still begins with everything it had: an inspectorate, a court, a second machine. What it keeps lies in one
// directory; it knows nothing of any unit's records, and a checkpoint tells it a size, a hash and a time.
//
// It never asks anybody anything: requests are brought to it, in a file or over HTTP (C2SP tlog-witness).
// See docs/decisions/0015-witness.md.
package witness

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"cutout/internal/audit"
)

var (
	// ErrNew means that the directory holds no witness yet.
	ErrNew = errors.New("witness: the directory holds no witness")
	// ErrUnknown means that the witness was not told to trust this log.
	ErrUnknown = errors.New("witness: the log is not one this witness was told to trust")
	// ErrExists means that the directory holds a witness, or this log's name another key.
	ErrExists = errors.New("witness: there is one already")
)

// The files of a witness. Those of a log carry a hash of its origin, which is a name the log chose.
const (
	keyFile    = "witness.key"
	publicFile = "witness-key.txt"
	logsDir    = "logs"
	proofsDir  = "evidence"
	mostFile   = 64 << 10 // bytes of any of them
	// mostEvidence bounds the disagreements kept of one log. The first ones prove the case; a log that goes on adds nothing.
	mostEvidence = 100
)

// Witness is a directory with a witness in it. It is safe for concurrent use, also by several processes on one machine.
type Witness struct {
	dir     string
	private string
	public  string
	now     func() time.Time
	mu      sync.Mutex
}

// Init makes a witness in a directory, which may exist but hold none.
func Init(dir, name string) (*Witness, error) {
	private, public, err := audit.NewWitnessKey(name)
	if err != nil {
		return nil, err
	}
	for _, d := range []string{dir, filepath.Join(dir, logsDir), filepath.Join(dir, proofsDir)} {
		if err := os.MkdirAll(d, 0o700); err != nil {
			return nil, err
		}
	}
	f, err := os.OpenFile(filepath.Join(dir, keyFile), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil, ErrExists
	}
	if err != nil {
		return nil, err
	}
	_, err = f.WriteString(private + "\n")
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return nil, err
	}
	if err := Keep(filepath.Join(dir, publicFile), []byte(public+"\n")); err != nil {
		return nil, err
	}
	return Open(dir, nil)
}

// Open opens the witness of a directory. now is the clock of its cosignatures; nil is the machine's.
func Open(dir string, now func() time.Time) (*Witness, error) {
	w := &Witness{dir: dir, now: now}
	if now == nil {
		w.now = time.Now
	}
	for name, to := range map[string]*string{keyFile: &w.private, publicFile: &w.public} {
		b, err := read(filepath.Join(dir, name))
		if errors.Is(err, fs.ErrNotExist) {
			return nil, ErrNew
		}
		if err != nil {
			return nil, err
		}
		*to = strings.TrimSpace(string(b))
	}
	if info, err := os.Stat(filepath.Join(dir, keyFile)); err != nil || info.Mode().Perm()&0o077 != 0 {
		return nil, errors.Join(err, fmt.Errorf("witness: %s may be read by others; take their rights away (chmod 600)", filepath.Join(dir, keyFile)))
	}
	if _, err := audit.WitnessName(w.public); err != nil {
		return nil, err
	}
	return w, nil
}

// Key is the witness's public key, for those who verify.
func (w *Witness) Key() string { return w.public }

func fileOf(origin string) string {
	h := sha256.Sum256([]byte(origin))
	return hex.EncodeToString(h[:8])
}

func (w *Witness) path(origin, end string) string {
	return filepath.Join(w.dir, logsDir, fileOf(origin)+end)
}

// Trust makes the witness cosign the log of this public key, which the person who runs it has from a hand he trusts. A
// log's key is not replaced: a log with a new key is another log.
func (w *Witness) Trust(logKey string) error {
	origin, err := audit.LogName(logKey)
	if err != nil {
		return err
	}
	unlock, err := w.lock()
	if err != nil {
		return err
	}
	defer unlock()
	had, err := read(w.path(origin, ".key"))
	switch {
	case err == nil && strings.TrimSpace(string(had)) == logKey:
		return nil
	case err == nil:
		return ErrExists
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	return Keep(w.path(origin, ".key"), []byte(logKey+"\n"))
}

// Add checks a request (audit.Request.Text) and, when the log it is of still begins with everything this witness has seen
// of it, makes the new checkpoint its last and returns the line with which it cosigns. A disagreement is kept in the
// directory with both checkpoints before it is reported. Errors are those of audit.Cosign and ErrUnknown.
func (w *Witness) Add(request []byte) (line []byte, err error) {
	r, err := audit.ParseRequest(request)
	if err != nil {
		return nil, err
	}
	origin, _, _ := strings.Cut(string(r.Signed), "\n")
	unlock, err := w.lock()
	if err != nil {
		return nil, err
	}
	defer unlock()
	logKey, err := read(w.path(origin, ".key"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrUnknown
	}
	if err != nil {
		return nil, err
	}
	key := strings.TrimSpace(string(logKey))
	signed, last, err := w.last(origin, key)
	if err != nil {
		return nil, err
	}
	line, at, err := audit.Cosign(last, r, key, w.private, w.now())
	var d *audit.Disagreement
	if errors.As(err, &d) {
		return nil, errors.Join(err, w.convict(origin, at, signed, request))
	}
	if err != nil {
		return nil, err
	}
	if err := Keep(w.path(origin, ".checkpoint"), slices.Concat(r.Signed, line)); err != nil {
		return nil, err
	}
	return line, nil
}

// last is the checkpoint this witness cosigned last, as it lies in the directory and read.
func (w *Witness) last(origin, logKey string) ([]byte, audit.Checkpoint, error) {
	signed, err := read(w.path(origin, ".checkpoint"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, audit.Checkpoint{}, nil
	}
	if err != nil {
		return nil, audit.Checkpoint{}, err
	}
	c, _, err := audit.OpenCosigned(signed, logKey, w.public)
	if err != nil { // never begin anew over a file that somebody damaged
		return nil, c, fmt.Errorf("witness: its own last checkpoint does not open: %w", err)
	}
	return signed, c, nil
}

// convict keeps what contradicts what this witness has seen: the checkpoint it cosigned, then the whole request.
func (w *Witness) convict(origin string, at audit.Checkpoint, had, request []byte) error {
	kept, err := filepath.Glob(filepath.Join(w.dir, proofsDir, fileOf(origin)+"-*.txt"))
	if err != nil || len(kept) >= mostEvidence {
		return err
	}
	what := sha256.Sum256(request)
	name := fmt.Sprintf("%s-%d-%s.txt", fileOf(origin), at.Size, hex.EncodeToString(what[:4]))
	return Keep(filepath.Join(w.dir, proofsDir, name), slices.Concat(had, []byte("\n"), request))
}

// Seen is what a witness knows of one log.
type Seen struct {
	Log           string // its name
	Key           string
	Signed        []byte // the last checkpoint, cosigned; empty when there was none yet
	Checkpoint    audit.Checkpoint
	At            time.Time // when this witness cosigned it
	Disagreements int       // kept as evidence
}

// Seen lists the logs this witness trusts, by name.
func (w *Witness) Seen() ([]Seen, error) {
	unlock, err := w.lock()
	if err != nil {
		return nil, err
	}
	defer unlock()
	keys, err := filepath.Glob(filepath.Join(w.dir, logsDir, "*.key"))
	if err != nil {
		return nil, err
	}
	var out []Seen
	for _, file := range keys {
		b, err := read(file)
		if err != nil {
			return nil, err
		}
		s := Seen{Key: strings.TrimSpace(string(b))}
		if s.Log, err = audit.LogName(s.Key); err != nil {
			return nil, err
		}
		if s.Signed, s.Checkpoint, err = w.last(s.Log, s.Key); err != nil {
			return nil, err
		}
		if s.Signed != nil {
			_, s.At, _ = audit.OpenCosigned(s.Signed, s.Key, w.public)
		}
		kept, _ := filepath.Glob(filepath.Join(w.dir, proofsDir, fileOf(s.Log)+"-*.txt"))
		s.Disagreements = len(kept)
		out = append(out, s)
	}
	slices.SortFunc(out, func(a, b Seen) int { return strings.Compare(a.Log, b.Log) })
	return out, nil
}

func (w *Witness) lock() (unlock func(), err error) {
	w.mu.Lock()
	release, err := lockFile(filepath.Join(w.dir, "lock"))
	if err != nil {
		w.mu.Unlock()
		return nil, err
	}
	return func() { release(); w.mu.Unlock() }, nil
}

func read(name string) ([]byte, error) {
	info, err := os.Stat(name)
	if err == nil && (!info.Mode().IsRegular() || info.Size() > mostFile) {
		return nil, fmt.Errorf("witness: %s is no file of a witness", name)
	}
	if err != nil {
		return nil, err
	}
	return os.ReadFile(name)
}

// Keep writes a file whole or not at all, open to this account alone, and returns when it is durable.
func Keep(name string, b []byte) error {
	f, err := os.CreateTemp(filepath.Dir(name), ".part-*") // 0600
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	d, err := os.Open(filepath.Dir(name))
	if err != nil {
		return err
	}
	err = d.Sync()
	if errors.Is(err, errors.ErrUnsupported) {
		err = nil
	}
	return errors.Join(err, d.Close())
}
