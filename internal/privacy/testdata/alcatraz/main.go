// Command alcatraz reads a JSON array of texts and writes what hoophq/alcatraz finds in each. It is a module of its own, so
// that the library is linked nowhere else.
package main

import (
	"encoding/json"
	"log"
	"os"

	"github.com/hoophq/alcatraz"
)

type found struct {
	Entity     string
	Start, End int
}

func main() {
	var texts []string
	if err := json.NewDecoder(os.Stdin).Decode(&texts); err != nil {
		log.Fatal(err)
	}
	engine := alcatraz.NewEngine("en", "zh")
	all := make([][]found, len(texts))
	for i, text := range texts {
		for _, language := range []string{"en", "zh"} {
			for _, hit := range engine.Analyze(text, alcatraz.Options{Language: language}) {
				all[i] = append(all[i], found{hit.EntityType, hit.Start, hit.End})
			}
		}
	}
	if err := json.NewEncoder(os.Stdout).Encode(all); err != nil {
		log.Fatal(err)
	}
}
