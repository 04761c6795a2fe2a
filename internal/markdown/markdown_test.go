package markdown

import (
	"errors"
	"regexp"
	"strings"
	"testing"
)

func render(t *testing.T, src string) string {
	t.Helper()
	got, err := New().Render([]byte(src), nil)
	if err != nil {
		t.Fatalf("Render(%q) = %v", src, err)
	}
	return got
}

func TestRenderKeepsWhatAuthorsNeed(t *testing.T) {
	for src, want := range map[string]string{
		"## 法律怎么说\n\n可以**代为申请**。": "<h2>法律怎么说</h2>\n<p>可以<strong>代为申请</strong>。</p>",
		"### 小标题":                  "<h3>小标题</h3>",
		"# 大标题":                    "<h2>大标题</h2>",
		"##### 更小":                 "<h3>更小</h3>",
		"- 一\n- 二":                 "<ul>\n<li>一</li>\n<li>二</li>\n</ul>",
		"1. 一\n2. 二":               "<ol>\n<li>一</li>\n<li>二</li>\n</ol>",
		"> 她说":                     "<blockquote>\n<p>她说</p>\n</blockquote>",
		"*轻声*":                     "<p><em>轻声</em></p>",
		"第一行\n第二行":                 "<p>第一行第二行</p>",
		"    缩进的一段":                "<p>缩进的一段</p>",
		"12338 & 110 < 120":        "<p>12338 &amp; 110 &lt; 120</p>",
		"按法释〔2022〕17号":             "<p>按法释〔2022〕17号</p>",
		"":                         "",
		"[看这里](https://e.example)": "<p>看这里</p>",
	} {
		if got := render(t, src); got != want {
			t.Errorf("Render(%q) = %q, want %q", src, got, want)
		}
	}
}

// Chinese puts no blank between a character and punctuation, and an author breaks lines where the editor is full.
func TestEmphasisBesideChinesePunctuation(t *testing.T) {
	for src, want := range map[string]string{
		"这叫**“冷暴力”**也算。":      "这叫<strong>“冷暴力”</strong>也算。",
		"**“冷暴力”**也":          "<strong>“冷暴力”</strong>也",
		"记住：**110。**打了再说":     "记住：<strong>110。</strong>打了再说",
		"看《**民法典**》":          "看《<strong>民法典</strong>》",
		"看**《民法典》**第一条":       "看<strong>《民法典》</strong>第一条",
		"**（一）**和**（二）**都是":   "<strong>（一）</strong>和<strong>（二）</strong>都是",
		"*“轻声”*说":             "<em>“轻声”</em>说",
		"**她说：**\n走吧":         "<strong>她说：</strong>走吧",
		"她**走了**\n，没回来":       "她<strong>走了</strong>，没回来",
		"一句，\n又一句！\n再（一句）\n完": "一句，又一句！再（一句）完",
		"一\n二\n三\n四":          "一二三四",
		"“一”\n“二”":            "“一”“二”",
		"打 110\nor 120":       "打 110\nor 120",
		"2 * 3 * 4":           "2 * 3 * 4",
		"a*b*c":               "a<em>b</em>c",
		"snake_case_name":     "snake_case_name",
	} {
		if got := render(t, strings.ReplaceAll(src, `\n`, "\n")); got != "<p>"+want+"</p>" {
			t.Errorf("Render(%q) = %q, want %q", src, got, want)
		}
	}
	if got := render(t, "- 一，\n  二\n- 三"); got != "<ul>\n<li>一，二</li>\n<li>三</li>\n</ul>" {
		t.Errorf("a list: %q", got)
	}
}

func TestStarsThatAreSeenAreRefused(t *testing.T) {
	for src, where := range map[string]string{"这是**没有关": "这是**没有关", "** 空格 **": "** 空格 **", "一二三四五六七八九**十": "二三四五六七八九**十"} {
		_, err := New().Render([]byte(src), nil)
		if !errors.Is(err, ErrStars) || !strings.Contains(err.Error(), where) {
			t.Errorf("Render(%q): %v, want %s", src, err, where)
		}
	}
	if _, err := New().Render([]byte(`2 \* 3`), nil); err != nil { // the control
		t.Error(err)
	}
}

