package main

import (
	"archive/tar"
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"sync"

	"pugongying/cmd/internal/app"
	"pugongying/internal/audit"
	"pugongying/internal/civil"
	"pugongying/internal/config"
	"pugongying/internal/law"
	"pugongying/internal/law/lawimport"
	"pugongying/internal/operate"
)

// progressEvery is the number of files after which an import reports its progress.
const progressEvery = 500

// lawCommand imports and lists laws, through the running server where there is one, else on the documents themselves.
type lawCommand struct {
	Import     lawImport     `cmd:""`
	List       lawList       `cmd:""`
	Versions   lawVersions   `cmd:""`
	Withdraw   lawWithdraw   `cmd:""`
	Restore    lawRestore    `cmd:""`
	Dependants lawDependants `cmd:""`
}

type lawList struct{}

// Run lists the laws with their versions.
func (lawList) Run(ctx context.Context, in *invocation, s *settings) error {
	c, err := s.load(in)
	if err != nil {
		return err
	}
	r := app.OperatorRequest{Method: http.MethodGet, Path: "/laws"}
	list := local[[]operate.LawRow]{app.OpenLaws, func(a *app.App) ([]operate.LawRow, error) { return a.Laws.List(), nil }}
	laws, err := openedOrRemote(ctx, c, r, list)
	if err != nil {
		return err
	}
	for _, l := range laws {
		fmt.Fprintf(in.out, "%-12s %-8s %s  %4d 条  %d 个版本  %s\n", l.Law, statusNames[l.Status], l.Effective, l.Articles, l.Versions, l.Title)
	}
	return nil
}

var statusNames = map[law.Status]string{law.InForce: "现行有效", law.ToCome: "尚未施行", law.Superseded: "已被修改", law.Repealed: "已经失效", law.Unsettled: "待核对", "": "已经撤下"}

type lawVersions struct {
	Law string `arg:""`
}

// Run lists every stored version of a law, withdrawn ones included.
func (v lawVersions) Run(ctx context.Context, in *invocation, s *settings) error {
	c, err := s.load(in)
	if err != nil {
		return err
	}
	r := app.OperatorRequest{Method: http.MethodGet, Path: "/laws/versions?law=" + url.QueryEscape(v.Law)}
	versions, err := localOrRemote(ctx, c, r, func(a *app.App) ([]operate.LawVersion, error) { return a.Laws.Versions(ctx, v.Law) })
	if err != nil {
		return err
	}
	for _, l := range versions {
		withdrawn := ""
		if l.Withdrawn != "" {
			withdrawn = "（" + l.Withdrawn + "）"
		}
		fmt.Fprintf(in.out, "%s  %s%s  公布 %s  施行 %s  %4d 条  收进来 %s  %s\n",
			l.Version, statusNames[l.Status], withdrawn, max(l.Issued, l.Revised), l.Effective, l.Articles, civil.DayOf(l.ImportedAt), l.Source)
	}
	return nil
}

type lawWithdraw struct {
	Law     string `arg:""`
	Version string `arg:""`
}

// Run takes a version out of use, so that the one before it is in force again.
func (w lawWithdraw) Run(ctx context.Context, in *invocation, s *settings) error {
	return withdrawLaw(ctx, in, s, law.Withdrawal{By: audit.Operator, Law: w.Law, Version: w.Version})
}

type lawRestore struct {
	Law     string `arg:""`
	Version string `arg:""`
}

// Run brings a withdrawn version back.
func (w lawRestore) Run(ctx context.Context, in *invocation, s *settings) error {
	return withdrawLaw(ctx, in, s, law.Withdrawal{By: audit.Operator, Law: w.Law, Version: w.Version, Restore: true})
}

