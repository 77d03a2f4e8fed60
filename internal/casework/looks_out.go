package casework

import (
	"context"
	"slices"

	"cutout/internal/audit"
	"cutout/internal/dissemination"
	"cutout/internal/officer"
	"cutout/internal/report"
	"cutout/internal/store"
	"cutout/internal/textindex"
)

var (
	actSearch  = act{"search.look", anyone}
	actLog     = act{"log.look", one(officer.Inspector)}
	actLogMine = act{"log.record", inside}
)

// ReleasePage is a release beside the originals it was written from.
type ReleasePage struct {
	Frame
	Release   ReleaseFile
	Originals []OriginalItem
	Readers   []ReleaseReader
	Feedback  []Stored[store.ID, dissemination.Feedback]
	Recalls   []RecallRecord
	Writer    string
	Approver  string
	MayStep   bool // the viewer is neither the writer nor the handler of a source it rests on
}

// OriginalItem is an item a release was written from, as the viewer may see it.
type OriginalItem struct {
	Report report.ID
	Item   report.Item
}

// ReleaseReader is a reader and whether he has acknowledged.
type ReleaseReader struct {
	ID           officer.ID
	Name         string
	Acknowledged bool
}

// Release shows the unit's file on a release.
func (d *Desk) Release(ctx context.Context, o officer.Officer, of dissemination.ID) (p ReleasePage, err error) {
	err = d.look(ctx, o, actRelease, kindRelease, of.String(), func(w *work) error {
		p = ReleasePage{MayStep: true}
		if p.Release, err = read[dissemination.ID, releaseFile](w, kindRelease, of); err != nil {
			return err
		}
		var done []report.ItemID
		for _, it := range p.Release.Value.Items {
			for _, from := range it.From {
				if slices.Contains(done, from) {
					continue
				}
				done = append(done, from)
				r, err := w.reportOf(from)
				if err != nil {
					return err
				}
				if w.apart(r.Value.Source, officer.ReleaseOfficer) != nil {
					p.MayStep = false
				}
				for _, x := range r.Value.Items {
					if x.ID == from {
						p.Originals = append(p.Originals, OriginalItem{r.ID, x})
					}
				}
			}
		}
		as, err := w.Accounts()
		if err != nil {
			return err
		}
		for _, a := range as {
			switch a.ID {
			case p.Release.Value.WrittenBy:
				p.Writer = a.Name
			case p.Release.Value.ApprovedBy:
				p.Approver = a.Name
			}
			if slices.Contains(p.Release.Value.Officers, a.ID) {
				had := false
				if !p.Release.Value.Issued.IsZero() {
					if had, err = w.receipts(p.Release.Value.Issued.Raw(), a.ID); err != nil {
						return err
					}
				}
				p.Readers = append(p.Readers, ReleaseReader{a.ID, a.Name, had})
			}
		}
		if p.Release.Value.WrittenBy == o.ID {
			p.MayStep = false
		}
		if !p.Release.Value.Issued.IsZero() {
			if p.Feedback, _, err = list[store.ID, dissemination.Feedback](w, store.Query{Kind: kindFeedback, Marks: []store.Mark{store.Ref("of", p.Release.Value.Issued.Raw())}}); err != nil {
				return err
			}
		}
		if p.Recalls, err = w.recallsOf(of.Raw()); err != nil {
			return err
		}
		return w.frame(&p.Frame)
	})
	return p, err
}

// ReleasesPage is one page of the unit's releases.
type ReleasesPage struct {
	Frame
	Releases []ReleaseFile
	Recalled map[dissemination.ID]bool
	Next     string
}

// Releases lists the unit's releases, newest first.
func (d *Desk) Releases(ctx context.Context, o officer.Officer, cursor string, limit int) (p ReleasesPage, err error) {
	err = d.look(ctx, o, actReleases, kindRelease, "", func(w *work) error {
		p = ReleasesPage{Recalled: map[dissemination.ID]bool{}}
		if p.Releases, p.Next, err = list[dissemination.ID, releaseFile](w, store.Query{Kind: kindRelease, Cursor: cursor, Limit: limit}); err != nil {
			return err
		}
		marks, err := standing(w, idsOf(p.Releases)...)
		if err != nil {
			return err
		}
		for _, r := range p.Releases {
			p.Recalled[r.ID] = len(marks[r.ID]) > 0
		}
		return w.frame(&p.Frame)
	})
	return p, err
}

