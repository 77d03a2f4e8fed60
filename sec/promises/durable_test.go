package promises

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"cutout/internal/casework"
	"cutout/internal/identity"
	"cutout/internal/web"
)

// TestP07NoEntryNoIdentity takes from the database the means to keep a log entry: on SQLite the row is refused, on
// PostgreSQL it is taken and the commit fails. No way to an identity or a record shows anything then; with the means given
// back each does.
func TestP07NoEntryNoIdentity(t *testing.T) {
	engines(t, func(t *testing.T, u *unit) {
		s, names := u.five()
		req, err := u.d.RequestOpening(ctx, u.in("registrar"), casework.OpeningDraft{Source: s.String(), Purpose: "a court order"})
		u.must(err)
		for _, n := range names[:2] {
			u.must(u.d.ApproveOpening(ctx, u.in(n), req))
		}
		registrar := u.in("registrar")
		h := web.New(u.d, web.Options{})
		browse := func(r *http.Request, cookies []*http.Cookie) *http.Response {
			for _, c := range cookies {
				r.AddCookie(c)
			}
			rec := httptest.NewRecorder()
			h.ServeHTTP(rec, r)
			return rec.Result()
		}
		form := func(at string, v url.Values) *http.Request {
			r := httptest.NewRequest("POST", at, strings.NewReader(v.Encode()))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			return r
		}
		cookies := browse(form("/signin", url.Values{"name": {"registrar"}, "passphrase": {string(pass("registrar"))}}), nil).Cookies()
		shown := func(p identity.Person, err error) (string, error) {
			if err != nil || p.IsZero() {
				return "", err
			}
			who, err := p.Disclose()
			return fmt.Sprintf("%+v", who), err
		}
		page := func(r *http.Request) (string, error) {
			a := browse(r, cookies)
			b, err := io.ReadAll(a.Body)
			if err == nil && a.StatusCode != http.StatusOK {
				err = fmt.Errorf("%s", a.Status)
			}
			return string(b), err
		}
		ways := []struct {
			name, word string
			try        func() (string, error)
		}{
			{"OpenIdentity", "Quillfeather", func() (string, error) { return shown(u.d.OpenIdentity(ctx, registrar, s, "a drill")) }},
			{"a sealed copy", "Envelope", func() (string, error) {
				c, err := u.d.SealedIdentity(ctx, registrar, s, "a drill")
				if err != nil && len(c.Envelope) == 0 {
					return "", err
				}
				return fmt.Sprintf("%+v", c), err
			}},
			{"the page of the identity", "Quillfeather", func() (string, error) {
				return page(form("/sources/"+s.String()+"/identity", url.Values{"reason": {"a drill"}}))
			}},
			{"the page of the record", s.String(), func() (string, error) { return page(httptest.NewRequest("GET", "/sources/"+s.String(), nil)) }},
			{"two approvers", "Quillfeather", func() (string, error) { return shown(u.d.OpenApproved(ctx, registrar, req)) }},
		}
		db := u.database()
		refuse, allow := "CREATE TRIGGER no_entry BEFORE INSERT ON log_entry BEGIN SELECT RAISE(ABORT, 'the entry cannot be kept'); END", "DROP TRIGGER no_entry"
		if u.dsn != "" {
			_, err := db.Exec("CREATE FUNCTION no_entry() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'the entry cannot be kept'; END $$")
			u.must(err)
			refuse = "CREATE CONSTRAINT TRIGGER no_entry AFTER INSERT ON log_entry DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION no_entry()"
			allow += " ON log_entry"
		}
		_, err = db.Exec(refuse)
		u.must(err)
		for _, w := range ways {
			if out, err := w.try(); err == nil || strings.Contains(out, w.word) {
				t.Errorf("%s is shown with no entry: %v", w.name, err)
			}
		}
		if bytes.Contains(u.slog.b, []byte("Quillfeather")) {
			t.Error("the operator's log names him")
		}
		_, err = db.Exec(allow)
		u.must(err)
		for _, w := range ways {
			if out, err := w.try(); err != nil || !strings.Contains(out, w.word) {
				t.Errorf("%s, with the log at work again: %v", w.name, err)
			}
		}
	})
}
