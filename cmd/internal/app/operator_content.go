package app

import (
	"archive/zip"
	"bytes"
	"context"
	"io"
	"io/fs"
	"net/http"

	"pugongying/content"
	"pugongying/internal/audit"
	"pugongying/internal/operate"
)

// LargestFolder is how many bytes an imported folder may have, packed.
const LargestFolder = 256 << 20

// ExportContent writes every text of the classroom as a zip of files.
func (a *App) ExportContent(ctx context.Context, w io.Writer) error {
	texts, err := a.Content.Texts(ctx)
	if err != nil {
		return err
	}
	return content.Folder(texts).Write(w)
}

// ImportContent imports a folder of texts as drafts. A folder that cannot be read is a fault of the report.
func (a *App) ImportContent(ctx context.Context, from fs.FS) (operate.ContentReport, error) {
	folder, err := content.ReadFolder(from)
	if err != nil {
		return operate.ContentReport{Faults: faultsOf(err)}, nil
	}
	return a.Content.Import(ctx, audit.Operator, operate.Texts(folder))
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

// addContent puts the classroom's texts behind the socket.
func (a *App) addContent(mux *http.ServeMux) {
	mux.HandleFunc("GET /content/export", func(w http.ResponseWriter, r *http.Request) {
		var out bytes.Buffer // an export that fails half-way must not look like one
		if err := a.ExportContent(r.Context(), &out); err != nil {
			a.answer(w, nil, err)
			return
		}
		w.Header().Set("Content-Type", "application/zip")
		_, _ = out.WriteTo(w) // when the command was stopped nobody reads this
	})
	mux.HandleFunc("POST /content/import", func(w http.ResponseWriter, r *http.Request) {
		data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, LargestFolder))
		if err != nil {
			a.answer(w, nil, err)
			return
		}
		archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			a.answer(w, nil, err)
			return
		}
		report, err := a.ImportContent(r.Context(), archive)
		a.answer(w, report, err)
	})
}
