package pages

import (
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"path"
	"strings"
)

// Shared is the folder of templates that every page may use; "layout" among them is the page around a page.
const Shared = "frame"

// Templates are the pages of a door, each parsed together with the shared ones.
type Templates struct{ pages map[string]*template.Template }

// NewTemplates parses a folder: FOLDER/NAME.html is the page "FOLDER/NAME", which defines what "layout" leaves open.
func NewTemplates(files fs.FS, functions template.FuncMap) (*Templates, error) {
	base, err := template.New("").Option("missingkey=error").Funcs(functions).ParseFS(files, Shared+"/*.html")
	if err != nil {
		return nil, fmt.Errorf("templates: %w", err)
	}
	names, err := fs.Glob(files, "*/*.html")
	if err != nil {
		return nil, fmt.Errorf("templates: %w", err)
	}
	t := &Templates{pages: map[string]*template.Template{}}
	for _, name := range names {
		if path.Dir(name) == Shared {
			continue
		}
		page, err := base.Clone()
		if err == nil {
			page, err = page.ParseFS(files, name)
		}
		if err != nil {
			return nil, fmt.Errorf("templates: %s: %w", name, err)
		}
		t.pages[strings.TrimSuffix(name, ".html")] = page
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
	page := t.pages[p.Template]
	if page == nil {
		return fmt.Errorf("templates: no page %q", p.Template)
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
