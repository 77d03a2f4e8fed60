package officer

import (
	"testing"

	"cutout/internal/day"
)

func TestConflict(t *testing.T) {
	for _, c := range []struct {
		a, b Duty
		want bool
	}{
		{Handler, Controller, true},          // R8
		{Handler, ReleaseOfficer, true},      // G5
		{Validator, Handler, true},           // G11
		{AuthorizingOfficer, Handler, true},  // G11
		{Administrator, Inspector, true},     // G12
		{Handler, CoHandler, false},          //
		{Analyst, CollectionManager, false},  //
		{Controller, ReleaseOfficer, false},  //
		{CollectionManager, Customer, false}, //
	} {
		if Conflict(c.a, c.b) != c.want || Conflict(c.b, c.a) != c.want {
			t.Errorf("%s and %s: conflict %v", c.a, c.b, !c.want)
		}
	}
	for _, d := range Duties() {
		if got, ok := ParseDuty(string(d)); !ok || got != d {
			t.Errorf("%s does not read back", d)
		}
		if Conflict(d, d) {
			t.Errorf("%s conflicts with itself", d)
		}
	}
	if _, ok := ParseDuty("Handler"); ok {
		t.Error("a duty was read in capitals")
	}
}

func TestGrantEndsBeforeItsLastDay(t *testing.T) {
	g := Grant{From: 10, Until: 20}
	for d, want := range map[day.Day]bool{9: false, 10: true, 19: true, 20: false} {
		if g.On(d) != want {
			t.Errorf("day %d: %v", d, !want)
		}
	}
}
