package templates

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"cutout/internal/web/assets"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// policy is what the staff pages must work under. It names one Trusted Types policy, which htmx alone holds.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' blob:; connect-src 'self'; " +
	"form-action 'self'; frame-ancestors 'none'; base-uri 'none'; require-trusted-types-for 'script'; trusted-types htmx"

// browser starts a fresh Chromium; the test is skipped with a clear line unless CUTOUT_BROWSER=1 and one is installed.
func browser(t *testing.T, opts ...chromedp.ContextOption) context.Context {
	t.Helper()
	if os.Getenv("CUTOUT_BROWSER") != "1" {
		t.Skip("browser tests run with CUTOUT_BROWSER=1")
	}
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("no chromium on the path")
	}
	ctx, stop := chromedp.NewExecAllocator(t.Context(), chromedp.ExecPath(path), chromedp.UserDataDir(t.TempDir()),
		chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-quic", true), chromedp.Flag("disable-sync", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("hide-scrollbars", true))
	t.Cleanup(stop)
	ctx, done := chromedp.NewContext(ctx, opts...)
	t.Cleanup(done)
	return ctx
}

// gallerySite serves the test pages and the assets under the strict policy: /page/NAME/LANG/THEME.
func gallerySite(t *testing.T, drafts func(r *http.Request)) *httptest.Server {
	s := gallerySet(t)
	mux := http.NewServeMux()
	mux.Handle(assets.Prefix, assets.Handler())
	mux.HandleFunc("GET /page/{name}/{lang}/{theme}", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", policy)
		w.Header().Set("Cache-Control", "no-store")
		fmt.Fprint(w, galleryHTML(t, s, r.PathValue("name"), r.PathValue("lang"), r.PathValue("theme")))
	})
	mux.HandleFunc("POST /drafts/1", func(w http.ResponseWriter, r *http.Request) {
		drafts(r)
		w.WriteHeader(http.StatusNoContent)
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server
}

// complaints gathers what the browser's console says against the page.
type complaints struct {
	mu  sync.Mutex
	all []string
}

func (c *complaints) hear(ev any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch ev := ev.(type) {
	case *log.EventEntryAdded:
		if l := ev.Entry.Level; l == log.EntryLevelError || l == log.EntryLevelWarning {
			c.all = append(c.all, ev.Entry.Text)
		}
	case *runtime.EventExceptionThrown:
		c.all = append(c.all, ev.ExceptionDetails.Text)
	}
}

func (c *complaints) take() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := c.all
	c.all = nil
	return out
}

// TestGalleryIsAccessible opens every test page in both languages, by day and by night, on a desk and on a telephone;
// axe-core must find nothing, and the page must not be wider than its window. CUTOUT_SHOTS=DIR keeps the pictures.
func TestGalleryIsAccessible(t *testing.T) {
	var said complaints
	ctx := browser(t, chromedp.WithListener(said.hear))
	axe, err := os.ReadFile("../../../node_modules/axe-core/axe.min.js")
	if err != nil {
		t.Skip("axe-core is not installed; run npm ci")
	}
	site := gallerySite(t, func(*http.Request) {})
	for _, size := range [][2]int64{{1280, 860}, {390, 800}} {
		for _, lang := range []string{"en", "ar"} {
			for _, theme := range []string{"light", "dark"} {
				for _, name := range galleryPages {
					id := fmt.Sprintf("%s-%s-%s-%d", name, lang, theme, size[0])
					if err := chromedp.Do(ctx, chromedp.EmulateViewport(size[0], size[1]), chromedp.Navigate(site.URL+"/page/"+name+"/"+lang+"/"+theme)); err != nil {
						t.Fatalf("%s: %v", id, err)
					}
					wide := ask(t, ctx, chromedp.Evaluate[string](tooWide, chromedp.EvalAwaitPromise))
					_ = ask(t, ctx, chromedp.Evaluate[chromedp.Void](string(axe)))
					result := ask(t, ctx, chromedp.Evaluate[string](runAxe, chromedp.EvalAwaitPromise))
					var found []struct {
						ID, Help string
						Nodes    []string
					}
					if err := json.Unmarshal([]byte(result), &found); err != nil {
						t.Fatal(err)
					}
					for _, v := range found {
						t.Errorf("%s: axe %s: %s\n\t%s", id, v.ID, v.Help, strings.Join(v.Nodes, "\n\t"))
					}
					if wide != "" {
						t.Errorf("%s: wider than the window: %s", id, wide)
					}
					for _, c := range said.take() {
						t.Errorf("%s: the browser says: %s", id, c)
					}
					if dir := os.Getenv("CUTOUT_SHOTS"); dir != "" {
						tall := max(size[1], ask(t, ctx, chromedp.Evaluate[int64](`document.documentElement.scrollHeight`)))
						if err := chromedp.Do(ctx, chromedp.EmulateViewport(size[0], tall)); err != nil {
							t.Fatal(err)
						}
						if err := os.WriteFile(filepath.Join(dir, id+".png"), ask(t, ctx, chromedp.CaptureScreenshot()), 0o600); err != nil {
							t.Fatal(err)
						}
					}
				}
			}
		}
	}
}

