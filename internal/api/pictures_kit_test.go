package api

import (
	"bytes"
	"context"
	"image"
	"image/jpeg"
	"strings"
	"time"

	"pugongying/internal/blob"
	"pugongying/internal/explainer"
	"pugongying/internal/media"
	"pugongying/internal/publish"
	"pugongying/internal/store"
)

// shownID is the picture that one live story shows, and its file in the size of a telephone.
const (
	shownID   = "SHOWNAAAAAAAAAAAAAAAAAAAAA"
	shownFile = "shownaaaaaaaaaaaaaaaaaaaaa-720.jpg"
	shownAt   = "/api/v1/media/pictures/" + shownFile
	pictured  = "wanfeng" // the story's slug
)

// withPicture is what is published, with a picture in one story for as long as there is one.
type withPicture struct{ *publish.Service }

var _ explainer.Source = withPicture{}

func (w withPicture) Live(ctx context.Context, kind publish.Kind, each func(publish.Item) error) error {
	return w.Service.Live(ctx, kind, func(item publish.Item) error { return each(picturedItem(item)) })
}

func (w withPicture) Changed(ctx context.Context, kind publish.Kind, since int64, each func(publish.Item) error) error {
	return w.Service.Changed(ctx, kind, since, func(item publish.Item) error { return each(picturedItem(item)) })
}

func picturedItem(item publish.Item) publish.Item {
	body := string(item.Body)
	if strings.Contains(body, "\nslug: "+pictured+"\n") {
		item.Body = []byte(strings.Replace(body, "\nslug: ", "\npictures: [{id: "+shownID+", part: 2, description: 桌上一碗奶茶，冒着“热气”。, width: 1280, height: 960}]\nslug: ", 1))
	}
	return item
}

// pictureLibrary is the library on the rig's engine and folder.
func (r *rig) pictureLibrary() *media.Library {
	scratch := need(blob.NewScratch(r.t.TempDir()))(r.t)
	lib := need(media.NewLibrary(media.LibraryParts{
		Records: store.NewPictures(r.engine), Files: r.media, Scratch: scratch, Readers: map[media.SourceKind]media.Readable{}, Judge: deaf{},
		Quota: media.Quota{Person: 64 << 20, Total: 640 << 20}, Now: r.clock.Now, Believed: func() (time.Time, bool) { return r.clock.Now(), true },
	}))(r.t)
	return lib
}

// hang puts a picture of this id into the library, as handed in by somebody.
func (r *rig) hang(w who, id string) {
	r.t.Helper()
	file := photograph(4)
	p := media.Picture{
		ID: id, By: w.ID, Region: staffVillage, At: r.clock.Now(), State: media.Ready, Description: "桌上一碗奶茶", Bytes: 100,
		Original: media.Original{Format: "JPEG", SHA256: id}, Sizes: []media.Size{{Side: media.Large, Width: 1280, Height: 960}},
	}
	_, fresh, err := store.NewPictures(r.engine).Begin(context.Background(), p, media.Quota{Person: 64 << 20, Total: 640 << 20})
	r.must(err)
	for _, side := range []int{media.Large, media.Medium, media.Small} {
		need(r.media.Put(context.Background(), p.Key(side), "image/jpeg", bytes.NewReader(file)))(r.t)
	}
	if !fresh {
		r.t.Fatal("the picture is there already")
	}
}

// photograph is a small JPEG of one shade.
func photograph(shade uint8) []byte {
	m := image.NewGray(image.Rect(0, 0, 40, 30))
	for i := range m.Pix {
		m.Pix[i] = shade
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, m, nil); err != nil {
		panic(err)
	}
	return out.Bytes()
}

// asForm is a file in a form, as a telephone sends it.
func asForm(file []byte) (body string, headers []string) {
	const boundary = "xxWXUploadxx"
	return "--" + boundary + "\r\nContent-Disposition: form-data; name=\"picture\"; filename=\"IMG_0007.jpg\"\r\nContent-Type: image/jpeg\r\n\r\n" +
		string(file) + "\r\n--" + boundary + "--\r\n", []string{"Content-Type", "multipart/form-data; boundary=" + boundary}
}

// ofPictures reports whether a route of staff is about pictures.
func ofPictures(route Route) bool { return strings.Contains(string(route), picturesPath) }

// deaf is a WeChat that is not configured.
type deaf struct{}

func (deaf) Ask(context.Context, string, string) (string, error) { return "", media.ErrJudgeOff }
