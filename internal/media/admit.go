package media

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	_ "image/jpeg" // decoder for image.Decode
	_ "image/png"
	"io"
	"slices"
	"strings"
)

// sort is one file type that a kind allows.
type sort struct {
	kind        Kind
	contentType string
	extension   string
	is          func(header []byte) bool
}

var sorts = []sort{
	{Code, "image/png", ".png", func(header []byte) bool { return bytes.HasPrefix(header, []byte("\x89PNG\r\n\x1a\n")) }},
	{Code, "image/jpeg", ".jpg", func(header []byte) bool { return bytes.HasPrefix(header, []byte("\xff\xd8\xff")) }},
	{Audio, "audio/mpeg", ".mp3", isMP3},
	{Audio, "audio/mp4", ".m4a", isM4A},
	{PictureKind, jpegType, ".jpg", func(header []byte) bool { return bytes.HasPrefix(header, []byte("\xff\xd8\xff")) }},
}

const jpegType = "image/jpeg"

// headerLength is how many bytes at the beginning of a file are used to detect its type: an ID3 header, an ftyp box, or
// the first frames.
const headerLength = 4 << 10

// Admit checks a file, returns its type and resets the reader to its beginning. ErrKind, ErrEmpty, ErrTooLarge, ErrType
// (other bytes than the kind allows, or a picture that does not decode or has more than 4 million pixels).
func Admit(kind Kind, body io.ReadSeeker) (contentType string, err error) {
	if kind.Largest() == 0 {
		return "", ErrKind
	}
	if _, err := Measure(kind, body); err != nil {
		return "", err
	}
	header := make([]byte, headerLength)
	n, err := io.ReadFull(body, header)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return "", fmt.Errorf("media: read: %w", err)
	}
	if _, err := body.Seek(0, io.SeekStart); err != nil {
		return "", fmt.Errorf("media: rewind: %w", err)
	}
	for _, s := range sorts {
		if s.kind == kind && s.is(header[:n]) {
			return s.contentType, checkPicture(s, body)
		}
	}
	return "", ErrType
}

// Measure gives a file's size and resets the reader to its beginning: ErrEmpty, ErrTooLarge.
func Measure(kind Kind, body io.Seeker) (int64, error) {
	size, err := body.Seek(0, io.SeekEnd)
	if err != nil {
		return 0, fmt.Errorf("media: measure: %w", err)
	}
	if _, err := body.Seek(0, io.SeekStart); err != nil {
		return 0, fmt.Errorf("media: rewind: %w", err)
	}
	switch {
	case size == 0:
		return 0, ErrEmpty
	case size > kind.Largest():
		return 0, ErrTooLarge
	default:
		return size, nil
	}
}

// checkPicture decodes a whole picture, but checks its dimensions first, because a small file may claim a huge area.
func checkPicture(s sort, body io.ReadSeeker) error {
	if !strings.HasPrefix(s.contentType, "image/") {
		return nil
	}
	config, _, err := image.DecodeConfig(body)
	if err != nil || config.Width < 1 || config.Height < 1 || config.Width > mostPixels/config.Height {
		return ErrType
	}
	if _, err := body.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("media: rewind: %w", err)
	}
	if _, _, err := image.Decode(body); err != nil {
		return ErrType
	}
	if _, err := body.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("media: rewind: %w", err)
	}
	return nil
}

// isMP3 detects an ID3v2 tag, or an MPEG audio frame of layer III (ISO 11172-3, 2.4.1.3) that is followed by another
// where its length says.
func isMP3(header []byte) bool {
	if len(header) >= 10 && bytes.HasPrefix(header, []byte("ID3")) {
		return header[3] < 0xff && header[4] < 0xff && slices.Max(header[6:10]) < 0x80
	}
	length := frameLength(header)
	return length > 0 && length+4 <= len(header) && frameLength(header[length:]) > 0
}

// frameLength is the length of the layer III frame at the beginning of header, or 0.
func frameLength(header []byte) int {
	if len(header) < 4 || header[0] != 0xff || header[1]&0xe6 != 0xe2 {
		return 0
	}
	version, bitrate, rate := header[1]>>3&3, header[2]>>4, header[2]>>2&3
	if version == 1 || bitrate == 0 || bitrate == 15 || rate == 3 {
		return 0
	}
	kilobits := []int{0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160}[bitrate]
	hertz, coefficient := []int{11025, 12000, 8000}[rate], 72
	switch version {
	case 2:
		hertz *= 2
	case 3:
		hertz, coefficient = hertz*4, 144
		kilobits = []int{0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320}[bitrate]
	}
	return coefficient*kilobits*1000/hertz + int(header[2]>>1&1)
}

// isM4A detects the ftyp box of an MPEG-4 audio file (ISO 14496-12, 4.3); the brands of videos are not accepted.
func isM4A(header []byte) bool {
	if len(header) < 16 || string(header[4:8]) != "ftyp" {
		return false
	}
	length := binary.BigEndian.Uint32(header)
	return length >= 16 && length <= headerLength && slices.Contains([]string{"M4A ", "M4B ", "mp42", "isom"}, string(header[8:12]))
}
