package main

import "github.com/schollz/progressbar/v3"

// bar shows on a terminal how far long work has come; elsewhere it shows nothing.
type bar struct {
	s     *session
	title string
	b     *progressbar.ProgressBar
}

func (s *session) progress(message string) *bar { return &bar{s: s, title: s.words.T(message)} }

// to says that so many of so many are done.
func (p *bar) to(done, total int) {
	if !onTerminal(p.s.err) {
		return
	}
	if p.b == nil {
		p.b = progressbar.NewOptions(total, progressbar.OptionSetWriter(p.s.err), progressbar.OptionSetDescription(p.title), progressbar.OptionShowCount(),
			progressbar.OptionClearOnFinish())
	}
	_ = p.b.Set(done) // a bar that cannot be drawn is no reason to stop the work
}

func (p *bar) done() {
	if p.b != nil {
		_ = p.b.Finish()
	}
}
