package web

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"cutout/internal/id"
	"cutout/internal/source"
	"cutout/internal/wording"
)

// TestSourcePages opens every page of sources, contacts and requirements as the officer whose page it is, in both languages.
func TestSourcePages(t *testing.T) {
	s := newSite(t)
	src, aut := "/sources/"+s.source.String(), "/authorities/"+s.authority.String()
	for _, x := range []struct{ who, path, says string }{
		{"handler", "/", "handler"}, {"handler", "/watch?past=1", "handler"}, {"customer", "/", "customer"}, {"root", "/", "root"},
		{"handler", "/sources", "KESTREL"}, {"registrar", "/sources/new", "data-autosave=\"/drafts/sources/new\""},
		{"handler", src, "KESTREL"}, {"handler", src + "?known=2020-01-01", ""}, {"handler", src + "?known=yesterday", "known.fault"}, {"handler", src + "/access", "gate 4"}, {"handler", src + "/contacts", s.held.Ref()},
		{"handler", src + "/reports", s.report.Ref()}, {"handler", src + "/authority", s.authority.Ref()}, {"handler", src + "/roles", "controller"}, {"registrar", src + "/roles", "/relieve?officer="},
		{"handler", src + "/notices", "KESTREL"}, {"handler", src + "/log", "class=\"log\""}, {"handler", src + "/edit", "Port worker"}, {"registrar", src + "/assign", "name=\"duty\""},
		{"registrar", src + "/relieve?duty=controller&officer=" + s.officers["controller"].ID.String(), "selected"}, {"handler", src + "/role", "The night clerk"}, {"handler", src + "/event", "name=\"kind\""},
		{"handler", src + "/identity", "name=\"reason\""}, {"authorizing", src + "/authority/new", "name=\"necessity\""}, {"handler", aut, "WEIGHBRIDGE"}, {"controller", aut + "/review", s.report.Ref()},
		{"authorizing", aut + "/cancel", "name=\"debrief\""}, {"handler", "/contacts", s.planned.Ref()}, {"handler", "/contacts?source=" + s.source.String(), s.held.Ref()}, {"handler", "/contacts/new?source=" + s.source.String(), "selected"},
		{"handler", "/contacts/record", "name=\"record.summary\""}, {"handler", "/contacts/" + s.held.String(), s.report.Ref()}, {"handler", "/contacts/" + s.planned.String(), "/record"},
		{"handler", "/contacts/" + s.planned.String() + "/record", "value=\"park\""}, {"analyst", "/requirements", "PIR 1"}, {"handler", "/requirements", "KESTREL"}, {"manager", "/requirements/new", "name=\"number\""},
		{"manager", "/requirements/" + s.requirement.String(), "PIR 1"}, {"manager", "/requirements/" + s.requirement.String() + "/edit", "gate 4"}, {"handler", "/requirements/" + s.requirement.String() + "/task", "KESTREL"},
		{"handler", "/parties", "The night clerk"}, {"handler", "/network", "The night clerk"}, {"handler", "/parties/new", "name=\"name\""},
	} {
		for _, lang := range wording.Languages() {
			what := x.who + " " + lang + " " + x.path
			status := http.StatusOK
			if strings.Contains(x.path, "2020-01-01") {
				status = http.StatusNotFound // nobody knew of him then
			}
			a := s.as(x.who).in(lang).get(x.path).want(t, what, status)
			if x.says != "" && lang == "en" {
				a.want(t, what, status, x.says)
			}
			if !strings.Contains(a.body, `lang="`+lang+`"`) {
				t.Errorf("%s: not in %s", what, lang)
			}
			for _, secret := range []string{"Quackenbush", "كواكنبوش", "HERON"} {
				if strings.Contains(a.body, secret) {
					t.Errorf("%s: shows %s", what, secret)
				}
			}
			for _, empty := range []string{"&lt;nil&gt;", "<no value>", "%!", "ZgotmplZ"} {
				if strings.Contains(a.body, empty) {
					t.Errorf("%s: shows %s", what, empty)
				}
			}
			if a.header.Get("Cache-Control") != "no-store" || a.header.Get("Etag") != "" || !strings.Contains(a.header.Get("Content-Security-Policy"), "default-src 'none'") {
				t.Errorf("%s: headers %v", what, a.header)
			}
		}
	}
}

