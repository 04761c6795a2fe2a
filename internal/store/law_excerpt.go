package store

import (
	"errors"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/x/bsonx/bsoncore"

	"pugongying/internal/law"
)

var errBadVersion = errors.New("store: a version of a law whose articles are no list")

// excerptOf walks over the articles of a version by their lengths and decodes the one asked for.
func excerptOf(version bson.Raw, article, sub int) (law.Excerpt, error) {
	body := version.Lookup("articles").Value
	if length, _, ok := bsoncore.ReadLength(body); !ok || int(length) != len(body) || len(body) < 5 {
		return law.Excerpt{}, errBadVersion
	}
	var before bsoncore.Document
	place := 0
	for body = body[4 : len(body)-1]; len(body) > 0; place++ {
		element, after, ok := bsoncore.ReadElement(body)
		if !ok {
			return law.Excerpt{}, errBadVersion
		}
		one, isDocument := element.Value().DocumentOK()
		if !isDocument {
			return law.Excerpt{}, errBadVersion
		}
		if a, s := numberOf(one); a == article && s == sub {
			return excerptAt(version, place, before, one, after)
		}
		before, body = one, after
	}
	return law.Excerpt{}, law.ErrNoArticle
}

// excerptAt decodes an article between its neighbours.
func excerptAt(version bson.Raw, place int, before, one bsoncore.Document, after []byte) (law.Excerpt, error) {
	a, err := decode[law.Article](bson.Raw(one))
	if err != nil {
		return law.Excerpt{}, err
	}
	var parts []law.Part
	if err := version.Lookup("parts").Unmarshal(&parts); err != nil {
		return law.Excerpt{}, err
	}
	x := law.Excerpt{Article: *a, Headings: law.HeadingsAt(parts, place)}
	if before != nil {
		x.Previous = label(before)
	}
	if len(after) > 0 {
		if element, _, ok := bsoncore.ReadElement(after); ok {
			if next, isDocument := element.Value().DocumentOK(); isDocument {
				x.Next = label(next)
			}
		}
	}
	return x, nil
}

func numberOf(article bsoncore.Document) (number, sub int) {
	n, _ := article.Lookup("article").AsInt64OK()
	s, _ := article.Lookup("sub").AsInt64OK()
	return int(n), int(s)
}

// label is an article's number as addresses write it.
func label(article bsoncore.Document) string {
	n, s := numberOf(article)
	return law.Citation{Article: n, Sub: s}.Number()
}
