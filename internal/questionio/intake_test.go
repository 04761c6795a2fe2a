package questionio

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"pugongying/internal/audit"
	"pugongying/internal/law"
	"pugongying/internal/publish"
	"pugongying/internal/publish/publishtest"
	"pugongying/internal/quiz"
	"pugongying/internal/testkit"
)

func faultsOf(r Report) string {
	var lines []string
	for _, f := range r.Faults {
		lines = append(lines, f.Place+" "+f.Text)
	}
	return strings.Join(lines, "\n")
}

func want(t *testing.T, what string, got Report, summary string) {
	t.Helper()
	if got.Summary() != summary || len(got.Faults) > 0 {
		t.Errorf("%s: %s %s, want %s", what, got.Summary(), faultsOf(got), summary)
	}
}

func TestAFileComesInOnce(t *testing.T) {
	k := newKit(t, false)
	f := sheetOf(rowWith("一？"), rowWith("二？"), rowWith("一？"))
	r := k.bring(t, f)
	want(t, "first", r, "新题 2 道，改动 0 道，没有变化 0 道，已经有了 1 道")
	if len(r.Known) != 1 || r.Known[0] != "表“题”第 4 行" {
		t.Errorf("known: %v", r.Known)
	}
	want(t, "again", k.bring(t, f), "新题 0 道，改动 0 道，没有变化 0 道，已经有了 3 道")
	shuffled := sheetOf(rowWith(" 一 ？", "选项A", "丙", "选项C", "甲", "解析", "别的说法。"))
	want(t, "the same in other words", k.bring(t, shuffled), "新题 0 道，改动 0 道，没有变化 0 道，已经有了 1 道")
	if n := len(k.all(t)); n != 2 {
		t.Errorf("%d questions", n)
	}
}

// TestOneFaultKeepsAllOut has its control in the same rows without the fault.
func TestOneFaultKeepsAllOut(t *testing.T) {
	k := newKit(t, false)
	r := k.bring(t, sheetOf(rowWith("一？"), rowWith("二？", "解析", "")))
	if len(r.Faults) != 1 || r.Added != 0 || len(k.all(t)) != 0 {
		t.Errorf("with a fault: %s %s, %d there", r.Summary(), faultsOf(r), len(k.all(t)))
	}
	want(t, "without", k.bring(t, sheetOf(rowWith("一？"), rowWith("二？"))), "新题 2 道，改动 0 道，没有变化 0 道，已经有了 0 道")
}

func TestChangedRowsBecomeNewerDrafts(t *testing.T) {
	k := newKit(t, true)
	all := k.all(t)
	f := through(t, "xlsx", all)
	f.entries[3].explanation = "换了一种说法。"
	want(t, "one change", k.bring(t, f), fmt.Sprintf("新题 0 道，改动 1 道，没有变化 %d 道，已经有了 0 道", len(all)-1))
	id := f.entries[3].id
	p, err := k.store.Publication(context.Background(), id)
	if err != nil || p.State != publish.StateDraft || p.Live != 1 || p.Last != 2 {
		t.Errorf("the publication became %+v, %v", p, err)
	}
	want(t, "the same change", k.bring(t, f), fmt.Sprintf("新题 0 道，改动 0 道，没有变化 %d 道，已经有了 0 道", len(all)))
	list, err := k.Waiting(context.Background())
	if err != nil || len(list) != 1 || list[0].ID != id || list[0].New || list[0].Day != "2026-11-23" {
		t.Errorf("Waiting = %+v, %v", list, err)
	}
	if again := k.all(t)[3]; again.Question.Explanation != "换了一种说法。" || !again.Live || again.stateName() != "已上线，这里是还没审的新稿" {
		t.Errorf("exported: %+v", again)
	}
}

func TestWhatSpeaksAgainstARow(t *testing.T) {
	k := newKit(t, false)
	k.bring(t, sheetOf(rowWith("一？"), rowWith("二？"), rowWith("三？"), rowWith("四？")))
	all := k.all(t)
	ids := map[string]string{}
	for _, h := range all {
		ids[h.Question.Stem] = h.Question.ID
	}
	withID := func(id string, row []string) File {
		return FromTables([]Table{{Name: "题", Rows: [][]string{append([]string{"题库编号"}, headerRow...), append([]string{id}, row...)}}})
	}
	ctx := context.Background()
	desk := publishtest.Workflow(k.store, testkit.NewClock().Now)
	if err := errors.Join(publishtest.To(ctx, desk, ids["三？"], 1, publish.StateFirst), k.publish.Withdraw(ctx, audit.Operator, ids["四？"])); err != nil {
		t.Fatal(err)
	}
	if _, err := k.publish.Import(ctx, audit.Operator, []publish.Draft{{ID: "topic-x", Kind: publish.KindTopic, Body: []byte("x")}}); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		file File
		want string
	}{
		"another answer":        {sheetOf(rowWith("一？", "答案", "A")), "但正确答案不一样。"},
		"the same, twice":       {sheetOf(rowWith("五？"), rowWith("五？", "解析", "别的。")), "第 3 行 和表“题”第 2 行是同一道题"},
		"an id twice":           {File{entries: append(withID("X1", rowWith("五？")).entries, withID("X1", rowWith("六？")).entries...)}, "题库编号和表“题”第 2 行的一样"},
		"another one's words":   {withID(ids["一？"], rowWith("二？", "答案", "A")), "但正确答案不一样。"},
		"under review":          {withID(ids["三？"], rowWith("三？", "解析", "别的。")), "表“题”第 2 行 这个内容正在审核"},
		"withdrawn":             {sheetOf(rowWith("四？")), "这道题以前被撤下了（编号 " + ids["四？"] + "）"},
		"a topic's id":          {withID("topic-x", rowWith("五？")), "表“题”第 2 行 这个编号已经是别的内容的了。"},
		"nothing":               {FromTables(nil), "文件 里面没有找到题目。"},
		"nothing in GIFT":       {FromGIFT("// x"), "文件 里面没有找到题目。"},
		"a fault of the GIFT's": {FromGIFT("一{}"), "第 1 行 只收选择题和判断题"},
	} {
		r := k.bring(t, c.file)
		if !strings.Contains(faultsOf(r), c.want) || r.Added+r.Changed > 0 {
			t.Errorf("%s: %s %s", name, r.Summary(), faultsOf(r))
		}
	}
	want(t, "withdrawn, by its id", k.bring(t, withID(ids["四？"], rowWith("四？"))), "新题 0 道，改动 0 道，没有变化 1 道，已经有了 0 道")
	want(t, "withdrawn, mended", k.bring(t, withID(ids["四？"], rowWith("四？", "解析", "改好了。"))), "新题 0 道，改动 1 道，没有变化 0 道，已经有了 0 道")
	want(t, "an id from elsewhere", k.bring(t, withID("ELSEWHERE", rowWith("七？"))), "新题 1 道，改动 0 道，没有变化 0 道，已经有了 0 道")
}

