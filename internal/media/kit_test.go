package media_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"sync"
	"testing"
	"time"

	"pugongying/internal/access"
	"pugongying/internal/blob"
	"pugongying/internal/media"
	"pugongying/internal/region"
	"pugongying/internal/staff"
	"pugongying/internal/store"
	"pugongying/internal/testkit"
)

const (
	league  region.Code = "150400000000"
	banner  region.Code = "150424000000"
	village region.Code = "150424100201"
	away    region.Code = "150600000000"
)

func person(account string, role access.Role, in region.Code) staff.Principal {
	return staff.Principal{Account: account, Name: account, Kind: staff.Console, Grants: []access.Grant{{Role: role, Scope: region.ScopeOf(in)}}}
}

var (
	volunteer = person("VOLUNTEER", access.Volunteer, banner)
	neighbour = person("NEIGHBOUR", access.Volunteer, banner)
	editor    = person("EDITOR", access.Editor1, banner)
	third     = person("THIRD", access.Editor3, league)
	stranger  = person("STRANGER", access.Editor1, away)
)

// rig is a library on the embedded engine and a folder, with a clock that tests move.
type rig struct {
	*media.Library
	records *store.Pictures
	files   media.Store
	readers map[media.SourceKind]media.Readable
	wechat  judge

	mu       sync.Mutex
	now      time.Time
	doubtful bool // time is not believed
}

func newRig(t testing.TB) *rig {
	t.Helper()
	return newRigOn(t, media.Quota{Person: 1 << 20, Total: 4 << 20}, folder(t))
}

func folder(t testing.TB) media.Store {
	t.Helper()
	files, err := blob.Embedded(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { files.Close() })
	return files
}

func newRigOn(t testing.TB, q media.Quota, files media.Store) *rig {
	t.Helper()
	engine := testkit.Embedded(t)
	if err := engine.Ensure(context.Background(), store.Declarations()); err != nil {
		t.Fatal(err)
	}
	scratch, err := blob.NewScratch(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{records: store.NewPictures(engine), files: files, readers: map[media.SourceKind]media.Readable{}, now: time.Now()}
	r.Library, err = media.NewLibrary(media.LibraryParts{
		Records: r.records, Files: files, Scratch: scratch, Readers: r.readers, Judge: &r.wechat, Quota: q, Now: r.time,
		Believed: func() (time.Time, bool) { return r.time(), !r.doubtful },
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func (r *rig) time() time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.now
}

func (r *rig) wait(d time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.now = r.now.Add(d)
}

// judge is a WeChat that remembers what it was asked.
type judge struct {
	fails error
	asked []asked
	while func(name string) // what happens while it is being asked
}

type asked struct{ session, name string }

func (j *judge) Ask(_ context.Context, session, name string) (string, error) {
	j.asked = append(j.asked, asked{session, name})
	if j.while != nil {
		j.while(name)
	}
	return fmt.Sprintf("trace-%d", len(j.asked)), j.fails
}

// photograph is a JPEG that differs with every seed.
func photograph(t testing.TB, seed uint8) []byte {
	t.Helper()
	m := image.NewGray(image.Rect(0, 0, 300, 200))
	for i := range m.Pix {
		m.Pix[i] = seed
	}
	m.SetGray(int(seed), 3, color.Gray{Y: 255 - seed})
	var out bytes.Buffer
	if err := jpeg.Encode(&out, m, nil); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func drawing(t testing.TB) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := png.Encode(&out, image.NewGray(image.Rect(0, 0, 30, 20))); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func (r *rig) add(t testing.TB, who staff.Principal, seed uint8) media.Picture {
	t.Helper()
	p, err := r.Add(context.Background(), who, media.Upload{Region: village, Description: "桌上一碗奶茶", Body: bytes.NewReader(photograph(t, seed))})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func (r *rig) keys(t testing.TB) []media.Key {
	t.Helper()
	var keys []media.Key
	for info, err := range r.files.List(context.Background(), "") {
		if err != nil {
			t.Fatal(err)
		}
		keys = append(keys, info.Key)
	}
	return keys
}
