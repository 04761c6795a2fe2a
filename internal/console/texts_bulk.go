package console

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"pugongying/internal/access"
	"pugongying/internal/fault"
	"pugongying/internal/publish"
	"pugongying/internal/staff"
	"pugongying/internal/web/pages"
)

// TextBulk says what can be done to many texts, each judged by itself, and gives reviews to people.
type TextBulk interface {
	MayBulk(who staff.Principal, p publish.Publication, act publish.BulkAct) error
	Candidates(ctx context.Context, who staff.Principal, p publish.Publication) ([]staff.Principal, error)
	AssignTo(ctx context.Context, who staff.Principal, at publish.At, account string) error
}

// What bulk acts are bounded by.
const (
	mostChosen = 100
	bulkTime   = 60 * time.Second
	bulkExport = "export" // the chosen rows as a file; no act
)

// ErrTooManyChosen refuses to do something to more than a page of rows can tell.
var ErrTooManyChosen = fault.New(fault.TooLarge, "texts.too_many", fmt.Sprintf("一次最多选 %d 件，请分几次。", mostChosen))

// bulkWords are the acts on many: the button of the list, the page's heading, what is said before it is done, the button
// that does it, what a row says afterwards.
var bulkWords = map[publish.BulkAct]struct{ button, title, before, do, did string }{
	publish.BulkAssign:   {"交给谁审", "交给谁审", "交给一个人，也不挡别人：能审的人还是都能审。", "交给她", "交了"},
	publish.BulkReviewAt: {"定下一次核对", "定下一次核对", "线上的内容，看过没有问题，定下一次再看的日子。", "看过了，定这一天", "定了"},
	publish.BulkTakeDown: {"撤下", "撤下这几件", "一分钟之内手机上、搜索里、分享的链接都没有了。要再上线，得从草稿重新审。", "真的撤下", "撤下了"},
}

// bulkButtons are the buttons below the list. Whoever may take nothing down chooses no rows.
func bulkButtons(who staff.Principal) []Option {
	if !who.Admits(access.TakeDown) {
		return nil
	}
	options := []Option{}
	for _, act := range publish.BulkActs() {
		if act != publish.BulkReviewAt || who.Admits(access.ReleaseText) {
			options = append(options, Option{Value: string(act), Words: bulkWords[act].button})
		}
	}
	return append(options, Option{Value: bulkExport, Words: "导出选的"})
}

// mayMany names the acts that she may do to a text now.
func (t *textPages) mayMany(who staff.Principal, p publish.Publication) string {
	may := []string{bulkExport}
	for _, act := range publish.BulkActs() {
		if t.many.MayBulk(who, p, act) == nil {
			may = append(may, string(act))
		}
	}
	return strings.Join(may, " ")
}

// BulkView is the page on which an act on many is looked at before it is done, and what came of it.
type BulkView struct {
	Act                publish.BulkAct
	Before, Do, Button string
	Rows               []BulkRow
	Ready              int // rows that it can be done to
	Refused            int // rows that it could not be done to, afterwards
	Done               bool
	People             []Option // whom a review can be given to
	Assigns, Dates     bool
}

// Somebody reports whether there is anybody whom a review can be given to.
func (v BulkView) Somebody() bool {
	return slices.ContainsFunc(v.People, func(o Option) bool { return o.Value != "" && o.Value != nobody })
}

// BulkRow is one chosen text.
type BulkRow struct {
	ID, Title, Kind, Stage, Place, Path string
	Steps                               []Step
	Piece                               string // the version, or the revision, that she saw; "" where nothing can be done
	Why                                 string // why not
	Did                                 string // what was done
	publication                         publish.Publication
}

// chosen shows what would be done to the rows that were chosen, and to which of them it cannot be.
func (t *textPages) chosen(r *Request) (pages.Answer, error) {
	q := r.URL.Query()
	ids, act := unique(q["id"]), publish.BulkAct(q.Get("act"))
	if len(ids) == 0 {
		return r.Done("/texts", "还没有选是哪几件。"), nil
	}
	if string(act) == bulkExport {
		return t.exportChosen(r, ids)
	}
	page, err := t.bulkPage(r, act, ids)
	if err != nil {
		return nil, err
	}
	return page, nil
}

