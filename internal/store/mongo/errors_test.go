package mongo

import (
	"context"
	"errors"
	"fmt"
	"testing"

	driver "go.mongodb.org/mongo-driver/v2/mongo"

	"pugongying/internal/store/document"
)

func TestServerErrorsBecomeTheDocumentsOwn(t *testing.T) {
	duplicate := "E11000 duplicate key error collection: pgy.members index: once dup key: { once.id: \"secret\" }"
	for name, c := range map[string]struct {
		err  error
		want error
	}{
		"duplicate": {driver.WriteException{WriteErrors: driver.WriteErrors{{Code: 11000, Message: duplicate}}}, document.ErrDuplicate},
		"duplicate in a bulk": {driver.BulkWriteException{WriteErrors: []driver.BulkWriteError{
			{WriteError: driver.WriteError{Code: 11000, Message: duplicate}}}}, document.ErrDuplicate},
		"no room":        {driver.CommandError{Code: codeOutOfDiskSpace, Message: "out of disk space"}, document.ErrFull},
		"a sort too big": {driver.CommandError{Code: codeSortMemory, Message: "Sort exceeded memory limit"}, document.ErrSort},
		"primary moved":  {driver.CommandError{Code: 10107, Labels: []string{"RetryableWriteError"}}, document.ErrUnavailable},
		"network":        {driver.CommandError{Labels: []string{"NetworkError"}}, document.ErrUnavailable},
		"time is up":     {fmt.Errorf("find: %w", context.DeadlineExceeded), document.ErrUnavailable},
	} {
		got := toDocumentError("members", c.err)
		if !errors.Is(got, c.want) {
			t.Errorf("%s: %v", name, got)
		}
		var d *document.DuplicateError
		if errors.As(got, &d) && (d.Index != "once" || d.Collection != "members") {
			t.Errorf("%s: %+v", name, d)
		}
	}
	if err := toDocumentError("x", context.Canceled); errors.Is(err, document.ErrUnavailable) {
		t.Error("a caller who left is called an outage")
	}
	if toDocumentError("x", nil) != nil {
		t.Error("nothing became an error")
	}
}

// The driver decides by its labels whether a transaction runs again: they must be found through our wrapping.
func TestLabelsOutliveTheWrapping(t *testing.T) {
	err := toDocumentError("x", driver.CommandError{Code: 112, Labels: []string{"TransientTransactionError", "NetworkError"}})
	var labeled driver.LabeledError
	if !errors.As(fmt.Errorf("store: %w", err), &labeled) || !labeled.HasErrorLabel("TransientTransactionError") {
		t.Errorf("%v lost its labels", err)
	}
}

func TestADuplicateWithoutANameIsStillOne(t *testing.T) {
	err := toDocumentError("members", driver.WriteException{WriteErrors: driver.WriteErrors{{Code: 11000, Message: "E11000"}}})
	if !errors.Is(err, document.ErrDuplicate) {
		t.Errorf("%v", err)
	}
}
