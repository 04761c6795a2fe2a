package directory

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"pugongying/internal/region"
)

var morning = time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)

func checking(t *testing.T, demo bool, now time.Time) Check {
	t.Helper()
	tree, err := region.Load()
	if err != nil {
		t.Fatal(err)
	}
	return Check{Tree: tree, Demo: demo, Now: func() time.Time { return now }}
}

func shipped(t *testing.T) []byte {
	t.Helper()
	data, err := os.ReadFile("../../content/hotlines.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestTheShippedLinesAreDemoAndRingNowhere(t *testing.T) {
	h, err := Load(shipped(t), checking(t, true, morning))
	if err != nil || len(h.lines) == 0 {
		t.Fatalf("Load(shipped) = %v, %v", h, err)
	}
	for _, l := range h.lines {
		if !l.Demo || !strings.HasPrefix(l.Number, "0000-") {
			t.Errorf("shipped line %+v", l)
		}
	}
	if _, err := Load(shipped(t), checking(t, false, morning)); err == nil || !strings.Contains(err.Error(), "正式环境") {
		t.Errorf("production took demo lines: %v", err)
	}
	later := checking(t, true, morning.AddDate(3, 0, 0))
	if h, err := Load(shipped(t), later); err != nil || len(h.For("152221100000")) == 0 || len(h.Stale()) != 0 {
		t.Errorf("the demonstration aged: %v", err)
	}
}

const sound = `
hotlines:
  - {name: 旗妇联, number: 0482-12338, kind: women, hours: 周一至周五 9:00—17:00, tested: "2026-11-20", region: "152221000000"}
`

func TestLoadNamesWhatIsWrong(t *testing.T) {
	c := checking(t, false, morning)
	for name, s := range map[string]struct{ old, new, want string }{
		"unknown field":     {"name: 旗妇联", "name: 旗妇联, boss: x", "boss"},
		"no name":           {"旗妇联", `""`, "名称"},
		"110":               {"0482-12338", `"110"`, "紧急电话"},
		"120":               {"0482-12338", `"120"`, "紧急电话"},
		"1-2-0":             {"0482-12338", `"1-2-0"`, "紧急电话"},
		"no number":         {"0482-12338", `""`, "号码"},
		"words for number":  {"0482-12338", "零四八二", "号码"},
		"no kind":           {"kind: women", `kind: ""`, "种类"},
		"no hours":          {"周一至周五 9:00—17:00", `""`, "接听时间"},
		"blank hours":       {"周一至周五 9:00—17:00", `"  "`, "接听时间"},
		"no region":         {"152221000000", "", "地区"},
		"unknown region":    {"152221000000", "152299000000", "152299000000"},
		"no test call":      {"2026-11-20", "", "试打"},
		"12338 without one": {`number: 0482-12338, kind: women, hours: 周一至周五 9:00—17:00, tested: "2026-11-20"`, `number: "12338", kind: women, hours: 周一至周五`, "试打"},
		"no such day":       {"2026-11-20", "2026-11-31", "试打"},
		"test call to come": {"2026-11-20", "2026-11-24", "还没有到"},
		"12356 all day":     {"number: 0482-12338, kind: women, hours: 周一至周五 9:00—17:00", `number: "12356", kind: mind, hours: 24 小时`, "12356"},
		"12356 by area":     {"number: 0482-12338, kind: women, hours: 周一至周五 9:00—17:00", "number: 0482-12356, kind: mind, hours: 全天接听", "12356"},
		"hidden demo":       {"name: 旗妇联", "demo: true, name: 旗妇联", "正式环境"},
		"a number of ours":  {"0482-12338", "0000-0000009", "0000-"},
		"twice":             {"\nhotlines:", "\nhotlines:\n  - {name: 又一条, number: 048212338, kind: law, hours: x, tested: \"2026-11-20\", region: \"152221000000\"}", "两次"},
	} {
		text := strings.Replace(sound, s.old, s.new, 1)
		if text == sound {
			t.Fatalf("%s: nothing replaced", name)
		}
		if _, err := Load([]byte(text), c); err == nil || !strings.Contains(err.Error(), s.want) {
			t.Errorf("%s: %v, want a word about %s", name, err, s.want)
		}
	}
	if _, err := Load([]byte(sound), c); err != nil {
		t.Errorf("the sound one: %v", err)
	}
	broken := strings.ReplaceAll(sound, "旗妇联", `""`) + strings.TrimPrefix(strings.ReplaceAll(sound, "0482-12338", `"110"`), "\nhotlines:\n")
	if _, err := Load([]byte(broken), c); err == nil || !strings.Contains(err.Error(), "第 1 条") || !strings.Contains(err.Error(), "第 2 条") {
		t.Errorf("two faults are not both named: %v", err)
	}
	demoWithRealNumber := strings.Replace(sound, "name: 旗妇联", "demo: true, name: 旗妇联", 1)
	if _, err := Load([]byte(demoWithRealNumber), checking(t, true, morning)); err == nil {
		t.Error("a demo line that would ring was taken")
	}
}

func TestALineIsShownForHalfAYearAfterItsTestCall(t *testing.T) {
	tested, _ := time.Parse(time.DateOnly, "2026-11-20")
	for days, want := range map[int]int{3: 1, 179: 1, 180: 1, 181: 0, 400: 0} {
		h, err := Load([]byte(sound), checking(t, false, tested.AddDate(0, 0, days)))
		if err != nil {
			t.Fatal(err)
		}
		if got := len(h.For("152221000000")); got != want || len(h.Stale()) != 1-want {
			t.Errorf("after %d days: %d shown, %d stale", days, got, len(h.Stale()))
		}
	}
}

func TestTheNearestLineComesFirst(t *testing.T) {
	var file strings.Builder
	file.WriteString("hotlines:\n")
	for _, code := range []string{"150000000000", "152200000000", "152221000000", "152222000000", "152221100000", "150100000000"} {
		fmt.Fprintf(&file, "  - {name: %s, number: 0482-1234567, kind: women, hours: x, tested: \"2026-11-20\", region: %q}\n", code[:9], code)
	}
	h, err := Load([]byte(file.String()), checking(t, false, morning))
	if err != nil {
		t.Fatal(err)
	}
	for at, want := range map[region.Code]string{
		"152221100201": "152221100 152221000 152200000 150000000",
		"152221000000": "152221000 152200000 150000000 152221100",
		"152222000000": "152222000 152200000 150000000",
		"152200000000": "152200000 150000000 152221000 152222000 152221100",
		"150000000000": "150000000 150100000 152200000 152221000 152222000 152221100",
		"150200000000": "150000000",
		"110000000000": "",
		"":             "",
	} {
		if !h.Lists("04821234567") || h.Lists("04821234568") {
			t.Error("the directory does not know its numbers")
		}
		var got []string
		for _, l := range h.For(at) {
			got = append(got, l.Name)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("For(%s) = %v, want %s", at, got, want)
		}
	}
}