func unique(ids []string) []string {
	var all []string
	for _, id := range ids {
		if id != "" && !slices.Contains(all, id) {
			all = append(all, id)
		}
	}
	return all
}

func (t *textPages) exportChosen(r *Request, ids []string) (pages.Answer, error) {
	l := t.table(r.Who)
	l.Find = func(ctx context.Context, who staff.Principal, _ Query) (Found, error) {
		chosen, err := t.read(ctx, who, ids)
		if err != nil {
			return Found{}, err
		}
		names, err := t.namesOf(ctx, chosen)
		found := Found{Total: -1}
		for _, p := range chosen {
			if p.ID != "" {
				found.Rows = append(found.Rows, t.row(p, names))
			}
		}
		return found, err
	}
	return r.export(l, Query{}, "xlsx")
}

// read reads the chosen texts, one by one: what is not hers to read is an empty publication, as if it were not there.
func (t *textPages) read(ctx context.Context, who staff.Principal, ids []string) ([]publish.Publication, error) {
	if len(ids) > mostChosen {
		return nil, ErrTooManyChosen
	}
	all := make([]publish.Publication, len(ids))
	for i, id := range ids {
		text, err := t.lists.Newer(ctx, who, id)
		if f := fault.From(err); err != nil && f.Kind != fault.NotFound && f.Kind != fault.Forbidden {
			return nil, err
		} else if err == nil {
			all[i] = text.Publication
		}
	}
	return all, nil
}

// bulkPage is the page of an act on these texts as they stand.
func (t *textPages) bulkPage(r *Request, act publish.BulkAct, ids []string) (pages.Page, error) {
	words, known := bulkWords[act]
	if !known {
		return pages.Page{}, staff.ErrNotFound
	}
	v := BulkView{Act: act, Before: words.before, Do: words.do, Assigns: act == publish.BulkAssign, Dates: act == publish.BulkReviewAt}
	all, err := t.read(r.Context(), r.Who, ids)
	if err != nil {
		return pages.Page{}, err
	}
	names, err := t.namesOf(r.Context(), all)
	if err != nil {
		return pages.Page{}, err
	}
	for i, p := range all {
		v.Rows = append(v.Rows, t.bulkRow(r.Who, act, ids[i], p, names))
		if v.Rows[i].Piece != "" {
			v.Ready++
		}
	}
	if v.Assigns {
		if v.People, err = t.people(r, v.Rows); err != nil {
			return pages.Page{}, err
		}
	}
	return r.Page("texts/chosen", words.title, v), nil
}

// bulkRow is one chosen text: what it is, and whether the act can be done to it.
func (t *textPages) bulkRow(who staff.Principal, act publish.BulkAct, id string, p publish.Publication, names map[string]string) BulkRow {
	if p.ID == "" {
		return BulkRow{ID: id, Title: id, Why: staff.ErrNotFound.Text}
	}
	row := BulkRow{ID: id, Title: textTitle(p), Kind: textKinds[p.Kind], Stage: textStates[p.State], Place: t.place(p.Region), Path: "/texts/" + url.PathEscape(id), publication: p}
	if o := newestOpen(p); o != nil {
		row.Steps, row.Stage = textSteps(*o), stageOf(*o, names)
	}
	if err := t.many.MayBulk(who, p, act); err != nil {
		row.Why = notNow(act, err)
		return row
	}
	row.Piece = pieceValue(id, 0, fmt.Sprint(p.Rev))
	if at, waits := p.Turn(); act == publish.BulkAssign && waits {
		row.Piece = pieceValue(id, at.N, at.SHA256)
	}
	return row
}

// notNow says why an act cannot be done to a text as it stands.
func notNow(act publish.BulkAct, err error) string {
	if !errors.Is(err, publish.ErrTransition) {
		return why(fault.From(err))
	}
	return map[publish.BulkAct]string{
		publish.BulkAssign: "现在不等人审。", publish.BulkReviewAt: "不在线上，没有核对的日子。", publish.BulkTakeDown: "已经撤下了。",
	}[act]
}

