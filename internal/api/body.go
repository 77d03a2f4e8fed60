package api

import (
	"errors"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"cutout/internal/casework"
	"cutout/internal/day"
	"cutout/internal/fault"

	"github.com/go-json-experiment/json"
)

// decode reads a body into a draft. A member the draft does not have is a fault of its own, so that nobody believes a
// field was taken that was not; names are matched exactly and may not come twice.
func decode(b []byte, into any) error {
	err := json.Unmarshal(b, into, json.RejectUnknownMembers(true))
	var s *json.SemanticError
	if errors.As(err, &s) {
		var f fault.Faults
		code := "api.type"
		if errors.Is(err, json.ErrUnknownName) {
			code = "api.unknown-field"
		}
		f.Add("#"+string(s.JSONPointer), code, "Given", short(s.JSONPointer.LastToken()))
		return faulty(f)
	}
	if err != nil {
		return &malformed{http.StatusBadRequest, "api.malformed"}
	}
	return nil
}

// short keeps what is repeated to the sender short.
func short(s string) string {
	if r := []rune(strings.ToValidUTF8(s, "\uFFFD")); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}

// pointer turns the field of a fault ("items.2.grade", entries counted from 1) into a JSON pointer ("#/items/1/grade").
func pointer(field string) string {
	if field == "" || strings.HasPrefix(field, "#") {
		return field
	}
	var b strings.Builder
	b.WriteByte('#')
	for _, part := range strings.Split(field, ".") {
		if n, err := strconv.Atoi(part); err == nil && n > 0 {
			part = strconv.Itoa(n - 1)
		}
		b.WriteString("/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(part))
	}
	return b.String()
}

func faulty(f fault.Faults) error {
	if len(f) == 0 {
		return nil
	}
	return &casework.Error{Kind: casework.Invalid, Code: "invalid", Faults: f}
}

// nowhere is what a text that is no id is read as: an id nobody is ever given, so that the door answers it as it answers
// every id that names nothing for this officer, and no other path exists.
var nowhere = [16]byte{15: 1}

// named reads the id in the path.
func named[I ~[16]byte, P interface {
	*I
	UnmarshalText([]byte) error
}](c *call, part string) I {
	var v I
	if P(&v).UnmarshalText([]byte(c.r.PathValue(part))) != nil || v == (I{}) {
		return I(nowhere)
	}
	return v
}

// filter reads an id in the query; blank is no filter.
func filter[I ~[16]byte, P interface {
	*I
	UnmarshalText([]byte) error
}](c *call, name string) I {
	var v I
	if s := c.asked.Get(name); s != "" && P(&v).UnmarshalText([]byte(s)) != nil {
		return I(nowhere)
	}
	return v
}

// same fills the id that a body may repeat from the path, and refuses another one: the log must name what was changed.
func same[I interface {
	~[16]byte
	String() string
}, P interface {
	*I
	UnmarshalText([]byte) error
}](c *call, part string, field string, given *string) error {
	if *given != "" && !strings.EqualFold(*given, c.r.PathValue(part)) {
		var f fault.Faults
		f.Add(field, "api.other-id")
		return faulty(f)
	}
	*given = named[I, P](c, part).String()
	return nil
}

// The usual and the greatest number of records on one page.
const (
	usualLimit = 50
	mostLimit  = 200
)

// page reads cursor and limit.
func (c *call) page() (cursor string, limit int, err error) {
	limit = usualLimit
	if s := c.asked.Get("limit"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 || n > mostLimit {
			var f fault.Faults
			f.Add("?limit", "field.number", "Given", short(s), "Low", "1", "High", strconv.Itoa(mostLimit))
			return "", 0, faulty(f)
		}
		limit = n
	}
	return c.asked.Get("cursor"), limit, nil
}

// asKnown reads the day on which a record is to be shown as it was known: its last moment.
func (c *call) asKnown() (time.Time, error) {
	s := c.asked.Get("as_known")
	if s == "" {
		return time.Time{}, nil
	}
	d, err := day.Parse(s)
	if err != nil {
		var f fault.Faults
		f.Add("?as_known", "field.day", "Given", short(s))
		return time.Time{}, faulty(f)
	}
	return d.Add(1).Time().Add(-time.Microsecond), nil
}

// yes reads a flag in the query.
func (c *call) yes(name string) bool { return c.asked.Get(name) == "yes" }

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
