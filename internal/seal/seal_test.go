package seal

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"pugongying/internal/testkit"
)

var note = Place{Collection: "matters", ID: "K7Q2", Field: "note"}

func newFile(t *testing.T) (*Keys, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "root.key")
	keys, err := Create(path)
	if err != nil {
		t.Fatal(err)
	}
	return keys, path
}

func sealed(t *testing.T, keys *Keys, at Place, plain string) (wrapped, ciphertext []byte) {
	t.Helper()
	wrapped, err := keys.NewRecordKey()
	if err != nil {
		t.Fatal(err)
	}
	ciphertext, err = keys.Seal(wrapped, at, []byte(plain))
	if err != nil {
		t.Fatal(err)
	}
	return wrapped, ciphertext
}

func TestSealedFieldsOpenInTheirPlace(t *testing.T) {
	keys, path := newFile(t)
	for _, plain := range []string{"", "微", strings.Repeat("她说", 4096)} {
		wrapped, ciphertext := sealed(t, keys, note, plain)
		if len(wrapped) != 65 || len(ciphertext) != len(plain)+29 {
			t.Fatalf("wrapped %d bytes, sealed %d bytes for %d", len(wrapped), len(ciphertext), len(plain))
		}
		reopened, err := Open(path)
		if err != nil {
			t.Fatal(err)
		}
		got, err := reopened.Open(wrapped, note, ciphertext)
		if err != nil || string(got) != plain {
			t.Fatalf("Open = %q, %v, want %q", got, err, plain)
		}
		if len(plain) > 8 && (bytes.Contains(ciphertext, []byte(plain)) || bytes.Contains(wrapped, ciphertext)) {
			t.Fatal("the plaintext can be read")
		}
	}
}

func TestAFieldMovedAnywhereElseIsRefused(t *testing.T) {
	keys, _ := newFile(t)
	var places []Place
	for _, collection := range []string{"matters", "members", "wechat_events"} {
		for _, field := range []string{"note", "phone", "openid", "address"} {
			for record := range 9 {
				places = append(places, Place{collection, fmt.Sprint("K7Q", record), field})
			}
		}
	}
	opened, accepted, all := 0, 0, 0
	for _, from := range places {
		wrapped, ciphertext := sealed(t, keys, from, "地址")
		for _, to := range places {
			_, err := keys.Open(wrapped, to, ciphertext)
			switch {
			case to == from && err == nil:
				opened++
			case to != from:
				all++
				if !errors.Is(err, ErrRefused) {
					accepted++
				}
			}
		}
	}
	if accepted != 0 || opened != len(places) {
		t.Errorf("%d of %d moved fields are opened, %d of %d in their own place", accepted, all, opened, len(places))
	}
	testkit.Score(t, "ciphertext moved or flipped and accepted", fmt.Sprintf("moved %d/%d", accepted, all), accepted == 0,
		fmt.Sprintf("left in their place %d of %d open", opened, len(places)))
	wrapped, ciphertext := sealed(t, keys, note, "地址")
	other, _ := sealed(t, keys, note, "地址")
	for name, moved := range map[string]Place{
		"collection": {"members", note.ID, note.Field},
		"record":     {note.Collection, "K7Q3", note.Field},
		"field":      {note.Collection, note.ID, "phone"},
	} {
		if got, err := keys.Open(wrapped, moved, ciphertext); !errors.Is(err, ErrRefused) {
			t.Errorf("other %s: Open = %q, %v, want ErrRefused", name, got, err)
		}
	}
	if got, err := keys.Open(other, note, ciphertext); !errors.Is(err, ErrRefused) {
		t.Errorf("another record's key: Open = %q, %v, want ErrRefused", got, err)
	}
	if _, err := keys.Open(wrapped, note, ciphertext); err != nil {
		t.Fatalf("in its own place: %v", err)
	}
}

