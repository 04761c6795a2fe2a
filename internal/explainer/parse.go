package explainer

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"pugongying/internal/law"
	"pugongying/internal/publish"
)

// frontMatter is the beginning of a file, key by key.
type frontMatter struct {
	ID         string            `yaml:"id"`
	Slug       string            `yaml:"slug"`
	Title      string            `yaml:"title"`
	Summary    string            `yaml:"summary"`
	Lang       string            `yaml:"lang"`
	Region     string            `yaml:"region,omitempty"`
	Tags       []string          `yaml:"tags,flow"`
	Order      int               `yaml:"order"`
	Minutes    int               `yaml:"minutes"`
	Provenance Provenance        `yaml:"provenance"`
	CheckedBy  string            `yaml:"checkedBy"`
	CheckedAt  string            `yaml:"checkedAt"`
	Share      string            `yaml:"share"`
	Audio      string            `yaml:"audio,omitempty"`
	Pictures   []publish.Picture `yaml:"pictures,omitempty"`
	Questions  []string          `yaml:"questions"`
	Cites      []string          `yaml:"citations"`
	Provisions law.Provisions    `yaml:"provisions,omitempty"`
}

// Parse reads one file: YAML front matter between two lines of ---, then Markdown. ErrInvalid reports every fault at once,
// each with its line. Whether its citations exist is not checked here.
func Parse(file []byte) (*Authored, error) {
	c := &checker{lines: map[string]int{}}
	front, body, bodyLine := split(file)
	switch {
	case len(file) > maxFile || !utf8.Valid(file):
		c.refuseLine(1, "file", "文件太大，或者不是 UTF-8 编码。")
	case front == nil:
		c.refuseLine(1, "file", "开头要有两行 ---，中间写编号、标题这些。")
	}
	if err := c.err(); err != nil {
		return nil, err
	}
	var f frontMatter
	c.decode(front, &f)
	if err := c.err(); err != nil {
		return nil, err
	}
	e := f.authored()
	c.explainer(e)
	e.Sections = c.sections(body, bodyLine)
	if err := c.err(); err != nil {
		return nil, err
	}
	return e, nil
}

func (f *frontMatter) authored() *Authored {
	return &Authored{
		ID: f.ID, Slug: f.Slug, Title: f.Title, Summary: f.Summary, Lang: f.Lang, Region: f.Region, Tags: f.Tags,
		Minutes: f.Minutes, Order: f.Order, Provenance: f.Provenance, CheckedBy: f.CheckedBy, CheckedAt: f.CheckedAt,
		Share: f.Share, Audio: f.Audio, Pictures: f.Pictures, Questions: f.Questions, Cites: f.Cites, Provisions: f.Provisions,
	}
}

// split parts a file at its second line of ---; front is nil when there is none. The front keeps an empty line in the place
// of the first ---, so that its line numbers are the file's. bodyLine is the line the body begins on.
func split(file []byte) (front, body []byte, bodyLine int) {
	text := bytes.ReplaceAll(bytes.TrimPrefix(file, []byte("\ufeff")), []byte("\r\n"), []byte("\n"))
	rest, found := bytes.CutPrefix(text, []byte("---\n"))
	if !found {
		return nil, nil, 0
	}
	front, body, found = bytes.Cut(append([]byte("\n"), rest...), []byte("\n---\n"))
	if !found {
		return nil, nil, 0
	}
	return append(front, '\n'), body, bytes.Count(front, []byte("\n")) + 3
}

var yamlLine = regexp.MustCompile(`line (\d+): (.*)`)

func (c *checker) decode(front []byte, into *frontMatter) {
	strict := yaml.NewDecoder(bytes.NewReader(front))
	strict.KnownFields(true)
	err := strict.Decode(into)
	if err == nil && !errors.Is(strict.Decode(new(yaml.Node)), io.EOF) {
		err = errors.New("line 1: more than one document")
	}
	if err == nil || errors.Is(err, io.EOF) {
		c.note(front)
		return
	}
	found := yamlLine.FindAllStringSubmatch(err.Error(), -1)
	for _, m := range found {
		line, _ := strconv.Atoi(m[1]) // the expression matched digits; 0 when there are absurdly many
		c.refuseLine(line, "yaml", fmt.Sprintf("读不懂这一行（%s）。", m[2]))
	}
	if len(found) == 0 {
		c.refuseLine(1, "yaml", "读不懂开头这一段，注意缩进和引号。")
	}
}

// note remembers the line of every key.
func (c *checker) note(front []byte) {
	var doc yaml.Node
	if yaml.Unmarshal(front, &doc) != nil || len(doc.Content) == 0 {
		return
	}
	keys := doc.Content[0].Content
	for i := 0; i+1 < len(keys); i += 2 {
		c.lines[keys[i].Value] = keys[i].Line
	}
}

// sections cuts the body into its four parts.
func (c *checker) sections(body []byte, line int) []Section {
	var found []Section
	for text := range strings.Lines(string(body)) {
		heading, isHeading := strings.CutPrefix(text, "## ")
		switch {
		case isHeading:
			heading = strings.TrimSpace(heading)
			if n := len(found); n >= len(parts) || parts[n] != heading {
				c.refuseLine(line, "body", "四个部分依次是："+strings.Join(parts[:], "、")+"。")
				return nil
			}
			found = append(found, Section{Heading: heading})
		case len(found) > 0:
			found[len(found)-1].Body += text
		case strings.TrimSpace(text) != "":
			c.refuseLine(line, "body", "第一个标题前面不要写字。")
			return nil
		}
		line++
	}
	if len(found) != len(parts) {
		c.refuseLine(line, "body", "四个部分依次是："+strings.Join(parts[:], "、")+"。")
	}
	for _, s := range found {
		if strings.TrimSpace(s.Body) == "" {
			c.refuseLine(line, "body", "“"+s.Heading+"”下面还没有写。")
		}
	}
	return found
}
