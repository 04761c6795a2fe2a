package console

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/xml"
	"fmt"
	"html"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"pugongying/internal/access"
	"pugongying/internal/fault"
	"pugongying/internal/ledger"
	"pugongying/internal/region"
	"pugongying/internal/seal"
	"pugongying/internal/staff"
	"pugongying/internal/store"
	"pugongying/internal/testkit"
)

const home region.Code = "150400000000" // around the banner of the kit

// ledgerOffice is a ledger on the embedded engine with its pages; its clock can be set.
type ledgerOffice struct {
	*rig
	ledger *ledger.Service
	now    time.Time
	proved bool
}

var errCode = fault.New(fault.Invalid, "test.code", "动态码不对。")

// StepUp takes one code.
func (o *ledgerOffice) StepUp(_ context.Context, _ staff.Principal, code string) error {
	if code != "123456" {
		return errCode.At(fault.Field{Location: "code", Message: "动态码不对，再看一眼手机。"})
	}
	o.proved = true
	return nil
}

// Fresh refuses whoever has not proved anything.
func (o *ledgerOffice) Fresh(p staff.Principal) error {
	if !o.proved || p.ConfirmedAt.IsZero() {
		return fault.New(fault.Forbidden, "test.step_up", "再输一次")
	}
	return nil
}

type officePlaces struct{ *region.Tree }

func (officePlaces) Projects(context.Context) ([]region.Project, error) {
	return []region.Project{{ID: "p1", Name: "冬闲课堂", Organisation: "lm"}}, nil
}

func (p officePlaces) Project(ctx context.Context, id string) (region.Project, error) {
	all, _ := p.Projects(ctx)
	if id != all[0].ID {
		return region.Project{}, region.ErrProjectUnknown
	}
	return all[0], nil
}

func (officePlaces) Name(_ context.Context, account string) string {
	return "王静（" + account + "）"
}

type plainPhotos struct{}

func (plainPhotos) Redraw(_ context.Context, file []byte) ([]byte, error) {
	if !bytes.HasPrefix(file, []byte("photo")) {
		return nil, fault.New(fault.Invalid, "test.photo", "这张照片打不开。")
	}
	return file, nil
}

func openOffice(t *testing.T) *ledgerOffice {
	t.Helper()
	engine := testkit.Embedded(t)
	if err := engine.Ensure(context.Background(), store.Declarations()); err != nil {
		t.Fatal(err)
	}
	tree, err := region.Load()
	if err != nil {
		t.Fatal(err)
	}
	o := &ledgerOffice{now: noon}
	now := func() time.Time { return o.now }
	lines, places := store.NewLedger(engine), officePlaces{tree}
	o.ledger = ledger.New(lines, tree, home, now)
	acts := ledger.NewActs(ledger.ActParts{
		Ledger: o.ledger, Store: store.NewLedgerActs(engine, seal.NewVault(seal.Demo(), store.NewKeys(engine))), Lines: lines, Places: places, Cleaner: plainPhotos{}, NewID: rand.Text,
	})
	people := everyRole()
	chief := person("chief", access.Supervisor)
	chief.Grants[0].Scope = region.ScopeOf(home)
	people["chief"] = chief
	o.rig = open(t, people, Quarter(QuarterParts{
		Figures: o.ledger, Acts: acts, Closing: ledger.NewQuarters(lines, o.ledger, o), Confirm: o, Places: places, Now: now,
	}))
	return o
}

// hand sends the form of an offline act.
func (o *ledgerOffice) hand(token, path string, photo []byte, fields ...string) answer {
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for i := 0; i+1 < len(fields); i += 2 {
		if err := form.WriteField(fields[i], fields[i+1]); err != nil {
			o.t.Fatal(err)
		}
	}
	if photo != nil {
		part, err := form.CreateFormFile("pictures", "IMG.jpg")
		if err != nil {
			o.t.Fatal(err)
		}
		if _, err := part.Write(photo); err != nil {
			o.t.Fatal(err)
		}
	}
	if err := form.Close(); err != nil {
		o.t.Fatal(err)
	}
	req := httptest.NewRequest(http.MethodPost, "https://xuetang.test"+Prefix+path, &body)
	req.Header.Set("Content-Type", form.FormDataContentType())
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	return o.send(token, req)
}

func lectureForm(day string) []string {
	return []string{"kind", string(ledger.Lecture), "region", string(banner), "project", "p1", "day", day, "quantity", "210", "what", "二中 · 家长会"}
}

// linked is a link of a page whose words begin so.
func linked(t *testing.T, page answer, pattern string) string {
	t.Helper()
	found := regexp.MustCompile(pattern).FindStringSubmatch(page.Body.String())
	if found == nil {
		t.Fatalf("no %s in %s", pattern, page.Body)
	}
	return strings.TrimPrefix(html.UnescapeString(found[1]), Prefix)
}

func shows(t *testing.T, page answer, status int, words ...string) {
	t.Helper()
	if page.Code != status {
		t.Errorf("%d, want %d: %s", page.Code, status, page.Body)
	}
	for _, w := range words {
		if !strings.Contains(page.Body.String(), w) {
			t.Errorf("no %q in the page", w)
		}
	}
}