// TestHiddenIsMissing asks for a source that is hidden, one that never was, and what is no id at all, on every page of one.
func TestHiddenIsMissing(t *testing.T) {
	s := newSite(t)
	h := s.as("analyst")
	first := h.get("/sources/"+s.hidden.String()).want(t, "hidden", http.StatusNotFound)
	for _, r := range Routes() {
		if !strings.Contains(r.Pattern, "{id}") || r.Method != "GET" {
			continue
		}
		for _, given := range []string{s.hidden.String(), s.source.String(), id.New[noun](nil).String(), "src_x", "x", "%2e%2e", s.report.String()[:10]} {
			path := strings.Replace(r.Pattern, "{id}", given, 1)
			if !strings.HasPrefix(path, "/sources/") && given == s.source.String() {
				continue
			}
			if a := h.get(path); a.status != http.StatusNotFound || a.body != first.body {
				t.Errorf("%s: %d, %d bytes and not %d\n%s", path, a.status, len(a.body), len(first.body), plain(a.body))
			}
		}
	}
	for _, path := range []string{"/nothing", "/sources/" + s.hidden.String() + "/x", "/sources/"} {
		if a := h.get(path); a.status != http.StatusNotFound || a.body != first.body {
			t.Errorf("%s: %d", path, a.status)
		}
	}
}

type noun struct{}

func (noun) Prefix() (string, string) { return "src", "S" }

// TestListsShowOnlyTheVisible: the other desk's source stands in no list and no choice of this desk, and the counts are
// those of what is seen.
func TestListsShowOnlyTheVisible(t *testing.T) {
	s := newSite(t)
	for _, path := range []string{"/", "/sources", "/contacts", "/contacts/new", "/requirements", "/requirements/" + s.requirement.String() + "/task", "/parties"} {
		for _, who := range []string{"handler", "registrar", "controller"} {
			if a := s.as(who).get(path); strings.Contains(a.body, "HERON") || strings.Contains(a.body, s.hidden.String()) {
				t.Errorf("%s sees the other desk's source at %s", who, path)
			}
		}
		if a := s.as("outsider").get(path); strings.Contains(a.body, "KESTREL") || strings.Contains(a.body, s.source.String()) {
			t.Errorf("the other desk sees KESTREL at %s", path)
		}
	}
	s.as("outsider").get("/sources").want(t, "the other desk's register", http.StatusOK, "HERON", "1 source")
}

// TestFormComesBack sends a form with faults: each stands beside its field, and everything typed is still there.
func TestFormComesBack(t *testing.T) {
	s := newSite(t)
	a := s.as("registrar").post("/sources/new", url.Values{"category": {"NOBODY"}, "description": {"a keeper of the “lighthouse” <b>"}, "desk": {s.port.String()}, "state": {"candidate"},
		"access.0.topic": {"harbor"}, "access.0.kind": {"direct"}, "access.1.topic": {""}, "access.2.topic": {"harbor"}, "access.2.kind": {"hearsay"}, "identity.names.0.full": {"Somebody Else"}, "do": {"finish"}})
	a.want(t, "faults", http.StatusUnprocessableEntity, "a keeper of the “lighthouse” &lt;b&gt;", `href="#category"`, `id="category.fault"`, `id="lawful_origin.fault"`, `value="NOBODY"`, `name="access.1.topic" dir="auto"`, `id="access.1.topic.fault"`, `value="Somebody Else"`)
	if a.header.Get("Cache-Control") != "no-store" {
		t.Error("a page with a true name may be kept")
	}
	form := url.Values{"description": {"x"}, "access.0.topic": {"one"}, "access.1.topic": {"two"}}
	form.Set("do", "add-item")
	s.as("registrar").post("/sources/new", form).want(t, "one more line", http.StatusOK, `name="access.2.topic"`, `value="two"`)
	form.Set("do", "remove-item.0")
	if a := s.as("registrar").post("/sources/new", form); strings.Contains(a.body, `value="one"`) || !strings.Contains(a.body, `name="access.0.topic" dir="auto"`) || !strings.Contains(a.body, `value="two"`) {
		t.Errorf("a removed line: %s", plain(a.body))
	}
	form.Set("do", "add.identity.names")
	s.as("registrar").post("/sources/new", form).want(t, "one more name", http.StatusOK, `name="identity.names.1.full"`)
}

