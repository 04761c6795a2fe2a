package member_test

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pugongying/internal/member"
	"pugongying/internal/testkit"
)

func TestSessionsExpire(t *testing.T) {
	const day = 24 * time.Hour
	for name, c := range map[string]struct {
		guest, remember bool
		steps           []time.Duration // between requests
		alive           bool            // at the last of them
	}{
		"guest, at once":               {true, false, []time.Duration{0}, true},
		"guest, within 2 h":            {true, false, []time.Duration{2*time.Hour - time.Second}, true},
		"guest, after 2 h":             {true, false, []time.Duration{2 * time.Hour}, false},
		"guest, sliding":               {true, false, []time.Duration{time.Hour, time.Hour, time.Hour, time.Hour}, true},
		"guest, 12 h are the end":      {true, false, steps(90*time.Minute, 8), false},
		"guest, just before the end":   {true, false, append(steps(90*time.Minute, 7), 89*time.Minute), true},
		"remembered, within 7 d":       {true, true, []time.Duration{7*day - time.Second}, true},
		"remembered, after 7 d":        {true, true, []time.Duration{7 * day}, false},
		"member, sliding":              {false, true, steps(6*day, 4), true},
		"member, 30 d are the end":     {false, true, steps(6*day, 5), false},
		"member, after 7 d":            {false, true, []time.Duration{3 * day, 7 * day}, false},
		"member, seen between no more": {false, true, []time.Duration{4 * time.Minute, 7*day - 4*time.Minute}, false},
	} {
		t.Run(name, func(t *testing.T) {
			k := newKit(t, testkit.Embedded(t))
			var in member.SignedIn
			if c.guest {
				in, _ = k.guest(t, c.remember)
			} else {
				in, _ = k.weChat(t, "o1")
			}
			var err error
			for i, step := range c.steps {
				if err != nil {
					t.Fatalf("dead already before step %d: %v", i, err)
				}
				k.clock.Advance(step)
				_, err = k.Resolve(ctx, in.Token)
			}
			if (err == nil) != c.alive || err != nil && !errors.Is(err, member.ErrSessionUnknown) {
				t.Errorf("Resolve = %v, want alive %v", err, c.alive)
			}
		})
	}
}

func steps(d time.Duration, n int) []time.Duration {
	all := make([]time.Duration, n)
	for i := range all {
		all[i] = d
	}
	return all
}

func TestASessionIsWrittenAtMostOnceInFiveMinutes(t *testing.T) {
	onEngines(t, func(t *testing.T, k *kit) {
		in, who := k.guest(t, false)
		seen := map[string]bool{}
		for range 30 {
			k.clock.Advance(31 * time.Second)
			k.resolve(t, in)
			session, err := k.stored().Session(ctx, who.Session)
			if err != nil {
				t.Fatal(err)
			}
			seen[session.SeenAt.String()] = true
		}
		if len(seen) != 4 { // at the start, then after 5:10, 10:20 and 15:30
			t.Errorf("in %v a session was seen at %d instants", 30*31*time.Second, len(seen))
		}
	})
}

func TestTokensAreOpaqueAndNowhere(t *testing.T) {
	k := newKit(t, testkit.Embedded(t))
	in, who := k.guest(t, false)
	if token, err := base64.RawURLEncoding.Strict().DecodeString(in.Token); err != nil || len(token) != 32 {
		t.Errorf("token %q is not 256 bits: %v", in.Token, err)
	}
	if endKey, err := base64.RawURLEncoding.Strict().DecodeString(in.EndKey); err != nil || len(endKey) != 16 {
		t.Errorf("end key %q is not 128 bits: %v", in.EndKey, err)
	}
	if found := k.holding(t, in.Token, in.EndKey); len(found) != 0 {
		t.Errorf("the token or its end key stands in %v", found)
	}
	// The control: the search finds the documents that exist.
	if found := k.holding(t, who.Session); found["sessions"] != 1 {
		t.Errorf("the token's hash was not found: %v", found)
	}
}

func TestResolveRefusesWhatIsNoToken(t *testing.T) {
	k := newKit(t, testkit.Embedded(t))
	in, _ := k.guest(t, false)
	for _, token := range []string{
		"", "x", in.EndKey, in.Token + "A", in.Token[1:], strings.Repeat("A", 43), strings.Repeat("é", 43),
		strings.ToLower(in.Token), strings.Repeat("A", 1<<20),
	} {
		if who, err := k.Resolve(ctx, token); !errors.Is(err, member.ErrSessionUnknown) || !who.Nobody() {
			t.Errorf("Resolve(%.50q) = %+v, %v", token, who, err)
		}
	}
}

func TestSignOutEndsThatSessionAlone(t *testing.T) {
	onEngines(t, func(t *testing.T, k *kit) {
		phone, who := k.weChat(t, "o1")
		tablet, _ := k.weChat(t, "o1")
		for range 2 {
			if err := k.SignOut(ctx, who); err != nil {
				t.Fatalf("SignOut = %v", err)
			}
		}
		if _, err := k.Resolve(ctx, phone.Token); !errors.Is(err, member.ErrSessionUnknown) {
			t.Errorf("the phone is signed in: %v", err)
		}
		k.resolve(t, tablet)
	})
}

