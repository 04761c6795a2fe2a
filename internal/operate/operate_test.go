package operate

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/jpeg"
	"io"
	"slices"
	"strings"
	"testing"

	"pugongying/content"
	"pugongying/internal/audit"
	"pugongying/internal/fault"
	"pugongying/internal/law"
	"pugongying/internal/media"
	"pugongying/internal/publish"
	"pugongying/internal/questionio"
	"pugongying/internal/region"
	"pugongying/internal/search"
)

func TestASentenceIsAFaultsOwnElseTheErrorsText(t *testing.T) {
	of := fault.New(fault.Invalid, "a.b", "写错了。")
	for want, err := range map[string]error{"写错了。": errors.Join(errors.New("x"), of.Because(io.EOF)), "plain": errors.New("plain")} {
		if got := Sentence(err); got != want {
			t.Errorf("%v: %q", err, got)
		}
	}
}

// sheets is a fake of Excel: one table of one cell.
type sheets struct{ failed error }

func (s sheets) Read([]byte) ([]questionio.Table, error) { return nil, s.failed }

func (s sheets) Write(w io.Writer, tables []questionio.Table) error {
	_, err := io.WriteString(w, tables[0].Name)
	return errors.Join(err, s.failed)
}

func (s sheets) ReadCSV(name string, _ []byte) (questionio.Table, error) {
	return questionio.Table{Name: name}, s.failed
}

// intake remembers who imported.
type intake struct {
	by   audit.Actor
	took bool
}

func (i *intake) Import(_ context.Context, by audit.Actor, _ questionio.File) (questionio.Report, error) {
	i.by, i.took = by, true
	return questionio.Report{}, nil
}

func (i *intake) ImportWith(_ context.Context, _ questionio.File, _ questionio.Storing) (questionio.Report, error) {
	i.took = true
	return questionio.Report{}, nil
}

func (i *intake) Questions(_ context.Context, topic string) ([]questionio.BankQuestion, error) {
	if topic == "none" {
		return nil, questionio.ErrTopic
	}
	return nil, nil
}

func (i *intake) Waiting(context.Context) ([]questionio.Waiting, error) {
	return []questionio.Waiting{{ID: "a"}}, nil
}

func TestAFileOfQuestionsIsReadByWhatItIs(t *testing.T) {
	broken := errors.New("打不开")
	for name, tt := range map[string]struct {
		file   string
		data   string
		sheets sheets
		says   string // "" when it is taken in
	}{
		"GIFT":             {"a.gift", "q {=a ~b}", sheets{}, ""},
		"text is GIFT":     {"a.TXT", "q {=a ~b}", sheets{}, ""},
		"Excel":            {"a.xlsx", "PK", sheets{}, ""},
		"Excel by its zip": {"a.dat", "PK\x03\x04", sheets{}, ""},
		"broken Excel":     {"a.xlsx", "x", sheets{broken}, "打不开"},
		"a table as text":  {"题目.csv", "a,b", sheets{}, ""},
		"a broken one":     {"a.csv", "a,b", sheets{broken}, "打不开"},
		"another form":     {"a.dat", "a,b", sheets{}, "只收 .xlsx、.csv、.gift 和 .txt"},
		"old Excel":        {"a.XLS", "x", sheets{}, "这是旧的 Excel 文件（.xls）。请把题放进表格，在 WPS 或 Excel 里点“另存为”，选 .xlsx"},
		"WPS":              {"a.et", "x", sheets{}, "这是WPS 表格文件（.et）"},
		"OpenDocument":     {"a.ods", "PK\x03\x04", sheets{}, "（.ods）"},
		"Word":             {"a.docx", "PK\x03\x04", sheets{}, "不是表格"},
		"another encoding": {"a.txt", "\xb5\xc4", sheets{}, "UTF-8"},
		"too large":        {"a.gift", strings.Repeat("x", LargestBankFile+1), sheets{}, "太大"},
	} {
		i := &intake{}
		report, err := NewBank(i, tt.sheets).Import(t.Context(), audit.Operator, BankUpload{Name: tt.file, Data: []byte(tt.data)})
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if tt.says == "" && (!i.took || i.by != audit.Operator || len(report.Faults) > 0) {
			t.Errorf("%s was not taken in: %+v", name, report)
		}
		if tt.says != "" && (i.took || len(report.Faults) != 1 || report.Faults[0].Place != "文件" || !strings.Contains(report.Faults[0].Text, tt.says)) {
			t.Errorf("%s: %+v", name, report)
		}
	}
}

