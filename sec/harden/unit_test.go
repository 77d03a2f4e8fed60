package harden

import (
	"net/http"
	"os"
	"strings"
	"testing"

	"cutout/internal/identity"
	"cutout/sec/served"
)

func TestMain(m *testing.M) { os.Exit(served.Run(m)) }

func begin(t *testing.T) *served.Unit {
	t.Helper()
	return served.Begin(t, identity.Draft{Names: []identity.NameDraft{{Full: "Somebody Else"}}}, 1)
}

// proxied serves as behind a proxy that ends TLS: cookies are bound to TLS then.
func proxied(t *testing.T, u *served.Unit) *served.Server {
	t.Helper()
	return served.Start(t, u.Dir, served.How{Flags: []string{"--behind-proxy"}})
}

func startPlain(t *testing.T, u *served.Unit) *served.Server {
	t.Helper()
	return served.Start(t, u.Dir, served.How{})
}

func servedPass(name string) string { return served.Pass(name) }

func post(t *testing.T, address, form string) *http.Request {
	t.Helper()
	r, err := http.NewRequest("POST", address, strings.NewReader(form))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r
}
