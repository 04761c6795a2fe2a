package questionio

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pugongying/internal/sheet"
)

// sent reads a file as the command does.
func sent(t *testing.T, name string) File {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "staff", name))
	if err != nil {
		t.Fatal(err)
	}
	switch filepath.Ext(name) {
	case ".gift":
		return FromGIFT(string(data))
	case ".csv":
		table, err := sheet.ReadCSV("题", data)
		if err != nil {
			t.Fatal(err)
		}
		return FromTables([]Table{Table(table)})
	}
	tables, err := sheet.Read(data)
	if err != nil {
		t.Fatal(err)
	}
	var read []Table
	for _, table := range tables {
		read = append(read, Table(table))
	}
	return FromTables(read)
}

// outcome is what became of a file, one line for each question, fault, doubt and note.
func outcome(t *testing.T, f File) []string {
	t.Helper()
	var lines []string
	for _, fault := range f.faults {
		lines = append(lines, "✗ "+fault.Place+" "+fault.Text)
	}
	for _, e := range f.entries {
		q, faults, doubts := e.question(testLaws(t))
		for _, text := range faults {
			lines = append(lines, "✗ "+e.place+" "+text)
		}
		for _, text := range doubts {
			lines = append(lines, "? "+e.place+" "+text)
		}
		if len(faults) == 0 {
			lines = append(lines, asText(q))
		}
	}
	for _, note := range f.notes {
		lines = append(lines, "说明 "+note)
	}
	return lines
}

// Each file stands for a kind of table or GIFT that staff send; understood.txt says what must become of it. Other forms are
// told to be saved anew, see package operate.
func TestWhatAnOfficerSends(t *testing.T) {
	files, err := filepath.Glob("testdata/staff/*.*")
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	for _, file := range files {
		if name := filepath.Base(file); name != "understood.txt" {
			fmt.Fprintf(&got, "== %s\n%s\n", name, strings.Join(outcome(t, sent(t, name)), "\n"))
		}
	}
	want, err := os.ReadFile("testdata/staff/understood.txt")
	if err != nil {
		t.Fatal(err)
	}
	gotLines, wantLines := strings.Split(got.String(), "\n"), strings.Split(string(want), "\n")
	for i := range max(len(gotLines), len(wantLines)) {
		if i >= len(gotLines) || i >= len(wantLines) || gotLines[i] != wantLines[i] {
			t.Fatalf("line %d on:\n%s\nwant\n%s", i+1, strings.Join(gotLines[min(i, len(gotLines)):], "\n"), strings.Join(wantLines[min(i, len(wantLines)):], "\n"))
		}
	}
}

// What is unclear waits until it is confirmed, all of the file with it.
func TestADoubtKeepsTheFileOutUntilItIsConfirmed(t *testing.T) {
	k := newKit(t, false)
	f := sheetOf(rowWith("一？"), rowWith("二？", "选项C", "以上都对"))
	r := k.bring(t, f)
	if len(r.Doubts) != 1 || r.Doubts[0].Place != "表“题”第 3 行" || r.Added != 0 || len(k.all(t)) != 0 {
		t.Errorf("unconfirmed: %+v", r)
	}
	f.Confirmed = true
	want(t, "confirmed", k.bring(t, f), "新题 2 道，改动 0 道，没有变化 0 道，已经有了 0 道")
	refused := sheetOf(rowWith("三？", "选项C", "以上都对", "解析", ""))
	refused.Confirmed = true
	if r := k.bring(t, refused); len(r.Faults) != 1 || r.Added != 0 {
		t.Errorf("a fault cannot be confirmed: %+v", r)
	}
}

// Two files of another system count their questions from 1 each.
func TestIDsOfAnotherSystemReplaceNothing(t *testing.T) {
	k := newKit(t, false)
	for _, name := range []string{"idA.gift", "idB.gift"} {
		want(t, name, k.bring(t, sent(t, name)), "新题 1 道，改动 0 道，没有变化 0 道，已经有了 0 道")
	}
	if all := k.all(t); len(all) != 2 {
		t.Errorf("%d questions", len(all))
	}
	own := k.all(t)[0].Question.ID // the control: an id of ours is the same question
	text := strings.ReplaceAll("// question: 3 [id:X]\n// [tag:知识点：a.b] [tag:难度：2] [tag:法律依据：反家庭暴力法 第二十三条]\n改过的题？{=法院 ~派出所 ####说明。}", "X", own)
	want(t, "by its id", k.bring(t, FromGIFT(text)), "新题 0 道，改动 1 道，没有变化 0 道，已经有了 0 道")
}

// Words that only look like an answer, a number or a heading stay what they are, without a question.
func TestWhatIsNoDoubt(t *testing.T) {
	for _, row := range [][]string{
		rowWith("家暴包括（身体、精神等）侵害，对吗？"), rowWith("“冷暴力”（长期不理人）算不算？"), rowWith("3.8 节是哪天？"), rowWith("《民法典》（2021）从哪天起施行？"),
		rowWith("她可以找谁？", "选项A", "AA制的室友", "选项B", "B超室的医生"), rowWith("哪种对？", "选项A", "对方全部赔", "选项B", "都可以商量着来"),
		rowWith("下列做法中（不）妥当的是？"), rowWith("保护令由（　　）作出。"),
	} {
		questions, faults := sheetOf(row).read(t)
		_, _, doubts := sheetOf(row).entries[0].question(testLaws(t))
		if len(questions) != 1 || faults != "" || len(doubts) != 0 {
			t.Errorf("%s: %s %v", row[1], faults, doubts)
		}
	}
}

func TestErrorsOfExcelAreRefused(t *testing.T) {
	_, faults := sheetOf(rowWith("谁？", "选项B", "#N/A"), rowWith("谁呢？", "解析", "#REF!"), rowWith("#1 是谁？")).read(t)
	if faults != "表“题”第 2 行 第 D 列是“#N/A”：公式算不出来，请改成文字。\n表“题”第 3 行 第 G 列是“#REF!”：公式算不出来，请改成文字。" {
		t.Errorf("faults:\n%s", faults)
	}
}
