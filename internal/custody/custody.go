// Package custody is how several people together decide what nobody may do alone: open an identity that is not sealed to
// them, name those who may, replace a colleague's lost key, restore after a loss, destroy. It holds what is asked, the one
// hash of it that everybody signs, and when enough have said yes. Keys, signatures and records are others' business.
//
// Opening needs more than the rules here: without the key material of two approvers an envelope stays closed, whatever
// this package says (package vault). The rules decide who may ask, for how long, and that a yes counts once.
package custody

import (
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"slices"
	"time"

	"cutout/internal/id"
	"cutout/internal/officer"
	"cutout/internal/source"
)

type requestNoun struct{}

// Prefix names requests to open an identity "opn_…" and "OP-…".
func (requestNoun) Prefix() (string, string) { return "opn", "OP" }

// RequestID names a request to open an identity.
type RequestID = id.Of[requestNoun]

type proposalNoun struct{}

// Prefix names proposals "prp_…" and "PR-…".
func (proposalNoun) Prefix() (string, string) { return "prp", "PR" }

// ProposalID names a proposal.
type ProposalID = id.Of[proposalNoun]

// KeyID names an officer's public key (vault.KeyID).
type KeyID = [32]byte

// The purposes signatures are made for.
const (
	ForApproval     = "approve the opening of an identity"
	ForConfirmation = "confirm a proposal"
)

// digest hashes fields one after another, each after its length, so that no two lists of fields give one text.
type digest struct{ h hash.Hash }

func newDigest(of string) digest {
	d := digest{sha256.New()}
	d.bytes([]byte(of))
	return d
}

func (d digest) bytes(b []byte) {
	var n [8]byte
	binary.BigEndian.PutUint64(n[:], uint64(len(b)))
	d.h.Write(n[:])
	d.h.Write(b)
}

func (d digest) time(t time.Time) {
	var n [8]byte
	binary.BigEndian.PutUint64(n[:], uint64(t.UnixMicro()))
	d.bytes(n[:])
}

func (d digest) sum() [32]byte { return [32]byte(d.h.Sum(nil)) }

// Sealed is an identity as it stands in the record: its envelope, sealed once more under the source's own key. Key is the
// name of that key; zero says that there is none around it.
type Sealed struct {
	Key   [16]byte `json:"key,omitzero"`
	Epoch uint32   `json:"epoch"`
	Bytes []byte   `json:"bytes"`
}

// State is how far a request or a proposal has come.
type State string

// The states. A request that was not used in time is Expired without anybody writing it down.
const (
	Waiting   State = "waiting"
	Approved  State = "approved" // two have approved; the requester may open, once
	Used      State = "used"
	Refused   State = "refused"
	Withdrawn State = "withdrawn"
	Expired   State = "expired"
	Done      State = "done" // of a proposal: it took effect
)

// Request asks to open one identity, for one purpose, by one officer with one key, until one moment.
type Request struct {
	Unit      string     `json:"unit"` // origin line of the unit's log: a request of another unit is another request
	Source    source.ID  `json:"source"`
	CodeName  string     `json:"code_name,omitempty"`
	Requester officer.ID `json:"requester"`
	Key       KeyID      `json:"key"` // to which the approvers' halves are sealed
	Purpose   string     `json:"purpose"`
	Made      time.Time  `json:"made"`
	Expires   time.Time  `json:"expires"`
	// Lock and Epoch say which locks of the identity are to be opened: after a rotation it is another request.
	Lock      [16]byte   `json:"lock,omitzero"`
	Epoch     uint32     `json:"epoch"`
	Approvals []Approval `json:"approvals,omitempty"`
	Ended     State      `json:"ended,omitempty"` // Used, Refused or Withdrawn
	EndedBy   officer.ID `json:"ended_by,omitzero"`
	Reason    string     `json:"reason,omitempty"` // of a refusal
}

// Approval is one approver's yes: his halves of the envelope, one for each colleague with whom he could open it, sealed to
// the requester's key, and his signature over all of it.
type Approval struct {
	Approver  officer.ID `json:"approver"`
	Key       KeyID      `json:"key"`
	At        time.Time  `json:"at"`
	Halves    []Half     `json:"halves"`
	Signature []byte     `json:"signature"`
}

// Half is an approver's half for opening together with one other approver.
type Half struct {
	With   KeyID  `json:"with"`
	Sealed []byte `json:"sealed"`
}

// Hash is what an approval stands for: every word of the request. A request that differs in anything is another one.
func (r Request) Hash(of RequestID) [32]byte {
	d := newDigest("cutout opening request v1")
	d.bytes(of.Bytes())
	d.bytes([]byte(r.Unit))
	d.bytes(r.Source.Bytes())
	d.bytes([]byte(r.CodeName))
	d.bytes(r.Requester.Bytes())
	d.bytes(r.Key[:])
	d.bytes([]byte(r.Purpose))
	d.time(r.Made)
	d.time(r.Expires)
	d.bytes(r.Lock[:])
	d.bytes(binary.BigEndian.AppendUint32(nil, r.Epoch))
	return d.sum()
}

// Hash is what the approver signs: the request, himself, when, and the halves he gives with it.
func (a Approval) Hash(request [32]byte) [32]byte {
	d := newDigest("cutout approval v1")
	d.bytes(request[:])
	d.bytes(a.Approver.Bytes())
	d.bytes(a.Key[:])
	d.time(a.At)
	for _, h := range a.Halves {
		d.bytes(h.With[:])
		d.bytes(h.Sealed)
	}
	return d.sum()
}

// Needed is how many approvers open together.
const Needed = 2

// State is how far the request has come at a moment.
func (r Request) State(now time.Time) State {
	switch {
	case r.Ended != "":
		return r.Ended
	case !now.Before(r.Expires) || now.Before(r.Made): // a clock that went back revives nothing
		return Expired
	case len(r.Approvals) >= Needed:
		return Approved
	}
	return Waiting
}

// Pair is the two approvals that open together, and false when there are none: each gave a half for the other.
func (r Request) Pair() (a, b Approval, ok bool) {
	for i, a := range r.Approvals {
		for _, b := range r.Approvals[i+1:] {
			if a.Approver != b.Approver && a.Key != b.Key && a.half(b.Key) != nil && b.half(a.Key) != nil {
				return a, b, true
			}
		}
	}
	return Approval{}, Approval{}, false
}

// half is the sealed half for opening together with the approver of a key.
func (a Approval) half(with KeyID) []byte {
	i := slices.IndexFunc(a.Halves, func(h Half) bool { return h.With == with })
	if i < 0 {
		return nil
	}
	return a.Halves[i].Sealed
}

// For gives the half for opening together with another approval.
func (a Approval) For(b Approval) []byte { return a.half(b.Key) }

// ApprovedBy reports whether the officer has approved already.
func (r Request) ApprovedBy(o officer.ID) bool {
	return slices.ContainsFunc(r.Approvals, func(a Approval) bool { return a.Approver == o })
}