// TestRegistrarRegisters is the registrar's morning without any script: a new source, his handler, and a look under the seal.
func TestRegistrarRegisters(t *testing.T) {
	s := newSite(t)
	b := s.as("registrar")
	a := b.post("/sources/new", url.Values{"category": {"AGENT"}, "description": {"a keeper"}, "desk": {s.port.String()}, "state": {"proposed"}, "code_name": {"OSPREY"}, "motives": {"money\r\nwork"},
		"access.0.topic": {"harbor"}, "access.0.kind": {"direct"}, "identity.names.0.full": {"Ermintrude Vandersloot"}, "identity.names.0.kind": {"true"}, "do": {"finish"}})
	a.want(t, "registered", http.StatusSeeOther)
	at := a.header.Get("Location")
	b.get(at).want(t, "the new file", http.StatusOK, "OSPREY", "The source is registered")
	if strings.Contains(b.get(at).body, "The source is registered") {
		t.Error("it is said twice")
	}
	b.get(at+"/access").want(t, "access", http.StatusOK, "harbor", "money, work")
	b.post(at+"/assign", url.Values{"officer": {s.officers["handler"].ID.String()}, "duty": {"handler"}}).want(t, "assigned", http.StatusSeeOther)
	b.post(at+"/assign", url.Values{"officer": {s.officers["handler"].ID.String()}, "duty": {"controller"}}).want(t, "both duties in one", http.StatusUnprocessableEntity, `id="duty.fault"`, "selected")
	s.as("handler").get(at).want(t, "the handler", http.StatusOK, "OSPREY", "Plan a contact")
	s.as("handler").post(at+"/identity", url.Values{}).want(t, "no reason", http.StatusUnprocessableEntity, `id="reason.fault"`)
	o := s.as("handler").post(at+"/identity", url.Values{"reason": {"to meet him"}}).want(t, "opened", http.StatusOK, "Ermintrude Vandersloot")
	if o.header.Get("Cache-Control") != "no-store" {
		t.Error("the opened seal may be kept")
	}
	s.as("controller").post(at+"/identity", url.Values{"reason": {"to see"}}).want(t, "not assigned", http.StatusNotFound)
	b.post(at+"/event", url.Values{"kind": {"closed"}, "when": {"2020-01-01"}}).want(t, "an event", http.StatusSeeOther)
	b.get(at).want(t, "closed", http.StatusOK, "closed")
	b.post(at+"/relieve", url.Values{"officer": {s.officers["handler"].ID.String()}, "duty": {"handler"}}).want(t, "relieved", http.StatusSeeOther)
	s.as("handler").get(at).want(t, "relieved of it", http.StatusNotFound)
}

// TestRefusalKeepsTheForm plans a contact with a source whose authority was canceled: the reason stands on top, the plan below.
func TestRefusalKeepsTheForm(t *testing.T) {
	s := newSite(t)
	aut := "/authorities/" + s.authority.String()
	s.as("controller").post(aut+"/review", url.Values{"text": {"Still needed."}, "negative": {"nothing found"}, "events": {s.report.String(), s.held.String()}, "sample": {s.report.String()}}).want(t, "review", http.StatusSeeOther)
	s.as("controller").get(aut).want(t, "reviewed", http.StatusOK, "nothing found")
	s.as("authorizing").post(aut+"/cancel", url.Values{"note": {"Done."}}).want(t, "no debrief", http.StatusUnprocessableEntity, `id="debrief.fault"`, "Done.")
	s.as("authorizing").post(aut+"/cancel", url.Values{"note": {"Done."}, "debrief": {"He was thanked."}}).want(t, "canceled", http.StatusSeeOther)
	plan := url.Values{"source": {s.source.String()}, "type": {"meeting"}, "plan.when": {s.desk.Now().AddDate(0, 0, 3).Format("2006-01-02")}, "plan.place": {"harbor wall"}, "plan.safety": {"two ways"}, "plan.fallback": {"none"}}
	s.as("handler").post("/contacts/new", plan).want(t, "after the end", http.StatusForbidden, "harbor wall", "This was not done")
	plan.Set("plan.when", "someday")
	s.as("handler").post("/contacts/new", plan).want(t, "no day", http.StatusUnprocessableEntity, `id="plan.when.fault"`, "harbor wall")
}

