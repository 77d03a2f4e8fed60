package promises

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"cutout/internal/api"
	"cutout/internal/casework"
	"cutout/internal/web"
)

// TestP08LogHoldsNoWord has an officer ask for the canaries' words in every way there is, right and wrong: as a search, as an
// id, a name, a passphrase, a form, a header, a file's name. No entry, no sealed detail opened with the server's keys, no
// bundle and no line the operator reads holds any of them, nor a token.
func TestP08LogHoldsNoWord(t *testing.T) {
	u := begin(t, "")
	cs := canaries(3)
	for i := range cs {
		cs[i].of = u.register(cs[i].draft)
	}
	u.report(cs[0].of, "two containers left unweighed")
	logs := slog.New(slog.NewJSONHandler(&u.slog, &slog.HandlerOptions{Level: slog.LevelDebug}))
	pages, machine := web.New(u.d, web.Options{Logs: logs}), api.New(u.d, api.Options{Logs: logs})
	r := httptest.NewRequest("POST", api.Prefix+"/session", strings.NewReader(`{"name":"analyst","passphrase":"analyst passphrase"}`))
	r.Header.Set("Content-Type", "application/json")
	rec := httptest.NewRecorder()
	machine.ServeHTTP(rec, r)
	var session struct{ Token string }
	if err := json.Unmarshal(rec.Body.Bytes(), &session); err != nil || session.Token == "" {
		t.Fatalf("no sign-in: %d", rec.Code)
	}
	for i, c := range cs {
		for k, word := range c.words {
			if i+k == 0 { // each of these stretches a passphrase
				_, _ = u.d.SignIn(ctx, word, []byte(word+" passphrase"))
				_, _ = u.d.SignIn(ctx, "analyst", []byte(word+" passphrase"))
				_ = u.d.ChangePassphrase(ctx, u.who["analyst"], []byte(word+" passphrase"), []byte(word+" passphrase"))
			}
			_, _ = u.d.Search(ctx, u.who["analyst"], word, "", false, "", 10)
			_, _ = u.d.Search(ctx, u.who["elsewhere"], `"`+word+`"`, "report", true, word, 10)
			_, _ = u.d.RecordLog(ctx, u.who["analyst"], word, 0)
			_, _ = u.d.AddOfficer(ctx, u.who["root"], casework.OfficerDraft{Name: word, Clearance: word, Org: word, Duties: []string{word}}, []byte("a passphrase of it"))
			_, _ = u.d.Extends(ctx, u.who["analyst"], []byte(word))
			_, _ = u.d.VerifyLog(ctx, u.who["inspector"], []byte(word))
			for _, h := range []struct {
				method, path, kind, body string
			}{{"GET", "/search?q=" + url.QueryEscape(word), "", ""}, {"GET", "/reports/" + url.PathEscape(word), "", ""}, {"POST", "/signin", "application/x-www-form-urlencoded", "name=" + url.QueryEscape(word) + "&passphrase=" + url.QueryEscape(word)},
				{"POST", api.Prefix + "/search", "application/json", mustJSON(t, map[string]string{"words": word, "kind": word})}, {"POST", api.Prefix + "/reports", "application/json", mustJSON(t, map[string]string{word: word})},
				{"POST", api.Prefix + "/log-comparison", "application/json", mustJSON(t, map[string]string{"signed": word})}, {"GET", api.Prefix + "/log/" + url.PathEscape(word) + "?" + url.QueryEscape(word), "", ""},
				{"POST", "/reports/new", "multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"" + word + "\"\r\n\r\n" + word + "\r\n--b--\r\n"}} {
				if h.path == "/signin" && i+k > 0 {
					continue
				}
				q := httptest.NewRequest(h.method, h.path, strings.NewReader(h.body))
				q.Header.Set("Content-Type", h.kind)
				q.Header.Set("User-Agent", word)
				q.Header.Set("Referer", word)
				q.Header.Set("X-Forwarded-For", word)
				q.Header.Set("Authorization", "Bearer "+session.Token)
				rec := httptest.NewRecorder()
				if strings.HasPrefix(h.path, api.Prefix) {
					machine.ServeHTTP(rec, q)
				} else {
					pages.ServeHTTP(rec, q)
				}
				_, _ = io.Copy(io.Discard, rec.Body)
			}
		}
	}
	p, err := u.d.Log(ctx, u.who["inspector"], casework.LogQuery{Limit: 200})
	u.must(err)
	if len(p.Entries) < 150 {
		t.Fatalf("only %d entries: nothing was tried", len(p.Entries))
	}
	var bundle bytes.Buffer
	u.must(u.d.Bundle(ctx, u.who["inspector"], &bundle))
	var details bytes.Buffer
	rows, err := u.database().Query("SELECT seq, detail FROM log_entry WHERE length(detail) > 0")
	u.must(err)
	defer rows.Close()
	for rows.Next() {
		var seq string
		var sealed []byte
		u.must(rows.Scan(&seq, &sealed))
		details.Write(u.body(sealed, "log\x00detail\x001\x00"+seq))
	}
	u.must(rows.Err())
	for where, text := range map[string][]byte{"the bundle": unzip(t, bundle.Bytes()), "the details": details.Bytes(), "the operator's log": u.slog.b} {
		scan(t, where, text, cs)
		if bytes.Contains(text, []byte(session.Token)) {
			t.Errorf("%s holds a token", where)
		}
		if bytes.Contains(text, []byte("containers")) {
			t.Errorf("%s holds a word of a report", where)
		}
	}
}

func mustJSON(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
