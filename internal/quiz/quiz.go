// Package quiz asks residents questions about the law and tells them, afterwards, what is right and where it stands.
//
// It promises that the server draws, shuffles and grades; that no answer, score or explanation leaves before submission
// (a Paper has no field that could carry one); that an attempt is submitted once under any concurrency, by one
// compare-and-swap that is the whole effect, and that asking again gives the same result; that an attempt names the
// versions of the questions it drew, so that an edit never changes the past; and that a sitting is counted once, without
// identity.
//
// What was learned comes back by concept, not by question. A schedule is folded from the sittings a member keeps (the
// latest 500, the same her mistakes book is made of) whenever it is asked for and is stored nowhere, so that it moves, is
// locked and is erased with them: every sitting in which a concept was asked counts once for it, all right as FSRS's Good,
// else as its Again. What is due is asked by a question other than the last ones: a concept's questions take turns, none
// comes back before all the others that are live were asked. So within any ten concepts asked in a row no question of a
// concept with five or more comes twice, unless that one concept was asked six times among them. A concept that
// went wrong twice in a row leads to the explainer that teaches it. Only a request that opened her book draws from it;
// without her code papers and results are as if she kept nothing.
//
// It refuses to show an attempt to anybody but its owner (an attempt of nobody's is shown to whoever holds its
// unguessable id), to believe a client's clock, and to keep an attempt beyond a day after its end unless its owner turned
// keeping on.
package quiz

import (
	"errors"
	"time"

	"pugongying/internal/fault"
)

// Faults a resident may be told of.
var (
	ErrTopicUnknown    = fault.New(fault.NotFound, "quiz.topic_unknown", "没有找到这组题。")
	ErrNothingDue      = fault.New(fault.NotFound, "quiz.nothing_due", "现在没有要复习的题。学过的会过些天再来找你。")
	ErrNoQuestions     = fault.New(fault.NotFound, "quiz.no_questions", "这里暂时没有题目，过些天再来看看。")
	ErrAttemptUnknown  = fault.New(fault.NotFound, "quiz.attempt_unknown", "没有找到这次答题，可能已经过期了。")
	ErrQuestionUnknown = fault.New(fault.NotFound, "quiz.question_unknown", "这次答题里没有这道题。")
	ErrSubmitted       = fault.New(fault.Conflict, "quiz.submitted", "这次答题已经交卷了，答案不能再改。")
	ErrExpired         = fault.New(fault.Conflict, "quiz.expired", "这次答题放得太久，已经过期了。没关系，重新开始一次就好。")
	ErrNotFinished     = fault.New(fault.Conflict, "quiz.not_finished", "先交卷，再放进错题本。")
	ErrNotSaved        = fault.New(fault.Conflict, "quiz.not_kept", "错题本没有打开，所以没有保存。")
	ErrAnswer          = fault.New(fault.Invalid, "quiz.answer_invalid", "选项不对，请重新选。")
)

// errNoChange ends an update that has nothing left to write; it never leaves the package.
var errNoChange = errors.New("quiz: nothing to change")

// How long things live. An answer may arrive until the attempt expires; a submission, which may carry answers from a
// phone that had no network, until the grace is over as well. What is not kept goes Afterlife after it expired or, once
// it was submitted, after it was filed.
const (
	Lifetime  = 24 * time.Hour
	Grace     = 30 * time.Minute
	Afterlife = 24 * time.Hour
)

// UntilFiled stands where an attempt's end would, from its submission until it is filed: what is not counted yet never
// goes, and one index finds what has to go and what has to be filed.
var UntilFiled = time.Date(9999, time.January, 1, 0, 0, 0, 0, time.UTC)

// DailyCount is how many questions a daily paper has.
const DailyCount = 5

// dayStart is the first instant of the civil day an instant belongs to.
func dayStart(at time.Time, in *time.Location) time.Time {
	y, m, d := at.In(in).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, in).UTC()
}
