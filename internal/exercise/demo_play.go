package exercise

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"cutout/internal/casework"
	"cutout/internal/officer"
	"cutout/internal/report"
)

// play is a story being played: what was made so far, by its name in the story, and who sits at his place.
type play struct {
	*casework.Desk
	story    *story
	clock    *storyClock
	made     map[string]any
	officers map[string]officer.Officer
	seen     map[string]time.Time // when an officer's keys were last used
	queue    []step
}

// step is one act. Acts of one day stand in the order of their ranks.
type step struct {
	on, rank int
	what     string
	run      func(context.Context) error
}

// The order of acts within a day: nothing is spoken of before it is made.
const (
	rankUnit = iota
	rankParty
	rankSource
	rankAssign
	rankRequirement
	rankAuthority
	rankTask
	rankPlan
	rankContact
	rankReport
	rankOutcome
	rankRelease
	rankApprove
	rankSend
	rankReader
	rankProduct
	rankNotice
	rankRecall
	rankAnswer
	rankEnd
	rankCase
)

// keyIdle is how long before the door closes an idle officer's keys the story signs him in again.
const keyIdle = 12 * time.Minute

func (p *play) add(rank int, a storyAct, what string, run func(context.Context, officer.Officer) error) {
	p.queue = append(p.queue, step{a.On, rank, cmp.Or(what, a.Key) + " by " + a.By + ", day " + strconv.Itoa(-a.On), func(ctx context.Context) error {
		o, err := p.who(a.By)
		if err != nil {
			return err
		}
		return run(ctx, o)
	}})
}

func (p *play) who(name string) (officer.Officer, error) {
	o, ok := p.officers[name]
	if !ok {
		return o, fmt.Errorf("no officer %q in the story", name)
	}
	return o, nil
}

// present signs an officer in, as he would, when his keys are needed and were not used for a while.
func (p *play) present(ctx context.Context, o officer.Officer) error {
	now := p.clock.now()
	if last, ok := p.seen[o.Name]; ok && now.Sub(last) < keyIdle {
		p.seen[o.Name] = now
		return nil
	}
	for _, x := range p.story.Officers {
		if x.Name == o.Name {
			if _, err := p.SignIn(ctx, x.Name, []byte(x.Passphrase)); err != nil {
				return fmt.Errorf("sign in %s: %w", x.Name, err)
			}
			p.seen[o.Name] = now
			return nil
		}
	}
	return fmt.Errorf("no passphrase of %q in the story", o.Name)
}

// keep notes what an act made, unless the act failed. One name stands for one thing.
func (p *play) keep(key string, v any, err error) error {
	if err != nil || key == "" {
		return err
	}
	if old, ok := p.made[key]; ok && old != v {
		return fmt.Errorf("the story has two things named %q", key)
	}
	p.made[key] = v
	return nil
}

// of gives the typed id of what the story calls by a name.
func of[T any](p *play, name string) (T, error) {
	v, ok := p.made[strings.TrimPrefix(name, "@")]
	t, fits := v.(T)
	if !ok || !fits {
		return t, fmt.Errorf("the story has no %T named %q yet", t, name)
	}
	return t, nil
}

var shift = regexp.MustCompile(`^[+-]\d+d$`)

// plain puts ids for names and dates for shifts into every text of a draft. What it cannot find it leaves, and the door
// says so.
func (p *play) plain(s string) string {
	switch {
	case strings.HasPrefix(s, "@"):
		if v, ok := p.made[s[1:]].(fmt.Stringer); ok {
			return v.String()
		}
		if o, ok := p.officers[s[1:]]; ok {
			return o.ID.String()
		}
	case shift.MatchString(s):
		n, err := strconv.Atoi(strings.TrimSuffix(s, "d"))
		if err == nil {
			return p.clock.date(n)
		}
	}
	return s
}

// fill returns a copy of a draft with every text made plain.
func fill[T any](p *play, draft T) T {
	v := reflect.New(reflect.TypeOf(draft)).Elem()
	v.Set(p.filled(reflect.ValueOf(draft)))
	return v.Interface().(T)
}

func (p *play) filled(v reflect.Value) reflect.Value {
	out := reflect.New(v.Type()).Elem()
	switch v.Kind() {
	case reflect.String:
		out.SetString(p.plain(v.String()))
	case reflect.Struct:
		for i := range v.NumField() {
			out.Field(i).Set(p.filled(v.Field(i)))
		}
	case reflect.Slice:
		if v.IsNil() {
			return v
		}
		out.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
		for i := range v.Len() {
			out.Index(i).Set(p.filled(v.Index(i)))
		}
	case reflect.Pointer:
		if v.IsNil() {
			return v
		}
		out.Set(reflect.New(v.Type().Elem()))
		out.Elem().Set(p.filled(v.Elem()))
	default:
		out.Set(v)
	}
	return out
}

// over lays what a draft says over a form: blank fields take the form's.
func over[T any](form, draft T) T {
	out := draft
	f, o := reflect.ValueOf(form), reflect.ValueOf(&out).Elem()
	for i := range o.NumField() {
		if o.Field(i).IsZero() {
			o.Field(i).Set(f.Field(i))
		}
	}
	return out
}

// itemID draws the id of an item, which later items may name.
func itemID() report.ItemID {
	var raw [16]byte
	rand.Read(raw[:])
	return report.ItemID(raw)
}

// steps lists every act of the story in order.
func (p *play) steps() []step {
	p.unit()
	p.custody()
	p.sources()
	p.collection()
	p.contacts()
	p.releases()
	p.afterwards()
	p.cases()
	slices.SortStableFunc(p.queue, func(a, b step) int { return cmp.Or(cmp.Compare(b.on, a.on), cmp.Compare(a.rank, b.rank)) })
	return p.queue
}

// answerFindings does what the story's officers did about what the watch raised.
func (p *play) answerFindings(ctx context.Context) error {
	for _, f := range p.story.Findings {
		o, err := p.who(f.By)
		if err != nil {
			return err
		}
		page, err := p.Watch(ctx, o, false)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(page.Findings, func(l casework.FindingLine) bool { return l.Rule == f.Rule })
		if i < 0 {
			return fmt.Errorf("exercise: the watch shows %s no finding of %s", f.By, f.Rule)
		}
		if err := p.AnswerFinding(ctx, o, f.Rule, page.Findings[i].Key, f.Kind, f.Reason); err != nil {
			return fmt.Errorf("exercise: finding %s by %s: %w", f.Rule, f.By, err)
		}
	}
	return nil
}
