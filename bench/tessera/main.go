// Command tessera appends entries to tessera's POSIX log and prints the nanoseconds it took: the peer of the benchmark's
// log, in a module of its own so that nothing of it is in the program's. Arguments: folder, entries, entries that arrive
// together, bytes of each.
package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"strconv"
	"time"

	"github.com/transparency-dev/tessera"
	"github.com/transparency-dev/tessera/storage/posix"
	"golang.org/x/mod/sumdb/note"
)

func main() {
	if err := run(context.Background(), os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	if len(args) != 4 {
		return fmt.Errorf("give a folder, a number of entries, how many together, and bytes of each")
	}
	var number [3]int
	for i := range number {
		var err error
		if number[i], err = strconv.Atoi(args[1+i]); err != nil || number[i] < 1 {
			return fmt.Errorf("%q is no number", args[1+i])
		}
	}
	n, together, size := number[0], number[1], number[2]
	private, _, err := note.GenerateKey(rand.Reader, "peer.example/log")
	if err != nil {
		return err
	}
	signer, err := note.NewSigner(private)
	if err != nil {
		return err
	}
	driver, err := posix.New(ctx, posix.Config{Path: args[0]})
	if err != nil {
		return err
	}
	appender, _, _, err := tessera.NewAppender(ctx, driver, tessera.NewAppendOptions().WithCheckpointSigner(signer).WithBatching(uint(together), 50*time.Millisecond).WithCheckpointInterval(time.Second))
	if err != nil {
		return err
	}
	began := time.Now()
	for from := 0; from < n; from += together {
		var futures []tessera.IndexFuture
		for range min(together, n-from) {
			entry := make([]byte, size)
			rand.Read(entry)
			futures = append(futures, appender.Add(ctx, tessera.NewEntry(entry)))
		}
		for _, f := range futures { // resolved when the entry has its place durably
			if _, err := f(); err != nil {
				return err
			}
		}
	}
	fmt.Println(int64(time.Since(began)))
	return nil
}
