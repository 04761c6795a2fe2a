package content

import (
	"bytes"
	"fmt"

	"go.yaml.in/yaml/v3"

	"pugongying/internal/law"
)

// lawEntry is one law in laws.yaml.
type lawEntry struct {
	Slug      string   `yaml:"slug"`
	Title     string   `yaml:"title"`
	Short     string   `yaml:"short"`
	Aliases   []string `yaml:"aliases"`
	Number    string   `yaml:"number"`
	Issued    string   `yaml:"issued"`
	Revised   string   `yaml:"revised"`
	Effective string   `yaml:"effective"`
	Articles  int      `yaml:"articles"`
	Inserted  []string `yaml:"inserted"`
}

// repealEntry is one line of repealed.yaml.
type repealEntry struct {
	Title  string `yaml:"title"`
	Number string `yaml:"number"`
	Day    string `yaml:"repealed"`
	Source string `yaml:"source"`
}

func readRepeals(data []byte) ([]law.Repeal, error) {
	var entries []repealEntry
	strict := yaml.NewDecoder(bytes.NewReader(data))
	strict.KnownFields(true)
	if err := strict.Decode(&entries); err != nil {
		return nil, fmt.Errorf("repealed.yaml: %w", err)
	}
	repeals := make([]law.Repeal, len(entries))
	for i, e := range entries {
		repeals[i] = law.Repeal(e)
	}
	return repeals, nil
}

func readLaws(data []byte) (*law.Register, error) {
	var entries []lawEntry
	strict := yaml.NewDecoder(bytes.NewReader(data))
	strict.KnownFields(true)
	if err := strict.Decode(&entries); err != nil {
		return nil, fmt.Errorf("laws.yaml: %w", err)
	}
	laws := make([]law.Law, len(entries))
	for i, e := range entries {
		laws[i] = law.Law(e)
	}
	register, err := law.NewRegister(laws)
	if err != nil {
		return nil, fmt.Errorf("laws.yaml: %w", err)
	}
	return register, nil
}