// people are those who can do at least one of the reviews, whoever can do most first.
func (t *textPages) people(r *Request, rows []BulkRow) ([]Option, error) {
	type one struct {
		option Option
		n      int
	}
	found, ready := map[string]*one{}, 0
	for _, row := range rows {
		if row.Piece == "" {
			continue
		}
		ready++
		people, err := t.many.Candidates(r.Context(), r.Who, row.publication)
		if err != nil {
			return nil, err
		}
		for _, p := range people {
			if found[p.Account] == nil {
				found[p.Account] = &one{option: Option{Value: p.Account, Words: p.Name}}
			}
			found[p.Account].n++
		}
	}
	all := []*one{}
	for _, o := range found {
		if all = append(all, o); o.n < ready {
			o.option.Words += fmt.Sprintf("（能审其中 %d 件）", o.n)
		}
	}
	slices.SortFunc(all, func(a, b *one) int {
		return cmp.Or(cmp.Compare(b.n, a.n), cmp.Compare(a.option.Words, b.option.Words), cmp.Compare(a.option.Value, b.option.Value))
	})
	options := []Option{{Words: "选一个人"}, {Value: nobody, Words: "先不给谁，谁都可以领"}}
	for _, o := range all {
		options = append(options, o.option)
	}
	return options, nil
}

// nobody is the choice that puts a review back.
const nobody = "-"

// Faults at the fields of the page.
var (
	errNoPerson = fault.New(fault.Invalid, "texts.no_person", "选一个人，再交。").At(fault.Field{Location: "to", Message: "选一个人，再交。"})
	errNoDay    = fault.New(fault.Invalid, "texts.no_day", publish.ErrMoment.Text).At(fault.Field{Location: "when", Message: publish.ErrMoment.Text})
)

// forMany does an act to every text that was looked at, one after the other, and says of each what came of it.
func (t *textPages) forMany(r *Request) (pages.Answer, error) {
	act, pieces := publish.BulkAct(r.Text("act")), r.chosen()
	if len(pieces) == 0 {
		return r.Done("/texts", "还没有选是哪几件。"), nil
	}
	ids := make([]string, len(pieces))
	for i, at := range pieces {
		ids[i] = at.ID
	}
	page, err := t.bulkPage(r, act, ids)
	if err != nil {
		return nil, err
	}
	v := page.Data.(View).Data.(BulkView)
	done := 0
	for i, at := range pieces {
		err := t.actOn(r, act, at)
		f := fault.From(err)
		switch {
		case err == nil:
			v.Rows[i].Did, v.Rows[i].Why = bulkWords[act].did, ""
			done++
		case errors.Is(err, errNoPerson), errors.Is(err, errNoDay):
			return r.Refused(page, err)
		case f.Kind == fault.Internal:
			return nil, err
		default:
			v.Rows[i].Why = why(f)
		}
	}
	if done == len(pieces) {
		return r.Done("/texts", fmt.Sprintf("%d 件都%s。", done, bulkWords[act].did)), nil
	}
	v.Done, v.Refused = true, len(pieces)-done
	return r.Page("texts/chosen", bulkWords[act].title, v), nil
}

// actOn does an act to one text as she saw it.
func (t *textPages) actOn(r *Request, act publish.BulkAct, at publish.At) error {
	switch act {
	case publish.BulkTakeDown:
		return t.acts.TakeDown(r.Context(), r.Who, at.ID)
	case publish.BulkReviewAt:
		when := r.minute("when")
		if when.IsZero() {
			return errNoDay
		}
		err := t.acts.SetReviewAt(r.Context(), r.Who, at.ID, revision(at.SHA256), when)
		if errors.Is(err, publish.ErrMoment) {
			return errNoDay
		}
		return err
	}
	to := r.Text("to")
	switch to {
	case "":
		return errNoPerson
	case nobody:
		to = ""
	}
	return t.many.AssignTo(r.Context(), r.Who, at, to)
}
