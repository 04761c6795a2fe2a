package api

import (
	"testing"

	"github.com/danielgtaylor/huma/v2"

	"pugongying/internal/access"
	"pugongying/internal/web"
	"pugongying/internal/web/jsonapi"
)

// TestEveryActionHasItsPlaceInTheQueue walks the registered operations: the stated order of README is the one they have.
func TestEveryActionHasItsPlaceInTheQueue(t *testing.T) {
	for action := range access.Actions {
		if _, listed := priorities[action]; !listed && forResidents(action) {
			t.Errorf("%s has no priority: say where it waits", action)
		}
	}
	r := newRig(t)
	want := map[Route]web.Priority{
		"POST /api/v1/sessions/end": web.Exit, "DELETE /api/v1/sessions/current": web.Exit, "GET /api/v1/hotlines": web.Help,
		"POST /api/v1/attempts/{id}/submission": web.Begun, "PUT /api/v1/attempts/{id}/answers/{question}": web.Begun,
		"GET /api/v1/laws": web.Read, "GET /api/v1/search": web.Read, "POST /api/v1/me/daily": web.New, "POST /api/v1/sessions": web.New,
	}
	for route, priority := range want {
		op := operation(r, route)
		if op == nil || jsonapi.PriorityOf(op) != priority {
			t.Errorf("%s waits as %v, want %v", route, jsonapi.PriorityOf(op), priority)
		}
	}
	if !(web.Exit > web.Help && web.Help > web.Begun && web.Begun > web.Read && web.Read > web.New) {
		t.Error("the order is not the stated one")
	}
	if jsonapi.PriorityOf(&huma.Operation{}) != web.New {
		t.Error("an operation that declares nothing does not wait longest")
	}
}
