package console

import (
	"context"
	"sort"
	"strings"

	"pugongying/internal/access"
	"pugongying/internal/audit"
	"pugongying/internal/staff"
	"pugongying/internal/web/pages"
)

// AuditRecord reads the record of staff acts.
type AuditRecord interface {
	List(ctx context.Context, q audit.Query) (entries []audit.Entry, next string, err error)
}

type auditPages struct{ record AuditRecord }

// Audit is the auditor's area: who did what to which thing, when. It shows codes alone, since nothing else is recorded.
func Audit(record AuditRecord) Area {
	a := &auditPages{record}
	return Area{
		Name:   "audit",
		Rail:   []Item{{Group: People, Title: "谁做了什么", Path: "/audit", Icon: "file-text", Action: access.ReadAudit}},
		Routes: []Route{{Method: GET, Path: "/audit", Action: access.ReadAudit, Handle: a.list}},
	}
}

func (a *auditPages) list(r *Request) (pages.Answer, error) {
	return r.List("谁做了什么", List{
		Name: "谁做了什么", Unit: "条", Size: 25, None: "还没有人做过要记下来的事。",
		Columns: []Column{{Key: "at", Title: "时间"}, {Key: "actor", Title: "谁"}, {Key: "action", Title: "做了什么"}, {Key: "subject", Title: "对什么"}, {Key: "detail", Title: "细节"}},
		Filters: []Filter{
			{Name: "actor", Label: "账号", Kind: ByWords},
			{Name: "subject", Label: "对什么（编号）", Kind: ByWords},
			{Name: "day", Label: "哪一天", Kind: ByDay},
		},
		Find: a.find,
	})
}

func (a *auditPages) find(ctx context.Context, _ staff.Principal, q Query) (Found, error) {
	ask := audit.Query{After: q.After, Limit: q.Limit, Subject: q.Get("subject")}
	if account := q.Get("actor"); account != "" {
		ask.Actor = audit.Actor{Kind: audit.KindStaff, ID: account}
	}
	entries, next, err := a.record.List(ctx, ask)
	if err != nil {
		return Found{}, err
	}
	found := Found{Total: -1, Next: next}
	for _, e := range entries {
		found.Rows = append(found.Rows, Row{Cells: []Cell{
			{At: e.At}, {Text: actorWords(e.Actor)}, {Text: string(e.Action)}, {Text: e.Subject}, {Text: detailWords(e.Detail), Calm: true},
		}})
	}
	return found, nil
}

func actorWords(a audit.Actor) string {
	switch a.Kind {
	case audit.KindSystem:
		return "程序自己 " + a.ID
	case audit.KindOperator:
		return "服务器命令行 " + a.ID
	}
	return a.ID
}

func detailWords(detail map[string]string) string {
	words := make([]string, 0, len(detail))
	for key, value := range detail {
		words = append(words, key+" "+value)
	}
	sort.Strings(words)
	return strings.Join(words, "，")
}
