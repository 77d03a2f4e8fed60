package api

import (
	"strings"
	"time"

	"cutout/internal/casework"
	"cutout/internal/compartment"
	"cutout/internal/day"
	"cutout/internal/id"
)

// The shapes in which records leave. Each is a list of allowed fields: a field added to a noun stays inside until somebody
// writes it here. An id of a record the officer may not see is left out wherever it would stand.

// Page is one page of a list.
type Page[T any] struct {
	Items []T    `json:"items" nullable:"false"`
	Next  string `json:"next,omitempty" doc:"cursor of the next page; missing on the last"`
}

// Made is the id of what an act made.
type Made struct {
	ID  string `json:"id"`
	Ref string `json:"ref"`
}

func made[N id.Noun](v id.Of[N], err error) (Made, error) { return Made{v.String(), v.Ref()}, err }

// Label is how closely a record is held. A record that is shown is one whose compartments the officer holds.
type Label struct {
	Level        string   `json:"level"`
	Compartments []string `json:"compartments" nullable:"false"`
	Releasable   []string `json:"releasable,omitempty"`
	Originator   string   `json:"originator,omitempty"`
}

// Record stands at the head of every record.
type Record struct {
	ID        string    `json:"id"`
	Ref       string    `json:"ref"`
	Label     Label     `json:"label"`
	Version   int64     `json:"version"`
	KnownFrom time.Time `json:"known_from"`
}

func head[N id.Noun](c *call, v id.Of[N], h casework.Head) Record {
	return Record{v.String(), v.Ref(), c.label(h.Label), h.Version, h.KnownFrom().UTC()}
}

func (c *call) label(l compartment.Label) Label {
	out := Label{Compartments: texts(l.Compartments), Originator: string(l.Originator)}
	if int(l.Level) < len(c.levels) {
		out.Level = c.levels[l.Level]
	}
	for _, o := range l.Releasable {
		if o != compartment.Nobody {
			out.Releasable = append(out.Releasable, string(o))
		}
	}
	return out
}

func texts[T interface{ String() string }](vs []T) []string {
	out := make([]string, len(vs))
	for i, v := range vs {
		out[i] = v.String()
	}
	return out
}

func words[T ~string](vs []T) []string {
	out := make([]string, len(vs))
	for i, v := range vs {
		out[i] = string(v)
	}
	return out
}

// until writes a day that may be open.
func until(d day.Day) string {
	if d == day.Never {
		return ""
	}
	return d.String()
}

// moment writes a moment that may be unset.
func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// seen keeps of ids and words what is no id, and the ids that have a name for the officer: those of what he may see.
func seen(names map[string]string, ids ...string) []string {
	var out []string
	for _, v := range ids {
		if _, isID := id.Raw(v); v != "" && (!isID || names[v] != "") {
			out = append(out, v)
		}
	}
	return out
}

// shown is seen of one.
func shown(names map[string]string, v string) string { return strings.Join(seen(names, v), "") }
