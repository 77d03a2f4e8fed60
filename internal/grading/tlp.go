package grading

import (
	"strings"

	"cutout/internal/fault"
)

// TLP is a label of the Traffic Light Protocol 2.0, spelled exactly as FIRST spells it: capitals, no space, never
// translated. It says how far a recipient may pass something on; it is not a classification. The zero TLP is no label.
type TLP string

// The labels of TLP 2.0 (authoritative from August 2022). AMBER+STRICT is a restriction of AMBER.
const (
	Red         TLP = "TLP:RED"
	AmberStrict TLP = "TLP:AMBER+STRICT"
	Amber       TLP = "TLP:AMBER"
	Green       TLP = "TLP:GREEN"
	Clear       TLP = "TLP:CLEAR"
)

// TLPExtension is the id of the STIX extension definition that carries TLP 2.0.
const TLPExtension = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d"

// tlps is from strictest to freest. The ids are those of the OASIS common objects; some public projects ship other last
// digits, so they are tested against doctrine 3.5 and never typed again.
var tlps = []struct {
	label TLP
	stix  string
	words Words
}{
	{Red, "e828b379-4e03-4974-9ac4-e53a884c97c1", Words{"For the eyes and ears of individual recipients only, no further disclosure",
		"لأعين المتلقين المعيّنين بأشخاصهم وآذانهم فقط، ولا إفشاء بعد ذلك"}},
	{AmberStrict, "939a9414-2ddd-4d32-a0cd-375ea402b003", Words{"Limited disclosure: on a need-to-know basis within the recipient's organization only",
		"إفشاء محدود: لمن يحتاج إلى العلم داخل منظمة المتلقي وحدها"}},
	{Amber, "55d920b0-5e8b-4f79-9ee9-91f868d9b421", Words{"Limited disclosure: on a need-to-know basis within the recipient's organization and its clients",
		"إفشاء محدود: لمن يحتاج إلى العلم داخل منظمة المتلقي وعملائها"}},
	{Green, "bab4a63c-aed9-4cf5-a766-dfca5abac2bb", Words{"Limited disclosure: within the recipient's community, not through public channels",
		"إفشاء محدود: داخل مجتمع المتلقي، لا عبر القنوات العامة"}},
	{Clear, "94868c89-83c2-464b-929b-a1a8aa3c8487", Words{"No limit on disclosure", "لا حدّ للإفشاء"}},
}

// TLPs lists the labels from strictest to freest.
func TLPs() []TLP { return []TLP{Red, AmberStrict, Amber, Green, Clear} }

// ParseTLP reads a label in any case. TLP:WHITE of version 1.0 reads as TLP:CLEAR. Spaces, translations and labels
// without the prefix are refused. Empty text is no label.
func ParseTLP(s string) (TLP, error) {
	switch up := TLP(strings.ToUpper(s)); up {
	case "", Red, AmberStrict, Amber, Green, Clear:
		return up, nil
	case "TLP:WHITE":
		return Clear, nil
	}
	var f fault.Faults
	f.Add("tlp", "tlp.unknown", "Given", clip(s))
	return "", f.Err()
}

// Wording says what the label asks of the recipient; the label itself is never translated.
func (t TLP) Wording() Words {
	for _, x := range tlps {
		if x.label == t {
			return x.words
		}
	}
	return Words{}
}

// STIX is the id of the label's STIX 2.1 marking definition; empty for no label.
func (t TLP) STIX() string {
	for _, x := range tlps {
		if x.label == t {
			return "marking-definition--" + x.stix
		}
	}
	return ""
}

// TLPFromSTIX is the label of a marking definition's id.
func TLPFromSTIX(id string) (TLP, bool) {
	for _, x := range tlps {
		if "marking-definition--"+x.stix == id {
			return x.label, true
		}
	}
	return "", false
}

// Strictest is the label of something made from parts with the given labels; parts without a label do not loosen it.
func Strictest(labels ...TLP) TLP {
	for _, x := range tlps {
		for _, l := range labels {
			if l == x.label {
				return l
			}
		}
	}
	return ""
}

// MarshalText writes the label.
func (t TLP) MarshalText() ([]byte, error) { return []byte(t), nil }

// UnmarshalText reads what ParseTLP reads.
func (t *TLP) UnmarshalText(b []byte) error {
	v, err := ParseTLP(string(b))
	if err == nil {
		*t = v
	}
	return err
}
