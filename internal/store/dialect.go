package store

import (
	"crypto/rand"
	"database/sql"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/url"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5/stdlib"
	"github.com/ncruces/go-sqlite3"
	_ "github.com/ncruces/go-sqlite3/driver" // the pure Go SQLite driver
	"github.com/ncruces/go-sqlite3/ext/fts5"
	"github.com/ncruces/go-sqlite3/vfs"
	"github.com/ncruces/go-sqlite3/vfs/adiantum" // encrypts the file, its index and its write-ahead log
	_ "github.com/ncruces/go-sqlite3/vfs/memdb"  // keeps a throw-away store in memory
)

//go:embed migrations
var embedded embed.FS

// migrations are the steps that make the tables; the tests of upgrading put others in their place.
var migrations fs.FS = embedded

// Engine names the two databases the store runs on.
type Engine string

// The engines.
const (
	SQLite   Engine = "sqlite"
	Postgres Engine = "postgres"
)

// dialect is the only place where the engines differ.
type dialect struct {
	engine Engine
	// begin opens a writing transaction, look a reading one: a snapshot in which nothing can be written.
	begin, look string
	// onlyLook is run once on a reading connection, where the engine cannot say it in look.
	onlyLook string
	// headLock makes writers of several processes stand in line before they read the head of the log.
	headLock string
	// door is run after begin and look: the role that the second lock binds.
	door string
	// rowid is what the index tables call a record's place.
	rowid string
	// numbered says that placeholders are $1, $2 … instead of ?.
	numbered bool
	// keyedTerms says that index terms are stored as keyed hashes, because the engine's files are not encrypted by us.
	keyedTerms bool
}

var (
	sqliteDialect = dialect{engine: SQLite, rowid: "rowid", begin: "BEGIN IMMEDIATE", look: "BEGIN DEFERRED", onlyLook: "PRAGMA query_only = ON"}
	pgDialect     = dialect{engine: Postgres, rowid: "seq", begin: "BEGIN ISOLATION LEVEL READ COMMITTED",
		look: "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", headLock: " FOR UPDATE",
		door: "SET LOCAL ROLE cutout_door", numbered: true, keyedTerms: true}
)

// text writes a query for the engine: it is written once, with ? for each parameter.
func (d *dialect) text(q string) string {
	if !d.numbered {
		return q
	}
	var b strings.Builder
	n := 0
	for _, r := range q {
		if r == '?' {
			n++
			b.WriteByte('$')
			b.WriteString(strconv.Itoa(n))
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

func init() { sqlite3.AutoExtension(fts5.Register) }

// InMemory is the path of a store that is in memory only and gone when it is closed. It is for replays and measuring:
// nothing of it is encrypted, because nothing of it is ever written anywhere.
const InMemory = ":memory:"

// openMemory opens a fresh store in memory that all connections of this pool, and no other, share.
func openMemory() (*sql.DB, error) {
	q := url.Values{}
	q.Set("vfs", "memdb")
	for _, p := range []string{"busy_timeout(10000)", "journal_mode(MEMORY)", "synchronous(OFF)", "foreign_keys(ON)",
		"trusted_schema(OFF)", "cache_size(-32000)", "temp_store(MEMORY)"} {
		q.Add("_pragma", p)
	}
	return sql.Open("sqlite3", "file:/"+rand.Text()+"?"+q.Encode())
}

// sealedOver is the name of the encrypting layer over a registered file layer; empty is the operating system's.
func sealedOver(base string) string {
	name := "adiantum-safe-" + base
	if vfs.Find(name) == nil {
		vfs.Register(name, adiantum.Wrap(safeLayer{vfs.Find(base)}, nil))
	}
	return name
}

// openSQLite opens the encrypted file. The key goes in through the connection string of this process only; the file
// name never carries it.
func openSQLite(path, base string, pageKey []byte) (*sql.DB, error) {
	if path == InMemory {
		return openMemory()
	}
	q := url.Values{}
	q.Set("vfs", sealedOver(base))
	q.Set("hexkey", hex.EncodeToString(pageKey))
	for _, p := range []string{"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(FULL)", "secure_delete(ON)",
		"foreign_keys(ON)", "trusted_schema(OFF)", "cell_size_check(ON)", "cache_size(-32000)", "temp_store(MEMORY)"} {
		q.Add("_pragma", p)
	}
	return sql.Open("sqlite3", "file:"+(&url.URL{Path: path}).EscapedPath()+"?"+q.Encode())
}

func openPostgres(dsn string) (*sql.DB, error) {
	db, err := sql.Open("pgx", dsn)
	if err != nil {
		return nil, fmt.Errorf("open postgres: %w", err)
	}
	return db, nil
}

var _ = stdlib.GetDefaultDriver // the "pgx" driver registers itself on import
