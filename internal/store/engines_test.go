package store_test

import (
	"context"
	"testing"

	"pugongying/internal/store"
	"pugongying/internal/store/document"
	"pugongying/internal/testkit"
)

// embedded is a fresh embedded engine that can be made to crash.
func embedded(t testing.TB) *testkit.Crashing {
	t.Helper()
	engine := testkit.Embedded(t)
	if err := engine.Ensure(context.Background(), store.Declarations()); err != nil {
		t.Fatal(err)
	}
	return testkit.NewCrashing(engine)
}

// engines runs a test on every document engine.
func engines(t *testing.T, test func(t *testing.T, engine document.Engine)) {
	t.Run("embedded", func(t *testing.T) { test(t, embedded(t)) })
	t.Run("mongo", func(t *testing.T) {
		engine := testkit.Mongo(t)
		if err := engine.Ensure(context.Background(), store.Declarations()); err != nil {
			t.Fatal(err)
		}
		test(t, engine)
	})
}
