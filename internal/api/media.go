package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"pugongying/internal/media"
	"pugongying/internal/member"
	"pugongying/internal/web"
	"pugongying/internal/web/jsonapi"
)

type byFile struct {
	Name string `path:"name" maxLength:"120" doc:"name of a recording, as walk.mp3"`
}

// listening is how long one transfer of a recording may take: 20 MB at 35 kB/s, for slow connections.
const listening = 10 * time.Minute

// recording streams a file with Range, which a player needs to seek.
type recording struct{ Body func(huma.Context) }

func (d *door) addMedia() {
	add(d, spec{route: "GET /api/v1/media/audio/{name}", summary: "a story read aloud", rate: rateCompletion, bounds: web.Bounds{Time: listening}}, d.recording)
	add(d, spec{route: "GET /api/v1/media/pictures/{name}", summary: "a picture that a live story or question shows", rate: ratePicture}, d.picture)
}

func (d *door) recording(ctx context.Context, _ member.Principal, in *byFile) (*recording, error) {
	key, err := media.ParseKey(string(media.Audio) + "/" + in.Name)
	if err != nil {
		return nil, media.ErrNotFound.Because(err)
	}
	file, info, err := d.Media.Get(ctx, key)
	if err != nil {
		return nil, err
	}
	return &recording{Body: func(hc huma.Context) {
		defer file.Close()
		c := jsonapi.GinOf(hc)
		_ = http.NewResponseController(c.Writer).SetWriteDeadline(d.Now().Add(listening)) // a writer without one has no deadline to move
		c.Header("Content-Type", info.ContentType)
		c.Header("Cache-Control", "no-store") // a recording cached by the browser would reveal what was listened to
		c.Header("Etag", `"`+info.SHA256+`"`)
		http.ServeContent(c.Writer, c.Request, "", info.Modified, file)
	}}, nil
}
