package member_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"pugongying/internal/member"
	"pugongying/internal/testkit"
)

const openID = "oGZUI0egBJY1zhBYw2KhdUfwVJJE"

// full is a WeChat member with one document of every kind.
func (k *kit) full(t testing.TB) (member.SignedIn, member.Principal) {
	t.Helper()
	in, who := k.weChat(t, openID)
	k.weChat(t, openID)
	k.keep(t, who, "", all)
	k.put(t, who, member.Read, "a1")
	k.things.add(t, "sat", k.open(t, who), false)
	k.things.add(t, "kept", k.open(t, who), true)
	claim := member.Claim{ID: "claim", Guest: "g", By: who.ID, State: member.ClaimClaimed, Lease: k.clock.Now().Add(time.Hour)}
	if err := k.stored().InsertClaim(ctx, claim); err != nil {
		t.Fatal(err)
	}
	return in, who
}

// names are the id of a member and every handle that was met.
func (k *kit) names(id member.ID) []string { return append([]string{string(id)}, k.known[id]...) }

// everyCollection counts the documents of a full member by collection.
var everyCollection = map[string]int{"members": 1, "identities": 1, "sessions": 2, "shelves": 1, "claims": 1, "things": 2}

func TestErasedMeansGoneFromEveryCollection(t *testing.T) {
	onEngines(t, func(t *testing.T, k *kit) {
		in, who := k.full(t)
		bystander, other := k.weChat(t, "o2")
		if found := k.holding(t, k.names(who.ID)...); fmt.Sprint(found) != fmt.Sprint(everyCollection) {
			t.Fatalf("before: %v, want %v", found, everyCollection)
		}
		for range 2 {
			if err := k.Erase(ctx, who.ID); err != nil {
				t.Fatalf("Erase = %v", err)
			}
		}
		if found := k.holding(t, k.names(who.ID)...); len(found) != 1 || found["erasures"] != 1 {
			t.Errorf("at once: %v", found)
		}
		if _, err := k.Resolve(ctx, in.Token); !errors.Is(err, member.ErrSessionUnknown) {
			t.Errorf("her session lives: %v", err)
		}
		if _, err := k.Me(ctx, who.ID); !errors.Is(err, member.ErrSessionUnknown) {
			t.Errorf("Me = %v", err)
		}
		k.gone(t, who.ID)
		if again := k.resolve(t, bystander); again != other {
			t.Errorf("somebody else suffered: %+v", again)
		}
		fresh, _ := k.weChat(t, openID)
		if fresh.Member.ID == who.ID {
			t.Error("she came back as who she was")
		}
	})
}

func TestACapabilityLeftOutIsSeen(t *testing.T) {
	k := newKit(t, testkit.Embedded(t))
	_, who := k.full(t)
	k.Service = k.serve(t) // its eraser is left out
	if err := k.Erase(ctx, who.ID); err != nil {
		t.Fatal(err)
	}
	if found := k.holding(t, k.names(who.ID)...); found["things"] != 2 {
		t.Errorf("the count sees %v", found)
	}
}

func TestAnInterruptedErasureIsFinished(t *testing.T) {
	var who member.Principal
	var answer error
	unheard := 0 // the server died when the intention was durable and before it could know
	deaths := everyDeath(t, func(k *kit) { _, who = k.full(t) },
		func(k *kit) error { answer = k.Erase(ctx, who.ID); return answer },
		func(death int, k *kit) {
			k.clock.Advance(2 * time.Minute)
			durable := k.count(t, "erasures") > 0
			switch { // whole or not begun, and answered so
			case answer == nil && !durable:
				t.Errorf("death %d: what has not begun is answered as done", death)
			case answer != nil && durable:
				unheard++
			}
			if err := k.Reconcile(ctx); err != nil {
				t.Fatalf("death %d: Reconcile = %v", death, err)
			}
			want := map[string]int{}
			if !durable { // before the intention was, and the erasure was reported as failed
				want = everyCollection
			}
			if found := k.holding(t, k.names(who.ID)...); fmt.Sprint(found) != fmt.Sprint(want) {
				t.Errorf("death %d: left in %v, want %v", death, found, want)
			}
		})
	if deaths < 12 || unheard > 1 {
		t.Errorf("the server died only %d times, and %d times what had begun was answered as failed", deaths, unheard)
	}
}

func TestAStepThatFailsKeepsNoOtherFromBeingTaken(t *testing.T) {
	k := newKit(t, testkit.Embedded(t))
	_, who := k.full(t)
	k.Service = k.serve(t, failing{}, k.things)
	if err := k.Erase(ctx, who.ID); err != nil {
		t.Errorf("Erase = %v, although it has begun", err)
	}
	k.clock.Advance(2 * time.Minute)
	if err := k.FinishErasure(ctx, k.NewErasure(who.ID).ID); !errors.Is(err, errFailing) {
		t.Errorf("FinishErasure = %v", err)
	}
	if found := k.holding(t, k.names(who.ID)...); len(found) != 1 || found["erasures"] != 1 {
		t.Errorf("left: %v", found)
	}
	k.Service = k.serve(t, k.things)
	k.gone(t, who.ID)
}

var errFailing = errors.New("not today")

type failing struct{}

func (failing) EraseMember(context.Context, member.Handle) error { return errFailing }

