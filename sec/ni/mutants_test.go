//go:build leaks

package ni

import (
	"flag"
	"slices"
	"strings"
	"testing"
	"time"

	"cutout/internal/leak"
)

// leaky is a planted leak that must be caught: the channel it stands for, and the surface at which it has to show.
type leaky struct {
	name, channel string
	at            string // "": the door itself; else pages, interface, commands, or a check of its own
	story         bool   // it must be open while the worlds are made
}

var planted = []leaky{
	{name: "facetcount", channel: "counts are made over all rows"},
	{name: "finding_count", channel: "the number of findings counts those that may not be shown"},
	{name: "idf", channel: "hits are ranked by how rare a word is in all texts"},
	{name: "forbidden", channel: "a hidden record is refused, a missing one not found"},
	{name: "errtext", channel: "an error names what is hidden"},
	{name: "unique", channel: "a code name taken in a hidden compartment cannot be used", story: true},
	{name: "dedup", channel: "a batch leaves out reports that somebody filed already", story: true},
	{name: "cursor_rowid", channel: "a cursor carries the number of the row"},
	{name: "page_total", channel: "a page says how long the list is for somebody who sees all of it"},
	{name: "limit_postfilter", channel: "the limit of a page is taken before the Scope"},
	{name: "suggest_vocab", channel: "a word is completed from every text"},
	{name: "snippet_hidden", channel: "a search shows hits the viewer may not open"},
	{name: "sort_hidden", channel: "a list is ordered by how many records, hidden ones too, name each line"},
	{name: "backlinks", channel: "what names a record is listed whatever its label"},
	{name: "degree", channel: "a report tells how many hidden items bear on its own"},
	{name: "finding_all", channel: "the watch is evaluated over everything", story: true},
	{name: "notify_after_revoke", channel: "what the watch told is shown after the right to it was taken back"},
	{name: "origin_shared", channel: "readers of one reach share the watch's origin marks", story: true},
	{name: "origin_stable", channel: "an origin mark is the same for every reader", at: "marks"},
	{name: "veil", channel: "a report names its source to a reader who may not see it", at: "veil"},
	{name: "recall_reach", channel: "the reach of a notice tells how a hidden product is held", story: true},
	{name: "log_all", channel: "a record's log shows entries whose label the viewer does not reach"},
	{name: "log_place", channel: "a record's log shows the places of its entries in the unit's log"},
	{name: "lastmod", channel: "a hidden record moves the time of the one it names", story: true},
	{name: "time_seq", channel: "a record's time carries the number of the row", story: true},
	{name: "version_shared", channel: "versions are numbered by one counter of the unit", story: true},
	{name: "id_stream", channel: "ids come from one stream of the unit", story: true},
	{name: "code_counter", channel: "code names come from one stream of the unit", story: true},
	{name: "label_number", channel: "a mark carries the number of a hidden label"},
	{name: "asknown", channel: "the past is read with the rights of the past"},
	{name: "draft_shared", channel: "drafts of other officers are listed"},
	{name: "quota", channel: "drafts have one quota for everybody", story: true},
	{name: "colleagues_all", channel: "officers of other desks are offered as colleagues"},
	{name: "recipients_all", channel: "every account is offered as a recipient"},
	{name: "named_all", channel: "an account of another desk can be found by its name"},
	{name: "desks_all", channel: "compartments of others are listed"},
	{name: "duties_all", channel: "a colleague's duties for single sources are shown"},
	{name: "seal_openers", channel: "accounts of other desks stand beside a seal"},
	{name: "stale_reach", channel: "what was taken back can still be read", story: true},
	{name: "work", channel: "rows are fetched and dropped"},
	{name: "fetch_drop", channel: "a hidden record is read and opened before it is refused", at: "work"},
	{name: "limiter_shared", channel: "refused sign-ins of all names share one limit", at: "pages", story: true},
	{name: "signin_name", channel: "an unknown name is answered otherwise than a wrong passphrase", story: true},
	{name: "etag", channel: "a page's validator counts everybody's acts", at: "pages", story: true},
	{name: "gzip_len", channel: "one compressor has seen what others were sent", at: "pages", story: true},
	{name: "flash_shared", channel: "the sentence after an act is said to whoever comes next", at: "pages", story: true},
	{name: "cookie_seq", channel: "a cookie counts the sign-ins of everybody", at: "pages", story: true},
	{name: "last_modified", channel: "the interface tells when anybody last wrote", at: "interface", story: true},
	{name: "ratelimit", channel: "a header counts the calls of everybody", at: "interface", story: true},
	{name: "openings_all", channel: "a request is listed to officers of an approver's duty who were not asked", story: true},
	{name: "proposals_all", channel: "the number of proposals that wait counts those of others"},
	{name: "known_source", channel: "whether somebody is known is answered with his source", at: "known"},
	{name: "sessions_all", channel: "sessions of other officers are listed"},
	{name: "ask_logged", channel: "a source's log shows who asked for its identity", story: true},
	{name: "cli_size", channel: "a command says how large the records are", at: "commands"},
	{name: "cli_exit", channel: "a command's exit code tells that somebody else's failed", at: "commands"},
}

