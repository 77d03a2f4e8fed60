package store

// Count counts what a list holds by reading the list itself, up to most: what Counts must agree with.
func (t *Tx) Count(q Query, most int) (n int, more bool, err error) {
	from, cmp := forever, "<"
	text, args, err := t.plan(q, "r.seq", from, cmp, "DESC", most+1)
	if err != nil || text == "" {
		return 0, false, err
	}
	if err := t.c.one(t.ctx, "SELECT count(*) FROM ("+text+") AS listed", args, &n); err != nil {
		return 0, false, err
	}
	return min(n, most), n > most, nil
}