// TestHandlerRecords writes down the planned contact, with money.
func TestHandlerRecords(t *testing.T) {
	s := newSite(t)
	at := "/contacts/" + s.planned.String()
	day := s.desk.Now().Format("2006-01-02")
	form := url.Values{"record.when": {day}, "record.place": {"park"}, "record.summary": {"He came."}, "record.participants": {s.officers["handler"].ID.String()}, "record.money.0.kind": {"payment"}, "record.money.0.amount": {"1,000"}, "record.money.0.currency": {"USD"}}
	s.as("handler").post(at+"/record", form).want(t, "faults", http.StatusUnprocessableEntity, `id="record.welfare.fault"`, `id="record.money.0.amount.fault"`, "He came.")
	form.Set("record.welfare", "well")
	form.Set("record.money.0.amount", "120.50")
	s.as("handler").post(at+"/record", form).want(t, "recorded", http.StatusSeeOther)
	s.as("handler").get(at).want(t, "the record", http.StatusOK, "He came.", "120.50", "well")
	s.as("handler").in("ar").get(at).want(t, "the record in Arabic", http.StatusOK, "١٢٠٫٥٠")
}

// TestManagerTasks states an EEI under the PIR and gives it to a source.
func TestManagerTasks(t *testing.T) {
	s := newSite(t)
	form := url.Values{"kind": {"EEI"}, "number": {"EEI 1.1"}, "text": {"Who waves them through?"}, "topic": {"gate 4"}, "priority": {"2"}}
	s.as("manager").post("/requirements/new", form).want(t, "no parent", http.StatusUnprocessableEntity, `id="parent.fault"`, "Who waves them through?")
	form.Set("parent", s.requirement.String())
	a := s.as("manager").post("/requirements/new", form).want(t, "stated", http.StatusSeeOther)
	at := a.header.Get("Location")
	s.as("manager").get("/requirements").want(t, "nobody covers it", http.StatusOK, "EEI 1.1", "nobody")
	task := url.Values{"source": {s.source.String()}, "type": {"sabotage"}, "topic": {"gate 4"}, "text": {"Look."}}
	s.as("handler").post(at+"/task", task).want(t, "covert action", http.StatusUnprocessableEntity, `id="type.fault"`)
	task.Set("type", "observe")
	s.as("handler").post(at+"/task", task).want(t, "tasked", http.StatusSeeOther)
	s.as("handler").get(at).want(t, "the task", http.StatusOK, "KESTREL", "Look.")
	if a := s.as("manager").get(at); strings.Contains(a.body, "KESTREL") {
		t.Error("the manager sees the code name")
	}
	s.as("manager").post(at+"/edit", url.Values{"kind": {"EEI"}, "parent": {s.requirement.String()}, "number": {"EEI 1.1"}, "text": {"Who?"}, "state": {"waived"}}).want(t, "waived without a reason", http.StatusUnprocessableEntity, `id="reason.fault"`)
}