func TestEveryFlippedBitIsRefused(t *testing.T) {
	keys, _ := newFile(t)
	wrapped, ciphertext := sealed(t, keys, note, "不要打这个电话")
	flips := func(b []byte, try func([]byte) error) (accepted int) {
		for i := range len(b) * 8 {
			flipped := bytes.Clone(b)
			flipped[i/8] ^= 1 << (i % 8)
			if try(flipped) == nil {
				accepted++
			}
		}
		return accepted
	}
	ofField := flips(ciphertext, func(b []byte) error { _, err := keys.Open(wrapped, note, b); return err })
	ofKey := flips(wrapped, func(b []byte) error { _, err := keys.Open(b, note, ciphertext); return err })
	if ofField != 0 || ofKey != 0 {
		t.Fatalf("flips accepted: field %d, key %d, want 0", ofField, ofKey)
	}
	for cut := range len(ciphertext) {
		if _, err := keys.Open(wrapped, note, ciphertext[:cut]); err == nil {
			t.Fatalf("a ciphertext cut to %d bytes was opened", cut)
		}
	}
	// The control: the same loop accepts what nobody checks, so it would have counted an accepted flip.
	if unchecked := flips(ciphertext, func([]byte) error { return nil }); unchecked != len(ciphertext)*8 {
		t.Fatalf("control counted %d of %d flips", unchecked, len(ciphertext)*8)
	}
	testkit.Score(t, "ciphertext moved or flipped and accepted", fmt.Sprintf("flipped or cut 0/%d", len(ciphertext)*9+len(wrapped)*8), true,
		fmt.Sprintf("unchecked, %d of %d flips are accepted", len(ciphertext)*8, len(ciphertext)*8))
}

func TestPlacesThatCouldReadAlikeAreRefused(t *testing.T) {
	keys, _ := newFile(t)
	wrapped, _ := sealed(t, keys, note, "x")
	for _, at := range []Place{{"", "a", "b"}, {"a", "", "b"}, {"a", "b", ""}, {"a|b", "c", "d"}, {"a", "b|c", "d"}, {"a", "b", "c|d"}} {
		if _, err := keys.Seal(wrapped, at, nil); !errors.Is(err, ErrPlace) {
			t.Errorf("Seal(%v) = %v, want ErrPlace", at, err)
		}
	}
}

func TestNoncesAndKeysNeverRepeat(t *testing.T) {
	keys, _ := newFile(t)
	wrapped, _ := sealed(t, keys, note, "x")
	seen := map[string]bool{}
	for range 20_000 {
		ciphertext, err := keys.Seal(wrapped, note, []byte("同样的话"))
		if err != nil {
			t.Fatal(err)
		}
		nonce := string(ciphertext[1:13])
		if seen[nonce] {
			t.Fatal("a nonce was used twice")
		}
		seen[nonce] = true
	}
	again, _ := sealed(t, keys, note, "x")
	if bytes.Equal(wrapped, again) {
		t.Fatal("two records have one key")
	}
}

func TestDeletingTheKeyErasesTheRecord(t *testing.T) {
	keys, path := newFile(t)
	wrapped, ciphertext := sealed(t, keys, note, "内容")
	backup, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	for name, k := range map[string]*Keys{"live": keys, "restored": backup} {
		if _, err := k.Open(wrapped, note, ciphertext); err != nil {
			t.Fatalf("%s, before: %v", name, err)
		}
		if _, err := k.Open(nil, note, ciphertext); !errors.Is(err, ErrErased) {
			t.Fatalf("%s, without its key: %v, want ErrErased", name, err)
		}
		fresh, _ := sealed(t, k, note, "内容")
		if _, err := k.Open(fresh, note, ciphertext); !errors.Is(err, ErrRefused) {
			t.Fatalf("%s, with a new key: %v, want ErrRefused", name, err)
		}
	}
	if _, err := keys.Seal(nil, note, []byte("x")); !errors.Is(err, ErrErased) {
		t.Fatalf("Seal without a key = %v, want ErrErased", err)
	}
}

func TestRotationKeepsEverythingReadable(t *testing.T) {
	keys, path := newFile(t)
	first := keys.Roots()[0]
	index := keys.Lookup("openid", "oABC")
	type stored struct{ wrapped, ciphertext []byte }
	var records []stored
	for round := range 4 {
		for i := range 50 {
			wrapped, ciphertext := sealed(t, keys, note, fmt.Sprint(round, i))
			records = append(records, stored{wrapped, ciphertext})
		}
		var err error
		if keys, err = Rotate(path); err != nil {
			t.Fatal(err)
		}
		for i, r := range records {
			if _, err := keys.Open(r.wrapped, note, r.ciphertext); err != nil {
				t.Fatalf("round %d, record %d: %v", round, i, err)
			}
		}
	}
	if keys.Lookup("openid", "oABC") != index {
		t.Fatal("rotation moved the blind index")
	}
	for i, r := range records {
		wrapped, changed, err := keys.Rewrap(r.wrapped)
		if err != nil || !changed || rootOf(wrapped) != keys.Roots()[0] {
			t.Fatalf("Rewrap(%d) = %v, %v", i, changed, err)
		}
		if _, changed, err := keys.Rewrap(wrapped); changed || err != nil {
			t.Fatalf("Rewrap of the rewrapped = %v, %v", changed, err)
		}
		records[i].wrapped = wrapped
	}
	old := sealedUnder(t, keys, first)
	keys, err := Retire(path, first)
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range records {
		if _, err := keys.Open(r.wrapped, note, r.ciphertext); err != nil {
			t.Fatalf("after retiring, record %d: %v", i, err)
		}
	}
	if _, err := keys.Open(old, note, records[0].ciphertext); !errors.Is(err, ErrUnknownKey) {
		t.Fatalf("a key wrapped by the retired root = %v, want ErrUnknownKey", err)
	}
	if _, err := Retire(path, keys.Roots()[0]); !errors.Is(err, ErrPrimary) {
		t.Fatalf("Retire(primary) = %v, want ErrPrimary", err)
	}
	if _, err := Retire(path, first); !errors.Is(err, ErrUnknownKey) {
		t.Fatalf("Retire(gone) = %v, want ErrUnknownKey", err)
	}
}

