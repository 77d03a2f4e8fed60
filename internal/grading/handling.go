package grading

import (
	"slices"
	"strings"

	"cutout/internal/fault"
)

// Handling is how an originator lets an item be used, in the codes of a scheme: P or C with action and sanitisation
// codes (3x5x2), 1 to 5 (5x5x5), H0 to H3 (Europol 4x4). The zero Handling is none given.
type Handling struct {
	scheme Scheme
	codes  string // canonical order, joined by "/"
}

// HandlingCode is one code and its wording; Arabic is Unofficial, Verified as in Mark.
type HandlingCode struct {
	Code     string
	Wording  Words
	Verified bool
}

var handlings = map[Scheme][]HandlingCode{
	ThreeByFive: {
		{"P", Words{"Lawful sharing permitted", "التبادل المشروع مسموح به"}, true},
		{"C", Words{"Lawful sharing permitted with conditions", "التبادل المشروع مسموح به بشروط"}, true},
		{"A1", Words{"May be combined or corroborated, but action cannot be taken directly; the originator's permission is needed before action on derived intelligence",
			"يجوز ضمه إلى غيره أو تعضيده به، ولا يجوز التصرف بناءً عليه مباشرة؛ ويلزم إذن الجهة المنشئة قبل التصرف بناءً على ما يُستخلص منه"}, true},
		{"A2", Words{"Covert action may be taken; source, technique and wider effectiveness are protected; not to be used in isolation as evidence, in judicial proceedings or to support arrest",
			"يجوز اتخاذ إجراء غير معلن، مع حماية المصدر والأسلوب وفاعليته عمومًا؛ ولا يُستخدم وحده دليلًا أو في إجراءات قضائية أو سندًا للتوقيف"}, true},
		{"A3", Words{"Overt action permitted as the owner specifies", "الإجراء المعلن مسموح به على النحو الذي يحدده المالك"}, true},
		{"S1", Words{"The originator permits unsupervised sanitisation", "تأذن الجهة المنشئة بالتنقيح دون إشراف"}, true},
		{"S2", Words{"No sanitisation without consultation", "لا تنقيح دون تشاور"}, true},
	},
	FiveByFive: {
		{"1", Words{"UK police and other law enforcement", "الشرطة البريطانية وسائر جهات إنفاذ القانون"}, false},
		{"2", Words{"UK non-prosecuting parties", "جهات بريطانية لا تتولى الملاحقة القضائية"}, false},
		{"3", Words{"Foreign law enforcement", "جهات إنفاذ القانون الأجنبية"}, false},
		{"4", Words{"Originating agency only", "الجهة المنشئة وحدها"}, false},
		{"5", Words{"Conditions as specified", "بالشروط المبيّنة"}, false},
	},
	Europol: {
		{"H0", Words{"Only for preventing and combating crime", "لمنع الجريمة ومكافحتها فقط"}, true},
		{"H1", Words{"Not to be disclosed in judicial proceedings without the provider's permission", "لا يُفشى في إجراءات قضائية دون إذن من قدّمه"}, true},
		{"H2", Words{"Not to be disseminated without the provider's permission", "لا يُوزَّع دون إذن من قدّمه"}, true},
		{"H3", Words{"Other restrictions", "قيود أخرى"}, true},
	},
}

// HandlingCodes lists the codes of the scheme; none for a scheme without handling codes.
func HandlingCodes(s Scheme) []HandlingCode { return slices.Clone(handlings[s]) }

// ParseHandling reads codes of the scheme, in any order and case, parted by blanks, commas or slashes: "P", "C A1 S2",
// "H1/H2". Faults are on field "handling": an unknown code, no leading P or C, more than one of P and C, of the action
// codes or of the sanitisation codes, an action or sanitisation code under P, H0 with another code, or two 5x5x5 codes.
// Empty text is the zero Handling.
func ParseHandling(scheme Scheme, text string) (Handling, error) {
	var f fault.Faults
	all, ok := handlings[scheme]
	if !ok {
		f.Add("handling", "handling.scheme-unknown", "Given", clip(string(scheme)))
		return Handling{}, f.Err()
	}
	given := strings.FieldsFunc(strings.ToUpper(text), func(r rune) bool { return strings.ContainsRune(" \t,/;", r) })
	var codes []string
	list := make([]string, len(all))
	for i, c := range all {
		list[i] = c.Code
		if slices.Contains(given, c.Code) {
			codes = append(codes, c.Code)
		}
	}
	for _, g := range given {
		if !slices.Contains(list, g) {
			f.Add("handling", "handling.unknown", "Given", clip(g), "Scheme", string(scheme), "Codes", strings.Join(list, ", "))
		}
	}
	if len(f) > 0 || len(codes) == 0 {
		return Handling{}, f.Err()
	}
	count := func(prefix string) (n int) {
		for _, c := range codes {
			if strings.HasPrefix(c, prefix) {
				n++
			}
		}
		return n
	}
	switch {
	case scheme == ThreeByFive && count("P")+count("C") != 1:
		f.Add("handling", "handling.lead", "Given", clip(text))
	case scheme == ThreeByFive && count("P") == 1 && len(codes) > 1:
		f.Add("handling", "handling.under-c-only", "Given", clip(text))
	case scheme == ThreeByFive && (count("A") > 1 || count("S") > 1),
		scheme == FiveByFive && len(codes) > 1,
		scheme == Europol && count("H0") == 1 && len(codes) > 1:
		f.Add("handling", "handling.contradictory", "Given", clip(text))
	}
	if err := f.Err(); err != nil {
		return Handling{}, err
	}
	return Handling{scheme, strings.Join(codes, "/")}, nil
}

// Scheme is the scheme of the codes; empty for the zero Handling.
func (h Handling) Scheme() Scheme { return h.scheme }

// Codes are the codes in the scheme's order.
func (h Handling) Codes() []string {
	if h.codes == "" {
		return nil
	}
	return strings.Split(h.codes, "/")
}

// Has reports whether the code was given.
func (h Handling) Has(code string) bool { return slices.Contains(h.Codes(), code) }

// String is the codes joined by slashes: "C/A1/S2".
func (h Handling) String() string { return h.codes }

// MarshalText writes scheme and codes: "3x5x2:C/A1/S2". The zero Handling is the empty text.
func (h Handling) MarshalText() ([]byte, error) {
	if h.codes == "" {
		return []byte{}, nil
	}
	return []byte(string(h.scheme) + ":" + h.codes), nil
}

// UnmarshalText reads what MarshalText wrote.
func (h *Handling) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*h = Handling{}
		return nil
	}
	scheme, codes, _ := strings.Cut(string(b), ":")
	v, err := ParseHandling(Scheme(scheme), codes)
	if err == nil {
		*h = v
	}
	return err
}
