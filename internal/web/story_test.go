package web

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// TestStory is one piece of information from a source's mouth to the inspector's desk, told at real pages in a real
// browser: the handler files it in Arabic, one release officer writes and sends, another approves, the customer reads and
// acknowledges, the report is recalled, he sees it, and the inspector verifies the log. CUTOUT_SHOTS=DIR keeps pictures.
func TestStory(t *testing.T) {
	u := openBrowser(t)
	s := u.site

	u.signIn("handler")
	u.follow(`.languages button[value="ar"]`)
	u.says("الرصد", `dir="rtl"`)
	u.open("/contacts/" + s.held.String())
	u.shot("contact")
	u.open("/reports/new?contact=" + s.held.String())
	u.write("#title", "البوابة ٤ ليلًا")
	u.write(`[name="items.0.text"]`, "شوهدت ثلاث شاحنات تخرج من البوابة ٤ بلا وزن بعد منتصف الليل.")
	u.choose(`[name="items.0.basis"]`, "direct")
	u.write(`[name="items.0.grade"]`, "2a")
	u.click(`button[value="add-item"]`)
	u.write(`[name="items.1.text"]`, "الكاتب يقبض عن كل شاحنة.")
	u.shot("editor")
	u.follow(`button[value="finish"]`)
	u.says("items.1.basis", "شوهدت ثلاث شاحنات", "الكاتب يقبض") // one field is missing; nothing is lost
	u.shot("editor-fault")
	u.choose(`[name="items.1.basis"]`, "hearsay")
	u.follow(`button[value="finish"]`)
	u.says("قُيّد التقرير", "شوهدت ثلاث شاحنات", "KESTREL")
	u.shot("report")
	report := u.path()
	u.tour("report", report)
	u.tour("reports", "/reports")
	u.tour("editor", "/reports/new?contact="+s.held.String())
	u.signOut()

	u.signIn("release")
	u.follow(`.languages button[value="en"]`)
	u.open(report)
	u.follow(`a[href^="/releases/new"]`)
	u.click(`[name="items.0.use"]`)
	u.write(`[name="items.0.text"]`, "Trucks left the port at night without being weighed, said Quackenbush.")
	u.write("#title", "Night traffic at the port")
	u.click(`[name="tlp"][value="TLP:AMBER"]`)
	u.click(`[name="officers"]`)
	u.shot("release-editor")
	u.follow(`button[value="finish"]`)
	u.says("quackenbush", "Night traffic at the port")
	u.shot("release-names-the-source")
	u.write(`[name="items.0.text"]`, "Trucks left the port at night without being weighed.")
	u.follow(`button[value="finish"]`)
	u.says("Another officer has to approve it")
	u.shot("release")
	release := u.path()
	u.signOut()

	u.signIn("release2")
	u.open(release)
	u.follow(`form[action$="/approve"] button`)
	u.says("The release is approved")
	u.signOut()

	u.signIn("release")
	u.open(release)
	u.follow(`form[action$="/send"] button`)
	u.says("The release is sent", "not acknowledged")
	u.tour("release", release)
	u.shot("release-sent")
	u.signOut()

	u.signIn("customer")
	u.open("/inbox")
	u.shot("inbox")
	u.follow(`a[href^="/inbox/iss_"]`)
	u.says("Trucks left the port at night without being weighed.", "TLP:AMBER")
	u.follow(`form[action$="/acknowledge"] button`)
	u.says("You have acknowledged it")
	u.shot("copy")
	inbox := u.path()
	u.signOut()

	u.signIn("release")
	u.open(report)
	u.follow(`a[href$="/recall"]`)
	u.write("#reason", "The source took it from a newspaper.")
	u.shot("recall")
	u.follow(`button[value="finish"]`)
	u.says("The report is recalled", "customer", "not acknowledged")
	u.tour("notice", u.path())
	u.tour("release-new", "/releases/new?report="+s.report.String())
	u.tour("search", "/search?q=%D8%A7%D9%84%D8%A8%D9%88%D8%A7%D8%A8%D8%A9")
	u.tour("report-recalled", report)
	u.shot("notice")
	u.signOut()

	u.signIn("customer")
	u.open(inbox)
	u.says("Recalled on", "Do not use it")
	u.tour("copy", inbox)
	u.shot("copy-recalled")
	u.follow(`form[action$="/confirm"] button`)
	u.says("You have confirmed")
	u.signOut()

	u.signIn("inspector")
	u.open("/oversight")
	u.says("recalled reports", "sent a release")
	u.follow(`form[action="/oversight/verify"] button[value="finish"]`)
	u.says("Nothing wrong was found")
	u.tour("oversight", "/oversight")
	u.shot("oversight")
	u.signOut()
}