// attacks are things that must leave no trace that a browser acts on.
var attacks = []string{
	`<script>alert(1)</script>`,
	`a <script src=//e.example></script> b`,
	`<img src=x onerror=alert(1)>`,
	`<svg onload=alert(1)>`,
	`<iframe src="https://e.example"></iframe>`,
	`<a href="javascript:alert(1)">x</a>`,
	`<a class="cite" href="#cite-0" onclick="alert(1)">x</a>`,
	`<style>body{display:none}</style>`,
	`<form action=//e.example><input name=q></form>`,
	`<div style="position:fixed">x</div>`,
	`<math><mi xlink:href="javascript:alert(1)">x</mi></math>`,
	`<p onmouseover=alert(1)>x</p>`,
	`<!-- --><script>alert(1)</script>`,
	`[x](javascript:alert(1))`,
	`[x](JaVaScRiPt:alert(1))`,
	"[x](java\tscript:alert(1))",
	`[x](data:text/html;base64,PHNjcmlwdD4=)`,
	`[x](https://e.example "title")`,
	`[x](//e.example)`,
	`[x](#cite-0)`,
	"[x][1]\n\n[1]: https://e.example",
	`<https://e.example>`,
	`<javascript:alert(1)>`,
	`![x](https://e.example/p.png)`,
	`![x](x" onerror="alert(1))`,
	"`<script>`",
	"```\n<script>alert(1)</script>\n```",
	"    <script>alert(1)</script>",
	"- <b onclick=alert(1)>x</b>",
	"> <script>alert(1)</script>",
	`## <script>alert(1)</script>`,
	`**<a href=//e.example>x</a>**`,
	"<scr<script>ipt>alert(1)</scr</script>ipt>",
	"&lt;script&gt;alert(1)&lt;/script&gt;",
	"&#60;script&#62;alert(1)",
	"<\x00script>alert(1)</script>",
	"\xff\xfe<script>",
	`<a href="#cite-1" class="cite">x`,
}

// safeTag is every tag the result may hold.
var safeTag = regexp.MustCompile(`^</?(h2|h3|p|ul|ol|li|strong|em|blockquote)>$|^<a class="cite" href="#cite-\d+">$|^</a>$`)

var anyTag = regexp.MustCompile(`<[^>]*>?`)

func unsafe(page string) string {
	for _, tag := range anyTag.FindAllString(page, -1) {
		if !safeTag.MatchString(tag) {
			return tag
		}
	}
	return ""
}

func TestRenderLeavesNothingThatActs(t *testing.T) {
	for _, src := range attacks {
		page := render(t, src)
		if tag := unsafe(page); tag != "" {
			t.Errorf("Render(%q) = %q keeps %s", src, page, tag)
		}
		if strings.Contains(page, "<a") {
			t.Errorf("Render(%q) = %q keeps a link an author wrote", src, page)
		}
	}
	// The control: the same eye sees an attack that went through.
	for _, page := range []string{`<p onclick="x">`, `<script>`, `<a href="#cite-1">`, `<a class="cite" href="https://e.example">`, `<img src=x`} {
		if unsafe(page) == "" {
			t.Errorf("unsafe(%q) saw nothing", page)
		}
	}
}

func TestRenderLinksCitations(t *testing.T) {
	var seen []string
	cite := func(text string) (int, string, error) {
		seen = append(seen, text)
		return len(seen) - 1, "第" + text + "<条>", nil
	}
	got, err := New().Render([]byte("可以申请。〔甲 & 乙〕\n\n- 也可以〔丙（法释〔2022〕\n17号）〕，按法释〔2022〕17号。"), cite)
	want := `<p>可以申请。<a class="cite" href="#cite-0">第甲 &amp; 乙&lt;条&gt;</a></p>` + "\n<ul>\n" +
		`<li>也可以<a class="cite" href="#cite-1">第丙（法释〔2022〕17号）&lt;条&gt;</a>，按法释〔2022〕17号。</li>` + "\n</ul>"
	if err != nil || got != want {
		t.Errorf("Render = %q, %v, want %q", got, err, want)
	}
}

func TestRenderRefusesABadCitation(t *testing.T) {
	wrong := errors.New("no such law")
	if _, err := New().Render([]byte("x〔甲〕"), func(string) (int, string, error) { return 0, "", wrong }); !errors.Is(err, wrong) {
		t.Errorf("Render with a refused citation = %v", err)
	}
	if _, err := New().Render([]byte("x〔甲"), func(string) (int, string, error) { return 0, "", nil }); err == nil {
		t.Error("Render accepted a bracket that never closes")
	}
}

func FuzzRender(f *testing.F) {
	for _, src := range attacks {
		f.Add(src)
	}
	f.Add("〔甲〕〔〔乙〕〕")
	r := New()
	f.Fuzz(func(t *testing.T, src string) {
		page, err := r.Render([]byte(src), func(text string) (int, string, error) { return 1, text, nil })
		if err != nil {
			return
		}
		if tag := unsafe(page); tag != "" {
			t.Fatalf("Render(%q) = %q keeps %s", src, page, tag)
		}
	})
}
