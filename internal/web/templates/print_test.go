package templates

import (
	"bytes"
	"net/http"
	"os/exec"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestLabelLineStandsOnEverySheetOfPaper prints the gallery, in the dark theme, and reads the paper back.
func TestLabelLineStandsOnEverySheetOfPaper(t *testing.T) {
	ctx := browser(t)
	reader, err := exec.LookPath("pdftotext")
	if err != nil {
		t.Skip("no pdftotext on the path")
	}
	site := gallerySite(t, func(*http.Request) {})
	if err := chromedp.Do(ctx, chromedp.Navigate(site.URL+"/page/gallery/en/dark")); err != nil {
		t.Fatal(err)
	}
	paper := ask(t, ctx, chromedp.PrintToPDF(chromedp.PDFPreferCSSPageSize()))
	read := exec.Command(reader, "-layout", "-", "-")
	read.Stdin = bytes.NewReader(paper)
	text, err := read.Output()
	if err != nil {
		t.Fatal(err)
	}
	sheets := strings.Split(strings.TrimRight(string(text), "\f\n"), "\f")
	if len(sheets) < 3 {
		t.Fatalf("%d sheets; the gallery is longer than that", len(sheets))
	}
	for i, s := range sheets {
		if n := strings.Count(s, "SECRET · KESTREL · REL TO UNIT NORTH"); n != 2 {
			t.Errorf("sheet %d of %d carries %d label lines, needs one on top and one at the bottom", i+1, len(sheets), n)
		}
	}
	for _, never := range []string{"Candidates", "Sign out", "Plan a contact"} {
		if strings.Contains(string(text), never) {
			t.Errorf("the paper shows %q, which belongs to the screen", never)
		}
	}
	if !strings.Contains(string(text), "Printed 22 Nov 2026, 09:14 by n.haddad") {
		t.Error("the paper does not say who printed it, and when")
	}
}
