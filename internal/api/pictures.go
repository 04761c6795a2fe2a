package api

import (
	"context"

	"pugongying/internal/media"
	"pugongying/internal/member"
	"pugongying/internal/publish"
)

type byPicture struct {
	Name string `path:"name" maxLength:"60" doc:"name of a picture in one size"`
}

// picture answers with a picture that residents see now: of a text that was withdrawn it is gone as soon as the text is.
func (d *door) picture(ctx context.Context, _ member.Principal, in *byPicture) (*recording, error) {
	id, side, ok := media.ParsePictureName(in.Name)
	if !ok || !d.Explainers.Shows(id) && !d.Questions.Shows(id) {
		return nil, media.ErrPictureUnknown
	}
	file, info, err := d.Pictures.Show(ctx, id, side)
	if err != nil {
		return nil, err
	}
	return shown(file, info), nil
}

func picturesOf(all []publish.Picture) []Picture {
	out := make([]Picture, len(all))
	for i, p := range all {
		out[i] = *pictureIn(&p)
	}
	return out
}

// pictureIn is nil where a text has no picture.
func pictureIn(p *publish.Picture) *Picture {
	if p == nil {
		return nil
	}
	at := func(side int) string { return Base + "/media/pictures/" + media.PictureName(p.ID, side) }
	return &Picture{
		Part: p.Part, Description: p.Description, Width: p.Width, Height: p.Height,
		Large: at(media.Large), Medium: at(media.Medium), Small: at(media.Small),
	}
}
