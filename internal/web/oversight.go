package web

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"cutout/internal/audit"
	"cutout/internal/casework"
	"cutout/internal/fault"
	"cutout/internal/id"
	"cutout/internal/web/templates"
)

var oversightPages = []Route{
	{Method: "GET", Pattern: "/oversight", Handler: (*Server).oversight, Name: "oversight"},
	{Method: "GET", Pattern: "/hour-checkpoint", Handler: (*Server).hourCheckpoint, Name: "hour-checkpoint"},
	{Method: "POST", Pattern: "/oversight/verify", Handler: (*Server).oversightVerify, Name: "oversight.verify", Limit: smallLimit},
	{Method: "POST", Pattern: "/oversight/checkpoint", Handler: (*Server).oversightCheckpoint, Name: "oversight.checkpoint", Limit: smallLimit},
	{Method: "POST", Pattern: "/oversight/bundle", Handler: (*Server).oversightBundle, Name: "oversight.bundle", Limit: smallLimit},
}

// oversightBody is the log as an inspector reads it: who did what to which record when, and nothing of what records say.
type oversightBody struct {
	Acts      []templates.Act
	Proof     *proofView
	Size      int
	Root, Key string
	Outside   string
	Form      *form
	Earlier   templates.Field
	Filter    []templates.Field
	Filtered  bool
	Lines     []loggedAct
	Pager     templates.Pager
	Empty     templates.Empty
}

type loggedAct struct {
	No                           int
	At                           time.Time
	Who, Act, Ref, Href, Outcome string
	Bad                          bool
}

// proofView says what a verification proved and what not.
type proofView struct {
	Good  bool
	Title string
	Lines []string
}

func (s *Server) oversight(w http.ResponseWriter, r *http.Request) error {
	return s.showLog(w, r, &form{Values: r.URL.Query(), Status: http.StatusOK, words: see(r).Words}, nil)
}

func (s *Server) showLog(w http.ResponseWriter, r *http.Request, f *form, proof *proofView) error {
	sp := s.speaker(r)
	o := see(r).Officer
	q := casework.LogQuery{Act: f.Get("act"), Object: f.Get("object"), Limit: pageSize}
	if at := f.Get("after"); at != "" {
		n, err := strconv.ParseInt(at, 10, 64)
		if err != nil || n < 0 {
			return errMissing
		}
		q.Before = n
	}
	if who := f.Get("officer"); who != "" {
		if err := q.Officer.UnmarshalText([]byte(who)); err != nil {
			return errMissing
		}
	}
	p, err := s.desk.Oversight(r.Context(), o, q)
	if err != nil {
		return err
	}
	b := oversightBody{Proof: proof, Form: f, Size: int(p.Size), Filtered: q.Act != "" || q.Object != "" || !q.Officer.IsZero(), Empty: templates.Empty{Name: "log"}}
	if len(p.Entries) < pageSize || p.Before == 0 {
		p.Before = 0
	}
	next := ""
	if p.Before > 0 {
		next = strconv.FormatInt(p.Before, 10)
	}
	b.Pager = sp.pages(r, next, sp.N("count.entries", len(p.Entries)))
	for _, e := range p.Entries {
		b.Lines = append(b.Lines, sp.loggedAct(e, p.Names))
	}
	b.Root, b.Key = p.Root.String(), s.desk.Unit().LogPublic
	b.Outside = sp.T("oversight.unwitnessed")
	if len(p.Seen) > 0 {
		w := p.Seen[0]
		b.Outside = sp.T("oversight.witnessed", "Witness", w.Witness, "Entries", sp.N("count.entries", int(w.Checkpoint.Size)), "At", w.At, "Key", w.Key)
	}
	b.Earlier = rows(f.field("textarea", "checkpoint", "oversight.earlier", "oversight.earlier_help"), 6)
	b.Earlier.Dir = "ltr"
	var who []templates.Option
	for _, x := range p.Officers {
		who = append(who, templates.Option{Value: x.ID.String(), Word: x.Name})
	}
	b.Filter = []templates.Field{f.field("select", "officer", "table.officer", "", who...), f.field("select", "act", "table.act", "", sp.options("did", logActs...)...)}
	if q.Object != "" {
		b.Filter = append(b.Filter, templates.Field{Kind: "hidden", Name: "object", Value: q.Object})
	}
	f.Faults = known(f.Faults, map[string]bool{"checkpoint": true})
	return s.show(w, r, f.Status, "oversight", sp.T("nav.oversight"), p.Frame, b)
}

