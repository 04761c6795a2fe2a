package fault

import (
	"errors"
	"fmt"
	"io"
	"testing"
	"time"
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

func TestAWaitIsSaidInWordsAndNeverTooShort(t *testing.T) {
	declared := New(TooMany, "limit.too_many", "操作太快了，请等"+AWhile+"再试。")
	for wait, want := range map[time.Duration]string{
		time.Millisecond: "操作太快了，请等 1 秒再试。", 59*time.Second + 1: "操作太快了，请等 60 秒再试。",
		61 * time.Second: "操作太快了，请等 2 分钟再试。", 64 * time.Minute: "操作太快了，请等 64 分钟再试。",
		2*time.Hour + 1: "操作太快了，请等 3 小时再试。", 24 * time.Hour: "操作太快了，请等 24 小时再试。",
		40 * time.Hour: "操作太快了，请等 2 天再试。",
	} {
		if got := declared.After(wait); got.Text != want || got.Wait != wait || !errors.Is(got, declared) {
			t.Errorf("%v: %q, %v", wait, got.Text, got.Wait)
		}
	}
	if declared.Wait != 0 || New(TooMany, "a.b", "慢点。").After(time.Second).Text != "慢点。" {
		t.Error("the declaration changed, or a sentence without the words did")
	}
}
