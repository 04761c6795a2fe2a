package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"

	"pugongying/internal/backup"
	"pugongying/internal/config"
	"pugongying/internal/media"
	"pugongying/internal/store"
)

// errHalfRestored refuses documents that are incomplete.
var errHalfRestored = errors.New("上一次恢复没有做完，这些数据不完整，不能启动：再运行一次 pugongying restore，它会从头来过")

// RestoreFrom says which backup is restored, and what opens it.
type RestoreFrom struct {
	Dir      string
	Name     string // "" for the newest
	Identity string // file with the private key
}

// Restore fills the configured engines, which must be empty, with a backup. It works alone: no server may run on them.
func Restore(ctx context.Context, c config.Config, log *slog.Logger, from RestoreFrom) (r backup.Restored, err error) {
	identities, err := backup.Identities(from.Identity)
	if err != nil {
		return r, err
	}
	secret, err := backupSecret(c)
	if err != nil {
		return r, err
	}
	a := New(c, log)
	if _, err := a.open(ctx, []step{{dataFolder, a.openLock}, {documentStore, a.openDocuments}, {mediaStore, a.openMedia}}); err != nil {
		return r, err
	}
	r, err = backup.Restore(ctx, backup.From{
		Dir: from.Dir, Name: from.Name, Identities: identities, Secret: secret, Figures: func() backup.Figures { return store.NewFigures() },
	}, &restoring{a.source()})
	return r, errors.Join(err, a.Close(context.WithoutCancel(ctx)))
}

// restoring is an app whose engines are being filled.
type restoring struct{ localSource }

// State looks at documents and media.
func (r *restoring) State(ctx context.Context) (s backup.State, err error) {
	marker, err := r.Interrupted(ctx)
	if err != nil {
		return s, err
	}
	s.Interrupted = marker != ""
	if s.Empty, err = r.Empty(ctx); err != nil || !s.Empty {
		return s, err
	}
	files, err := r.Media(ctx)
	s.Empty = len(files) == 0
	return s, err
}

// Begin also removes the media that an interrupted restore left.
func (r *restoring) Begin(ctx context.Context, name string) error {
	if err := r.Backup.Begin(ctx, name); err != nil {
		return err
	}
	files, err := r.Media(ctx)
	for _, f := range files {
		err = errors.Join(err, r.media.Delete(ctx, media.Key(f.Key)))
	}
	return err
}

// Put stores a media file and compares its hash.
func (r *restoring) Put(ctx context.Context, f backup.File, body io.ReadSeeker) error {
	stored, err := r.media.Put(ctx, media.Key(f.Key), f.Type, body)
	if err == nil && f.SHA256 != "" && stored.SHA256 != f.SHA256 {
		err = fmt.Errorf("%w：媒体文件 %s", backup.ErrDiffers, f.Key)
	}
	return err
}

// Reapply erases again whoever is on the list of erasures, and compares the ledger's totals with their lines.
func (r *restoring) Reapply(ctx context.Context) error {
	a := r.app
	for _, s := range []step{
		{rootKey, a.openKeys}, {cacheStore, a.openCache}, {"法律和内容", a.openContent}, {"地区和项目", a.openRegions},
		{clockName, a.watchClock}, {"微信", a.openWeChat}, {"工作人员", a.openStaff}, {"老师和时间", a.openCounselling}, {"预约", a.openBookings}, {"用户", a.openMembers},
	} {
		if err := s.open(ctx); err != nil {
			return &OpenError{What: s.what, Cause: err}
		}
	}
	list, err := a.Members.Erasures(ctx, "")
	if err != nil {
		return err
	}
	erased, err := a.Members.ReplayErasures(ctx, list)
	if err != nil {
		return fmt.Errorf("再注销一遍：%w", err)
	}
	a.log.Info("erased again", "count", erased)
	report, err := a.ledger.Verify(ctx)
	if err == nil && !report.Equal() {
		err = fmt.Errorf("%w：台账有 %d 项合计和明细对不上", backup.ErrDiffers, len(report.Differences))
	}
	return err
}

// refuseHalfRestored is the step that keeps incomplete documents from being served.
func (a *App) refuseHalfRestored(ctx context.Context) error {
	marker, err := store.NewBackup(a.Documents).Interrupted(ctx)
	if err == nil && marker != "" {
		err = errHalfRestored
	}
	return err
}
