package contact

import (
	"strconv"
	"strings"

	"cutout/internal/day"
	"cutout/internal/draft"
	"cutout/internal/fault"
	"cutout/internal/id"
	"cutout/internal/source"
)

type money struct{}

// Prefix names entries of money "pay_…" and "M-…".
func (money) Prefix() (string, string) { return "pay", "M" }

// MoneyID names an entry of money.
type MoneyID = id.Of[money]

// MoneyKind is what passed: every offer counts, also one that was refused.
type MoneyKind string

// The kinds of money.
const (
	Offer   MoneyKind = "offer"
	Payment MoneyKind = "payment"
	Receipt MoneyKind = "receipt"
	Benefit MoneyKind = "benefit"
)

// Money is one offer, payment, receipt or benefit. Amount counts the currency's smallest unit (cents, fils); it is never
// negative and never a fraction.
type Money struct {
	Kind     MoneyKind  `json:"kind"`
	Amount   int64      `json:"amount"`
	Currency string     `json:"currency,omitempty"` // ISO 4217; empty for a benefit in kind
	On       day.Period `json:"on,omitzero"`
	For      string     `json:"for,omitempty"` // reason: expenses, reward, hardship
	Terms    Terms      `json:"terms,omitempty"`
	Signers  []string   `json:"signers,omitempty"` // officer ids
	Receipt  string     `json:"receipt,omitempty"` // id of the receipt or its number
	Note     string     `json:"note,omitempty"`
}

// Terms is what a payment hangs on: none, result, aid, status. Anything but none is refused or reported (G10).
type Terms string

// MoneyDraft is an entry of money as given; Amount is in whole units with the currency's decimals ("120.50").
type MoneyDraft struct {
	Kind     string   `json:"kind" yaml:"kind"`
	Amount   string   `json:"amount" yaml:"amount"`
	Currency string   `json:"currency" yaml:"currency"`
	On       string   `json:"on" yaml:"on"`
	For      string   `json:"for" yaml:"for"`
	Terms    string   `json:"terms" yaml:"terms"`
	Signers  []string `json:"signers" yaml:"signers"`
	Receipt  string   `json:"receipt" yaml:"receipt"`
	Note     string   `json:"note" yaml:"note"`
}

// maxAmount keeps sums of ten thousand entries inside an int64.
const maxAmount = 100_000_000_000_000

// NewMoney reads an entry of money.
func NewMoney(d MoneyDraft, words source.Vocabulary, today day.Day) (Money, fault.Faults) {
	r := draft.New(words)
	r.Need("kind", d.Kind)
	m := Money{Kind: draft.One(r, "kind", d.Kind, Offer, Payment, Receipt, Benefit), Currency: currency(r, d.Currency), On: r.Past("on", d.On, today),
		For: r.Text("for", d.For, draft.NoteLimit), Terms: draft.One(r, "terms", d.Terms, Terms("none"), "result", "aid", "status"),
		Signers: r.Refs("signers", d.Signers, "off"), Receipt: r.Identifier("receipt", d.Receipt), Note: r.Text("note", d.Note, draft.NoteLimit)}
	if d.Amount != "" || m.Kind != Benefit {
		if r.Need("amount", d.Amount) {
			r.Need("currency", d.Currency)
			if m.Currency != "" {
				v, err := ParseAmount(d.Amount, m.Currency)
				if err != nil {
					r.Add("amount", "money.amount", "Currency", m.Currency, "Decimals", strconv.Itoa(Decimals(m.Currency)))
				}
				m.Amount = v
			}
		}
	}
	return m, r.Faults
}

func currency(r *draft.Reading, s string) string {
	s = strings.ToUpper(r.Identifier("currency", s))
	if s != "" && (len(s) != 3 || strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "") {
		r.Add("currency", "money.currency", "Given", s)
		return ""
	}
	return s
}

// Decimals is how many digits of a currency stand after the point (ISO 4217).
func Decimals(currency string) int {
	switch currency {
	case "BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND":
		return 3
	case "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF":
		return 0
	}
	return 2
}

// digits folds Arabic-Indic and Persian digits and the Arabic decimal sign.
var digits = strings.NewReplacer("٠", "0", "١", "1", "٢", "2", "٣", "3", "٤", "4", "٥", "5", "٦", "6", "٧", "7", "٨", "8", "٩", "9",
	"۰", "0", "۱", "1", "۲", "2", "۳", "3", "۴", "4", "۵", "5", "۶", "6", "۷", "7", "۸", "8", "۹", "9", "٫", ".")

// ParseAmount reads a decimal amount into the currency's smallest unit. It takes a point (or the Arabic decimal sign) and
// no thousands separators: "1,000" could be one or a thousand, so it is refused.
func ParseAmount(s, currency string) (int64, error) {
	whole, part, pointed := strings.Cut(digits.Replace(strings.TrimSpace(s)), ".")
	n := Decimals(currency)
	if whole == "" || len(part) > n || (pointed && part == "") || strings.Trim(whole+part, "0123456789") != "" || len(whole) > 15 {
		return 0, strconv.ErrSyntax
	}
	v, err := strconv.ParseInt(whole+part+strings.Repeat("0", n-len(part)), 10, 64)
	if err != nil || v > maxAmount {
		return 0, strconv.ErrRange
	}
	return v, nil
}

// FormatAmount writes an amount with the currency's decimals and western digits.
func FormatAmount(amount int64, currency string) string {
	n := Decimals(currency)
	s := strconv.FormatInt(amount, 10)
	if n == 0 {
		return s
	}
	if len(s) <= n {
		s = strings.Repeat("0", n+1-len(s)) + s
	}
	return s[:len(s)-n] + "." + s[len(s)-n:]
}

// Totals sums entries per currency and kind. It is how much was paid over a life, and must equal the receipts (T8).
func Totals(entries []Money) map[string]map[MoneyKind]int64 {
	out := map[string]map[MoneyKind]int64{}
	for _, m := range entries {
		if m.Currency == "" {
			continue
		}
		if out[m.Currency] == nil {
			out[m.Currency] = map[MoneyKind]int64{}
		}
		out[m.Currency][m.Kind] += m.Amount
	}
	return out
}
