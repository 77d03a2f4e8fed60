package casework

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"slices"
	"sync"
	"time"

	"cutout/internal/compartment"
	"cutout/internal/day"
	"cutout/internal/leak"
	"cutout/internal/officer"
	"cutout/internal/store"
	"cutout/internal/watch"
)

var (
	actWatch    = act{"watch.look", anyone}
	actFindings = act{"watch.answer", inside}
)

// watchState runs the watch behind the acts: an act leaves a mark in its own transaction, and the watch follows as soon
// as it can, taking many acts together when they come fast.
type watchState struct {
	stir chan struct{}
	quit chan struct{}
	gone chan struct{}
	mu   sync.Mutex // one run at a time
	last day.Day
}

func hexID(v store.ID) string { return hex.EncodeToString(v[:]) }

func (d *Desk) location() *time.Location { return time.UTC }

func (d *Desk) startWatch() {
	if d.cfg.QuietWatch {
		return
	}
	d.watch.stir, d.watch.quit, d.watch.gone = make(chan struct{}, 1), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(d.watch.gone)
		clock := time.NewTicker(time.Minute)
		defer clock.Stop()
		d.stirWatch() // what an earlier run left undone
		for {
			select {
			case <-d.watch.quit:
				return
			case <-d.watch.stir:
			case <-clock.C:
				if d.store.Today() == d.watch.last {
					continue
				}
			}
			began := time.Now()
			ctx, cancel := context.WithCancel(context.Background())
			go func() {
				select {
				case <-d.watch.quit:
					cancel()
				case <-ctx.Done():
				}
			}()
			if err := d.settleSafely(ctx); err != nil && ctx.Err() == nil {
				d.logs.Error("watch", "error", err.Error())
			}
			cancel()
			// The watch takes at most a fifth of the machine's time however fast acts come.
			rest := max(4*time.Since(began), 50*time.Millisecond)
			select {
			case <-d.watch.quit:
				return
			case <-time.After(min(rest, time.Minute)):
			}
		}
	}()
}

func (d *Desk) stopWatch() {
	if d.watch.quit != nil {
		close(d.watch.quit)
		<-d.watch.gone
		d.watch.quit = nil
	}
}

func (d *Desk) stirWatch() {
	if d.watch.stir == nil {
		return
	}
	select {
	case d.watch.stir <- struct{}{}:
	default:
	}
}

// Settle runs the watch now, for every officer whom a rule may tell something, each with his own eyes. It returns when
// all that the acts so far give rise to has been raised or cleared.
func (d *Desk) Settle(ctx context.Context) error {
	d.watch.mu.Lock()
	defer d.watch.mu.Unlock()
	today := d.store.Today()
	due, err := d.store.TakeDue(ctx)
	if err != nil {
		return err
	}
	if len(due) == 0 && d.watch.last == today {
		return nil
	}
	as, err := d.store.Readers(ctx)
	if err != nil {
		return err
	}
	seen := map[string][]raised{}
	for _, a := range as {
		if err := ctx.Err(); err != nil {
			return err
		}
		if a.Rights.Closed || !slices.ContainsFunc(a.Rights.Grants, func(g officer.Grant) bool { return g.On(today) && slices.Contains(inside, g.Duty) }) {
			continue
		}
		if err := d.watchFor(ctx, a, seen); err != nil {
			return err
		}
	}
	d.watch.last = today
	return nil
}

// raised is a finding with the label of everything that made it fire.
type raised struct {
	watch.Finding
	label compartment.Label
}

// watchFor looks with one reader's eyes and writes what changed for him. Readers of the same reach share one sweep, unless
// origin marks stand in it: two readers must not be able to compare theirs.
func (d *Desk) watchFor(ctx context.Context, a store.Account, shared map[string][]raised) error {
	_, err := d.store.Watch(ctx, officer.Officer{ID: a.ID, Name: a.Name}, func(tx *store.Tx) (store.Changes, error) {
		w := &work{tx, d}
		reach, err := w.ReachKey()
		if err != nil {
			return store.Changes{}, err
		}
		found, ok := shared[reach]
		if !ok {
			v, common, err := w.watchView()
			if err != nil {
				return store.Changes{}, err
			}
			for _, f := range watch.Sweep(v, w.Today(), d.thresholds()) {
				var ls []compartment.Label
				for _, l := range f.Labels {
					ls = append(ls, v.Labels[l])
				}
				found = append(found, raised{f, compartment.Join(ls...)})
			}
			if common || leak.On("origin_shared") {
				shared[reach] = found
			}
		}
		open, err := w.Findings(true)
		if err != nil {
			return store.Changes{}, err
		}
		return w.changes(found, open)
	})
	return err
}

