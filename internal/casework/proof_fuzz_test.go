package casework

import (
	"bytes"
	"context"
	"encoding/json"
	"path/filepath"
	"testing"

	"cutout/internal/officer"
	"cutout/internal/vault"
)

// inspected is a small unit with its inspector.
func inspected(f *testing.F) (*Desk, officer.Officer) {
	ctx := context.Background()
	key, _, err := vault.OpenStoreKey(filepath.Join(f.TempDir(), "store.key"))
	if err != nil {
		f.Fatal(err)
	}
	d, admin, err := Begin(ctx, Config{Path: ":memory:", Key: key, QuietWatch: true}, UnitDraft{Name: "Unit", Administrator: "root"}, []byte("root passphrase"))
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { d.Close() })
	o, err := d.AddOfficer(ctx, admin, OfficerDraft{Name: "inspector", Clearance: d.pack.Levels[0].Code, Duties: []string{"inspector"}}, []byte("inspector passphrase"))
	if err != nil {
		f.Fatal(err)
	}
	return d, o
}

// FuzzBundle: a file that is not the bundle the unit made proves nothing more than it did.
func FuzzBundle(f *testing.F) {
	d, o := inspected(f)
	var b bytes.Buffer
	if err := d.Bundle(context.Background(), o, &b); err != nil {
		f.Fatal(err)
	}
	_, good, err := VerifyBundle(context.Background(), bytes.NewReader(b.Bytes()), int64(b.Len()), d.unit.LogPublic, nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Add(b.Bytes()[:b.Len()/2])
	f.Add([]byte("PK\x05\x06"))
	f.Fuzz(func(t *testing.T, file []byte) {
		r, at, err := VerifyBundle(t.Context(), bytes.NewReader(file), int64(len(file)), d.unit.LogPublic, nil)
		if err == nil && (at.Checkpoint != good.Checkpoint || r.Proven > good.Checkpoint.Size) {
			t.Fatalf("a file not made by the unit proves %+v, signed at %+v", r, at)
		}
	})
}

// FuzzEntryProof: a proof the unit did not make proves no other entry.
func FuzzEntryProof(f *testing.F) {
	d, o := inspected(f)
	p, err := d.ProveEntry(context.Background(), o, 1)
	if err != nil {
		f.Fatal(err)
	}
	want, err := p.Check(d.unit.LogPublic)
	if err != nil {
		f.Fatal(err)
	}
	b, err := json.Marshal(p)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add([]byte(`{"seq":-1,"hashes":[],"checkpoint":""}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		var p EntryProof
		if json.Unmarshal(b, &p) != nil {
			return
		}
		if e, err := p.Check(d.unit.LogPublic); err == nil && (e.Seq != want.Seq || e.Act != want.Act || e.Officer != want.Officer || !e.Time.Equal(want.Time)) {
			t.Fatalf("proven: %+v, the log has %+v", e, want)
		}
	})
}
