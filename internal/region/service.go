package region

import (
	"context"
	"errors"
	"fmt"

	"pugongying/internal/fault"
)

// ErrDemo refuses 演示 (demo) organisations and projects in a deployment that does not allow them.
var ErrDemo = fault.New(fault.Invalid, "region.demo_refused", "正式环境不能用演示单位和演示项目。")

// Store stores organisations and projects. Missing ones are ErrOrganisationUnknown and ErrProjectUnknown; a duplicate id
// is ErrTaken; the store retries a change that conflicts with a concurrent one.
type Store interface {
	Organisation(ctx context.Context, id string) (Organisation, error)
	InsertOrganisation(ctx context.Context, o Organisation) error
	UpdateOrganisation(ctx context.Context, id string, apply func(*Organisation) error) error
	Project(ctx context.Context, id string) (Project, error)
	InsertProject(ctx context.Context, p Project) error
	UpdateProject(ctx context.Context, id string, apply func(*Project) error) error
	Projects(ctx context.Context) ([]Project, error) // by id
}

// Service provides the region tree and the projects in it.
type Service struct {
	tree  *Tree
	store Store
	demo  bool // whether 演示 (demo) organisations and projects are allowed
}

// NewService makes a service; with demo false (production) it refuses 演示 (demo) entries and hides those that are stored.
func NewService(tree *Tree, store Store, demo bool) *Service {
	return &Service{tree: tree, store: store, demo: demo}
}

// Tree is the region tree.
func (s *Service) Tree() *Tree { return s.tree }

// Import imports a register: new entries are added, changed ones are updated, others are not touched; repeating it changes
// nothing. A 演示 (demo) entry never replaces a real one (ErrTaken) and is refused in production (ErrDemo).
func (s *Service) Import(ctx context.Context, r Register) error {
	for _, o := range r.Organisations {
		if o.Demo && !s.demo {
			return ErrDemo.Because(fmt.Errorf("organisation %s", o.ID))
		}
		if err := s.importOrganisation(ctx, o); err != nil {
			return fmt.Errorf("import organisation %s: %w", o.ID, err)
		}
	}
	for _, p := range r.Projects {
		if p.Demo && !s.demo {
			return ErrDemo.Because(fmt.Errorf("project %s", p.ID))
		}
		if err := s.importProject(ctx, p); err != nil {
			return fmt.Errorf("import project %s: %w", p.ID, err)
		}
	}
	return nil
}

func (s *Service) importOrganisation(ctx context.Context, o Organisation) error {
	o.Schema = registerSchema
	there, err := s.store.Organisation(ctx, o.ID)
	if errors.Is(err, ErrOrganisationUnknown) {
		return s.store.InsertOrganisation(ctx, o)
	}
	o.Rev = there.Rev
	if err != nil || there == o {
		return err
	}
	return s.store.UpdateOrganisation(ctx, o.ID, func(stored *Organisation) error {
		if o.Demo && !stored.Demo {
			return ErrTaken
		}
		o.Rev = stored.Rev
		*stored = o
		return nil
	})
}

func (s *Service) importProject(ctx context.Context, p Project) error {
	p.Schema = registerSchema
	there, err := s.store.Project(ctx, p.ID)
	if errors.Is(err, ErrProjectUnknown) {
		return s.store.InsertProject(ctx, p)
	}
	p.Rev = there.Rev
	if err != nil || there == p {
		return err
	}
	return s.store.UpdateProject(ctx, p.ID, func(stored *Project) error {
		if p.Demo && !stored.Demo {
			return ErrTaken
		}
		p.Rev = stored.Rev
		*stored = p
		return nil
	})
}

// Project returns one project; ErrProjectUnknown also for a 演示 (demo) one in production.
func (s *Service) Project(ctx context.Context, id string) (Project, error) {
	p, err := s.store.Project(ctx, id)
	if err != nil {
		return Project{}, err
	}
	if p.Demo && !s.demo {
		return Project{}, ErrProjectUnknown
	}
	return p, nil
}

// Projects returns all projects by id, without 演示 (demo) ones in production.
func (s *Service) Projects(ctx context.Context) ([]Project, error) {
	all, err := s.store.Projects(ctx)
	if err != nil {
		return nil, err
	}
	shown := make([]Project, 0, len(all))
	for _, p := range all {
		if !p.Demo || s.demo {
			shown = append(shown, p)
		}
	}
	return shown, nil
}

// Place is what a scene refers to. Region is the scene's own, otherwise its project's; Project is nil when the scene names
// none.
type Place struct {
	Region  Region
	Project *Project
	Page    Page
}

// Resolve decodes a scene and looks up what it names; ErrSceneUnknown when any of it does not exist. A project that has
// ended still resolves, because its posters may still be on walls.
func (s *Service) Resolve(ctx context.Context, scene string) (Place, error) {
	decoded, err := DecodeScene(scene)
	if err != nil {
		return Place{}, err
	}
	place := Place{Page: decoded.Page}
	if decoded.Project != "" {
		p, err := s.Project(ctx, decoded.Project)
		if errors.Is(err, ErrProjectUnknown) {
			return Place{}, ErrSceneUnknown.Because(err)
		}
		if err != nil {
			return Place{}, err
		}
		place.Project = &p
		if decoded.Region == "" {
			decoded.Region = p.Region
		}
	}
	place.Region, err = s.tree.Find(decoded.Region)
	if err != nil {
		return Place{}, ErrSceneUnknown.Because(err)
	}
	return place, nil
}

// Attribution is the region, organisation and project an act is counted for. The zero Attribution is the deployment's own
// region.
type Attribution struct {
	Region                Code
	Organisation, Project string
}

// Attribute returns what an act that began with a scanned scene is counted for. An unknown scene, or none (""), gives the
// zero Attribution, so that an old poster does not prevent anybody from using the page. An error is the store's.
func (s *Service) Attribute(ctx context.Context, scene string) (Attribution, error) {
	place, err := s.Resolve(ctx, scene)
	if errors.Is(err, ErrSceneUnknown) {
		return Attribution{}, nil
	}
	if err != nil {
		return Attribution{}, err
	}
	a := Attribution{Region: place.Region.Code}
	if place.Project != nil {
		a.Organisation, a.Project = place.Project.Organisation, place.Project.ID
	}
	return a, nil
}
