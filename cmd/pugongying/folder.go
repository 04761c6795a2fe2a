package main

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path"
	"path/filepath"

	"pugongying/cmd/internal/app"
	"pugongying/internal/config"
	"pugongying/internal/operate"
)

type contentExport struct {
	Folder string `arg:""`
}

// Run writes every text of the classroom into a folder that must not exist yet.
func (e contentExport) Run(ctx context.Context, in *invocation, s *settings) error {
	c, err := s.load(in)
	if err != nil {
		return err
	}
	if _, err := os.Lstat(e.Folder); !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("已经有 %s 了：换一个名字，或者先把它移走", e.Folder)
	}
	packed, err := app.Spooled()
	if err != nil {
		return err
	}
	defer packed.Close()
	if err := exported(ctx, c, packed); err != nil {
		return err
	}
	size, err := packed.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	archive, err := zip.NewReader(packed, size)
	if err != nil {
		return err
	}
	if err := unpack(archive, e.Folder); err != nil {
		return err
	}
	fmt.Fprintf(in.out, "%s：%d 个文件。居民看得到的在 explainers、questions 和 topics.yaml，草稿在 drafts，撤下的在 withdrawn，图在 pictures。\n", e.Folder, len(archive.File))
	return missing(in, archive)
}

// missing names the pictures that could not be taken out.
func missing(in *invocation, archive *zip.Reader) error {
	file, err := archive.Open(app.MissingFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer file.Close()
	names, err := io.ReadAll(file)
	if err == nil {
		_, err = fmt.Fprintf(in.out, "有的图没有带上（也写在 %s 里）：\n%s", app.MissingFile, names)
	}
	return err
}

// exported writes the zip of the texts, from the running server where there is one.
func exported(ctx context.Context, c config.Config, to *os.File) error {
	export := local[struct{}]{app.OpenContent, func(a *app.App) (struct{}, error) { return struct{}{}, a.ExportContent(ctx, to) }}
	_, err := offline(ctx, c, export)
	if !errors.Is(err, app.ErrDataInUse) {
		return err
	}
	answer, err := app.NewOperatorClient(c).Stream(ctx, app.OperatorRequest{Method: http.MethodGet, Path: "/content/export"})
	if err != nil {
		return err
	}
	defer answer.Close()
	_, err = io.Copy(to, answer)
	return err
}

// unpack writes the files of an archive into a new folder, and nowhere else.
func unpack(archive *zip.Reader, folder string) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return err
	}
	defer root.Close()
	for _, file := range archive.File {
		if err := root.MkdirAll(filepath.FromSlash(path.Dir(file.Name)), 0o755); err != nil {
			return err
		}
		from, err := file.Open()
		if err != nil {
			return err
		}
		data, err := io.ReadAll(from)
		if err = errors.Join(err, from.Close()); err != nil {
			return err
		}
		if err := root.WriteFile(filepath.FromSlash(file.Name), data, 0o644); err != nil {
			return err
		}
	}
	return nil
}

type contentImport struct {
	Folder string `arg:""`
}

// Run imports a folder of texts as drafts, all or none.
func (i contentImport) Run(ctx context.Context, in *invocation, s *settings) error {
	c, err := s.load(in)
	if err != nil {
		return err
	}
	if err := folder(i.Folder); err != nil {
		return err
	}
	bring := local[operate.ContentReport]{app.OpenContent, func(a *app.App) (operate.ContentReport, error) {
		return a.ImportContent(ctx, os.DirFS(i.Folder))
	}}
	report, err := offline(ctx, c, bring)
	if errors.Is(err, app.ErrDataInUse) {
		report, err = i.remote(ctx, c)
	}
	if err != nil {
		return err
	}
	for _, wrong := range report.Faults {
		fmt.Fprintf(in.out, "✗ %s　%s\n", wrong.Place, wrong.Text)
	}
	if len(report.Faults) > 0 {
		fmt.Fprintf(in.out, "有 %d 处要改。一份也没有收；改好以后再收一次就行。\n", len(report.Faults))
		return errReported
	}
	for _, absent := range report.Absent {
		fmt.Fprintf(in.out, "! %s　%s 这份照收，图要重新放。\n", absent.Place, absent.Text)
	}
	_, err = fmt.Fprintf(in.out, "%s。收进来的都是草稿，审过才给居民看。\n", report.Summary())
	return err
}

// remote sends the folder to the running server.
func (i contentImport) remote(ctx context.Context, c config.Config) (operate.ContentReport, error) {
	packed, err := app.Spooled()
	if err != nil {
		return operate.ContentReport{}, err
	}
	defer packed.Close()
	archive := zip.NewWriter(packed)
	if err := errors.Join(archive.AddFS(os.DirFS(i.Folder)), archive.Close()); err != nil {
		return operate.ContentReport{}, err
	}
	size, err := packed.Seek(0, io.SeekCurrent)
	if err != nil {
		return operate.ContentReport{}, err
	}
	if size > app.LargestFolder {
		return operate.ContentReport{}, fmt.Errorf("这个文件夹太大了：打包以后最多 %d GB", app.LargestFolder>>30)
	}
	if _, err := packed.Seek(0, io.SeekStart); err != nil {
		return operate.ContentReport{}, err
	}
	var report operate.ContentReport
	err = app.NewOperatorClient(c).Send(ctx, app.OperatorRequest{Method: http.MethodPost, Path: "/content/import", Body: packed}, &report)
	return report, err
}
