package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"pugongying/internal/law"
	"pugongying/internal/law/lawimport"
	"pugongying/internal/testkit"
)

// kites is an invented law in the layout of our corpus.
func kites(title, from string, articles ...string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "<!-- %s | 公布：2015-12-27 | 施行：%s | 来源：invented | 状态：现行有效 -->\n\n", title, from)
	for i, text := range articles {
		fmt.Fprintf(&b, "**第%s条**　%s\n\n", law.Numeral(i+1), text)
	}
	return b.String()
}

// lawFolder writes files into a folder of its own.
func lawFolder(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestLawCommandsWithAndWithoutAServer(t *testing.T) {
	data := t.TempDir()
	first := lawFolder(t, map[string]string{"a.md": kites("风筝法", "2020-01-01", "一。", "二。"), "b/README.md": "# 说明\n", "c.md": strings.Replace(kites("线轴法", "2020-01-01", "一。", "二。"), "第二条", "第三条", 1)})
	second := lawFolder(t, map[string]string{"a.md": kites("风筝法", "2026-01-01", "一。", "新的二。"), "_partial/x.md": kites("云法", "2020-01-01", "一。")})
	step := func(what string, fails bool, args []string, parts ...string) {
		t.Helper()
		out, err := call(t, append(args, "--data", data)...)
		if (err != nil) != fails {
			t.Errorf("%s: %v %s", what, err, out)
		}
		for _, part := range parts {
			if !strings.Contains(out, part) {
				t.Errorf("%s does not say %q: %s", what, part, out)
			}
		}
	}
	step("first", true, []string{"law", "import", first}, "没有服务在用 ", "新收：风筝法 2020-01-01.", "没收：c.md 第 5 行：第三条前面少了条文", "新收 1 部，新版本 0 个，已有 0 部，不是法律的文件 1 个，没收 1 个")
	step("list", false, []string{"law", "list"}, "现行有效", "风筝法", "反家庭暴力法")
	s := start(t, data)
	step("again, beside a server", true, []string{"law", "import", first}, "新收 0 部，新版本 0 个，已有 1 部，不是法律的文件 1 个，没收 1 个")
	if status, _ := s.get("/api/v1/laws/风筝法/changes"); status != 404 {
		t.Errorf("negative control: one version is compared: %d", status)
	}
	step("second", true, []string{"law", "import", second}, "新版本：风筝法 2026-01-01.", "--accept partial")
	if status, body := s.get("/api/v1/laws/风筝法/changes"); status != 200 || !strings.Contains(body, "新的二。") {
		t.Errorf("not shown at once: %d %s", status, body)
	}
	step("accepted", false, []string{"law", "import", second, "--accept", "partial,outdated", "--effective", "2026-02-01"}, "新收：云法 2026-02-01.")
	step("list beside a server", false, []string{"law", "list"}, "云法", "2 个版本")
	step("dependants", false, []string{"law", "dependants"}, "没有这样的内容")
	step("dependants of one law", false, []string{"law", "dependants", "反家暴法"}, "题目", "引用 反家庭暴力法 第二十三条第二款：没有变")
	step("dependants of none", true, []string{"law", "dependants", "nichts"})
	if err := os.WriteFile(filepath.Join(first, "\xb7\xe7.md"), []byte("x"), 0o600); err == nil {
		step("a name that is no UTF-8", true, []string{"law", "import", first}, "名字不是 UTF-8", "已有 1 部，不是法律的文件 1 个，没收 2 个")
	}
	step("no such folder", true, []string{"law", "import", filepath.Join(data, "none")})
	step("a bad day", true, []string{"law", "import", first, "--effective", "morgen"})
	for _, words := range [][]string{{"law"}, {"law", "import"}, {"law", "burn"}, {"law", "list", "a", "b"}, {"law", "import", first, "--accept", "all"}} {
		step(fmt.Sprint(words), true, words)
	}
}

// The drill of a worse text: somebody imports a text with other words or without its end. It does not win, and where it was
// taken by mistake it is withdrawn by command, with a server and without.
func TestTheDrillOfAWorseText(t *testing.T) {
	for _, running := range []bool{false, true} {
		data := t.TempDir()
		right := lawFolder(t, map[string]string{"a.md": kites("风筝法", "2020-01-01", "一。", "七十二小时内。")})
		wrong := lawFolder(t, map[string]string{"a.md": kites("风筝法", "2020-01-01", "一。", "七十一小时内。")})
		var s *server
		if running {
			s = start(t, data)
		}
		says := func(fails bool, args []string, parts ...string) string {
			t.Helper()
			out, err := call(t, append(args, "--data", data)...)
			for _, part := range parts {
				if (err != nil) != fails || !strings.Contains(out+fmt.Sprint(err), part) {
					t.Errorf("%v (server: %v) %v, want %q: %s", args, running, err, part, out)
				}
			}
			return out
		}
		says(false, []string{"law", "import", right}, "新收：风筝法 2020-01-01.")
		says(true, []string{"law", "import", wrong}, "没收：a.md：同样日期", "有 1 条不一样，第一处是第二条", "--replace")
		if running {
			if _, body := s.get("/api/v1/laws/风筝法/articles/2"); !strings.Contains(body, "七十二小时内。") {
				t.Errorf("in force: %s", body)
			}
		}
		says(false, []string{"law", "import", wrong, "--replace"}, "换上：风筝法 2020-01-01.", "代替2020-01-01.")
		listed := says(false, []string{"law", "versions", "风筝法"}, "已经撤下（", "现行有效")
		taken := ""
		for _, line := range strings.Split(listed, "\n") {
			if strings.Contains(line, "现行有效") {
				taken, _, _ = strings.Cut(line, " ")
			}
		}
		says(true, []string{"law", "withdraw", "风筝法", "2020-01-01.none"}, "没有这个版本")
		says(false, []string{"law", "withdraw", "风筝法", taken}, "撤下了")
		says(true, []string{"law", "withdraw", "风筝法", taken}, "已经撤下了")
		says(true, []string{"law", "import", right}, "撤下过")
		says(false, []string{"law", "import", right, "--replace"}, "换上：风筝法")
		if running {
			if _, body := s.get("/api/v1/laws/风筝法/articles/2"); !strings.Contains(body, "七十二小时内。") {
				t.Errorf("brought back: %s", body)
			}
		}
		says(true, []string{"law", "restore", "风筝法", taken}, "同样日期的文本有一份正在用")
		if running {
			s.stop()
		}
	}
}

// TestALawNoDocumentHolds imports a folder with a law too large for a document: the other laws are imported, and the exit
// status reports the failure.
func TestALawNoDocumentHolds(t *testing.T) {
	files := map[string]string{"a.md": kites("风筝法", "2020-01-01", "一。"), "d/README.md": "# 线轴典\n\n2020年5月28日通过\n"}
	for i := range 4 {
		files[fmt.Sprintf("d/%d.md", i)] = fmt.Sprintf("# 第%s编　线\n\n第%s条　%s。\n", law.Numeral(i+1), law.Numeral(i+1), strings.Repeat("线", lawimport.MaxFile/3-50))
	}
	data := t.TempDir()
	out, err := call(t, "law", "import", lawFolder(t, files), "--data", data)
	if err == nil || !strings.Contains(out, "新收：风筝法") || !strings.Contains(out, "没收：d/3.md 第 3 行：到第四条，整部法律已经超过 15 MB") || !strings.Contains(out, "没收 1 个") {
		t.Errorf("%v %s", err, out)
	}
	delete(files, "d/3.md")
	if out, err := call(t, "law", "import", lawFolder(t, files), "--data", data); err != nil || !strings.Contains(out, "新收：线轴典") {
		t.Errorf("negative control: what fits does not come in: %v %s", err, out)
	}
}

func TestContentWords(t *testing.T) {
	for _, args := range [][]string{{}, {"check", "x"}, {"check", "--laws"}, {"pin"}, {"burn"}, {"manifest", "x"}} {
		if out, err := call(t, append([]string{"content"}, args...)...); !errors.Is(err, errReported) || !strings.Contains(out, "写 content check") {
			t.Errorf("content %v: %v %s", args, err, out)
		}
	}
	t.Chdir(t.TempDir())
	if out, err := call(t, "content", "check"); err != nil || !strings.Contains(out, "处引用都钉住了原文") {
		t.Errorf("content check: %s %v", out, err)
	}
	if _, err := call(t, "content", "pin", "."); err == nil {
		t.Error("content pin outside of a source tree")
	}
	empty := lawFolder(t, nil)
	if _, err := call(t, "content", "check", "--laws", empty); err == nil || !strings.Contains(err.Error(), "missing: law.no_text") {
		t.Errorf("content check against nothing: %.200v", err)
	}
	if _, err := call(t, "content", "check", "--laws="+empty); err == nil {
		t.Error("content check against nothing")
	}
}

// TestAWholeRepositoryComesIn imports a folder of thousands of files in a process of its own and looks at its memory:
// PGY_LAW_SNAPSHOT names a public law repository as it is; without it the files are invented.
func TestAWholeRepositoryComesIn(t *testing.T) {
	folder := os.Getenv("PGY_LAW_SNAPSHOT")
	if folder == "" {
		t.Log("NOT RUN on a public repository: PGY_LAW_SNAPSHOT names none; on invented laws instead")
		files := map[string]string{"README.md": "# 说明\n", "bad.md": strings.Replace(kites("坏法", "2020-01-01", "一。", "二。"), "第二条", "第三条", 1)}
		articles := make([]string, 60)
		for i := range articles {
			articles[i] = fmt.Sprintf("第%d句。%s", i, strings.Repeat("风筝应当有一根结实的线。", 8))
		}
		for i := range 1000 {
			files[fmt.Sprintf("%d/%d.md", i%20, i)] = kites(fmt.Sprintf("第%d号风筝条例", i), "2020-01-01", articles...)
		}
		folder = lawFolder(t, files)
	}
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	command := exec.Command(path, "law", "import", folder, "--data", t.TempDir())
	out, _ := command.CombinedOutput()
	said := strings.Split(strings.TrimSpace(string(out)), "\n")
	if last := said[len(said)-1]; !strings.HasPrefix(last, "新收 ") {
		t.Fatalf("it ended with %q", last)
	}
	peak := "unknown"
	if usage, ok := command.ProcessState.SysUsage().(*syscall.Rusage); ok && runtime.GOOS == "linux" {
		if peak = fmt.Sprintf("%d MB", usage.Maxrss>>10); usage.Maxrss>>10 > 300 && !testkit.Racing {
			t.Errorf("%s of memory", peak)
		}
	}
	t.Logf("%s; peak memory %s (300 MB allowed); %v", said[len(said)-1], peak, command.ProcessState.UserTime())
}
