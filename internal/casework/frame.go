package casework

import (
	"time"

	"cutout/internal/compartment"
	"cutout/internal/officer"
	"cutout/internal/store"
)

// Frame is what stands around every page: how many of each thing the officer may see, and how closely what is on the page
// is held.
type Frame struct {
	Label    compartment.Label
	Counts   map[string]Count
	Findings int
	Duties   []officer.Duty // held by the reader today
	AsKnown  time.Time      // zero: as known now
	Now      time.Time
}

// Count is a number up to a most; More says that there are more.
type Count struct {
	N    int
	More bool
}

// mostCounted bounds the numbers in the rail: beyond it a number says only "more than", and costs no more.
const mostCounted = 99

// railKinds are the kinds counted in the rail.
var railKinds = []string{kindSource, kindRequirement, kindContact, kindReport, kindRelease, kindIssued}

// frame fills in the frame of a page after everything on it was read.
func (w *work) frame(f *Frame) error {
	l, err := w.SeenLabel()
	if err != nil {
		return err
	}
	f.Label, f.Now, f.Duties = l, w.Now(), w.duties()
	f.Counts = map[string]Count{}
	for _, k := range railKinds {
		n, more, err := w.Count(store.Query{Kind: k}, mostCounted)
		if err != nil {
			return err
		}
		f.Counts[k] = Count{n, more}
	}
	fs, err := w.Findings(true)
	f.Findings = len(fs)
	return err
}
