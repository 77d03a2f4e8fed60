package store

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"cutout/internal/officer"
)

// TestDraftsAndSessions keeps, replaces, reads and throws away.
func TestDraftsAndSessions(t *testing.T) {
	engines(t, func(t *testing.T, cfg Config) {
		ctx := context.Background()
		c := newClock(noon)
		cfg.Clock = c.now
		s := openTest(t, cfg)
		a := addOfficer(t, s, officer.Officer{}, "a", Rights{})
		b := addOfficer(t, s, a, "b", Rights{})
		save := func(o officer.Officer, name, body string) {
			t.Helper()
			if err := s.SaveDraft(ctx, o, name, []byte(body)); err != nil {
				t.Fatal(err)
			}
		}
		expect := func(o officer.Officer, want string) {
			t.Helper()
			ds, err := s.Drafts(ctx, o, nil)
			got := ""
			for _, d := range ds {
				got += fmt.Sprintf("%s=%s ", d.Name, d.Body)
			}
			if err != nil || got != want {
				t.Errorf("drafts %q, want %q (%v)", got, want, err)
			}
		}
		save(a, "two", "2")
		save(a, "one", "1")
		save(b, "one", "other")
		expect(a, "one=1 two=2 ")
		c.at.Add(1e6)
		save(a, "two", "2\x00again")
		expect(a, "two=2\x00again one=1 ")
		save(a, "one", "")
		expect(a, "two=2\x00again ")
		expect(b, "one=other ")
		nobody := officer.Officer{ID: officer.ID{9}}
		if _, err := s.Drafts(ctx, nobody, nil); !errors.Is(err, ErrOfficer) {
			t.Errorf("drafts of nobody: %v", err)
		}
		if err := s.SaveDraft(ctx, nobody, "one", []byte("1")); !errors.Is(err, ErrOfficer) {
			t.Errorf("a draft of nobody: %v", err)
		}
		if err := s.SaveDraft(ctx, a, "x\x00y", []byte("z")); err == nil {
			t.Error("a name with a zero byte was taken")
		}
		k := s.Sessions()
		read := func(token, want string) {
			t.Helper()
			got, ok, err := k.Find(token)
			if err != nil || ok != (want != "") || string(got) != want {
				t.Errorf("session %s: %q %v %v, want %q", token, got, ok, err, want)
			}
		}
		for _, data := range []string{"first", "second"} {
			if err := k.Commit("tok", []byte(data), noon.Add(time.Hour)); err != nil {
				t.Fatal(err)
			}
			read("tok", data)
		}
		read("other", "")
		c.at.Store(noon.Add(time.Hour).UnixMicro())
		read("tok", "")
		if err := k.Commit("tok", []byte("third"), noon.Add(2*time.Hour)); err != nil {
			t.Fatal(err)
		}
		if err := k.Delete("tok"); err != nil {
			t.Fatal(err)
		}
		read("tok", "")
	})
}
