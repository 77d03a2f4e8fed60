// Package officer is the people who work here: who they are and the duties they hold. What an officer may read is not
// here but in package compartment; what he may do is decided in casework from his duties.
package officer

import (
	"cutout/internal/day"
	"cutout/internal/id"
)

type kind struct{}

// Prefix names officers "off_…" and "O-…".
func (kind) Prefix() (string, string) { return "off", "O" }

// ID names an officer.
type ID = id.Of[kind]

// Officer is one person who signed in. It carries no rights: those are read from the store in every transaction, so
// that a right taken back a second ago is already gone.
type Officer struct {
	ID   ID
	Name string // the account name, shown to colleagues who share a compartment
	Seat Seat   // where he sits: his keys are open at one seat and not at another
}

// Seat is one session of an officer. The zero seat is a program's own: a command, a replay.
type Seat [16]byte

// Duty is what an officer is there for. No duty reads everything.
type Duty string

// The duties of product.md section 1.
const (
	Handler            Duty = "handler"            // day-to-day dealings, security and welfare of one source
	CoHandler          Duty = "co-handler"         // stands in for the handler of one source
	Controller         Duty = "controller"         // general oversight of the use of one source
	AuthorizingOfficer Duty = "authorizing"        // grants, reviews and cancels authority
	Registrar          Duty = "registrar"          // keeps the source register and the identities
	CollectionManager  Duty = "collection-manager" // states requirements and tasks them
	Analyst            Duty = "analyst"            // reads reports, grades, records outcomes, writes products
	ReleaseOfficer     Duty = "release"            // sanitizes and sends; never the handler of that source
	Validator          Duty = "validator"          // independent review of a source
	IntakeOfficer      Duty = "intake"             // receives walk-ins and letters
	Customer           Duty = "customer"           // reads what was released to him
	Inspector          Duty = "inspector"          // reads the log and statistics: no content, no identity
	Trustee            Duty = "trustee"            // holds a share of recovery
	Administrator      Duty = "administrator"      // runs the machine; sees no record
)

// Duties lists every duty in the order people read them.
func Duties() []Duty {
	return []Duty{Handler, CoHandler, Controller, AuthorizingOfficer, Registrar, CollectionManager, Analyst,
		ReleaseOfficer, Validator, IntakeOfficer, Customer, Inspector, Trustee, Administrator}
}

// ParseDuty reads a duty's code.
func ParseDuty(s string) (Duty, bool) {
	for _, d := range Duties() {
		if string(d) == s {
			return d, true
		}
	}
	return "", false
}

// PerSource reports whether the duty is held for one source rather than for the whole unit.
func (d Duty) PerSource() bool { return d == Handler || d == CoHandler || d == Controller }

// checks lists the pairs of duties that check each other for one source (R8 handler and controller; G5 and G11: the
// handler neither releases, approves, nor validates his own source).
var checks = [][2]Duty{
	{Handler, Controller}, {CoHandler, Controller}, {Handler, AuthorizingOfficer}, {CoHandler, AuthorizingOfficer},
	{Handler, ReleaseOfficer}, {CoHandler, ReleaseOfficer}, {Handler, Validator}, {CoHandler, Validator},
	{Controller, Validator}, {Administrator, Registrar}, {Administrator, Inspector}, {Administrator, Handler}, {Administrator, Controller},
	{Inspector, Handler}, {Inspector, Controller}, {Inspector, AuthorizingOfficer},
}

// Conflict reports whether one person may not hold both duties, where both concern the same source, or where either is
// the administrator's or the inspector's.
func Conflict(a, b Duty) bool {
	for _, c := range checks {
		if (c[0] == a && c[1] == b) || (c[0] == b && c[1] == a) {
			return true
		}
	}
	return false
}

// Grant is a duty held for a time. Source is the zero value for a duty held for the whole unit.
type Grant struct {
	Officer ID
	Duty    Duty
	Source  [16]byte
	From    day.Day
	Until   day.Day // first day without the duty; day.Never while open
}

// On reports whether the grant is held on the day.
func (g Grant) On(d day.Day) bool { return g.From <= d && d < g.Until }
