package custody

import (
	"encoding/binary"
	"slices"
	"time"

	"cutout/internal/officer"
	"cutout/internal/source"
)

// What is a thing that one officer proposes and others confirm.
type What string

// What can be proposed.
const (
	NameApprovers What = "approvers" // who opens identities two together
	NameTrustees  What = "trustees"  // who restores them, some of several together
	ReplaceKey    What = "key"       // a colleague's lost key is replaced by a new one
	Recover       What = "recovery"  // trustees put the recovery key together
	Destroy       What = "destroy"   // an identity is destroyed for good
)

// Holder is an officer with the keys he held when he was named: who has other keys since must be named again.
type Holder struct {
	Officer officer.ID `json:"officer"`
	Key     KeyID      `json:"key"`
	Verify  [32]byte   `json:"verify"`
}

// Share is a trustee's share of the recovery key, sealed to him, with the value by which he knows it again, and the day
// he last proved that he can open it.
type Share struct {
	Trustee officer.ID `json:"trustee"`
	Sealed  []byte     `json:"sealed"`
	Check   [32]byte   `json:"check"`
	Proved  time.Time  `json:"proved,omitzero"`
}

// Given is a share on its way to who recovers: sealed to his key, for one proposal only.
type Given struct {
	Trustee   officer.ID `json:"trustee"`
	At        time.Time  `json:"at"`
	Sealed    []byte     `json:"sealed"`
	Signature []byte     `json:"signature"`
}

// Confirmation is one officer's signed yes to a proposal.
type Confirmation struct {
	Officer   officer.ID `json:"officer"`
	Key       KeyID      `json:"key"`
	At        time.Time  `json:"at"`
	Signature []byte     `json:"signature"`
}

// Proposal is something that takes effect only when others have confirmed exactly it.
type Proposal struct {
	Unit    string     `json:"unit"`
	What    What       `json:"what"`
	By      officer.ID `json:"by"`
	Key     KeyID      `json:"key"` // of who proposes: to which shares are given
	Made    time.Time  `json:"made"`
	Expires time.Time  `json:"expires"`
	Reason  string     `json:"reason"`

	Holders   []Holder   `json:"holders,omitempty"`   // named approvers or trustees
	Need      int        `json:"need,omitempty"`      // of trustees
	Recovery  []byte     `json:"recovery,omitempty"`  // public recovery key
	Shares    []Share    `json:"shares,omitempty"`    // of it
	Officer   officer.ID `json:"officer,omitzero"`    // whose key is replaced
	Secret    []byte     `json:"secret,omitempty"`    // his new key, sealed under a passphrase he is told
	Source    source.ID  `json:"source,omitzero"`     // whose identity is destroyed
	SourceKey [16]byte   `json:"source_key,omitzero"` // the key that will be destroyed

	Confirmations []Confirmation `json:"confirmations,omitempty"`
	Given         []Given        `json:"given,omitempty"`
	Ended         State          `json:"ended,omitempty"`
	EndedBy       officer.ID     `json:"ended_by,omitzero"`
	Effective     time.Time      `json:"effective,omitzero"`
	Begun         time.Time      `json:"begun,omitzero"`        // of a destruction: from here there is no way back
	Certificate   []byte         `json:"certificate,omitempty"` // of a destruction that was carried out, with its signature
}

// Hash is what a confirmation stands for.
func (p Proposal) Hash(of ProposalID) [32]byte {
	d := newDigest("cutout proposal v1")
	d.bytes(of.Bytes())
	d.bytes([]byte(p.Unit))
	d.bytes([]byte(p.What))
	d.bytes(p.By.Bytes())
	d.bytes(p.Key[:])
	d.time(p.Made)
	d.time(p.Expires)
	d.bytes([]byte(p.Reason))
	d.bytes(binary.BigEndian.AppendUint64(nil, uint64(len(p.Holders))))
	for _, h := range p.Holders {
		d.bytes(h.Officer.Bytes())
		d.bytes(h.Key[:])
		d.bytes(h.Verify[:])
	}
	d.bytes(binary.BigEndian.AppendUint64(nil, uint64(p.Need)))
	d.bytes(p.Recovery)
	for _, s := range p.Shares { // Proved is written later
		d.bytes(s.Trustee.Bytes())
		d.bytes(s.Sealed)
		d.bytes(s.Check[:])
	}
	d.bytes(p.Officer.Bytes())
	d.bytes(p.Secret)
	d.bytes(p.Source.Bytes())
	d.bytes(p.SourceKey[:])
	return d.sum()
}

// Hash is what the confirming officer signs: the proposal, himself and when.
func (c Confirmation) Hash(proposal [32]byte) [32]byte {
	d := newDigest("cutout confirmation v1")
	d.bytes(proposal[:])
	d.bytes(c.Officer.Bytes())
	d.bytes(c.Key[:])
	d.time(c.At)
	return d.sum()
}

// Hash is what a trustee signs with the share he gives.
func (g Given) Hash(proposal [32]byte) [32]byte {
	d := newDigest("cutout given share v1")
	d.bytes(proposal[:])
	d.bytes(g.Trustee.Bytes())
	d.time(g.At)
	d.bytes(g.Sealed)
	return d.sum()
}

// State is how far the proposal has come at a moment, with need confirmations (or shares) wanted.
func (p Proposal) State(now time.Time, need int) State {
	got := len(p.Confirmations)
	if p.What == Recover {
		got = len(p.Given)
	}
	switch {
	case p.Ended != "":
		return p.Ended
	case !now.Before(p.Expires) || now.Before(p.Made):
		return Expired
	case got >= need:
		return Approved
	}
	return Waiting
}

// ConfirmedBy reports whether the officer has confirmed or given his share already.
func (p Proposal) ConfirmedBy(o officer.ID) bool {
	return slices.ContainsFunc(p.Confirmations, func(c Confirmation) bool { return c.Officer == o }) ||
		slices.ContainsFunc(p.Given, func(g Given) bool { return g.Trustee == o })
}

// Holds reports whether the officer is named.
func (p Proposal) Holds(o officer.ID) bool {
	return slices.ContainsFunc(p.Holders, func(h Holder) bool { return h.Officer == o })
}

// Certificate says that an identity was destroyed, what that means, and what it does not. The unit's log key signs it.
type Certificate struct {
	Unit      string    `json:"unit"`
	Source    source.ID `json:"source"` // the record without its person stays, under its code name
	SourceKey [16]byte  `json:"source_key"`
	Reason    string    `json:"reason"`
	Proposed  string    `json:"proposed_by"` // account names
	Confirmed []string  `json:"confirmed_by"`
	At        time.Time `json:"at"`
	Destroyed []string  `json:"destroyed"`   // codes: what is gone
	Remains   []string  `json:"remains"`     // codes: what this does not reach
	LogSize   int64     `json:"log_size"`    // entries of the log before the destruction's own
	LogRoot   string    `json:"log_root"`    // over them
	Proposal  string    `json:"proposal_id"` // whose entries on the log tell the rest
}
