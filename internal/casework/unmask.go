package casework

import (
	"context"
	"errors"
	"slices"
	"time"

	"cutout/internal/compartment"
	"cutout/internal/custody"
	"cutout/internal/draft"
	"cutout/internal/identity"
	"cutout/internal/leak"
	"cutout/internal/officer"
	"cutout/internal/source"
	"cutout/internal/store"
	"cutout/internal/vault"
)

// OpeningRecord is a request to open an identity as looks return it.
type OpeningRecord = Stored[custody.RequestID, custody.Request]

var (
	actAskOpening     = act{"identity.ask", inside}
	actApproveOpening = act{"identity.approve", approverDuties}
	actAskedOf        = act{"identity.consider", approverDuties}
	actEndOpening     = act{"identity.end-request", inside}
	actOpenApproved   = act{"identity.open-approved", inside}
	actOpenings       = act{"identity.requests", inside}
	actOpening        = act{"identity.request", inside}
)

// OpeningDraft asks for an identity.
type OpeningDraft struct {
	Source  string `json:"source" yaml:"source"`
	Purpose string `json:"purpose" yaml:"purpose"`
}

// RequestOpening asks the approvers to open a source's identity to the officer, once, for this purpose and until the
// pack's time has passed. The source is one he may see; the approvers need not.
func (d *Desk) RequestOpening(ctx context.Context, o officer.Officer, n OpeningDraft) (custody.RequestID, error) {
	var made custody.RequestID
	r := draft.New(d.vocabulary())
	of, err := parseID[source.ID](n.Source)
	if err != nil {
		r.Add("source", "field.id", "Given", "")
	}
	r.Need("purpose", n.Purpose)
	purpose := r.Text("purpose", n.Purpose, draft.NoteLimit)
	if err := invalid(r.Faults); err != nil {
		return made, err
	}
	key, err := d.key(o)
	if err != nil {
		return made, err
	}
	said, err := d.heard(ctx, o, purpose)
	if err != nil {
		return made, err
	}
	within, err := d.limit("opening-request")
	if err != nil {
		return made, d.report(actAskOpening.word, shown(err))
	}
	err = d.do(ctx, o, actAskOpening, kindSource, of.String(), func(w *work) error {
		s, err := exists[source.ID, source.Source](w, kindSource, "source", of)
		if err != nil {
			return err
		}
		if err := w.unnamed("purpose", said, of); err != nil {
			return err
		}
		_, sealed, ok, err := w.identityOf(of)
		if err != nil {
			return err
		}
		if !ok {
			return refused("no-identity")
		}
		env, err := d.envelopeIn(sealed, of)
		if err != nil {
			return err
		}
		asked, err := w.asked(env, o.ID)
		if err != nil {
			return err
		}
		if len(asked) < custody.Needed {
			return refused("no-approvers")
		}
		q := custody.Request{Unit: d.unit.LogName, Source: of, CodeName: s.Value.CodeName, Requester: o.ID, Key: key.Public().ID(), Purpose: purpose,
			Made: w.Now(), Expires: within.End(w.Now()), Lock: sealed.Key, Epoch: sealed.Epoch}
		made = fresh[custody.RequestID](w)
		if leak.On("openings_all") {
			asked = w.everyApprover()
		}
		c, err := w.meeting(q.Expires, append(asked, o.ID)...)
		if err != nil {
			return err
		}
		label := compartment.Label{Level: s.Label.Level, Compartments: []compartment.ID{c}, Originator: w.Scope().Org()}
		// The entry names the source, for the inspector; in the source's own log only those who take part see it.
		if !leak.On("ask_logged") {
			if err := w.Under(label); err != nil {
				return err
			}
		}
		return w.Insert(store.Entering{Kind: kindOpening, ID: made.Raw(), Label: label, Body: q, Marks: openingMarks(q)})
	})
	return made, err
}

