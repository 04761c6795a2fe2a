package content

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"pugongying/internal/publish"
)

// ManifestFile is the manifest's name in the content folder.
const ManifestFile = "manifest.yaml"

const manifestHeader = `# What may go live because it was shipped: the sha256 of every text a person has read and approved.
# Written by "pugongying content manifest"; commit it together with the text. The edition is raised with every change: a
# server takes in no edition older than the one its documents have.
`

type manifestFile struct {
	Edition int             `yaml:"edition"`
	Entries []manifestEntry `yaml:"entries"`
}

type manifestEntry struct {
	Kind   publish.Kind `yaml:"kind"`
	ID     string       `yaml:"id"`
	SHA256 string       `yaml:"sha256"`
}

// Manifest is the manifest inside the binary.
func Manifest() (publish.Manifest, error) { return ReadManifest(files) }

// ReadManifest reads the manifest of a content folder.
func ReadManifest(from fs.FS) (publish.Manifest, error) {
	data, err := fs.ReadFile(from, ManifestFile)
	if err != nil {
		return publish.Manifest{}, err
	}
	return parseManifest(data)
}

// MakeManifest writes the manifest that approves all of these items; its bytes are the same for the same items. The
// edition is that of the previous manifest, or the next number if the entries changed.
func MakeManifest(before publish.Manifest, items []publish.Shipped) []byte {
	lines := make([]string, len(items))
	for i, item := range items {
		lines[i] = manifestLine(publish.Entry{Kind: item.Kind, ID: item.ID, SHA256: publish.Sum(item.Body)})
	}
	slices.Sort(lines)
	known := make([]string, len(before.Entries))
	for i, e := range before.Entries {
		known[i] = manifestLine(e)
	}
	slices.Sort(known)
	edition := max(before.Edition, 1)
	if !slices.Equal(lines, known) {
		edition = before.Edition + 1
	}
	if len(lines) == 0 {
		lines = []string{"  []\n"}
	}
	return fmt.Appendf(nil, "%sedition: %d\nentries:\n%s", manifestHeader, edition, strings.Join(lines, ""))
}

func manifestLine(e publish.Entry) string {
	return fmt.Sprintf("  - {kind: %s, id: %s, sha256: %s}\n", e.Kind, e.ID, e.SHA256)
}

func parseManifest(data []byte) (publish.Manifest, error) {
	var file manifestFile
	strict := yaml.NewDecoder(bytes.NewReader(data))
	strict.KnownFields(true)
	if err := strict.Decode(&file); err != nil {
		return publish.Manifest{}, fmt.Errorf("%s: %w", ManifestFile, err)
	}
	if file.Edition < 1 {
		return publish.Manifest{}, fmt.Errorf("%s: the edition counts from 1", ManifestFile)
	}
	manifest, seen := publish.Manifest{Edition: file.Edition}, map[string]bool{}
	for _, e := range file.Entries {
		if sum, err := hex.DecodeString(e.SHA256); err != nil || len(sum) != 32 {
			return publish.Manifest{}, fmt.Errorf("%s: %s has no sha256", ManifestFile, e.ID)
		}
		if e.ID == "" || seen[e.ID] {
			return publish.Manifest{}, fmt.Errorf("%s: the id %q is empty or used twice", ManifestFile, e.ID)
		}
		seen[e.ID] = true
		manifest.Entries = append(manifest.Entries, publish.Entry(e))
	}
	return manifest, nil
}
