package ni

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"

	"cutout/internal/leak"
)

// program builds the binary once for a test: commands are compared as people run them, each in a process of its own. It
// is the test binary of cmd/cutout, which is the program with a clock that can be set (TEST_NOW) and, under the tag,
// with its planted leaks.
func program(t testing.TB) string {
	t.Helper()
	bin := filepath.Join(t.TempDir(), "cutout")
	args := []string{"test", "-c", "-o", bin}
	if leak.Built {
		args = append(args, "-tags", "leaks")
	}
	build := exec.Command("go", append(args, "cutout/cmd/cutout")...)
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	return bin
}

// unitOf lays a world's files out as a unit's data directory, beside the open world: commands run beside a service too.
// In the second world a command of somebody else has failed inside, and the operator's log tells of it.
func unitOf(t testing.TB, w *world, officer string, second bool) []string {
	t.Helper()
	dir := filepath.Join(w.dir, "unit of "+officer)
	if err := os.MkdirAll(filepath.Join(dir, "keys"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(w.dir, "records.db"), filepath.Join(dir, "cutout.db")); err != nil && !errors.Is(err, os.ErrExist) {
		t.Fatal(err)
	}
	if err := os.Symlink(ringIn(w.dir), ringIn(dir)); err != nil && !errors.Is(err, os.ErrExist) {
		t.Fatal(err)
	}
	key, err := os.ReadFile(filepath.Join(w.dir, "store.key"))
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "keys", "store.key"), key, 0o600)
	}
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "passphrase"), pass(officer), 0o600)
	}
	if err == nil && second {
		err = os.WriteFile(filepath.Join(dir, "incidents.log"), []byte(`{"msg":"incident","number":"X-000000"}`+"\n"), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	return []string{"--data", dir, "--officer", officer, "--passphrase-file", filepath.Join(dir, "passphrase")}
}

// Ids that a command drew and the moment at which it ran differ by chance between two processes: each is called by the
// order in which it first appears. Those of the worlds' records stay.
var (
	someID     = regexp.MustCompile(`\b([a-z]{3})_[0-9a-z]{26}\b`)
	someRef    = regexp.MustCompile(`\b[A-Z]{1,2}-[0-9A-Z]{6}\b`)
	someMoment = regexp.MustCompile(`2026-03-09(T| )09:3[0-9]:[0-9.]+(Z| UTC)?|2026-03-09 09:3[0-9]\b`)
)

// run gives all a command shows: what it prints, what it says on the side, and how it ends.
func (p *twin) run(t testing.TB, bin string, unit, words []string, draft string) string {
	t.Helper()
	cmd := exec.Command(bin, append(append([]string{}, words...), unit...)...)
	cmd.Env = append(os.Environ(), "TEST_NOW=2026-03-09T09:30:00Z", "LANG=en_US.UTF-8")
	if leak.Built {
		cmd.Env = append(cmd.Env, "CUTOUT_LEAK="+opened)
	}
	cmd.Stdin = strings.NewReader(draft)
	var out, side bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &side
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	all := strings.ReplaceAll(fmt.Sprintf("exit %d\n%s\n%s", cmd.ProcessState.ExitCode(), &out, &side), unit[1], "DATA")
	told := map[string]string{}
	known := strings.Join(p.ids, " ")
	name := func(what string) func(string) string {
		return func(s string) string {
			if strings.Contains(known, s) {
				return s
			}
			if told[s] == "" {
				told[s] = fmt.Sprint(what, len(told)+1)
			}
			return told[s]
		}
	}
	all = someID.ReplaceAllStringFunc(all, name("drawn id "))
	if strings.Contains(all, "drawn id") {
		all = someRef.ReplaceAllStringFunc(all, name("drawn ref "))
	}
	return someMoment.ReplaceAllString(all, "now")
}

// opened is the planted leak that the commands run with.
var opened string

// lines are the commands as the low officer types them, by the path of the command: with {src}, {rep} and so on where an
// id stands, and "< draft" where it takes a draft on its standard input.
var lines = map[string][]string{
	"source.list": {"source list --format json", "source list"}, "source.show": {"source show {src}", "source show {src} --as-known-on 2026-03-09"},
	"source.register": {"source register -f - < plain"}, "source.revise": {"source revise {src} -f - < revised"}, "source.assign": {"source assign {src} --who viewer --duty co-handler"},
	"source.relieve": {"source relieve {src} --who viewer --duty co-handler"}, "source.event": {"source event {src} --kind reviewed --when 2026-03-08"},
	"source.role":      {"source role {src} --person {pty} --role recruiter --from 2026-03"},
	"authority.grant":  {"authority grant {src} -f - < authority"},
	"authority.review": {"authority review {aut} --text Seen --negative none"}, "authority.cancel": {"authority cancel {aut} --note ended --debrief held"},
	"authority.show":    {"authority show {aut}"},
	"requirement.state": {"requirement state -f - < need"}, "requirement.restate": {"requirement restate {req} --kind PIR --number 7 --text what"},
	"requirement.list": {"requirement list --format json"}, "requirement.show": {"requirement show {req}"}, "requirement.coverage": {"requirement coverage --format csv"},
	"task.give": {"task give {req} --source {src} --type observe --topic harbor --text count"}, "contact.plan": {"contact plan -f - < plan"},
	"contact.record": {"contact record {con} --type meeting --when 2026-03-08 --summary met --welfare well"}, "contact.list": {"contact list --source {src}", "contact list --format json"},
	"contact.show": {"contact show {con}"}, "report.file": {"report file -f - < report"}, "report.import": {"report import - < report"},
	"report.list": {"report list --format json", "report list --limit 1 --format jsonl", "report list"}, "report.show": {"report show {rep}"},
	"report.outcome": {"report outcome {itm} --result true --on 2026-03-08 --basis seen"}, "report.regrade": {"report regrade {itm} --grade C3 --reason later"},
	"report.link": {"report link {itm0} {itm}"}, "report.use": {"report use {rep} --to ministry --on 2026-03-08"},
	"release.write": {"release write -f - < release"}, "release.rewrite": {"release rewrite {rel} -f - < release"}, "release.approve": {"release approve {rel}"},
	"release.send": {"release send {rel}"}, "release.list": {"release list --format json"}, "release.show": {"release show {rel}"},
	"inbox.list": {"inbox list --format json"}, "inbox.show": {"inbox show {iss}"}, "inbox.acknowledge": {"inbox acknowledge {iss}"}, "inbox.confirm": {"inbox confirm {rcl}"},
	"inbox.feedback": {"inbox feedback {iss} --value 4 --truth true --text held"}, "product.write": {"product write -f - < product"}, "product.list": {"product list --format json"},
	"product.show": {"product show {prd}"}, "notice.issue": {"notice issue --kind doubt --about {rep} --text doubtful"}, "notice.answer": {"notice answer {ntc} --response noted"},
	"notice.recall": {"notice recall {rep} --reason fabricated"}, "notice.list": {"notice list --format json"}, "notice.show": {"notice show {ntc}"},
	"party.add": {"party add harbor --kind person"}, "party.list": {"party list --format json"}, "party.knows": {"party knows {pty} {src} --tie face --what face"},
	"assessment.write": {"assessment write {rep} --view likely"}, "assessment.credit": {"assessment credit {src} --by unit --what seizure --report {rep}"},
	"watch.list": {"watch list --format json"}, "watch.answer": {"watch answer no-contact {src} --kind acknowledge"},
	"search": {"search harbor --format json", "search gate barge", "search بوابة"}, "unmask": {"unmask {src} --reason safety"},
	"officer.add": {"officer add late --clearance SECRET --duty analyst --new-passphrase-file {passphrase}"}, "officer.list": {"officer list"},
	"officer.grant": {"officer grant late analyst"}, "officer.revoke": {"officer revoke late analyst"}, "officer.close": {"officer close late"},
	"compartment.open": {"compartment open Annex"}, "compartment.grant": {"compartment grant late {cpt}"}, "compartment.revoke": {"compartment revoke late {cpt}"},
	"compartment.list": {"compartment list", "compartment list --all"},
	"audit.checkpoint": {"audit checkpoint"}, "audit.list": {"audit list --object {src}"}, "audit.prove": {"audit prove 41"}, "audit.bundle": {"audit bundle --out /dev/null"},
	"officer.passphrase": {"officer passphrase --new-passphrase-file {passphrase}"}, "officer.bind": {"officer bind late --issuer https://id.example --subject 8f1c"},
	"officer.unbind": {"officer unbind late"}, "officer.end-sessions": {"officer end-sessions late"}, "officer.forget-factors": {"officer forget-factors late"},
	"opening.ask": {"opening ask {src} --purpose safety"}, "opening.list": {"opening list --format json", "opening list --limit 1"}, "opening.show": {"opening show {opn}"},
	"opening.approve": {"opening approve {opn}"}, "opening.refuse": {"opening refuse {opn} --reason none"}, "opening.withdraw": {"opening withdraw {opn}"},
	"custody.holders": {"custody holders --format json"}, "custody.approvers": {"custody approvers late h0 a0 --reason year"}, "custody.trustees": {"custody trustees late h0 a0 --need 2 --reason year"},
	"custody.replace-key": {"custody replace-key late --reason lost --new-passphrase-file {passphrase}"}, "custody.recover": {"custody recover --reason lost"},
	"custody.destroy": {"custody destroy {src} --reason asked"}, "custody.list": {"custody list --format json"}, "custody.show": {"custody show {prp}"},
	"custody.confirm": {"custody confirm {prp}"}, "custody.give-share": {"custody give-share {prp}"}, "custody.prove-share": {"custody prove-share"}, "custody.withdraw": {"custody withdraw {prp}"},
	"custody.sealing": {"custody sealing --format json"}, "custody.reseal": {"custody reseal {src}"}, "known": {"known - < person"},
	"audit.compare": {"audit compare"}, "audit.witness": {"audit witness --url https://127.0.0.1:9 --key /dev/null"},
}

// undrivenCommands are the commands that no probe runs, with the reason.
var undrivenCommands = map[string]string{
	"init": "makes a unit", "serve": "the porches, driven in TestPorches", "demo": "a unit of its own", "migrate": "for who holds the files; shows no record",
	"doctor": "for who holds the files: sizes and row counts are declared", "audit.key": "the log's public key", "audit.verify": "works on files that somebody was given",
	"profile.list": "built in", "profile.show": "built in", "profile.check": "works on a file", "casebook.replay": "a unit of its own", "lab.search": "works on files", "version": "built in",
	"backup.make": "for who holds the files: a copy of all of them", "backup.check": "works on a copy", "backup.epochs": "for who holds the files", "backup.keys": "writes keys to a file, the administrator's",
	"backup.destroy-epoch": "the administrator's, about keys of copies", "restore": "makes a unit of a copy", "witness.init": "a witness is no unit", "witness.trust": "a witness is no unit",
	"witness.list": "a witness is no unit", "witness.serve": "a witness is no unit", "custody.check-certificate": "works on a file",
	"key-file": "writes one's own sealed key to a file; compared at the pages and the interface",
}

// entitledTo are commands of the registrar about accounts: declared, see entitled.
var entitledTo = map[string]bool{"officer.list": true, "officer.add": true, "officer.grant": true, "officer.revoke": true, "officer.close": true, "compartment.grant": true, "compartment.revoke": true,
	"custody.approvers": true, "custody.trustees": true, "custody.replace-key": true, "officer.bind": true, "officer.unbind": true, "officer.end-sessions": true, "officer.forget-factors": true}

// TestCommandCensus fails when a command is run by no probe.
func TestCommandCensus(t *testing.T) {
	files, err := filepath.Glob("../../internal/wording/terms/*.toml")
	if err != nil {
		t.Fatal(err)
	}
	terms := map[string]any{}
	for _, f := range files {
		if _, err := toml.DecodeFile(f, &terms); err != nil {
			t.Fatal(err)
		}
	}
	n := 0
	for key := range terms {
		path, ok := strings.CutPrefix(key, "cli.example.") // cmd/cutout's own census holds that every command has one
		if !ok {
			continue
		}
		n++
		if _, driven := lines[path]; driven == (undrivenCommands[path] != "") {
			t.Errorf("the command %q is not compared, or twice. Add to lines in sec/ni/commands_test.go:\n\t%q: {%q},\nwith {src}, {rep} and so on where an id stands and \"-f - < DRAFT\" where it takes a draft of bodies_test.go; "+
				"or to undrivenCommands with the reason.", path, path, strings.ReplaceAll(path, ".", " ")+" …")
		}
	}
	if n < 90 {
		t.Errorf("only %d commands are known", n)
	}
	for path := range lines {
		if terms["cli.example."+path] == nil {
			t.Errorf("lines has %q, which is no command any more", path)
		}
	}
}

// commandLines are the lines to be run: looks first. In the short form every act is run with a record of one world only,
// a sixth of them in each pair.
func (p *twin) commandLines(k int, low string) (out [][2]string) {
	x, given := p.samples(), p.given(low)
	given["{passphrase}"] = "/dev/null"
	isLook := regexp.MustCompile(`\.(list|show|coverage)$|^search$`)
	for _, acts := range []bool{false, true} {
		for i, path := range sortedKeys(lines) {
			if isLook.MatchString(path) == acts || low == "h0" && entitledTo[path] || acts && !long() && (i+k)%6 != 0 {
				continue
			}
			for _, line := range lines[path] {
				line, draft, _ := strings.Cut(line, " < ")
				vs := []variant{visible, hiddenOld, hiddenNew, random, malformed}
				if !strings.Contains(line, "{") && draft == "" {
					vs = vs[:1]
				} else if !long() {
					vs = []variant{hiddenNew}
					if !acts {
						vs = []variant{visible, hiddenNew}
					}
				}
				for _, v := range vs {
					body := ""
					if draft != "" {
						body = x.body(draft, v, given)
					}
					out = append(out, [2]string{x.fillWords(line, v, given), body})
				}
			}
		}
	}
	return out
}

func (x samples) fillWords(line string, v variant, given map[string]string) string {
	for word, is := range given {
		line = strings.ReplaceAll(line, word, is)
	}
	for prefix, ids := range x {
		line = strings.ReplaceAll(line, "{"+prefix+"}", ids[v])
	}
	return line
}

// commands compares the command line in two worlds.
func (p *twin) commands(t testing.TB, bin string, k int, low string, sum *tally) *difference {
	a, b := unitOf(t, p.a.w, low, false), unitOf(t, p.b.w, low, true)
	for _, c := range p.commandLines(k, low) {
		sum.asked++
		words := strings.Fields(c[0])
		was := make(chan string)
		go func() { was <- p.run(t, bin, a, words, c[1]) }()
		y := p.run(t, bin, b, words, c[1])
		if x := <-was; x != y {
			return &difference{low, "commands: cutout " + c[0] + " " + c[1], x, y, sum.asked}
		}
		if strings.HasPrefix(y, "exit 0") {
			sum.shown++
		} else if strings.HasPrefix(y, "exit 1\n") {
			sum.wrong = append(sum.wrong, fmt.Sprintf("as %s, cutout %s: %s", low, c[0], y))
		}
	}
	return nil
}

// TestCommands compares the commands of two worlds: output, error stream and exit code.
func TestCommands(t *testing.T) {
	bin := program(t)
	x := newTemplate(t, 1)
	var sum tally
	for k := range wanted(1, 6) {
		p := x.pair(func() *world { return x.open(t) }, uint64(k), which(k))
		if d := p.commands(t, bin, k, []string{"h0", "viewer", "a0", "reader"}[k%4], &sum); d != nil {
			t.Errorf("pair %d: %s", k, d)
		}
	}
	for _, s := range sum.wrong {
		t.Error(s)
	}
	t.Logf("%d commands compared, %d did something", sum.asked, sum.shown)
	if sum.shown < sum.asked/4 {
		t.Errorf("only %d of %d commands did anything: the comparison proves little", sum.shown, sum.asked)
	}
}
