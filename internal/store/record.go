package store

import (
	"crypto/hmac"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"cutout/internal/compartment"
	"cutout/internal/leak"
	"cutout/internal/officer"
)

// ID is a record's id without its noun.
type ID = [16]byte

// Record is one record as it stands, or as it stood on the day asked for.
type Record struct {
	ID        ID
	Kind      string
	Label     compartment.Label
	Version   int64
	KnownFrom time.Time // since when this version is what the unit knows
	Created   time.Time // when the record was first made
	By        officer.ID
	Body      []byte
	seq       int64
	labelID   int64
}

// Decode reads the body into v.
func (r Record) Decode(v any) error {
	if err := json.Unmarshal(r.Body, v); err != nil {
		return fmt.Errorf("store: body of a %s: %w", r.Kind, err)
	}
	return nil
}

// Mark is one thing a record can be found by: the id of another record it names (ref "source"), or a word (term).
type Mark struct {
	Name  string
	Value ID
}

// Ref marks a record as naming another.
func Ref(name string, to ID) Mark { return Mark{name, to} }

// Word marks a record with a word or code, kept as a keyed hash: the mark can be asked for, not read back.
func (t *Tx) Word(name, word string) Mark {
	m := hmac.New(sha256.New, t.s.cfg.Keys.Term[:])
	m.Write([]byte(name))
	m.Write([]byte{0})
	m.Write([]byte(word))
	return Mark{name, ID(m.Sum(nil)[:16])}
}

// Entering is a record about to be written.
type Entering struct {
	Kind  string
	ID    ID
	Label compartment.Label
	Body  any // encoded as JSON, or []byte taken as it is
	Marks []Mark
	Terms []string // what search finds it by; see textindex
	Cites []ID     // the records it rests on, for recall
}

func encode(body any) ([]byte, error) {
	if b, ok := body.([]byte); ok {
		return b, nil
	}
	return json.Marshal(body)
}

// associated names table, record, field and key epoch for a sealed body: a body moved elsewhere does not open.
func associated(id ID, version int64) []byte {
	a := append([]byte("record\x00body\x001\x00"), id[:]...)
	return binary.BigEndian.AppendUint64(a, uint64(version))
}

const forever = int64(1<<63 - 1)

// Insert writes a new record. The label may be one the officer himself does not reach.
func (t *Tx) Insert(e Entering) error {
	if leak.On("unique") && t.nameTaken(e) {
		return ErrConflict
	}
	if leak.On("dedup") && t.sameWords(e) {
		return ErrConflict
	}
	if leak.On("lastmod") {
		if err := t.touchParents(e.Marks); err != nil {
			return err
		}
	}
	label, err := t.intern(e.Label)
	if err != nil {
		return err
	}
	body, err := encode(e.Body)
	if err != nil {
		return fmt.Errorf("store: encode a %s: %w", e.Kind, err)
	}
	seq := t.b.nextSeq
	t.b.nextSeq++
	at := t.now.UnixMicro()
	if leak.On("time_seq") {
		at += seq
	}
	_, err = t.c.exec(t.ctx, "INSERT INTO record (seq, id, kind, label, version, created, known_from, officer, body) VALUES (?, ?, ?, ?, 1, ?, ?, ?, ?)",
		seq, e.ID[:], e.Kind, label, at, at, t.o.ID.Bytes(), t.s.cfg.Keys.Body.Seal(nil, body, associated(e.ID, 1)))
	if err != nil {
		return err
	}
	if err := t.addMarks(seq, e.Kind, e.Marks, at); err != nil {
		return err
	}
	t.entry.about(label)
	if err := t.Cites(e.ID, e.Kind, label, e.Cites...); err != nil {
		return err
	}
	return t.index(seq, label, e.Kind, e.Terms)
}

// addMarks keeps marks by the kind of their record too: a source with ten thousand reports has few authorities, and asking
// for those must not read past the reports.
func (t *Tx) addMarks(seq int64, kind string, marks []Mark, at int64) error {
	var rows []any
	for i, m := range marks {
		if !slices.Contains(marks[:i], m) {
			rows = append(rows, m.Name, m.Value[:], kind, seq, at, forever)
		}
	}
	return t.c.insert(t.ctx, "mark (name, value, kind, seq, known_from, known_until)", "(?, ?, ?, ?, ?, ?)", rows)
}

