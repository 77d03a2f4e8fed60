package exercise

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	_ "github.com/ncruces/go-sqlite3/driver"
	_ "github.com/ncruces/go-sqlite3/vfs/adiantum"

	"cutout/internal/casework"
	"cutout/internal/officer"
	"cutout/internal/source"
	"cutout/internal/vault"
	"cutout/internal/web"
)

var timeZero time.Time

// canaries are the words of every identity of the story: of names, papers and ways to reach.
func canaries(x *demo) []string {
	x.Helper()
	s, err := loadStory()
	x.must(err)
	var out []string
	for _, src := range s.Sources {
		if src.Identity == nil {
			continue
		}
		for _, n := range src.Identity.Names {
			out = append(out, strings.Fields(n.Full)...)
		}
		for _, d := range src.Identity.Documents {
			out = append(out, d.Number)
		}
		for _, c := range src.Identity.Contacts {
			out = append(out, c.Value)
		}
	}
	for i, w := range out {
		out[i] = strings.ToLower(w)
		if utf8.RuneCountInString(w) < 5 {
			x.Errorf("%q is too short a name to be looked for", w)
		}
	}
	if len(out) < 80 {
		x.Fatalf("only %d canaries", len(out))
	}
	return out
}

// finder looks for canaries in whatever text it is given.
type finder struct {
	x     *demo
	words []string
	said  map[string]bool
	bytes int
}

func (f *finder) look(where string, text []byte) {
	f.bytes += len(text)
	for _, w := range f.found(text) {
		if !f.said[where+w] {
			f.said[where+w] = true
			f.x.Errorf("%s holds %q", where, w)
		}
	}
}

// found lists the canaries in a text, whatever the case of their letters.
func (f *finder) found(text []byte) (out []string) {
	low := bytes.ToLower(text)
	for _, w := range f.words {
		if bytes.Contains(low, []byte(w)) {
			out = append(out, w)
		}
	}
	return out
}

func demoCanary(x *demo) {
	f := &finder{x: x, words: canaries(x), said: map[string]bool{}}
	opened := 0
	for _, o := range x.holders(officer.Registrar) {
		for id := range x.register() {
			p, err := x.desk.OpenIdentity(x.Context(), o, id, "test of the demonstration")
			if err != nil {
				continue
			}
			who, err := p.Disclose()
			x.must(err)
			if slices.Contains(f.words, strings.ToLower(strings.Fields(who.Names[0].Full)[0])) {
				opened++
			}
			f.look("a person printed", fmt.Appendf(nil, "%v %+v %#v", p, p, p))
		}
	}
	if opened < 20 {
		x.Errorf("only %d identities opened to the registrar", opened)
	}
	calls := 0
	for name, o := range x.as {
		calls += f.drive(name, o)
	}
	f.pages()
	rows := f.raw()
	x.Logf("%d looks, %d rows, %d bytes looked at", calls, rows, f.bytes)
	if calls < 3000 || rows < 5000 {
		x.Errorf("%d looks and %d rows are too few to say anything", calls, rows)
	}
	for _, w := range f.words {
		if !slices.Equal(f.found([]byte("zz"+strings.ToUpper(w)+"zz")), []string{w}) {
			x.Errorf("the finder does not find %q", w)
		}
	}
}

// drive takes, as one officer, every look of the door that a page can be made of: each method that answers with more than
// an id, with every id the officer has been shown so far.
func (f *finder) drive(name string, o officer.Officer) (calls int) {
	f.x.Helper()
	desk := reflect.ValueOf(f.x.desk)
	shown := map[reflect.Type]map[any]bool{}
	done := map[string]bool{}
	for {
		before := calls
		for i := range desk.NumMethod() {
			m, fn := desk.Type().Method(i), desk.Method(i)
			if !isLook(fn.Type()) || m.Name == "OpenIdentity" || m.Name == "Search" {
				continue
			}
			for _, args := range choices(fn.Type(), shown) {
				key := m.Name
				for _, a := range args {
					key += fmt.Sprintf(" %v", a.Interface())
				}
				if done[key] {
					continue
				}
				done[key] = true
				in := []reflect.Value{reflect.ValueOf(context.Context(f.x.Context())), reflect.ValueOf(o)}
				calls++
				for _, r := range fn.Call(append(in, args...)) {
					if err, ok := r.Interface().(error); ok {
						f.look(name+": error of "+m.Name, []byte(err.Error()))
						continue
					}
					collect(r, shown, 0)
					b, err := json.Marshal(r.Interface())
					if err != nil {
						b = fmt.Appendf(nil, "%+v", r.Interface())
					}
					f.look(name+": "+m.Name, b)
				}
			}
		}
		if calls == before {
			break
		}
	}
	for _, w := range append([]string{"gate", "شاحنة"}, f.words[:6]...) {
		p, err := f.x.desk.Search(f.x.Context(), o, w, "", true, "", 100)
		f.x.must(err)
		b, err := json.Marshal(p.Hits)
		f.x.must(err)
		f.look(name+": search", b)
		calls++
	}
	return calls
}