func TestWhatARequestUnderWayWritesAfterwardsGoesToo(t *testing.T) {
	onEngines(t, func(t *testing.T, k *kit) {
		_, who := k.full(t)
		late := k.open(t, who)
		if err := k.Erase(ctx, who.ID); err != nil {
			t.Fatal(err)
		}
		k.things.add(t, "late", late, false)
		err := k.stored().UpdateBookmarks(ctx, late, func(s *member.Bookmarks) error {
			s.Read = append(s.Read, member.Bookmark{Slug: "late"})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := k.Reconcile(ctx); err != nil {
			t.Fatal(err)
		}
		if found := k.holding(t, k.names(who.ID)...); found["things"] != 1 {
			t.Errorf("the last pass came within the minute: %v", found)
		}
		k.gone(t, who.ID)
	})
}

func TestSigningInWhileAnErasureIsHalfDoneBeginsAnew(t *testing.T) {
	k := newKit(t, testkit.Embedded(t))
	_, who := k.full(t)
	if err := k.stored().InsertErasure(ctx, k.NewErasure(who.ID)); err != nil {
		t.Fatal(err)
	}
	in, fresh := k.weChat(t, openID)
	if fresh.ID == who.ID {
		t.Fatal("she was let into what is about to go")
	}
	k.gone(t, who.ID)
	if k.resolve(t, in) != fresh {
		t.Error("her new session went with the old")
	}
}

func TestWeChatRevokingErases(t *testing.T) {
	onEngines(t, func(t *testing.T, k *kit) {
		_, who := k.full(t)
		for _, other := range [][2]string{{appID, "o2"}, {"wxother", openID}} {
			if err := k.EraseWeChat(ctx, other[0], other[1]); err != nil {
				t.Errorf("EraseWeChat(%v) = %v", other, err)
			}
		}
		if _, err := k.Me(ctx, who.ID); err != nil {
			t.Errorf("somebody else's revocation: %v", err)
		}
		if err := k.EraseWeChat(ctx, appID, openID); err != nil {
			t.Fatal(err)
		}
		k.gone(t, who.ID)
	})
}

func TestGuestsNobodyCanComeBackAsAreErased(t *testing.T) {
	onEngines(t, func(t *testing.T, k *kit) {
		_, brief := k.guest(t, false)
		left, leftPrincipal := k.guest(t, true)
		_, remembered := k.guest(t, true)
		_, claiming := k.guest(t, false)
		_, member1 := k.weChat(t, "o1")
		k.askClaim(t, claiming)
		if err := k.EndByKey(ctx, left.EndKey); err != nil {
			t.Fatal(err)
		}
		there := func() string {
			var b strings.Builder
			for _, who := range []member.Principal{brief, leftPrincipal, remembered, claiming, member1} {
				_, err := k.Me(ctx, who.ID)
				fmt.Fprintf(&b, "%v ", err == nil)
			}
			return b.String()
		}
		for _, step := range []struct {
			days int
			want string
		}{
			{0, "true true true true true "}, {1, "false false true true true "}, {29, "false false true true true "},
			{1, "false false false false true "},
		} {
			k.clock.Advance(time.Duration(step.days) * 24 * time.Hour)
			if err := k.Reconcile(ctx); err != nil {
				t.Fatal(err)
			}
			if got := there(); got != step.want {
				t.Errorf("on %v: %s, want %s", k.clock.Now(), got, step.want)
			}
		}
	})
}

func TestAServiceIsNotMadeWithoutItsParts(t *testing.T) {
	k := newKit(t, testkit.Embedded(t))
	if _, err := member.New(k.parts(t, k.things)); err != nil {
		t.Fatalf("with all: %v", err)
	}
	for part, without := range map[string]func(*member.Parts){
		"Members":   func(p *member.Parts) { p.Stores.Members = nil },
		"Bookmarks": func(p *member.Parts) { p.Stores.Bookmarks = nil },
		"Erasers":   func(p *member.Parts) { p.Holders.Erasers = nil },
		"Mergers":   func(p *member.Parts) { p.Holders.Mergers = nil },
		"Book":      func(p *member.Parts) { p.Holders.Book = nil },
		"Sealer":    func(p *member.Parts) { p.Sealer = nil },
		"Exchanger": func(p *member.Parts) { p.Exchanger = nil },
		"Cache":     func(p *member.Parts) { p.Cache = nil },
		"Regions":   func(p *member.Parts) { p.Regions = nil },
		"Now":       func(p *member.Parts) { p.Now = nil },
		"NewID":     func(p *member.Parts) { p.NewID = nil },
	} {
		p := k.parts(t, k.things)
		without(&p)
		if s, err := member.New(p); err == nil || s != nil || !strings.Contains(err.Error(), part) {
			t.Errorf("without %s: %v, %v", part, s, err)
		}
	}
}

func TestErasingNobodyChangesNothing(t *testing.T) {
	k := newKit(t, testkit.Embedded(t))
	_, who := k.full(t)
	if err := k.Erase(ctx, ""); err != nil {
		t.Errorf("Erase(nobody) = %v", err)
	}
	if _, err := k.Me(ctx, who.ID); err != nil {
		t.Errorf("somebody else suffered: %v", err)
	}
}

func TestExportTellsHerEverythingAndNobodyElseWhatIsLocked(t *testing.T) {
	onEngines(t, func(t *testing.T, k *kit) {
		_, who := k.full(t)
		k.keep(t, who, "", withCode(all, "2468"))
		open, err := k.Export(ctx, who.ID, k.layer(t, who, "2468"))
		if err != nil || open.Profile.ID != who.ID || open.WeChatDay != "2096-11-23" || len(open.Sessions) != 2 ||
			len(open.Read) != 1 || !open.History.Mistakes || open.Sessions[0].Expires != "2096-11-30" {
			t.Errorf("Export with the code = %+v, %v", open, err)
		}
		shut, err := k.Export(ctx, who.ID, k.layer(t, who, ""))
		if err != nil || shut.History != (member.HistoryView{}) || len(shut.Read)+len(shut.Favourites) != 0 || len(shut.Sessions) != 2 {
			t.Errorf("Export without = %+v, %v", shut, err)
		}
	})
}
