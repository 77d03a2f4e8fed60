package fault

import (
	"errors"
	"testing"
)

func TestFaults(t *testing.T) {
	var f Faults
	if f.Err() != nil {
		t.Error("no faults is an error")
	}
	f.Add("grade", "grade.unknown", "Given", "Z9", "Scheme", "admiralty")
	var part Faults
	part.Add("text", "field.required")
	f.Merge("items.2.", part)
	var e *Error
	if !errors.As(f.Err(), &e) || len(e.Faults) != 2 {
		t.Fatalf("%v", f.Err())
	}
	if want := "invalid input: grade grade.unknown Given=Z9 Scheme=admiralty; items.2.text field.required"; e.Error() != want {
		t.Errorf("%q", e.Error())
	}
}
