package picture

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"testing"
)

// canary is planted in everything that must not survive.
const canary = "CANARY-ULAANHAD-7"

// landscape is red in its upper left corner, blue elsewhere.
func landscape(width, height int) *image.NRGBA {
	m := image.NewNRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			c := color.NRGBA{B: 200, A: 255}
			if x < width/2 && y < height/2 {
				c = color.NRGBA{R: 200, A: 255}
			}
			m.SetNRGBA(x, y, c)
		}
	}
	return m
}

func asJPEG(t testing.TB, m image.Image) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := jpeg.Encode(&out, m, nil); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func asPNG(t testing.TB, m image.Image) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := png.Encode(&out, m); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// tiff is an EXIF block with everything that tells on somebody, and a thumbnail's directory.
func tiff(order binary.AppendByteOrder, orientation uint16) []byte {
	magic := "II"
	if order == binary.AppendByteOrder(binary.BigEndian) {
		magic = "MM"
	}
	out := order.AppendUint32(order.AppendUint16([]byte(magic), 42), 8)
	entry := func(tag, kind uint16, count, value uint32) {
		out = order.AppendUint32(order.AppendUint16(order.AppendUint16(out, tag), kind), count)
		if kind == 3 {
			out = order.AppendUint16(order.AppendUint16(out, uint16(value)), 0)
			return
		}
		out = order.AppendUint32(out, value)
	}
	text := uint32(8 + 2 + 6*12 + 4 + 2 + 12 + 4)
	out = order.AppendUint16(out, 6)
	entry(tagMake, 2, uint32(len(canary)), text)
	entry(tagDateTime, 2, uint32(len(canary)), text)
	entry(tagArtist, 2, uint32(len(canary)), text)
	entry(tagOrientation, 3, 1, uint32(orientation))
	entry(tagExif, 4, 1, 8+2+6*12+4)
	entry(tagGPS, 4, 1, text)
	out = order.AppendUint32(out, text) // the next directory: a thumbnail
	out = order.AppendUint16(out, 1)
	entry(tagUserComment, 2, uint32(len(canary)), text)
	out = order.AppendUint32(out, 0)
	return append(out, canary...)
}

func jpegSegment(marker byte, body []byte) []byte {
	out := binary.BigEndian.AppendUint16([]byte{0xff, marker}, uint16(len(body)+2))
	return append(out, body...)
}

// telling adds to a JPEG everything a telephone and an editor write.
func telling(plain []byte, orientation uint16) []byte {
	out := bytes.Clone(plain[:2])
	out = append(out, jpegSegment(0xe1, append([]byte("Exif\x00\x00"), tiff(binary.LittleEndian, orientation)...))...)
	out = append(out, jpegSegment(0xe1, []byte("http://ns.adobe.com/xap/1.0/\x00<x exif:GPSLatitude='"+canary+"'/>"))...)
	out = append(out, jpegSegment(0xe2, []byte("ICC_PROFILE\x00\x01\x01"+canary))...)
	out = append(out, jpegSegment(0xed, []byte("Photoshop 3.0\x00"+canary))...)
	out = append(out, jpegSegment(0xfe, []byte(canary))...)
	return append(append(out, plain[2:]...), canary...) // and something behind the end
}

func pngChunk(kind string, body []byte) []byte {
	out := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	out = append(append(out, kind...), body...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(out[4:]))
}

// withChunks inserts chunks behind the header of a PNG.
func withChunks(plain []byte, chunks ...[]byte) []byte {
	const header = 8 + 12 + 13
	out := bytes.Clone(plain[:header])
	for _, c := range chunks {
		out = append(out, c...)
	}
	return append(out, plain[header:]...)
}

// claiming changes the size a PNG claims, with the right checksum.
func claiming(plain []byte, width, height uint32) []byte {
	out := bytes.Clone(plain)
	binary.BigEndian.PutUint32(out[16:], width)
	binary.BigEndian.PutUint32(out[20:], height)
	binary.BigEndian.PutUint32(out[29:], crc32.ChecksumIEEE(out[12:29]))
	return out
}

// sized changes the frame of a JPEG: its marker and the size it claims.
func sized(plain []byte, marker byte, width, height uint16) []byte {
	out := bytes.Clone(plain)
	at := bytes.Index(out, []byte{0xff, 0xc0})
	out[at+1] = marker
	binary.BigEndian.PutUint16(out[at+5:], height)
	binary.BigEndian.PutUint16(out[at+7:], width)
	return out
}

func riff(chunks ...[]byte) []byte {
	body := []byte("WEBP")
	for _, c := range chunks {
		body = append(body, c...)
	}
	return append(binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(len(body))), body...)
}

func riffChunk(kind string, body []byte) []byte {
	out := append(binary.LittleEndian.AppendUint32([]byte(kind), uint32(len(body))), body...)
	if len(body)%2 == 1 {
		out = append(out, 0)
	}
	return out
}

// dot is a WebP of one pixel, lossless.
var dot = riffChunk("VP8L", []byte("\x2f\x00\x00\x00\x10\x07\x10\x11\x11\x88\x88\xfe\x07\x00"))

// displayP3 is the colour profile of telephones: three wider primaries by D50 and one curve (ICC.1:2022, clause 8).
func displayP3() []byte {
	fixed := func(out []byte, values ...float64) []byte {
		for _, v := range values {
			out = binary.BigEndian.AppendUint32(out, uint32(int32(v*65536)))
		}
		return out
	}
	header := make([]byte, 128)
	copy(header[8:], "\x02\x10\x00\x00mntrRGB XYZ ")
	copy(header[36:], "acsp")
	copy(header[68:], fixed(nil, 0.9642, 1, 0.8249))
	blocks := [][]byte{
		fixed([]byte("XYZ \x00\x00\x00\x00"), 0.9642, 1, 0.8249), fixed([]byte("XYZ \x00\x00\x00\x00"), 0.5151, 0.2412, -0.0011),
		fixed([]byte("XYZ \x00\x00\x00\x00"), 0.2920, 0.6922, 0.0419), fixed([]byte("XYZ \x00\x00\x00\x00"), 0.1571, 0.0666, 0.7841),
		[]byte("curv\x00\x00\x00\x00\x00\x00\x00\x01\x02\x33\x00\x00"),
	}
	names := map[string]int{"wtpt": 0, "rXYZ": 1, "gXYZ": 2, "bXYZ": 3, "rTRC": 4, "gTRC": 4, "bTRC": 4}
	out := binary.BigEndian.AppendUint32(header, uint32(len(names)))
	at := make([]uint32, len(blocks))
	next := uint32(128 + 4 + 12*len(names))
	for i, b := range blocks {
		at[i], next = next, next+uint32(len(b))
	}
	for name, i := range names {
		out = binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(append(out, name...), at[i]), uint32(len(blocks[i])))
	}
	for _, b := range blocks {
		out = append(out, b...)
	}
	binary.BigEndian.PutUint32(out, uint32(len(out)))
	return out
}