func openingMarks(q custody.Request) []store.Mark {
	return []store.Mark{store.Ref("source", q.Source.Raw()), store.Ref("officer", q.Requester.Raw())}
}

// asked are the approvers in force who can open the envelope with another one, without the officer who asks.
func (w *work) asked(env []byte, without officer.ID) ([]officer.ID, error) {
	have, err := vault.Recipients(env)
	if err != nil {
		return nil, err
	}
	k, err := w.holders()
	if err != nil {
		return nil, err
	}
	hs, err := w.standing(k.Approvers)
	if err != nil {
		return nil, err
	}
	keys := approversIn(have)
	return officersOf(slices.DeleteFunc(hs, func(h custody.Holder) bool {
		return h.Officer == without || !slices.Contains(keys, vault.KeyID(h.Key))
	})), nil
}

// Asking is a request on its way to an approver who computes his halves with his own key, on his own machine if he likes.
type Asking struct {
	ID       custody.RequestID `json:"id"`
	Request  custody.Request   `json:"request"`
	Envelope []byte            `json:"envelope"`
	Place    vault.Place       `json:"place"`
	// RequesterKey is the public key the halves are sealed to, With the keys of the colleagues with whom the approver may
	// open: never the requester's own, with whom one yes would be enough.
	RequesterKey []byte          `json:"requester_key"`
	With         []custody.KeyID `json:"with"`
}

// Approve computes an approver's yes with his key: a half for each colleague, sealed to the requester for exactly this
// request, and a signature over all of it.
func (a Asking) Approve(by officer.ID, key vault.PrivateKey, at time.Time) (custody.Approval, error) {
	hash := a.Request.Hash(a.ID)
	out := custody.Approval{Approver: by, Key: key.Public().ID(), At: at}
	to, err := vault.ParsePublicKey(a.RequesterKey)
	if err != nil {
		return out, err
	}
	if to.ID() != vault.KeyID(a.Request.Key) {
		return out, vault.ErrClosed // another's key in the requester's place
	}
	for _, with := range a.With {
		if with == a.Request.Key {
			continue
		}
		h, err := vault.Share(a.Envelope, a.Place, key, with)
		if errors.Is(err, vault.ErrClosed) {
			continue // no pair with him
		}
		if err != nil {
			return out, err
		}
		sealed, err := h.SealTo(to, hash[:])
		h.Clear()
		if err != nil {
			return out, err
		}
		out.Halves = append(out.Halves, custody.Half{With: with, Sealed: sealed})
	}
	if len(out.Halves) == 0 {
		return out, vault.ErrClosed
	}
	out.Signature, err = key.Sign(custody.ForApproval, out.Hash(hash))
	return out, err
}

// AskedOf gives an approver what he needs to approve a request with his own key. It counts for nothing until Approved.
func (d *Desk) AskedOf(ctx context.Context, o officer.Officer, of custody.RequestID) (a Asking, err error) {
	err = d.look(ctx, o, actAskedOf, kindOpening, of.String(), func(w *work) error {
		a, _, err = w.asking(of)
		return err
	})
	return a, err
}

// asking reads a request that the officer may approve and has not approved.
func (w *work) asking(of custody.RequestID) (a Asking, r OpeningRecord, err error) {
	if r, err = read[custody.RequestID, custody.Request](w, kindOpening, of); err != nil {
		return a, r, err
	}
	q, me := r.Value, w.Officer().ID
	if policy {
		switch {
		case q.Requester == me:
			return a, r, refused("own-request")
		case q.State(w.Now()) != custody.Waiting:
			return a, r, refused("not-waiting")
		case q.ApprovedBy(me):
			return a, r, refused("said-already")
		}
	}
	a = Asking{ID: of, Request: q, Place: place(q.Source, q.Epoch)}
	if a.Envelope, err = w.locked(q); err != nil {
		return a, r, err
	}
	asked, err := w.asked(a.Envelope, q.Requester)
	if err != nil {
		return a, r, err
	}
	if policy && !slices.Contains(asked, me) {
		return a, r, refused("not-decider")
	}
	for _, other := range asked {
		if other == me {
			continue
		}
		k, err := w.keyID(other)
		if err != nil {
			return a, r, err
		}
		a.With = append(a.With, k)
	}
	pub, err := w.public(q.Requester)
	a.RequesterKey = pub.Bytes()
	return a, r, err
}

