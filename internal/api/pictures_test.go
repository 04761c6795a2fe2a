package api

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"pugongying/internal/access"
	"pugongying/internal/audit"
	"pugongying/internal/media"
	"pugongying/internal/staff"
)

// TestAPictureLivesAsLongAsItsStory reads a story with its picture, withdraws the story, and asks for the picture again.
func TestAPictureLivesAsLongAsItsStory(t *testing.T) {
	r := newRig(t)
	story := read[Explainer](t, r.want(200, nobody, "GET", "/api/v1/explainers/"+pictured, ""))
	if len(story.Pictures) != 1 {
		t.Fatalf("%+v", story.Pictures)
	}
	want := Picture{
		Part: 2, Description: "桌上一碗奶茶，冒着“热气”。", Width: 1280, Height: 960, Medium: shownAt,
		Large: strings.Replace(shownAt, "-720", "-1280", 1), Small: strings.Replace(shownAt, "-720", "-240", 1),
	}
	if story.Pictures[0] != want {
		t.Errorf("%+v, want %+v", story.Pictures[0], want)
	}
	for _, at := range []string{want.Large, want.Medium, want.Small} {
		got := r.want(200, nobody, "GET", at, "")
		tag := got.Header().Get("Etag")
		if got.Header().Get("Content-Type") != "image/jpeg" || got.Header().Get("Cache-Control") != "no-store" || !strings.HasPrefix(tag, `"`) || got.Body.String() != string(photograph(4)) {
			t.Errorf("%s: %v, %d bytes", at, got.Header(), got.Body.Len())
		}
		if again := r.want(304, nobody, "GET", at, "", "If-None-Match", tag); again.Body.Len() != 0 {
			t.Errorf("%s: %d bytes though nothing changed", at, again.Body.Len())
		}
		r.want(200, nobody, "GET", at, "", "Range", "bytes=4-4")
	}
	for _, wrong := range []string{
		"/api/v1/media/pictures/" + media.PictureName(missing, media.Medium), "/api/v1/media/pictures/" + strings.Replace(shownFile, "-720", "-721", 1),
		"/api/v1/media/pictures/" + strings.ToUpper(shownFile), "/api/v1/media/pictures/walk.mp3",
	} {
		r.want(404, nobody, "GET", wrong, "")
	}
	r.must(r.publish.Withdraw(context.Background(), audit.Operator, story.ID))
	r.reload()
	r.want(404, nobody, "GET", want.Medium, "")
}

// TestADraftsPictureIsNoResidents: a picture that no live text shows is not found, whoever knows its name.
func TestADraftsPictureIsNoResidents(t *testing.T) {
	r := newRig(t)
	author := r.staffAs("AUTHOR", access.Volunteer)
	r.hang(author, storyID)
	for _, side := range []int{media.Large, media.Medium, media.Small} {
		name := media.PictureName(storyID, side)
		for _, w := range []who{nobody, r.guest(), r.weChat("she")} {
			r.want(404, w, "GET", "/api/v1/media/pictures/"+name, "")
		}
	}
	r.want(200, author, "GET", picturesPath+"/"+storyID+"/small", "")
	r.want(401, nobody, "GET", picturesPath+"/"+storyID+"/small", "")
}

// TestAPictureFromThePhone hands one in, describes it, looks at it and removes it.
func TestAPictureFromThePhone(t *testing.T) {
	r := newRig(t)
	author := r.staffAs("AUTHOR", access.Volunteer)
	hand := func(file string, status int) *httptest.ResponseRecorder {
		t.Helper()
		body, headers := asForm([]byte(file))
		return r.want(status, author, "POST", picturesPath, body, headers...)
	}
	p := read[StaffPicture](t, hand(string(photograph(9)), 201))
	if p.ID == "" || p.Description != "" || p.Width != 40 || p.Height != 30 || p.Removed == nil || p.InUse {
		t.Errorf("%+v", p)
	}
	if again := read[StaffPicture](t, hand(string(photograph(9)), 201)); again.ID != p.ID {
		t.Error("a request whose answer was lost made a second picture")
	}
	at := picturesPath + "/" + p.ID
	if got := read[StaffPicture](t, r.want(200, author, "PUT", at, `{"description":"一扇绿门，（开着）"}`)); got.Description != "一扇绿门，（开着）" {
		t.Errorf("%+v", got)
	}
	r.want(422, author, "PUT", at, `{"description":"x"}`)
	if got := r.want(200, author, "GET", at+"/small", ""); got.Header().Get("Content-Type") != "image/jpeg" || got.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("%v", got.Header())
	}
	for name, row := range map[string]struct {
		file, code string
	}{
		"a PDF": {"%PDF-1.7", media.ErrPicturePDF.Code}, "no byte": {"", media.ErrPictureEmpty.Code}, "a page": {"<html>", media.ErrPicturePage.Code},
	} {
		if got := hand(row.file, 422); !strings.Contains(got.Body.String(), row.code) {
			t.Errorf("%s: %s", name, got.Body)
		}
	}
	r.want(413, author, "POST", picturesPath, strings.Repeat("x", media.LargestUpload+2<<20), "Content-Type", "multipart/form-data; boundary=x")
	r.want(422, author, "POST", picturesPath, "nothing", "Content-Type", "text/plain")
	r.want(404, r.staffAs("OTHER", access.Volunteer), "GET", at, "")
	r.want(204, author, "DELETE", at, "")
	r.want(404, author, "GET", at, "")
	if got := r.staffIn(staff.Console, "DESK", access.Editor1); r.send(got, staffCall("POST "+picturesPath, "")).Code != http.StatusUnauthorized {
		t.Error("a session of the console is none of the phone")
	}
}
