package store_test

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/jpeg"
	"log/slog"
	"maps"
	"testing"
	"time"

	"pugongying/internal/audit"
	"pugongying/internal/blob"
	"pugongying/internal/jobs"
	"pugongying/internal/media"
	"pugongying/internal/publish/publishtest"
	"pugongying/internal/store"
	"pugongying/internal/store/document"
)

// asks is a WeChat that answers nothing yet.
type asks struct{ asked int }

func (a *asks) Ask(context.Context, string, string) (string, error) {
	a.asked++
	return "trace", nil
}

// library is one on an engine, with files of its own.
func library(t *testing.T, engine document.Engine, judge media.Judge) *media.Library {
	t.Helper()
	files, err := blob.Embedded(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { files.Close() })
	scratch, err := blob.NewScratch(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	l, err := media.NewLibrary(media.LibraryParts{
		Records: store.NewPictures(engine), Files: files, Scratch: scratch, Readers: map[media.SourceKind]media.Readable{}, Judge: judge,
		Quota: roomy, Now: time.Now, Believed: func() (time.Time, bool) { return time.Now(), true },
	})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// TestAPictureGoesFromOneEngineToAnother byte for byte, and its work with WeChat is due there: an answer ends it.
func TestAPictureGoesFromOneEngineToAnother(t *testing.T) {
	shown := image.NewGray(image.Rect(0, 0, 200, 100))
	shown.SetGray(3, 4, color.Gray{Y: 200})
	var photograph bytes.Buffer
	if err := jpeg.Encode(&photograph, shown, nil); err != nil {
		t.Fatal(err)
	}
	engines(t, func(t *testing.T, engine document.Engine) {
		ctx, judge := context.Background(), &asks{}
		from, to := library(t, embedded(t), judge), library(t, engine, judge)
		p, err := from.Add(ctx, publishtest.Writer, media.Upload{Region: publishtest.League, Description: "桌上一碗奶茶", Body: &photograph})
		if err != nil {
			t.Fatal(err)
		}
		photograph.Reset()
		if err := jpeg.Encode(&photograph, shown, nil); err != nil {
			t.Fatal(err)
		}
		c, files, err := from.Carry(ctx, p.ID)
		if err != nil {
			t.Fatal(err)
		}
		if changed, err := to.Restore(ctx, audit.Operator, c, files); err != nil || !changed {
			t.Fatal(changed, err)
		}
		if _, again, err := to.Carry(ctx, p.ID); err != nil || !maps.EqualFunc(files, again, bytes.Equal) {
			t.Errorf("it came back otherwise: %v", err)
		}
		records := store.NewPictures(engine)
		work := func() jobs.Counts {
			t.Helper()
			if err := jobWorkerOf(records.Jobs(), to.Look).Work(ctx); err != nil {
				t.Fatal(err)
			}
			n, err := records.Jobs().Count(ctx)
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		judge.asked = 0
		if n := work(); n.Waiting != 1 || n.Leased != 0 || judge.asked != 1 {
			t.Errorf("after WeChat was asked %d times: %+v", judge.asked, n)
		}
		if n := work(); n.Waiting != 1 || judge.asked != 1 {
			t.Errorf("it is asked again: %d, %+v", judge.asked, n)
		}
		if err := to.Judged(ctx, media.Opinion{Trace: "trace", State: media.SafetyRisky, At: time.Now()}); err != nil {
			t.Fatal(err)
		}
		if n := work(); n != (jobs.Counts{}) {
			t.Errorf("after its answer: %+v", n)
		}
		if got, err := records.Picture(ctx, p.ID); err != nil || got.Safety.State != media.SafetyRisky || got.Job != nil {
			t.Errorf("%+v, %v", got, err)
		}
	})
}

// jobWorkerOf works on one kind alone.
func jobWorkerOf(s jobs.Store, do func(context.Context, string) error) *jobs.Worker {
	return &jobs.Worker{Kinds: []jobs.Kind{{Name: "pictures", Store: s, Do: do, Ahead: media.JobsAhead}}, Name: "W", Now: time.Now, Log: slog.New(slog.DiscardHandler)}
}
