package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"pugongying/cmd/internal/app"
	"pugongying/internal/config"
	"pugongying/internal/seal"
)

type keyCommand struct {
	Create keyCreate `cmd:""`
	Rotate keyRotate `cmd:""`
	Rewrap keyRewrap `cmd:""`
	Retire keyRetire `cmd:""`
	Status keyStatus `cmd:""`
}

type keyCreate struct {
	File string `arg:""`
}

// Run makes a root key.
func (k keyCreate) Run(in *invocation) error {
	keys, err := seal.Create(k.File)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(in.out, "根密钥写进了 %s（%s）。请另存一份离线的：丢了它，封存的内容就再也打不开。\n", k.File, keys.Describe())
	return err
}

type keyRotate struct {
	File string `arg:"" optional:""`
}

// Run adds a key to the root key's file, which running servers notice by themselves.
func (k keyRotate) Run(in *invocation, s *settings) error {
	if k.File == "" {
		c, err := s.load(in)
		if err != nil {
			return err
		}
		k.File = app.RootFile(c)
	}
	keys, err := seal.Rotate(k.File)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(in.out, "%s 里加了一把新的主密钥（%s）。旧的还在，旧内容照常能打开；正在运行的服务几秒以后自己改用新的。\n有几台服务器，就把这个文件拷到每一台。另存一份离线的，然后运行 pugongying key rewrap。\n", k.File, keys.Describe())
	return err
}

type keyStatus struct{}

// Run says what every root key is needed for.
func (keyStatus) Run(ctx context.Context, in *invocation, s *settings) error {
	c, err := s.load(in)
	if err != nil {
		return err
	}
	status, err := askKeys(ctx, c)
	if err != nil {
		return err
	}
	return printKeys(in, status)
}

func askKeys(ctx context.Context, c config.Config) (seal.Status, error) {
	r := app.OperatorRequest{Method: http.MethodGet, Path: "/keys"}
	return openedOrRemote(ctx, c, r, openKeys(func(a *app.App) (seal.Status, error) { return a.KeyStatus(ctx) }))
}

func printKeys(in *invocation, status seal.Status) error {
	fmt.Fprintf(in.out, "%s：根密钥 %d 把，记录钥匙 %d 把\n", status.File, len(status.Roots), status.All)
	for i, r := range status.Roots {
		name := "旧的"
		if i == 0 {
			name = "主密钥"
		}
		fmt.Fprintf(in.out, "  编号 %d（%s）：包着 %d 把\n", r.Root, name, r.Keys)
	}
	if n := status.Unknown(); n > 0 {
		return fmt.Errorf("有 %d 把记录钥匙，这个文件里没有能打开它们的根密钥：把别的服务器上或离线存的密钥文件找来对一对", n)
	}
	return nil
}

type keyRewrap struct{}

// Run wraps every record key by the primary root key, and says how far it is.
func (keyRewrap) Run(ctx context.Context, in *invocation, s *settings) error {
	c, err := s.load(in)
	if err != nil {
		return err
	}
	report := func(done, all int64) { fmt.Fprintf(in.out, "已改包 %d / %d\n", done, all) }
	status, err := offline(ctx, c, openKeys(func(a *app.App) (seal.Status, error) { return a.Rewrap(ctx, report) }))
	if errors.Is(err, app.ErrDataInUse) {
		status, err = rewrapRemote(ctx, c, report)
	}
	if err != nil {
		return fmt.Errorf("%w\n可以随时再运行一次 key rewrap，会接着做", err)
	}
	fmt.Fprintln(in.out, "都由主密钥包着了。先做一次新的备份，再运行 pugongying key retire。")
	return printKeys(in, status)
}

// rewrapRemote lets the running server do it.
func rewrapRemote(ctx context.Context, c config.Config, report func(done, all int64)) (seal.Status, error) {
	answer, err := app.NewOperatorClient(c).Stream(ctx, app.OperatorRequest{Method: http.MethodPost, Path: "/keys/rewrap"})
	if err != nil {
		return seal.Status{}, err
	}
	defer answer.Close()
	lines := bufio.NewScanner(answer)
	for lines.Scan() {
		var l app.RewrapLine
		switch err := json.Unmarshal(lines.Bytes(), &l); {
		case err != nil:
			return seal.Status{}, err
		case l.Error != "":
			return seal.Status{}, errors.New("没有做成：" + l.Error)
		case l.Status != nil:
			return *l.Status, nil
		}
		report(l.Done, l.All)
	}
	return seal.Status{}, errors.Join(errors.New("服务在做完以前停了"), lines.Err())
}

type keyRetire struct {
	Root uint32 `arg:"" optional:""`
}

// Run removes root keys that nothing needs any more. It writes the file itself: a running server may not.
func (k keyRetire) Run(ctx context.Context, in *invocation, s *settings) error {
	c, err := s.load(in)
	if err != nil {
		return err
	}
	status, err := seal.Withdraw(app.RootFile(c), k.Root, func() (seal.Status, error) { return askKeys(ctx, c) })
	if err != nil {
		return err
	}
	fmt.Fprintln(in.out, "旧的根密钥移除了。还有几台服务器，把这个文件再拷到每一台；离线存的也换成它。\n改包以前的备份和拷贝，用旧的根密钥还能打开：七天以内销毁它们（README.zh-CN.md“换钥匙”）。")
	return printKeys(in, status)
}
