package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"

	"pugongying/cmd/internal/app"
	"pugongying/content"
	"pugongying/internal/audit"
	"pugongying/internal/operate"
	"pugongying/internal/questionio"
)

// bankCommand brings questions in and out, through the running server or, where none runs, by itself.
type bankCommand struct {
	Template bankTemplate `cmd:""`
	Import   bankImport   `cmd:""`
	Export   bankExport   `cmd:""`
	List     bankList     `cmd:""`
}

type bankList struct{}

// Run lists the drafts that wait for review.
func (bankList) Run(ctx context.Context, in *invocation, s *settings) error {
	c, err := s.load(in)
	if err != nil {
		return err
	}
	r := app.OperatorRequest{Method: http.MethodGet, Path: "/bank/drafts"}
	list, err := localOrRemote(ctx, c, r, func(a *app.App) ([]questionio.Waiting, error) { return a.Bank.Waiting(ctx) })
	if err != nil {
		return err
	}
	for _, w := range list {
		what := "改动"
		if w.New {
			what = "新题"
		}
		fmt.Fprintf(in.out, "%-26s  %s  %s  %s  %s\n", w.ID, w.Day, what, w.Kind, w.Stem)
	}
	_, err = fmt.Fprintf(in.out, "%d 道草稿等着审\n", len(list))
	return err
}

type bankImport struct {
	File    string `arg:""`
	Confirm bool   `help:"问到的地方都看过了，就按读到的收"`
}

// Run imports a file of questions as drafts, all or none.
func (b bankImport) Run(ctx context.Context, in *invocation, s *settings) error {
	c, err := s.load(in)
	if err != nil {
		return err
	}
	f, err := os.Open(b.File)
	if err != nil {
		return fmt.Errorf("打不开 %s：%w", b.File, err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, operate.LargestBankFile+1))
	if err != nil {
		return err
	}
	query := url.Values{"file": {b.File}}
	if b.Confirm {
		query.Set("confirm", "1")
	}
	r := app.OperatorRequest{Method: http.MethodPost, Path: "/bank/import?" + query.Encode(), Body: bytes.NewReader(data)}
	report, err := localOrRemote(ctx, c, r, func(a *app.App) (questionio.Report, error) {
		return a.Bank.Import(ctx, audit.Operator, operate.BankUpload{Name: b.File, Data: data, Confirmed: b.Confirm})
	})
	if err != nil {
		return err
	}
	return printReport(in, report, b.Confirm)
}

func printReport(in *invocation, report questionio.Report, confirmed bool) error {
	for _, note := range report.Notes {
		fmt.Fprintln(in.out, "说明："+note)
	}
	for _, place := range report.Known {
		fmt.Fprintf(in.out, "已经有了：%s\n", place)
	}
	for _, doubt := range report.Doubts {
		fmt.Fprintf(in.out, "? %s　%s\n", doubt.Place, doubt.Text)
	}
	for _, wrong := range report.Faults {
		fmt.Fprintf(in.out, "✗ %s　%s\n", wrong.Place, wrong.Text)
	}
	if len(report.Faults) > 0 {
		fmt.Fprintf(in.out, "有 %d 处要改。一道题也没有导入；改好以后再导入一次就行。\n", len(report.Faults))
		return errReported
	}
	if len(report.Doubts) > 0 && !confirmed {
		fmt.Fprintf(in.out, "有 %d 处要你看一眼。一道题也没有导入。读得都对，就加上 --confirm 再导入一次；不对，先改文件。\n", len(report.Doubts))
		return errReported
	}
	_, err := fmt.Fprintf(in.out, "%s。导入的都是草稿，审过才给居民看。\n", report.Summary())
	return err
}

type bankExport struct {
	File  string `arg:""`
	Topic string `help:"只要一组题：网址里的名字" placeholder:"maicao"`
}

// Run writes questions to a file that must not exist yet.
func (b bankExport) Run(ctx context.Context, in *invocation, s *settings) error {
	if form := operate.BankForm(b.File); form != ".xlsx" && form != ".gift" {
		return errors.New("导出的文件名要以 .xlsx 或 .gift 结尾：写 bank export 文件.xlsx（或 .gift）[--topic 名字]；要模板写 bank template 文件.xlsx")
	}
	c, err := s.load(in)
	if err != nil {
		return err
	}
	r := app.OperatorRequest{Method: http.MethodGet, Path: "/bank/export?" + url.Values{"file": {b.File}, "topic": {b.Topic}}.Encode()}
	made, err := localOrRemote(ctx, c, r, func(a *app.App) (operate.BankFile, error) {
		file, err := a.Bank.Export(ctx, b.File, b.Topic)
		if err != nil {
			err = errors.New(operate.Sentence(err))
		}
		return file, err
	})
	if err != nil {
		return err
	}
	if err := writeNew(b.File, made.File); err != nil {
		return err
	}
	_, err = fmt.Fprintf(in.out, "%s：%d 道题\n", b.File, made.Questions)
	return err
}

type bankTemplate struct {
	File string `arg:""`
}

// Run writes the sheet that staff are offered; it needs no data.
func (b bankTemplate) Run(in *invocation) error {
	if operate.BankForm(b.File) != ".xlsx" {
		return errors.New("模板是 Excel：写 bank template 文件.xlsx")
	}
	items, err := content.Shipped()
	if err != nil {
		return err
	}
	laws, err := content.Laws()
	if err != nil {
		return err
	}
	data, err := operate.BankTemplate(items, laws, app.Spreadsheets{})
	if err != nil {
		return err
	}
	if err := writeNew(b.File, data); err != nil {
		return err
	}
	_, err = fmt.Fprintf(in.out, "%s：填好以后用 pugongying bank import %s 导入\n", b.File, b.File)
	return err
}

// writeNew writes a file that must not exist yet: an older one may contain somebody's work.
func writeNew(file string, data []byte) error {
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, os.ErrExist) {
		return fmt.Errorf("已经有 %s 了：换一个名字，或者先把它移走", file)
	}
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Close())
}