func TestAnEndKeyEndsItsSessionAndCanDoNothingElse(t *testing.T) {
	onEngines(t, func(t *testing.T, k *kit) {
		mine, _ := k.weChat(t, "o1")
		other, _ := k.weChat(t, "o1")
		for _, none := range []string{"", "x", mine.Token, other.EndKey[1:]} {
			if err := k.EndByKey(ctx, none); err != nil {
				t.Errorf("EndByKey(%q) = %v", none, err)
			}
		}
		k.resolve(t, mine)
		if _, err := k.Resolve(ctx, mine.EndKey); !errors.Is(err, member.ErrSessionUnknown) {
			t.Errorf("an end key opens a session: %v", err)
		}
		for range 2 {
			if err := k.EndByKey(ctx, mine.EndKey); err != nil {
				t.Errorf("EndByKey = %v", err)
			}
		}
		if _, err := k.Resolve(ctx, mine.Token); !errors.Is(err, member.ErrSessionUnknown) {
			t.Errorf("ended: %v", err)
		}
		k.resolve(t, other)
		if me, err := k.Me(ctx, mine.Member.ID); err != nil || me.Kind != member.WeChat {
			t.Errorf("the member suffered: %+v, %v", me, err)
		}
	})
}

// deadWithin says how long after the end of a session another server, whose cache was not notified, still accepts its
// token.
func deadWithin(t *testing.T, life time.Duration) time.Duration {
	t.Helper()
	k := newKit(t, testkit.Embedded(t))
	k.cache.life, k.cache.deaf = life, true
	in, who := k.weChat(t, "o1")
	if err := k.SignOut(ctx, who); err != nil {
		t.Fatal(err)
	}
	for waited := time.Duration(0); ; waited += 100 * time.Millisecond {
		if _, err := k.Resolve(ctx, in.Token); err != nil || waited > 20*time.Second {
			return waited
		}
		k.clock.Advance(100 * time.Millisecond)
	}
}

func TestAnEndedSessionIsDeadEverywhereWithinTwoSeconds(t *testing.T) {
	if waited := deadWithin(t, 1400*time.Millisecond); waited > 2*time.Second {
		t.Errorf("dead after %v", waited)
	}
	// The control: a cache that remembers for ten seconds is detected.
	if waited := deadWithin(t, 10*time.Second); waited <= 2*time.Second {
		t.Errorf("a cache of ten seconds passes for dead after %v", waited)
	}
}

func TestALostCacheLosesNothing(t *testing.T) {
	k := newKit(t, testkit.Embedded(t))
	in, who := k.weChat(t, "o1")
	k.resolve(t, in)
	if loads := k.cache.loads; loads != 1 {
		t.Errorf("%d look-ups of two requests", loads)
	}
	clear(k.cache.saved)
	if again := k.resolve(t, in); again != who {
		t.Errorf("after the loss %+v, before %+v", again, who)
	}
}

func TestASlidingSessionNeverComesBackToLife(t *testing.T) {
	onEngines(t, func(t *testing.T, k *kit) {
		in, who := k.weChat(t, "o1")
		k.clock.Advance(time.Hour)
		k.cache.deaf = true
		if err := k.SignOut(ctx, who); err != nil {
			t.Fatal(err)
		}
		sessions := k.stored()
		now := k.clock.Now()
		if err := sessions.SlideSession(ctx, who.Session, now, now, now.Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		clear(k.cache.saved)
		if _, err := k.Resolve(ctx, in.Token); !errors.Is(err, member.ErrSessionUnknown) {
			t.Errorf("slid back to life: %v", err)
		}
	})
}

func TestAFailingSlideDoesNotFailTheRequest(t *testing.T) {
	engine := testkit.NewCrashing(testkit.Embedded(t))
	k := newKit(t, engine)
	in, _ := k.weChat(t, "o1")
	k.clock.Advance(10 * time.Minute)
	engine.Arm(1) // the look-up succeeds, the write does not
	if _, err := k.Resolve(ctx, in.Token); err != nil || !engine.Revive() {
		t.Errorf("Resolve = %v", err)
	}
}

func TestSessionsOfTheDatabaseAreReadAsTheyStand(t *testing.T) {
	k := newKit(t, testkit.Embedded(t))
	_, who := k.guest(t, true)
	var fields []string
	err := k.engine.Collection("sessions").Find(ctx, one(), func(raw bson.Raw) error {
		elements, err := raw.Elements()
		for _, e := range elements {
			fields = append(fields, e.Key())
		}
		return err
	})
	want := "[_id endHash member kind remembered seenAt expiresAt endsAt schema]"
	if err != nil || fmt.Sprint(fields) != want || who.Kind != member.Guest {
		t.Errorf("a session holds %v, want %s", fields, want)
	}
}
