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

const manifestHead = `# What may go live because it was shipped: the sha256 of every text a person has read and approved.
# Written by "pugongying content manifest"; commit it together with the text.
`

type manifestEntry struct {
	Kind   publish.Kind `yaml:"kind"`
	ID     string       `yaml:"id"`
	SHA256 string       `yaml:"sha256"`
}

// Manifest is the manifest inside the binary.
func Manifest() (publish.Manifest, error) {
	data, err := fs.ReadFile(files, ManifestFile)
	if err != nil {
		return nil, err
	}
	return readManifest(data)
}

// MakeManifest writes the manifest that approves every one of these items, the same bytes for the same items.
func MakeManifest(items []publish.Shipped) []byte {
	lines := make([]string, len(items))
	for i, item := range items {
		lines[i] = fmt.Sprintf("- {kind: %s, id: %s, sha256: %s}\n", item.Kind, item.ID, publish.Sum(item.Body))
	}
	slices.Sort(lines)
	if len(lines) == 0 {
		lines = []string{"[]\n"}
	}
	return []byte(manifestHead + strings.Join(lines, ""))
}

func readManifest(data []byte) (publish.Manifest, error) {
	var entries []manifestEntry
	strict := yaml.NewDecoder(bytes.NewReader(data))
	strict.KnownFields(true)
	if err := strict.Decode(&entries); err != nil {
		return nil, fmt.Errorf("%s: %w", ManifestFile, err)
	}
	manifest, seen := publish.Manifest{}, map[string]bool{}
	for _, e := range entries {
		if sum, err := hex.DecodeString(e.SHA256); err != nil || len(sum) != 32 {
			return nil, fmt.Errorf("%s: %s has no sha256", ManifestFile, e.ID)
		}
		if e.ID == "" || seen[e.ID] {
			return nil, fmt.Errorf("%s: the id %q is empty or stands twice", ManifestFile, e.ID)
		}
		seen[e.ID] = true
		manifest = append(manifest, publish.Entry(e))
	}
	return manifest, nil
}
