package console

import (
	"strings"

	"pugongying/internal/booking"
)

// What a resident chose, as colleagues read it.
var (
	visitModes  = map[booking.Mode]string{booking.InPerson: "当面", booking.ByPhone: "电话", booking.ByVideo: "视频"}
	visitStates = map[booking.State]string{booking.Confirmed: "约好了", booking.Done: "谈过了", booking.NoShow: "没来", booking.Cancelled: "取消了"}
	visitFor    = map[booking.For]string{booking.ForSelf: "为自己", booking.ForChild: "为孩子", booking.ForOther: "为她帮的人"}
	visitAges   = map[string]string{"under8": "不满 8 岁", "8-13": "8—13 岁", "14-17": "14—17 岁"}
	visitAlone  = map[string]string{"yes": "孩子愿意单独谈", "with": "孩子想有人陪", "unasked": "还没问孩子愿不愿意单独谈"}
	visitBefore = map[string]string{"no": "以前没谈过", "yes": "以前谈过", "skip": "以前谈没谈过，不想说"}
	visitWhens  = map[string]string{"morning": "上午", "noon": "中午", "afternoon": "下午", "evening": "晚上"}
	visitAs     = map[string]string{"centre": "活动中心", "community": "小区通知"}
	visitOther  = map[string]string{"wrong_number": "说打错了", "call_back": "请他转告回电"}
	visitTexts  = map[string]string{"none": "不要发", "neutral": "只发一句平常话"}
)

// facts are what she wrote, without what she left out.
func (v *visitPages) facts(p booking.Private) []VisitFact {
	whom := strings.Join(filled(visitFor[p.For], visitAges[p.Age]), "，")
	facts := []VisitFact{
		{"为谁", whom}, {"想谈", strings.Join(v.Wording.TopicNames(p), "、")}, {"想先说的", p.Text},
		{"单独谈", visitAlone[p.Alone]}, {"以前", visitBefore[p.Before]},
	}
	switch {
	case p.Waived != nil:
		facts = append(facts, VisitFact{"监护人", "没有问监护人：" + p.Waived.Reason})
	case p.Consent:
		facts = append(facts, VisitFact{"监护人", "父母或别的监护人同意记下和孩子有关的事"})
	}
	return answered(facts)
}

// reach is how she may be reached. Who did not say so is not called.
func reach(c booking.Contact) []VisitFact {
	if !c.Call {
		return []VisitFact{{"打电话", "不要打给她。到时候她自己来。"}}
	}
	var when []string
	for _, w := range booking.Whens {
		for _, chosen := range c.When {
			if chosen == w {
				when = append(when, visitWhens[w])
			}
		}
	}
	as := visitAs[c.As]
	if c.As == "own" {
		as = c.AsText
	}
	return answered([]VisitFact{
		{"打哪个号码", c.Number}, {"什么时候打", strings.Join(when, "、")}, {"我们说是", as}, {"别人接了", visitOther[c.Answered]}, {"短信", visitTexts[c.Message]},
	})
}

func answered(all []VisitFact) (some []VisitFact) {
	for _, f := range all {
		if f.Words != "" {
			some = append(some, f)
		}
	}
	return some
}

func filled(all ...string) (some []string) {
	for _, s := range all {
		if s != "" {
			some = append(some, s)
		}
	}
	return some
}