// user is whoever sits at the one browser of the story.
type user struct {
	t    *testing.T
	ctx  context.Context
	site *site
	n    int
}

// openBrowser starts a browser on a site.
func openBrowser(t *testing.T) *user {
	t.Helper()
	u := browser(t)
	u.site = newSite(t)
	return u
}

// browser starts a browser. Without Chromium the story is skipped, unless everything is required.
func browser(t *testing.T) *user {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		if os.Getenv("CUTOUT_REQUIRE_ALL") != "" {
			t.Fatal("chromium is required and not on the path")
		}
		t.Skip("no chromium on the path: the story in the browser is not told")
	}
	ctx, stop := chromedp.NewExecAllocator(t.Context(), chromedp.ExecPath(path), chromedp.UserDataDir(t.TempDir()), chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.NoFirstRun, chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("hide-scrollbars", true))
	t.Cleanup(stop)
	ctx, done := chromedp.NewContext(ctx)
	t.Cleanup(done)
	u := &user{t: t, ctx: ctx}
	must(t, chromedp.Do(ctx)) // the browser lives as long as the context it was first used with
	u.do(chromedp.EmulateViewport(1280, 860))
	return u
}

func (u *user) do(actions ...chromedp.Action[chromedp.Void]) {
	u.t.Helper()
	ctx, stop := context.WithTimeout(u.ctx, 30*time.Second)
	defer stop()
	if err := chromedp.Do(ctx, actions...); err != nil {
		u.shot("failed")
		u.t.Fatalf("step %d at %s: %v", u.n, u.path(), err)
	}
}

func (u *user) open(path string) { u.t.Helper(); u.n++; u.do(chromedp.Navigate(u.site.url + path)) }

// click presses something that stays on the page; follow something that leads to another, and waits for it.
func (u *user) click(sel string) { u.t.Helper(); u.n++; u.do(chromedp.Click(chromedp.CSS(sel))) }

func (u *user) follow(sel string) {
	u.t.Helper()
	u.n++
	ctx, stop := context.WithTimeout(u.ctx, 30*time.Second)
	defer stop()
	if _, err := chromedp.RunResponse(ctx, chromedp.Click(chromedp.CSS(sel))); err != nil {
		u.shot("failed")
		u.t.Fatalf("step %d at %s: %s: %v", u.n, u.path(), sel, err)
	}
}

// write types into a field over what stands there.
func (u *user) write(sel, text string) {
	u.t.Helper()
	u.n++
	u.do(chromedp.Evaluate[chromedp.Void](fmt.Sprintf("document.querySelector(%q).value = ''", sel)), chromedp.SendKeys(chromedp.CSS(sel), text))
}

func (u *user) choose(sel, value string) {
	u.t.Helper()
	u.n++
	u.do(chromedp.SetValue(chromedp.CSS(sel), value))
}

func (u *user) signIn(name string) {
	u.t.Helper()
	u.open("/signin")
	u.write("#name", name)
	u.write("#passphrase", name+" passphrase")
	u.follow(`form[action="/signin"] button`)
}

func (u *user) signOut() { u.t.Helper(); u.follow(`form[action="/signout"] button:not([type])`) }

