package watch

import (
	"cmp"
	"slices"

	"cutout/internal/day"
)

// origins merges sources that share an origin: the same root, the same person, introducer or holder, or a hand that
// coached or steered both. Merging is dated, so that "did they share an origin on that day" has an answer: it is a
// union-find without path compression whose links carry the day they count from, growing along every path to the top.
type origins struct {
	up    []int32
	since []day.Day // the day of the link to up; day.Never at a top
}

type originLink struct {
	a, b int32
	at   day.Day
}

// newOrigins links each source with the parties behind him. A holder of the house's own service merges nothing: there the
// service can tell one source from another, which it cannot behind another service's wall.
func newOrigins(ix *Index) origins {
	node := map[string]int32{}
	count := int32(len(ix.sources))
	of := func(key string) int32 {
		if n, ok := node[key]; ok {
			return n
		}
		node[key] = count
		count++
		return count - 1
	}
	var links []originLink
	for i, s := range ix.sources {
		me := int32(i)
		link := func(id, kind string) {
			if id == "" {
				return
			}
			if o, ok := ix.sourceAt[id]; ok {
				links = append(links, originLink{me, int32(o), max(s.Seen, ix.sources[o].Seen)})
				return
			}
			links = append(links, originLink{me, of(kind + id), s.Seen})
			if kind == "hand:" { // a source may himself have introduced or steered another
				for _, o := range ix.sourcesOf[id] {
					links = append(links, originLink{me, int32(o), max(s.Seen, ix.sources[o].Seen)})
				}
			}
		}
		if s.Parent != "" {
			link(s.Parent, "parent:")
		}
		link(s.Person, "person:")
		for _, id := range s.IntroducedBy {
			link(id, "hand:")
		}
		for _, id := range s.SteeredBy {
			link(id, "hand:")
		}
		if h := ix.party[s.Holder]; h == nil || h.Kind != "own-service" {
			link(s.Holder, "holder:")
		}
	}
	slices.SortFunc(links, func(x, y originLink) int {
		return cmp.Or(cmp.Compare(x.at, y.at), cmp.Compare(x.a, y.a), cmp.Compare(x.b, y.b))
	})
	o := origins{make([]int32, count), make([]day.Day, count)}
	size := make([]int32, count)
	for i := range o.up {
		o.up[i], o.since[i], size[i] = int32(i), day.Never, 1
	}
	for _, l := range links {
		a, b := o.top(l.a, l.at), o.top(l.b, l.at)
		if a == b {
			continue
		}
		if size[a] > size[b] {
			a, b = b, a
		}
		o.up[a], o.since[a] = b, l.at
		size[b] += size[a]
	}
	return o
}

// top names the origin a source belonged to on a day.
func (o *origins) top(n int32, on day.Day) int32 {
	for o.since[n] <= on && o.since[n] != day.Never {
		n = o.up[n]
	}
	return n
}

// shared is the first day on which two sources shared an origin; day.Never if they do not.
func (o *origins) shared(a, b int) day.Day {
	x, y, at := int32(a), int32(b), Always
	for x != y {
		if o.since[x] > o.since[y] {
			x, y = y, x
		}
		if o.since[x] == day.Never {
			return day.Never
		}
		at = max(at, o.since[x])
		x = o.up[x]
	}
	return at
}
