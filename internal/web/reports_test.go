package web

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"cutout/internal/wording"
)

// to is where an answer leads.
func (a answered) to(t *testing.T, what string) string {
	t.Helper()
	if a.status != http.StatusSeeOther {
		t.Fatalf("%s: status %d\n%s", what, a.status, plain(a.body))
	}
	return a.header.Get("Location")
}

// both asks for a page in English and in Arabic, mirrored.
func (r *reader) both(t *testing.T, path string, texts ...string) {
	t.Helper()
	r.in("en").get(path).want(t, path+" en", http.StatusOK, append(texts, `<html lang="en" dir="ltr"`)...)
	r.in("ar").get(path).want(t, path+" ar", http.StatusOK, append(texts, `<html lang="ar" dir="rtl"`)...)
}

func itemsOf(s *site) []string {
	p, err := s.desk.Report(s.t.Context(), s.officers["analyst"], s.report, time.Time{})
	must(s.t, err)
	var out []string
	for _, it := range p.Report.Value.Items {
		out = append(out, it.ID.String())
	}
	return out
}

func TestReportsAreRead(t *testing.T) {
	s := newSite(t)
	han, an := s.as("handler"), s.as("analyst")
	han.both(t, "/reports", "KESTREL", "Gate 4", "C3")
	path := "/reports/" + s.report.String()
	han.both(t, path, "KESTREL", "غادرت حاويتان البوابة ٤ دون وزن", "C4", s.requirement.Ref())
	if a := an.in("en").get("/reports"); strings.Contains(a.body, "KESTREL") {
		t.Error("the analyst's list shows the source")
	}
	if a := an.in("en").get(path).want(t, "analyst", 200, "Grade again", "Record an outcome", "source kept apart"); strings.Contains(a.body, "KESTREL") {
		t.Error("the analyst's page shows the source")
	}
	an.both(t, path+"?known="+s.desk.Now().UTC().Format(time.DateOnly), path)
	an.in("en").get(path+"?known=soon").want(t, "no day", http.StatusUnprocessableEntity, "soon")
	an.in("en").get(path+"?known=2020-01-01").want(t, "before it was filed", http.StatusNotFound)
}

func TestWhatCameLaterIsAdded(t *testing.T) {
	s := newSite(t)
	an := s.as("analyst").in("en")
	path, items := "/reports/"+s.report.String(), itemsOf(s)
	an.post(path+"/outcome", url.Values{"outcome.item": {items[0]}, "outcome.basis": {"two more saw it"}}).want(t, "half an outcome", http.StatusUnprocessableEntity,
		`href="#outcome.result"`, `href="#outcome.on"`, "two more saw it", "<details class=\"numbers\" open")
	an.post(path+"/outcome", url.Values{"outcome.item": {items[0]}, "outcome.result": {"true"}, "outcome.on": {s.desk.Now().UTC().Format("2006-01-02")}, "outcome.basis": {"two more saw it"}}).to(t, "outcome")
	an.post(path+"/regrade", url.Values{"regrade.item": {items[0]}, "regrade.grade": {"ZZ"}, "regrade.reason": {"r"}}).want(t, "no grade", http.StatusUnprocessableEntity, `href="#regrade.grade"`, `value="ZZ"`)
	an.post(path+"/regrade", url.Values{"regrade.item": {items[0]}, "regrade.grade": {"1A"}, "regrade.reason": {"the weighbridge log agrees"}}).to(t, "regrade")
	an.post(path+"/link", url.Values{"link.from": {items[0]}, "link.kind": {"supports"}, "link.to": {"R-ZZZZZZ.9"}}).want(t, "link to nothing", http.StatusUnprocessableEntity, `href="#link.to"`)
	an.post(path+"/link", url.Values{"link.from": {items[0]}, "link.kind": {"supports"}, "link.to": {s.report.Ref() + ".2"}}).to(t, "link")
	s.as("handler").both(t, path, "two more saw it", "the weighbridge log agrees", "1A")
	s.as("handler").in("en").get(path).want(t, "the line's handler", 200, "same origin", "one voice, not two")
}