// isLook tells looks from acts by their shape: acts answer with an error, or an id and an error.
func isLook(t reflect.Type) bool {
	if t.NumIn() < 2 || t.NumOut() < 2 || t.In(1) != reflect.TypeFor[officer.Officer]() || t.IsVariadic() {
		return false
	}
	out := t.Out(0)
	if out.Kind() == reflect.Slice {
		return t.NumOut() <= 3
	}
	return out.Kind() == reflect.Struct && out != reflect.TypeFor[officer.Officer]()
}

// choices are the arguments with which a look is tried: every id shown so far, no cursor, the longest page.
func choices(t reflect.Type, shown map[reflect.Type]map[any]bool) [][]reflect.Value {
	out := [][]reflect.Value{nil}
	for i := 2; i < t.NumIn(); i++ {
		in := t.In(i)
		var values []reflect.Value
		switch {
		case in.Kind() == reflect.Array:
			values = append(values, reflect.Zero(in))
			for v := range shown[in] {
				values = append(values, reflect.ValueOf(v))
			}
		case in.Kind() == reflect.Bool:
			values = append(values, reflect.ValueOf(false), reflect.ValueOf(true))
		case in.Kind() == reflect.Int:
			values = append(values, reflect.ValueOf(100))
		case in.Kind() == reflect.String && t.NumIn() <= 4: // the id of a record in words
			values = append(values, reflect.Zero(in))
			for v := range shown[reflect.TypeFor[source.ID]()] {
				values = append(values, reflect.ValueOf(v.(source.ID).String()))
			}
		default:
			values = append(values, reflect.Zero(in))
		}
		var next [][]reflect.Value
		for _, have := range out {
			for _, v := range values {
				next = append(next, append(slices.Clone(have), v))
			}
		}
		out = next
	}
	return out
}

// collect gathers the ids in an answer.
func collect(v reflect.Value, shown map[reflect.Type]map[any]bool, depth int) {
	if depth > 12 || !v.CanInterface() {
		return
	}
	switch v.Kind() {
	case reflect.Array:
		if v.Len() == 16 && v.Type().Elem().Kind() == reflect.Uint8 && !v.IsZero() {
			if shown[v.Type()] == nil {
				shown[v.Type()] = map[any]bool{}
			}
			shown[v.Type()][v.Interface()] = true
		}
	case reflect.Struct:
		for i := range v.NumField() {
			collect(v.Field(i), shown, depth+1)
		}
	case reflect.Slice:
		for i := range v.Len() {
			collect(v.Index(i), shown, depth+1)
		}
	case reflect.Map:
		for _, k := range v.MapKeys() {
			collect(k, shown, depth+1)
			collect(v.MapIndex(k), shown, depth+1)
		}
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			collect(v.Elem(), shown, depth+1)
		}
	}
}

var links = regexp.MustCompile(`href="(/[^"#]*)"`)

// mostPages bounds the walk of one officer through the pages.
const mostPages = 150

// pages walks the pages of the web as some officers, following every link.
func (f *finder) pages() {
	f.x.Helper()
	srv := httptest.NewServer(web.New(f.x.desk, web.Options{}))
	defer srv.Close()
	s, err := loadStory()
	f.x.must(err)
	for _, card := range s.cards() {
		jar, err := cookiejar.New(nil)
		f.x.must(err)
		c := &http.Client{Jar: jar}
		get := func(path string) (int, string) {
			a, err := c.Get(srv.URL + path)
			f.x.must(err)
			defer a.Body.Close()
			b, err := io.ReadAll(a.Body)
			f.x.must(err)
			f.look(card.Name+" on "+path, b)
			return a.StatusCode, string(b)
		}
		req, err := http.NewRequest("POST", srv.URL+"/signin", strings.NewReader(url.Values{"name": {card.Name}, "passphrase": {card.Passphrase}}.Encode()))
		f.x.must(err)
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Sec-Fetch-Site", "same-origin")
		a, err := c.Do(req)
		f.x.must(err)
		a.Body.Close()
		queue, been, good := []string{"/"}, map[string]bool{"/": true}, 0
		for len(queue) > 0 && len(been) <= mostPages {
			path := queue[0]
			queue = queue[1:]
			status, body := get(path)
			if status == http.StatusOK {
				good++
			}
			if status >= http.StatusInternalServerError {
				f.x.Errorf("%s on %s: %d", card.Name, path, status)
			}
			for _, l := range links.FindAllStringSubmatch(body, -1) {
				next := strings.ReplaceAll(l[1], "&amp;", "&")
				if !been[next] && !strings.HasPrefix(next, "/assets/") {
					been[next] = true
					queue = append(queue, next)
				}
			}
		}
		if good < 3 {
			f.x.Errorf("%s saw only %d pages", card.Name, good)
		}
	}
}

