package app

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"time"

	"pugongying/content"
	"pugongying/internal/civil"
	"pugongying/internal/explainer"
	"pugongying/internal/law"
	"pugongying/internal/markdown"
	"pugongying/internal/publish"
	"pugongying/internal/quiz"
	"pugongying/internal/search"
)

// OpenShippedIndex makes an index in dir of what the binary ships, and of the laws in a folder ("" for none).
func OpenShippedIndex(ctx context.Context, dir, folder string) (*search.Index, *law.Library, error) {
	register, err := content.Laws()
	if err != nil {
		return nil, nil, err
	}
	items, err := content.Shipped()
	if err != nil {
		return nil, nil, err
	}
	texts := law.Fixed(register)
	if folder != "" {
		read, err := content.ReadTexts(ctx, os.DirFS(folder), register, nil, civil.DayOf(time.Now()))
		if err != nil {
			return nil, nil, err
		}
		texts = read.Library
	}
	library := explainer.NewLibrary(shippedSource(items), texts, markdown.New(), slog.New(slog.DiscardHandler))
	bank := quiz.NewBank(shippedSource(items), texts)
	if err := errors.Join(library.Reload(ctx), bank.Reload(ctx)); err != nil {
		return nil, nil, err
	}
	index, err := newIndex(dir, indexed{library, bank, texts, time.Now})
	if err != nil {
		return nil, nil, err
	}
	if _, err := index.Follow(ctx); err != nil {
		return nil, nil, errors.Join(err, index.Close())
	}
	return index, texts, nil
}

// shippedSource lets libraries read what the binary ships as if it were published.
type shippedSource []publish.Shipped

// Generation never changes.
func (s shippedSource) Generation(context.Context) (int64, error) { return 0, nil }

// Live calls each with every item of a kind.
func (s shippedSource) Live(_ context.Context, kind publish.Kind, each func(publish.Item) error) error {
	for _, item := range s {
		if item.Kind != kind {
			continue
		}
		if err := each(publish.Item{ID: item.ID, Slug: item.Slug, N: 1, Body: item.Body}); err != nil {
			return err
		}
	}
	return nil
}

// Changed calls nothing: what a binary ships never changes.
func (s shippedSource) Changed(context.Context, publish.Kind, int64, func(publish.Item) error) error {
	return nil
}

// Version is never called: nobody takes a quiz here.
func (s shippedSource) Version(context.Context, string, int) (publish.Version, error) {
	return publish.Version{}, fs.ErrNotExist
}
