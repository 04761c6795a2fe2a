package app

import (
	"context"
	"path/filepath"

	"pugongying/internal/blob"
	"pugongying/internal/media"
	"pugongying/internal/store"
)

const megabyte = 1 << 20

// openPictures opens the library of texts' pictures.
func (a *App) openPictures(context.Context) error {
	scratch, err := blob.NewScratch(filepath.Join(a.config.Data, scratchFolder))
	if err != nil {
		return err
	}
	a.pictures, err = media.NewLibrary(media.LibraryParts{
		Records: store.NewPictures(a.Documents), Files: a.media, Scratch: scratch, Readers: a.pictureReaders(), Judge: pictureJudge{a},
		Quota: media.Quota{Person: int64(a.config.Pictures.Person) * megabyte, Total: int64(a.config.Pictures.Total) * megabyte},
		Now:   a.now, Believed: a.clock.Believed,
	})
	return err
}

// sweepPictures removes what uploads left half-way and says what is missing.
func (a *App) sweepPictures(ctx context.Context) error {
	swept, err := a.pictures.Sweep(ctx)
	if swept.Missing > 0 {
		a.log.Error("pictures without their files", "count", swept.Missing)
	}
	if swept.Abandoned+swept.Orphans > 0 {
		a.log.Info("pictures swept", "count", swept.Abandoned+swept.Orphans)
	}
	return err
}
