package api

import (
	"encoding/hex"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"cutout/internal/casework"
	"cutout/internal/officer"
	"cutout/internal/vault"
)

// custody names three approvers and five trustees, seals the source's identity to them, and asks for it once.
func (w *world) custody() {
	w.t.Helper()
	w.add("deputy", "registrar")
	w.add("validator", "validator")
	var trustees []string
	for _, n := range []string{"t1", "t2", "t3", "t4", "t5"} {
		w.add(n, "trustee")
		trustees = append(trustees, w.ids[n])
	}
	w.made("approvers", "registrar", "/proposals/approvers", object{"officers": []string{w.ids["authorizer"], w.ids["validator"], w.ids["deputy"]}, "reason": "first naming"})
	w.as("authorizer", "POST", "/proposals/"+w.ids["approvers"]+"/confirmation", nil, 204)
	w.made("trustees", "deputy", "/proposals/trustees", object{"officers": trustees, "need": 3, "reason": "founding"})
	w.as("validator", "POST", "/proposals/"+w.ids["trustees"]+"/confirmation", nil, 204)
	due := w.as("registrar", "GET", "/sealings", nil, 200)["items"].([]any)
	if len(due) != 1 || due[0].(object)["not_to_recovery"] != true {
		w.t.Fatalf("due: %v", due)
	}
	w.as("registrar", "POST", "/sources/"+w.ids["source"]+"/resealing", nil, 204)
	w.made("opening", "authorizer", "/openings", object{"source": w.ids["source"], "purpose": "court order 7"})
	w.made("proposal", "registrar", "/sources/"+w.ids["source"]+"/destruction", object{"reason": "he asked"})
}

// machine is an officer's own: it has his key file and his passphrase, which the server never hears again.
func (w *world) machine(who string) vault.PrivateKey {
	w.t.Helper()
	var f casework.KeyFile
	w.into(&f, w.raw("POST", "/key-file", w.tokens[who], ""))
	k, err := vault.OpenPrivate(f.Private, []byte(who+" passphrase"))
	if err != nil {
		w.t.Fatal(err)
	}
	return k
}

func (w *world) into(v any, a answer) {
	w.t.Helper()
	if a.status != 200 {
		w.t.Fatalf("%d %s", a.status, a.body)
	}
	if err := json.Unmarshal(a.body, v); err != nil {
		w.t.Fatal(err)
	}
}

// Two approvers compute their halves and the requester opens, each on a machine of his own; over the wire goes nothing
// that anybody else could open.
func TestOpeningOverHTTP(t *testing.T) {
	w := mainJob(t)
	w.custody()
	at := "/openings/" + w.ids["opening"]
	for _, who := range []string{"validator", "deputy"} {
		key := w.machine(who)
		var sent Asking
		w.into(&sent, w.raw("GET", at+"/asking", w.tokens[who], ""))
		asking, err := sent.Value()
		if err != nil {
			t.Fatal(err)
		}
		shown := w.as(who, "GET", at, nil, 200)
		hash := asking.Request.Hash(asking.ID)
		if shown["hash"] != hex.EncodeToString(hash[:]) || shown["may_approve"] != true {
			t.Errorf("what %s is shown is not what he signs: %v", who, shown)
		}
		var me officer.ID
		if err := me.UnmarshalText([]byte(w.ids[who])); err != nil {
			t.Fatal(err)
		}
		yes, err := asking.Approve(me, key, w.now)
		if err != nil {
			t.Fatal(err)
		}
		w.as("authorizer", "POST", at+"/sealed-identity", nil, 403)
		altered := ApprovalOf(yes)
		if altered.At = altered.At.Add(time.Second); w.raw("PUT", at+"/approval", w.tokens[who], mustJSON(t, altered)).status != 403 {
			t.Error("an altered approval is taken")
		}
		w.as(who, "PUT", at+"/approval", ApprovalOf(yes), 204)
		w.as(who, "PUT", at+"/approval", ApprovalOf(yes), 403)
	}
	a := w.raw("POST", at+"/sealed-identity", w.tokens["authorizer"], "")
	if strings.Contains(strings.ToLower(string(a.body)), "quackenbush") {
		t.Error("the name went over the wire")
	}
	var sent SealedCopy
	w.into(&sent, a)
	copied, err := sent.Value()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := copied.Open(w.machine("validator")); err == nil {
		t.Error("an approver opens it")
	}
	who, err := copied.Open(w.machine("authorizer"))
	if err != nil {
		t.Fatal(err)
	}
	if p, err := who.Disclose(); err != nil || p.Names[0].Full != "Zephyrine Quackenbush" {
		t.Errorf("opened: %v", err)
	}
	w.as("authorizer", "POST", at+"/sealed-identity", nil, 403)
	if v := w.as("authorizer", "GET", at, nil, 200); v["state"] != "used" || len(v["approved"].([]any)) != 2 {
		t.Errorf("afterwards: %v", v)
	}
	sent = SealedCopy{}
	w.into(&sent, w.raw("POST", "/sources/"+w.ids["source"]+"/sealed-identity", w.tokens["handler"], `{"reason":"a meeting"}`))
	if copied, err = sent.Value(); err != nil {
		t.Fatal(err)
	}
	if _, err := copied.Open(w.machine("handler")); err != nil {
		t.Errorf("the handler: %v", err)
	}
	w.made("second", "authorizer", "/openings", object{"source": w.ids["source"], "purpose": "again"})
	w.as("validator", "POST", "/openings/"+w.ids["second"]+"/end", object{"reason": ""}, 422)
	w.as("validator", "POST", "/openings/"+w.ids["second"]+"/end", object{"reason": "no order"}, 204)
	w.as("deputy", "POST", "/openings/"+w.ids["second"]+"/approval", nil, 403)
	w.as("handler", "PUT", "/openings/"+w.ids["second"]+"/approval", object{"approver": "x", "key": "zz", "at": w.now}, 422)
	known := w.as("handler", "POST", "/known-persons", object{"names": []object{{"full": "Zephyrine Quackenbush"}}}, 200)["items"].([]any)
	if len(known) != 1 || known[0].(object)["ask"] != "controller" {
		t.Errorf("known: %v", known)
	}
}

