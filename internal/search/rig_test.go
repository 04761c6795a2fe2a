package search

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

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
	r.parts = Parts{Laws: fixed{laws}, Synonyms: synonyms, Sources: []Source{r.source}, Now: time.Now}
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
