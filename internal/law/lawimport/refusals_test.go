package lawimport

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"pugongying/internal/law"
)

// gbk is 第一条 and a line end in GBK.
const gbk = "\xb5\xda\xd2\xbb\xcc\xf5\n"

// TestEveryRefusalOfAFolder imports one folder with every kind of fault. Each is reported with its file and line, in a
// second import too, and none prevents the import of the valid laws in the same folder.
func TestEveryRefusalOfAFolder(t *testing.T) {
	folder, want := map[string]string{}, map[string]string{}
	for file, c := range map[string]struct{ text, refused string }{
		"gap.md":            {dated2020 + "第一条 一。\n第三条 三。\n", "8 第三条前面少了条文：上一条是第一条，在第 7 行。"},
		"double.md":         {dated2020 + "第一条 一。\n第二条 二。\n第二条 二。\n", "9 第二条重复了，或者顺序不对：上一条是第二条。"},
		"late.md":           {dated2020 + "第五条 五。\n", "7 第一条不在开头：最先出现的是第五条。"},
		"empty-article.md":  {dated2020 + "第一条 一。\n第二条\n", "8 第二条没有内容。"},
		"number.md":         {dated2020 + "第一条 一。\n第一百百条 二。\n", "8 条号读不懂：第一百百条"},
		"zhi-gap.md":        {dated2020 + "第一条 一。\n第一条之二 二。\n", "8 第一条之二前面少了条文：上一条是第一条，在第 7 行。"},
		"zhi-late.md":       {dated2020 + "第一条 一。\n第二条 二。\n第一条之一 一。\n", "9 第一条之一重复了，或者顺序不对：上一条是第二条。"},
		"zhi-unread.md":     {dated2020 + "第一条 一。\n第一条之十十 二。\n", "8 条号读不懂：第一条"},
		"annex.md":          {dated2020 + "第一条 一。\n\n附件：表\n\n第二条 二。\n", "11 附件后面接着还有条文。"},
		"comment.md":        {dated2020 + "第一条 一。\n<!--\n第二条 二。\n", "9 从这里起的条文写在没有结束的注释或代码里。"},
		"code.md":           {dated2020 + "第一条 一。\n```\n又一款。\n", "8 从这里开始的注释或代码没有结束，后面的文字会丢。"},
		"gbk.md":            {dated2020 + "第一条 一。\n" + gbk, "8 不是 UTF-8 编码的文字。"},
		"all-gbk.md":        {gbk, "1 不是 UTF-8 编码的文字。"},
		"bom-gbk.md":        {"\ufeff\r\n\r\n" + gbk, "3 不是 UTF-8 编码的文字。"},
		"utf-16.md":         {"\xfe\xff\x7b\x2c", "1 不是 UTF-8 编码的文字。"},
		"dateless.md":       {"# 云法\n\n第一条 一。\n", "0 找不到公布和施行的日期：用 --effective 2026-01-01 写明施行日期。"},
		"nameless.md":       {"<!-- | 公布：2020-01-01 | 施行：2021-01-01 -->\n第一条 一。\n", "0 不知道这是哪部法律的一部分：文件夹里没有写标题和日期的 README.md。"},
		"reply.md":          {dated2020 + "一、可以。\n", "0 没有“第X条”（批复、修正案、决定这类文件不能按条引用），没有收进来。"},
		"piece/1.md":        {"# 第一编　云\n\n第一条　一。\n", "0 不知道这是哪部法律的一部分：文件夹里没有写标题和日期的 README.md。"},
		"_partial/a.md":     {kites("鸟法", "2020-01-01", "一。"), "0 自称是节录或转载，不是全文；确要收进来就加 --accept partial。"},
		"x/_outdated/a.md":  {kites("鸟法", "2020-01-01", "一。"), "0 自称不是现行文本；确要收进来就加 --accept outdated。"},
		"deep/er/folder.md": {dated2020 + "第一条 一。\n第三条 三。\n", "8 第三条前面少了条文：上一条是第一条，在第 7 行。"},
		"large.md":          {kites("长法", "2020-01-01", strings.Repeat("长", MaxFile/3)), "0 文件太大，不像一部法律。"},
	} {
		folder[file], want[file] = c.text, c.refused
	}
	folder["a.md"], folder["zz.md"] = kites("风筝法", "2020-01-01", "一。", "二。"), kites("线轴法", "2020-01-01", "一。")
	folder["empty.md"], folder["blank.md"], folder["bom.md"] = "", "\r\n \u3000\n\n", "\ufeff"
	got := importing(t, folder, Options{})
	for again := range 2 {
		for _, o := range got.outcomes {
			if o.Kind != Refused {
				continue
			}
			if said := fmt.Sprintf("%d %s", o.Line, o.Reason); said != want[o.File] {
				t.Errorf("time %d, %s: %q, want %q", again+1, o.File, said, want[o.File])
			}
		}
		added, same := got.count(Added), got.count(Same)
		if got.count(Refused) != len(want) || got.count(Passed) != 3 || added+same != 2 || added != 2*(1-again) {
			t.Errorf("time %d: %d refused of %d, %d passed, %d added, %d the same", again+1, got.count(Refused), len(want), got.count(Passed), added, same)
		}
		got.take(t, folder, Options{})
	}
}