func withdrawLaw(ctx context.Context, in *invocation, s *settings, w law.Withdrawal) error {
	c, err := s.load(in)
	if err != nil {
		return err
	}
	query, done := url.Values{"law": {w.Law}, "version": {w.Version}}, "撤下了"
	if w.Restore {
		query.Set("restore", "1")
		done = "恢复了"
	}
	r := app.OperatorRequest{Method: http.MethodPost, Path: "/laws/withdraw?" + query.Encode()}
	found, err := localOrRemote(ctx, c, r, func(a *app.App) ([]operate.Dependant, error) { return a.Laws.Withdraw(ctx, w) })
	if err != nil {
		return err
	}
	fmt.Fprintf(in.out, "%s %s：%s\n", w.Law, w.Version, done)
	if len(found) > 0 {
		fmt.Fprintln(in.out, "这些内容引用的条文变了，请核对：")
		printDependants(in, found)
	}
	return nil
}

type lawDependants struct {
	Law string `arg:"" optional:""`
}

// Run names the content that depends on a law, or on any provision that changed.
func (d lawDependants) Run(ctx context.Context, in *invocation, s *settings) error {
	c, err := s.load(in)
	if err != nil {
		return err
	}
	r := app.OperatorRequest{Method: http.MethodGet, Path: "/laws/dependants?law=" + url.QueryEscape(d.Law)}
	found, err := localOrRemote(ctx, c, r, func(a *app.App) ([]operate.Dependant, error) { return a.Laws.Dependants(ctx, d.Law) })
	if err != nil {
		return err
	}
	printDependants(in, found)
	return nil
}

type lawImport struct {
	Folder    string   `arg:""`
	Accept    []string `help:"也收 partial（节录）、outdated（旧文本），逗号分开" placeholder:"partial,outdated"`
	Effective string   `help:"这些文本从哪天起施行（2026-01-01），不管它们自己怎么写" placeholder:"2026-01-01"`
	Replace   bool     `help:"同样日期、文字不同的，用这一份，已有的那份撤下"`
}

// Run imports a folder and reports every file that changed something or was refused.
func (l lawImport) Run(ctx context.Context, in *invocation, s *settings) error {
	o := lawimport.Options{Effective: l.Effective, Replace: l.Replace}
	for _, word := range l.Accept {
		standing := law.Standing(word)
		if standing != law.Partial && standing != law.Outdated {
			return errors.New("--accept 只能写 partial、outdated")
		}
		o.Accept = append(o.Accept, standing)
	}
	c, err := s.load(in)
	if err != nil {
		return err
	}
	report := &importReport{in: in, counts: map[lawimport.Kind]int{}}
	if err := folder(l.Folder); err != nil {
		return err
	}
	a, err := app.OpenOffline(ctx, c)
	switch {
	case errors.Is(err, app.ErrDataInUse):
		err = l.remote(ctx, c, o, report)
	case err == nil:
		fmt.Fprintf(in.err, "没有服务在用 %s，直接写进它的数据库（正式装好的，用 --config 指出配置）\n", c.Data)
		files := func(each func(string, []byte) error) error {
			return lawimport.Walk(os.DirFS(l.Folder), each, report.outcome)
		}
		var found []operate.Dependant
		found, err = a.Laws.Import(ctx, files, o, report.outcome)
		report.line(app.ImportLine{Dependants: found})
		err = errors.Join(err, a.Close(context.WithoutCancel(ctx)))
	}
	if err != nil {
		return err
	}
	return report.summary()
}

// remote sends the files to the running server as a tar while its answers come back line by line.
func (l lawImport) remote(ctx context.Context, c config.Config, o lawimport.Options, report *importReport) error {
	if _, err := os.Stat(l.Folder); err != nil {
		return fmt.Errorf("读不了这个文件夹：%w", err)
	}
	archive, pipe := io.Pipe()
	go func() { pipe.CloseWithError(packLaws(pipe, l.Folder, report.outcome)) }()
	query := url.Values{"effective": {o.Effective}}
	if o.Replace {
		query.Set("replace", "1")
	}
	for _, s := range o.Accept {
		query.Add("accept", string(s))
	}
	r := app.OperatorRequest{Method: http.MethodPost, Path: "/laws/import?" + query.Encode(), Body: archive}
	answer, err := app.NewOperatorClient(c).Stream(ctx, r)
	if err != nil {
		return err
	}
	defer answer.Close()
	return report.lines(answer)
}

