package picture

import (
	"bytes"
	"fmt"
	"image"
	"io"

	"github.com/kovidgoyal/imaging"
	"github.com/kovidgoyal/imaging/prism/meta/icc"
)

const (
	headerLength   = 512
	largestExif    = 64 << 10 // a segment of JPEG; PNG and WebP are held to the same
	largestProfile = 64 << 10 // telephones write half a kilobyte; larger ones are dropped unread
)

// formatOf looks at the first bytes alone.
func formatOf(header []byte) (Format, error) {
	is := func(signature string) bool { return bytes.HasPrefix(header, []byte(signature)) }
	brand := len(header) >= 12 && string(header[4:8]) == "ftyp"
	switch {
	case is("\xff\xd8\xff"):
		return JPEG, nil
	case is("\x89PNG\r\n\x1a\n"):
		return PNG, nil
	case is("RIFF") && len(header) >= 12 && string(header[8:12]) == "WEBP":
		return WebP, nil
	case is("GIF8"):
		return "", ErrMoving
	case is("%PDF-"):
		return "", ErrPDF
	case bytes.HasPrefix(bytes.TrimLeft(bytes.TrimPrefix(header, []byte("\xef\xbb\xbf")), " \t\r\n"), []byte("<")):
		return "", ErrPage
	case brand && bytes.Contains([]byte("heic heix hevc hevx heim heis mif1 msf1 avif avis"), header[8:12]):
		return "", ErrHEIC
	}
	return "", ErrUnknown
}

// notes are what a file says besides its pixels.
type notes struct {
	found       map[Trait]bool
	orientation int
	profile     []byte
	perPixel    float64 // bytes of memory a pixel takes while it is decoded
}

func (n *notes) note(t Trait) { n.found[t] = true }

func (n *notes) sideways() bool { return n.orientation >= 5 }

func (n *notes) memory(c image.Config) int64 {
	return int64(float64(c.Width) * float64(c.Height) * n.perPixel)
}

func (n *notes) read(format Format, file io.ReadSeeker) error {
	*n = notes{found: map[Trait]bool{}, orientation: 1}
	switch format {
	case JPEG:
		return n.readJPEG(file)
	case PNG:
		return n.readPNG(file)
	default:
		return n.readWebP(file)
	}
}

// xmp is read for one thing: whether it says where the picture was taken.
func (n *notes) xmp(text []byte) {
	n.note(Other)
	if bytes.Contains(text, []byte("GPSL")) {
		n.note(Place)
	}
}

// takeProfile stores a colour profile that is small enough to be looked at.
func (n *notes) takeProfile(profile []byte) {
	n.note(Profile)
	if len(n.profile)+len(profile) <= largestProfile {
		n.profile = append(n.profile, profile...)
	} else {
		n.profile = nil
	}
}

// inSRGB converts the colours of a picture that brought a profile of its own (telephones do: Display P3), since what it is
// drawn as carries none. A profile that cannot be read, and one of a printer's four colours, leaves them as they are.
func (n *notes) inSRGB(m image.Image) (converted image.Image) {
	defer func() {
		if broken := recover(); broken != nil { // a stranger's profile decides about colours, never about the server
			converted = m
		}
	}()
	if len(n.profile) == 0 {
		return m
	}
	profile, err := icc.DecodeProfile(bytes.NewReader(n.profile))
	if err != nil || profile.Header.DataColorSpace != icc.ColorSpaceRGB {
		return m
	}
	in, err := imaging.ConvertToSRGB(profile, imaging.Relative, true, flatten(m))
	if err != nil {
		return m
	}
	return in
}

// flatten gives a picture in a form that every conversion knows; one that is transparent keeps that.
func flatten(m image.Image) image.Image {
	switch m.(type) {
	case *image.NRGBA, *image.RGBA, *imaging.NRGB:
		return m
	}
	return imaging.Clone(m)
}

// readSome reads a block whose length a file claims, bounded; nil when it is longer and was skipped.
func readSome(file io.ReadSeeker, length, bound int64) ([]byte, error) {
	if length > bound {
		_, err := file.Seek(length, io.SeekCurrent)
		return nil, err
	}
	block := make([]byte, length)
	if _, err := io.ReadFull(file, block); err != nil {
		return nil, fmt.Errorf("picture: read: %w", err)
	}
	return block, nil
}
