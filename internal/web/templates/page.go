package templates

import (
	"time"

	"cutout/internal/fault"
)

// Page is what the layout needs of every page. Body is the page's own data; its "main" reads {{with .Body}}.
type Page struct {
	Lang    string // "en" or "ar"
	Theme   string // "light", "dark" or "" for as the machine
	Tone    string // color of the level: grey, green, blue, red, orange, violet
	Label   string // the label line: the Join of everything on the page, in the pack's words
	Title   string // of the window; the page writes its own heading
	Section string // the name of the current RailLink
	Rail    []RailLink
	Officer string // account name of the reader; empty before sign-in
	Duties  string // the reader's duties in his language
	Path    string // address of this page, to come back to after a change of language or theme
	Flash   *Flash
	Now     time.Time // printed at the foot of the paper
	Body    any
}

// RailLink is one section in the rail. Name is the message "nav."+Name; Count below zero shows none; Key is the letter
// after g (the search has "/"); Apart draws a line above.
type RailLink struct {
	Name, Href, Key string
	Count           int
	More            bool // there are more than Count
	Apart           bool
}

// Rail is the sections of the program in their order. A section without a count shows none.
func Rail(counts map[string]int) []RailLink {
	rail := []RailLink{
		{Name: "watch", Key: "w"}, {Name: "sources", Key: "s"}, {Name: "candidates", Key: "k"}, {Name: "requirements", Key: "q"},
		{Name: "contacts", Key: "c"}, {Name: "reports", Key: "r"}, {Name: "releases", Key: "l"}, {Name: "inbox", Key: "i"}, {Name: "products", Key: "p"}, {Name: "network", Key: "n"},
		{Name: "documents", Key: "d"}, {Name: "notices", Key: "t"}, {Name: "openings", Key: "a", Apart: true}, {Name: "custody", Key: "u"}, {Name: "oversight", Key: "o"}, {Name: "search", Key: "/"},
	}
	for i := range rail {
		rail[i].Href = "/" + rail[i].Name
		rail[i].Count = -1
		if n, ok := counts[rail[i].Name]; ok {
			rail[i].Count = n
		}
	}
	return rail
}

// Flash is one sentence about what just happened. Kind is "", "warn" or "bad".
type Flash struct {
	Kind, Text string
	Href, Word string // a quiet line with somewhere to go
}

// Act is a button that leads somewhere, or, with Do set, posts to Href. Key is "new" or "edit" where a key presses it.
type Act struct {
	Href, Word, Key string
	Quiet, Do       bool
}

// Finding is what the watch raised. Severity is life, legal, integrity or quality; Kind the word shown for it.
type Finding struct {
	Severity, Kind, Due string
	Title, Why          string
	Evidence            []Chip
	Act                 *Act
}

// Chip names a record: its reference or code name, and a word about it.
type Chip struct{ Href, Ref, Note string }

// Fact is one of the four facts under a title. Grade puts a letter in a box before the value; Clock draws a bar under it.
type Fact struct {
	Name, Value, Note, Grade string
	Clock                    *Clock
}

// Clock is time used of time allowed, in whole units (days). Label says it in words.
type Clock struct {
	Used, Whole int
	Label       string
	Late        bool
}

// Tab is one view of a record. Count below zero shows none.
type Tab struct {
	Name, Href string
	Count      int
	Current    bool
}

// Seal stands where the identity would: who may open it, and whether the reader is one of them (then Act opens it).
type Seal struct {
	OpensTo   string
	Yours     bool
	Destroyed bool
	Act       *Act
	Lines     []string // who else can open or restore it, and what is to be sealed anew
	More      []Act    // asking, sealing anew, destroying
}

// Field is one field of a form. Kind: text, textarea, select, radio, checks, grade, suggest, search, password, hidden.
// Value is what stands in it, Values what is ticked in checks. Faults are those of this field. Dir is "auto" unless set:
// "ltr" for references, dates and grades.
type Field struct {
	Kind, Name, Label, Help, Value string
	Values                         []string
	Options                        []Option
	Required                       bool
	Faults                         fault.Faults
	Dir, Complete                  string
	Rows                           int
	Short                          bool
}

// ID is the field's place on the page, where fault summaries lead.
func (f Field) ID() string { return f.Name }

// Has reports whether the value is chosen.
func (f Field) Has(value string) bool {
	if f.Kind != "checks" {
		return f.Value == value
	}
	for _, v := range f.Values {
		if v == value {
			return true
		}
	}
	return false
}

// Option is one choice: its value, its word, and a line under it.
type Option struct{ Value, Word, Note string }

// Pager leads through a list by cursors, which are bound to the reader. Shown is a phrase such as "31 sources".
type Pager struct{ First, Next, Shown string }

// Empty is a list with nothing in it: Name chooses "empty.NAME_title" and "empty.NAME"; Query fills the search's.
type Empty struct {
	Name, Query string
	Act         *Act
}

// Wrong is an error page: Kind is notfound, refused, invalid, conflict or internal. Who fills refused, Incident internal.
type Wrong struct{ Kind, Who, Incident string }

// Bar is one kind of knowledge: how many items were decided and how many of these were true.
type Bar struct {
	Name      string
	True, All int
}
