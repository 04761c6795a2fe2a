package media

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"pugongying/internal/access"
	"pugongying/internal/audit"
	"pugongying/internal/fault"
	"pugongying/internal/parts"
	"pugongying/internal/picture"
	"pugongying/internal/region"
	"pugongying/internal/staff"
)

const pictureSchema = 1

// Scratch gives room for a file that is being received, outside memory.
type Scratch interface {
	// New opens an empty file that nobody else can open; it is gone once it is closed, or the process ends.
	New() (ScratchFile, error)
}

// ScratchFile is such a file.
type ScratchFile interface {
	io.ReadWriteSeeker
	io.Closer
}

// Readable says whether a person may read a source of this kind, by its id. It is what shows a draft's pictures to whoever
// may read the draft.
type Readable func(ctx context.Context, who staff.Principal, id string) (bool, error)

// LibraryParts is what a library is put together from.
type LibraryParts struct {
	Records PictureStore
	Files   Store
	Scratch Scratch
	Readers map[SourceKind]Readable
	Judge   Judge
	Quota   Quota
	Now     func() time.Time
	// Believed is the time while it is believed; nothing is swept while it is not.
	Believed func() (time.Time, bool)
}

// Library is the pictures of texts. It is safe for concurrent use.
type Library struct {
	parts   LibraryParts
	drawing chan struct{} // one picture at a time is decoded: it may take 192 MB
	waiting chan struct{} // so many more wait for their turn; who comes after them is told when to come back
}

const (
	mostWaiting = 4
	comeBack    = 10 * time.Second
)

// NewLibrary creates the library.
func NewLibrary(p LibraryParts) (*Library, error) {
	if err := parts.Missing("media library", p); err != nil {
		return nil, err
	}
	return &Library{parts: p, drawing: make(chan struct{}, 1), waiting: make(chan struct{}, mostWaiting)}, nil
}

// Upload is a picture that somebody hands in.
type Upload struct {
	Region      region.Code
	Description string // may be empty and written later
	Body        io.Reader
}

// Add checks a picture, draws it anew in three sizes and stores those. The file itself is never stored, and never in memory
// as a whole. The same file of the same person gives the picture that is there. Faults say what is wrong with the file;
// ErrPersonFull, ErrLibraryFull, ErrFull, staff.ErrForbidden.
func (l *Library) Add(ctx context.Context, who staff.Principal, u Upload) (Picture, error) {
	if err := who.May(access.UsePictures, access.Record{Relation: access.None, Region: u.Region}); err != nil {
		return Picture{}, err
	}
	if u.Region.Level() == 0 {
		return Picture{}, ErrPictureRegion
	}
	if u.Description != "" && !goodDescription(u.Description) {
		return Picture{}, ErrDescription
	}
	file, err := l.parts.Scratch.New()
	if err != nil {
		return Picture{}, err
	}
	defer file.Close()
	original, err := receive(file, u.Body)
	if err != nil {
		return Picture{}, err
	}
	drawn, err := l.draw(ctx, file, &original)
	if err != nil {
		return Picture{}, err
	}
	p := Picture{
		ID: rand.Text(), By: who.Account, Region: u.Region, At: l.parts.Now().UTC().Truncate(time.Millisecond), State: Arriving,
		Description: u.Description, Original: original, Sizes: sizesOf(drawn), Schema: pictureSchema,
	}
	for _, s := range p.Sizes {
		p.Bytes += s.Bytes
	}
	return l.store(ctx, who, p, drawn)
}

// store writes the record first and the files after it, so that a sweep finds what a crash leaves.
func (l *Library) store(ctx context.Context, who staff.Principal, p Picture, drawn []picture.Drawn) (Picture, error) {
	p, fresh, err := l.parts.Records.Begin(ctx, p, l.parts.Quota)
	if err != nil || !fresh {
		return p, err
	}
	for _, d := range drawn {
		if _, err := l.parts.Files.Put(ctx, p.Key(d.Side), jpegType, bytes.NewReader(d.JPEG)); err != nil {
			return Picture{}, errors.Join(err, l.drop(context.WithoutCancel(ctx), p, nil))
		}
	}
	entry, err := l.entry(who.Actor(), audit.PictureAdd, p)
	if err != nil {
		return Picture{}, err
	}
	return l.parts.Records.Change(ctx, p.ID, entry, func(p *Picture) error {
		p.State = Ready
		toAsk(p, who.Session, l.now())
		return nil
	})
}

