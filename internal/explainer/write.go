package explainer

import (
	"bytes"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Headings are the four parts of every explainer, in order.
func Headings() []string { return parts[:] }

// File writes an explainer in the form of content files. What Parse or Draft read is written so that they read the same
// again; a line that would begin a part of its own is written as text.
func (e *Authored) File() ([]byte, error) {
	var out bytes.Buffer
	out.WriteString("---\n")
	encoder := yaml.NewEncoder(&out)
	encoder.SetIndent(2)
	f := frontMatter{
		ID: e.ID, Slug: e.Slug, Title: e.Title, Summary: e.Summary, Lang: e.Lang, Region: e.Region, Tags: e.Tags,
		Minutes: e.Minutes, Order: e.Order, Provenance: e.Provenance, CheckedBy: e.CheckedBy, CheckedAt: e.CheckedAt,
		Share: e.Share, Audio: e.Audio, Pictures: e.Pictures, Questions: e.Questions, Cites: e.Cites, Provisions: e.Provisions,
	}
	if err := encoder.Encode(f); err != nil {
		return nil, fmt.Errorf("explainer: write yaml: %w", err)
	}
	if err := encoder.Close(); err != nil {
		return nil, fmt.Errorf("explainer: write yaml: %w", err)
	}
	out.WriteString("---\n")
	for i, heading := range parts {
		out.WriteString("## " + heading + "\n")
		if i < len(e.Sections) {
			out.WriteString(asText(e.Sections[i].Body))
		}
	}
	return out.Bytes(), nil
}

// asText escapes the lines of a part that would begin another one, and ends its last line.
func asText(body string) string {
	var out strings.Builder
	for line := range strings.Lines(body) {
		if strings.HasPrefix(line, "## ") {
			out.WriteByte('\\')
		}
		out.WriteString(line)
	}
	if body != "" && !strings.HasSuffix(body, "\n") {
		out.WriteByte('\n')
	}
	return out.String()
}

// Draft reads as much of a file as there is: a text that is still being written lacks some of what Parse asks for. Parts
// that are missing are empty. ErrInvalid when the file has no front matter that can be read.
func Draft(file []byte) (*Authored, error) {
	c := &checker{lines: map[string]int{}}
	front, body, _ := split(file)
	if front == nil {
		c.refuseLine(1, "file", "开头要有两行 ---，中间写编号、标题这些。")
		return nil, c.err()
	}
	var f frontMatter
	c.decode(front, &f)
	if err := c.err(); err != nil {
		return nil, err
	}
	e := f.authored()
	e.Sections = make([]Section, len(parts))
	at := 0
	for i, heading := range parts {
		e.Sections[i].Heading = heading
	}
	for text := range strings.Lines(string(body)) {
		if n := part(text); n >= at {
			at = n
			continue
		}
		e.Sections[at].Body += text
	}
	return e, nil
}

// part is the place among the parts of the heading that a line is, -1 for any other line.
func part(line string) int {
	heading, is := strings.CutPrefix(line, "## ")
	if is {
		for i, p := range parts {
			if strings.TrimSpace(heading) == p {
				return i
			}
		}
	}
	return -1
}
