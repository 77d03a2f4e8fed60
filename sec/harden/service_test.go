package harden

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// needed are the lines a service unit must have; ports and memory are the unit's own.
var needed = strings.Fields(`DynamicUser=yes StateDirectoryMode=0700 UMask=0077 NoNewPrivileges=yes CapabilityBoundingSet= RestrictSUIDSGID=yes ProtectSystem=strict
	ProtectHome=yes PrivateTmp=yes PrivateDevices=yes PrivateUsers=yes ProtectProc=invisible ProcSubset=pid ProtectKernelTunables=yes ProtectKernelModules=yes
	ProtectKernelLogs=yes ProtectControlGroups=yes ProtectClock=yes ProtectHostname=yes RestrictNamespaces=yes LockPersonality=yes RestrictRealtime=yes
	MemoryDenyWriteExecute=yes SystemCallArchitectures=native SystemCallFilter=@system-service IPAddressDeny=any IPAddressAllow=localhost LimitCORE=0 MemorySwapMax=0`)

// TestServiceUnit holds the service units to the lines that keep the program in, and, where there is systemd, to its own
// judgement of them.
func TestServiceUnit(t *testing.T) {
	units, err := filepath.Glob("../../deploy/*.service")
	if err != nil || len(units) < 2 {
		t.Fatalf("%v %v", units, err)
	}
	analyze, missing := exec.LookPath("systemd-analyze")
	for _, name := range units {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(string(raw), "\n")
		for _, want := range needed {
			if !slices.Contains(lines, want) {
				t.Errorf("%s lacks %s", name, want)
			}
		}
		if !slices.Contains(lines, "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6") {
			t.Errorf("%s lets the program use any kind of socket", name)
		}
		if missing != nil {
			continue
		}
		if out, err := exec.Command(analyze, "security", "--offline=true", "--threshold=15", "--no-pager", name).CombinedOutput(); err != nil {
			t.Errorf("%s is exposed beyond 1.5 of 10: %v\n%s", name, err, out)
		}
		// The program is not installed where tests run; every other complaint counts.
		out, _ := exec.Command(analyze, "verify", name).CombinedOutput()
		for line := range bytes.Lines(out) {
			if bytes.Contains(line, []byte(filepath.Base(name))) && !bytes.Contains(line, []byte("/usr/local/bin/cutout is not executable")) {
				t.Errorf("verify: %s", line)
			}
		}
	}
	if missing != nil {
		t.Log("no systemd-analyze: the lines of the units were compared, and not judged by systemd")
	}
}
