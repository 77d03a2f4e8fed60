package attack

import (
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"cutout/internal/custody"
)

type object = map[string]any

// bodies are a body for every operation of the interface that takes one, sound in itself, about the records of a side.
// The names are those of the operations; TestBodies fails when one is missing.
func (u *unit) bodies(s side) map[string]object {
	id, today := s.ids, u.clock().Format(time.DateOnly)
	src := object{"category": "AGENT", "state": "proposed", "identity_kind": "known", "service_contact": "direct", "lawful_origin": "walked in", "description": "d"}
	with := func(o object, kv ...any) object {
		out := object{}
		for k, v := range o {
			out[k] = v
		}
		for i := 0; i+1 < len(kv); i += 2 {
			out[kv[i].(string)] = kv[i+1]
		}
		return out
	}
	role := object{"source": id["src"], "person": id["pty"], "role": "recruiter", "from": today, "note": "n"}
	met := object{"source": id["src"], "type": "meeting", "record": object{"when": today, "place": "quay", "participants": []string{id["off"]}, "summary": "met", "welfare": "fine", "security": "none"}}
	plan := object{"source": id["src"], "type": "meeting", "plan": object{"when": today, "place": "quay", "safety": "s", "cover": "c", "fallback": "f", "recontact": "r", "participants": []string{id["off"]}}}
	rep := object{"contact": id["con"], "source": id["src"], "requirements": []string{id["req"]}, "title": "t",
		"items": []object{{"text": "seen", "lang": "en", "basis": "direct", "scheme": "admiralty", "grade": "C3", "claim": object{"subject": "gate", "predicate": "is", "value": "v", "topic": "gate", "supports": []string{id["itm2"]}}}}}
	req := object{"kind": "PIR", "number": "7", "text": "what now", "topic": "gate"}
	use := object{"report": id["rep2"], "to": "a ministry", "on": today}
	party := object{"kind": "person", "name": "Somebody", "note": "n"}
	rel := object{"title": "t", "marking": []string{"TLP:AMBER"}, "officers": []string{u.who["customer"].ID.String()}, "conditions": "c", "items": []object{{"from": []string{id["itm2"]}, "text": "own words"}}}
	holders := object{"officers": []string{u.who["keeper"].ID.String(), u.who["controller"].ID.String(), u.who["authorizer"].ID.String()}, "reason": "r"}
	return map[string]object{
		"request-opening": {"source": id["src"], "purpose": "an order"}, "end-opening": {"reason": "r"}, "sealed-identity": {"reason": "r"}, "propose-approvers": holders, "propose-trustees": with(holders, "need", 2),
		"approved-opening": {"approver": id["off"], "key": strings.Repeat("00", len(custody.KeyID{})), "at": today + "T00:00:00Z", "halves": []object{}, "signature": ""},
		"propose-key":      {"officer": id["off"], "reason": "r", "passphrase": "a new passphrase"}, "propose-recovery": {"reason": "r"}, "propose-destruction": {"reason": "r"},
		"known": {"names": []object{{"full": "Somebody Else"}}}, "bind-officer": {"issuer": "https://idp.example", "subject": "s"}, "prove-presence": {"passphrase": "not his passphrase"},
		"compare-log": {"signed": "x"}, "prove-growth": {"from": 1, "to": 2},
		"register-source": with(src, "desk", id["cpt"]), "revise-source": src, "assign": {"source": id["src"], "officer": u.who["mate"].ID.String(), "duty": "analyst"},
		"add-role": role, "revise-role": role, "record-event": {"source": id["src"], "kind": "reviewed", "when": today, "text": "well"},
		"grant-authority": {"source": id["src"], "kind": "chis-written", "ground": u.d.Pack().Vocabulary("grounds")[0].Code, "necessity": "n", "proportionality": "p", "purpose": "x", "operation": "OP",
			"conduct": "watch", "topics": []string{"gate"}, "collateral": "c", "confidential": "none", "risk": "r", "target_relation": "none"},
		"review-authority": {"text": "well", "negative": "nothing found"}, "cancel-authority": {"note": "ended", "debrief": "held"},
		"record-contact": met, "plan-contact": plan, "record-planned-contact": met, "complete-contact": met,
		"state-requirement": with(req, "desk", id["cpt"], "kind", "EEI", "parent", id["req"]), "restate-requirement": req,
		"give-task":   {"requirement": id["req"], "source": id["src"], "type": "observe", "topic": "gate", "text": "look"},
		"file-report": rep, "file-reports": {"reports": []object{rep}}, "complete-report": rep,
		"record-outcome": {"item": id["itm2"], "result": "true", "on": today, "basis": "seen", "evidence": []string{id["rep"]}},
		"regrade":        {"item": id["itm2"], "scheme": "admiralty", "grade": "C3", "reason": "later"}, "link-items": {"from": id["itm"], "to": id["itm2"]},
		"record-use": use, "complete-use": use, "add-party": with(party, "desk", id["cpt"]), "revise-party": party,
		"add-knows": {"knower": id["pty"], "subject": id["src"], "tie": "face", "what": "w", "from": today},
		"assess":    {"about": id["rep2"], "view": "likely", "weighs": []string{id["rep"]}}, "weigh-later": {"records": []string{id["rep2"]}},
		"give-credit":   {"by": "somebody", "source": id["src"], "what": "w", "report": id["rep2"], "assessor": "another"},
		"write-release": rel, "rewrite-release": rel, "give-feedback": {"of": id["iss"], "value": "3", "truth": "true", "text": "t"},
		"write-product": {"title": "t", "cites": []string{id["rep2"]}, "text": "x"},
		"issue-notice":  {"kind": "doubt", "about": id["rep2"], "text": "doubtful"}, "answer-notice": {"of": id["ntc"], "response": "noted", "reasons": "r"},
		"relate-notice": {"records": []string{id["rep2"]}}, "recall": {"reports": []string{id["rep2"]}, "reason": "r"},
		"search": {"words": s.word}, "answer-finding": {"rule": "T01", "key": id["src"], "kind": "acknowledge", "reason": "r"}, "verify-log": {"signed": []string{}},
		"add-officer": {"name": "fresh", "clearance": "SECRET", "duties": []string{"analyst"}, "passphrase": "fresh passphrase"}, "grant-duty": {"duty": "analyst"},
		"hand-compartment": {"compartment": id["cpt"]}, "open-compartment": {"name": "Annex"},
		"sign-in": {"name": "nobody", "passphrase": "nobody passphrase"}, "change-passphrase": {"old": "not the old one", "new": "a new passphrase"},
	}
}

