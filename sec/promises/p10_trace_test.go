package promises

import (
	"bufio"
	"encoding/hex"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"cutout/internal/identity"
	"cutout/sec/served"
)

// traced skips, with a line, where the program's system calls cannot be read.
func traced(t *testing.T) {
	t.Helper()
	if os.Getenv("CUTOUT_LONG") == "" {
		t.Skip("the program is traced with CUTOUT_LONG")
	}
	if _, err := exec.LookPath("strace"); err != nil {
		t.Skip("no strace: what is written and where it connects is not traced")
	}
	if os.Getuid() != 0 {
		t.Skip("not root: the program does not let its own account trace it")
	}
}

// tracedLines reads a trace.
func tracedLines(t *testing.T, name string, each func(line string)) {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	in := bufio.NewReaderSize(f, 1<<20)
	for {
		line, err := in.ReadString('\n')
		each(line)
		if err != nil {
			return
		}
	}
}

// program signs a program in and gives what it sends with each request.
func programSession(t *testing.T, s *served.Server, name string) (ask func(method, path, body string) (int, string)) {
	t.Helper()
	b := s.Browser(t)
	answer := b.Ask("POST", "/api/v1/session", "application/json", `{"name":"`+name+`","passphrase":"`+served.Pass(name)+`"}`)
	m := regexp.MustCompile(`"token":"([^"]+)"`).FindStringSubmatch(answer)
	if m == nil {
		t.Fatalf("%s does not sign in: %s", name, answer)
	}
	return func(method, path, body string) (int, string) {
		t.Helper()
		b.Header = http.Header{"Authorization": {"Bearer " + m[1]}}
		out := b.Ask(method, "/api/v1"+path, "application/json", body)
		return b.Was.StatusCode, out
	}
}

// TestP10NothingInClearToDisk files a report and registers a person while every write of the program is traced: words of
// either go to the reader's connection and to no file.
func TestP10NothingInClearToDisk(t *testing.T) {
	traced(t)
	u := served.Begin(t, identity.Draft{Names: []identity.NameDraft{{Full: "Somebody Else"}}}, 1)
	out := filepath.Join(t.TempDir(), "trace")
	s := served.Start(t, u.Dir, served.How{Before: []string{"strace", "-f", "-qq", "-yy", "-xx", "-s", "1048576", "-o", out,
		"-e", "trace=write,pwrite64,writev,pwritev,pwritev2,sendfile,copy_file_range,splice,sendto,sendmsg"}})
	ask := programSession(t, s, "handler")
	status, answer := ask("POST", "/reports", `{"contact":"`+u.Contact.String()+`","title":"Zanquelstead","items":[{"text":"five barges of Vorqualin unweighed","lang":"en","basis":"direct","scheme":"admiralty","grade":"C3"}]}`)
	if status != http.StatusCreated {
		t.Fatalf("the report: %d %s", status, answer)
	}
	id := regexp.MustCompile(`"id":"(rep_[^"]+)"`).FindStringSubmatch(answer)[1]
	if status, page := ask("GET", "/reports/"+id, ""); status != http.StatusOK || !strings.Contains(page, "Vorqualin") {
		t.Fatalf("the report is not there: %d", status)
	}
	if err := s.Stop(syscall.SIGTERM); err != nil {
		t.Fatalf("it does not stop: %v\n%s", err, s.Said())
	}
	words := map[string]string{}
	for _, w := range []string{"Zanquelstead", "zanquelstead", "Vorqualin", "vorqualin"} {
		h := hex.EncodeToString([]byte(w))
		words[w] = regexp.MustCompile(`..`).ReplaceAllString(h, `\x$0`)
	}
	lines, told := 0, 0
	tracedLines(t, out, func(line string) {
		lines++
		for w, coded := range words {
			if !strings.Contains(line, coded) {
				continue
			}
			if regexp.MustCompile(`\(\d+<TCP:`).MatchString(line[:min(200, len(line))]) {
				told++
			} else {
				t.Errorf("%s is written in clear: %s…", w, line[:min(160, len(line))])
			}
		}
	})
	if told < 2 || lines < 50 {
		t.Errorf("%d lines of trace, %d of them show the report to its reader: the trace proves little", lines, told)
	}
	t.Logf("%d writes traced", lines)
}
