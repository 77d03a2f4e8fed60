package promises

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// TestP18SameBytes builds the program twice, apart from each other in every way the machine allows, and compares.
func TestP18SameBytes(t *testing.T) {
	if os.Getenv("CUTOUT_LONG") == "" {
		t.Skip("the program is built twice with CUTOUT_LONG")
	}
	c := exec.Command("sh", "fault/repro.sh")
	c.Dir = "../.."
	out, err := c.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "the same bytes twice") {
		t.Fatalf("%v\n%s", err, out)
	}
	t.Log(strings.TrimSpace(string(out)))
}
