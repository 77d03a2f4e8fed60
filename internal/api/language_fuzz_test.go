package api

import (
	"net/http"
	"slices"
	"testing"

	"cutout/internal/wording"
)

// FuzzAcceptLanguage: whatever a client says it speaks, it is answered in a language there is.
func FuzzAcceptLanguage(f *testing.F) {
	for _, h := range []string{"", "ar", "en-GB;q=0.8, ar;q=0.9", "*", "x-klingon;q=1.0000000001", "ar-ar-ar-ar-ar-ar", ";;;,,,q=", "en-u-cu-usd-va-posix-x-a-b"} {
		f.Add(h)
	}
	f.Fuzz(func(t *testing.T, h string) {
		r := &http.Request{Header: http.Header{"Accept-Language": {h}}}
		if w := spoken(r); w == nil || !slices.Contains(wording.Languages(), w.Lang()) {
			t.Fatalf("%q is answered in no language", h)
		}
	})
}
