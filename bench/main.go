// Command bench measures Cutout against the plain thing it is built on, in one run: each line says what, how fast ours,
// how fast the peer, and the ratio. It asserts nothing; a slow machine is slow for both sides.
//
//	go run ./bench [-quick] [-only import,filing,page,search,log,parts] [-cpu FILE]
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"runtime/pprof"
	"slices"
	"strings"
	"syscall"
	"time"
	"unicode/utf8"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// line is one line of the table.
type line struct{ what, ours, peer, ratio, goal string }

// run is one run of the benchmark: how much of it, where it works, and what it found.
type run struct {
	ctx      context.Context
	quick    bool
	postgres string
	dir      string
	lines    []line
}

func main() {
	quick := flag.Bool("quick", false, "a tenth of the work, for a first look")
	only := flag.String("only", "", "parts to run, with commas: import, filing, page, search, log, parts")
	cpu := flag.String("cpu", "", "write a CPU profile of the run to this file")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := measure(ctx, *quick, *only, *cpu); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func measure(ctx context.Context, quick bool, only, cpu string) error {
	dir, err := os.MkdirTemp("", "cutout-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	r := &run{ctx: ctx, quick: quick, dir: dir, postgres: os.Getenv("CUTOUT_TEST_POSTGRES")}
	if r.postgres == "" {
		r.postgres = "postgres://postgres@127.0.0.1:5432/postgres?sslmode=disable"
	}
	if cpu != "" {
		f, err := os.Create(cpu)
		if err != nil {
			return err
		}
		defer f.Close()
		if err := pprof.StartCPUProfile(f); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	wanted := strings.Split(only, ",")
	began := time.Now()
	for _, p := range []struct {
		name string
		run  func(*run) error
	}{{"import", (*run).imports}, {"filing", (*run).filing}, {"page", (*run).page}, {"search", (*run).search}, {"log", (*run).log}, {"parts", (*run).parts}} {
		if only != "" && !slices.Contains(wanted, p.name) {
			continue
		}
		if err := p.run(r); err != nil {
			r.print(began)
			return fmt.Errorf("%s: %w", p.name, err)
		}
	}
	r.print(began)
	return nil
}

func (r *run) add(what, ours, peer, ratio, goal string) {
	r.lines = append(r.lines, line{what, ours, peer, ratio, goal})
}

// print writes the table.
func (r *run) print(began time.Time) {
	how := "full"
	if r.quick {
		how = "quick"
	}
	fmt.Printf("%s run, %v, %d processors, %s/%s\n\n", how, time.Since(began).Round(time.Second), runtime.NumCPU(), runtime.GOOS, runtime.GOARCH)
	all := append([]line{{"what", "ours", "peer", "ratio", "goal"}}, r.lines...)
	var width [5]int
	for _, l := range all {
		for i, c := range l.cells() {
			width[i] = max(width[i], utf8.RuneCountInString(c))
		}
	}
	for n, l := range all {
		var b strings.Builder
		for i, c := range l.cells() {
			b.WriteString(c + strings.Repeat(" ", width[i]-utf8.RuneCountInString(c)+2))
		}
		fmt.Println(strings.TrimRight(b.String(), " "))
		if n == 0 {
			fmt.Println(strings.Repeat("-", width[0]+width[1]+width[2]+width[3]+width[4]+8))
		}
	}
}

func (l line) cells() [5]string { return [5]string{l.what, l.ours, l.peer, l.ratio, l.goal} }

// bar shows how far a long piece of work is, on a terminal only.
func bar(n int, what string) *progressbar.ProgressBar {
	return progressbar.NewOptions(n, progressbar.OptionSetWriter(os.Stderr), progressbar.OptionSetDescription(what), progressbar.OptionClearOnFinish(),
		progressbar.OptionShowCount(), progressbar.OptionSetVisibility(term.IsTerminal(int(os.Stderr.Fd()))), progressbar.OptionThrottle(100*time.Millisecond))
}

// some is n of a full run, a tenth of it in a quick one.
func (r *run) some(n int) int {
	if r.quick {
		return max(n/10, 1)
	}
	return n
}

func perSecond(n int, d time.Duration) string { return fmt.Sprintf("%.0f/s", float64(n)/d.Seconds()) }

func milliseconds(d time.Duration) string { return fmt.Sprintf("%.2f ms", float64(d)/1e6) }

// ratio is how much of the peer's speed is left, for the same number of pieces.
func ratio(ours, peer time.Duration) string {
	return fmt.Sprintf("%.2f", peer.Seconds()/ours.Seconds())
}

// at is the time below which a share of the sorted times lies.
func at(took []time.Duration, share float64) time.Duration {
	slices.Sort(took)
	return took[min(int(float64(len(took))*share), len(took)-1)]
}
