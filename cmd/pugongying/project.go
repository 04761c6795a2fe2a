package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"html/template"
	"io"
	"net/http"
	"os"
	"time"

	"pugongying/internal/media"
	"pugongying/internal/region"
	"pugongying/internal/wechat"
)

// poster is the printed page of a project's mini-program code. It is a poster: it carries the programme's brand.
var poster = template.Must(template.New("poster").Parse(`<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>{{.Name}}</title><style>
@page{size:A4;margin:20mm}body{font:18px/1.7 "PingFang SC","Noto Sans CJK SC",system-ui,sans-serif;color:#25312b;background:#faf7f0;text-align:center;margin:0;padding:18mm 0}
h1{font-size:44px;margin:0 0 4mm;letter-spacing:.06em}p{margin:0}img{width:90mm;height:90mm;margin:14mm 0 8mm;background:#fff;border:1px solid #e7e1d4;border-radius:14px;padding:6mm}
.how{font-size:24px}.logo{margin-top:22mm;padding-top:6mm;border-top:1px solid #e7e1d4;color:#2b6a4d;font-weight:600}.demo{color:#7a5200;background:#fbf0d3;display:inline-block;padding:0 8px;border-radius:6px}
</style><h1>蒲公英学堂</h1><p>{{.Region}}</p><img alt="小程序码" src="{{.Picture}}"><p class="how">微信扫一扫，学法、答题</p>
<p class="logo">{{.LogoLine}}</p>{{if .Demo}}<p class="demo">演示</p>{{end}}</html>
`))

// projectCommand lists projects or makes the poster of one, through the running server.
func projectCommand(ctx context.Context, in invocation) error {
	word, id := "", ""
	if len(in.args) > 0 {
		word, in.args = in.args[0], in.args[1:]
	}
	if word == "code" && len(in.args) > 0 {
		id, in.args = in.args[0], in.args[1:]
	}
	c, _, err := options("project", in)
	if err != nil {
		return err
	}
	switch {
	case word == "list":
		var projects []projectShown
		if err := ask(ctx, c, http.MethodGet, "/projects", &projects); err != nil {
			return err
		}
		for _, p := range projects {
			fmt.Fprintf(in.out, "%-14s %s  %s  %s\n", p.ID, p.Region, p.Name, p.LogoLine)
		}
		return nil
	case word == "code" && id != "":
		var made projectCode
		if err := ask(ctx, c, http.MethodPost, "/projects/"+id+"/code", &made); err != nil {
			return err
		}
		name := id + ".html"
		if err := os.WriteFile(name, []byte(made.Poster), 0o644); err != nil {
			return err
		}
		_, err := fmt.Fprintf(in.out, "%s：用浏览器打开可以打印（scene %s）\n", name, made.Scene)
		return err
	}
	return errors.New("写 project list 或 project code 项目编号（或 12 位地区编码）")
}

type projectShown struct{ ID, Name, Region, LogoLine string }

type projectCode struct{ Scene, Poster string }

// addProjects puts the operator's two questions about projects behind the socket.
func (a *app) addProjects(mux *http.ServeMux, answer func(http.ResponseWriter, any, error)) {
	mux.HandleFunc("GET /projects", func(w http.ResponseWriter, r *http.Request) {
		shown := []projectShown{}
		projects, err := a.regions.Projects(r.Context())
		for _, p := range projects {
			shown = append(shown, projectShown{ID: p.ID, Name: p.Name, Region: string(p.Region), LogoLine: p.LogoLine})
		}
		answer(w, shown, err)
	})
	mux.HandleFunc("POST /projects/{id}/code", func(w http.ResponseWriter, r *http.Request) {
		made, err := a.projectCode(r.Context(), r.PathValue("id"))
		answer(w, made, err)
	})
}

// projectCode makes the poster of a project, or of a region for itself (12 digits). WeChat draws a scene's code once; the
// picture is kept, since a scene never changes.
func (a *app) projectCode(ctx context.Context, id string) (projectCode, error) {
	p := region.Project{Name: "蒲公英学堂", LogoLine: "蒲公英学堂"}
	scene := region.Scene{Page: region.PageHome}
	if code, err := region.ParseCode(id); err == nil {
		scene.Region, p.Region = code, code
	} else {
		if p, err = a.regions.Project(ctx, id); err != nil {
			return projectCode{}, err
		}
		scene.Region, scene.Project = p.Region, p.ID
	}
	text, err := scene.Encode()
	if err != nil {
		return projectCode{}, err
	}
	place, err := a.regions.Tree().Find(p.Region)
	if err != nil {
		return projectCode{}, err
	}
	picture, err := a.codePicture(ctx, text)
	if err != nil {
		return projectCode{}, err
	}
	var page bytes.Buffer
	err = poster.Execute(&page, map[string]any{
		"Name": p.Name, "Region": place.Name, "LogoLine": p.LogoLine, "Demo": p.Demo,
		"Picture": template.URL("data:image/jpeg;base64," + base64.StdEncoding.EncodeToString(picture)),
	})
	return projectCode{Scene: text, Poster: page.String()}, err
}

// codePicture gives the picture of a scene's code from the media store, else draws and stores it.
func (a *app) codePicture(ctx context.Context, scene string) ([]byte, error) {
	sum := sha256.Sum256([]byte(scene))
	name := hex.EncodeToString(sum[:16])
	key, err := media.NewKey(media.Code, name, "image/jpeg")
	if err != nil {
		return nil, err
	}
	kept, _, err := a.media.Get(ctx, key)
	if err == nil {
		defer kept.Close()
		return io.ReadAll(kept)
	}
	if !errors.Is(err, media.ErrNotFound) {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	picture, err := a.wechat.Picture(ctx, wechat.Code{Scene: scene, Page: pages[0]})
	if err != nil {
		return nil, err
	}
	_, err = media.Save(ctx, a.media, media.Code, name, bytes.NewReader(picture))
	return picture, err
}
