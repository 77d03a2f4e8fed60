package ni

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"cutout/internal/authority"
	"cutout/internal/casework"
	"cutout/internal/contact"
	"cutout/internal/dissemination"
	"cutout/internal/id"
	"cutout/internal/officer"
	"cutout/internal/report"
	"cutout/internal/requirement"
	"cutout/internal/source"
	"cutout/internal/store"
)

// probe is one thing the low officer does. The answer is whatever it returned.
type probe struct {
	name string
	do   func(c context.Context, d *casework.Desk, o officer.Officer) (any, error)
}

// names of the officers through whose eyes a pair is compared: none of them holds the hidden desk.
var lows = []string{"viewer", "reader", "a0", "h0"}

// declared are the methods that are no probe, with the reason. Everything else that takes an officer must have a driver.
var declared = map[string]string{
	"Log": "an inspector reads who did what to which record on the whole log: that is his duty", "VerifyLog": "an inspector's check of the whole log",
	"Bundle": "an inspector's copy of the whole log", "Checkpoint": "size and root of the log, for the inspector and the administrator",
	"Oversight":      "the log and its root, for the inspector",
	"KeptCheckpoint": "a declared leak: the log's size in whole batches at whole hours, shown to everybody at sign-in", "Extends": "compares with KeptCheckpoint and tells no more",
	"ProveGrowth": "an inspector's proof over the whole log", "Witnessed": "sizes and hashes that witnesses cosigned, for the inspector and the administrator",
	"AskWitness": "the inspector's and the administrator's",
	"Officers":   "the administrator, the registrar and the inspector know the accounts of the unit",
	"AddOfficer": "the administrator's", "GrantDuty": "the administrator's", "RevokeDuty": "the administrator's", "CloseOfficer": "the administrator's",
	"ExamineSeals":    "whether every seal opens, for the inspector and the administrator",
	"HandCompartment": "the administrator's", "TakeBackCompartment": "the administrator's", "OpenCompartment": "the administrator's",
	"ChangePassphrase": "about one's own key", "ImportReports": "FileReport, many times", "KeepDraft": "writes the officer's own draft; KeptDrafts shows it",
	"RecordCredit": "GiveCredit with an id", "RecordRole": "AddRole with an id",
	"AddPasskey": "about one's own ways to sign in", "Prove": "about one's own key", "ProveByPasskey": "about one's own key", "BindOfficer": "the administrator's",
	"Known":      "the declared leak: how sure, and whom to ask, across the whole unit; limited and logged",
	"ProposeKey": "the administrator's",
	"Settle":     "the watch", "SignIn": "at the door",
}

