package api

import (
	"context"

	"pugongying/internal/member"
	"pugongying/internal/region"
)

// Regions is the part of the tree directly inside one region.
type Regions struct {
	Items []Region `json:"items"`
	Year  int      `json:"year" doc:"year of the official list"`
}

// RegionDetail is a region with the way to it from the autonomous region.
type RegionDetail struct {
	Region
	Path []Place `json:"path"`
}

// Scene is what a scanned code means.
type Scene struct {
	Region  *Place       `json:"region,omitempty"`
	Project *ProjectLine `json:"project,omitempty"`
	Page    string       `json:"page" doc:"the app's own path to open"`
}

// ProjectLine names a project with the line that is printed on its material.
type ProjectLine struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	LogoLine string `json:"logoLine"`
}

// Hotlines are the lines for a region, nearest first. 110 and 120 are not among them: they are built into the app.
type Hotlines struct {
	Items []Hotline `json:"items"`
}

type inRegion struct {
	Parent string `query:"parent" maxLength:"12" doc:"12-digit code; none is the autonomous region"`
}

type byCode struct {
	Code string `path:"code" maxLength:"12"`
}

type byScene struct {
	Scene string `path:"scene" maxLength:"96"`
}

type forRegion struct {
	Region string `query:"region" maxLength:"12" doc:"12-digit code; none is the deployment's league"`
}

func (d *door) addRegions() {
	addPublished(d, spec{route: "GET /api/v1/regions", summary: "the regions inside one", rate: rateCompletion}, d.children)
	addPublished(d, spec{route: "GET /api/v1/regions/{code}", summary: "a region and the way to it", rate: rateCompletion}, d.region)
	add(d, spec{route: "GET /api/v1/scenes/{scene}", summary: "what a scanned code stands for", rate: rateCompletion}, d.scene)
	addPublished(d, spec{route: "GET /api/v1/hotlines", summary: "lines that were called and answered", rate: rateCompletion}, d.hotlines)
}

func (d *door) children(_ context.Context, in *inRegion) (Regions, error) {
	tree := d.Regions.Tree()
	parent := tree.Root().Code
	if in.Parent != "" {
		var err error
		if parent, err = region.ParseCode(in.Parent); err != nil {
			return Regions{}, err
		}
	}
	inside, err := tree.Children(parent)
	if err != nil {
		return Regions{}, err
	}
	out := Regions{Items: make([]Region, len(inside)), Year: tree.Year()}
	for i, r := range inside {
		out.Items[i] = regionOf(r)
	}
	return out, nil
}

func (d *door) region(_ context.Context, in *byCode) (RegionDetail, error) {
	code, err := region.ParseCode(in.Code)
	if err != nil {
		return RegionDetail{}, err
	}
	path, err := d.Regions.Tree().Path(code)
	if err != nil {
		return RegionDetail{}, err
	}
	detail := RegionDetail{Region: regionOf(path[len(path)-1])}
	for _, r := range path {
		detail.Path = append(detail.Path, placeOf(r))
	}
	return detail, nil
}

func (d *door) scene(ctx context.Context, _ member.Principal, in *byScene) (*body[Scene], error) {
	place, err := d.Regions.Resolve(ctx, in.Scene)
	if err != nil {
		return nil, err
	}
	at := placeOf(place.Region)
	out := Scene{Region: &at, Page: place.Page.Path()}
	if p := place.Project; p != nil {
		out.Project = &ProjectLine{ID: p.ID, Name: p.Name, LogoLine: p.LogoLine}
	}
	return answer(out), nil
}

func (d *door) hotlines(_ context.Context, in *forRegion) (Hotlines, error) {
	at, err := d.regionOr(in.Region)
	if err != nil {
		return Hotlines{}, err
	}
	out := Hotlines{Items: []Hotline{}}
	for _, l := range d.Hotlines.For(at) {
		out.Items = append(out.Items, Hotline{
			Name: l.Name, Number: l.Number, Kind: string(l.Kind), Hours: l.Hours, TestedDay: l.TestedDay, Region: string(l.Region), Demo: l.Demo,
		})
	}
	return out, nil
}

// regionOr is a region by its code, or the deployment's league.
func (d *door) regionOr(code string) (region.Code, error) {
	if code == "" {
		return d.League, nil
	}
	return region.ParseCode(code)
}

func regionOf(r region.Region) Region {
	return Region{Code: string(r.Code), Name: r.Name, Level: int(r.Level), HasChildren: r.HasChildren}
}

func placeOf(r region.Region) Place { return Place{Code: string(r.Code), Name: r.Name} }
