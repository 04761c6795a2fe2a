package media

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"iter"
	"strings"
	"testing"
	"testing/iotest"
)

func drawn(t testing.TB, width, height int, encode func(io.Writer, image.Image) error) []byte {
	t.Helper()
	gray := image.NewGray(image.Rect(0, 0, width, height))
	gray.SetGray(width/2, height/2, color.Gray{Y: 255})
	var encoded bytes.Buffer
	if err := encode(&encoded, gray); err != nil {
		t.Fatal(err)
	}
	return encoded.Bytes()
}

func asJPEG(w io.Writer, m image.Image) error { return jpeg.Encode(w, m, nil) }

// frames is layer III audio as a recorder without tags writes it: MPEG 1, 128 kbit/s, 44,100 Hz, 417 bytes per frame.
func frames(n int) []byte {
	frame := append([]byte{0xff, 0xfb, 0x90, 0x64}, make([]byte, 413)...)
	return bytes.Repeat(frame, n)
}

func ftyp(brand string) []byte {
	return append([]byte("\x00\x00\x00\x1cftyp"+brand+"\x00\x00\x02\x00isomiso2mp41"), make([]byte, 100)...)
}

func TestTheBytesDecideTheType(t *testing.T) {
	small, jpg := drawn(t, 43, 43, png.Encode), drawn(t, 430, 430, asJPEG)
	huge := drawn(t, 3000, 3000, png.Encode)
	for name, row := range map[string]struct {
		kind Kind
		body []byte
		want string
		err  error
	}{
		"png":                 {Code, small, "image/png", nil},
		"jpeg":                {Code, jpg, "image/jpeg", nil},
		"mp3 with a tag":      {Audio, append([]byte("ID3\x04\x00\x00\x00\x00\x02\x01"), frames(2)...), "audio/mpeg", nil},
		"mp3 without a tag":   {Audio, frames(3), "audio/mpeg", nil},
		"m4a":                 {Audio, ftyp("M4A "), "audio/mp4", nil},
		"m4a of a phone":      {Audio, ftyp("mp42"), "audio/mp4", nil},
		"png as audio":        {Audio, small, "", ErrType},
		"mp3 as a picture":    {Code, frames(3), "", ErrType},
		"svg":                 {Code, []byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>`), "", ErrType},
		"html":                {Code, []byte("<html><script>1</script>"), "", ErrType},
		"gif":                 {Code, []byte("GIF89a/*\x00\x00*/=1;alert(1)"), "", ErrType},
		"signature alone":     {Code, []byte("\x89PNG\r\n\x1a\n"), "", ErrType},
		"png cut short":       {Code, small[:len(small)-20], "", ErrType},
		"jpeg cut short":      {Code, jpg[:len(jpg)/2], "", ErrType},
		"picture of a wall":   {Code, huge, "", ErrType},
		"pixel flood":         {Code, flood(small), "", ErrType},
		"one frame alone":     {Audio, frames(1), "", ErrType},
		"frames out of step":  {Audio, append(frames(1), make([]byte, 500)...), "", ErrType},
		"reserved bit rate":   {Audio, bytes.Repeat(append([]byte{0xff, 0xfb, 0xf0, 0x64}, make([]byte, 413)...), 3), "", ErrType},
		"bad tag length":      {Audio, append([]byte("ID3\x04\x00\x00\xff\x00\x02\x01"), frames(2)...), "", ErrType},
		"film":                {Audio, ftyp("qt  "), "", ErrType},
		"short ftyp":          {Audio, []byte("\x00\x00\x00\x08ftypM4A "), "", ErrType},
		"wave":                {Audio, []byte("RIFF\x24\x00\x00\x00WAVEfmt "), "", ErrType},
		"empty":               {Code, nil, "", ErrEmpty},
		"large picture":       {Code, make([]byte, largestCode+1), "", ErrTooLarge},
		"large recording":     {Audio, make([]byte, largestAudio+1), "", ErrTooLarge},
		"recording of a code": {Code, make([]byte, largestCode), "", ErrType},
		"other kind":          {"film", small, "", ErrKind},
	} {
		body := bytes.NewReader(row.body)
		got, err := Admit(row.kind, body)
		if !errors.Is(err, row.err) || (err == nil) != (row.err == nil) || (err == nil && got != row.want) {
			t.Errorf("%s: Admit = %q, %v, want %q, %v", name, got, err, row.want, row.err)
		}
		if err == nil && body.Len() != len(row.body) {
			t.Errorf("%s: the reader was left in the middle", name)
		}
	}
}

// flood changes a small PNG so that it claims 65,535 pixels a side, with the right checksum.
func flood(small []byte) []byte {
	claimed := bytes.Clone(small)
	binary.BigEndian.PutUint32(claimed[16:], 0xffff)
	binary.BigEndian.PutUint32(claimed[20:], 0xffff)
	binary.BigEndian.PutUint32(claimed[29:], crc32.ChecksumIEEE(claimed[12:29]))
	return claimed
}

func TestEveryFrameLengthIsThatOfTheStandard(t *testing.T) {
	for header, want := range map[[3]byte]int{
		{0xfb, 0x90, 0x64}: 417,  // MPEG 1, 128 kbit/s, 44,100 Hz
		{0xfb, 0x92, 0x64}: 418,  // the same, padded
		{0xfb, 0xe8, 0x64}: 1440, // MPEG 1, 320 kbit/s, 32,000 Hz
		{0xf3, 0x40, 0x64}: 104,  // MPEG 2, 32 kbit/s, 22,050 Hz
		{0xe3, 0x18, 0x64}: 72,   // MPEG 2.5, 8 kbit/s, 8,000 Hz
		{0xfd, 0x90, 0x64}: 0,    // layer II
		{0xeb, 0x90, 0x64}: 0,    // reserved version
		{0xfb, 0x00, 0x64}: 0,    // free bit rate
		{0xfb, 0x9c, 0x64}: 0,    // reserved sampling rate
	} {
		if got := frameLength([]byte{0xff, header[0], header[1], header[2]}); got != want {
			t.Errorf("frameLength(ff %x) = %d, want %d", header, got, want)
		}
	}
}

func TestKeys(t *testing.T) {
	for name, row := range map[string]struct {
		kind        Kind
		name        string
		contentType string
		want        Key
		err         error
	}{
		"code":       {Code, "p-07", "image/png", "code/p-07.png", nil},
		"audio":      {Audio, "k7q2", "audio/mp4", "audio/k7q2.m4a", nil},
		"longest":    {Audio, strings.Repeat("a", 100), "audio/mpeg", Key("audio/" + strings.Repeat("a", 100) + ".mp3"), nil},
		"too long":   {Audio, strings.Repeat("a", 101), "audio/mpeg", "", ErrKey},
		"no name":    {Code, "", "image/png", "", ErrKey},
		"upwards":    {Code, "../a", "image/png", "", ErrKey},
		"capital":    {Code, "A", "image/png", "", ErrKey},
		"dot":        {Code, "a.b", "image/png", "", ErrKey},
		"option":     {Code, "-rf", "image/png", "", ErrKey},
		"Chinese":    {Code, "告诫书", "image/png", "", ErrKey},
		"other type": {Code, "a", "audio/mpeg", "", ErrType},
		"other kind": {"film", "a", "video/mp4", "", ErrKind},
	} {
		got, err := NewKey(row.kind, row.name, row.contentType)
		if got != row.want || !errors.Is(err, row.err) || (err == nil) != (row.err == nil) {
			t.Errorf("%s: NewKey = %q, %v, want %q, %v", name, got, err, row.want, row.err)
		}
		if err == nil {
			if parsed, err := ParseKey(string(got)); err != nil || parsed != got || got.Kind() != row.kind {
				t.Errorf("%s: ParseKey(%q) = %q, %v", name, got, parsed, err)
			}
		}
	}
}

func FuzzParseKey(f *testing.F) {
	for _, seed := range []string{"code/a.png", "audio/b-1.mp3", "code/../a.png", "code/a.png.png", "code//a.png", "audio/.m4a"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		key, err := ParseKey(text)
		if err != nil {
			return
		}
		if strings.Count(text, "/") != 1 || strings.Count(text, ".") != 1 || strings.ContainsAny(text, "\\%\x00 ") || strings.ToLower(text) != string(key) {
			t.Fatalf("ParseKey(%q) was accepted", text)
		}
	})
}

func FuzzAdmit(f *testing.F) {
	f.Add(drawn(f, 9, 9, png.Encode))
	f.Add(drawn(f, 9, 9, asJPEG))
	f.Add(frames(3))
	f.Add(ftyp("M4A "))
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, kind := range []Kind{Code, Audio} {
			if contentType, err := Admit(kind, bytes.NewReader(body)); err == nil {
				if _, err := NewKey(kind, "a", contentType); err != nil {
					t.Fatalf("Admit gave %q, which makes no key: %v", contentType, err)
				}
			}
		}
	})
}

// folder is a Store that records what it was given.
type folder struct {
	Store
	key         Key
	contentType string
	body        []byte
}

func (s *folder) Put(_ context.Context, key Key, contentType string, body io.ReadSeeker) (Info, error) {
	read, err := io.ReadAll(body)
	s.key, s.contentType, s.body = key, contentType, read
	return Info{Key: key}, err
}

func (*folder) List(context.Context, string) iter.Seq2[Info, error] { return nil }

func TestSaveStoresWhatWasAdmitted(t *testing.T) {
	code := drawn(t, 43, 43, png.Encode)
	store := &folder{}
	info, err := Save(t.Context(), store, Code, "p-07", bytes.NewReader(code))
	if err != nil || info.Key != "code/p-07.png" || store.contentType != "image/png" || !bytes.Equal(store.body, code) {
		t.Fatalf("Save = %+v, %v; stored %s, %s, %d bytes", info, err, store.key, store.contentType, len(store.body))
	}
	refused := &folder{}
	for _, try := range []struct {
		kind Kind
		name string
		body []byte
	}{{Code, "p-07", frames(3)}, {Code, "../p", code}, {Audio, "a", code}, {"film", "a", code}} {
		if _, err := Save(t.Context(), refused, try.kind, try.name, bytes.NewReader(try.body)); err == nil || refused.key != "" {
			t.Errorf("Save(%s, %s) = %v, stored %q", try.kind, try.name, err, refused.key)
		}
	}
}

func TestAReaderThatFailsIsNotAFaultOfTheFile(t *testing.T) {
	broken := struct {
		io.Reader
		io.Seeker
	}{iotest.ErrReader(io.ErrClosedPipe), bytes.NewReader([]byte("12345"))}
	for _, kind := range []Kind{Code, Audio} {
		if _, err := Admit(kind, broken); !errors.Is(err, io.ErrClosedPipe) || errors.Is(err, ErrType) {
			t.Errorf("Admit(%s) = %v, want the reader's error", kind, err)
		}
	}
}
