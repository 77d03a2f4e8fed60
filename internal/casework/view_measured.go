package casework

import (
	"cmp"

	"cutout/internal/compartment"
	"cutout/internal/day"
	"cutout/internal/textindex"
	"cutout/internal/watch"
)

// markRead calls a report read from the day of the first assessment that speaks of it or weighs it: a look alone leaves no
// trace in the records.
func (b *viewer) markRead() {
	read := map[string]day.Period{}
	note := func(id string, a watch.Assessment) {
		if old, ok := read[id]; !ok || a.Seen < old.Last {
			read[id] = day.On(a.Seen)
		}
	}
	of := map[string]string{}
	for _, c := range b.v.Claims {
		of[c.ID] = c.Report
	}
	for _, a := range b.v.Assessments {
		for _, id := range append([]string{a.About}, a.Weighs...) {
			note(cmp.Or(of[id], id), a)
		}
	}
	for i := range b.v.Reports {
		r := &b.v.Reports[i]
		if on, ok := read[r.ID]; ok {
			r.Read = on
			if r.Assigned.IsZero() {
				r.Assigned = on // whoever assessed it had it
			}
		}
	}
}

// likeness compares reports by their words; only reports that share a band of their sketches are compared.
func (b *viewer) likeness() {
	th, _ := b.w.d.pack.Threshold("likeness")
	bands := map[string][]string{}
	sketches := map[string]textindex.Sketch{}
	for id, t := range b.texts {
		if b.source[id] == "" || len(t) < 40 {
			continue
		}
		s := textindex.MakeSketch(t)
		sketches[id] = s
		raw := s.Bytes()
		for i := 4; i+16 <= len(raw); i += 16 {
			k := string(rune(i)) + string(raw[i:i+16])
			bands[k] = append(bands[k], id)
		}
	}
	done := map[[2]string]bool{}
	at := map[string]watch.Record{}
	for _, r := range b.v.Reports {
		at[r.ID] = r.Record
	}
	for _, ids := range bands {
		for i, x := range ids {
			for _, y := range ids[i+1:] {
				p := [2]string{min(x, y), max(x, y)}
				if done[p] || b.source[x] == b.source[y] {
					continue
				}
				done[p] = true
				score := textindex.Likeness(b.texts[x], b.texts[y])
				if score < th.Value/2 {
					continue
				}
				l := b.label(compartment.Join(b.v.Labels[at[x].Label], b.v.Labels[at[y].Label]))
				b.v.Likenesses = append(b.v.Likenesses, watch.Likeness{Record: watch.Record{ID: "likeness of " + p[0] + " and " + p[1],
					Seen: max(at[x].Seen, at[y].Seen), When: day.On(max(at[x].Seen, at[y].Seen)), Label: l}, A: p[0], B: p[1], Score: score})
			}
		}
	}
}
