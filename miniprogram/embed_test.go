package miniprogram

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
)

func TestSiteAlwaysHasAnIndexPage(t *testing.T) {
	page, err := fs.ReadFile(Site(), "index.html")
	if err != nil {
		t.Fatal(err)
	}
	if said := strings.Contains(string(page), "make miniprogram"); said == Built() {
		t.Fatalf("Built() = %v, and the page tells how to build = %v", Built(), said)
	}
}

func TestTheRealBuildReplacesThePlaceholder(t *testing.T) {
	placeholderOnly := fstest.MapFS{"h5/placeholder/index.html": {Data: []byte("placeholder")}}
	both := fstest.MapFS{
		"h5/placeholder/index.html": {Data: []byte("placeholder")},
		"h5/site/index.html":        {Data: []byte("real")},
		"h5/site/assets/_a.js":      {Data: []byte("1")},
	}
	for name, c := range map[string]struct {
		all   fs.FS
		built bool
		want  string
	}{
		"never built": {placeholderOnly, false, "placeholder"},
		"built":       {both, true, "real"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := fs.ReadFile(site(c.all), "index.html")
			if err != nil || string(got) != c.want || has(c.all) != c.built {
				t.Fatalf("page %q (%v), built %v; want %q, %v", got, err, has(c.all), c.want, c.built)
			}
		})
	}
}
