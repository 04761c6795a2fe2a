package picture

import "encoding/binary"

// Tags of EXIF 2.32 that are looked at.
const (
	tagDescription = 0x010e
	tagMake        = 0x010f
	tagModel       = 0x0110
	tagOrientation = 0x0112
	tagSoftware    = 0x0131
	tagDateTime    = 0x0132
	tagArtist      = 0x013b
	tagCopyright   = 0x8298
	tagExif        = 0x8769
	tagGPS         = 0x8825
	tagOriginal    = 0x9003
	tagMakerNote   = 0x927c
	tagUserComment = 0x9286
	tagOwner       = 0xa430
	tagSerial      = 0xa431
)

var tagTraits = map[uint16]Trait{
	tagDescription: Text, tagArtist: Text, tagCopyright: Text, tagUserComment: Text, tagOwner: Text,
	tagMake: Device, tagModel: Device, tagSoftware: Device, tagMakerNote: Device, tagSerial: Device,
	tagDateTime: Time, tagOriginal: Time, tagGPS: Place,
}

// mostEntries bounds a directory, so that no file keeps us busy.
const mostEntries = 512

// directory is an EXIF block being read.
type directory struct {
	*notes
	raw   []byte
	order binary.ByteOrder
}

// exif reads the two directories that every EXIF block has, and the one below the first. What is malformed is passed over:
// it decides how the picture is turned and what she is told was removed, nothing else.
func (n *notes) exif(raw []byte) {
	n.note(Other)
	if len(raw) < 8 {
		return
	}
	d := directory{notes: n, raw: raw, order: binary.LittleEndian}
	if string(raw[:2]) == "MM" {
		d.order = binary.BigEndian
	}
	second, below := d.read(d.order.Uint32(raw[4:]))
	if below != 0 {
		d.read(below)
	}
	if second != 0 {
		n.note(Thumbnail)
	}
}

// read reads one directory; it gives the offsets of the next one and of the one below, 0 for none.
func (d directory) read(at uint32) (next, below uint32) {
	if uint64(at)+2 > uint64(len(d.raw)) {
		return 0, 0
	}
	count := int(d.order.Uint16(d.raw[at:]))
	entries := d.raw[at+2:]
	if count > mostEntries || len(entries) < 12*count {
		return 0, 0
	}
	for i := range count {
		entry := entries[12*i : 12*i+12]
		tag, value := d.order.Uint16(entry), entry[8:]
		switch {
		case tag == tagOrientation && d.order.Uint16(entry[2:]) == 3: // a short
			if o := int(d.order.Uint16(value)); o >= 1 && o <= 8 {
				d.orientation = o
			}
		case tag == tagExif:
			below = d.order.Uint32(value)
		}
		if t, known := tagTraits[tag]; known {
			d.note(t)
		}
	}
	if rest := entries[12*count:]; len(rest) >= 4 {
		next = d.order.Uint32(rest)
	}
	return next, below
}
