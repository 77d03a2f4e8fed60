package fault

import (
	"bytes"
	"database/sql"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the "pgx" driver

	"cutout/internal/casework"
	"cutout/internal/requirement"
)

// cluster is a PostgreSQL server of the drill's own, which it may break.
type cluster struct {
	bin, dir string
	port     int
}

// newCluster starts a server in a temporary directory, as an ordinary user.
func newCluster(t testing.TB) *cluster {
	t.Helper()
	bins, _ := filepath.Glob("/usr/lib/postgresql/*/bin/pg_ctl")
	if p, err := exec.LookPath("pg_ctl"); len(bins) == 0 && err == nil {
		bins = []string{p}
	}
	if len(bins) == 0 {
		if os.Getenv("CUTOUT_REQUIRE_ALL") != "" {
			t.Fatal("the programs of a PostgreSQL server are required here")
		}
		t.Skip("no initdb and pg_ctl here: a PostgreSQL server of one's own is not drilled")
	}
	c := &cluster{bin: filepath.Dir(bins[len(bins)-1])}
	var err error
	c.dir, err = os.MkdirTemp("", "cutout-pg-")
	must(t, err)
	if os.Getuid() == 0 { // the server refuses to be root
		p, err := user.Lookup("postgres")
		must(t, err)
		uid, _ := strconv.Atoi(p.Uid)
		gid, _ := strconv.Atoi(p.Gid)
		must(t, os.Chown(c.dir, uid, gid))
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	c.port = l.Addr().(*net.TCPAddr).Port
	l.Close()
	c.run(t, "initdb", "-D", c.dir+"/data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")
	c.start(t)
	t.Cleanup(func() { c.remove() })
	return c
}

func (c *cluster) command(program string, args ...string) *exec.Cmd {
	argv := append([]string{filepath.Join(c.bin, program)}, args...)
	if os.Getuid() == 0 {
		argv = append([]string{"runuser", "-u", "postgres", "--"}, argv...)
	}
	x := exec.Command(argv[0], argv[1:]...)
	x.Dir = c.dir
	return x
}

func (c *cluster) run(t testing.TB, program string, args ...string) {
	t.Helper()
	if out, err := c.command(program, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", program, err, out)
	}
}

func (c *cluster) start(t testing.TB) {
	t.Helper()
	c.run(t, "pg_ctl", "-D", c.dir+"/data", "-l", c.dir+"/log", "-w", "-o", fmt.Sprintf("-p %d -k %s -h 127.0.0.1", c.port, c.dir), "start")
}

func (c *cluster) stop(t testing.TB, mode string) {
	t.Helper()
	c.run(t, "pg_ctl", "-D", c.dir+"/data", "-m", mode, "-w", "stop")
}

func (c *cluster) remove() {
	_ = c.command("pg_ctl", "-D", c.dir+"/data", "-m", "immediate", "stop").Run()
	os.RemoveAll(c.dir)
}

// address is the server's, or that of something before it on another port.
func (c *cluster) address(port int) string {
	return (&url.URL{Scheme: "postgres", User: url.User("postgres"), Host: fmt.Sprintf("127.0.0.1:%d", port), Path: "/postgres", RawQuery: "sslmode=disable"}).String()
}

// filings counts the requirements by number: each is to be there once at most.
func (u *unit) filings(t testing.TB) map[string]int {
	t.Helper()
	p, err := u.d.Coverage(ctx, u.Worker)
	must(t, err)
	out := map[string]int{}
	for _, r := range p.Requirements {
		out[r.Value.Number]++
	}
	return out
}

func (u *unit) state(number string) (act, error) {
	q, err := u.d.StateRequirement(ctx, u.Worker, casework.RequirementDraft{Desk: u.Desk, Draft: requirement.Draft{Kind: "PIR", Number: number, Text: "what passes " + number, Topic: "gate"}})
	return act{"requirement", q.String(), "what passes " + number}, err
}

// filer files from three hands until it is stopped, and gives the numbers that were confirmed and those that were not.
func (u *unit) filer(round int) (stop func() (done, failed []string, acts []act)) {
	var mu sync.Mutex
	var wg sync.WaitGroup
	var done, failed []string
	var acts []act
	quit := make(chan struct{})
	for hand := range 3 {
		wg.Go(func() {
			for n := 0; ; n++ {
				select {
				case <-quit:
					return
				default:
				}
				number := fmt.Sprintf("%d-%d-%d", round, hand, n)
				a, err := u.state(number)
				mu.Lock()
				if err == nil {
					done, acts = append(done, number), append(acts, a)
				} else {
					failed = append(failed, number)
				}
				mu.Unlock()
				if err != nil {
					time.Sleep(20 * time.Millisecond)
				}
			}
		})
	}
	return func() ([]string, []string, []act) {
		close(quit)
		wg.Wait()
		return done, failed, acts
	}
}

// once asks that what was confirmed is there once, and the rest at most once.
func (u *unit) once(t testing.TB, done, failed []string) {
	t.Helper()
	there := u.filings(t)
	for _, n := range done {
		if there[n] != 1 {
			t.Errorf("filing %s was confirmed and is there %d times", n, there[n])
		}
	}
	for _, n := range failed {
		if there[n] > 1 {
			t.Errorf("filing %s is there %d times", n, there[n])
		}
	}
}

// TestF13Server stops the database server at once, and ends its connections, while acts run. The same process works on
// when the server is back; nothing confirmed is lost and nothing is done twice.
func TestF13Server(t *testing.T) {
	c := newCluster(t)
	u := begin(t, &unit{DSN: c.address(c.port)})
	db, err := sql.Open("pgx", c.address(c.port))
	must(t, err)
	defer db.Close()
	rounds := pick(2, 20)
	var done, failed []string
	var acts []act
	for round := range rounds {
		stop := u.filer(round)
		time.Sleep(300 * time.Millisecond)
		if round%2 == 0 {
			c.stop(t, "immediate")
			c.start(t)
		} else {
			for range 5 {
				_, err := db.Exec("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'")
				must(t, err)
				time.Sleep(50 * time.Millisecond)
			}
		}
		time.Sleep(300 * time.Millisecond)
		d, f, a := stop()
		done, failed, acts = append(done, d...), append(failed, f...), append(acts, a...)
		must(t, eventually(func() error { _, err := u.state(fmt.Sprint("again ", round)); return err }))
	}
	u.once(t, done, failed)
	u.whole(t, acts, false, true)
	if len(failed) == 0 || len(done) == 0 {
		t.Errorf("%d acts failed, %d did not: the drill drilled nothing", len(failed), len(done))
	}
	t.Logf("%d rounds, %d acts confirmed, %d failed; none lost, none done twice", rounds, len(done), len(failed))
}

func eventually(fn func() error) (err error) {
	for range 100 {
		if err = fn(); err == nil {
			return nil
		}
		time.Sleep(100 * time.Millisecond)
	}
	return err
}

// cutter stands before a server and cuts the connection at the next COMMIT, before or after the server has heard it.
type cutter struct {
	l    net.Listener
	to   string
	mu   sync.Mutex
	next string // "before", "after", "" is let through
	cut  int
}

func newCutter(t testing.TB, to string) *cutter {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	c := &cutter{l: l, to: to}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			go c.carry(in)
		}
	}()
	return c
}