// IssuedPage is a copy as its reader has it, with the marks of any recall.
type IssuedPage struct {
	Frame
	Copy         IssuedRecord
	Recalls      []RecallRecord
	Confirmed    map[RecallID]bool
	Acknowledged bool
	Feedback     []Stored[store.ID, dissemination.Feedback]
}

// Copy shows a reader what he was sent.
func (d *Desk) Copy(ctx context.Context, o officer.Officer, of IssuedID) (p IssuedPage, err error) {
	err = d.look(ctx, o, actIssued, kindIssued, of.String(), func(w *work) error {
		p = IssuedPage{Confirmed: map[RecallID]bool{}}
		if p.Copy, err = read[IssuedID, Issued](w, kindIssued, of); err != nil {
			return err
		}
		if p.Recalls, err = w.recallsOf(of.Raw()); err != nil {
			return err
		}
		had, err := acknowledged(w, idsOf(p.Recalls)...)
		if err != nil {
			return err
		}
		for _, r := range p.Recalls {
			p.Confirmed[r.ID] = had[r.ID][o.ID]
		}
		if p.Acknowledged, err = w.receipts(of.Raw(), o.ID); err != nil {
			return err
		}
		fs, _, err := list[store.ID, dissemination.Feedback](w, store.Query{Kind: kindFeedback, Marks: []store.Mark{store.Ref("of", of.Raw())}})
		if err != nil {
			return err
		}
		for _, f := range fs { // a reader sees his own words, never another reader's
			if f.Value.By == o.ID.String() {
				p.Feedback = append(p.Feedback, f)
			}
		}
		return w.frame(&p.Frame)
	})
	return p, err
}

// InboxPage is one page of what an officer was sent.
type InboxPage struct {
	Frame
	Copies       []IssuedRecord
	Recalled     map[IssuedID]bool
	Acknowledged map[IssuedID]bool
	Next         string
}

// Inbox lists what the officer was sent, newest first.
func (d *Desk) Inbox(ctx context.Context, o officer.Officer, cursor string, limit int) (p InboxPage, err error) {
	err = d.look(ctx, o, actInbox, kindIssued, "", func(w *work) error {
		p = InboxPage{Recalled: map[IssuedID]bool{}, Acknowledged: map[IssuedID]bool{}}
		if p.Copies, p.Next, err = list[IssuedID, Issued](w, store.Query{Kind: kindIssued, Cursor: cursor, Limit: limit}); err != nil {
			return err
		}
		marks, err := standing(w, idsOf(p.Copies)...)
		if err != nil {
			return err
		}
		had, err := acknowledged(w, idsOf(p.Copies)...)
		if err != nil {
			return err
		}
		for _, c := range p.Copies {
			p.Recalled[c.ID], p.Acknowledged[c.ID] = len(marks[c.ID]) > 0, had[c.ID][o.ID]
		}
		return w.frame(&p.Frame)
	})
	return p, err
}

// ProductPage is a product with the marks of any recall of what it cites.
type ProductPage struct {
	Frame
	Product   ProductRecord
	Cites     map[string]string
	Recalls   []RecallRecord
	Confirmed map[RecallID]bool
}

// Product shows one product.
func (d *Desk) Product(ctx context.Context, o officer.Officer, of dissemination.ProductID) (p ProductPage, err error) {
	err = d.look(ctx, o, actProductLook, kindProduct, of.String(), func(w *work) error {
		p = ProductPage{Confirmed: map[RecallID]bool{}}
		if p.Product, err = read[dissemination.ProductID, dissemination.Product](w, kindProduct, of); err != nil {
			return err
		}
		if p.Cites, err = w.namesOf(p.Product.Value.Cites); err != nil {
			return err
		}
		if p.Recalls, err = w.recallsOf(of.Raw()); err != nil {
			return err
		}
		had, err := acknowledged(w, idsOf(p.Recalls)...)
		if err != nil {
			return err
		}
		for _, r := range p.Recalls {
			p.Confirmed[r.ID] = had[r.ID][o.ID]
		}
		return w.frame(&p.Frame)
	})
	return p, err
}