// receive writes a body to a file, bounded, and measures it.
func receive(file io.Writer, body io.Reader) (Original, error) {
	hash := sha256.New()
	n, err := io.Copy(io.MultiWriter(file, hash), io.LimitReader(body, LargestUpload+1))
	switch {
	case err != nil:
		return Original{}, err
	case n == 0:
		return Original{}, ErrPictureEmpty
	case n > LargestUpload:
		return Original{}, ErrPictureLarge
	}
	return Original{Bytes: n, SHA256: hex.EncodeToString(hash.Sum(nil))}, nil
}

// draw waits for its turn, since decoding is what takes memory.
func (l *Library) draw(ctx context.Context, file io.ReadSeeker, original *Original) ([]picture.Drawn, error) {
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	look, err := picture.Inspect(file)
	if err != nil {
		return nil, pictureFault(err)
	}
	original.Format, original.Width, original.Height = look.Format, look.Width, look.Height
	original.Removed, original.Turned = look.Found, look.Turned
	if err := l.turn(ctx); err != nil {
		return nil, err
	}
	defer func() { <-l.drawing }()
	drawn, err := look.Draw(file, sides...)
	return drawn, pictureFault(err)
}

// turn waits until nobody else draws: ErrPictureBusy when too many wait already.
func (l *Library) turn(ctx context.Context) error {
	select {
	case l.waiting <- struct{}{}:
		defer func() { <-l.waiting }()
	default:
		return ErrPictureBusy.After(comeBack)
	}
	select {
	case l.drawing <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

var pictureFaults = map[error]*fault.Error{
	picture.ErrUnknown: ErrPictureType, picture.ErrPDF: ErrPicturePDF, picture.ErrPage: ErrPicturePage, picture.ErrMoving: ErrPictureMoving,
	picture.ErrHEIC: ErrPictureHEIC, picture.ErrDamaged: ErrPictureDamaged, picture.ErrTooBig: ErrPicturePixels,
}

func pictureFault(err error) error {
	for cause, f := range pictureFaults {
		if errors.Is(err, cause) {
			return f.Because(err)
		}
	}
	return err
}

func sizesOf(drawn []picture.Drawn) []Size {
	sizes := make([]Size, len(drawn))
	for i, d := range drawn {
		sum := sha256.Sum256(d.JPEG)
		sizes[i] = Size{Side: d.Side, Width: d.Width, Height: d.Height, Bytes: int64(len(d.JPEG)), SHA256: hex.EncodeToString(sum[:])}
	}
	return sizes
}

// Describe writes what can be seen on a picture. ErrDescription, ErrPictureUnknown.
func (l *Library) Describe(ctx context.Context, who staff.Principal, id, text string) (Picture, error) {
	text = strings.TrimSpace(text)
	if !goodDescription(text) {
		return Picture{}, ErrDescription
	}
	p, err := l.Picture(ctx, who, id)
	if err != nil {
		return Picture{}, err
	}
	entry, err := l.entry(who.Actor(), audit.PictureDescribe, p)
	if err != nil {
		return Picture{}, err
	}
	return l.parts.Records.Change(ctx, id, entry, func(p *Picture) error {
		p.Description = text
		return nil
	})
}

func goodDescription(text string) bool {
	n := utf8.RuneCountInString(text)
	return utf8.ValidString(text) && n >= shortestDescription && n <= longestDescription &&
		strings.TrimSpace(text) == text && !strings.ContainsFunc(text, unicode.IsControl) && !strings.ContainsAny(text, "<>")
}

// Picture is one picture of the library. ErrPictureUnknown also where she may not know of it.
func (l *Library) Picture(ctx context.Context, who staff.Principal, id string) (Picture, error) {
	p, err := l.parts.Records.Picture(ctx, id)
	if err != nil {
		return Picture{}, err
	}
	if err := l.may(who, access.UsePictures, p); err != nil {
		return Picture{}, err
	}
	return p, nil
}

func (l *Library) may(who staff.Principal, action access.Action, p Picture) error {
	err := who.May(action, access.Record{Relation: who.Relation(p.By), Region: p.Region})
	if errors.Is(err, staff.ErrNotFound) || err != nil && action == access.UsePictures {
		return ErrPictureUnknown.Because(err)
	}
	return err
}

// Ready is a picture that a text may use now: ErrPictureUnknown, ErrPictureSilent.
func (l *Library) Ready(ctx context.Context, who staff.Principal, id string) (Picture, error) {
	p, err := l.Picture(ctx, who, id)
	switch {
	case err != nil:
		return Picture{}, err
	case p.State != Ready || p.Missing:
		return Picture{}, ErrPictureUnknown
	case p.Description == "":
		return Picture{}, ErrPictureSilent
	}
	return p, nil
}

// Sources lists what uses a picture of the library.
func (l *Library) Sources(ctx context.Context, who staff.Principal, id string) ([]Source, error) {
	if _, err := l.Picture(ctx, who, id); err != nil {
		return nil, err
	}
	return l.parts.Records.Sources(ctx, id)
}

// List is a page of the pictures she may use, newest first, and the cursor of the next one. The query's By and Scopes are
// narrowed to what she may see.
func (l *Library) List(ctx context.Context, who staff.Principal, q PictureQuery) ([]Picture, string, error) {
	if !who.Admits(access.UsePictures) {
		return nil, "", staff.ErrForbidden
	}
	if q.Scopes = l.library(who); len(q.Scopes) == 0 {
		q.By = who.Account
		q.Scopes = nil
	}
	q.State = Ready
	return l.parts.Records.List(ctx, q)
}

// library is where she sees what others handed in: a volunteer nowhere.
func (l *Library) library(who staff.Principal) []region.Scope {
	var scopes []region.Scope
	for _, s := range who.Regions(access.UsePictures) {
		if who.May(access.UsePictures, access.Record{Relation: access.Other, Region: s.From}) == nil {
			scopes = append(scopes, s)
		}
	}
	return scopes
}

// Usage is how much she has stored, and everybody, beside the quotas.
func (l *Library) Usage(ctx context.Context, who staff.Principal) (mine, all Usage, q Quota, err error) {
	mine, all, err = l.parts.Records.Usage(ctx, who.Account)
	return mine, all, l.parts.Quota, err
}

// Open opens a file of a picture for staff: of the library, or of a text that she may read. ErrPictureUnknown.
func (l *Library) Open(ctx context.Context, who staff.Principal, id string, side int) (io.ReadSeekCloser, Info, error) {
	p, err := l.parts.Records.Picture(ctx, id)
	if err != nil {
		return nil, Info{}, err
	}
	if err := l.may(who, access.UsePictures, p); err != nil {
		if err := l.readable(ctx, who, id); err != nil {
			return nil, Info{}, err
		}
	}
	return l.open(ctx, id, side)
}

// readable asks every text that uses the picture whether she may read it.
func (l *Library) readable(ctx context.Context, who staff.Principal, id string) error {
	sources, err := l.parts.Records.Sources(ctx, id)
	if err != nil {
		return err
	}
	for _, s := range sources {
		reads := l.parts.Readers[s.Kind]
		if reads == nil {
			continue
		}
		if may, err := reads(ctx, who, s.ID); err != nil || may {
			return err
		}
	}
	return ErrPictureUnknown
}

// Show opens a file of a picture whose text the caller has found to be readable: live for residents, or one that a link
// opens. ErrPictureUnknown.
func (l *Library) Show(ctx context.Context, id string, side int) (io.ReadSeekCloser, Info, error) {
	return l.open(ctx, id, side)
}

func (l *Library) open(ctx context.Context, id string, side int) (io.ReadSeekCloser, Info, error) {
	file, info, err := l.parts.Files.Get(ctx, pictureKey(id, side))
	if errors.Is(err, ErrNotFound) {
		err = ErrPictureUnknown.Because(err)
	}
	return file, info, err
}

// Remove removes a picture that nothing uses, with its files. ErrPictureInUse; ErrPictureUnknown. Her own she may always
// remove; somebody else's with the permission to.
func (l *Library) Remove(ctx context.Context, who staff.Principal, id string) error {
	p, err := l.Picture(ctx, who, id)
	if err != nil {
		return err
	}
	if who.Relation(p.By) != access.Own {
		if err := l.may(who, access.RemovePicture, p); err != nil {
			return err
		}
	}
	entry, err := l.entry(who.Actor(), audit.PictureRemove, p)
	if err != nil {
		return err
	}
	return l.drop(ctx, p, entry)
}

// drop removes the record, then the files; files that are left are swept.
func (l *Library) drop(ctx context.Context, p Picture, entry *audit.Entry) error {
	if err := l.parts.Records.Remove(ctx, p.ID, entry); err != nil {
		return err
	}
	var err error
	for _, side := range sides {
		err = errors.Join(err, l.parts.Files.Delete(ctx, p.Key(side)))
	}
	if err != nil && entry != nil {
		return nil // she asked for the record to go, and it went: the sweep finds the files
	}
	return err
}

func (l *Library) entry(by audit.Actor, action audit.Action, p Picture) (*audit.Entry, error) {
	e, err := audit.New(audit.Act{Actor: by, Action: action, Subject: p.ID, At: l.parts.Now()})
	if err != nil {
		return nil, fmt.Errorf("media: %w", err)
	}
	return &e, nil
}
