package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"

	"pugongying/cmd/internal/app"
	"pugongying/internal/audit"
)

// auditCommand reads the record of staff acts.
type auditCommand struct {
	List   auditList   `cmd:""`
	Verify auditVerify `cmd:""`
	Tips   auditTips   `cmd:""`
}

type auditList struct {
	After string `help:"接着上一页往下看：写上一页最后给的标记" placeholder:"标记"`
}

// Run prints a page of entries, newest first.
func (l auditList) Run(ctx context.Context, in *invocation, s *settings) error {
	c, err := s.load(in)
	if err != nil {
		return err
	}
	r := app.OperatorRequest{Method: http.MethodGet, Path: "/audit?" + url.Values{"after": {l.After}}.Encode()}
	page, err := localOrRemote(ctx, c, r, func(a *app.App) (app.AuditPage, error) { return a.AuditPage(ctx, l.After) })
	if err != nil {
		return err
	}
	for _, e := range page.Entries {
		fmt.Fprintf(in.out, "%s  %-12s  %-16s  %s  %s\n", e.At.Local().Format("2006-01-02 15:04:05"), actorName(e.Actor), e.Action, e.Subject, detailsOf(e))
	}
	if page.Next != "" {
		_, err = fmt.Fprintf(in.out, "还有更早的：pugongying audit list --after %s\n", page.Next)
		return err
	}
	_, err = fmt.Fprintln(in.out, "没有更早的了")
	return err
}

// actorName is who acted, as an operator reads it.
func actorName(a audit.Actor) string {
	switch a.Kind {
	case audit.KindOperator:
		return "命令行"
	case audit.KindSystem:
		return "程序 " + a.ID
	}
	return "工作人员 " + a.ID
}

// detailsOf writes an entry's details in a fixed order.
func detailsOf(e audit.Entry) string {
	var all []string
	for _, key := range slices.Sorted(maps.Keys(e.Detail)) {
		all = append(all, key+"="+e.Detail[key])
	}
	return strings.Join(all, " ")
}

type auditVerify struct {
	Tips string `help:"以前记下的链尾：audit tips 打印的，或者 backup verify --tips 从备份里取出的；有了它才看得出末尾被砍掉" placeholder:"FILE"`
}

// Run verifies every chain of the record and names the first fault of each.
func (v auditVerify) Run(ctx context.Context, in *invocation, s *settings) error {
	noted := ""
	if v.Tips != "" {
		text, err := os.ReadFile(v.Tips)
		if err != nil {
			return fmt.Errorf("打不开链尾文件：%w", err)
		}
		noted = string(text)
	}
	verdict, err := verifyAudit(ctx, in, s, noted)
	if err != nil {
		return err
	}
	fmt.Fprintf(in.out, "看过 %d 条链，%d 条记录，和 %d 个记下的链尾比过\n", verdict.Chains, verdict.Entries, verdict.Noted)
	for _, f := range verdict.Faults {
		fmt.Fprintln(in.out, faultOf(f))
	}
	if len(verdict.Faults) > 0 {
		fmt.Fprintf(in.out, "%d 条链不对：不要再往这里写，把整个 data 目录（或数据库）原样留一份，再和最近的备份比\n", len(verdict.Faults))
		return errReported
	}
	if verdict.Noted == 0 {
		fmt.Fprintln(in.out, "没有和别处记下的链尾比过：末尾被砍掉是看不出来的，加上 --tips")
	}
	_, err = fmt.Fprintln(in.out, "每一条都接得上")
	return err
}

func verifyAudit(ctx context.Context, in *invocation, s *settings, noted string) (audit.Verdict, error) {
	c, err := s.load(in)
	if err != nil {
		return audit.Verdict{}, err
	}
	r := app.OperatorRequest{Method: http.MethodPost, Path: "/audit/verify", Body: strings.NewReader(noted)}
	return openedOrRemote(ctx, c, r, local[audit.Verdict]{app.OpenAudit, func(a *app.App) (audit.Verdict, error) {
		return a.VerifyAudit(ctx, noted)
	}})
}

// damages say what is wrong with a chain.
var damages = map[audit.Damage]string{
	audit.Changed: "第 %d 条被改过", audit.Missing: "第 %d 条之前少了", audit.Inserted: "第 %d 条是插进来的，或者换过位置",
	audit.Cut: "从第 %d 条起没有了：末尾被砍掉", audit.Replaced: "第 %d 条和当时记下的不是同一条",
	audit.Unchained: "有 %d 条不在任何一条链上",
}

// faultOf is a fault as an operator reads it.
func faultOf(f audit.Fault) string {
	line := f.Chain + "：" + fmt.Sprintf(damages[f.Damage], f.Seq)
	if f.Entry != "" {
		line += "（" + f.Entry + "）"
	}
	return strings.TrimPrefix(line, "：")
}

type auditTips struct{}

// Run prints where every chain ends, to be noted elsewhere.
func (auditTips) Run(ctx context.Context, in *invocation, s *settings) error {
	verdict, err := verifyAudit(ctx, in, s, "")
	if err != nil {
		return err
	}
	for _, tip := range verdict.Tips {
		fmt.Fprintln(in.out, tip)
	}
	if len(verdict.Faults) > 0 {
		return errors.New("有的链不对，没有打印：先看 pugongying audit verify")
	}
	return nil
}
