package casework

import (
	"hash/maphash"
	"strings"
	"sync"
	"time"
	"unicode"

	"cutout/internal/leak"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// canonical is the one form of an account name, however it is typed: case, blanks, invisible characters and Unicode's
// several ways to write a letter are no other account.
func canonical(name string) string {
	if len(name) > maxTyped {
		name = name[:maxTyped] // no account has so long a name; it is answered like any that does not exist
	}
	name = cases.Fold().String(norm.NFKC.String(name))
	return norm.NFKC.String(strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Cc, r) {
			return -1
		}
		return r
	}, name))
}

// maxTyped bounds the bytes of a name looked at.
const maxTyped = 256

// limiter counts attempts that can be guesses (passphrases, codes) per account name, whether the account exists and
// whichever porch they come by; nothing a client says of its address is looked at. Names share a fixed number of places
// by a hash of their own for each run of the program: it cannot grow, and filling it with other names forgets nothing.
type limiter struct {
	mu     sync.Mutex
	seed   maphash.Seed
	places []attempts
}

type attempts struct {
	n     int
	since time.Time
}

// Attempts an account name may have in a window before it has to wait, and the places of the table.
const (
	maxAttempts   = 10
	attemptWindow = 10 * time.Minute
	limiterPlaces = 1 << 15
)

func (l *limiter) place(name string) *attempts {
	if l.places == nil {
		l.seed, l.places = maphash.MakeSeed(), make([]attempts, limiterPlaces)
	}
	return &l.places[maphash.String(l.seed, name)%limiterPlaces]
}

func (l *limiter) allow(name string, now time.Time) bool {
	if leak.On("limiter_shared") {
		name = ""
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	a := l.place(name)
	if now.Sub(a.since) > attemptWindow {
		*a = attempts{since: now}
	}
	a.n++
	return a.n <= maxAttempts
}

func (l *limiter) forget(name string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	*l.place(name) = attempts{}
}
