package ni

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"cutout/internal/id"
)

// drafts are what a low officer writes, once for every porch: the pages' forms, the interface's bodies and the commands'
// files have the same names. {src} and its like become the id of a record: a visible one, a hidden one of either world,
// one that never was, or what is no id. {me} and {mate} are officers, {desk} a compartment.
var drafts = map[string]string{
	"":          `{}`,
	"source":    `{"code_name":"` + freshCode + `","category":"AGENT","desk":"{desk}","state":"proposed","identity_kind":"known","service_contact":"direct","lawful_origin":"walked in","parent":"{src}"}`,
	"plain":     `{"code_name":"` + freshCode + `","category":"AGENT","desk":"{desk}","state":"proposed","identity_kind":"known","service_contact":"direct","lawful_origin":"walked in"}`,
	"revised":   `{"category":"AGENT","state":"proposed","identity_kind":"known","service_contact":"direct","lawful_origin":"walked in","introduced_by":["{pty}"]}`,
	"assign":    `{"officer":"{me}","duty":"co-handler"}`,
	"role":      `{"person":"{pty}","role":"recruiter","from":"2026-03-01"}`,
	"rerole":    `{"source":"{src}","person":"{me}","role":"recruiter","from":"2026-03-01"}`,
	"event":     `{"kind":"reviewed","when":"2026-03-08","text":"well"}`,
	"identity":  `{"reason":"a safety check"}`,
	"authority": `{"source":"{src}","kind":"chis-written","ground":"{ground}","necessity":"n","proportionality":"p","purpose":"x","operation":"OP","conduct":"watch","topics":["harbor"],"collateral":"c","confidential":"none","risk":"r","target_relation":"none"}`,
	"review":    `{"text":"well","negative":"none"}`,
	"cancel":    `{"note":"ended","debrief":"held"}`,
	"plan":      `{"source":"{src}","type":"meeting","plan":{"when":"2026-03-12","place":"quay","safety":"watched","fallback":"the next day","participants":["{me}"]}}`,
	"contact":   `{"source":"{src}","type":"meeting","record":{"when":"2026-03-08","place":"quay","summary":"met","welfare":"fine","security":"none","participants":["{me}"]}}`,
	"need":      `{"desk":"{desk}","kind":"EEI","parent":"{req}","number":"7","text":"what now","topic":"harbor"}`,
	"restated":  `{"kind":"PIR","number":"7","text":"what now","topic":"harbor"}`,
	"task":      `{"source":"{src}","requirement":"{req}","type":"ask","text":"ask him","criminal":"no","topic":"harbor"}`,
	"party":     `{"desk":"{desk}","kind":"person","name":"harbor","rival_of":["{pty}"]}`,
	"reparty":   `{"kind":"person","name":"harbor"}`,
	"knows":     `{"subject":"{src}","knower":"{pty}","tie":"face","what":"his face"}`,
	"finding":   `{"rule":"no-contact","key":"{src}","kind":"acknowledge"}`,
	"report":    `{"contact":"{con}","title":"gate","requirements":["{req}"],"items":[{"text":"` + sameText + `","lang":"en","gist":"g","basis":"direct","scheme":"admiralty","grade":"B2"}]}`,
	"completed": `{"items":[{"id":"{itm}","text":"seen at the quay","lang":"en","basis":"direct","scheme":"admiralty","grade":"B2"}]}`,
	"batch": `{"reports":[{"contact":"{con}","items":[{"text":"` + sameText + `","lang":"en","basis":"direct","scheme":"admiralty","grade":"B2"}]},` +
		`{"contact":"{con}","items":[{"text":"` + sameText + `","lang":"en","basis":"direct","scheme":"admiralty","grade":"B2"}]}]}`,
	"outcome":      `{"item":"{itm}","result":"true","on":"2026-03-08","basis":"checked"}`,
	"page outcome": `{"outcome":{"item":"{itm}","result":"true","on":"2026-03-08","basis":"checked"}}`,
	"page regrade": `{"regrade":{"item":"{itm}","grade":"C3","reason":"later"}}`,
	"regrade":      `{"item":"{itm}","scheme":"admiralty","grade":"C3","reason":"later"}`,
	"link":         `{"from":"{itm0}","to":"{itm}"}`,
	"page link":    `{"link":{"from":"{itm0}","to":"{itm}","kind":"supports"}}`,
	"use":          `{"report":"{rep}","to":"a ministry","on":"2026-03-08"}`,
	"recall":       `{"reports":["{rep}"],"reason":"fabricated"}`,
	"release":      `{"title":"t","marking":["TLP:AMBER"],"officers":["{reader}"],"items":[{"from":["{itm}"],"text":"own words"}]}`,
	"feedback":     `{"value":"3","truth":"true","text":"held"}`,
	"confirm":      `{"recall":"{rcl}"}`,
	"product":      `{"title":"t","cites":["{iss}"],"text":"an estimate","confidence":"high"}`,
	"notice":       `{"kind":"doubt","about":"{rep}","text":"doubtful","relates_to":["{ntc}"]}`,
	"answer":       `{"response":"noted"}`,
	"records":      `{"records":["{rep}"]}`,
	"assessment":   `{"about":"{rep}","view":"likely","weighs":["{rep}"]}`,
	"credit":       `{"source":"{src}","by":"{me}","what":"a seizure"}`,
	"search":       `{"words":"harbor gate","any":true,"limit":2}`,
	"officer":      `{"name":"late","clearance":"SECRET","duties":["analyst"],"passphrase":"a passphrase nobody has"}`,
	"duty":         `{"duty":"analyst"}`,
	"hand":         `{"compartment":"{desk}"}`,
	"desk":         `{"name":"Annex"}`,
	"signed":       `{"signed":[]}`,
	"purpose":      `{"source":"{src}","purpose":"a court order"}`,
	"reason":       `{"reason":"no order was shown"}`,
	"of source":    `{"source":"{src}","reason":"he asked for it"}`,
	"approval":     `{"approver":"{me}","halves":[]}`,
	"holders":      `{"officers":["{off}","{me}","{mate}"],"need":2,"reason":"new year"}`,
	"new key":      `{"officer":"{off}","reason":"forgot it","passphrase":"a passphrase nobody has","passphrase_again":"a passphrase nobody has"}`,
	"machine key":  `{"officer":"{off}","reason":"forgot it","passphrase":"a passphrase nobody has"}`,
	"person":       `{"names":[{"full":"Ottokar Brandywine"}]}`,
	"present":      `{"passphrase":"not the passphrase"}`,
	"binding":      `{"issuer":"https://id.example","subject":"8f1c"}`,
	"kept":         `{"signed":"nothing that was signed"}`,
	"growth":       `{"from":1,"to":2}`,
	"typed":        `{"title":"half a thought","text":"` + sameText + `"}`,
}

