package picture

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"math/rand/v2"
	"slices"
	"testing"

	"pugongying/internal/testkit"
)

func TestOnlyPicturesThatStandStillAreTaken(t *testing.T) {
	plain, drawing := asJPEG(t, landscape(64, 48)), asPNG(t, landscape(64, 48))
	for name, row := range map[string]struct {
		file []byte
		want error
	}{
		"jpeg":                       {plain, nil},
		"png":                        {drawing, nil},
		"webp":                       {riff(dot), nil},
		"no byte":                    {nil, ErrDamaged},
		"a PDF":                      {[]byte("%PDF-1.7\n…"), ErrPDF},
		"a page":                     {[]byte("\ufeff \n<!DOCTYPE html><script>1</script>"), ErrPage},
		"a vector drawing":           {[]byte(`<svg xmlns="http://www.w3.org/2000/svg"/>`), ErrPage},
		"a GIF":                      {[]byte("GIF89a/*"), ErrMoving},
		"HEIC":                       {[]byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"), ErrHEIC},
		"a video":                    {[]byte("\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom"), ErrUnknown},
		"a zip":                      {[]byte("PK\x03\x04"), ErrUnknown},
		"the first byte alone":       {[]byte{0xff}, ErrUnknown},
		"a signature alone":          {[]byte("\x89PNG\r\n\x1a\n"), ErrDamaged},
		"jpeg cut in its head":       {plain[:100], ErrDamaged},
		"png cut":                    {drawing[:len(drawing)-20], ErrDamaged},
		"png with a chunk too long":  {withChunks(drawing, []byte("\x7f\xff\xff\xfftEXt")), ErrDamaged},
		"moving png":                 {withChunks(drawing, pngChunk("acTL", make([]byte, 8))), ErrMoving},
		"moving webp":                {riff(riffChunk("ANIM", make([]byte, 6)), dot), ErrMoving},
		"40 MP":                      {claiming(drawing, 8000, 5000), nil},
		"a pixel row too many":       {claiming(drawing, 8000, 5001), ErrTooBig},
		"pixel flood":                {claiming(drawing, 0xffff, 0xffff), ErrTooBig},
		"more pixels than numbers":   {claiming(drawing, 1<<31-1, 1<<31-1), ErrDamaged},
		"16 bits, 24 MP":             {claiming(asPNG(t, image.NewNRGBA64(image.Rect(0, 0, 2, 2))), 6000, 4000), nil},
		"16 bits, 40 MP":             {claiming(asPNG(t, image.NewNRGBA64(image.Rect(0, 0, 2, 2))), 8000, 5000), ErrTooBig},
		"plain jpeg of 40 MP":        {sized(plain, 0xc0, 8000, 5000), nil},
		"progressive jpeg of 40 MP":  {sized(plain, 0xc2, 8000, 5000), ErrTooBig},
		"progressive jpeg of 12 MP":  {sized(plain, 0xc2, 4000, 3000), nil},
		"jpeg with a bad length":     {append([]byte("\xff\xd8\xff\xe1\x00\x00"), plain...), ErrDamaged},
		"jpeg that ends at once":     {[]byte("\xff\xd8\xff\xd9"), ErrDamaged},
		"jpeg without size":          {sized(plain, 0xc0, 0, 48), ErrDamaged},
		"jpeg with a broken segment": {append([]byte("\xff\xd8\xff\xe0\x00\x04ab"), "not a marker"...), ErrDamaged},
	} {
		look, err := Inspect(bytes.NewReader(row.file))
		if !errors.Is(err, row.want) || (err == nil) != (row.want == nil) {
			t.Errorf("%s: %v, want %v (%+v)", name, err, row.want, look)
		}
	}
}

// TestNothingOfTheFileIsLeft plants a marker in every place a file has beside its pixels.
func TestNothingOfTheFileIsLeft(t *testing.T) {
	planted, left := 0, 0
	drawing := asPNG(t, landscape(300, 200))
	for name, row := range map[string]struct {
		file  []byte
		found []Trait
	}{
		"jpeg": {telling(asJPEG(t, landscape(300, 200)), 1), []Trait{Place, Device, Time, Text, Thumbnail, Profile, Other}},
		"png": {append(withChunks(drawing,
			pngChunk("eXIf", tiff(binary.BigEndian, 1)), pngChunk("tEXt", []byte("Author\x00"+canary)), pngChunk("tIME", []byte("\x07\xea\x0b\x1e\x00\x00\x00")),
			pngChunk("iCCP", []byte("name\x00\x00"+canary)), pngChunk("iTXt", []byte("XML:com.adobe.xmp\x00\x00\x00\x00\x00"+canary)),
		), canary...), []Trait{Place, Device, Time, Text, Thumbnail, Profile, Other}},
		"webp":  {riff(dot, riffChunk("EXIF", tiff(binary.LittleEndian, 1)), riffChunk("XMP ", []byte(canary)), riffChunk("ICCP", []byte(canary))), []Trait{Place, Device, Time, Text, Thumbnail, Profile, Other}},
		"clean": {drawing, nil},
	} {
		planted += bytes.Count(row.file, []byte(canary))
		if !bytes.Contains(row.file, []byte(canary)) && name != "clean" {
			t.Fatalf("%s: control: the marker is not in the file", name)
		}
		look, drawn := mustDraw(t, row.file, 1280, 720, 240)
		if !slices.Equal(look.Found, row.found) {
			t.Errorf("%s: found %v, want %v", name, look.Found, row.found)
		}
		for _, d := range drawn {
			for _, trace := range []string{canary, "Exif", "ICC_PROFILE", "http", "Photoshop", "JFIF"} {
				if bytes.Contains(d.JPEG, []byte(trace)) {
					left++
					t.Errorf("%s at %d: %s is left", name, d.Side, trace)
				}
			}
			if again, err := Inspect(bytes.NewReader(d.JPEG)); err != nil || again.Found != nil {
				t.Errorf("%s at %d: %v left, %v", name, d.Side, again.Found, err)
			}
		}
	}
	testkit.Score(t, "planted place, device, time and text left in pictures", fmt.Sprint(left), left == 0, fmt.Sprintf("the files hold it %d times", planted))
}

func mustDraw(t testing.TB, file []byte, sides ...int) (Look, []Drawn) {
	t.Helper()
	r := bytes.NewReader(file)
	look, err := Inspect(r)
	if err != nil {
		t.Fatal(err)
	}
	drawn, err := look.Draw(r, sides...)
	if err != nil {
		t.Fatal(err)
	}
	return look, drawn
}

// TestEveryOrientationStandsUpright: the red corner goes where EXIF says it belongs.
func TestEveryOrientationStandsUpright(t *testing.T) {
	corners := []image.Point{{}, {0, 0}, {1, 0}, {1, 1}, {0, 1}, {0, 0}, {1, 0}, {1, 1}, {0, 1}} // of the red one: x, y
	for orientation := uint16(1); orientation <= 8; orientation++ {
		look, drawn := mustDraw(t, telling(asJPEG(t, landscape(320, 160)), orientation), 80)
		wide := image.Pt(drawn[0].Width, drawn[0].Height)
		want := image.Pt(80, 40)
		if orientation >= 5 {
			want = image.Pt(40, 80)
		}
		if wide != want || (look.Width > look.Height) != (orientation < 5) || look.Turned != (orientation > 1) {
			t.Errorf("orientation %d: drawn %v, want %v; look %dx%d turned %v", orientation, wide, want, look.Width, look.Height, look.Turned)
		}
		m, err := jpeg.Decode(bytes.NewReader(drawn[0].JPEG))
		if err != nil {
			t.Fatal(err)
		}
		for x := range 2 {
			for y := range 2 {
				r, _, b, _ := m.At(want.X/4+x*want.X/2, want.Y/4+y*want.Y/2).RGBA()
				if red := r > b; red != (corners[orientation] == image.Pt(x, y)) {
					t.Errorf("orientation %d: corner %d,%d is red: %v", orientation, x, y, red)
				}
			}
		}
	}
}

func TestSizes(t *testing.T) {
	_, drawn := mustDraw(t, asPNG(t, landscape(2000, 500)), 1280, 720, 240)
	for i, want := range []image.Point{{1280, 320}, {720, 180}, {240, 60}} {
		if drawn[i].Width != want.X || drawn[i].Height != want.Y {
			t.Errorf("%d: %dx%d, want %v", drawn[i].Side, drawn[i].Width, drawn[i].Height, want)
		}
	}
	if _, drawn := mustDraw(t, asPNG(t, landscape(90, 60)), 1280, 240); drawn[0].Width != 90 || drawn[1].Height != 60 {
		t.Error("a small picture is not enlarged")
	}
	if _, drawn := mustDraw(t, asPNG(t, image.NewGray(image.Rect(0, 0, 5000, 1))), 240); drawn[0].Width != 240 || drawn[0].Height != 1 {
		t.Error("a line stays a line")
	}
}

func TestEveryWayOfWritingColours(t *testing.T) {
	rect := image.Rect(0, 0, 1500, 30)
	cmyk := image.NewCMYK(rect)
	for i := 0; i < len(cmyk.Pix); i += 4 {
		cmyk.Pix[i+1], cmyk.Pix[i+2] = 255, 255 // magenta and yellow
	}
	deep, see := image.NewNRGBA64(rect), image.NewNRGBA(rect)
	for y := range 30 {
		for x := range 1500 {
			deep.Set(x, y, color.NRGBA64{R: 0xffff, A: 0xffff})
		}
	}
	look := Look{notes: notes{orientation: 1}}
	for name, row := range map[string]struct {
		m    image.Image
		want color.RGBA
	}{
		"four colours of a printer": {cmyk, color.RGBA{R: 255, A: 255}},
		"16 bits":                   {deep, color.RGBA{R: 255, A: 255}},
		"nothing at all":            {see, color.RGBA{255, 255, 255, 255}},
		"grey":                      {image.NewGray16(rect), color.RGBA{A: 255}},
	} {
		for _, side := range []int{300, 2000} {
			got := flat(look.smaller(row.m, side)).RGBAAt(10, 3)
			if got != row.want {
				t.Errorf("%s at %d: %v, want %v", name, side, got, row.want)
			}
		}
	}
}

// TestAProfileOfATelephone: the same numbers mean a stronger red in Display P3.
func TestAProfileOfATelephone(t *testing.T) {
	profile := displayP3()
	n := notes{found: map[Trait]bool{}}
	n.takeProfile(profile)
	m := image.NewNRGBA(image.Rect(0, 0, 4, 4))
	for i := 0; i < len(m.Pix); i += 4 {
		m.Pix[i], m.Pix[i+1], m.Pix[i+2], m.Pix[i+3] = 200, 100, 100, 255
	}
	r, g, _, _ := n.inSRGB(m).At(1, 1).RGBA()
	if r>>8 <= 203 || g>>8 >= 97 {
		t.Errorf("%d %d: the profile changed nothing", r>>8, g>>8)
	}
	for name, broken := range map[string][]byte{"noise": []byte(canary), "cut": profile[:200], "large": make([]byte, largestProfile+1)} {
		n := notes{found: map[Trait]bool{}}
		n.takeProfile(broken)
		if got := n.inSRGB(m); got != image.Image(m) {
			t.Errorf("%s: the colours changed", name)
		}
	}
}

func TestACutFileIsSaid(t *testing.T) {
	whole := asJPEG(t, landscape(400, 300))
	r := bytes.NewReader(whole[:len(whole)*2/3])
	look, err := Inspect(r)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := look.Draw(r, 240); !errors.Is(err, ErrDamaged) {
		t.Errorf("%v", err)
	}
}

// TestNoiseIsNeverFatal changes bytes at random: whatever a file says, the answer is a picture or an error.
func TestNoiseIsNeverFatal(t *testing.T) {
	random := rand.New(rand.NewPCG(10, 30))
	files := [][]byte{
		telling(asJPEG(t, landscape(40, 30)), 6), riff(dot, riffChunk("EXIF", tiff(binary.BigEndian, 3))),
		withChunks(asPNG(t, landscape(40, 30)), pngChunk("eXIf", tiff(binary.BigEndian, 8))),
	}
	for range 3000 {
		file := bytes.Clone(files[random.IntN(len(files))])
		for range 1 + random.IntN(6) {
			file[random.IntN(len(file))] = byte(random.Uint32())
		}
		r := bytes.NewReader(file[:1+random.IntN(len(file))])
		if look, err := Inspect(r); err == nil && look.Width*look.Height < 1<<20 {
			if _, err := look.Draw(r, 64); err != nil && !errors.Is(err, ErrDamaged) {
				t.Fatal(err)
			}
		}
	}
}

func FuzzInspect(f *testing.F) {
	f.Add(telling(asJPEG(f, landscape(40, 30)), 6))
	f.Add(withChunks(asPNG(f, landscape(40, 30)), pngChunk("eXIf", tiff(binary.BigEndian, 8))))
	f.Add(riff(dot, riffChunk("EXIF", tiff(binary.LittleEndian, 3))))
	f.Fuzz(func(t *testing.T, file []byte) {
		r := bytes.NewReader(file)
		look, err := Inspect(r)
		if err != nil || look.Width*look.Height > 1<<20 {
			return
		}
		if _, err := r.Seek(0, io.SeekStart); err != nil {
			t.Fatal(err)
		}
		if _, err := look.Draw(r, 64); err != nil && !errors.Is(err, ErrDamaged) {
			t.Fatal(err)
		}
	})
}
