package api

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"pugongying/internal/access"
	"pugongying/internal/fault"
	"pugongying/internal/media"
	"pugongying/internal/region"
	"pugongying/internal/staff"
	"pugongying/internal/web"
	"pugongying/internal/web/jsonapi"
)

// PictureLibrary is what the phone and the published door need of the library of pictures.
type PictureLibrary interface {
	Add(ctx context.Context, who staff.Principal, u media.Upload) (media.Picture, error)
	Describe(ctx context.Context, who staff.Principal, id, text string) (media.Picture, error)
	Remove(ctx context.Context, who staff.Principal, id string) error
	Picture(ctx context.Context, who staff.Principal, id string) (media.Picture, error)
	Open(ctx context.Context, who staff.Principal, id string, side int) (io.ReadSeekCloser, media.Info, error)
	// Show opens a file of a picture that residents see.
	Show(ctx context.Context, id string, side int) (io.ReadSeekCloser, media.Info, error)
}

const picturesPath = "/api/v1/staff/pictures"

// uploading is what one picture over a slow line takes.
var uploading = web.Bounds{Body: media.LargestUpload + 1<<20, Time: 2 * time.Minute, Arrive: 15 * time.Minute}

// ErrNoPicture refuses an upload without a file.
var ErrNoPicture = fault.New(fault.Invalid, "picture.none", "没有收到图片，请再选一次。")

// StaffPicture is a picture of the library as its owner's phone needs it.
type StaffPicture struct {
	ID          string   `json:"id"`
	Description string   `json:"description" doc:"what can be seen on it; empty until she wrote it"`
	Width       int      `json:"width" doc:"of the largest size"`
	Height      int      `json:"height"`
	Removed     []string `json:"removed" doc:"what the file told besides the picture, and is gone: place, device, time, text, thumbnail, profile, other"`
	InUse       bool     `json:"inUse"`
}

// pictureUpload is a multipart form with one file, read as a stream by its handler.
type pictureUpload struct {
	Region  string `query:"region" maxLength:"12" doc:"where it belongs; without it the region of her first role"`
	request *http.Request
}

// Resolve implements huma.Resolver.
func (u *pictureUpload) Resolve(hc huma.Context) []error {
	u.request = jsonapi.GinOf(hc).Request
	return nil
}

type byPictureID struct {
	ID string `path:"id" maxLength:"26"`
}

type pictureWords struct {
	ID   string `path:"id" maxLength:"26"`
	Body struct {
		Description string `json:"description" maxLength:"400"`
	}
}

func (d *door) addStaffPictures() {
	addStaff(d, spec{route: "POST " + picturesPath, summary: "a picture for a story, drawn anew and without what its file told", status: http.StatusCreated, rate: rateWrite, bounds: uploading}, d.addPicture)
	post := d.api.OpenAPI().Paths[picturesPath].Post
	post.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"multipart/form-data": {Schema: &huma.Schema{
		Type: huma.TypeObject, Properties: map[string]*huma.Schema{"picture": {Type: huma.TypeString, Format: "binary"}}, Required: []string{"picture"},
	}}}}
	addStaff(d, spec{route: "GET " + picturesPath + "/{id}", summary: "a picture of mine", rate: rateWrite}, func(ctx context.Context, who staff.Principal, in *byPictureID) (*body[StaffPicture], error) {
		return staffPicture(d.Pictures.Picture(ctx, who, in.ID))
	})
	addStaff(d, spec{route: "PUT " + picturesPath + "/{id}", summary: "say what can be seen on it", rate: rateWrite}, func(ctx context.Context, who staff.Principal, in *pictureWords) (*body[StaffPicture], error) {
		return staffPicture(d.Pictures.Describe(ctx, who, in.ID, in.Body.Description))
	})
	addStaff(d, spec{route: "DELETE " + picturesPath + "/{id}", summary: "remove one that nothing uses", status: http.StatusNoContent, rate: rateWrite}, func(ctx context.Context, who staff.Principal, in *byPictureID) (*empty, error) {
		return nil, d.Pictures.Remove(ctx, who, in.ID)
	})
	addStaff(d, spec{route: "GET " + picturesPath + "/{id}/small", summary: "a picture in its small size", rate: rateWrite}, func(ctx context.Context, who staff.Principal, in *byPictureID) (*recording, error) {
		file, info, err := d.Pictures.Open(ctx, who, in.ID, media.Small)
		if err != nil {
			return nil, err
		}
		return shown(file, info), nil
	})
}

// addPicture reads the form as a stream: the engine received it into a file, and nothing of it is in memory.
func (d *door) addPicture(ctx context.Context, who staff.Principal, in *pictureUpload) (*body[StaffPicture], error) {
	form, err := in.request.MultipartReader()
	if err != nil {
		return nil, ErrNoPicture.Because(err)
	}
	for {
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			return nil, ErrNoPicture
		}
		if err != nil {
			return nil, ErrNoPicture.Because(err)
		}
		if part.FileName() != "" {
			return staffPicture(d.Pictures.Add(ctx, who, media.Upload{Region: regionFor(who, in.Region), Body: part}))
		}
	}
}

// regionFor is where her picture belongs when she does not say.
func regionFor(who staff.Principal, said string) region.Code {
	if scopes := who.Regions(access.UsePictures); said == "" && len(scopes) > 0 {
		return scopes[0].From
	}
	return region.Code(said)
}

func staffPicture(p media.Picture, err error) (*body[StaffPicture], error) {
	if err != nil {
		return nil, err
	}
	large := p.Size(media.Large)
	out := StaffPicture{ID: p.ID, Description: p.Description, Width: large.Width, Height: large.Height, Removed: []string{}, InUse: p.Uses > 0}
	for _, t := range p.Original.Removed {
		out.Removed = append(out.Removed, string(t))
	}
	return answer(out), nil
}

// shown answers with a picture's file, which no browser stores: a folder of cached pictures would reveal what was read.
func shown(file io.ReadSeekCloser, info media.Info) *recording {
	return &recording{Body: func(hc huma.Context) {
		defer file.Close()
		c := jsonapi.GinOf(hc)
		c.Header("Content-Type", info.ContentType)
		c.Header("Cache-Control", "no-store")
		c.Header("Content-Security-Policy", "default-src 'none'; sandbox")
		c.Header("Etag", `"`+info.SHA256+`"`)
		c.Request.Header.Del("Range") // a picture is asked for whole
		http.ServeContent(c.Writer, c.Request, "", info.Modified, file)
	}}
}
