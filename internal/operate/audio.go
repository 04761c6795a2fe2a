package operate

import (
	"bytes"
	"context"
	"io"
	"strings"

	"pugongying/internal/media"
)

// Audio stores recordings of explainers.
type Audio struct{ media media.Store }

// NewAudio creates the service.
func NewAudio(store media.Store) *Audio { return &Audio{store} }

// Add stores a recording under a name and gives the name that an explainer's audio field takes. It is read whole first,
// since its check comes before the storing: at most media.Audio.Largest bytes. Errors as media.Save.
func (a *Audio) Add(ctx context.Context, name string, recording io.Reader) (string, error) {
	body, err := io.ReadAll(io.LimitReader(recording, media.Audio.Largest()+1))
	if err != nil {
		return "", err
	}
	info, err := media.Save(ctx, a.media, media.Audio, name, bytes.NewReader(body))
	return strings.TrimPrefix(string(info.Key), string(media.Audio)+"/"), err
}
