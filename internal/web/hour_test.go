package web

import (
	"strings"
	"testing"

	"cutout/internal/audit"
)

// TestHourCheckpointAtSignIn holds that the first page after a sign-in, and no other, names the log's checkpoint of the
// last whole hour, and that it can be kept as a file.
func TestHourCheckpointAtSignIn(t *testing.T) {
	s := newSite(t)
	early := s.as("customer").in("en")
	if strings.Contains(early.get("/inbox").body, "/hour-checkpoint") {
		t.Error("a checkpoint is shown before there is one")
	}
	early.get("/hour-checkpoint").want(t, "none yet", 404)
	for range 300 {
		if _, err := s.desk.Around(t.Context(), s.officers["customer"]); err != nil {
			t.Fatal(err)
		}
	}
	s.late.Add(3600)
	r := s.as("analyst").in("en")
	first := r.get("/reports")
	if !strings.Contains(first.body, `<a href="/hour-checkpoint">Keep this</a>`) || !strings.Contains(first.body, "256 entries or more") {
		t.Errorf("the first page after the sign-in: %s", first.body)
	}
	if strings.Contains(r.get("/reports").body, "/hour-checkpoint") {
		t.Error("it is shown once more")
	}
	file := r.get("/hour-checkpoint").want(t, "kept", 200)
	c, err := audit.OpenCheckpoint([]byte(file.body), s.desk.Unit().LogPublic)
	if err != nil || c.Size%256 != 0 || c.Size == 0 || c.Time.Minute() != 0 {
		t.Errorf("%+v %v", c, err)
	}
	if a := file.header.Get("Content-Disposition"); !strings.Contains(a, "attachment") {
		t.Errorf("Content-Disposition %q", a)
	}
	if !strings.Contains(s.as("handler").in("ar").get("/reports").body, "احتفظ بهذا") {
		t.Error("not in Arabic")
	}
}
