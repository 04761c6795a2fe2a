package store_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pugongying/internal/seal"
	"pugongying/internal/store"
	"pugongying/internal/store/bolt"
	"pugongying/internal/store/document"
	"pugongying/internal/testkit"
)

const rewrapDir = "PGY_TEST_REWRAP_DIR"

// sealedRecord is a record with one sealed field.
type sealedRecord struct {
	ID     string `bson:"_id"`
	KeyID  string `bson:"keyId"`
	Sealed []byte `bson:"sealed"`
}

func (r sealedRecord) place() seal.Place {
	return seal.Place{Collection: "records", ID: r.ID, Field: "sealed"}
}

// sealMany seals n records; each contains its own id.
func sealMany(t *testing.T, vault *seal.Vault, e document.Engine, n int) {
	t.Helper()
	var wg sync.WaitGroup
	for w := range 64 {
		wg.Go(func() {
			for i := w; i < n; i += 64 {
				r := sealedRecord{ID: fmt.Sprint("r", i)}
				var err error
				if r.KeyID, err = vault.NewKey(t.Context()); err == nil {
					r.Sealed, err = vault.Seal(t.Context(), r.KeyID, r.place(), []byte(r.ID))
				}
				if err := errors.Join(err, e.Collection("records").Insert(t.Context(), r)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
}

// unreadable counts the records that do not open.
func unreadable(t *testing.T, vault *seal.Vault, e document.Engine) (bad, all int) {
	t.Helper()
	err := e.Collection("records").Find(t.Context(), document.Query{}, func(raw bson.Raw) error {
		var r sealedRecord
		if err := bson.Unmarshal(raw, &r); err != nil {
			return err
		}
		all++
		if plain, err := vault.Open(t.Context(), r.KeyID, r.place(), r.Sealed); err != nil || string(plain) != r.ID {
			bad++
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return bad, all
}

// TestRewrapChild is the process that is killed; alone it does nothing.
func TestRewrapChild(t *testing.T) {
	dir := os.Getenv(rewrapDir)
	if dir == "" {
		return
	}
	e := openRecords(t, dir)
	keys, err := seal.Open(filepath.Join(dir, "root.key"))
	if err != nil {
		t.Fatal(err)
	}
	err = seal.NewVault(keys, store.NewKeys(e)).Rewrap(t.Context(), func(done, all int64) { fmt.Println("rewrapped", done, all) })
	if err != nil {
		t.Fatal(err)
	}
}

func openRecords(t *testing.T, dir string) *bolt.Engine {
	t.Helper()
	e, err := bolt.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Ensure(t.Context(), store.Declarations()); err != nil {
		t.Fatal(err)
	}
	return e
}

// TestARootKeyIsWithdrawn changes the root key of 10,000 sealed records while they are read, kills the rewrapping again and
// again, and retires the old key only once nothing needs it. A copy that was made afterwards is worthless to whoever has the
// old root key alone; one that was made before is not, which is the control.
func TestARootKeyIsWithdrawn(t *testing.T) {
	const records = 10_000
	dir := t.TempDir()
	path := filepath.Join(dir, "root.key")
	keys, err := seal.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	e := openRecords(t, dir)
	sealMany(t, seal.NewVault(keys, store.NewKeys(e)), e, records)
	index := keys.Lookup("member", "o1")
	exposed, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	old := keys.Roots()[0]
	if _, err := seal.Rotate(path); err != nil {
		t.Fatal(err)
	}
	vault := seal.NewVault(keys, store.NewKeys(e))
	if _, err := seal.Withdraw(path, old, func() (seal.Status, error) { return vault.Status(t.Context()) }); !errors.Is(err, seal.ErrNeeded) {
		t.Errorf("a root key that everything needs was retired: %v", err)
	}
	if err := e.Close(t.Context()); err != nil {
		t.Fatal(err)
	}

	kills := 0
	for range 4 {
		if killRewrap(t, dir) {
			kills++
		}
	}
	e = openRecords(t, dir)
	defer func() { _ = e.Close(context.Background()) }()
	vault = seal.NewVault(keys, store.NewKeys(e))
	status, err := vault.Status(t.Context())
	if err != nil || status.All != records || status.Unknown() != 0 || kills > 0 && status.Roots[1].Keys == 0 {
		t.Errorf("after %d kills: %+v, %v", kills, status, err)
	}
	t.Logf("%d kills, then %d of %d are wrapped by the new root key", kills, status.Roots[0].Keys, status.All)

	bad, all := whileRewrapping(t, vault, e)
	t.Logf("%d of %d fields unreadable meanwhile", bad, all)
	if _, err := seal.Withdraw(path, 0, func() (seal.Status, error) { return vault.Status(t.Context()) }); err != nil {
		t.Fatal(err)
	}
	if keys.Lookup("member", "o1") != index {
		t.Error("the blind index has changed")
	}
	if _, err := seal.Withdraw(path, keys.Roots()[0], func() (seal.Status, error) { return vault.Status(t.Context()) }); !errors.Is(err, seal.ErrPrimary) {
		t.Error("the primary was retired")
	}
	after, n := unreadable(t, vault, e)
	leaked := filepath.Join(t.TempDir(), "exposed.key")
	if err := os.WriteFile(leaked, exposed, 0o600); err != nil {
		t.Fatal(err)
	}
	thief, err := seal.Open(leaked)
	if err != nil {
		t.Fatal(err)
	}
	stolen, _ := unreadable(t, seal.NewVault(thief, store.NewKeys(e)), e)
	if after != 0 || n != records || stolen != records {
		t.Errorf("%d of %d unreadable with the new key, %d with the exposed one", after, n, stolen)
	}
	testkit.Score(t, "key rotation: unreadable fields during and after", fmt.Sprintf("%d of %d reads meanwhile, %d of %d after, %d kills -9", bad, all, after, n, kills),
		bad == 0 && after == 0 && n == records, fmt.Sprintf("with the exposed root key alone %d of %d are unreadable", stolen, n))
}

// whileRewrapping reads all records over and over while they are rewrapped.
func whileRewrapping(t *testing.T, vault *seal.Vault, e document.Engine) (bad, all int) {
	t.Helper()
	var over atomic.Bool
	var wg sync.WaitGroup
	wg.Go(func() {
		defer over.Store(true)
		last := int64(-1)
		err := vault.Rewrap(t.Context(), func(done, all int64) {
			if done < last || done > all {
				t.Errorf("progress went from %d to %d of %d", last, done, all)
			}
			last = done
		})
		if err != nil {
			t.Error(err)
		}
	})
	for !over.Load() {
		b, a := unreadable(t, vault, e)
		bad, all = bad+b, all+a
	}
	wg.Wait()
	return bad, all
}

// killRewrap runs the child and kills it after some batches; false when it was faster.
func killRewrap(t *testing.T, dir string) (killed bool) {
	t.Helper()
	child := exec.Command(os.Args[0], "-test.run=^TestRewrapChild$")
	child.Env = append(os.Environ(), rewrapDir+"="+dir)
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	batches, until := 0, 2+rand.IntN(4)
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if batches++; strings.HasPrefix(lines.Text(), "rewrapped") && batches == until {
			_ = child.Process.Kill()
		}
	}
	return child.Wait() != nil && !child.ProcessState.Exited()
}
