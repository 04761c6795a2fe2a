package region

import (
	"errors"
	"runtime"
	"strings"
	"testing"
	"time"

	"pugongying/internal/testkit"
)

func loaded(t testing.TB) *Tree {
	t.Helper()
	tree, err := Load()
	if err != nil {
		t.Fatalf("Load() = %v", err)
	}
	return tree
}

func TestTheShippedListIsTheOneOf2023(t *testing.T) {
	tree := loaded(t)
	counts := map[Level]int{}
	for i := range tree.entries {
		counts[tree.at(i).Level]++
	}
	want := map[Level]int{Autonomous: 1, League: 12, Banner: 108, Sumu: 1225, Gacha: 14592}
	for level, n := range want {
		if counts[level] != n {
			t.Errorf("level %d has %d regions, want %d", level, counts[level], n)
		}
	}
	if tree.Year() != 2023 || tree.Root().Code != "150000000000" || tree.Len() != 15938 {
		t.Errorf("year %d, root %s, %d regions", tree.Year(), tree.Root().Code, tree.Len())
	}
}

func TestChildrenOfEveryRegionAreItsOwnAndNobodyIsLost(t *testing.T) {
	tree := loaded(t)
	seen := 1
	for i := range tree.entries {
		r := tree.at(i)
		children, err := tree.Children(r.Code)
		if err != nil {
			t.Fatalf("Children(%s) = %v", r.Code, err)
		}
		if (len(children) > 0) != r.HasChildren {
			t.Fatalf("%s: HasChildren %v, has %d", r.Code, r.HasChildren, len(children))
		}
		for _, c := range children {
			if c.Code.Parent() != r.Code || c.Level != r.Level+1 || c.Name == "" || !c.Code.Within(r.Code) {
				t.Fatalf("%s has the child %+v", r.Code, c)
			}
		}
		seen += len(children)
	}
	if seen != tree.Len() {
		t.Fatalf("walking down from every region meets %d regions of %d", seen, tree.Len())
	}
}

func TestFindAndPath(t *testing.T) {
	tree := loaded(t)
	path, err := tree.Path("152971100201")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, r := range path {
		names = append(names, r.Name)
	}
	if got := strings.Join(names, "/"); got != "内蒙古自治区/阿拉善盟/内蒙古阿拉善高新技术产业开发区/乌斯太镇/巴音敖包嘎查委员会" {
		t.Errorf("Path = %s", got)
	}
	leagues, err := tree.Children(tree.Root().Code)
	if err != nil || len(leagues) != 12 || leagues[0].Name != "呼和浩特市" || leagues[11].Name != "阿拉善盟" {
		t.Errorf("leagues = %v, %v", leagues, err)
	}
	for _, c := range []Code{"", "15", "110000000000", "150499000000", "999999999999", "150000000001"} {
		if _, err := tree.Find(c); !errors.Is(err, ErrUnknown) {
			t.Errorf("Find(%q) = %v", c, err)
		}
		if _, err := tree.Children(c); !errors.Is(err, ErrUnknown) {
			t.Errorf("Children(%q) = %v", c, err)
		}
		if _, err := tree.Path(c); !errors.Is(err, ErrUnknown) {
			t.Errorf("Path(%q) = %v", c, err)
		}
	}
}

func TestCodes(t *testing.T) {
	for text, want := range map[string]struct {
		level  Level
		parent Code
		short  string
	}{
		"150000000000": {Autonomous, "", "15"},
		"150400000000": {League, "150000000000", "1504"},
		"150424000000": {Banner, "150400000000", "150424"},
		"150424100000": {Sumu, "150424000000", "150424100"},
		"150424100200": {Gacha, "150424100000", "150424100200"},
	} {
		c, err := ParseCode(text)
		if err != nil || c.Level() != want.level || c.Parent() != want.parent || c.Short() != want.short {
			t.Errorf("%s: level %d, parent %s, short %s, %v", text, c.Level(), c.Parent(), c.Short(), err)
		}
	}
	for _, bad := range []string{"", "15", "1504241002000", "15042410020a", "000000000000", "150400100000", "一五〇四"} {
		if _, err := ParseCode(bad); !errors.Is(err, ErrUnknown) {
			t.Errorf("ParseCode(%q) = %v", bad, err)
		}
	}
}

func TestAScopeHoldsARegionAndWhatLiesInside(t *testing.T) {
	banner := ScopeOf("150424000000")
	for c, want := range map[Code]bool{
		"150424000000": true, "150424100200": true, "150424999999": true,
		"150423999999": false, "150425000000": false, "150400000000": false, "": false, "150424": false,
	} {
		if banner.Contains(c) != want {
			t.Errorf("%v.Contains(%q) = %v", banner, c, !want)
		}
	}
	if (Scope{}).Contains("150424000000") || ScopeOf("150400100000").Contains("150400100000") {
		t.Error("a scope of nothing holds something")
	}
}

