package attack

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"

	"cutout/internal/audit"
	"cutout/internal/casework"
)

// TestRow60ForgedProofs gives the verifier checkpoints, bundles and proofs that nobody signed, that another signed, that
// were signed for something else, or that were changed; each must be turned away and none may be taken for less than it is.
func TestRow60ForgedProofs(t *testing.T) {
	u := newLogUnit(t)
	for range 20 {
		_, err := u.d.Around(t.Context(), u.who["worker"])
		u.ok(err)
	}
	insp, key := u.who["inspector"], u.d.Unit().LogPublic
	good, err := u.d.Checkpoint(t.Context(), insp)
	u.ok(err)
	name, _ := audit.LogName(key)
	otherPrivate, otherPublic, err := audit.NewKey(name) // of the same name
	u.ok(err)
	witnessPrivate, witnessPublic, err := audit.NewWitnessKey("court.example")
	u.ok(err)
	body := string(good[:bytes.Index(good, []byte("\n\n"))+1])
	sign := func(text, private string) []byte {
		s, err := note.NewSigner(private)
		u.ok(err)
		b, err := note.Sign(&note.Note{Text: text}, s)
		u.ok(err)
		return b
	}
	forged := map[string][]byte{
		"unsigned":                       []byte(body),
		"an empty signature":             []byte(body + "\n— " + name + " AAAAAA==\n"),
		"another key of the same name":   sign(body, otherPrivate),
		"changed":                        bytes.Replace(good, []byte("\ntime 2"), []byte("\ntime 1"), 1),
		"another size":                   []byte(strings.Replace(string(good), "\n"+strings.Split(body, "\n")[1]+"\n", "\n1\n", 1)),
		"a line more":                    []byte(strings.Replace(string(good), "\n\n—", "\nextra\n\n—", 1)),
		"without its time":               sign(strings.Join(strings.Split(body, "\n")[:3], "\n")+"\n", otherPrivate),
		"its signature under other text": append([]byte("other.example/log"+body[strings.IndexByte(body, '\n'):]), good[len(body):]...),
	}
	for what, b := range forged {
		if _, err := audit.OpenCheckpoint(b, key); err == nil {
			t.Errorf("a checkpoint, %s, is taken", what)
		}
		if _, err := u.d.VerifyLog(t.Context(), insp, b); casework.KindOf(err) != casework.Invalid {
			t.Errorf("a checkpoint, %s, is taken by the unit: %v", what, err)
		}
	}
	// A key may sign only what bears its name: the checkpoint of another origin proves nothing here.
	foreign := sign("other.example/log"+body[strings.IndexByte(body, '\n'):], otherPrivate)
	if _, err := audit.OpenCheckpoint(foreign, otherPublic); !errors.Is(err, audit.ErrSignature) {
		t.Errorf("a checkpoint of another origin: %v", err)
	}
	// A witness's word is no log's, nor a log's a witness's.
	line, _, err := audit.Cosign(audit.Checkpoint{}, audit.Request{Signed: good}, key, witnessPrivate, logTime)
	u.ok(err)
	alone := append([]byte(body+"\n"), line...)
	if _, err := audit.OpenCheckpoint(alone, key); err == nil {
		t.Error("a witness's signature stands for the log's")
	}
	if _, _, err := audit.OpenCosigned(good, key, witnessPublic); err == nil {
		t.Error("a checkpoint without the witness is taken as witnessed")
	}
	if _, _, err := audit.OpenCosigned(slices.Concat(good, line), key, key); err == nil {
		t.Error("the log is taken as its own witness")
	}

	entry, err := u.d.ProveEntry(t.Context(), insp, 5)
	u.ok(err)
	growth, err := u.d.ProveGrowth(t.Context(), insp, 9, 21)
	u.ok(err)
	change := func(hs []audit.Hash, fn func([]audit.Hash) []audit.Hash) []audit.Hash { return fn(slices.Clone(hs)) }
	for what, fn := range map[string]func([]audit.Hash) []audit.Hash{
		"no hashes": func([]audit.Hash) []audit.Hash { return nil }, "one short": func(h []audit.Hash) []audit.Hash { return h[1:] }, "one too many": func(h []audit.Hash) []audit.Hash { return append(h, h[0]) },
		"swapped": func(h []audit.Hash) []audit.Hash { h[0], h[1] = h[1], h[0]; return h }, "one bit": func(h []audit.Hash) []audit.Hash { h[1][7] ^= 1; return h }} {
		p := entry
		p.Hashes = change(entry.Hashes, fn)
		if _, err := p.Check(key); !errors.Is(err, audit.ErrProof) {
			t.Errorf("an entry's proof, %s: %v", what, err)
		}
		g := growth
		g.Hashes = change(growth.Hashes, fn)
		if _, _, err := g.Check(key); !errors.Is(err, audit.ErrProof) {
			t.Errorf("a proof of growth, %s: %v", what, err)
		}
	}
	for what, fn := range map[string]func(*casework.EntryProof){"another place": func(p *casework.EntryProof) { p.Seq = 6 }, "a place that is none": func(p *casework.EntryProof) { p.Seq = -1 },
		"beyond the log": func(p *casework.EntryProof) { p.Seq = 1 << 50 }, "another entry": func(p *casework.EntryProof) { p.Entry = bytes.Clone(p.Entry); p.Entry[12] ^= 1 },
		"an older form of entry": func(p *casework.EntryProof) { p.Entry = bytes.Clone(p.Entry); p.Entry[0] = 0 }, "no entry": func(p *casework.EntryProof) { p.Entry = nil }} {
		p := entry
		fn(&p)
		if _, err := p.Check(key); err == nil {
			t.Errorf("an entry's proof, %s, holds", what)
		}
	}
	if _, err := entry.Check(otherPublic); !errors.Is(err, audit.ErrSignature) {
		t.Errorf("an entry's proof against another key: %v", err)
	}
}

