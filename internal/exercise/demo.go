// Package exercise builds units at work with known truth: the demonstration, and the cases of the casebook played in date
// order. Every record comes into being through the door, by an officer who may do it, at the time the act is dated; it
// never writes to a store by itself, and everything it invents is unmistakably invented.
//
// The demonstration is the story of a unit at the Port of Sahlan, which is on no map. The story stands as data in the
// files of demo/: who works there, who tells them what and when, what was sent to whom, and what proved wrong. Dates are
// counted in days before today, so that the unit is always at work now.
package exercise

import (
	"context"
	"fmt"
	"slices"
	"time"

	"cutout/internal/casework"
	"cutout/internal/officer"
)

// SignInCard is how to try the demonstration as one of its officers. The passphrases are published: they protect nothing.
type SignInCard struct {
	Name       string
	Passphrase string
	Duties     string // as colleagues list them, joined with ", "
	What       string // what to look at first as this officer, one or two sentences
}

// Cards lists whom the demonstration can be tried as, without building it.
func Cards() ([]SignInCard, error) {
	s, err := loadStory()
	if err != nil {
		return nil, err
	}
	return s.cards(), nil
}

// Demo builds the demonstration in the fresh store that cfg names and opens its door with cfg as given. While it builds,
// the clock is the story's and the watch is quiet; the watch runs once before the door is handed over. progress, when not
// nil, is told after each act how many of how many are done. A store that has a unit already is refused as Begin refuses it.
func Demo(ctx context.Context, cfg casework.Config, progress func(done, total int)) (*casework.Desk, []SignInCard, error) {
	s, err := loadStory()
	if err != nil {
		return nil, nil, err
	}
	now := time.Now()
	if cfg.Clock != nil {
		now = cfg.Clock()
	}
	c := &storyClock{today: now.UTC().Truncate(24 * time.Hour)}
	building := cfg
	building.Clock, building.QuietWatch = c.now, true
	if err := build(ctx, s, building, c, now, progress); err != nil {
		return nil, nil, err
	}
	d, err := casework.Open(ctx, cfg)
	if err != nil {
		return nil, nil, fmt.Errorf("exercise: open the demonstration: %w", err)
	}
	return d, s.cards(), nil
}

// build plays the whole story and closes the store.
func build(ctx context.Context, s *story, cfg casework.Config, c *storyClock, now time.Time, progress func(done, total int)) (err error) {
	c.to(s.Unit.Opened)
	root := s.Officers[slices.IndexFunc(s.Officers, func(o storyOfficer) bool { return o.Name == s.Unit.Administrator })]
	d, admin, err := casework.Begin(ctx, cfg, casework.UnitDraft{Name: s.Unit.Name, Pack: s.Unit.Pack, Languages: s.Unit.Languages, Administrator: root.Name}, []byte(root.Passphrase))
	if err != nil {
		return fmt.Errorf("exercise: begin: %w", err)
	}
	defer func() {
		if e := d.Close(); err == nil && e != nil {
			err = fmt.Errorf("exercise: close: %w", e)
		}
	}()
	p := &play{Desk: d, story: s, clock: c, made: map[string]any{}, seen: map[string]time.Time{}, officers: map[string]officer.Officer{root.Name: admin}}
	steps := p.steps()
	for i, st := range steps {
		if err := ctx.Err(); err != nil {
			return err
		}
		c.to(st.on)
		if err := st.run(ctx); err != nil {
			return fmt.Errorf("exercise: demonstration: %s: %w", st.what, err)
		}
		if progress != nil {
			progress(i+1, len(steps))
		}
	}
	c.stop(now)
	if err := d.Settle(ctx); err != nil {
		return fmt.Errorf("exercise: settle: %w", err)
	}
	if err := p.answerFindings(ctx); err != nil {
		return err
	}
	return p.openings(ctx)
}

// storyClock is the clock of the story: it stands on a day, and every act takes a few minutes of it.
type storyClock struct {
	today time.Time // midnight of the day the story is told
	at    time.Time
}

// actMinutes is how long the story's officers take over one act.
const actMinutes = 3

// The hour at which the story's officers come to work, universal time.
const firstHour = 7

func (c *storyClock) now() time.Time { return c.at }

// to moves to a day, counted back from today; on the same day it moves on by one act.
func (c *storyClock) to(daysAgo int) {
	morning := c.today.AddDate(0, 0, -daysAgo).Add(firstHour * time.Hour)
	if c.at.Before(morning) {
		c.at = morning
		return
	}
	c.at = c.at.Add(actMinutes * time.Minute)
}

func (c *storyClock) stop(t time.Time) { c.at = t }

// date is the day so many days before or after the day of the act.
func (c *storyClock) date(shift int) string { return c.at.AddDate(0, 0, shift).Format(time.DateOnly) }
