package exercise

import (
	"bytes"
	"embed"
	"fmt"
	"strings"

	"gopkg.in/yaml.v3"

	"cutout/internal/assessment"
	"cutout/internal/authority"
	"cutout/internal/casework"
	"cutout/internal/contact"
	"cutout/internal/dissemination"
	"cutout/internal/network"
	"cutout/internal/report"
	"cutout/internal/requirement"
	"cutout/internal/source"
)

// storyFiles are the parts of one story. Each file holds some of the lists of story.
//
//go:embed demo/*.yaml
var storyFiles embed.FS

// storyAct is what every act of the story has: its day, counted back from today, who does it, and the name under which
// later acts speak of what it made ("@name"). In texts of drafts, "-3d" and "+20d" are days from the day of the act.
type storyAct struct {
	On  int    `yaml:"day"`
	By  string `yaml:"who"`
	Key string `yaml:"key"`
}

type story struct {
	Unit         storyUnit                    `yaml:"unit"`
	Desks        []storyDesk                  `yaml:"desks"`
	Officers     []storyOfficer               `yaml:"officers"`
	Custody      storyCustody                 `yaml:"custody"`
	Parties      []storyParty                 `yaml:"parties"`
	Sources      []storySource                `yaml:"sources"`
	Form         authority.Draft              `yaml:"authority_form"` // what authorities say unless they say otherwise
	Authorities  []storyAuthority             `yaml:"authorities"`
	Reviews      []storyReview                `yaml:"reviews"`
	Cancels      []storyCancel                `yaml:"cancellations"`
	Requirements []storyRequirement           `yaml:"requirements"`
	Tasks        []storyTask                  `yaml:"tasks"`
	Plans        map[string]contact.PlanDraft `yaml:"plan_forms"` // by type of contact
	Contacts     []storyContact               `yaml:"contacts"`
	Letters      []storyReport                `yaml:"letters"` // reports without a contact, filed by the intake
	Links        []storyLink                  `yaml:"links"`
	Releases     []storyRelease               `yaml:"releases"`
	Products     []storyProduct               `yaml:"products"`
	Notices      []storyNotice                `yaml:"notices"`
	Recalls      []storyRecall                `yaml:"recalls"`
	Confirms     []storyConfirm               `yaml:"confirmations"`
	Answers      []storyAnswer                `yaml:"answers"`
	Assessments  []storyAssessment            `yaml:"assessments"`
	Credits      []storyCredit                `yaml:"credits"`
	Knows        []storyKnows                 `yaml:"knows"`
	Life         []storyLife                  `yaml:"life"`
	Roles        []storyRole                  `yaml:"roles"`
	Uses         []storyUse                   `yaml:"uses"`
	Cases        []storyCase                  `yaml:"cases"`
	Findings     []storyFinding               `yaml:"findings"`
}

// storyCase is a closed case of the casebook, played into a desk of its own by one officer.
type storyCase struct {
	storyAct `yaml:",inline"`
	Desk     string `yaml:"desk"`
	File     string `yaml:"file"`
}

type storyUnit struct {
	Name          string   `yaml:"name"`
	Pack          string   `yaml:"pack"`
	Languages     []string `yaml:"languages"`
	Administrator string   `yaml:"administrator"`
	Opened        int      `yaml:"opened"`
}

type storyDesk struct{ Key, Name string }

type storyOfficer struct {
	casework.OfficerDraft `yaml:",inline"`
	Passphrase            string   `yaml:"passphrase"`
	Desks                 []string `yaml:"desks"`
	What                  string   `yaml:"what"`
}

type storyParty struct {
	storyAct            `yaml:",inline"`
	casework.PartyDraft `yaml:",inline"`
}

// storySource is a source with the officers around him. Others holds pairs of account name and duty.
type storySource struct {
	storyAct             `yaml:",inline"`
	Handler              string      `yaml:"handler"`
	CoHandler            string      `yaml:"co_handler"`
	Controller           string      `yaml:"controller"`
	Authorizer           string      `yaml:"authorizer"`
	Others               [][2]string `yaml:"others"`
	casework.SourceDraft `yaml:",inline"`
}

