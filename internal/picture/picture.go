// Package picture reads photographs and drawings that people hand in, and draws them anew in smaller sizes. It is what
// keeps image formats out of package media.
//
// It promises that bytes decide the format; that nothing is decoded whose pixels or memory exceed the limits, which are
// known from the first bytes; that what it draws is turned as a viewer would turn it, is in sRGB, lies on white, and
// contains no byte of the original file: no place, device, time, text, thumbnail or colour profile.
//
// It refuses moving pictures, HEIC, PDF and pages, each by an error of its own, so that a person can be told what to do.
// Memory decides beside the number of pixels because a progressive JPEG or one with 16 bits per channel takes many times
// what a plain one takes.
package picture

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"image/png"
	"io"

	"github.com/kovidgoyal/imaging"
	"golang.org/x/image/webp"
)

// Why a file is not taken.
var (
	ErrUnknown = errors.New("picture: neither JPEG, PNG nor WebP")
	ErrPDF     = errors.New("picture: a PDF")
	ErrPage    = errors.New("picture: a page or a vector drawing")
	ErrMoving  = errors.New("picture: it moves, or could")
	ErrHEIC    = errors.New("picture: HEIC or AVIF")
	ErrDamaged = errors.New("picture: damaged or cut")
	ErrTooBig  = errors.New("picture: too many pixels, or too much memory to decode them")
)

// Format is how a picture was written.
type Format string

// The formats that are read.
const (
	JPEG Format = "JPEG"
	PNG  Format = "PNG"
	WebP Format = "WebP"
)

// Limits of what is decoded.
const (
	MostPixels = 40_000_000
	mostMemory = 192 << 20 // of one decoded picture
)

// Look is what a file says before it is decoded.
type Look struct {
	Format        Format
	Width, Height int     // as shown, after turning
	Found         []Trait // what else is in the file, in a fixed order; none of it is ever drawn
	Turned        bool    // the camera was held sideways or upside down

	notes notes
}

// Trait is something a file tells besides its picture.
type Trait string

// The traits, in the order of Look.Found.
const (
	Place     Trait = "place"     // where it was taken
	Device    Trait = "device"    // with which camera or telephone
	Time      Trait = "time"      // when
	Text      Trait = "text"      // names, comments, descriptions
	Thumbnail Trait = "thumbnail" // a small copy, which may show what was cut out
	Profile   Trait = "profile"   // a colour profile
	Other     Trait = "other"     // what no reader above knows
)

var traits = []Trait{Place, Device, Time, Text, Thumbnail, Profile, Other}

// Inspect finds out what a file is and whether it may be decoded, and resets the reader to its beginning: ErrUnknown,
// ErrPDF, ErrPage, ErrMoving, ErrHEIC, ErrDamaged, ErrTooBig.
func Inspect(file io.ReadSeeker) (Look, error) {
	header := make([]byte, headerLength)
	n, err := io.ReadFull(file, header)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return Look{}, readFault(err)
	}
	format, err := formatOf(header[:n])
	if err != nil {
		return Look{}, err
	}
	look := Look{Format: format}
	if err := look.inspect(file); err != nil {
		return Look{}, err
	}
	_, err = file.Seek(0, io.SeekStart)
	return look, err
}

func (l *Look) inspect(file io.ReadSeeker) error {
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	if err := l.notes.read(l.Format, file); err != nil {
		return readFault(err)
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	config, err := configs[l.Format](file)
	if err != nil || config.Width < 1 || config.Height < 1 {
		return ErrDamaged
	}
	if config.Width > MostPixels/config.Height || l.notes.memory(config) > mostMemory {
		return ErrTooBig
	}
	l.Width, l.Height = config.Width, config.Height
	if l.notes.sideways() {
		l.Width, l.Height = l.Height, l.Width
	}
	l.Turned = l.notes.orientation > 1
	for _, t := range traits {
		if l.notes.found[t] {
			l.Found = append(l.Found, t)
		}
	}
	return nil
}

var configs = map[Format]func(io.Reader) (image.Config, error){
	JPEG: jpeg.DecodeConfig, PNG: png.DecodeConfig, WebP: webp.DecodeConfig,
}

var decoders = map[Format]func(io.Reader) (image.Image, error){
	JPEG: jpeg.Decode, PNG: png.Decode, WebP: webp.Decode,
}

// readFault calls the end of a file, where more was announced, damage. Other failures of reading are the caller's.
func readFault(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return ErrDamaged
	}
	return err
}

// Drawn is a picture in one size, as JPEG without metadata.
type Drawn struct {
	Side          int // the longest side that was asked for
	Width, Height int
	JPEG          []byte
}

// quality is that of the JPEGs: letters in a photographed notice stay sharp.
const quality = 85

// Draw decodes the file that was inspected and draws it once per side, largest first: its longer side is at most that long
// and never longer than the original's. It takes up to 192 MB while it works, so callers let one in at a time. ErrDamaged
// for a file that breaks off or does not decode.
func (l Look) Draw(file io.ReadSeeker, sides ...int) ([]Drawn, error) {
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	from, err := decoders[l.Format](file)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	var drawn []Drawn
	for _, side := range sides {
		small := l.smaller(from, side)
		if len(drawn) == 0 { // the first is turned and coloured once, the others are made of it
			small = flat(l.turned(l.notes.inSRGB(small)))
			from = small
		}
		var out bytes.Buffer
		if err := jpeg.Encode(&out, small, &jpeg.Options{Quality: quality}); err != nil {
			return nil, fmt.Errorf("picture: encode: %w", err)
		}
		size := small.Bounds().Size()
		drawn = append(drawn, Drawn{Side: side, Width: size.X, Height: size.Y, JPEG: out.Bytes()})
	}
	return drawn, nil
}

// smaller resizes with few temporary bytes: imaging reduces the width first, into 3 or 4 bytes per pixel.
func (l Look) smaller(m image.Image, side int) image.Image {
	size := m.Bounds().Size()
	longest := max(size.X, size.Y)
	if longest <= side {
		return m
	}
	width, height := max(1, size.X*side/longest), max(1, size.Y*side/longest)
	return imaging.ResizeWithOpacity(m, width, height, imaging.CatmullRom, opaque(m))
}

func opaque(m image.Image) bool {
	o, knows := m.(interface{ Opaque() bool })
	return knows && o.Opaque()
}

// turned applies the EXIF orientation (EXIF 2.32, tag 0x0112).
func (l Look) turned(m image.Image) image.Image {
	switch l.notes.orientation {
	case 2:
		return imaging.FlipH(m)
	case 3:
		return imaging.Rotate180(m)
	case 4:
		return imaging.FlipV(m)
	case 5:
		return imaging.Transpose(m)
	case 6:
		return imaging.Rotate270(m)
	case 7:
		return imaging.Transverse(m)
	case 8:
		return imaging.Rotate90(m)
	}
	return m
}

// flat lays a picture on white: JPEG knows no transparency, and a black drawing on nothing would vanish at night.
func flat(m image.Image) *image.RGBA {
	to := image.NewRGBA(image.Rectangle{Max: m.Bounds().Size()})
	draw.Draw(to, to.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.Draw(to, to.Bounds(), m, m.Bounds().Min, draw.Over)
	return to
}
