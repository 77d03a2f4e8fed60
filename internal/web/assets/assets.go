// Package assets serves the style sheet, the scripts and the fonts of the pages from inside the program, each under an
// address that carries the hash of its content. It serves nothing else, and no record.
//
// The sheets in face and the scripts in script are embedded as they stand. Fonts and htmx come from dist, which
// build.mjs fills out of the pinned npm packages; when dist is empty the pages fall back to system fonts and plain
// requests, and everything still works.
package assets

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Prefix is the path under which Handler is mounted.
const Prefix = "/assets/"

//go:embed face/*.css face/mark.svg script/*.js all:dist
var embedded embed.FS

// file is one thing that can be asked for.
type file struct {
	kind   string // content type
	body   []byte
	zipped []byte // gzip of body, where that helps
}

// shelf is everything that can be asked for, by its address without the prefix; urls leads there from plain names.
type shelf struct {
	files map[string]file
	urls  map[string]string
}

var shelved = sync.OnceValue(func() *shelf {
	s, err := fill(embedded)
	if err != nil {
		panic("assets: " + err.Error()) // embedded files cannot fail to read
	}
	return s
})

// URL is the address of "face.css", "app.js", "mark.svg", "htmx.js" or a font file; empty when the program was built without it.
func URL(name string) string { return shelved().urls[name] }

// Handler answers requests below Prefix. An address never changes its content, so it may be kept for a year.
func Handler() http.Handler { return handler(shelved()) }

func handler(s *shelf) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f, ok := s.files[strings.TrimPrefix(r.URL.Path, Prefix)]
		if !ok {
			w.Header().Set("Cache-Control", "no-store")
			http.NotFound(w, r)
			return
		}
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, http.StatusText(http.StatusMethodNotAllowed), http.StatusMethodNotAllowed)
			return
		}
		h := w.Header()
		h.Set("Content-Type", f.kind)
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		body := f.body
		if f.zipped != nil {
			h.Set("Vary", "Accept-Encoding")
			if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
				h.Set("Content-Encoding", "gzip")
				body = f.zipped
			}
		}
		h.Set("Content-Length", strconv.Itoa(len(body)))
		if r.Method == http.MethodGet {
			// A reader who hung up is nobody's fault.
			_, _ = w.Write(body)
		}
	})
}

func fill(from fs.FS) (*shelf, error) {
	s := &shelf{files: map[string]file{}, urls: map[string]string{}}
	dist, err := fs.ReadDir(from, "dist")
	if err != nil {
		return nil, err
	}
	for _, d := range dist {
		name := d.Name()
		var kind string
		switch path.Ext(name) {
		case ".woff2":
			kind = "font/woff2"
		case ".js":
			kind = "text/javascript; charset=utf-8"
		default:
			continue // licenses travel along, and are not pages
		}
		body, err := fs.ReadFile(from, "dist/"+name)
		if err != nil {
			return nil, err
		}
		s.put(name, kind, body)
	}
	script, err := join(from, "script/*.js")
	if err != nil {
		return nil, err
	}
	s.put("app.js", "text/javascript; charset=utf-8", slices.Concat([]byte("(() => {\n"), script, []byte("})();\n")))
	face, err := join(from, "face/*.css")
	if err != nil {
		return nil, err
	}
	if mark, err := fs.ReadFile(from, "face/mark.svg"); err == nil {
		s.put("mark.svg", "image/svg+xml", mark)
	}
	s.put("face.css", "text/css; charset=utf-8", slices.Concat([]byte(s.faces()), face))
	return s, nil
}

// join puts the files together in the order of their names.
func join(from fs.FS, pattern string) ([]byte, error) {
	names, err := fs.Glob(from, pattern)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	for _, n := range names {
		raw, err := fs.ReadFile(from, n)
		if err != nil {
			return nil, err
		}
		b.Write(raw)
	}
	return b.Bytes(), nil
}

func (s *shelf) put(name, kind string, body []byte) {
	sum := sha256.Sum256(body)
	ext := path.Ext(name)
	address := strings.TrimSuffix(name, ext) + "-" + hex.EncodeToString(sum[:8]) + ext
	f := file{kind: kind, body: body}
	if ext != ".woff2" {
		var b bytes.Buffer
		z, _ := gzip.NewWriterLevel(&b, gzip.BestCompression) // the level is valid
		_, _ = z.Write(body)                                  // a buffer takes everything
		_ = z.Close()
		f.zipped = b.Bytes()
	}
	s.files[address] = f
	s.urls[name] = Prefix + address
}

// families are the typefaces of the design, with the letters each subset holds (unicode-range of the pinned packages).
var families = []struct{ name, file, subset, letters string }{
	{"IBM Plex Sans Arabic", "ibm-plex-sans-arabic", "arabic", "U+0600-06FF,U+0750-077F,U+0870-088E,U+0890-0891,U+0897-08E1,U+08E3-08FF,U+200C-200E,U+2010-2011,U+204F,U+2E41,U+FB50-FDFF,U+FE70-FE74,U+FE76-FEFC"},
	{"IBM Plex Sans", "ibm-plex-sans", "latin-ext", latinExtended},
	{"IBM Plex Sans", "ibm-plex-sans", "latin", latin},
	{"IBM Plex Mono", "ibm-plex-mono", "latin-ext", latinExtended},
	{"IBM Plex Mono", "ibm-plex-mono", "latin", latin},
}

const (
	latin         = "U+0000-00FF,U+0131,U+0152-0153,U+02BB-02BC,U+02C6,U+02DA,U+02DC,U+0304,U+0308,U+0329,U+2000-206F,U+20AC,U+2122,U+2191,U+2193,U+2212,U+2215,U+FEFF,U+FFFD"
	latinExtended = "U+0100-02BA,U+02BD-02C5,U+02C7-02CC,U+02CE-02D7,U+02DD-02FF,U+0304,U+0308,U+0329,U+1D00-1DBF,U+1E00-1E9F,U+1EF2-1EFF,U+2020,U+20A0-20AB,U+20AD-20C0,U+2113,U+2C60-2C7F,U+A720-A7FF"
)

// faces is the @font-face rules for the fonts that are there.
func (s *shelf) faces() string {
	var b strings.Builder
	for _, f := range families {
		for _, weight := range []int{400, 500, 600} {
			if url := s.urls[fmt.Sprintf("%s-%s-%d-normal.woff2", f.file, f.subset, weight)]; url != "" {
				fmt.Fprintf(&b, "@font-face{font-family:%q;font-style:normal;font-display:swap;font-weight:%d;src:url(%s) format(\"woff2\");unicode-range:%s}\n",
					f.name, weight, url, f.letters)
			}
		}
	}
	return b.String()
}