type storyAuthority struct {
	storyAct        `yaml:",inline"`
	authority.Draft `yaml:",inline"`
}

type storyReview struct {
	storyAct              `yaml:",inline"`
	Of                    string `yaml:"of"`
	authority.ReviewDraft `yaml:",inline"`
}

type storyCancel struct {
	storyAct              `yaml:",inline"`
	Of                    string `yaml:"of"`
	authority.CancelDraft `yaml:",inline"`
}

type storyRequirement struct {
	storyAct                  `yaml:",inline"`
	casework.RequirementDraft `yaml:",inline"`
}

type storyTask struct {
	storyAct              `yaml:",inline"`
	requirement.TaskDraft `yaml:",inline"`
}

// storyContact is a contact and what was reported from it. Planned is how many days before it was planned; zero is
// unplanned. The record's day is the act's unless it says otherwise.
type storyContact struct {
	storyAct            `yaml:",inline"`
	Source              string               `yaml:"source"`
	Type                string               `yaml:"type"`
	Planned             int                  `yaml:"planned"`
	Missed              *contact.MissedDraft `yaml:"missed"`
	contact.RecordDraft `yaml:",inline"`
	Reports             []storyReport `yaml:"reports"`
}

// storyReport is a report; on and by are those of its contact when it has one.
type storyReport struct {
	storyAct     `yaml:",inline"`
	Source       string      `yaml:"source"`
	Desk         string      `yaml:"desk"`
	Title        string      `yaml:"title"`
	Summary      string      `yaml:"summary"`
	Series       string      `yaml:"series"`
	Volume       string      `yaml:"volume"`
	Discipline   string      `yaml:"discipline"`
	Originator   string      `yaml:"originator"`
	SubSource    string      `yaml:"sub_source"`
	Comments     string      `yaml:"comments"`
	Requirements []string    `yaml:"requirements"`
	Items        []storyItem `yaml:"items"`
}

// storyItem is an item with what later became of it.
type storyItem struct {
	Key              string `yaml:"key"`
	report.ItemDraft `yaml:",inline"`
	Outcome          *storyOutcome `yaml:"outcome"`
	Regrade          *storyRegrade `yaml:"regrade"`
}

type storyOutcome struct {
	storyAct `yaml:",inline"`
	Result   string   `yaml:"result"`
	Basis    string   `yaml:"basis"`
	Evidence []string `yaml:"evidence"`
}

type storyRegrade struct {
	storyAct `yaml:",inline"`
	Grade    string `yaml:"grade"`
	Scheme   string `yaml:"scheme"`
	Reason   string `yaml:"reason"`
}

type storyLink struct {
	storyAct    `yaml:",inline"`
	From        string `yaml:"from"`
	To          string `yaml:"to"`
	Contradicts bool   `yaml:"contradicts"`
}

// storyRelease is a release from its writing to its readers' answers. Approve and Send say who does it and how many days
// after the writing; blank leaves it where it stands. Receipts gives days after sending by account name.
type storyRelease struct {
	storyAct              `yaml:",inline"`
	casework.ReleaseDraft `yaml:",inline"`
	Approve               string          `yaml:"approve"`
	Send                  string          `yaml:"send"`
	Receipts              map[string]int  `yaml:"receipts"`
	Feedback              []storyFeedback `yaml:"feedback"`
}

type storyFeedback struct {
	storyAct                    `yaml:",inline"`
	dissemination.FeedbackDraft `yaml:",inline"`
}

type storyProduct struct {
	storyAct              `yaml:",inline"`
	casework.ProductDraft `yaml:",inline"`
}

type storyNotice struct {
	storyAct             `yaml:",inline"`
	casework.NoticeDraft `yaml:",inline"`
}

type storyRecall struct {
	storyAct                  `yaml:",inline"`
	dissemination.RecallDraft `yaml:",inline"`
}

// storyConfirm is a reader's word that he has seen the marks of recalls on a copy ("name.copy") or a product.
type storyConfirm struct {
	storyAct `yaml:",inline"`
	Of       string `yaml:"of"`
}

