package main

import (
	goversion "go/version"
	"os"
	"runtime"
	"slices"
	"strings"
)

// leastGo is the oldest Go this program is trusted with: patch releases mend html/template, os.Root, database/sql and
// net/http. It is the toolchain line of go.mod, which a test compares.
const leastGo = "go1.26.8"

// tooOld reports whether a program built by a version of Go must not be started. What cannot be read is too old.
func tooOld(built string) bool {
	v, _, _ := strings.Cut(built, " ") // experiments stand behind the version
	return goversion.Compare(v, leastGo) < 0
}

// checkGo refuses to work when the program was built by a Go with known holes.
func checkGo() error {
	if v := runtime.Version(); tooOld(v) {
		return usage("cli.old-go", "Version", v, "Least", leastGo)
	}
	return nil
}

// harmless are the settings of GODEBUG that change no defense of the program: how memory is freed, and what is measured.
// Every other one takes a mend back, prints what was sent, or is not known yet.
var harmless = []string{"clobberfree", "madvdontneed", "disablethp", "gctrace", "gcpacertrace", "scavtrace", "schedtrace", "scheddetail", "inittrace",
	"asyncpreemptoff", "fips140"}

// weakened is the first setting of the environment's GODEBUG that is not harmless.
func weakened(environment string) string {
	for _, setting := range strings.Split(environment, ",") {
		name, _, _ := strings.Cut(strings.TrimSpace(setting), "=")
		if name != "" && !slices.Contains(harmless, name) {
			return strings.TrimSpace(setting)
		}
	}
	return ""
}

// clobber makes Go's collector overwrite what it frees. It is read only when a process starts.
const clobber = "clobberfree=1"

// keepsOpen reports whether a command line starts a server, which holds keys and pages in memory for long.
func keepsOpen(args []string) bool {
	return slices.Contains(args, "serve") || slices.Contains(args, "demo")
}

// overwriting starts a server anew with memory that is overwritten when it is freed, and with traces of a crash kept to
// the one goroutine, unless the environment does so already. Where it cannot be done the server runs as it is.
func overwriting() {
	set := os.Getenv("GODEBUG")
	if weakened(set) != "" { // serve says so, and stops
		return
	}
	trace := os.Getenv("GOTRACEBACK")
	if slices.Contains(strings.Split(set, ","), clobber) && (trace == "" || trace == "single" || trace == "none") {
		return
	}
	if set != "" {
		set += ","
	}
	if os.Setenv("GODEBUG", set+clobber) == nil && os.Setenv("GOTRACEBACK", "single") == nil {
		_ = again(os.Environ())
	}
}
