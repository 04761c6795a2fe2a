package console

import (
	"bytes"
	"context"
	"image"
	"image/jpeg"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"pugongying/internal/access"
	"pugongying/internal/blob"
	"pugongying/internal/media"
	"pugongying/internal/staff"
	"pugongying/internal/store"
	"pugongying/internal/testkit"
)

// withPictures is the console with a library on the embedded engine and a folder.
type withPictures struct {
	*rig
	library *media.Library
	records *store.Pictures
	names   plainWords
}

type plainWords struct{}

func (plainWords) Name(_ context.Context, account string) string {
	return "王静（" + account + "）"
}

func (plainWords) Using(_ context.Context, who staff.Principal, s media.Source) Using {
	if who.Account == "Avolunteer" {
		return Using{Words: "另一篇稿子"}
	}
	return Using{Words: "冬天的炉火 第 4 版，二审", Path: "/texts/" + s.ID}
}

// deaf is a WeChat that is not configured.
type deaf struct{}

func (deaf) Ask(context.Context, string, string) (string, error) { return "", media.ErrJudgeOff }

func openPictures(t *testing.T) *withPictures {
	t.Helper()
	engine := testkit.Embedded(t)
	if err := engine.Ensure(context.Background(), store.Declarations()); err != nil {
		t.Fatal(err)
	}
	files, err := blob.Embedded(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { files.Close() })
	scratch, err := blob.NewScratch(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	s := &withPictures{records: store.NewPictures(engine)}
	now := func() time.Time { return noon }
	s.library, err = media.NewLibrary(media.LibraryParts{
		Records: s.records, Files: files, Scratch: scratch, Readers: map[media.SourceKind]media.Readable{}, Judge: deaf{},
		Quota: media.Quota{Person: 300 << 10, Total: 1 << 20}, Now: now, Believed: func() (time.Time, bool) { return noon, true },
	})
	if err != nil {
		t.Fatal(err)
	}
	s.rig = open(t, everyRole(), Pictures(s.library, s.library, s.names, s.library))
	return s
}

func grey(t *testing.T, shade uint8, side int) []byte {
	t.Helper()
	m := image.NewGray(image.Rect(0, 0, side, side*3/4))
	for i := range m.Pix {
		m.Pix[i] = shade
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, m, nil); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// hand sends a file with the form of the page.
func (s *withPictures) hand(token string, file []byte, fields ...string) answer {
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for i := 0; i+1 < len(fields); i += 2 {
		if err := form.WriteField(fields[i], fields[i+1]); err != nil {
			s.t.Fatal(err)
		}
	}
	part, err := form.CreateFormFile("picture", "IMG_0007.jpg")
	if err != nil {
		s.t.Fatal(err)
	}
	if _, err := part.Write(file); err != nil {
		s.t.Fatal(err)
	}
	if err := form.Close(); err != nil {
		s.t.Fatal(err)
	}
	req := httptest.NewRequest(http.MethodPost, "https://xuetang.test"+Prefix+"/pictures", &body)
	req.Header.Set("Content-Type", form.FormDataContentType())
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	return s.send(token, req)
}

func (s *withPictures) add(token string, shade uint8) string {
	s.t.Helper()
	got := s.hand(token, grey(s.t, shade, 400), "region", string(banner))
	if got.Code != http.StatusSeeOther {
		s.t.Fatalf("%d %s", got.Code, got.Body)
	}
	return strings.TrimPrefix(got.Header().Get("Location"), Prefix+"/pictures/")
}

// TestThePagesOfOnePicture walks from handing in to removing it.
func TestThePagesOfOnePicture(t *testing.T) {
	s := openPictures(t)
	says := func(a answer, status int, words ...string) {
		t.Helper()
		if a.Code != status {
			t.Errorf("%d, want %d: %s", a.Code, status, a.Body)
		}
		for _, w := range words {
			if !strings.Contains(a.Body.String(), w) {
				t.Errorf("the page does not say %q", w)
			}
		}
	}
	says(s.get("editor1", "/pictures"), 200, "还没有图", "40 MB")
	id := s.add("volunteer", 90)
	says(s.get("volunteer", "/pictures"), 200, "没写说明", "没用过")
	says(s.get("volunteer", "/pictures/"+id), 200, "JPEG 400×300", "没有可抹的", "王静（Avolunteer）", "还没有稿子用它", "删了就找不回来")
	says(s.post("volunteer", "/pictures/"+id+"/description", url.Values{"description": {"碗"}}), 422, "写 2 到 200 个字", `value="碗"`, `aria-invalid="true"`)
	says(s.post("volunteer", "/pictures/"+id+"/description", url.Values{"description": {"桌上一碗奶茶，冒着“热气”"}}), http.StatusSeeOther)
	says(s.get("editor1", "/pictures?text="+url.QueryEscape("奶茶")), 200, "桌上一碗奶茶")
	says(s.get("editor1", "/pictures?text="+url.QueryEscape("雪地")), 200, "这样找，一张也没有")
	says(s.get("editor1", "/pictures/"+id+"?words=none"), 200, "这样找，一张也没有", "桌上一碗奶茶")

	if _, err := s.records.Use(context.Background(), media.Source{Kind: media.SourceVersion, ID: "T@4"}, []string{id}); err != nil {
		t.Fatal(err)
	}
	says(s.get("editor1", "/pictures/"+id), 200, "冬天的炉火 第 4 版，二审", "用在 1 处", "要三审编辑或发布才能删")
	says(s.get("volunteer", "/pictures/"+id), 200, "另一篇稿子", "还在用，删不了", "disabled")
	says(s.post("volunteer", "/pictures/"+id+"/removal", nil), 409, "还有稿子在用这张图", "桌上一碗奶茶")
	if _, err := s.records.Use(context.Background(), media.Source{Kind: media.SourceVersion, ID: "T@4"}, nil); err != nil {
		t.Fatal(err)
	}
	says(s.post("volunteer", "/pictures/"+id+"/removal", nil), http.StatusSeeOther)
	says(s.get("volunteer", "/pictures/"+id), 404)
}

// TestWhatIsRefusedIsSaidInWords sends what is no picture through the form.
func TestWhatIsRefusedIsSaidInWords(t *testing.T) {
	s := openPictures(t)
	for name, row := range map[string]struct {
		file   []byte
		status int
		words  string
	}{
		"a PDF":           {[]byte("%PDF-1.7"), 422, "这是一个 PDF，不是图片"},
		"a page":          {[]byte("<html>"), 422, "里面是网页"},
		"no byte":         {nil, 422, "这个文件是空的"},
		"half of one":     {grey(t, 7, 400)[:300], 422, "没有传完整"},
		"more than 40 MB": {make([]byte, media.LargestUpload+1), 413, "不超过 40 MB"},
	} {
		got := s.hand("editor1", row.file, "region", string(banner))
		if got.Code != row.status || !strings.Contains(got.Body.String(), row.words) || !strings.Contains(got.Body.String(), `role="alert"`) {
			t.Errorf("%s: %d, no %q", name, got.Code, row.words)
		}
	}
	if got := s.hand("editor1", grey(t, 8, 400), "region", "150600000000"); got.Code != 404 {
		t.Errorf("for a region that is not hers: %d", got.Code)
	}
	full := s.hand("editor1", noisy(t), "region", string(banner))
	if full.Code != 409 || !strings.Contains(full.Body.String(), "你放的图已经满了") {
		t.Errorf("over the quota: %d", full.Code)
	}
	if got := s.post("editor1", "/pictures", url.Values{"region": {string(banner)}}); got.Code != 400 {
		t.Errorf("no file at all: %d", got.Code)
	}
}

// noisy does not compress: its sizes exceed the quota of the test.
func noisy(t *testing.T) []byte {
	t.Helper()
	m := image.NewGray(image.Rect(0, 0, 900, 900))
	for i, n := 0, uint32(7); i < len(m.Pix); i++ {
		n = n*1664525 + 1013904223
		m.Pix[i] = uint8(n >> 24)
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, m, nil); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// TestAPicturesFileIsForWhoMaySeeIt asks for the bytes by every role.
func TestAPicturesFileIsForWhoMaySeeIt(t *testing.T) {
	s := openPictures(t)
	id := s.add("editor1", 90)
	path := PictureFile(id, media.Small)
	for _, role := range access.Roles() {
		if role < access.Volunteer {
			continue
		}
		want := http.StatusNotFound
		if role >= access.Editor1 && role <= access.Publisher {
			want = http.StatusOK
		}
		got := s.get(role.String(), path)
		if got.Code != want {
			t.Errorf("%s: %d, want %d", role, got.Code, want)
		}
		if want == http.StatusOK {
			body, err := io.ReadAll(got.Body)
			if err != nil || !bytes.HasPrefix(body, []byte("\xff\xd8")) || got.Header().Get("Content-Type") != "image/jpeg" || got.Header().Get("Cache-Control") != "no-store" {
				t.Errorf("%s: %d bytes %v", role, len(body), got.Header())
			}
		}
	}
	for _, wrong := range []string{"/picture-files/x", PictureFile(id, 999), PictureFile(strings.Repeat("A", 26), media.Small)} {
		if got := s.get("editor1", wrong); got.Code != 404 {
			t.Errorf("%s: %d", wrong, got.Code)
		}
	}
}

func TestThePagesOfPicturesTurn(t *testing.T) {
	s := openPictures(t)
	for i := range picturesAtOnce + 3 {
		s.add("editor2", uint8(i))
	}
	first := s.get("editor2", "/pictures?whose=mine").Body.String()
	at := strings.Index(first, `rel="next"`)
	if at < 0 || strings.Count(first, `class="tile"`) != picturesAtOnce {
		t.Fatalf("%d tiles", strings.Count(first, `class="tile"`))
	}
	link := first[strings.LastIndex(first[:at], `href="`)+6 : at-2]
	second := s.get("editor2", strings.ReplaceAll(strings.TrimPrefix(link, Prefix), "&amp;", "&")).Body.String()
	if strings.Count(second, `class="tile"`) != 3 || !strings.Contains(second, "回到第一页") {
		t.Errorf("%d tiles on the second page", strings.Count(second, `class="tile"`))
	}
}

// TestAPictureThatWeChatDidNotSeeIsAskedAboutAgain: the page says who has to look, and why.
func TestAPictureThatWeChatDidNotSeeIsAskedAboutAgain(t *testing.T) {
	s := openPictures(t)
	s.hand("volunteer", grey(t, 7, 300), "region", string(banner), "description", "一碗奶茶")
	found, _, err := s.records.List(t.Context(), media.PictureQuery{Limit: 1})
	if err != nil || len(found) != 1 {
		t.Fatal(found, err)
	}
	id := found[0].ID
	if err := s.library.Look(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	page := s.get("volunteer", "/pictures/"+id).Body.String()
	if !strings.Contains(page, "这里没有接上微信的图片检查，请人看一眼") || !strings.Contains(page, "请微信再看一次") {
		t.Errorf("the page says nothing of WeChat: %s", page)
	}
	if out := s.post("volunteer", "/pictures/"+id+"/check", nil); out.Code != http.StatusSeeOther {
		t.Errorf("%d: %s", out.Code, out.Body)
	}
	if out := s.post("volunteer", "/pictures/"+id+"/check", nil); out.Code != http.StatusConflict || !strings.Contains(out.Body.String(), "不用再问") {
		t.Errorf("twice: %d: %s", out.Code, out.Body)
	}
	if page := s.get("volunteer", "/pictures/"+id).Body.String(); !strings.Contains(page, "还没有问过微信") || strings.Contains(page, "请微信再看一次") {
		t.Error("the page offers to ask while it is being asked")
	}
}
