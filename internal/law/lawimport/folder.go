package lawimport

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"unicode/utf8"
)

// Walk calls each with every file of a folder that can be a law (.md, .txt), ordered by name, and skips hidden folders and
// node_modules. A file that cannot be read, a name that is not UTF-8 and a link are reported to unread, and the walk
// continues. A file longer than MaxFile is read only to MaxFile+1 bytes, which is enough to refuse it.
func Walk(folder fs.FS, each func(file string, data []byte) error, unread func(Outcome)) error {
	return fs.WalkDir(folder, ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil && name == ".":
			return fmt.Errorf("law: read the folder: %w", err)
		case err == nil && entry.IsDir():
			if name != "." && strings.HasPrefix(entry.Name(), ".") || entry.Name() == "node_modules" {
				return fs.SkipDir
			}
			return nil
		case err == nil && !IsText(name):
			return nil
		}
		var data []byte
		if err == nil {
			data, err = readBounded(folder, name, entry)
		}
		if err != nil {
			unread(Outcome{File: strings.ToValidUTF8(name, "\ufffd"), Kind: Refused, Reason: "读不了：" + reasonOf(name, err)})
			return nil
		}
		return each(name, data)
	})
}

var errNotRegular = errors.New("是链接或别的东西，不是普通文件。")

func readBounded(folder fs.FS, name string, entry fs.DirEntry) ([]byte, error) {
	if !entry.Type().IsRegular() {
		return nil, errNotRegular
	}
	f, err := folder.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, MaxFile+1))
}

func reasonOf(name string, err error) string {
	switch {
	case !utf8.ValidString(name):
		return "名字不是 UTF-8 编码的，改了名字再来。"
	case errors.Is(err, fs.ErrPermission):
		return "没有权限。"
	}
	return err.Error()
}

// IsText reports whether a file can be a law, by its name.
func IsText(name string) bool {
	return strings.HasSuffix(name, ".md") || strings.HasSuffix(name, ".txt")
}

// ImportFolder imports a whole folder.
func (m *Importer) ImportFolder(ctx context.Context, folder fs.FS) error {
	if err := Walk(folder, func(file string, data []byte) error { return m.Add(ctx, file, data) }, m.report); err != nil {
		return err
	}
	return m.Close(ctx)
}
