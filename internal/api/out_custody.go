package api

import (
	"encoding/hex"
	"encoding/json"
	"time"

	"cutout/internal/casework"
	"cutout/internal/custody"
	"cutout/internal/fault"
	"cutout/internal/officer"
	"cutout/internal/source"
)

// Keys and hashes travel as hexadecimal digits, ciphertext as base64.

// Place is where a sealed thing belongs; it is bound to its seal.
type Place struct {
	Table  string `json:"table"`
	Record string `json:"record"`
	Field  string `json:"field"`
	Epoch  uint32 `json:"epoch"`
}

// SealedCopy is an identity as it is sealed. It opens with the officer's own key and nothing else.
type SealedCopy struct {
	Source   string   `json:"source"`
	Place    Place    `json:"place"`
	Envelope []byte   `json:"envelope"`
	Request  []byte   `json:"request,omitempty" doc:"the hash of the request that two approved"`
	Halves   [][]byte `json:"halves,omitempty" doc:"what the two gave, sealed to your key"`
}

func sealedCopy(s casework.SealedCopy, err error) (SealedCopy, error) {
	return SealedCopy{s.Source.String(), Place{s.Place.Table, s.Place.Record, s.Place.Field, s.Place.Epoch}, s.Envelope, s.Request, s.Halves}, err
}

// Value is the copy as the door means it, for the officer's own machine.
func (s SealedCopy) Value() (casework.SealedCopy, error) {
	v := casework.SealedCopy{Envelope: s.Envelope, Request: s.Request, Halves: s.Halves}
	v.Place.Table, v.Place.Record, v.Place.Field, v.Place.Epoch = s.Place.Table, s.Place.Record, s.Place.Field, s.Place.Epoch
	return v, v.Source.UnmarshalText([]byte(s.Source))
}

// Sealing says for whom an identity opens and should not, or should and does not.
type Sealing struct {
	Source   string   `json:"source"`
	CodeName string   `json:"code_name"`
	Missing  []string `json:"missing,omitempty"`
	Surplus  []string `json:"surplus,omitempty"`
	Strange  int      `json:"strange,omitempty" doc:"keys it opens for that are no officer's now"`
	Recovery bool     `json:"not_to_recovery,omitempty" doc:"it is not sealed to the recovery key in force"`
	Alone    bool     `json:"alone,omitempty" doc:"one person's key is all there is"`
	Mine     bool     `json:"mine" doc:"you can open it, and so seal it anew"`
}

func sealing(l casework.Sealing) Sealing {
	return Sealing{l.Source.String(), l.CodeName, l.Missing, l.Surplus, l.Strange, l.Recovery, l.Alone, l.Mine}
}

// Opening is a request to open an identity.
type Opening struct {
	ID         string   `json:"id"`
	Ref        string   `json:"ref"`
	Source     string   `json:"source"`
	CodeName   string   `json:"code_name,omitempty"`
	Purpose    string   `json:"purpose"`
	Requester  string   `json:"requester" doc:"account name"`
	Approved   []string `json:"approved" nullable:"false" doc:"account names"`
	Made       string   `json:"made"`
	Expires    string   `json:"expires"`
	State      string   `json:"state"`
	Reason     string   `json:"reason,omitempty" doc:"of a refusal"`
	Mine       bool     `json:"mine"`
	MayApprove bool     `json:"may_approve"`
	Hash       string   `json:"hash" doc:"what an approval stands for"`
	Short      string   `json:"short" doc:"the part of it that two people compare by telephone"`
	Asked      Asked    `json:"asked" doc:"everything the hash is made of, for who computes it himself"`
}

func opening(l casework.OpeningLine) Opening {
	v := Opening{ID: l.ID.String(), Ref: l.ID.Ref(), Source: l.Source.String(), CodeName: l.CodeName, Purpose: l.Purpose, Requester: l.Names[l.Requester], Approved: []string{},
		Made: moment(l.Made), Expires: moment(l.Expires), State: string(l.State), Reason: l.Reason, Mine: l.Mine, MayApprove: l.MayApprove,
		Hash: hex.EncodeToString(l.Hash[:]), Short: custody.Short(l.Hash), Asked: askedOf(l.Request)}
	for _, o := range l.Approved {
		v.Approved = append(v.Approved, l.Names[o])
	}
	return v
}

// Asked is every word of a request that an approval stands for.
type Asked struct {
	Unit      string    `json:"unit"`
	Source    string    `json:"source"`
	CodeName  string    `json:"code_name,omitempty"`
	Requester string    `json:"requester"`
	Key       string    `json:"key" doc:"of the requester, to which halves are sealed"`
	Purpose   string    `json:"purpose"`
	Made      time.Time `json:"made"`
	Expires   time.Time `json:"expires"`
	Lock      string    `json:"lock"`
	Epoch     uint32    `json:"epoch"`
}

