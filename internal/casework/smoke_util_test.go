package casework

import (
	"time"

	"cutout/internal/officer"
	"cutout/internal/requirement"
)

type officerT = officer.Officer

var zero time.Time

func requirementDraft(kind, number, text, topic string) requirement.Draft {
	return requirement.Draft{Kind: kind, Number: number, Text: text, Topic: topic}
}