func (c *cutter) arm(when string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.next = when
}

func (c *cutter) carry(in net.Conn) {
	defer in.Close()
	out, err := net.Dial("tcp", c.to)
	if err != nil {
		return
	}
	defer out.Close()
	var quiet sync.Mutex // held while an answer may not pass
	go func() {
		defer in.Close()
		buf := make([]byte, 1<<16)
		for {
			n, err := out.Read(buf)
			quiet.Lock()
			_, werr := in.Write(buf[:n])
			quiet.Unlock()
			if err != nil || werr != nil {
				return
			}
		}
	}()
	buf := make([]byte, 1<<16)
	for {
		n, err := in.Read(buf)
		if err != nil {
			return
		}
		c.mu.Lock()
		when := ""
		if c.next != "" && bytes.Contains(buf[:n], []byte("COMMIT\x00")) {
			when, c.next = c.next, ""
			c.cut++
		}
		c.mu.Unlock()
		switch when {
		case "before":
			return
		case "after":
			quiet.Lock() // for good
			_, _ = out.Write(buf[:n])
			time.Sleep(200 * time.Millisecond)
			return
		}
		if _, err := out.Write(buf[:n]); err != nil {
			return
		}
	}
}

// TestF13LostAnswer cuts the connection around a COMMIT. An act that was kept is reported as kept and one that was not as
// failed; neither is done twice.
func TestF13LostAnswer(t *testing.T) {
	c := newCluster(t)
	cut := newCutter(t, fmt.Sprintf("127.0.0.1:%d", c.port))
	u := begin(t, &unit{DSN: c.address(cut.l.Addr().(*net.TCPAddr).Port)})
	var acts []act
	want := map[string]int{}
	for n := range pick(6, 200) {
		when, number := []string{"after", "before"}[n%2], fmt.Sprint("n", n)
		cut.arm(when)
		a, err := u.state(number)
		switch {
		case when == "after" && err != nil:
			t.Errorf("%s: the server kept it and the officer is told %v", number, err)
		case when == "before" && err == nil:
			t.Errorf("%s: the server never heard of it and the officer is told that it is kept", number)
		case when == "before":
			if a, err = u.state(number); err != nil { // he tries again, as he was told he may
				t.Errorf("%s again: %v", number, err)
			}
		}
		acts, want[number] = append(acts, a), 1
	}
	u.whole(t, acts, false, true)
	there := u.filings(t)
	for n := range want {
		if there[n] != 1 {
			t.Errorf("filing %s is there %d times", n, there[n])
		}
	}
	if cut.cut != len(want) {
		t.Errorf("%d connections were cut for %d acts", cut.cut, len(want))
	}
	t.Logf("%d connections cut around a COMMIT: each act there once, each end told as it was", cut.cut)
}