// TestRow60ForgedBundle rewrites a bundle in every part.
func TestRow60ForgedBundle(t *testing.T) {
	u := newLogUnit(t)
	var b bytes.Buffer
	u.ok(u.d.Bundle(t.Context(), u.who["inspector"], &b))
	key := u.d.Unit().LogPublic
	z, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
	u.ok(err)
	parts := map[string][]byte{}
	for _, f := range z.File {
		r, err := f.Open()
		u.ok(err)
		parts[f.Name], err = io.ReadAll(r)
		u.ok(err)
	}
	verify := func(change func(map[string][]byte)) (audit.Result, error) {
		t.Helper()
		forged := map[string][]byte{}
		for name, text := range parts {
			forged[name] = bytes.Clone(text)
		}
		change(forged)
		var out bytes.Buffer
		w := zip.NewWriter(&out)
		for name, text := range forged {
			f, err := w.Create(name)
			u.ok(err)
			_, err = f.Write(text)
			u.ok(err)
		}
		u.ok(w.Close())
		r, _, err := casework.VerifyBundle(t.Context(), bytes.NewReader(out.Bytes()), int64(out.Len()), key, nil)
		return r, err
	}
	if r, err := verify(func(map[string][]byte) {}); err != nil || r.Finding != audit.Sound || r.Proven != r.Size {
		t.Fatalf("the bundle as it is: %+v %v", r, err)
	}
	otherPrivate, otherPublic, err := audit.NewKey("other.example/log")
	u.ok(err)
	at, err := audit.OpenCheckpoint(parts[casework.BundleCheckpoint], key)
	u.ok(err)
	at.Origin = "other.example/log"
	resigned, err := audit.Sign(at, otherPrivate)
	u.ok(err)
	for what, change := range map[string]func(map[string][]byte){
		"no checkpoint":       func(p map[string][]byte) { delete(p, casework.BundleCheckpoint) },
		"an empty checkpoint": func(p map[string][]byte) { p[casework.BundleCheckpoint] = nil },
		"signed anew, with the new key laid in": func(p map[string][]byte) {
			p[casework.BundleCheckpoint], p[casework.BundleKey] = resigned, []byte(otherPublic)
		},
		"no rows":                 func(p map[string][]byte) { delete(p, casework.BundleRows) },
		"rows of no entries":      func(p map[string][]byte) { p[casework.BundleRows] = p[casework.BundleRows][:18] },
		"rows of another version": func(p map[string][]byte) { p[casework.BundleRows][17]++ },
		"one bit of the last row": func(p map[string][]byte) { p[casework.BundleRows][len(p[casework.BundleRows])-40] ^= 1 },
		"the last row cut off": func(p map[string][]byte) {
			p[casework.BundleRows] = p[casework.BundleRows][:len(p[casework.BundleRows])-100]
		},
		"a row more": func(p map[string][]byte) { p[casework.BundleRows] = append(p[casework.BundleRows], 0, 3, 1, 2, 3) },
		"a checkpoint as cosigned that is not signed": func(p map[string][]byte) {
			p[casework.BundleCheckpoint] = append(p[casework.BundleCheckpoint][:60], 'x')
		},
	} {
		if r, err := verify(change); err == nil && r.Finding == audit.Sound {
			t.Errorf("%s: %+v", what, r)
		}
	}
	// Bytes of every kind: nothing is taken, and nothing ends the program.
	dir := t.TempDir()
	for i := range 64 {
		raw := bytes.Clone(b.Bytes())
		raw[(i*977+31)%len(raw)] ^= byte(1 << (i % 8))
		name := filepath.Join(dir, fmt.Sprint(i))
		u.ok(os.WriteFile(name, raw, 0o600))
		r, report, err := casework.VerifyBundle(t.Context(), bytes.NewReader(raw), int64(len(raw)), key, nil)
		if err == nil && r.Finding == audit.Sound && (r.Root != at.Root || report.Checkpoint.Root != at.Root) {
			t.Errorf("byte %d changed, and another log is sound: %+v", i, r)
		}
	}
}