// Revise writes a new version over r, which stays readable as known before. Label, marks and terms in e replace the old
// ones; a nil Terms leaves the index as it is, which only a record that keeps its label or has no terms can ask. ErrConflict when somebody revised r since it was read.
func (t *Tx) Revise(r Record, e Entering) error {
	body, err := encode(e.Body)
	if err != nil {
		return fmt.Errorf("store: encode a %s: %w", e.Kind, err)
	}
	label, err := t.intern(e.Label)
	if err != nil {
		return err
	}
	at := t.now.UnixMicro()
	if old := r.KnownFrom.UnixMicro(); at <= old {
		at = old + 1 // versions of one record have distinct times, whatever the clock does
	}
	next := r.Version + 1
	if leak.On("version_shared") {
		next += t.b.nextSeq
	}
	if _, err := t.c.exec(t.ctx, "INSERT INTO past (seq, version, known_from, known_until, officer, body) SELECT seq, version, known_from, CAST(? AS BIGINT), officer, body FROM record WHERE seq = ? AND version = ? AND "+reachable("record.label"),
		at, r.seq, r.Version, t.o.ID.Bytes()); err != nil {
		return err
	}
	if err := t.moving(r.seq); err != nil {
		return err
	}
	n, err := t.c.exec(t.ctx, "UPDATE record SET label = ?, version = ?, known_from = ?, officer = ?, body = ? WHERE seq = ? AND version = ? AND "+reachable("record.label"),
		label, next, at, t.o.ID.Bytes(), t.s.cfg.Keys.Body.Seal(nil, body, associated(r.ID, next)), r.seq, r.Version, t.o.ID.Bytes())
	if err != nil {
		return err
	}
	if err := t.moving(0); err != nil {
		return err
	}
	if n == 0 {
		return ErrConflict
	}
	if err := t.replaceMarks(r.seq, r.Kind, e.Marks, at); err != nil {
		return err
	}
	t.entry.about(label)
	if err := t.Cites(r.ID, r.Kind, label, e.Cites...); err != nil {
		return err
	}
	if label != r.labelID {
		if _, err := t.c.exec(t.ctx, "UPDATE lineage SET label = ? WHERE child = ?", label, r.ID[:]); err != nil {
			return err
		}
	}
	if e.Terms == nil && label == r.labelID {
		return nil
	}
	return t.reindex(r.seq, label, r.Kind, e.Terms)
}

// moving tells the second lock which record is about to get another label, since that label may be one the officer does
// not reach; 0 is none.
func (t *Tx) moving(seq int64) error {
	if t.s.d.door == "" {
		return nil
	}
	var got string
	return t.c.one(t.ctx, "SELECT set_config('cutout.moving', ?, true)", []any{strconv.FormatInt(seq, 10)}, &got)
}

// replaceMarks gives the record these marks from the time of its new version on.
func (t *Tx) replaceMarks(seq int64, kind string, marks []Mark, at int64) error {
	rows, err := t.c.query(t.ctx, "SELECT name, value FROM mark WHERE seq = ? AND known_until = ?", seq, forever)
	if err != nil {
		return err
	}
	defer rows.Close()
	var old []Mark
	for rows.Next() {
		var name string
		var value []byte
		if err := rows.Scan(&name, &value); err != nil {
			return err
		}
		old = append(old, Mark{name, ID(value)})
	}
	if err := rows.Err(); err != nil {
		return err
	}
	rows.Close()
	for _, m := range old {
		if !slices.Contains(marks, m) {
			if _, err := t.c.exec(t.ctx, "UPDATE mark SET known_until = ? WHERE name = ? AND value = ? AND kind = ? AND seq = ? AND known_until = ?", at, m.Name, m.Value[:], kind, seq, forever); err != nil {
				return err
			}
		}
	}
	fresh := slices.DeleteFunc(slices.Clone(marks), func(m Mark) bool { return slices.Contains(old, m) })
	return t.addMarks(seq, kind, fresh, at)
}

const columns = "r.seq, r.id, r.kind, r.label, r.version, r.created, r.known_from, r.officer, r.body"

type scanner interface{ Scan(...any) error }

func (t *Tx) scan(row scanner) (Record, error) {
	var r Record
	var id, by, sealed []byte
	var created, from int64
	if err := row.Scan(&r.seq, &id, &r.Kind, &r.labelID, &r.Version, &created, &from, &by, &sealed); err != nil {
		return r, err
	}
	t.work++
	copy(r.ID[:], id)
	copy(r.By[:], by)
	r.Created, r.KnownFrom = time.UnixMicro(created).UTC(), time.UnixMicro(from).UTC()
	r.Body = sealed
	return r, nil
}

