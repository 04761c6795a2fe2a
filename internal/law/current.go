package law

import "context"

// ReadCurrent gives the text of the version in force, else of the newest, without filling the cache: for readers of every
// law, such as the search. ErrUnknown, ErrNoText.
func (l *Library) ReadCurrent(ctx context.Context, slug string) (*Version, error) {
	h, i, err := l.locate(slug, "")
	if err != nil {
		return nil, err
	}
	return l.read(ctx, h, VersionID(h.stored, h.Versions[i].Version))
}
