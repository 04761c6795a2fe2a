package console

import (
	"context"
	"io"
	"strconv"
	"strings"
	"time"

	"pugongying/internal/access"
	"pugongying/internal/ledger"
	"pugongying/internal/region"
	"pugongying/internal/staff"
	"pugongying/internal/web"
	"pugongying/internal/web/pages"
)

// QuarterFigures is what the quarter's page reads of the ledger.
type QuarterFigures interface {
	Figures(ctx context.Context, q ledger.FiguresQuery) (ledger.Table, error)
	Home() region.Code
}

// QuarterActs is what it does with offline acts.
type QuarterActs interface {
	Enter(ctx context.Context, who staff.Principal, e ledger.Entered) (ledger.Act, error)
	Prove(ctx context.Context, who staff.Principal, id, note string, pictures [][]byte) (ledger.Act, error)
	Correct(ctx context.Context, who staff.Principal, id string, quantity int64, reason string) (ledger.Act, error)
	Act(ctx context.Context, who staff.Principal, id string) (ledger.Act, error)
	Waiting(ctx context.Context, who staff.Principal) ([]ledger.Act, error)
	Proof(ctx context.Context, who staff.Principal, act, id string) ([]byte, error)
	Open(ctx context.Context, who staff.Principal, q ledger.OpenQuery) (ledger.Opened, error)
}

// QuarterClosing closes quarters.
type QuarterClosing interface {
	Closed(ctx context.Context) ([]ledger.Closed, error)
	Open(ctx context.Context) (ledger.Quarter, error)
	Close(ctx context.Context, who staff.Principal, q ledger.Quarter) (ledger.Closed, error)
	MayClose(who staff.Principal) bool
}

// QuarterConfirm proves a second factor.
type QuarterConfirm interface {
	StepUp(ctx context.Context, who staff.Principal, code string) error
}

// QuarterPlaces looks regions and projects up.
type QuarterPlaces interface {
	Find(c region.Code) (region.Region, error)
	Children(c region.Code) ([]region.Region, error)
	Projects(ctx context.Context) ([]region.Project, error)
	// Name is how colleagues call an account.
	Name(ctx context.Context, account string) string
}

// QuarterParts is what the quarter's pages need.
type QuarterParts struct {
	Figures QuarterFigures
	Acts    QuarterActs
	Closing QuarterClosing
	Confirm QuarterConfirm
	Places  QuarterPlaces
	Now     func() time.Time
}

type quarter struct{ QuarterParts }

// proofBounds is how much and how long six photographs of a telephone may take over a slow line.
var proofBounds = web.Bounds{Body: 40 << 20, Time: 2 * time.Minute, Arrive: 10 * time.Minute}

// Quarter is the quarterly report with the lines behind it.
func Quarter(p QuarterParts) Area {
	q := &quarter{p}
	return Area{
		Name: "quarter",
		Rail: []Item{{Group: Figures, Title: "季度报表", Path: "/quarter", Icon: "chart-column", Action: access.ReadFigures}},
		Routes: []Route{
			{Method: GET, Path: "/quarter", Action: access.ReadFigures, Handle: q.show},
			{Method: GET, Path: "/quarter/export", Action: access.ReadFigures, Handle: q.export},
			{Method: GET, Path: "/quarter/chart", Action: access.ReadFigures, Handle: q.chart},
			{Method: POST, Path: "/quarter/acts", Action: access.EnterAct, Handle: q.enter, Bounds: proofBounds},
			{Method: GET, Path: "/quarter/acts/:id/proof", Action: access.EnterAct, Handle: q.prove},
			{Method: POST, Path: "/quarter/acts/:id/proof", Action: access.EnterAct, Handle: q.proved, Bounds: proofBounds},
			{Method: GET, Path: "/quarter/acts/:id/correction", Action: access.EnterAct, Handle: q.correct},
			{Method: POST, Path: "/quarter/acts/:id/correction", Action: access.EnterAct, Handle: q.corrected},
			{Method: GET, Path: "/quarter/acts/:id/proofs/:proof", Action: access.EnterAct, Handle: q.picture},
			{Method: GET, Path: "/quarter/close", Action: access.CloseQuarter, Handle: q.closing},
			{Method: POST, Path: "/quarter/close", Action: access.CloseQuarter, Handle: q.close},
		},
	}
}

