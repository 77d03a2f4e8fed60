package casework

import (
	"time"

	"cutout/internal/compartment"
	"cutout/internal/custody"
	"cutout/internal/leak"
	"cutout/internal/officer"
	"cutout/internal/store"
)

// Frame is what stands around every page: how many of each thing the officer may see, and how closely what is on the page
// is held.
type Frame struct {
	Label    compartment.Label
	Counts   map[string]Count
	Findings int
	Waiting  Waiting
	Duties   []officer.Duty // held by the reader today
	AsKnown  time.Time      // zero: as known now
	Now      time.Time
}

// Waiting is what others have asked and the reader can decide now.
type Waiting struct{ Openings, Proposals int }

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
	counts, err := w.Counts(mostCounted, railKinds...)
	if err != nil {
		return err
	}
	f.Counts = map[string]Count{}
	for _, k := range railKinds {
		f.Counts[k] = Count{min(counts[k], mostCounted), counts[k] > mostCounted}
	}
	f.Findings = min(counts[""], mostCounted)
	return w.waits(f)
}

// waits counts, among the newest requests and proposals the reader takes part in, those that wait for him. They are not on
// the page: its label was taken before.
func (w *work) waits(f *Frame) error {
	f.Waiting = Waiting{}
	if w.holds(approverDuties) {
		rs, _, err := list[custody.RequestID, custody.Request](w, store.Query{Kind: kindOpening, Limit: mostCounted})
		if err != nil {
			return err
		}
		for _, r := range rs {
			if w.mayApprove(r.Value) {
				f.Waiting.Openings++
			}
		}
	}
	if !w.holds(actProposals.duties) {
		return nil
	}
	rs, _, err := list[custody.ProposalID, custody.Proposal](w, store.Query{Kind: kindProposal, Limit: mostCounted})
	if err != nil {
		return err
	}
	for _, r := range rs {
		if r.Value.Ended != "" || !w.Now().Before(r.Value.Expires) {
			continue
		}
		who, need, err := w.deciders(r.Value)
		if err != nil {
			return err
		}
		if w.mayDecide(r.Value, who, need) {
			f.Waiting.Proposals++
		}
	}
	if leak.On("proposals_all") {
		f.Waiting.Proposals = w.HowMany(kindProposal)
	}
	return nil
}
