package watch

import (
	"cmp"
	"slices"

	"cutout/internal/day"
)

// Index is a View as known on one day, joined once so that every rule runs in about linear time. It reads the View and
// never changes it; rules may share one Index.
type Index struct {
	day    day.Day
	labels map[string]LabelRef

	party          map[string]*Party
	sources        []*Source
	reports        []*Report
	claims         []*Claim
	roles          []*Role
	contacts       []*Contact
	acts           []*Act
	grades         []*Grade
	notices        []*Notice
	receipts       []*Receipt
	keeps          []*Keep
	assessments    []*Assessment
	credits        []*Credit
	knows          []*Knows
	disseminations []*Dissemination
	likenesses     []*Likeness

	sourceAt, reportAt, claimAt map[string]int
	sourcesOf                   map[string][]int // by person

	root        []int   // by source: the top of his parent chain
	tree        [][]int // by root: every source below it, itself included
	reportsBy   [][]int // by source
	reportsVia  [][]int // by sub-source: reports of another source that came through him
	claimsBy    [][]int // by source
	claimsOf    [][]int // by report
	reportBy    []int   // by report: its source, or -1
	claimReport []int   // by claim, or -1
	claimSource []int   // by claim, or -1
	backedBy    [][]int // by claim: the claims that support it
	verdicts    [][]verdict
	metOn       []day.Day // by source: first day the service met him, day.Never if not

	origin     origins
	force      []notice        // notices in force at some time
	onReport   map[int][]force // by report
	onSource   map[int][]force // by source: on him or on an ancestor
	assessedBy map[string][]*Assessment
	resolved   map[string]day.Day // by notice
	lineage    lineage
}

// seen takes the records of one kind that count on the day, in the order of their ids. The order makes every answer
// independent of the order of arrival.
func seen[T any](in []T, on day.Day, rec func(*T) *Record, labels map[string]LabelRef) []*T {
	out := make([]*T, 0, len(in))
	for i := range in {
		if r := rec(&in[i]); r.Seen <= on {
			out = append(out, &in[i])
			if r.ID != "" {
				labels[r.ID] = r.Label
			}
		}
	}
	order := func(a, b *T) int {
		x, y := rec(a), rec(b)
		return cmp.Or(cmp.Compare(x.ID, y.ID), cmp.Compare(x.Seen, y.Seen), cmp.Compare(x.Label, y.Label))
	}
	if !slices.IsSortedFunc(out, order) {
		slices.SortFunc(out, order)
	}
	return out
}

// NewIndex joins the records of the View that count on the day.
func NewIndex(v *View, on day.Day) *Index {
	ix := &Index{day: on, labels: make(map[string]LabelRef, len(v.Claims)+len(v.Reports)), party: map[string]*Party{}}
	for i := range v.Parties {
		ix.party[v.Parties[i].ID] = &v.Parties[i]
		ix.labels[v.Parties[i].ID] = v.Parties[i].Label
	}
	l := ix.labels
	ix.sources = seen(v.Sources, on, func(r *Source) *Record { return &r.Record }, l)
	ix.reports = seen(v.Reports, on, func(r *Report) *Record { return &r.Record }, l)
	ix.claims = seen(v.Claims, on, func(r *Claim) *Record { return &r.Record }, l)
	ix.roles = seen(v.Roles, on, func(r *Role) *Record { return &r.Record }, l)
	ix.contacts = seen(v.Contacts, on, func(r *Contact) *Record { return &r.Record }, l)
	ix.acts = seen(v.Acts, on, func(r *Act) *Record { return &r.Record }, l)
	ix.grades = seen(v.Grades, on, func(r *Grade) *Record { return &r.Record }, l)
	ix.notices = seen(v.Notices, on, func(r *Notice) *Record { return &r.Record }, l)
	ix.receipts = seen(v.Receipts, on, func(r *Receipt) *Record { return &r.Record }, l)
	ix.keeps = seen(v.Keeps, on, func(r *Keep) *Record { return &r.Record }, l)
	ix.assessments = seen(v.Assessments, on, func(r *Assessment) *Record { return &r.Record }, l)
	ix.credits = seen(v.Credits, on, func(r *Credit) *Record { return &r.Record }, l)
	ix.knows = seen(v.Knows, on, func(r *Knows) *Record { return &r.Record }, l)
	ix.disseminations = seen(v.Disseminations, on, func(r *Dissemination) *Record { return &r.Record }, l)
	ix.likenesses = seen(v.Likenesses, on, func(r *Likeness) *Record { return &r.Record }, l)

	ix.joinSources()
	ix.joinReports()
	ix.judge(seen(v.Outcomes, on, func(r *Outcome) *Record { return &r.Record }, l))
	ix.meet()
	ix.origin = newOrigins(ix)
	ix.joinAssessments()
	ix.lineage = newLineage(ix.disseminations, seen(v.Citations, on, func(r *Citation) *Record { return &r.Record }, l))
	ix.joinNotices()
	return ix
}

