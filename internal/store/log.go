package store

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strconv"
	"time"

	"cutout/internal/audit"
	"cutout/internal/compartment"
	"cutout/internal/fault"
	"cutout/internal/leak"
	"cutout/internal/officer"
)

// Entry is what the log will say of an act or a look. The store adds time, officer, outcome and place in the log.
type Entry struct {
	Act    string // closed dotted word, as audit.Entry.Act
	Kind   string // noun of the object
	Object string // id of the object, long form
	Pack   string // profile pack and version in force
	Detail []byte // what the act was about; sealed beside the log, and only a salted commitment to it is in the log
	label  int64
}

// about notes the label of the first record the act touched: it decides who may see the entry beside the inspectors.
func (e *Entry) about(label int64) {
	if e.label == 0 {
		e.label = label
	}
}

// Under puts the act's entry under a label of the caller's: an act may touch a record that many see and be the business of
// few.
func (t *Tx) Under(l compartment.Label) error {
	label, err := t.intern(l)
	if err == nil {
		t.entry.label = label
	}
	return err
}

// pending is an entry waiting for its batch to append it.
type pending struct {
	entry  audit.Entry
	detail []byte
}

// outcomer is an error that knows how the log calls it.
type outcomer interface{ Outcome() audit.Outcome }

func outcomeOf(err error) audit.Outcome {
	var o outcomer
	var invalid *fault.Error
	switch {
	case err == nil:
		return audit.Done
	case errors.Is(err, ErrNotFound):
		return audit.NotFound
	case errors.Is(err, ErrConflict):
		return audit.Conflict
	case errors.As(err, &o):
		return o.Outcome()
	case errors.As(err, &invalid), errors.Is(err, ErrCursor):
		return audit.Invalid
	}
	return audit.Failed
}

// note puts an entry in line for the log. One that does not fit the log's form is written as a failed act without its
// words: the job fails, the other jobs of the commit do not, and the log still shows that something was tried.
func (b *batch) note(j *job, out audit.Outcome, e *Entry) error {
	p := pending{detail: e.Detail, entry: audit.Entry{Time: b.now.Truncate(time.Second), Officer: j.o.ID.String(), Act: e.Act, Outcome: out,
		Kind: e.Kind, Object: e.Object, Label: e.label, Pack: e.Pack}}
	if j.machine {
		p.entry.Officer = ""
	}
	err := p.entry.Check()
	if err != nil {
		p = pending{entry: audit.Entry{Time: p.entry.Time, Officer: p.entry.Officer, Act: "entry.unfit", Outcome: audit.Failed}}
		err = fmt.Errorf("store: log entry: %w", err)
	}
	b.entries = append(b.entries, p)
	return err
}

func detailAAD(seq int64) []byte {
	return []byte("log\x00detail\x001\x00" + strconv.FormatInt(seq, 10))
}

// appendLog adds the batch's entries to the tree: the head was read under the write lock, or two writers could extend
// the log from the same point.
func (b *batch) appendLog(ctx context.Context) error {
	if len(b.entries) == 0 {
		return nil
	}
	c := b.w.c
	b.firstSeq = b.logSize
	leaves := make([][]byte, len(b.entries))
	var entries, objects, nodes []any
	for i := range b.entries {
		p := &b.entries[i]
		p.entry.Seq = b.logSize + int64(i)
		var sealed []byte
		if p.detail != nil {
			salt := audit.NewSalt()
			p.entry.Commit = audit.Commitment(salt, p.detail)
			sealed = b.w.s.cfg.Keys.Body.Seal(nil, append(salt[:], p.detail...), detailAAD(p.entry.Seq))
		}
		var err error
		if leaves[i], err = p.entry.Encode(nil); err != nil {
			return fmt.Errorf("entry of %q: %w", p.entry.Act, err)
		}
		entries = append(entries, p.entry.Seq, leaves[i], sealed)
		if p.entry.Object != "" {
			objects = append(objects, p.entry.Object, p.entry.Seq)
		}
	}
	hashes, size, _, err := audit.Append(b.logSize, readHashes(ctx, c), leaves...)
	if err != nil {
		return err
	}
	for _, h := range hashes {
		nodes = append(nodes, h.Index, h.Hash[:])
	}
	if err := c.insert(ctx, "log_entry (seq, entry, detail)", "(?, ?, ?)", entries); err != nil {
		return err
	}
	if err := c.insert(ctx, "log_object (object, seq)", "(?, ?)", objects); err != nil {
		return err
	}
	if err := c.insert(ctx, "log_node (idx, hash)", "(?, ?)", nodes); err != nil {
		return err
	}
	b.logSize, b.firstLeaf = size, leaves[0]
	return nil
}

func readHashes(ctx context.Context, c *conn) audit.Read {
	return func(indexes []int64) ([]audit.Hash, error) {
		out := make([]audit.Hash, len(indexes))
		for i, n := range indexes {
			var h []byte
			if err := c.one(ctx, "SELECT hash FROM log_node WHERE idx = ?", []any{n}, &h); err != nil {
				return nil, fmt.Errorf("log node %d: %w", n, err)
			}
			if len(h) != len(out[i]) {
				return nil, fmt.Errorf("log node %d: damaged", n)
			}
			copy(out[i][:], h)
		}
		return out, nil
	}
}

// LogSize is the number of entries in the log as this transaction sees it.
func (t *Tx) LogSize() (n int64, err error) {
	err = t.c.one(t.ctx, "SELECT log_size FROM head WHERE one = 1", nil, &n)
	return n, err
}

