package counselling

import "fmt"

// Sentence is what closes the time, as staff read it; "" where it is open.
func (v Verdict) Sentence(c Counsellor) string {
	switch v.Rule {
	case RuleNotice:
		return fmt.Sprintf("离现在太近：最少提前%s约。工作人员替来电的人约，可以不管这一条。", InWords(c.Plan.Notice))
	case RuleHorizon:
		return fmt.Sprintf("还没放出来：只放到 %d 天以后。", c.Plan.Horizon)
	case RuleOff:
		return "有一条例外：" + v.Except.Words() + "。"
	case RuleUnchecked:
		if v.Holiday == "" {
			return "这一年的放假通知还没导入，待核，先不放出来。"
		}
		return fmt.Sprintf("可能是%s放假或者调休，这一年的放假通知还没导入，待核，先不放出来。", v.Holiday)
	case RuleHoliday:
		return v.Holiday + "放假。要来的话，加一条“另外来”的例外。"
	case RuleBreak:
		return "休息 " + v.Span.String() + "（前后要空的时间也不占休息）。"
	}
	return sentences[v.Rule]
}

// sentences are those that need no more than the rule.
var sentences = map[Rule]string{
	RuleSuspended: "这位老师停着，没有时间放出来。", RuleRegion: "这位老师不接这个地区的预约。",
	RuleTopic: "这位老师不谈这一类。", RuleLength: "这位老师一次谈的时间没有这么长。", RulePast: "这个时间已经过去了。",
	RuleNoDay: "平时这一天不来。", RuleHours: "不在平时来的时间里。", RuleMode: "这段时间不这样谈。",
	RuleRoom: "房间那天关门，或者没有选房间，不能当面谈。", RuleRoomRegion: "房间不在这个地区。",
	RuleGrid: "这个时间不是一次的开头：前后两次之间要空出时间。",
}

// Words say an exception as staff read it.
func (e Exception) Words() string {
	if e.Kind == Open {
		return "那天另外来"
	}
	if e.whole() {
		return e.Reason.Word() + "，全天"
	}
	return e.Reason.Word() + " " + e.Span.String()
}

// InWords says a length of time as people do.
func InWords(m Minute) string {
	switch {
	case m >= 2*24*60 && m%(24*60) == 0 || m == 24*60:
		return fmt.Sprintf(" %d 天", m/(24*60))
	case m >= 60 && m%60 == 0:
		return fmt.Sprintf(" %d 小时", m/60)
	}
	return fmt.Sprintf(" %d 分钟", m)
}

// Word is what a rule does to an appointment that was made, as staff read it.
func (r Rule) Word() string {
	if word := ruleWords[r]; word != "" {
		return word
	}
	return "时间改了"
}

var ruleWords = map[Rule]string{
	RuleSuspended: "老师停着", RuleRegion: "老师不去这个地区了", RuleOff: "老师那天不来", RuleUnchecked: "那天可能放假，待核", RuleHoliday: "那天放假",
	RuleBreak: "改成休息了", RuleMode: "不这样谈了", RuleRoom: "房间用不了", RuleRoomRegion: "房间不在那里", RuleNoDay: "那一天不来了", RuleHours: "那个时间不来了",
}