func (ix *Index) joinSources() {
	n := len(ix.sources)
	ix.sourceAt = make(map[string]int, n)
	ix.sourcesOf = map[string][]int{}
	for i, s := range ix.sources {
		ix.sourceAt[s.ID] = i
		if s.Person != "" {
			ix.sourcesOf[s.Person] = append(ix.sourcesOf[s.Person], i)
		}
	}
	ix.root, ix.tree = make([]int, n), make([][]int, n)
	for i, s := range ix.sources {
		top := i
		for hops := 0; s.Parent != "" && hops < n; hops++ { // a ring of parents ends somewhere rather than never
			p, ok := ix.sourceAt[s.Parent]
			if !ok {
				break
			}
			top, s = p, ix.sources[p]
		}
		ix.root[i] = top
	}
	for i, r := range ix.root {
		ix.tree[r] = append(ix.tree[r], i)
	}
	ix.reportsBy, ix.reportsVia, ix.claimsBy = make([][]int, n), make([][]int, n), make([][]int, n)
}

// descends reports whether the source is a or stands below it.
func (ix *Index) descends(source, a int) bool {
	for hops := 0; hops <= len(ix.sources); hops++ {
		if source == a {
			return true
		}
		p, ok := ix.sourceAt[ix.sources[source].Parent]
		if !ok {
			return false
		}
		source = p
	}
	return false
}

func (ix *Index) joinReports() {
	ix.reportAt = make(map[string]int, len(ix.reports))
	ix.reportBy = make([]int, len(ix.reports))
	ix.claimsOf = make([][]int, len(ix.reports))
	for i, r := range ix.reports {
		ix.reportAt[r.ID] = i
		ix.reportBy[i] = -1
		if s, ok := ix.sourceAt[r.Source]; ok && r.Source != "" {
			ix.reportBy[i] = s
			ix.reportsBy[s] = append(ix.reportsBy[s], i)
		}
	}
	for i, r := range ix.reports {
		if s, ok := ix.sourceAt[r.SubSource]; ok && s != ix.reportBy[i] {
			ix.reportsVia[s] = append(ix.reportsVia[s], i)
		}
	}
	n := len(ix.claims)
	ix.claimAt = make(map[string]int, n)
	ix.claimReport, ix.claimSource, ix.backedBy = make([]int, n), make([]int, n), make([][]int, n)
	for i, c := range ix.claims {
		ix.claimAt[c.ID] = i
		ix.claimReport[i], ix.claimSource[i] = -1, -1
		r, ok := ix.reportAt[c.Report]
		if !ok {
			continue
		}
		ix.claimReport[i] = r
		ix.claimsOf[r] = append(ix.claimsOf[r], i)
		if s := ix.reportBy[r]; s >= 0 {
			ix.claimSource[i] = s
			ix.claimsBy[s] = append(ix.claimsBy[s], i)
		}
	}
	for i, c := range ix.claims {
		for _, id := range c.Supports {
			if t, ok := ix.claimAt[id]; ok && t != i {
				ix.backedBy[t] = append(ix.backedBy[t], i)
			}
		}
	}
}

