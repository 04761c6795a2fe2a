package app

import (
	"archive/zip"
	"context"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"os"

	"pugongying/content"
	"pugongying/internal/audit"
	"pugongying/internal/config"
	"pugongying/internal/operate"
)

// LargestFolder is how many bytes an imported folder may have, packed.
const LargestFolder = 8 << 30

// MissingFile is the file of an exported folder that names the pictures which could not be taken out; it is there only when
// there are any, and an import does not read it.
const MissingFile = "pictures/missing.txt"

// OpenContent is OpenOffline for a command that carries texts with their pictures.
func OpenContent(ctx context.Context, c config.Config) (*App, error) {
	a := New(c, NewLogger(c.Log, io.Discard))
	return a.open(ctx, append(a.documentSteps(), step{"法律和内容", a.openContent}, step{"法律和内容", a.reload}, step{mediaStore, a.openMedia}, step{mediaStore, a.openPictures}))
}

// ExportContent writes every text of the classroom with the pictures it shows as a zip of files. What of the pictures is lost
// or damaged is named in MissingFile.
func (a *App) ExportContent(ctx context.Context, w io.Writer) error {
	texts, err := a.Content.Texts(ctx)
	if err != nil {
		return err
	}
	return content.Folder(texts).Write(w, func(archive *zip.Writer) error {
		wrong, err := operate.NewPictures(a.pictures).Write(ctx, texts, archive)
		if err != nil || len(wrong) == 0 {
			return err
		}
		file, err := archive.Create(MissingFile)
		for _, one := range wrong {
			if err == nil {
				_, err = io.WriteString(file, one.Place+"　"+one.Text+"\n")
			}
		}
		return err
	})
}

// ImportContent imports a folder of texts as drafts, with their pictures, all or none. A folder that cannot be read is a
// fault of the report.
func (a *App) ImportContent(ctx context.Context, from fs.FS) (operate.ContentReport, error) {
	pictures := operate.NewPictures(a.pictures)
	brought, faults := pictures.Read(from)
	folder, err := content.ReadFolder(from)
	if err != nil {
		faults = append(faultsOf(err), faults...)
	}
	if len(faults) > 0 {
		return operate.ContentReport{Faults: faults}, nil
	}
	texts := operate.Texts(folder)
	return a.Content.Import(ctx, audit.Operator, texts, func(report *operate.ContentReport) error {
		restored, faults, err := pictures.Restore(ctx, audit.Operator, brought)
		if report.Pictures, report.Faults = restored, append(report.Faults, faults...); err != nil {
			return err
		}
		absent, err := pictures.Absent(ctx, texts, brought)
		report.Absent = append(report.Absent, absent...)
		return err
	})
}

// faultsOf lists the errors that were joined into one.
func faultsOf(err error) []operate.ContentFault {
	joined, several := err.(interface{ Unwrap() []error })
	if !several {
		return []operate.ContentFault{{Place: "文件", Text: operate.Sentence(err)}}
	}
	var faults []operate.ContentFault
	for _, one := range joined.Unwrap() {
		faults = append(faults, operate.ContentFault{Place: "文件", Text: one.Error()})
	}
	return faults
}

// Spooled is a file without a name, for what is too large for memory; it is gone once it is closed.
func Spooled() (*os.File, error) {
	file, err := os.CreateTemp("", "pugongying-content-")
	if err != nil {
		return nil, err
	}
	return file, os.Remove(file.Name())
}

// addContent puts the classroom's texts behind the socket.
func (a *App) addContent(mux *http.ServeMux) {
	mux.HandleFunc("GET /content/export", func(w http.ResponseWriter, r *http.Request) {
		out, err := Spooled() // an export that fails half-way must not look like one
		if err == nil {
			defer out.Close()
			err = a.ExportContent(r.Context(), out)
		}
		if err == nil {
			_, err = out.Seek(0, io.SeekStart)
		}
		if err != nil {
			a.answer(w, nil, err)
			return
		}
		w.Header().Set("Content-Type", "application/zip")
		_, _ = io.Copy(w, out) // when the command was stopped nobody reads this
	})
	mux.HandleFunc("POST /content/import", func(w http.ResponseWriter, r *http.Request) {
		report, err := a.importPacked(r.Context(), http.MaxBytesReader(w, r.Body, LargestFolder))
		a.answer(w, report, err)
	})
}

// importPacked imports a folder that arrives as a zip.
func (a *App) importPacked(ctx context.Context, body io.Reader) (report operate.ContentReport, err error) {
	packed, err := Spooled()
	if err != nil {
		return report, err
	}
	defer func() { err = errors.Join(err, packed.Close()) }()
	size, err := io.Copy(packed, body)
	if err != nil {
		return report, err
	}
	archive, err := zip.NewReader(packed, size)
	if err != nil {
		return report, err
	}
	return a.ImportContent(ctx, archive)
}
