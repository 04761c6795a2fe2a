package content

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"pugongying/internal/explainer"
	"pugongying/internal/publish"
)

// Folder is a classroom's texts as files: what residents see in the layout of this package, drafts and withdrawn texts
// in folders of their own, so that reading it back confuses them with nothing.
type Folder struct{ Live, Drafts, Withdrawn []publish.Shipped }

// The folders beside the live texts.
const (
	draftsFolder    = "drafts"
	withdrawnFolder = "withdrawn"
	addedFile       = "questions/added.yaml" // questions that no shipped file has
)

// Write writes a folder as a zip. Live texts stand in the files they were shipped in, byte for byte where nothing
// changed: comments and layout remain, a changed entry takes its old place, and a new one stands in a file of its own. What
// stands beside the texts is added by more.
func (f Folder) Write(w io.Writer, more func(*zip.Writer) error) error {
	all := map[string][]byte{}
	for _, part := range []struct {
		folder string
		items  []publish.Shipped
		base   fs.FS
	}{{"", f.Live, files}, {draftsFolder, f.Drafts, nil}, {withdrawnFolder, f.Withdrawn, nil}} {
		made, err := layout(part.items, part.base)
		if err != nil {
			return err
		}
		for name, data := range made {
			all[path.Join(part.folder, name)] = data
		}
	}
	archive := zip.NewWriter(w)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		file, err := archive.Create(name)
		if err != nil {
			return err
		}
		if _, err := file.Write(all[name]); err != nil {
			return err
		}
	}
	if err := more(archive); err != nil {
		return err
	}
	return archive.Close()
}

// layout lays items out as files. base has the files they were shipped in; nil when they were not.
func layout(items []publish.Shipped, base fs.FS) (map[string][]byte, error) {
	made, entries := map[string][]byte{}, map[string]publish.Shipped{}
	for _, item := range items {
		if item.Kind != publish.KindExplainer {
			entries[item.ID] = item
			continue
		}
		name := explainerFile(item, made)
		made[name] = item.Body
	}
	if base != nil {
		if err := refill(made, entries, base); err != nil {
			return nil, err
		}
	}
	for _, id := range slices.Sorted(maps.Keys(entries)) {
		item, name := entries[id], addedFile
		if item.Kind == publish.KindTopic {
			name = "topics.yaml"
		}
		entry, err := listEntry(item)
		if err != nil {
			return nil, err
		}
		made[name] = append(made[name], entry...)
	}
	return made, nil
}

// explainerFile is the name of an explainer's file: its slug, else its id where the slug is missing or taken.
func explainerFile(item publish.Shipped, taken map[string][]byte) string {
	name := item.ID
	if e, err := explainer.Draft(item.Body); err == nil && e.Slug != "" {
		name = e.Slug
	}
	name = "explainers/" + path.Base(name) + ".md"
	if _, twice := taken[name]; twice {
		return "explainers/" + item.ID + ".md"
	}
	return name
}

// refill writes the shipped list files with the entries as they are now, and takes those out of entries.
func refill(made map[string][]byte, entries map[string]publish.Shipped, base fs.FS) error {
	names, err := fs.Glob(base, "questions/*.yaml")
	if err != nil {
		return err
	}
	for _, name := range append(names, "topics.yaml") {
		data, err := fs.ReadFile(base, name)
		if err != nil {
			return err
		}
		text, left, err := refilled(data, entries)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if left > 0 {
			made[name] = text
		}
	}
	return nil
}

