package casework

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"

	"cutout/internal/audit"
	"cutout/internal/custody"
	"cutout/internal/officer"
	"cutout/internal/source"
	"cutout/internal/store"
	"cutout/internal/vault"
)

// What a destruction reaches, and what it does not: codes that a certificate's reader finds worded.
var (
	destroyed = []string{"source-key", "envelope", "name-tokens"}
	remains   = []string{"medium", "key-copies", "disclosed", "records"}
)

// SignedCertificate is an erasure certificate as JSON with the signature of the unit's log key over exactly these bytes.
type SignedCertificate struct {
	Certificate json.RawMessage `json:"certificate"`
	Signed      string          `json:"signed"` // a signed note whose text is the certificate's SHA-256
}

// DestroyIdentity carries out a confirmed destruction. The source's own key is destroyed first and durably: from then on
// no copy of the envelope opens, in the records or in any backup of them. Then the envelope and the tokens of his names go
// from the records, and the engine's files are scrubbed. A destruction that was cut off in the middle is carried on by
// asking again.
func (d *Desk) DestroyIdentity(ctx context.Context, o officer.Officer, of custody.ProposalID) (out SignedCertificate, err error) {
	if err := d.fresh(o, FreshFor); err != nil {
		return out, err
	}
	var p custody.Proposal
	err = d.do(ctx, o, actDestroy, kindProposal, of.String(), func(w *work) error {
		r, err := read[custody.ProposalID, custody.Proposal](w, kindProposal, of)
		if err != nil {
			return err
		}
		p = r.Value
		if p.What != custody.Destroy || p.By != o.ID {
			return refused("not-requester")
		}
		if !p.Begun.IsZero() && p.Ended == "" {
			return nil // it was cut off, or another hand is at it: whoever ends it first has done it
		}
		_, need, err := w.deciders(p)
		if err != nil {
			return err
		}
		n, err := w.valid(p, of)
		if err != nil {
			return err
		}
		switch st := p.State(w.Now(), need); {
		case st == custody.Waiting || st == custody.Approved && n < need:
			return refused("not-approved")
		case st != custody.Approved:
			return refused("not-waiting")
		}
		p.Begun = w.Now()
		return w.Revise(r.record, store.Entering{Kind: kindProposal, Label: r.Label, Body: p, Marks: proposalMarks(w, p)})
	})
	if err != nil {
		return out, err
	}
	if !vault.KeyName(p.SourceKey).IsZero() {
		if err := d.ring.Destroy(p.SourceKey); err != nil && !errors.Is(err, vault.ErrDestroyed) {
			return out, d.report(actDestroy.word, shown(err))
		}
	}
	err = d.do(ctx, o, actDestroy, kindSource, p.Source.String(), func(w *work) error {
		r, err := read[custody.ProposalID, custody.Proposal](w, kindProposal, of)
		if err != nil {
			return err
		}
		if r.Value.Ended != "" {
			return refused("not-waiting")
		}
		if err := w.shredIdentity(p.Source); err != nil {
			return err
		}
		p := r.Value
		p.Ended, p.Effective = custody.Done, w.Now()
		if out, err = w.certificate(p, of); err != nil {
			return err
		}
		if p.Certificate, err = json.Marshal(out); err != nil {
			return err
		}
		return w.Revise(r.record, store.Entering{Kind: kindProposal, Label: r.Label, Body: p, Marks: proposalMarks(w, p)})
	})
	if err != nil {
		return SignedCertificate{}, err
	}
	if err := d.store.Scrub(ctx); err != nil {
		return out, d.report(actDestroy.word, shown(err))
	}
	return out, nil
}

// shredIdentity removes the sealed identity of a source and the tokens of his names.
func (w *work) shredIdentity(of source.ID) error {
	if _, err := read[source.ID, source.Source](w, kindSource, of); err != nil {
		return err
	}
	for kind, mark := range map[string]store.Mark{kindIdentity: store.Ref("source", of.Raw()), kindNameTokens: store.Ref("name-token-of", of.Raw())} {
		rs, _, err := w.Find(store.Query{Kind: kind, Marks: []store.Mark{mark}, Limit: store.MaxLimit})
		if err != nil {
			return err
		}
		for _, r := range rs {
			if err := w.Shred(r); err != nil {
				return err
			}
		}
	}
	return nil
}

// certificate writes and signs what was destroyed.
func (w *work) certificate(p custody.Proposal, of custody.ProposalID) (SignedCertificate, error) {
	c := custody.Certificate{Unit: p.Unit, Source: p.Source, SourceKey: p.SourceKey, Reason: p.Reason, At: w.Now(), Destroyed: destroyed, Remains: remains, Proposal: of.String()}
	a, err := w.Account(p.By)
	if err != nil {
		return SignedCertificate{}, err
	}
	c.Proposed = a.Name
	for _, x := range p.Confirmations {
		a, err := w.Account(x.Officer)
		if err != nil {
			return SignedCertificate{}, err
		}
		c.Confirmed = append(c.Confirmed, a.Name)
	}
	if c.LogSize, err = w.LogSize(); err != nil {
		return SignedCertificate{}, err
	}
	root, err := audit.Root(c.LogSize, w.LogHashes())
	if err != nil {
		return SignedCertificate{}, err
	}
	c.LogRoot = hex.EncodeToString(root[:])
	body, err := json.Marshal(c)
	if err != nil {
		return SignedCertificate{}, err
	}
	signed, err := audit.SignStatement(certificateText(body), w.d.unit.logPrivate)
	return SignedCertificate{body, string(signed)}, err
}

// CheckCertificate verifies an erasure certificate away from the unit, with the public key of its log.
func CheckCertificate(s SignedCertificate, logKey string) (custody.Certificate, error) {
	var c custody.Certificate
	text, err := audit.OpenStatement([]byte(s.Signed), logKey)
	if err != nil {
		return c, err
	}
	var body bytes.Buffer
	if json.Compact(&body, s.Certificate) != nil || text != certificateText(body.Bytes()) { // whoever stored it may have broken its lines
		return c, audit.ErrSignature
	}
	return c, json.Unmarshal(s.Certificate, &c)
}

func certificateText(body []byte) string {
	sum := sha256.Sum256(body)
	return "erasure certificate\n" + hex.EncodeToString(sum[:]) + "\n"
}