var mutant = flag.String("ni.mutant", "", "some planted leaks only, separated by commas")
var mutantPairs = flag.Int("ni.mutantpairs", 6, "how many pairs a planted leak may take")

// TestMutants opens each planted leak in turn and asks how many pairs of worlds it takes to see it. Leaks that need not
// be open while the worlds are made share the pairs; a pair whose worlds have parted is made anew.
func TestMutants(t *testing.T) {
	defer leak.Open("")
	most := *mutantPairs
	x := newTemplate(t, 1)
	outer := t // shared worlds stay open longer than the test that makes them
	shared := map[int]*twin{}
	var bin string
	var took []int
	for _, m := range planted {
		if *mutant != "" && !slices.Contains(strings.Split(*mutant, ","), m.name) {
			continue
		}
		t.Run(m.name, func(t *testing.T) {
			begun := time.Now()
			for k := range most {
				p := shared[k]
				if p == nil || m.story {
					if m.story {
						leak.Open(m.name)
					}
					p = x.pair(func() *world { w := x.open(outer); w.lenient = true; return w }, uint64(k), which(k))
				}
				if !m.story {
					shared[k] = p
				}
				if m.at == "commands" && bin == "" {
					bin = program(outer)
				}
				leak.Open(m.name)
				opened = m.name
				d := p.show(t, m.at, k, bin, x)
				leak.Open("")
				opened = ""
				if d == nil {
					delete(shared, k) // the acts were done: what a later leak needs may be gone
					continue
				}
				if !d.looked() {
					delete(shared, k)
				}
				took = append(took, k+1)
				t.Logf("caught by pair %d in %v: as %s, %s", k+1, time.Since(begun).Round(time.Millisecond), d.low, d.probe)
				if testing.Verbose() && *mutant != "" {
					t.Log(d)
				}
				return
			}
			t.Errorf("not caught in %d pairs: %s", most, m.channel)
		})
	}
	if slices.Sort(took); len(took) > 0 {
		t.Logf("%d planted leaks, %d caught; pairs to kill: median %d, most %d", len(planted), len(took), took[len(took)/2], took[len(took)-1])
	}
	if *mutant == "" && len(planted) < 50 {
		t.Errorf("only %d planted leaks", len(planted))
	}
}

// show compares a pair at one surface.
func (p *twin) show(t testing.TB, at string, k int, bin string, x *template) *difference {
	var sum tally
	switch at {
	case "":
		d, _ := p.compare(uint64(k), false, lows...)
		return d
	case "commands":
		return p.commands(t, bin, k, "viewer", &sum)
	case "marks":
		return p.marks()
	case "known":
		return x.known(t)
	case "work":
		return newTimedWorld(t).work()
	case "veil":
		return x.origins(t)
	}
	if d := p.told(); d != nil {
		return d
	}
	return p.porches(t, &sum, []string{at}, "h0", "viewer")
}

// looked says whether only looks were taken up to the difference.
func (d *difference) looked() bool {
	where, what, porch := strings.Cut(d.probe, ": ")
	if porch && (where == "pages" || where == "interface" || where == "commands") {
		return strings.HasPrefix(what, "GET ")
	}
	return !isAct(d.probe)
}

// compare runs the low script in both worlds side by side and stops at the first difference.
func (p *twin) compare(seed uint64, deep bool, viewers ...string) (*difference, int) {
	if d := p.told(); d != nil {
		return d, 0
	}
	return p.script(seed, deep, 1, viewers...)
}
