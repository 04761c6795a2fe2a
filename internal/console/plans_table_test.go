package console

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"testing"

	"pugongying/internal/counselling"
	"pugongying/internal/sheet"
)

// sendTable sends a spreadsheet as the page does.
func (o *planOffice) sendTable(token string, body []byte) answer {
	o.t.Helper()
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	part, err := w.CreateFormFile("file", "t.xlsx")
	if err == nil {
		_, err = part.Write(body)
	}
	if err != nil || w.Close() != nil {
		o.t.Fatal(err)
	}
	req := httptest.NewRequest(http.MethodPost, "https://xuetang.test"+Prefix+"/week/table", &form)
	req.Header.Set("Content-Type", w.FormDataContentType())
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	return o.send(token, req)
}

func workbook(t *testing.T, rows ...[]string) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := sheet.Write(&out, []sheet.Page{{Table: sheet.Table{Name: "表", Rows: append([][]string{counselling.TableColumns}, rows...)}}}); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestATableOfPlansIsTakenInOrAsksAgain(t *testing.T) {
	o := openPlans(t)
	o.siqin()
	holds(t, "the page", o.get("coordinator", "/week/table"), 200, "看不准的地方不会猜")
	holds(t, "a doubt", o.sendTable("coordinator", workbook(t, []string{"斯琴老师", "周一到周五", "9:00", "12:00", "电话"})), 422, "什么也没有存", "一行一天")
	holds(t, "nothing is written", o.get("coordinator", "/week"), 200, "还没有说平时哪天来")
	holds(t, "no spreadsheet", o.sendTable("coordinator", []byte("周一")), 422, "下载现在的表")
	holds(t, "taken in", o.sendTable("coordinator", workbook(t, []string{"斯琴老师", "周二", "9:00", "12:00", "电话"})), 303)
	holds(t, "the week", o.get("counsellor", "/week"), 200, "9:00—9:50 空着，电话")
	file := o.get("counsellor", "/week/table/file")
	holds(t, "the table", file, 200)
	holds(t, "sent back as it is", o.sendTable("counsellor", file.Body.Bytes()), 303)
	holds(t, "a volunteer", o.get("volunteer", "/week/table"), 404)
}
