package casework

import (
	"archive/zip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"

	"cutout/internal/audit"
	"cutout/internal/officer"
	"cutout/internal/wording"
)

// The files of an inspection bundle, a zip archive that a stranger can check without the unit's machine.
const (
	BundleCheckpoint = "checkpoint.txt" // signed, in the form of C2SP tlog-checkpoint
	BundleKey        = "log-key.txt"    // the log's public key; an inspector compares it with the one he wrote down earlier
	BundleCosigned   = "cosigned/"      // checkpoints that witnesses cosigned, newest first: 1.txt, 2.txt …
	BundleWitnesses  = "witnesses.txt"  // the witnesses' public keys as the unit knows them; compare them too
	BundleGrowth     = "growth.json"    // proof that the log of the checkpoint begins with the newest cosigned one
	BundleRows       = "rows.bin"       // entries and leaf hashes, as audit.WriteRows writes them
	bundleRead       = "README.txt"     // how to verify it by hand, and what that proves; in Arabic in the second
	bundleReadArabic = "README.ar.txt"
)

// mostCosigned bounds the cosigned checkpoints a bundle carries.
const mostCosigned = 50

// ErrBundle means that a file is no inspection bundle.
var ErrBundle = errors.New("casework: the file is no inspection bundle")

// Bundle writes an inspection bundle: the signed checkpoint, the log's public key, what witnesses cosigned, every entry the
// checkpoint covers, and how to verify them. The entry that a bundle was taken is durable before its first byte is written.
func (d *Desk) Bundle(ctx context.Context, o officer.Officer, to io.Writer) error {
	var signed []byte
	var at audit.Checkpoint
	err := d.look(ctx, o, actBundle, "log", "", func(w *work) (err error) {
		signed, at, err = w.checkpoint()
		return err
	})
	if err != nil {
		return err
	}
	return d.look(ctx, o, actBundleRows, "log", "", func(w *work) error {
		z := zip.NewWriter(to)
		put := func(name, text string) error {
			part, err := z.Create(name)
			if err == nil {
				_, err = io.WriteString(part, text)
			}
			return err
		}
		err := errors.Join(put(bundleRead, bundleGuide("en")), put(bundleReadArabic, bundleGuide("ar")), put(BundleCheckpoint, string(signed)), put(BundleKey, d.unit.LogPublic+"\n"), w.bundleSeen(put, signed, at))
		if err != nil {
			return err
		}
		part, err := z.Create(BundleRows)
		if err != nil {
			return err
		}
		if _, err := audit.WriteRows(part, watched(ctx, first(w.LogRows(), at.Size), at.Size)); err != nil {
			return err
		}
		return z.Close()
	})
}

// bundleSeen puts in what witnesses cosigned, and the proof that the bundle's log continues the newest of it.
func (w *work) bundleSeen(put func(name, text string) error, signed []byte, at audit.Checkpoint) error {
	seen, err := w.witnessed()
	if err != nil {
		return err
	}
	keys := map[string]bool{}
	var lines strings.Builder
	n := 0
	for _, s := range seen {
		if s.Checkpoint.Size > at.Size || n == mostCosigned {
			continue
		}
		if n++; n == 1 && s.Checkpoint.Size > 0 {
			p := GrowthProof{From: string(s.Signed), To: string(signed)}
			if p.Hashes, err = audit.ProveConsistency(at.Size, s.Checkpoint.Size, w.LogHashes()); err != nil {
				return err
			}
			b, err := json.MarshalIndent(p, "", "  ")
			if err != nil {
				return err
			}
			if err := put(BundleGrowth, string(b)+"\n"); err != nil {
				return err
			}
		}
		if err := put(fmt.Sprintf("%s%d.txt", BundleCosigned, n), string(s.Signed)); err != nil {
			return err
		}
		if !keys[s.Key] {
			keys[s.Key] = true
			lines.WriteString(s.Key + "\n")
		}
	}
	if n == 0 {
		return nil
	}
	return put(BundleWitnesses, lines.String())
}

func bundleGuide(lang string) string {
	words := wording.For(lang)
	return words.T("bundle.title") + "\n\n" + words.T("bundle.how") + "\n\n  cutout audit verify --bundle FILE --key log-key.txt --since checkpoint.txt --witness-key witness-key.txt\n\n" +
		words.T("bundle.proves") + "\n\n" + words.T("bundle.proves-not") + "\n\n" + words.T("bundle.form") + "\n"
}

