package main

import (
	"os"
	"regexp"
	"testing"
)

// TestFloor holds the floor of Go to the toolchain of go.mod, and what is read of a version to what stands below it.
func TestFloor(t *testing.T) {
	mod, err := os.ReadFile("../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	if m := regexp.MustCompile(`(?m)^toolchain (\S+)$`).FindSubmatch(mod); m == nil || string(m[1]) != leastGo {
		t.Errorf("the floor is %s, the toolchain of go.mod %q", leastGo, m)
	}
	for v, old := range map[string]bool{leastGo: false, "go1.26.7": true, "go1.26": true, "go1.26rc1": true, "go1.25.99": true, "go1.27": false, "go1.27.1": false, "go2.0.1": false,
		leastGo + " X:runtimesecret": false, "go1.26.7 X:runtimesecret": true, leastGo + "-vendor": false, "devel": true, "": true, "go1.x": true} {
		if tooOld(v) != old {
			t.Errorf("%q is too old: %v", v, !old)
		}
	}
}

func TestWeakened(t *testing.T) {
	for set, want := range map[string]string{"": "", "clobberfree=1": "", "gctrace=1,clobberfree=1": "", " http2debug=1": "http2debug=1", "clobberfree=1,tlsrsakex=1": "tlsrsakex=1",
		",,": "", "new": "new", "gctrace=1, x509negativeserial=1": "x509negativeserial=1"} {
		if got := weakened(set); got != want {
			t.Errorf("%q: %q, not %q", set, got, want)
		}
	}
}
