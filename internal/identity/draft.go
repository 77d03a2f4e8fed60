package identity

import (
	"cutout/internal/day"
	"cutout/internal/draft"
	"cutout/internal/fault"
	"cutout/internal/source"
)

// Draft is an identity as given. Its faults never repeat what was written: faults are shown and logged.
type Draft struct {
	Names     []NameDraft     `json:"names" yaml:"names"`
	Born      string          `json:"born" yaml:"born"`
	BornAt    string          `json:"born_at" yaml:"born_at"`
	Sex       string          `json:"sex" yaml:"sex"`
	Countries []string        `json:"countries" yaml:"countries"`
	Documents []DocumentDraft `json:"documents" yaml:"documents"`
	Contacts  []ContactDraft  `json:"contacts" yaml:"contacts"`
	Employer  string          `json:"employer" yaml:"employer"`
	Post      string          `json:"post" yaml:"post"`
	Marks     string          `json:"marks" yaml:"marks"`
	Photos    []string        `json:"photos" yaml:"photos"`
	Note      string          `json:"note" yaml:"note"`
}

// NameDraft is a name as given.
type NameDraft struct {
	Full     string   `json:"full" yaml:"full"`
	Script   string   `json:"script" yaml:"script"`
	Given    string   `json:"given" yaml:"given"`
	Fathers  []string `json:"fathers" yaml:"fathers"`
	Family   string   `json:"family" yaml:"family"`
	Kunya    string   `json:"kunya" yaml:"kunya"`
	Nisba    string   `json:"nisba" yaml:"nisba"`
	Nickname string   `json:"nickname" yaml:"nickname"`
	Kind     string   `json:"kind" yaml:"kind"`
}

// DocumentDraft is a paper as given.
type DocumentDraft struct {
	Kind    string `json:"kind" yaml:"kind"`
	Number  string `json:"number" yaml:"number"`
	Country string `json:"country" yaml:"country"`
	Expires string `json:"expires" yaml:"expires"`
}

// ContactDraft is a way to reach him as given.
type ContactDraft struct {
	Kind  string `json:"kind" yaml:"kind"`
	Value string `json:"value" yaml:"value"`
	Safe  string `json:"safe" yaml:"safe"`
	Note  string `json:"note" yaml:"note"`
}

// New reads a draft. At least one name is needed.
func New(d Draft, words source.Vocabulary, today day.Day) (Person, fault.Faults) {
	r := draft.New(words)
	p := Particulars{Born: r.Past("born", d.Born, today), BornAt: r.Identifier("born_at", d.BornAt), Sex: r.Identifier("sex", d.Sex),
		Countries: r.Identifiers("countries", d.Countries), Employer: r.Identifier("employer", d.Employer), Post: r.Identifier("post", d.Post),
		Marks: r.Text("marks", d.Marks, draft.NoteLimit), Photos: r.Refs("photos", d.Photos, "doc"), Note: r.Text("note", d.Note, draft.NoteLimit)}
	if len(d.Names) == 0 {
		r.Need("names", "")
	}
	if r.Few("names", len(d.Names)) {
		for i, n := range d.Names {
			f := draft.At("names", i) + "."
			r.Need(f+"full", n.Full)
			p.Names = append(p.Names, Name{r.Identifier(f+"full", n.Full), r.Identifier(f+"script", n.Script), r.Identifier(f+"given", n.Given),
				r.Identifiers(f+"fathers", n.Fathers), r.Identifier(f+"family", n.Family), r.Identifier(f+"kunya", n.Kunya),
				r.Identifier(f+"nisba", n.Nisba), r.Identifier(f+"nickname", n.Nickname),
				draft.One(r, f+"kind", n.Kind, NameKind("true"), "alias", "former")})
		}
	}
	if r.Few("documents", len(d.Documents)) {
		for i, c := range d.Documents {
			f := draft.At("documents", i) + "."
			r.Need(f+"kind", c.Kind)
			r.Need(f+"number", c.Number)
			p.Documents = append(p.Documents, Document{r.Identifier(f+"kind", c.Kind), r.Identifier(f+"number", c.Number),
				r.Identifier(f+"country", c.Country), r.Day(f+"expires", c.Expires)})
		}
	}
	if r.Few("contacts", len(d.Contacts)) {
		for i, c := range d.Contacts {
			f := draft.At("contacts", i) + "."
			r.Need(f+"kind", c.Kind)
			r.Need(f+"value", c.Value)
			p.Contacts = append(p.Contacts, Contact{r.Identifier(f+"kind", c.Kind), r.Identifier(f+"value", c.Value), r.Flag(f+"safe", c.Safe),
				r.Text(f+"note", c.Note, draft.NoteLimit)})
		}
	}
	for i := range r.Faults {
		delete(r.Faults[i].Params, "Given") // what was written may be a true name
	}
	if len(r.Faults) > 0 {
		return Person{}, r.Faults
	}
	person, err := Seal(p)
	p.Wipe()
	if err != nil {
		r.Add("names", "identity.unsealable")
	}
	return person, r.Faults
}
