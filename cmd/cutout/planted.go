package main

import (
	"fmt"
	"os"
)

// The leaks planted in the commands for the noninterference proof. Package leak keeps them out of every ordinary build.

// plantedSize says how large the records are, which counts everybody's.
func (s *session) plantedSize() {
	if info, err := os.Stat(s.path(recordsFile)); err == nil {
		fmt.Fprintln(s.err, info.Size())
	}
}

// plantedTrouble reports whether a command of anybody ever failed inside.
func (s *session) plantedTrouble() bool {
	_, err := os.Stat(s.path(incidentFile))
	return err == nil
}
