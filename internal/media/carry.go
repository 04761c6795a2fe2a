package media

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"time"

	"pugongying/internal/audit"
	"pugongying/internal/fault"
	"pugongying/internal/picture"
	"pugongying/internal/region"
)

// Faults of pictures that come from another classroom, or back into this one.
var (
	ErrCarriedLost    = fault.New(fault.Invalid, "picture.carried_lost", "这张图的文件不在。")
	ErrCarriedDamaged = fault.New(fault.Invalid, "picture.carried_damaged", "这张图的文件坏了，或者被换过：和记着的不一样。")
	ErrCarriedFacts   = fault.New(fault.Invalid, "picture.carried_facts", "这张图记着的说明、地区或者大小不对。")
	ErrCarriedOther   = fault.New(fault.Conflict, "picture.carried_other", "这里已经有同一个编号、别的样子的图。")
	ErrCarriedTwice   = fault.New(fault.Conflict, "picture.carried_twice", "同一个人放过同样的图，在这里是另一个编号。")
)

// Carried is a picture as it goes from one classroom to another: everything that is known of it but what WeChat said, which
// counts only where it was said.
type Carried struct {
	ID          string      `json:"id"`
	Description string      `json:"description"`
	By          string      `json:"by"` // the account that handed it in, where it comes from
	Region      region.Code `json:"region"`
	At          time.Time   `json:"at"`
	Original    Original    `json:"original"`
	Sizes       []Size      `json:"sizes"`
}

// Files are a picture's files by their side.
type Files map[int][]byte

// Carry takes a picture out with its files. ErrCarriedLost, also for one that is not ready; ErrCarriedDamaged.
func (l *Library) Carry(ctx context.Context, id string) (Carried, Files, error) {
	p, err := l.parts.Records.Picture(ctx, id)
	if errors.Is(err, ErrPictureUnknown) || err == nil && p.State != Ready {
		return Carried{}, nil, ErrCarriedLost
	}
	if err != nil {
		return Carried{}, nil, err
	}
	c := Carried{ID: p.ID, Description: p.Description, By: p.By, Region: p.Region, At: p.At.UTC(), Original: p.Original, Sizes: p.Sizes}
	files := Files{}
	for _, s := range p.Sizes {
		if files[s.Side], err = l.read(ctx, id, s.Side); err != nil {
			return Carried{}, nil, err
		}
	}
	return c, files, c.whole(files)
}

func (l *Library) read(ctx context.Context, id string, side int) ([]byte, error) {
	file, _, err := l.open(ctx, id, side)
	if errors.Is(err, ErrPictureUnknown) {
		return nil, ErrCarriedLost
	}
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return io.ReadAll(io.LimitReader(file, largestPicture+1))
}

// whole compares files with what is known of them.
func (c Carried) whole(files Files) error {
	for _, s := range c.Sizes {
		data, there := files[s.Side]
		if !there {
			return ErrCarriedLost
		}
		sum := sha256.Sum256(data)
		if int64(len(data)) != s.Bytes || hex.EncodeToString(sum[:]) != s.SHA256 {
			return ErrCarriedDamaged
		}
	}
	return nil
}

// Check refuses what the library would not have made: facts that do not hold, files that are lost or damaged, and any that
// is no plain JPEG of its size or tells anything beside its picture. Its faults are those of carried pictures.
func (c Carried) Check(files Files) error {
	named := c.Description == "" || goodDescription(c.Description)
	drawn := slices.EqualFunc(c.Sizes, sides, func(s Size, side int) bool { return s.Side == side && max(s.Width, s.Height) <= side })
	if !GoodPictureID(c.ID) || !named || !drawn || c.By == "" || len(c.Original.SHA256) != hex.EncodedLen(sha256.Size) || c.Region.Level() == 0 || c.At.IsZero() {
		return ErrCarriedFacts
	}
	if err := c.whole(files); err != nil {
		return err
	}
	for _, s := range c.Sizes {
		look, err := picture.Inspect(bytes.NewReader(files[s.Side]))
		if err != nil || look.Format != picture.JPEG || len(look.Found) > 0 || look.Width != s.Width || look.Height != s.Height {
			return ErrCarriedDamaged
		}
	}
	return nil
}

// Restore puts a picture in as it was, under its own id, and reports whether that changed anything: one that is there and
// whole stays, and one whose files were lost gets them back. WeChat is asked about a new one as if it had just been handed
// in. ErrCarried…, ErrLibraryFull.
func (l *Library) Restore(ctx context.Context, by audit.Actor, c Carried, files Files) (bool, error) {
	if err := c.Check(files); err != nil {
		return false, err
	}
	p, err := l.parts.Records.Picture(ctx, c.ID)
	switch {
	case errors.Is(err, ErrPictureUnknown):
		p = Picture{
			ID: c.ID, By: c.By, Region: c.Region, At: c.At.UTC(), State: Arriving, Description: c.Description,
			Original: c.Original, Sizes: c.Sizes, Schema: pictureSchema,
		}
		for _, s := range p.Sizes {
			p.Bytes += s.Bytes
		}
		begun, fresh, err := l.parts.Records.Begin(ctx, p, Quota{Person: math.MaxInt64, Total: l.parts.Quota.Total})
		if err != nil {
			return false, err
		}
		if !fresh && begun.ID != c.ID {
			return false, ErrCarriedTwice
		}
	case err != nil:
		return false, err
	case !slices.Equal(p.Sizes, c.Sizes):
		return false, ErrCarriedOther
	case p.State == Ready && !p.Missing && l.whole(ctx, p):
		return false, nil
	}
	for _, s := range c.Sizes {
		if _, err := l.parts.Files.Put(ctx, pictureKey(c.ID, s.Side), jpegType, bytes.NewReader(files[s.Side])); err != nil {
			return false, fmt.Errorf("media: restore a picture: %w", err)
		}
	}
	return true, l.arrived(ctx, by, c.ID)
}

// arrived makes a picture ready whose files are all there.
func (l *Library) arrived(ctx context.Context, by audit.Actor, id string) error {
	entry, err := l.entry(by, audit.PictureAdd, Picture{ID: id})
	if err != nil {
		return err
	}
	_, err = l.parts.Records.Change(ctx, id, entry, func(p *Picture) error {
		if p.State != Ready {
			p.State = Ready
			toAsk(p, "", l.now())
		}
		p.Missing = false
		return nil
	})
	return err
}
