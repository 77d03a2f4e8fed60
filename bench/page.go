package main

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"cutout/internal/casework"
	"cutout/internal/exercise"
	"cutout/internal/vault"
	"cutout/internal/web"
)

// page serves the demonstration's pages in this process, to each of its officers: every list, and the first record on it.
func (r *run) page() error {
	dir, err := os.MkdirTemp(r.dir, "demo-")
	if err != nil {
		return err
	}
	key, _, err := vault.OpenStoreKey(filepath.Join(dir, "store.key"))
	if err != nil {
		return err
	}
	b := bar(-1, "building the demonstration")
	desk, cards, err := exercise.Demo(r.ctx, casework.Config{Path: filepath.Join(dir, "demo.db"), Key: key, Logs: slog.New(slog.DiscardHandler)},
		func(done, total int) { b.ChangeMax(total); b.Set(done) })
	if err != nil {
		return err
	}
	defer desk.Close()
	b.Finish()
	pages := web.New(desk, web.Options{Logs: slog.New(slog.DiscardHandler)})
	var all []time.Duration
	type timed struct {
		name string
		took time.Duration
	}
	var each []timed
	size := 0
	b = bar(len(cards), "demo pages")
	for _, card := range cards {
		s := &surfer{pages: pages}
		if err := s.signIn(card); err != nil {
			return err
		}
		for _, path := range s.paths() {
			var took []time.Duration
			for range r.some(10) {
				began := time.Now()
				rec := s.get(path)
				took = append(took, time.Since(began))
				if rec.Code != http.StatusOK {
					return fmt.Errorf("%s as %s: %d", path, card.Name, rec.Code)
				}
				size += rec.Body.Len()
			}
			all = append(all, took...)
			each = append(each, timed{path[:min(len(path), 24)] + " as " + card.Name, at(took, 0.5)})
		}
		b.Add(1)
	}
	b.Finish()
	if len(each) == 0 {
		return errors.New("no page could be read")
	}
	slowest := slices.MaxFunc(each, func(a, b timed) int { return cmp.Compare(a.took, b.took) })
	r.add(fmt.Sprintf("a demo page served, %d pages of %d officers, %.0f KiB each", len(each), len(cards), float64(size)/float64(len(all))/1024),
		milliseconds(at(all, 0.5))+" median, "+milliseconds(at(all, 0.95))+" p95", "", "", "< 50 ms")
	r.add("  the slowest of them: "+slowest.name, milliseconds(slowest.took)+" median", "", "", "")
	return nil
}

// surfer is a browser without a network: it keeps its cookies.
type surfer struct {
	pages   http.Handler
	cookies map[string]string
}

func (s *surfer) do(r *http.Request) *httptest.ResponseRecorder {
	r.Host = "127.0.0.1:8080"
	for name, v := range s.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: v})
	}
	rec := httptest.NewRecorder()
	s.pages.ServeHTTP(rec, r)
	for _, c := range rec.Result().Cookies() {
		if s.cookies == nil {
			s.cookies = map[string]string{}
		}
		s.cookies[c.Name] = c.Value
	}
	return rec
}

func (s *surfer) get(path string) *httptest.ResponseRecorder {
	return s.do(httptest.NewRequest(http.MethodGet, path, nil))
}

func (s *surfer) signIn(card exercise.SignInCard) error {
	s.get("/signin")
	r := httptest.NewRequest(http.MethodPost, "/signin", strings.NewReader(url.Values{"name": {card.Name}, "passphrase": {card.Passphrase}}.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if rec := s.do(r); rec.Code != http.StatusSeeOther {
		return fmt.Errorf("sign in as %s: %d", card.Name, rec.Code)
	}
	return nil
}

// record is a link to one record.
var record = regexp.MustCompile(`href="(/[a-z]+/[a-z]{3}_[0-9a-z]{26})"`)

// paths are the pages this officer may read: the lists, and of each the first record.
func (s *surfer) paths() []string {
	var out []string
	for _, route := range web.Routes() {
		p := strings.TrimSuffix(route.Pattern, "{$}")
		if route.Method != http.MethodGet || route.Public || strings.Contains(p, "{") {
			continue
		}
		rec := s.get(p)
		if rec.Code != http.StatusOK {
			continue
		}
		out = append(out, p)
		if m := record.FindStringSubmatch(rec.Body.String()); m != nil && !slices.Contains(out, m[1]) && s.get(m[1]).Code == http.StatusOK {
			out = append(out, m[1])
		}
	}
	return out
}