const inventedList = "2023\n15甲区\n\t01乙盟\n\t\t21丙旗\n\t\t22丁旗\n"

func TestAnInventedMergerKeepsOldCodesMeaningful(t *testing.T) {
	tree, err := Parse(strings.NewReader(inventedList), strings.NewReader(
		"# 丙旗 and 丁旗 become 戊市, which is then cut in two\n"+
			"2025 new 150181000000 戊市\n2024 end 150121000000 150181000000\n2024 end 150122000000 150181000000\n"+
			"2027 new 150182000000 己市\n2027 new 150183000000 庚市\n2026 end 150181000000 150183000000,150182000000\n"))
	if err != nil {
		t.Fatal(err)
	}
	old, err := tree.Find("150121000000")
	if err != nil || old.Valid != (Valid{2023, 2024}) || len(old.Successors) != 1 || old.Successors[0] != "150181000000" {
		t.Errorf("Find(ended) = %+v, %v", old, err)
	}
	if !old.Valid.In(2024) || old.Valid.In(2025) || old.Valid.In(2022) {
		t.Errorf("validity of %+v", old.Valid)
	}
	current, err := tree.Current("150122000000")
	if err != nil || len(current) != 2 || current[0] != "150182000000" || current[1] != "150183000000" {
		t.Errorf("Current(ended) = %v, %v", current, err)
	}
	children, err := tree.Children("150100000000")
	if err != nil || len(children) != 2 || children[0].Name != "己市" || children[0].Valid != (Valid{From: 2027}) {
		t.Errorf("Children = %+v, %v", children, err)
	}
	if path, err := tree.Path("150121000000"); err != nil || path[2].Name != "丙旗" {
		t.Errorf("Path(ended) = %v, %v", path, err)
	}
}

func TestARegionWhoseChildrenAllEndedHasNone(t *testing.T) {
	tree, err := Parse(strings.NewReader("2023\n15甲区\n\t01乙盟\n"), strings.NewReader("2024 end 150100000000 -\n"))
	if err != nil {
		t.Fatal(err)
	}
	if tree.Root().HasChildren {
		t.Error("HasChildren counts an ended region")
	}
	if current, err := tree.Current("150100000000"); err != nil || len(current) != 0 {
		t.Errorf("Current(ended for good) = %v, %v", current, err)
	}
}

func TestParseRefusesABrokenList(t *testing.T) {
	for name, c := range map[string]struct{ list, changes string }{
		"no year":            {"15甲区\n", ""},
		"empty":              {"2023\n", ""},
		"no name":            {"2023\n15\n", ""},
		"no digits":          {"2023\n甲区乙盟丙旗\n", ""},
		"level skipped":      {"2023\n15甲区\n\t\t21丙旗\n", ""},
		"too deep":           {"2023\n15甲区\n\t\t\t\t\t001x\n", ""},
		"twice":              {"2023\n15甲区\n\t01乙盟\n\t01乙盟\n", ""},
		"unknown change":     {inventedList, "2024 gone 150121000000 -\n"},
		"short change":       {inventedList, "2024 end 150121000000\n"},
		"change before list": {inventedList, "2022 end 150121000000 -\n"},
		"end of nobody":      {inventedList, "2024 end 150199000000 -\n"},
		"unknown successor":  {inventedList, "2024 end 150121000000 150199000000\n"},
		"bad successor":      {inventedList, "2024 end 150121000000 1501\n"},
		"orphan":             {inventedList, "2024 new 150221000000 x\n"},
		"new but there":      {inventedList, "2024 new 150121000000 x\n"},
		"ends twice":         {inventedList, "2024 end 150121000000 -\n2025 end 150121000000 -\n"},
		"circle":             {inventedList, "2024 end 150121000000 150122000000\n2024 end 150122000000 150121000000\n"},
	} {
		if _, err := Parse(strings.NewReader(c.list), strings.NewReader(c.changes)); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
	if _, err := Parse(strings.NewReader(inventedList), strings.NewReader("")); err != nil {
		t.Errorf("the whole list: %v", err)
	}
}

// The server may take 1.5 s in all to start and may use 120 MB; the tree must be a small part of both.
func TestLoadingIsCheap(t *testing.T) {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	var tree *Tree
	took := testkit.Within(t, 500*time.Millisecond, func() { tree = loaded(t) })
	runtime.GC()
	runtime.ReadMemStats(&after)
	stored := float64(int64(after.HeapAlloc)-int64(before.HeapAlloc)) / (1 << 20)
	t.Logf("Load: %v, keeps %.2f MB", took.Round(100*time.Microsecond), stored)
	if stored > 4 {
		t.Errorf("Load keeps %.2f MB", stored)
	}
	runtime.KeepAlive(tree)
}

func BenchmarkLoad(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		loaded(b)
	}
}

func BenchmarkChildrenOfTheRoot(b *testing.B) {
	tree := loaded(b)
	for b.Loop() {
		if _, err := tree.Children("150000000000"); err != nil {
			b.Fatal(err)
		}
	}
}