// ProductsPage is one page of products.
type ProductsPage struct {
	Frame
	Products []ProductRecord
	Recalled map[dissemination.ProductID]bool
	Next     string
}

// Products lists products, newest first.
func (d *Desk) Products(ctx context.Context, o officer.Officer, cursor string, limit int) (p ProductsPage, err error) {
	err = d.look(ctx, o, actProducts, kindProduct, "", func(w *work) error {
		p = ProductsPage{Recalled: map[dissemination.ProductID]bool{}}
		if p.Products, p.Next, err = list[dissemination.ProductID, dissemination.Product](w, store.Query{Kind: kindProduct, Cursor: cursor, Limit: limit}); err != nil {
			return err
		}
		marks, err := standing(w, idsOf(p.Products)...)
		if err != nil {
			return err
		}
		for _, r := range p.Products {
			p.Recalled[r.ID] = len(marks[r.ID]) > 0
		}
		return w.frame(&p.Frame)
	})
	return p, err
}

// NoticePage is a notice with its answers and its reach.
type NoticePage struct {
	Frame
	Notice    NoticeRecord
	Names     map[string]string
	Responses []Stored[store.ID, dissemination.NoticeResponse]
	Marked    []RecallRecord // on records the viewer may see
	Readers   []ReachedReader
}

// ReachedReader is somebody a notice reached, and whether he answered.
type ReachedReader struct {
	Reached
	Name         string
	Acknowledged bool
}

// Notice shows a notice: whom it reached over any number of hops, and who has not acknowledged.
func (d *Desk) Notice(ctx context.Context, o officer.Officer, of dissemination.NoticeID) (p NoticePage, err error) {
	err = d.look(ctx, o, actReach, kindNotice, of.String(), func(w *work) error {
		p = NoticePage{}
		if p.Notice, err = read[dissemination.NoticeID, dissemination.Notice](w, kindNotice, of); err != nil {
			return err
		}
		if p.Names, err = w.namesOf(append([]string{p.Notice.Value.About, p.Notice.Value.Issuer}, p.Notice.Value.RelatesTo...)); err != nil {
			return err
		}
		mark := []store.Mark{store.Ref("notice", of.Raw())}
		if p.Responses, err = all[store.ID, dissemination.NoticeResponse](w, store.Query{Kind: kindResponse, Marks: mark, Oldest: true}); err != nil {
			return err
		}
		if p.Marked, err = all[RecallID, RecallMark](w, store.Query{Kind: kindRecall, Marks: mark, Oldest: true}); err != nil {
			return err
		}
		p.Marked = closedMarks(p.Marked)
		reached, err := all[store.ID, Reached](w, store.Query{Kind: kindReached, Marks: mark, Oldest: true})
		if err != nil {
			return err
		}
		as, err := w.Accounts()
		if err != nil {
			return err
		}
		had, err := acknowledged(w, of)
		if err != nil {
			return err
		}
		for _, r := range reached {
			line := ReachedReader{Reached: r.Value}
			for _, a := range as {
				if a.ID == r.Value.Reader {
					line.Name = a.Name
				}
			}
			line.Acknowledged = had[of][r.Value.Reader]
			p.Readers = append(p.Readers, line)
		}
		return w.frame(&p.Frame)
	})
	return p, err
}

// NoticesPage is one page of notices.
type NoticesPage struct {
	Frame
	Notices []NoticeRecord
	Names   map[string]string
	Next    string
}

// Notices lists notices, newest first.
func (d *Desk) Notices(ctx context.Context, o officer.Officer, cursor string, limit int) (p NoticesPage, err error) {
	err = d.look(ctx, o, actNotices, kindNotice, "", func(w *work) error {
		p = NoticesPage{}
		if p.Notices, p.Next, err = list[dissemination.NoticeID, dissemination.Notice](w, store.Query{Kind: kindNotice, Cursor: cursor, Limit: limit}); err != nil {
			return err
		}
		var ids []string
		for _, n := range p.Notices {
			ids = append(ids, n.Value.About, n.Value.Issuer)
		}
		if p.Names, err = w.namesOf(ids); err != nil {
			return err
		}
		return w.frame(&p.Frame)
	})
	return p, err
}