// raw reads every column of every table as a thief with the store's own keys would: pages decrypted, bodies opened.
func (f *finder) raw() (rows int) {
	f.x.Helper()
	body, err := f.x.cfg.Key.BodyKey(1)
	f.x.must(err)
	open := func(sealed []byte, associated []byte) {
		plain, err := body.OpenBody(nil, vault.Place{Table: "store", Record: string(associated), Field: "body"}, sealed)
		f.x.must(err)
		f.look("an opened body", plain)
	}
	var db *sql.DB
	tables := "SELECT name FROM sqlite_master WHERE type = 'table'"
	if f.x.cfg.DSN != "" {
		db, err = sql.Open("pgx", f.x.cfg.DSN)
		tables = "SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()"
	} else {
		q := url.Values{"vfs": {"adiantum"}, "_pragma": {"busy_timeout(10000)"}}
		page, e := f.x.cfg.Key.Sub(vault.DatabasePages, 1)
		f.x.must(e)
		f.x.must(page.Use(func(b []byte) error { q.Set("hexkey", hex.EncodeToString(b)); return nil }))
		db, err = sql.Open("sqlite3", "file:"+(&url.URL{Path: f.x.cfg.Path}).EscapedPath()+"?"+q.Encode())
	}
	f.x.must(err)
	defer db.Close()
	each := func(query string, fn func([]any)) {
		rs, err := db.Query(query)
		f.x.must(err)
		defer rs.Close()
		cols, err := rs.Columns()
		f.x.must(err)
		for rs.Next() {
			v, p := make([]any, len(cols)), make([]any, len(cols))
			for i := range v {
				p[i] = &v[i]
			}
			f.x.must(rs.Scan(p...))
			fn(v)
		}
		f.x.must(rs.Err())
	}
	var names []string
	each(tables, func(v []any) { names = append(names, fmt.Sprint(v[0])) })
	for _, n := range names {
		each("SELECT * FROM "+n, func(v []any) {
			rows++
			for _, c := range v {
				if b, ok := c.([]byte); ok {
					f.look("table "+n, b)
				} else {
					f.look("table "+n, fmt.Append(nil, c))
				}
			}
		})
	}
	record := func(v []any) {
		a := append([]byte("record\x00body\x001\x00"), v[0].([]byte)...)
		open(v[2].([]byte), binary.BigEndian.AppendUint64(a, uint64(v[1].(int64))))
	}
	each("SELECT id, version, body FROM record", record)
	each("SELECT record.id, past.version, past.body FROM past JOIN record ON record.seq = past.seq", record)
	each("SELECT officer, id, body FROM finding", func(v []any) {
		open(v[2].([]byte), slices.Concat([]byte("finding\x00body\x001\x00"), v[0].([]byte), v[1].([]byte)))
	})
	each("SELECT seq, detail FROM log_entry WHERE detail IS NOT NULL", func(v []any) {
		seq := v[0].(int64)
		sealed, _ := v[1].([]byte)
		if len(sealed) > 0 && !f.spoke(seq) {
			open(sealed, []byte("log\x00detail\x001\x00"+strconv.FormatInt(seq, 10)))
		}
	})
	return rows
}

// spoke reports whether a log entry is of a search, whose detail is the words that this very test looked for.
func (f *finder) spoke(seq int64) bool {
	for _, o := range f.x.holders(officer.Inspector) {
		p, err := f.x.desk.Log(f.x.Context(), o, casework.LogQuery{Before: seq + 1, Limit: 1})
		f.x.must(err)
		return len(p.Entries) > 0 && p.Entries[0].Act == "search.look"
	}
	return false
}
