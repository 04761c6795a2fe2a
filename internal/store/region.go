package store

import (
	"context"
	"errors"

	"pugongying/internal/region"
	"pugongying/internal/store/document"
)

const (
	organisations = "organisations"
	projects      = "projects"
)

var regionDeclarations = []document.Declaration{{Collection: organisations}, {Collection: projects}}

// Regions keeps organisations and projects; it is region.Store.
type Regions struct{ organisations, projects document.Collection }

// NewRegions works on an engine whose declarations were ensured.
func NewRegions(engine document.Engine) *Regions {
	return &Regions{organisations: engine.Collection(organisations), projects: engine.Collection(projects)}
}

// Organisation returns one organisation.
func (s *Regions) Organisation(ctx context.Context, id string) (region.Organisation, error) {
	o, err := byID[region.Organisation](ctx, s.organisations, id)
	if err != nil {
		return region.Organisation{}, mapNotFound(err, region.ErrOrganisationUnknown)
	}
	return *o, nil
}

// InsertOrganisation adds one organisation.
func (s *Regions) InsertOrganisation(ctx context.Context, o region.Organisation) error {
	return taken(insert(ctx, s.organisations, o))
}

// UpdateOrganisation changes one organisation at its revision.
func (s *Regions) UpdateOrganisation(ctx context.Context, id string, apply func(*region.Organisation) error) error {
	return mapNotFound(update(ctx, s.organisations, id, apply), region.ErrOrganisationUnknown)
}

// Project returns one project.
func (s *Regions) Project(ctx context.Context, id string) (region.Project, error) {
	p, err := byID[region.Project](ctx, s.projects, id)
	if err != nil {
		return region.Project{}, mapNotFound(err, region.ErrProjectUnknown)
	}
	return *p, nil
}

// InsertProject adds one project.
func (s *Regions) InsertProject(ctx context.Context, p region.Project) error {
	return taken(insert(ctx, s.projects, p))
}

// UpdateProject changes one project at its revision.
func (s *Regions) UpdateProject(ctx context.Context, id string, apply func(*region.Project) error) error {
	return mapNotFound(update(ctx, s.projects, id, apply), region.ErrProjectUnknown)
}

// Projects returns all projects by id.
func (s *Regions) Projects(ctx context.Context) ([]region.Project, error) {
	return many[region.Project](ctx, s.projects, document.Query{Sort: []document.Key{{Field: "_id"}}})
}

func taken(err error) error {
	if errors.Is(err, document.ErrDuplicate) {
		return region.ErrTaken.Because(err)
	}
	return err
}