func (w *work) changes(found []raised, open []store.Finding) (store.Changes, error) {
	var ch store.Changes
	still := map[string]bool{}
	was := map[string]bool{}
	for _, f := range open {
		was[f.Rule+" "+f.Subject] = true
	}
	for _, f := range found {
		if !w.holds(f.Told) {
			continue
		}
		subject := w.subjectKey(f.Key)
		k := f.Rule + " " + subject
		still[k] = true
		if was[k] {
			continue
		}
		body, err := json.Marshal(f.Finding)
		if err != nil {
			return ch, err
		}
		ch.Raise = append(ch.Raise, store.Finding{ID: fresh[store.ID](w), Rule: f.Rule, Subject: subject, Raised: f.Raised, Label: f.label, Body: body})
	}
	for _, f := range open {
		if !still[f.Rule+" "+f.Subject] {
			ch.Clear = append(ch.Clear, f.ID)
		}
	}
	return ch, nil
}

// subjectKey is the key of a finding as the store keeps it: a key may hold the word of a topic or a product.
func (w *work) subjectKey(key string) string {
	v := w.Word("finding", key).Value
	return hexID(v)
}

func (d *Desk) thresholds() watch.Thresholds {
	out := watch.Thresholds{}
	for _, t := range d.pack.Thresholds() {
		if t.FromPack {
			out[t.Name] = t.Value
		}
	}
	return out
}

// FindingLine is one finding with what was done about it.
type FindingLine struct {
	watch.Finding
	Cleared day.Day // day.Never while open
	Acts    []FindingAct
	Names   map[string]string // short names of the records it speaks of, as far as the officer may see them
}

// FindingAct is something an officer did about a finding: acknowledged it, took it over, or answered it with reasons.
type FindingAct struct {
	Rule   string     `json:"rule"`
	Key    string     `json:"key"`
	Kind   string     `json:"kind"` // acknowledge, assign, resolve, reopen
	To     officer.ID `json:"to,omitzero"`
	Reason string     `json:"reason,omitempty"`
	By     string     `json:"by"`
	On     day.Day    `json:"on"`
}

// WatchPage is what needs the officer, worst first, oldest first within severity.
type WatchPage struct {
	Frame
	Findings []FindingLine
}

// Watch shows the officer's open findings, or with past also those whose cause has ended.
func (d *Desk) Watch(ctx context.Context, o officer.Officer, past bool) (p WatchPage, err error) {
	err = d.look(ctx, o, actWatch, "finding", "", func(w *work) error {
		p = WatchPage{}
		fs, err := w.Findings(!past)
		if err != nil {
			return err
		}
		acts, err := all[store.ID, FindingAct](w, store.Query{Kind: kindFindingAct, Oldest: true})
		if err != nil {
			return err
		}
		for _, f := range fs {
			l := FindingLine{Cleared: f.Cleared}
			if err := json.Unmarshal(f.Body, &l.Finding); err != nil {
				return err
			}
			for _, a := range acts {
				if a.Value.Rule == l.Rule && a.Value.Key == l.Key {
					l.Acts = append(l.Acts, a.Value)
				}
			}
			if l.Names, err = w.namesOf(append(slices.Clone(l.Subjects), l.Evidence...)); err != nil {
				return err
			}
			p.Findings = append(p.Findings, l)
		}
		slices.SortStableFunc(p.Findings, func(a, b FindingLine) int {
			if c := a.Severity.Rank() - b.Severity.Rank(); c != 0 {
				return c
			}
			return int(a.Raised - b.Raised)
		})
		return w.frame(&p.Frame)
	})
	return p, err
}

// AnswerFinding records what an officer did about a finding of his. Resolving without an act takes written reasons, and
// nobody resolves a finding whose subject he is.
func (d *Desk) AnswerFinding(ctx context.Context, o officer.Officer, rule, key, kind, reason string) error {
	if !slices.Contains([]string{"acknowledge", "assign", "resolve", "reopen"}, kind) {
		return fieldFault("kind", "field.choice", "Given", kind, "Allowed", "acknowledge, assign, resolve, reopen")
	}
	if kind == "resolve" && reason == "" {
		return fieldFault("reason", "field.required")
	}
	if f := d.vocabulary().Text("reason", reason, 5000); len(f) > 0 {
		return invalid(f)
	}
	return d.do(ctx, o, actFindings, "finding", "", func(w *work) error {
		fs, err := w.Findings(true)
		if err != nil {
			return err
		}
		for _, f := range fs {
			if f.Rule != rule || f.Subject != w.subjectKey(key) {
				continue
			}
			var v watch.Finding
			if err := json.Unmarshal(f.Body, &v); err != nil {
				return err
			}
			if kind == "resolve" && slices.Contains(v.Subjects, o.ID.String()) {
				return refused("finding.own")
			}
			return w.Insert(store.Entering{Kind: kindFindingAct, ID: fresh[store.ID](w), Label: f.Label,
				Body: FindingAct{Rule: rule, Key: key, Kind: kind, Reason: reason, By: o.Name, On: w.Today()}})
		}
		return store.ErrNotFound
	})
}
