package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pugongying/cmd/internal/app"
	"pugongying/internal/operate"
	"pugongying/internal/questionio"
)

// filled is the template as staff fill it.
func filled(t *testing.T, rows ...[]string) []byte {
	t.Helper()
	tables := questionio.Template(nil)
	tables[0].Rows = append(tables[0].Rows[:1], rows...)
	var out bytes.Buffer
	if err := (app.Spreadsheets{}).Write(&out, tables); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func newQuestion(stem string) []string {
	return []string{"单选", "", stem, "甲", "乙", "", "", "", "", "B", "因为。", "反家庭暴力法 第二条", "a.b", "2"}
}

func save(t *testing.T, name string, data []byte) {
	t.Helper()
	if err := os.WriteFile(name, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestTheBankWithAndWithoutAServer walks the same way twice: beside a running server, and alone on the folder.
func TestTheBankWithAndWithoutAServer(t *testing.T) {
	for _, running := range []bool{true, false} {
		dir := t.TempDir()
		s := start(t, dir) // the first start brings the shipped content in
		if !running {
			s.stop()
		}
		t.Chdir(t.TempDir())
		does := func(fails bool, args []string, parts ...string) {
			t.Helper()
			out, err := call(t, append(append([]string{"bank"}, args...), "--data", dir)...)
			if err != nil {
				out += err.Error()
			}
			if (err != nil) != fails {
				t.Errorf("%v (server: %v): %s", args, running, out)
			}
			for _, part := range parts {
				if !strings.Contains(out, part) {
					t.Errorf("%v (server: %v) does not say %q: %s", args, running, part, out)
				}
			}
		}
		does(false, []string{"template", "t.xlsx"}, "t.xlsx：填好以后用")
		does(true, []string{"template", "t.xlsx"}, "已经有 t.xlsx 了")
		does(true, []string{"import", "t.xlsx"}, "✗ 表“题目”第 2 行　题目：这是模板里的示例行", "一道题也没有导入")
		save(t, "new.xlsx", filled(t, newQuestion("一？"), newQuestion("二？")))
		does(false, []string{"import", "new.xlsx"}, "新题 2 道，改动 0 道，没有变化 0 道，已经有了 0 道")
		does(false, []string{"import", "new.xlsx"}, "已经有了：表“题目”第 2 行", "已经有了 2 道")
		does(false, []string{"list"}, "新题  单选  一？", "2 道草稿等着审")
		does(false, []string{"export", "all.xlsx"}, "all.xlsx：")
		does(false, []string{"import", "all.xlsx"}, "新题 0 道，改动 0 道")
		does(false, []string{"export", "topic.gift", "--topic", "maicao"}, "topic.gift：")
		does(false, []string{"import", "topic.gift"}, "新题 0 道，改动 0 道", "已经有了 0 道")
		does(true, []string{"export", "none.gift", "--topic", "none"}, "没有这组题")
		does(true, []string{"import", "none.xlsx"}, "打不开 none.xlsx")
		save(t, "old.xlsx", []byte("\xd0\xcf\x11\xe0"))
		does(true, []string{"import", "old.xlsx"}, "✗ 文件　这个文件打不开")
		save(t, "gbk.txt", []byte("\xb5\xc4{=a ~b}"))
		does(true, []string{"import", "gbk.txt"}, "请另存为 UTF-8")
		save(t, "q.csv", []byte("题目,答案"))
		does(true, []string{"import", "q.csv"}, "表“q”　没有“解析”这一列")
		save(t, "q.dat", []byte("题目,答案"))
		does(true, []string{"import", "q.dat"}, "只收 .xlsx、.csv、.gift 和 .txt")
		save(t, "q.xls", []byte("\xd0\xcf\x11\xe0"))
		does(true, []string{"import", "q.xls"}, "点“另存为”，选 .xlsx")
		unsure := newQuestion("三？")
		unsure[4] = "以上都对"
		save(t, "unsure.xlsx", filled(t, unsure))
		does(true, []string{"import", "unsure.xlsx"}, "? 表“题目”第 2 行　选项：", "有 1 处要你看一眼。一道题也没有导入。")
		does(false, []string{"import", "unsure.xlsx", "--confirm"}, "新题 1 道")
		for _, args := range [][]string{{}, {"template"}, {"template", "t.csv"}, {"export", "x"}, {"list", "x"}, {"import"}} {
			does(true, args, "bank template")
		}
		if running {
			s.stop()
		}
	}
}

// TestTheOperatorsDoorBoundsWhatItReads sends more than a file may have.
func TestTheOperatorsDoorBoundsWhatItReads(t *testing.T) {
	s := start(t, t.TempDir())
	name := filepath.Join(t.TempDir(), "big.gift")
	save(t, name, bytes.Repeat([]byte("x"), operate.LargestBankFile+10))
	out, err := call(t, "bank", "import", name, "--data", s.dir)
	if err == nil || !strings.Contains(out, "这个文件太大了") {
		t.Errorf("%s %v", out, err)
	}
}
