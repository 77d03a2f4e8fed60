package attack

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"cutout/internal/api"

	"gopkg.in/yaml.v3"
)

// TestRow50LogStoresNoSecret puts words found nowhere else into every field of every body, into headers, addresses,
// questions and names of files, at the pages and at the interface for programs, and finds none of them in what inspectors
// read, in a bundle, or in what the operator reads.
func TestRow50LogStoresNoSecret(t *testing.T) {
	u := newLogUnit(t)
	const canary = "Vixbrandtquezilorn"
	canaries := []string{canary, "Zephyrine", "Quackenbush"}
	headers := []string{"User-Agent", "Referer", "X-Forwarded-For", "X-Forwarded-Host", "Forwarded", "Accept-Language", "Via", "If-None-Match", "X-Request-Id", "Origin-Of"}
	dress := func(r logReader, method, path, kind, body string) {
		q := httptest.NewRequest(method, path, strings.NewReader(body))
		if kind != "" {
			q.Header.Set("Content-Type", kind)
		}
		for _, h := range headers {
			q.Header.Set(h, canary+" "+h)
		}
		if rec := r.do(q); rec.Code >= 500 {
			t.Errorf("%s %s: %d", method, path, rec.Code)
		}
	}
	pages, machine := logRoutes(t)
	page, program := u.atPages("worker"), u.atInterface("worker")
	canaries = append(canaries, strings.TrimPrefix(page.value, "cutout="), strings.TrimPrefix(program.value, "Bearer "))

	// The names of all fields of the pages' forms, and of each operation's body.
	fields := map[string]bool{}
	name := regexp.MustCompile(`name="([a-z_.0-9]+)"`)
	for _, r := range pages {
		if r.method == "GET" {
			for _, m := range name.FindAllStringSubmatch(page.do(httptest.NewRequest("GET", r.with(u.src.String()), nil)).Body.String(), -1) {
				fields[m[1]] = true
			}
		}
	}
	if len(fields) < 50 {
		t.Fatalf("only %d fields found on the pages", len(fields))
	}
	form := url.Values{}
	for f := range fields {
		form.Set(f, canary+" "+f)
	}
	n := 0
	for _, r := range pages {
		if r.ends() {
			continue
		}
		for _, hole := range []string{canary, u.src.String()} {
			n++
			path := r.with(hole)
			if r.method == "GET" {
				dress(page, "GET", path+"?"+form.Encode(), "", "")
				continue
			}
			dress(page, r.method, path, "application/x-www-form-urlencoded", form.Encode())
			dress(page, r.method, path, "multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\""+canary+".pdf\"\r\n\r\n"+canary+"\r\n--b--\r\n")
		}
	}
	bodies := canaried(t, u, canary)
	for _, r := range machine {
		if r.ends() {
			continue
		}
		for _, hole := range []string{canary, u.src.String()} {
			n++
			path := r.with(hole) + "?q=" + canary + "&cursor=" + canary + "&" + canary + "=1"
			dress(program, r.method, path, "application/json", bodies[r.method+strings.TrimPrefix(r.path, api.Prefix)])
			dress(program, r.method, path, "application/json", `{"`+canary+`":"`+canary+`"`)
			dress(program, r.method, r.with(hole), canary+"/"+canary, canary)
			dress(logReader{u.api, "Authorization", "Bearer " + canary}, r.method, path, "application/json", "{}")
		}
	}
	for _, account := range []string{canary, "worker"} {
		_, _ = u.d.SignIn(t.Context(), account, []byte(canary))
	}
	_, _ = u.d.Search(t.Context(), u.who["worker"], canary, "", false, "", 10)
	_, _ = u.d.OpenIdentity(t.Context(), u.who["worker"], u.src, canary)
	t.Logf("%d addresses asked, with %d fields of forms and %d bodies", n, len(fields), len(bodies))

	read := map[string][]byte{}
	inspector, insp := u.atInterface("inspector"), u.atPages("inspector")
	read["the interface"] = inspector.do(httptest.NewRequest("GET", api.Prefix+"/log?limit=200", nil)).Body.Bytes()
	read["the page"] = insp.do(httptest.NewRequest("GET", "/oversight", nil)).Body.Bytes()
	var zipped, entries bytes.Buffer
	u.ok(u.d.Bundle(t.Context(), u.who["inspector"], &zipped))
	z, err := zip.NewReader(bytes.NewReader(zipped.Bytes()), int64(zipped.Len()))
	u.ok(err)
	for _, f := range z.File {
		part, err := f.Open()
		u.ok(err)
		_, err = io.Copy(&entries, part)
		u.ok(err)
	}
	if entries.Len() < 100*n {
		t.Errorf("only %d bytes of log for %d addresses: nothing was tried", entries.Len(), n)
	}
	read["the bundle"], read["the operator's log"] = entries.Bytes(), u.logs.b.Bytes()
	for where, text := range read {
		for _, c := range canaries {
			for _, form := range [][]byte{[]byte(c), []byte(strings.ToLower(c)), []byte(hex.EncodeToString([]byte(c))), []byte(base64.StdEncoding.EncodeToString([]byte(c))[:len(c)])} {
				if i := bytes.Index(text, form); i >= 0 {
					t.Errorf("%s holds %q: …%q…", where, form, text[max(i-80, 0):min(i+80, len(text))])
					break
				}
			}
		}
	}
}