// operations are the operations whose draft a form of the pages sends, by the name of the page's route.
var operations = map[string]string{"source.register": "register-source", "source.revise": "revise-source", "source.assign": "assign", "source.relieve": "assign", "source.role": "add-role", "source.event": "record-event",
	"authority.decide": "grant-authority", "authority.review": "review-authority", "authority.cancel": "cancel-authority", "contact.plan": "plan-contact", "contact.unplanned.record": "record-contact",
	"contact.record": "record-planned-contact", "requirement.state": "state-requirement", "requirement.restate": "restate-requirement", "task.give": "give-task", "party.add": "add-party",
	"report.file": "file-report", "release.write": "write-release", "release.rewrite.save": "rewrite-release", "product.write": "write-product", "notice.issue": "issue-notice", "notice.answer": "answer-notice",
	"issued.feedback": "give-feedback", "opening.ask": "request-opening", "opening.refuse": "end-opening", "custody.approvers": "propose-approvers", "custody.trustees": "propose-trustees",
	"custody.key": "propose-key", "custody.recovery": "propose-recovery", "officer.bind": "bind-officer", "finding.answer": "answer-finding", "draft.keep": "file-report", "draft.keep.put": "file-report"}

// forms are the forms of the pages that send no draft of the interface, or send it under other names.
func (u *unit) forms(s side) map[string]url.Values {
	id, today := s.ids, u.clock().Format(time.DateOnly)
	return map[string]url.Values{
		"report.outcome": {"outcome.item": {id["itm2"]}, "outcome.result": {"true"}, "outcome.on": {today}, "outcome.basis": {"seen"}, "outcome.evidence": {id["rep"]}},
		"report.regrade": {"regrade.item": {id["itm2"]}, "regrade.grade": {"1A"}, "regrade.reason": {"later"}},
		"report.link":    {"link.from": {id["itm2"]}, "link.kind": {"supports"}, "link.to": {id["itm"]}}, "report.recall.send": {"reason": {"r"}},
		"release.approve": {}, "release.send": {}, "issued.acknowledge": {}, "issued.confirm": {"recall": {id["rcl"]}}, "product.confirm": {"recall": {id["rcl2"]}},
		"identity.open": {"reason": {"r"}}, "oversight.verify": {"checkpoint": {"x"}}, "oversight.checkpoint": {}, "oversight.bundle": {},
		"custody.destruction": {"source": {id["src"]}, "reason": {"r"}}, "custody.prove": {}, "source.reseal": {}, "proposal.confirm": {}, "proposal.share": {}, "proposal.end": {}, "proposal.recover": {}, "proposal.destroy": {},
		"opening.approve": {}, "opening.withdraw": {}, "opening.open": {}, "known": {"identity.names.0.full": {"Somebody Else"}, "identity.names.0.kind": {"true"}}, "keyfile": {},
		"officer.unbind": {}, "officer.end-sessions": {}, "officer.forget-factors": {}, "passkey.question": {}, "passkey.add": {"name": {"n"}, "answer": {"{}"}}, "passkey.remove": {}, "codes.add": {"seed": {"x"}, "code": {"000000"}},
		"codes.remove": {}, "codes.recovery": {}, "session.end": {}, "session.end-others": {}, "present": {"passphrase": {"not his passphrase"}, "next": {"/"}}, "signin.passkey": {"answer": {"{}"}}, "signin.passkey.question": {},
		"signin": {"name": {"nobody"}, "passphrase": {"nobody passphrase"}}, "signout": {}, "language": {"language": {"en"}, "back": {"/"}}, "theme": {"theme": {"dark"}, "back": {"/"}},
		"passphrase": {"old_passphrase": {"not the old one"}, "passphrase": {"a new passphrase"}, "passphrase_again": {"a new passphrase"}},
	}
}

