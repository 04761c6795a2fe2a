package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"pugongying/cmd/internal/app"
	"pugongying/internal/backup"
	"pugongying/internal/store"
)

// backupCommand makes and checks backups.
type backupCommand struct {
	Make   backupMake   `cmd:"" default:"withargs"`
	Verify backupVerify `cmd:""`
	Key    backupKey    `cmd:""`
}

type backupMake struct {
	Dir string   `arg:""`
	To  []string `help:"封给谁：age1 开头的公钥，可以写几个；不写就用配置里的 backup.recipients" placeholder:"age1…"`
}

// Run makes a backup, of a running server's data or of the data themselves.
func (b backupMake) Run(ctx context.Context, in *invocation, s *settings) error {
	c, err := s.load(in)
	if err != nil {
		return err
	}
	if in.yield != nil {
		in.yield()
	}
	begun := time.Now()
	r, err := app.Backup(ctx, c, b.Dir, b.To, version)
	if r.Name != "" {
		fmt.Fprintf(in.out, "备份好了：%s，%d 份文档，%d 个媒体文件，共 %s，这次新写 %s，用了 %.1f 秒\n",
			r.Name, r.Documents, r.Files, size(r.Total), size(r.Written), time.Since(begun).Seconds())
		if r.Unbelieved {
			fmt.Fprintln(in.out, "系统时间靠不住，没有清理旧的备份：先对时")
		}
	}
	return err
}

// size writes a number of bytes as people read it.
func size(n int64) string { return fmt.Sprintf("%.1f MB", float64(n)/1e6) }

type backupVerify struct {
	Dir      string `arg:""`
	Identity string `help:"打开备份的私钥文件：连里面的内容一起看（在放私钥的机器上）" placeholder:"FILE"`
	Tips     string `help:"把最新一份里记下的操作记录的链尾写进这个文件，给 audit verify --tips 用（要 --identity）" placeholder:"FILE"`
}

// Run reads every file of the backups and names those that are damaged.
func (b backupVerify) Run(in *invocation) error {
	identities, err := backup.Identities(b.Identity)
	if err != nil {
		return err
	}
	v, err := backup.Verify(b.Dir, identities)
	for _, fault := range v.Faults {
		fmt.Fprintln(in.out, fault)
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(in.out, "看过 %d 个文件，%s；完整的备份 %d 份，钥匙和注销名单 %d 份", v.Files, size(v.Bytes), v.Backups, v.Keys)
	if !v.Newest.IsZero() {
		fmt.Fprintf(in.out, "，最新的一份是 %s 的", v.Newest.Local().Format("2006-01-02 15:04:05"))
	}
	fmt.Fprintln(in.out)
	if len(identities) > 0 && len(v.Faults) == 0 {
		fmt.Fprintf(in.out, "最新一份打开看过：%d 份文档，%d 个媒体文件\n", v.Documents, v.Media)
	}
	if b.Tips != "" {
		if err := b.write(v); err != nil {
			return err
		}
	}
	if len(v.Faults) > 0 {
		fmt.Fprintf(in.out, "有 %d 个文件坏了：把上面写到的文件移走，再做一次 pugongying backup，缺的会重新写上；用到它们的旧备份恢复不了\n", len(v.Faults))
		return errReported
	}
	return nil
}

// write writes the tips that the newest backup notes.
func (b backupVerify) write(v backup.Verdict) error {
	if b.Identity == "" {
		return errors.New("--tips 要和 --identity 一起写：链尾封在备份里面")
	}
	return os.WriteFile(b.Tips, []byte(strings.Join(append(store.NotedTips(v.Notes), ""), "\n")), 0o600)
}

type backupKey struct {
	File string `arg:""`
}

// Run makes the pair of keys that backups are sealed and opened with.
func (b backupKey) Run(in *invocation) error {
	recipient, err := backup.CreateIdentity(b.File, time.Now())
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(in.out, "%s\n上面这一行是公钥，写进服务器配置的 backup.recipients。私钥在 %s：不要放在服务器上，抄两份存在两个地方，丢了它备份就打不开。\n", recipient, b.File)
	return err
}

type restoreCommand struct {
	Dir      string `arg:""`
	Identity string `required:"" help:"打开备份的私钥文件" placeholder:"FILE"`
	Name     string `help:"恢复哪一份（文件名里写着时间）；不写就是最新的" placeholder:"名字"`
}

// Run restores a backup into empty engines.
func (r restoreCommand) Run(ctx context.Context, in *invocation, s *settings) error {
	c, err := s.load(in)
	if err != nil {
		return err
	}
	begun := time.Now()
	done, err := app.Restore(ctx, c, app.NewLogger(c.Log, in.err), app.RestoreFrom{Dir: r.Dir, Name: r.Name, Identity: r.Identity})
	if errors.Is(err, app.ErrDataInUse) {
		return errors.New("服务还在用这个 data 目录：恢复要在服务停着的时候做，而且只能恢复到空的地方")
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(in.out, "恢复好了：%s 的备份（%s），%d 份文档，%d 个媒体文件，用了 %.1f 秒\n",
		done.Taken.Local().Format("2006-01-02 15:04:05"), done.Name, done.Documents, done.Media, time.Since(begun).Seconds())
	fmt.Fprintln(in.out, "逐块比对过，和备份一样；注销过的人已经再注销一遍；台账合计和明细一致。可以启动服务了。")
	return nil
}