// refilled is a list file in which every entry has today's text; an entry that is not there any more is left out.
func refilled(data []byte, entries map[string]publish.Shipped) (text []byte, left int, err error) {
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil {
		return nil, 0, err
	}
	lines := slices.Collect(strings.Lines(string(data)))
	nodes, written := doc.Content[0].Content, 0
	add := func(upTo int) { text = append(text, strings.Join(lines[written:upTo], "")...) }
	for i, node := range nodes {
		end := len(lines)
		if i+1 < len(nodes) {
			end = nodes[i+1].Line - 1
		}
		end = lastOf(lines, node.Line-1, end)
		add(node.Line - 1)
		written = node.Line - 1
		item, there := entries[entryID(node)]
		delete(entries, entryID(node))
		body, err := canonical(node)
		switch {
		case err != nil:
			return nil, 0, err
		case there && string(body) == string(item.Body):
			add(end)
		case there:
			entry, err := listEntry(item)
			if err != nil {
				return nil, 0, err
			}
			text = append(text, entry...)
		}
		if written = end; there {
			left++
		}
	}
	add(len(lines))
	return text, left, nil
}

// lastOf is the end of an entry's own lines: comments and blank lines below it belong to what follows.
func lastOf(lines []string, from, to int) int {
	for to > from+1 && (strings.TrimSpace(lines[to-1]) == "" || strings.HasPrefix(lines[to-1], "#")) {
		to--
	}
	return to
}

// entryID is the id of the publication that an entry of a list file becomes.
func entryID(node *yaml.Node) string {
	if id := value(node, "id"); id != "" {
		return id
	}
	return topicID(value(node, "slug"))
}

func topicID(slug string) string { return "topic-" + slug }

var errNotReadBack = errors.New("it would not be read back as it is")

// listEntry is a body as an entry of a list; an error for a body that reading would change.
func listEntry(item publish.Shipped) ([]byte, error) {
	var entry strings.Builder
	lead := "- "
	for line := range strings.Lines(string(item.Body)) {
		if strings.TrimSpace(line) != "" {
			line = lead + line
		}
		entry.WriteString(line)
		lead = "  "
	}
	var doc yaml.Node
	err := yaml.Unmarshal([]byte(entry.String()), &doc)
	if err == nil && (len(doc.Content) != 1 || len(doc.Content[0].Content) != 1 || doc.Content[0].Content[0].Kind != yaml.MappingNode) {
		err = errNotReadBack
	}
	if err == nil {
		var body []byte
		if body, err = canonical(doc.Content[0].Content[0]); err == nil && string(body) != string(item.Body) {
			err = errNotReadBack
		}
	}
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", item.Kind, item.ID, err)
	}
	return []byte(entry.String()), nil
}

// ReadFolder reads what Write wrote, or a folder with the layout of this package alone. A kind of which there is no file
// is absent; a draft may lack what its author has not written yet. Every error names its file and, where there is one, the line.
func ReadFolder(from fs.FS) (Folder, error) {
	var f Folder
	r := &parsed{from: from, seen: map[string]string{}, partial: true}
	r.all(r.explainer)
	f.Live = r.items
	faults := r.faults
	for _, part := range []struct {
		folder string
		into   *[]publish.Shipped
	}{{draftsFolder, &f.Drafts}, {withdrawnFolder, &f.Withdrawn}} {
		inner, err := fs.Sub(from, part.folder)
		if err != nil {
			return f, err
		}
		r := &parsed{from: inner, seen: map[string]string{}, partial: true}
		r.all(r.draft)
		*part.into = r.items
		for _, fault := range r.faults {
			faults = append(faults, fmt.Errorf("%s/%w", part.folder, fault))
		}
	}
	if len(f.Live)+len(f.Drafts)+len(f.Withdrawn)+len(faults) == 0 {
		faults = append(faults, errors.New("explainers/*.md, questions/*.yaml, topics.yaml: there is none of them"))
	}
	return f, errors.Join(faults...)
}

// draft reads an explainer that may be unfinished; its file may have any name.
func (r *parsed) draft(file string, data []byte) error {
	e, err := explainer.Draft(data)
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	if e.ID == "" {
		return fmt.Errorf("%s: an explainer needs an id", file)
	}
	return r.add(file, publish.Shipped{ID: e.ID, Kind: publish.KindExplainer, Slug: e.Slug, Body: data})
}