func askedOf(q custody.Request) Asked {
	return Asked{q.Unit, q.Source.String(), q.CodeName, q.Requester.String(), hex.EncodeToString(q.Key[:]), q.Purpose, q.Made.UTC(), q.Expires.UTC(), hex.EncodeToString(q.Lock[:]), q.Epoch}
}

// Value is the request as the door means it, so that its hash can be computed away from the server.
func (a Asked) Value() (custody.Request, error) {
	r := reader{}
	q := custody.Request{Unit: a.Unit, CodeName: a.CodeName, Purpose: a.Purpose, Made: a.Made, Expires: a.Expires, Epoch: a.Epoch}
	r.id("source", a.Source, q.Source.UnmarshalText)
	r.id("requester", a.Requester, q.Requester.UnmarshalText)
	r.hex("key", a.Key, q.Key[:])
	r.hex("lock", a.Lock, q.Lock[:])
	return q, faulty(r.faults)
}

// Asking is a request on its way to an approver's own machine.
type Asking struct {
	ID           string   `json:"id"`
	Asked        Asked    `json:"asked"`
	Place        Place    `json:"place"`
	Envelope     []byte   `json:"envelope"`
	RequesterKey []byte   `json:"requester_key" doc:"the public key your halves are sealed to"`
	With         []string `json:"with" nullable:"false" doc:"keys of the colleagues with whom you may open"`
}

func askingOf(a casework.Asking) Asking {
	v := Asking{ID: a.ID.String(), Asked: askedOf(a.Request), Place: Place{a.Place.Table, a.Place.Record, a.Place.Field, a.Place.Epoch}, Envelope: a.Envelope, RequesterKey: a.RequesterKey, With: []string{}}
	for _, k := range a.With {
		v.With = append(v.With, hex.EncodeToString(k[:]))
	}
	return v
}

// Value is the asking as the door means it, for the approver's own machine.
func (a Asking) Value() (casework.Asking, error) {
	r := reader{}
	v := casework.Asking{Envelope: a.Envelope, RequesterKey: a.RequesterKey}
	v.Place.Table, v.Place.Record, v.Place.Field, v.Place.Epoch = a.Place.Table, a.Place.Record, a.Place.Field, a.Place.Epoch
	r.id("id", a.ID, v.ID.UnmarshalText)
	for _, s := range a.With {
		var k custody.KeyID
		r.hex("with", s, k[:])
		v.With = append(v.With, k)
	}
	var err error
	if v.Request, err = a.Asked.Value(); err != nil {
		return v, err
	}
	return v, faulty(r.faults)
}

// Approval is an approver's yes as his own machine computed it.
type Approval struct {
	Approver  string    `json:"approver"`
	Key       string    `json:"key"`
	At        time.Time `json:"at"`
	Halves    []Half    `json:"halves"`
	Signature []byte    `json:"signature"`
}

// Half is his half for opening together with the holder of one key, sealed to the requester.
type Half struct {
	With   string `json:"with"`
	Sealed []byte `json:"sealed"`
}

// ApprovalOf is an approval as it is sent.
func ApprovalOf(a custody.Approval) Approval {
	v := Approval{Approver: a.Approver.String(), Key: hex.EncodeToString(a.Key[:]), At: a.At.UTC(), Signature: a.Signature}
	for _, h := range a.Halves {
		v.Halves = append(v.Halves, Half{hex.EncodeToString(h.With[:]), h.Sealed})
	}
	return v
}

// Value is the approval as the door takes it.
func (a Approval) Value() (custody.Approval, error) {
	r := reader{}
	v := custody.Approval{At: a.At, Signature: a.Signature}
	r.id("approver", a.Approver, v.Approver.UnmarshalText)
	r.hex("key", a.Key, v.Key[:])
	for _, h := range a.Halves {
		half := custody.Half{Sealed: h.Sealed}
		r.hex("halves", h.With, half.With[:])
		v.Halves = append(v.Halves, half)
	}
	return v, faulty(r.faults)
}

// reader reads ids and keys and gathers what is none.
type reader struct{ faults fault.Faults }

func (r *reader) id(field, s string, into func([]byte) error) {
	if into([]byte(s)) != nil {
		r.faults.Add(field, "field.id", "Given", short(s))
	}
}

func (r *reader) hex(field, s string, into []byte) {
	if b, err := hex.DecodeString(s); err != nil || len(b) != len(into) {
		r.faults.Add(field, "field.id", "Given", short(s))
	} else {
		copy(into, b)
	}
}

