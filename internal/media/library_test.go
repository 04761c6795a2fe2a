package media_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"iter"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pugongying/internal/access"
	"pugongying/internal/media"
	"pugongying/internal/region"
	"pugongying/internal/staff"
)

func TestWhatMayBeHandedIn(t *testing.T) {
	r := newRig(t)
	whole := photograph(t, 1)
	for name, row := range map[string]struct {
		body io.Reader
		want error
	}{
		"a photograph":           {bytes.NewReader(whole), nil},
		"a drawing":              {bytes.NewReader(drawing(t)), nil},
		"no byte":                {strings.NewReader(""), media.ErrPictureEmpty},
		"a PDF":                  {strings.NewReader("%PDF-1.7\n1 0 obj"), media.ErrPicturePDF},
		"a page":                 {strings.NewReader("<html><script>1</script>"), media.ErrPicturePage},
		"a GIF":                  {strings.NewReader("GIF89a"), media.ErrPictureMoving},
		"HEIC":                   {strings.NewReader("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00"), media.ErrPictureHEIC},
		"something else":         {strings.NewReader("PK\x03\x04"), media.ErrPictureType},
		"half a photograph":      {bytes.NewReader(whole[:len(whole)-30]), media.ErrPictureDamaged},
		"41 MB":                  {io.LimitReader(zeros{}, 41<<20), media.ErrPictureLarge},
		"a gigabyte, cut at 40":  {io.LimitReader(zeros{}, 1<<30), media.ErrPictureLarge},
		"a sender who went away": {io.MultiReader(bytes.NewReader(whole[:100]), gone{}), io.ErrUnexpectedEOF},
	} {
		_, err := r.Add(context.Background(), volunteer, media.Upload{Region: banner, Body: row.body})
		if !errors.Is(err, row.want) || (err == nil) != (row.want == nil) {
			t.Errorf("%s: %v, want %v", name, err, row.want)
		}
	}
	if n := len(r.keys(t)); n != 6 {
		t.Errorf("%d files of two pictures: what was refused left something", n)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

type gone struct{}

func (gone) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func TestWhoMayHandIn(t *testing.T) {
	r := newRig(t)
	for name, row := range map[string]struct {
		who  staff.Principal
		in   region.Code
		want error
	}{
		"a volunteer":             {volunteer, banner, nil},
		"an editor":               {editor, village, nil},
		"an editor elsewhere":     {stranger, banner, staff.ErrForbidden},
		"a counsellor":            {person("C", access.Counsellor, banner), banner, staff.ErrForbidden},
		"an admin":                {person("A", access.Admin, banner), banner, staff.ErrForbidden},
		"nobody":                  {staff.Principal{}, banner, staff.ErrForbidden},
		"a volunteer for nowhere": {volunteer, "", media.ErrPictureRegion},
	} {
		_, err := r.Add(context.Background(), row.who, media.Upload{Region: row.in, Body: bytes.NewReader(drawing(t))})
		if !errors.Is(err, row.want) || (err == nil) != (row.want == nil) {
			t.Errorf("%s: %v, want %v", name, err, row.want)
		}
	}
}

// TestWhoSees asks every door of the library for one volunteer's picture, by everybody.
func TestWhoSees(t *testing.T) {
	ctx, r := context.Background(), newRig(t)
	p := r.add(t, volunteer, 1)
	doors := map[string]func(staff.Principal) error{
		"picture": func(w staff.Principal) error { _, err := r.Picture(ctx, w, p.ID); return err },
		"ready":   func(w staff.Principal) error { _, err := r.Ready(ctx, w, p.ID); return err },
		"sources": func(w staff.Principal) error { _, err := r.Sources(ctx, w, p.ID); return err },
		"file": func(w staff.Principal) error {
			f, _, err := r.Open(ctx, w, p.ID, media.Small)
			if err == nil {
				_ = f.Close()
			}
			return err
		},
		"describe": func(w staff.Principal) error { _, err := r.Describe(ctx, w, p.ID, "一碗奶茶"); return err },
		"list": func(w staff.Principal) error {
			items, _, err := r.List(ctx, w, media.PictureQuery{Limit: 10})
			if err == nil && !slices.ContainsFunc(items, func(q media.Picture) bool { return q.ID == p.ID }) {
				return media.ErrPictureUnknown
			}
			return err
		},
	}
	for name, row := range map[string]struct {
		who  staff.Principal
		sees bool
	}{
		"who handed it in":     {volunteer, true},
		"an editor there":      {editor, true},
		"an editor above":      {third, true},
		"another volunteer":    {neighbour, false},
		"an editor elsewhere":  {stranger, false},
		"a counsellor there":   {person("C", access.Counsellor, banner), false},
		"an admin there":       {person("A", access.Admin, banner), false},
		"an auditor":           {person("AU", access.Auditor, league), false},
		"nobody":               {staff.Principal{}, false},
		"a publisher there":    {person("P", access.Publisher, banner), true},
		"a coordinator, above": {person("K", access.Coordinator, league), false},
	} {
		for door, ask := range doors {
			if err := ask(row.who); (err == nil) != row.sees {
				t.Errorf("%s at %s: %v", name, door, err)
			}
		}
	}
	if err := r.Remove(ctx, neighbour, p.ID); !errors.Is(err, media.ErrPictureUnknown) {
		t.Errorf("another volunteer removes: %v", err)
	}
	if err := r.Remove(ctx, editor, p.ID); !errors.Is(err, staff.ErrForbidden) {
		t.Errorf("a first editor removes somebody else's: %v", err)
	}
	if err := r.Remove(ctx, third, p.ID); err != nil {
		t.Errorf("a third editor removes: %v", err)
	}
}

// TestADraftsPictureIsSeenByItsReaders: a picture of the league in a text of the banner.
func TestADraftsPictureIsSeenByItsReaders(t *testing.T) {
	ctx, r := context.Background(), newRig(t)
	p, err := r.Add(ctx, third, media.Upload{Region: league, Body: bytes.NewReader(drawing(t))})
	if err != nil {
		t.Fatal(err)
	}
	open := func(w staff.Principal) error {
		f, _, err := r.Open(ctx, w, p.ID, media.Large)
		if err == nil {
			_ = f.Close()
		}
		return err
	}
	source := media.Source{Kind: media.SourceVersion, ID: "TEXT@2"}
	r.readers[media.SourceVersion] = func(_ context.Context, who staff.Principal, id string) (bool, error) {
		return id == source.ID && who.Account == editor.Account, nil
	}
	if err := open(editor); !errors.Is(err, media.ErrPictureUnknown) {
		t.Errorf("before a text uses it: %v", err)
	}
	if _, err := r.records.Use(ctx, source, []string{p.ID}); err != nil {
		t.Fatal(err)
	}
	if err := open(editor); err != nil {
		t.Errorf("a reader of the draft: %v", err)
	}
	if err := open(stranger); !errors.Is(err, media.ErrPictureUnknown) {
		t.Errorf("somebody who may not read the draft: %v", err)
	}
	if _, err := r.records.Use(ctx, source, nil); err != nil {
		t.Fatal(err)
	}
	if err := open(editor); !errors.Is(err, media.ErrPictureUnknown) {
		t.Errorf("after the text used it: %v", err)
	}
}

func TestTheSameFileTwiceIsOnePicture(t *testing.T) {
	r := newRig(t)
	first, again := r.add(t, volunteer, 1), r.add(t, volunteer, 1)
	if first.ID != again.ID {
		t.Error("sent twice, stored twice")
	}
	if other := r.add(t, neighbour, 1); other.ID == first.ID {
		t.Error("somebody else is given her picture")
	}
	mine, all, _, err := r.Usage(context.Background(), volunteer)
	if err != nil || mine.Pictures != 1 || all.Pictures != 2 || mine.Bytes != first.Bytes || all.Bytes != 2*first.Bytes {
		t.Errorf("usage %+v of %+v, %v", mine, all, err)
	}
	if len(first.ID) != 26 || !media.GoodPictureID(first.ID) || first.State != media.Ready {
		t.Errorf("%+v", first)
	}
	for i, name := range []string{media.PictureName(first.ID, media.Medium), first.ID + "-720.jpg", strings.ToLower(first.ID) + "-0720.jpg", "../x-720.jpg", "a-720.jpg", "-"} {
		id, side, ok := media.ParsePictureName(name)
		if ok != (i == 0) || ok && (id != first.ID || side != media.Medium) {
			t.Errorf("%s: %s %d %v", name, id, side, ok)
		}
	}
}

// TestTheQuotaHolds: of many at once at the edge exactly as many pass as fit, and what is removed may be stored again.
func TestTheQuotaHolds(t *testing.T) {
	ctx := context.Background()
	size := newRig(t).add(t, volunteer, 100).Bytes
	r := newRigOn(t, media.Quota{Person: 3*size + 600, Total: 5*size + 600}, folder(t))
	var wait sync.WaitGroup
	var mu sync.Mutex
	stored := map[string][]string{}
	for i := range 12 {
		for _, who := range []staff.Principal{volunteer, editor} {
			wait.Go(func() {
				p, err := r.Add(ctx, who, media.Upload{Region: banner, Body: bytes.NewReader(photograph(t, uint8(100+i)))})
				for errors.Is(err, media.ErrPictureBusy) { // told to come back, as a page is
					time.Sleep(time.Millisecond)
					p, err = r.Add(ctx, who, media.Upload{Region: banner, Body: bytes.NewReader(photograph(t, uint8(100+i)))})
				}
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					stored[who.Account] = append(stored[who.Account], p.ID)
				} else if !errors.Is(err, media.ErrPersonFull) && !errors.Is(err, media.ErrLibraryFull) {
					t.Error(err)
				}
			})
		}
	}
	wait.Wait()
	a, b := len(stored[volunteer.Account]), len(stored[editor.Account])
	if a > 3 || b > 3 || a+b != 5 {
		t.Errorf("%d and %d pictures were stored where 3 each and 5 in all fit", a, b)
	}
	if n := len(r.keys(t)); n != 15 {
		t.Errorf("%d files", n)
	}
	for _, id := range stored[volunteer.Account] {
		if err := r.Remove(ctx, volunteer, id); err != nil {
			t.Fatal(err)
		}
	}
	mine, all, _, err := r.Usage(ctx, volunteer)
	if err != nil || mine != (media.Usage{}) || all.Pictures != int64(b) {
		t.Errorf("after removing: %+v of %+v, %v", mine, all, err)
	}
	r.add(t, volunteer, 200)
}

func TestWhatIsUsedStays(t *testing.T) {
	ctx, r := context.Background(), newRig(t)
	p := r.add(t, volunteer, 1)
	source := media.Source{Kind: media.SourceContribution, ID: "RAW"}
	if _, err := r.records.Use(ctx, source, []string{p.ID, p.ID}); err != nil {
		t.Fatal(err)
	}
	if err := r.Remove(ctx, volunteer, p.ID); !errors.Is(err, media.ErrPictureInUse) {
		t.Errorf("removed while used: %v", err)
	}
	if got, err := r.Sources(ctx, volunteer, p.ID); err != nil || !slices.Equal(got, []media.Source{source}) {
		t.Errorf("%v %v", got, err)
	}
	if _, err := r.records.Use(ctx, source, nil); err != nil {
		t.Fatal(err)
	}
	if err := r.Remove(ctx, volunteer, p.ID); err != nil || len(r.keys(t)) != 0 {
		t.Errorf("control: %v, %d files left", err, len(r.keys(t)))
	}
	if gone, err := r.records.Use(ctx, source, []string{p.ID}); err != nil || !slices.Equal(gone, []string{p.ID}) {
		t.Errorf("a text uses what is gone: %v %v", gone, err)
	}
}

func TestADescriptionComesBeforeUse(t *testing.T) {
	ctx, r := context.Background(), newRig(t)
	p, err := r.Add(ctx, volunteer, media.Upload{Region: banner, Body: bytes.NewReader(drawing(t))})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Ready(ctx, volunteer, p.ID); !errors.Is(err, media.ErrPictureSilent) {
		t.Errorf("usable without a word: %v", err)
	}
	for _, bad := range []string{"", " ", "碗", "<b>碗</b>", "一碗\n奶茶", strings.Repeat("奶", 201), "\xff\xfe茶"} {
		if _, err := r.Describe(ctx, volunteer, p.ID, bad); !errors.Is(err, media.ErrDescription) {
			t.Errorf("%q: %v", bad, err)
		}
	}
	said := "桌上一碗奶茶，冒着热气；旁边“两把”钥匙、一个本子（翻开的）。"
	if _, err := r.Describe(ctx, volunteer, p.ID, "  "+said+" "); err != nil {
		t.Fatal(err)
	}
	if got, err := r.Ready(ctx, volunteer, p.ID); err != nil || got.Description != said {
		t.Errorf("%q %v", got.Description, err)
	}
}

// TestASweepTakesHalvesAlone leaves one half of everything behind, in every order of time.
func TestASweepTakesHalvesAlone(t *testing.T) {
	t.Run("folder", func(t *testing.T) { sweepsHalvesAlone(t, folder(t)) })
	t.Run("s3", func(t *testing.T) { sweepsHalvesAlone(t, s3(t)) })
}

func sweepsHalvesAlone(t *testing.T, files media.Store) {
	ctx := context.Background()
	broken := &breaking{Store: files}
	r := newRigOn(t, media.Quota{Person: 1 << 20, Total: 4 << 20}, broken)
	whole, lost := r.add(t, volunteer, 1), r.add(t, volunteer, 2)
	broken.after = 2 // the third file is never stored, and nothing is removed either: as if the server was killed
	if _, err := r.Add(ctx, volunteer, media.Upload{Region: banner, Body: bytes.NewReader(photograph(t, 3))}); err == nil {
		t.Fatal("control: the store did not break")
	}
	broken.after = 0
	given := media.Picture{ID: strings.Repeat("B", 26), By: volunteer.Account, At: r.time(), State: media.Arriving, Bytes: 100}
	if _, _, err := r.records.Begin(ctx, given, media.Quota{Person: 1 << 20, Total: 1 << 20}); err != nil { // killed before the first file
		t.Fatal(err)
	}
	orphan := media.Key("picture/" + media.PictureName(strings.Repeat("A", 26), media.Large))
	if _, err := files.Put(ctx, orphan, "image/jpeg", bytes.NewReader(photograph(t, 4))); err != nil {
		t.Fatal(err)
	}
	audio := media.Key("audio/walk.mp3")
	if _, err := files.Put(ctx, audio, "audio/mpeg", strings.NewReader("ID3")); err != nil {
		t.Fatal(err)
	}
	if err := files.Delete(ctx, lost.Key(media.Medium)); err != nil {
		t.Fatal(err)
	}
	before := len(r.keys(t))
	sweep := func() media.Swept {
		s, err := r.Sweep(ctx)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	if s := sweep(); s.Abandoned != 0 || s.Orphans != 0 || s.Missing != 1 || len(r.keys(t)) != before {
		t.Errorf("at once: %+v", s)
	}
	r.wait(25 * time.Hour)
	r.doubtful = true
	if s := sweep(); s != (media.Swept{}) || len(r.keys(t)) != before {
		t.Errorf("while time is not believed: %+v", s)
	}
	r.doubtful = false
	if s := sweep(); s.Abandoned != 1 || s.Orphans != 2 {
		t.Errorf("a day later: %+v", s)
	}
	if s := sweep(); s.Abandoned != 0 || s.Orphans != 0 {
		t.Errorf("again: %+v", s)
	}
	want := []media.Key{audio}
	for _, side := range []int{media.Large, media.Medium, media.Small} {
		want = append(want, whole.Key(side))
		if side != media.Medium {
			want = append(want, lost.Key(side))
		}
	}
	slices.Sort(want)
	if got := r.keys(t); !slices.Equal(got, want) {
		t.Errorf("left %v, want %v", got, want)
	}
	if _, err := r.Ready(ctx, volunteer, lost.ID); !errors.Is(err, media.ErrPictureUnknown) {
		t.Errorf("a picture without its files is used: %v", err)
	}
	mine, _, _, err := r.Usage(ctx, volunteer)
	if err != nil || mine.Pictures != 2 {
		t.Errorf("usage %+v %v: what was given up is still counted", mine, err)
	}
}

// breaking is a store that stops storing and removing after some files.
type breaking struct {
	media.Store
	after int
}

func (b *breaking) Put(ctx context.Context, key media.Key, kind string, body io.ReadSeeker) (media.Info, error) {
	if b.after == 1 {
		return media.Info{}, errors.New("killed")
	}
	if b.after > 1 {
		b.after--
	}
	return b.Store.Put(ctx, key, kind, body)
}

func (b *breaking) Delete(ctx context.Context, key media.Key) error {
	if b.after == 1 {
		return errors.New("killed")
	}
	return b.Store.Delete(ctx, key)
}

func (b *breaking) List(ctx context.Context, prefix string) iter.Seq2[media.Info, error] {
	return b.Store.List(ctx, prefix)
}
