package web

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"cutout/internal/casework"
	"cutout/internal/draft"
	"cutout/internal/fault"
	"cutout/internal/web/templates"
	"cutout/internal/wording"
)

// form is a form on its way: what is typed in it, what is wrong with it, and since when it is kept as a draft. Field
// names are the draft's own JSON names, entries of lists counted from 0: "items.0.text".
type form struct {
	Values  url.Values
	Faults  fault.Faults
	Refused string    // why the door said no, worded; what was typed is still there
	Saved   time.Time // zero when no draft is kept
	Path    string    // where the form is shown and sent: also the name of its draft
	Of      string    // what it is about, as the address says; drafts are kept apart by it
	Status  int
	posted  bool
	lists   []string
	labels  map[string]string // of the fields shown, for the summary of faults
	words   *wording.Words
}

// readForm reads the form of a page: what was posted, else the officer's draft of it, else what the address suggests
// (?source=…). lists are its repeated groups, the first being the one add-item and remove-item work on.
func (s *Server) readForm(r *http.Request, lists ...string) (*form, error) {
	v := see(r)
	f := &form{Path: r.URL.Path, Status: http.StatusOK, lists: lists, words: v.Words}
	if r.Method == http.MethodPost {
		if err := r.ParseForm(); err != nil {
			return nil, errForm(err)
		}
		f.Values, f.posted = r.PostForm, true
		f.Of = f.Values.Get("draft_of")
		f.rearrange(f.Values.Get("do"))
		return f, nil
	}
	f.Values = r.URL.Query()
	f.Of = subjectOf(f.Values)
	ds, err := s.desk.KeptDrafts(r.Context(), v.Officer)
	if err != nil {
		return nil, err
	}
	for _, d := range ds {
		if d.Name != draftName(f.Path, f.Of) {
			continue
		}
		kept, err := url.ParseQuery(string(d.Body))
		if err != nil {
			continue
		}
		for k, given := range f.Values { // the address says more exactly what the form is for
			kept[k] = given
		}
		f.Values, f.Saved = kept, d.Saved
	}
	return f, nil
}

// subjects are the parts of an address that say what a form is about. What was typed about one source must never come
// up in a form about another, so each subject has a draft of its own.
var subjects = []string{"contact", "source", "requirement", "report", "cites", "about"}

// subjectOf is what the address says the form is about, as it stands in the address.
func subjectOf(q url.Values) string {
	of := url.Values{}
	for _, k := range subjects {
		if vs := q[k]; len(vs) > 0 {
			of[k] = vs
		}
	}
	return of.Encode()
}

// draftName names the draft of a form: the path of its page and what it is about.
func draftName(path, of string) string {
	switch {
	case of == "":
		return path
	case len(of) > 120: // a name is short; many subjects are told apart by their hash
		return path + "?" + hashed(of)
	}
	return path + "?" + of
}

func hashed(of string) string {
	h := sha256.Sum256([]byte(of))
	return hex.EncodeToString(h[:])
}

// sent reports whether the form was handed in, rather than shown or given another item.
func (f *form) sent() bool {
	return f.posted && (f.Values.Get("do") == "finish" || f.Values.Get("do") == "")
}

// Get is what stands in a field.
func (f *form) Get(name string) string { return f.Values.Get(name) }

// usual puts a value where nothing was typed yet, on a form not yet posted.
func (f *form) usual(name, value string) {
	if !f.posted && f.Values.Get(name) == "" && value != "" {
		f.Values.Set(name, value)
	}
}

// count is how many entries of a list stand in the form.
func (f *form) count(list string) int {
	n := 0
	for k := range f.Values {
		if i, ok := entryOf(k, list); ok {
			n = max(n, i+1)
		}
	}
	return min(n, draft.ListLimit+1)
}

func entryOf(key, list string) (int, bool) {
	rest, ok := strings.CutPrefix(key, list+".")
	if !ok {
		return 0, false
	}
	num, _, _ := strings.Cut(rest, ".")
	i, err := strconv.Atoi(num)
	return i, err == nil && i >= 0 && i <= draft.ListLimit && num == strconv.Itoa(i)
}

// rearrange adds or removes an entry as the button says: add-item, remove-item.2 for the first list, add.LIST and
// remove.LIST.2 for any. Handing in closes the gaps left by entries with nothing in them.
func (f *form) rearrange(do string) {
	if f.sent() {
		for _, list := range f.lists {
			for i := f.count(list) - 1; i >= 0; i-- {
				if f.blank(list, i) {
					f.drop(list, i)
				}
			}
		}
		return
	}
	for n, list := range f.lists {
		if do == "add."+list || (n == 0 && do == "add-item") {
			f.Values.Set(list+"."+strconv.Itoa(max(1, f.count(list)))+".", "") // beside the one a page always shows
		}
		num, ok := strings.CutPrefix(do, "remove."+list+".")
		if n == 0 && !ok {
			num, ok = strings.CutPrefix(do, "remove-item.")
		}
		if i, err := strconv.Atoi(num); ok && err == nil {
			f.drop(list, i)
		}
	}
}

func (f *form) blank(list string, i int) bool {
	p := list + "." + strconv.Itoa(i) + "."
	for k, vs := range f.Values {
		if strings.HasPrefix(k, p) && slices.ContainsFunc(vs, func(v string) bool { return strings.TrimSpace(v) != "" }) {
			return false
		}
	}
	return true
}

func (f *form) drop(list string, gone int) {
	out := url.Values{}
	for k, vs := range f.Values {
		i, ok := entryOf(k, list)
		switch {
		case !ok || i < gone:
			out[k] = vs
		case i > gone:
			old := list + "." + strconv.Itoa(i)
			out[list+"."+strconv.Itoa(i-1)+strings.TrimPrefix(k, old)] = vs
		}
	}
	f.Values = out
}