// drivers give, for each look and act of the door, what the low officer tries: with ids of every record of either world,
// with random ids, with every page size.
func drivers(ids []string, r *rand.Rand, deep bool) map[string][]probe {
	of := map[string][]string{}
	for _, s := range ids {
		p, _, _ := strings.Cut(s, "_")
		of[p] = append(of[p], s)
	}
	for p := range of { // as many ids that never were
		of[p] = append(of[p], id.Long(p, [16]byte{byte(r.IntN(256)), byte(r.IntN(256)), 7}))
	}
	all := slices.Concat(ids, []string{"", "src_", "nonsense", "src_00000000000000000000000000", id.Long("rep", [16]byte{1})})
	out := map[string][]probe{}
	add := func(method, what string, do func(context.Context, *casework.Desk, officer.Officer) (any, error)) {
		out[method] = append(out[method], probe{method + " " + what, do})
	}
	sizes := []int{1, 2, 50}
	walk := func(method, what string, page func(c context.Context, d *casework.Desk, o officer.Officer, cursor string, n int) (any, string, error)) {
		for _, n := range sizes {
			add(method, fmt.Sprint(what, " by ", n), func(c context.Context, d *casework.Desk, o officer.Officer) (any, error) {
				var pages []any
				cursor := ""
				for range 60 {
					p, next, err := page(c, d, o, cursor, n)
					pages = append(pages, p, next)
					if err != nil || next == "" || next == cursor {
						return pages, err
					}
					cursor = next
				}
				return pages, nil
			})
		}
	}
	walk("Sources", "", func(c context.Context, d *casework.Desk, o officer.Officer, cu string, n int) (any, string, error) {
		p, err := d.Sources(c, o, cu, n)
		return p, p.Next, err
	})
	walk("Releases", "", func(c context.Context, d *casework.Desk, o officer.Officer, cu string, n int) (any, string, error) {
		p, err := d.Releases(c, o, cu, n)
		return p, p.Next, err
	})
	walk("Inbox", "", func(c context.Context, d *casework.Desk, o officer.Officer, cu string, n int) (any, string, error) {
		p, err := d.Inbox(c, o, cu, n)
		return p, p.Next, err
	})
	walk("Products", "", func(c context.Context, d *casework.Desk, o officer.Officer, cu string, n int) (any, string, error) {
		p, err := d.Products(c, o, cu, n)
		return p, p.Next, err
	})
	walk("Notices", "", func(c context.Context, d *casework.Desk, o officer.Officer, cu string, n int) (any, string, error) {
		p, err := d.Notices(c, o, cu, n)
		return p, p.Next, err
	})
	for i, s := range append([]string{""}, of["src"]...) {
		x, _ := id.Raw(s)
		lists := func() {
			walk("Reports", "of "+s, func(c context.Context, d *casework.Desk, o officer.Officer, cu string, n int) (any, string, error) {
				p, err := d.Reports(c, o, source.ID(x), cu, n)
				return p, p.Next, err
			})
			walk("Contacts", "of "+s, func(c context.Context, d *casework.Desk, o officer.Officer, cu string, n int) (any, string, error) {
				p, err := d.Contacts(c, o, source.ID(x), cu, n)
				return p, p.Next, err
			})
		}
		if i > 0 {
			sizes = []int{50}
		}
		lists()
	}
	sizes = []int{50}
	walk("Parties", "", func(c context.Context, d *casework.Desk, o officer.Officer, cu string, _ int) (any, string, error) {
		p, next, err := d.Parties(c, o, cu)
		return p, next, err
	})
	for _, past := range []bool{false, true} {
		add("Watch", fmt.Sprint(past), func(c context.Context, d *casework.Desk, o officer.Officer) (any, error) { return d.Watch(c, o, past) })
	}
	add("Coverage", "", func(c context.Context, d *casework.Desk, o officer.Officer) (any, error) { return d.Coverage(c, o) })
	add("Colleagues", "", func(c context.Context, d *casework.Desk, o officer.Officer) (any, error) { return d.Colleagues(c, o) })
	add("Recipients", "", func(c context.Context, d *casework.Desk, o officer.Officer) (any, error) { return d.Recipients(c, o) })
	add("KeptDrafts", "", func(c context.Context, d *casework.Desk, o officer.Officer) (any, error) { return d.KeptDrafts(c, o) })
	add("Compartments", "", func(c context.Context, d *casework.Desk, o officer.Officer) (any, error) {
		return d.Compartments(c, o, false)
	})
	add("Compartments", "all", func(c context.Context, d *casework.Desk, o officer.Officer) (any, error) {
		return d.Compartments(c, o, true)
	})
	search := func(what, kind string, anyWord bool) {
		walk("Search", fmt.Sprint(what, " ", kind, " ", anyWord), func(c context.Context, d *casework.Desk, o officer.Officer, cu string, n int) (any, string, error) {
			p, err := d.Search(c, o, what, kind, anyWord, cu, n)
			return p, p.Next, err
		})
	}
	search(hiddenWord, "", false)
	search(hiddenWord[:3], "", false)
	for i, w := range words {
		search(w, "", false)
		if i%3 == 0 || deep {
			search(string([]rune(w)[:3]), "", false) // as somebody types it
			search(w+" "+words[(i+7)%len(words)], "", true)
			search(w+" "+words[(i+11)%len(words)], "report", false)
		}
	}
	sizes = []int{1, 2}
	search(words[0]+" "+words[5]+" "+words[9], "", true)
	search(words[1]+" "+words[6]+" "+words[2], "", true)
	for _, s := range of["src"] {
		x, _ := id.Raw(s)
		for _, at := range []time.Time{{}, begun.Add(30 * time.Second), later.Add(time.Hour)} {
			add("Source", s, func(c context.Context, d *casework.Desk, o officer.Officer) (any, error) {
				return d.Source(c, o, source.ID(x), at)
			})
		}
		add("OpenIdentity", s, func(c context.Context, d *casework.Desk, o officer.Officer) (any, error) {
			return d.OpenIdentity(c, o, source.ID(x), "a reason")
		})
	}
	byID(add, of)
	for _, s := range all {
		add("RecordLog", s, func(c context.Context, d *casework.Desk, o officer.Officer) (any, error) {
			return d.RecordLog(c, o, s, 0)
		})
		add("RecordLog", s+" from 3", func(c context.Context, d *casework.Desk, o officer.Officer) (any, error) {
			return d.RecordLog(c, o, s, 3)
		})
	}
	acts(add, of)
	custodyActs(add, of)
	generic(out, ids)
	return out
}

