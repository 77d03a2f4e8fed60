package exercise

import (
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"

	"cutout/internal/casework"
	"cutout/internal/day"
	"cutout/internal/exercise/casefile"
	"cutout/internal/officer"
	"cutout/internal/vault"
	"cutout/internal/watch"
)

// Line is one finding of a replay, in the words of the case file: the first time that its cause was visible.
type Line struct {
	Case        string   `json:"case"`
	Rule        string   `json:"rule"`
	FirstRaised string   `json:"first_raised"` // YYYY-MM-DD
	Subjects    []string `json:"subjects"`     // ids of the file, and topics or products it names
	Severity    string   `json:"severity"`
}

// Played is all that a replay gives.
type Played struct {
	Lines        []Line
	Untranslated []Untranslated
}

// Replay plays one case file in date order into a fresh store in memory, through the door, and returns the findings of the
// watch, earliest first. name is used in messages. progress, when not nil, is told how many days of how many are done. The
// same file gives the same lines. The error is a *casefile.Error for a file that is no case.
func Replay(ctx context.Context, name string, r io.Reader, progress func(done, total int)) ([]Line, error) {
	p, err := ReplayFully(ctx, name, r, progress)
	return p.Lines, err
}

// ReplayFully is Replay with the list of what was not translated into an act, and why.
func ReplayFully(ctx context.Context, name string, r io.Reader, progress func(done, total int)) (Played, error) {
	c, err := casefile.Parse(name, r)
	if err != nil {
		return Played{}, err
	}
	return replayInto(ctx, casework.Config{Path: ":memory:"}, c, progress)
}

// replayInto plays a case into a fresh store of the given place.
func replayInto(ctx context.Context, cfg casework.Config, c *casefile.Case, progress func(done, total int)) (_ Played, err error) {
	s := &stage{clock: &caseClock{}, random: newStream()}
	cfg.Key = vault.NewStoreKey()
	defer cfg.Key.Clear()
	cfg.Clock, cfg.QuietWatch, cfg.Logs = s.clock.now, true, slog.New(slog.DiscardHandler)
	cfg.Random = func(officer.ID) io.Reader { return s.random }
	p := newPlayer(nil, Crew{}, c)
	p.random = s.random
	if len(p.days) == 0 {
		return Played{}, nil
	}
	s.clock.to(p.days[0][0].Day)
	crew, err := s.open(ctx, cfg, c)
	if err != nil {
		return Played{}, err
	}
	defer s.desk.Close()
	p.desk, p.crew = s.desk, crew
	for i, group := range p.days {
		if i > 0 { // what ran out since the last acts, before these can change it
			if err := s.lookOn(ctx, max(group[0].Day.Add(-1), p.days[i-1][0].Day)); err != nil {
				return Played{}, err
			}
		}
		if err := p.playDay(ctx, group); err != nil {
			return Played{}, err
		}
		if err := s.desk.Settle(ctx); err != nil {
			return Played{}, fmt.Errorf("exercise: the watch: %w", err)
		}
		if progress != nil {
			progress(i+1, len(p.days))
		}
	}
	end := p.days[len(p.days)-1][0].Day
	if last := c.Metadata.Period.Value.End; last.Has() {
		end = max(end, last.Value.Last)
	}
	if err := s.lookOn(ctx, end); err != nil {
		return Played{}, err
	}
	lines, err := s.lines(ctx, p)
	return Played{lines, p.untranslated()}, err
}

// stage is the invented unit a case is played in.
type stage struct {
	desk   *casework.Desk
	clock  *caseClock
	random *stream
	all    []officer.Officer // everyone the watch may tell something
}

// lookOn runs the watch on a day.
func (s *stage) lookOn(ctx context.Context, on day.Day) error {
	s.clock.to(on)
	if err := s.desk.Settle(ctx); err != nil {
		return fmt.Errorf("exercise: the watch: %w", err)
	}
	return nil
}

// cast are the officers of the stage by their duties. Their names are duties, so that nobody takes them for people.
var cast = []officer.Duty{officer.Registrar, officer.IntakeOfficer, officer.Analyst, officer.Handler, officer.Controller, officer.AuthorizingOfficer,
	officer.CollectionManager, officer.ReleaseOfficer, officer.Validator}

// stagePassphrase guards nothing: the store it opens is in memory, holds no identity and is gone with the replay.
const stagePassphrase = "a stage for old cases"

// open makes the unit, its desk and its officers.
func (s *stage) open(ctx context.Context, cfg casework.Config, c *casefile.Case) (Crew, error) {
	d, admin, err := casework.Begin(ctx, cfg, casework.UnitDraft{Name: "Casebook stage", Administrator: "stage-manager"}, []byte(stagePassphrase))
	if err != nil {
		return Crew{}, fmt.Errorf("exercise: begin: %w", err)
	}
	s.desk = d
	crew, err := s.seat(ctx, admin)
	if err != nil {
		d.Close()
		return Crew{}, fmt.Errorf("exercise: officers: %w", err)
	}
	return crew, nil
}

