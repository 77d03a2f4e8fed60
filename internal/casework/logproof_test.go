package casework

import (
	"bytes"
	"context"
	"errors"
	"path/filepath"
	"testing"

	"cutout/internal/audit"
	"cutout/internal/vault"
)

func TestLogProof(t *testing.T) {
	ctx := context.Background()
	key, _, err := vault.OpenStoreKey(filepath.Join(t.TempDir(), "store.key"))
	if err != nil {
		t.Fatal(err)
	}
	d, admin, err := Begin(ctx, Config{Path: filepath.Join(t.TempDir(), "r.db"), Key: key, QuietWatch: true}, UnitDraft{Name: "Port unit", Administrator: "root"}, []byte("root passphrase"))
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	insp, err := d.AddOfficer(ctx, admin, OfficerDraft{Name: "inspector", Clearance: "SECRET", Duties: []string{"inspector"}}, []byte("inspector passphrase"))
	if err != nil {
		t.Fatal(err)
	}
	early, err := d.Checkpoint(ctx, insp)
	if err != nil {
		t.Fatal(err)
	}
	for range 20 {
		if _, err := d.Officers(ctx, insp); err != nil {
			t.Fatal(err)
		}
	}
	r, err := d.VerifyLog(ctx, insp)
	if err != nil || r.Finding != audit.Sound || r.Proven != 0 || r.Size < 20 {
		t.Fatalf("without a checkpoint: %+v %v", r, err)
	}
	r, err = d.VerifyLog(ctx, insp, early)
	if err != nil || r.Finding != audit.Sound || r.Proven == 0 || r.Held != 1 {
		t.Fatalf("with one: %+v %v", r, err)
	}
	if _, err := d.VerifyLog(ctx, insp, []byte("no note\n")); KindOf(err) != Invalid {
		t.Errorf("a forged checkpoint: %v", err)
	}
	for _, err := range []error{d.Bundle(ctx, admin, &bytes.Buffer{}), second(d.VerifyLog(ctx, admin))} {
		if KindOf(err) != Refused {
			t.Errorf("an administrator read the log: %v", err)
		}
	}
	var b bytes.Buffer
	if err := d.Bundle(ctx, insp, &b); err != nil {
		t.Fatal(err)
	}
	raw := b.Bytes()
	r, report, err := VerifyBundle(ctx, bytes.NewReader(raw), int64(len(raw)), d.Unit().LogPublic, nil, early)
	if at := report.Checkpoint; err != nil || r.Finding != audit.Sound || r.Proven != at.Size || r.Size != at.Size || r.Held != 2 {
		t.Fatalf("bundle: %+v %+v %v", r, report, err)
	}
	_, other, err := audit.NewKey("cutout/other")
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := VerifyBundle(ctx, bytes.NewReader(raw), int64(len(raw)), other, nil); !errors.Is(err, audit.ErrSignature) {
		t.Errorf("another log's key: %v", err)
	}
	if _, _, err := VerifyBundle(ctx, bytes.NewReader(raw[:len(raw)/2]), int64(len(raw)/2), d.Unit().LogPublic, nil); !errors.Is(err, ErrBundle) {
		t.Errorf("half a bundle: %v", err)
	}
}

func second[T any](_ T, err error) error { return err }
