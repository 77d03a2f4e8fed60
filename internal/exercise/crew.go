package exercise

import (
	"context"

	"cutout/internal/casework"
	"cutout/internal/compartment"
	"cutout/internal/day"
	"cutout/internal/exercise/casefile"
	"cutout/internal/officer"
)

// Crew are the officers at whose hands a case is played, one for each kind of act. All hold the Desk and are cleared for
// every level a source's file may have. Two fields may name one officer only where no two of his duties check each other.
type Crew struct {
	Desk      compartment.ID  // the desk compartment that receives the case; the case should have it for itself
	Registrar officer.Officer // parties, sources, roles, lives, who knows whom
	Intake    officer.Officer // contacts and reports
	Analyst   officer.Officer // links, outcomes, uses, notices, assessments, credits
	Validator officer.Officer // may be the zero Officer; else he holds the sources' compartments too
	// MoveTo sets the desk's clock to a day of the case before the acts of that day. It is nil in a unit whose clock runs
	// by itself: the whole case is then written down today, with its own dates in the records, as an import is.
	MoveTo func(day.Day)
}

// PlayInto plays a case into a unit that is already at work: the same acts as Replay, through the same door, by the crew.
// It needs one desk compartment to itself and leaves the watch to the unit. A case already played is played again.
func PlayInto(ctx context.Context, d *casework.Desk, crew Crew, c *casefile.Case) error {
	return newPlayer(d, crew, c).playAll(ctx)
}
