package casework

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"cutout/internal/leak"
	"cutout/internal/report"
	"cutout/internal/source"
)

const originPrefix = "origin-"

// originMark is what a reader may know of the origin of a report whose source he may not see: a mark that is equal for
// equal sources, chosen for this reader alone. Two of his reports with one mark are one voice; the mark says nothing else,
// and two readers cannot compare theirs (S8).
func (w *work) originMark(of source.ID) string {
	if of.IsZero() {
		return ""
	}
	key := w.Word("origin", w.Officer().ID.String()).Value
	if leak.On("origin_stable") {
		key = w.Word("origin", "everybody").Value
	}
	m := hmac.New(sha256.New, key[:])
	m.Write(of.Bytes())
	return originPrefix + hex.EncodeToString(m.Sum(nil)[:6])
}

// veil takes out of a report what points to sources the reader may not see: that somebody is a source, and who tells,
// is not part of what was said. The record itself stays as it is.
func (w *work) veil(r *report.Report, seen map[source.ID]SourceRecord) {
	hidden := func(s source.ID) bool {
		_, ok := seen[s]
		return !ok && !s.IsZero()
	}
	if hidden(r.Source) {
		r.Source = source.ID{}
		r.Contact = [16]byte{}
		r.Reporter = ""
	}
	if hidden(r.SubSource) {
		r.SubSource = source.ID{}
	}
	r.BuiltFrom = slices.DeleteFunc(slices.Clone(r.BuiltFrom), hidden)
	names := func(s string) bool {
		if !strings.HasPrefix(s, "src_") {
			return false
		}
		v, err := parseID[source.ID](s)
		return err != nil || hidden(v)
	}
	r.Items = slices.Clone(r.Items)
	for i := range r.Items {
		if r.Items[i].Claim == nil {
			continue
		}
		c := *r.Items[i].Claim
		if hidden(c.SubSource) {
			c.SubSource = source.ID{}
		}
		c.Names = slices.DeleteFunc(slices.Clone(c.Names), names)
		if names(c.ThreatTo) {
			c.ThreatTo = ""
		}
		r.Items[i].Claim = &c
	}
}

// sourcesIn lists every source a report points to.
func sourcesIn(rs ...report.Report) []source.ID {
	var out []source.ID
	for _, r := range rs {
		out = append(out, r.Source, r.SubSource)
		out = append(out, r.BuiltFrom...)
		for _, it := range r.Items {
			if c := it.Claim; c != nil {
				out = append(out, c.SubSource)
				for _, s := range append(slices.Clone(c.Names), c.ThreatTo) {
					if v, err := parseID[source.ID](s); err == nil {
						out = append(out, v)
					}
				}
			}
		}
	}
	return out
}

// veilAll veils the reports of a page and gives the sources of theirs that the reader may see, and the origin of each
// report: the source's id where it is seen, else the reader's own mark.
func (w *work) veilAll(rs []ReportRecord) (seen map[source.ID]SourceRecord, origins map[report.ID]string, err error) {
	values := make([]report.Report, len(rs))
	for i, r := range rs {
		values[i] = r.Value
	}
	if seen, err = w.sources(sourcesIn(values...)...); err != nil {
		return nil, nil, err
	}
	origins = map[report.ID]string{}
	for i := range rs {
		origins[rs[i].ID] = w.originOf(rs[i].Value, seen)
		if !leak.On("veil") {
			w.veil(&rs[i].Value, seen)
		}
	}
	return seen, origins, nil
}

func (w *work) originOf(r report.Report, seen map[source.ID]SourceRecord) string {
	if s, ok := seen[r.Source]; ok {
		if !s.Value.Parent.IsZero() {
			return s.Value.Parent.String()
		}
		return s.ID.String()
	}
	return w.originMark(r.Source)
}
