package pages

import (
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"path"
	"strings"
	"sync"
)

// Shared is the folder of templates that every page may use; "layout" among them is the page around a page.
const Shared = "frame"

// Templates are the pages of a door, each parsed together with the shared ones. A page holds a copy of all of those, so it
// is kept in memory from its first rendering on: a server whose staff are away has none.
type Templates struct {
	pages map[string]func() (*template.Template, error)
}

// NewTemplates checks a folder: FOLDER/NAME.html is the page "FOLDER/NAME", which defines what "layout" leaves open. A page
// that cannot be parsed is an error here.
func NewTemplates(files fs.FS, functions template.FuncMap) (*Templates, error) {
	base, err := template.New("").Option("missingkey=error").Funcs(functions).ParseFS(files, Shared+"/*.html")
	if err != nil {
		return nil, fmt.Errorf("templates: %w", err)
	}
	names, err := fs.Glob(files, "*/*.html")
	if err != nil {
		return nil, fmt.Errorf("templates: %w", err)
	}
	t := &Templates{pages: map[string]func() (*template.Template, error){}}
	for _, name := range names {
		if path.Dir(name) == Shared {
			continue
		}
		parse := func() (*template.Template, error) {
			page, err := base.Clone()
			if err != nil {
				return nil, err
			}
			return page.ParseFS(files, name)
		}
		if _, err := parse(); err != nil {
			return nil, fmt.Errorf("templates: %s: %w", name, err)
		}
		t.pages[strings.TrimSuffix(name, ".html")] = sync.OnceValues(parse)
	}
	return t, nil
}

// Names lists the pages.
func (t *Templates) Names() []string {
	names := make([]string, 0, len(t.pages))
	for name := range t.pages {
		names = append(names, name)
	}
	return names
}

func (t *Templates) render(w io.Writer, p Page) error {
	parsed := t.pages[p.Template]
	if parsed == nil {
		return fmt.Errorf("templates: no page %q", p.Template)
	}
	page, err := parsed()
	if err != nil {
		return fmt.Errorf("templates: %s: %w", p.Template, err)
	}
	block := p.Block
	if block == "" {
		block = "layout"
	}
	if err := page.ExecuteTemplate(w, block, p.Data); err != nil {
		return fmt.Errorf("templates: %s: %w", p.Template, err)
	}
	return nil
}