// says fails unless the page holds every text.
func (u *user) says(texts ...string) {
	u.t.Helper()
	page, err := chromedp.Run(u.ctx, chromedp.Evaluate[string]("document.documentElement.outerHTML"))
	must(u.t, err)
	for _, x := range texts {
		if !strings.Contains(page, x) {
			u.shot("failed")
			u.t.Fatalf("step %d at %s: the page does not say %q\n%s", u.n, u.path(), x, plain(page))
		}
	}
	if i := strings.Index(page, "⟦"); i >= 0 {
		u.t.Errorf("%s: a message is missing: %s", u.path(), page[i:min(len(page), i+60)])
	}
}

// path is the address the browser is at, without the host.
func (u *user) path() string {
	at, err := chromedp.Run(u.ctx, chromedp.Location())
	must(u.t, err)
	return strings.TrimPrefix(at, u.site.url)
}

// axe is the accessibility checker of the browser tests; empty when it is not installed.
var axe = sync.OnceValue(func() string {
	b, err := os.ReadFile("../../node_modules/axe-core/axe.min.js")
	if err != nil {
		return ""
	}
	return string(b)
})

// accessible fails when the page is hard to use for somebody who cannot see it, or is wider than its window.
func (u *user) accessible(name string) {
	u.t.Helper()
	for _, width := range []int64{390, 1280} { // a telephone, then the desk the story goes on at
		must(u.t, chromedp.Do(u.ctx, chromedp.EmulateViewport(width, 860)))
		wide, err := chromedp.Run(u.ctx, chromedp.Evaluate[string](`document.fonts.ready.then(() => { const w = document.documentElement.clientWidth;
			return document.documentElement.scrollWidth <= w ? "" : [...document.querySelectorAll("body *")].filter(e => { const r = e.getBoundingClientRect();
				return (r.right > w + 1 || r.left < -1) && !e.closest(".scroll, .tabs, .rail") }).slice(0, 3).map(e => e.outerHTML.slice(0, 120)).join(" | ") || "the page" })`, chromedp.EvalAwaitPromise))
		must(u.t, err)
		if wide != "" {
			u.t.Errorf("%s at %s is wider than a window of %d: %s", name, u.path(), width, wide)
		}
	}
	if axe() == "" {
		if os.Getenv("CUTOUT_REQUIRE_ALL") != "" {
			u.t.Fatal("axe-core is required; run npm ci")
		}
		return
	}
	must(u.t, chromedp.Do(u.ctx, chromedp.Evaluate[chromedp.Void](axe())))
	found, err := chromedp.Run(u.ctx, chromedp.Evaluate[string](`axe.run().then(r => r.violations.map(v => v.id + ": " + v.help + " " + v.nodes.map(n => n.html.slice(0, 160)).slice(0, 3).join(" | ")).join("\n"))`, chromedp.EvalAwaitPromise))
	must(u.t, err)
	if found != "" {
		u.t.Errorf("%s at %s: %s", name, u.path(), found)
	}
}

// shot keeps a picture of the whole page, and of the paper it prints on.
func (u *user) shot(name string) {
	u.t.Helper()
	if name != "failed" {
		u.accessible(name)
	}
	dir := os.Getenv("CUTOUT_SHOTS")
	if dir == "" {
		return
	}
	picture, err := chromedp.Run(u.ctx, chromedp.FullScreenshot(100))
	must(u.t, err)
	paper, err := chromedp.Run(u.ctx, chromedp.PrintToPDF(chromedp.PDFPreferCSSPageSize()))
	must(u.t, err)
	must(u.t, os.WriteFile(filepath.Join(dir, fmt.Sprintf("%02d-%s.png", u.n, name)), picture, 0o600))
	must(u.t, os.WriteFile(filepath.Join(dir, fmt.Sprintf("%02d-%s.pdf", u.n, name)), paper, 0o600))
}

// tour keeps pictures of a page in both languages, by day and by night.
func (u *user) tour(name, path string) {
	if os.Getenv("CUTOUT_SHOTS") == "" {
		return
	}
	u.t.Helper()
	for _, lang := range []string{"ar", "en"} {
		for _, theme := range []string{"dark", "light"} {
			u.open(path)
			u.follow(`.languages button[value="` + lang + `"]`)
			u.click(`[data-theme-choice] button[value="` + theme + `"]`)
			u.open(path)
			u.shot(name + "-" + lang + "-" + theme)
		}
	}
}
