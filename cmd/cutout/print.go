package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// object writes a row as a JSON object, its cells in order.
func (r row) object() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, c := range r {
		if i > 0 {
			b.WriteByte(',')
		}
		v, err := plainJSON(c.machine)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&b, "%q:%s", c.key, v)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

func plainJSON(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimRight(b.Bytes(), "\n"), nil
}

// flat is a value in one field of CSV or TSV.
func flat(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case []string:
		return strings.Join(v, "; ")
	case nil:
		return ""
	case int:
		return strconv.Itoa(v)
	}
	b, err := plainJSON(v)
	if err != nil {
		return ""
	}
	return string(b)
}

// runs reports whether a spreadsheet would take a cell for a formula. Some leave out blanks and quotation marks before it,
// and some read the wide forms of the signs as the narrow ones.
func runs(v string) bool {
	v = strings.TrimLeftFunc(v, func(r rune) bool { return r == '"' || r == '\'' || r != '\t' && r != '\r' && unicode.IsSpace(r) })
	r, _ := utf8.DecodeRuneInString(v)
	return v != "" && strings.ContainsRune("=+-@\t\r＝＋－＠", r)
}

// inert keeps a spreadsheet from running a cell: one apostrophe before it, which original takes away again.
func inert(v string) string {
	if runs(v) {
		return "'" + v
	}
	return v
}

// original is a cell as it was before inert.
func original(v string) string {
	if rest, ok := strings.CutPrefix(v, "'"); ok && runs(rest) {
		return rest
	}
	return v
}

// rows prints records in the form asked for. keys name the columns, also when there is no row.
func (s *session) rows(keys []string, rs []row) error {
	switch s.Format {
	case "json":
		var b bytes.Buffer
		b.WriteByte('[')
		for i, r := range rs {
			if i > 0 {
				b.WriteByte(',')
			}
			o, err := r.object()
			if err != nil {
				return err
			}
			b.WriteString("\n  ")
			b.Write(o)
		}
		if len(rs) > 0 {
			b.WriteByte('\n')
		}
		b.WriteString("]\n")
		return s.write(b.Bytes())
	case "jsonl":
		for _, r := range rs {
			o, err := r.object()
			if err != nil {
				return err
			}
			if err := s.write(append(o, '\n')); err != nil {
				return err
			}
		}
		return nil
	case "csv", "tsv":
		return s.separated(keys, rs)
	}
	return s.table(rs)
}

func (s *session) separated(keys []string, rs []row) error {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	lines := [][]string{keys}
	for _, r := range rs {
		var line []string
		for _, c := range r {
			v := flat(c.machine)
			if _, number := c.machine.(int); !number {
				v = inert(v)
			}
			line = append(line, v)
		}
		lines = append(lines, line)
	}
	for _, line := range lines {
		if s.Format == "tsv" { // a tab-separated line has no quotes: what would break it is written out
			for i, v := range line {
				line[i] = strings.NewReplacer("\\", `\\`, "\t", `\t`, "\n", `\n`, "\r", `\r`).Replace(v)
			}
			b.WriteString(strings.Join(line, "\t") + "\n")
			continue
		}
		if err := w.Write(line); err != nil {
			return err
		}
	}
	w.Flush()
	out := b.Bytes()
	if onTerminal(s.out) {
		out = []byte(cleanCells(string(out)))
	}
	_, err := s.out.Write(out)
	return err
}

// cleanCells is clean for separated values, whose tabs and line ends are their form.
func cleanCells(v string) string {
	return strings.Map(func(r rune) rune {
		if r != '\n' && r != '\t' && unsafe(r) {
			return '\ufffd'
		}
		return r
	}, v)
}

// write puts finished JSON out, made harmless when it goes to a screen.
func (s *session) write(b []byte) error {
	if onTerminal(s.out) {
		lines := bytes.SplitAfter(b, []byte("\n"))
		b = nil
		for _, l := range lines {
			b = append(b, cleanJSON(bytes.TrimSuffix(l, []byte("\n")))...)
			if bytes.HasSuffix(l, []byte("\n")) {
				b = append(b, '\n')
			}
		}
	}
	_, err := s.out.Write(b)
	return err
}

func (s *session) shown(c cell) bool { return !c.hidden && s.words.Has("cli.column."+c.key) }

