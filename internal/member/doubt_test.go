package member_test

import (
	"errors"
	"testing"
	"time"

	"pugongying/internal/member"
	"pugongying/internal/store"
)

// A clock that runs 33 days ahead and comes back costs nobody anything while it is not believed; believed (the control), it
// erases the guest and her session. What has expired by it is refused meanwhile.
func TestAClockThatIsNotBelievedDestroysNothing(t *testing.T) {
	onEngines(t, func(t *testing.T, k *kit) {
		for _, believed := range []bool{false, true} {
			in, who := k.guest(t, true)
			k.clock.Advance(33 * 24 * time.Hour)
			k.doubted = !believed
			if _, err := k.Resolve(ctx, in.Token); !errors.Is(err, member.ErrSessionUnknown) {
				t.Errorf("what has expired is answered with %v", err)
			}
			if err := k.Reconcile(ctx); err != nil {
				t.Fatal(err)
			}
			if until, ok := k.clock.Now(), !k.doubted; ok { // as the sweep of a server does
				if err := store.Sweep(ctx, k.engine, until); err != nil {
					t.Fatal(err)
				}
			}
			k.clock.Advance(-33 * 24 * time.Hour)
			k.doubted = false
			_, me := k.Me(ctx, who.ID)
			_, session := k.Resolve(ctx, in.Token)
			if lost := me != nil || session != nil; lost != believed {
				t.Errorf("believed %v: her account %v, her session %v", believed, me, session)
			}
		}
	})
}