// A new question's id is derived from its content; after a question was edited, its id is not given to the old text
// again.
func TestAnIDIsNotGivenTwice(t *testing.T) {
	k := newKit(t, false)
	k.bring(t, sheetOf(rowWith("一？")))
	f := through(t, "xlsx", k.all(t))
	first := f.entries[0].id
	f.entries[0].stem = "改成了别的？"
	want(t, "edited", k.bring(t, f), "新题 0 道，改动 1 道，没有变化 0 道，已经有了 0 道")
	want(t, "the old one anew", k.bring(t, sheetOf(rowWith("一？"))), "新题 1 道，改动 0 道，没有变化 0 道，已经有了 0 道")
	all := k.all(t)
	if len(all) != 2 || all[0].Question.ID == all[1].Question.ID || all[0].Question.ID != first && all[1].Question.ID != first {
		t.Errorf("%+v", all)
	}
}

func TestTwoImportsAtOnceAreOne(t *testing.T) {
	k := newKit(t, false)
	other := New(k.publish, law.Fixed(k.laws)) // simulates another process
	f := sheetOf(rowWith("一？"), rowWith("二？"))
	var group sync.WaitGroup
	for _, s := range []*Service{k.Service, other, k.Service, other} {
		group.Go(func() {
			if r, err := s.Import(context.Background(), audit.Operator, f); err != nil || len(r.Faults) > 0 {
				t.Errorf("Import = %+v, %v", r, err)
			}
		})
	}
	group.Wait()
	if n := len(k.all(t)); n != 2 {
		t.Errorf("%d questions", n)
	}
}

// TestNoDraftReachesAResident loads the bank that residents' questions are drawn from.
func TestNoDraftReachesAResident(t *testing.T) {
	k := newKit(t, true)
	asked := quiz.NewBank(k.publish, law.Fixed(k.laws))
	size := func() int {
		t.Helper()
		if err := asked.Reload(context.Background()); err != nil {
			t.Fatal(err)
		}
		return asked.Size()
	}
	before := size()
	f := through(t, "xlsx", k.all(t)[:1])
	f.entries[0].explanation = "换了一种说法。"
	f.entries = append(f.entries, sheetOf(rowWith("一？")).entries...)
	want(t, "import", k.bring(t, f), "新题 1 道，改动 1 道，没有变化 0 道，已经有了 0 道")
	if n := size(); n != before {
		t.Errorf("%d questions are asked, %d before", n, before)
	}
	err := k.publish.Live(context.Background(), publish.KindQuestion, func(i publish.Item) error {
		if strings.Contains(string(i.Body), "换了一种说法。") {
			t.Errorf("%s is shown in its draft", i.ID)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	list, err := k.Waiting(context.Background()) // the control: once it is live it is drawn
	if err != nil || len(list) != 2 {
		t.Fatalf("Waiting = %+v, %v", list, err)
	}
	for _, w := range list {
		p, err := k.store.Publication(context.Background(), w.ID)
		err = errors.Join(err, publishtest.To(context.Background(), publishtest.Workflow(k.store, testkit.NewClock().Now), w.ID, p.Last, publish.StateLive))
		if err != nil {
			t.Fatal(err)
		}
	}
	if n := size(); n != before+1 {
		t.Errorf("negative control: %d questions are asked, %d before", n, before)
	}
}

func TestQuestionsOfATopic(t *testing.T) {
	k := newKit(t, true)
	some, err := k.Questions(context.Background(), "maicao")
	if err != nil || len(some) == 0 || len(some) >= len(k.all(t)) {
		t.Errorf("%d questions, %v", len(some), err)
	}
	if _, err := k.Questions(context.Background(), "nothing"); !errors.Is(err, ErrTopic) {
		t.Errorf("a topic that is none: %v", err)
	}
}

// A bank of the largest size a file may have is exported and imported.
func TestTenThousandRows(t *testing.T) {
	rows := make([][]string, 9_999)
	for i := range rows {
		rows[i] = rowWith(fmt.Sprintf("哪里是%d号？", i))
	}
	k := newKit(t, false)
	f := sheetOf(rows...)
	want(t, "all", k.bring(t, f), "新题 9999 道，改动 0 道，没有变化 0 道，已经有了 0 道")
	want(t, "again", k.bring(t, f), "新题 0 道，改动 0 道，没有变化 0 道，已经有了 9999 道")
}