func TestReportEditorKeepsEverything(t *testing.T) {
	s := newSite(t)
	han := s.as("handler").in("en")
	han.in("ar").get("/reports/new?contact="+s.held.String()).want(t, "editor ar", 200, "KESTREL", `data-autosave="/drafts/reports/new"`, "items.__N__.text")
	han.get("/reports/new").want(t, "editor without a contact", 200, "KESTREL", `name="choose"`)
	form := url.Values{"contact": {s.held.String()}, "title": {"Gate 4 again"}, "scheme": {"admiralty"}, "do": {"finish"},
		"items.0.text": {"Zephyrine Quackenbush saw it"}, "items.0.basis": {"direct"}, "items.0.grade": {"K9"},
		"items.1.text": {"نص بلغة"}, "items.1.lang": {"fa"}, "items.1.claim.subject": {"the clerk"}, "items.1.claim.supports": {"R-ZZZZZZ.1"}}
	a := han.post("/reports/new", form).want(t, "faults", http.StatusUnprocessableEntity, "Gate 4 again", "Zephyrine Quackenbush saw it", `href="#items.0.grade"`, `href="#items.1.basis"`,
		`href="#items.1.gist"`, `href="#items.1.claim.predicate"`, `href="#items.1.claim.supports"`, "the clerk")
	for _, m := range regexp.MustCompile(`href="#([^"]+)"`).FindAllStringSubmatch(a.body, -1) {
		if !strings.Contains(a.body, `id="`+m[1]+`"`) {
			t.Errorf("the summary leads to %q, which is not on the page", m[1])
		}
	}
	// Another item without script, and one taken away.
	form.Set("do", "add-item")
	han.post("/reports/new", form).want(t, "one more", 200, `name="items.2.text"`, "Zephyrine Quackenbush saw it")
	form.Set("do", "remove-item.0")
	if a := han.post("/reports/new", form).want(t, "one less", 200, `name="items.0.text"`, "نص بلغة"); strings.Contains(a.body, "Zephyrine Quackenbush saw it") {
		t.Error("the removed item is still there")
	}
	// The name of the source is refused with the words, and nothing is lost.
	form.Set("do", "finish")
	form.Set("items.0.grade", "C3")
	for k := range form {
		if strings.HasPrefix(k, "items.1") {
			form.Del(k)
		}
	}
	han.post("/reports/new", form).want(t, "names the source", http.StatusUnprocessableEntity, "Gate 4 again", "Zephyrine")
	// A draft is kept and comes back.
	form.Set("items.0.text", "Two more containers left.")
	form.Set("draft_of", "contact="+s.held.String())
	han.post("/drafts/reports/new", form).want(t, "draft", http.StatusNoContent)
	han.get("/reports/new?contact="+s.held.String()).want(t, "draft back", 200, "Two more containers left.", "Throw the draft away")
	for _, other := range []string{"/reports/new?source=" + s.source.String(), "/reports/new"} { // what was typed about one contact comes up in no other form
		if a := han.get(other).want(t, other, 200); strings.Contains(a.body, "Two more containers left.") {
			t.Errorf("%s shows the draft about a contact", other)
		}
	}
	form.Set("items.0.claim.subject", "gate 4")
	form.Set("items.0.claim.predicate", "lets out")
	form.Set("items.0.claim.value", "containers unweighed")
	form.Set("items.0.claim.supports", s.report.Ref()+".1")
	to := han.post("/reports/new", form).to(t, "file")
	han.get(to).want(t, "filed", 200, "Gate 4 again", "The report is filed.", s.report.Ref()+".1", "same origin", "lets out")
	if a := han.get("/reports/new?contact=" + s.held.String()); strings.Contains(a.body, "Two more containers left.") {
		t.Error("the draft outlived the report")
	}
	// The sign-in runs out while he writes: the way back leads to the same contact, with everything typed.
	s.late.Store(16 * 60)
	form.Set("items.0.text", "A third truck.")
	han.post("/reports/new", form).want(t, "away too long", http.StatusUnauthorized, `value="/reports/new?contact=`+s.held.String()+`"`)
	han.post("/signin", url.Values{"name": {"handler"}, "passphrase": {"handler passphrase"}}).to(t, "back")
	han.get("/reports/new?contact="+s.held.String()).want(t, "draft after signing in again", 200, "A third truck.")
}

