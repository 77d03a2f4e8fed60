package audit

import (
	"errors"
	"testing"
	"time"
)

func TestStatements(t *testing.T) {
	private, public, err := NewKey("cutout/x")
	if err != nil {
		t.Fatal(err)
	}
	signed, err := SignStatement("certificate abc\n", private)
	if err != nil {
		t.Fatal(err)
	}
	if text, err := OpenStatement(signed, public); err != nil || text != "certificate abc\n" {
		t.Fatalf("%q, %v", text, err)
	}
	if _, err := OpenCheckpoint(signed, public); err == nil {
		t.Error("a statement passes for a checkpoint")
	}
	point, err := Sign(Checkpoint{Origin: "cutout/x", Size: 0, Root: Hash{}, Time: time.Unix(1772442000, 0).UTC()}, private)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := OpenStatement(point, public); !errors.Is(err, ErrSignature) {
		t.Errorf("a checkpoint passes for a statement: %v", err)
	}
	_, other, err := NewKey("cutout/x")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := OpenStatement(signed, other); !errors.Is(err, ErrSignature) {
		t.Errorf("under another key: %v", err)
	}
	for i := range signed {
		signed[i] ^= 1
		if text, err := OpenStatement(signed, public); err == nil && text != "certificate abc\n" {
			t.Fatalf("byte %d changed, and it says %q", i, text)
		}
		signed[i] ^= 1
	}
	for _, bad := range []string{"no end", ""} {
		if _, err := SignStatement(bad, private); !errors.Is(err, ErrMalformed) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}
