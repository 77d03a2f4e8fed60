package textindex

import (
	"strings"
	"testing"
)

const (
	englishReport = `The source said that on the evening of 12 March two boats left the old harbor with nine men and a covered load. The guard at the
gate, who is a cousin of the owner, was paid 400 dollars to look away until the morning. The source heard this from the driver of the truck and
has not seen the boats himself. He believes that the same group had used the fishing village east of the town twice in February. `
	arabicReport = `ذكر المصدر أنّ قاربين غادرا الميناء القديم مساء ١٢ مارس وعلى متنهما تسعة رجال وحمولة مغطاة. وقد دُفع للحارس عند البوابة، وهو ابن عم
صاحب القارب، مبلغ ٤٠٠ دولار ليغضّ الطرف حتى الصباح. سمع المصدر ذلك من سائق الشاحنة ولم يرَ القاربين بنفسه. ويعتقد أن المجموعة نفسها
استخدمت قرية الصيادين شرق المدينة مرتين في شهر فبراير. `
)

func BenchmarkNormalizeEnglish(b *testing.B) { benchNormalize(b, englishReport) }
func BenchmarkNormalizeArabic(b *testing.B)  { benchNormalize(b, arabicReport) }

// Every é is two runes here: the slow road of the scanner.
func BenchmarkNormalizeDecomposed(b *testing.B) {
	benchNormalize(b, strings.ReplaceAll(englishReport, "e", "e\u0301"))
}

func benchNormalize(b *testing.B, text string) {
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		Normalize(text)
	}
}

func BenchmarkIndexerEnglish(b *testing.B) { benchIndexer(b, englishReport) }
func BenchmarkIndexerArabic(b *testing.B)  { benchIndexer(b, arabicReport) }

func benchIndexer(b *testing.B, text string) {
	var x Indexer
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		x.Terms(text)
	}
}

// BenchmarkIndexTermsEnglish has no remembered stems.
func BenchmarkIndexTermsEnglish(b *testing.B) {
	b.SetBytes(int64(len(englishReport)))
	b.ReportAllocs()
	for b.Loop() {
		IndexTerms(englishReport)
	}
}

func BenchmarkParseQuery(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		ParseQuery(`متى غادر القارب الميناء "سائق الشاحنة" boats`, All)
	}
}

func BenchmarkScoreEnglish(b *testing.B) {
	benchScore(b, englishReport, "boats from the fishing village")
}
func BenchmarkScoreArabic(b *testing.B) {
	benchScore(b, arabicReport, "قوارب قرية الصيادين")
}

func benchScore(b *testing.B, text, query string) {
	q := mustParse(b, query, Any)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		q.Score(text)
	}
}

func BenchmarkSnippetPage(b *testing.B) {
	text := strings.Repeat(arabicReport+englishReport, 8)
	q := mustParse(b, "الصيادين harbor", Any)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		Snippet(text, q, 200)
	}
}

func BenchmarkMakeSketch(b *testing.B) {
	b.SetBytes(int64(len(englishReport)))
	b.ReportAllocs()
	for b.Loop() {
		MakeSketch(englishReport)
	}
}
