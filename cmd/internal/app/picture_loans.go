package app

import (
	"context"
	"crypto/subtle"
	"io"
	"strconv"
	"strings"
	"time"

	"pugongying/internal/media"
)

// lentFor is how long a picture is lent to whoever opened a text without an account.
const lentFor = time.Hour

// pictureLoans lends pictures under names that carry their end and a keyed hash: every server knows them, none stores them.
type pictureLoans struct{ *App }

// Lend implements console.PictureLoans.
func (l pictureLoans) Lend(id string) string {
	return l.name(id, strconv.FormatInt(l.now().Add(lentFor).Unix(), 36))
}

func (l pictureLoans) name(id, until string) string {
	return strings.ToLower(id) + "." + until + "." + l.vault.Lookup("picture.lent", id+"|"+until) + ".jpg"
}

// Lent implements console.PictureLoans. media.ErrPictureUnknown for every name that Lend did not give within the hour.
func (l pictureLoans) Lent(ctx context.Context, name string) (io.ReadSeekCloser, media.Info, error) {
	low, rest, _ := strings.Cut(name, ".")
	until, _, _ := strings.Cut(rest, ".")
	id := strings.ToUpper(low)
	end, err := strconv.ParseInt(until, 36, 64)
	if err != nil || !media.GoodPictureID(id) || subtle.ConstantTimeCompare([]byte(l.name(id, until)), []byte(name)) != 1 || l.now().Unix() > end {
		return nil, media.Info{}, media.ErrPictureUnknown
	}
	return l.pictures.Show(ctx, id, media.Medium)
}
