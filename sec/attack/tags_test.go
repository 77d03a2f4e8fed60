package attack

import (
	"html"
	"os"
	"strings"
	"testing"
)

func long() bool { return os.Getenv("CUTOUT_LONG") != "" }

// tag is an opening tag of a page.
type tag struct {
	name string
	attr map[string]string // values as a browser reads them
}

// read takes a page apart the way a browser does where it matters: tags with their attributes, and the rest, which is text.
// bare is everything but text and quoted values: names of tags and attributes, values without quotes, comments, scripts.
func read(page string) (all []tag, bare, words string) {
	var b, w strings.Builder
	for len(page) > 0 {
		i := strings.IndexByte(page, '<')
		if i < 0 {
			w.WriteString(page)
			break
		}
		w.WriteString(page[:i])
		page = page[i:]
		switch {
		case strings.HasPrefix(page, "<!--"):
			end := strings.Index(page, "-->")
			if end < 0 {
				end = len(page) - 3
			}
			b.WriteString(page[:end+3])
			page = page[end+3:]
		case len(page) > 1 && (page[1] == '/' || page[1] == '!' || page[1] == '?' || letter(page[1])):
			t, used, outside := oneTag(page)
			b.WriteString(outside + "\n")
			page = page[used:]
			if t.name == "" {
				continue
			}
			all = append(all, t)
			if t.name == "script" || t.name == "style" {
				if end := strings.Index(page, "</"+t.name); end >= 0 {
					b.WriteString(page[:end])
					page = page[end:]
				}
			}
		default:
			w.WriteByte('<')
			page = page[1:]
		}
	}
	return all, b.String(), w.String()
}

func letter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

// oneTag reads one tag; outside is what of it stands in no quotes.
func oneTag(s string) (t tag, used int, outside string) {
	t.attr = map[string]string{}
	i := 1
	from := i
	for i < len(s) && !strings.ContainsRune(" \t\n\r\f/>", rune(s[i])) || i == 1 && i < len(s) && s[i] == '/' {
		i++
	}
	name := strings.ToLower(s[from:i])
	var b strings.Builder
	b.WriteString(name)
	for i < len(s) && s[i] != '>' {
		if strings.ContainsRune(" \t\n\r\f/", rune(s[i])) {
			i++
			continue
		}
		at := i
		for i < len(s) && !strings.ContainsRune(" \t\n\r\f/>=", rune(s[i])) || i == at && i < len(s) && s[i] == '=' {
			i++
		}
		key := strings.ToLower(s[at:i])
		b.WriteString(" " + key)
		for i < len(s) && strings.ContainsRune(" \t\n\r\f", rune(s[i])) {
			i++
		}
		value := ""
		if i < len(s) && s[i] == '=' {
			i++
			for i < len(s) && strings.ContainsRune(" \t\n\r\f", rune(s[i])) {
				i++
			}
			if i < len(s) && (s[i] == '"' || s[i] == '\'') {
				end := strings.IndexByte(s[i+1:], s[i])
				if end < 0 {
					end = len(s) - i - 1
				}
				value = s[i+1 : i+1+end]
				i = min(len(s), i+end+2)
			} else {
				at = i
				for i < len(s) && !strings.ContainsRune(" \t\n\r\f>", rune(s[i])) {
					i++
				}
				value = s[at:i]
				b.WriteString("=" + value)
			}
		}
		if _, twice := t.attr[key]; !twice {
			t.attr[key] = html.UnescapeString(value)
		}
	}
	if !strings.HasPrefix(name, "/") && !strings.HasPrefix(name, "!") {
		t.name = name
	}
	return t, min(len(s), i+1), b.String()
}

func tags(page string) []tag {
	all, _, _ := read(page)
	return all
}

// TestReader holds the reader of pages to what browsers do with the usual ways out of a text.
func TestReader(t *testing.T) {
	for page, want := range map[string]string{
		`<p title="a > b">x</p>`: "p", `<p title='a" onx=1'>x`: "p", `a < b <b>c</b>`: "b", `<img src=x onerror=alert(1)>`: "img", `<svg/onload=a>`: "svg", `<!-- <b> --><i>`: "i", `<script>"<b>"</script><u>`: "script u", "<a\nhref=x>": "a",
	} {
		var got []string
		for _, x := range tags(page) {
			got = append(got, x.name)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s is read as %v", page, got)
		}
	}
	all, bare, words := read(`<b x="in" onclick=out>word</b><!-- note -->`)
	if all[0].attr["x"] != "in" || !strings.Contains(bare, "out") || !strings.Contains(bare, "note") || strings.Contains(bare, "in\"") || strings.TrimSpace(words) != "word" {
		t.Errorf("%v %q %q", all, bare, words)
	}
}
