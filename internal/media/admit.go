package media

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	_ "image/jpeg" // decodes what image.Decode is given
	_ "image/png"
	"io"
	"slices"
	"strings"
)

// sort is one type of file a kind admits.
type sort struct {
	kind        Kind
	contentType string
	extension   string
	is          func(head []byte) bool
}

var sorts = []sort{
	{Code, "image/png", ".png", func(head []byte) bool { return bytes.HasPrefix(head, []byte("\x89PNG\r\n\x1a\n")) }},
	{Code, "image/jpeg", ".jpg", func(head []byte) bool { return bytes.HasPrefix(head, []byte("\xff\xd8\xff")) }},
	{Audio, "audio/mpeg", ".mp3", isMP3},
	{Audio, "audio/mp4", ".m4a", isM4A},
}

// headLength is how much of a file its type is told from: an ID3 header or an ftyp box, or the first frames.
const headLength = 4 << 10

// Admit reads a file, says of which type it is and leaves the reader at its beginning. ErrKind, ErrEmpty, ErrTooLarge,
// ErrType (other bytes than the kind admits, or a picture that does not decode or has more than 4 million pixels).
func Admit(kind Kind, body io.ReadSeeker) (contentType string, err error) {
	if kind.Largest() == 0 {
		return "", ErrKind
	}
	if _, err := Measure(kind, body); err != nil {
		return "", err
	}
	head := make([]byte, headLength)
	n, err := io.ReadFull(body, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return "", fmt.Errorf("media: read: %w", err)
	}
	if _, err := body.Seek(0, io.SeekStart); err != nil {
		return "", fmt.Errorf("media: rewind: %w", err)
	}
	for _, s := range sorts {
		if s.kind == kind && s.is(head[:n]) {
			return s.contentType, checkPicture(s, body)
		}
	}
	return "", ErrType
}

// Measure gives a file's size and leaves the reader at its beginning: ErrEmpty, ErrTooLarge.
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

// checkPicture decodes a picture whole, its size first: a small file may claim a huge area.
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

// isMP3 finds an ID3v2 tag or an MPEG audio frame of layer III (ISO 11172-3, 2.4.1.3) whose successor begins where its
// length says.
func isMP3(head []byte) bool {
	if len(head) >= 10 && bytes.HasPrefix(head, []byte("ID3")) {
		return head[3] < 0xff && head[4] < 0xff && slices.Max(head[6:10]) < 0x80
	}
	length := frameLength(head)
	return length > 0 && length+4 <= len(head) && frameLength(head[length:]) > 0
}

// frameLength is the length of the layer III frame that head begins with, or 0.
func frameLength(head []byte) int {
	if len(head) < 4 || head[0] != 0xff || head[1]&0xe6 != 0xe2 {
		return 0
	}
	version, bitrate, rate := head[1]>>3&3, head[2]>>4, head[2]>>2&3
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
	return coefficient*kilobits*1000/hertz + int(head[2]>>1&1)
}

// isM4A finds the ftyp box of an MPEG-4 audio file (ISO 14496-12, 4.3); a film's brands are not among those admitted.
func isM4A(head []byte) bool {
	if len(head) < 16 || string(head[4:8]) != "ftyp" {
		return false
	}
	length := binary.BigEndian.Uint32(head)
	return length >= 16 && length <= headLength && slices.Contains([]string{"M4A ", "M4B ", "mp42", "isom"}, string(head[8:12]))
}
