package blob

import (
	"context"
	"os"
	"path/filepath"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/versity/versitygw/backend"
	"github.com/versity/versitygw/backend/meta"
	"github.com/versity/versitygw/backend/posix"
	"github.com/versity/versitygw/s3response"
)

// rooted is versitygw's file backend made to live in a process that is not its own. The original works relative to the
// working directory, which it moves to its folder; here every bucket is an absolute path, and the working directory
// stays where it is. Besides, only the calls this package makes are answered: all else is "not implemented".
type rooted struct {
	backend.BackendUnsupported
	files *posix.Posix
	root  string
	// turns makes writers wait for each other and for readers where metadata lies beside the files and not in them.
	// Nil where it is not needed.
	turns *sync.RWMutex
}

func (r rooted) reading() (done func()) {
	if r.turns == nil {
		return func() {}
	}
	r.turns.RLock()
	return r.turns.RUnlock
}

func (r rooted) writing() (done func()) {
	if r.turns == nil {
		return func() {}
	}
	r.turns.Lock()
	return r.turns.Unlock
}

func (r rooted) path(bucket *string) *string {
	absolute := filepath.Join(r.root, filepath.Base(*bucket))
	return &absolute
}

// NormalizeObjectKey names the key a path resolves to, for the gateway's access check.
func (r rooted) NormalizeObjectKey(bucket, object string) string {
	return r.files.NormalizeObjectKey(bucket, object)
}

// Shutdown ends the backend with its server.
func (r rooted) Shutdown() { r.files.Shutdown() }

// HeadBucket says whether the bucket is there.
func (r rooted) HeadBucket(ctx context.Context, in *s3.HeadBucketInput) (*s3.HeadBucketOutput, error) {
	in.Bucket = r.path(in.Bucket)
	return r.files.HeadBucket(ctx, in)
}

// GetBucketAcl is asked before every call; the root account, which is ours, owns everything.
func (r rooted) GetBucketAcl(ctx context.Context, in *s3.GetBucketAclInput) ([]byte, error) {
	in.Bucket = r.path(in.Bucket)
	return r.files.GetBucketAcl(ctx, in)
}

// GetObjectLockConfiguration is asked before an overwrite or a deletion.
func (r rooted) GetObjectLockConfiguration(ctx context.Context, bucket string) ([]byte, error) {
	return r.files.GetObjectLockConfiguration(ctx, *r.path(&bucket))
}

// GetBucketVersioning is asked before an overwrite or a deletion.
func (r rooted) GetBucketVersioning(ctx context.Context, bucket string) (s3response.GetBucketVersioningOutput, error) {
	return r.files.GetBucketVersioning(ctx, *r.path(&bucket))
}

// GetBucketPolicy is asked when a request is not the root account's: there is none, so such a request is refused.
func (r rooted) GetBucketPolicy(ctx context.Context, bucket string) ([]byte, error) {
	return r.files.GetBucketPolicy(ctx, *r.path(&bucket))
}

// GetObject opens a file.
func (r rooted) GetObject(ctx context.Context, in *s3.GetObjectInput) (*s3.GetObjectOutput, error) {
	defer r.reading()()
	in.Bucket = r.path(in.Bucket)
	return r.files.GetObject(ctx, in)
}

// HeadObject describes a file.
func (r rooted) HeadObject(ctx context.Context, in *s3.HeadObjectInput) (*s3.HeadObjectOutput, error) {
	defer r.reading()()
	in.Bucket = r.path(in.Bucket)
	return r.files.HeadObject(ctx, in)
}

// DeleteObject removes a file.
func (r rooted) DeleteObject(ctx context.Context, in *s3.DeleteObjectInput) (*s3.DeleteObjectOutput, error) {
	defer r.writing()()
	in.Bucket = r.path(in.Bucket)
	return r.files.DeleteObject(ctx, in)
}

// ListObjectsV2 lists files under the bucket's own name.
func (r rooted) ListObjectsV2(ctx context.Context, in *s3.ListObjectsV2Input) (s3response.ListObjectsV2Result, error) {
	name := in.Bucket
	in.Bucket = r.path(in.Bucket)
	out, err := r.files.ListObjectsV2(ctx, in)
	out.Name = name
	return out, err
}

// PutObject writes a file and returns once it, its metadata and its name are on the disk, which the original leaves to
// the kernel. The bytes are there before the name is, or a power cut could leave an empty file in an old one's place.
func (r rooted) PutObject(ctx context.Context, in s3response.PutObjectInput) (s3response.PutObjectOutput, error) {
	defer r.writing()()
	in.Bucket = r.path(in.Bucket)
	out, err := r.files.PutObjectWithPostFunc(ctx, in, (*os.File).Sync)
	if err != nil {
		return out, err
	}
	return out, r.sync(*in.Bucket, *in.Key)
}

func (r rooted) sync(bucket, key string) error {
	file := filepath.Join(bucket, key)
	paths := []string{file, filepath.Dir(file), bucket}
	beside, err := filepath.Glob(filepath.Join(r.root, sidecarFolder, embeddedBucket, key, "meta", "*"))
	if err != nil {
		return err
	}
	for _, path := range append(paths, beside...) {
		if err := syncPath(path); err != nil {
			return err
		}
	}
	return nil
}

func syncPath(path string) error {
	opened, err := os.Open(path)
	if err != nil {
		return err
	}
	defer opened.Close()
	return opened.Sync()
}

// beside keeps metadata in a folder of its own. The original names it by the bucket's path, which here is absolute and
// would not survive the folder's being moved.
type beside struct{ meta.MetadataStorer }

// RetrieveAttribute names the bucket alone.
func (b beside) RetrieveAttribute(f *os.File, bucket, object, attribute string) ([]byte, error) {
	return b.MetadataStorer.RetrieveAttribute(f, filepath.Base(bucket), object, attribute)
}

// StoreAttribute names the bucket alone.
func (b beside) StoreAttribute(f *os.File, bucket, object, attribute string, value []byte) error {
	return b.MetadataStorer.StoreAttribute(f, filepath.Base(bucket), object, attribute, value)
}

// DeleteAttribute names the bucket alone.
func (b beside) DeleteAttribute(bucket, object, attribute string) error {
	return b.MetadataStorer.DeleteAttribute(filepath.Base(bucket), object, attribute)
}

// ListAttributes names the bucket alone.
func (b beside) ListAttributes(bucket, object string) ([]string, error) {
	return b.MetadataStorer.ListAttributes(filepath.Base(bucket), object)
}

// DeleteAttributes names the bucket alone.
func (b beside) DeleteAttributes(bucket, object string) error {
	return b.MetadataStorer.DeleteAttributes(filepath.Base(bucket), object)
}

// RenameObject names the bucket alone.
func (b beside) RenameObject(bucket, oldObject, newObject string) error {
	return b.MetadataStorer.RenameObject(filepath.Base(bucket), oldObject, newObject)
}
