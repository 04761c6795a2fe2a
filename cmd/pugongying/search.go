package main

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"pugongying/cmd/internal/app"
	"pugongying/content"
	"pugongying/internal/operate"
)

type searchCommand struct {
	Check searchCheck `cmd:""`
}

type searchCheck struct {
	Laws string `help:"放法律全文的目录；不写就只查故事、题目和法律名称" placeholder:"目录"`
	Asks string `help:"另写的一份问法，写法同 searches.yaml；不写就查自带的" placeholder:"文件"`
	Half string `help:"只问一半：tune 是可以照着改的，report 是只报告、不照着改的" enum:",tune,report" default:"" placeholder:"一半"`
}

// Run prints what is found for every phrasing, and fails when too few lead where they should.
func (s searchCheck) Run(ctx context.Context, in *invocation) error {
	if err := folder(s.Laws); err != nil {
		return err
	}
	data, err := s.phrasings()
	if err != nil {
		return err
	}
	list, err := operate.ReadPhrasings(data)
	if err != nil {
		return err
	}
	if s.Half != "" {
		list = operate.Half(list, s.Half)
	}
	dir, err := os.MkdirTemp("", "pgy-search-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	index, texts, err := app.OpenShippedIndex(ctx, dir, s.Laws)
	if err != nil {
		return err
	}
	defer index.Close()
	report, err := operate.CheckSearches(ctx, index, texts, list, func(o operate.SearchOutcome) { printOutcome(in, o) })
	if err != nil {
		return err
	}
	fmt.Fprintf(in.out, "前 %d 个里找到：%d / %d = %.1f%%（目标 ≥ %d%%），NOT RUN %d\n",
		operate.SearchFirst, report.Right, report.Asked, report.Share(), operate.SearchGoal, report.NotRun)
	if !report.Passed() {
		return errReported
	}
	return nil
}

func (s searchCheck) phrasings() ([]byte, error) {
	if s.Asks != "" {
		return os.ReadFile(s.Asks)
	}
	return fs.ReadFile(content.Files(), "searches.yaml")
}

func printOutcome(in *invocation, o operate.SearchOutcome) {
	word := "没找到"
	switch {
	case o.NotRun:
		fmt.Fprintf(in.out, "NOT RUN  %s（没有法律全文）\n", o.Ask)
		return
	case o.Hit:
		word = "找到  "
	}
	fmt.Fprintf(in.out, "%s  %s → %s\n", word, o.Ask, strings.Join(o.Labels, "；"))
}
