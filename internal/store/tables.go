package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// table is one table of records as both engines know it.
type table struct {
	name    string
	columns []string
	key     []string // columns of the primary key, in its order
	texts   map[string]bool
}

// leftOut are tables that no copy of the records holds: sign-ins under way end with the machine, the word index is made
// again from the records (the engines keep it in forms of their own), and the steps of upgrading are the target's.
var leftOut = []string{"session", "words", "scoped", "goose_db_version"}

// ErrPartial means that the database would show this account only some of the records: a copy would lack the others.
var ErrPartial = errors.New("store: row security hides records from the account that makes the copy; let the owner of the tables make it")

// tables lists what a copy of the records holds, in an order in which rows can be put back: from the database itself, so that
// a table added later is in every copy.
func (s *Store) tables(ctx context.Context, c *conn) ([]table, error) {
	// The tables in which a virtual one keeps itself bear its name; the engine does not always mark them.
	const plain = "t.type = 'table' AND t.name NOT LIKE 'sqlite%' AND t.sql NOT LIKE 'CREATE VIRTUAL%' AND NOT EXISTS (SELECT 1 FROM sqlite_schema v WHERE v.sql LIKE 'CREATE VIRTUAL%' AND substr(t.name, 1, length(v.name) + 1) = v.name || '_')"
	list := "SELECT t.name, i.name, i.pk, upper(i.type) FROM sqlite_schema t JOIN pragma_table_info(t.name) i WHERE " + plain + " ORDER BY t.name, i.cid"
	refs := "SELECT t.name, f.\"table\" FROM sqlite_schema t JOIN pragma_foreign_key_list(t.name) f WHERE " + plain
	if s.d.engine == Postgres {
		list = `SELECT c.relname::text, a.attname::text, coalesce(array_position(i.indkey::int2[], a.attnum) + 1, 0), upper(format_type(a.atttypid, NULL))
			FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
			LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
			WHERE n.nspname = current_schema() AND c.relkind = 'r' ORDER BY c.relname COLLATE "C", a.attnum`
		refs = `SELECT c.relname::text, f.relname::text FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_class f ON f.oid = k.confrelid
			JOIN pg_namespace n ON n.oid = c.relnamespace WHERE k.contype = 'f' AND n.nspname = current_schema()`
	}
	rows, err := c.query(ctx, list)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []table
	keys := map[string]map[int]string{}
	for rows.Next() {
		var name, column, kind string
		var pk int
		if err := rows.Scan(&name, &column, &pk, &kind); err != nil {
			return nil, err
		}
		if slices.Contains(leftOut, name) {
			continue
		}
		if len(out) == 0 || out[len(out)-1].name != name {
			out = append(out, table{name: name, texts: map[string]bool{}})
			keys[name] = map[int]string{}
		}
		t := &out[len(out)-1]
		t.columns = append(t.columns, column)
		switch kind {
		case "TEXT":
			t.texts[column] = true
		case "INTEGER", "BIGINT", "SMALLINT", "BLOB", "BYTEA":
		default:
			return nil, fmt.Errorf("store: column %s of %s has the type %s, which a copy cannot hold", column, name, kind)
		}
		if pk > 0 {
			keys[name][pk] = column
		}
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	rows.Close()
	for i := range out {
		for n := 1; n <= len(keys[out[i].name]); n++ {
			out[i].key = append(out[i].key, keys[out[i].name][n])
		}
		if len(out[i].key) == 0 {
			return nil, fmt.Errorf("store: the table %s has no primary key, so a copy of it has no order", out[i].name)
		}
		slices.Sort(out[i].columns)
	}
	needs := map[string][]string{"past": {"record"}} // a past version is sealed to its record's id
	pairs, err := c.query(ctx, refs)
	if err != nil {
		return nil, err
	}
	defer pairs.Close()
	for pairs.Next() {
		var from, to string
		if err := pairs.Scan(&from, &to); err != nil {
			return nil, err
		}
		if from != to {
			needs[from] = append(needs[from], to)
		}
	}
	return ordered(out, needs), pairs.Err()
}

// ordered puts the head first, then every table after those its rows name, else by name.
func ordered(all []table, needs map[string][]string) []table {
	slices.SortFunc(all, func(a, b table) int {
		if (a.name == "head") != (b.name == "head") {
			if a.name == "head" {
				return -1
			}
			return 1
		}
		return strings.Compare(a.name, b.name)
	})
	var out []table
	placed := map[string]bool{}
	var place func(t table)
	place = func(t table) {
		if placed[t.name] {
			return
		}
		placed[t.name] = true
		for _, n := range needs[t.name] {
			if i := slices.IndexFunc(all, func(o table) bool { return o.name == n }); i >= 0 {
				place(all[i])
			}
		}
		out = append(out, t)
	}
	for _, t := range all {
		place(t)
	}
	return out
}

// whole lets a transaction read every row of every table, or refuses: the copy of a part must not be taken for the whole.
func (s *Store) whole(ctx context.Context, c *conn) error {
	if s.d.engine != Postgres {
		return nil
	}
	var told string
	if err := c.one(ctx, "SELECT set_config('cutout.whole', 'on', true)", nil, &told); err != nil {
		return err
	}
	var hidden int
	err := c.one(ctx, `SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
		WHERE n.nspname = current_schema() AND c.relkind = 'r' AND row_security_active(c.oid) AND NOT EXISTS (
			SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid AND p.polname = c.relname || '_whole' AND p.polcmd = 'r'
				AND EXISTS (SELECT 1 FROM unnest(p.polroles) r WHERE r <> 0 AND pg_has_role(current_user, r, 'USAGE')))`, nil, &hidden)
	if err == nil && hidden > 0 {
		err = ErrPartial
	}
	return err
}

// read gives every row of a table in the order of its key; the values are reused for the next row.
func (s *Store) read(ctx context.Context, c *conn, t table, row func([]any) error) error {
	order := make([]string, len(t.key))
	for i, k := range t.key {
		order[i] = `"` + k + `"`
		if s.d.engine == Postgres && t.texts[k] {
			order[i] += ` COLLATE "C"`
		}
	}
	rows, err := c.query(ctx, `SELECT "`+strings.Join(t.columns, `", "`)+`" FROM "`+t.name+`" ORDER BY `+strings.Join(order, ", "))
	if err != nil {
		return err
	}
	defer rows.Close()
	values := make([]any, len(t.columns))
	into := make([]any, len(values))
	for i := range values {
		into[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return err
		}
		if err := row(values); err != nil {
			return err
		}
	}
	return rows.Err()
}
