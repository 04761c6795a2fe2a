package lawimport

import (
	"strconv"

	"pugongying/internal/law"
)

// MaxDocument bounds the stored document of one law, in bytes of BSON. MongoDB accepts 16 MiB; the last MiB is left for
// the transaction in which the document is written.
const MaxDocument = 15 << 20

// Sizes of the elements of a BSON document besides names and texts (bsonspec.org). Every field is counted even if it is
// omitted, and every number as an int64, so the computed size is never less than the encoded one.
const (
	elementSize = 2 // type byte and the end of the name
	frameSize   = 5 // overhead of a document or an array
	stringSize  = 5 // length and terminator
	numberSize  = 8
	slugsSize   = 4 << 10 // an id, slugs, days and hashes, and the names that another file or the register has for the law
)

func fieldSize(name string, value int) int { return elementSize + len(name) + value }

func textSize(name, text string) int { return fieldSize(name, stringSize+len(text)) }

// memberSize is the size of an array's element at index i.
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

// factSize is the size of what a fact takes from its text; the rest is in slugsSize.
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

// fits refuses a law that is larger than one document may be and names the article at which the limit is exceeded.
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

// restSize is the size of a law's document without its articles.
func (l *parsed) restSize() int {
	t := &l.text
	n := entrySize(law.Entry{Title: t.Title, Short: t.Title, Number: t.Number})
	n += factSize(law.Fact{Source: t.Source, Repeals: t.Repeals, Inserted: inserted(t.Articles)})
	for i, p := range t.Parts {
		n += memberSize(i, partSize(p))
	}
	return n
}

// place returns the file and the line of an article; in a joined law, those of its part.
func (l *parsed) place(i int) (file string, line int) {
	for _, piece := range l.pieces {
		if i < len(piece.lines) {
			return piece.file, piece.lines[i]
		}
		i -= len(piece.lines)
	}
	return l.file, l.lines[i]
}

// inserted returns the numbers of the inserted articles (第X条之一), in order.
func inserted(articles []law.Article) []string {
	var numbers []string
	for _, a := range articles {
		if a.Sub > 0 {
			numbers = append(numbers, a.Number())
		}
	}
	return numbers
}
