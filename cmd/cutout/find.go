package main

import (
	"encoding"
	"regexp"
	"strings"

	"cutout/internal/casework"
	"cutout/internal/officer"
	"cutout/internal/source"
)

// finder looks up what a person typed among what he can see, and nowhere else.
type finder struct {
	s *session
	d *casework.Desk
	o officer.Officer
}

var shortRef = regexp.MustCompile(`^[A-Za-z]{1,2}-[0-9A-Za-z]{6}$`)

// id gives the long id of a record or a colleague. Anything that is no short reference is handed on as it is: whether it
// names something is for the door to say.
func (f finder) id(kind, given string) (string, error) {
	given = strings.TrimSpace(given)
	if kind == "officer" {
		return f.officer(given)
	}
	if !shortRef.MatchString(given) {
		return given, nil
	}
	pages := f.pages(kind, strings.ToUpper(given))
	if pages == nil {
		return given, nil
	}
	found := ""
	for cursor := ""; ; {
		ids, next, err := pages(cursor)
		if err != nil {
			return "", err
		}
		for _, v := range ids {
			if v.Ref() == strings.ToUpper(given) {
				if found != "" && found != v.String() { // two records of one reference: only a long id tells them apart
					return "", usage("cli.two-of-one-ref", "Ref", given)
				}
				found = v.String()
			}
		}
		if cursor = next; cursor == "" {
			break
		}
	}
	if found == "" {
		return "", missing()
	}
	return found, nil
}

// lookPage is how many records of a list are looked through at once.
const lookPage = 200

// pages lists what the officer can see of the nouns a reference may belong to.
func (f finder) pages(kind, ref string) func(cursor string) ([]named, string, error) {
	ctx := f.s.ctx
	prefix, _, _ := strings.Cut(ref, "-")
	switch prefix {
	case "S":
		return func(c string) ([]named, string, error) {
			p, err := f.d.Sources(ctx, f.o, c, lookPage)
			return idsOf(p.Sources, func(x casework.SourceLine) named { return x.ID }), p.Next, err
		}
	case "C":
		return func(c string) ([]named, string, error) {
			p, err := f.d.Contacts(ctx, f.o, source.ID{}, c, lookPage)
			return idsOf(p.Contacts, func(x casework.ContactRecord) named { return x.ID }), p.Next, err
		}
	case "R":
		return func(c string) ([]named, string, error) {
			p, err := f.d.Reports(ctx, f.o, source.ID{}, c, lookPage)
			return idsOf(p.Reports, func(x casework.ReportRecord) named { return x.ID }), p.Next, err
		}
	case "D": // a release and the copies of it are quoted alike: the command says which is meant
		if kind == "copy" || kind == "cited" {
			return func(c string) ([]named, string, error) {
				p, err := f.d.Inbox(ctx, f.o, c, lookPage)
				return idsOf(p.Copies, func(x casework.IssuedRecord) named { return x.ID }), p.Next, err
			}
		}
		return func(c string) ([]named, string, error) {
			p, err := f.d.Releases(ctx, f.o, c, lookPage)
			return idsOf(p.Releases, func(x casework.ReleaseFile) named { return x.ID }), p.Next, err
		}
	case "W":
		return func(c string) ([]named, string, error) {
			p, err := f.d.Products(ctx, f.o, c, lookPage)
			return idsOf(p.Products, func(x casework.ProductRecord) named { return x.ID }), p.Next, err
		}
	case "N":
		return func(c string) ([]named, string, error) {
			p, err := f.d.Notices(ctx, f.o, c, lookPage)
			return idsOf(p.Notices, func(x casework.NoticeRecord) named { return x.ID }), p.Next, err
		}
	case "Q":
		return func(string) ([]named, string, error) {
			p, err := f.d.Coverage(ctx, f.o)
			return idsOf(p.Requirements, func(x casework.RequirementRecord) named { return x.ID }), "", err
		}
	case "OP":
		return func(c string) ([]named, string, error) {
			p, err := f.d.Openings(ctx, f.o, lookPage, c)
			return idsOf(p.Openings, func(x casework.OpeningLine) named { return x.ID }), p.Next, err
		}
	case "PR":
		return func(c string) ([]named, string, error) {
			p, err := f.d.Proposals(ctx, f.o, lookPage, c)
			return idsOf(p.Proposals, func(x casework.ProposalLine) named { return x.ID }), p.Next, err
		}
	case "P":
		return func(c string) ([]named, string, error) {
			ps, next, err := f.d.Parties(ctx, f.o, c)
			return idsOf(ps, func(x casework.PartyRecord) named { return x.ID }), next, err
		}
	}
	return nil
}

func idsOf[T any](from []T, of func(T) named) []named {
	out := make([]named, len(from))
	for i, x := range from {
		out[i] = of(x)
	}
	return out
}

// officer finds a colleague by his account name.
func (f finder) officer(given string) (string, error) {
	if given == "" || strings.HasPrefix(given, "off_") {
		return given, nil
	}
	v, err := f.d.OfficerNamed(f.s.ctx, f.o, given)
	return v.String(), err
}

// idText is an id of some noun, read from its text.
type idText[T any] interface {
	*T
	encoding.TextUnmarshaler
}

// parse reads the long form of an id; anything else is answered as a record that is not there.
func parse[T any, P idText[T]](given string) (T, error) {
	var v T
	if strings.TrimSpace(given) == "" || P(&v).UnmarshalText([]byte(given)) != nil {
		return v, missing()
	}
	return v, nil
}