// TestF13FullTablespace fills the place the server keeps the tables in. The server runs in a child that has a disk of its
// own, as in F3.
func TestF13FullTablespace(t *testing.T) {
	if !long() {
		t.Skip("only in the long form")
	}
	dir, err := os.MkdirTemp("", "cutout-space-")
	must(t, err)
	defer os.RemoveAll(dir)
	t.Setenv("CUTOUT_FAULT_DISK", dir)
	x, out := (&unit{}).startChild(t, "fill-postgres", "sh", "small-disk.sh", "40m", dir)
	printed, _ := io.ReadAll(out)
	err = x.Wait()
	if x.ProcessState.ExitCode() == 77 {
		t.Skip("no namespace with a disk of its own on this machine")
	}
	if err != nil {
		t.Fatalf("%v\n%s", err, printed)
	}
	t.Logf("%s", bytes.TrimSpace(printed))
}

// fillPostgres is the child.
func fillPostgres(dir string) error {
	bad := listen(nil, func(t testing.TB) {
		c := newCluster(t)
		defer c.remove()
		must(t, os.Chmod(dir, 0o755))
		must(t, os.Mkdir(dir+"/space", 0o700))
		if os.Getuid() == 0 {
			p, err := user.Lookup("postgres")
			must(t, err)
			uid, _ := strconv.Atoi(p.Uid)
			must(t, os.Chown(dir+"/space", uid, -1))
		}
		db, err := sql.Open("pgx", c.address(c.port))
		must(t, err)
		defer db.Close()
		_, err = db.Exec("CREATE TABLESPACE small LOCATION '" + dir + "/space'")
		must(t, err)
		home, err := os.MkdirTemp("", "cutout-unit-")
		must(t, err)
		defer os.RemoveAll(home)
		u := begin(t, &unit{Dir: home, DSN: c.address(c.port) + "&default_tablespace=small"})
		defer u.close()
		reserve := filler(dir + "/other-files")
		must(t, os.WriteFile(string(reserve), make([]byte, 20<<20), 0o600))
		must(t, reserve.fill())
		var acts []act
		full := 0
		for n := 0; full < 10 && n < 20_000; n++ {
			a, err := u.light(n, fmt.Sprint(n))
			var e *casework.Error
			switch {
			case err == nil:
				acts = append(acts, a)
			case casework.KindOf(err) == casework.Internal && asError(err, &e) && e.Code == "full":
				full++
			default:
				t.Fatalf("on a full tablespace: %v", err)
			}
		}
		if full < 10 {
			t.Fatalf("%d acts, and the tablespace is not full", len(acts))
		}
		must(t, os.Remove(string(reserve)))
		for n := range 4 {
			a, err := u.light(n, fmt.Sprint("after ", n))
			must(t, err)
			acts = append(acts, a)
		}
		u.whole(t, acts[max(0, len(acts)-500):], false, true)
		fmt.Printf("%d acts until the tablespace was full; none lost\n", len(acts))
	})
	if len(bad) > 0 {
		return fmt.Errorf("%s", strings.Join(bad, "\n"))
	}
	return nil
}