// variant is which of the records an id stands for.
type variant int

const (
	visible   variant = iota
	hiddenOld         // of both worlds
	hiddenNew         // of the second world, where there is such a record
	random
	malformed
)

// combos are the records in the address and in the body of one write.
var combos = [][2]variant{{visible, visible}, {visible, hiddenOld}, {visible, hiddenNew}, {visible, random}, {hiddenOld, visible}, {hiddenNew, hiddenNew}, {random, visible}, {malformed, malformed}}

// fewCombos are those of the short form.
var fewCombos = [][2]variant{{visible, visible}, {visible, hiddenNew}, {hiddenNew, hiddenNew}, {malformed, malformed}}

// samples are ids of each noun by variant.
type samples map[string][5]string

func (p *twin) samples() samples {
	if p.sampled != nil {
		return p.sampled
	}
	p.sampled = p.sample()
	return p.sampled
}

func (p *twin) sample() samples {
	if p.a == nil { // the census asks for addresses only
		return samples{}
	}
	old := map[string]bool{}
	for _, s := range p.a.w.ids {
		old[s] = true
	}
	fresh := map[string]bool{} // in one world only
	for _, s := range p.b.w.ids {
		fresh[s] = !old[s]
	}
	for s := range old {
		fresh[s] = !slices.Contains(p.b.w.ids, s)
	}
	low, hidden := p.a.low().n, p.a.hidden().n
	out := samples{}
	for _, s := range p.ids {
		prefix, _, _ := strings.Cut(s, "_")
		v := out[prefix]
		switch {
		case p.desks[s] == hidden && fresh[s]:
			v[hiddenNew] = s
		case p.desks[s] == hidden && v[hiddenOld] == "":
			v[hiddenOld] = s
		case p.desks[s] == low && v[visible] == "":
			v[visible] = s
		}
		out[prefix] = v
	}
	// Where it matters that the records belong together, those of the low desk's own story.
	l := p.a.low()
	put := func(prefix, s string) { v := out[prefix]; v[visible] = s; out[prefix] = v }
	put("src", l.sources[0].String())
	put("con", p.a.met[l.sources[0]].String())
	put("rep", last(l.open).String())
	put("itm", p.a.items[last(l.open)].String())
	for _, prefix := range prefixes {
		v := out[prefix]
		v[random], v[malformed] = id.Long(prefix, [16]byte{9}), "nonsense"
		for i := range v {
			if v[i] == "" {
				v[i] = v[random]
			}
		}
		out[prefix] = v
	}
	return out
}

