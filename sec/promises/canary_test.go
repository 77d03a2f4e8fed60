package promises

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"cutout/internal/casework"
	"cutout/internal/identity"
	"cutout/internal/source"
)

// disguises are the forms in which a word could lie somewhere: as it is, in lower case, composed and decomposed, UTF-16
// both ways, hex, and base64 at each of its three offsets in both alphabets.
func disguises(word string) [][]byte {
	var out [][]byte
	forms := []string{word, strings.ToLower(word), strings.ReplaceAll(word, "é", "e\u0301"), strings.ToLower(strings.ReplaceAll(word, "é", "e\u0301")), strings.ReplaceAll(strings.ToLower(word), "é", "e")}
	for _, w := range forms {
		out = append(out, []byte(w), []byte(hex.EncodeToString([]byte(w))), []byte(strings.ToUpper(hex.EncodeToString([]byte(w)))))
		var le, be []byte
		for _, u := range utf16.Encode([]rune(w)) {
			le, be = append(le, byte(u), byte(u>>8)), append(be, byte(u>>8), byte(u))
		}
		out = append(out, le, be)
		for _, e := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			for offset := range 3 {
				s := e.EncodeToString(append(make([]byte, offset), w...))
				s = s[(offset*8+5)/6:]
				if (offset+len(w))%3 != 0 {
					s = s[:len(s)-1]
				}
				out = append(out, []byte(s))
			}
		}
	}
	return out
}

// canary is an identity whose every word is found nowhere else.
type canary struct {
	words []string
	draft identity.Draft
	of    source.ID
}

func canaries(n int) []canary {
	out := make([]canary, n)
	for i := range out {
		k := fmt.Sprintf("%c%c", 'a'+i/26, 'a'+i%26)
		w := []string{k + "quézilorn", k + "vixbrandt", "قزحيطوفان" + string(rune('ا'+i%10)) + string(rune('س'+i/10)), "ZQ" + strings.ToUpper(k) + "99417", "+4479460" + fmt.Sprintf("%05d", 71000+i*37),
			k + "jexquay Shipping"}
		out[i] = canary{words: w, draft: identity.Draft{Names: []identity.NameDraft{{Full: w[0] + " " + w[1]}, {Full: w[2]}},
			Documents: []identity.DocumentDraft{{Kind: "passport", Number: w[3]}}, Contacts: []identity.ContactDraft{{Kind: "phone", Value: w[4]}}, Employer: w[5]}}
	}
	return out
}

// stems stand in every canary, one for each kind of word: to look for them is to look for all.
var stems = func() (out [][]byte) {
	for _, s := range []string{"quézilorn", "Quézilorn", "vixbrandt", "قزحيطوفان", "99417", "+4479460", "jexquay"} {
		out = append(out, disguises(s)...)
	}
	slices.SortFunc(out, bytes.Compare)
	return slices.CompactFunc(out, bytes.Equal)
}()

// scan reports any canary found in some bytes; where one is expected, any of the others.
func scan(t *testing.T, where string, text []byte, cs []canary, but ...source.ID) {
	t.Helper()
	if len(but) > 0 {
		for _, c := range cs {
			for _, w := range c.words {
				if c.of != but[0] && bytes.Contains(text, []byte(w)) {
					t.Errorf("%s shows %q of another", where, w)
				}
			}
		}
		return
	}
	for _, d := range stems {
		if i := bytes.Index(text, d); i >= 0 {
			t.Errorf("%s: a canary is there as %q: …%q…", where, d, text[max(i-60, 0):min(i+60, len(text))])
			return
		}
	}
}

// TestScanner makes sure that the scanner would find what it looks for.
func TestScanner(t *testing.T) {
	for _, c := range canaries(30) {
		for _, w := range c.words {
			for before := range 3 {
				raw := append(bytes.Repeat([]byte{'x'}, before), w+"yy"...)
				for _, text := range []string{string(raw), strings.ToLower(string(raw)), base64.StdEncoding.EncodeToString(raw), base64.URLEncoding.EncodeToString(raw), hex.EncodeToString(raw)} {
					if !slices.ContainsFunc(stems, func(d []byte) bool { return bytes.Contains([]byte(text), d) }) {
						t.Errorf("%q would not be found in %q", w, text)
					}
				}
			}
		}
	}
}

