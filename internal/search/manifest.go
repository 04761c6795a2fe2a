package search

import (
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// schema changes when documents are indexed differently, so that an index of an older program is built again.
const schema = 3

// manifestFile names the parts that make up the index. It is written last, so an index without it is none.
const manifestFile = "manifest.json"

// manifest describes one index: immutable parts on disk, and where each group of documents is in them. What a part
// contains and no group names is outdated and never found.
type manifest struct {
	Schema      int          `json:"schema"`
	Generations string       `json:"generations"` // of the sources it was built from
	Parts       []partEntry  `json:"parts"`
	Groups      []groupEntry `json:"groups"` // in the order in which equally relevant documents are shown
}

// partEntry is one folder that bleve wrote.
type partEntry struct {
	Folder    string `json:"folder"`
	Sum       uint32 `json:"sum"` // CRC-32C of its files: bleve opens an index that lacks some as an empty one
	Documents int    `json:"documents"`
}

// groupEntry is where a group's documents are: Count of them in a part, from the Start-th.
type groupEntry struct {
	Source     int              `json:"s"`
	Key        string           `json:"k"`
	Generation string           `json:"g"`
	Part       int              `json:"p"`
	Start      int              `json:"f"`
	Count      int              `json:"n"`
	Terms      [len(worded)]int `json:"t"` // how many, by field
}

func (g *groupEntry) id() string { return groupID(g.Source, g.Key) }

func groupID(source int, key string) string { return fmt.Sprint(source, " ", key) }

func manifestPath(dir string) string { return filepath.Join(dir, manifestFile) }

var errManifest = errors.New("search: there is no index of this schema")

// readManifest reads the manifest and checks that it is consistent in itself.
func readManifest(dir string) (m manifest, err error) {
	data, err := os.ReadFile(manifestPath(dir))
	if err != nil {
		return m, fmt.Errorf("search: %w", err)
	}
	if err := json.Unmarshal(data, &m); err != nil || m.Schema != schema {
		return manifest{}, errManifest
	}
	for _, p := range m.Parts {
		if p.Folder == "" || filepath.Base(p.Folder) != p.Folder || p.Documents < 1 {
			return manifest{}, errManifest
		}
	}
	for _, g := range m.Groups {
		if g.Count > 0 && (g.Part < 0 || g.Part >= len(m.Parts) || g.Start < 0 || g.Start+g.Count > m.Parts[g.Part].Documents) {
			return manifest{}, errManifest
		}
	}
	return m, nil
}

// verify compares every file with the sums.
func (m manifest) verify(dir string) error {
	for _, p := range m.Parts {
		if sum, err := sumOf(filepath.Join(dir, p.Folder)); err != nil || sum != p.Sum {
			return errors.Join(err, errManifest)
		}
	}
	return nil
}

// write puts the manifest in its place, all of it or nothing.
func (m manifest) write(dir string) error {
	data, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("search: %w", err)
	}
	path := manifestPath(dir)
	if err := os.WriteFile(path+".new", data, 0o600); err != nil {
		return fmt.Errorf("search: %w", err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		return fmt.Errorf("search: %w", err)
	}
	return nil
}

// prefixes of the folders this package makes: its parts, bleve's scratch folders, and the indexes of earlier schemas.
var prefixes = []string{"part-", "scorch-offline-build", "index-"}

// sweep removes folders of this package that the current index does not use.
func (i *Index) sweep() error {
	used := map[string]bool{}
	if i.current != nil {
		for _, v := range i.current.views {
			used[v.part.folder] = true
		}
	}
	entries, err := os.ReadDir(i.dir)
	if err != nil {
		return fmt.Errorf("search: %w", err)
	}
	for _, e := range entries {
		for _, prefix := range prefixes {
			if strings.HasPrefix(e.Name(), prefix) && !used[e.Name()] {
				err = errors.Join(err, os.RemoveAll(filepath.Join(i.dir, e.Name())))
			}
		}
	}
	return err
}

// sumOf is the CRC-32C of all files of a folder, in the order of their names.
func sumOf(folder string) (uint32, error) {
	sum := crc32.New(crc32.MakeTable(crc32.Castagnoli))
	err := fs.WalkDir(os.DirFS(folder), ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		file, err := os.Open(filepath.Join(folder, path))
		if err != nil {
			return err
		}
		_, err = io.Copy(sum, file)
		return errors.Join(err, file.Close())
	})
	if err != nil {
		return 0, fmt.Errorf("search: sum up an index: %w", err)
	}
	return sum.Sum32(), nil
}