// canaried makes a body for each operation of the interface with the canary in every field that takes a text or a list
// of texts, however deep.
func canaried(t *testing.T, u *logUnit, canary string) map[string]string {
	t.Helper()
	raw := logReader{u.api, "Accept", "application/yaml"}.do(httptest.NewRequest("GET", api.Prefix+"/openapi.yaml", nil)).Body.Bytes()
	var doc struct {
		Paths      map[string]map[string]map[string]any
		Components struct {
			Schemas map[string]map[string]any
		}
	}
	if err := yaml.Unmarshal(raw, &doc); err != nil {
		t.Fatal(err)
	}
	var fill func(s map[string]any, deep int) any
	fill = func(s map[string]any, deep int) any {
		if ref, ok := s["$ref"].(string); ok {
			s = doc.Components.Schemas[ref[strings.LastIndexByte(ref, '/')+1:]]
		}
		kind := s["type"]
		if many, ok := kind.([]any); ok && len(many) > 0 {
			kind = many[0]
		}
		switch kind {
		case "object":
			out := map[string]any{}
			props, _ := s["properties"].(map[string]any)
			for name, p := range props {
				if m, ok := p.(map[string]any); ok && deep < 6 {
					if v := fill(m, deep+1); v != nil {
						out[name] = v
					}
				}
			}
			return out
		case "array":
			if m, ok := s["items"].(map[string]any); ok {
				return []any{fill(m, deep+1)}
			}
			return nil
		case "string":
			return canary
		}
		return nil
	}
	out := map[string]string{}
	for path, ops := range doc.Paths {
		for method, op := range ops {
			body, _ := op["requestBody"].(map[string]any)
			content, _ := body["content"].(map[string]any)
			kind, _ := content["application/json"].(map[string]any)
			schema, _ := kind["schema"].(map[string]any)
			if schema == nil {
				continue
			}
			b, err := json.Marshal(fill(schema, 0))
			if err != nil {
				t.Fatal(err)
			}
			out[strings.ToUpper(method)+path] = string(b)
		}
	}
	keys := 0
	for _, b := range out {
		keys += strings.Count(b, canary)
	}
	if len(out) < 25 || keys < 150 {
		t.Fatalf("only %d bodies with %d fields", len(out), keys)
	}
	return out
}

// TestRow50WhatInspectorsSee holds that what an inspector is shown of an entry is its number, its time, who, which act,
// how it ended, and which record by its random id: no code name, no label, no word.
func TestRow50WhatInspectorsSee(t *testing.T) {
	u := newLogUnit(t)
	_, err := u.d.Source(t.Context(), u.who["worker"], u.src, time.Time{})
	u.ok(err)
	var page struct {
		Entries []map[string]any
	}
	u.ok(json.Unmarshal(u.atInterface("inspector").do(httptest.NewRequest("GET", api.Prefix+"/log?limit=100", nil)).Body.Bytes(), &page))
	if len(page.Entries) < 10 {
		t.Fatalf("only %d entries", len(page.Entries))
	}
	shapes := map[string]*regexp.Regexp{"time": regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$`), "officer": regexp.MustCompile(`^off_[0-9a-z]{26}$`), "name": regexp.MustCompile(`^(root|worker|elsewhere|inspector)$`),
		"act": regexp.MustCompile(`^[a-z.-]+$`), "outcome": regexp.MustCompile(`^(done|refused|notfound|invalid|conflict|failed)$`), "kind": regexp.MustCompile(`^[a-z-]+$`),
		"object": regexp.MustCompile(`^[a-z]{3}_[0-9a-z]{26}$`), "pack": regexp.MustCompile(`^[a-z-]+@[0-9.]+$`)}
	for _, e := range page.Entries {
		for k, v := range e {
			if k == "seq" {
				continue
			}
			text, _ := v.(string)
			if shapes[k] == nil || !shapes[k].MatchString(text) {
				t.Errorf("an inspector is shown %s = %v", k, v)
			}
		}
	}
	if !slices.ContainsFunc(page.Entries, func(e map[string]any) bool { return e["object"] == u.src.String() }) {
		t.Error("the look at the source is not there: the test looked at nothing")
	}
}