// TestWholeStoryInBothLanguages takes one report through release, copy, product over three hops, recall and inspection.
func TestWholeStoryInBothLanguages(t *testing.T) {
	s := newSite(t)
	rel, rel2, cust, insp := s.as("release").in("en"), s.as("release2"), s.as("customer"), s.as("inspector")
	items := itemsOf(s)
	rel.both(t, "/releases/new?report="+s.report.String(), "غادرت حاويتان البوابة ٤ دون وزن", "TLP:AMBER", "customer")
	form := url.Values{"report": {s.report.String()}, "title": {"Port of the north"}, "tlp": {"TLP:AMBER"}, "handling": {"A1"}, "officers": {s.officers["customer"].ID.String()},
		"items.0.use": {"yes"}, "items.0.text": {"Two containers left unweighed, said Zephyrine"}, "items.0.grade": {"C3"}, "items.0.basis": {"direct"}, "items.1.text": {"not chosen"}, "confidence": {"moderate"}}
	rel.post("/releases/new", form).want(t, "names the source", http.StatusUnprocessableEntity, "zephyrine", "said Zephyrine", "not chosen", "other_person")
	form.Set("items.0.text", "Two containers left unweighed.")
	form.Del("tlp")
	form.Del("officers")
	rel.post("/releases/new", form).want(t, "no marking", http.StatusUnprocessableEntity, `href="#tlp"`, `href="#officers"`)
	form.Set("tlp", "TLP:AMBER")
	form.Set("officers", s.officers["customer"].ID.String())
	path := rel.post("/releases/new", form).to(t, "write")
	rel.both(t, path, "Two containers left unweighed.", "غادرت حاويتان", "TLP:AMBER A1", "release2"[:7])
	rel.get(path+"/rewrite").want(t, "rewrite", 200, "Two containers left unweighed.", "checked")
	form.Set("title", "Northern port")
	rel.post(path+"/rewrite", form).to(t, "rewritten")
	rel.post(path+"/approve", url.Values{}).want(t, "own work", http.StatusForbidden)
	rel.post(path+"/send", url.Values{}).want(t, "not approved", http.StatusForbidden)
	rel2.post(path+"/approve", url.Values{}).to(t, "approve")
	rel.post(path+"/send", url.Values{}).to(t, "send")
	rel.both(t, "/releases", "Northern port")
	rel.get(path).want(t, "sent", 200, "not acknowledged", "customer")

	cust.both(t, "/inbox", "Northern port", "Unit North")
	inbox := regexp.MustCompile(`/inbox/iss_[0-9a-z]+`).FindString(cust.in("en").get("/inbox").body)
	cust.both(t, inbox, "Two containers left unweighed.", "TLP:AMBER A1", "C3")
	if a := cust.in("en").get(inbox); strings.Contains(a.body, "KESTREL") || strings.Contains(a.body, "غادرت") || strings.Contains(a.body, s.report.Ref()) {
		t.Error("the copy shows where it came from")
	}
	cust.in("en").get("/reports/"+s.report.String()).want(t, "customer at a report", http.StatusForbidden)
	cust.in("en").post(inbox+"/acknowledge", nil).to(t, "acknowledge")
	cust.in("en").post(inbox+"/feedback", url.Values{}).want(t, "empty feedback", http.StatusUnprocessableEntity, `href="#value"`)
	cust.in("en").post(inbox+"/feedback", url.Values{"value": {"5"}, "truth": {"true"}, "text": {"we turned the trucks"}}).to(t, "feedback")
	cust.both(t, inbox, "we turned the trucks")
	rel.get(path).want(t, "sent", 200, "1 of 1 acknowledged", "we turned the trucks", "5 · decisive")

	cust.both(t, "/products")
	iss := strings.TrimPrefix(inbox, "/inbox/")
	cust.both(t, "/products/new?cites="+iss, iss)
	cust.in("en").post("/products/new", url.Values{"title": {"x"}, "cites": {"iss_nothing\n" + iss}}).want(t, "bad reference", http.StatusUnprocessableEntity, `href="#cites"`, "iss_nothing")
	one := cust.in("en").post("/products/new", url.Values{"title": {"Estimate"}, "cites": {iss}, "text": {"Likely."}, "confidence": {"high"}}).to(t, "product")
	two := cust.in("en").post("/products/new", url.Values{"title": {"Speech"}, "cites": {strings.TrimPrefix(one, "/products/")}}).to(t, "product of a product")
	cust.both(t, two, "Speech")

	recall := "/reports/" + s.report.String() + "/recall"
	rel.both(t, recall)
	rel.post(recall, url.Values{}).want(t, "no reason", http.StatusUnprocessableEntity, `href="#reason"`)
	notice := rel.post(recall, url.Values{"reason": {"made up from a newspaper"}}).to(t, "recall")
	rel.both(t, notice, "made up from a newspaper", "customer", "state."[:0])
	rel.get(notice).want(t, "reach", 200, "not acknowledged", "a product", "a copy")
	for _, p := range []string{inbox, one, two} {
		a := cust.in("en").get(p).want(t, "recalled "+p, 200, "Recalled on", "I have read this")
		if strings.Contains(a.body, "newspaper") {
			t.Errorf("%s tells the reader why", p)
		}
		cust.in("ar").get(p).want(t, "recalled "+p, 200, "استُرجع في", "قرأتُ هذا")
		if first := strings.Index(a.body, "Recalled on"); first > strings.Index(a.body, "<h1") {
			t.Errorf("%s: the recall does not stand first", p)
		}
	}
	cust.in("en").get(two).want(t, "three hops", 200, "several citations")
	cust.in("en").get("/products").want(t, "list", 200, "was recalled")
	mark := regexp.MustCompile(`name="recall" value="(rcl_[0-9a-z]+)"`).FindStringSubmatch(cust.in("en").get(two).body)[1]
	cust.in("en").post(two+"/confirm", url.Values{"recall": {mark}}).to(t, "confirm")
	cust.in("en").get(two).want(t, "confirmed", 200, "You have confirmed")
	rel.get(notice).want(t, "answered", 200, "acknowledged")
	rel.get("/releases/new?report="+s.report.String()).want(t, "editor of a recalled report", 200)
	rel.post("/releases/new", form).want(t, "under notice", http.StatusUnprocessableEntity)
	s.as("analyst").both(t, "/reports/"+s.report.String(), "notices/ntc_")
	rel.both(t, "/notices", "made up from a newspaper")
	rel.post(notice+"/answer", url.Values{"response": {"overruled"}}).want(t, "no reasons", http.StatusUnprocessableEntity, `href="#reasons"`)
	rel.post(notice+"/answer", url.Values{"response": {"followed"}, "reasons": {"withdrawn everywhere"}}).to(t, "answer")
	rel.both(t, notice, "withdrawn everywhere")
	rel.both(t, "/notices/new?about="+s.report.String(), s.report.String())
	rel.post("/notices/new", url.Values{"kind": {"threat-to-life"}, "about": {s.report.String()}, "text": {"t"}}).want(t, "threat", http.StatusUnprocessableEntity, `href="#threat_to"`)
	rel.post("/notices/new", url.Values{"kind": {"doubt"}, "about": {"the broker MAGPIE"}, "text": {"three tales"}}).to(t, "notice about words")

	_ = items
	insp.both(t, "/oversight", "release.write"[:0], "handler")
	a := insp.in("en").get("/oversight").want(t, "log", 200, "sent a release", "Root")
	for _, never := range []string{"KESTREL", "Northern port", "newspaper", trueName} {
		if strings.Contains(a.body, never) {
			t.Errorf("the log says %q", never)
		}
	}
	insp.in("ar").get("/oversight?act=release.send").want(t, "filter", 200, "أرسل نشرة")
	insp.in("en").post("/oversight/verify", url.Values{}).want(t, "verify", 200, "Nothing wrong was found", "Not proven")
	point := insp.in("en").post("/oversight/checkpoint", nil)
	if point.status != 200 || !strings.Contains(point.header.Get("Content-Disposition"), "checkpoint.txt") {
		t.Fatal(point)
	}
	crlf := strings.ReplaceAll(point.body, "\n", "\r\n")
	insp.in("ar").post("/oversight/verify", url.Values{"checkpoint": {crlf}}).want(t, "verify with a checkpoint", 200, "لم يُعثر على خلل", "ثبت بنقطة التحقق")
	insp.in("en").post("/oversight/verify", url.Values{"checkpoint": {"forged"}}).want(t, "forged", http.StatusUnprocessableEntity, `href="#checkpoint"`, "forged")
	if b := insp.post("/oversight/bundle", nil); b.status != 200 || !strings.HasPrefix(b.body, "PK") {
		t.Error("no bundle")
	}
	cust.in("en").get("/oversight").want(t, "customer at the log", http.StatusForbidden)
	insp.in("en").get("/reports").want(t, "inspector at reports", http.StatusForbidden)
}

