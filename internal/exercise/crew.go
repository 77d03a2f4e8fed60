package exercise

import (
	"context"

	"cutout/internal/casework"
	"cutout/internal/compartment"
	"cutout/internal/day"
	"cutout/internal/exercise/casefile"
	"cutout/internal/officer"
)

// Crew are the officers at whose hands a case is played, one for each kind of act. Registrar, Intake and Analyst are
// needed; each of the others, when given, is assigned to every source of the case, so that the watch can tell him what it
// finds. All hold the Desk and are cleared for the level of a source's file. One officer may stand in two places only
// where no two of his duties check each other.
type Crew struct {
	Desk      compartment.ID  // the desk that receives the case; it should have it for itself
	Registrar officer.Officer // parties, sources, roles, lives, who knows whom
	Intake    officer.Officer // contacts and reports
	Analyst   officer.Officer // links, outcomes, uses, notices, assessments, credits

	Handler, Controller, Authorizing, Manager, Release, Validator officer.Officer

	// MoveTo sets the desk's clock to a day of the case before the acts of that day. It is nil in a unit whose clock runs
	// by itself: the whole case is then written down today, with its own dates in the records, as an import is.
	MoveTo func(day.Day)
	// Present signs an officer in again before an act that needs his keys; nil where they stay open.
	Present func(context.Context, officer.Officer) error
}

// PlayInto plays a case into a unit that is already at work: the same acts as Replay, through the same door, by the crew.
// It leaves the watch to the unit. A case played twice is there twice. What the door does not take is listed by
// PlayIntoReport; PlayInto stops only where the door fails or ctx ends.
func PlayInto(ctx context.Context, d *casework.Desk, crew Crew, c *casefile.Case) error {
	_, err := PlayIntoReport(ctx, d, crew, c)
	return err
}

// PlayIntoReport is PlayInto with the list of what was not translated into an act, and why.
func PlayIntoReport(ctx context.Context, d *casework.Desk, crew Crew, c *casefile.Case) ([]Untranslated, error) {
	if crew.Desk.IsZero() || crew.Registrar.ID.IsZero() || crew.Intake.ID.IsZero() || crew.Analyst.ID.IsZero() {
		return nil, errNoCrew
	}
	p := newPlayer(d, crew, c)
	for _, group := range p.days {
		if err := p.playDay(ctx, group); err != nil {
			return nil, err
		}
	}
	return p.untranslated(), nil
}
