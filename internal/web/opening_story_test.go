package web

import (
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestOpeningStory is an identity opened by two, at real pages in a real browser: an analyst asks, two approvers compare
// the digits and approve, he opens it once, and the log shows who did what.
func TestOpeningStory(t *testing.T) {
	if os.Getenv("CUTOUT_BROWSER") != "1" {
		t.Skip("the browser is asked only with CUTOUT_BROWSER=1")
	}
	u := openBrowser(t)
	s := u.site
	s.assign("analyst", "analyst")
	s.approvers()
	src := "/sources/" + s.source.String()

	u.signIn("analyst")
	u.open(src)
	u.says("Any two of 3 approvers", "No trustees can restore it")
	u.shot("source-seal")
	u.follow(`a[href^="/openings/new"]`)
	u.write("#purpose", "Court order 7 of 2026")
	u.shot("opening-new")
	u.follow(`button[value="finish"]`)
	u.says("The approvers are asked", "Court order 7 of 2026", "nobody yet")
	u.shot("opening-asked")
	request := u.path()
	u.signOut()

	for _, who := range []string{"controller", "authorizing"} {
		u.signIn(who)
		u.says("1 request to open an identity waits for your decision")
		u.shot("waits-" + who)
		u.follow(`main a[href="/openings"]`)
		u.says("waits for your decision", "KESTREL")
		if who == "controller" {
			u.tour("openings", "/openings")
			u.tour("opening-decide", request)
		}
		u.open(request)
		u.says("compare the digits")
		u.follow(`form[action$="/approve"] button`)
		u.says("Your approval is given")
		u.signOut()
	}

	u.signIn("analyst")
	u.open(request)
	u.says("Whoever controls this server", "cutout unmask")
	u.tour("opening-approved", request)
	u.follow(`form[action$="/open"] button`)
	u.says(trueName, "this once")
	u.shot("opening-opened")
	u.open(src)
	_ = chromedp.Do(u.ctx, chromedp.NavigateBack()) // a browser that asks whether to send the form again has kept nothing
	page, err := chromedp.Run(u.ctx, chromedp.Evaluate[string]("document.documentElement.outerHTML"))
	must(t, err)
	if strings.Contains(page, "Quackenbush") {
		t.Error("the browser shows the identity again on the way back")
	}
	u.open(request)
	u.says("used")
	u.signOut()

	u.signIn("registrar")
	u.tour("custody", "/custody")
	u.tour("trustees", "/custody/trustees")
	u.tour("known", "/known")
	u.tour("key-file", "/key-file")
	u.tour("source", src)
	at := s.as("registrar").post("/custody/destruction", url.Values{"source": {s.source.String()}, "reason": {"he asked"}}).header.Get("Location")
	u.tour("proposal", at)
	s.as("controller").post(at+"/confirm", url.Values{})
	u.open(at)
	u.shot("destroy-ready")
	u.follow(`form[action$="/destroy"] button`)
	u.says("Erasure certificate")
	u.tour("certificate", at)
	u.signOut()

	u.signIn("inspector")
	u.open("/oversight?act=identity.open-approved")
	u.says("opened an identity two others approved", "analyst")
	u.shot("log")
}