// joinAssessments files every assessment under each source it is about, and under the very ids it names.
func (ix *Index) joinAssessments() {
	ix.assessedBy, ix.resolved = map[string][]*Assessment{}, map[string]day.Day{}
	for _, a := range ix.assessments {
		ids := append([]string{a.About}, a.Weighs...)
		for _, s := range ix.sourcesNamed(a.About) {
			ids = append(ids, ix.sources[s].ID)
		}
		slices.Sort(ids)
		for _, id := range slices.Compact(ids) {
			if id != "" {
				ix.assessedBy[id] = append(ix.assessedBy[id], a)
			}
		}
		for _, n := range a.Resolves {
			if d, ok := ix.resolved[n]; !ok || a.Seen < d {
				ix.resolved[n] = a.Seen
			}
		}
	}
	for _, as := range ix.assessedBy {
		slices.SortStableFunc(as, func(a, b *Assessment) int { return cmp.Compare(a.Seen, b.Seen) })
	}
}

// sourcesNamed resolves an id that speaks of a source: the source, his person, one of his reports, claims or contacts.
func (ix *Index) sourcesNamed(id string) []int {
	if id == "" {
		return nil
	}
	if s, ok := ix.sourceAt[id]; ok {
		return []int{s}
	}
	if ss := ix.sourcesOf[id]; ss != nil {
		return ss
	}
	if r, ok := ix.reportAt[id]; ok {
		if s := ix.reportBy[r]; s >= 0 {
			return []int{s}
		}
		return nil
	}
	if c, ok := ix.claimAt[id]; ok {
		if s := ix.claimSource[c]; s >= 0 {
			return []int{s}
		}
		return nil
	}
	i, ok := slices.BinarySearchFunc(ix.contacts, id, func(c *Contact, id string) int { return cmp.Compare(c.ID, id) })
	if ok {
		if s, ok := ix.sourceAt[ix.contacts[i].Source]; ok {
			return []int{s}
		}
	}
	return nil
}

// assessedAfter is the first day after the given one on which an assessment of any of the ids counts, accepted by fit.
func (ix *Index) assessedAfter(after day.Day, fit func(*Assessment) bool, ids ...string) day.Day {
	first := day.Never
	for _, id := range ids {
		for _, a := range ix.assessedBy[id] {
			if a.Seen > after && a.Seen < first && (fit == nil || fit(a)) {
				first = a.Seen
			}
		}
	}
	return first
}

// resolvedOn is the day a notice is resolved by an assessment, not before the notice itself.
func (ix *Index) resolvedOn(n *Notice) day.Day {
	if d, ok := ix.resolved[n.ID]; ok {
		return max(d, n.Seen)
	}
	return day.Never
}

func (ix *Index) isSubject(source int) bool { return source >= 0 && ix.sources[source].Subject }

// hostile reports whether a party is an opponent or criminal group, or a person of one.
func (ix *Index) hostile(id string) bool {
	bad := func(k string) bool { return k == "opponent" || k == "criminal-group" }
	p := ix.party[id]
	if p == nil {
		return false
	}
	if bad(p.Kind) {
		return true
	}
	o := ix.party[p.Org]
	return o != nil && bad(o.Kind)
}

// inPerson are the contact types at which people meet.
func inPerson(kind string) bool {
	switch kind {
	case "meeting", "debriefing", "interview", "brush-pass", "social":
		return true
	}
	return false
}

// meet works out when the service first met each source: its own officers were there, or the register says so.
func (ix *Index) meet() {
	ix.metOn = make([]day.Day, len(ix.sources))
	for i, s := range ix.sources {
		ix.metOn[i] = day.Never
		if s.ServiceContact == "direct" || s.ServiceContact == "observed" {
			ix.metOn[i] = s.Seen
		}
	}
	for _, c := range ix.contacts {
		s, ok := ix.sourceAt[c.Source]
		if !ok || c.Opponent || !inPerson(c.Type) {
			continue
		}
		for _, p := range c.Participants {
			if q := ix.party[p]; q != nil && (q.Staff || q.Kind == "own-service") {
				ix.metOn[s] = min(ix.metOn[s], max(c.Seen, ix.sources[s].Seen))
			}
		}
	}
}