// sealedUnder returns a record key that is wrapped by an old root key, as of a record that was never rewrapped.
func sealedUnder(t *testing.T, keys *Keys, root uint32) []byte {
	t.Helper()
	wrapped, _ := sealed(t, keys, note, "x")
	wrapped[1], wrapped[2], wrapped[3], wrapped[4] = byte(root>>24), byte(root>>16), byte(root>>8), byte(root)
	if rootOf(wrapped) != root {
		t.Fatal("the record key does not name the old root")
	}
	return wrapped
}

func TestLookupIsBlindAndSeparate(t *testing.T) {
	keys, path := newFile(t)
	stranger, _ := newFile(t)
	index := keys.Lookup("openid", "oABC")
	reopened, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	if len(index) != 52 || reopened.Lookup("openid", "oABC") != index {
		t.Fatalf("Lookup = %q, not the same after reopening", index)
	}
	for name, other := range map[string]string{
		"value":   keys.Lookup("openid", "oABD"),
		"purpose": keys.Lookup("phone", "oABC"),
		"border":  keys.Lookup("openid|o", "ABC"),
		"file":    stranger.Lookup("openid", "oABC"),
	} {
		if other == index {
			t.Errorf("another %s gives the same index", name)
		}
	}
	if bytes.Equal(keys.Secret("cache"), keys.Secret("other")) || len(keys.Secret("cache")) != 32 {
		t.Error("two purposes share a secret")
	}
	raw, err := json.Marshal(index)
	if err != nil || bytes.Contains(raw, []byte("oABC")) {
		t.Error("the index shows the value")
	}
}

func TestConcurrentUse(t *testing.T) {
	keys, _ := newFile(t)
	wrapped, ciphertext := sealed(t, keys, note, "一起")
	var wait sync.WaitGroup
	for range 16 {
		wait.Go(func() {
			for range 100 {
				if got, err := keys.Open(wrapped, note, ciphertext); err != nil || string(got) != "一起" {
					t.Errorf("Open = %q, %v", got, err)
				}
			}
		})
	}
	wait.Wait()
}

// A record sealed by the first release with the demo keys: what is stored must remain readable forever.
const (
	firstWrapped = "0173e829cf2422fcdd483199e6f744001b88ba7f4c4f7aad675b4304e599fb51ec0bfc6de680e5ff4fc6cc147e3ef5ec5410a03c3b349c904fc5d1222e956c6aac"
	firstSealed  = "015ee6ec64cfe9e829a376594215234e021cb1833c725dc4142d482a69a936791e51a5"
	firstLookup  = "UFPSZXW2CWWVFMHWPR4HB4RE6NHGORT43SGSI7JYFSJ7VHQNRCFA"
)

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestWhatTheFirstReleaseSealedStillOpens(t *testing.T) {
	keys := Demo()
	got, err := keys.Open(unhex(t, firstWrapped), note, unhex(t, firstSealed))
	if err != nil || string(got) != "今天" {
		t.Fatalf("Open = %q, %v", got, err)
	}
	if got := keys.Lookup("openid", "oABC"); got != firstLookup {
		t.Fatalf("Lookup = %q, want %q", got, firstLookup)
	}
}

func FuzzOpen(f *testing.F) {
	keys, wrapped, ciphertext := Demo(), unhex(f, firstWrapped), unhex(f, firstSealed)
	f.Add(wrapped, ciphertext)
	f.Add([]byte{1, 2, 3, 4, 5, 6}, []byte{1})
	f.Fuzz(func(t *testing.T, w, c []byte) {
		if plain, err := keys.Open(w, note, c); err == nil && !bytes.Equal(c, ciphertext) {
			t.Fatalf("opened a ciphertext nobody sealed: %q", plain)
		}
	})
}