// body is a sound body for a route about the records of a side.
func (p *port) body(t testing.TB, r route, s side) string {
	t.Helper()
	if !r.body {
		return ""
	}
	all := p.u.bodies(s)
	if !p.html {
		o, ok := all[r.name]
		if !ok {
			t.Errorf("%s %s (%s) has no body in bodies_test.go: the attacks cannot reach it", r.method, r.pattern, r.name)
			return "{}"
		}
		b, err := json.Marshal(o)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	if v, ok := p.u.forms(s)[r.name]; ok {
		return v.Encode()
	}
	o, ok := all[operations[r.name]]
	if !ok {
		t.Errorf("%s %s (%s) has no form in bodies_test.go: the attacks cannot reach it", r.method, r.pattern, r.name)
		return ""
	}
	v := url.Values{}
	flatten(v, "", o)
	return v.Encode()
}

// flatten writes a draft the way forms send it: entries of lists counted from 0.
func flatten(out url.Values, at string, v any) {
	under := func(name string) string { return strings.TrimPrefix(at+"."+name, ".") }
	switch v := v.(type) {
	case object:
		for k, e := range v {
			flatten(out, under(k), e)
		}
	case []object:
		for i, e := range v {
			flatten(out, under(strconv.Itoa(i)), e)
		}
	case []string:
		out[at] = v
	default:
		out.Set(at, fmt.Sprint(v))
	}
}

// TestBodies holds the fixture to the route tables: whatever takes a body can be sent a sound one, and most of them are
// taken when they are about what the sender may see and is his to do.
func TestBodies(t *testing.T) {
	u := own(t)
	done, tried := 0, 0
	for _, name := range []string{"low", "keeper", "controller", "authorizer", "release", "second", "root"} {
		for _, p := range u.both(t, name) {
			for _, r := range p.routes() {
				if !r.body || personal(r.pattern) || r.name == "draft.keep" || r.name == "finding.answer" || r.name == "answer-finding" || r.method == "DELETE" {
					continue
				}
				a := p.send(r.method, fill(r.pattern, u.south.of(r.noun())), p.body(t, r, u.south))
				tried++
				if a.status < 400 {
					done++
				} else if a.status >= 500 || a.status == 400 || a.status == 415 || a.status == 413 {
					t.Errorf("%s: %s %s: %d %s", p, r.method, r.pattern, a.status, a.body)
				} else if testing.Verbose() && name == "low" {
					t.Logf("%s: %s %s: %d %.600s", p, r.method, r.pattern, a.status, text(a.body))
				}
			}
		}
	}
	if done < 60 {
		t.Errorf("only %d of %d sound requests were taken: the attacks would prove little", done, tried)
	}
}

// text is what of an answer is of use in a report: a page's words without its head.
func text(b []byte) string {
	s := string(b)
	if _, after, ok := strings.Cut(s, "<main"); ok {
		s = after
	}
	return strings.Join(strings.Fields(s), " ")
}

func mustJSON(t testing.TB, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

var (
	refs   = regexp.MustCompile(`\b[A-Z]{1,2}-[0-9A-Z]{6}\b`)
	digits = regexp.MustCompile(`\d+`)
)