// TestHandlerWritesAReport is one handler at the keyboard: he finds his way by keys, adds an item, grades it by two
// keys, removes the first, and his draft goes out with the names renumbered.
func TestHandlerWritesAReport(t *testing.T) {
	ctx := browser(t)
	kept := make(chan map[string][]string, 16)
	site := gallerySite(t, func(r *http.Request) {
		if err := r.ParseForm(); err == nil {
			kept <- r.PostForm
		}
	})
	if err := chromedp.Do(ctx, chromedp.Navigate("about:blank")); err != nil { // the browser lives as long as this context
		t.Fatal(err)
	}
	ctx, stop := context.WithTimeout(ctx, time.Minute)
	defer stop()
	if err := chromedp.Do(ctx, chromedp.Navigate(site.URL+"/page/gallery/ar/light"),
		chromedp.Evaluate[chromedp.Void](`document.activeElement.blur()`), chromedp.KeyEvent("j")); err != nil {
		t.Fatal(err)
	}
	if got := ask(t, ctx, chromedp.Evaluate[string](`document.activeElement.closest("[data-row]") ? "row" : document.activeElement.tagName`)); got != "row" {
		t.Errorf("j leads to %s", got)
	}
	if err := chromedp.Do(ctx, chromedp.KeyEvent("?")); err != nil {
		t.Fatal(err)
	}
	if !ask(t, ctx, chromedp.Evaluate[bool](`document.getElementById("keys").open`)) {
		t.Error("? does not show the keys")
	}
	if err := chromedp.Do(ctx, chromedp.Evaluate[chromedp.Void](`document.getElementById("keys").close()`),
		chromedp.Click(chromedp.CSS(`button[value=add-item]`)), chromedp.SendKeys(chromedp.CSS(`[name="items.1.grade"]`), "b2")); err != nil {
		t.Fatal(err)
	}
	if got := ask(t, ctx, chromedp.Evaluate[string](`document.querySelectorAll("[data-item] output")[1].textContent`)); !strings.Contains(got, "صحيح على الأرجح") {
		t.Errorf("b2 means %q", got)
	}
	if err := chromedp.Do(ctx, chromedp.Click(chromedp.CSS(`button[value="remove-item.0"]`))); err != nil {
		t.Fatal(err)
	}
	if got := ask(t, ctx, chromedp.Evaluate[string](`document.querySelector("[data-item] legend").textContent`)); !strings.Contains(got, "١") {
		t.Errorf("the item left is %q", got)
	}
	select {
	case form := <-kept:
		if got := form["items.0.grade"]; len(got) != 1 || got[0] != "B2" {
			t.Errorf("the draft holds %v", form)
		}
		if _, ok := form["items.1.grade"]; ok {
			t.Error("the removed item is still in the draft")
		}
	case <-ctx.Done():
		t.Fatal("no draft arrived")
	}
	if err := chromedp.Do(ctx, chromedp.WaitVisible(chromedp.CSS(`.draft-note[data-state=good]`))); err != nil {
		t.Fatal(err)
	}
	if note := ask(t, ctx, chromedp.Text(chromedp.CSS(`.draft-note`))); strings.Contains(note, "{time}") || !strings.ContainsAny(note, "٠١٢٣٤٥٦٧٨٩") {
		t.Errorf("the note says %q", note)
	}
}

// TestPiecesAreSwappedUnderThePolicy lets htmx fetch a list into the page; our own scripts still may not write markup.
func TestPiecesAreSwappedUnderThePolicy(t *testing.T) {
	if assets.URL("htmx.js") == "" {
		t.Skip("built without htmx; run npm ci && npm run build")
	}
	ctx := browser(t)
	site := gallerySite(t, func(*http.Request) {})
	if err := chromedp.Do(ctx, chromedp.Navigate(site.URL+"/page/failing/en/light"),
		chromedp.Evaluate[chromedp.Void](`htmx.ajax("GET", "/page/watching/en/light", {target: "#main", select: ".findings"})`),
		chromedp.WaitVisible(chromedp.CSS(`#main .finding.life`))); err != nil {
		t.Fatal(err)
	}
	if got := ask(t, ctx, chromedp.Evaluate[string](`(() => { try { document.body.innerHTML = "<b>x</b>"; return "written" } catch { return "refused" } })()`)); got != "refused" {
		t.Errorf("markup from a string: %s", got)
	}
}

// ask runs an action of the browser and hands back its value.
func ask[T any](t *testing.T, ctx context.Context, a chromedp.Action[T]) T {
	t.Helper()
	v, err := chromedp.Run(ctx, a)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

const (
	tooWide = `document.fonts.ready.then(() => { const w = document.documentElement.clientWidth;
		return document.documentElement.scrollWidth <= w ? "" : [...document.querySelectorAll("body *")]
			.filter(e => { const r = e.getBoundingClientRect(); return (r.right > w + 1 || r.left < -1) && !e.closest(".scroll, .tabs, .rail") })
			.slice(0, 5).map(e => e.outerHTML.slice(0, 120)).join(" | ") || "the page" })`
	runAxe = `axe.run().then(r => JSON.stringify(r.violations.map(v => ({id: v.id, help: v.help,
		nodes: v.nodes.map(n => n.html.slice(0, 160) + " " + (n.any[0]?.message || "")).slice(0, 4)}))))`
)
