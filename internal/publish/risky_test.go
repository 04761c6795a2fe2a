package publish

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"pugongying/internal/fault"
)

// objecting is a WeChat that holds some pictures risky, or does not answer.
type objecting struct {
	risky []string
	err   error
}

func (o *objecting) Risky(_ context.Context, ids []string) ([]string, error) {
	return slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return !slices.Contains(o.risky, id) }), o.err
}

// illustrated is an office whose texts show the pictures BOWL and SNOW.
func illustrated(t *testing.T) (*office, *objecting) {
	o, said := newOffice(t), &objecting{}
	o.pictures = said
	o.Describe(func(_ Kind, body []byte) Card { return Card{Title: string(body), Pictures: []string{"BOWL", "SNOW"}} })
	return o, said
}

// objects checks that an act is refused at the second picture.
func objects(t *testing.T, what string, err error) {
	t.Helper()
	var f *fault.Error
	if !errors.Is(err, ErrRisky) || !errors.As(err, &f) || len(f.Fields) != 1 || f.Fields[0].Location != "pictures.SNOW" || !strings.Contains(f.Fields[0].Message, "第 2 张图") {
		t.Errorf("%s: %v", what, err)
	}
}

// TestNothingIsShownWithARiskyPicture: no review passes and nobody releases or schedules what WeChat came to object to after
// the machine's check; without it, the same acts go through.
func TestNothingIsShownWithARiskyPicture(t *testing.T) {
	for _, state := range []State{StateFirst, StateSecond, StateThird} {
		o, said := illustrated(t)
		id := o.begins("one")
		o.to(id, 1, state)
		said.risky = []string{"SNOW"}
		objects(t, string(state), o.Pass(context.Background(), reviewers[state], Passing{At: o.saw(id, 1)}))
		said.risky = nil
		o.to(id, 1, StateLive)
	}
	o, said := illustrated(t)
	ctx, id := context.Background(), o.begins("one")
	o.to(id, 1, StateApproved)
	said.risky = []string{"SNOW"}
	objects(t, "release", o.Release(ctx, publisher, o.saw(id, 1)))
	objects(t, "schedule", o.Schedule(ctx, publisher, Scheduling{At: o.saw(id, 1), Rev: o.f.publications[id].Rev, When: o.at.Add(time.Hour)}))
	said.risky = nil
	o.must(o.Release(ctx, publisher, o.saw(id, 1)))
}

// TestARiskyPictureStopsItsMinute: the schedule stays and says why; while nobody knows, it is tried again.
func TestARiskyPictureStopsItsMinute(t *testing.T) {
	o, said := illustrated(t)
	id := o.begins("one")
	o.to(id, 1, StateScheduled)
	o.at = o.at.Add(2 * time.Hour)
	said.err = errors.New("the store is away")
	if o.due(); o.f.publications[id].Live != 0 || o.f.publications[id].Open[0].Trouble != "" {
		t.Errorf("while nobody knows: %+v", o.f.publications[id].Open)
	}
	said.err, said.risky = nil, []string{"SNOW"}
	if o.due(); o.f.publications[id].Live != 0 || o.f.publications[id].Open[0].Trouble != ErrRisky.Code || o.f.publications[id].Open[0].At.IsZero() {
		t.Errorf("at its minute: %+v", o.f.publications[id].Open)
	}
	free, clean := illustrated(t)
	id = free.begins("two")
	free.to(id, 1, StateScheduled)
	free.at = free.at.Add(2 * time.Hour)
	if free.due(); free.f.publications[id].Live != 1 || len(clean.risky) != 0 {
		t.Errorf("control: %+v", free.f.publications[id])
	}
}