var prefixes = strings.Fields("src con rep itm req aut rel iss prd ntc pty rol use asm rcl tsk cpt off opn prp")

// given are the words that stand in a draft for the same thing everywhere.
func (p *twin) given(low string) map[string]string {
	s := p.a
	return map[string]string{"{me}": s.w.o(low).ID.String(), "{mate}": s.w.o("a0").ID.String(), "{reader}": s.w.o("reader").ID.String(), "{desk}": s.low().id.String(), "{hidden desk}": s.hidden().id.String(),
		"{ground}": s.w.d.Pack().Vocabulary("grounds")[0].Code, "{itm0}": s.items[s.low().reports[0]].String()}
}

// body writes out a draft.
func (x samples) body(draft string, v variant, given map[string]string) string {
	out := drafts[draft]
	for word, is := range given {
		out = strings.ReplaceAll(out, word, is)
	}
	if v == hiddenOld || v == hiddenNew {
		out = strings.ReplaceAll(out, given["{desk}"], given["{hidden desk}"])
	}
	for prefix, ids := range x {
		out = strings.ReplaceAll(out, "{"+prefix+"}", ids[v])
	}
	return out
}

// form writes a body as a page's form sends it: members of members by dots, entries of lists by their number.
func form(body string) string {
	var v any
	if err := json.Unmarshal([]byte(body), &v); err != nil {
		panic(fmt.Sprint("drafts: ", err, " in ", body))
	}
	out := url.Values{}
	var walk func(name string, v any)
	walk = func(name string, v any) {
		switch v := v.(type) {
		case map[string]any:
			for _, k := range slices.Sorted(maps.Keys(v)) {
				walk(strings.TrimPrefix(name+"."+k, "."), v[k])
			}
		case []any:
			for i, x := range v {
				if s, ok := x.(string); ok {
					out.Add(name, s)
				} else {
					walk(name+"."+strconv.Itoa(i), x)
				}
			}
		default:
			out.Set(name, fmt.Sprint(v))
		}
	}
	walk("", v)
	return out.Encode()
}

// pageWrites and machineWrites say which draft each writing route is sent: by the name of the page's route and by the
// operation's id. A route that is in neither table and not in undriven fails the census.
var pageWrites = map[string]string{
	"draft.keep": "typed", "draft.keep.put": "typed",
	"finding.answer": "finding", "source.register": "plain, source", "source.revise": "revised", "source.assign": "assign", "source.relieve": "assign", "source.role": "role",
	"source.event": "event", "identity.open": "identity", "authority.decide": "authority", "authority.review": "review", "authority.cancel": "cancel",
	"contact.plan": "plan", "contact.unplanned.record": "contact", "contact.record": "contact", "requirement.state": "need", "requirement.restate": "restated", "task.give": "task",
	"party.add": "party", "report.file": "report", "report.outcome": "page outcome", "report.regrade": "page regrade", "report.link": "page link", "report.recall.send": "recall",
	"release.write": "release", "release.rewrite.save": "release", "release.approve": "", "release.send": "", "issued.acknowledge": "", "issued.confirm": "confirm", "issued.feedback": "feedback",
	"product.write": "product", "product.confirm": "confirm", "notice.issue": "notice", "notice.answer": "answer",
	"oversight.verify": "signed", "oversight.checkpoint": "", "oversight.bundle": "",
	"signin.passkey.question": "", "signin.passkey": "", "present": "present", "passkey.question": "", "passkey.add": "", "passkey.remove": "", "codes.remove": "", "codes.recovery": "",
	"session.end-others": "", "session.end": "", "officer.bind": "binding", "officer.unbind": "", "officer.end-sessions": "", "officer.forget-factors": "",
	"opening.ask": "purpose", "opening.approve": "", "opening.refuse": "reason", "opening.withdraw": "", "opening.open": "",
	"custody.approvers": "holders", "custody.trustees": "holders", "custody.key": "new key", "custody.recovery": "reason", "custody.destruction": "of source", "custody.prove": "",
	"source.reseal": "", "proposal.confirm": "", "proposal.share": "", "proposal.end": "", "proposal.recover": "", "proposal.destroy": "", "known": "person", "keyfile": "",
}

