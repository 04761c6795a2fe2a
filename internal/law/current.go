package law

import "context"

// ReadCurrent returns the text of the version in force, otherwise of the newest version, without filling the cache. It is
// for callers that read every law, such as the search index. Errors: ErrUnknown, ErrNoText.
func (l *Library) ReadCurrent(ctx context.Context, slug string) (*Version, error) {
	h, i, err := l.locate(slug, "")
	if err != nil {
		return nil, err
	}
	return l.read(ctx, h, VersionID(h.stored, h.Versions[i].Version))
}
