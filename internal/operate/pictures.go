package operate

import (
	"archive/zip"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"

	"pugongying/internal/audit"
	"pugongying/internal/fault"
	"pugongying/internal/media"
)

// The folder of pictures beside the texts: what is known of each, with the hashes of its files, and the files.
const (
	picturesFolder  = "pictures"
	picturesFile    = picturesFolder + "/pictures.json"
	largestFacts    = 64 << 20
	picturesInFacts = 100_000
)

// PictureLibrary is what carrying pictures needs of the library.
type PictureLibrary interface {
	Carry(ctx context.Context, id string) (media.Carried, media.Files, error)
	Restore(ctx context.Context, by audit.Actor, c media.Carried, files media.Files) (bool, error)
}

// Pictures takes the pictures of texts out with them, and brings such pictures in.
type Pictures struct{ library PictureLibrary }

// NewPictures creates the service.
func NewPictures(library PictureLibrary) *Pictures { return &Pictures{library} }

// shown are the ids of the pictures that texts name, each once and in order, with the text that names it first.
func (t Texts) shown() (ids []string, in map[string]string) {
	in = map[string]string{}
	for _, item := range slices.Concat(t.Live, t.Drafts, t.Withdrawn) {
		for _, id := range picturesOf(item.Kind, item.Body) {
			if _, known := in[id]; !known {
				ids, in[id] = append(ids, id), cmp.Or(item.Slug, item.ID)
			}
		}
	}
	slices.Sort(ids)
	return ids, in
}

// Write writes the pictures of texts into an archive. Those that are lost or damaged come back, each with the text that
// shows it; everything else is written all the same.
func (p *Pictures) Write(ctx context.Context, t Texts, archive *zip.Writer) ([]ContentFault, error) {
	ids, in := t.shown()
	var facts []media.Carried
	var wrong []ContentFault
	for _, id := range ids {
		c, files, err := p.library.Carry(ctx, id)
		if lost(err) {
			wrong = append(wrong, ContentFault{Place: in[id] + " " + id, Text: Sentence(err)})
			continue
		}
		if err != nil {
			return nil, err
		}
		facts = append(facts, c)
		for _, s := range c.Sizes {
			if err := put(archive, picturesFolder+"/"+media.PictureName(id, s.Side), files[s.Side]); err != nil {
				return nil, err
			}
		}
	}
	if len(facts) == 0 {
		return wrong, nil
	}
	text, err := json.MarshalIndent(facts, "", "  ")
	if err != nil {
		return nil, err
	}
	return wrong, put(archive, picturesFile, append(text, '\n'))
}

// put stores a file as it is: pictures do not get smaller.
func put(archive *zip.Writer, name string, data []byte) error {
	file, err := archive.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store})
	if err == nil {
		_, err = file.Write(data)
	}
	return err
}

func lost(err error) bool {
	return errors.Is(err, media.ErrCarriedLost) || errors.Is(err, media.ErrCarriedDamaged) || errors.Is(err, media.ErrCarriedFacts)
}

// Brought is the pictures of a folder, looked at.
type Brought struct {
	from  fs.FS
	facts []media.Carried
}

// Read looks at the pictures of a folder and stores nothing: a fault for each that is lost, damaged, or none that the
// library would have made.
func (p *Pictures) Read(from fs.FS) (Brought, []ContentFault) {
	b := Brought{from: from}
	file, err := from.Open(picturesFile)
	if errors.Is(err, fs.ErrNotExist) {
		return b, nil
	}
	if err != nil {
		return b, []ContentFault{{picturesFile, err.Error()}}
	}
	defer file.Close()
	read := json.NewDecoder(io.LimitReader(file, largestFacts))
	read.DisallowUnknownFields()
	if err := read.Decode(&b.facts); err != nil || len(b.facts) > picturesInFacts {
		return b, []ContentFault{{picturesFile, fmt.Sprintf("读不懂，或者太大：%v", err)}}
	}
	var faults []ContentFault
	for _, c := range b.facts {
		files, err := b.files(c)
		if err == nil {
			err = c.Check(files)
		}
		if err != nil {
			faults = append(faults, ContentFault{picturesFolder + "/" + c.ID, Sentence(err)})
		}
	}
	return b, faults
}

// files are the files of a picture, as far as they are there.
func (b Brought) files(c media.Carried) (media.Files, error) {
	files := media.Files{}
	for _, s := range c.Sizes {
		file, err := b.from.Open(picturesFolder + "/" + media.PictureName(c.ID, s.Side))
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrInvalid) {
			return nil, media.ErrCarriedLost
		}
		if err != nil {
			return nil, err
		}
		data, err := io.ReadAll(io.LimitReader(file, media.PictureKind.Largest()+1))
		if err = errors.Join(err, file.Close()); err != nil {
			return nil, err
		}
		files[s.Side] = data
	}
	return files, nil
}

// Restore stores what Read found whole: how many came in or got their files back. Doing it again changes nothing.
func (p *Pictures) Restore(ctx context.Context, by audit.Actor, b Brought) (restored int, faults []ContentFault, err error) {
	for _, c := range b.facts {
		files, err := b.files(c)
		changed := false
		if err == nil {
			changed, err = p.library.Restore(ctx, by, c, files)
		}
		var refused *fault.Error
		switch {
		case errors.As(err, &refused) && refused.Kind != fault.Unavailable:
			faults = append(faults, ContentFault{picturesFolder + "/" + c.ID, refused.Text})
		case err != nil:
			return restored, faults, err
		case changed:
			restored++
		}
	}
	return restored, faults, nil
}

// Absent names the texts that show a picture which is neither in the folder nor in the library: they can be brought in, and
// their check says so again.
func (p *Pictures) Absent(ctx context.Context, t Texts, b Brought) ([]ContentFault, error) {
	var absent []ContentFault
	ids, in := Texts{Live: t.Live, Drafts: t.Drafts}.shown()
	for _, id := range ids {
		if slices.ContainsFunc(b.facts, func(c media.Carried) bool { return c.ID == id }) {
			continue
		}
		_, _, err := p.library.Carry(ctx, id)
		if lost(err) {
			absent = append(absent, ContentFault{in[id] + " " + id, Sentence(err)})
		} else if err != nil {
			return nil, err
		}
	}
	return absent, nil
}
