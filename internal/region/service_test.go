package region

import (
	"context"
	"errors"
	"testing"
)

// documents is a Store in memory; writes counts the changes.
type documents struct {
	organisations map[string]Organisation
	projects      map[string]Project
	writes        int
}

func newDocuments() *documents {
	return &documents{organisations: map[string]Organisation{}, projects: map[string]Project{}}
}

func (s *documents) Organisation(_ context.Context, id string) (Organisation, error) {
	return get(s.organisations, id, ErrOrganisationUnknown)
}

func (s *documents) InsertOrganisation(_ context.Context, o Organisation) error {
	s.writes++
	return add(s.organisations, o.ID, o)
}

func (s *documents) UpdateOrganisation(_ context.Context, id string, apply func(*Organisation) error) error {
	s.writes++
	return change(s.organisations, id, apply)
}

func (s *documents) Project(_ context.Context, id string) (Project, error) {
	return get(s.projects, id, ErrProjectUnknown)
}

func (s *documents) InsertProject(_ context.Context, p Project) error {
	s.writes++
	return add(s.projects, p.ID, p)
}

func (s *documents) UpdateProject(_ context.Context, id string, apply func(*Project) error) error {
	s.writes++
	return change(s.projects, id, apply)
}

func (s *documents) Projects(context.Context) ([]Project, error) {
	var all []Project
	for _, p := range s.projects {
		all = append(all, p)
	}
	return all, nil
}

func get[T any](m map[string]T, id string, missing error) (T, error) {
	v, ok := m[id]
	if !ok {
		return v, missing
	}
	return v, nil
}

func add[T any](m map[string]T, id string, v T) error {
	if _, ok := m[id]; ok {
		return ErrTaken
	}
	m[id] = v
	return nil
}

func change[T any](m map[string]T, id string, apply func(*T) error) error {
	v := m[id]
	if err := apply(&v); err != nil {
		return err
	}
	m[id] = v
	return nil
}

func register(demo bool) Register {
	return Register{
		Organisations: []Organisation{{ID: "lm", Name: "某盟妇联", Region: "152200000000", Demo: demo}},
		Projects:      []Project{{ID: "p1", Organisation: "lm", Name: "项目", Region: "152221000000", From: "2026-01-01", Demo: demo}},
	}
}

func TestImportAgainChangesNothingAndAChangeChangesOne(t *testing.T) {
	ctx, store := context.Background(), newDocuments()
	service := NewService(loaded(t), store, true)
	for range 2 {
		if err := service.Import(ctx, register(false)); err != nil {
			t.Fatal(err)
		}
	}
	if store.writes != 2 {
		t.Errorf("importing twice wrote %d times", store.writes)
	}
	changed := register(false)
	changed.Projects[0].LogoLine = "新的一行"
	if err := service.Import(ctx, changed); err != nil || store.writes != 3 {
		t.Errorf("importing a change: %v, %d writes", err, store.writes)
	}
	if p, err := service.Project(ctx, "p1"); err != nil || p.LogoLine != "新的一行" {
		t.Errorf("Project = %+v, %v", p, err)
	}
}

func TestDemoNeverReplacesTheRealThing(t *testing.T) {
	ctx, store := context.Background(), newDocuments()
	service := NewService(loaded(t), store, true)
	if err := service.Import(ctx, register(false)); err != nil {
		t.Fatal(err)
	}
	if err := service.Import(ctx, register(true)); !errors.Is(err, ErrTaken) {
		t.Errorf("demo over real: %v", err)
	}
	if store.organisations["lm"].Demo || store.projects["p1"].Demo {
		t.Error("the real thing became a demo")
	}
}

func TestProductionRefusesAndHidesDemo(t *testing.T) {
	ctx, store := context.Background(), newDocuments()
	if err := NewService(loaded(t), store, true).Import(ctx, register(true)); err != nil {
		t.Fatal(err)
	}
	production := NewService(loaded(t), store, false)
	if err := production.Import(ctx, register(true)); !errors.Is(err, ErrDemo) {
		t.Errorf("Import(demo) = %v", err)
	}
	onlyProject := Register{Projects: register(true).Projects}
	if err := production.Import(ctx, onlyProject); !errors.Is(err, ErrDemo) {
		t.Errorf("Import(demo project) = %v", err)
	}
	if _, err := production.Project(ctx, "p1"); !errors.Is(err, ErrProjectUnknown) {
		t.Errorf("Project(demo) = %v", err)
	}
	if all, err := production.Projects(ctx); err != nil || len(all) != 0 {
		t.Errorf("Projects = %v, %v", all, err)
	}
	if _, err := production.Resolve(ctx, "~p1"); !errors.Is(err, ErrSceneUnknown) {
		t.Errorf("Resolve(demo) = %v", err)
	}
	if all, err := NewService(loaded(t), store, true).Projects(ctx); err != nil || len(all) != 1 {
		t.Errorf("outside production: Projects = %v, %v", all, err)
	}
}

func TestResolve(t *testing.T) {
	ctx := context.Background()
	service := NewService(loaded(t), newDocuments(), false)
	if err := service.Import(ctx, register(false)); err != nil {
		t.Fatal(err)
	}
	for scene, want := range map[string]struct {
		region  string
		project bool
		path    string
	}{
		"~p1":             {"科尔沁右翼前旗", true, "/pages/home/home"},
		"152221~p1~2":     {"科尔沁右翼前旗", true, "/pages/practice/practice"},
		"1522~~1":         {"兴安盟", false, "/pages/stories/stories"},
		"152971100201~p1": {"巴音敖包嘎查委员会", true, "/pages/home/home"},
	} {
		p, err := service.Resolve(ctx, scene)
		if err != nil || p.Region.Name != want.region || (p.Project != nil) != want.project || p.Page.Path() != want.path {
			t.Errorf("Resolve(%s) = %+v, %v", scene, p, err)
		}
	}
	for _, scene := range []string{"~p2", "152299~p1", "1522~p2", "9", "乱码"} {
		if _, err := service.Resolve(ctx, scene); !errors.Is(err, ErrSceneUnknown) {
			t.Errorf("Resolve(%s) = %v", scene, err)
		}
	}
}

func TestAttributeCountsForRegionOrganisationAndProject(t *testing.T) {
	ctx, documents := context.Background(), newDocuments()
	service := NewService(loaded(t), documents, false)
	if err := service.Import(ctx, register(false)); err != nil {
		t.Fatal(err)
	}
	p, err := service.Project(ctx, "p1")
	if err != nil || p.Organisation == "" {
		t.Fatalf("%+v, %v", p, err)
	}
	for scene, want := range map[string]Attribution{
		"": {}, "乱码": {}, "~p2": {}, "1522": {Region: "152200000000"},
		"~p1": {p.Region, p.Organisation, "p1"}, "1522~p1": {"152200000000", p.Organisation, "p1"},
	} {
		if got, err := service.Attribute(ctx, scene); err != nil || got != want {
			t.Errorf("Attribute(%q) = %+v, %v, want %+v", scene, got, err, want)
		}
	}
}
