package web

import (
	"math"

	"cutout/internal/contact"
	"cutout/internal/web/templates"
	"cutout/internal/wording"
)

// recordSections are the fields of what happened at a contact. fixed says of which contact.
func (s *Server) recordSections(f *form, fixed []templates.Field, colleagues []templates.Option) []section {
	w := f.words
	long := func(name, label, help string) templates.Field {
		return rows(f.field("textarea", "record."+name, label, help), 2)
	}
	mendez := make([]templates.Option, 0, len(contact.Mendez()))
	for _, m := range contact.Mendez() {
		mendez = append(mendez, templates.Option{Value: m, Word: w.T("mendez." + m)})
	}
	return []section{
		{Fields: append(fixed, need(short(f.field("text", "record.when", "table.when", "form.date_help"))), short(f.field("text", "record.time", "contact.time", "contact.time_help")),
			f.field("text", "record.place", "table.place", "contact.place_help"), f.field("checks", "record.participants", "contact.participants", "", colleagues...))},
		{Title: w.T("contact.what"), Fields: []templates.Field{need(rows(f.field("textarea", "record.summary", "contact.summary", ""), 5)), long("obtained", "contact.obtained", "contact.obtained_help"), long("demands", "contact.demands", "")}},
		{Title: w.T("contact.care"), Fields: []templates.Field{long("welfare", "contact.welfare", "contact.welfare_help"), f.field("select", "record.security", "contact.security", "", choices(w, "security", "none", "surveillance")...),
			long("security_text", "contact.security_text", ""), long("new_risks", "contact.new_risks", ""), short(f.field("text", "record.next_on", "contact.next_on", "form.day_help")), long("next_contact", "contact.next", "")}},
		{Title: w.T("contact.money"), Note: w.T("contact.money_note"), List: f.list("record.money", true, func(at string) []templates.Field { return moneyFields(f, at) })},
		{Title: w.T("contact.identity"), Folded: true, Fields: []templates.Field{f.field("select", "record.authentication", "contact.authentication", "", choices(w, "authentication", "matched", "mismatched", "none")...),
			f.field("select", "record.account", "contact.account", "", choices(w, "account", "first", "repeated", "changed")...), f.yes("record.duress", "contact.duress", "contact.duress_help"), f.yes("record.attributable", "contact.attributable", ""),
			long("unforeseen_act", "contact.unforeseen_act", "contact.unforeseen_help")}},
		{Title: w.T("contact.interview"), Folded: true, Note: w.T("contact.interview_note"), Fields: []templates.Field{f.yes("record.interview.custody", "contact.custody", "contact.custody_help"),
			f.field("text", "record.interview.registration", "contact.registration", ""), f.field("checks", "record.interview.met", "contact.safeguards_met", "", mendez...), rows(f.field("textarea", "record.interview.unmet", "contact.safeguards_unmet", ""), 2),
			f.field("text", "record.interview.consent_version", "contact.consent", ""), f.yes("record.interview.withdrawn", "contact.withdrawn", "")}},
		{Title: w.T("contact.missed"), Folded: true, Note: w.T("contact.missed_note"), Fields: []templates.Field{f.field("select", "missed.by", "contact.missed_by", "", choices(w, "missed", "source", "officer", "both", "unknown")...),
			short(f.field("text", "missed.when", "table.when", "form.date_help")), rows(f.field("textarea", "missed.text", "contact.missed_text", ""), 2)}},
	}
}

func moneyFields(f *form, at string) []templates.Field {
	w := f.words
	return []templates.Field{f.field("select", at+"kind", "money.kind", "", choices(w, "money_kind", contact.Offer, contact.Payment, contact.Receipt, contact.Benefit)...),
		short(f.field("text", at+"amount", "table.amount", "money.amount_help")), short(f.field("text", at+"currency", "money.currency", "money.currency_help")), f.field("text", at+"for", "money.for", ""),
		f.field("select", at+"terms", "money.terms", "money.terms_help", choices(w, "money_terms", "none", "result", "aid", "status")...), short(f.field("text", at+"receipt", "money.receipt", ""))}
}

// moneyLine is one offer, payment, receipt or benefit.
type moneyLine struct{ Kind, Amount, For, Receipt string }

func moneyLineOf(w *wording.Words, m contact.Money) moneyLine {
	l := moneyLine{Kind: w.T("money_kind." + string(m.Kind)), For: m.For, Receipt: m.Receipt}
	if m.Currency != "" {
		places := contact.Decimals(m.Currency)
		l.Amount = w.Decimal(float64(m.Amount)/math.Pow10(places), places) + "\u00a0" + m.Currency
	}
	return l
}
