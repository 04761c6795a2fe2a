// Package search is the search: over stories, questions, laws and articles, in Chinese as people ask.
//
// It promises that a question which is a citation (第二十三条, 23条, 反家暴法23) finds that article first, that words people
// use (打老婆, 抢孩子) lead to what the law calls them, also where they are written by their sound (告戒书), that several things
// said together (somebody's child, a school, a blow) lead to what they are about, whatever words they are said with, that
// what is found is said by kind, ranked, with the words that were hit; and that the index follows what is published and the laws without a restart: a new one is built beside the one
// that answers and takes its place when it stands. The index lies on disk and is read where it lies; it can be deleted
// at any time and is made anew, and is made anew only when what it was made from has changed, or when its files are no
// longer what they were.
//
// It refuses an empty question and one that is too long, and keeps no question anywhere.
package search

import (
	"context"

	"pugongying/internal/fault"
	"pugongying/internal/law"
)

// Limits of a question, in characters, and of an answer.
const (
	MaxQuestion = 60
	MaxHits     = 50
)

// Faults of this package.
var (
	ErrEmpty   = fault.New(fault.Invalid, "search.empty", "写几个字再找，例如“保护令”或“反家暴法23条”。")
	ErrTooLong = fault.New(fault.Invalid, "search.too_long", "写短一点，60 个字以内。")
	ErrKind    = fault.New(fault.Invalid, "search.kind_unknown", "只能在故事、题目、法律和法条里找。")
	ErrClosed  = fault.New(fault.Unavailable, "search.closed", "现在不能找，请过一会儿再试。")
)

// Kind is what a document is.
type Kind string

// The kinds, in the order in which equals are shown.
const (
	Explainer Kind = "explainer"
	Law       Kind = "law"
	Article   Kind = "article"
	Question  Kind = "question"
)

// Kinds are all of them.
var Kinds = []Kind{Explainer, Law, Article, Question}

// Topic is the quiz a question can be answered in.
type Topic struct {
	Slug  string `json:"slug"`
	Title string `json:"title"`
}

// Document is one thing that can be found. What it must not give away does not stand in it.
type Document struct {
	Kind   Kind           `json:"kind"`
	Slug   string         `json:"slug,omitempty"`   // of an explainer
	Law    string         `json:"law,omitempty"`    // slug, of a law or an article
	Number string         `json:"number,omitempty"` // of an article, as 23 or 260-1
	Label  string         `json:"label,omitempty"`  // of an article: 反家庭暴力法 第二十三条
	Topic  *Topic         `json:"topic,omitempty"`  // of a question
	Title  string         `json:"title"`            // shown
	Text   string         `json:"text"`             // shown in part
	Names  string         `json:"-"`                // searched as the title is, and not shown
	Cites  []law.Citation `json:"-"`                // what a story stands on
}

// Source gives documents.
type Source interface {
	// Head says what there is now; another one when something changed.
	Head() string
	// Each calls with every document.
	Each(ctx context.Context, each func(Document) error) error
}

// Laws gives the laws that are named now.
type Laws interface{ Register() *law.Register }

// Query is what somebody looks for.
type Query struct {
	Text  string
	Kind  Kind // "" for all
	Limit int
}

// Segment is a piece of text that was asked for, or not.
type Segment struct {
	Text string `json:"text"`
	Hit  bool   `json:"hit"`
}

// Hit is one thing found.
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
}
