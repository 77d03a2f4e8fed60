// Package answers reads what a case file expects of the watch, for tests only: no player, rule or page may import it.
// It never reads a record of the case.
package answers

import (
	"fmt"
	"io"

	"gopkg.in/yaml.v3"

	"cutout/internal/day"
	"cutout/internal/exercise/casefile"
)

// Expectation is one flag a case should raise. AsOf is the period by whose end it must be raised; Watch is the rule's id,
// empty when no rule can raise it (WhyNot says why); Triggers are ids of the file, one of which a finding must name.
type Expectation struct {
	ID, Flag, Watch, WhyNot, Rule, Historically string
	AsOf                                        day.Period
	Triggers                                    []string
}

// Parse reads the expectations of a case file; a file without any gives none. The error names file and line or id.
func Parse(name string, in io.Reader) ([]Expectation, error) {
	text, err := io.ReadAll(io.LimitReader(in, casefile.MaxBytes+1))
	if err != nil {
		return nil, err
	}
	if len(text) > casefile.MaxBytes {
		return nil, fmt.Errorf("%s: larger than a case file may be", name)
	}
	var file struct {
		Expected []struct {
			ID           string   `yaml:"id"`
			AsOf         string   `yaml:"as_of"`
			Flag         string   `yaml:"flag"`
			Watch        string   `yaml:"watch"`
			WhyNot       string   `yaml:"why_not"`
			Rule         string   `yaml:"rule"`
			Triggers     []string `yaml:"triggers"`
			Historically string   `yaml:"historically"`
		} `yaml:"expected"`
	}
	if err := yaml.Unmarshal(text, &file); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	all := make([]Expectation, 0, len(file.Expected))
	for _, e := range file.Expected {
		asOf, err := day.ParsePeriod(e.AsOf)
		switch {
		case err != nil || asOf.IsZero():
			return nil, fmt.Errorf("%s: %s: as_of %q is no date", name, e.ID, e.AsOf)
		case e.ID == "" || len(e.Triggers) == 0:
			return nil, fmt.Errorf("%s: %q: an expectation needs an id and triggers", name, e.ID)
		case e.Watch == "" && e.WhyNot == "":
			return nil, fmt.Errorf("%s: %s: no rule is named, and why_not does not say why", name, e.ID)
		}
		all = append(all, Expectation{ID: e.ID, Flag: e.Flag, Watch: e.Watch, WhyNot: e.WhyNot, Rule: e.Rule,
			Historically: e.Historically, AsOf: asOf, Triggers: e.Triggers})
	}
	return all, nil
}
