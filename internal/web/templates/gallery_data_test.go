package templates

import (
	"time"

	"cutout/internal/day"
	"cutout/internal/fault"
	"cutout/internal/wording"
)

// gallery is invented: nobody in it exists.
type gallery struct {
	Sub, WatchSub       string
	Acts, WatchActs     []Act
	Facts               []Fact
	Tabs                []Tab
	At                  time.Time
	Chart               LineChart
	Seal                Seal
	Bars                []Bar
	Findings            []Finding
	Items               []galleryItem
	Pager               Pager
	Tree                TreeNode
	Original, Release   string
	Log                 []galleryEntry
	Faults              fault.Faults
	Fields              []Field
	ItemText, ItemGrade Field
	NewText, NewGrade   Field
	Empty, EmptySearch  Empty
}

type galleryItem struct {
	Ref, Text, Grade, Outcome string
	Filed                     day.Day
	Paid                      int64
}

type galleryEntry struct {
	No   int
	At   time.Time
	Text string
	Chip Chip
}

func galleryPage(lang, theme string) Page {
	w := wording.For(lang)
	at := time.Date(2026, 11, 22, 9, 14, 0, 0, time.UTC)
	s := func(en, ar string) string {
		if w.Lang() == "ar" {
			return ar
		}
		return en
	}
	tab := func(id string, n int) Tab {
		return Tab{Name: w.T("source." + id), Href: "#" + id, Count: n, Current: id == "overview"}
	}
	scale := []Option{{Value: "A", Word: s("reliable", "موثوق")}, {Value: "B", Word: s("usually reliable", "موثوق عادةً")}, {Value: "C", Word: s("fairly reliable", "موثوق إلى حد ما")},
		{Value: "1", Word: s("confirmed", "مؤكد")}, {Value: "2", Word: s("probably true", "صحيح على الأرجح")}, {Value: "3", Word: s("possibly true", "ربما كان صحيحًا")}}
	bad := fault.Faults{{Field: "place", Code: "needed"}, {Field: "contact", Code: "reference.malformed", Params: map[string]string{"Given": "C-02x1"}}, {Field: "items.0.text", Code: "text.long", Params: map[string]string{"Given": "5210", "Limit": "4000"}}}
	g := gallery{
		At:        at,
		Sub:       s("Port worker, registered 14 Jan 2025 · handler OSPREY desk, controller North · compartment of its own", "عامل ميناء، قُيّد في ١٤ يناير ٢٠٢٥ · المشغّل مكتب الشمال · حجرة خاصة به"),
		WatchSub:  w.N("watch.need_you", 7, "Duties", s("controller and handler", "مراقبًا ومشغّلًا")),
		Acts:      []Act{{Href: "#", Word: w.T("do.plan_contact"), Quiet: true}, {Href: "#", Word: w.T("do.file_report"), Key: "new"}},
		WatchActs: []Act{{Href: "#", Word: w.T("do.file_report"), Key: "new"}},
		Facts: []Fact{
			{Name: w.T("source.authority"), Value: w.T("state.in_force"), Note: s("written, to 13 Jan 2027, review 1 Dec", "كتابي، حتى ١٣ يناير ٢٠٢٧، المراجعة ١ ديسمبر"), Clock: &Clock{Used: 312, Whole: 365, Label: w.T("clock.label", "Used", w.N("count.days", 312), "Whole", w.N("count.days", 365))}},
			{Name: w.T("source.grade"), Grade: "C", Value: s("fairly reliable", "موثوق إلى حد ما"), Note: s("was B until 3 Jun 2026", "كان B حتى ٣ يونيو ٢٠٢٦")},
			{Name: w.T("source.reliability"), Value: w.Decimal(0.58, 2), Note: w.T("chart.interval_of", "Share", w.Percent(0.9), "Low", w.Decimal(0.45, 2), "High", w.Decimal(0.71, 2)) + s(", ", "، ") + w.N("count.reports", 41)},
			{Name: w.T("source.last_contact"), Value: w.N("date.days_ago", 9), Note: s("next planned 28 Nov, welfare in order", "المقبل في ٢٨ نوفمبر، والرعاية على ما يرام")},
		},
		Tabs: []Tab{tab("overview", -1), tab("access", -1), tab("contacts", 23), tab("reports", 41), tab("authority", -1), tab("roles", -1), tab("money", -1), tab("network", -1), tab("validation", -1), tab("log", -1)},
		Chart: LineChart{Name: w.T("chart.reliability"), Share: 0.9, ChangeAfter: 4, Change: s("May 2026", "مايو ٢٠٢٦"), Points: []LinePoint{
			{w.Day(day.Date(2025, 3, 1)), "C", 0.62, 0.44, 0.80}, {w.Day(day.Date(2025, 6, 1)), "C", 0.66, 0.52, 0.80}, {w.Day(day.Date(2025, 9, 1)), "B", 0.74, 0.63, 0.85},
			{w.Day(day.Date(2025, 12, 1)), "B", 0.79, 0.70, 0.88}, {w.Day(day.Date(2026, 3, 1)), "B", 0.81, 0.73, 0.89}, {w.Day(day.Date(2026, 6, 1)), "C", 0.63, 0.51, 0.74}, {w.Day(day.Date(2026, 9, 1)), "C", 0.58, 0.45, 0.71}}},
		Seal: Seal{OpensTo: s("the handler and the controller, or two of five approvers together", "المشغّل والمراقب، أو لاثنين معًا من ٥ موافقين"), Yours: false},
		Bars: []Bar{{s("Saw or did it", "شهده أو فعله"), 8, 9}, {s("Saw papers", "رأى أوراقًا"), 3, 4}, {s("Hearsay", "سماع"), 1, 4}},
		Findings: []Finding{
			{"life", w.T("severity.life"), w.T("date.today_at", "Time", w.Clock(at.Add(9*time.Hour))), s("A report names KESTREL as a possible informant", "تقرير يلمّح إلى أن KESTREL مخبر محتمل"),
				s("Item 2 of R-0412 says dockside staff suspect “someone at the weighbridge”. KESTREL is the only source there. A duty-to-protect decision needs a named officer.", "يقول البند ٢ من R-0412 إن العاملين على الرصيف يشكّون في «شخص عند الميزان». KESTREL هو المصدر الوحيد هناك. يلزم قرار حماية باسم ضابط محدد."),
				[]Chip{{"#", "R-0412", s("item 2", "البند ٢")}, {"#", "KESTREL", s("weighbridge access", "وصول إلى الميزان")}, {"#", "T17", s("duty of care", "واجب الرعاية")}}, &Act{Href: "#", Word: w.T("do.decide"), Quiet: true}},
			{"legal", w.T("severity.legal"), w.N("date.ends_in", 3), s("Authority for HERON ends before the next planned contact", "ينتهي تفويض HERON قبل اللقاء المقبل"),
				s("The 12-month authority ends 25 Nov. A meeting is planned on 28 Nov. Without renewal or cancellation the contact will be refused.", "ينتهي التفويض ومدته ١٢ شهرًا في ٢٥ نوفمبر، واللقاء مخطط في ٢٨ نوفمبر. سيُرفض اللقاء دون تجديد أو إلغاء."),
				[]Chip{{"#", "A-0088", s("written, 12 months", "كتابي")}, {"#", "C-0231", s("planned 28 Nov", "مخطط")}}, &Act{Href: "#", Word: w.T("do.review"), Quiet: true}},
			{"integrity", w.T("severity.integrity"), w.N("date.open_for", 2), s("Two supports of one claim share an origin", "سندان لقول واحد يرجعان إلى أصل واحد"),
				s("R-0398 and R-0405 both go back to the broker MAGPIE. The claim rests on one source, not two; two releases say “multiple sources”.", "يعود R-0398 وR-0405 كلاهما إلى الوسيط MAGPIE. القول قائم على مصدر واحد لا مصدرين."),
				[]Chip{{"#", "R-0398", s("items 1, 3", "البندان ١ و٣")}, {"#", "R-0405", s("item 1", "البند ١")}}, &Act{Href: "#", Word: w.T("do.look"), Quiet: true}},
			{"quality", w.T("severity.quality"), w.N("date.open_for", 7), s("Nobody covers EEI 3.2, night movements at gate 4", "لا أحد يغطي EEI 3.2: الحركة الليلية عند البوابة ٤"),
				s("One source had access until March. Two candidates state access and are not yet assessed.", "كان لمصدر واحد وصول حتى مارس. مرشحان يذكران وصولًا ولم يُقيَّما بعد."),
				[]Chip{{"#", "EEI 3.2", s("priority 1", "أولوية ١")}}, &Act{Href: "#", Word: w.T("do.task"), Quiet: true}},
		},
		Items: []galleryItem{
			{"R-0412", "Two containers left gate 4 unweighed", "C3", w.T("state.open"), day.Date(2026, 11, 20), 0},
			{"R-0405", "الوسيط يدفع لكاتب النوبة الليلية", "C4", w.T("state.open"), day.Date(2026, 11, 2), 12500},
			{"R-0371", "Shipment due 14 Sep", "B2", w.T("state.true"), day.Date(2026, 9, 1), 125000},
		},
		Pager: Pager{Next: "#", Shown: w.N("count.items", 41)},
		Tree: TreeNode{"claim", s("gate 4", "البوابة ٤"), s("leaves unweighed", "خروج بلا وزن"), []TreeNode{
			{"shared", "MAGPIE", s("one broker", "وسيط واحد"), []TreeNode{{"report", "R-0398", s("items 1, 3", "البندان ١ و٣"), nil}, {"report", "R-0405", s("item 1", "البند ١"), nil}}},
			{"origin", "KESTREL", s("saw it", "شهده"), []TreeNode{{"report", "R-0412", s("item 2", "البند ٢"), nil}}}}},
		Original: s("On 20 November at about 23:40 the clerk at the weighbridge waved two containers through.\nHe was alone on shift.", "في ٢٠ نوفمبر قرابة الساعة ٢٣:٤٠ أجاز كاتب الميزان حاويتين دون وزن.\nكان وحده في النوبة."),
		Release:  s("In the second half of November containers left the port without being weighed.", "خرجت في النصف الثاني من نوفمبر حاويات من الميناء دون وزن."),
		Log: []galleryEntry{
			{1041, at, s("read the overview", "اطّلع على النظرة العامة"), Chip{Ref: "O-0007"}},
			{1040, at.Add(-time.Hour), s("refused: open the seal", "مرفوض: فتح الختم"), Chip{Ref: "O-0012"}}},
		Faults: bad,
		Fields: []Field{
			{Kind: "text", Name: "contact", Label: w.T("table.reference"), Value: "C-02x1", Dir: "ltr", Short: true, Required: true, Faults: bad[1:2]},
			{Kind: "text", Name: "when", Label: w.T("table.when"), Value: "2026-11-20", Dir: "ltr", Short: true, Help: w.T("form.date_help")},
			{Kind: "text", Name: "place", Label: w.T("table.place"), Required: true, Help: w.T("form.search_vocabulary"), Faults: bad[:1]},
			{Kind: "select", Name: "kind", Label: w.T("table.kind"), Value: "m", Options: []Option{{Value: "m", Word: s("meeting", "لقاء")}, {Value: "l", Word: s("letter", "رسالة")}}},
			{Kind: "radio", Name: "basis", Label: w.T("table.basis"), Value: "d", Options: []Option{{"d", s("saw it himself", "شهده بنفسه"), s("the source was there", "كان المصدر حاضرًا")}, {"h", s("was told", "قيل له"), ""}}},
			{Kind: "checks", Name: "readers", Label: w.T("table.readers"), Values: []string{"n"}, Options: []Option{{"n", s("Unit North", "وحدة الشمال"), ""}, {"s", s("Unit South", "وحدة الجنوب"), ""}}},
			{Kind: "suggest", Name: "topic", Label: w.T("table.about"), Help: w.T("form.search_vocabulary"), Options: []Option{{Value: "port", Word: s("port", "ميناء")}}},
		},
		ItemText:    Field{Kind: "textarea", Name: "items.0.text", Label: w.T("table.item"), Value: "Two containers left gate 4 unweighed.\nوسُمح لهما بالمرور.", Faults: bad[2:], Required: true},
		ItemGrade:   Field{Kind: "grade", Name: "items.0.grade", Label: w.T("table.grade"), Value: "C3", Help: w.T("form.grade_help"), Options: scale},
		NewText:     Field{Kind: "textarea", Name: "items.__N__.text", Label: w.T("table.item"), Required: true},
		NewGrade:    Field{Kind: "grade", Name: "items.__N__.grade", Label: w.T("table.grade"), Help: w.T("form.grade_help"), Options: scale},
		Empty:       Empty{Name: "sources", Act: &Act{Href: "#", Word: w.T("do.propose_candidate")}},
		EmptySearch: Empty{Name: "search", Query: "weighbridge"},
	}
	return Page{Lang: lang, Theme: theme, Tone: "red", Label: s("SECRET · KESTREL · REL TO UNIT NORTH", "سري · KESTREL · لوحدة الشمال"), Title: "KESTREL", Section: "sources",
		Rail:    Rail(map[string]int{"watch": 7, "sources": 31, "candidates": 4, "requirements": 12, "contacts": 3, "reports": 214, "releases": 58, "documents": 19}),
		Officer: "n.haddad", Duties: s("controller, handler", "مراقب ومشغّل"), Path: "/sources/x", Now: at, Body: g}
}