func TestQuestionsGoOutInTheFormTheNameAsksFor(t *testing.T) {
	b := NewBank(&intake{}, sheets{})
	excel, err := b.Export(t.Context(), "a.xlsx", "")
	if err != nil || string(excel.File) != questionio.ToTable(nil).Name {
		t.Errorf("%q %v", excel.File, err)
	}
	gift, err := b.Export(t.Context(), "a.GIFT", "")
	if err != nil || bytes.Equal(gift.File, excel.File) {
		t.Errorf("%q %v", gift.File, err)
	}
	if _, err := b.Export(t.Context(), "a.gift", "none"); !errors.Is(err, questionio.ErrTopic) {
		t.Errorf("a topic there is not: %v", err)
	}
	if _, err := NewBank(&intake{}, sheets{io.ErrShortWrite}).Export(t.Context(), "a.xlsx", ""); !errors.Is(err, io.ErrShortWrite) {
		t.Errorf("a failing sheet: %v", err)
	}
	if waiting, err := b.Waiting(t.Context()); err != nil || len(waiting) != 1 {
		t.Errorf("%v %v", waiting, err)
	}
}

func shipped(t *testing.T) ([]publish.Shipped, *law.Register) {
	t.Helper()
	items, err := content.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	laws, err := content.Laws()
	if err != nil {
		t.Fatal(err)
	}
	return items, laws
}

func TestTheTemplateOffersTheShippedConcepts(t *testing.T) {
	items, laws := shipped(t)
	data, err := BankTemplate(items, laws, sheets{})
	if err != nil || len(data) == 0 {
		t.Errorf("%q %v", data, err)
	}
}

// regions is one project in the real tree.
type regions struct{ tree *region.Tree }

func (r regions) Tree() *region.Tree { return r.tree }

func (r regions) Project(_ context.Context, id string) (region.Project, error) {
	if id != "p1" {
		return region.Project{}, fault.New(fault.NotFound, "region.project_unknown", "没有这个项目。")
	}
	return region.Project{ID: "p1", Name: "项目<一>", LogoLine: "某会 · 某盟", Region: "150400000000", Demo: true}, nil
}

func (r regions) Projects(ctx context.Context) ([]region.Project, error) {
	p, err := r.Project(ctx, "p1")
	return []region.Project{p}, err
}

// codes draws and counts.
type codes struct {
	picture []byte
	drawn   []string
	failed  error
}

func (c *codes) Code(_ context.Context, scene string) ([]byte, error) {
	c.drawn = append(c.drawn, scene)
	return c.picture, c.failed
}

// files is a media store in memory; only what a poster and a recording need works.
type files struct {
	media.Store
	stored map[media.Key][]byte
}

func (f files) Put(_ context.Context, key media.Key, contentType string, body io.ReadSeeker) (media.Info, error) {
	data, err := io.ReadAll(body)
	f.stored[key] = data
	return media.Info{Key: key, ContentType: contentType, Size: int64(len(data))}, err
}

func (f files) Get(_ context.Context, key media.Key) (io.ReadSeekCloser, media.Info, error) {
	data, found := f.stored[key]
	if !found {
		return nil, media.Info{}, media.ErrNotFound
	}
	return struct {
		io.ReadSeeker
		io.Closer
	}{bytes.NewReader(data), io.NopCloser(nil)}, media.Info{Key: key}, nil
}

func newProjects(t *testing.T) (*Projects, *codes) {
	t.Helper()
	tree, err := region.Load()
	if err != nil {
		t.Fatal(err)
	}
	var picture bytes.Buffer
	if err := jpeg.Encode(&picture, image.NewGray(image.Rect(0, 0, 8, 8)), nil); err != nil {
		t.Fatal(err)
	}
	c := &codes{picture: picture.Bytes()}
	return NewProjects(regions{tree}, c, files{stored: map[media.Key][]byte{}}), c
}

