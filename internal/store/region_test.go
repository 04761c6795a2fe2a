package store_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"pugongying/internal/region"
	"pugongying/internal/store"
	"pugongying/internal/store/document"
)

func someProject(id string) region.Project {
	return region.Project{
		ID: id, Organisation: "lm", Name: "项目", LogoLine: "一行字", Region: banner, From: "2026-01-01", To: "2026-12-31",
	}
}

func TestRegionsKeepOrganisationsAndProjects(t *testing.T) {
	engines(t, func(t *testing.T, engine document.Engine) {
		ctx, s := context.Background(), store.NewRegions(engine)
		o := region.Organisation{ID: "lm", Name: "某盟妇联", Region: league, Demo: true, Schema: 1}
		if err := s.InsertOrganisation(ctx, o); err != nil {
			t.Fatal(err)
		}
		if err := s.InsertOrganisation(ctx, o); !errors.Is(err, region.ErrTaken) {
			t.Errorf("an id twice: %v", err)
		}
		rename := func(o *region.Organisation) error { o.Name = "改名"; return nil }
		if err := s.UpdateOrganisation(ctx, "lm", rename); err != nil {
			t.Fatal(err)
		}
		o.Name, o.Rev = "改名", 1
		if got, err := s.Organisation(ctx, "lm"); err != nil || got != o {
			t.Errorf("Organisation = %+v, %v", got, err)
		}
		if _, err := s.Organisation(ctx, "xx"); !errors.Is(err, region.ErrOrganisationUnknown) {
			t.Errorf("Organisation(unknown) = %v", err)
		}
		if err := s.UpdateOrganisation(ctx, "xx", rename); !errors.Is(err, region.ErrOrganisationUnknown) {
			t.Errorf("UpdateOrganisation(unknown) = %v", err)
		}
		for _, id := range []string{"p2", "p1"} {
			if err := s.InsertProject(ctx, someProject(id)); err != nil {
				t.Fatal(err)
			}
		}
		if all, err := s.Projects(ctx); err != nil || len(all) != 2 || all[0] != someProject("p1") {
			t.Errorf("Projects = %+v, %v", all, err)
		}
		if err := s.UpdateProject(ctx, "p1", func(*region.Project) error { return region.ErrTaken }); !errors.Is(err, region.ErrTaken) {
			t.Errorf("a refused change: %v", err)
		}
		if p, err := s.Project(ctx, "p1"); err != nil || p != someProject("p1") {
			t.Errorf("after a refused change: %+v, %v", p, err)
		}
		if _, err := s.Project(ctx, "xx"); !errors.Is(err, region.ErrProjectUnknown) {
			t.Errorf("Project(unknown) = %v", err)
		}
	})
}

func TestRegionsOfManyWhoTakeOneIDOneGetsIt(t *testing.T) {
	engines(t, func(t *testing.T, engine document.Engine) {
		s := store.NewRegions(engine)
		var wait sync.WaitGroup
		var won atomic.Int32
		for range 32 {
			wait.Go(func() {
				err := s.InsertProject(context.Background(), someProject("p1"))
				if err == nil {
					won.Add(1)
				} else if !errors.Is(err, region.ErrTaken) {
					t.Errorf("InsertProject = %v", err)
				}
			})
		}
		wait.Wait()
		if won.Load() != 1 {
			t.Errorf("%d took it", won.Load())
		}
	})
}
