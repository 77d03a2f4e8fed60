// Package dissemination is what leaves the unit and what comes back: releases in the unit's own words, products that cite
// them, acknowledgments and feedback, permission to act, notices, and recall with its reach. It sends nothing itself.
package dissemination

import (
	"time"

	"cutout/internal/day"
	"cutout/internal/id"
	"cutout/internal/officer"
	"cutout/internal/report"
)

type release struct{}

// Prefix names releases "rel_…" and "D-…".
func (release) Prefix() (string, string) { return "rel", "D" }

// ID names a release.
type ID = id.Of[release]

type product struct{}

// Prefix names products "prd_…" and "W-…".
func (product) Prefix() (string, string) { return "prd", "W" }

// ProductID names a product.
type ProductID = id.Of[product]

// State is where a release stands.
type State string

// The states of a release, in order.
const (
	Drafted  State = "draft"
	Approved State = "approved"
	Sent     State = "sent"
	Recalled State = "recalled"
)

// Confidence is the word an assessment carries: low, moderate, high. It is never a likelihood.
type Confidence string

// Release is one set of items, rewritten, for named readers.
type Release struct {
	Title             string        `json:"title"`
	Series            string        `json:"series,omitempty"`
	Form              string        `json:"form,omitempty"` // oral, written, database
	Items             []ReleaseItem `json:"items"`
	Marking           []string      `json:"marking"` // TLP label and handling codes
	Conditions        string        `json:"conditions,omitempty"`
	Officers          []officer.ID  `json:"officers,omitempty"`
	Organizations     []string      `json:"organizations,omitempty"` // codes of the unit's list
	To                string        `json:"to,omitempty"`            // a reader in words, in an old record
	SourceDescription string        `json:"source_description,omitempty"`
	Confidence        Confidence    `json:"confidence,omitempty"`
	State             State         `json:"state"`
	WrittenBy         officer.ID    `json:"written_by,omitzero"`
	ApprovedBy        officer.ID    `json:"approved_by,omitzero"`
	SentOn            day.Period    `json:"sent_on,omitzero"`
	Cites             []report.ID   `json:"cites,omitempty"`
	Product           string        `json:"product,omitempty"`    // product id, or the word two entries share for one product
	Permission        string        `json:"permission,omitempty"` // id of the originator's permission, where the marking demands one
	Disposition       Disposition   `json:"disposition,omitempty"`
	Corrects          ID            `json:"corrects,omitzero"` // the release this one puts right
}

// ReleaseItem is one statement in the unit's own words, and the items it was written from.
type ReleaseItem struct {
	From  []report.ItemID `json:"from"`
	Text  string          `json:"text"`
	Lang  string          `json:"lang,omitempty"`
	Grade string          `json:"grade,omitempty"` // as printed for the reader
	Basis report.Basis    `json:"basis,omitempty"` // as stated to the reader; compared with the items' own
}

// Disposition is what the reader did with it: kept, not-kept, destroyed.
type Disposition string

// Acknowledgment is a reader's word that he has it.
type Acknowledgment struct {
	Of     ID         `json:"of"`
	By     string     `json:"by"` // officer id or organization code
	On     day.Period `json:"on"`
	Notice NoticeID   `json:"notice,omitzero"` // set when the notice about it is what was acknowledged
}

// Feedback is what a reader says it was worth.
type Feedback struct {
	Of    ID            `json:"of"`
	By    string        `json:"by"`
	On    day.Period    `json:"on"`
	Value int           `json:"value"` // 1 worthless to 5 decisive; 0 not said
	Truth report.Result `json:"truth,omitempty"`
	Text  string        `json:"text,omitempty"`
}

// Permission is the originator's leave to act on a release, for one purpose and a time (A1, ORCON, H1, H2).
type Permission struct {
	Of      ID         `json:"of"`
	By      string     `json:"by"`               // who asks
	Action  string     `json:"action"`           // what he means to do
	Decided officer.ID `json:"decided,omitzero"` // zero while open
	Allowed bool       `json:"allowed,omitempty"`
	Reason  string     `json:"reason,omitempty"`
	Until   time.Time  `json:"until,omitzero"` // first moment without leave
}

// Holds reports whether leave to act is in force at a moment.
func (p Permission) Holds(when time.Time) bool {
	return p.Allowed && !p.Decided.IsZero() && when.Before(p.Until)
}

// Product is somebody's assessment that cites releases, reports and other products.
type Product struct {
	Title      string     `json:"title"`
	Author     string     `json:"author"`
	On         day.Period `json:"on"`
	To         []string   `json:"to,omitempty"`
	Cites      []string   `json:"cites"` // release, report and product ids
	Confidence Confidence `json:"confidence,omitempty"`
	Topic      string     `json:"topic,omitempty"`
	Restated   []Restated `json:"restated,omitempty"`
	Text       string     `json:"text,omitempty"`
}

// Restated is an item told again with a basis of knowledge; when that is stronger than the item's own, rumor has become eyewitness.
type Restated struct {
	Item  report.ItemID `json:"item"`
	Basis report.Basis  `json:"basis"`
}

// Drifted reports whether the restated basis is stronger than the original.
func (r Restated) Drifted(original report.Basis) bool { return r.Basis.Rank() > original.Rank() }
