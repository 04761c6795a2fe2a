package console

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"pugongying/internal/desk"
	"pugongying/internal/law"
	"pugongying/internal/operate"
	"pugongying/internal/publish"
	"pugongying/internal/questionio"
	"pugongying/internal/staff"
)

// tables read a file whose every line is a question; "bad" is a fault, "odd" a doubt.
type tables struct{}

func (tables) ImportWith(ctx context.Context, upload operate.BankUpload, store questionio.Storing) (questionio.Report, error) {
	var report questionio.Report
	var drafts []publish.Draft
	for i, line := range strings.Fields(string(upload.Data)) {
		place := fmt.Sprintf("第 %d 行", i+1)
		switch line {
		case "bad":
			report.Faults = append(report.Faults, questionio.Fault{Place: place, Text: "没有答案"})
		case "odd":
			report.Doubts = append(report.Doubts, questionio.Doubt{Place: place, Text: "当作单选"})
		}
		drafts = append(drafts, publish.Draft{ID: line, Kind: publish.KindQuestion, Body: []byte(strings.Replace(questionBody, "问一？", line, 1))})
	}
	if len(report.Faults) > 0 || len(report.Doubts) > 0 && !upload.Confirmed {
		return report, nil
	}
	done, err := store(ctx, drafts)
	report.Added = done.Added
	return report, err
}

func (tables) Template() ([]byte, error) { return []byte("PK"), nil }

func questionsRig(t *testing.T) (*rig, *paper, *[]publish.Draft) {
	t.Helper()
	p, taken := &paper{}, &[]publish.Draft{}
	take := func(_ *Request, drafts []publish.Draft) (publish.Imported, error) {
		*taken = append(*taken, drafts...)
		return publish.Imported{Added: len(drafts)}, nil
	}
	return open(t, everyRole(), Questions(tables{}, p, listed, take)), p, taken
}

// upload sends a file.
func (r *rig) upload(token, path, name, body string) answer {
	var out bytes.Buffer
	form := multipart.NewWriter(&out)
	part, err := form.CreateFormFile("file", name)
	if err == nil {
		_, err = part.Write([]byte(body))
	}
	if err == nil {
		err = form.Close()
	}
	if err != nil {
		r.t.Fatal(err)
	}
	req := httptest.NewRequest(http.MethodPost, "https://xuetang.test"+Prefix+path, &out)
	req.Header.Set("Content-Type", form.FormDataContentType())
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	return r.send(token, req)
}

func TestAFileIsShownBeforeItIsTaken(t *testing.T) {
	r, _, taken := questionsRig(t)
	says(t, r.get("editor1", "/questions/file"), 200, "选一个文件")
	if a := r.get("editor1", "/questions/template"); a.Code != 200 || a.Body.String() != "PK" {
		t.Errorf("the template: %d", a.Code)
	}
	says(t, r.upload("editor1", "/questions/file", "a.xlsx", "甲 bad 丙 bad"), 200, "有 2 处要改", "第 2 行", "没有答案")
	shown := r.upload("editor1", "/questions/file", "a.xlsx", "甲 乙")
	says(t, shown, 200, "把这 2 道收成草稿", base64.StdEncoding.EncodeToString([]byte("甲 乙")))
	says(t, r.upload("editor1", "/questions/file", "a.xlsx", "甲 odd"), 200, "有 1 处说不清", "当作单选", `name="confirmed"`)
	if len(*taken) > 0 {
		t.Fatalf("looking took %v", *taken)
	}
	packed := func(text string) url.Values {
		return url.Values{"name": {"a.xlsx"}, "packed": {base64.StdEncoding.EncodeToString([]byte(text))}}
	}
	says(t, r.post("editor1", "/questions/file/drafts", packed("甲 odd")), 200, "说不清")
	says(t, r.post("editor1", "/questions/file/drafts", packed("甲 bad")), 200, "要改")
	if len(*taken) > 0 {
		t.Fatalf("without a confirmation it took %v", *taken)
	}
	sure := packed("甲 odd")
	sure.Set("confirmed", "yes")
	if a := r.post("editor1", "/questions/file/drafts", sure); a.Code != 303 || len(*taken) != 2 || (*taken)[0].Region != banner {
		t.Errorf("%d, took %v", a.Code, *taken)
	}
	says(t, r.post("editor1", "/questions/file/drafts", url.Values{"packed": {"!"}}), 422)
	says(t, r.get("volunteer", "/questions/file"), 404)
}

