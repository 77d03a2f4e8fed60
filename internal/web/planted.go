package web

import (
	"bytes"
	"compress/flate"
	"strconv"
	"sync"
)

// What the leaks planted in the pages keep for all readers of a server together, where each ought to have his own.
// Package leak keeps all of them out of every ordinary build.
type together struct {
	mu      sync.Mutex
	changes int
	visits  int
	said    string
	packed  bytes.Buffer
	packer  *flate.Writer
}

var planted sync.Map // *Server to *together

func (s *Server) together() *together {
	t, _ := planted.LoadOrStore(s, &together{})
	return t.(*together)
}

// changed counts the acts of everybody, for a validator of every page.
func (t *together) changed() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.changes++
}

// visit counts the sign-ins of everybody.
func (t *together) visit() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.visits++
	return strconv.Itoa(t.visits)
}

func (t *together) validator() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return `"` + strconv.Itoa(t.changes) + `"`
}

// say keeps the sentence for the next page of anybody.
func (t *together) say(message string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.said = message
}

func (t *together) heard() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	m := t.said
	t.said = ""
	return m
}

// pack compresses with one compressor for all answers, which has seen what others were sent.
func (t *together) pack(b *bytes.Buffer) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.packer == nil {
		t.packer, _ = flate.NewWriter(&t.packed, flate.BestCompression)
	}
	t.packed.Reset()
	_, _ = t.packer.Write(b.Bytes())
	_ = t.packer.Flush()
	b.Reset()
	b.Write(t.packed.Bytes())
}
