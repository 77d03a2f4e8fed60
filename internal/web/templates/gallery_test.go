package templates

import (
	"bytes"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"cutout/internal/wording"
)

var galleryPages = []string{"gallery", "watching", "signing", "failing"}

// gallerySet is the test pages in both languages.
func gallerySet(t testing.TB) set {
	t.Helper()
	s, err := parse(os.DirFS("testdata"))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func galleryHTML(t testing.TB, s set, name, lang, theme string) string {
	t.Helper()
	p := galleryPage(lang, theme)
	switch name {
	case "watching":
		p.Tone, p.Section = "blue", "watch"
		p.Title, p.Label = wording.For(lang).T("nav.watch"), "OFFICIAL-SENSITIVE"
		if lang == "ar" {
			p.Label = "رسمي - حساس"
		}
	case "signing":
		p.Rail, p.Tone, p.Body, p.Label = nil, "grey", nil, wording.For(lang).T("app.name")
	case "failing":
		p.Body = Wrong{Kind: "internal", Incident: "7F3A-91"}
	}
	var b bytes.Buffer
	if err := s.render(&b, lang+"/"+name, "layout", p); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestGalleryInBothLanguages(t *testing.T) {
	s := gallerySet(t)
	for _, lang := range wording.Languages() {
		for _, name := range galleryPages {
			page := galleryHTML(t, s, name, lang, "")
			for _, bad := range []string{"⟦", "&lt;no value", "<no value", "ZgotmplZ", "%!", " style=", "<script>", "javascript:", " onclick"} {
				if i := strings.Index(page, bad); i >= 0 {
					t.Errorf("%s %s holds %q: …%s…", lang, name, bad, page[max(0, i-80):min(len(page), i+80)])
				}
			}
			if !strings.Contains(page, `<html lang="`+lang+`" dir="`+wording.For(lang).Dir()+`"`) {
				t.Errorf("%s %s: wrong language or direction", lang, name)
			}
			if n := strings.Count(page, `class="label-line`); n != 2 {
				t.Errorf("%s %s: %d label lines", lang, name, n)
			}
		}
	}
}

var idAttribute = regexp.MustCompile(` id="([^"]+)"`)

func TestFaultsLeadToTheirFields(t *testing.T) {
	page := galleryHTML(t, gallerySet(t), "gallery", "en", "")
	var ids []string
	for _, m := range idAttribute.FindAllStringSubmatch(page, -1) {
		if slices.Contains(ids, m[1]) {
			t.Errorf("id %q stands twice", m[1])
		}
		ids = append(ids, m[1])
	}
	for _, p := range galleryPage("en", "").Body.(gallery).Faults {
		if !strings.Contains(page, `href="#`+p.Field+`"`) || !slices.Contains(ids, p.Field) {
			t.Errorf("the fault of %q leads nowhere", p.Field)
		}
	}
	for _, m := range regexp.MustCompile(` (?:for|aria-labelledby|list)="([^"]+)"`).FindAllStringSubmatch(page, -1) {
		if !slices.Contains(ids, m[1]) {
			t.Errorf("%q leads nowhere", m[1])
		}
	}
	for _, m := range regexp.MustCompile(` aria-describedby="([^"]*)"`).FindAllStringSubmatch(page, -1) {
		for _, one := range strings.Fields(m[1]) {
			if !slices.Contains(ids, one) {
				t.Errorf("the description %q is not there", one)
			}
		}
	}
}

// What a person typed stays text, wherever it stands.
func TestTypedTextIsNeverMarkup(t *testing.T) {
	s := gallerySet(t)
	p := galleryPage("en", "")
	g := p.Body.(gallery)
	evil := `"><script src=//x></script><b style=x>`
	g.Items[0].Text, g.Original, g.Findings[0].Title, g.ItemText.Value, g.Tree.Name, g.Chart.Name = evil, evil, evil, evil, evil, evil
	g.Findings[0].Evidence[0] = Chip{"javascript:alert(1)", evil, evil}
	p.Body, p.Officer, p.Label = g, evil, evil
	var b bytes.Buffer
	if err := s.render(&b, "en/gallery", "layout", p); err != nil {
		t.Fatal(err)
	}
	if page := b.String(); strings.Contains(page, "<script src=//") || strings.Contains(page, "<b style") || strings.Contains(page, `href="javascript:`) {
		t.Error("typed text became markup")
	}
}

// Every message a template names must exist: a marker on a page is found by a reader, a test finds it first.
func TestTemplatesNameOnlyMessagesThatExist(t *testing.T) {
	named := regexp.MustCompile(`\b[tn] "([a-z_]+\.[a-z_A-Z-]+)"`)
	for _, dir := range []string{"base", "pages"} {
		files, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			raw, err := os.ReadFile(dir + "/" + f.Name())
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range named.FindAllStringSubmatch(string(raw), -1) {
				if !wording.For("en").Has(m[1]) && !strings.HasSuffix(m[1], "_") {
					t.Errorf("%s names %s, which no catalogue holds", f.Name(), m[1])
				}
			}
		}
	}
}

func TestEveryErrorAndEmptyListHasItsWords(t *testing.T) {
	for _, id := range []string{"notfound", "refused", "invalid", "conflict", "internal"} {
		for _, end := range []string{"", "_title", "_do"} {
			if !wording.For("ar").Has("error." + id + end) {
				t.Errorf("error.%s%s is missing", id, end)
			}
		}
	}
	for _, list := range []string{"watch", "sources", "candidates", "requirements", "contacts", "reports", "releases", "documents", "notices", "network", "log", "search"} {
		if w := wording.For("ar"); !w.Has("empty."+list) || !w.Has("empty."+list+"_title") {
			t.Errorf("the empty list of %s says nothing", list)
		}
	}
	for _, r := range Rail(nil) {
		if !wording.For("ar").Has("nav." + r.Name) {
			t.Errorf("nav.%s is missing", r.Name)
		}
	}
}

func TestRailLettersDiffer(t *testing.T) {
	seen := map[string]string{}
	for _, r := range Rail(nil) {
		if other, ok := seen[r.Key]; ok {
			t.Errorf("%s and %s have the key %q", r.Name, other, r.Key)
		}
		seen[r.Key] = r.Name
	}
}

func TestNothingIsWrittenOfABrokenPage(t *testing.T) {
	var b bytes.Buffer
	if err := gallerySet(t).render(&b, "en/gallery", "layout", Page{Lang: "en", Body: "not the page's data"}); err == nil || b.Len() > 0 {
		t.Errorf("err %v, %d bytes written", err, b.Len())
	}
	if err := Render(&b, "no-such-page", Page{Lang: "en"}); err == nil {
		t.Error("a page that is not there was rendered")
	}
}
