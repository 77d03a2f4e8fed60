// Command cutout is the record system of a unit that works with human sources, as one program: it creates, serves and
// checks a unit, and does every act of the pages from the command line.
//
// It translates and decides nothing: rules are checked behind the door, in package casework. It never takes a secret as
// an argument; secrets come from files, standard input or a prompt.
package main

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"reflect"
	"slices"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"
)

// version is set when a release is built.
var version = "0.1.0"

// commands is the whole command line. The words of every command, argument and flag stand in wording/terms/cli*.toml
// under the command's path; help.go puts them together.
type commands struct {
	settings

	Init        initUnit         `cmd:""`
	Serve       serve            `cmd:""`
	Demo        demo             `cmd:""`
	Doctor      doctor           `cmd:""`
	Backup      backupGroup      `cmd:""`
	Restore     restore          `cmd:""`
	Migrate     migrate          `cmd:""`
	Officer     officerGroup     `cmd:""`
	Compartment compartmentGroup `cmd:""`
	Source      sourceGroup      `cmd:""`
	Authority   authorityGroup   `cmd:""`
	Requirement requirementGroup `cmd:""`
	Task        taskGroup        `cmd:""`
	Contact     contactGroup     `cmd:""`
	Report      reportGroup      `cmd:""`
	Release     releaseGroup     `cmd:""`
	Inbox       inboxGroup       `cmd:""`
	Product     productGroup     `cmd:""`
	Notice      noticeGroup      `cmd:""`
	Party       partyGroup       `cmd:""`
	Assessment  assessmentGroup  `cmd:""`
	Watch       watchGroup       `cmd:""`
	Search      searchCommand    `cmd:""`
	Unmask      unmask           `cmd:""`
	Opening     openingGroup     `cmd:""`
	Custody     custodyGroup     `cmd:""`
	Known       knownCommand     `cmd:""`
	KeyFile     keyFileCommand   `cmd:""`
	Audit       auditGroup       `cmd:""`
	Witness     witnessGroup     `cmd:""`
	Profile     profileGroup     `cmd:""`
	Casebook    casebookGroup    `cmd:""`
	Lab         labGroup         `cmd:""`
	Version     versionCommand   `cmd:""`
}

func main() {
	if keepsOpen(os.Args[1:]) {
		overwriting()
	}
	harden()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:])
	stop()
	os.Exit(code)
}

// helped stops the parsing after help was printed.
type helped struct{}

// run does one command and gives its exit code.
func run(ctx context.Context, args []string) (code int) {
	var all commands
	s := newSession(ctx, languageOf(args))
	defer func() {
		switch r := recover().(type) {
		case nil:
		case helped:
			code = exitDone
		default:
			panic(r)
		}
	}()
	if err := checkGo(); err != nil && !slices.Contains(args, "version") {
		return s.fail(err)
	}
	parser, err := newParser(&all, s)
	if err != nil {
		return s.fail(err)
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	parsed, err := parser.Parse(args)
	s.settings = all.settings
	if err != nil {
		var wrong *kong.ParseError
		if errors.As(err, &wrong) {
			return s.fail(usage("cli.usage", "Reason", wrong.Error()))
		}
		return s.fail(err)
	}
	return s.fail(parsed.Run(s))
}

func newParser(all *commands, s *session) (*kong.Kong, error) {
	return kong.New(all, kong.Name("cutout"), kong.Writers(s.out, s.err), kong.Exit(func(int) { panic(helped{}) }),
		kong.Help(func(_ kong.HelpOptions, c *kong.Context) error { return s.help(c) }),
		// Lists are given by repeating a flag: a comma is part of many sentences.
		kong.TypeMapper(reflect.TypeFor[[]string](), kong.MapperFunc(func(c *kong.DecodeContext, v reflect.Value) error {
			for {
				var one string
				if err := c.Scan.PopValueInto("text", &one); err != nil {
					return err
				}
				v.Set(reflect.Append(v, reflect.ValueOf(one)))
				if c.Value.Flag != nil || !c.Scan.Peek().IsValue() { // an argument of several words takes them all
					return nil
				}
			}
		})))
}

// languageOf looks for --lang before anything is parsed, so that what goes wrong with the rest is said in that language.
func languageOf(args []string) string {
	for i, a := range args {
		if v, ok := strings.CutPrefix(a, "--lang="); ok {
			return v
		}
		if a == "--lang" && i+1 < len(args) {
			return args[i+1]
		}
		if a == "--" {
			break
		}
	}
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if v := os.Getenv(name); v != "" {
			lang, _, _ := strings.Cut(v, "_")
			return lang
		}
	}
	return "en"
}