// A refused file is imported once it is corrected, and only that file is read again.
func TestAMendedFileComesIn(t *testing.T) {
	folder := map[string]string{
		"a.md": strings.Replace(kites("风筝法", "2020-01-01", "一。", "二。"), "第二条", "第三条", 1), "b.md": kites("云法", "2020-01-01", "一。"),
		"d/README.md": "# 线轴典\n\n2020年5月28日通过\n", "d/1.md": "# 第一编　轴\n\n第一条　一。\n", "d/2.md": "# 第二编　线\n\n第三条　三。\n",
	}
	got := importing(t, folder, Options{})
	if got.count(Refused) != 2 || got.count(Added) != 1 {
		t.Errorf("%+v", got.outcomes)
	}
	folder["a.md"] = strings.Replace(folder["a.md"], "第三条", "第二条", 1)
	if got.take(t, folder, Options{}); got.count(Refused) != 1 || got.count(Added) != 1 || got.count(Same) != 1 {
		t.Errorf("one mended: %+v", got.outcomes)
	}
	folder["d/2.md"] = strings.Replace(folder["d/2.md"], "第三条", "第二条", 1)
	if got.take(t, folder, Options{}); got.count(Refused) != 0 || got.count(Added) != 1 || got.count(Same) != 2 {
		t.Errorf("both mended: %+v", got.outcomes)
	}
}

// The same law in four layouts and byte orders in one folder is one version, whichever is read first; one more word makes
// another.
func TestOneLawInEveryLayoutOfOneFolder(t *testing.T) {
	layouts := map[string]string{
		"ours": ours, "just-laws": justLaws, "LawRefBook": lawRefBook, "windows": strings.ReplaceAll("\ufeff"+ours, "\n", "\r\n"),
		"wide": strings.NewReplacer("**第一条**　", "第１条 ", "**第二条**　", "第 2 条 ", "**第三条**", "**第3条**").Replace(strings.ReplaceAll(justLaws, "第二条之一", "第2条之1")),
	}
	layouts["wide"] = strings.ReplaceAll(layouts["wide"], "第 2 条 ", "第2条\u3000")
	for first := range layouts {
		folder := map[string]string{"0.md": layouts[first]}
		for name, text := range layouts {
			folder["copies/"+name+".md"] = text
		}
		got := importing(t, folder, Options{})
		laws, _ := got.store.Laws(context.Background(), 0)
		if got.count(Added) != 1 || got.count(Same) != len(layouts) || len(laws) != 1 || len(laws[0].Versions) != 1 {
			t.Errorf("%s first: %+v", first, got.outcomes)
		}
		for _, o := range got.outcomes {
			if (o.Kind == Added) != (o.File == "0.md") || o.Articles != 4 {
				t.Errorf("%s first: %+v", first, o)
			}
		}
		folder["zz.md"] = strings.Replace(ours, "风筝应当有线。", "风筝应当有线和轴。", 1)
		if got.take(t, folder, Options{Replace: true}); got.count(Instead) != 1 || got.count(Same) != len(layouts)+1 {
			t.Errorf("%s first: negative control: %+v", first, got.outcomes)
		}
	}
}

