package harden

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"

	"cutout/sec/served"
)

// TestDoctorLooksAtMemory holds what doctor says of the machine to the machine: swap, and core files handed to a program,
// are warnings.
func TestDoctorLooksAtMemory(t *testing.T) {
	linux(t)
	u := begin(t)
	out, err := exec.Command(served.Binary(t), "doctor", "--data", u.Dir, "--format", "json").Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var rows []struct{ Check, State string }
	if err := json.Unmarshal(out, &rows); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	want := map[string]string{}
	swaps, err := os.ReadFile("/proc/swaps")
	if err != nil {
		t.Fatal(err)
	}
	pattern, err := os.ReadFile("/proc/sys/kernel/core_pattern")
	if err != nil {
		t.Fatal(err)
	}
	for check, warns := range map[string]bool{"swap": bytes.Count(swaps, []byte("\n")) > 1, "core-files": strings.HasPrefix(string(pattern), "|")} {
		want[check] = "good"
		if warns {
			want[check] = "warning"
		}
	}
	for _, r := range rows {
		if w := want[r.Check]; w != "" && w != r.State {
			t.Errorf("%s is %s, not %s", r.Check, r.State, w)
		}
		delete(want, r.Check)
	}
	if len(want) > 0 {
		t.Errorf("doctor does not look at %v", want)
	}
}
