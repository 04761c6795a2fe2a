// Package publishtest gives tests of other packages the people who take a text through its three reviews. Only _test files
// import it.
package publishtest

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"time"

	"pugongying/internal/access"
	"pugongying/internal/publish"
	"pugongying/internal/region"
	"pugongying/internal/staff"
)

// League is the deployment of these people.
const League region.Code = "150400000000"

// Store is everything a workflow stores.
type Store interface {
	publish.Store
	publish.Lists
	publish.Sets
	publish.Reports
	publish.Links
}

// Person is a member of staff with roles in a region.
func Person(account string, in region.Code, roles ...access.Role) staff.Principal {
	p := staff.Principal{Account: account, Name: account, Kind: staff.Console}
	for _, r := range roles {
		p.Grants = append(p.Grants, access.Grant{Role: r, Scope: region.ScopeOf(in)})
	}
	return p
}

// The people, all of the league.
var (
	Writer    = Person("WRITER", League, access.Volunteer)
	Editor    = Person("EDITOR", League, access.Editor1)
	First     = Person("FIRST", League, access.Editor1)
	Second    = Person("SECOND", League, access.Editor2)
	Third     = Person("THIRD", League, access.Editor3)
	Publisher = Person("PUBLISHER", League, access.Publisher)
)

// quiet is a machine that finds nothing.
type quiet struct{}

func (quiet) Check(context.Context, publish.Kind, []byte) ([]publish.Finding, error) { return nil, nil }

// Workflow is a workflow over a store whose machine finds nothing.
func Workflow(store Store, now func() time.Time) *publish.Workflow {
	return publish.NewWorkflow(publish.Parts{
		Publications: publish.New(store, publish.Manifest{}, now), Lists: store, Sets: store, Reports: store, Links: store, Checker: quiet{},
		League: League, NewID: rand.Text, Log: slog.New(slog.DiscardHandler),
	})
}

// To takes an open version on until it has a state: submitted by Editor, reviewed by First, Second and Third, released by
// Publisher.
func To(ctx context.Context, w *publish.Workflow, id string, n int, state publish.State) error {
	for range 6 {
		text, err := w.Read(ctx, Editor, id, n)
		if err != nil || text.Version.State == state {
			return err
		}
		at := publish.At{ID: id, N: n, SHA256: text.Version.SHA256}
		switch text.Version.State {
		case publish.StateDraft:
			_, err = w.Submit(ctx, Editor, at)
		case publish.StateFirst:
			err = w.Pass(ctx, First, publish.Passing{At: at})
		case publish.StateSecond:
			err = w.Pass(ctx, Second, publish.Passing{At: at})
		case publish.StateThird:
			err = w.Pass(ctx, Third, publish.Passing{At: at})
		default:
			err = w.Release(ctx, Publisher, at)
		}
		if err != nil {
			return err
		}
	}
	return fmt.Errorf("publishtest: %s@%d never came to %s", id, n, state)
}