// table prints rows for a person: columns that have a word, as wide as they need to be.
func (s *session) table(rs []row) error {
	if len(rs) == 0 {
		_, err := fmt.Fprintln(s.out, s.words.T("cli.nothing"))
		return err
	}
	lines := [][]string{nil}
	for _, c := range rs[0] {
		if s.shown(c) {
			lines[0] = append(lines[0], s.words.T("cli.column."+c.key))
		}
	}
	for _, r := range rs {
		var line []string
		for _, c := range r {
			if s.shown(c) {
				line = append(line, c.human)
			}
		}
		lines = append(lines, line)
	}
	return aligned(s.out, lines)
}

// aligned writes lines of fields in columns, two spaces apart; the last field of a line runs free.
func aligned(w io.Writer, lines [][]string) error {
	var width []int
	for _, l := range lines {
		for i, v := range l {
			if i == len(width) {
				width = append(width, 0)
			}
			width[i] = max(width[i], uniseg.StringWidth(v))
		}
	}
	var b strings.Builder
	for _, l := range lines {
		var line strings.Builder
		for i, v := range l {
			line.WriteString(v)
			if i < len(l)-1 {
				line.WriteString(strings.Repeat(" ", width[i]-uniseg.StringWidth(v)+2))
			}
		}
		b.WriteString(strings.TrimRight(line.String(), " "))
		b.WriteByte('\n')
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// part is a list that belongs to a record shown whole.
type part struct {
	key  string // its heading is the message "cli.part.<key>"
	rows []row
}

// show prints one record whole: its head, everything written in it, and what belongs to it.
func (s *session) show(head row, record any, parts ...part) error {
	if s.Format != "text" {
		all := append(row{}, head...)
		if record != nil {
			all = append(all, only("record", record))
		}
		for _, p := range parts {
			objects := []json.RawMessage{}
			for _, r := range p.rows {
				o, err := r.object()
				if err != nil {
					return err
				}
				objects = append(objects, o)
			}
			all = append(all, only(p.key, objects))
		}
		if s.Format == "json" {
			o, err := all.object()
			if err != nil {
				return err
			}
			var b bytes.Buffer
			if err := json.Indent(&b, o, "", "  "); err != nil {
				return err
			}
			b.WriteByte('\n')
			return s.write(b.Bytes())
		}
		var keys []string
		for _, c := range all {
			keys = append(keys, c.key)
		}
		return s.rows(keys, []row{all})
	}
	var lines [][]string
	for _, c := range head {
		if c.human != "" && s.shown(c) {
			lines = append(lines, []string{s.words.T("cli.column." + c.key), c.human})
		}
	}
	if record != nil {
		fields, err := written(record)
		if err != nil {
			return err
		}
		said := map[string]bool{} // nothing is said twice: what stands in the head, or in a list below
		for _, c := range head {
			said[c.key] = s.shown(c)
		}
		for _, p := range parts {
			for i, r := range p.rows {
				for _, c := range r {
					said[fmt.Sprintf("%s.%d.%s", p.key, i+1, c.key)] = s.shown(c)
				}
			}
		}
		for _, f := range fields {
			if !said[f[0]] {
				lines = append(lines, f)
			}
		}
	}
	if err := aligned(s.out, lines); err != nil {
		return err
	}
	for _, p := range parts {
		if len(p.rows) == 0 {
			continue
		}
		if _, err := fmt.Fprintf(s.out, "\n%s\n", s.words.T("cli.part."+p.key)); err != nil {
			return err
		}
		if err := s.table(p.rows); err != nil {
			return err
		}
	}
	return nil
}

// made says that an act is done. Its id goes to standard output, alone on its line, for whoever writes scripts.
func (s *session) made(v named) error {
	if v == nil {
		if s.Format == "json" || s.Format == "jsonl" {
			return s.write([]byte("{\"done\":true}\n"))
		}
		if onTerminal(s.err) {
			fmt.Fprintln(s.err, s.words.T("cli.done"))
		}
		return nil
	}
	if s.Format != "text" {
		return s.rows([]string{"id", "ref"}, []row{{text("id", v.String()), text("ref", v.Ref())}})
	}
	if onTerminal(s.err) {
		fmt.Fprintln(s.err, s.words.T("cli.made", "Ref", v.Ref()))
	}
	_, err := fmt.Fprintln(s.out, v.String())
	return err
}
