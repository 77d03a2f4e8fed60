package web

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"cutout/internal/officer"
)

// keepDraft is where a form sends itself while it is being written. Its name is the path of the form's page.
func (s *Server) keepDraft(w http.ResponseWriter, r *http.Request) error {
	path := "/" + r.PathValue("name")
	if !s.hasPage(path) {
		return errMissing
	}
	if err := s.saveDraft(r, see(r).Officer, path); err != nil {
		return err
	}
	if r.PostForm.Get("do") == "discard" {
		if err := s.desk.KeepDraft(r.Context(), see(r).Officer, path, nil); err != nil {
			return err
		}
		return s.done(w, r, "/", "flash.discarded")
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// keptDraft is a form that waits to be finished.
type keptDraft struct {
	Href, Word string
	At         time.Time
}

// keptWords name the forms that keep drafts, by their patterns.
var keptWords = map[string]string{"/sources/new": "do.register_source", "/sources/{id}/edit": "source.edit_sub", "/sources/{id}/authority/new": "do.decide_application", "/authorities/{id}/review": "do.review",
	"/contacts/new": "do.plan_contact", "/contacts/record": "do.record_contact", "/contacts/{id}/record": "do.record_contact", "/requirements/new": "do.state_requirement",
	"/requirements/{id}/task": "do.give_task", "/parties/new": "do.add_party", "/reports/new": "do.file_report", "/releases/new": "do.write_release", "/notices/new": "do.issue_notice"}

// drafts are the reader's unfinished forms, the newest first.
func (s *Server) drafts(r *http.Request) (out []keptDraft, err error) {
	v := see(r)
	ds, err := s.desk.KeptDrafts(r.Context(), v.Officer)
	for _, d := range ds {
		path, _, _ := strings.Cut(d.Name, "?") // what a form is about stands behind it
		if !s.hasPage(path) {
			continue
		}
		k := keptDraft{Href: d.Name, Word: v.Words.T("draft.form"), At: d.Saved}
		for pattern, word := range keptWords {
			if samePath(strings.Split(pattern, "/"), strings.Split(path, "/")) {
				k.Word = v.Words.T(word)
			}
		}
		out = append(out, k)
	}
	return out, err
}

// saveDraft keeps a posted form under the path of its page. The identity of a source and every passphrase are left out:
// a draft is sealed to this machine, and they belong to people.
func (s *Server) saveDraft(r *http.Request, o officer.Officer, path string) error {
	if err := r.ParseForm(); err != nil {
		return errForm(err)
	}
	kept := url.Values{}
	for k, vs := range r.PostForm {
		if k != "do" && !secret(k) {
			kept[k] = vs
		}
	}
	return s.desk.KeepDraft(r.Context(), o, draftName(path, kept.Get("draft_of")), []byte(kept.Encode()))
}

// secret reports whether a field never leaves the page it is typed in but to the door.
func secret(field string) bool {
	switch field {
	case "code", "seed", "answer", "prf":
		return true
	}
	return field == "identity" || strings.HasPrefix(field, "identity.") || strings.Contains(field, "passphrase")
}

// finished throws the draft of a form away and sends the browser on.
func (s *Server) finished(w http.ResponseWriter, r *http.Request, f *form, to, message string) error {
	if err := s.desk.KeepDraft(r.Context(), see(r).Officer, draftName(f.Path, f.Of), nil); err != nil {
		return err
	}
	return s.done(w, r, to, message)
}

// acted says what came of the act a form was sent for: done, or a failure that is no fault of the form, answers the
// request; a fault goes into the form, which is shown again.
func (s *Server) acted(w http.ResponseWriter, r *http.Request, f *form, err error, to, message string) (answered bool, _ error) {
	if err == nil {
		return true, s.finished(w, r, f, to, message)
	}
	err = f.take(err)
	return err != nil, err
}
