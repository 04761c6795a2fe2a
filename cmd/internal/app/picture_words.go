package app

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"pugongying/internal/console"
	"pugongying/internal/fault"
	"pugongying/internal/media"
	"pugongying/internal/publish"
	"pugongying/internal/staff"
)

// pictureWords says what the library of pictures knows by ids alone.
type pictureWords struct{ app *App }

// Name implements console.PictureWords.
func (w pictureWords) Name(ctx context.Context, account string) string {
	names, err := w.app.Staff.Names(ctx, account)
	if err != nil || names[account] == "" {
		return "已经不在的同事"
	}
	return names[account]
}

// stateWords are the states of a version, short.
var stateWords = map[publish.State]string{
	publish.StateDraft: "草稿", publish.StateCheck: "机器在看", publish.StateFirst: "一审", publish.StateSecond: "二审", publish.StateThird: "三审",
	publish.StateApproved: "三审都过了", publish.StateScheduled: "定了时间", publish.StateLive: "线上", publish.StateSuperseded: "旧的", publish.StateWithdrawn: "撤下了",
}

// Using implements console.PictureWords.
func (w pictureWords) Using(ctx context.Context, who staff.Principal, s media.Source) console.Using {
	switch s.Kind {
	case media.SourceVersion:
		id, n, ok := versionOf(s.ID)
		if !ok {
			break
		}
		if t, err := w.app.Workflow.Read(ctx, who, id, n); err == nil {
			return console.Using{Words: fmt.Sprintf("%s 第 %d 版，%s", t.Version.Title, n, stateWords[t.Version.State]), Path: "/review/" + id + "/" + strconv.Itoa(n)}
		}
	case media.SourceWorking:
		if now, err := w.app.Workflow.Working(ctx, who, s.ID); err == nil {
			return console.Using{Words: now.Title + "，正在写", Path: "/texts/" + s.ID}
		}
	case media.SourceContribution:
		return console.Using{Words: "一篇来稿"}
	}
	return console.Using{Words: "一篇你看不到的稿子"}
}

// versionOf is the reverse of publish.VersionID.
func versionOf(id string) (publication string, n int, ok bool) {
	publication, number, _ := strings.Cut(id, "@")
	n, err := strconv.Atoi(number)
	return publication, n, err == nil
}

// pictureReaders say who may read what uses a picture.
func (a *App) pictureReaders() map[media.SourceKind]media.Readable {
	return map[media.SourceKind]media.Readable{
		media.SourceContribution: func(ctx context.Context, who staff.Principal, id string) (bool, error) {
			return a.Stories.MayRead(ctx, who, id)
		},
		media.SourceVersion: func(ctx context.Context, who staff.Principal, id string) (bool, error) {
			publication, n, ok := versionOf(id)
			if !ok {
				return false, nil
			}
			_, err := a.Workflow.Read(ctx, who, publication, n)
			return permitted(err)
		},
		media.SourceWorking: func(ctx context.Context, who staff.Principal, id string) (bool, error) {
			_, err := a.Workflow.Working(ctx, who, id)
			return permitted(err)
		},
	}
}

// permitted tells a refusal from a failure.
func permitted(err error) (bool, error) {
	var refusal *fault.Error
	if errors.As(err, &refusal) && (refusal.Kind == fault.NotFound || refusal.Kind == fault.Forbidden) {
		return false, nil
	}
	return err == nil, err
}
