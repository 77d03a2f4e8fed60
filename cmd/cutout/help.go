package main

import (
	"fmt"
	"strings"

	"github.com/alecthomas/kong"
)

// pathOf is a command's path with dots, the name of its messages: "source.register". The program itself is "".
func pathOf(n *kong.Node) string {
	var names []string
	for ; n != nil && n.Type == kong.CommandNode; n = n.Parent {
		names = append([]string{n.Name}, names...)
	}
	return strings.Join(names, ".")
}

// help prints what a command does, how it is called, an example, and its arguments and flags, in the session's language.
// The words of a flag are those of its command ("cli.flag.report.file.item") or, for flags that mean the same everywhere,
// of its name ("cli.flag.limit").
func (s *session) help(c *kong.Context) error {
	n := c.Selected()
	if n == nil {
		n = c.Model.Node
	}
	path := pathOf(n)
	w := s.words
	var b strings.Builder
	call := "cutout"
	if path != "" {
		call += " " + strings.ReplaceAll(path, ".", " ")
		fmt.Fprintf(&b, "%s\n\n", w.T("cli.command."+path))
	} else {
		fmt.Fprintf(&b, "%s\n\n", w.T("cli.about"))
	}
	if len(n.Children) > 0 {
		fmt.Fprintf(&b, "%s\n  %s %s\n\n%s\n", w.T("cli.help.call"), call, w.T("cli.help.command"), w.T("cli.help.commands"))
		var lines [][]string
		for _, k := range n.Children {
			lines = append(lines, []string{"  " + k.Name, w.T("cli.command." + pathOf(k))})
		}
		if err := aligned(&b, lines); err != nil {
			return err
		}
	} else {
		for _, p := range n.Positional {
			name := strings.ToUpper(p.Name)
			if p.IsSlice() || p.IsCumulative() {
				name += "…"
			}
			if !p.Required {
				name = "[" + name + "]"
			}
			call += " " + name
		}
		fmt.Fprintf(&b, "%s\n  %s %s\n\n%s\n", w.T("cli.help.call"), call, w.T("cli.help.flags"), w.T("cli.help.example"))
		for line := range strings.Lines(w.T("cli.example." + path)) {
			fmt.Fprintf(&b, "  %s\n", strings.TrimRight(line, "\n"))
		}
	}
	if err := s.flagLines(&b, n, path); err != nil {
		return err
	}
	_, err := fmt.Fprint(s.out, b.String())
	return err
}

func (s *session) flagLines(b *strings.Builder, n *kong.Node, path string) error {
	var own, shared [][]string
	for _, p := range n.Positional {
		own = append(own, []string{"  " + strings.ToUpper(p.Name), s.flagWords(path, p.Name)})
	}
	for node := n; node != nil; node = node.Parent {
		for _, f := range node.Flags {
			line := []string{flagForm(f), s.flagWords(path, f.Name)}
			if node.Type == kong.ApplicationNode {
				shared = append(shared, line)
			} else {
				own = append(own, line)
			}
		}
		if node.Type == kong.ApplicationNode {
			break
		}
	}
	for _, part := range []struct {
		title string
		lines [][]string
	}{{"cli.help.own", own}, {"cli.help.shared", shared}} {
		if len(part.lines) == 0 {
			continue
		}
		fmt.Fprintf(b, "\n%s\n", s.words.T(part.title))
		if err := aligned(b, part.lines); err != nil {
			return err
		}
	}
	return nil
}

func flagForm(f *kong.Flag) string {
	form := "  --" + f.Name
	if f.Short != 0 {
		form = fmt.Sprintf("  -%c, --%s", f.Short, f.Name)
	}
	if f.IsBool() {
		return form
	}
	form += " " + f.PlaceHolder
	if f.IsSlice() {
		form += "…"
	}
	return form
}

func (s *session) flagWords(path, name string) string {
	return s.words.T(flagMessage(path, name, s.words.Has))
}

// flagMessage is the message that words a flag or an argument: its command's own, its group's, or the one of its name.
func flagMessage(path, name string, has func(string) bool) string {
	group, _, _ := strings.Cut(path, ".")
	for _, id := range []string{"cli.flag." + path + "." + name, "cli.flag." + group + "." + name} {
		if has(id) {
			return id
		}
	}
	return "cli.flag." + name
}
