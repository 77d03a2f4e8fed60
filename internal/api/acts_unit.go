package api

import (
	"fmt"
	"net/http"
	"strconv"
	"time"

	"cutout/internal/casework"
	"cutout/internal/compartment"
	"cutout/internal/fault"
	"cutout/internal/officer"
)

func sessionEntries() []entry {
	in := makes("/session", "sign-in", "Signs in with an account name and a passphrase", func(c *call, n SessionDraft) (Session, error) { return c.signIn(c, n) })
	in.Public = true
	return []entry{
		in,
		looks("/session", "session", "Shows who is signed in", func(c *call) (Session, error) { return c.shown(c.began), nil }),
		steps(http.MethodDelete, "/session", "sign-out", "Ends the session and closes the keys it opened", func(c *call) error { return c.signOut(c) }),
		acts(http.MethodPut, "/session/passphrase", "change-passphrase", "Changes the passphrase and ends every session of the officer", func(c *call, n PassphraseDraft) error {
			return c.changePassphrase(c, n)
		}),
		acts(http.MethodPut, "/session/presence", "prove-presence", "Shows again who it is, as sealed acts ask, and opens the officer's keys", func(c *call, n PresenceDraft) error {
			return c.prove(c, n)
		}),
		looks("/sessions", "sessions", "Lists your own sessions, on every porch", func(c *call) (Page[Session], error) { return c.sessionsOf(c) }),
		steps(http.MethodDelete, "/sessions", "end-other-sessions", "Ends all your sessions but this one", func(c *call) error {
			return c.desk.EndOtherSessions(c.ctx, c.officer)
		}),
		steps(http.MethodDelete, "/sessions/{ref}", "end-session", "Ends one of your sessions", func(c *call) error {
			return c.desk.EndSession(c.ctx, c.officer, c.r.PathValue("ref"))
		}),
	}
}

// NewOfficer is a new officer and his first passphrase.
type NewOfficer struct {
	casework.OfficerDraft
	Passphrase string `json:"passphrase"`
}

// DutyDraft is a duty of the whole unit.
type DutyDraft struct {
	Duty string `json:"duty"`
}

// HoldingDraft is a compartment to be held.
type HoldingDraft struct {
	Compartment string `json:"compartment"`
	Until       string `json:"until"`
}

// CompartmentDraft is a desk's compartment to be opened.
type CompartmentDraft struct {
	Name string `json:"name"`
}

