package grading

// Estimate is one term of a yardstick: words for a likelihood and the percentages they cover, ends included.
type Estimate struct {
	Words     []Words // terms of one meaning; the first is of the yardstick's first row
	Low, High int
	Verified  bool // false where the bounds stand from memory (doctrine 3.7)
}

// Yardstick is one published scale of probability words. The same word covers other percentages on another yardstick.
type Yardstick struct {
	ID        string
	Name      Words
	Estimates []Estimate // from least to most likely
}

// ICD203 is the scale of US Intelligence Community Directive 203. Neighbors share their bound; 0 and 100 have no term.
// The two English terms of each estimate are two rows that a product should not mix without saying so.
func ICD203() Yardstick {
	return Yardstick{"icd-203", Words{"ICD 203", "التوجيه ICD 203"}, []Estimate{
		{[]Words{{"almost no chance", "لا احتمال يُذكر"}, {"remote", "احتمال بعيد"}}, 1, 5, true},
		{[]Words{{"very unlikely", "مستبعد جدًا"}, {"highly improbable", "غير محتمل إلى حد بعيد"}}, 5, 20, true},
		{[]Words{{"unlikely", "مستبعد"}, {"improbable", "غير محتمل"}}, 20, 45, true},
		{[]Words{{"roughly even chance", "احتمال متكافئ تقريبًا"}, {"roughly even odds", "احتمالات متساوية تقريبًا"}}, 45, 55, true},
		{[]Words{{"likely", "مرجح"}, {"probable", "محتمل"}}, 55, 80, true},
		{[]Words{{"very likely", "مرجح جدًا"}, {"highly probable", "محتمل إلى حد بعيد"}}, 80, 95, true},
		{[]Words{{"almost certain", "شبه مؤكد"}, {"nearly certain", "شبه يقيني"}}, 95, 99, true},
	}}
}

// PHIA is the UK yardstick of the Professional Head of Intelligence Assessment. Its gaps are deliberate: 22 % has no
// term. The bounds above "realistic possibility" stand from memory.
func PHIA() Yardstick {
	return Yardstick{"phia", Words{"UK PHIA yardstick", "مقياس PHIA البريطاني"}, []Estimate{
		{[]Words{{"remote chance", "احتمال بعيد"}}, 0, 5, true},
		{[]Words{{"highly unlikely", "مستبعد جدًا"}}, 10, 20, true},
		{[]Words{{"unlikely", "مستبعد"}}, 25, 35, true},
		{[]Words{{"realistic possibility", "احتمال واقعي"}}, 40, 50, true},
		{[]Words{{"likely", "مرجح"}, {"probable", "محتمل"}}, 55, 75, false},
		{[]Words{{"highly likely", "مرجح جدًا"}}, 80, 90, false},
		{[]Words{{"almost certain", "شبه مؤكد"}}, 95, 100, false},
	}}
}

// At lists the estimates that cover the percentage: none in a gap, two on a bound that neighbors share.
func (y Yardstick) At(percent float64) []Estimate {
	var out []Estimate
	for _, e := range y.Estimates {
		if percent >= float64(e.Low) && percent <= float64(e.High) {
			out = append(out, e)
		}
	}
	return out
}

// ConfidenceLevel is one level of analytical confidence. STIX is its value on the STIX 2.1 None/Low/Med/High scale.
type ConfidenceLevel struct {
	Code  string
	Words Words
	STIX  int
}

// ConfidenceLevels are low, moderate and high (doctrine 3.7, from memory for the UK rating).
func ConfidenceLevels() []ConfidenceLevel {
	return []ConfidenceLevel{
		{"low", Words{"low confidence", "ثقة منخفضة"}, 15},
		{"moderate", Words{"moderate confidence", "ثقة متوسطة"}, 50},
		{"high", Words{"high confidence", "ثقة عالية"}, 85},
	}
}