func TestAPosterCarriesItsProjectAndIsDrawnOnce(t *testing.T) {
	p, c := newProjects(t)
	for range 2 {
		poster, err := p.Poster(t.Context(), "p1")
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range []string{"项目&lt;一&gt;", "某会 · 某盟", "演示</p>", "data:image/jpeg;base64,"} {
			if !strings.Contains(poster.HTML, part) {
				t.Errorf("the poster lacks %q", part)
			}
		}
		if !strings.Contains(poster.Scene, "p1") {
			t.Errorf("scene %q", poster.Scene)
		}
	}
	if len(c.drawn) != 1 {
		t.Errorf("drawn %d times", len(c.drawn))
	}
	poster, err := p.Poster(t.Context(), "150400000000")
	if err != nil || strings.Contains(poster.HTML, "演示</p>") || len(c.drawn) != 2 {
		t.Errorf("a region's: %v, drawn %v", err, c.drawn)
	}
	if _, err := p.Poster(t.Context(), "nobody"); err == nil {
		t.Error("a poster of no project")
	}
	c.failed = errors.New("busy")
	if _, err := p.Poster(t.Context(), "150500000000"); !errors.Is(err, c.failed) {
		t.Errorf("a code that is not drawn: %v", err)
	}
	rows, err := p.List(t.Context())
	if err != nil || len(rows) != 1 || rows[0] != (ProjectRow{"p1", "项目<一>", "150400000000", "某会 · 某盟"}) {
		t.Errorf("%+v %v", rows, err)
	}
}

func TestARecordingIsCheckedBeforeItIsStored(t *testing.T) {
	store := files{stored: map[media.Key][]byte{}}
	a := NewAudio(store)
	if _, err := a.Add(t.Context(), "x", strings.NewReader("no recording")); !errors.Is(err, media.ErrType) {
		t.Errorf("text: %v", err)
	}
	m4a := append([]byte("\x00\x00\x00\x18ftypM4A \x00\x00\x00\x00M4A mp42"), make([]byte, 100)...)
	huge := io.MultiReader(bytes.NewReader(m4a), bytes.NewReader(make([]byte, media.Audio.Largest())))
	if _, err := a.Add(t.Context(), "x", huge); !errors.Is(err, media.ErrTooLarge) {
		t.Errorf("too large: %v", err)
	}
	if len(store.stored) != 0 {
		t.Fatal("what was refused is stored")
	}
	if name, err := a.Add(t.Context(), "wanfeng", bytes.NewReader(m4a)); err != nil || name != "wanfeng.m4a" {
		t.Errorf("%q %v", name, err)
	}
}

// answers is a fake of the index: every query finds the same.
type answers struct{ hits []search.Hit }

func (a answers) Search(context.Context, search.Query) (search.Result, error) {
	return search.Result{Hits: a.hits}, nil
}

func TestSearchesAreCountedAsTheyLead(t *testing.T) {
	_, laws := shipped(t)
	list, err := ReadPhrasings([]byte("- {ask: a, want: [wanfeng]}\n- {ask: b, want: [other]}\n- {ask: c, want: [反家庭暴力法 第二条]}\n"))
	if err != nil || len(list) != 3 {
		t.Fatal(err)
	}
	index := answers{[]search.Hit{{Document: search.Document{Kind: search.Explainer, Slug: "wanfeng"}}}}
	var seen []SearchOutcome
	report, err := CheckSearches(t.Context(), index, law.Fixed(laws), list, func(o SearchOutcome) { seen = append(seen, o) })
	if err != nil || report != (SearchReport{Right: 1, Asked: 2, NotRun: 1}) || report.Passed() || report.Share() != 50 {
		t.Errorf("%+v %v", report, err)
	}
	if len(seen) != 3 || !seen[0].Hit || seen[1].Hit || !seen[2].NotRun {
		t.Errorf("%+v", seen)
	}
	if (SearchReport{}).Passed() || !(SearchReport{Right: 9, Asked: 10}).Passed() {
		t.Error("what passes")
	}
	if _, err := ReadPhrasings([]byte("{")); err == nil {
		t.Error("a list that cannot be read")
	}
	if _, err := CheckSearches(t.Context(), index, law.Fixed(laws), []Phrasing{{Ask: "x", Want: []string{"天书第九条"}}}, func(SearchOutcome) {}); err == nil {
		t.Error("a wish that names no law")
	}
}

// The halves are of equal size, share nothing, and do not depend on the order of the list.
func TestAListIsHalvedByItsHash(t *testing.T) {
	var list []Phrasing
	for _, ask := range strings.Split("甲 乙 丙 丁 戊 己", " ") {
		list = append(list, Phrasing{Ask: ask})
	}
	tuned, reported := Half(list, HalfTuned), Half(list, HalfReported)
	slices.Reverse(list)
	again := Half(list, HalfTuned)
	seen := map[string]int{}
	for i := range tuned {
		seen[tuned[i].Ask]++
		seen[reported[i].Ask]++
		if tuned[i].Ask != again[i].Ask {
			t.Errorf("the order of the list counts: %v, %v", tuned, again)
		}
	}
	if len(tuned) != 3 || len(reported) != 3 || len(seen) != 6 {
		t.Errorf("%v and %v", tuned, reported)
	}
}
