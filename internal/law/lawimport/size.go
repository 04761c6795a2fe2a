package lawimport

import (
	"pugongying/internal/law"
	"strconv"
)

// MaxDocument bounds what is kept of one law in one document, in bytes of BSON. MongoDB takes 16 MiB; the last of them is
// left to the transaction a document is written in.
const MaxDocument = 15 << 20

// What the parts of a BSON document take besides names and texts (bsonspec.org). Every field counts, also where it is
// left out, and a number as an int64: a size counted here is never less than the encoded one.
const (
	elementSize = 2 // its type and the end of its name
	frameSize   = 5 // of a document or an array
	stringSize  = 5 // its length and its end
	numberSize  = 8
	slugsSize   = 4 << 10 // of an id, slugs, days and hashes, and of the names another file or the register has for the law
)

func fieldSize(name string, value int) int { return elementSize + len(name) + value }

func textSize(name, text string) int { return fieldSize(name, stringSize+len(text)) }

// memberSize is what an array's member takes in the place i.
func memberSize(i, value int) int { return elementSize + len(strconv.Itoa(i)) + value }

func textsSize(name string, texts []string) int {
	n := fieldSize(name, frameSize)
	for i, text := range texts {
		n += memberSize(i, stringSize+len(text))
	}
	return n
}

func paragraphSize(p law.Paragraph) int {
	return frameSize + textSize("text", p.Text) + textsSize("items", p.Items)
}

func articleSize(a law.Article) int {
	n := frameSize + fieldSize("article", numberSize) + fieldSize("sub", numberSize) + textSize("sha256", a.SHA256)
	n += fieldSize("paragraphs", frameSize)
	for i, p := range a.Paragraphs {
		n += memberSize(i, paragraphSize(p))
	}
	return n
}

func partSize(p law.Part) int {
	return frameSize + fieldSize("level", numberSize) + textSize("title", p.Title) + fieldSize("first", numberSize)
}

// factSize is of what a fact takes from its text; the rest is slugsSize.
func factSize(f law.Fact) int {
	return slugsSize + textSize("source", f.Source) + textsSize("repeals", f.Repeals) + textsSize("inserted", f.Inserted)
}

func entrySize(e law.Entry) int {
	n := slugsSize + textSize("title", e.Title) + textSize("short", e.Short) + textSize("number", e.Number) + textsSize("aliases", e.Aliases)
	for i, f := range e.Versions {
		n += memberSize(i, factSize(f))
	}
	return n
}

// fits refuses a law that is more than one document holds, with the article from which on it is.
func (l *parsed) fits() error {
	n := l.restSize()
	for i, a := range l.text.Articles {
		if n += memberSize(i, articleSize(a)); n > MaxDocument {
			file, line := l.place(i)
			return &Refusal{File: file, Line: line, Reason: "到" + a.Label() + "，整部法律已经超过 " + strconv.Itoa(MaxDocument>>20) + " MB，数据库的一份文档放不下，没有收进来。"}
		}
	}
	return nil
}

// restSize is what a law's document takes besides its articles.
func (l *parsed) restSize() int {
	t := &l.text
	n := entrySize(law.Entry{Title: t.Title, Short: t.Title, Number: t.Number})
	n += factSize(law.Fact{Source: t.Source, Repeals: t.Repeals, Inserted: inserted(t.Articles)})
	for i, p := range t.Parts {
		n += memberSize(i, partSize(p))
	}
	return n
}

// place is where an article stands: of a joined law, in which of its pieces.
func (l *parsed) place(i int) (file string, line int) {
	for _, piece := range l.pieces {
		if i < len(piece.lines) {
			return piece.file, piece.lines[i]
		}
		i -= len(piece.lines)
	}
	return l.file, l.lines[i]
}

// inserted are the numbers of the articles that are 第X条之一, in order.
func inserted(articles []law.Article) []string {
	var numbers []string
	for _, a := range articles {
		if a.Sub > 0 {
			numbers = append(numbers, a.Number())
		}
	}
	return numbers
}
