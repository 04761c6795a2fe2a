package blob

import (
	"context"
	"errors"
	"io"

	"github.com/minio/minio-go/v7"

	"pugongying/internal/media"
)

// reader reads one version of a file: the whole file from the response that also described it, and after a seek from
// one ranged request that requires the same version. (minio.Object describes a file in one request and reads it in
// another, so that a file replaced in between cannot be read at all.)
type reader struct {
	ctx   context.Context
	store *S3
	key   media.Key
	size  int64
	etag  string

	body io.ReadCloser // nil when closed
	at   int64         // position of body in the file
	next int64         // position of the next Read
}

// Get implements media.Store. Each seek of the reader costs one ranged request; after a seek, a file that was replaced
// meanwhile is media.ErrUnavailable.
func (s *S3) Get(ctx context.Context, key media.Key) (io.ReadSeekCloser, media.Info, error) {
	if _, err := media.ParseKey(string(key)); err != nil {
		return nil, media.Info{}, err
	}
	body, found, _, err := s.core().GetObject(ctx, s.bucket, string(key), minio.GetObjectOptions{})
	if err != nil {
		return nil, media.Info{}, translate(ctx, err)
	}
	found.Key = string(key)
	return &reader{ctx: ctx, store: s, key: key, size: found.Size, etag: found.ETag, body: body}, describe(found), nil
}

func (s *S3) core() minio.Core { return minio.Core{Client: s.client} }

// Read implements io.Reader.
func (r *reader) Read(p []byte) (int, error) {
	if r.next >= r.size {
		return 0, io.EOF
	}
	if r.at != r.next || r.body == nil {
		if err := r.reopen(); err != nil {
			return 0, err
		}
	}
	n, err := r.body.Read(p)
	r.at += int64(n)
	r.next = r.at
	switch {
	case err == nil:
		return n, nil
	case errors.Is(err, io.EOF) && r.next >= r.size:
		return n, io.EOF
	default:
		return n, translate(r.ctx, errors.Join(err, io.ErrUnexpectedEOF))
	}
}

func (r *reader) reopen() error {
	_ = r.Close() // the connection broke anyway, so its error on closing is ignored
	var options minio.GetObjectOptions
	if err := options.SetMatchETag(r.etag); err != nil {
		return translate(r.ctx, err)
	}
	if r.next > 0 {
		if err := options.SetRange(r.next, 0); err != nil {
			return translate(r.ctx, err)
		}
	}
	body, _, _, err := r.store.core().GetObject(r.ctx, r.store.bucket, string(r.key), options)
	if err != nil {
		return translate(r.ctx, err)
	}
	r.body, r.at = body, r.next
	return nil
}

// Seek implements io.Seeker. Seeking alone sends no request.
func (r *reader) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += r.next
	case io.SeekEnd:
		offset += r.size
	}
	if offset < 0 {
		return 0, errors.New("blob: seek before the beginning")
	}
	r.next = offset
	return offset, nil
}

// Close implements io.Closer.
func (r *reader) Close() error {
	if r.body == nil {
		return nil
	}
	err := r.body.Close()
	r.body = nil
	return err
}