// ApproveOpening is an approver's yes to exactly this request, with proof that it is he. One yes opens nothing.
func (d *Desk) ApproveOpening(ctx context.Context, o officer.Officer, of custody.RequestID) error {
	if err := d.fresh(o, FreshFor); err != nil {
		return err
	}
	key, err := d.key(o)
	if err != nil {
		return err
	}
	return d.do(ctx, o, actApproveOpening, kindOpening, of.String(), func(w *work) error {
		a, r, err := w.asking(of)
		if err != nil {
			return err
		}
		yes, err := a.Approve(o.ID, key, w.Now())
		if errors.Is(err, vault.ErrClosed) {
			return refused("not-sealed-to-you")
		}
		if err != nil {
			return err
		}
		return w.approved(a, r, yes)
	})
}

// Approved takes an approval that the approver's own key made: it must be his, signed over this very request, and recent.
func (d *Desk) Approved(ctx context.Context, o officer.Officer, of custody.RequestID, yes custody.Approval) error {
	return d.do(ctx, o, actApproveOpening, kindOpening, of.String(), func(w *work) error {
		a, r, err := w.asking(of)
		if err != nil {
			return err
		}
		return w.approved(a, r, yes)
	})
}

// approved checks the officer's yes and adds it to the request.
func (w *work) approved(a Asking, r OpeningRecord, yes custody.Approval) error {
	me := w.Officer().ID
	k, v, err := w.keysOf(me)
	if err != nil {
		return err
	}
	age := w.Now().Sub(yes.At)
	if yes.Approver != me || k.ID() != yes.Key || !v.Verify(custody.ForApproval, yes.Hash(a.Request.Hash(a.ID)), yes.Signature) {
		return refused("approval-void")
	}
	if policy && (age < -FreshFor || age > FreshFor) {
		return refused("present-again")
	}
	for _, h := range yes.Halves {
		if policy && (h.With == a.Request.Key || !slices.Contains(a.With, h.With)) {
			return refused("approval-void")
		}
	}
	q := r.Value
	q.Approvals = append(q.Approvals, yes)
	return w.Revise(r.record, store.Entering{Kind: kindOpening, Label: r.Label, Body: q, Marks: openingMarks(q)})
}

// locked reads the envelope a request is about. It is ciphertext, and the officer was asked to approve or has asked: who
// asks reaches the source, who approves need not.
func (w *work) locked(q custody.Request) ([]byte, error) {
	r, err := w.Locked(q.Source.Raw())
	if errors.Is(err, store.ErrNotFound) {
		return nil, refused("identity-destroyed")
	}
	if err != nil {
		return nil, err
	}
	s, err := readSealed(r)
	if err != nil {
		return nil, err
	}
	if s.Key != q.Lock || s.Epoch != q.Epoch {
		return nil, refused("identity-changed")
	}
	return w.d.envelopeIn(s, q.Source)
}