// TestNumeralsOfEveryWidth reads article numbers and 之 in every spelling; text that only looks like a number is not one.
func TestNumeralsOfEveryWidth(t *testing.T) {
	for written, want := range map[string]string{
		"第二条之一 x": "2-1", "第2条之1 x": "2-1", "第２条之1 x": "2-1", "**第二条之一**　x": "2-1", "第二条之一　x": "2-1", "第二条之一\tx": "2-1",
		"第三条 x": "3", "第3条 x": "3", "第 三条 x": "3", "第三 条 x": "3", "第 3 条 x": "3", "第３条　x": "3", "**第三条** x": "3", "**第3条**　x": "3", "\u3000\u3000第三条\u3000x": "3",
		"第三条的规定": "", "第三条、第四条 x": "", "第三条第一款 x": "", "三条 x": "", "第三条：x": "",
	} {
		l, refused := leafOf(dated2020 + "第一条 一。\n第二条 二。\n" + written + "\n")
		last := l.text.Articles[len(l.text.Articles)-1]
		got := last.Number()
		if got == "2" {
			got = ""
		}
		if refused != "" || got != want || want != "" && last.Text() != "x" || want == "" && len(last.Paragraphs) != 2 {
			t.Errorf("%q: %s, %+v, %s, want %s", written, got, last, refused, want)
		}
	}
}

// With inserted articles, the numbers, the register, the citations and the order are those of the text.
func TestInsertedArticlesAreCitedByTheirNumber(t *testing.T) {
	ctx, r := context.Background(), newRoom(t)
	text := strings.Replace(kites("风筝法", "2010-01-01", "一。", "二。"), "第二条", "第一条之一 一之一。\n\n第一条之二 一之二：\n\n（一）云；\n\n（二）鸟。\n\n第二条", 1)
	r.bring(text)
	if h := r.law("fz"); fmt.Sprint(h.Inserted, h.Articles, h.Count()) != "[1-1 1-2] 2 4" {
		t.Errorf("%v %d %d", h.Inserted, h.Articles, h.Count())
	}
	for written, want := range map[string]string{
		"风筝法第一条": "一。", "风筝法第一条之一": "一之一。", "风筝法1条之2第（二）项": "鸟。", "风筝法第２条": "二。", "风筝法第一条之三": "", "风筝法第二条之一": "",
	} {
		c, err := r.Register().Parse(written)
		if (err == nil) != (want != "") || err != nil && !errors.Is(err, law.ErrNoArticle) {
			t.Errorf("%s: %+v, %v", written, c, err)
			continue
		}
		if q, err := r.Provision(ctx, c); want != "" && (err != nil || q.Article.Text() != want) {
			t.Errorf("%s: %q, %v, want %q", written, q.Article.Text(), err, want)
		}
	}
	cited, err := r.Register().ParseAll("风筝法第一条至第二条")
	if err != nil || len(cited) != 4 || cited[1].Number() != "1-1" || cited[2].Number() != "1-2" {
		t.Errorf("a range over them: %+v, %v", cited, err)
	}
	for _, number := range []string{"1-3", "1-0", "01-1", "1-1-1", "1-", "-1", "之一"} {
		if _, err := r.Article(ctx, "fz", number, ""); !errors.Is(err, law.ErrNoArticle) {
			t.Errorf("%s: %v", number, err)
		}
	}
}