// first gives the first n rows.
func first(rows iter.Seq2[audit.Row, error], n int64) iter.Seq2[audit.Row, error] {
	return func(yield func(audit.Row, error) bool) {
		left := n
		for r, err := range rows {
			if left--; left < 0 || !yield(r, err) {
				return
			}
		}
	}
}

// watchEvery is after how many rows progress is told and the context is asked.
const watchEvery = 1 << 12

// watched tells how far the rows have been read, where somebody watches, and breaks off when the context ends.
func watched(ctx context.Context, rows iter.Seq2[audit.Row, error], total int64) iter.Seq2[audit.Row, error] {
	report, _ := ctx.Value(watchingKey{}).(func(done, total int64))
	return func(yield func(audit.Row, error) bool) {
		n := int64(0)
		for r, err := range rows {
			if n%watchEvery == 0 {
				if ctx.Err() != nil {
					yield(audit.Row{}, ctx.Err())
					return
				}
				if report != nil {
					report(n, total)
				}
			}
			n++
			if !yield(r, err) {
				return
			}
		}
		if report != nil {
			report(n, total)
		}
	}
}

// BundleReport is what verifying a bundle found beside the result.
type BundleReport struct {
	Checkpoint audit.Checkpoint
	Seen       []Seen // cosigned checkpoints in it by the witnesses whose keys were given
	Others     int    // cosigned checkpoints by nobody whose key was given: they prove nothing here
}

// VerifyBundle checks an inspection bundle away from the unit, without its store or its keys: that the checkpoint in it
// is signed by the log whose public key the inspector holds, that the rows are exactly what it signed, and that they
// agree with the earlier checkpoints given and with those in it that the given witnesses cosigned. An error is one of the
// file or of a signature; what is wrong with the log stands in the result.
func VerifyBundle(ctx context.Context, file io.ReaderAt, size int64, logKey string, witnesses []string, earlier ...[]byte) (audit.Result, BundleReport, error) {
	var r audit.Result
	var report BundleReport
	z, err := zip.NewReader(file, size)
	if err != nil {
		return r, report, ErrBundle
	}
	text, err := bundled(z, BundleCheckpoint)
	if err != nil {
		return r, report, err
	}
	if report.Checkpoint, err = audit.OpenCheckpoint(text, logKey); err != nil {
		return r, report, fmt.Errorf("%s: %w", BundleCheckpoint, err)
	}
	points := []audit.Checkpoint{report.Checkpoint}
	for i, s := range earlier {
		c, err := audit.OpenCheckpoint(s, logKey)
		if err != nil {
			return r, report, fmt.Errorf("checkpoint %d: %w", i+1, err)
		}
		points = append(points, c)
	}
	for n := 1; n <= mostCosigned; n++ {
		text, err := bundled(z, fmt.Sprintf("%s%d.txt", BundleCosigned, n))
		if err != nil {
			break
		}
		s, err := seenBy(text, logKey, witnesses)
		if err != nil {
			return r, report, err
		}
		if s.Key == "" {
			report.Others++
			continue
		}
		report.Seen, points = append(report.Seen, s), append(points, s.Checkpoint)
	}
	rows, err := z.Open(BundleRows)
	if err != nil {
		return r, report, ErrBundle
	}
	defer rows.Close()
	r, err = audit.Verify(watched(ctx, audit.ReadRows(rows), report.Checkpoint.Size), points...)
	return r, report, err
}

// seenBy opens a cosigned checkpoint with the first of the keys that fits; none may.
func seenBy(signed []byte, logKey string, witnesses []string) (Seen, error) {
	for _, key := range witnesses {
		name, err := audit.WitnessName(key)
		if err != nil {
			return Seen{}, err
		}
		if c, at, err := audit.OpenCosigned(signed, logKey, key); err == nil {
			return Seen{Witness: name, Key: key, Signed: signed, Checkpoint: c, At: at}, nil
		}
	}
	return Seen{}, nil
}

// bundled reads one of a bundle's small files.
func bundled(z *zip.Reader, name string) ([]byte, error) {
	f, err := z.Open(name)
	if err != nil {
		return nil, ErrBundle
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, 1<<16))
	if err != nil {
		return nil, ErrBundle
	}
	return text, nil
}
