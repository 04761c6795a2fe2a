package region

import (
	"bytes"
	"fmt"
	"regexp"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"pugongying/internal/civil"
	"pugongying/internal/fault"
)

// Errors of organisations and projects.
var (
	ErrOrganisationUnknown = fault.New(fault.NotFound, "region.organisation_unknown", "没有找到这个单位。")
	ErrProjectUnknown      = fault.New(fault.NotFound, "region.project_unknown", "没有找到这个项目。")
	ErrTaken               = fault.New(fault.Conflict, "region.id_taken", "这个编号已经用过了，请换一个。")
)

// Organisation is the body responsible for projects, such as the women's federation of a 旗.
type Organisation struct {
	ID     string `bson:"_id" yaml:"id"`
	Name   string `bson:"name" yaml:"name"`
	Region Code   `bson:"region" yaml:"region"`
	Demo   bool   `bson:"demo" yaml:"demo"` // 演示 (demo): refused in production
	Rev    int64  `bson:"rev" yaml:"-"`
	Schema int    `bson:"schema" yaml:"-"`
}

// Project is one 蒲公英 project of an organisation, in a region, for a time. LogoLine is the line of text beside the
// programme's logo on everything printed for it.
type Project struct {
	ID           string `bson:"_id" yaml:"id"` // short, because a scene contains it
	Organisation string `bson:"organisation" yaml:"organisation"`
	Name         string `bson:"name" yaml:"name"`
	LogoLine     string `bson:"logoLine" yaml:"logoLine"`
	Region       Code   `bson:"region" yaml:"region"`
	From         string `bson:"from" yaml:"from"` // civil days, both included; To may be empty
	To           string `bson:"to" yaml:"to"`
	Demo         bool   `bson:"demo" yaml:"demo"`
	Rev          int64  `bson:"rev" yaml:"-"`
	Schema       int    `bson:"schema" yaml:"-"`
}

// Running reports whether the project runs on a civil day ("2026-11-23").
func (p Project) Running(day string) bool { return p.From <= day && (p.To == "" || day <= p.To) }

// Register is a list of organisations and projects, as read from a file.
type Register struct {
	Organisations []Organisation `yaml:"organisations"`
	Projects      []Project      `yaml:"projects"`
}

const (
	registerSchema = 1
	maxName        = 60 // characters
)

var organisationID = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{1,30}$`)

// ParseRegister parses a YAML file of organisations and projects. It refuses unknown fields, malformed or duplicate ids,
// regions that are not in the tree, projects of organisations that are not in the file, projects outside their
// organisation's region, and invalid dates. The message is in Chinese, for the operator.
func ParseRegister(data []byte, tree *Tree) (Register, error) {
	var r Register
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	decoder.KnownFields(true)
	if err := decoder.Decode(&r); err != nil {
		return Register{}, fmt.Errorf("项目文件读不了：%w", err)
	}
	organisations := map[string]Organisation{}
	for i, o := range r.Organisations {
		if err := o.check(tree); err != nil {
			return Register{}, fmt.Errorf("第 %d 个单位（%s）：%w", i+1, o.ID, err)
		}
		if _, twice := organisations[o.ID]; twice {
			return Register{}, fmt.Errorf("单位编号 %s 用了两次", o.ID)
		}
		organisations[o.ID] = o
	}
	projects := map[string]bool{}
	for i, p := range r.Projects {
		if err := p.check(tree, organisations); err != nil {
			return Register{}, fmt.Errorf("第 %d 个项目（%s）：%w", i+1, p.ID, err)
		}
		if projects[p.ID] {
			return Register{}, fmt.Errorf("项目编号 %s 用了两次", p.ID)
		}
		projects[p.ID] = true
	}
	return r, nil
}

func (o Organisation) check(tree *Tree) error {
	if !organisationID.MatchString(o.ID) {
		return fmt.Errorf("编号要用 2 到 31 个小写字母、数字或短横线")
	}
	if !named(o.Name) {
		return fmt.Errorf("名称要有，最多 %d 个字", maxName)
	}
	return known(tree, o.Region)
}

func (p Project) check(tree *Tree, organisations map[string]Organisation) error {
	if !projectID.MatchString(p.ID) {
		return fmt.Errorf("编号要用 1 到 12 个小写字母、数字或短横线")
	}
	if !named(p.Name) || !named(p.LogoLine) {
		return fmt.Errorf("名称和印刷用的标识文字都要有，最多 %d 个字", maxName)
	}
	if err := known(tree, p.Region); err != nil {
		return err
	}
	o, ok := organisations[p.Organisation]
	if !ok {
		return fmt.Errorf("没有编号为 %s 的单位", p.Organisation)
	}
	if !p.Region.Within(o.Region) {
		return fmt.Errorf("项目不在单位 %s 的地区里", o.ID)
	}
	if o.Demo && !p.Demo {
		return fmt.Errorf("演示单位只能有演示项目")
	}
	if !civil.IsDay(p.From) || p.To != "" && (!civil.IsDay(p.To) || p.To < p.From) {
		return fmt.Errorf("起止日期要写成 2026-11-23 这样，止不能早于起")
	}
	return nil
}

func named(s string) bool { return s != "" && utf8.RuneCountInString(s) <= maxName }

func known(tree *Tree, c Code) error {
	if _, err := tree.Find(c); err != nil {
		return fmt.Errorf("地区码 %s 不在地区表里", c)
	}
	return nil
}
