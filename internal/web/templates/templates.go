// Package templates holds the pages: the layout, the parts every page is made of, and the functions templates may call.
// It writes HTML and reads nothing: whatever stands on a page was handed in, already decided and already allowed.
//
// Files in base are shared by all pages; how to use them stands at the top of base/layout.html and base/parts.html.
// A file pages/NAME.html defines "main" (and, where it likes, fragments for htmx) and is rendered by its NAME.
package templates

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"path"
	"strings"
	"sync"
	"time"

	"cutout/internal/web/assets"
	"cutout/internal/wording"
)

//go:embed all:base all:pages
var embedded embed.FS

// set holds every page in every language, parsed once.
type set map[string]*template.Template

var pages = sync.OnceValues(func() (set, error) {
	from, err := fs.Sub(embedded, "pages")
	if err != nil {
		return nil, err
	}
	return parse(from)
})

// ErrNoPage means that no file of that name is in pages.
var ErrNoPage = errors.New("templates: no such page")

// parse reads the base and, over it, every page of from. A message that a page names and no catalogue holds shows on
// the page as a marker; the tests look for it.
func parse(from fs.FS) (set, error) {
	files, err := fs.Glob(from, "*.html")
	if err != nil {
		return nil, err
	}
	out := set{}
	for _, lang := range wording.Languages() {
		base, err := template.New("base").Funcs(Funcs(wording.For(lang))).ParseFS(embedded, "base/*.html")
		if err != nil {
			return nil, err
		}
		for _, f := range files {
			page, err := base.Clone()
			if err != nil {
				return nil, err
			}
			if page, err = page.ParseFS(from, f); err != nil {
				return nil, err
			}
			out[lang+"/"+strings.TrimSuffix(path.Base(f), ".html")] = page
		}
	}
	return out, nil
}

// Render writes the whole page NAME in p.Lang. Nothing is written unless everything could be: a fault in a template
// never leaves half a page.
func Render(w io.Writer, name string, p Page) error {
	s, err := pages()
	if err != nil {
		return err
	}
	return s.render(w, wording.For(p.Lang).Lang()+"/"+name, "layout", p)
}

// RenderPart writes one named template of the page NAME, for a piece of the page that htmx asks for.
func RenderPart(w io.Writer, lang, name, part string, data any) error {
	s, err := pages()
	if err != nil {
		return err
	}
	return s.render(w, wording.For(lang).Lang()+"/"+name, part, data)
}

func (s set) render(w io.Writer, key, part string, data any) error {
	t := s[key]
	if t == nil {
		return fmt.Errorf("%w: %s", ErrNoPage, key)
	}
	var b bytes.Buffer
	if err := t.ExecuteTemplate(&b, part, data); err != nil {
		return err
	}
	_, err := w.Write(b.Bytes())
	return err
}

// Funcs is what a template may call, in the reader's language:
//
//	t "nav.watch" "Name" value …   a message        n "count.sources" 31 …   a message with its plural
//	fault f                        what is wrong    lang, dir                for attributes
//	day, period, time, clock       dates as words   iso                      a time for <time datetime>
//	num, decimal x 2, percent, money hundredths "USD"
//	dict "Key" value …             several values for one part
//	asset "face.css"               an address, or ""
//	next i                         the number people count, for entry i of a list
//	kept at                        nil for the zero time, for {{with}}
//	linechart, gradechart, origintree          the geometry of a chart (chart.go)
func Funcs(w *wording.Words) template.FuncMap {
	return template.FuncMap{
		"t": w.T, "n": w.N, "fault": w.Fault, "lang": w.Lang, "dir": w.Dir,
		"day": w.Day, "period": w.Period, "time": w.Time, "clock": w.Clock,
		"iso": func(t time.Time) string { return t.Format(time.RFC3339) },
		"num": w.Number, "decimal": w.Decimal, "percent": w.Percent, "money": w.Money,
		"dict": dict, "asset": assets.URL,
		"next": func(i int) int { return i + 1 },
		"kept": func(t time.Time) *time.Time {
			if t.IsZero() {
				return nil // a draft that was never kept has no time
			}
			return &t
		},
		"linechart":  func(c LineChart) lineView { return c.view(w) },
		"gradechart": func(c GradeChart) gradeView { return c.view(w) },
		"origintree": func(n TreeNode) treeView { return n.view(w.Dir() == "rtl") },
	}
}

// dict makes a map of names and values in turn, for a part that takes several.
func dict(kv ...any) (map[string]any, error) {
	if len(kv)%2 != 0 {
		return nil, errors.New("dict: a name without a value")
	}
	m := make(map[string]any, len(kv)/2)
	for i := 0; i < len(kv); i += 2 {
		name, ok := kv[i].(string)
		if !ok {
			return nil, fmt.Errorf("dict: %v is no name", kv[i])
		}
		m[name] = kv[i+1]
	}
	return m, nil
}
