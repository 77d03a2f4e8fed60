package casework

import (
	"testing"

	"cutout/internal/grading"
)

// TestGradeClasses: only marks that speak of others who bear it out are a confirmation, in every scheme.
func TestGradeClasses(t *testing.T) {
	for _, c := range []struct{ grade, source, content string }{
		{"admiralty:B1", "favorable", "confirmed"}, {"admiralty:B2", "favorable", "probable"}, {"admiralty:C3", "fair", "possible"}, {"admiralty:F6", "unjudged", "unconfirmed"},
		{"fm-2-22.3:A2", "favorable", "probable"},
		{"3x5x2:1A", "favorable", "probable"}, {"3x5x2:1B", "favorable", "confirmed"}, {"3x5x2:2C", "unjudged", "possible"}, {"3x5x2:3E", "doubtful", "doubtful"},
		{"5x5x5:B2", "favorable", "probable"}, {"5x5x5:B3", "favorable", "confirmed"}, {"4x4:A2", "favorable", "probable"}, {"4x4:A3", "favorable", "confirmed"},
	} {
		var g grading.Grade
		if err := g.UnmarshalText([]byte(c.grade)); err != nil {
			t.Fatal(err)
		}
		if source, content := gradeClasses(g); source != c.source || content != c.content {
			t.Errorf("%s is %s and %s, want %s and %s", c.grade, source, content, c.source, c.content)
		}
	}
}
