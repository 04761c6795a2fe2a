package content_test

import (
	"bytes"
	"context"
	"log/slog"
	"testing"
	"time"

	"pugongying/content"
	"pugongying/internal/explainer"
	"pugongying/internal/law"
	"pugongying/internal/markdown"
	"pugongying/internal/publish"
	"pugongying/internal/quiz"
	"pugongying/internal/store"
	"pugongying/internal/testkit"
)

// What a server does when it starts: everything that ships goes live as a sample, and every reader can read all of it.
func TestEverythingShippedGoesLive(t *testing.T) {
	ctx, engine := context.Background(), testkit.Embedded(t)
	if err := engine.Ensure(ctx, store.Declarations()); err != nil {
		t.Fatal(err)
	}
	manifest, err := content.Manifest()
	if err != nil {
		t.Fatal(err)
	}
	items := mustShipped(t)
	service := publish.New(store.NewPublications(engine), manifest, testkit.NewClock().Now)
	begin := time.Now()
	done, err := service.Seed(ctx, items)
	first := time.Since(begin)
	if err != nil || done != (publish.Seeded{Added: len(items)}) {
		t.Fatalf("Seed = %+v, %v, want all %d live", done, err, len(items))
	}
	begin = time.Now()
	if done, err = service.Seed(ctx, items); err != nil || done.Same != len(items) {
		t.Errorf("Seed again = %+v, %v", done, err)
	}
	t.Logf("%d items: first seeding %v, the next %v", len(items), first, time.Since(begin))

	var log bytes.Buffer
	library := explainer.NewLibrary(service, law.Fixed(mustLaws(t)), markdown.New(), slog.New(slog.NewTextHandler(&log, nil)))
	if err := library.Reload(ctx); err != nil || library.Count() != len(mustStories(t)) || log.Len() > 0 {
		t.Errorf("the library has %d stories, %v, log %s", library.Count(), err, log.String())
	}
	page, _, err := library.List(explainer.Page{Limit: 100})
	if err != nil || len(page) != library.Count() {
		t.Fatalf("List = %d, %v", len(page), err)
	}
	for _, brief := range page {
		if !brief.Sample {
			t.Errorf("%s is not marked as a sample", brief.Slug)
		}
	}
	bank := quiz.NewBank(service, law.Fixed(mustLaws(t)))
	if err := bank.Reload(ctx); err != nil || len(bank.Topics()) != len(mustTopics(t)) {
		t.Errorf("the bank has %d topics, %v", len(bank.Topics()), err)
	}
}
