// Package content is everything that ships inside the binary: stories, questions, topics, the register of laws and the
// demonstration data, and the manifest that says which items are approved to go live.
//
// It guarantees that what ships is exactly what is in these files, and that a faulty file is reported with its line. The
// hash of a story covers its file byte for byte; the hash of a question or a topic covers its entry in a canonical form,
// so that a comment or a line break does not change it.
//
// It refuses duplicate ids, a story whose slug differs from its file name, and YAML anchors and aliases.
package content

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"pugongying/internal/explainer"
	"pugongying/internal/law"
	"pugongying/internal/publish"
)

//go:embed explainers questions holidays *.yaml
var files embed.FS

// Files returns the content files that are embedded in the binary.
func Files() fs.FS { return files }

// Shipped returns everything inside the binary that can be published.
func Shipped() ([]publish.Shipped, error) { return Read(files) }

// Laws is the register of the laws that content may cite.
func Laws() (*law.Register, error) {
	data, err := fs.ReadFile(files, "laws.yaml")
	if err != nil {
		return nil, err
	}
	laws, err := readLaws(data)
	if err != nil {
		return nil, err
	}
	if data, err = files.ReadFile("repealed.yaml"); err != nil {
		return nil, err
	}
	repeals, err := readRepeals(data)
	if err != nil {
		return nil, err
	}
	return laws.WithRepeals(repeals)
}

// Read reads a folder with the same layout as this one. Every error names its file and, where there is one, the line.
func Read(from fs.FS) ([]publish.Shipped, error) {
	r := &parsed{from: from, seen: map[string]string{}}
	r.all(r.explainer)
	return r.items, errors.Join(r.faults...)
}

// parsed collects items and errors over all files.
type parsed struct {
	from   fs.FS
	items  []publish.Shipped
	seen   map[string]string // id → file and line
	faults []error

	partial bool // a kind may be absent
}

// all reads every kind; an explainer's file by a function of its own.
func (r *parsed) all(explainer func(file string, data []byte) error) {
	r.each("explainers/*.md", explainer)
	r.each("questions/*.yaml", r.questions)
	r.each("topics.yaml", r.topics)
}

func (r *parsed) each(pattern string, read func(file string, data []byte) error) {
	names, err := fs.Glob(r.from, pattern)
	if err == nil && len(names) == 0 && !r.partial {
		err = fmt.Errorf("%s: %w", pattern, fs.ErrNotExist)
	}
	r.fail(err)
	for _, name := range names {
		data, err := fs.ReadFile(r.from, name)
		if err == nil {
			err = read(name, data)
		}
		r.fail(err)
	}
}

func (r *parsed) fail(err error) {
	if err != nil {
		r.faults = append(r.faults, err)
	}
}

func (r *parsed) add(place string, item publish.Shipped) error {
	if other, twice := r.seen[item.ID]; twice {
		return fmt.Errorf("%s: the id %s is already used at %s", place, item.ID, other)
	}
	r.seen[item.ID] = place
	r.items = append(r.items, item)
	return nil
}

func (r *parsed) explainer(file string, data []byte) error {
	e, err := explainer.Parse(data)
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	if base := strings.TrimSuffix(path.Base(file), ".md"); base != e.Slug {
		return fmt.Errorf("%s: the file of the slug %s is %s.md", file, e.Slug, e.Slug)
	}
	return r.add(file, publish.Shipped{ID: e.ID, Kind: publish.KindExplainer, Slug: e.Slug, Body: data})
}

func (r *parsed) questions(file string, data []byte) error {
	return r.list(file, data, func(place string, node *yaml.Node) error {
		id := value(node, "id")
		if id == "" {
			return fmt.Errorf("%s: a question needs an id", place)
		}
		body, err := canonical(node)
		if err != nil {
			return fmt.Errorf("%s: %w", place, err)
		}
		return r.add(place, publish.Shipped{ID: id, Kind: publish.KindQuestion, Body: body})
	})
}

// topics gives a topic the id topic-<slug>, because a topic is identified by its slug.
func (r *parsed) topics(file string, data []byte) error {
	return r.list(file, data, func(place string, node *yaml.Node) error {
		slug := value(node, "slug")
		if slug == "" {
			return fmt.Errorf("%s: a topic needs a slug", place)
		}
		body, err := canonical(node)
		if err != nil {
			return fmt.Errorf("%s: %w", place, err)
		}
		return r.add(place, publish.Shipped{ID: topicID(slug), Kind: publish.KindTopic, Slug: slug, Body: body})
	})
}

// list calls each with every entry of a YAML list and the entry's place in the file.
func (r *parsed) list(file string, data []byte, each func(place string, node *yaml.Node) error) error {
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	if len(doc.Content) != 1 || doc.Content[0].Kind != yaml.SequenceNode {
		return fmt.Errorf("%s:1: the file holds one list", file)
	}
	for _, node := range doc.Content[0].Content {
		place := fmt.Sprintf("%s:%d", file, node.Line)
		if node.Kind != yaml.MappingNode {
			return fmt.Errorf("%s: an entry is keys and values", place)
		}
		r.fail(each(place, node))
	}
	return nil
}

func value(node *yaml.Node, key string) string {
	for i := 0; i+1 < len(node.Content); i += 2 {
		if node.Content[i].Value == key && node.Content[i+1].Kind == yaml.ScalarNode {
			return node.Content[i+1].Value
		}
	}
	return ""
}

// canonical encodes one entry without comments and in one style, so that its hash changes only with its meaning.
func canonical(node *yaml.Node) ([]byte, error) {
	if err := plain(node); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	encoder := yaml.NewEncoder(&out)
	encoder.SetIndent(2)
	if err := encoder.Encode(node); err != nil {
		return nil, fmt.Errorf("write yaml: %w", err)
	}
	if err := encoder.Close(); err != nil {
		return nil, fmt.Errorf("write yaml: %w", err)
	}
	return out.Bytes(), nil
}

// quoted reports whether a text is one that older YAML took for something else (no, on, 1:20). The library quotes such a
// text when it writes a string and not when it writes a node; an entry would differ from the question it was written from.
func quoted(node *yaml.Node) bool {
	const longest = 32 // of a number in base 60 that anybody writes
	if node.Tag != "!!str" || len(node.Value) > longest || node.Value == "" || node.Value[0] >= utf8.RuneSelf {
		return false
	}
	written, err := yaml.Marshal(node.Value)
	return err == nil && written[0] == '"'
}

func plain(node *yaml.Node) error {
	if node.Kind == yaml.AliasNode || node.Anchor != "" {
		return fmt.Errorf("line %d: write it out, an entry cannot refer to another", node.Line)
	}
	node.Style, node.HeadComment, node.LineComment, node.FootComment = 0, "", "", ""
	if node.Kind == yaml.ScalarNode && quoted(node) {
		node.Style = yaml.DoubleQuotedStyle
	}
	for _, inner := range node.Content {
		if err := plain(inner); err != nil {
			return err
		}
	}
	return nil
}
