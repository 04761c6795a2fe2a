package picture

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"io"
)

// readJPEG walks over the segments up to the first scan (ITU T.81, annex B).
func (n *notes) readJPEG(file io.ReadSeeker) error {
	if _, err := file.Seek(2, io.SeekStart); err != nil {
		return err
	}
	for {
		marker, length, err := segment(file)
		if err != nil {
			return err
		}
		if marker == 0xda { // start of scan: pixels from here on
			return nil
		}
		body, err := readSome(file, length, 1<<16)
		if err != nil {
			return err
		}
		n.segment(marker, body)
	}
}

// segment reads a marker and the length of what follows it; fill bytes are skipped, markers without a body have 0.
func segment(file io.Reader) (marker byte, length int64, err error) {
	var b [2]byte
	if _, err := io.ReadFull(file, b[:]); err != nil {
		return 0, 0, err
	}
	if b[0] != 0xff {
		return 0, 0, ErrDamaged
	}
	for b[1] == 0xff {
		if _, err := io.ReadFull(file, b[1:]); err != nil {
			return 0, 0, err
		}
	}
	marker = b[1]
	if marker == 0x01 || marker >= 0xd0 && marker <= 0xd8 {
		return marker, 0, nil
	}
	if marker == 0xd9 { // the end, before any pixel
		return 0, 0, ErrDamaged
	}
	if _, err := io.ReadFull(file, b[:]); err != nil {
		return 0, 0, err
	}
	if length = int64(binary.BigEndian.Uint16(b[:])) - 2; length < 0 {
		return 0, 0, ErrDamaged
	}
	return marker, length, nil
}

func (n *notes) segment(marker byte, body []byte) {
	cut := func(prefix string) ([]byte, bool) { return bytes.CutPrefix(body, []byte(prefix)) }
	switch {
	case marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc:
		n.frame(marker, body)
	case marker == 0xfe:
		n.note(Text)
	case marker == 0xe1:
		if tiff, ok := cut("Exif\x00\x00"); ok {
			n.exif(tiff)
		} else {
			n.xmp(body)
		}
	case marker == 0xe2:
		if chunk, ok := cut("ICC_PROFILE\x00"); ok && len(chunk) > 2 {
			n.takeProfile(chunk[2:])
		} else {
			n.note(Other)
		}
	case marker == 0xed:
		n.note(Text) // IPTC: titles, names, places
	case marker > 0xe0 && marker <= 0xef && marker != 0xee: // 0xe0 is JFIF's, 0xee Adobe's: neither tells on anybody
		n.note(Other)
	}
}

// frame estimates the memory of decoding: a plane per component in its sampling, and for a progressive picture all its
// coefficients, 4 bytes each, beside them.
func (n *notes) frame(marker byte, body []byte) {
	if len(body) < 6 || len(body) < 6+3*int(body[5]) {
		return
	}
	components := body[6 : 6+3*int(body[5])]
	var h, v, area int
	for i := 0; i < len(components); i += 3 {
		ch, cv := int(components[i+1]>>4), int(components[i+1]&15)
		h, v, area = max(h, ch), max(v, cv), area+ch*cv
	}
	if h*v == 0 {
		return
	}
	n.perPixel = float64(area) / float64(h*v)
	if marker != 0xc0 && marker != 0xc1 {
		n.perPixel *= 5
	}
}

// readPNG walks over all chunks (PNG 3, clause 11), also those behind the pixels.
func (n *notes) readPNG(file io.ReadSeeker) error {
	if _, err := file.Seek(8, io.SeekStart); err != nil {
		return err
	}
	var b [8]byte
	for {
		if _, err := io.ReadFull(file, b[:]); err != nil {
			return err
		}
		length, kind := int64(binary.BigEndian.Uint32(b[:4])), string(b[4:])
		if kind == "IEND" {
			return nil
		}
		body, err := readSome(file, length, chunkBound[kind])
		if err != nil {
			return err
		}
		if err := n.chunk(kind, body); err != nil {
			return err
		}
		if _, err := file.Seek(4, io.SeekCurrent); err != nil { // its checksum
			return err
		}
	}
}

// chunkBound is how much of a chunk is read; others are passed over.
var chunkBound = map[string]int64{"IHDR": 13, "eXIf": largestExif, "iCCP": largestProfile, "iTXt": largestExif}

func (n *notes) chunk(kind string, body []byte) error {
	switch kind {
	case "IHDR":
		if len(body) < 13 {
			return ErrDamaged
		}
		n.perPixel = 4
		if body[8] == 16 {
			n.perPixel = 8
		}
		if body[12] != 0 { // interlaced: the passes lie beside the whole
			n.perPixel *= 1.5
		}
	case "acTL":
		return ErrMoving
	case "eXIf":
		n.exif(body)
	case "tIME":
		n.note(Time)
	case "iTXt":
		n.note(Text)
		if bytes.HasPrefix(body, []byte("XML:com.adobe.xmp")) {
			n.xmp(body)
		}
	case "tEXt", "zTXt":
		n.note(Text)
	case "iCCP":
		n.note(Profile)
		if _, packed, ok := bytes.Cut(body, []byte{0}); ok && len(packed) > 1 {
			n.takeProfile(inflated(packed[1:]))
		}
	}
	return nil
}

// inflated unpacks a profile and stops where it becomes too large to be one.
func inflated(packed []byte) []byte {
	r, err := zlib.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil
	}
	defer r.Close()
	profile, err := io.ReadAll(io.LimitReader(r, largestProfile+1))
	if err != nil || len(profile) > largestProfile {
		return nil
	}
	return profile
}

// readWebP walks over the chunks of the RIFF file (RFC 9649, section 2.3).
func (n *notes) readWebP(file io.ReadSeeker) error {
	if _, err := file.Seek(12, io.SeekStart); err != nil {
		return err
	}
	n.perPixel = 4
	var b [8]byte
	for {
		if _, err := io.ReadFull(file, b[:]); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		length, kind := int64(binary.LittleEndian.Uint32(b[4:])), string(b[:4])
		body, err := readSome(file, length, chunkBoundWebP[kind])
		if err != nil {
			return err
		}
		switch kind {
		case "ANIM", "ANMF":
			return ErrMoving
		case "EXIF":
			n.exif(bytes.TrimPrefix(body, []byte("Exif\x00\x00")))
		case "XMP ":
			n.xmp(body)
		case "ICCP":
			n.takeProfile(body)
		}
		if length%2 == 1 {
			if _, err := file.Seek(1, io.SeekCurrent); err != nil {
				return err
			}
		}
	}
}

var chunkBoundWebP = map[string]int64{"EXIF": largestExif, "XMP ": largestExif, "ICCP": largestProfile}