// finish steps the record back to the day asked for, opens its body and notes its label. ok is false when the record was
// not known then.
func (t *Tx) finish(r *Record) (ok bool, err error) {
	if !t.asKnown.IsZero() && r.KnownFrom.After(t.asKnown) {
		at := t.asKnown.UnixMicro()
		var from int64
		var by, sealed []byte
		err := t.c.one(t.ctx, "SELECT p.version, p.known_from, p.officer, p.body FROM past p JOIN record r ON r.seq = p.seq WHERE p.seq = ? AND p.known_from <= ? AND p.known_until > ? AND "+reachable("r.label"),
			[]any{r.seq, at, at, t.o.ID.Bytes()}, &r.Version, &from, &by, &sealed)
		if errors.Is(err, sql.ErrNoRows) {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		copy(r.By[:], by)
		r.KnownFrom, r.Body = time.UnixMicro(from).UTC(), sealed
	}
	if r.Body, err = t.s.cfg.Keys.Body.Open(nil, r.Body, associated(r.ID, r.Version)); err != nil {
		return false, fmt.Errorf("%w (%s)", ErrDamaged, r.Kind)
	}
	if r.Label, err = t.label(r.labelID); err != nil {
		return false, err
	}
	t.saw(r.labelID)
	return true, nil
}

// nearest is the place of the first record at or after an id, hidden ones too. It stays inside its statement.
const nearest = "(SELECT x.seq FROM record x WHERE x.id >= ? ORDER BY x.id LIMIT 1)"

// byID is the query for one record. On SQLite it reads a row and asks the reach whether or not there is such a record, so
// that hidden and missing are the same work: the row is the nearest one, and what was asked for is compared last, which
// CASE makes sure of. PostgreSQL's second lock drops hidden rows before any query can choose among them; there nearest
// would walk over all of them.
func (t *Tx) byID(kind string, id ID) (string, []any) {
	text := "SELECT " + columns + " FROM record r WHERE "
	if t.s.Engine() == Postgres {
		return text + "r.id = ? AND r.kind = ? AND " + reachable("r.label"), []any{id[:], kind, t.o.ID.Bytes()}
	}
	return text + "r.seq = " + nearest + " AND CASE WHEN " + reachable("r.label") + " THEN r.id = ? AND r.kind = ? ELSE false END",
		[]any{id[:], t.o.ID.Bytes(), id[:], kind}
}

// Get reads one record. Hidden, missing and of another kind are all ErrNotFound.
func (t *Tx) Get(kind string, id ID) (Record, error) {
	text, args := t.byID(kind, id)
	if leak.On("asknown") && !t.asKnown.IsZero() {
		text = unscoped(text)
	}
	s, err := t.c.stmt(t.ctx, text)
	if err != nil {
		return Record{}, err
	}
	r, err := t.scan(s.QueryRowContext(t.ctx, args...))
	if errors.Is(err, sql.ErrNoRows) {
		if leak.On("fetch_drop") {
			t.fetchAndDrop(id)
		}
		if leak.On("forbidden") || leak.On("errtext") {
			return r, t.hiddenTruth(kind, id)
		}
		return r, ErrNotFound
	}
	if err != nil {
		return r, err
	}
	ok, err := t.finish(&r)
	if err == nil && !ok {
		err = ErrNotFound
	}
	if err == nil {
		t.entry.about(r.labelID)
	}
	return r, err
}

// Versions reads r, a record the officer may see now, and every version before it, newest first.
func (t *Tx) Versions(r Record) ([]Record, error) {
	rows, err := t.c.query(t.ctx, "SELECT p.version, p.known_from, p.officer, p.body FROM past p JOIN record r ON r.seq = p.seq WHERE p.seq = ? AND p.version < ? AND "+reachable("r.label")+" ORDER BY p.version DESC",
		r.seq, r.Version, t.o.ID.Bytes())
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := []Record{r}
	for rows.Next() {
		v := r
		var by, sealed []byte
		var from int64
		if err := rows.Scan(&v.Version, &from, &by, &sealed); err != nil {
			return nil, err
		}
		copy(v.By[:], by)
		v.KnownFrom = time.UnixMicro(from).UTC()
		if v.Body, err = t.s.cfg.Keys.Body.Open(nil, sealed, associated(v.ID, v.Version)); err != nil {
			return nil, fmt.Errorf("%w (%s)", ErrDamaged, r.Kind)
		}
		out = append(out, v)
	}
	return out, rows.Err()
}