func unitEntries() []entry {
	return []entry{
		looks("/unit", "unit", "Shows what the unit is called and its rules", func(c *call) (Unit, error) {
			u := c.desk.Unit()
			return Unit{u.Name, u.Pack, u.Languages, c.levels, u.LogName, u.LogPublic}, nil
		}),
		looks("/officers", "officers", "Lists all accounts with their rights", func(c *call) (Page[Officer], error) {
			ls, err := c.desk.Officers(c.ctx, c.officer)
			return c.officers(ls, true), err
		}),
		makes("/officers", "add-officer", "Opens an account", func(c *call, n NewOfficer) (Made, error) {
			pass := []byte(n.Passphrase)
			defer clear(pass)
			o, err := c.desk.AddOfficer(c.ctx, c.officer, n.OfficerDraft, pass)
			return made(o.ID, err)
		}),
		steps(http.MethodDelete, "/officers/{officer}", "close-officer", "Closes an account", func(c *call) error {
			return c.desk.CloseOfficer(c.ctx, c.officer, named[officer.ID](c, "officer"))
		}),
		acts(http.MethodPost, "/officers/{officer}/duties", "grant-duty", "Gives a duty of the whole unit", func(c *call, n DutyDraft) error {
			return c.desk.GrantDuty(c.ctx, c.officer, named[officer.ID](c, "officer"), n.Duty)
		}),
		steps(http.MethodDelete, "/officers/{officer}/duties/{duty}", "revoke-duty", "Ends a duty of the whole unit", func(c *call) error {
			return c.desk.RevokeDuty(c.ctx, c.officer, named[officer.ID](c, "officer"), c.r.PathValue("duty"))
		}),
		acts(http.MethodPost, "/officers/{officer}/compartments", "hand-compartment", "Lets an officer hold a compartment", func(c *call, n HoldingDraft) error {
			var k compartment.ID
			if k.UnmarshalText([]byte(n.Compartment)) != nil || k.IsZero() {
				var f fault.Faults
				f.Add("compartment", "field.id", "Given", "")
				return faulty(f)
			}
			return c.desk.HandCompartment(c.ctx, c.officer, named[officer.ID](c, "officer"), k, n.Until)
		}),
		steps(http.MethodDelete, "/officers/{officer}/sessions", "end-officer-sessions", "Ends every session of an officer", func(c *call) error {
			return c.desk.EndSessionsOf(c.ctx, c.officer, named[officer.ID](c, "officer"))
		}),
		acts(http.MethodPut, "/officers/{officer}/binding", "bind-officer", "Lets a provider's subject sign in as an officer", func(c *call, n casework.BindDraft) error {
			return c.desk.BindOfficer(c.ctx, c.officer, named[officer.ID](c, "officer"), n)
		}),
		steps(http.MethodDelete, "/officers/{officer}/binding", "unbind-officer", "Takes an officer's bindings away and ends his sessions", func(c *call) error {
			return c.desk.UnbindOfficer(c.ctx, c.officer, named[officer.ID](c, "officer"))
		}),
		steps(http.MethodDelete, "/officers/{officer}/factors", "forget-factors", "Takes an officer's passkeys and codes away and ends his sessions", func(c *call) error {
			return c.desk.ForgetFactors(c.ctx, c.officer, named[officer.ID](c, "officer"))
		}),
		steps(http.MethodDelete, "/officers/{officer}/compartments/{compartment}", "take-back-compartment", "Ends a holding", func(c *call) error {
			return c.desk.TakeBackCompartment(c.ctx, c.officer, named[officer.ID](c, "officer"), named[compartment.ID](c, "compartment"))
		}),
		looks("/colleagues", "colleagues", "Lists the officers you share a compartment with", func(c *call) (Page[Officer], error) {
			ls, err := c.desk.Colleagues(c.ctx, c.officer)
			return c.officers(ls, false), err
		}),
		looks("/recipients", "recipients", "Lists the officers a release can be sent to", func(c *call) (Page[Officer], error) {
			ls, err := c.desk.Recipients(c.ctx, c.officer)
			return c.officers(ls, false), err
		}),
		looks("/compartments", "compartments", "Lists the desks you hold", func(c *call) (Page[Compartment], error) {
			cs, err := c.desk.Compartments(c.ctx, c.officer, c.yes("all"))
			p := Page[Compartment]{Items: []Compartment{}}
			for _, x := range cs {
				p.Items = append(p.Items, Compartment{x.ID.String(), x.Name})
			}
			return p, err
		}, "all"),
		makes("/compartments", "open-compartment", "Opens a desk's compartment", func(c *call, n CompartmentDraft) (Made, error) {
			return made(c.desk.OpenCompartment(c.ctx, c.officer, n.Name))
		}),
	}
}

// SearchDraft is a search. It travels in a body: an address is written down in too many places.
type SearchDraft struct {
	Words  string `json:"words"`
	Kind   string `json:"kind"`
	Any    bool   `json:"any" doc:"take records with some of the words"`
	Cursor string `json:"cursor"`
	Limit  int    `json:"limit"`
}

// FindingDraft is what an officer does about a finding.
type FindingDraft struct {
	Rule   string `json:"rule"`
	Key    string `json:"key"`
	Kind   string `json:"kind" doc:"acknowledge, assign, resolve, reopen"`
	Reason string `json:"reason"`
}