// Links, folders named like laws, empty files and huge files do not prevent the import of a law beside them.
func TestWhatLiesBesideALawOnDisk(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("a.md", kites("风筝法", "2020-01-01", "一。"))
	write("empty.md", "")
	write("notes.pdf", kites("云法", "2020-01-01", "一。"))
	sparse, err := os.Create(filepath.Join(dir, "huge.md"))
	if err == nil {
		err = errors.Join(sparse.Truncate(1<<30), sparse.Close(), os.Mkdir(filepath.Join(dir, "folder.md"), 0o700))
	}
	if err := errors.Join(err, os.Symlink("a.md", filepath.Join(dir, "link.md")), os.Symlink(dir, filepath.Join(dir, "loop.md"))); err != nil {
		t.Skip("NOT RUN: no links or sparse files here", err)
	}
	reported, err := importFS(t, os.DirFS(dir))
	said := map[string]string{}
	for _, o := range reported {
		said[o.File] = string(o.Kind) + " " + o.Reason
	}
	want := map[string]string{
		"a.md": "added ", "empty.md": "passed ", "huge.md": "refused 文件太大，不像一部法律。",
		"link.md": "refused 读不了：" + errNotRegular.Error(), "loop.md": "refused 读不了：" + errNotRegular.Error(),
	}
	if err != nil || fmt.Sprint(said) != fmt.Sprint(want) {
		t.Errorf("%v, %v, want %v", said, err, want)
	}
}

// processorTime is the processor time that this process has used; other work on the machine does not count.
func processorTime(tb testing.TB) time.Duration {
	tb.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		tb.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// Many lines under one 项 are read in linear, not quadratic, time, and all of them are stored.
func TestManyShortLinesAreReadAtOnce(t *testing.T) {
	for below, want := range map[string]string{"1．云": "（一）线：", "|云|": "|云|", "（1）云": "（一）线："} {
		text := func(n int) string {
			header := "第一条 一：\n"
			if want != below {
				header += "（一）线：\n"
			}
			return dated2020 + header + lines(below, n) + "（二）鸟。\n又一款。\n"
		}
		took := func(n int) time.Duration {
			best := time.Hour
			for range 3 {
				start := processorTime(t)
				l, refused := leafOf(text(n))
				best = min(best, processorTime(t)-start)
				words := l.text.Articles[0].Text()
				if refused != "" || !strings.HasPrefix(strings.TrimPrefix(words, "一：\n"), want) || strings.Count(words, below) != n || !strings.HasSuffix(words, below+"\n（二）鸟。\n又一款。") {
					t.Fatalf("%s: %d lines are read as %.80s (%s)", below, n, words, refused)
				}
			}
			return best
		}
		few, many := took(4_000), took(32_000)
		if ratio := many.Seconds() / few.Seconds(); ratio > 32 {
			t.Errorf("%s: eight times the lines take %.0f times as long (8 expected, 64 were each line to copy all before it)", below, ratio)
		}
	}
}

// The parts of two laws in one folder are not mixed; a fault in one law does not prevent the import of the other.
func TestPiecesOfTwoLawsInOneFolder(t *testing.T) {
	piece := func(title, part, article, words string) string {
		return fmt.Sprintf("# %s\n\n# %s\n\n2020年5月28日 通过\n\n<!-- INFO END -->\n\n第%s条 %s\n", title, part, article, words)
	}
	folder := map[string]string{
		"d/1.md": piece("线轴典", "轴", "一", "轴一。"), "d/2.md": piece("风筝典", "纸", "一", "纸一。"),
		"d/3.md": piece("线轴典", "线", "二", "线二。"), "d/4.md": piece("风筝典", "骨", "三", "骨三。"),
	}
	got := importing(t, folder, Options{})
	laws, _ := got.store.Laws(context.Background(), 0)
	if got.count(Added) != 1 || got.count(Refused) != 1 || len(laws) != 1 || laws[0].Title != "线轴典" {
		t.Errorf("%+v", got.outcomes)
	}
	for _, o := range got.outcomes {
		if o.Kind == Refused && (o.File != "d/4.md" || o.Line != 9 || !strings.HasPrefix(o.Reason, "第三条前面少了条文")) {
			t.Errorf("%+v", o)
		}
	}
	folder["d/4.md"] = piece("风筝典", "骨", "二", "骨二。")
	if got.take(t, folder, Options{}); got.count(Added) != 1 || got.count(Same) != 1 || got.count(Refused) != 0 {
		t.Errorf("mended: %+v", got.outcomes)
	}
}