// take sorts what the door answered: faults go beside their fields, a refusal or a conflict on top of the form, where
// everything typed still stands. What is left is for the caller to return.
func (f *form) take(err error) error {
	var e *casework.Error
	if err == nil || !errors.As(err, &e) {
		return err
	}
	switch e.Kind {
	case casework.Invalid:
		for _, x := range e.Faults {
			x.Field = fromZero(x.Field)
			f.Faults = append(f.Faults, x)
		}
	case casework.Refused, casework.Conflict:
		if unproved(e) || e.Code == "refused.account" {
			return err
		}
		if f.Refused = because(f.words, e); f.Refused == "" {
			f.Refused = f.words.T("error." + string(e.Kind))
		}
	default:
		return err
	}
	f.Status = statuses[e.Kind]
	return nil
}

// fromZero writes a fault's field as the form names it: parsers count entries from 1, as people do, forms from 0.
func fromZero(field string) string {
	parts := strings.Split(field, ".")
	for i, p := range parts {
		if n, err := strconv.Atoi(p); err == nil && n > 0 {
			parts[i] = strconv.Itoa(n - 1)
		}
	}
	return strings.Join(parts, ".")
}

// faults are those of one field.
func (f *form) faults(name string) (out fault.Faults) {
	for _, x := range f.Faults {
		if x.Field == name || strings.HasPrefix(x.Field, name+".") && onlyNumber(x.Field[len(name)+1:]) {
			out = append(out, x)
		}
	}
	return out
}

func onlyNumber(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// field is a field of a page with what is typed in it and what is wrong with it. label and help are messages; help "" is
// none.
func (f *form) field(kind, name, label, help string, options ...templates.Option) templates.Field {
	if f.labels == nil {
		f.labels = map[string]string{}
	}
	f.labels[name] = f.words.T(label)
	t := templates.Field{Kind: kind, Name: name, Label: f.labels[name], Value: f.Values.Get(name), Values: f.Values[name], Options: options, Faults: f.faults(name)}
	if help != "" {
		t.Help = f.words.T(help)
	}
	return t
}

// namedFault is a fault with the label of its field: "needed" alone would not say what is.
type namedFault struct {
	fault.Fault
	Label string
}

// Summary is all faults for the head of the form, each with its field's label and, in a list, the number of its entry.
func (f *form) Summary() []namedFault {
	out := make([]namedFault, len(f.Faults))
	for i, x := range f.Faults {
		label := f.labels[x.Field]
		if at := strings.LastIndexByte(x.Field, '.'); label == "" && at > 0 && onlyNumber(x.Field[at+1:]) {
			x.Field = x.Field[:at] // one of a list written in one field
			label = f.labels[x.Field]
		}
		if parts := strings.Split(x.Field, "."); label != "" && len(parts) > 2 && onlyNumber(parts[1]) {
			if n, err := strconv.Atoi(parts[1]); err == nil {
				entry := "form.line"
				if parts[0] == "items" {
					entry = "form.item"
				}
				label = f.words.T(entry, "N", n+1) + " · " + label
			}
		}
		out[i] = namedFault{x, label}
	}
	return out
}

// into fills a draft of the door from the form, by the JSON names of its fields.
func (f *form) into(to any) { fill(reflect.ValueOf(to).Elem(), "", f.Values) }

// fill reports whether anything that is not blank was put in.
func fill(v reflect.Value, name string, from url.Values) bool {
	switch v.Kind() {
	case reflect.String:
		s := from.Get(name)
		v.SetString(s)
		return strings.TrimSpace(s) != ""
	case reflect.Bool:
		s := from.Get(name)
		v.SetBool(s == "yes" || s == "on" || s == "true")
		return v.Bool()
	case reflect.Pointer:
		n := reflect.New(v.Type().Elem())
		if !fill(n.Elem(), name, from) {
			return false
		}
		v.Set(n)
		return true
	case reflect.Struct:
		any := false
		for i := range v.NumField() {
			t := v.Type().Field(i)
			if !t.IsExported() {
				continue
			}
			key, _, _ := strings.Cut(t.Tag.Get("json"), ",")
			inner := name
			if !t.Anonymous || key != "" {
				if key == "" {
					key = t.Name
				}
				if inner != "" {
					inner += "."
				}
				inner += key
			}
			any = fill(v.Field(i), inner, from) || any
		}
		return any
	case reflect.Slice:
		return fillSlice(v, name, from)
	}
	return false
}

// fillSlice reads a list: of texts from the field's values, one a line, or from entries counted from 0.
func fillSlice(v reflect.Value, name string, from url.Values) bool {
	if v.Type().Elem().Kind() == reflect.String {
		for _, s := range from[name] {
			for line := range strings.SplitSeq(s, "\n") {
				if line = strings.TrimSpace(line); line != "" {
					e := reflect.New(v.Type().Elem()).Elem()
					e.SetString(line)
					v.Set(reflect.Append(v, e))
				}
			}
		}
	}
	f := form{Values: from}
	for i := range f.count(name) {
		e := reflect.New(v.Type().Elem()).Elem()
		fill(e, name+"."+strconv.Itoa(i), from)
		v.Set(reflect.Append(v, e))
	}
	return v.Len() > 0
}

// parsed reads the query of an address; what is none gives nothing.
func parsed(query string) url.Values {
	v, err := url.ParseQuery(query)
	if err != nil {
		return nil
	}
	return v
}
