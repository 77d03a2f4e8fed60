package assets

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
)

// bare is the program built without the npm packages.
func bare() fstest.MapFS {
	return fstest.MapFS{
		"dist/.keep":      {},
		"face/1.css":      {Data: []byte("a{}\n")},
		"face/2.css":      {Data: []byte("b{}\n")},
		"script/1-app.js": {Data: []byte("one();\n")},
	}
}

func TestWithoutTheBundle(t *testing.T) {
	s, err := fill(bare())
	if err != nil {
		t.Fatal(err)
	}
	if s.urls["htmx.js"] != "" || len(s.files) != 2 {
		t.Errorf("an empty dist gives %v", s.urls)
	}
	if got := string(s.files[strings.TrimPrefix(s.urls["face.css"], Prefix)].body); got != "a{}\nb{}\n" {
		t.Errorf("face.css is %q", got)
	}
}

func TestFontsAreDeclaredWhenThere(t *testing.T) {
	files := bare()
	files["dist/ibm-plex-sans-latin-400-normal.woff2"] = &fstest.MapFile{Data: []byte("font")}
	files["dist/x.LICENSE.txt"] = &fstest.MapFile{Data: []byte("free")}
	s, err := fill(files)
	if err != nil {
		t.Fatal(err)
	}
	face := string(s.files[strings.TrimPrefix(s.urls["face.css"], Prefix)].body)
	if want := "src:url(" + s.urls["ibm-plex-sans-latin-400-normal.woff2"] + ")"; !strings.Contains(face, want) {
		t.Errorf("no %s in %q", want, face)
	}
	if strings.Count(face, "@font-face") != 1 || s.urls["x.LICENSE.txt"] != "" {
		t.Errorf("too much is declared: %q, %v", face, s.urls)
	}
}

func TestAddressesFollowContent(t *testing.T) {
	one, _ := fill(bare())
	changed := bare()
	changed["face/2.css"] = &fstest.MapFile{Data: []byte("c{}\n")}
	two, _ := fill(changed)
	if one.urls["face.css"] == two.urls["face.css"] {
		t.Error("a changed sheet keeps its address")
	}
	if one.urls["app.js"] != two.urls["app.js"] {
		t.Error("an unchanged script changes its address")
	}
}

func TestServing(t *testing.T) {
	h := Handler()
	ask := func(method, url, encoding string) *http.Response {
		r := httptest.NewRequest(method, url, nil)
		r.Header.Set("Accept-Encoding", encoding)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w.Result()
	}
	plain := ask("GET", URL("app.js"), "")
	body, _ := io.ReadAll(plain.Body)
	if plain.StatusCode != 200 || !strings.Contains(plain.Header.Get("Cache-Control"), "immutable") ||
		!strings.HasPrefix(plain.Header.Get("Content-Type"), "text/javascript") || plain.Header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("app.js: %d %v", plain.StatusCode, plain.Header)
	}
	zipped := ask("GET", URL("app.js"), "gzip, br")
	z, err := gzip.NewReader(zipped.Body)
	if err != nil {
		t.Fatal(err)
	}
	if again, _ := io.ReadAll(z); !bytes.Equal(again, body) || len(body) == 0 {
		t.Error("the packed script is not the script")
	}
	for _, c := range []struct {
		method, url string
		status      int
	}{
		{"GET", Prefix + "app.js", 404}, {"GET", Prefix + "../assets.go", 404}, {"GET", Prefix + ".keep", 404},
		{"GET", Prefix, 404}, {"POST", URL("face.css"), 405}, {"HEAD", URL("face.css"), 200},
	} {
		if got := ask(c.method, c.url, ""); got.StatusCode != c.status {
			t.Errorf("%s %s: %d, want %d", c.method, c.url, got.StatusCode, c.status)
		} else if got.StatusCode == 404 && got.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: a miss may be kept", c.url)
		}
	}
}

// The sheet must mirror by itself: a physical side anywhere breaks the Arabic page.
func TestSheetHasNoPhysicalSides(t *testing.T) {
	sheet, err := join(embedded, "face/*.css")
	if err != nil {
		t.Fatal(err)
	}
	physical := regexp.MustCompile(`(?:^|[;{\s])(?:(?:margin|padding|border)-(?:left|right)[\w-]*|left|right|float|text-align\s*:\s*(?:left|right))\s*[:;}]`)
	if m := physical.FindAllString(string(sheet), -1); m != nil {
		t.Errorf("physical sides: %q", m)
	}
	if bytes.Contains(sheet, []byte("@import")) || regexp.MustCompile(`https?:|//`).Match(sheet) {
		t.Error("the sheet reaches outside")
	}
}

// The page policy forbids all of these; they would fail silently in the browser.
func TestScriptsKeepThePolicy(t *testing.T) {
	script, err := join(embedded, "script/*.js")
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function", ".style.", "localStorage", "sessionStorage", "indexedDB"} {
		if bytes.Contains(script, []byte(bad)) {
			t.Errorf("the scripts use %s", bad)
		}
	}
}

func TestLockFileNamesNoHost(t *testing.T) {
	lock, err := os.ReadFile("../../../package-lock.json")
	if err != nil {
		t.Fatal(err)
	}
	if m := regexp.MustCompile(`"resolved"|\w+://`).Find(lock); m != nil {
		t.Errorf("package-lock.json holds %s; it must hold versions and hashes only", m)
	}
}