// KeyHolders is who opens identities two together and who restores them.
type KeyHolders struct {
	Approvers []KeyHolder `json:"approvers" nullable:"false"`
	Since     string      `json:"since,omitempty"`
	Trustees  []KeyHolder `json:"trustees" nullable:"false"`
	Need      int         `json:"need" doc:"how many trustees restore"`
	Ready     int         `json:"ready" doc:"trustees who stand and proved their share"`
	Split     string      `json:"split,omitempty" doc:"when the shares were cut"`
}

// KeyHolder is an approver or a trustee.
type KeyHolder struct {
	Officer string `json:"officer"`
	Name    string `json:"name"`
	Stands  bool   `json:"stands" doc:"his account is open and his keys are those he was named with"`
	Proved  string `json:"proved,omitempty" doc:"when he last proved his share"`
}

func keyHolders(p casework.HoldersPage) KeyHolders {
	of := func(hs []casework.Holder) []KeyHolder {
		out := []KeyHolder{}
		for _, h := range hs {
			out = append(out, KeyHolder{h.Officer.String(), h.Name, h.Stands, moment(h.Proved)})
		}
		return out
	}
	return KeyHolders{of(p.Approvers), moment(p.Since), of(p.Trustees), p.Need, p.Ready, moment(p.Split)}
}

// Proposal is something that takes effect when others have confirmed it. Of shares and new keys it says only whose.
type Proposal struct {
	ID          string       `json:"id"`
	Ref         string       `json:"ref"`
	What        string       `json:"what"`
	By          string       `json:"by" doc:"account name"`
	Reason      string       `json:"reason"`
	Made        string       `json:"made"`
	Expires     string       `json:"expires"`
	State       string       `json:"state"`
	Needed      int          `json:"needed" doc:"how many yeses or shares"`
	Got         int          `json:"got"`
	Said        []string     `json:"said" nullable:"false" doc:"account names of who said yes"`
	Holders     []string     `json:"holders,omitempty" doc:"account names of who is to be named"`
	Trustees    int          `json:"trustees_needed,omitempty"`
	Officer     string       `json:"officer,omitempty" doc:"account name of whose key is replaced"`
	Source      string       `json:"source,omitempty" doc:"whose identity is destroyed"`
	CodeName    string       `json:"code_name,omitempty"`
	Mine        bool         `json:"mine"`
	MayDecide   bool         `json:"may_decide"`
	Hash        string       `json:"hash" doc:"what a confirmation stands for"`
	Short       string       `json:"short" doc:"the part of it that people compare by telephone"`
	Certificate *Certificate `json:"certificate,omitempty" doc:"of a destruction that was carried out"`
}

func proposalOf(l casework.ProposalLine, codeName string) Proposal {
	p := l.Value
	hash := p.Hash(l.ID)
	v := Proposal{ID: l.ID.String(), Ref: l.ID.Ref(), What: string(p.What), By: l.Names[p.By], Reason: p.Reason, Made: moment(p.Made), Expires: moment(p.Expires),
		State: string(l.State), Needed: l.Need, Got: l.Got, Said: []string{}, Trustees: p.Need, Officer: l.Names[p.Officer], CodeName: codeName, Mine: l.Mine, MayDecide: l.MayDecide,
		Hash: hex.EncodeToString(hash[:]), Short: custody.Short(hash)}
	for _, o := range saidYes(p) {
		v.Said = append(v.Said, l.Names[o])
	}
	for _, h := range p.Holders {
		v.Holders = append(v.Holders, l.Names[h.Officer])
	}
	if p.Source != (source.ID{}) && codeName != "" {
		v.Source = p.Source.String()
	}
	var signed casework.SignedCertificate
	if len(p.Certificate) > 0 && json.Unmarshal(p.Certificate, &signed) == nil {
		c := certificate(signed)
		v.Certificate = &c
	}
	return v
}

func saidYes(p custody.Proposal) (out []officer.ID) {
	for _, c := range p.Confirmations {
		out = append(out, c.Officer)
	}
	for _, g := range p.Given {
		out = append(out, g.Trustee)
	}
	return out
}

// Recovered says what a recovery restored.
type Recovered struct {
	Resealed int `json:"resealed" doc:"identities sealed anew to those for whom they should open"`
	Failed   int `json:"failed" doc:"identities the recovery key did not open: sealed before it was made"`
	Adopted  int `json:"adopted" doc:"sources nobody held any more, now held by you"`
}

// Certificate is a signed erasure certificate. The signature covers exactly the text of Certificate.
type Certificate struct {
	Certificate string `json:"certificate" doc:"JSON, as it was signed"`
	Signed      string `json:"signed" doc:"a signed note over its SHA-256"`
}

func certificate(s casework.SignedCertificate) Certificate {
	return Certificate{string(s.Certificate), s.Signed}
}