// Three trustees restore, and an identity ends with a certificate that checks away from the unit.
func TestCustodyOverHTTP(t *testing.T) {
	w := mainJob(t)
	w.custody()
	w.as("t1", "POST", "/key-holders/proof", nil, 204)
	w.as("customer", "GET", "/key-holders", nil, 403)
	if v := w.as("registrar", "GET", "/key-holders", nil, 200); v["ready"] != 1.0 || v["need"] != 3.0 || len(v["trustees"].([]any)) != 5 {
		t.Errorf("holders: %v", v)
	}
	rec := w.made("recovery", "registrar", "/proposals/recoveries", object{"reason": "a drill with all"})
	for i, n := range []string{"t1", "t2", "t3"} {
		if i > 0 {
			w.as("registrar", "POST", "/proposals/"+rec+"/recovery", nil, 403)
		}
		w.as(n, "POST", "/proposals/"+rec+"/share", nil, 204)
	}
	if v := w.as("registrar", "POST", "/proposals/"+rec+"/recovery", nil, 200); v["resealed"] != 1.0 || v["failed"] != 0.0 {
		t.Errorf("recovered: %v", v)
	}
	key := w.made("key", "root", "/proposals/keys", object{"officer": w.ids["handler"], "reason": "lost", "passphrase": "another passphrase"})
	w.as("validator", "POST", "/proposals/"+key+"/end", nil, 204)
	if v := w.as("root", "GET", "/proposals/"+key, nil, 200); v["state"] != "refused" || v["officer"] != "handler" || strings.Contains(mustJSON(t, v), "ecret") {
		t.Errorf("a refused key: %v", v)
	}
	end := "/proposals/" + w.ids["proposal"]
	w.as("registrar", "POST", end+"/destruction", nil, 403)
	w.as("deputy", "POST", end+"/confirmation", nil, 204)
	v := w.as("registrar", "POST", end+"/destruction", nil, 200)
	signed := casework.SignedCertificate{Certificate: json.RawMessage(v["certificate"].(string)), Signed: v["signed"].(string)}
	if c, err := casework.CheckCertificate(signed, w.desk.Unit().LogPublic); err != nil || c.Source.String() != w.ids["source"] {
		t.Errorf("certificate: %v %v", c, err)
	}
	if kept := w.as("registrar", "GET", end, nil, 200)["certificate"]; kept == nil || kept.(object)["signed"] != v["signed"] {
		t.Errorf("the certificate is not kept: %v", kept)
	}
	if n := len(w.as("registrar", "GET", "/proposals", nil, 200)["items"].([]any)); n < 3 {
		t.Errorf("%d proposals", n)
	}
}

func mustJSON(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
