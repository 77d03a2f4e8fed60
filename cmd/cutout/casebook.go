package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"path/filepath"

	"cutout/internal/exercise"
	"cutout/internal/exercise/casefile"
	"cutout/internal/fault"
)

type casebookGroup struct {
	Replay casebookReplay `cmd:""`
}

// casebookReplay plays cases in date order into fresh stores in memory and prints what the watch raised.
type casebookReplay struct {
	Files []string `arg:"" name:"file"`
}

// Run prints lines as each case is done. A case that cannot be played does not keep the others from it; its faults end
// the command.
func (c *casebookReplay) Run(s *session) error {
	var bad fault.Faults
	var out []row
	for _, name := range c.Files {
		b, err := s.read(name)
		if err != nil {
			return err
		}
		bar := s.progress("cli.playing")
		lines, err := exercise.Replay(s.ctx, filepath.Base(name), bytes.NewReader(b), bar.to)
		bar.done()
		var wrong *casefile.Error
		if errors.As(err, &wrong) {
			bad = append(bad, wrong.Faults()...)
			continue
		}
		if err != nil {
			return machine(err)
		}
		for _, l := range lines {
			if s.Format == "text" || s.Format == "jsonl" { // a line a finding is what this command is for
				line, err := json.Marshal(l)
				if err != nil {
					return err
				}
				if err := s.write(append(line, '\n')); err != nil {
					return err
				}
				continue
			}
			out = append(out, row{text("case", l.Case), text("rule", l.Rule), text("first_raised", l.FirstRaised), list("subjects", l.Subjects), text("severity", l.Severity)})
		}
	}
	if s.Format != "text" && s.Format != "jsonl" {
		if err := s.rows([]string{"case", "rule", "first_raised", "subjects", "severity"}, out); err != nil {
			return err
		}
	}
	if len(bad) > 0 {
		return faulty(bad)
	}
	return nil
}