func (s *stage) seat(ctx context.Context, admin officer.Officer) (Crew, error) {
	crew := Crew{MoveTo: s.clock.to, Present: s.present}
	desk, err := s.desk.OpenCompartment(ctx, admin, "Old cases")
	if err != nil {
		return crew, err
	}
	crew.Desk = desk
	levels := s.desk.Pack().Levels
	seats := map[officer.Duty]*officer.Officer{officer.Registrar: &crew.Registrar, officer.IntakeOfficer: &crew.Intake, officer.Analyst: &crew.Analyst,
		officer.Handler: &crew.Handler, officer.Controller: &crew.Controller, officer.AuthorizingOfficer: &crew.Authorizing,
		officer.CollectionManager: &crew.Manager, officer.ReleaseOfficer: &crew.Release, officer.Validator: &crew.Validator}
	for _, duty := range cast {
		o, err := s.desk.AddOfficer(ctx, admin, casework.OfficerDraft{Name: "stage-" + string(duty), Clearance: levels[len(levels)-1].Code, Duties: []string{string(duty)}}, []byte(stagePassphrase))
		if err != nil {
			return crew, err
		}
		if err := s.desk.HandCompartment(ctx, admin, o.ID, desk, ""); err != nil {
			return crew, err
		}
		*seats[duty] = o
		s.all = append(s.all, o)
	}
	return crew, nil
}

// present signs an officer in when his keys have closed, as they do from one day of a case to the next.
func (s *stage) present(ctx context.Context, o officer.Officer) error {
	if s.desk.Present(o) {
		return nil
	}
	if _, err := s.desk.SignIn(ctx, o.Name, []byte(stagePassphrase)); err != nil {
		return fmt.Errorf("exercise: sign in %s: %w", o.Name, err)
	}
	return nil
}

// lines collects what the watch told anybody: the first raising of each rule and key, in the ids of the file.
func (s *stage) lines(ctx context.Context, p *player) ([]Line, error) {
	first := map[[2]string]watch.Finding{}
	for _, o := range s.all {
		page, err := s.desk.Watch(ctx, o, true)
		if err != nil {
			return nil, fmt.Errorf("exercise: findings of %s: %w", o.Name, err)
		}
		for _, f := range page.Findings {
			k := [2]string{f.Rule, f.Key}
			if old, ok := first[k]; !ok || f.Raised < old.Raised {
				first[k] = f.Finding
			}
		}
	}
	words := p.codes()
	var out []Line
	for _, f := range first {
		l := Line{Case: p.file.Name, Rule: f.Rule, FirstRaised: f.Raised.String(), Severity: string(f.Severity), Subjects: []string{}}
		key, lead := strings.Split(f.Key, "+"), 0
		for _, id := range f.Subjects {
			v, ok := p.back[id]
			if !ok && words[id] {
				v, ok = id, true
			}
			if ok && !slices.Contains(l.Subjects, v) {
				l.Subjects = append(l.Subjects, v)
				if slices.Contains(key, id) {
					lead = len(l.Subjects)
				}
			}
		}
		slices.Sort(l.Subjects[lead:]) // the key leads; the rest have no order of their own
		out = append(out, l)
	}
	slices.SortFunc(out, func(a, b Line) int {
		return cmp.Or(cmp.Compare(a.FirstRaised, b.FirstRaised), cmp.Compare(a.Rule, b.Rule), slices.Compare(a.Subjects, b.Subjects))
	})
	return out, nil
}

// codes are the plain words of the file that may be the subject of a finding: topics and products.
func (p *player) codes() map[string]bool {
	out := map[string]bool{}
	for _, r := range p.file.Reports {
		for _, c := range r.Claims {
			out[oneLine(c.Topic.Value)] = true
		}
	}
	for _, d := range p.file.Disseminations {
		out[oneLine(d.Product.Value)] = true
	}
	delete(out, "")
	return out
}

// caseClock stands at noon of a day of the case.
type caseClock struct {
	mu sync.Mutex
	at time.Time
}

func (c *caseClock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *caseClock) to(on day.Day) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = on.Time().Add(12 * time.Hour)
}

// stream gives the ids of a replay: the same case gets the same ids, so that nothing that orders by them can differ from
// one run to the next. It protects nothing, and no unit of people may be opened with it.
type stream struct {
	mu sync.Mutex
	r  *rand.ChaCha8
}

func newStream() *stream {
	return &stream{r: rand.NewChaCha8(sha256.Sum256([]byte("cutout casebook replay")))}
}

// Read fills b; it never fails.
func (s *stream) Read(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.r.Read(b)
}