// TestTheWayOfAnOfflineAct from the form, by its proof and a correction, to the closed quarter and its workbook.
func TestTheWayOfAnOfflineAct(t *testing.T) {
	o := openOffice(t)
	shows(t, o.get("coordinator", "/quarter"), 200, "2026 年第 4 季度", "还没封", "还缺证明", "都有证明", "记一笔线下的")
	added := o.hand("coordinator", "/quarter/acts", []byte("photo of the sheet"), append(lectureForm("2026-11-01"), "note", "乌云在场")...)
	if added.Code != http.StatusSeeOther {
		t.Fatalf("%d %s", added.Code, added.Body)
	}
	figure := o.get("coordinator", strings.TrimPrefix(added.Header().Get("Location"), Prefix))
	shows(t, figure, 200, "210 人次 = 1 行", "二中 · 家长会", "乌云在场", "照片 1", "更正")
	photo := o.get("coordinator", linked(t, figure, `href="([^"]*/proofs/[^"]*)"`))
	shows(t, photo, 200, "photo of the sheet")
	if photo.Header().Get("Content-Type") != "image/jpeg" {
		t.Error(photo.Header())
	}

	o.hand("coordinator", "/quarter/acts", nil, lectureForm("2026-11-19")...)
	report := o.get("coordinator", "/quarter")
	shows(t, report, 200, "11 月 19 日", "补证明", ">210<")
	proof := linked(t, report, `href="([^"]*/proof)">补证明`)
	shows(t, o.hand("coordinator", proof, nil, "note", ""), 422, "放一张照片，或者写一句谁在场")
	shows(t, o.hand("coordinator", proof, nil, "note", "赵兰在场"), http.StatusSeeOther)

	correction := linked(t, figure, `href="([^"]*/correction)"`)
	shows(t, o.post("coordinator", correction, url.Values{"quantity": {"x"}, "reason": {"和签到表对过"}}), 422, "写改成多少")
	shows(t, o.post("coordinator", correction, url.Values{"quantity": {"170"}}), 422, "写一句为什么更正", `value="170"`)
	shows(t, o.post("coordinator", correction, url.Values{"quantity": {"170"}, "reason": {"和签到表对过"}}), http.StatusSeeOther)
	opened := "/quarter?region=" + string(banner) + "&kind=" + string(ledger.Lecture)
	shows(t, o.get("coordinator", opened), 200, "380 人次 = 3 行", "冲 11 月 1 日的", "和签到表对过", "−40")
	shows(t, o.get("auditor", opened), 200, "380 人次 = 3 行", "3 行，合起来 380 人次")
	if page := o.get("auditor", opened); strings.Contains(page.Body.String(), "家长会") || strings.Contains(page.Body.String(), "记一笔线下的") {
		t.Error("an auditor reads what officers wrote")
	}
	o.workbook(t)
	o.closes(t)
}