func files(t *testing.T, dirs ...string) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	for _, dir := range dirs {
		err := filepath.WalkDir(dir, func(p string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() {
				return err
			}
			out[p], err = os.ReadFile(p)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// TestP01P08CanaryName registers ten people (thirty with CUTOUT_LONG), does the whole job around them, lets everybody look at everything, and
// finds no word of any identity in any file, answer, log or bundle. Only the opened seal shows one, and only that one.
func TestP01P08CanaryName(t *testing.T) {
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	engines(t, func(t *testing.T, u *unit) {
		if u.dsn != "" && os.Getenv("CUTOUT_LONG") == "" {
			t.Skip("the canaries are looked for in PostgreSQL with CUTOUT_LONG")
		}
		n := 10
		if os.Getenv("CUTOUT_LONG") != "" {
			n = 30
		}
		cs := canaries(n)
		for i := range cs {
			cs[i].of = u.register(cs[i].draft)
		}
		u.ids = u.ids[:6]
		for i := range 3 {
			r := u.report(cs[i].of, "two containers left unweighed")
			if i == 0 {
				u.job(r)
			}
			// The error paths: each is asked with a canary, and must not write it anywhere.
			for _, text := range []string{"said " + cs[i].words[0], "by " + cs[i].words[1] + " himself"} {
				_, err := u.d.WriteRelease(ctx, u.who["release"], releaseDraft(u, r, text))
				if casework.KindOf(err) != casework.Invalid {
					t.Errorf("a release that names its source: %v", err)
				}
			}
			_, _ = u.d.Search(ctx, u.who["analyst"], cs[i].words[0], "", false, "", 10)
			_, _ = u.d.SignIn(ctx, cs[i].words[1], []byte(cs[i].words[0]+" and more"))
			_, _ = u.d.RecordLog(ctx, u.who["analyst"], cs[i].words[3], 0)
			_, err := u.d.OfficerNamed(ctx, u.who["analyst"], cs[i].words[1])
			if casework.KindOf(err) != casework.Invalid {
				t.Errorf("an officer by that name: %v", err)
			}
		}
		ids := slices.Clone(u.ids)
		if len(ids) > 20 {
			ids = ids[:20]
		}
		looks, opened := 0, 0
		for _, c := range cs {
			if !slices.Contains(u.ids, c.of.String()) {
				u.ids = append(u.ids, c.of.String())
			}
		}
		for name, o := range u.who {
			u.everything(o, []string{"", "containers", "left", "cafe"}, func(method, given string, answers []any) {
				looks++
				var b bytes.Buffer
				fmt.Fprintf(&b, "%+v\n%#v\n", answers, answers)
				if err := json.NewEncoder(&b).Encode(answers); err != nil && method != "OpenIdentity" && method != "OpenApproved" {
					t.Errorf("%s: %v", method, err)
				}
				scan(t, name+" "+method+" "+given, b.Bytes(), cs)
				if p, ok := answers[0].(identity.Person); ok && !p.IsZero() {
					opened++
					who, err := p.Disclose()
					u.must(err)
					text := []byte(fmt.Sprintf("%+v", who))
					var mine canary
					for _, c := range cs {
						if c.of.String() == given {
							mine = c
						}
					}
					for _, w := range mine.words {
						if !bytes.Contains(text, []byte(w)) {
							t.Errorf("the opened seal of %s lacks %q", given, w)
						}
					}
					scan(t, "the opened seal", text, cs, mine.of)
				}
			})
		}
		pages, shown := 0, 0
		for _, name := range []string{"handler", "registrar", "analyst", "release", "customer", "elsewhere", "inspector"} {
			u.pages(name, ids, func(address string, status int, body []byte) {
				if pages++; status == 200 {
					shown++
				}
				if status >= 500 {
					t.Errorf("%s, page %s: %d", name, address, status)
				}
				scan(t, name+", page "+address, body, cs)
			})
		}
		if shown < 100 {
			t.Errorf("only %d of %d pages showed anything", shown, pages)
		}
		if opened < n*3 { // the registrar, the handler and the controller of each
			t.Errorf("only %d seals were opened: the scan of answers has proved little", opened)
		}
		var bundle bytes.Buffer
		u.must(u.d.Bundle(ctx, u.who["inspector"], &bundle))
		scan(t, "the inspection bundle", bundle.Bytes(), cs)
		r := unzip(t, bundle.Bytes())
		scan(t, "the bundle's files", r, cs)
		scan(t, "the operator's log", u.slog.b, cs)
		size := 0
		for name, b := range files(t, u.dir, temp) {
			size += len(b)
			scan(t, filepath.Base(name), b, cs)
			if bytes.Contains(b, []byte("containers")) {
				t.Errorf("%s shows a word of a report", name)
			}
		}
		rows := u.plain()
		if !bytes.Contains(rows, []byte("two containers left unweighed")) {
			t.Error("whoever has the server's keys would read reports, and this test cannot: it proves nothing")
		}
		scan(t, "the records opened with every key of the server", rows, cs)
		t.Logf("%d looks, %d pages, %d seals opened, %d bytes of files, %d bytes of opened records", looks, pages, opened, size, len(rows))
	})
}
