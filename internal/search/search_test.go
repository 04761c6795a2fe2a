package search

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pugongying/internal/fault"
)

func TestWhatIsNamedExactlyComesFirst(t *testing.T) {
	r := newRig(t)
	for text, want := range map[string][]string{
		"风筝法23": {"fz 23", "fz", "wanfeng"},
		"鸢法２３条": {"fz 23", "fz", "wanfeng"},
		"《风筝法》第二十三条第一款": {"fz 23"},
		"根据风筝法第23条的规定":  {"fz 23"},
		"风筝法23条之一":      {"fz 23-1"},
		"第二十三条":         {"fz 23", "dl 23"},
		"23条":           {"fz 23", "dl 23"},
		"第23条":          {"fz 23", "dl 23"},
		"第二十三条之一":       {"fz 23-1"},
		"灯令第7号":         {"dl"},
		"鸢法":            {"fz"},
		"灯笼条例第二十三条、风筝法第二条": {"dl 23", "fz 2"},
	} {
		if got := r.found(text, ""); len(got) < len(want) || !slices.Equal(got[:len(want)], want) {
			t.Errorf("%s finds %v, want %v first", text, got, want)
		}
	}
}

func TestWordsPeopleUseLeadWhereTheyShould(t *testing.T) {
	r := newRig(t)
	for text, want := range map[string][]string{
		"纸鸢":        {"fz 2", "wanfeng"},
		"我的纸鹞怎么办":   {"fz 2", "wanfeng"},
		"告诫":        {"xique"},
		"告诫书":       {"xique"},
		"掉房顶了":      {"fz 23"},
		"72小时":      {"fz 22"},
		"七十二小时收回":   {"fz 22"},
		"三十日":       {"dl 23"},
		"灯":         {"xique"},
		"怎么办":       nil,
		"天亮以前熄灭灯笼吗": {"dl 23"},
	} {
		got := r.found(text, "")
		if want == nil {
			continue
		}
		if len(got) < len(want) || !slices.Equal(got[:len(want)], want) {
			t.Errorf("%s finds %v, want %v first", text, got, want)
		}
	}
	if got := r.found("告诫", Article); len(got) != 0 {
		t.Errorf("an article is found: %v", got)
	}
}

func TestResultsByKind(t *testing.T) {
	r := newRig(t)
	all, err := r.Search(context.Background(), Query{Text: "风筝落在房顶", Limit: 50})
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range Kinds {
		of, err := r.Search(context.Background(), Query{Text: "风筝落在房顶", Kind: kind, Limit: 1})
		if err != nil || of.Total != all.Kinds[kind] || len(of.Hits) != min(1, of.Total) || fmt.Sprint(of.Kinds) != fmt.Sprint(all.Kinds) {
			t.Errorf("%s: %d hits of %d, all kinds %v, %v", kind, len(of.Hits), of.Total, all.Kinds, err)
		}
	}
	if all.Total != len(all.Hits) || all.Kinds[Question] != 1 || all.Kinds[Explainer] != 1 {
		t.Errorf("%+v", all.Kinds)
	}
	for _, h := range all.Hits {
		if h.Kind == Question && (h.Topic == nil || h.Topic.Slug != "maicao") {
			t.Errorf("%+v", h)
		}
	}
}

// TestALongQuestionIsCut: what is asked at its beginning and at its end is found, what stands between is not looked for.
func TestALongQuestionIsCut(t *testing.T) {
	r := newRig(t)
	filler := strings.Repeat("嗯", MaxQuestion)
	for _, text := range []string{"风筝法23" + filler, filler + "风筝法23", "房顶" + filler} {
		if found, err := r.Search(context.Background(), Query{Text: text, Limit: 5}); err != nil || len(found.Hits) == 0 {
			t.Errorf("%s finds %d, %v", text, len(found.Hits), err)
		}
	}
	if found, err := r.Search(context.Background(), Query{Text: filler + "房顶" + filler, Limit: 5}); err != nil || len(found.Hits) != 0 {
		t.Errorf("what stands in the middle finds %d, %v", len(found.Hits), err)
	}
	if got := len([]rune(cut(filler + filler))); got > MaxQuestion {
		t.Errorf("cut leaves %d characters", got)
	}
}