func TestDraftsAreHandedInTogether(t *testing.T) {
	r, p, _ := questionsRig(t)
	says(t, r.get("editor1", "/questions"), 200, "问一？", `name="id" value="Q1"`)
	says(t, r.get("editor1", "/questions?tab=review"), 200, "在审")
	if a := r.post("editor1", "/questions/hand-in", url.Values{"id": {"Q1", "S1"}}); a.Code != 303 || len(p.handed) != 2 {
		t.Errorf("%d, handed in %v", a.Code, p.handed)
	}
	if a := r.post("editor1", "/questions/hand-in", url.Values{}); a.Code != 303 || len(p.handed) != 2 {
		t.Errorf("nothing chosen: %d", a.Code)
	}
	says(t, r.post("editor1", "/questions/hand-in", url.Values{"id": {"Q1", "none"}}), 200, "1 道没有交上去", "没有找到")
	many := make([]string, mostHandedIn+1)
	says(t, r.post("editor1", "/questions/hand-in", url.Values{"id": many}), 413)
}

// moved are two provisions that changed.
type moved struct {
	list []desk.Moved
	did  []desk.Replacement
	err  error
}

func (m *moved) Changed(context.Context, staff.Principal) ([]desk.Moved, error) { return m.list, nil }

func (m *moved) Replace(_ context.Context, _ staff.Principal, r desk.Replacement) ([]desk.Outcome, error) {
	if m.err != nil {
		return nil, m.err
	}
	m.did = append(m.did, r)
	var all []desk.Outcome
	for _, id := range r.IDs {
		o := desk.Outcome{ID: id, Title: "题 " + id}
		if id == "Q2" {
			o.Err = desk.ErrBegun
		}
		all = append(all, o)
	}
	return all, nil
}

func TestAChangedLawIsComparedAndReplaced(t *testing.T) {
	m := &moved{}
	r := open(t, everyRole(), LawChangesArea(m))
	says(t, r.get("editor1", "/law-changes"), 200, "都没有变")
	if body := r.get("editor1", "").Body.String(); strings.Contains(body, "法律改了：") {
		t.Error("negative control: nothing changed, and the home page says so")
	}
	m.list = []desk.Moved{{
		Pin: law.Pin{Citation: law.Citation{Law: "fz", Article: 3}}, Label: "风筝法 第三条", Change: law.Change{Kind: law.Renumbered, Effective: "2026-12-01", To: law.Citation{Article: 4}},
		Before: "线轴归她。", After: "线轴归她们。", Instead: "风筝法 第四条",
		Pieces: []desk.Piece{{Kind: publish.KindExplainer, ID: "S1", Title: "晚风"}, {Kind: publish.KindQuestion, ID: "Q2", Title: "线轴归谁？"}},
	}}
	says(t, r.get("editor1", ""), 200, "法律改了：2 篇要对照", "风筝法 第三条")
	says(t, r.get("editor1", "/law-changes"), 200, "风筝法 第三条", "改成了第四条", "<ins>们</ins>", `value="风筝法 第四条"`, "晚风", "线轴归谁？")
	form := url.Values{"from": {"fz|第三条"}, "to": {"风筝法 第四条"}, "id": {"S1"}}
	if a := r.post("editor1", "/law-changes", form); a.Code != 303 || m.did[0].From != (law.Citation{Law: "fz", Article: 3}) || m.did[0].To != "风筝法 第四条" {
		t.Errorf("%d %+v", a.Code, m.did)
	}
	form["id"] = []string{"S1", "Q2"}
	says(t, r.post("editor1", "/law-changes", form), 200, "没有换：", "有人正在改这一篇", "换好了，在审：")
	_, m.err = desk.Read(law.Fixed(kites(t)), "to", "没有")
	says(t, r.post("editor1", "/law-changes", form), 422, "没有找到这一条")
	says(t, r.post("editor1", "/law-changes", url.Values{"from": {"x"}}), 422)
	says(t, r.get("volunteer", "/law-changes"), 404)
	says(t, r.get("publisher", "/law-changes"), 404)
}

// kites is a register of one law.
func kites(t *testing.T) *law.Register {
	t.Helper()
	facts, err := law.NewRegister([]law.Law{{Slug: "fz", Title: "风筝法", Short: "风筝法", Issued: "2010-01-01", Effective: "2010-01-01", Articles: 3}})
	if err != nil {
		t.Fatal(err)
	}
	return facts
}
