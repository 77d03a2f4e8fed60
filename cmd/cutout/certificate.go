package main

import (
	"encoding/json"
	"os"
	"strings"

	"cutout/internal/casework"
)

// certificate prints a signed certificate as JSON, whatever the format asked for: it is a file for check-certificate.
func (s *session) certificate(signed casework.SignedCertificate) error {
	b, err := json.MarshalIndent(signed, "", "  ")
	if err != nil {
		return err
	}
	return s.write(append(b, '\n'))
}

// custodyCheck checks an erasure certificate away from the unit, with the public key of its log.
type custodyCheck struct {
	Certificate string `arg:""`
	Key         string `required:"" placeholder:"FILE"`
}

func (c *custodyCheck) Run(s *session) error {
	b, err := s.read(c.Certificate)
	if err != nil {
		return err
	}
	key, err := os.ReadFile(c.Key)
	if err != nil {
		return usage("cli.no-file", "Path", c.Key)
	}
	var signed casework.SignedCertificate
	if json.Unmarshal(b, &signed) != nil {
		return &problem{exitInvalid, "cli.no-certificate", []any{"Path", c.Certificate}}
	}
	var quoted string // as the interface for programs answers it
	if json.Unmarshal(signed.Certificate, &quoted) == nil {
		signed.Certificate = json.RawMessage(quoted)
	}
	v, err := casework.CheckCertificate(signed, strings.TrimSpace(string(key)))
	if err != nil {
		return &problem{exitInvalid, "cli.no-certificate", []any{"Path", c.Certificate}}
	}
	gone, stays := s.coded("erased", v.Destroyed), s.coded("remains", v.Remains)
	return s.show(row{text("unit", v.Unit), text("source", v.Source.String()), text("reason", v.Reason), text("proposed_by", v.Proposed), list("confirmed_by", v.Confirmed), s.moment("time", v.At),
		s.number("log_size", int(v.LogSize)), text("log_root", v.LogRoot)}, nil, part{"erased", gone}, part{"remains", stays})
}

func (s *session) coded(group string, codes []string) (out []row) {
	for _, c := range codes {
		out = append(out, row{s.word("what", c, group)})
	}
	return out
}