// asked is what an address asks for; what it does not say is the open quarter of her region, by region.
func (a *quarter) asked(r *Request) (ledger.OpenQuery, error) {
	v := r.URL.Query()
	q := ledger.OpenQuery{Kind: ledger.Kind(v.Get("kind")), Column: v.Get("column")}
	q.By, q.Project, q.Region = ledger.By(v.Get("by")), v.Get("project"), region.Code(v.Get("region"))
	if q.By != ledger.ByProject && q.By != ledger.BySource && q.By != ledger.ByMonth {
		q.By = ledger.ByRegion
	}
	if q.Region == "" {
		q.Region = a.hers(r.Who)
	}
	if err := r.Who.May(access.ReadFigures, access.Record{Relation: access.None, Region: q.Region}); err != nil {
		return q, staff.ErrNotFound
	}
	var ok bool
	if q.Quarter, ok = ledger.ParseQuarter(v.Get("quarter")); ok {
		return q, nil
	}
	var err error
	q.Quarter, err = a.Closing.Open(r.Context())
	return q, err
}

// hers is the region whose figures she reads.
func (a *quarter) hers(who staff.Principal) region.Code {
	for _, scope := range who.Regions(access.ReadFigures) {
		return scope.From
	}
	return a.Figures.Home()
}

func (a *quarter) show(r *Request) (pages.Answer, error) {
	page, err := a.page(r)
	if err != nil {
		return nil, err
	}
	return page, nil
}

// page is the report as its address asks for it.
func (a *quarter) page(r *Request) (pages.Page, error) {
	q, err := a.asked(r)
	if err != nil {
		return pages.Page{}, err
	}
	view, err := a.view(r, q)
	if err != nil {
		return pages.Page{}, err
	}
	page := r.Page("quarter/quarter", q.Quarter.Words(), view)
	day := view.Today
	return r.Filled(page, pages.Filled(map[string]string{"day": day, "region": string(q.Region), "kind": string(ledger.Lecture)})), nil
}

// enter stores an offline act; on a fault the report is shown again around what was written.
func (a *quarter) enter(r *Request) (pages.Answer, error) {
	pictures, err := photographs(r)
	var act ledger.Act
	if err == nil {
		n, _ := strconv.ParseInt(r.Text("quantity"), 10, 64) // what is no number is 0, which is refused at its field
		act, err = a.Acts.Enter(r.Context(), r.Who, ledger.Entered{
			Once: r.Text("once"), Kind: ledger.Kind(r.Text("kind")), Region: region.Code(r.Text("region")), Project: r.Text("project"), Day: r.Text("day"),
			Quantity: n, What: r.Text("what"), Note: r.Text("note"), Pictures: pictures,
		})
	}
	if err != nil {
		page, failed := a.page(r)
		if failed != nil {
			return nil, failed
		}
		return r.Refused(page, err)
	}
	said := "记下了，计入 " + strconv.FormatInt(act.Quantity, 10) + " " + string(act.Kind.Unit()) + "。"
	if !act.Counted {
		said = "记下了。还没有证明，先不计入；补上就算。"
	}
	return r.Done(a.figure(act), said), nil
}

// figure is the address of the figure that an act is part of.
func (a *quarter) figure(act ledger.Act) string {
	return address(ledger.OpenQuery{
		FiguresQuery: ledger.FiguresQuery{Quarter: ledger.QuarterOf(act.Day), By: ledger.ByRegion, Region: act.Region}, Kind: act.Kind,
	})
}

// photographs are the files sent as pictures; none is none.
func photographs(r *Request) ([][]byte, error) {
	if r.MultipartForm == nil {
		return nil, nil
	}
	var all [][]byte
	for _, header := range r.MultipartForm.File["pictures"] {
		if header.Size == 0 {
			continue
		}
		file, err := header.Open()
		if err != nil {
			return nil, err
		}
		body, err := io.ReadAll(file)
		_ = file.Close() // it is in memory
		if err != nil {
			return nil, err
		}
		all = append(all, body)
	}
	return all, nil
}

// act is the act that the address names, as a row.
func (a *quarter) act(r *Request) (ActRow, error) {
	act, err := a.Acts.Act(r.Context(), r.Who, r.Param("id"))
	if err != nil {
		return ActRow{}, err
	}
	return a.row(r, act), nil
}

func (a *quarter) prove(r *Request) (pages.Answer, error) {
	row, err := a.act(r)
	if err != nil {
		return nil, err
	}
	return r.Page("quarter/prove", "补证明", row), nil
}

