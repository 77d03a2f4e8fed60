package casefile

import "strings"

// words are the closed vocabularies of schema 2, by the name used in the `code` tags of the record types.
var words = map[string][]string{
	"register":                  list("authorities reviews contact-plans particulars payments consents acknowledgements roles access-log"),
	"organisation.kind":         list("own-service liaison-service partner customer verifier oversight employer introducer opponent criminal-group"),
	"source.category":           list("ADVISOR DIPLOMATIC AGENT ACCESS COURIER CUTOUT ATTACHE NGO DETAINEE REFUGEE LOCAL PATROL SPECREC TRAVELLER WITNESS VICTIM WALKIN ANON UNDERCOVER LIAISON DEFECTOR EXPERT DOCUMENT SUBJECT"),
	"source.identity":           list("known claimed unknown collective"),
	"source.contact":            list("direct observed relayed none"),
	"source.access":             list("direct indirect mixed none"),
	"source.verified":           list("verified unverified contradicted"),
	"source.proof":              list("none recorded"),
	"source.conduct":            list("none oral written"),
	"lifecycle.kind":            list("approach opened identified contact reviewed post closed barred withdrawn recanted lost exposed released ended insider-confirmed other"),
	"role":                      list("handler controller authorising-officer recruiter cutout courier access-agent support"),
	"contact.type":              list("approach meeting debriefing interview brush-pass dead-drop letter parcel radio telephone signal broadcast medical social liaison-meeting review-meeting tip-off"),
	"contact.side":              list("opponent"),
	"contact.authentication":    list("matched mismatched none"),
	"contact.security":          list("surveillance none"),
	"contact.account":           list("first repeated changed"),
	"safeguard":                 list("recorded not-recorded"),
	"access.action":             list("search open"),
	"access.target":             list("self tradecraft source case other"),
	"loss.link":                 list("source witness other"),
	"report.volume":             list("one several many"),
	"report.enclosure":          list("object document"),
	"claim.basis":               list("direct participant sub-source hearsay document inference unknown"),
	"claim.outcome":             list("true false partly unknown"),
	"claim.importance":          list("low high"),
	"claim.discriminator":       list("met not-met absent"),
	"grade.prose.source":        list("favourable doubtful unknown"),
	"grade.prose.content":       list("confirmed unconfirmed doubtful"),
	"dissemination.confidence":  list("low moderate high"),
	"dissemination.disposition": list("kept not-kept destroyed"),
	"warning.kind":              list("fabrication-notice recantation recall doubt suspected-control compromise security contradiction dissent similarity allegation complaint adverse-review finding judgment criticism threat-to-life press-disclosure publication-hold estimate procedure"),
	"warning.response":          list("none noted partial followed overruled unknown"),
}

func list(s string) []string { return strings.Fields(s) }
