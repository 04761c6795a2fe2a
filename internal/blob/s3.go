package blob

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"iter"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"pugongying/internal/media"
)

// Faults of the configuration, in words for an operator.
var (
	ErrEndpoint = errors.New("对象存储地址不对：请填 https://主机[:端口] 或 http://主机[:端口]，不带路径和口令")
	ErrBucket   = errors.New("对象存储的桶名不对：3 到 63 个小写字母、数字或短横线")
	ErrKeys     = errors.New("对象存储的访问密钥不完整：访问编号和密钥文件都要有")
)

const (
	dialTimeout   = 3 * time.Second
	answerTimeout = 20 * time.Second // until the first byte of a response; a body may take as long as it needs
	retries       = 3
	hashHeader    = "Sha256" // user metadata: x-amz-meta-sha256
)

// Config describes the store. The bucket is created when it is missing.
type Config struct {
	Endpoint   string // https://host[:port], or http:// inside a closed network
	Region     string // empty for us-east-1, which MinIO accepts
	Bucket     string
	AccessKey  string
	SecretFile string // path of a file that contains the secret key
}

// S3 is an open bucket. It is safe for concurrent use.
type S3 struct {
	client    *minio.Client
	transport *http.Transport
	bucket    string
	region    string
	host      string
	page      int // keys requested at once when listing; 0 leaves it to the store
}

// Open creates a client and does not connect: a server can start without its store (see Ping). ErrEndpoint, ErrBucket,
// ErrKeys.
func Open(cfg Config) (*S3, error) {
	if cfg.AccessKey == "" || cfg.SecretFile == "" {
		return nil, ErrKeys
	}
	raw, err := os.ReadFile(cfg.SecretFile)
	if err != nil {
		return nil, fmt.Errorf("对象存储的密钥文件读不了：%w", err)
	}
	secret := strings.TrimRight(string(raw), "\r\n")
	if secret == "" {
		return nil, ErrKeys
	}
	return dial(cfg, secret)
}

func dial(cfg Config, secret string) (*S3, error) {
	endpoint, err := url.Parse(cfg.Endpoint)
	if err != nil || endpoint.Host == "" || endpoint.User != nil || strings.Trim(endpoint.Path, "/") != "" ||
		(endpoint.Scheme != "https" && endpoint.Scheme != "http") {
		return nil, ErrEndpoint
	}
	if cfg.Region == "" {
		cfg.Region = "us-east-1"
	}
	transport := &http.Transport{
		DialContext:         (&net.Dialer{Timeout: dialTimeout}).DialContext,
		TLSHandshakeTimeout: dialTimeout, ResponseHeaderTimeout: answerTimeout,
		MaxIdleConnsPerHost: 16, IdleConnTimeout: time.Minute, ForceAttemptHTTP2: true,
		DisableCompression: true, // a file must be transferred exactly as it was stored
	}
	client, err := minio.New(endpoint.Host, &minio.Options{
		Creds:  credentials.NewStaticV4(cfg.AccessKey, secret, ""),
		Secure: endpoint.Scheme == "https", Transport: transport, Region: cfg.Region,
		BucketLookup: minio.BucketLookupAuto, MaxRetries: retries,
		TrailingHeaders: false, // not every store supports trailing checksums
	})
	if err != nil {
		return nil, ErrEndpoint
	}
	if !goodBucket(cfg.Bucket) {
		return nil, ErrBucket
	}
	return &S3{client: client, transport: transport, bucket: cfg.Bucket, region: cfg.Region, host: endpoint.Host}, nil
}

func goodBucket(name string) bool {
	return len(name) >= 3 && len(name) <= 63 && strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == "" &&
		name[0] != '-' && name[len(name)-1] != '-'
}

// Ping fails when the store does not answer or refuses our keys; it creates the bucket when it is missing.
func (s *S3) Ping(ctx context.Context) error {
	there, err := s.client.BucketExists(ctx, s.bucket)
	if err != nil {
		return translate(ctx, err)
	}
	if there {
		return nil
	}
	err = s.client.MakeBucket(ctx, s.bucket, minio.MakeBucketOptions{Region: s.region})
	switch minio.ToErrorResponse(err).Code {
	case "BucketAlreadyOwnedByYou", "BucketAlreadyExists": // another server created it first
		return nil
	}
	return translate(ctx, err)
}

// Describe names the store for a log line: "S3 minio.example:9000/pugongying".
func (s *S3) Describe() string { return "S3 " + s.host + "/" + s.bucket }

// Close closes idle connections. Files that are being read can be read to their end.
func (s *S3) Close() error {
	s.transport.CloseIdleConnections()
	return nil
}

