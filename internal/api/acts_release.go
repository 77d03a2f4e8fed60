package api

import (
	"net/http"

	"cutout/internal/casework"
	"cutout/internal/dissemination"
)

func releaseEntries() []entry {
	return []entry{
		lists("/releases", "releases", "Lists the unit's releases, newest first", func(c *call, cursor string, limit int) (p Page[ReleaseLine], err error) {
			s, err := c.desk.Releases(c.ctx, c.officer, cursor, limit)
			for _, r := range s.Releases {
				p.Items = append(p.Items, ReleaseLine{head(c, r.ID, r.Head), r.Value.Title, string(r.Value.State), r.Value.SentOn.Text, s.Recalled[r.ID]})
			}
			p.Next = s.Next
			return p, err
		}),
		makes("/releases", "write-release", "Begins a release", func(c *call, n casework.ReleaseDraft) (Made, error) {
			return made(c.desk.WriteRelease(c.ctx, c.officer, n))
		}),
		looks("/releases/{release}", "release", "Shows a release beside its originals", func(c *call) (ReleasePage, error) {
			p, err := c.desk.Release(c.ctx, c.officer, named[dissemination.ID](c, "release"))
			if err != nil {
				return ReleasePage{}, err
			}
			return c.releasePage(p), nil
		}),
		acts(http.MethodPut, "/releases/{release}", "rewrite-release", "Replaces the text of a release not yet approved", func(c *call, n casework.ReleaseDraft) error {
			return c.desk.RewriteRelease(c.ctx, c.officer, named[dissemination.ID](c, "release"), n)
		}),
		steps(http.MethodPost, "/releases/{release}/approval", "approve-release", "Approves a release for sending", func(c *call) error {
			return c.desk.ApproveRelease(c.ctx, c.officer, named[dissemination.ID](c, "release"))
		}),
		sends(),
		lists("/copies", "copies", "Lists what you were sent, newest first", func(c *call, cursor string, limit int) (p Page[CopyLine], err error) {
			s, err := c.desk.Inbox(c.ctx, c.officer, cursor, limit)
			for _, r := range s.Copies {
				p.Items = append(p.Items, CopyLine{head(c, r.ID, r.Head), r.Value.Title, r.Value.Unit, r.Value.SentOn.Text, s.Recalled[r.ID], s.Acknowledged[r.ID]})
			}
			p.Next = s.Next
			return p, err
		}),
		looks("/copies/{copy}", "copy", "Shows what you were sent", func(c *call) (Copy, error) {
			p, err := c.desk.Copy(c.ctx, c.officer, named[casework.IssuedID](c, "copy"))
			if err != nil {
				return Copy{}, err
			}
			return c.copy(p), nil
		}),
		steps(http.MethodPost, "/copies/{copy}/acknowledgment", "acknowledge", "Says that you have a copy", func(c *call) error {
			return c.desk.Acknowledge(c.ctx, c.officer, named[casework.IssuedID](c, "copy"))
		}),
		acts(http.MethodPost, "/copies/{copy}/feedback", "give-feedback", "Says what a copy was worth", func(c *call, n dissemination.FeedbackDraft) error {
			if err := same[casework.IssuedID](c, "copy", "of", &n.Of); err != nil {
				return err
			}
			return c.desk.Feedback(c.ctx, c.officer, named[casework.IssuedID](c, "copy"), n)
		}),
		lists("/products", "products", "Lists products, newest first", func(c *call, cursor string, limit int) (p Page[ProductLine], err error) {
			s, err := c.desk.Products(c.ctx, c.officer, cursor, limit)
			for _, r := range s.Products {
				p.Items = append(p.Items, ProductLine{head(c, r.ID, r.Head), r.Value.Title, r.Value.On.Text, s.Recalled[r.ID]})
			}
			p.Next = s.Next
			return p, err
		}),
		makes("/products", "write-product", "Registers an assessment that cites releases, reports or products", func(c *call, n casework.ProductDraft) (Made, error) {
			return made(c.desk.WriteProduct(c.ctx, c.officer, n))
		}),
		looks("/products/{product}", "product", "Shows a product", func(c *call) (Product, error) {
			p, err := c.desk.Product(c.ctx, c.officer, named[dissemination.ProductID](c, "product"))
			if err != nil {
				return Product{}, err
			}
			return c.product(p), nil
		}),
	}
}

// sends is the one step that answers with what it made.
func sends() entry {
	e := looks("/releases/{release}/sending", "send-release", "Makes the readers' copy and gives it to its readers", func(c *call) (Made, error) {
		return made(c.desk.SendRelease(c.ctx, c.officer, named[dissemination.ID](c, "release")))
	})
	e.Method, e.created = http.MethodPost, true
	return e
}

func noticeEntries() []entry {
	return []entry{
		lists("/notices", "notices", "Lists notices, newest first", func(c *call, cursor string, limit int) (p Page[NoticeLine], err error) {
			s, err := c.desk.Notices(c.ctx, c.officer, cursor, limit)
			for _, n := range s.Notices {
				p.Items = append(p.Items, c.noticeLine(n))
			}
			p.Next = s.Next
			return p, err
		}),
		makes("/notices", "issue-notice", "Issues a notice", func(c *call, n casework.NoticeDraft) (Made, error) {
			return made(c.desk.IssueNotice(c.ctx, c.officer, n))
		}),
		looks("/notices/{notice}", "notice", "Shows a notice, whom it reached and who has not answered", func(c *call) (Notice, error) {
			p, err := c.desk.Notice(c.ctx, c.officer, named[dissemination.NoticeID](c, "notice"))
			if err != nil {
				return Notice{}, err
			}
			return c.notice(p), nil
		}),
		acts(http.MethodPost, "/notices/{notice}/responses", "answer-notice", "Answers a notice", func(c *call, n dissemination.NoticeResponseDraft) error {
			if err := same[dissemination.NoticeID](c, "notice", "of", &n.Of); err != nil {
				return err
			}
			return c.desk.AnswerNotice(c.ctx, c.officer, n)
		}),
		acts(http.MethodPost, "/notices/{notice}/related", "relate-notice", "Adds records a notice relates to", func(c *call, n Records) error {
			return c.desk.RelateNotice(c.ctx, c.officer, named[dissemination.NoticeID](c, "notice"), n.Records...)
		}),
		makes("/recalls", "recall", "Takes reports back and tells every reader", func(c *call, n dissemination.RecallDraft) (Made, error) {
			return made(c.desk.Recall(c.ctx, c.officer, n))
		}),
		steps(http.MethodPost, "/recalls/{recall}/acknowledgment", "confirm-recall", "Says that you have seen a recall", func(c *call) error {
			return c.desk.ConfirmRecall(c.ctx, c.officer, named[casework.RecallID](c, "recall"))
		}),
	}
}
