package main

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"cutout/internal/casework"
	"cutout/internal/fault"
	"cutout/internal/officer"
	"cutout/internal/report"
)

// reportImport files many reports, each under the rules of one: those that can be taken are filed, the others are listed
// with their row and reasons.
type reportImport struct {
	Path string `arg:"" name:"file"`
}

func (c *reportImport) Run(s *session) error {
	b, err := s.read(c.Path)
	if err != nil {
		return err
	}
	var drafts []casework.ReportDraft
	var bad fault.Faults
	if strings.EqualFold(filepath.Ext(c.Path), ".csv") {
		drafts, bad = draftsOfCSV(b)
	} else {
		drafts, bad = draftsOfLines(b)
	}
	if len(bad) > 0 {
		return faulty(bad)
	}
	return s.as(func(d *casework.Desk, o officer.Officer) error {
		bar := s.progress("cli.importing")
		made, rejected, err := d.ImportReports(s.ctx, o, drafts, func(done int) { bar.to(done, len(drafts)) })
		bar.done()
		if err != nil {
			return err
		}
		return s.imported(made, rejected)
	})
}

func (s *session) imported(made []report.ID, rejected []casework.Rejected) error {
	var out []row
	for i, v := range made {
		if !v.IsZero() {
			out = append(out, row{s.number("row", i+1), text("id", v.String()), text("ref", v.Ref()), text("fault", "")})
		}
	}
	var all fault.Faults
	for _, r := range rejected {
		f, _ := s.worded(r.Error)
		why := f.Detail
		if len(f.Faults) > 0 {
			var parts []string
			for _, x := range f.Faults {
				parts = append(parts, x.Field+": "+x.Detail)
			}
			why = strings.Join(parts, " ")
		}
		out = append(out, row{s.number("row", r.Row), text("id", ""), text("ref", ""), cell{key: "fault", machine: why, human: why}})
		all.Add("row "+strconv.Itoa(r.Row), "import.rejected", "Row", strconv.Itoa(r.Row))
	}
	if err := s.rows([]string{"row", "id", "ref", "fault"}, out); err != nil {
		return err
	}
	if len(all) > 0 {
		return &problem{exitInvalid, "cli.import-rejected", []any{"Bad", len(all), "Good", len(made) - len(all)}}
	}
	return nil
}

// draftsOfLines reads one report a line as JSON, or several YAML documents.
func draftsOfLines(b []byte) (out []casework.ReportDraft, bad fault.Faults) {
	if len(bytes.TrimSpace(b)) > 0 && bytes.TrimSpace(b)[0] == '{' {
		lines := bufio.NewScanner(bytes.NewReader(b))
		lines.Buffer(nil, mostInput)
		for n := 1; lines.Scan(); n++ {
			if len(bytes.TrimSpace(lines.Bytes())) == 0 {
				continue
			}
			var d casework.ReportDraft
			bad.Merge(fmt.Sprintf("row %d: ", n), faultsOf(decode(lines.Bytes(), &d)))
			out = append(out, d)
		}
		return out, bad
	}
	if f := plainYAML(b); len(f) > 0 {
		return nil, f
	}
	d := yaml.NewDecoder(bytes.NewReader(b))
	d.KnownFields(true)
	for n := 1; ; n++ {
		var v casework.ReportDraft
		err := d.Decode(&v)
		if errors.Is(err, io.EOF) {
			return out, bad
		}
		if err != nil {
			bad.Merge(fmt.Sprintf("row %d: ", n), yamlFaults(err))
			var kinds *yaml.TypeError
			if !errors.As(err, &kinds) { // a syntax error: what follows cannot be told apart
				return out, bad
			}
		}
		out = append(out, v)
	}
}

func faultsOf(err error) fault.Faults {
	var e *casework.Error
	if errors.As(err, &e) {
		return e.Faults
	}
	return nil
}

// draftsOfCSV reads a table whose head names the fields as paths ("source", "items.0.text"); a row is one report.
func draftsOfCSV(b []byte) (out []casework.ReportDraft, bad fault.Faults) {
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(b, []byte("\ufeff"))))
	head, err := r.Read()
	if err != nil {
		return nil, oneFault("file", "file.malformed", "Reason", fmt.Sprint(err))
	}
	for _, h := range head {
		if strings.Count(h, ".") > mostDepth {
			return nil, oneFault("file", "file.deep", "Line", "1", "Limit", strconv.Itoa(mostDepth))
		}
	}
	for n := 1; ; n++ {
		line, err := r.Read()
		if errors.Is(err, io.EOF) {
			return out, bad
		}
		if err != nil {
			bad.Add("file", "file.malformed", "Reason", err.Error())
			return out, bad
		}
		tree := map[string]any{}
		for i, v := range line {
			if v != "" {
				plant(tree, strings.Split(head[i], "."), original(v))
			}
		}
		y, err := yaml.Marshal(tree)
		var d casework.ReportDraft
		if err == nil {
			err = decode(y, &d)
		}
		for _, f := range faultsOf(err) {
			delete(f.Params, "Line") // of the text in between, which nobody sees
			if f.Code == "file.field" {
				f.Code = "file.column"
			}
			f.Field = fmt.Sprintf("row %d: %s", n, f.Field)
			bad = append(bad, f)
		}
		out = append(out, d)
	}
}
