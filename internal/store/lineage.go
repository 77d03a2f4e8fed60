package store

import (
	"sort"

	"cutout/internal/compartment"
	"cutout/internal/officer"
)

// Descendant is a record that rests on another, at any distance.
type Descendant struct {
	ID      ID
	Kind    string
	LabelID int64
	Author  officer.ID
	Parents []ID // the records nearer to the start through which it was reached, in order
	Hops    int
}

// Cites records that child rests on parents, so that a recall of one finds the other.
func (t *Tx) Cites(child ID, kind string, childLabel int64, parents ...ID) error {
	for _, p := range parents {
		if _, err := t.c.exec(t.ctx, "INSERT INTO lineage (parent, child, kind, label, officer) VALUES (?, ?, ?, ?, ?) ON CONFLICT (parent, child) DO NOTHING",
			p[:], child[:], kind, childLabel, t.o.ID.Bytes()); err != nil {
			return err
		}
	}
	return nil
}

// Descendants walks the lineage from the start, whatever its labels: a recall has to reach what the officer who issues it
// may not see. It gives ids and labels, never content, and the door shows of them only what the officer's Scope admits.
func (t *Tx) Descendants(start ...ID) ([]Descendant, error) {
	at := map[ID]*Descendant{}
	begun := map[ID]bool{}
	for _, s := range start {
		begun[s] = true
	}
	frontier := start
	for hops := 1; len(frontier) > 0; hops++ {
		var next []ID
		for _, p := range frontier {
			rows, err := t.c.query(t.ctx, "SELECT child, parent, kind, label, officer FROM lineage WHERE parent = ?", p[:])
			if err != nil {
				return nil, err
			}
			for rows.Next() {
				var found, from, by []byte
				d := &Descendant{Hops: hops}
				if err := rows.Scan(&found, &from, &d.Kind, &d.LabelID, &by); err != nil {
					rows.Close()
					return nil, err
				}
				copy(d.ID[:], found)
				copy(d.Author[:], by)
				if begun[d.ID] { // a product that in the end cites itself is not its own descendant
					continue
				}
				if old := at[d.ID]; old != nil {
					if old.Hops == hops {
						old.Parents = append(old.Parents, p)
					}
					continue
				}
				d.Parents = []ID{p}
				at[d.ID] = d
				next = append(next, d.ID)
			}
			err = rows.Err()
			rows.Close()
			if err != nil {
				return nil, err
			}
		}
		frontier = next
	}
	out := make([]Descendant, 0, len(at))
	for _, d := range at {
		out = append(out, *d)
	}
	sort.Slice(out, func(i, j int) bool {
		if out[i].Hops != out[j].Hops {
			return out[i].Hops < out[j].Hops
		}
		return string(out[i].ID[:]) < string(out[j].ID[:])
	})
	return out, nil
}

// InsertUnder writes a record under the label of another record that the officer may not see: the mark of a recall on a
// descendant, so that its readers find it at their next look.
func (t *Tx) InsertUnder(labelID int64, e Entering) error {
	l, err := t.label(labelID)
	if err != nil {
		return err
	}
	e.Label = l
	return t.Insert(e)
}

// Marked reads the values of one name of mark on the records that carry the mark "<name>-of" for any of the given ids,
// whatever their label. Only keyed tokens are kept under such a name: it is how a text is checked against names its
// writer may not read, and the answer is about his own words and nothing else.
func (t *Tx) Marked(name string, of ...ID) (map[ID]bool, error) {
	out := map[ID]bool{}
	for _, o := range of {
		rows, err := t.c.query(t.ctx, "SELECT m.value FROM mark o JOIN mark m ON m.seq = o.seq WHERE o.name = ? AND o.value = ? AND m.name = ?",
			name+"-of", o[:], name)
		if err != nil {
			return nil, err
		}
		for rows.Next() {
			var v []byte
			if err := rows.Scan(&v); err != nil {
				rows.Close()
				return nil, err
			}
			out[ID(v)] = true
		}
		err = rows.Err()
		rows.Close()
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// LabelID is the store's number of the label of a record the officer may see.
func (t *Tx) LabelID(kind string, id ID) (int64, error) {
	r, err := t.Get(kind, id)
	return r.labelID, err
}

// LabelOf is the label behind a number.
func (t *Tx) LabelOf(n int64) (compartment.Label, error) { return t.label(n) }
