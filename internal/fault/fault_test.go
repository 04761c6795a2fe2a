package fault

import (
	"errors"
	"fmt"
	"io"
	"testing"
)

func TestFromFindsAFaultThroughWrapping(t *testing.T) {
	declared := New(Conflict, "booking.slot_taken", "这个时段刚刚被约走了。")
	wrapped := fmt.Errorf("insert: %w", declared.Because(io.ErrUnexpectedEOF))
	got := From(wrapped)
	if got.Kind != Conflict || got.Code != "booking.slot_taken" || got.Text != declared.Text {
		t.Fatalf("From(wrapped) = %+v", got)
	}
	if !errors.Is(wrapped, declared) || !errors.Is(wrapped, io.ErrUnexpectedEOF) {
		t.Fatal("a wrapped fault is neither its declaration nor its cause")
	}
	if errors.Is(wrapped, New(Conflict, "other", "")) {
		t.Fatal("two codes are one fault")
	}
}

func TestFromHidesWhatNobodyForesaw(t *testing.T) {
	got := From(errors.New("mongodb://root:secret@db"))
	if got.Code != "internal" || got.Text != ErrInternal.Text {
		t.Fatalf("From(unknown) = %+v", got)
	}
	if From(nil) != nil {
		t.Fatal("From(nil) is a fault")
	}
}

func TestCopiesLeaveTheDeclarationAlone(t *testing.T) {
	declared := New(Invalid, "x.y", "不对")
	declared.At(Field{"body.a", "太长"}).Because(io.EOF)
	if len(declared.Fields) != 0 || declared.Unwrap() != nil {
		t.Fatalf("declaration changed: %+v", declared)
	}
}
