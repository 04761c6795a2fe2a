package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"pugongying/cmd/internal/app"
	"pugongying/internal/operate"
)

type ledgerCommand struct {
	Verify  ledgerVerify  `cmd:""`
	Rebuild ledgerRebuild `cmd:""`
}

type ledgerVerify struct{}

// Run compares the totals with their lines.
func (ledgerVerify) Run(ctx context.Context, in *invocation, s *settings) error {
	c, err := s.load(in)
	if err != nil {
		return err
	}
	var r app.LedgerReport
	if err := app.NewOperatorClient(c).Ask(ctx, http.MethodPost, "/ledger/verify", &r); err != nil {
		return err
	}
	fmt.Fprintf(in.out, "明细 %d 条，其中 %d 条还没有计入；合计 %d 项，对不上的 %d 项\n", r.Lines, r.Untallied, r.Totals, len(r.Differences))
	for _, d := range r.Differences {
		fmt.Fprintf(in.out, "  %+v\n", d)
	}
	for _, q := range r.Quarters {
		fmt.Fprintf(in.out, "%s 已封，明细 %d 条，校验码 %s\n", q.ID, q.Lines, q.Hash)
	}
	if !r.Equal() {
		return errors.New("合计和明细不一致：用 pugongying ledger rebuild 按明细重算")
	}
	for _, q := range r.Quarters {
		if q.Computed != q.Hash {
			return fmt.Errorf("%s 封了以后被改过：现在算出来是 %s。把整个数据原样留一份，再和最近的备份比", q.ID, q.Computed)
		}
	}
	return nil
}

type ledgerRebuild struct{}

// Run computes the totals from their lines again.
func (ledgerRebuild) Run(ctx context.Context, in *invocation, s *settings) error {
	c, err := s.load(in)
	if err != nil {
		return err
	}
	var done map[string]bool
	if err := app.NewOperatorClient(c).Ask(ctx, http.MethodPost, "/ledger/rebuild", &done); err != nil {
		return err
	}
	_, err = fmt.Fprintln(in.out, "已经按明细重算")
	return err
}

type audioCommand struct {
	Add audioAdd `cmd:""`
}

type audioAdd struct {
	File string `arg:""`
}

// Run sends a recording to the running server, which checks and stores it.
func (a audioAdd) Run(ctx context.Context, in *invocation, s *settings) error {
	c, err := s.load(in)
	if err != nil {
		return err
	}
	f, err := os.Open(a.File)
	if err != nil {
		return fmt.Errorf("打不开录音：%w", err)
	}
	defer f.Close()
	var stored map[string]string
	name := strings.TrimSuffix(filepath.Base(a.File), filepath.Ext(a.File))
	r := app.OperatorRequest{Method: http.MethodPost, Path: "/audio/" + url.PathEscape(name), Body: f}
	if err := app.NewOperatorClient(c).Send(ctx, r, &stored); err != nil {
		return err
	}
	_, err = fmt.Fprintf(in.out, "存好了。故事里写 audio: %s\n", stored["audio"])
	return err
}

type projectCommand struct {
	List projectList `cmd:""`
	Code projectCode `cmd:""`
}

type projectList struct{}

// Run lists the projects of the running server.
func (projectList) Run(ctx context.Context, in *invocation, s *settings) error {
	c, err := s.load(in)
	if err != nil {
		return err
	}
	var projects []operate.ProjectRow
	if err := app.NewOperatorClient(c).Ask(ctx, http.MethodGet, "/projects", &projects); err != nil {
		return err
	}
	for _, p := range projects {
		fmt.Fprintf(in.out, "%-14s %s  %s  %s\n", p.ID, p.Region, p.Name, p.LogoLine)
	}
	return nil
}

type projectCode struct {
	ID string `arg:""`
}

// Run writes the poster of a project or a region into a file of its name.
func (p projectCode) Run(ctx context.Context, in *invocation, s *settings) error {
	c, err := s.load(in)
	if err != nil {
		return err
	}
	var made operate.Poster
	if err := app.NewOperatorClient(c).Ask(ctx, http.MethodPost, "/projects/"+url.PathEscape(p.ID)+"/code", &made); err != nil {
		return err
	}
	name := filepath.Base(p.ID) + ".html"
	if err := os.WriteFile(name, []byte(made.HTML), 0o644); err != nil {
		return err
	}
	_, err = fmt.Fprintf(in.out, "%s：用浏览器打开可以打印（scene %s）\n", name, made.Scene)
	return err
}