// workbook opens the Excel file of the report.
func (o *ledgerOffice) workbook(t *testing.T) {
	t.Helper()
	out := o.get("coordinator", "/quarter/export?region="+string(banner))
	if out.Code != 200 {
		t.Fatalf("%d %s", out.Code, out.Body)
	}
	book, err := excelize.OpenReader(bytes.NewReader(out.Body.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	seen := map[string]string{}
	for _, sheet := range book.GetSheetList() {
		rows, err := book.GetRows(sheet)
		if err != nil {
			t.Fatal(err)
		}
		seen[sheet] = fmt.Sprint(rows)
	}
	if !strings.Contains(seen["2026Q4"], "[讲座 人次") || !strings.Contains(seen["2026Q4"], "380") || !strings.Contains(seen["线下明细"], "2026-11-01 讲座") {
		t.Errorf("the workbook says %v", seen)
	}
	kind, err := book.GetCellType("线下明细", "A2")
	number, _ := book.GetCellValue("线下明细", "A2", excelize.Options{RawCellValue: true})
	if err != nil || kind != excelize.CellTypeUnset && kind != excelize.CellTypeNumber || !regexp.MustCompile(`^46\d\d\d$`).MatchString(number) {
		t.Errorf("the day is %v %q and no date, %v", kind, number, err)
	}
}

// closes freezes the quarter once it is over.
func (o *ledgerOffice) closes(t *testing.T) {
	t.Helper()
	shows(t, o.get("coordinator", "/quarter/close"), 404)
	shows(t, o.get("supervisor", "/quarter/close"), 404) // of a banner
	confirm := o.get("chief", "/quarter/close?quarter=2026Q4")
	shows(t, confirm, 200, "封了退不回来", "动态码")
	send := func(code string) answer {
		return o.post("chief", "/quarter/close?quarter=2026Q4", url.Values{"quarter": {"2026Q4"}, "code": {code}})
	}
	shows(t, send("000000"), 422, "动态码不对，再看一眼手机")
	shows(t, send("123456"), 409, "这个季度还没有过完")
	o.now = time.Date(2027, 1, 9, 4, 0, 0, 0, time.UTC)
	done := send("123456")
	shows(t, done, http.StatusSeeOther)
	closed := o.get("chief", strings.TrimPrefix(done.Header().Get("Location"), Prefix))
	shows(t, closed, 200, "封好了", "校验码", "王静（Achief）")
	if !regexp.MustCompile(`<p class="mono">[0-9a-f]{64}</p>`).MatchString(closed.Body.String()) {
		t.Error("no hash is shown")
	}
	shows(t, send("123456"), 409, "这个季度已经封了")
	shows(t, o.get("chief", "/quarter?quarter=2026Q4"), 200, "封了", "校验码")
	shows(t, o.get("chief", "/quarter"), 200, "2027 年第 1 季度", "2026 年第 4 季度 1 月 9 日 已封")
}

// TestSmallNumbersAreWords on the page, in the drawing and in the workbook.
func TestSmallNumbersAreWords(t *testing.T) {
	o := openOffice(t)
	children, err := officePlaces{o.tree(t)}.Children(home)
	if err != nil || len(children) < 3 {
		t.Fatal(err)
	}
	for i, n := range []int64{7, 40, 55} {
		l := ledger.Line{ID: ledger.ActID(ledger.StoryRead, fmt.Sprint(i)), Kind: ledger.StoryRead, Source: "explainer:a", Quantity: n, Region: children[i].Code}
		if err := o.ledger.Append(t.Context(), l); err != nil {
			t.Fatal(err)
		}
	}
	page := o.get("chief", "/quarter?region="+string(home))
	shows(t, page, 200, "不足 10", "不显示", ">102<")
	drawing := o.get("chief", "/quarter/chart?by=region&kind=story.read&region="+string(home))
	shows(t, drawing, 200, "不足 10", "不显示")
	if err := xml.Unmarshal(drawing.Body.Bytes(), new(struct{})); err != nil || drawing.Header().Get("Content-Type") != "image/svg+xml" {
		t.Errorf("the drawing: %v %v", err, drawing.Header())
	}
	hidden := regexp.MustCompile(`>(7|40|55)<`)
	if n := len(hidden.FindAllString(page.Body.String(), -1)); n != 2 { // in the table and beside the drawing, the one that is shown
		t.Errorf("%d figures are shown, want one twice", n)
	}
	shows(t, o.get("chief", "/quarter?region="+string(home)+"&kind=story.read"), 200, "102 人次 = 3 行", "只给合起来的数")
	shows(t, o.get("chief", "/quarter?by=project&region="+string(home)), 200, "没有项目", ">102<")
	shows(t, o.get("chief", "/quarter?by=project&region="+string(children[2].Code)), 200, "人数和人次只按地区", "不显示")
	shows(t, o.get("coordinator", "/quarter?region="+string(home)), 404) // around her region
	shows(t, o.get("editor1", "/quarter"), 404)
}

func (o *ledgerOffice) tree(t *testing.T) *region.Tree {
	t.Helper()
	tree, err := region.Load()
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

// TestWhatIsWrongWithAnActIsSaidAtItsField, and what was written stays.
func TestWhatIsWrongWithAnActIsSaidAtItsField(t *testing.T) {
	o := openOffice(t)
	form := lectureForm("2026-12-24")
	form[len(form)-1], form[9] = "", "很多"
	shows(t, o.hand("coordinator", "/quarter/acts", nil, append(form, "note", "写了的还在")...), 422, "写哪一天，今天或者以前的", "写一个数", "写一句在哪里、什么事", "写了的还在")
	shows(t, o.hand("coordinator", "/quarter/acts", []byte("%PDF"), lectureForm("2026-11-01")...), 422, "这张照片打不开", "二中 · 家长会")
	form = lectureForm("2026-11-01")
	form[3] = "150600000000"
	if got := o.hand("coordinator", "/quarter/acts", nil, form...); got.Code != 403 && got.Code != 404 {
		t.Errorf("an act elsewhere: %d", got.Code)
	}
	once := append(lectureForm("2026-11-01"), "once", "k1", "note", "乌云在场")
	for range 2 { // a form that is sent twice is one act
		shows(t, o.hand("coordinator", "/quarter/acts", nil, once...), http.StatusSeeOther)
	}
	shows(t, o.get("coordinator", "/quarter?kind=lecture.given"), 200, "210 人次 = 1 行")
}

// Where not all columns are in sight the sum stands first, with its own figures under it; no figure slides under it.
func TestTheSumOfAWideTableStandsFirst(t *testing.T) {
	cells := []CellView{{Words: "1"}, {Words: "2"}, {Words: "3", Total: true}}
	for wide, want := range map[bool]string{true: "312", false: "123"} {
		got := ""
		for _, c := range (RowView{Cells: cells}).Ordered(wide) {
			got += c.Words
		}
		if got != want {
			t.Errorf("wide %v: %s, want %s", wide, got, want)
		}
	}
	if cells[0].Words != "1" || !(TableView{Columns: make([]ColumnView, mostInSight+1)}).Wide() || (TableView{Columns: make([]ColumnView, mostInSight)}).Wide() {
		t.Error("the table as stored changed, or is wide at another width")
	}
}