func TestSearchRefuses(t *testing.T) {
	r := newRig(t)
	for _, c := range []struct {
		q    Query
		want *fault.Error
	}{
		{Query{Text: ""}, ErrEmpty}, {Query{Text: " 。！ "}, ErrEmpty}, {Query{Text: "风", Kind: "video"}, ErrKind},
	} {
		if _, err := r.Search(context.Background(), c.q); !errors.Is(err, c.want) {
			t.Errorf("Search(%+v) = %v, want %s", c.q, err, c.want.Code)
		}
	}
	if _, err := r.Search(context.Background(), Query{Text: strings.Repeat("风", MaxQuestion)}); err != nil {
		t.Error(err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Search(context.Background(), Query{Text: "风"}); !errors.Is(err, ErrClosed) {
		t.Errorf("after the end: %v", err)
	}
	if err := r.Close(); err != nil {
		t.Errorf("a second end: %v", err)
	}
	r.source.change(some()...)
	if made, err := r.Follow(context.Background()); made || !errors.Is(err, ErrClosed) {
		t.Errorf("an index is made after the end: %v", err)
	}
}

func TestAnIndexOnDiskIsNotBuiltAgain(t *testing.T) {
	r := newRig(t)
	if again, err := r.Follow(context.Background()); again || err != nil {
		t.Errorf("Follow = %v, %v", again, err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	r.open()
	if n := r.source.read.Load(); n != 1 || len(r.found("风筝", "")) == 0 {
		t.Errorf("the source was read %d times", n)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	path := manifestPath(r.dir)
	for broken, spoil := range map[string]func() error{
		"no manifest":        func() error { return os.Remove(path) },
		"another schema":     func() error { return os.WriteFile(path, []byte(`{"schema":0,"folder":"x"}`), 0o600) },
		"a manifest cut off": func() error { return os.WriteFile(path, []byte(`{"sch`), 0o600) },
		"no index": func() error {
			return os.WriteFile(path, []byte(fmt.Sprintf(`{"schema":%d,"parts":[{"folder":"part-0","documents":1}],"generations":"0\n"}`, schema)), 0o600)
		},
		"another folder": func() error {
			return os.WriteFile(path, []byte(fmt.Sprintf(`{"schema":%d,"parts":[{"folder":"../x","documents":1}]}`, schema)), 0o600)
		},
	} {
		before := r.source.read.Load()
		if err := spoil(); err != nil {
			t.Fatal(err)
		}
		r.open()
		if r.source.read.Load() != before+1 || len(r.found("风筝", "")) == 0 {
			t.Errorf("%s: no new index", broken)
		}
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
	}
	entries, err := os.ReadDir(r.dir)
	if err != nil || len(entries) != 2 {
		t.Errorf("what was left behind: %v, %v", entries, err)
	}
}

func TestTheIndexFollowsAndAnswersMeanwhile(t *testing.T) {
	r := newRig(t)
	r.source.mu.Lock()
	r.source.wait = make(chan struct{})
	r.source.mu.Unlock()
	r.source.change(Document{Kind: Explainer, Slug: "malan", Title: "断线以后", Text: "她把风筝的线收了起来。"})
	done := make(chan error)
	go func() {
		made, err := r.Follow(context.Background())
		if err == nil && !made {
			err = errors.New("nothing was made")
		}
		done <- err
	}()
	for r.source.read.Load() < 2 {
		time.Sleep(time.Millisecond)
	}
	if got := r.found("山坡", ""); len(got) == 0 || got[0] != "wanfeng" {
		t.Errorf("while the new one is made: %v", got)
	}
	close(r.source.wait)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if got := r.found("风筝", ""); !slices.Equal(got, []string{"malan"}) {
		t.Errorf("afterwards: %v", got)
	}
	r.source.fail = errors.New("no answer")
	r.source.change(some()...)
	if _, err := r.Follow(context.Background()); err == nil {
		t.Error("a source that fails makes an index")
	}
	if got := r.found("风筝", ""); !slices.Equal(got, []string{"malan"}) {
		t.Errorf("after a failure: %v", got)
	}
	entries, err := os.ReadDir(r.dir)
	if err != nil || len(entries) != 2 {
		t.Errorf("what was left behind: %v, %v", entries, err)
	}
}

func TestAStaleIndexAnswersUntilTheNextIsBuilt(t *testing.T) {
	r := newRig(t)
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	r.source.change(some()[1])
	r.open()
	if got := r.found("山坡", ""); len(got) == 0 {
		t.Error("the index of before does not answer")
	}
	if made, err := r.Follow(context.Background()); !made || err != nil {
		t.Fatal(made, err)
	}
	if got := r.found("山坡", ""); len(got) != 0 {
		t.Errorf("what is gone is found: %v", got)
	}
}

func TestNothingToFind(t *testing.T) {
	r := newRig(t)
	r.source.change()
	if _, err := r.Follow(context.Background()); err != nil {
		t.Fatal(err)
	}
	if got := r.found("风筝法23", ""); len(got) != 0 {
		t.Errorf("found %v", got)
	}
}

// Searches during updates: nobody gets half an index. Meant for the race detector.
func TestSearchWhileIndexesChange(t *testing.T) {
	r := newRig(t)
	var group sync.WaitGroup
	stop := make(chan struct{})
	for range 4 {
		group.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				if result, err := r.Search(context.Background(), Query{Text: "风筝落在房顶", Limit: 5}); err != nil || len(result.Hits) == 0 {
					t.Errorf("%d hits, %v", len(result.Hits), err)
					return
				}
			}
		})
	}
	for range 10 {
		r.source.change(some()...)
		if _, err := r.Follow(context.Background()); err != nil {
			t.Error(err)
		}
	}
	close(stop)
	group.Wait()
}
