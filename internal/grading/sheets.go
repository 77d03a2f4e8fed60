package grading

// sheets holds the official wordings. English is the scheme's; Arabic is ours (see Unofficial).
var sheets = map[Scheme]sheet{
	Admiralty: {
		name: Words{"Admiralty code (NATO wording)", "رموز الأميرالية (صياغة حلف شمال الأطلسي)"},
		source: []Mark{ // doctrine 3.1, read in the public machine tag of the scale
			{"A", Words{"Completely reliable", "موثوق تمامًا"}, Favourable, true},
			{"B", Words{"Usually reliable", "موثوق عادةً"}, Favourable, true},
			{"C", Words{"Fairly reliable", "موثوق إلى حد ما"}, Between, true},
			{"D", Words{"Not usually reliable", "غير موثوق عادةً"}, Doubtful, true},
			{"E", Words{"Unreliable", "غير موثوق"}, Doubtful, true},
			{"F", Words{"Reliability cannot be judged", "يتعذر الحكم على الموثوقية"}, Unknown, true},
		},
		content: []Mark{
			{"1", Words{"Confirmed by other sources", "أكدته مصادر أخرى"}, Favourable, true},
			{"2", Words{"Probably true", "صحيح على الأرجح"}, Favourable, true},
			{"3", Words{"Possibly true", "ربما كان صحيحًا"}, Between, true},
			{"4", Words{"Doubtful", "مشكوك فيه"}, Doubtful, true},
			{"5", Words{"Improbable", "بعيد الاحتمال"}, Doubtful, true},
			{"6", Words{"Truth cannot be judged", "يتعذر الحكم على صحته"}, Unknown, true},
		},
	},
	FieldManual: {
		name: Words{"Admiralty code (FM 2-22.3 wording)", "رموز الأميرالية (صياغة الدليل الميداني FM 2-22.3)"},
		source: []Mark{
			{"A", Words{"Reliable: no doubt of authenticity, trustworthiness, or competency; history of complete reliability",
				"موثوق: لا شك في أصالته أو أمانته أو كفاءته، وسجله موثوق كله"}, Favourable, true},
			{"B", Words{"Usually reliable: minor doubt about authenticity, trustworthiness, or competency; history of valid information most of the time",
				"موثوق عادةً: شك يسير في أصالته أو أمانته أو كفاءته، وسجله معلومات صحيحة في معظم الأحيان"}, Favourable, false},
			{"C", Words{"Fairly reliable: doubt of authenticity, trustworthiness, or competency but has provided valid information in the past",
				"موثوق إلى حد ما: شك في أصالته أو أمانته أو كفاءته، غير أنه قدم معلومات صحيحة فيما مضى"}, Between, false},
			{"D", Words{"Not usually reliable: significant doubt about authenticity, trustworthiness, or competency but has provided valid information in the past",
				"غير موثوق عادةً: شك كبير في أصالته أو أمانته أو كفاءته، غير أنه قدم معلومات صحيحة فيما مضى"}, Doubtful, false},
			{"E", Words{"Unreliable: lacking in authenticity, trustworthiness, and competency; history of invalid information",
				"غير موثوق: يفتقر إلى الأصالة والأمانة والكفاءة، وسجله معلومات غير صحيحة"}, Doubtful, true},
			{"F", Words{"Cannot be judged: no basis exists",
				"يتعذر الحكم: لا يوجد أساس"}, Unknown, true},
		},
		content: []Mark{
			{"1", Words{"Confirmed by other independent sources; logical in itself; consistent with other information",
				"أكدته مصادر أخرى مستقلة، منطقي في ذاته، متسق مع معلومات أخرى"}, Favourable, true},
			{"2", Words{"Probably true: not confirmed; logical in itself; consistent with other information",
				"صحيح على الأرجح: غير مؤكد، منطقي في ذاته، متسق مع معلومات أخرى"}, Favourable, true},
			{"3", Words{"Possibly true: not confirmed; reasonably logical in itself; agrees with some other information",
				"ربما كان صحيحًا: غير مؤكد، منطقي إلى حد معقول، يتفق مع بعض المعلومات الأخرى"}, Between, true},
			{"4", Words{"Doubtfully true: not confirmed; possible but not logical; no other information",
				"مشكوك في صحته: غير مؤكد، ممكن ولكنه غير منطقي، ولا معلومات أخرى"}, Doubtful, true},
			{"5", Words{"Improbable: not confirmed; not logical in itself; contradicted by other information",
				"بعيد الاحتمال: غير مؤكد، غير منطقي في ذاته، تناقضه معلومات أخرى"}, Doubtful, true},
			{"6", Words{"Cannot be judged: no basis exists",
				"يتعذر الحكم: لا يوجد أساس"}, Unknown, true},
		},
	},
	ThreeByFive: {
		name: Words{"UK 3x5x2", "المخطط البريطاني 3x5x2"},
		source: []Mark{ // doctrine 3.2; one critic prints 3 as "Unreliable", the scheme says "Not reliable"
			{"1", Words{"Reliable", "موثوق"}, Favourable, true},
			{"2", Words{"Untested", "لم يُختبر"}, Unknown, true},
			{"3", Words{"Not reliable", "ليس موثوقًا"}, Doubtful, true},
		},
		content: []Mark{
			{"A", Words{"Known directly to the source", "يعلمه المصدر علمًا مباشرًا"}, Favourable, true},
			{"B", Words{"Known indirectly to the source but corroborated", "يعلمه المصدر علمًا غير مباشر، وله ما يعضده"}, Favourable, true},
			{"C", Words{"Known indirectly to the source", "يعلمه المصدر علمًا غير مباشر"}, Between, true},
			{"D", Words{"Not known", "غير معلوم"}, Unknown, true},
			{"E", Words{"Suspected to be false", "يُشتبه في أنه غير صحيح"}, Doubtful, true},
		},
	},
	FiveByFive: { // doctrine 3.3: the whole wording is from memory
		name: Words{"UK 5x5x5 (historic)", "المخطط البريطاني 5x5x5 (سجلات قديمة)"},
		source: []Mark{
			{"A", Words{"Always reliable", "موثوق دائمًا"}, Favourable, false},
			{"B", Words{"Mostly reliable", "موثوق في الغالب"}, Favourable, false},
			{"C", Words{"Sometimes reliable", "موثوق أحيانًا"}, Between, false},
			{"D", Words{"Unreliable", "غير موثوق"}, Doubtful, false},
			{"E", Words{"Untested", "لم يُختبر"}, Unknown, false},
		},
		content: []Mark{
			{"1", Words{"Known to be true without reservation", "معلوم أنه صحيح بلا تحفظ"}, Favourable, false},
			{"2", Words{"Known personally to the source but not to the reporter", "يعلمه المصدر بنفسه ولا يعلمه كاتب التقرير"}, Favourable, false},
			{"3", Words{"Not known personally to the source but corroborated", "لا يعلمه المصدر بنفسه، وله ما يعضده"}, Favourable, false},
			{"4", Words{"Cannot be judged", "يتعذر الحكم عليه"}, Unknown, false},
			{"5", Words{"Suspected to be false", "يُشتبه في أنه غير صحيح"}, Doubtful, false},
		},
	},
	Europol: {
		name: Words{"Europol 4x4", "مخطط يوروبول 4x4"},
		source: []Mark{
			{"A", Words{"No doubt as to authenticity, trustworthiness and competence, or proved reliable in all instances",
				"لا شك في أصالته وأمانته وكفاءته، أو ثبتت موثوقيته في جميع الحالات"}, Favourable, true},
			{"B", Words{"In most instances proved reliable", "ثبتت موثوقيته في معظم الحالات"}, Favourable, true},
			{"C", Words{"In most instances proved unreliable", "ثبت عدم موثوقيته في معظم الحالات"}, Doubtful, true},
			{"X", Words{"Cannot be assessed", "يتعذر تقييمه"}, Unknown, true},
		},
		content: []Mark{
			{"1", Words{"Accuracy not in doubt", "لا شك في دقته"}, Favourable, true},
			{"2", Words{"Known personally to the source but not to the official passing it on",
				"يعلمه المصدر بنفسه ولا يعلمه الموظف الذي ينقله"}, Favourable, true},
			{"3", Words{"Not known personally to the source but corroborated by other recorded information",
				"لا يعلمه المصدر بنفسه، وتعضده معلومات أخرى مسجلة"}, Favourable, true},
			// 4 stands on the unconfirmed side: it says what is lacking, not that the item is false.
			{"4", Words{"Not known personally to the source and cannot be corroborated",
				"لا يعلمه المصدر بنفسه، ويتعذر وجود ما يعضده"}, Doubtful, false},
		},
	},
	Prose: {
		name: Words{"In words", "بالكلمات"},
		source: []Mark{
			{"favourable", Words{"Spoken of favorably at the time", "ذُكر بخير في حينه"}, Favourable, true},
			{"doubtful", Words{"Doubted at the time", "كان موضع شك في حينه"}, Doubtful, true},
			{"unknown", Words{"Not judged at the time", "لم يُحكم عليه في حينه"}, Unknown, true},
		},
		content: []Mark{
			{"confirmed", Words{"Held to be confirmed at the time", "عُدّ مؤكدًا في حينه"}, Favourable, true},
			// Unconfirmed says that nobody had checked: it is no opinion that the item is false.
			{"unconfirmed", Words{"Not confirmed at the time", "لم يكن مؤكدًا في حينه"}, Unknown, true},
			{"doubtful", Words{"Doubted at the time", "كان موضع شك في حينه"}, Doubtful, true},
		},
	},
}
