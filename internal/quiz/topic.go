package quiz

import (
	"fmt"
	"slices"

	"pugongying/internal/fault"
	"pugongying/internal/slug"
)

// Bounds of a topic.
const (
	maxTitle   = 30
	maxSummary = 120
	maxDraw    = 30
	maxMinutes = 60
	maxMembers = 500
)

// ErrTopic refuses a topic an editor wrote; its fields say what to fix.
var ErrTopic = fault.New(fault.Invalid, "quiz.topic_invalid", "这组题还不能用，请先改好下面几处。")

// Topic is a group of questions a paper is drawn from.
type Topic struct {
	ID        string   `yaml:"-"`    // of the publication
	Slug      string   `yaml:"slug"` // tells an onlooker nothing
	Title     string   `yaml:"title"`
	Summary   string   `yaml:"summary"`
	Draw      int      `yaml:"draw"`    // how many questions a paper has
	Minutes   int      `yaml:"minutes"` // how long it takes, shown before she starts
	Questions []string `yaml:"questions"`
}

// ParseTopic reads one topic from YAML and validates it (its ID is its publication's): ErrTopic with a reason for every
// fault at once. Whether its questions exist is not checked here.
func ParseTopic(body []byte) (*Topic, error) {
	t := &Topic{}
	if err := decode(body, t); err != nil {
		return nil, ErrTopic.Because(err).At(unreadable(err))
	}
	c := &checker{}
	if !slug.Valid(t.Slug) {
		c.refuse("slug", slug.Form)
	}
	c.text("title", "标题", t.Title, maxTitle)
	c.text("summary", "简介", t.Summary, maxSummary)
	if t.Draw < 1 || t.Draw > maxDraw {
		c.refuse("draw", fmt.Sprintf("一次抽题的数量请写 1 到 %d。", maxDraw))
	}
	if t.Minutes < 1 || t.Minutes > maxMinutes {
		c.refuse("minutes", fmt.Sprintf("用时请写 1 到 %d 分钟。", maxMinutes))
	}
	if n := len(t.Questions); n < t.Draw || n > maxMembers {
		c.refuse("questions", "题目不能比一次抽的少。")
	}
	for i, id := range t.Questions {
		if !isName(id) || slices.Contains(t.Questions[:i], id) {
			c.refuse(fmt.Sprintf("questions.%d", i), "题目编号不对，或者重复了。")
		}
	}
	if len(c.found) > 0 {
		return nil, ErrTopic.At(c.found...)
	}
	return t, nil
}
