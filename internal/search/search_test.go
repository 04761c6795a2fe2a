package search

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pugongying/internal/fault"
	"pugongying/internal/law"
)

// The laws of these tests are invented.
func kites(t testing.TB) *law.Register {
	t.Helper()
	r, err := law.NewRegister([]law.Law{
		{Slug: "fz", Title: "中华人民共和国风筝法", Short: "风筝法", Aliases: []string{"鸢法"}, Issued: "2001-01-01", Effective: "2001-01-01", Articles: 40, Inserted: []string{"23-1"}},
		{Slug: "dl", Title: "灯笼条例", Short: "灯笼条例", Number: "灯令第7号", Issued: "2002-01-01", Effective: "2002-01-01", Articles: 30},
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

type fixed struct{ laws *law.Register }

func (f fixed) Register() *law.Register { return f.laws }

// documents is a source that a test changes.
type documents struct {
	mu         sync.Mutex
	generation int
	all        []Document
	fail       error
	read       atomic.Int64 // times
	wait       chan struct{}
}

func (d *documents) Generation() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return fmt.Sprint(d.generation)
}

// Groups is one group of everything: any change builds it again.
func (d *documents) Groups() ([]Group, error) {
	return []Group{{Key: "all", Generation: d.Generation(), Documents: d.each}}, nil
}

func (d *documents) each(_ context.Context, each func(Document) error) error {
	d.read.Add(1)
	d.mu.Lock()
	all, fail, wait := d.all, d.fail, d.wait
	d.mu.Unlock()
	if wait != nil {
		<-wait
	}
	for _, one := range all {
		if err := each(one); err != nil {
			return err
		}
	}
	return fail
}

func (d *documents) change(all ...Document) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.generation++
	d.all = all
}

func article(slug, short, number, label, text string) Document {
	return Document{Kind: Article, Law: slug, Number: number, Title: short + " " + label, Label: short + " " + label, Text: text}
}

func some() []Document {
	return []Document{
		{Kind: Explainer, Slug: "wanfeng", Title: "山坡上的风", Names: "放风筝", Text: "孩子们在山坡上放风筝。线断了，风筝落在别人家的房顶上。主人把风筝还给了他们。", Cites: []law.Citation{{Law: "fz", Article: 23}}},
		{Kind: Explainer, Slug: "xique", Title: "门前的灯", Text: "她在门前挂了一盏灯笼。收到告诫书的人不再来敲门。"},
		{Kind: Law, Law: "fz", Title: "中华人民共和国风筝法", Names: "风筝法 鸢法", Text: "风筝法、鸢法"},
		{Kind: Law, Law: "dl", Title: "灯笼条例", Names: "灯笼条例 灯令第7号", Text: "灯笼条例"},
		article("fz", "风筝法", "2", "第二条", "本法所称风筝，是指用线牵着在空中飞的东西。"),
		article("fz", "风筝法", "22", "第二十二条", "放风筝的人应当在七十二小时内收回断线的风筝。"),
		article("fz", "风筝法", "23", "第二十三条", "风筝落在他人房顶上的，房屋的主人应当归还。违反第二十二条规定的除外。"),
		article("fz", "风筝法", "23-1", "第二十三条之一", "夜里不放。"),
		article("dl", "灯笼条例", "23", "第二十三条", "灯笼应当在天亮以前熄灭，期限不超过30天。"),
		{Kind: Question, Title: "风筝落在房顶上，主人应当怎么做？", Text: "山坡下的一户人家。", Topic: &Topic{Slug: "maicao", Title: "风"}},
	}
}

const words = `
ignore: [怎么办, 怎么, 我, 的, 吗, 了]
words:
  - {say: [纸鸢, 纸鹞], means: [风筝], lead: [风筝法 第二条, wanfeng]}
  - {say: [告诫], means: [告诫书], lead: [xique]}
  - {say: [掉房顶], means: [落在他人房顶上]}
`

type rig struct {
	*Index
	t      testing.TB
	dir    string
	source *documents
	parts  Parts
}

func newRig(t testing.TB) *rig {
	t.Helper()
	laws := kites(t)
	synonyms, err := ParseSynonyms([]byte(words), laws)
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{t: t, dir: filepath.Join(t.TempDir(), "search"), source: &documents{all: some()}}
	r.parts = Parts{Laws: fixed{laws}, Synonyms: synonyms, Sources: []Source{r.source}}
	r.open()
	t.Cleanup(func() { _ = r.Close() })
	return r
}

// open opens the index on disk, however stale it is, and builds one where there is none.
func (r *rig) open() {
	r.t.Helper()
	i := New(r.dir, r.parts)
	if err := i.openStored(context.Background()); err != nil {
		r.t.Fatal(err)
	}
	if i.current == nil {
		if _, err := i.Follow(context.Background()); err != nil {
			r.t.Fatal(err)
		}
	}
	r.Index = i
}

// found names what a question finds, in order.
func (r *rig) found(text string, kind Kind) []string {
	r.t.Helper()
	result, err := r.Search(context.Background(), Query{Text: text, Kind: kind, Limit: 20})
	if err != nil {
		r.t.Fatalf("Search(%s) = %v", text, err)
	}
	var names []string
	for _, h := range result.Hits {
		names = append(names, strings.TrimSpace(h.Slug+h.Law+" "+h.Number))
	}
	return names
}

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

func TestSearchRefuses(t *testing.T) {
	r := newRig(t)
	for _, c := range []struct {
		q    Query
		want *fault.Error
	}{
		{Query{Text: ""}, ErrEmpty}, {Query{Text: " 。！ "}, ErrEmpty}, {Query{Text: strings.Repeat("风", MaxQuestion+1)}, ErrTooLong}, {Query{Text: "风", Kind: "video"}, ErrKind},
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

// Readers and makers at once: nobody gets half an index. Meant for the race detector.
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
