package main

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"pugongying/cmd/internal/app"
	"pugongying/internal/audit"
)

// auditCommand reads the record of staff acts.
type auditCommand struct {
	List auditList `cmd:""`
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