// byID are the looks at one record.
func byID(add func(string, string, func(context.Context, *casework.Desk, officer.Officer) (any, error)), of map[string][]string) {
	for prefix, look := range map[string]func(c context.Context, d *casework.Desk, o officer.Officer, x [16]byte) (string, any, error){
		"rep": func(c context.Context, d *casework.Desk, o officer.Officer, x [16]byte) (string, any, error) {
			p, err := d.Report(c, o, report.ID(x), time.Time{})
			return "Report", p, err
		},
		"con": func(c context.Context, d *casework.Desk, o officer.Officer, x [16]byte) (string, any, error) {
			p, err := d.Contact(c, o, contact.ID(x))
			return "Contact", p, err
		},
		"aut": func(c context.Context, d *casework.Desk, o officer.Officer, x [16]byte) (string, any, error) {
			p, err := d.Authority(c, o, authority.ID(x))
			return "Authority", p, err
		},
		"req": func(c context.Context, d *casework.Desk, o officer.Officer, x [16]byte) (string, any, error) {
			p, err := d.Requirement(c, o, requirement.ID(x))
			return "Requirement", p, err
		},
		"rel": func(c context.Context, d *casework.Desk, o officer.Officer, x [16]byte) (string, any, error) {
			p, err := d.Release(c, o, dissemination.ID(x))
			return "Release", p, err
		},
		"iss": func(c context.Context, d *casework.Desk, o officer.Officer, x [16]byte) (string, any, error) {
			p, err := d.Copy(c, o, casework.IssuedID(x))
			return "Copy", p, err
		},
		"prd": func(c context.Context, d *casework.Desk, o officer.Officer, x [16]byte) (string, any, error) {
			p, err := d.Product(c, o, dissemination.ProductID(x))
			return "Product", p, err
		},
		"ntc": func(c context.Context, d *casework.Desk, o officer.Officer, x [16]byte) (string, any, error) {
			p, err := d.Notice(c, o, dissemination.NoticeID(x))
			return "Notice", p, err
		},
	} {
		method := map[string]string{"rep": "Report", "con": "Contact", "aut": "Authority", "req": "Requirement", "rel": "Release", "iss": "Copy", "prd": "Product", "ntc": "Notice"}[prefix]
		for _, s := range of[prefix] {
			x, _ := id.Raw(s)
			add(method, s, func(c context.Context, d *casework.Desk, o officer.Officer) (any, error) {
				_, p, err := look(c, d, o, x)
				return p, err
			})
		}
	}
}

// isAct says whether a probe of the door is an act, by the name of its method.
func isAct(probe string) bool {
	for _, a := range []string{"Assign", "Relieve", "Add", "Record", "Revise", "Grant", "Give", "Plan", "File", "Link", "Regrade", "Write", "Recall", "Issue", "Assess", "Answer", "Approve",
		"Send", "Rewrite", "Acknowledge", "Feedback", "Confirm", "Review", "Cancel", "Complete", "Relate", "Weigh", "Restate", "State", "Register",
		"Propose", "Request", "End", "TakeApproved", "OpenApproved", "Destroy", "Recover ", "Reseal", "Bind", "Unbind", "Forget", "Remove", "Renew"} {
		if strings.HasPrefix(probe, a) && !strings.HasPrefix(probe, "RecordLog") {
			return true
		}
	}
	return false
}

// order puts looks before acts, lists before single records.
func order(m map[string][]probe) [3][]probe {
	var looks, single, writes []probe
	for _, k := range slices.Sorted(func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}) {
		for _, p := range m[k] {
			switch {
			case isAct(p.name):
				writes = append(writes, p)
			case strings.Contains(p.name, "_"):
				single = append(single, p)
			default:
				looks = append(looks, p)
			}
		}
	}
	return [3][]probe{looks, single, writes}
}

// answer runs a probe and writes down all that came of it, the rows of work among it.
func (s *story) answer(p probe, low string) string {
	work := 0
	v, err := p.do(store.WithWork(ctx, &work), s.w.d, s.w.o(low))
	return fmt.Sprintf("%s\nerror: %s\nwork: %d", dump(v), dump(err), work)
}
