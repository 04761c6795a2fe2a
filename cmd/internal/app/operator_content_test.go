package app

import (
	"archive/zip"
	"bytes"
	"context"
	"io"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"pugongying/content"
	"pugongying/internal/media"
	"pugongying/internal/operate"
	"pugongying/internal/publish"
	"pugongying/internal/publish/publishtest"
	"pugongying/internal/store"
)

// exportOf is a classroom's folder.
func exportOf(t *testing.T, a *App) fstest.MapFS {
	t.Helper()
	var out bytes.Buffer
	if err := a.ExportContent(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	archive, err := zip.NewReader(bytes.NewReader(out.Bytes()), int64(out.Len()))
	if err != nil {
		t.Fatal(err)
	}
	folder := fstest.MapFS{}
	for _, file := range archive.File {
		opened, err := file.Open()
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(opened)
		if err != nil {
			t.Fatal(err)
		}
		opened.Close()
		folder[file.Name] = &fstest.MapFile{Data: data}
	}
	return folder
}

// brought imports a folder.
func brought(t *testing.T, a *App, from fs.FS) operate.ContentReport {
	t.Helper()
	report, err := a.ImportContent(t.Context(), from)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// illustrated drafts a story that shows a picture, as a shipped one with another id.
func illustrated(t *testing.T, a *App, id, picture string) {
	t.Helper()
	items, err := content.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(items, func(s publish.Shipped) bool { return s.Kind == publish.KindExplainer })
	body := bytes.Replace(items[i].Body, []byte(items[i].ID), []byte(id), 1)
	body = bytes.Replace(body, []byte("\nslug: "), []byte("\npictures: [{id: "+picture+", part: 1, description: 一面墙, width: 300, height: 200}]\nslug: x"), 1)
	if _, err := a.Workflow.Create(t.Context(), publishtest.Writer, publish.Beginning{ID: id, Kind: publish.KindExplainer, Body: body, Region: publishtest.League}); err != nil {
		t.Fatal(err)
	}
}

const (
	storyOne = "AAAAAAAAAAAAAAAAAAAAAAAAAA"
	storyTwo = "BBBBBBBBBBBBBBBBBBBBBBBBBB"
)

// TestPicturesGoOutWithTheTextsAndComeBack: into another classroom byte for byte, twice without a change, with their use
// recorded and WeChat's word left behind.
func TestPicturesGoOutWithTheTextsAndComeBack(t *testing.T) {
	from := opened(t)
	phone := phoneOf(t, from, "zhiyuan")
	one, two := uploaded(t, from, phone, blue), uploaded(t, from, phone, yellow)
	illustrated(t, from, storyOne, one)
	illustrated(t, from, storyTwo, two)
	uploaded(t, from, phone, red) // nobody shows it: it stays
	if got := opinionOf(t, from, one); got.State != media.SafetyPass {
		t.Fatal(got)
	}
	folder := exportOf(t, from)
	pictures := 0
	for name := range folder {
		if strings.HasPrefix(name, "pictures/") {
			pictures++
		}
	}
	if pictures != 7 || folder[MissingFile] != nil {
		t.Fatalf("%d files of pictures: %v", pictures, slices.Sorted(maps.Keys(folder)))
	}
	to := opened(t)
	if got := brought(t, to, folder); got.Pictures != 2 || got.Added != 2 || len(got.Faults)+len(got.Absent) > 0 {
		t.Fatalf("%+v", got)
	}
	if got := brought(t, to, folder); got.Pictures != 0 || got.Added+got.Changed != 0 {
		t.Errorf("again: %+v", got)
	}
	again := exportOf(t, to)
	if len(again) != len(folder) {
		t.Errorf("%d files went out, %d came back", len(folder), len(again))
	}
	for name, file := range folder {
		if back := again[name]; back == nil || !bytes.Equal(back.Data, file.Data) {
			t.Errorf("%s is not what it was", name)
		}
	}
	p, err := store.NewPictures(to.Documents).Picture(t.Context(), one)
	if err != nil || p.Uses == 0 || p.Safety.State == media.SafetyPass || p.Job == nil {
		t.Errorf("%+v, %v", p, err)
	}
	if got := opinionOf(t, to, one); got.State != media.SafetyUnknown || got.Why != media.WhyNobody {
		t.Errorf("WeChat's word came along: %+v", got)
	}
}

// TestWhatIsWrongWithAPictureIsNamed: a damaged or lost file takes nothing in, a text whose picture nobody has is named and
// taken, and an export names what it could not take out.
func TestWhatIsWrongWithAPictureIsNamed(t *testing.T) {
	from, ctx := opened(t), context.Background()
	one := uploaded(t, from, phoneOf(t, from, "zhiyuan"), blue)
	illustrated(t, from, storyOne, one)
	folder, to := exportOf(t, from), opened(t)
	known, err := store.NewPictures(from.Documents).Picture(ctx, one)
	if err != nil {
		t.Fatal(err)
	}
	file := "pictures/" + media.PictureName(one, media.Medium)
	for name, change := range map[string]func(fstest.MapFS){
		"damaged": func(f fstest.MapFS) { f[file] = &fstest.MapFile{Data: append([]byte{}, f[file].Data[1:]...)} },
		"lost":    func(f fstest.MapFS) { delete(f, file) },
		"facts": func(f fstest.MapFS) {
			f["pictures/pictures.json"] = edited(f, `"description": "一面墙"`, `"description": "墙"`)
		},
		"hash": func(f fstest.MapFS) {
			f["pictures/pictures.json"] = edited(f, known.Sizes[1].SHA256, known.Sizes[2].SHA256)
		},
		"original":       func(f fstest.MapFS) { f["pictures/pictures.json"] = edited(f, `"sha256": "`, `"sha256": "0`) },
		"region":         func(f fstest.MapFS) { f["pictures/pictures.json"] = edited(f, `"region": "`, `"region": "x`) },
		"outside":        func(f fstest.MapFS) { f["pictures/pictures.json"] = edited(f, one, "../../etc/passwd") },
		"not understood": func(f fstest.MapFS) { f["pictures/pictures.json"] = &fstest.MapFile{Data: []byte("[{")} },
	} {
		broken := maps.Clone(folder)
		change(broken)
		if got := brought(t, to, broken); len(got.Faults) == 0 || !strings.HasPrefix(got.Faults[0].Place, "pictures/") {
			t.Errorf("%s: %+v", name, got)
		}
	}
	records := store.NewPictures(to.Documents)
	if _, err := records.Picture(ctx, one); err == nil {
		t.Error("a faulty folder left a picture")
	}
	bare := maps.Clone(folder)
	maps.DeleteFunc(bare, func(name string, _ *fstest.MapFile) bool { return strings.HasPrefix(name, "pictures/") })
	if got := brought(t, to, bare); got.Added != 1 || len(got.Absent) != 1 || !strings.Contains(got.Absent[0].Place, one) {
		t.Errorf("without pictures: %+v", got)
	}
	if got := exportOf(t, to); got[MissingFile] == nil || !strings.Contains(string(got[MissingFile].Data), one) {
		t.Error("an export does not name the picture that is not there")
	}
	if got := brought(t, to, folder); got.Pictures != 1 || len(got.Absent) != 0 {
		t.Errorf("its picture comes later: %+v", got)
	}
	if err := to.media.Delete(ctx, media.Picture{ID: one}.Key(media.Small)); err != nil {
		t.Fatal(err)
	}
	if got := exportOf(t, to); got[MissingFile] == nil {
		t.Error("an export does not name a lost file")
	}
	if got := brought(t, to, folder); got.Pictures != 1 {
		t.Errorf("a lost file does not come back: %+v", got)
	}
	if got := exportOf(t, to); got[MissingFile] != nil {
		t.Errorf("still missing: %s", got[MissingFile].Data)
	}
}

// edited is the facts of a folder with something replaced.
func edited(f fstest.MapFS, old, with string) *fstest.MapFile {
	return &fstest.MapFile{Data: bytes.Replace(f["pictures/pictures.json"].Data, []byte(old), []byte(with), 1)}
}
