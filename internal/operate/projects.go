package operate

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"html/template"
	"io"
	"time"

	"pugongying/internal/media"
	"pugongying/internal/region"
)

// pictureTimeout bounds the wait for WeChat to draw a code.
const pictureTimeout = 10 * time.Second

// Regions returns the projects and the tree of regions they belong to.
type Regions interface {
	Project(ctx context.Context, id string) (region.Project, error)
	Projects(ctx context.Context) ([]region.Project, error)
	Tree() *region.Tree
}

// Codes draws the mini-program code that opens the home page with a scene, as a JPEG.
type Codes interface {
	Code(ctx context.Context, scene string) ([]byte, error)
}

// Projects lists projects and makes their posters.
type Projects struct {
	regions Regions
	codes   Codes
	media   media.Store
}

// NewProjects creates the service.
func NewProjects(regions Regions, codes Codes, store media.Store) *Projects {
	return &Projects{regions, codes, store}
}

// ProjectRow is one project as a list shows it.
type ProjectRow struct{ ID, Name, Region, LogoLine string }

// Poster is a page to print, and the scene that its code carries.
type Poster struct {
	Scene string
	HTML  string `json:"Poster"`
}

// List returns every project.
func (p *Projects) List(ctx context.Context) ([]ProjectRow, error) {
	rows := []ProjectRow{}
	projects, err := p.regions.Projects(ctx)
	for _, one := range projects {
		rows = append(rows, ProjectRow{ID: one.ID, Name: one.Name, Region: string(one.Region), LogoLine: one.LogoLine})
	}
	return rows, err
}

// posterPage is the printed page of a code. Posters carry the programme's brand and may speak plainly.
var posterPage = template.Must(template.New("poster").Parse(`<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>{{.Name}}</title><style>
@page{size:A4;margin:20mm}body{font:18px/1.7 "PingFang SC","Noto Sans CJK SC",system-ui,sans-serif;color:#25312b;background:#faf7f0;text-align:center;margin:0;padding:18mm 0}
h1{font-size:44px;margin:0 0 4mm;letter-spacing:.06em}p{margin:0}img{width:90mm;height:90mm;margin:14mm 0 8mm;background:#fff;border:1px solid #e7e1d4;border-radius:14px;padding:6mm}
.how{font-size:24px}.logo{margin-top:22mm;padding-top:6mm;border-top:1px solid #e7e1d4;color:#2b6a4d;font-weight:600}.demo{color:#7a5200;background:#fbf0d3;display:inline-block;padding:0 8px;border-radius:6px}
</style><h1>蒲公英学堂</h1><p>{{.Region}}</p><img alt="小程序码" src="{{.Picture}}"><p class="how">微信扫一扫，学法、答题</p>
<p class="logo">{{.LogoLine}}</p>{{if .Demo}}<p class="demo">演示</p>{{end}}</html>
`))

// Poster makes the poster of a project, or of a region by its 12 digits. Errors are those of region and of Codes.
func (p *Projects) Poster(ctx context.Context, id string) (Poster, error) {
	project, scene, err := p.target(ctx, id)
	if err != nil {
		return Poster{}, err
	}
	text, err := scene.Encode()
	if err != nil {
		return Poster{}, err
	}
	place, err := p.regions.Tree().Find(project.Region)
	if err != nil {
		return Poster{}, err
	}
	picture, err := p.picture(ctx, text)
	if err != nil {
		return Poster{}, err
	}
	var page bytes.Buffer
	err = posterPage.Execute(&page, map[string]any{
		"Name": project.Name, "Region": place.Name, "LogoLine": project.LogoLine, "Demo": project.Demo,
		"Picture": template.URL("data:image/jpeg;base64," + base64.StdEncoding.EncodeToString(picture)),
	})
	return Poster{Scene: text, HTML: page.String()}, err
}

// target reads an id: a region's code, or a project's.
func (p *Projects) target(ctx context.Context, id string) (region.Project, region.Scene, error) {
	scene := region.Scene{Page: region.PageHome}
	if code, err := region.ParseCode(id); err == nil {
		scene.Region = code
		return region.Project{Name: "蒲公英学堂", LogoLine: "蒲公英学堂", Region: code}, scene, nil
	}
	project, err := p.regions.Project(ctx, id)
	scene.Region, scene.Project = project.Region, project.ID
	return project, scene, err
}

// picture returns the code of a scene from the media store, else has it drawn and stores it: a scene never changes, and
// WeChat limits how many codes it draws.
func (p *Projects) picture(ctx context.Context, scene string) ([]byte, error) {
	sum := sha256.Sum256([]byte(scene))
	name := hex.EncodeToString(sum[:16])
	key, err := media.NewKey(media.Code, name, "image/jpeg")
	if err != nil {
		return nil, err
	}
	stored, _, err := p.media.Get(ctx, key)
	if err == nil {
		defer stored.Close()
		return io.ReadAll(stored)
	}
	if !errors.Is(err, media.ErrNotFound) {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, pictureTimeout)
	defer cancel()
	picture, err := p.codes.Code(ctx, scene)
	if err != nil {
		return nil, err
	}
	_, err = media.Save(ctx, p.media, media.Code, name, bytes.NewReader(picture))
	return picture, err
}
