package store

// Integrity asks the engine whether its files are whole and lists what it finds wrong, in the engine's words, which name
// pages and tables and never what they hold. A database server keeps watch over its own files: there nothing is asked.
func (t *Tx) Integrity() ([]string, error) {
	if t.s.d.engine != SQLite {
		return nil, nil
	}
	rows, err := t.c.query(t.ctx, "PRAGMA integrity_check(20)")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var said string
		if err := rows.Scan(&said); err != nil {
			return nil, err
		}
		if said != "ok" {
			out = append(out, said)
		}
	}
	return out, rows.Err()
}
