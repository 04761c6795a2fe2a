package blob

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/pkg/xattr"
	"github.com/versity/versitygw/auth"
	"github.com/versity/versitygw/backend/meta"
	"github.com/versity/versitygw/backend/posix"
	"github.com/versity/versitygw/s3api"
	"github.com/versity/versitygw/s3api/middlewares"
)

const (
	embeddedBucket = "media"
	embeddedRegion = "us-east-1"
	sidecarFolder  = "metadata" // only where the file system has no extended attributes
	mostRequests   = 64
	longestSocket  = 100 // the kernel's bound is 107 on Linux, 103 on macOS
)

// ErrRelative refuses a folder that is not an absolute path.
var ErrRelative = errors.New("存放文件的目录必须是绝对路径")

// ErrNoLink refuses to make an address that would lead nowhere.
var ErrNoLink = errors.New("blob: the embedded store is reached by this process alone and gives no links")

// Embedded runs versitygw in this process on a socket that only this user can open, with keys drawn at each start; the
// files lie under dir, an absolute path that is made when missing. (Not on a loopback port: there the gateway would read
// an unsigned form into memory and temporary files, for any user of the machine and any page in a browser.) For one
// server without an S3 store, never for production. Close stops it.
func Embedded(dir string) (*Store, error) {
	if !filepath.IsAbs(dir) {
		return nil, ErrRelative
	}
	files, err := openFiles(dir)
	if err != nil {
		return nil, fmt.Errorf("blob: embedded store: %w", err)
	}
	store, err := serve(files)
	if err != nil {
		files.Shutdown()
		return nil, fmt.Errorf("blob: embedded store: %w", err)
	}
	return store, nil
}

// openFiles prepares the folder. The backend moves the working directory to the folder it is given, so it is given the
// one we are in; rooted never uses that.
func openFiles(dir string) (rooted, error) {
	if err := os.MkdirAll(filepath.Join(dir, embeddedBucket), 0o700); err != nil {
		return rooted{}, err
	}
	attributes, turns, err := metadata(dir)
	if err != nil {
		return rooted{}, err
	}
	here, err := os.Getwd()
	if err != nil {
		return rooted{}, err
	}
	options := posix.PosixOpts{ForceNoObjLockFile: true}
	options.SetNewDirPerm(0o700)
	options.SetNewFilePerm(0o600)
	files, err := posix.New(here, attributes, options)
	return rooted{files: files, root: dir, turns: turns}, err
}

// metadata keeps a file's type and hash in its extended attributes, where they become visible in one step with it, or on
// file systems without them in a folder beside, one writer at a time. A folder that began with one stays with it.
func metadata(dir string) (meta.MetadataStorer, *sync.RWMutex, error) {
	sidecar := filepath.Join(dir, sidecarFolder)
	_, err := os.Stat(sidecar)
	if err != nil && xattr.Set(filepath.Join(dir, embeddedBucket), "user.pgy", []byte("1")) == nil {
		return meta.XattrMeta{}, nil, nil
	}
	if err := os.MkdirAll(sidecar, 0o700); err != nil {
		return nil, nil, err
	}
	stored, err := meta.NewSideCar(sidecar)
	return beside{stored}, &sync.RWMutex{}, err
}

// onlyRoot knows one account. The gateway's own single-account service answers a stranger's name with an
// administrator's 404, which a client takes for a missing file.
type onlyRoot struct{ auth.IAMService }

// GetUserAccount knows the root account alone.
func (o onlyRoot) GetUserAccount(access string) (auth.Account, error) {
	account, err := o.IAMService.GetUserAccount(access)
	if err != nil {
		return account, auth.ErrNoSuchUser
	}
	return account, nil
}

func serve(files rooted) (*Store, error) {
	socket, remove, err := socketPath(files.root)
	if err != nil {
		return nil, err
	}
	root := auth.Account{Access: rand.Text(), Secret: rand.Text() + rand.Text(), Role: auth.RoleAdmin}
	listening, ended := make(chan struct{}), make(chan error, 1)
	gateway, err := s3api.New(files, middlewares.RootUserConfig{Access: root.Access, Secret: root.Secret}, embeddedRegion,
		onlyRoot{auth.NewIAMServiceSingle(root)}, nil, nil, nil, nil,
		s3api.WithQuiet(), s3api.WithKeepAlive(), s3api.WithConcurrencyLimiter(2*mostRequests, mostRequests),
		s3api.WithSocketPerm(0o600), s3api.WithOnListen(func() { close(listening) }))
	if err != nil {
		return nil, errors.Join(err, remove())
	}
	go func() { ended <- gateway.ServeMultiPort([]string{socket}) }()
	stop := func() error {
		err := gateway.ShutDown()
		<-ended //nolint:errcheck // it says no more than that its listener was closed
		files.Shutdown()
		return errors.Join(err, remove())
	}
	select {
	case err := <-ended:
		return nil, errors.Join(err, remove())
	case <-listening:
	}
	return reach(socket, root, stop)
}

func reach(socket string, root auth.Account, stop func() error) (*Store, error) {
	store, err := dial(Config{Endpoint: "http://" + embeddedBucket, Bucket: embeddedBucket, AccessKey: root.Access}, root.Secret)
	if err != nil {
		return nil, errors.Join(err, stop())
	}
	store.transport.DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{Timeout: dialTimeout}).DialContext(ctx, "unix", socket)
	}
	store.what, store.stop, store.alone = "versitygw (embedded)", stop, true
	// Only a server that has answered once can be stopped: before that it does not know its listener.
	ctx, cancel := context.WithTimeout(context.Background(), answerTimeout)
	defer cancel()
	return store, store.Ping(ctx)
}

// socketPath is beside the files, or in a temporary folder where that path is too long for a socket or reads like an
// address with a port.
func socketPath(dir string) (path string, remove func() error, err error) {
	path = filepath.Join(dir, "s3.sock")
	if len(path) <= longestSocket && !strings.Contains(path, ":") {
		return path, func() error { return nil }, nil
	}
	folder, err := os.MkdirTemp("", "pgy-*")
	return filepath.Join(folder, "s3.sock"), func() error { return os.RemoveAll(folder) }, err
}
