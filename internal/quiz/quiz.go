// Package quiz asks residents questions about the law and shows them, after submission, the right answers and the
// provisions they come from.
//
// It promises that the server draws, shuffles and grades; that no answer, score or explanation leaves the server before
// submission (a Paper has no field that could carry one); that an attempt is submitted exactly once under any
// concurrency, because a single compare-and-swap has the whole effect, and that submitting again gives the same result;
// that an attempt names the versions of the questions it drew, so that editing a question never changes a past attempt;
// and that an attempt is counted once, without identity.
//
// Spaced repetition works by concept, not by question. A member's review schedule is computed from the attempts stored
// in her book (the latest 500, the same ones her mistakes book is computed from) on every request. It is never stored,
// so it moves to another member, is locked and is erased together with those attempts. Every attempt in which a concept
// was asked counts once for that concept: as FSRS's Good when all its questions were answered rightly, else as Again. A
// due concept is asked by rotating through its questions: none comes back before all the other live ones were asked. So
// within any ten concepts asked in a row no question of a concept with five or more comes twice, unless that one
// concept was asked six times among them. A concept that went wrong twice in a row leads to the explainer that teaches
// it. Only a request that opened her book draws from it; without her code, papers and results are as if nothing were
// stored.
//
// It refuses to show an attempt to anybody but its owner (an attempt without an owner is shown to anyone who has its
// unguessable id), to trust a client's clock, and to store an attempt for more than a day after its end unless its
// owner turned on the mistakes history.
package quiz

import (
	"errors"
	"time"

	"pugongying/internal/fault"
)

// Faults a resident may be shown.
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

// Lifetimes of an attempt. An answer is accepted until the attempt expires (Lifetime). A submission, which may carry
// answers from a phone that had no network, is accepted until Grace is over as well. An attempt that is not saved to a
// book is removed Afterlife after it expired or, once it was submitted, Afterlife after it was filed.
const (
	Lifetime  = 24 * time.Hour
	Grace     = 30 * time.Minute
	Afterlife = 24 * time.Hour
)

// UntilFiled is the removal time of an attempt from its submission until it is filed. It is so far in the future that
// an attempt which is not counted yet is never removed, and one index on RemoveAt finds both what has to be removed and
// what has to be filed.
var UntilFiled = time.Date(9999, time.January, 1, 0, 0, 0, 0, time.UTC)

// DailyCount is how many questions a daily paper has.
const DailyCount = 5

// dayStart is the first instant of the civil day an instant belongs to.
func dayStart(at time.Time, in *time.Location) time.Time {
	y, m, d := at.In(in).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, in).UTC()
}
