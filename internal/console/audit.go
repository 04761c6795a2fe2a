package console

import (
	"context"
	"time"

	"pugongying/internal/access"
	"pugongying/internal/audit"
	"pugongying/internal/civil"
	"pugongying/internal/fault"
	"pugongying/internal/staff"
	"pugongying/internal/web/pages"
)

// AuditRecord reads the record of staff acts.
type AuditRecord interface {
	List(ctx context.Context, q audit.Query) (entries []audit.Entry, next string, err error)
}

// Names tells what accounts are called by colleagues; ids of no account are left out.
type Names interface {
	Names(ctx context.Context, ids ...string) (map[string]string, error)
}

type auditPages struct {
	record  AuditRecord
	names   Names
	regions Regions
}

// Audit is the auditor's area: who did what to which thing, when. Codes alone are recorded; the names beside the accounts
// are today's.
func Audit(record AuditRecord, names Names, regions Regions) Area {
	a := &auditPages{record, names, regions}
	return Area{
		Name:   "audit",
		Rail:   []Item{{Group: People, Title: "谁做了什么", Path: "/audit", Icon: "file-text", Action: access.ReadAudit}},
		Routes: []Route{{Method: GET, Path: "/audit", Action: access.ReadAudit, Handle: a.list}},
	}
}

// ErrDay refuses a day that is none.
var ErrDay = fault.New(fault.Invalid, "console.day", "这一天写得不对，要像 2026-11-30 这样。")

func (a *auditPages) list(r *Request) (pages.Answer, error) {
	return r.List("谁做了什么", List{
		Name: "谁做了什么", Unit: "条", Size: 25, None: "还没有人做过要记下来的事。",
		Columns: []Column{{Key: "at", Title: "时间"}, {Key: "actor", Title: "谁"}, {Key: "action", Title: "做了什么"}, {Key: "subject", Title: "对什么"}, {Key: "detail", Title: "细节"}},
		Filters: []Filter{
			{Name: "actor", Label: "谁（账号）", Kind: ByWords},
			{Name: "subject", Label: "对什么（编号）", Kind: ByWords},
			{Name: "day", Label: "哪一天", Kind: ByDay},
		},
		Find: a.find,
	})
}

func (a *auditPages) find(ctx context.Context, _ staff.Principal, q Query) (Found, error) {
	ask, since, err := auditQuery(q)
	if err != nil {
		return Found{}, err
	}
	entries, next, err := a.record.List(ctx, ask)
	if err != nil {
		return Found{}, err
	}
	ids := make([]string, 0, len(entries))
	for _, e := range entries {
		if e.Actor.Kind == audit.KindStaff {
			ids = append(ids, e.Actor.ID)
		}
		ids = append(append(ids, e.Subject), detailAccounts(e)...)
	}
	names, err := a.names.Names(ctx, ids...)
	if err != nil {
		return Found{}, err
	}
	found := Found{Total: -1, Next: next}
	for _, e := range entries {
		if e.At.Before(since) {
			found.Next = ""
			break
		}
		found.Rows = append(found.Rows, Row{Cells: []Cell{
			{At: e.At}, actorCell(e.Actor, names), {Text: e.Action.Words()}, subjectCell(e.Subject, names), {Text: a.detailLine(e, names), Calm: true},
		}})
	}
	return found, nil
}

// auditQuery is what the record is asked for, and from when on entries are wanted.
func auditQuery(q Query) (ask audit.Query, since time.Time, err error) {
	ask = audit.Query{After: q.After, Limit: q.Limit, Subject: q.Get("subject")}
	switch account := q.Get("actor"); account {
	case "":
	case string(audit.KindOperator):
		ask.Actor = audit.Operator
	default:
		ask.Actor = audit.Actor{Kind: audit.KindStaff, ID: account}
	}
	day := q.Get("day")
	if day == "" {
		return ask, since, nil
	}
	next, err := civil.AddDays(day, 1)
	if err != nil {
		return ask, since, ErrDay.Because(err)
	}
	if since, err = civil.Start(day); err != nil {
		return ask, since, ErrDay.Because(err)
	}
	end, err := civil.Start(next)
	if ask.After == "" {
		ask.After = audit.Until(end)
	}
	return ask, since, err
}

func actorCell(a audit.Actor, names map[string]string) Cell {
	switch a.Kind {
	case audit.KindSystem:
		return Cell{Text: "程序自己", Note: actorWords[a.ID]}
	case audit.KindOperator:
		return Cell{Text: "服务器命令行", Code: a.ID}
	}
	return Cell{Text: names[a.ID], Code: a.ID}
}

// subjectCell is what was acted on: an account by its name, everything else by its id.
func subjectCell(id string, names map[string]string) Cell {
	if words := subjectWords[id]; words != "" {
		return Cell{Text: words}
	}
	return Cell{Text: names[id], Code: id}
}
