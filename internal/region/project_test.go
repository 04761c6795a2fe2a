package region

import (
	"os"
	"strings"
	"testing"

	"pugongying/internal/wechat/scene"
)

func TestTheShippedProjectsAreSoundAndAllDemo(t *testing.T) {
	data, err := os.ReadFile("../../content/projects.yaml")
	if err != nil {
		t.Fatal(err)
	}
	r, err := ParseRegister(data, loaded(t))
	if err != nil || len(r.Organisations) == 0 || len(r.Projects) == 0 {
		t.Fatalf("ParseRegister(shipped) = %+v, %v", r, err)
	}
	for _, o := range r.Organisations {
		if !o.Demo || !strings.Contains(o.Name, "演示") {
			t.Errorf("shipped organisation %s is not marked 演示", o.ID)
		}
	}
	for _, p := range r.Projects {
		if !p.Demo || !strings.Contains(p.Name, "演示") || !strings.Contains(p.LogoLine, "演示") {
			t.Errorf("shipped project %s is not marked 演示", p.ID)
		}
		if text, err := (Scene{Region: p.Region, Project: p.ID}).Encode(); err != nil || !scene.OK(text) {
			t.Errorf("project %s has no scene: %q, %v", p.ID, text, err)
		}
	}
}

const soundRegister = `
organisations:
  - {id: lm, name: 某盟妇联, region: "152200000000"}
projects:
  - {id: p1, organisation: lm, name: 项目, logoLine: 一行字, region: "152221000000", from: "2026-01-01", to: "2026-12-31"}
`

func TestParseRegisterNamesWhatIsWrong(t *testing.T) {
	tree := loaded(t)
	for name, c := range map[string]struct{ old, new, want string }{
		"unknown field":        {"name: 项目", "name: 项目, boss: x", "boss"},
		"organisation id":      {"id: lm", "id: LM", "第 1 个单位"},
		"organisation name":    {"某盟妇联", `""`, "名称"},
		"organisation region":  {"152200000000", "152299000000", "地区表"},
		"organisation twice":   {"organisations:", "organisations:\n  - {id: lm, name: 又一个, region: \"152200000000\"}", "用了两次"},
		"project id":           {"id: p1", "id: p1234567890123", "第 1 个项目"},
		"project without line": {"一行字", `""`, "标识文字"},
		"long name":            {"name: 项目", "name: " + strings.Repeat("长", 61), "60"},
		"project region":       {"152221000000", "15222", "地区表"},
		"outside":              {"152221000000", "152501000000", "不在单位"},
		"unknown organisation": {"organisation: lm", "organisation: xx", "没有编号为 xx"},
		"no such day":          {"2026-01-01", "2026-02-30", "日期"},
		"ends before":          {"2026-12-31", "2025-12-31", "日期"},
		"project twice":        {"projects:", "projects:\n  - {id: p1, organisation: lm, name: x, logoLine: y, region: \"152221000000\", from: \"2026-01-01\"}", "用了两次"},
		"demo only above":      {"name: 某盟妇联", "demo: true, name: 某盟妇联", "演示"},
	} {
		text := strings.Replace(soundRegister, c.old, c.new, 1)
		if text == soundRegister {
			t.Fatalf("%s: nothing replaced", name)
		}
		if _, err := ParseRegister([]byte(text), tree); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want a word about %s", name, err, c.want)
		}
	}
	if _, err := ParseRegister([]byte(soundRegister), tree); err != nil {
		t.Errorf("the sound one: %v", err)
	}
}

func TestRunning(t *testing.T) {
	p := Project{From: "2026-03-01", To: "2027-02-28"}
	for day, want := range map[string]bool{"2026-02-28": false, "2026-03-01": true, "2027-02-28": true, "2027-03-01": false} {
		if p.Running(day) != want {
			t.Errorf("Running(%s) = %v", day, !want)
		}
	}
	if p.To = ""; !p.Running("2099-01-01") {
		t.Error("a project without an end ended")
	}
}
