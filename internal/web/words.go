package web

import (
	"cutout/internal/profile"
	"cutout/internal/wording"
)

// say is a name of the rule pack in the reader's language.
func say(w *wording.Words, name profile.Words) string {
	return name.In(w.Lang())
}
