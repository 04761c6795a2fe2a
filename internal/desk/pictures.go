package desk

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"pugongying/internal/explainer"
	"pugongying/internal/fault"
	"pugongying/internal/media"
	"pugongying/internal/publish"
	"pugongying/internal/staff"
)

// Pictures is what the desk needs of the library of pictures.
type Pictures interface {
	// Ready is a picture that a text of hers may use now: media.ErrPictureUnknown, media.ErrPictureSilent.
	Ready(ctx context.Context, who staff.Principal, id string) (media.Picture, error)
}

// QuestionPicture is the name of the field with a question's picture.
const QuestionPicture = "picture"

// PicturesName is the name of the field with the pictures at the end of the n-th part.
func PicturesName(n int) string { return fmt.Sprintf("pictures%d", n+1) }

// pictureField is the field of the form in which a picture stands.
func pictureField(p publish.Picture) string {
	if p.Part == 0 {
		return QuestionPicture
	}
	return PicturesName(p.Part - 1)
}

// placed gives the pictures that a form names their words and their room on the page. One that the text had before keeps
// what its text says of it: those words were written for it. Any other has what the library says, and stands only if she may
// use it and somebody described it. faults name what was not taken.
func (s *Service) placed(ctx context.Context, who staff.Principal, before, asked []publish.Picture) (placed []publish.Picture, faults []fault.Field, err error) {
	if asked == nil {
		return nil, nil, nil // the form has none of these fields: everything stays
	}
	placed = []publish.Picture{}
	for _, p := range asked {
		if slices.ContainsFunc(placed, func(other publish.Picture) bool { return other.ID == p.ID && other.Part == p.Part }) {
			continue
		}
		if len(placed) == explainer.MostPictures {
			return placed, append(faults, faultAt(pictureField(p), fmt.Sprintf("最多 %d 张图，多的没有存。", explainer.MostPictures))), nil
		}
		p, err := s.described(ctx, who, before, p)
		switch {
		case err == nil:
			placed = append(placed, p)
		case errors.Is(err, media.ErrPictureUnknown) || errors.Is(err, media.ErrPictureSilent):
			faults = append(faults, faultAt(pictureField(p), fault.From(err).Text))
		default:
			return nil, nil, err
		}
	}
	return placed, faults, nil
}

func (s *Service) described(ctx context.Context, who staff.Principal, before []publish.Picture, p publish.Picture) (publish.Picture, error) {
	for _, had := range before {
		if had.ID == p.ID {
			had.Part = p.Part
			return had, nil
		}
	}
	known, err := s.Pictures.Ready(ctx, who, p.ID)
	large := known.Size(media.Large)
	p.Description, p.Width, p.Height = known.Description, large.Width, large.Height
	return p, err
}
