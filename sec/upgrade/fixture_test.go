package upgrade

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"
	_ "github.com/ncruces/go-sqlite3/driver"
	_ "github.com/ncruces/go-sqlite3/vfs/adiantum"

	"cutout/internal/casework"
	"cutout/internal/store/storetest"
	"cutout/internal/vault"
)

// kept is one record as its release left it: Body is the SHA-256 of what stands sealed.
type kept struct {
	ID      string `json:"id"`
	Kind    string `json:"kind"`
	Label   string `json:"label"`
	Version int64  `json:"version"`
	Body    string `json:"body"`
}

// manifest is what a fixture must still say.
type manifest struct {
	Records []kept `json:"records"`
	Past    []kept `json:"past"`
	Log     int64  `json:"log"` // entries
}

// fixture is a frozen unit put where this program can open it.
type fixture struct {
	t      *testing.T
	dir    string // of the frozen files
	engine string
	cfg    casework.Config
	db     *sql.DB // past the program, as whoever has the key file
}

// schemaName is the schema the dumps of PostgreSQL were made in.
const schemaName = "cutout_fixture"

func unzipped(t *testing.T, name string) []byte {
	t.Helper()
	f, err := os.Open(name)
	must(t, err)
	defer f.Close()
	z, err := gzip.NewReader(f)
	must(t, err)
	b, err := io.ReadAll(z)
	must(t, err)
	return b
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// thaw puts a frozen unit into a directory or schema of its own.
func thaw(t *testing.T, dir, engine string) *fixture {
	t.Helper()
	x := &fixture{t: t, dir: dir, engine: engine}
	keyFile := filepath.Join(t.TempDir(), "store.key")
	b, err := os.ReadFile(filepath.Join(dir, engine+".key"))
	must(t, err)
	must(t, os.WriteFile(keyFile, b, 0o600))
	x.cfg.Key, _, err = vault.OpenStoreKey(keyFile)
	must(t, err)
	x.cfg.QuietWatch = true
	at := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC) // when the authorities of the fixtures are in force
	x.cfg.Clock = func() time.Time { at = at.Add(time.Millisecond); return at }
	if engine == "sqlite" {
		x.cfg.Path = filepath.Join(t.TempDir(), "cutout.db")
		must(t, os.WriteFile(x.cfg.Path, unzipped(t, filepath.Join(dir, "cutout.db.gz")), 0o600))
	} else {
		x.cfg.DSN, x.cfg.Ring = storetest.Schema(t), t.TempDir()
		x.load(unzipped(t, filepath.Join(dir, "postgres.sql.gz")))
	}
	x.db = x.raw()
	return x
}

// load runs a dump of PostgreSQL in the schema of this test.
func (x *fixture) load(dump []byte) {
	x.t.Helper()
	u, err := url.Parse(x.cfg.DSN)
	must(x.t, err)
	db, err := sql.Open("pgx", x.cfg.DSN)
	must(x.t, err)
	defer db.Close()
	if _, err := db.Exec("DO $$ BEGIN CREATE ROLE cutout_door NOLOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"); err != nil {
		x.t.Fatal(err)
	}
	_, err = db.Exec(string(bytes.ReplaceAll(dump, []byte(schemaName), []byte(u.Query().Get("search_path")))))
	must(x.t, err)
}

// raw opens the tables past the program.
func (x *fixture) raw() *sql.DB {
	x.t.Helper()
	driver, address := "pgx", x.cfg.DSN
	if x.engine == "sqlite" {
		s, err := x.cfg.Key.Sub(vault.DatabasePages, 1)
		must(x.t, err)
		q := url.Values{"vfs": {"adiantum"}, "_pragma": {"busy_timeout(10000)"}}
		must(x.t, s.Use(func(b []byte) error { q.Set("hexkey", hex.EncodeToString(b)); return nil }))
		driver, address = "sqlite3", "file:"+(&url.URL{Path: x.cfg.Path}).EscapedPath()+"?"+q.Encode()
	}
	db, err := sql.Open(driver, address)
	must(x.t, err)
	x.t.Cleanup(func() { db.Close() })
	return db
}

// read makes the manifest of what stands in the tables, past the program that is tested.
func (x *fixture) read() (m manifest) {
	x.t.Helper()
	key, err := x.cfg.Key.BodyKey(1)
	must(x.t, err)
	each := func(q string, into *[]kept) {
		rows, err := x.db.Query(q)
		must(x.t, err)
		defer rows.Close()
		for rows.Next() {
			var k kept
			var id, label, sealed []byte
			must(x.t, rows.Scan(&id, &k.Kind, &label, &k.Version, &sealed))
			at := binary.BigEndian.AppendUint64(append([]byte("record\x00body\x001\x00"), id...), uint64(k.Version))
			body, err := key.OpenBody(nil, vault.Place{Table: "store", Record: string(at), Field: "body"}, sealed)
			must(x.t, err)
			sum := sha256.Sum256(body)
			k.ID, k.Label, k.Body = hex.EncodeToString(id), hex.EncodeToString(label), hex.EncodeToString(sum[:])
			*into = append(*into, k)
		}
		must(x.t, rows.Err())
	}
	each("SELECT r.id, r.kind, l.enc, r.version, r.body FROM record r JOIN label l ON l.id = r.label ORDER BY r.seq", &m.Records)
	each("SELECT r.id, r.kind, l.enc, p.version, p.body FROM past p JOIN record r ON r.seq = p.seq JOIN label l ON l.id = r.label ORDER BY p.seq, p.version", &m.Past)
	must(x.t, x.db.QueryRow("SELECT log_size FROM head").Scan(&m.Log))
	return m
}

// frozen reads the manifest of the fixture; with CUTOUT_FREEZE one that has none gets it.
func (x *fixture) frozen() (m manifest) {
	x.t.Helper()
	name := filepath.Join(x.dir, x.engine+".json")
	b, err := os.ReadFile(name)
	if os.IsNotExist(err) && os.Getenv("CUTOUT_FREEZE") != "" {
		b, err = json.MarshalIndent(x.read(), "", " ")
		must(x.t, err)
		must(x.t, os.WriteFile(name, append(b, '\n'), 0o644))
	}
	must(x.t, err)
	must(x.t, json.Unmarshal(b, &m))
	return m
}

// passphrase is that of an account of the fixtures: they are invented, and open nothing but these files.
func passphrase(name string) []byte {
	switch name {
	case "root":
		return []byte("root passphrase here")
	case "analyst":
		return []byte("quite another passphrase")
	}
	return []byte("a passphrase for everybody")
}

func releases(t *testing.T) (dirs []string) {
	t.Helper()
	dirs, err := filepath.Glob("testdata/v*")
	must(t, err)
	return dirs
}

// released lists the versions that a changelog calls released, as their fixtures are named: v0.1 for 0.1.0 and its mends.
func released(changelog string) (out []string) {
	for line := range strings.Lines(changelog) {
		if f := strings.Fields(line); len(f) > 1 && f[0] == "##" {
			if p := strings.Split(strings.TrimLeft(f[1], "[v"), "."); len(p) >= 2 && strings.Trim(p[0]+p[1], "0123456789") == "" {
				out = append(out, "v"+p[0]+"."+p[1])
			}
		}
	}
	return out
}
