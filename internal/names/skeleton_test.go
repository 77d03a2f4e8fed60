package names

import (
	"testing"

	"pgregory.net/rapid"
)

func TestSpellingsOfOneNameShareASkeleton(t *testing.T) {
	for _, same := range [][]string{
		{"Muhammad", "Mohammed", "Mohamed", "محمد", "مُحَمَّد"}, {"Khalid", "Khaled", "خالد"}, {"Hussein", "Husayn", "حسين"}, {"Fatima", "Fatimah", "فاطمة"},
		{"Shukri", "Choukri", "شكري"}, {"Qasim", "Kassem", "قاسم"}, {"Jamal", "Gamal", "جمال"}, {"Youssef", "Yusuf", "يوسف"}, {"Ahmad", "Ahmed", "أحمد", "احمد"},
		{"Abd", "عبد"}, {"Müller", "Muller"}, {"García", "Garcia"}, {"O'Brien", "OBrien"}, {"Иванов", "иванов"},
	} {
		for _, s := range same[1:] {
			if Skeleton(s) != Skeleton(same[0]) {
				t.Errorf("%s %q, %s %q", same[0], Skeleton(same[0]), s, Skeleton(s))
			}
		}
	}
	for _, other := range [][2]string{{"Khalid", "Walid"}, {"Ahmad", "Hamid"}, {"Samir", "Karim"}, {"Fatima", "Amina"}} {
		if Skeleton(other[0]) == Skeleton(other[1]) {
			t.Errorf("%s and %s are one: %q", other[0], other[1], Skeleton(other[0]))
		}
	}
}

func TestSkeletonDoublesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		part := rapid.StringOf(rapid.SampledFrom([]rune("abdghklmnrstuوىمحدبلكشخ -'"))).Draw(t, "part")
		s := []rune(Skeleton(part))
		for i := 1; i < len(s); i++ {
			if s[i] == s[i-1] {
				t.Fatalf("%q becomes %q", part, string(s))
			}
		}
		if again := Skeleton(part + "̈"); again != string(s) && part != "" {
			t.Fatalf("a vowel sign makes %q of %q", again, string(s))
		}
	})
}