func TestSearchPage(t *testing.T) {
	s := newSite(t)
	an := s.as("analyst")
	an.both(t, "/search")
	an.both(t, "/search?q="+url.QueryEscape("حاويتان"), "<mark>حاويتان</mark>", "/reports/"+s.report.String())
	an.both(t, "/search?q="+url.QueryEscape(`"paid for"`)+"&kind=report", "<mark>paid for</mark>")
	an.in("en").get("/search?q=submarine").want(t, "nothing", 200, "Nothing found", "submarine")
	an.in("en").get("/search?q=submarine+clerk&words=any").want(t, "any", 200, "<mark>clerk</mark>")
	an.in("en").get("/search?q=x&kind=horse").want(t, "kind", http.StatusUnprocessableEntity, `href="#kind"`)
	an.in("ar").get("/search?q="+url.QueryEscape(strings.Repeat("a ", 3000))).want(t, "long", http.StatusUnprocessableEntity, `href="#q"`)
	if a := s.as("outsider").in("en").get("/search?q=clerk"); strings.Contains(a.body, "<mark>") {
		t.Error("another desk finds the report")
	}
}

// TestHiddenReportLooksMissing compares the page of a report that another desk holds with one that never was.
func TestHiddenReportLooksMissing(t *testing.T) {
	s := newSite(t)
	out := s.as("outsider").in("en")
	hidden, missing := out.get("/reports/"+s.report.String()), out.get("/reports/rep_00000000000000000000000000")
	if hidden.status != http.StatusNotFound || missing.status != http.StatusNotFound || hidden.body != missing.body {
		t.Errorf("hidden %d and missing %d differ", hidden.status, missing.status)
	}
	for _, path := range []string{"/reports/new?contact=" + s.held.String(), "/releases/new?report=" + s.report.String(), "/reports?source=x", "/inbox/x", "/notices/x", "/products/x"} {
		if a := out.get(path); a.status != http.StatusNotFound && a.status != http.StatusForbidden {
			t.Errorf("%s: %d", path, a.status)
		}
	}
}

// TestEveryActIsWorded reads the door's own acts: an inspector must never meet a code.
func TestEveryActIsWorded(t *testing.T) {
	files, err := filepath.Glob("../casework/*.go")
	must(t, err)
	acts := regexp.MustCompile(`act\{"([a-z.-]+)"`)
	n := 0
	for _, f := range files {
		b, err := os.ReadFile(f)
		must(t, err)
		for _, m := range acts.FindAllStringSubmatch(string(b), -1) {
			n++
			if !wording.For("en").Has("did." + m[1]) {
				t.Errorf("%s: %s is not worded", filepath.Base(f), m[1])
			}
		}
	}
	if n < 50 {
		t.Errorf("only %d acts found", n)
	}
	for _, a := range logActs {
		if !wording.For("ar").Has("did." + a) {
			t.Errorf("the filter offers %s, which is not worded", a)
		}
	}
}