// LogHashes reads stored tree hashes, for proofs and roots.
func (t *Tx) LogHashes() audit.Read { return readHashes(t.ctx, t.c) }

// LogQuery asks for entries, newest first: of one object, of one officer, or all. Mine limits them to entries whose label
// the officer reaches and which concern a record; without it everything is read, which only an inspector's look may ask.
type LogQuery struct {
	Object  string
	Officer officer.ID
	Act     string
	Before  int64 // entries below this index; 0 is from the end
	Limit   int
	Mine    bool
}

// Log reads entries.
func (t *Tx) Log(q LogQuery) ([]audit.Entry, error) {
	limit := Query{Limit: q.Limit}.limit()
	before := q.Before
	if before <= 0 {
		before = forever
	}
	reach := map[int64]bool{}
	if q.Mine {
		rows, err := t.c.query(t.ctx, "SELECT label FROM reach WHERE officer = ?", t.o.ID.Bytes())
		if err != nil {
			return nil, err
		}
		defer rows.Close()
		for rows.Next() {
			var n int64
			if err := rows.Scan(&n); err != nil {
				return nil, err
			}
			reach[n] = true
		}
		if err := rows.Err(); err != nil {
			return nil, err
		}
	}
	var out []audit.Entry
	for len(out) < limit {
		// In pieces: a server sends the whole rest of a log before a query can be left.
		part, err := t.logBefore(q.Object, before)
		if err != nil {
			return nil, err
		}
		for _, e := range part {
			before = e.Seq
			if (q.Mine && !reach[e.Label] && !leak.On("log_all")) || (!q.Officer.IsZero() && e.Officer != q.Officer.String()) || (q.Act != "" && e.Act != q.Act) {
				continue
			}
			if out = append(out, e); len(out) == limit {
				break
			}
		}
		if len(part) < logPiece {
			break
		}
	}
	return out, nil
}

// logPiece is how many entries are read at a time.
const logPiece = 500

// logBefore reads the entries below an index, newest first, of one object or of all.
func (t *Tx) logBefore(object string, before int64) ([]audit.Entry, error) {
	q, args := "SELECT e.entry FROM log_entry e WHERE e.seq < ? ORDER BY e.seq DESC", []any{before}
	if object != "" {
		q = "SELECT e.entry FROM log_object o JOIN log_entry e ON e.seq = o.seq WHERE o.object = ? AND o.seq < ? ORDER BY o.seq DESC"
		args = []any{object, before}
	}
	rows, err := t.c.query(t.ctx, q+" LIMIT "+strconv.Itoa(logPiece), args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []audit.Entry
	for rows.Next() {
		var raw []byte
		if err := rows.Scan(&raw); err != nil {
			return nil, err
		}
		e, err := audit.Decode(raw)
		if err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	return out, rows.Err()
}

// LogRows streams every entry with its stored leaf hash in order, for verification and bundles.
func (t *Tx) LogRows() iter.Seq2[audit.Row, error] {
	return func(yield func(audit.Row, error) bool) {
		const step = 2000
		size, err := t.LogSize()
		for from := int64(0); err == nil && from < size; from += step {
			var part []audit.Row
			if part, err = t.logPart(from, step); err != nil {
				break
			}
			for _, r := range part {
				if !yield(r, nil) {
					return
				}
			}
		}
		if err != nil {
			yield(audit.Row{}, err)
		}
	}
}

func (t *Tx) logPart(from, n int64) ([]audit.Row, error) {
	rows, err := t.c.query(t.ctx, "SELECT seq, entry FROM log_entry WHERE seq >= ? AND seq < ? ORDER BY seq", from, from+n)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []audit.Row
	for rows.Next() {
		var r audit.Row
		if err := rows.Scan(&r.Seq, &r.Entry); err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	if err := rows.Err(); err != nil || len(out) == 0 {
		return out, err
	}
	rows.Close()
	// Nodes are stored in the order in which entries complete them: a leaf, then the subtrees it completes.
	first, last := audit.LeafIndex(out[0].Seq), audit.LeafIndex(out[len(out)-1].Seq+1)
	nodes, err := t.c.query(t.ctx, "SELECT idx, hash FROM log_node WHERE idx >= ? AND idx < ? ORDER BY idx", first, last)
	if err != nil {
		return nil, err
	}
	defer nodes.Close()
	at := 0
	for nodes.Next() {
		var idx int64
		var h []byte
		if err := nodes.Scan(&idx, &h); err != nil {
			return nil, err
		}
		for at+1 < len(out) && idx >= audit.LeafIndex(out[at+1].Seq) {
			at++
		}
		if idx >= audit.LeafIndex(out[at].Seq+1) {
			continue // it belongs to an entry that is not there, which the verifier is to miss at its own place
		}
		var hash audit.Hash
		copy(hash[:], h)
		if idx == audit.LeafIndex(out[at].Seq) {
			out[at].Leaf = hash
		} else {
			out[at].Inner = append(out[at].Inner, hash)
		}
	}
	return out, nodes.Err()
}

type workKey struct{}

// WithWork counts into n the rows the engine hands to looks made with the returned context. The noninterference harness
// compares it between worlds: filtering after fetching would show.
func WithWork(ctx context.Context, n *int) context.Context {
	return context.WithValue(ctx, workKey{}, n)
}

func observed(ctx context.Context, work int) {
	if n, ok := ctx.Value(workKey{}).(*int); ok {
		*n += work
	}
}
