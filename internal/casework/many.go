package casework

import (
	"slices"
	"strconv"
	"strings"

	"cutout/internal/dissemination"
	"cutout/internal/leak"
	"cutout/internal/network"
	"cutout/internal/officer"
	"cutout/internal/report"
	"cutout/internal/source"
	"cutout/internal/store"
)

// many reads those of the records that the officer may see, in one query.
func many[I ~[16]byte, T any](w *work, kind string, ids ...I) (map[I]Stored[I, T], error) {
	var raw []store.ID
	for _, v := range ids {
		if v != *new(I) && !slices.Contains(raw, store.ID(v)) {
			raw = append(raw, store.ID(v))
		}
	}
	rs, err := w.GetMany(kind, raw...)
	if err != nil {
		return nil, err
	}
	out := map[I]Stored[I, T]{}
	for v, r := range rs {
		if out[I(v)], err = decoded[I, T](r); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// lists reads, for each value, the records of a kind that carry it as a mark, newest first, in one query for all of them.
func lists[I ~[16]byte, T any, V ~[16]byte](w *work, kind, mark string, values ...V) (map[V][]Stored[I, T], error) {
	var raw []store.ID
	for _, v := range values {
		if !slices.Contains(raw, store.ID(v)) {
			raw = append(raw, store.ID(v))
		}
	}
	rs, err := w.FindMany(kind, mark, raw...)
	if err != nil {
		return nil, err
	}
	out := map[V][]Stored[I, T]{}
	for v, list := range rs {
		for _, r := range list {
			s, err := decoded[I, T](r)
			if err != nil {
				return nil, err
			}
			out[V(v)] = append(out[V(v)], s)
		}
	}
	return out, nil
}

// sources reads those of the sources that the officer may see.
func (w *work) sources(ids ...source.ID) (map[source.ID]SourceRecord, error) {
	return many[source.ID, source.Source](w, kindSource, ids...)
}

// standing reads, for each record, the marks of notices that still stand on it, newest first.
func standing[V ~[16]byte](w *work, of ...V) (map[V][]RecallRecord, error) {
	all, err := lists[RecallID, RecallMark](w, kindRecall, "of", of...)
	if err != nil {
		return nil, err
	}
	for v, rs := range all {
		lifted := map[dissemination.NoticeID]bool{}
		all[v] = slices.DeleteFunc(closedMarks(rs), func(r RecallRecord) bool { // newest first: a lifting is met before what it lifts
			if r.Value.Lifted {
				lifted[r.Value.Notice] = true
			}
			return lifted[r.Value.Notice]
		})
	}
	return all, nil
}

// closedMarks takes out of marks that are shown the number of the label under which they are answered: it says nothing of
// the label, but it counts the labels there are.
func closedMarks(rs []RecallRecord) []RecallRecord {
	for i := range rs {
		if !leak.On("label_number") {
			rs[i].Value.Under = 0
		}
	}
	return rs
}

// recallsOf reads the marks on one record that still stand.
func (w *work) recallsOf(of store.ID) ([]RecallRecord, error) {
	all, err := standing(w, of)
	return all[of], err
}

// acknowledged reads who acknowledged each of the things.
func acknowledged[V ~[16]byte](w *work, of ...V) (map[V]map[officer.ID]bool, error) {
	all, err := lists[store.ID, Receipt](w, kindReceipt, "of", of...)
	if err != nil {
		return nil, err
	}
	out := map[V]map[officer.ID]bool{}
	for v, rs := range all {
		out[v] = map[officer.ID]bool{}
		for _, r := range rs {
			out[v][r.Value.By] = true
		}
	}
	return out, nil
}

// receipts reports whether somebody acknowledged something.
func (w *work) receipts(of store.ID, by officer.ID) (bool, error) {
	all, err := acknowledged(w, of)
	return all[of][by], err
}

// holding finds the reports that hold the items, as far as the officer may see them.
func (w *work) holding(items ...report.ItemID) (map[report.ItemID]ReportRecord, error) {
	all, err := lists[report.ID, report.Report](w, kindReport, "item", items...)
	if err != nil {
		return nil, err
	}
	out := map[report.ItemID]ReportRecord{}
	for it, rs := range all {
		out[it] = rs[0]
	}
	return out, nil
}

// namesOf gives the short names of records and officers by id, of those the officer may see. Others keep their reference
// out of the page altogether.
func (w *work) namesOf(ids []string) (map[string]string, error) {
	out := map[string]string{}
	byKind := map[string][]store.ID{}
	var items []report.ItemID
	officers := false
	for _, s := range ids {
		if mark, ok := strings.CutPrefix(s, originPrefix); ok {
			out[s] = "OR-" + strings.ToUpper(mark[:min(len(mark), 6)])
		}
		raw, ok := rawID(s)
		if !ok {
			continue
		}
		switch prefix, _, _ := strings.Cut(s, "_"); prefix {
		case "off":
			officers = true
		case "itm":
			items = append(items, raw)
		default:
			if kind := kindOfPrefix(prefix); kind != "" {
				byKind[kind] = append(byKind[kind], raw)
			}
		}
	}
	if officers {
		as, err := w.Accounts()
		if err != nil {
			return nil, err
		}
		for _, a := range as {
			if s := a.ID.String(); slices.Contains(ids, s) {
				out[s] = a.Name
			}
		}
	}
	held, err := w.holding(items...)
	if err != nil {
		return nil, err
	}
	for it, r := range held {
		for _, x := range r.Value.Items {
			if x.ID == it {
				out[it.String()] = r.ID.Ref() + "." + strconv.Itoa(x.Number)
			}
		}
	}
	for kind, raw := range byKind {
		rs, err := w.GetMany(kind, raw...)
		if err != nil {
			return nil, err
		}
		for v, r := range rs {
			if out[longID(kind, v)], err = nameOf(r); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

// nameOf is what people call a record: a source by his code name, a party by its name, all else by reference.
func nameOf(r store.Record) (string, error) {
	switch r.Kind {
	case kindSource:
		v, err := decoded[source.ID, source.Source](r)
		return v.Value.CodeName, err
	case kindParty:
		v, err := decoded[network.ID, network.Party](r)
		return v.Value.Name, err
	}
	return refOf(r.Kind, r.ID), nil
}

// kindOfPrefix is the kind of record behind the long prefix of an id.
func kindOfPrefix(prefix string) string {
	for kind, p := range prefixes {
		if p[0] == prefix {
			return kind
		}
	}
	return ""
}
