package promises

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/crypto/argon2"

	"cutout/internal/identity"
	"cutout/internal/vault"
	"cutout/sec/served"
)

// TestP19MemoryAfterLock signs an officer in over the served pages, registers a person, opens an identity, signs out, and
// reads every byte of the program's memory: no word of either identity, no passphrase and no officer's key is there. The
// same words are there while he works, so the reading would find them.
func TestP19MemoryAfterLock(t *testing.T) {
	if os.Getenv("CUTOUT_LONG") == "" {
		t.Skip("a server's memory is read with CUTOUT_LONG")
	}
	known, fresh := "Quillbrand Oxvexham", "Drossifer Yanquelby"
	u := served.Begin(t, identity.Draft{Names: []identity.NameDraft{{Full: known}}, Documents: []identity.DocumentDraft{{Kind: "passport", Number: "ZQXK99417"}}}, 1)
	seed := officerSeed(t, u, "registrar")
	s := served.Start(t, u.Dir, served.How{})
	words := map[string][]byte{"the opened name": []byte("Quillbrand"), "the opened family name": []byte("Oxvexham"), "the paper": []byte("ZQXK99417"),
		"the registered name": []byte("Drossifer"), "the registered family name": []byte("Yanquelby"), "the registered paper": []byte("ZQYY88205"),
		"the passphrase": []byte(served.Pass("registrar")), "the passphrase in a form": []byte(url.QueryEscape(served.Pass("registrar"))), "the officer's key": seed}

	b := s.Browser(t)
	b.SignIn("registrar")
	b.Post("/sources/new", url.Values{"category": {"AGENT"}, "state": {"proposed"}, "identity_kind": {"known"}, "service_contact": {"direct"}, "lawful_origin": {"walked in"},
		"description": {"somebody at the gate"}, "desk": {deskOf(t, b)}, "identity.names.0.full": {fresh}, "identity.documents.0.kind": {"passport"}, "identity.documents.0.number": {"ZQYY88205"}})
	if b.Was.StatusCode != http.StatusSeeOther {
		t.Fatalf("the registration: %s", b.Was.Status)
	}
	page := b.Post("/sources/"+u.Source.String()+"/identity", url.Values{"reason": {"a reason"}})
	if !strings.Contains(page, known) {
		t.Fatal("the identity does not open")
	}
	before, err := held(s.Pid, words)
	if errors.Is(err, os.ErrPermission) {
		t.Skip("this account may not read the program's memory: what the test would look for is out of its reach")
	}
	if err != nil {
		t.Fatal(err)
	}
	if len(before) < 3 || before["the officer's key"] == 0 {
		t.Fatalf("while he works only %v are found: the reading proves little", before)
	}
	b.Post("/signout", nil)
	b.Forget()
	// The server forgets every half minute; a page in between makes it do so once more.
	var after map[string]int
	for range 10 {
		time.Sleep(10 * time.Second)
		if after, err = held(s.Pid, words); err != nil {
			t.Fatal(err)
		}
		if len(after) == 0 {
			break
		}
	}
	for what, n := range after {
		t.Errorf("%s is still in memory, %d times", what, n)
	}
	t.Logf("found while he works: %v", before)
}

// deskOf is the first desk the form of a new source offers.
func deskOf(t *testing.T, b *served.Browser) string {
	t.Helper()
	m := regexp.MustCompile(`value="(cpt_[^"]+)"`).FindStringSubmatch(b.Get("/sources/new"))
	if m == nil {
		t.Fatal("the form offers no desk")
	}
	return m[1]
}

// held counts where a stopped process's memory, every mapping that can be written, holds the words.
func held(pid int, words map[string][]byte) (map[string]int, error) {
	maps, err := os.ReadFile(fmt.Sprintf("/proc/%d/maps", pid))
	if err != nil {
		return nil, err
	}
	mem, err := os.Open(fmt.Sprintf("/proc/%d/mem", pid))
	if err != nil {
		return nil, err
	}
	defer mem.Close()
	if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
		return nil, err
	}
	defer syscall.Kill(pid, syscall.SIGCONT)
	found := map[string]int{}
	const step, overlap = 4 << 20, 256
	buf := make([]byte, step+overlap)
	for line := range strings.Lines(string(maps)) {
		f := strings.Fields(line)
		from, to, _ := strings.Cut(f[0], "-")
		lo, err1 := strconv.ParseInt(from, 16, 64)
		hi, err2 := strconv.ParseInt(to, 16, 64)
		if err1 != nil || err2 != nil || !strings.HasPrefix(f[1], "rw") {
			continue
		}
		for at := lo; at < hi; at += step {
			n, err := mem.ReadAt(buf[:min(hi-at, step+overlap)], at)
			if err != nil && n == 0 {
				continue // a mapping that has no page there
			}
			for what, w := range words {
				found[what] += bytes.Count(buf[:n], w)
			}
		}
	}
	for what, n := range found {
		if n == 0 {
			delete(found, what)
		}
	}
	return found, nil
}

// officerSeed opens an officer's key as he does, with his passphrase, and gives the bytes it is made of.
func officerSeed(t *testing.T, u *served.Unit, name string) []byte {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	key, _, err := vault.OpenStoreKey(u.Dir + "/keys/store.key")
	must(err)
	x := &unit{t: t, dir: u.Dir, key: key}
	db := x.databaseAt(u.Dir + "/cutout.db")
	defer db.Close()
	id := u.Who[name].ID
	var sealed, oid []byte
	rows, err := db.Query("SELECT id, secret FROM officer")
	must(err)
	defer rows.Close()
	for rows.Next() {
		must(rows.Scan(&oid, &sealed))
		if !bytes.Equal(oid, id[:]) {
			continue
		}
		var s struct{ Private []byte }
		must(json.Unmarshal(x.body(sealed, "officer\x00secret\x001\x00"+string(oid)), &s))
		const head = 1 + 2 + 4 + 4 + 1 + 32 + 16 // see vault/passphrase.go
		p := s.Private
		k := argon2.IDKey([]byte(served.Pass(name)), p[head-16:head], binary.BigEndian.Uint32(p[7:]), binary.BigEndian.Uint32(p[3:]), p[11], 32)
		c, err := aes.NewCipher(k)
		must(err)
		g, err := cipher.NewGCM(c)
		must(err)
		seed, err := g.Open(nil, p[head:head+12], p[head+12:], p[:head])
		must(err)
		return seed
	}
	t.Fatalf("no key of %s", name)
	return nil
}
