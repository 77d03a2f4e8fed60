package casework

import (
	"context"
	"regexp"
	"strings"
	"time"

	"cutout/internal/officer"
	"cutout/internal/store"
)

// mostDraft bounds a kept draft, in bytes: a form of the most items with the longest texts fits.
const mostDraft = 2 << 20

// KeptDraft is what an officer has typed and not yet handed in. Only he reads it; it is no record and is not on the log.
type KeptDraft struct {
	Name  string
	Saved time.Time
	Body  []byte
}

// KeepDraft keeps a form under a name; an empty body throws it away.
func (d *Desk) KeepDraft(ctx context.Context, o officer.Officer, name string, body []byte) error {
	if name == "" || len(name) > 200 || strings.ContainsRune(name, 0) || len(body) > mostDraft {
		return fieldFault("draft", "draft.size")
	}
	return d.report("draft.keep", shown(d.store.SaveDraft(ctx, o, name, body)))
}

// KeptDrafts lists the officer's own drafts, newest first. A draft named after a record that he may not see, any more or at
// all, is not listed: the list would tell him that it is still there.
func (d *Desk) KeptDrafts(ctx context.Context, o officer.Officer) ([]KeptDraft, error) {
	ds, err := d.store.Drafts(ctx, o, namings)
	out := make([]KeptDraft, len(ds))
	for i, x := range ds {
		out[i] = KeptDraft(x)
	}
	return out, d.report("draft.list", shown(err))
}

var idInName = regexp.MustCompile(`\b[a-z]{3}_[0-9a-z]{26}\b`)

// namings are the records that the name of a draft speaks of: a page's path with ids in it, and what it is about.
func namings(name string) (out []store.Naming) {
	for _, s := range idInName.FindAllString(strings.ToLower(name), -1) {
		raw, ok := rawID(s)
		if !ok {
			continue
		}
		switch prefix, _, _ := strings.Cut(s, "_"); prefix {
		case "itm":
			out = append(out, store.Naming{Kind: kindReport, Mark: "item", ID: raw})
		default:
			if kind := kindOfPrefix(prefix); kind != "" {
				out = append(out, store.Naming{Kind: kind, ID: raw})
			}
		}
	}
	return out
}