// SearchPage is what a search found, newest first, with the words around each hit.
type SearchPage struct {
	Frame
	Words string
	Hits  []Hit
	Next  string
}

// Hit is one record found.
type Hit struct {
	Kind    string
	ID      string
	Ref     string
	Title   string
	Snippet []textindex.Segment
	Lang    string
}

// searchable are the kinds a search may be limited to.
var searchable = []string{kindReport, kindRelease, kindIssued, kindProduct, kindRequirement, kindNotice, kindParty, kindAssessment}

// Search finds records by words, in Arabic, English or any language, in what the officer may see and nothing else.
// anyWord takes records with some of the words instead of all.
func (d *Desk) Search(ctx context.Context, o officer.Officer, words, kind string, anyWord bool, cursor string, limit int) (p SearchPage, err error) {
	mode := textindex.All
	if anyWord {
		mode = textindex.Any
	}
	q, f := textindex.ParseQuery(words, mode)
	if kind != "" && !slices.Contains(searchable, kind) {
		f.Add("kind", "field.code", "Given", kind, "Vocabulary", "kind")
	}
	if err := invalid(f); err != nil {
		return p, err
	}
	err = d.look(ctx, o, actSearch, "", "", func(w *work) error {
		p = SearchPage{Words: words}
		found := map[store.ID]hitText{}
		rs, next, err := w.Found(store.Search{Groups: q.Terms(), Kind: kind, Cursor: cursor, Limit: limit}, func(r store.Record) (bool, error) {
			t, err := textOf(r)
			if err != nil || (q.NeedsMatch() && !q.Match(t.text)) {
				return false, err
			}
			found[r.ID] = t
			return true, nil
		})
		if err != nil {
			return err
		}
		p.Next = next
		for _, r := range rs {
			t := found[r.ID]
			p.Hits = append(p.Hits, Hit{Kind: r.Kind, ID: longID(r.Kind, r.ID), Ref: refOf(r.Kind, r.ID), Title: t.title, Snippet: textindex.Snippet(t.text, q, 240)})
		}
		return w.frame(&p.Frame)
	})
	return p, err
}

type hitText struct{ title, text string }

// LogPage is a stretch of the log. An inspector reads all of it: who did what to which record when, and nothing of what
// the records say.
type LogPage struct {
	Frame
	Entries []audit.Entry
	Names   map[string]string
	Size    int64
	Before  int64
}

// Log shows an inspector the log, newest first.
func (d *Desk) Log(ctx context.Context, o officer.Officer, q store.LogQuery) (p LogPage, err error) {
	err = d.look(ctx, o, actLog, "log", "", func(w *work) error {
		p = LogPage{}
		q.Mine = false
		return w.logPage(&p, q)
	})
	return p, err
}

// RecordLog shows who did what with one record, to those who may see the record.
func (d *Desk) RecordLog(ctx context.Context, o officer.Officer, object string, before int64) (p LogPage, err error) {
	err = d.look(ctx, o, actLogMine, "log", "", func(w *work) error {
		p = LogPage{}
		if _, found, err := w.subjectOf("object", object); err != nil || !found {
			return store.ErrNotFound
		}
		return w.recordLog(&p, object, before)
	})
	return p, err
}

func (w *work) logPage(p *LogPage, q store.LogQuery) (err error) {
	if p.Entries, err = w.Tx.Log(q); err != nil {
		return err
	}
	if n := len(p.Entries); n > 0 {
		p.Before = p.Entries[n-1].Seq
	}
	if p.Size, err = w.LogSize(); err != nil {
		return err
	}
	return w.logNames(p)
}

func (w *work) logNames(p *LogPage) (err error) {
	var ids []string
	for _, e := range p.Entries {
		ids = append(ids, e.Officer)
	}
	if p.Names, err = w.namesOf(ids); err != nil {
		return err
	}
	return w.frame(&p.Frame)
}
