package casework

import (
	"strings"

	"cutout/internal/compartment"
	"cutout/internal/id"
	"cutout/internal/leak"
	"cutout/internal/network"
	"cutout/internal/officer"
	"cutout/internal/source"
	"cutout/internal/store"
)

// anyNoun stands where an id's noun is given by the type it is converted to.
type anyNoun struct{}

// Prefix is never printed.
func (anyNoun) Prefix() (string, string) { return "any", "N" }

// fresh draws an id from the officer's own stream, so that what others do cannot shift the ids he is shown.
func fresh[I ~[16]byte](w *work) I {
	if leak.On("id_stream") {
		return I(id.New[anyNoun](w.d.randomOf(officer.Officer{})))
	}
	return I(id.New[anyNoun](w.Random()))
}

type parsed interface {
	~[16]byte
	String() string
}

// parseID reads the long form of an id of type I.
func parseID[I parsed](s string) (I, error) {
	raw, ok := rawID(s)
	v := I(raw)
	if !ok || v.String() != strings.ToLower(s) {
		return I{}, id.ErrMalformed
	}
	return v, nil
}

// rawID reads the sixteen bytes of a long-form id of any noun.
func rawID(s string) ([16]byte, bool) { return id.Raw(s) }

// reaches checks that a compartment named in a draft is one the officer holds: what he does not hold does not exist.
func (w *work) reaches(field string, cs ...compartment.ID) error {
	for _, c := range cs {
		if !c.IsZero() && !w.Scope().Holds(c) {
			return fieldFault(field, "reference.unknown")
		}
	}
	return nil
}

// parties checks that parties named in a draft exist for the officer.
func (w *work) parties(field string, ps ...source.PartyID) error {
	for _, p := range ps {
		if _, err := exists[network.ID, network.Party](w, kindParty, field, p); err != nil {
			return err
		}
	}
	return nil
}

// prefixes are the long and short id prefixes of each kind, for records met without their type.
var prefixes = map[string][2]string{kindSource: {"src", "S"}, kindReport: {"rep", "R"}, kindRelease: {"rel", "D"}, kindIssued: {"iss", "D"},
	kindProduct: {"prd", "W"}, kindContact: {"con", "C"}, kindAuthority: {"aut", "A"}, kindRequirement: {"req", "Q"}, kindParty: {"pty", "P"},
	kindNotice: {"ntc", "N"}, kindAssessment: {"asm", "V"}, kindTask: {"tsk", "T"}, kindRole: {"rol", "RO"}, kindUse: {"use", "U"}, kindCredit: {"crd", "B"},
	kindRecallOrder: {"rco", "RC"}}

// longID writes the long form of a record's id by its kind.
func longID(kind string, raw store.ID) string { return id.Long(prefixes[kind][0], raw) }

// refOf writes the short reference of a record by its kind.
func refOf(kind string, raw store.ID) string { return id.ShortRef(prefixes[kind][1], raw) }
