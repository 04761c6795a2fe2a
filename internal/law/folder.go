package law

import (
	"context"
	"fmt"
	"io/fs"
	"strings"
)

// Walk calls each with every file of a folder that can be a law (.md, .txt), in the order of their names; hidden folders
// are passed by.
func Walk(folder fs.FS, each func(file string, data []byte) error) error {
	return fs.WalkDir(folder, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return fmt.Errorf("law: walk %s: %w", name, err)
		}
		if entry.IsDir() {
			if name != "." && strings.HasPrefix(entry.Name(), ".") || entry.Name() == "node_modules" {
				return fs.SkipDir
			}
			return nil
		}
		if !IsText(name) || !entry.Type().IsRegular() {
			return nil
		}
		data, err := fs.ReadFile(folder, name)
		if err != nil {
			return fmt.Errorf("law: %w", err)
		}
		return each(name, data)
	})
}

// IsText says whether a file can be a law by its name.
func IsText(name string) bool {
	return strings.HasSuffix(name, ".md") || strings.HasSuffix(name, ".txt")
}

// ImportFolder takes a whole folder in.
func (m *Importer) ImportFolder(ctx context.Context, folder fs.FS) error {
	if err := Walk(folder, func(file string, data []byte) error { return m.Add(ctx, file, data) }); err != nil {
		return err
	}
	return m.Close(ctx)
}
