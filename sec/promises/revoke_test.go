package promises

import (
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"cutout/internal/casework"
	"cutout/internal/identity"
	"cutout/internal/officer"
)

// volatile is what any two looks differ in: the time of the look.
var volatile = regexp.MustCompile(`Now:[^ ]+ [^ ]+ [^ ]+ [^ ]+`)

// TestP05Revocation gives an officer a desk and a source, lets him read all of it page by page, takes both away, and asks
// again: from the next request on he is told what somebody is told who never had them.
func TestP05Revocation(t *testing.T) {
	engines(t, func(t *testing.T, u *unit) {
		s := u.register(identity.Draft{Names: []identity.NameDraft{{Full: "Somebody Else"}}})
		r := u.report(s, "two containers left")
		u.report(s, "three containers left")
		u.job(r)
		root := u.who["root"]
		late, err := u.d.AddOfficer(ctx, root, casework.OfficerDraft{Name: "zzformer", Clearance: "SECRET", Duties: []string{"analyst", "release", "co-handler"}}, pass("zzformer"))
		u.must(err)
		never, err := u.d.AddOfficer(ctx, root, casework.OfficerDraft{Name: "zzstranger", Clearance: "SECRET", Duties: []string{"analyst", "release", "co-handler"}}, pass("zzstranger"))
		u.must(err)
		u.must(u.d.HandCompartment(ctx, root, late.ID, u.desk, ""))
		place := casework.AssignDraft{Source: s.String(), Officer: late.ID.String(), Duty: "co-handler"}
		u.must(u.d.Assign(ctx, u.who["registrar"], place))
		for _, n := range []string{"zzformer", "zzstranger"} {
			_, err := u.d.SignIn(ctx, n, pass(n))
			u.must(err)
		}
		u.must(u.d.Settle(ctx))
		page, err := u.d.Reports(ctx, late, s, "", 1)
		u.must(err)
		if page.Next == "" || len(page.Reports) != 1 {
			t.Fatalf("the first page: %+v", page)
		}
		found, err := u.d.Search(ctx, late, "containers", "", false, "", 1)
		u.must(err)
		if found.Next == "" {
			t.Fatal("nothing to search on")
		}
		seen := u.answers(late)

		u.must(u.d.Relieve(ctx, u.who["registrar"], place))
		u.must(u.d.TakeBackCompartment(ctx, root, late.ID, u.desk))

		after, stranger := u.answers(late), u.answers(never)
		gone := 0
		for k, v := range after {
			if k == "KeptDrafts " || strings.HasPrefix(k, "KeyFile") || strings.HasPrefix(k, "Colleagues") { // about oneself
				continue
			}
			if v != stranger[k] {
				t.Errorf("%s after it was taken away:\n%s\nsomebody who never had it:\n%s", k, v, stranger[k])
			}
			if v != seen[k] {
				gone++
			}
		}
		if gone < 15 {
			t.Errorf("only %d answers changed: there was too little to lose", gone)
		}
		if p, err := u.d.Reports(ctx, late, s, page.Next, 1); err == nil && len(p.Reports) > 0 {
			t.Errorf("the next page is still there: %+v", p.Reports)
		}
		if p, err := u.d.Search(ctx, late, "containers", "", false, found.Next, 1); err == nil && len(p.Hits) > 0 {
			t.Errorf("the next hits are still there: %+v", p.Hits)
		}
		if _, err := u.d.OpenIdentity(ctx, late, s, "a reason"); casework.KindOf(err) != casework.NotFound {
			t.Errorf("the identity: %v", err)
		}
		t.Logf("%d answers, %d of them changed", len(after), gone)
	})
}

// answers is what an officer is told by every look.
func (u *unit) answers(o officer.Officer) map[string]string {
	out := map[string]string{}
	u.everything(o, []string{"", "containers"}, func(method, given string, answers []any) {
		var parts []string
		for _, a := range answers {
			if p, ok := a.(identity.Person); ok {
				a = p.IsZero()
			}
			parts = append(parts, fmt.Sprintf("%+v", plainly(a)))
		}
		s := volatile.ReplaceAllString(strings.Join(parts, "\n"), "")
		out[method+" "+given] = strings.ReplaceAll(strings.ReplaceAll(s, o.ID.String(), "himself"), o.Name, "himself")
	})
	return out
}

// plainly follows pointers, so that an answer is compared by what it says and not by where it lies.
func plainly(a any) any {
	v := reflect.ValueOf(a)
	for v.Kind() == reflect.Pointer && !v.IsNil() {
		if _, ok := v.Interface().(error); ok {
			return fmt.Sprint(v.Interface())
		}
		v = v.Elem()
	}
	if !v.IsValid() {
		return nil
	}
	return v.Interface()
}