// EndOpening withdraws one's own request, or refuses one that one was asked to approve; then a reason is needed.
func (d *Desk) EndOpening(ctx context.Context, o officer.Officer, of custody.RequestID, reason string) error {
	r := draft.New(d.vocabulary())
	reason = r.Text("reason", reason, draft.NoteLimit)
	if err := invalid(r.Faults); err != nil {
		return err
	}
	said, err := d.heard(ctx, o, reason)
	if err != nil {
		return err
	}
	return d.do(ctx, o, actEndOpening, kindOpening, of.String(), func(w *work) error {
		r, err := read[custody.RequestID, custody.Request](w, kindOpening, of)
		if err != nil {
			return err
		}
		q := r.Value
		if st := q.State(w.Now()); st != custody.Waiting && st != custody.Approved {
			return refused("not-waiting")
		}
		q.Ended, q.EndedBy, q.Reason = custody.Withdrawn, o.ID, reason
		if q.Requester != o.ID {
			if reason == "" {
				return fieldFault("reason", "field.required")
			}
			if err := w.unnamed("reason", said, q.Source); err != nil {
				return err
			}
			q.Ended = custody.Refused
		}
		return w.Revise(r.record, store.Entering{Kind: kindOpening, Label: r.Label, Body: q, Marks: openingMarks(q)})
	})
}

// OpenApproved opens an identity with the halves of two approvers, once.
func (d *Desk) OpenApproved(ctx context.Context, o officer.Officer, of custody.RequestID) (identity.Person, error) {
	if err := d.fresh(o, FreshFor); err != nil {
		return identity.Person{}, err
	}
	key, err := d.key(o)
	if err != nil {
		return identity.Person{}, err
	}
	c, err := d.TakeApproved(ctx, o, of)
	if err != nil {
		return identity.Person{}, err
	}
	return c.Open(key)
}

// TakeApproved hands the requester the envelope with the two halves, for opening on his own machine, and marks the request
// used in the same act: a second time it refuses. The act is on the log before anything is handed out.
func (d *Desk) TakeApproved(ctx context.Context, o officer.Officer, of custody.RequestID) (out SealedCopy, err error) {
	err = d.do(ctx, o, actOpenApproved, kindOpening, of.String(), func(w *work) error {
		out = SealedCopy{}
		r, err := read[custody.RequestID, custody.Request](w, kindOpening, of)
		if err != nil {
			return err
		}
		q := r.Value
		if policy {
			switch st := q.State(w.Now()); {
			case q.Requester != o.ID:
				return refused("not-requester")
			case st == custody.Waiting:
				return refused("not-approved")
			case st != custody.Approved:
				return refused("not-waiting")
			}
		}
		hash := q.Hash(of)
		if policy {
			if err := w.standingApprovals(&q, hash); err != nil {
				return err
			}
			// The source is still one he may see.
			if _, err := read[source.ID, source.Source](w, kindSource, q.Source); err != nil {
				return err
			}
		}
		out.Source, out.Place, out.Request = q.Source, place(q.Source, q.Epoch), hash[:]
		if out.Envelope, err = w.locked(q); err != nil {
			return err
		}
		a, b, ok := q.Pair()
		if !ok {
			return refused("not-approved")
		}
		out.Halves = [][]byte{a.For(b), b.For(a)}
		w.Entry().Detail = []byte(q.Purpose)
		all := r.Value
		all.Ended, all.EndedBy = custody.Used, o.ID
		return w.Revise(r.record, store.Entering{Kind: kindOpening, Label: r.Label, Body: all, Marks: openingMarks(q)})
	})
	if err != nil {
		return SealedCopy{}, err
	}
	return out, nil
}

// standingApprovals keeps the approvals of approvers who are in force now with the key they signed with, over exactly this
// request.
func (w *work) standingApprovals(q *custody.Request, hash [32]byte) error {
	k, err := w.holders()
	if err != nil {
		return err
	}
	hs, err := w.standing(k.Approvers)
	if err != nil {
		return err
	}
	var out []custody.Approval
	for _, a := range q.Approvals {
		i := slices.IndexFunc(hs, func(h custody.Holder) bool { return h.Officer == a.Approver && h.Key == a.Key })
		if i >= 0 && a.Approver != q.Requester && vault.VerifyKey(hs[i].Verify).Verify(custody.ForApproval, a.Hash(hash), a.Signature) {
			out = append(out, a)
		}
	}
	q.Approvals = out
	return nil
}
