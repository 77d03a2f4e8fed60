package store

import (
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"cutout/internal/audit"
	"cutout/internal/compartment"
	"cutout/internal/officer"
)

// maxDamage bounds how many findings one examination lists.
const maxDamage = 20

// Integrity looks for damage: it asks the engine whether its files are whole, opens every sealed field, and holds the
// head against the log and each officer's reach against his rights. What it lists names pages, tables and rows and never
// what they hold. A database server keeps watch over its own files, and its second lock shows this look only the records
// that the officer reaches.
func (t *Tx) Integrity() ([]string, error) {
	var out []string
	if t.s.d.engine == SQLite {
		rows, err := t.c.query(t.ctx, "PRAGMA integrity_check("+strconv.Itoa(maxDamage)+")")
		if err != nil {
			return nil, err
		}
		defer rows.Close()
		for rows.Next() {
			var said string
			if err := rows.Scan(&said); err != nil {
				return nil, err
			}
			if said != "ok" {
				out = append(out, said)
			}
		}
		if err := rows.Err(); err != nil {
			return nil, err
		}
	}
	for _, check := range []func() ([]string, error){t.sealedDamage, t.headDamage, t.reachDamage} {
		if len(out) >= maxDamage {
			break
		}
		found, err := check()
		if err != nil {
			return out, err
		}
		out = append(out, found...)
	}
	return out[:min(len(out), maxDamage)], nil
}

// sealedTable is a field sealed under the body key. Its query gives, in the order of the place it is paged by, that place,
// the sealed field, and what its associated data is made of.
type sealedTable struct {
	name, query string
	associated  func(place int64, key []byte, number int64) []byte
}

// sealedTables says nothing of who may read: an examination opens a field to see that it opens, and hands out its place.
func sealedTables() []sealedTable {
	return []sealedTable{
		{"record", "SELECT seq, body, id, version FROM record WHERE seq > ? ORDER BY seq LIMIT 500", func(_ int64, id []byte, version int64) []byte { return associated(ID(id), version) }},
		{"past", "SELECT p.seq * 1000000 + p.version, p.body, r.id, p.version FROM past p JOIN record r ON r.seq = p.seq WHERE p.seq * 1000000 + p.version > ? ORDER BY 1 LIMIT 500",
			func(_ int64, id []byte, version int64) []byte { return associated(ID(id), version) }},
		{"log_entry", "SELECT seq, detail, entry, 0 FROM log_entry WHERE seq > ? AND length(detail) > 0 ORDER BY seq LIMIT 500", func(seq int64, _ []byte, _ int64) []byte { return detailAAD(seq) }},
		{"officer", "SELECT row_number() OVER (ORDER BY id), secret, id, 0 FROM officer WHERE ? < 0", func(_ int64, id []byte, _ int64) []byte { return secretAAD(officer.ID(id)) }},
		{"compartment", "SELECT row_number() OVER (ORDER BY id), body, id, 0 FROM compartment WHERE ? < 0", func(_ int64, id []byte, _ int64) []byte { return compartmentAAD(compartment.ID(id)) }},
	}
}

// sealedDamage opens every sealed field.
func (t *Tx) sealedDamage() (out []string, err error) {
	for _, table := range sealedTables() {
		for last, more := int64(-1), true; more && len(out) < maxDamage; {
			n := 0
			if err := t.rows(table.query, []any{last}, func(r *sql.Rows) error {
				var sealed, key []byte
				var number int64
				if err := r.Scan(&last, &sealed, &key, &number); err != nil {
					return err
				}
				n++
				if len(key) != len(ID{}) && table.name != "log_entry" {
					out = append(out, fmt.Sprintf("%s, row %d: its id is no id", table.name, last))
				} else if _, err := t.s.cfg.Keys.Body.Open(nil, sealed, table.associated(last, key, number)); err != nil {
					out = append(out, fmt.Sprintf("%s, row %d: its sealed field does not open", table.name, last))
				}
				return nil
			}); err != nil {
				return out, err
			}
			more = n == 500
		}
	}
	return out, nil
}

// headDamage holds the head against what it counts.
func (t *Tx) headDamage() (out []string, err error) {
	var size, entries, next, last int64
	if err := t.c.one(t.ctx, "SELECT h.log_size, (SELECT coalesce(max(seq), -1) + 1 FROM log_entry), h.next_seq, (SELECT coalesce(max(seq), 0) FROM record) FROM head h WHERE h.one = 1",
		nil, &size, &entries, &next, &last); err != nil {
		return nil, err
	}
	if size != entries {
		out = append(out, fmt.Sprintf("head: it counts %d entries of the log, there are %d", size, entries))
	}
	if next <= last {
		out = append(out, fmt.Sprintf("head: the next record would be %d, there is %d", next, last))
	}
	missing := 0
	if err := t.rows("SELECT e.seq, e.entry FROM log_entry e WHERE NOT EXISTS (SELECT 1 FROM log_object o WHERE o.seq = e.seq) ORDER BY e.seq", nil, func(r *sql.Rows) error {
		var seq int64
		var raw []byte
		if err := r.Scan(&seq, &raw); err != nil {
			return err
		}
		if e, err := audit.Decode(raw); err == nil && e.Object != "" && missing < maxDamage {
			missing++
			out = append(out, fmt.Sprintf("log_object: entry %d is not found by its object", seq))
		}
		return nil
	}); err != nil {
		return out, err
	}
	return out, nil
}

// reachDamage holds each officer's reach, where it is of today, against his rights.
func (t *Tx) reachDamage() (out []string, err error) {
	labels := map[int64]compartment.Label{}
	if err := t.rows("SELECT id, enc FROM label", nil, func(r *sql.Rows) error {
		var n int64
		var enc []byte
		if err := r.Scan(&n, &enc); err != nil {
			return err
		}
		l, err := compartment.Decode(enc)
		if err != nil {
			out = append(out, fmt.Sprintf("label, row %d: it is no label", n))
			return nil
		}
		labels[n] = l
		return nil
	}); err != nil {
		return out, err
	}
	as, err := t.accounts()
	if err != nil {
		return out, err
	}
	for _, a := range as {
		var days int64
		if err := t.c.one(t.ctx, "SELECT reach_until FROM officer WHERE id = ?", []any{a.ID.Bytes()}, &days); err != nil {
			return out, err
		}
		if a.Rights.Closed || !reachHolds(days, t.today) {
			continue
		}
		var reach []int64
		if err := t.rows("SELECT label FROM reach WHERE officer = ? ORDER BY label", []any{a.ID.Bytes()}, func(r *sql.Rows) error {
			var n int64
			err := r.Scan(&n)
			reach = append(reach, n)
			return err
		}); err != nil {
			return out, err
		}
		var want []int64
		scope := a.Rights.Scope(t.today)
		for n, l := range labels {
			if scope.Admits(l) {
				want = append(want, n)
			}
		}
		slices.Sort(want)
		if !slices.Equal(reach, want) {
			out = append(out, "reach: of officer "+a.ID.String()+": it is not what his rights give")
		}
	}
	return out, nil
}

// rows runs fn for each row of a query.
func (t *Tx) rows(q string, args []any, fn func(*sql.Rows) error) error {
	rows, err := t.c.query(t.ctx, strings.TrimSpace(q), args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := fn(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}
