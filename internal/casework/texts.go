package casework

import (
	"strings"

	"cutout/internal/assessment"
	"cutout/internal/dissemination"
	"cutout/internal/network"
	"cutout/internal/report"
	"cutout/internal/requirement"
	"cutout/internal/store"
)

// textOf gives the title and the words of a record that search may find: the same words that were indexed.
func textOf(r store.Record) (hitText, error) {
	join := func(title string, texts []string) hitText {
		return hitText{title, strings.TrimSpace(strings.Join(texts, "\n"))}
	}
	switch r.Kind {
	case kindReport:
		v, err := decoded[report.ID, report.Report](r)
		return join(v.Value.Title, reportTexts(v.Value)), err
	case kindRelease:
		v, err := decoded[dissemination.ID, releaseFile](r)
		return join(v.Value.Title, releaseTexts(v.Value.Release)), err
	case kindIssued:
		v, err := decoded[IssuedID, Issued](r)
		return join(v.Value.Title, issuedTexts(v.Value)), err
	case kindProduct:
		v, err := decoded[dissemination.ProductID, dissemination.Product](r)
		return join(v.Value.Title, []string{v.Value.Title, v.Value.Text, v.Value.Topic}), err
	case kindRequirement:
		v, err := decoded[requirement.ID, requirement.Requirement](r)
		q := v.Value
		return join(q.Number, append([]string{q.Number, q.Text, q.Topic, q.Area}, q.Indicators...)), err
	case kindNotice:
		v, err := decoded[dissemination.NoticeID, dissemination.Notice](r)
		return join(string(v.Value.Kind), []string{v.Value.Text, v.Value.KindText}), err
	case kindParty:
		v, err := decoded[network.ID, network.Party](r)
		return join(v.Value.Name, append([]string{v.Value.Name}, v.Value.NameVariants...)), err
	case kindAssessment:
		v, err := decoded[assessment.ID, assessment.Assessment](r)
		return join("", []string{v.Value.View}), err
	}
	return hitText{}, nil
}
