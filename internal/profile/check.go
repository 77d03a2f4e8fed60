package profile

import (
	"strings"
	"unicode"

	"cutout/internal/fault"
	"cutout/internal/grading"
	"cutout/internal/officer"
)

// needed is every code the program asks a pack for, by vocabulary. A pack may hold more where the vocabulary is open.
var needed = map[string]string{
	"categories": `ADVISOR DIPLOMATIC AGENT ACCESS COURIER CUTOUT ATTACHE NGO DETAINEE REFUGEE LOCAL PATROL SPECREC TRAVELLER
WITNESS VICTIM WALKIN ANON UNDERCOVER LIAISON DEFECTOR EXPERT DOCUMENT`,
	"overlays": `juvenile under-16 vulnerable legally-privileged medical clergy elected journalist prisoner expiring-status
witness-protected fugitive`,
	"contacts": `approach meeting debriefing interview brush-pass dead-drop letter parcel radio telephone message signal broadcast
medical social liaison-meeting review-meeting tip-off`,
	"bases": "direct participant document sub-source hearsay inference unknown",
	"notices": `fabrication-notice recantation recall doubt suspected-control compromise security contradiction dissent similarity
allegation complaint adverse-review finding judgment criticism threat-to-life press-disclosure publication-hold estimate procedure`,
	"limits": `register-retention record-review criminal-conduct-notice error-report instructions validation long-term
undercover-long-term oral-full-text conduct-longest`,
	"requirement-kinds":   "PIR EEI SIR RFI",
	"task-types":          "report confirm introduce report-negative",
	"roles":               "case-officer handler controller authorising-officer recruiter agent access-agent courier cutout support",
	"grounds":             "",
	"particulars":         "",
	"application":         "",
	"safeguards":          "",
	"peace-phases":        "planning engage account closure evaluation",
	"document-categories": "A B C D",
}

// ranks are the ranks of watch.md section 2, which the rules of the watch are written against.
var ranks = map[string]int{"direct": 3, "participant": 3, "document": 3, "sub-source": 2, "hearsay": 1, "inference": 1, "unknown": 0}

// counts are the lists whose length the law or the source fixes: the fourteen particulars (R10) and the thirteen
// safeguards (doctrine 3.10).
var counts = map[string]int{"particulars": 14, "safeguards": 13}

// Check proves that a pack is complete: every word the program asks for is there, every name is in both languages and
// in its own script, the ranks are those of the watch, and every wall of the house between two duties is named. The
// error holds all that is missing.
func Check(p *Pack) error {
	var f fault.Faults
	have := map[string]map[string]bool{}
	term := func(list string, t Term) {
		if have[list] == nil {
			have[list] = map[string]bool{}
		}
		have[list][t.Code] = true
		bilingual(&f, list+"."+t.Code, t.Name)
	}
	bilingual(&f, "name", p.Name)
	bilingual(&f, "jurisdiction", p.Jurisdiction)
	for _, x := range p.Levels {
		term("levels", x.Term)
	}
	for _, x := range p.Categories {
		term("categories", x.Term)
	}
	for _, x := range p.Overlays {
		term("overlays", x.Term)
	}
	for _, x := range p.Authorities {
		term("authorities", x.Term)
	}
	for _, x := range p.Limits {
		term("limits", x.Term)
	}
	for _, x := range p.Contacts {
		term("contacts", x.Term)
	}
	for _, x := range p.Bases {
		term("bases", x.Term)
		if want, ok := ranks[x.Code]; ok && want != x.Rank {
			f.Add("bases."+x.Code, "pack.rank", "Code", x.Code)
		}
	}
	for _, x := range p.Notices {
		term("notices", x.Term)
	}
	for _, x := range p.Handling {
		term("handling", x.Term)
	}
	for _, x := range p.Conflicts {
		bilingual(&f, "conflicts."+string(x.A)+"."+string(x.B), x.Why)
	}
	for name, list := range p.vocabularies {
		for _, t := range list {
			term(name, t)
		}
	}
	for _, list := range []string{"levels", "authorities"} {
		if len(have[list]) == 0 {
			f.Add(list, "pack.list-empty", "List", list)
		}
	}
	for list, words := range needed {
		if len(have[list]) == 0 {
			f.Add(list, "pack.list-empty", "List", list)
		}
		for _, code := range strings.Fields(words) {
			if !have[list][code] {
				f.Add(list, "pack.incomplete", "List", list, "Code", code)
			}
		}
	}
	for list, n := range counts {
		if got := len(p.vocabularies[list]); got != n && got > 0 {
			f.Add(list, "pack.count", "List", list)
		}
	}
	if p.DefaultScheme == grading.Prose {
		f.Add("grading.default", "pack.default-prose")
	}
	p.checkWalls(&f)
	return f.Err()
}

// checkWalls asks that the pack names every pair of duties the house keeps apart.
func (p *Pack) checkWalls(f *fault.Faults) {
	all := officer.Duties()
	for i, a := range all {
		for _, b := range all[i:] {
			if _, ok := p.Conflict(a, b); officer.Conflict(a, b) && !ok {
				f.Add("conflicts", "pack.wall-missing", "A", string(a), "B", string(b))
			}
		}
	}
	for _, h := range p.Handling {
		known := false
		for _, c := range grading.HandlingCodes(h.Scheme) {
			known = known || c.Code == h.Code
		}
		if !known {
			f.Add("handling", "pack.handling-unknown", "Scheme", string(h.Scheme), "Code", h.Code)
		}
	}
}

// bilingual asks for Arabic letters in the Arabic name and none in the English.
func bilingual(f *fault.Faults, field string, w Words) {
	has := func(s string) bool {
		return strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Arabic, r) })
	}
	if strings.TrimSpace(w.English) == "" || has(w.English) {
		f.Add(field, "pack.language", "Language", "English")
	}
	if !has(w.Arabic) {
		f.Add(field, "pack.language", "Language", "Arabic")
	}
}