func oversightEntries() []entry {
	return []entry{
		asks("/search", "search", "Finds records by words, in any language", func(c *call, n SearchDraft) (Page[Hit], error) {
			p := Page[Hit]{Items: []Hit{}}
			if n.Limit == 0 {
				n.Limit = usualLimit
			}
			if n.Limit < 1 || n.Limit > mostLimit {
				var f fault.Faults
				f.Add("limit", "field.number", "Given", strconv.Itoa(n.Limit), "Low", "1", "High", strconv.Itoa(mostLimit))
				return p, faulty(f)
			}
			s, err := c.desk.Search(c.ctx, c.officer, n.Words, n.Kind, n.Any, n.Cursor, n.Limit)
			for _, h := range s.Hits {
				p.Items = append(p.Items, hit(h))
			}
			p.Next = s.Next
			return p, err
		}),
		looks("/findings", "findings", "Lists what needs you, worst first", func(c *call) (Page[Finding], error) {
			w, err := c.desk.Watch(c.ctx, c.officer, c.yes("past"))
			p := Page[Finding]{Items: []Finding{}}
			for _, l := range w.Findings {
				p.Items = append(p.Items, c.finding(l))
			}
			return p, err
		}, "past"),
		acts(http.MethodPost, "/findings/answers", "answer-finding", "Records what you did about a finding", func(c *call, n FindingDraft) error {
			return c.desk.AnswerFinding(c.ctx, c.officer, n.Rule, n.Key, n.Kind, n.Reason)
		}),
		looks("/log", "log", "Shows an inspector the log", func(c *call) (LogPage, error) {
			_, limit, err := c.page()
			if err != nil {
				return LogPage{}, err
			}
			q := casework.LogQuery{Object: c.asked.Get("object"), Officer: filter[officer.ID](c, "officer"), Act: c.asked.Get("act"), Limit: limit}
			if q.Before, err = c.before(); err != nil {
				return LogPage{}, err
			}
			p, err := c.desk.Log(c.ctx, c.officer, q)
			return LogPage{logged(p.Entries, p.Names, true), p.Size, p.Before}, err
		}, "object", "officer", "act", "before", "limit"),
		looks("/log/{object}", "record-log", "Shows who did what with a record you may see", func(c *call) (LogPage, error) {
			p, err := c.desk.RecordLog(c.ctx, c.officer, c.object(), 0)
			return LogPage{Entries: logged(p.Entries, p.Names, false)}, err
		}),
		looks("/checkpoint", "checkpoint", "Shows what the log is now, signed", func(c *call) (Checkpoint, error) {
			b, err := c.desk.Checkpoint(c.ctx, c.officer)
			return Checkpoint{string(b)}, err
		}),
		looks("/hour-checkpoint", "hour-checkpoint", "Shows the log's checkpoint of the last whole hour, for every officer to keep", func(c *call) (Checkpoint, error) {
			b, err := c.desk.KeptCheckpoint(c.ctx, c.officer)
			return Checkpoint{string(b)}, err
		}),
		asks("/log-comparison", "compare-log", "Proves that the log of the last whole hour begins with a checkpoint you kept", func(c *call, n Checkpoint) (casework.GrowthProof, error) {
			return c.desk.Extends(c.ctx, c.officer, []byte(n.Signed))
		}),
		asks("/log-growth", "prove-growth", "Proves that the log only grew from one size to another", func(c *call, n GrowthDraft) (casework.GrowthProof, error) {
			return c.desk.ProveGrowth(c.ctx, c.officer, n.From, n.To)
		}),
		looks("/witnessed", "witnessed", "Lists the checkpoints that witnesses outside cosigned, newest first", func(c *call) (Page[Cosigned], error) {
			seen, err := c.desk.Witnessed(c.ctx, c.officer)
			p := Page[Cosigned]{Items: []Cosigned{}}
			for _, s := range seen {
				p.Items = append(p.Items, Cosigned{s.Witness, s.Key, s.Checkpoint.Size, s.At, string(s.Signed)})
			}
			return p, err
		}),
		asks("/log-verification", "verify-log", "Reads the whole log and checks it against earlier checkpoints", func(c *call, n Checkpoints) (Verified, error) {
			var earlier [][]byte
			for _, s := range n.Signed {
				earlier = append(earlier, []byte(s))
			}
			r, err := c.desk.VerifyLog(c.ctx, c.officer, earlier...)
			return Verified{fmt.Sprint(r.Finding), r.First, r.Size, r.Proven, r.Held}, err
		}),
		looks("/log-proofs/{number}", "prove-entry", "Proves one entry by its number", func(c *call) (casework.EntryProof, error) {
			return c.desk.ProveEntry(c.ctx, c.officer, c.number())
		}),
	}
}

// Checkpoints are signed checkpoints kept since earlier.
type Checkpoints struct {
	Signed []string `json:"signed"`
}

// GrowthDraft is two sizes of the log.
type GrowthDraft struct {
	From int64 `json:"from"`
	To   int64 `json:"to" doc:"all entries there are when left out"`
}

// Cosigned is a checkpoint that a witness outside the unit cosigned.
type Cosigned struct {
	Witness string    `json:"witness"`
	Key     string    `json:"key" doc:"compare it with the one you have from a hand you trust"`
	Size    int64     `json:"size"`
	At      time.Time `json:"at" doc:"by the witness's clock"`
	Signed  string    `json:"signed"`
}

// Verified is what reading the whole log proved.
type Verified struct {
	Finding string `json:"finding"`
	First   int64  `json:"first" doc:"the first bad entry, -1 when there is none"`
	Size    int64  `json:"size"`
	Proven  int64  `json:"proven" doc:"how many entries, from the first, are those a checkpoint signed"`
	Held    int    `json:"held" doc:"checkpoints the log agrees with"`
}

// number reads an entry number in the path; what is none is a number no log has.
func (c *call) number() int64 {
	n, err := strconv.ParseInt(c.r.PathValue("number"), 10, 64)
	if err != nil || n < 0 {
		return 1<<63 - 1
	}
	return n
}

// Checkpoint is a signed checkpoint of the log, to be kept outside the unit.
type Checkpoint struct {
	Signed string `json:"signed"`
}

// before reads the entry number at which a page of the log ends.
func (c *call) before() (int64, error) {
	s := c.asked.Get("before")
	if s == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 1 {
		var f fault.Faults
		f.Add("?before", "field.number", "Given", short(s), "Low", "1", "High", "9223372036854775807")
		return 0, faulty(f)
	}
	return n, nil
}