type storyAnswer struct {
	storyAct                          `yaml:",inline"`
	dissemination.NoticeResponseDraft `yaml:",inline"`
}

type storyAssessment struct {
	storyAct                 `yaml:",inline"`
	casework.AssessmentDraft `yaml:",inline"`
}

type storyCredit struct {
	storyAct               `yaml:",inline"`
	assessment.CreditDraft `yaml:",inline"`
}

type storyKnows struct {
	storyAct           `yaml:",inline"`
	network.KnowsDraft `yaml:",inline"`
}

type storyLife struct {
	storyAct              `yaml:",inline"`
	source.LifeEventDraft `yaml:",inline"`
}

type storyRole struct {
	storyAct         `yaml:",inline"`
	source.RoleDraft `yaml:",inline"`
}

type storyUse struct {
	storyAct               `yaml:",inline"`
	dissemination.UseDraft `yaml:",inline"`
}

// storyFinding is what an officer did about the first finding of a rule that the watch shows him.
type storyFinding struct {
	By     string `yaml:"who"`
	Rule   string `yaml:"rule"`
	Kind   string `yaml:"kind"`
	Reason string `yaml:"reason"`
}

// loadStory reads all parts of the story. Unknown fields are errors: a slip of the pen must not lose an act.
func loadStory() (*story, error) {
	names, err := storyFiles.ReadDir("demo")
	if err != nil {
		return nil, err
	}
	var all story
	for _, n := range names {
		text, err := storyFiles.ReadFile("demo/" + n.Name())
		if err != nil {
			return nil, err
		}
		var part story
		dec := yaml.NewDecoder(bytes.NewReader(text))
		dec.KnownFields(true)
		if err := dec.Decode(&part); err != nil {
			return nil, fmt.Errorf("exercise: %s: %w", n.Name(), err)
		}
		all.take(part)
	}
	return &all, nil
}

// take adds the lists of one file.
func (s *story) take(p story) {
	if p.Unit.Name != "" {
		s.Unit = p.Unit
	}
	if p.Form.Kind != "" {
		s.Form = p.Form
	}
	if len(p.Custody.Approvers.Officers) > 0 {
		s.Custody = p.Custody
	}
	if p.Plans != nil {
		s.Plans = p.Plans
	}
	s.Desks = append(s.Desks, p.Desks...)
	s.Officers = append(s.Officers, p.Officers...)
	s.Parties = append(s.Parties, p.Parties...)
	s.Sources = append(s.Sources, p.Sources...)
	s.Authorities = append(s.Authorities, p.Authorities...)
	s.Reviews = append(s.Reviews, p.Reviews...)
	s.Cancels = append(s.Cancels, p.Cancels...)
	s.Requirements = append(s.Requirements, p.Requirements...)
	s.Tasks = append(s.Tasks, p.Tasks...)
	s.Contacts = append(s.Contacts, p.Contacts...)
	s.Letters = append(s.Letters, p.Letters...)
	s.Links = append(s.Links, p.Links...)
	s.Releases = append(s.Releases, p.Releases...)
	s.Products = append(s.Products, p.Products...)
	s.Notices = append(s.Notices, p.Notices...)
	s.Recalls = append(s.Recalls, p.Recalls...)
	s.Confirms = append(s.Confirms, p.Confirms...)
	s.Answers = append(s.Answers, p.Answers...)
	s.Assessments = append(s.Assessments, p.Assessments...)
	s.Credits = append(s.Credits, p.Credits...)
	s.Knows = append(s.Knows, p.Knows...)
	s.Life = append(s.Life, p.Life...)
	s.Roles = append(s.Roles, p.Roles...)
	s.Uses = append(s.Uses, p.Uses...)
	s.Cases = append(s.Cases, p.Cases...)
	s.Findings = append(s.Findings, p.Findings...)
}

func (s *story) cards() []SignInCard {
	var out []SignInCard
	for _, o := range s.Officers {
		out = append(out, SignInCard{o.Name, o.Passphrase, strings.Join(o.Duties, ", "), o.What})
	}
	return out
}
