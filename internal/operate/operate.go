// Package operate is what the people who run a classroom do with it: import and export laws and questions, make posters
// with a mini-program code, store recordings. The command line calls it today; the console's pages will call the same
// functions.
//
// It returns values and errors only: it prints nothing, opens none of the operator's files and knows no transport. What it
// needs of a store, of WeChat or of a spreadsheet is a narrow interface here, wired in cmd. It refuses nothing by itself:
// who may do what is decided before it is called.
package operate

import (
	"errors"

	"pugongying/internal/fault"
)

// Sentence is what an error says to an operator: a fault's own sentence, else the error's text. An operator may read what
// a resident must not, so nothing is replaced by a general sentence.
func Sentence(err error) string {
	var f *fault.Error
	if errors.As(err, &f) && f.Text != "" {
		return f.Text
	}
	return err.Error()
}
