package store_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pugongying/internal/member"
	"pugongying/internal/seal"
	"pugongying/internal/store"
	"pugongying/internal/store/document"
	"pugongying/internal/testkit"
)

var identityPlace = seal.Place{Collection: "identities", ID: "lookup", Field: "openid"}

// before is an identity as the version before stored it: the key of its record inside.
func before(t *testing.T, keys *seal.Keys, e document.Engine, id string) (wrapped []byte) {
	t.Helper()
	wrapped, err := keys.NewRecordKey()
	if err != nil {
		t.Fatal(err)
	}
	at := identityPlace
	at.ID = id
	sealed, err := keys.Seal(wrapped, at, []byte(herOpenID))
	if err != nil {
		t.Fatal(err)
	}
	doc := bson.D{
		{Key: "_id", Value: id}, {Key: "member", Value: "HER"}, {Key: "key", Value: wrapped}, {Key: "sealed", Value: sealed},
		{Key: "schema", Value: int32(1)},
	}
	if err := e.Collection("identities").Insert(t.Context(), doc); err != nil {
		t.Fatal(err)
	}
	return wrapped
}

// openedBy opens an identity with the keys that are stored.
func openedBy(t *testing.T, vault *seal.Vault, e document.Engine, id string) (string, error) {
	t.Helper()
	i, err := store.NewMembers(e, seal.NewVault(seal.Demo(), store.NewKeys(e))).Identity(t.Context(), id)
	if err != nil {
		return "", err
	}
	at := identityPlace
	at.ID = id
	plain, err := vault.Open(t.Context(), i.KeyID, at, i.Sealed)
	return string(plain), err
}

func ready(t *testing.T, e document.Engine) {
	t.Helper()
	if err := e.Ensure(t.Context(), store.Declarations()); err != nil {
		t.Fatal(err)
	}
}

func TestKeysLeaveTheirDocumentsOnceHoweverOftenTheMoveIsInterrupted(t *testing.T) {
	keys := seal.Demo()
	for death := 0; ; death++ {
		engine := testkit.NewCrashing(testkit.Embedded(t))
		ready(t, engine)
		for i := range 3 {
			before(t, keys, engine, fmt.Sprint("i", i))
		}
		records, vault := store.NewKeys(engine), seal.NewVault(keys, store.NewKeys(engine))
		if _, err := openedBy(t, vault, engine, "i0"); !errors.Is(err, seal.ErrErased) {
			t.Fatalf("control: it opens before the move: %v", err)
		}
		engine.Arm(death)
		moved, err := records.SeparateKeys(t.Context())
		died := engine.Revive()
		if died {
			_, err = records.SeparateKeys(t.Context())
		} else if moved != 3 {
			t.Errorf("%d moved", moved)
		}
		if err != nil {
			t.Fatal(err)
		}
		if n := keysIn(t, engine); n != 3 {
			t.Errorf("death %d: %d keys of 3 records", death, n)
		}
		for i := range 3 {
			if plain, err := openedBy(t, vault, engine, fmt.Sprint("i", i)); err != nil || plain != herOpenID {
				t.Errorf("death %d: %q, %v", death, plain, err)
			}
		}
		if n, err := engine.Collection("identities").Count(t.Context(), bson.D{{Key: "key", Value: bson.D{{Key: "$exists", Value: true}}}}, 0); n != 0 || err != nil {
			t.Errorf("death %d: %d documents hold their key, %v", death, n, err)
		}
		if !died {
			if death < 10 {
				t.Errorf("the server died only %d times", death)
			}
			return
		}
	}
}

func TestTheMoveOfKeysOnEveryEngine(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e document.Engine) {
		ready(t, e)
		keys := seal.Demo()
		before(t, keys, e, "i")
		records := store.NewKeys(e)
		for _, want := range []int{1, 0} {
			if n, err := records.SeparateKeys(t.Context()); n != want || err != nil {
				t.Errorf("SeparateKeys = %d, %v, want %d", n, err, want)
			}
		}
		vault := seal.NewVault(keys, records)
		if plain, err := openedBy(t, vault, e, "i"); plain != herOpenID || err != nil {
			t.Errorf("opened %q, %v", plain, err)
		}
		if err := store.NewMembers(e, seal.NewVault(seal.Demo(), store.NewKeys(e))).DeleteIdentities(t.Context(), "HER"); err != nil || keysIn(t, e) != 0 {
			t.Errorf("%d keys are left, %v", keysIn(t, e), err)
		}
	})
}

// At whatever step the removal of an identity stops, no key is left without the identity that leads to it.
func TestAKeyNeverOutlivesItsIdentity(t *testing.T) {
	for death := 0; ; death++ {
		engine := testkit.NewCrashing(testkit.Embedded(t))
		ready(t, engine)
		vault := seal.NewVault(seal.Demo(), store.NewKeys(engine))
		id, err := vault.NewKey(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		members := store.NewMembers(engine, seal.NewVault(seal.Demo(), store.NewKeys(engine)))
		if _, err := members.InsertIdentity(t.Context(), member.Identity{Lookup: "l", Member: "HER", KeyID: id}); err != nil {
			t.Fatal(err)
		}
		engine.Arm(death)
		err = members.DeleteIdentities(t.Context(), "HER")
		died := engine.Revive()
		_, gone := members.Identity(t.Context(), "l")
		if n := keysIn(t, engine); n > 0 && gone != nil {
			t.Errorf("death %d: the identity is gone and its key is not", death)
		}
		if !died {
			if err != nil || keysIn(t, engine) != 0 || !errors.Is(gone, member.ErrUnknown) {
				t.Errorf("%v: %d keys, %v", err, keysIn(t, engine), gone)
			}
			return
		}
	}
}

func TestKeysAreWrappedAnewAndThoseDestroyedMeanwhileStayDestroyed(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e document.Engine) {
		ready(t, e)
		path := filepath.Join(t.TempDir(), "root.key")
		keys, err := seal.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		records := store.NewKeys(e)
		vault := seal.NewVault(keys, records)
		var ids []string
		for range 3 {
			id, err := vault.NewKey(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			ids = append(ids, id)
		}
		if keys, err = seal.Rotate(path); err != nil {
			t.Fatal(err)
		}
		stale, err := records.KeysUnderOthers(t.Context(), keys.Roots()[0], 10)
		if err != nil || len(stale) != 3 {
			t.Fatalf("%d keys under others, %v", len(stale), err)
		}
		if err := records.DeleteKeys(t.Context(), ids[1]); err != nil {
			t.Fatal(err)
		}
		if err := records.ReplaceKeys(t.Context(), stale); err != nil {
			t.Fatal(err)
		}
		if _, err := records.Key(t.Context(), ids[1]); !errors.Is(err, seal.ErrErased) || keysIn(t, e) != 2 {
			t.Errorf("a destroyed key is %v, %d are stored", err, keysIn(t, e))
		}
		vault = seal.NewVault(keys, records)
		if err := vault.Rewrap(context.Background(), func(int64, int64) {}); err != nil {
			t.Fatal(err)
		}
		status, err := vault.Status(t.Context())
		if err != nil || status.All != 2 || status.Roots[0].Keys != 2 || status.Roots[1].Keys != 0 || status.Unknown() != 0 {
			t.Errorf("status %+v, %v", status, err)
		}
	})
}