// TestReviseLosesNothing edits a file and finds everything else as it was.
func TestReviseLosesNothing(t *testing.T) {
	s := newSite(t)
	at := "/sources/" + s.source.String()
	before, err := s.desk.Source(t.Context(), s.officers["handler"], s.source, zeroTime)
	must(t, err)
	form := url.Values{}
	must(t, flatten(form, before.Source.Value))
	form.Set("note", "seen by nobody")
	form.Set("do", "finish")
	s.as("handler").post(at+"/edit", form).want(t, "revised", http.StatusSeeOther)
	after, err := s.desk.Source(t.Context(), s.officers["handler"], s.source, zeroTime)
	must(t, err)
	want := before.Source.Value
	want.Note = "seen by nobody"
	if got := after.Source.Value; !sameSource(got, want) {
		t.Errorf("revised: %+v\nwant %+v", got, want)
	}
}

func sameSource(a, b source.Source) bool {
	x, y := url.Values{}, url.Values{}
	return flatten(x, a) == nil && flatten(y, b) == nil && x.Encode() == y.Encode()
}

// TestLabelCoversTheChoices: a form that offers code names is held as closely as they are, also before anything is typed.
func TestLabelCoversTheChoices(t *testing.T) {
	s := newSite(t)
	for _, path := range []string{"/contacts/new", "/contacts/record", "/sources/new", "/requirements/" + s.requirement.String() + "/task", "/sources/" + s.source.String() + "/identity"} {
		a := s.as("handler").get(path).want(t, path, http.StatusOK, `data-tone="red"`)
		if n := strings.Count(a.body, `<bdi dir="auto">SECRET`); n != 2 {
			t.Errorf("%s: the label line stands %d times", path, n)
		}
	}
}

// TestBadBodies sends what no browser sends. Nothing of it comes back, and nothing breaks.
func TestBadBodies(t *testing.T) {
	s := newSite(t)
	b := s.as("registrar")
	for _, body := range []string{"%zz=canary-7", "a=%", strings.Repeat("canary-7", 700_000), "access.999999.topic=canary-7&do=finish", "access.-1.topic=x&do=remove-item.-5", "do=remove-item.999999999999999999999", "do=add.nothing"} {
		req, err := http.NewRequest("POST", s.url+"/sources/new", strings.NewReader(body))
		must(t, err)
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		a, err := b.c.Do(req)
		must(t, err)
		text, err := io.ReadAll(a.Body)
		must(t, err)
		a.Body.Close()
		if a.StatusCode >= 500 || strings.Contains(string(text), "canary-7") || strings.Contains(string(text), "invalid URL escape") {
			t.Errorf("%.40q: %d %s", body, a.StatusCode, plain(string(text)))
		}
	}
}

// TestPanicIsAnIncident: where it went wrong stands in the operator's log, and the reader gets a number; neither gets the
// value of the panic, which may be words of a record.
func TestPanicIsAnIncident(t *testing.T) {
	s := newSite(t)
	var log strings.Builder
	w := httptest.NewRecorder()
	srv := New(s.desk, Options{Logs: slog.New(slog.NewTextHandler(&log, nil))}).(*Server)
	srv.recover(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("canary-8") })).ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
	if w.Code != http.StatusInternalServerError || strings.Contains(w.Body.String(), "canary-8") || !strings.Contains(w.Body.String(), "X-") || strings.Contains(log.String(), "canary-8") || !strings.Contains(log.String(), "source_pages_test.go") {
		t.Errorf("%d %s\n%s", w.Code, plain(w.Body.String()), log.String())
	}
}

// TestAsKnownThen: three days later the file of today can still be seen as it was, without what came since.
func TestAsKnownThen(t *testing.T) {
	s := newSite(t)
	at, today := "/sources/"+s.source.String(), s.desk.Now().UTC().Format("2006-01-02")
	s.late.Store(3 * 24 * 60 * 60)
	h := s.as("handler")
	h.post(at+"/event", url.Values{"kind": {"closed"}, "when": {today}}).want(t, "closed later", http.StatusSeeOther)
	h.get(at).want(t, "now", http.StatusOK, `<p class="sub">closed`)
	then := h.get(at+"?known="+today).want(t, "then", http.StatusOK, `<p class="sub">authorized`, "As known now", "/roles?known="+today)
	if strings.Contains(then.body, "/contacts/new?source=") {
		t.Error("an act is offered on a page of the past")
	}
}
