package media

import (
	"bytes"
	"context"

	"pugongying/internal/picture"
)

// proofSide is the longer side of a redrawn picture: handwriting on a photographed sheet stays legible.
const proofSide = 1600

// Redraw makes of an uploaded picture a JPEG that carries nothing but what is to be seen, for whoever stores it elsewhere than
// in the library. It waits for its turn with the library's own. ErrPictureBusy and the faults of a file that is no picture.
func (l *Library) Redraw(ctx context.Context, file []byte) ([]byte, error) {
	r := bytes.NewReader(file)
	look, err := picture.Inspect(r)
	if err != nil {
		return nil, pictureFault(err)
	}
	if err := l.turn(ctx); err != nil {
		return nil, err
	}
	defer func() { <-l.drawing }()
	drawn, err := look.Draw(r, proofSide)
	if err != nil {
		return nil, pictureFault(err)
	}
	return drawn[0].JPEG, nil
}
