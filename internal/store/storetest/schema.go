// Package storetest gives tests an empty place on PostgreSQL. Only tests import it.
package storetest

import (
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"net/url"
	"os"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // the "pgx" driver
)

// usual is where Debian's PostgreSQL listens.
const usual = "postgres://postgres@127.0.0.1:5432/postgres?sslmode=disable"

// Schema makes an empty schema on the server tests may use (CUTOUT_TEST_POSTGRES, or the usual local one), removed when
// the test ends, and gives the address of a store in it. A missing server skips the test with one line, and fails it
// where CUTOUT_REQUIRE_ALL is set.
func Schema(t testing.TB) (address string) {
	t.Helper()
	addr := os.Getenv("CUTOUT_TEST_POSTGRES")
	if addr == "" {
		addr = usual
	}
	db, err := sql.Open("pgx", addr)
	if err == nil {
		err = db.Ping()
	}
	if err != nil {
		if os.Getenv("CUTOUT_REQUIRE_ALL") != "" {
			t.Fatalf("PostgreSQL is required here: %v", err)
		}
		t.Skipf("no PostgreSQL at %s: set CUTOUT_TEST_POSTGRES to run this test on it", addr)
	}
	var b [6]byte
	rand.Read(b[:])
	schema := "cutout_test_" + hex.EncodeToString(b[:])
	if _, err := db.Exec("CREATE SCHEMA " + schema); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := db.Exec("DROP SCHEMA " + schema + " CASCADE"); err != nil {
			t.Error(err)
		}
		db.Close()
	})
	u, err := url.Parse(addr)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	q.Set("search_path", schema)
	u.RawQuery = q.Encode()
	return u.String()
}