func (a *quarter) proved(r *Request) (pages.Answer, error) {
	row, err := a.act(r)
	if err != nil {
		return nil, err
	}
	pictures, err := photographs(r)
	var act ledger.Act
	if err == nil {
		act, err = a.Acts.Prove(r.Context(), r.Who, r.Param("id"), r.Text("note"), pictures)
	}
	if err != nil {
		return r.Refused(r.Page("quarter/prove", "补证明", row), err)
	}
	return r.Done(a.figure(act), "补上了，计入 "+strconv.FormatInt(act.Quantity, 10)+" "+string(act.Kind.Unit())+"。"), nil
}

func (a *quarter) correct(r *Request) (pages.Answer, error) {
	row, err := a.act(r)
	if err != nil {
		return nil, err
	}
	return r.Page("quarter/correct", "写一笔更正", row), nil
}

func (a *quarter) corrected(r *Request) (pages.Answer, error) {
	row, err := a.act(r)
	if err != nil {
		return nil, err
	}
	n, err := strconv.ParseInt(r.Text("quantity"), 10, 64)
	if err != nil {
		n = -1 // refused at its field
	}
	c, err := a.Acts.Correct(r.Context(), r.Who, r.Param("id"), n, r.Text("reason"))
	if err != nil {
		return r.Refused(r.Page("quarter/correct", "写一笔更正", row), err)
	}
	if c.ID == "" {
		return r.Done("/quarter", "它本来就是这个数，没有写更正。"), nil
	}
	return r.Done(a.figure(c), "写了一笔更正："+signed(c.Quantity)+" "+string(c.Kind.Unit())+"。"), nil
}

// signed is a number with a sign that a person reads.
func signed(n int64) string {
	if n < 0 {
		return "−" + grouped(-n)
	}
	return "+" + grouped(n)
}

func (a *quarter) picture(r *Request) (pages.Answer, error) {
	body, err := a.Acts.Proof(r.Context(), r.Who, r.Param("id"), r.Param("proof"))
	if err != nil {
		return nil, err
	}
	return pages.Media{Type: "image/jpeg", Body: body}, nil
}

// ClosingView is what the page of closing shows.
type ClosingView struct {
	Quarter       ledger.Quarter
	Table         TableView
	Waiting       int // acts that would stay out
	Closed        *ledger.Closed
	By            string
	LastDay, Open string
}

func (a *quarter) closingPage(r *Request) (pages.Page, error) {
	q, err := a.asked(r)
	if err != nil {
		return pages.Page{}, err
	}
	if !a.Closing.MayClose(r.Who) {
		return pages.Page{}, staff.ErrNotFound
	}
	q.By, q.Region, q.Project, q.Kind, q.Column = ledger.ByRegion, a.Figures.Home(), "", "", ""
	view, err := a.view(r, q)
	if err != nil {
		return pages.Page{}, err
	}
	v := ClosingView{Quarter: q.Quarter, Table: view.Table, Closed: view.Closed, LastDay: q.Quarter.LastDay()}
	for _, w := range view.Waiting {
		if w.in() == q.Quarter {
			v.Waiting++
		}
	}
	if v.Closed != nil {
		v.By = a.Places.Name(r.Context(), v.Closed.By)
	}
	return r.Page("quarter/close", "封存 "+q.Quarter.Words(), v), nil
}

func (a *quarter) closing(r *Request) (pages.Answer, error) {
	page, err := a.closingPage(r)
	if err != nil {
		return nil, err
	}
	return page, nil
}

// close proves the second factor, then freezes the quarter.
func (a *quarter) close(r *Request) (pages.Answer, error) {
	page, err := a.closingPage(r)
	if err != nil {
		return nil, err
	}
	q, ok := ledger.ParseQuarter(r.Text("quarter"))
	if !ok {
		return nil, ledger.ErrQuarter
	}
	if err := a.Confirm.StepUp(r.Context(), r.Who, r.Secret("code")); err != nil {
		return r.Refused(page, err)
	}
	r.Who.ConfirmedAt = a.Now()
	c, err := a.Closing.Close(r.Context(), r.Who, q)
	if err != nil {
		return r.Refused(page, err)
	}
	return r.Done("/quarter/close?quarter="+c.ID, q.Words()+"封好了，校验码 "+c.Short()+"。"), nil
}

// address is a view of the report that can be sent to a colleague.
func address(q ledger.OpenQuery) string {
	pairs := []string{"quarter=" + q.Quarter.String(), "by=" + string(q.By), "region=" + string(q.Region)}
	for _, pair := range [][2]string{{"project", q.Project}, {"kind", string(q.Kind)}, {"column", q.Column}} {
		if pair[1] != "" {
			pairs = append(pairs, pair[0]+"="+pair[1])
		}
	}
	return "/quarter?" + strings.Join(pairs, "&")
}
