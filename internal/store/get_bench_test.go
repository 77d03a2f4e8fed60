package store

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"testing"

	"cutout/internal/compartment"
	"cutout/internal/officer"
)

// BenchmarkGet reads records one by one: seen, hidden, and never made. The last two must take the same time, on SQLite.
func BenchmarkGet(b *testing.B) {
	const records = 20_000
	benchEngines(b, func(b *testing.B, cfg Config) {
		s := openTest(b, cfg)
		ctx := context.Background()
		root := addOfficer(b, s, officer.Officer{}, "root", Rights{Clearance: 3})
		mine, theirs := newCompartment(b, s, root, "mine"), newCompartment(b, s, root, "theirs")
		o := addOfficer(b, s, root, "o", Rights{Clearance: 3, Holdings: holding(mine)})
		at := func(n int) ID {
			h := sha256.Sum256(binary.BigEndian.AppendUint64(nil, uint64(n)))
			return ID(h[:16])
		}
		row := benchRows(1)[0]
		if err := s.Write(ctx, root, Entry{Act: "record.add"}, func(tx *Tx) error {
			for n := range records {
				c := []compartment.ID{mine, theirs}[n%2]
				if err := tx.Insert(Entering{Kind: "report", ID: at(n), Label: compartment.Label{Compartments: []compartment.ID{c}}, Body: []byte(row.body)}); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			b.Fatal(err)
		}
		for _, what := range []struct {
			name string
			id   func(int) ID
			err  error
		}{{"seen", func(n int) ID { return at(n % (records / 2) * 2) }, nil}, {"hidden", func(n int) ID { return at(n%(records/2)*2 + 1) }, ErrNotFound},
			{"missing", func(n int) ID { return at(records + n%records) }, ErrNotFound}} {
			b.Run(what.name, func(b *testing.B) {
				if err := s.Read(ctx, o, Entry{Act: "record.look"}, func(tx *Tx) error {
					n := 0
					for b.Loop() {
						if _, err := tx.Get("report", what.id(n)); err != what.err {
							return err
						}
						n++
					}
					return nil
				}); err != nil {
					b.Fatal(err)
				}
			})
		}
	})
}
