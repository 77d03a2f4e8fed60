package casework

import (
	"context"
	"strings"
	"time"

	"cutout/internal/officer"
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

// KeptDrafts lists the officer's own drafts, newest first.
func (d *Desk) KeptDrafts(ctx context.Context, o officer.Officer) ([]KeptDraft, error) {
	ds, err := d.store.Drafts(ctx, o)
	out := make([]KeptDraft, len(ds))
	for i, x := range ds {
		out[i] = KeptDraft(x)
	}
	return out, d.report("draft.list", shown(err))
}
