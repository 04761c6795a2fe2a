package app

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"pugongying/internal/config"
	"pugongying/internal/jobs"
	"pugongying/internal/ledger"
	"pugongying/internal/quiz"
	"pugongying/internal/region"
	"pugongying/internal/store"
)

// WorkKinds are the kinds of work that need no root key, so that a machine beside the servers may do them. The servers do
// the others: what WeChat pushed is sealed with the key, and erasing or merging a member removes her sessions from the
// cache, whose names need the key.
var WorkKinds = []string{"attempts", "ledger"}

// Why this machine cannot work.
var (
	errWorkMongo = errors.New("work 要和 serve 用同一个 MongoDB：写上 mongo.uri_file。内置数据库只有一个进程能打开，不能在别的机器上帮忙")
	errWorkS3    = errors.New("work 要和 serve 用同一个媒体库：写上 s3.endpoint。本机文件夹里的媒体，别的机器看不到")
)

// Work does jobs of these kinds (none: all of WorkKinds) until ctx ends. It opens MongoDB and S3, with accounts of its own,
// and nothing else: no root key, no cache, no port. The collections and indexes are made by serve.
func Work(ctx context.Context, c config.Config, log *slog.Logger, kinds []string) error {
	switch {
	case c.Mongo.URI == "" && c.Mongo.URIFile == "":
		return errWorkMongo
	case c.S3.Endpoint == "":
		return errWorkS3
	}
	for _, kind := range kinds {
		if !slices.Contains(WorkKinds, kind) {
			return fmt.Errorf("--kinds %s：work 只做 %s，别的工作要有根密钥，由 serve 做", kind, strings.Join(WorkKinds, "、"))
		}
	}
	a := New(c, log)
	err := a.work(ctx, kinds)
	closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), c.Stop.Grace) // ctx has ended by now
	defer cancel()
	return errors.Join(err, a.Close(closing))
}

func (a *App) work(ctx context.Context, kinds []string) (err error) {
	if a.Documents, err = openDocuments(ctx, a.config, a.log); err != nil {
		return err
	}
	if err := a.refuseHalfRestored(ctx); err != nil {
		return err
	}
	if a.media, err = openMedia(a.config); err != nil {
		return err
	}
	if err := a.media.Ping(ctx); err != nil {
		return fmt.Errorf("媒体库没有回应：%w", err)
	}
	if a.jobKinds, err = a.keylessJobs(ctx); err != nil {
		return err
	}
	a.jobKinds = slices.DeleteFunc(a.jobKinds, func(k jobs.Kind) bool { return len(kinds) > 0 && !slices.Contains(kinds, k.Name) })
	for _, k := range a.jobKinds {
		a.log.Info("working", "kind", k.Name, "engine", a.Documents.Describe())
	}
	a.jobs().Run(ctx)
	return nil
}

// keylessJobs are the jobs of WorkKinds over a.Documents.
func (a *App) keylessJobs(ctx context.Context) ([]jobs.Kind, error) {
	tree, err := region.Load()
	if err != nil {
		return nil, err
	}
	a.regions = region.NewService(tree, store.NewRegions(a.Documents), a.config.Content.Demo)
	a.ledger = ledger.New(store.NewLedger(a.Documents), tree, region.Code(a.config.League), a.now)
	if err := a.openContent(ctx); err != nil {
		return nil, err
	}
	attempts := store.NewQuiz(a.Documents)
	a.Quiz, err = quiz.New(quiz.Parts{
		Bank: a.Questions, Attempts: attempts, Books: attempts, Counter: counting{a.ledger, a.regions},
		Now: a.now, NewID: rand.Text, Random: quiz.Random,
	})
	if err != nil {
		return nil, err
	}
	return []jobs.Kind{a.filing(), a.tallying()}, nil
}
