// Package search finds stories, questions, laws and articles, in Chinese as people type it.
//
// It promises:
//   - a question that is a citation (第二十三条, 23条, 反家暴法23) finds that article first;
//   - colloquial words (打老婆, 抢孩子) lead to what the law calls them, also when they are spelt by their sound (告戒书);
//   - what somebody types who is in danger is recognised, whether or not there is an index (Index.Distress);
//   - several things said together (somebody's child, a school, a blow) lead to the situation they describe;
//   - results are ranked, counted by kind, and show which words matched;
//   - the index follows publications and laws without a restart. It is built in the background, from what changed alone
//     where most of it is unchanged, and the index before it answers until the new one is complete. Where there is none
//     yet, or it turned out to be damaged, searches get ErrPreparing until it is rebuilt;
//   - memory is bounded: the index is read from disk, and it is built in batches.
//
// The index is derived: its folder can be deleted at any time. It refuses an empty question, cuts one that is too long, and
// stores no question anywhere.
package search

import (
	"context"

	"pugongying/internal/fault"
	"pugongying/internal/law"
)

// Limits of a question, in characters, and of an answer. Of a longer question its beginning and its end are looked for: people
// tell first and ask last.
const (
	MaxQuestion = 60
	MaxHits     = 50
)

// Faults of this package.
var (
	ErrEmpty     = fault.New(fault.Invalid, "search.empty", "写几个字再找，例如“保护令”或“反家暴法23条”。")
	ErrKind      = fault.New(fault.Invalid, "search.kind_unknown", "只能在故事、题目、法律和法条里找。")
	ErrClosed    = fault.New(fault.Unavailable, "search.closed", "现在不能找，请过一会儿再试。")
	ErrPreparing = fault.New(fault.Unavailable, "search.preparing", "正在整理，过一会儿再搜。")
)

// Kind is what a document is.
type Kind string

// The kinds, in the order in which equally relevant documents are shown.
const (
	Explainer Kind = "explainer"
	Law       Kind = "law"
	Article   Kind = "article"
	Question  Kind = "question"
)

// Kinds are all of them.
var Kinds = []Kind{Explainer, Law, Article, Question}

// Topic is the quiz a question belongs to.
type Topic struct {
	Slug  string `json:"slug"`
	Title string `json:"title"`
}

// Document is one thing that can be found. It holds nothing that a result must not reveal.
type Document struct {
	Kind   Kind           `json:"kind"`
	Slug   string         `json:"slug,omitempty"`   // of an explainer
	Law    string         `json:"law,omitempty"`    // slug, of a law or an article
	Number string         `json:"number,omitempty"` // of an article, as 23 or 260-1
	Label  string         `json:"label,omitempty"`  // of an article: 反家庭暴力法 第二十三条
	Topic  *Topic         `json:"topic,omitempty"`  // of a question
	Title  string         `json:"title"`            // shown
	Text   string         `json:"text"`             // shown in part
	Names  string         `json:"-"`                // searched like the title, and not shown
	Cites  []law.Citation `json:"-"`                // provisions a story cites
}

// Group is the unit of an update: documents that change together, such as the articles of one law.
type Group struct {
	Key        string // unique in its source
	Generation string // changes with any document of the group
	Documents  func(ctx context.Context, each func(Document) error) error
}

// Source gives documents.
type Source interface {
	// Generation changes whenever anything in the source does. It is asked every few seconds and must be cheap.
	Generation() string
	// Groups lists what there is, in the order in which equally relevant documents are shown.
	Groups() ([]Group, error)
}

// Laws gives the current names of laws.
type Laws interface{ Register() *law.Register }

// Query is what somebody looks for.
type Query struct {
	Text  string
	Kind  Kind // "" for all
	Limit int
}

// Segment is a piece of text that matched the question, or did not.
type Segment struct {
	Text string `json:"text"`
	Hit  bool   `json:"hit"`
}

// Hit is one document found.
type Hit struct {
	Document
	Title   []Segment
	Excerpt []Segment
}

// Result is what was found, the best first.
type Result struct {
	Hits  []Hit
	Total int          // of the kind asked for
	Kinds map[Kind]int // how many of each kind, whichever was asked for
	Note  string       // what took the place of the law or the article asked for, one sentence
}
