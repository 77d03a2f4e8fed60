package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"

	"cutout/internal/casework"
	"cutout/internal/officer"
	"cutout/internal/wording"
)

// TestCommandsAskForACode holds that a command asks for a code where the account does, from a file or a terminal, takes
// it once, and says no more than of a wrong passphrase when it is wrong.
func TestCommandsAskForACode(t *testing.T) {
	dir := t.TempDir()
	file := func(name, content string) string {
		name = filepath.Join(dir, name)
		if err := os.WriteFile(name, []byte(content+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	var said bytes.Buffer
	s := &session{ctx: context.Background(), words: wording.For("en"), in: &bytes.Buffer{}, out: io.Discard, err: &said,
		settings: settings{Data: filepath.Join(dir, "unit"), PassphraseFile: file("pass", "a passphrase for root"), Format: "text"}}
	if err := (&initUnit{Name: "Unit", Administrator: "root", Pack: "uk-chis"}).Run(s); err != nil {
		t.Fatal(err)
	}
	s.Officer = "root"
	var seed string
	show := func(step int64) string {
		c, err := hotp.GenerateCodeCustom(seed, uint64(time.Now().Unix()/30+step), hotp.ValidateOpts{Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	var recovery []string
	if err := s.as(func(d *casework.Desk, o officer.Officer) (err error) {
		if seed, _, err = d.NewCoder(o); err == nil {
			recovery, err = d.AddCodes(s.ctx, o, seed, show(0))
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	try := func(codeFile string) int {
		s.CodeFile = codeFile
		return s.fail((&officerList{}).Run(s))
	}
	if got := try(""); got != exitUsage {
		t.Errorf("with no terminal and no file: exit %d", got)
	}
	right := file("code", show(1))
	for _, x := range []struct {
		what, file string
		want       int
	}{{"a wrong code", file("wrong", "000000"), exitRefused}, {"the code", right, exitDone}, {"the code again", right, exitRefused},
		{"a recovery code", file("recovery", recovery[0]), exitDone}, {"it again", filepath.Join(dir, "recovery"), exitRefused}} {
		if got := try(x.file); got != x.want {
			t.Errorf("%s: exit %d, want %d\n%s", x.what, got, x.want, said.String())
		}
	}
}
