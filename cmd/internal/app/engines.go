package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"pugongying/internal/blob"
	"pugongying/internal/cache"
	"pugongying/internal/config"
	"pugongying/internal/media"
	"pugongying/internal/seal"
	"pugongying/internal/store"
	"pugongying/internal/store/bolt"
	"pugongying/internal/store/document"
	"pugongying/internal/store/mongo"
)

// openTimeout bounds the opening of an engine that is reached over a network.
const openTimeout = 15 * time.Second

var (
	ErrDataInUse  = errors.New("这个 data 目录正被另一个 pugongying 使用：先停掉它，或者换一个 --data")
	errStandalone = errors.New("MongoDB 不是副本集：单台也要用 --replSet 启动并执行 rs.initiate()，否则确认过的数据会丢")
	errKeyLost    = errors.New("根密钥不见了，而数据里已经有要靠它才认得、打得开的内容：把离线存的那一份放回来（权限 600）。没有生成新的；确实要从头开始，先把整个 data 目录移到别处")
	errDemoKey    = errors.New("根密钥是公开的演示密钥：用 pugongying key create 生成自己的")
)

// lockData creates the data folder and locks it for this process; the kernel releases the lock when the process ends,
// however it ends.
func lockData(dir string) (*os.File, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("建不了 data 目录 %s：%w", dir, err)
	}
	if wrong := misplaced(dir); len(wrong) > 0 {
		return nil, wrong[0] // doctor says them all
	}
	f, err := os.OpenFile(filepath.Join(dir, lockName), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("data 目录 %s 写不了：%w", dir, err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(ErrDataInUse, f.Close())
	}
	return f, nil
}

// openDocuments opens MongoDB where one is configured, else the embedded engine under the data folder, with these options.
func openDocuments(ctx context.Context, c config.Config, log *slog.Logger, options ...bolt.Option) (document.Engine, error) {
	uri := c.Mongo.URI
	if c.Mongo.URIFile != "" {
		var err error
		if uri, err = config.Secret(c.Mongo.URIFile); err != nil {
			return nil, err
		}
	}
	if uri == "" {
		engine, err := bolt.Open(c.Data, append(options, bolt.WithLog(log), bolt.Established(established(c)))...)
		if err != nil {
			return nil, err // a nil *bolt.Engine in an interface would not be nil
		}
		return engine, nil
	}
	ctx, cancel := context.WithTimeout(ctx, openTimeout)
	defer cancel()
	engine, err := mongo.Open(ctx, mongo.Config{URI: uri, Database: c.Mongo.Database, Pool: c.Mongo.Pool})
	if err != nil {
		return nil, fmt.Errorf("连不上 MongoDB：%w", err)
	}
	alone, err := engine.Standalone(ctx)
	if err == nil && alone && c.Env == config.Production {
		err = errStandalone
	}
	if err != nil {
		return nil, errors.Join(err, engine.Close(ctx))
	}
	return engine, nil
}

// cacheParts is what a cache needs besides its settings.
type cacheParts struct {
	keys *seal.Keys
	now  func() time.Time
	log  *slog.Logger
}

// openCache opens Redis where one is configured, else the one in this process.
func openCache(c config.Config, p cacheParts) (*cache.Cache, error) {
	if !c.Redis.Configured() {
		return cache.Embedded(p.now, p.log), nil
	}
	cache.Silence()
	return cache.Redis(cache.Config{
		URL: c.Redis.URL, Addresses: c.Redis.Addresses, Master: c.Redis.Master, PasswordFile: c.Redis.PasswordFile,
		Secret: p.keys.Secret("cache"), Now: p.now, Log: p.log,
	})
}

// mediaEngine is a media store as the server opens, watches and closes it.
type mediaEngine interface {
	media.Store
	Ping(ctx context.Context) error
	Describe() string
	Close() error
}

// openMedia opens the S3 store that is configured, else a folder under the data folder.
func openMedia(c config.Config) (mediaEngine, error) {
	if c.S3.Endpoint == "" {
		folder, err := blob.Embedded(filepath.Join(c.Data, mediaFolder))
		if err != nil {
			return nil, err
		}
		return folder, nil
	}
	access, err := config.Secret(c.S3.AccessFile)
	if err != nil {
		return nil, err
	}
	bucket, err := blob.Open(blob.Config{Endpoint: c.S3.Endpoint, Bucket: c.S3.Bucket, Region: c.S3.Region, AccessKey: access, SecretFile: c.S3.SecretFile})
	if err != nil {
		return nil, err
	}
	return bucket, nil
}

// RootFile is the file of the root keys by this configuration.
func RootFile(c config.Config) string {
	if c.Keys.RootFile == "" {
		return filepath.Join(c.Data, "root.key")
	}
	return c.Keys.RootFile
}

// keyMissing reports whether a first start would make the root key: it is under the data folder and not there. errKeyLost
// where documents need the one that was.
func keyMissing(ctx context.Context, c config.Config, documents document.Engine) (bool, error) {
	if c.Keys.RootFile != "" {
		return false, nil
	}
	if _, err := os.Stat(RootFile(c)); !errors.Is(err, os.ErrNotExist) {
		return false, nil // what is wrong with it, seal.Open says
	}
	needed, err := store.NeedsRootKey(ctx, documents)
	if err == nil && needed {
		err = errKeyLost
	}
	return true, err
}

// makeKeys makes the root key at a first start.
func makeKeys(ctx context.Context, c config.Config, documents document.Engine) error {
	missing, err := keyMissing(ctx, c, documents)
	if err != nil || !missing {
		return err
	}
	_, err = seal.Create(RootFile(c))
	return err
}

// openKeys opens the root key.
func openKeys(c config.Config) (*seal.Keys, error) {
	path := RootFile(c)
	keys, err := seal.Open(path)
	if err != nil {
		return nil, err
	}
	if keys.IsDemo() && c.Env == config.Production {
		return nil, errDemoKey
	}
	return keys, nil
}