func (p speaker) loggedAct(e audit.Entry, names map[string]string) loggedAct {
	l := loggedAct{No: int(e.Seq), At: e.Time, Who: names[e.Officer], Outcome: p.T("outcome." + e.Outcome.String()), Bad: e.Outcome != audit.Done}
	if e.Officer == "" {
		l.Who = p.T("oversight.machine")
	} else if l.Who == "" {
		l.Who = shortRef(e.Officer)
	}
	l.Act = actWord(p.Words, e.Act)
	if e.Object != "" {
		l.Ref, l.Href = shortRef(e.Object), "/oversight?object="+url.QueryEscape(e.Object)
	}
	return l
}

// refPrefixes are the letters of short references by the prefix of long ids.
var refPrefixes = map[string]string{"src": "S", "rep": "R", "rel": "D", "iss": "D", "prd": "W", "con": "C", "aut": "A", "req": "Q", "pty": "P", "ntc": "N", "asm": "V", "tsk": "T",
	"rol": "RO", "off": "O", "out": "OC", "rcl": "RC", "itm": "I", "use": "U", "opn": "OP", "prp": "PR"}

// shortRef is the reference people read out, from a long id.
func shortRef(long string) string {
	raw, ok := id.Raw(long)
	prefix, _, _ := strings.Cut(long, "_")
	if !ok {
		return ""
	}
	letter := refPrefixes[prefix]
	if letter == "" {
		letter = strings.ToUpper(prefix)
	}
	return id.ShortRef(letter, raw)
}

func (s *Server) oversightVerify(w http.ResponseWriter, r *http.Request) error {
	sp := s.speaker(r)
	f, err := s.readForm(r)
	if err != nil {
		return err
	}
	// Browsers send lines of a form with carriage returns; a signed note has none.
	var earlier [][]byte
	if text := strings.TrimSpace(strings.ReplaceAll(f.Get("checkpoint"), "\r\n", "\n")); text != "" {
		earlier = append(earlier, []byte(text+"\n"))
	}
	result, err := s.desk.VerifyLog(r.Context(), see(r).Officer, earlier...)
	if err != nil {
		if err := f.take(err); err != nil {
			return err
		}
		return s.showLog(w, r, f, nil)
	}
	return s.showLog(w, r, f, sp.proof(result))
}

// proof words the result of a verification: what was read, what is proven, and what is not.
func (p speaker) proof(r audit.Result) *proofView {
	v := &proofView{Good: r.Finding == audit.Sound}
	if !v.Good {
		v.Title = p.T("log.proof_bad")
		v.Lines = []string{p.Fault(fault.Fault{Code: string(r.Finding), Params: map[string]string{"First": strconv.FormatInt(r.First, 10), "End": strconv.FormatInt(r.End, 10)}})}
		return v
	}
	v.Title = p.T("oversight.sound")
	v.Lines = []string{p.T("oversight.read", "Entries", p.N("count.entries", int(r.Size)))}
	if r.Held > 0 {
		v.Lines = append(v.Lines, p.T("oversight.proven", "Entries", p.N("count.entries", int(r.Proven))))
		if r.Unproven() > 0 {
			v.Lines = append(v.Lines, p.T("oversight.unproven", "Entries", p.N("count.entries", int(r.Unproven()))))
		}
	} else {
		v.Lines = append(v.Lines, p.T("oversight.not_proven"))
	}
	return v
}