// packLaws writes the files of a folder that can be laws as a tar; unread is called with those that cannot be read.
func packLaws(to io.Writer, folder string, unread func(lawimport.Outcome)) error {
	w := tar.NewWriter(to)
	err := lawimport.Walk(os.DirFS(folder), func(file string, data []byte) error {
		if err := w.WriteHeader(&tar.Header{Name: file, Mode: 0o600, Size: int64(len(data)), Typeflag: tar.TypeReg}); err != nil {
			return err
		}
		_, err := w.Write(data)
		return err
	}, unread)
	return errors.Join(err, w.Close())
}

// importReport prints the outcome of an import, and counts it.
type importReport struct {
	in     *invocation
	mu     sync.Mutex // unreadable files are reported beside what the server answers
	counts map[lawimport.Kind]int
	read   int
}

// lines reads a server's answer to its end; an answer that breaks off is a failure.
func (s *importReport) lines(from io.Reader) error {
	scanner := bufio.NewScanner(from)
	scanner.Buffer(nil, 4<<20)
	for scanner.Scan() {
		var line app.ImportLine
		if err := json.Unmarshal(scanner.Bytes(), &line); err != nil {
			return fmt.Errorf("没有做成：%s", scanner.Text())
		}
		if s.line(line); line.Done {
			return nil
		}
		if line.Error != "" {
			return fmt.Errorf("没有做完：%s", line.Error)
		}
	}
	return errors.Join(errors.New("没有做完：连接断了，已经收进来的留着，再运行一次就接着收"), scanner.Err())
}

func (s *importReport) line(l app.ImportLine) {
	if l.Outcome != nil {
		s.outcome(*l.Outcome)
	}
	if len(l.Dependants) > 0 {
		fmt.Fprintln(s.in.out, "这些内容引用的条文变了，请核对：")
		printDependants(s.in, l.Dependants)
	}
}

func (s *importReport) outcome(o lawimport.Outcome) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.counts[o.Kind]++
	switch o.Kind {
	case lawimport.Refused:
		fmt.Fprintln(s.in.out, "没收："+(&lawimport.Refusal{File: o.File, Line: o.Line, Reason: o.Reason}).Error())
	case lawimport.Added:
		fmt.Fprintf(s.in.out, "新收：%s %s，%d 条\n", o.Title, o.Version, o.Articles)
	case lawimport.Newer:
		fmt.Fprintf(s.in.out, "新版本：%s %s，%d 条\n", o.Title, o.Version, o.Articles)
	case lawimport.Instead:
		fmt.Fprintf(s.in.out, "换上：%s %s，代替%s\n", o.Title, o.Version, o.Reason)
	case lawimport.Amended:
		fmt.Fprintf(s.in.out, "已有的文本，改了施行、废止日期或状态：%s %s\n", o.Title, o.Version)
	}
	if s.read++; s.read%progressEvery == 0 {
		fmt.Fprintf(s.in.err, "已经看了 %d 个…\n", s.read)
	}
}

// summary ends an import; what was refused makes it a failure.
func (s *importReport) summary() error {
	fmt.Fprintf(s.in.out, "新收 %d 部，新版本 %d 个，已有 %d 部，不是法律的文件 %d 个，没收 %d 个\n",
		s.counts[lawimport.Added], s.counts[lawimport.Newer]+s.counts[lawimport.Instead], s.counts[lawimport.Same]+s.counts[lawimport.Amended], s.counts[lawimport.Passed], s.counts[lawimport.Refused])
	if s.counts[lawimport.Refused] > 0 {
		return errReported
	}
	return nil
}

func printDependants(in *invocation, found []operate.Dependant) {
	for _, d := range found {
		fmt.Fprintf(in.out, "  %s %s《%s》 引用 %s：%s\n", d.Kind, d.ID, d.Title, d.Citation, d.Change)
	}
	if len(found) == 0 {
		fmt.Fprintln(in.out, "没有这样的内容")
	}
}
