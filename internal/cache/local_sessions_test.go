package cache

import (
	"fmt"
	"testing"
	"time"

	"pugongying/internal/testkit"
)

func TestLocalSessionsAreBoundedAndTheLeastRecentlyUsedGoes(t *testing.T) {
	local := newLocalSessions(3, testkit.NewClock().Now)
	for _, name := range []string{"a", "b", "c"} {
		local.put(name, []byte(name), time.Second)
	}
	local.get("a")
	local.put("d", []byte("d"), time.Second)
	for name, want := range map[string]bool{"a": true, "b": false, "c": true, "d": true} {
		if got, ok := local.get(name); ok != want || ok && string(got) != name {
			t.Errorf("get(%s) = %q, %v, want %v", name, got, ok, want)
		}
	}
}

func TestALocalSessionEndsWithItsLife(t *testing.T) {
	now := testkit.NewClock()
	local := newLocalSessions(1000, now.Now)
	for i := range 500 {
		local.put(fmt.Sprint(i), []byte("v"), time.Second)
	}
	now.Advance(time.Second - 1)
	if _, ok := local.get("7"); !ok || local.entries.Len() != 500 {
		t.Fatalf("get = %v with %d entries, a moment before the end", ok, local.entries.Len())
	}
	now.Advance(1)
	if got, ok := local.get("7"); ok {
		t.Fatalf("get = %q at the end of its life", got)
	}
	if local.put("new", []byte("v"), time.Second); local.entries.Len() != 1 {
		t.Fatalf("%d entries after all but one had expired", local.entries.Len())
	}
}

// Whoever ends a session in the only server ends it for every part of that server, at once and without Redis.
func TestTheOnlyServerForgetsASessionAtOnce(t *testing.T) {
	c, ctx := embedded(t, testkit.NewClock().Now), t.Context()
	one, other := c.Sessions(), c.Sessions()
	one.Put(ctx, "h", []byte("v"), time.Second)
	if got, ok := other.Get(ctx, "h"); !ok || string(got) != "v" {
		t.Fatalf("Get = %q, %v", got, ok)
	}
	other.Delete(ctx, "h")
	if got, ok := one.Get(ctx, "h"); ok || c.Failures() != 0 {
		t.Fatalf("Get after Delete = %q, %d failures of Redis", got, c.Failures())
	}
}