func (s *Server) oversightCheckpoint(w http.ResponseWriter, r *http.Request) error {
	signed, err := s.desk.Checkpoint(r.Context(), see(r).Officer)
	if err != nil {
		return err
	}
	return sendFile(w, "checkpoint.txt", "text/plain; charset=utf-8", signed)
}

// oversightBundle sends a bundle as it is read: a long log is never held whole. What fails before the first byte is a page;
// what fails later ends the connection, and the file lacks the directory without which it is no archive.
func (s *Server) oversightBundle(w http.ResponseWriter, r *http.Request) error {
	out := &download{w: w, name: "inspection.zip", kind: "application/zip"}
	err := s.desk.Bundle(r.Context(), see(r).Officer, out)
	if err != nil && out.begun {
		panic(http.ErrAbortHandler)
	}
	return err
}

// download is a file sent in pieces. Its head is written with the first of them.
type download struct {
	w          http.ResponseWriter
	name, kind string
	begun      bool
}

func (d *download) Write(b []byte) (int, error) {
	if !d.begun {
		d.begun = true
		d.w.Header().Set("Content-Type", d.kind)
		d.w.Header().Set("Content-Security-Policy", boxed)
		d.w.Header().Set("Content-Disposition", `attachment; filename="`+d.name+`"`)
	}
	return d.w.Write(b)
}

// flashSignedIn stands for the line that the first page after a sign-in shows.
const flashSignedIn = "signed-in"

// hourFlash tells an officer who has just signed in what the log was at the last whole hour, and where to keep it from.
func (s *Server) hourFlash(r *http.Request) *templates.Flash {
	signed, err := s.desk.HourCheckpoint(r.Context())
	if err != nil || signed == nil {
		return nil // nothing kept yet; a failure is in the operator's log
	}
	at, err := s.desk.OpenKept(signed)
	if err != nil {
		return nil
	}
	sp := s.speaker(r)
	return &templates.Flash{Text: sp.T("signin.checkpoint", "Entries", sp.N("count.entries", int(at.Size)), "Root", at.Root.String()[:8], "At", at.Time), Href: "/hour-checkpoint", Word: sp.T("signin.keep_checkpoint")}
}

// hourCheckpoint is that checkpoint as a file: kept by the officer, it shows him later that the log only grew.
func (s *Server) hourCheckpoint(w http.ResponseWriter, r *http.Request) error {
	signed, err := s.desk.KeptCheckpoint(r.Context(), see(r).Officer)
	if err != nil {
		return err
	}
	return sendFile(w, "log-checkpoint.txt", "text/plain; charset=utf-8", signed)
}

// boxed is the policy of a file, should a browser show it after all.
const boxed = "sandbox; default-src 'none'"

func sendFile(w http.ResponseWriter, name, kind string, body []byte) error {
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Security-Policy", boxed)
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	_, _ = w.Write(body) // a reader who hung up is nobody's fault
	return nil
}

// logActs are the acts an inspector can look for; a test holds the list to the door's own.
var logActs = []string{"session.sign-in", "report.file", "report.look", "report.outcome", "report.regrade", "report.link", "source.look", "source.register", "source.assign", "source.relieve",
	"identity.open", "authority.grant", "authority.review", "authority.cancel", "contact.plan", "contact.record", "release.write", "release.rewrite", "release.approve", "release.send",
	"release.acknowledge", "notice.issue", "notice.recall", "recall.acknowledge", "product.write", "search.look", "officer.add", "officer.grant", "officer.revoke", "officer.close",
	"identity.ask", "identity.consider", "identity.approve", "identity.open-approved", "identity.end-request", "identity.reseal", "identity.destroy", "custody.propose-approvers", "custody.propose-trustees",
	"custody.propose-key", "custody.propose-recovery", "custody.propose-destruction", "custody.confirm", "custody.end", "custody.give-share", "custody.prove-share", "custody.recover", "person.known", "officer.key-file",
	"compartment.grant", "compartment.revoke", "log.look", "log.verify", "log.checkpoint", "log.bundle", "log.witness", "log.cosigned", "log.accept-rollback"}
