package main

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"cutout/internal/wording"
)

// started runs a serving command in this process until the returned stop, and gives the address it printed.
func started(t *testing.T, command func(*session) error, s *session) (address string, printed func() string, stop func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	s.ctx, s.words, s.Format = ctx, wording.For("en"), "text"
	r, w := io.Pipe()
	s.out, s.err = w, w
	done := make(chan error, 1)
	go func() {
		err := command(s)
		w.Close()
		done <- err
	}()
	lines := bufio.NewReader(r)
	var all strings.Builder
	found := regexp.MustCompile(`http://[0-9.:]+\d`)
	for address == "" {
		line, err := lines.ReadString('\n')
		all.WriteString(line)
		if err != nil {
			t.Fatalf("it ended before it served: %v\n%s", <-done, all.String())
		}
		address = found.FindString(line)
	}
	rest := make(chan string, 1)
	go func() {
		b, _ := io.ReadAll(lines)
		rest <- string(b)
	}()
	return address, func() string { return all.String() + <-rest }, func() error {
		cancel()
		return <-done
	}
}

func TestServe(t *testing.T) {
	dir := t.TempDir()
	pass := filepath.Join(dir, "pass")
	if err := os.WriteFile(pass, []byte("a passphrase for root\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := &session{ctx: t.Context(), words: wording.For("en"), out: io.Discard, err: io.Discard,
		settings: settings{Data: filepath.Join(dir, "unit"), PassphraseFile: pass, Format: "text"}}
	if err := (&initUnit{Name: "Unit", Administrator: "root", Pack: "uk-chis"}).Run(s); err != nil {
		t.Fatal(err)
	}
	address, _, stop := started(t, (&serve{Addr: "127.0.0.1:0"}).Run, s)
	answer, err := http.Get(address + "/")
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode >= 500 {
		t.Errorf("the pages answer %s", answer.Status)
	}
	if answer, err = http.Get(address + "/api/v1/openapi.yaml"); err != nil {
		t.Fatal(err)
	}
	b, _ := io.ReadAll(answer.Body)
	answer.Body.Close()
	if answer.StatusCode != http.StatusOK || !strings.HasPrefix(string(b), "components") && !strings.Contains(string(b), "openapi:") {
		t.Errorf("the interface for programs answers %s", answer.Status)
	}
	request, err := http.NewRequest("GET", address+"/", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("X-Long", strings.Repeat("x", 64<<10))
	if answer, err = http.DefaultClient.Do(request); err == nil {
		answer.Body.Close()
		if answer.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
			t.Errorf("a head of 64 KiB is answered %s", answer.Status)
		}
	}
	if err := stop(); err != nil {
		t.Errorf("it did not stop quietly: %v", err)
	}
}

func TestDemo(t *testing.T) {
	if testing.Short() {
		t.Skip("the demonstration takes a while to build")
	}
	dir := filepath.Join(t.TempDir(), "demo")
	s := &session{settings: settings{Data: dir}}
	address, printed, stop := started(t, (&demo{Addr: "127.0.0.1:0"}).Run, s)
	client := http.Client{Timeout: time.Minute}
	answer, err := client.Get(address + "/")
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if info, err := os.Stat(filepath.Join(dir, "keys", "store.key")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the demonstration's key: %v %v", info, err)
	}
	if err := stop(); err != nil {
		t.Errorf("it did not stop quietly: %v", err)
	}
	if out := printed(); !strings.Contains(out, "handler") || !strings.Contains(out, "Passphrase") {
		t.Errorf("it does not say how to sign in:\n%s", out)
	}
}