// Put implements media.Store.
func (s *S3) Put(ctx context.Context, key media.Key, contentType string, body io.ReadSeeker) (media.Info, error) {
	if _, err := media.ParseKey(string(key)); err != nil {
		return media.Info{}, err
	}
	size, err := media.Measure(key.Kind(), body)
	if err != nil {
		return media.Info{}, err
	}
	hash, err := digest(body)
	if err != nil {
		return media.Info{}, err
	}
	put := func() error {
		_, err := s.client.PutObject(ctx, s.bucket, string(key), body, size, minio.PutObjectOptions{
			ContentType: contentType, UserMetadata: map[string]string{hashHeader: hash},
			DisableMultipart: true, SendContentMd5: true,
		})
		return err
	}
	err = put()
	if minio.ToErrorResponse(err).Code == minio.NoSuchBucket {
		if err := s.Ping(ctx); err != nil {
			return media.Info{}, err
		}
		if _, err := body.Seek(0, io.SeekStart); err != nil {
			return media.Info{}, fmt.Errorf("blob: rewind: %w", err)
		}
		err = put()
	}
	if err != nil {
		return media.Info{}, translate(ctx, err)
	}
	return media.Info{Key: key, ContentType: contentType, Size: size, SHA256: hash}, nil
}

// Stat implements media.Store.
func (s *S3) Stat(ctx context.Context, key media.Key) (media.Info, error) {
	if _, err := media.ParseKey(string(key)); err != nil {
		return media.Info{}, err
	}
	found, err := s.client.StatObject(ctx, s.bucket, string(key), minio.StatObjectOptions{})
	if err != nil {
		return media.Info{}, translate(ctx, err)
	}
	return describe(found), nil
}

// Delete implements media.Store.
func (s *S3) Delete(ctx context.Context, key media.Key) error {
	if _, err := media.ParseKey(string(key)); err != nil {
		return err
	}
	err := translate(ctx, s.client.RemoveObject(ctx, s.bucket, string(key), minio.RemoveObjectOptions{}))
	if errors.Is(err, media.ErrNotFound) {
		return nil
	}
	return err
}

// List implements media.Store.
func (s *S3) List(ctx context.Context, prefix string) iter.Seq2[media.Info, error] {
	return func(yield func(media.Info, error) bool) {
		walk, cancel := context.WithCancel(ctx)
		defer cancel()
		for found := range s.client.ListObjectsIter(walk, s.bucket, minio.ListObjectsOptions{Prefix: prefix, Recursive: true, MaxKeys: s.page}) {
			if found.Err != nil {
				if err := translate(ctx, found.Err); !errors.Is(err, media.ErrNotFound) { // a missing bucket means no files yet
					yield(media.Info{}, err)
				}
				return
			}
			if !yield(media.Info{Key: media.Key(found.Key), Size: found.Size, Modified: found.LastModified}, nil) {
				return
			}
		}
		if err := ctx.Err(); err != nil { // a cancelled list looks complete to the client
			yield(media.Info{}, fmt.Errorf("blob: %w", err))
		}
	}
}

// Link is a URL of the store itself where anybody can read one file, with ranges, until life (a second to seven days)
// is over.
func (s *S3) Link(ctx context.Context, key media.Key, life time.Duration) (string, error) {
	if _, err := media.ParseKey(string(key)); err != nil {
		return "", err
	}
	link, err := s.client.PresignedGetObject(ctx, s.bucket, string(key), life, nil)
	if err != nil {
		return "", fmt.Errorf("blob: link: %w", err)
	}
	return link.String(), nil
}

func digest(body io.ReadSeeker) (string, error) {
	hash := sha256.New()
	if _, err := io.Copy(hash, body); err != nil {
		return "", fmt.Errorf("blob: read: %w", err)
	}
	if _, err := body.Seek(0, io.SeekStart); err != nil {
		return "", fmt.Errorf("blob: rewind: %w", err)
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}

func describe(found minio.ObjectInfo) media.Info {
	return media.Info{
		Key: media.Key(found.Key), ContentType: found.ContentType, Size: found.Size,
		SHA256: found.UserMetadata[hashHeader], Modified: found.LastModified,
	}
}

// translate converts the store's error into the fault that media's callers know. The cause is included for the logs.
func translate(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return fmt.Errorf("blob: %w", ctx.Err())
	}
	answer := minio.ToErrorResponse(err)
	switch {
	case answer.Code == minio.NoSuchKey || answer.Code == minio.NoSuchBucket:
		return media.ErrNotFound.Because(err)
	case answer.StatusCode == http.StatusInsufficientStorage || answer.Code == "XMinioStorageFull":
		return media.ErrFull.Because(err)
	default:
		return media.ErrUnavailable.Because(err)
	}
}
