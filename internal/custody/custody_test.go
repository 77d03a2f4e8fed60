package custody

import (
	"reflect"
	"testing"
	"time"

	"cutout/internal/officer"
	"cutout/internal/source"
)

var at = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

func request() Request {
	return Request{Unit: "cutout/x", Source: source.ID{1}, CodeName: "HERON", Requester: officer.ID{2}, Key: KeyID{3}, Purpose: "court order 7", Made: at, Expires: at.Add(time.Hour),
		Lock: [16]byte{4}, Epoch: 5}
}

// outside are the fields of a request and of a proposal that change after people have signed it.
var outside = map[string]bool{"Approvals": true, "Ended": true, "EndedBy": true, "Confirmations": true, "Given": true, "Effective": true, "Begun": true, "Certificate": true}

// every calls f with each version of v that differs from it in one field.
func every[T any](t *testing.T, v T, f func(field string, changed T)) {
	t.Helper()
	ty := reflect.TypeFor[T]()
	for i := range ty.NumField() {
		c := reflect.New(ty).Elem()
		c.Set(reflect.ValueOf(v))
		if !change(c.Field(i)) {
			t.Fatalf("%s: no way to change a %s", ty.Field(i).Name, ty.Field(i).Type)
		}
		f(ty.Field(i).Name, c.Interface().(T))
	}
}

func change(v reflect.Value) bool {
	if moment, ok := v.Interface().(time.Time); ok {
		v.Set(reflect.ValueOf(moment.Add(time.Microsecond)))
		return true
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(v.String() + "x")
	case reflect.Uint8, reflect.Uint32:
		v.SetUint(v.Uint() + 1)
	case reflect.Int:
		v.SetInt(v.Int() + 1)
	case reflect.Array:
		return change(v.Index(v.Len() - 1))
	case reflect.Struct:
		return change(v.Field(v.NumField() - 1))
	case reflect.Slice:
		v.Set(reflect.Append(reflect.AppendSlice(reflect.MakeSlice(v.Type(), 0, v.Len()+1), v), reflect.New(v.Type().Elem()).Elem()))
	default:
		return false
	}
	return true
}

// An approval stands for exactly one request: whatever field of it changes, new fields too, the hash is another.
func TestEveryFieldOfARequestIsSigned(t *testing.T) {
	r := request()
	want := r.Hash(RequestID{7})
	if r.Hash(RequestID{8}) == want {
		t.Error("another request has the same hash")
	}
	every(t, r, func(field string, c Request) {
		if same := c.Hash(RequestID{7}) == want; same != outside[field] && field != "Reason" {
			t.Errorf("%s changed: same hash %v", field, same)
		}
	})
	a := Approval{Approver: officer.ID{1}, Key: KeyID{2}, At: at, Halves: []Half{{KeyID{3}, []byte{4}}}}
	every(t, a, func(field string, c Approval) {
		if same := c.Hash(want) == a.Hash(want); same != (field == "Signature") {
			t.Errorf("approval: %s changed: same hash %v", field, same)
		}
	})
	if a.Hash([32]byte{}) == a.Hash(want) {
		t.Error("an approval stands for two requests")
	}
}

func TestEveryFieldOfAProposalIsSigned(t *testing.T) {
	p := Proposal{Unit: "cutout/x", What: NameApprovers, By: officer.ID{1}, Made: at, Expires: at.Add(time.Hour), Reason: "new year", Holders: []Holder{{Officer: officer.ID{2}}}, Shares: []Share{{Trustee: officer.ID{3}}}}
	want := p.Hash(ProposalID{7})
	every(t, p, func(field string, c Proposal) {
		if same := c.Hash(ProposalID{7}) == want; same != outside[field] {
			t.Errorf("%s changed: same hash %v", field, same)
		}
	})
	proved := p
	proved.Shares = []Share{{Trustee: officer.ID{3}, Proved: at}}
	if proved.Hash(ProposalID{7}) != want {
		t.Error("a drill makes another proposal")
	}
	c := Confirmation{Officer: officer.ID{1}, At: at}
	every(t, c, func(field string, other Confirmation) {
		if same := other.Hash(want) == c.Hash(want); same != (field == "Signature") {
			t.Errorf("confirmation: %s changed: same hash %v", field, same)
		}
	})
}

func TestStates(t *testing.T) {
	yes := []Approval{{Approver: officer.ID{1}, Key: KeyID{1}, Halves: []Half{{KeyID{2}, []byte{1}}}}, {Approver: officer.ID{2}, Key: KeyID{2}, Halves: []Half{{KeyID{1}, []byte{1}}}}}
	for _, c := range []struct {
		name string
		in   func(*Request)
		at   time.Duration
		want State
	}{
		{"new", func(*Request) {}, 0, Waiting},
		{"one yes", func(r *Request) { r.Approvals = yes[:1] }, 0, Waiting},
		{"two", func(r *Request) { r.Approvals = yes }, 0, Approved},
		{"two, at its last moment", func(r *Request) { r.Approvals = yes }, time.Hour - 1, Approved},
		{"two, too late", func(r *Request) { r.Approvals = yes }, time.Hour, Expired},
		{"two, before it was made", func(r *Request) { r.Approvals = yes }, -1, Expired},
		{"used", func(r *Request) { r.Approvals, r.Ended = yes, Used }, 0, Used},
		{"refused, later", func(r *Request) { r.Ended = Refused }, 2 * time.Hour, Refused},
	} {
		r := request()
		c.in(&r)
		if got := r.State(at.Add(c.at)); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

func TestPair(t *testing.T) {
	give := func(who byte, with ...byte) Approval {
		a := Approval{Approver: officer.ID{who}, Key: KeyID{who}}
		for _, w := range with {
			a.Halves = append(a.Halves, Half{KeyID{w}, []byte{who, w}})
		}
		return a
	}
	for name, c := range map[string]struct {
		in []Approval
		ok bool
	}{
		"none":                         {nil, false},
		"one":                          {[]Approval{give(1, 2, 3)}, false},
		"two":                          {[]Approval{give(1, 2, 3), give(2, 1)}, true},
		"the same twice":               {[]Approval{give(1, 1, 2), give(1, 1, 2)}, false},
		"two that never open together": {[]Approval{give(1, 3), give(2, 3)}, false},
		"two of three":                 {[]Approval{give(1, 4), give(2, 3), give(3, 2)}, true},
	} {
		r := Request{Approvals: c.in}
		a, b, ok := r.Pair()
		if ok != c.ok || ok && (a.For(b) == nil || b.For(a) == nil) {
			t.Errorf("%s: %v", name, ok)
		}
	}
}