var machineWrites = map[string]string{
	"assess": "assessment", "weigh-later": "records", "grant-authority": "authority", "cancel-authority": "cancel", "review-authority": "review", "open-compartment": "desk",
	"plan-contact": "plan", "record-contact": "contact", "complete-contact": "contact", "record-planned-contact": "contact", "acknowledge": "", "give-feedback": "feedback",
	"give-credit": "credit", "answer-finding": "finding", "add-knows": "knows", "link-items": "link", "verify-log": "signed", "issue-notice": "notice", "relate-notice": "records",
	"answer-notice": "answer", "add-officer": "officer", "close-officer": "", "hand-compartment": "hand", "take-back-compartment": "", "grant-duty": "duty", "revoke-duty": "",
	"record-outcome": "outcome", "add-party": "party", "revise-party": "reparty", "write-product": "product", "recall": "recall", "confirm-recall": "", "regrade": "regrade",
	"write-release": "release", "rewrite-release": "release", "approve-release": "", "send-release": "", "file-reports": "batch", "file-report": "report", "complete-report": "completed",
	"state-requirement": "need", "restate-requirement": "restated", "revise-role": "rerole", "search": "search", "register-source": "plain, source", "revise-source": "revised",
	"assign": "assign", "relieve": "", "record-event": "event", "add-role": "role", "give-task": "task", "record-use": "use", "complete-use": "use",
	"prove-presence": "present", "end-other-sessions": "", "end-session": "", "end-officer-sessions": "", "bind-officer": "binding", "unbind-officer": "", "forget-factors": "",
	"sealed-identity": "reason", "reseal": "", "request-opening": "purpose", "approve-opening": "", "approved-opening": "approval", "end-opening": "reason", "take-approved": "",
	"known": "person", "key-file": "", "prove-share": "", "propose-approvers": "holders", "propose-trustees": "holders", "propose-key": "machine key", "propose-recovery": "reason",
	"propose-destruction": "reason", "confirm-proposal": "", "give-share": "", "end-proposal": "", "recover": "", "destroy-identity": "", "compare-log": "kept", "prove-growth": "growth",
}

// signing are the routes of sign-in and of one's own session, driven last and each in its own way (signing_test.go).
var signing = map[string]bool{
	"signin.form": true, "signin": true, "signout": true, "language": true, "theme": true, "passphrase.form": true, "passphrase": true,
	"sign-in": true, "sign-out": true, "change-passphrase": true, "session": true,
}

// undriven are the routes that no probe drives, with the reason: page names and operation ids.
var undriven = map[string]string{
	"codes.form": "draws a secret of the officer's own at every look, and shows it", "codes.add": "shows another such secret; casework's tests hold that it is of his own account alone",
}

// entitled are looks that some officers have a declared right to, whatever their desk: see THREATS.md, declared leaks.
var entitled = map[string]string{
	"h0 officers":               "a registrar knows the accounts of the unit",
	"h0 custody.approvers.form": "and is offered them where he names who holds keys",
	"h0 custody.trustees.form":  "the same",
	"h0 custody.key.form":       "the same",
	"h0 officer.bind.form":      "the same, for a refusal that names the account",
}
